"""How well a model understands labelled sentences: intents, what is out of scope, and entities by exact value."""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from nlu.model import Model
from nlu.understanding import OUT_OF_SCOPE, Understanding

REFERENCE = date(2026, 11, 23)  # the Monday that the development sentences' dates are counted from

BINS = 10

Item = tuple[str, str]


@dataclass(frozen=True)
class Row:
    """One labelled sentence."""

    text: str
    intent: str
    entities: dict[str, Any] = field(default_factory=dict)


def rows(path: Path) -> list[Row]:
    """The sentences of a JSONL file, one `{"text", "intent", "entities"}` a line.

    Raises OSError, and ValueError naming the line that is something else.
    """
    out = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            out.append(Row(str(said["text"]), str(said["intent"]), dict(said.get("entities") or {})))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f'{path}, line {number}: not {{"text", "intent", "entities"}}') from error
    return out


def items(entities: dict[str, Any]) -> set[Item]:
    """The entities as pairs of kind and exact value, one for each member of a list."""
    out: set[Item] = set()
    for kind, value in entities.items():
        for one in value if isinstance(value, list) else [value]:
            out.add((kind, json.dumps(one, ensure_ascii=False, sort_keys=True)))
    return out


def evaluate(model: Model, labelled: list[Row], today: date = REFERENCE) -> dict[str, Any]:
    """`judged` on what `model` says to the sentences."""
    return judged(labelled, answers(model, labelled, today))


def answers(model: Model, labelled: list[Row], today: date = REFERENCE) -> list[Understanding]:
    """What `model` says to each sentence."""
    return [model.understand(row.text, today) for row in labelled]


def judged(labelled: list[Row], answers: list[Understanding]) -> dict[str, Any]:
    """Accuracy, macro F1, recall and precision of what is out of scope, entity F1; by intent and by entity; calibration; what was confused."""
    pairs = [(row.intent, answer.intent) for row, answer in zip(labelled, answers, strict=True)]
    intents = {intent: _by_label(pairs, intent) for intent in sorted({right for right, _ in pairs} | {told for _, told in pairs})}
    inside = [(right, told) for right, told in pairs if right != OUT_OF_SCOPE]
    found = _entities(labelled, answers)
    reliable = _reliability(labelled, answers)
    outside = intents.get(OUT_OF_SCOPE, _by_label(pairs, OUT_OF_SCOPE))
    return {
        "sentences": len(labelled),
        "accuracy": _share(sum(right == told for right, told in pairs), len(pairs)),
        "macro_f1": _share(sum(scores["f1"] for scores in intents.values()), len(intents)),
        "in_scope_accuracy": _share(sum(right == told for right, told in inside), len(inside)),
        "in_scope_rejected": _share(sum(told == OUT_OF_SCOPE for _, told in inside), len(inside)),
        "oos_recall": outside["recall"],
        "oos_precision": outside["precision"],
        "entity_f1": _f1(*(sum(counts[at] for counts in found.values()) for at in range(3))),
        "calibration_error": _share(sum(abs(bin_["confidence"] - bin_["right"]) * bin_["sentences"] for bin_ in reliable), len(labelled)),
        "intents": intents,
        "entities": {
            kind: {"f1": _f1(*counts), "right": counts[0], "wrong": counts[1], "missed": counts[2]}
            for kind, counts in sorted(found.items())
        },
        "reliability": reliable,
        "confused": [[*pair, count] for pair, count in Counter(pair for pair in pairs if pair[0] != pair[1]).most_common(20)],
    }


def summary(scores: dict[str, Any]) -> dict[str, Any]:
    """The numbers alone, without the tables."""
    return {name: value for name, value in scores.items() if not isinstance(value, dict | list)}


def _by_label(pairs: list[Item], label: str) -> dict[str, float]:
    right = sum(pair == (label, label) for pair in pairs)
    wanted = sum(pair[0] == label for pair in pairs)
    told = sum(pair[1] == label for pair in pairs)
    return {
        "recall": _share(right, wanted),
        "precision": _share(right, told),
        "f1": _f1(right, told - right, wanted - right),
        "sentences": wanted,
    }


def _entities(labelled: list[Row], answers: list[Understanding]) -> dict[str, list[int]]:
    """By kind: how many were found rightly, found wrongly, and missed."""
    counts: dict[str, list[int]] = {}
    for row, answer in zip(labelled, answers, strict=True):
        wanted, told = items(row.entities), items(answer.entities)
        for at, group in enumerate((wanted & told, told - wanted, wanted - told)):
            for kind, _ in group:
                counts.setdefault(kind, [0, 0, 0])[at] += 1
    return counts


def _reliability(labelled: list[Row], answers: list[Understanding]) -> list[dict[str, float]]:
    """Ten equal bins of the likeliest label's probability: how sure the model was on average, and how often it was right."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for row, answer in zip(labelled, answers, strict=True):
        bins[min(int(answer.confidence * BINS), BINS - 1)].append((answer.confidence, answer.best == row.intent))
    return [
        {
            "from": round(at / BINS, 2),
            "sentences": len(held),
            "confidence": _share(sum(chance for chance, _ in held), len(held)),
            "right": _share(sum(right for _, right in held), len(held)),
        }
        for at, held in enumerate(bins)
        if held
    ]


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 0.0


def _f1(right: int, wrong: int, missed: int) -> float:
    return _share(2 * right, 2 * right + wrong + missed)
