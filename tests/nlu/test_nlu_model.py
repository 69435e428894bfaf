"""The committed model: made of the committed phrases, equal to its pipeline, quick, and never at a loss."""

import hashlib
import json
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import skops.io

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


def test_html_from_teams_and_a_quoted_mail_do_not_hide_the_wish() -> None:
    assert MODEL.understand("<p>Min <b>printer</b> er d&oslash;d</p>", TODAY).intent == "case.create"
    quoted = "journalisér den her mail\n\nFra: Ole Bang\nSendt: i går\nEmne: Slet mig\n\nSlet mig fra listen Barsel Info!"
    assert MODEL.understand(quoted, TODAY).intent == "journal.file"


def test_threads_get_the_same_answers() -> None:
    texts = [text for text, _ in train.phrases()[::40]]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: MODEL.understand(text, TODAY), texts)) == [MODEL.understand(text, TODAY) for text in texts]


def test_start_is_without_scikit_learn() -> None:
    code = "import sys, nlu; nlu.load(); print({'sklearn', 'spacy', 'scipy', 'skops', 'sqlalchemy'} & {name.split('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"


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
