"""`python -m nlu` as it is run from outside."""

import json
import os
import pty
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


def test_no_text_is_no_error_and_is_said() -> None:
    done = run("predict")
    assert (done.returncode, done.stdout) == (0, b"")
    assert b"nothing came on stdin" in done.stderr


def test_on_a_terminal_it_says_that_it_waits() -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "nlu", "predict"], stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    ) as process:
        os.close(theirs)
        os.write(ours, b"hej\n\x04")
        out, said = process.communicate(timeout=60)
    os.close(ours)
    assert b"one text a line" in said
    assert json.loads(out)["intent"] == "greeting"


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["predict", "--today", "i morgen"], 2, "--today"),
        (["predict", "--model", "nowhere"], 1, "nowhere/card.json"),
        (["explain"], 2, "text"),
        (["review", "--relabel", "x"], 2, "--relabel"),
        (["review", "--drop", "x", "--accept", "y"], 2, "not allowed with"),
        (["fly"], 2, "invalid choice"),
    ],
)
def test_a_wrong_command_line_is_told(arguments: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        ended = cli.main(arguments)
    except SystemExit as error:
        ended = int(error.code or 0)
    assert ended == status
    assert said in capsys.readouterr().err


def test_a_database_that_is_away_is_one_sentence_without_its_secret(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://kollega:hemmelig@127.0.0.1:9/x")
    assert cli.main(["review", "--list"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("DATABASE_URL: the database does not answer")
    assert "hemmelig" not in said


def test_an_empty_file_of_sentences_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "none.jsonl").write_text("\n")
    assert cli.main(["evaluate", str(tmp_path / "none.jsonl")]) == 1
    assert "no sentences" in capsys.readouterr().err
