"""What people say about faults."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs import texts, words
from dialogs.cases.faults import headline, own, problem, similar, tells
from dialogs.cases.severity import AFFECTED, HINDERS
from dialogs.fields import At, Got, Which
from dialogs.words import Word


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("opret en sag", ""),
        ("Opret en sag, tak", ""),
        ("jeg har et problem", ""),
        ("kan du oprette en sag om at printeren larmer?", "Printeren larmer?"),
        ("jeg vil gerne oprette en ticket: vpn er nede", "Vpn er nede"),
        ("hej kollega, min skærm er sort", "Min skærm er sort"),
        ("printeren på 3. sal laver papirstop", "Printeren på 3. sal laver papirstop"),
    ],
)
def test_what_is_wrong_is_what_is_left(text: str, what: str) -> None:
    assert problem(text) == what


@pytest.mark.parametrize(
    ("what", "title"),
    [
        ("min vpn er død, fejl 809", "Min vpn er død, fejl 809"),
        ("Printeren på 2. sal er løbet tør for toner, det haster ikke og det er kun mig", "Printeren på 2. sal er løbet tør for toner"),
        ("Skærmen flimrer. Det begyndte i går.", "Skærmen flimrer"),
        ("Jeg håber, du har det godt. Jeg har desværre det problem, at min skærm flimrer.", "Min skærm flimrer"),
        ("se her\nFra: Ole\nEmne: Printer KB-3-02\n\nHej", "Printer KB-3-02"),
    ],
)
def test_the_title_is_the_first_sentence_without_the_rest(what: str, title: str) -> None:
    assert headline(what) == title


def test_likely_duplicates() -> None:
    assert similar("Printer på 3. sal", "printeren på 3. sal er i stykker igen")
    assert similar("Teams mangler lyd", "der er ingen lyd i teams, den mangler")
    assert not similar("Printer på 3. sal", "min skærm er sort")
    assert not similar("Kan ikke åbne fællespostkasse", "kan du åbne en dør")


@given(st.text(st.characters(max_codepoint=255)))
def test_what_is_told_was_said(text: str) -> None:
    assert problem(text).casefold() in text.casefold()
    assert len(headline(text)) <= 100
    assert similar(text, "") is False


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("printer død", True),
        ("vpn nede", True),
        ("det begyndte i går", True),
        ("undskyld, skærmen er sort", True),
        ("den siger, at jeg mangler rettigheder", True),
        ("og her er et billede mere", False),
        ("se her", False),
        ("asdf qwer", False),
        ("...", False),
        ("hej kollega", False),
        ("tak for det", False),
        ("det har jeg jo lige sagt", False),
        ("du forstår mig ikke", False),
        (texts.CPR_GONE, False),
    ],
)
def test_what_can_tell_of_a_fault(text: str, *, does: bool) -> None:
    assert tells(text) is does


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("kun mig", "3"),
        ("altså kun mig og Ole", "2"),
        ("også for de andre på gangen", "2"),
        ("de andre på kontoret har samme problem", "2"),
        ("kun mig og det haster ikke", "3"),
        ("min mus er død, kun mig og min skærm er sort", "3"),
        ("alle på gangen har det samme", "1"),
        ("printeren er død", None),
    ],
)
async def test_whom_it_hits(text: str, value: str | None) -> None:
    at = At(None, None, {})  # type: ignore[arg-type]  # words alone are read
    assert await AFFECTED.find(text, at) == (Got(value) if value else None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("nej, jeg kan stadig godt arbejde, men jeg går glip af opkald", "2"),
        ("nej, jeg kan ikke lave noget", "1"),
        ("nej slet ikke", "1"),
        ("haster ikk", "3"),
    ],
)
async def test_how_much_it_hinders(text: str, value: str) -> None:
    at = At(None, None, {})  # type: ignore[arg-type]  # words alone are read
    assert await HINDERS.read(text, at) == Got(value)


@pytest.mark.parametrize("text", ["ja", "ja tak", "ok fint", "ja det kan jeg godt", "det kan jeg"])
async def test_a_yes_alone_says_not_how_much_it_hinders(text: str) -> None:
    at = At(None, None, {})  # type: ignore[arg-type]  # words alone are read
    reading = await HINDERS.read("ja" if words.means(text) is Word.YES else text, at)
    assert isinstance(reading, Which)
    assert [value for _, value in reading.choices] == ["2", "3"]


@pytest.mark.parametrize(
    ("text", "mine"),
    [
        ("det brænder i serverrummet", False),
        ("fejl i outlook", False),
        ("I kan ikke printe i kantinen", False),
        ("jeg kan ikke printe", True),
        ("jeg har en kollega, der ikke kan printe", False),
        ("min skærm er sort", True),
        ("I cannot print", True),
        ("I can't print", True),
        ("i have a problem with my mail", True),
        ("i’m locked out", True),
    ],
)
def test_whose_fault_it_is(text: str, *, mine: bool) -> None:
    assert own(text) is mine
