"""The steering words: each entry means what its list says, in any case, with and without æøå."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs import words
from dialogs.words import LISTS, Word

PAIRS = [(entry, word) for word, entries in LISTS.items() for entry in sorted(entries)]


@pytest.mark.parametrize(("entry", "word"), PAIRS, ids=[f"{word}: {entry}" for entry, word in PAIRS])
def test_every_entry_means_its_word(entry: str, word: Word) -> None:
    assert words.means(entry) is word
    assert words.means(entry.upper()) is word
    assert words.means(f"  {entry} ") is word
    assert words.means(entry.replace("æ", "ae").replace("ø", "oe").replace("å", "aa")) is word


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Ja, tak!", Word.YES),
        ("jaaaaa", Word.YES),
        ("ja tak, på forhånd tak", Word.YES),
        ("øh, ja", Word.YES),
        ("ja?", Word.UNSURE),
        ("nej.", Word.NO),
        ("annullér venligst", Word.CANCEL),
        ("hvad mener du???", Word.HELP),
        ("👍🏽", Word.YES),
        ("nej, ikke Ole", None),
        ("ja, men 3. sal", None),
        ("stop printeren", None),
        ("tak", None),
        ("min mus er død", None),
        ("", None),
    ],
)
def test_only_the_whole_text_counts(text: str, word: Word | None) -> None:
    assert words.means(text) is word


@pytest.mark.parametrize(
    ("text", "count", "places"),
    [
        ("1", 3, [0]),
        ("1 og 3", 5, [0, 2]),
        ("1, 2 og 5", 5, [0, 1, 4]),
        ("2-4", 5, [1, 2, 3]),
        ("den første og den sidste", 4, [0, 3]),
        ("begge", 2, [0, 1]),
        ("alle", 3, [0, 1, 2]),
        ("7", 3, []),
        ("1 og banan", 3, []),
    ],
)
def test_places_in_a_list(text: str, count: int, places: list[int]) -> None:
    assert words.ordinals(text, count) == places


@given(st.text())
def test_no_text_breaks_the_matching(text: str) -> None:
    words.means(text)
    words.bare(text)
    words.ordinals(text, 5)
