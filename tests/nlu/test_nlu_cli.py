"""`python -m nlu` as it is run from outside."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nlu import __main__ as cli
from nlu import train

ROOT = Path(__file__).parents[2]


def run(*arguments: str, said: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "nlu", *arguments], input=said, capture_output=True, cwd=ROOT, check=False)


def test_predict_gives_one_object_a_line_whatever_comes_in() -> None:
    said = (
        "halvanden time på INC0010243 i går\n\nhvad er der i kantinen\n".encode() + b"\xff\xfe\x00 odd\n" + b"sidste linje uden linjeskift"
    )
    done = run("predict", "--today", "2026-11-23", said=said)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert len(lines) == 5
    assert all(set(line) == {"intent", "confidence", "alternatives", "entities"} for line in lines)
    assert lines[0]["intent"] == "case.time"
    assert lines[0]["entities"] == {"case_number": ["INC0010243"], "duration_minutes": 90, "date": "2026-11-22"}
    assert [line["intent"] for line in lines[1:3]] == ["out_of_scope", "out_of_scope"]
    assert set(lines[0]["alternatives"][0]) == {"intent", "confidence"}


def test_predict_answers_line_by_line() -> None:
    process = subprocess.Popen([sys.executable, "-m", "nlu", "predict"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        process.stdin.write(b"hej\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["intent"] == "greeting"
        process.stdin.close()


def test_evaluate_prints_the_agreed_numbers() -> None:
    done = run("evaluate", str(ROOT / "tests" / "nlu" / "dev_phone.jsonl"))
    assert done.returncode == 0, done.stderr
    scores = json.loads(done.stdout)
    assert {"accuracy", "macro_f1", "oos_recall", "oos_precision", "entity_f1"} <= set(scores)
    assert scores["sentences"] == 202


def test_evaluate_names_the_line_that_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text('{"text": "hej", "intent": "greeting"}\nikke json\n', "utf-8")
    assert cli.main(["evaluate", str(file)]) == 1
    assert "line 2" in capsys.readouterr().err
    assert cli.main(["evaluate", str(tmp_path / "missing.jsonl")]) == 1


def test_the_same_phrases_give_the_same_model(tmp_path: Path) -> None:
    few = train.phrases()[::40]
    cards = [train.train(tmp_path / name, few) for name in ("one", "other")]
    assert cards[0] == cards[1] | {"pipeline": cards[0]["pipeline"]}
    assert (tmp_path / "one" / "weights.npz").read_bytes() == (tmp_path / "other" / "weights.npz").read_bytes()
    done = run("predict", "--model", str(tmp_path / "one"), said=b"luk min sag")
    assert json.loads(done.stdout)["intent"] == "case.close"
