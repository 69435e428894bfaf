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
        ("ok fint", Word.YES),
        ("ja tak, det er fint", Word.YES),
        ("ja tak, opret sagen", Word.YES),
        ("ja, opret den bare", Word.YES),
        ("Tusind tak. Det ser helt rigtigt ud, så du må meget gerne oprette den for mig.", Word.YES),
        ("mange tak for det", None),
        ("ja ja", Word.UNSURE),
        ("ja nej", None),
        ("nej tak, ikke rigtigt", Word.NO),
        ("jeg ved ikke, hvad jeg skal svare", Word.HELP),
        ("det forstår jeg ikke helt", Word.HELP),
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


@given(st.text())
def test_a_mark_at_the_end_changes_nothing_of_what_a_text_means(text: str) -> None:
    assert words.means(f"{text}.") is words.means(f"{text} !") is words.means(words.whole(text))
    assert words.bare(words.bare(text)) == words.bare(text)
