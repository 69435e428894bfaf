"""The comparison with other classifiers: how it judges, and what it leaves out."""

import sys

import pytest

from bench import understanding_peers
from bench.understanding_peers import examples, judged, plain
from nlu.evaluate import Row


def test_accuracy_and_what_is_found_at_three_per_cent_rejected() -> None:
    rows = [Row("x", "a")] * 100 + [Row("y", "out_of_scope")] * 4
    told = [{"a": 0.5 + at / 1000, "b": 0.1, "out_of_scope": 0.2} for at in range(99)] + [{"a": 0.1, "b": 0.9, "out_of_scope": 0.0}]
    outside = [
        {"a": 0.502, "b": 0.0, "out_of_scope": 0.4},
        {"a": 0.504, "b": 0.0, "out_of_scope": 0.1},
        {"a": 0.1, "b": 0.2, "out_of_scope": 0.7},
    ]
    found = judged(rows, [*told, *outside, {"a": 0.99, "b": 0.0, "out_of_scope": 0.0}])
    assert found["accuracy"] == pytest.approx(0.99)
    assert found["oos_found"] == pytest.approx(2 / 4)  # the threshold is the fourth lowest of the hundred: 0.503


def test_peers_learn_from_the_same_sentences_and_are_judged_by_each_writer() -> None:
    given, sets = examples("kollega", None)
    assert {intent for _, intent in given} >= {row.intent for rows in sets.values() for row in rows}
    assert len(sets) >= 8
    assert plain("Sæt Ole på Barsel-Info!") == "saet ole paa barsel - info !"


def test_public_sets_that_are_not_there_are_left_out_with_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NLU_DATA", raising=False)
    monkeypatch.setattr(sys, "argv", ["understanding_peers", "--sets", "xsid_da", "clinc150", "--peers", "kollega"])
    understanding_peers.main()
    said = capsys.readouterr().out
    assert "xsid_da is left out: no xsid_da_train.jsonl (give its folder with --data or NLU_DATA)" in said
    assert "clinc150 is left out" in said
