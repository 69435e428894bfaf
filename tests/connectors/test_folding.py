"""Spelling: what people type finds what the systems hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.folding import MAX_SPELLINGS, fold, holds, spellings, words_of

NAMES = st.text(st.sampled_from("abdegkorsæøåÆØÅéüAOE -.'"), max_size=20)
PAIRS = {"æ": "ae", "ø": "oe", "å": "aa", "Æ": "AE", "Ø": "Oe", "Å": "aa"}


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Kjær", "kjaer"),
        ("ØSTERGAARD", "oestergaard"),
        ("Ågård", "aagaard"),
        ("A\u030agaard", "aagaard"),
        ("André  Søe", "andre soee"),
        ("", ""),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(NAMES)
def test_danish_letters_and_their_pairs_are_one(text: str) -> None:
    pairs = "".join(PAIRS.get(letter, letter) for letter in text)
    assert fold(pairs) == fold(text)


@given(NAMES)
def test_every_spelling_folds_to_the_same(text: str) -> None:
    for word in words_of(text):
        found = spellings(word)
        assert 1 <= len(found) <= MAX_SPELLINGS
        assert word in found
        assert {fold(one) for one in found} == {word}


@given(NAMES, NAMES)
def test_a_text_holds_its_own_words_in_any_order(first: str, second: str) -> None:
    assert holds(f"{first} {second}", " ".join(reversed(words_of(f"{first} {second}"))))


def test_parts_of_words_count_and_others_do_not() -> None:
    assert holds("Ny ergonomisk mus på Borups Allé", "ERGONOMI alle")
    assert not holds("Ny ergonomisk mus", "ergonomi tastatur")
