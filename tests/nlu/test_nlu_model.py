"""The committed model: made of the committed phrases, equal to its pipeline, quick, and never at a loss."""

import hashlib
import json
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import skops.io
from hypothesis import given
from hypothesis import strategies as st

import nlu
from nlu import entities, fingerprint, train, typos
from nlu.features import seen
from nlu.model import HERE

TODAY = date(2026, 11, 23)
MODEL = nlu.load()
CARD = json.loads((HERE / "card.json").read_text("utf-8"))


def test_the_model_is_made_of_these_phrases_and_this_code() -> None:
    assert CARD["made_of"] == fingerprint.of_training(), "phrases or features have changed: run python -m nlu train --out nlu/model"
    assert CARD["pipeline"] == hashlib.sha256((HERE / "pipeline.skops").read_bytes()).hexdigest()
    assert CARD["classes"] == list(MODEL.weights.classes)


def test_the_stored_pipeline_needs_no_trust() -> None:
    assert skops.io.get_untrusted_types(file=HERE / "pipeline.skops") == []


def test_the_model_is_small() -> None:
    assert sum(path.stat().st_size for path in HERE.iterdir()) < 15_000_000


def test_weights_answer_as_the_pipeline_on_ten_thousand_texts() -> None:
    chance = random.Random(7)
    texts = [text for text, _ in train.phrases()]
    texts = chance.sample(texts, 6000) + [typos.hurried(text, chance) for text in chance.sample(texts, 4000)]
    rows = train.table(texts, TODAY)
    pipeline = skops.io.load(HERE / "pipeline.skops")
    expected = pipeline.decision_function(rows)
    got = np.array([MODEL.weights.scores(folded, marks) for folded, marks in rows])
    assert list(pipeline.classes_) == list(MODEL.weights.classes)
    assert len(got) == 10_000
    assert np.abs(got - expected).max() < 1e-3
    assert (got.argmax(1) == expected.argmax(1)).all()


def test_probabilities_are_probabilities() -> None:
    chances = MODEL.probabilities("min printer er død", TODAY)
    assert sum(chances.values()) == pytest.approx(1, abs=1e-4)
    assert max(chances, key=lambda intent: chances[intent]) == "case.create"


def test_below_the_threshold_a_text_is_out_of_scope_and_its_best_reading_is_an_alternative() -> None:
    strict = nlu.Model(MODEL.weights, MODEL.temperature, 1.1)
    understood = strict.understand("min printer er død", TODAY)
    assert understood.intent == nlu.OUT_OF_SCOPE
    assert understood.alternatives[0] == ("case.create", understood.confidence)
    assert len(understood.alternatives) == 3


def test_a_sure_reading_has_other_alternatives() -> None:
    understood = MODEL.understand("sæt Ole Bang på Barsel Info", TODAY)
    assert understood.intent == "distribution_list.add_member"
    assert understood.entities == {"person": ["Ole Bang"], "list_name": ["Barsel Info"]}
    assert understood.intent not in [intent for intent, _ in understood.alternatives]


@pytest.mark.parametrize("text", ["", "   ", "!!!", "👍👍", "\u200b\u200f", "שלום", "<p></p>", "\x00\x07", "\ud800", "> alt er citat"])
def test_texts_without_a_wish(text: str) -> None:
    assert MODEL.understand(text, TODAY).intent == nlu.OUT_OF_SCOPE


@given(st.text())
def test_any_string_is_answered(text: str) -> None:
    understood = MODEL.understand(text, TODAY)
    assert 0 <= understood.confidence <= 1
    assert len(understood.alternatives) <= 3


def test_html_from_teams_and_a_quoted_mail_do_not_hide_the_wish() -> None:
    assert MODEL.understand("<p>Min <b>printer</b> er d&oslash;d</p>", TODAY).intent == "case.create"
    quoted = "journalisér den her mail\n\nFra: Ole Bang\nSendt: i går\nEmne: Slet mig\n\nSlet mig fra listen Barsel Info!"
    assert MODEL.understand(quoted, TODAY).intent == "journal.file"


@pytest.mark.parametrize("bad", ["a" * 100_000, "sæt Ole på Barsel Info i går " * 4000, "1/1-" * 30_000, "a@" * 50_000, '"' * 100_000, "<" * 100_000, "Aa Bb " * 20_000, "mandag til " * 10_000, "Fra: x\n" * 15_000])  # fmt: skip
def test_long_and_twisted_texts_take_bounded_time(bad: str) -> None:
    start = time.thread_time()
    MODEL.understand(bad, TODAY)
    assert time.thread_time() - start < 0.1  # 20 ms on an idle machine


def test_threads_get_the_same_answers() -> None:
    texts = [text for text, _ in train.phrases()[::40]]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: MODEL.understand(text, TODAY), texts)) == [MODEL.understand(text, TODAY) for text in texts]


def test_one_sentence_takes_less_than_half_a_millisecond() -> None:
    texts = [text for text, _ in train.phrases()[::15]]
    taken = []
    for text in texts:
        start = time.thread_time()
        MODEL.understand(text, TODAY)
        taken.append(time.thread_time() - start)
    middle, late = np.percentile(taken, [50, 99]) * 1000
    print(f"one sentence: p50 {middle:.2f} ms, p99 {late:.2f} ms")
    assert middle < 1.0  # 0.3 ms on an idle machine; room for a loaded one
    assert late < 5.0


def test_start_is_quick_and_without_scikit_learn() -> None:
    code = (
        "import time, sys; start = time.process_time(); import nlu; nlu.load(); taken = time.process_time() - start;"
        "assert not {'sklearn', 'spacy', 'scipy', 'skops'} & {name.split('.')[0] for name in sys.modules}, 'too much imported'; print(taken)"
    )
    taken = float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)
    print(f"import and load: {taken:.2f} s of processor time")
    assert taken < 0.7  # 0.25 s on an idle machine


def test_a_model_whose_files_do_not_belong_together_is_refused(tmp_path: Path) -> None:
    (tmp_path / "weights.npz").write_bytes((HERE / "weights.npz").read_bytes())
    (tmp_path / "card.json").write_text(json.dumps(CARD | {"classes": ["case.create"]}), "utf-8")
    with pytest.raises(ValueError, match="not of the same model"):
        nlu.load(tmp_path)
    with pytest.raises(OSError, match=r"card\.json"):
        nlu.load(tmp_path / "nowhere")


def test_features_do_not_hold_what_was_named() -> None:
    folded, _ = seen(entities.read("sæt Ole Bang på listen Barsel Info, sag INC0010243, cpr 310299-0000", TODAY))
    assert "bang" not in folded
    assert "barsel" not in folded
    assert not any(char.isdecimal() for char in folded)
