"""What Kollega has done for somebody, in a whole house: page by page, by time, and never for anybody else."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.house import House, elements, lines, running
from tests.test_forged import like

pytestmark = pytest.mark.asyncio(loop_scope="module")

FAULTS = ("musen", "skærmen", "tastaturet", "headsettet", "dockingen", "kameraet", "telefonen")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lived(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Ole has reported a fault on each of seven days; Monday the 23rd was the first of them."""
    var: Path = tmp_path_factory.mktemp("var")
    async with running(var) as house:
        ole = await house.person("Ole Bang")
        for fault in FAULTS:
            await ole.says(f"{fault} er gået i stykker, kun for mig, jeg kan godt arbejde imens")
            said = await ole.says("ja")
            while "er oprettet" not in str(said):
                said = await ole.hears()
            house.later += timedelta(days=1)
        await house.calm()
        yield house


def runs(messages: list[dict[str, Any]]) -> list[str]:
    """The lines of the card, each without its number."""
    facts = [one for one in lines(messages[-1]) if one.startswith("<   ") and ": " in one]
    return [one.partition(". ")[2] for one in facts]


async def test_the_newest_first_and_the_older_page_by_page(lived: House) -> None:
    ole = await lived.person("Ole Bang")
    first = await ole.says("hvad har du gjort for mig")
    assert lines(first[-1])[0] == "< Her er de 5 nyeste, du har bedt mig om."
    older = await ole.says("vis flere")
    shown = runs(first) + runs(older)
    assert [fault for one in shown for fault in FAULTS if fault in one.lower()] == list(reversed(FAULTS))
    assert lines(older[-1])[0] == "< Her er 2 ting mere."
    assert "Vis flere" not in str(older[-1]["card"])


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("hvad gjorde du for mig i går", 1),
        ("hvad har du gjort for mig siden den 27. november", 3),
        ("hvad gjorde du for mig den 25. november", 1),
        ("hvilke ændringer på lister har du lavet for mig", 0),
        ("hvilke kørsler fejlede", 0),
        ("hvad er du i gang med for mig lige nu", 0),
    ],
)
async def test_of_a_time_or_a_kind(lived: House, asked: str, number: int) -> None:
    assert len(runs(await (await lived.person("Ole Bang")).says(asked))) == number


async def test_never_anybody_elses(lived: House) -> None:
    """Neither by asking, nor by the data of another's card, pressed as it is or changed."""
    ole, sofie = await lived.person("Ole Bang"), await lived.person("Sofie Lund")
    assert runs(await sofie.says("hvad har du gjort for Ole Bang")) == []
    card = (await ole.says("hvad har du gjort for mig"))[-1]
    button = next(one for one in elements(card["card"]) if one.get("title") == "Vis flere")
    for changes in (
        {},
        {"person": ole.id},
        {"before": "2027-01-01T00:00:00+00:00"},
        {"before": "x"},
        {"text": "hvad har du gjort for Ole"},
    ):
        data = {**button["data"], "data": {**button["data"].get("data", {}), **changes}, **changes}
        value = {"action": {"type": "Action.Execute", "verb": button["verb"], "data": data}, "trigger": "manual"}
        body = await like(lived, sofie, type="invoke", name="adaptiveCard/action", value=value, replyToId=card["id"])
        async with lived.http.post(f"{lived.bot}/api/messages", json=body) as answer:
            assert answer.status == 200
    heard = str(await sofie.new())
    assert "Jeg har ikke gjort noget for dig endnu" in heard
    assert not any(fault in heard.lower() for fault in FAULTS)
