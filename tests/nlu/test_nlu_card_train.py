"""Training from the command line: the noise rule, the card, a model that falls is not taken, going back; and files that hold what may run."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu import __main__ as cli
from nlu import card, evaluate, train
from nlu.compare import Change, change
from nlu.learned import Learned
from nlu.model import HERE
from nlu.understanding import Understanding
from nlu.versions import SHIPPED, Versions

FEW = train.phrases()[::20]


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("lost", "won", "fell"), [(0, 0, False), (4, 0, False), (5, 0, True), (14, 6, False), (15, 5, True), (5, 15, False)]
)
def test_a_set_falls_when_fair_coins_would_seldom_lose_so_many(lost: int, won: int, *, fell: bool) -> None:
    assert Change("set", 200, 190, lost, won).fell is fell


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60))
def test_what_changed_adds_up(pairs: list[tuple[bool, bool]]) -> None:
    told = change("set", [before for before, _ in pairs], [after for _, after in pairs])
    assert told.after == sum(after for _, after in pairs)
    assert 0 < told.by_chance <= 1
    assert not (told.fell and told.after >= told.before)


def test_a_model_that_falls_is_kept_beside_and_not_taken(
    var: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(train, "phrases", lambda: FEW)
    assert cli.main(["train"]) == 1
    told = capsys.readouterr()
    assert "all together" in told.out
    assert "FELL" in told.out
    assert "fell by more than chance allows; shipped stays in use" in told.err
    assert Versions(var).in_use() == SHIPPED
    assert cli.main(["models"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed[0].split()[0] == SHIPPED
    assert "kept" in listed[1]


def test_a_model_that_learned_something_is_taken_and_one_command_goes_back(
    var: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(train, "phrases", lambda: FEW)
    monkeypatch.setattr(Change, "fell", False)  # the few phrases of a quick test lose against the shipped model
    Learned(var).add("snurre {navn} rundt på {liste}", "distribution_list.remove_member")
    Learned(var).add("Snurre {navn} rundt på {liste}", "distribution_list.remove_member")
    assert cli.main(["train"]) == 0
    name = Versions(var).in_use()
    assert f"In use now: {name}" in capsys.readouterr().out
    assert Versions(var).load(name).name.startswith(name[-8:])
    told = json.loads((Versions(var).path(name) / "card.json").read_text("utf-8"))
    assert told["phrases"]["distribution_list.remove_member"] == Counter(intent for _, intent in FEW)["distribution_list.remove_member"] + 1
    assert cli.main(["train"]) == 0
    assert "The same model as the one in use" in capsys.readouterr().out
    assert cli.main(["rollback"]) == 0
    assert "the model that came with the program" in capsys.readouterr().out
    assert cli.main(["rollback"]) == 1
    assert "none before it" in capsys.readouterr().err


def test_without_the_labelled_sentences_training_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="deploy tests/nlu as well"):
        train.sets(tmp_path)


def test_the_card_says_what_the_model_is_made_of_and_how_it_does() -> None:
    told = card_of_shipped()
    assert set(told["development"]) == set(train.sets())
    assert sum(one["sentences"] for one in told["together"]["reliability"]) == told["together"]["sentences"]
    assert set(told["libraries"]) == {"python", *card.LIBRARIES}
    text = (HERE / "card.md").read_text("utf-8")
    assert text == card.markdown(told)
    for part in ("## By set", "## By intent", "## Confused", "## Calibration", "## Known weak points", told["weights"]):
        assert part in text
    assert told["weak_points"] == card.weak_points(told)


def test_an_intent_that_is_often_missed_is_a_weak_point() -> None:
    told = card_of_shipped()
    told["together"]["intents"]["thanks"] = {"recall": 0.5, "precision": 1.0, "f1": 0.67, "sentences": 40}
    assert card.weak_points(told)[0] == "thanks: 50.0 % found, 100.0 % of those told are right."


def card_of_shipped() -> Any:
    return json.loads((HERE / "card.json").read_text("utf-8"))


def test_calibration_is_the_mean_gap_of_the_bins() -> None:
    rows = [evaluate.Row("hej", "greeting"), evaluate.Row("hej du", "thanks")]
    told = [Understanding("greeting", 0.75), Understanding("greeting", 0.75)]
    assert evaluate.judged(rows, told)["calibration_error"] == 0.25


def test_a_pipeline_with_a_type_that_is_not_known_to_be_harmless_is_refused(tmp_path: Path) -> None:
    shutil.copy(HERE / "pipeline.skops", tmp_path / "pipeline.skops")
    assert train.stored_pipeline(tmp_path).steps
    with ZipFile(HERE / "pipeline.skops") as whole, ZipFile(tmp_path / "pipeline.skops", "w") as changed:
        for name in whole.namelist():
            data = whole.read(name)
            if name == "schema.json":
                data = data.replace(b'"LogisticRegression"', b'"Popen"').replace(b'"sklearn.linear_model._logistic"', b'"subprocess"')
                data = data.replace(b'"ColumnTransformer"', b'"Popen"').replace(b'"sklearn.compose._column_transformer"', b'"subprocess"')
            changed.writestr(name, data)
    with pytest.raises(ValueError, match="not a pipeline of harmless types"):
        train.stored_pipeline(tmp_path)
    (tmp_path / "pipeline.skops").write_bytes(b"something else")
    with pytest.raises(ValueError, match="not a pipeline"):
        train.stored_pipeline(tmp_path)
