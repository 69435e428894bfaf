"""The trained model in use: a text and a day → an `Understanding`. Made once, never changed, safe for any number of threads."""

import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from nlu import entities, fingerprint, vectors
from nlu.features import seen
from nlu.known import NOBODY, Known
from nlu.ordinary import ordinary
from nlu.spelling import spelling
from nlu.understanding import OUT_OF_SCOPE, Understanding

HERE = Path(__file__).parent / "model"
ALTERNATIVES = 3
END_OF_LATIN = "\u0250"
NAME = 12  # characters of the hash that name a model


@dataclass(frozen=True)
class Model:
    """A classifier with its threshold.

    temperature: what scores are divided by before they become probabilities, chosen so that those mean what they say.
    threshold: below this probability a text is out of scope.
    known: names of people, lists and mailboxes that are found wherever they stand.
    name: the beginning of the weights' hash; "" for a model that was never stored.
    """

    weights: vectors.Weights
    temperature: float
    threshold: float
    known: Known = NOBODY
    name: str = ""

    def knowing(self, known: Known) -> "Model":
        """The same model with another index of names."""
        return replace(self, known=known)

    def understand(self, text: str, today: date) -> Understanding:
        """What `text`, written on the day `today` (Europe/Copenhagen), wants and names. Never raises, for any string."""
        reading = entities.read(text, today, self.known)
        if not readable(reading.text):
            return self._without_words(reading)
        ranked = self.ranked(reading)
        return self._judged(ranked, reading)

    def probabilities(self, text: str, today: date) -> dict[str, float]:
        """The probability of each intent, "out_of_scope" among them."""
        return dict(self.ranked(entities.read(text, today, self.known)))

    def ranked(self, reading: entities.Reading) -> list[tuple[str, float]]:
        """Every label with its probability, the likeliest first."""
        scores = self.weights.scores(*seen(reading)) / self.temperature
        odds = np.exp(scores - scores.max())
        chances = (odds / odds.sum()).tolist()
        return sorted(zip(self.weights.classes, chances, strict=True), key=lambda pair: -pair[1])

    def _without_words(self, reading: entities.Reading) -> Understanding:
        return Understanding(OUT_OF_SCOPE, 1.0, (), reading.entities())

    def _judged(self, ranked: list[tuple[str, float]], reading: entities.Reading) -> Understanding:
        best, chance = ranked[0]
        others = [pair for pair in ranked if pair[0] != OUT_OF_SCOPE]
        if best == OUT_OF_SCOPE or chance < self.threshold:
            return Understanding(OUT_OF_SCOPE, chance, tuple(others[:ALTERNATIVES]), reading.entities())
        return Understanding(best, chance, tuple(others[1 : ALTERNATIVES + 1]), reading.entities())


def readable(text: str) -> bool:
    """Whether there is anything in Latin letters or digits: in other scripts a wish can't be read, only guessed."""
    return any(char.isalnum() and char < END_OF_LATIN for char in text)


def card(folder: Path) -> dict[str, Any]:
    """The card of the model in `folder`. Raises OSError when it is missing and ValueError when it is something else."""
    try:
        found = json.loads((folder / "card.json").read_bytes())
    except ValueError as error:
        raise ValueError(f"{folder / 'card.json'}: not the card of a model") from error
    if not isinstance(found, dict) or not {"weights", "classes", "temperature", "threshold"} <= set(found):
        raise ValueError(f"{folder / 'card.json'}: not the card of a model")
    return found


def load(path: Path | None = None) -> Model:
    """The model in folder `path`, or the one that came with the program.

    Raises OSError when it is missing and ValueError when its files are broken or do not belong together.
    """
    folder = path or HERE
    told = card(folder)
    if told["weights"] != fingerprint.of_file(folder / "weights.npz"):
        raise ValueError(f"{folder}: card.json and weights.npz are not of the same model")
    try:
        weights = vectors.read(folder / "weights.npz")
    except (ValueError, KeyError, TypeError, BadZipFile, EOFError) as error:
        raise ValueError(f"{folder / 'weights.npz'}: not the weights of a model") from error
    if told["classes"] != list(weights.classes):
        raise ValueError(f"{folder}: card.json and weights.npz are not of the same model")
    for words in (spelling, ordinary):
        words()  # kept from now on: they are not read in somebody's turn
    return Model(weights, float(told["temperature"]), float(told["threshold"]), name=told["weights"][:NAME])
