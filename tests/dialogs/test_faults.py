"""What people say about faults."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.cases.faults import headline, own, problem, similar


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("opret en sag", ""),
        ("Opret en sag, tak", ""),
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


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    problem(text)
    headline(text)
    similar(text, text)


@pytest.mark.parametrize(
    ("text", "mine"),
    [
        ("det brænder i serverrummet", False),
        ("fejl i outlook", False),
        ("I kan ikke printe i kantinen", False),
        ("jeg kan ikke printe", True),
        ("min skærm er sort", True),
        ("I cannot print", True),
        ("I can't print", True),
        ("i have a problem with my mail", True),
        ("i’m locked out", True),
    ],
)
def test_whose_fault_it_is(text: str, *, mine: bool) -> None:
    assert own(text) is mine
