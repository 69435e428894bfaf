"""The card of a model: what it was made of, how it does on each labelled set and each intent, and where it is weak. JSON, and Markdown to read."""

import json
import platform
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from nlu import evaluate, fingerprint, vectors
from nlu.model import Model

LIBRARIES = ("numpy", "scikit-learn", "scipy", "skops")
WEAK = 0.93  # an intent with a lower recall or precision is named as a weak point
FEW = 15  # labelled sentences: an intent with fewer is judged by chance
CONFUSED = 10

_ABOUT = """A text in Danish → one of the intents below or out_of_scope, with a probability. Entities are found by rules, not by this model.
Trained on {phrases} phrases ({terms} as features); a text whose best intent has a probability under {threshold} is out of scope.
Temperature {temperature}."""
_WORTH = """The sets have served to find errors and to choose the threshold, so these numbers guard against falling back; strangers are
understood less well (docs/understanding.md)."""

Sets = Mapping[str, list[evaluate.Row]]


def write(folder: Path, model: Model, phrases: Counter[str], sets: Sets) -> dict[str, Any]:
    """Judge the model whose weights and pipeline lie in `folder`, write card.json and card.md beside them, and give the card."""
    answers = {name: evaluate.answers(model, rows) for name, rows in sets.items()}
    each = {name: evaluate.judged(rows, answers[name]) for name, rows in sets.items()}
    whole = evaluate.judged([row for rows in sets.values() for row in rows], [one for told in answers.values() for one in told])
    card = {
        "made_of": fingerprint.of_training(),
        "features": fingerprint.of_features(),
        "pipeline": fingerprint.of_file(folder / "pipeline.skops"),
        "weights": fingerprint.of_file(folder / "weights.npz"),
        "made_on": datetime.now(UTC).date().isoformat(),
        "libraries": {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}},
        "classes": list(model.weights.classes),
        "temperature": model.temperature,
        "threshold": model.threshold,
        "phrases": {intent: phrases[intent] for intent in model.weights.classes},
        "terms": {name: len(channel.rows) for name, channel in zip(vectors.CHANNELS, model.weights.channels, strict=True)},
        "development": {name: evaluate.summary(scores) for name, scores in each.items()},
        "together": whole,
    }
    card["weak_points"] = weak_points(card)
    (folder / "card.json").write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", "utf-8")
    (folder / "card.md").write_text(markdown(card), "utf-8")
    return card


def weak_points(card: dict[str, Any]) -> list[str]:
    """What the numbers say about where the model errs, one sentence each."""
    together = card["together"]
    points = []
    for intent, scores in sorted(together["intents"].items(), key=lambda pair: min(pair[1]["recall"], pair[1]["precision"])):
        if scores["sentences"] < FEW:
            points.append(f"{intent} is judged by {scores['sentences']} sentences only.")
        elif min(scores["recall"], scores["precision"]) < WEAK:
            points.append(f"{intent}: {_percent(scores['recall'])} found, {_percent(scores['precision'])} of those told are right.")
    points += [f"{right} is told as {told} ({count} times)." for right, told, count in together["confused"] if count > 1][:CONFUSED]
    for kind, scores in together["entities"].items():
        if scores["f1"] < WEAK:
            points.append(f"The entity {kind}: F1 {_percent(scores['f1'])} ({scores['wrong']} wrong, {scores['missed']} missed).")
    worst = min(card["development"].items(), key=lambda pair: pair[1]["accuracy"])
    points.append(f"The hardest set is {worst[0]}: {_percent(worst[1]['accuracy'])} of all sentences right.")
    return points


def markdown(card: dict[str, Any]) -> str:
    """The card to read."""
    together = card["together"]
    libraries = ", ".join(f"{name} {number}" for name, number in card["libraries"].items())
    parts = [
        f"# Model {card['weights'][:12]}",
        f"Made on {card['made_on']} with {libraries}. Weights (SHA-256) `{card['weights']}`, made of `{card['made_of']}`.",
        _ABOUT.format(
            phrases=sum(card["phrases"].values()),
            terms=", ".join(f"{number} {name}" for name, number in card["terms"].items()),
            threshold=card["threshold"],
            temperature=card["temperature"],
        ),
        _WORTH,
        "## By set",
        _table(
            ("set", "sentences", "all right", "in scope right", "in scope rejected", "out of scope found", "its precision", "entities F1", "calibration error"),
            [_row(name, scores) for name, scores in (*card["development"].items(), ("all together", together))],
        ),
        "## By intent",
        _table(
            ("intent", "phrases", "sentences", "found", "precision", "F1"),
            [
                (intent, str(card["phrases"].get(intent, 0)), str(one["sentences"]), *(_percent(one[key]) for key in ("recall", "precision", "f1")))
                for intent, one in together["intents"].items()
            ],
        ),
        "## Confused",
        _table(("meant", "told", "times"), [(right, told, str(count)) for right, told, count in together["confused"]]),
        "## Calibration",
        f"Expected calibration error {_percent(together['calibration_error'])} over {evaluate.BINS} bins: how sure the model says it is, and how often it is right.",
        _table(
            ("probability from", "sentences", "on average", "right"),
            [(f"{bin_['from']:.1f}", str(bin_["sentences"]), _percent(bin_["confidence"]), _percent(bin_["right"])) for bin_ in together["reliability"]],
        ),
        "## Known weak points",
        "\n".join(f"- {point}" for point in card["weak_points"]),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _row(name: str, scores: dict[str, Any]) -> tuple[str, ...]:
    keys = ("accuracy", "in_scope_accuracy", "in_scope_rejected", "oos_recall", "oos_precision", "entity_f1", "calibration_error")
    return (name, str(scores["sentences"]), *(_percent(scores[key]) for key in keys))


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *rows))


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
