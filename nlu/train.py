"""Phrases → a model: a scikit-learn pipeline, stored with skops, and its weights as plain arrays for use (nlu/vectors.py).

What it learns from is nlu/phrases/. The temperature is chosen on the sentences that nobody looks at while the phrases are written (tests/nlu/held_*),
the threshold on these and the development sets (tests/nlu/dev_*). The same files give the same model.
"""

import random
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import skops.io
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import Pipeline
from sklearn.svm import LinearSVC
from skops.io.exceptions import UntrustedTypesFoundException

from nlu import card, entities, evaluate, fingerprint, model, ordinary, slots, spelling, typos, vectors
from nlu.features import plain, seen
from nlu.understanding import NEARLY, OUT_OF_SCOPE

PHRASES, LABELLED = fingerprint.PHRASES, fingerprint.LABELLED
CHANNEL_WEIGHTS = {"words": 1.0, "chars": 1.0, "marks": 0.5}
C = 0.25
NOISE = 0.002  # of the threshold's cost: where that is level, the lowest threshold, since what is told wrongly is shown before it is done
MARK_PATTERN = r"\S+"
Examples = list[tuple[str, str]]
Table = NDArray[np.object_]


def intent_of(path: Path) -> str:
    """The intent that a phrase file holds: its stem with the dot of intents.md put back."""
    for group in ("access_request", "distribution_list", "out_of_scope"):
        if path.stem.startswith(group):
            return group + path.stem[len(group) :].replace("_", ".", 1)
    return path.stem.replace("_", ".", 1)


def phrases(folder: Path = PHRASES) -> Examples:
    """All training phrases with their intents, in the order of the files."""
    return [
        (line, intent_of(path)) for path in sorted(folder.glob("*.txt")) for line in path.read_text("utf-8").splitlines() if line.strip()
    ]


def table(texts: list[str], today: date) -> Table:
    """One row a text: its masked words and its marks."""
    rows = [seen(entities.read(text, today, slots.INVENTED)) for text in texts]
    return np.array(rows, dtype=object).reshape(len(rows), 2)


def pipeline() -> Pipeline:
    """The untrained pipeline. It holds nothing but scikit-learn's own classes, so that skops reads it back without trusting any other."""
    same = {"sublinear_tf": True, "lowercase": False, "dtype": np.float32}
    channels = [
        ("words", TfidfVectorizer(ngram_range=(1, 2), token_pattern=vectors.WORD_PATTERN, min_df=3, **same), 0),
        ("chars", TfidfVectorizer(analyzer="char_wb", ngram_range=vectors.CHAR_SIZES, min_df=4, **same), 0),
        ("marks", TfidfVectorizer(token_pattern=MARK_PATTERN, min_df=2, **same), 1),
    ]
    return Pipeline([
        ("terms", ColumnTransformer(channels, transformer_weights=CHANNEL_WEIGHTS)),
        ("classifier", LinearSVC(C=C, tol=0.1, random_state=0)),  # each class against the rest; a finer tolerance takes 30 s and gives no more
    ])  # fmt: skip


def weights_of(trained: Pipeline) -> vectors.Weights:
    """The trained pipeline's numbers, as `nlu.vectors` takes them."""
    terms, classifier = trained["terms"], trained["classifier"]
    channels, idf, at = [], [], 0
    for name in vectors.CHANNELS:
        channel = terms.named_transformers_[name]
        in_order = sorted(channel.vocabulary_, key=channel.vocabulary_.__getitem__)
        channels.append(vectors.Channel(dict(zip(in_order, range(at, at + len(in_order)), strict=True)), CHANNEL_WEIGHTS[name]))
        idf.append(channel.idf_)
        at += len(in_order)
    return vectors.Weights(
        tuple(classifier.classes_.tolist()),
        tuple(channels),
        np.concatenate(idf).astype(np.float32),
        np.ascontiguousarray(classifier.coef_.T, np.float32),
        classifier.intercept_.astype(np.float32),
    )


