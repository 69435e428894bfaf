"""What the dialogs hand on as misread, through the whole house: taken back, corrected, the other button, neither; masked, and only where it is allowed."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest

from nlu import kept
from nlu.model import HERE
from nlu.versions import Versions
from settings import kept_at
from tests.house import House, buttons, running

NAME = "2026-11-24-0123abcd"
FAULT = "min printer er død"


def noted(tmp_path: Path, house: House) -> list[tuple[str, str, str]]:
    """(text, why, chosen) of all that was kept; the writing is waited for when the house is left."""
    wordings = kept.Kept(kept_at(None, tmp_path / "var", "nlu")).wordings(house.now())
    return sorted((one.text, why, "".join(one.chosen)) for one in wordings for why in one.why)


async def talked(tmp_path: Path, *texts: str, allowed: bool = True) -> list[tuple[str, str, str]]:
    """What is kept of a conversation."""
    async with running(tmp_path / "var", learn_from_use=allowed) as house:
        person = await house.person("Birthe Holm")
        for text in texts:
            await person.says(text)
    return noted(tmp_path, house)


async def test_a_form_that_is_taken_back_at_once_was_a_misunderstanding(tmp_path: Path) -> None:
    assert await talked(tmp_path, FAULT, "annuller") == [(FAULT, "cancelled", "")]


async def test_a_form_that_is_dropped_after_an_answer_was_not(tmp_path: Path) -> None:
    assert await talked(tmp_path, FAULT, "det haster ikke", "annuller") == []


async def test_no_i_meant_tells_what_the_text_before_it_means(tmp_path: Path) -> None:
    assert await talked(tmp_path, "vis mine sager", "nej, jeg mente at min printer er død") == [
        ("vis mine sager", "corrected", "case.create")
    ]


async def test_what_is_rejected_is_masked(tmp_path: Path) -> None:
    said = "hvad får Ole Bang til frokost i kantinen, ring på 33 66 12 34"
    assert await talked(tmp_path, said) == [("hvad får {navn} til frokost i kantinen, ring på {tal}", "rejected", "")]


async def test_nothing_is_kept_unless_it_is_allowed(tmp_path: Path) -> None:
    assert await talked(tmp_path, "hvad er der i kantinen", FAULT, "annuller", allowed=False) == []
    assert not list((tmp_path / "var").glob("*.nlu.sqlite"))


@pytest.mark.parametrize(("place", "why"), [(1, "other"), (-1, "neither")])
async def test_another_button_than_the_likeliest_tells_what_was_meant(tmp_path: Path, place: int, why: str) -> None:
    unsure(tmp_path / "var")
    async with running(tmp_path / "var", learn_from_use=True) as house:
        person = await house.person("Birthe Holm")
        asked = buttons((await person.says(FAULT))[-1])
        assert len(asked) == 3, asked
        await person.presses(asked[place])
        async with asyncio.timeout(10):
            while not noted(tmp_path, house):  # noqa: ASYNC110 - it is noted beside the answer
                await asyncio.sleep(0.02)
    ((text, told, chosen),) = noted(tmp_path, house)
    assert (text, told) == (FAULT, why)
    assert bool(chosen) is (why == "other")


async def test_the_likeliest_button_tells_nothing_new(tmp_path: Path) -> None:
    unsure(tmp_path / "var")
    async with running(tmp_path / "var", learn_from_use=True) as house:
        person = await house.person("Birthe Holm")
        await person.presses(buttons((await person.says(FAULT))[-1])[0])
    assert noted(tmp_path, house) == []


def unsure(var: Path) -> None:
    """Put a model in use that ranks as the shipped one and is sure of nothing."""
    versions = Versions(var)
    shutil.copytree(HERE, versions.path(NAME))
    card = versions.path(NAME) / "card.json"
    card.write_text(json.dumps(json.loads(card.read_text("utf-8")) | {"temperature": 20.0, "threshold": 0.0}), "utf-8")
    versions.use(NAME)
