"""`python -m nlu explain "tekst"`: what in a text spoke for the two likeliest intents, in Danish, for somebody who has never seen a model."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np

from nlu import entities, vectors
from nlu.features import seen
from nlu.labels import ENTITIES, MASKS, mark, wish
from nlu.model import Model, readable
from nlu.normalise import fold
from nlu.understanding import CLOSE, LIKELY, NEARLY, OUT_OF_SCOPE, Understanding, Verdict

SHOWN = 12  # lines of the table
LEAST = 0.05  # what weighs less than this share of the heaviest is left out

Weight = vectors.Floats
_parted = re.compile(vectors.WORD_PATTERN).findall


@dataclass(frozen=True)
class Reason:
    """Something in the text, in words, and how much it speaks for each of the two intents (against it, where negative)."""

    what: str
    first: float
    second: float

    @property
    def tips(self) -> float:
        """How much it tips from the second to the first."""
        return self.first - self.second


@dataclass(frozen=True)
class Explanation:
    """Why a text was understood as it was. `first`, `second`: the likeliest labels and their probabilities."""

    text: str
    understood: Understanding
    first: tuple[str, float]
    second: tuple[str, float]
    threshold: float
    reasons: tuple[Reason, ...]

    def as_json(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "text": self.text,
            "first": {"intent": self.first[0], "confidence": round(self.first[1], 4)},
            "second": {"intent": self.second[0], "confidence": round(self.second[1], 4)},
            "threshold": self.threshold,
            "margin": round(self.first[1] - self.second[1], 4),
            "verdict": self.understood.verdict.value,
            "entities": self.understood.entities,
            "reasons": [{"what": one.what, "first": round(one.first, 3), "second": round(one.second, 3)} for one in self.reasons],
        }


def explain(model: Model, text: str, today: date) -> Explanation:
    """Why `model` understands `text`, written on the day `today`, as it does."""
    reading = entities.read(text, today, model.known)
    (first, second), understood = model.ranked(reading)[:2], model.understand(text, today)
    if not readable(reading.text):
        return Explanation(text, understood, (OUT_OF_SCOPE, 1.0), (OUT_OF_SCOPE, 0.0), model.threshold, ())
    pair = [model.weights.classes.index(first[0]), model.weights.classes.index(second[0])]
    spelt = {fold(word): word for word in reading.text.split()}
    said: dict[str, Weight] = defaultdict(lambda: np.zeros_like(model.weights.bias))
    for what, weight in parts(model.weights, *seen(reading)).items():
        said[_words(what, spelt)] += weight  # two marks may have the same words
    reasons = sorted((Reason(what, *weight[pair].tolist()) for what, weight in said.items()), key=lambda one: -abs(one.tips))
    return Explanation(text, understood, first, second, model.threshold, tuple(reasons))


def parts(weights: vectors.Weights, folded: str, marks: str) -> dict[str, Weight]:
    """What each word, pair of words, and mark adds to the score of every class; with the classes' own bias, all of the score.

    The runs of characters are counted to the word that they are part of. Keys: "word x", "pair x y", "mark x".
    """
    words, chars, named = weights.channels
    said = _parted(folded)
    found: dict[str, Weight] = defaultdict(lambda: np.zeros_like(weights.bias))
    units = [(word, f"word {word}") for word in said] + [(f"{one} {other}", f"pair {one} {other}") for one, other in pairwise(said)]
    _add(found, weights, words, units)
    _add(found, weights, chars, [(gram, f"word {_core(word)}") for word in folded.split() for gram in vectors.char_grams(word)])
    _add(found, weights, named, [(one, f"mark {one}") for one in marks.split()])
    return dict(found)


def _core(word: str) -> str:
    """A word without the punctuation around it."""
    inner = _parted(word)
    return str(inner[0]) if len(inner) == 1 else word


def _add(found: dict[str, Weight], weights: vectors.Weights, channel: vectors.Channel, units: list[tuple[str, str]]) -> None:
    """Add a channel's share: each term's weight, divided among the places that it stands in."""
    owners: dict[int, Counter[str]] = defaultdict(Counter)
    for term, owner in units:
        if (row := channel.rows.get(term)) is not None:
            owners[row][owner] += 1
    if not owners:
        return
    which = np.fromiter(owners, np.int32, len(owners))
    counts = np.array([sum(counter.values()) for counter in owners.values()], np.float32)
    values = (1 + np.log(counts)) * weights.idf[which]
    values *= channel.weight / np.sqrt(values @ values)
    for row, value, count in zip(which, values, counts, strict=True):
        for owner, times in owners[int(row)].items():
            found[owner] = found[owner] + weights.matrix[row] * (value * times / count)


def _words(what: str, spelt: dict[str, str]) -> str:
    """A key of `parts` in Danish."""
    kind, _, name = what.partition(" ")
    if kind == "mark":
        return f"kendetegn: {mark(name)}"
    shown = [f"({ENTITIES[MASKS[word]]})" if word in MASKS else _as_written(word, spelt) for word in name.split()]
    return f"ordet ”{shown[0]}”" if kind == "word" else f"ordene ”{' '.join(shown)}”"


def _as_written(word: str, spelt: dict[str, str]) -> str:
    return next((written.strip('.,;:!?"”„“()') for folded, written in spelt.items() if folded.strip('.,;:!?"”„“()') == word), word)


def danish(told: Explanation) -> str:
    """The explanation to read: what it was understood as, what speaks for it, and what would happen."""
    (first, sure), (second, less) = told.first, told.second
    lines = [
        f"Tekst: ”{' '.join(told.text.split())[:300]}”",
        f"Læst som: {wish(first)} ({_percent(sure)}).",
        f"Det næstbedste: {wish(second)} ({_percent(less)}). Forskellen er {100 * (sure - less):.0f} procentpoint." if less else "",
        f"Fundet i teksten: {_entities(told.understood.entities) or 'ingen navne, numre eller tidspunkter'}.",
        f"Det sker der: {_verdict(told)}",
    ]
    lines = [line for line in lines if line]
    heavy = [one for one in told.reasons if abs(one.tips) >= LEAST * abs(told.reasons[0].tips)][:SHOWN]
    if not heavy:
        return "\n".join([*lines, "Der er ingen ord i teksten, som jeg kender."])
    for intent, towards in ((first, 1), (second, -1)):
        best = [one.what for one in heavy if one.tips * towards > 0][:2]
        if best:
            said = " og ".join(best)
            lines.append(f"{said[0].upper()}{said[1:]} taler for {'' if intent == OUT_OF_SCOPE else 'at '}{wish(intent)}.")
    width = max(len(one.what) for one in heavy)
    head = f"{'':{width}}  {'for 1':>7}  {'for 2':>7}  taler mest for"
    rows = [f"{one.what:{width}}  {one.first:+7.2f}  {one.second:+7.2f}  {1 if one.tips > 0 else 2}" for one in heavy]
    return "\n".join([*lines, "", f"1 = {wish(first)}, 2 = {wish(second)}. Plus taler for, minus imod.", head, *rows])


def _verdict(told: Explanation) -> str:
    limit = _percent(told.threshold)
    match told.understood.verdict:
        case Verdict.DO:
            return f"det bliver gjort, for det er sikkert nok (grænsen er {limit}). Før noget ændres, vises det, og der ventes på et ja."
        case Verdict.BETWEEN:
            return f"der spørges med to knapper, for ingen af dem er over {_percent(LIKELY)}, og der er under {100 * CLOSE:.0f} procentpoint imellem."
        case Verdict.NEARLY:
            return f"der spørges, for intet ønske er sikkert nok (grænsen er {limit}), men ét er over {_percent(NEARLY)}."
        case Verdict.REJECT if told.first[0] == OUT_OF_SCOPE:
            return "det afvises, for det ligner mest noget, som Kollega ikke kan, og der tilbydes hjælp eller et menneske."
        case Verdict.REJECT:
            return f"det afvises, for intet ønske er sikkert nok (grænsen er {limit}), og der tilbydes hjælp eller et menneske."


def _entities(found: dict[str, Any]) -> str:
    def shown(value: Any) -> str:
        if isinstance(value, dict):
            return f"{value['start']} til {value['end']}"
        return ", ".join(value) if isinstance(value, list) else "ja" if value is True else str(value)

    return "; ".join(f"{ENTITIES.get(kind, kind)}: {shown(value)}" for kind, value in found.items())


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
