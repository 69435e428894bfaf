"""How well the model does on sentences that it has not learned, writer by writer. The floors hold with a margin; the numbers are printed (pytest -s)."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

import nlu
from nlu import evaluate, typos
from nlu.normalise import fold

HERE = Path(__file__).parent
MODEL = nlu.load()
SETS = {path.stem: evaluate.rows(path) for path in sorted(HERE.glob("*.jsonl"))}
ALL = [row for rows in SETS.values() for row in rows]

# In-scope accuracy, out-of-scope recall and precision, entity F1. The errors of dev_* and writer_* have been read, the intents of held_* never.
FLOORS = {
    "dev_formal": (0.96, 0.94, 0.94, 0.97),
    "dev_late": (0.92, 0.94, 0.90, 0.95),
    "dev_many": (0.94, 0.89, 0.93, 0.95),
    "dev_mixed": (0.94, 0.92, 0.92, 0.96),
    "dev_phone": (0.96, 0.94, 0.94, 0.97),
    "dev_sayings": (0.93, 0.94, 0.94, 0.95),
    "dev_staff": (0.95, 0.94, 0.93, 0.97),
    "dev_wishes": (0.95, 0.93, 0.95, 0.97),
    "held_final": (0.90, 0.87, 0.90, 0.90),
    "writer_frontline": (0.93, 0.92, 0.92, 0.97),
    "writer_it": (0.94, 0.92, 0.92, 0.97),
    "writer_office": (0.93, 0.92, 0.92, 0.97),
}


def accuracy(texts: list[str]) -> float:
    return sum(MODEL.understand(text, evaluate.REFERENCE).intent == row.intent for text, row in zip(texts, ALL, strict=True)) / len(ALL)


@pytest.mark.parametrize("name", SETS)
def test_each_writer_is_understood(name: str) -> None:
    scores = evaluate.evaluate(MODEL, SETS[name])
    print(name, evaluate.summary(scores))
    told = (scores["in_scope_accuracy"], scores["oos_recall"], scores["oos_precision"], scores["entity_f1"])
    assert all(value >= floor for value, floor in zip(told, FLOORS[name], strict=True)), told
    assert scores["in_scope_rejected"] <= 0.05
    assert scores["calibration_error"] <= 0.06


@pytest.mark.parametrize("intent", ["mailbox.add_member", "mailbox.auto_reply", "distribution_list.change_owner"])
def test_what_came_later_is_told_apart_from_its_neighbours(intent: str) -> None:
    scores = evaluate.evaluate(MODEL, SETS["dev_wishes"])["intents"][intent]
    assert scores["sentences"] >= 7
    assert min(scores["recall"], scores["precision"]) >= 0.88


def test_every_set_has_floors() -> None:
    assert set(FLOORS) == set(SETS)


def test_a_slip_of_the_finger_costs_little() -> None:
    chance = random.Random(11)
    plain = accuracy([row.text for row in ALL])
    slipped = sum(accuracy([typos.slip(row.text, chance) for row in ALL]) for _ in range(2)) / 2
    print(f"as written {plain:.3f}, with one slip {slipped:.3f}")
    assert plain - slipped <= 0.02


@pytest.mark.parametrize(
    ("name", "change", "cost"),
    [
        ("ae oe aa", lambda text: text.replace("æ", "ae").replace("ø", "oe").replace("å", "aa"), 0.005),
        ("a o a", typos.plain_letters, 0.015),
        ("capitals", str.upper, 0.01),
        ("small letters", str.lower, 0.01),
        ("no punctuation", typos.without_punctuation, 0.005),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_other_ways_of_typing_cost_little(name: str, change: Callable[[str], str], cost: float) -> None:
    plain, changed = accuracy([row.text for row in ALL]), accuracy([change(row.text) for row in ALL])
    print(f"{name}: {plain:.3f} → {changed:.3f}")
    assert plain - changed <= cost


def test_the_sets_do_not_share_sentences() -> None:
    seen: dict[str, str] = {}
    for name, rows in SETS.items():
        for row in rows:
            words = fold(row.text)
            assert len(words.split()) < 5 or seen.setdefault(words, name) == name
