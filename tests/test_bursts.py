"""What is said in quick succession belongs together, and a yes means what could be read before it was written."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.house import House, Person, lines, running

WINDOW = 2.0  # seconds; what a test says in a row comes well within it


@pytest.fixture
async def quick(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path / "var", burst_seconds=WINDOW) as house:
        yield house


async def says(person: Person, text: str) -> str:
    """All that Kollega answers."""
    return "\n".join(line for message in await person.says(text) for line in lines(message))


async def incidents(house: House) -> int:
    return len(
        [one for one in await house.writes("servicenow") if one["path"].split("?")[0].endswith("/table/incident") and one["status"] < 400]
    )


async def test_a_second_yes_at_once_does_not_confirm_what_came_back(quick: House) -> None:
    person = await quick.person("Birthe Holm")
    await says(person, "min mus er død, det haster ikke")
    await says(person, "opret en ny sag om at min skærm er sort, det haster ikke")
    first = await says(person, "ja")
    assert "Jeg går i gang" in first
    assert "Tilbage til sagen ”Min mus er død”" in first
    for again in ("ja", "Ja, opret", "👍"):
        assert "går i gang" not in await says(person, again)
    assert "er oprettet: ”Min skærm er sort”" in "\n".join(line for one in await person.hears() for line in lines(one))
    assert await incidents(quick) == 1
    assert "Jeg går i gang" in "\n".join(line for one in await person.presses("Ja, opret") for line in lines(one))


async def test_a_yes_that_was_written_before_the_summary_is_none(quick: House) -> None:
    person = await quick.person("Birthe Holm")
    await asyncio.gather(person.says("min mus er død, det haster ikke"), person.says("ja"))
    said = [line for message in person.messages.values() for line in lines(message)]
    assert any("Passer det?" in line for line in said)
    assert not any("går i gang" in line for line in said)
    assert await incidents(quick) == 0


async def test_pieces_of_one_message_are_one(quick: House) -> None:
    person = await quick.person("Birthe Holm")
    await says(person, "printeren på 3. sal")
    await says(person, "den laver papirstop hele tiden")
    await says(person, "kun mig")
    summary = await says(person, "det haster ikke")
    assert "Printeren på 3. sal den laver papirstop hele tiden" in summary
    assert "hele afdelingen" not in summary


@pytest.mark.parametrize("text", ["hej?", "hvad kan du ellers?", "asdf", "glem det"])
async def test_what_does_not_go_on_is_no_piece_of_it(quick: House, text: str) -> None:
    person = await quick.person("Birthe Holm")
    await says(person, "printeren på 3. sal laver papirstop")
    said = await says(person, text)
    assert "beskrivelse" not in said
    if "Droppet" in said:
        await says(person, "fortsæt")
    await says(person, "kun mig")
    summary = await says(person, "det haster ikke")
    assert "Titel: Printeren på 3. sal laver papirstop" in summary
    assert "Beskrivelse" not in summary


async def test_a_hello_before_a_wish_has_no_answer_of_its_own(tmp_path: Path) -> None:
    async with running(tmp_path / "var", burst_seconds=0.4) as house:
        person = await house.person("Birthe Holm")
        assert await says(person, "hej kollega") == ""
        assert "Kan du arbejde imens?" in await says(person, "min skærm er sort")
        assert await person.new(wait=1) == []
        assert await says(person, "hej") == ""
        assert next(lines(message)[0] for message in await person.hears()) == "< Hej Birthe."  # they have said hello today
