"""Undoing: only by the one who asked for it, only as long as the rule gives, and never by what a card says."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

import app
from dialogs.desk import Desk
from dialogs.state import State
from dialogs.talk import Button, Event, Who
from dialogs.turn import Turn
from dialogs.undoing import SPOKEN, TOO_LATE, past, undone
from dialogs.words import whole
from simulators.world import PEOPLE
from tests.house import House, Person, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

BIRTHE, OLE = (next(one for one in PEOPLE if one.name == name) for name in ("Birthe Holm", "Ole Bang"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    var: Path = tmp_path_factory.mktemp("var")
    async with running(var) as whole_house:
        yield whole_house


async def done(house: House, text: str) -> tuple[Desk, str]:
    """Birthe's wish, carried out; the desk and the key of its job."""
    birthe: Person = await house.person("Birthe Holm")
    await birthe.says(text)
    await birthe.says("ja")
    await birthe.hears()
    desk = house.app[app.DESK]
    return desk, (await desk.jobs.mine(BIRTHE.id, 1))[0].key


async def pressed(desk: Desk, who: Who, data: dict[str, str]) -> Turn:
    event = Event(kind="press", id="e", at=desk.now(), who=who, conversation="c", do="undo", data=data)
    turn = Turn(event, State(), desk, "")
    await undone(turn, Button(label="Fortryd", do="undo", data=data), "card", {})
    return turn


async def test_nobody_undoes_what_another_asked_for(house: House) -> None:
    desk, key = await done(house, "sæt Sofie Lund på Barsel Info")
    assert await past(desk, key, BIRTHE.id)
    for who, data in ((OLE, {"job": key}), (BIRTHE, {"job": f"{key}x"}), (BIRTHE, {"job": ""}), (BIRTHE, {})):
        turn = await pressed(desk, Who(id=who.id, name=who.name), data)
        assert turn.state.open is None
        assert turn.finished()[0].text == TOO_LATE
    turn = await pressed(desk, Who(id=BIRTHE.id, name=BIRTHE.name), {"job": key, "until": "x", "intent": "case.create", "text": "x"})
    assert turn.state.open is not None
    assert turn.state.open.intent == "distribution_list.remove_member"


async def test_what_is_over_is_not_undone(house: House) -> None:
    desk, key = await done(house, "sæt Mette Friis på Barsel Info")
    house.later += timedelta(hours=desk.rules.of("distribution_list.add_member").fortryd_timer)
    assert await past(desk, key, BIRTHE.id) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("fortryd", True),
        ("Fortryd det!", True),
        ("kan du fortryde det igen?", True),
        ("hov, fortryd postkassen Barsel Orlov", True),
        ("jeg vil gerne fortryde det du lige gjorde", True),
        ("lav det om igen", True),
        ("jeg fortrød at jeg solgte min cykel", False),
        ("kan man fortryde en bestilling af en pc hos jer, eller skal jeg skrive til nogen om det først?", False),
    ],
)
async def test_regret_in_words(text: str, meant: bool) -> None:
    assert bool(SPOKEN.fullmatch(whole(text).rstrip("? "))) is meant
