"""Why a text was understood as it was: the parts add up to the score, and the words are ones that a controller knows."""

import json
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nlu
from dialogs.wishes import WISHES
from nlu import __main__ as cli
from nlu import entities, labels, train
from nlu.actions import marks
from nlu.explain import danish, explain, parts
from nlu.features import seen
from nlu.model import HERE

TODAY = date(2026, 11, 23)
MODEL = nlu.load()
TEXTS = [text for text, _ in train.phrases()[::97]]


def test_the_parts_add_up_to_the_score() -> None:
    for text in TEXTS:
        folded, named = seen(entities.read(text, TODAY))
        added = sum(parts(MODEL.weights, folded, named).values(), MODEL.weights.bias)
        assert np.abs(added - MODEL.weights.scores(folded, named)).max() < 1e-3, text


def test_the_words_that_decide_come_first_and_as_they_were_written() -> None:
    told = explain(MODEL, "journalisér mailen fra Ole Bang på sag 2026-0012345", TODAY)
    assert told.first[0] == "journal.file"
    assert told.reasons[0].what == "ordet ”journalisér”"
    assert told.reasons[0].tips > 0
    said = danish(told)
    assert "Læst som: journalisere en mail" in said
    assert "person: Ole Bang; sag i eDoc: 2026-0012345" in said
    assert "Ordet ”journalisér”" in said
    assert "det bliver gjort" in said


@pytest.mark.parametrize(
    ("threshold", "text", "said"),
    [
        (0.0, "min printer er død", "det bliver gjort"),
        (1.1, "min printer er død", "der spørges, for intet ønske er sikkert nok (grænsen er 110 %)"),
        (0.4, "hvad er der i kantinen", "det afvises"),
    ],
)
def test_it_says_what_would_happen(threshold: float, text: str, said: str) -> None:
    assert said in danish(explain(nlu.Model(MODEL.weights, MODEL.temperature, threshold), text, TODAY))


@given(st.text(max_size=200))
def test_any_text_is_explained(text: str) -> None:
    assert danish(explain(MODEL, text, TODAY)).startswith("Tekst: ")


def test_no_piece_of_a_word_stands_by_itself() -> None:
    for text in TEXTS[::5]:
        words = set(seen(entities.read(text, TODAY))[0].split())
        for part in parts(MODEL.weights, *seen(entities.read(text, TODAY))):
            kind, _, what = part.partition(" ")
            assert kind == "mark" or all(any(piece in word for word in words) for piece in what.split()), (text, part)


def test_every_intent_has_its_words_and_they_are_the_buttons_words() -> None:
    assert set(labels.LABELS) == set(MODEL.weights.classes)
    for intent, wish in WISHES.items():
        assert labels.wish(intent) == wish.label[0].lower() + wish.label[1:]


def test_every_mark_has_its_words() -> None:
    found = {one for text in TEXTS for mark in marks(seen(entities.read(text, TODAY))[0]) if mark[:2] != "s_" for one in mark.split("__")}
    assert [name for name in sorted(found) if name.lstrip("1") not in labels._MARKS] == []


def test_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(HERE)
    assert cli.main(["explain", "--model", folder, "--json", "min printer er død"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["first"]["intent"] == "case.create"
    assert told["verdict"] == "do"
    assert set(told["reasons"][0]) == {"what", "first", "second"}
    assert cli.main(["explain", "--model", folder, "min printer er død"]) == 0
    assert "for 1" in capsys.readouterr().out
