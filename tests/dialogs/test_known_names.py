"""The names that the systems know reach the model of a running bot: at once, when asked for, and past systems that are down."""

import asyncio
import threading
from collections.abc import Callable
from datetime import date
from typing import ClassVar

import structlog
from structlog.testing import capture_logs

from connectors.errors import Unavailable
from connectors.names import Names
from connectors.systems import Systems
from dialogs.names import KnownNames
from nlu import entities
from nlu.known import NOBODY, Known

TODAY = date(2026, 11, 23)


class Lists:
    """Another system that offers its names."""

    name: ClassVar[str] = "lists"

    def __init__(self) -> None:
        self.lists = ["Vildtbanegård Info"]
        self.down = False
        self.asked = 0

    async def names(self) -> Names:
        self.asked += 1
        if self.down:
            raise Unavailable(self.name, "list names", 503)
        return Names(lists=tuple(self.lists))


class Model:
    """What the names are handed to. `threads`: where."""

    def __init__(self) -> None:
        self.known: list[Known] = [NOBODY]
        self.threads: set[int] = set()

    def know(self, known: Known) -> None:
        self.known.append(known)
        self.threads.add(threading.get_ident())

    def finds(self, text: str) -> dict[str, object]:
        return entities.find(text, TODAY, self.known[-1])


async def until(true: Callable[[], bool]) -> None:
    for _ in range(2000):
        if true():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not come about in ten seconds")


async def test_names_are_read_swapped_in_and_not_built_twice() -> None:
    lists, model = Lists(), Model()
    names = KnownNames(Systems([lists, object()]), model.know)
    assert model.finds("hvem er på vildtbanegord info") == {}
    assert await names.refresh()
    assert model.finds("hvem er på vildtbanegord info") == {"list_name": ["vildtbanegord info"]}
    assert await names.refresh()
    assert len(model.known) == 2  # nothing has changed: the index stays
    lists.lists = ["Zebrastriben"]
    assert await names.refresh()
    assert model.finds("vildtbanegord info, og listen zebrastriben") == {"list_name": ["zebrastriben"]}
    assert model.threads == {threading.get_ident()}


async def test_a_system_that_is_down_keeps_its_last_names_and_is_asked_again_soon() -> None:
    lists, other, model = Lists(), Lists(), Model()
    other.name = "others"  # type: ignore[misc]  # the second of two systems needs its own name
    other.lists = ["Zebrastriben"]
    names = KnownNames(Systems([lists, other]), model.know)
    await names.refresh()
    lists.down, other.lists = True, ["Kanonbådene"]
    assert not await names.refresh()
    assert model.finds("Vildtbanegård Info og listen kanonbådene") == {"list_name": ["Vildtbanegård Info", "kanonbådene"]}
    async with names.watching(every=3600, again=0.01):
        await until(lambda: lists.asked > 4)
    assert other.asked >= lists.asked - 1


async def test_they_are_read_at_the_start_and_whenever_somebody_asks() -> None:
    lists, model = Lists(), Model()
    names = KnownNames(Systems([lists]), model.know)
    async with names.watching():
        await asyncio.wait_for(names.read.wait(), 10)
        assert lists.asked == 1
        lists.lists.append("Zebrastriben")
        names.soon()
        await until(lambda: len(model.known) == 3)
    assert model.finds("vis listen zebrastriben") == {"list_name": ["zebrastriben"]}


async def test_logs_count_names_and_tell_none() -> None:
    lists = Lists()
    names = KnownNames(Systems([lists]), Model().know)
    structlog.reset_defaults()
    with capture_logs() as logged:
        await names.refresh()
        lists.down = True
        await names.refresh()
    assert [line["event"] for line in logged] == ["names read", "names not read"]
    assert logged[0]["lists"] == 1
    assert "ildtbane" not in str(logged)
