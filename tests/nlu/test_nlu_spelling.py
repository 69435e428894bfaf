"""Slips of the finger in words that the phrases know."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu import entities, evaluate, features, ordinary, slots, spelling, train, typos


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("distrbutionslisten", "distributionslisten"),
        ("journalsier", "journaliser"),
        ("adgnag", "adgang"),
        ("printer", "printer"),
        ("sag", "sag"),
        ("qwertyuiop", "qwertyuiop"),
        ("inc0010243", "inc0010243"),
        ("", ""),
    ],
)
def test_a_word_one_slip_away_is_the_word(written: str, meant: str) -> None:
    assert spelling.corrected(written) == meant


def test_the_words_are_those_of_the_phrases() -> None:
    texts = (features.plain(entities.read(text, evaluate.REFERENCE, slots.INVENTED)) for text, _ in train.phrases())
    assert spelling.WORDS.read_text("utf-8") == spelling.listed(texts), "phrases have changed: run python -m nlu train --out nlu/model"


def test_the_ordinary_words_are_those_of_the_phrases() -> None:
    listed = ordinary.listed(text for text, _ in train.phrases())
    assert ordinary.WORDS.read_text("utf-8") == listed, "phrases have changed: run python -m nlu train --out nlu/model"


def test_most_slips_in_common_words_are_undone() -> None:
    chance = random.Random(3)
    common = [line[1:] for line in spelling.WORDS.read_text("utf-8").split() if line[0] == "+" and len(line) > 6]
    slipped = [(word, typos.slip(word, chance)) for word in common]
    undone = sum(spelling.corrected(written) == word for word, written in slipped)
    assert undone / len(slipped) > 0.9


@given(st.text(alphabet=st.characters(categories=["Ll"]), max_size=30))
def test_a_corrected_word_is_right_as_it_stands(word: str) -> None:
    assert spelling.corrected(spelling.corrected(word)) == spelling.corrected(word)