def choose(weights: vectors.Weights, sets: dict[str, list[evaluate.Row]]) -> tuple[float, float]:
    """The temperature with the least log loss on the held-out sentences, and the threshold that costs least: the share of what is in scope and told
    wrongly, and the share of what is out of scope and not found, count the same.
    """
    held = [row for name, rows in sets.items() if name.startswith("held") for row in rows]
    scores, right = _scored(weights, held)
    temperature = float(min(np.arange(0.05, 0.51, 0.01), key=lambda t: _log_loss(scores / t, right)))
    scores, right = _scored(weights, [row for rows in sets.values() for row in rows])
    chances = _softmax(scores / temperature)
    outside = weights.classes.index(OUT_OF_SCOPE)
    inside, told = right != outside, chances.argmax(1)

    def cost(threshold: float) -> float:
        judged = np.where(chances.max(1) < threshold, outside, told)
        return float((judged != right)[inside].mean() + (judged != right)[~inside].mean())

    thresholds = np.arange(NEARLY, 0.8, 0.01)
    costs = np.array([cost(threshold) for threshold in thresholds])
    about = np.array([costs[max(0, at - 10) : at + 11].mean() for at in range(len(costs))])  # a dip by chance is no valley
    lowest = int((about <= about.min() + NOISE).argmax())
    return round(temperature, 3), round(float(thresholds[lowest]), 3)


def _scored(weights: vectors.Weights, rows: list[evaluate.Row]) -> tuple[NDArray[np.floating[Any]], NDArray[np.int_]]:
    scores = np.array([weights.scores(*seen(entities.read(row.text, evaluate.REFERENCE))) for row in rows])
    return scores, np.array([weights.classes.index(row.intent) for row in rows])


def _softmax(scores: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    odds = np.exp(scores - scores.max(1, keepdims=True))
    chances: NDArray[np.floating[Any]] = odds / odds.sum(1, keepdims=True)
    return chances


def _log_loss(scores: NDArray[np.floating[Any]], right: NDArray[np.int_]) -> float:
    return float(-np.log(_softmax(scores)[np.arange(len(right)), right] + 1e-12).mean())


def _twice(texts: list[str]) -> list[str]:
    """The texts as they are written, and then as they may arrive; a text's slips are the same each time, whatever stands beside it."""
    return [*texts, *(typos.hurried(text, random.Random(text)) for text in texts)]  # noqa: S311 - slips for training, no secrets


def sets(folder: Path = LABELLED) -> dict[str, list[evaluate.Row]]:
    """The labelled sentences by the name of their set. Raises FileNotFoundError when there are none."""
    found = {path.stem: evaluate.rows(path) for path in sorted(folder.glob("*.jsonl"))}
    if not any(name.startswith("held") for name in found):
        raise FileNotFoundError(
            f"{folder}: no labelled sentences (dev_*.jsonl, held_*.jsonl). A model is chosen by them: deploy tests/nlu as well."
        )
    return found


def train(out: Path = model.HERE, examples: Examples | None = None) -> dict[str, Any]:
    """Train on `examples` (all phrases by default), store in folder `out` (pipeline.skops, weights.npz, card.json, card.md), and give the card.

    Raises FileNotFoundError when the labelled sentences are missing.
    """
    judges = sets()
    if examples is None:
        examples = phrases()
        ordinary.write(text for text, _ in examples)
        spelling.write(plain(entities.read(text, evaluate.REFERENCE, slots.INVENTED)) for text, _ in examples)
    trained = pipeline().fit(table(_twice([text for text, _ in examples]), evaluate.REFERENCE), 2 * [intent for _, intent in examples])
    weights = weights_of(trained)
    temperature, threshold = choose(weights, judges)
    out.mkdir(parents=True, exist_ok=True)
    skops.io.dump(trained, out / "pipeline.skops", compression=8)  # zipfile.ZIP_DEFLATED
    vectors.save(out / "weights.npz", weights)
    return card.write(out, model.Model(weights, temperature, threshold), Counter(intent for _, intent in examples), judges)


def stored_pipeline(folder: Path) -> Pipeline:
    """The scikit-learn pipeline in a model's folder. Raises ValueError for a file that holds a type which skops does not know to be harmless."""
    try:
        return skops.io.load(folder / "pipeline.skops")
    except (UntrustedTypesFoundException, TypeError, KeyError, BadZipFile) as error:
        raise ValueError(f"{folder / 'pipeline.skops'}: not a pipeline of harmless types: {error}") from error
