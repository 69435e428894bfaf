"""One sentence to intent and entities: p50 and p99 against scikit-learn's own pipeline on one text; bad input; loading, size, training.

`python -m bench.understanding [--sentences 1500]`. The sentences are training phrases and the sentences of the labelled sets.
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import nlu
from bench.table import Figure, show
from nlu import entities, train
from nlu.evaluate import REFERENCE
from nlu.features import seen
from nlu.model import HERE
from nlu.normalise import LONGEST

BEST_OF = 5  # rounds; a busy machine makes single ones slow
BAD = {
    "empty": "",
    "100,000 letters": "a" * 100_000,
    "100,000 characters of sentences": ("sæt Ole på Barsel Info i går " * 4000)[:100_000],
    "dates": "1/1-" * 25_000,
    "addresses": "a@" * 50_000,
    "quotation marks": '"' * 100_000,
    "tags": "<" * 100_000,
    "capitals": "Aa Bb " * 16_000,
    "days": "mandag til " * 9_000,
    "mail heads": "Fra: x\n" * 14_000,
    "emoji": "👍🏽" * 50_000,
    "other scripts": "שלום мир 你好 " * 8_000,
    "zero width": "m\u200bi\u200bn\u200b " * 15_000,
    "control characters": "\x00\x07\x1b" * 33_000,
}


def milliseconds(call: Callable[[], Any]) -> float:
    """The best of several rounds."""
    took = []
    for _ in range(BEST_OF):
        began = time.perf_counter()
        call()
        took.append(time.perf_counter() - began)
    return min(took) * 1000


def each(call: Callable[[Any], Any], given: Sequence[Any]) -> tuple[float, float]:
    """p50 and p99 in ms of one call: the medians of several rounds over all that is given."""
    rounds = []
    for _ in range(BEST_OF):
        took = []
        for one in given:
            began = time.perf_counter()
            call(one)
            took.append((time.perf_counter() - began) * 1000)
        cuts = statistics.quantiles(took, n=100)
        rounds.append((cuts[49], cuts[98]))
    return statistics.median(p50 for p50, _ in rounds), statistics.median(p99 for _, p99 in rounds)


def unseen(model: nlu.Model) -> float:
    """Ms of processor time (p90) for a text as long as is read, of names that nobody has written before: no word of it is remembered."""
    chance, took = random.Random(7), []
    for _ in range(BEST_OF * 4):
        names = " og ".join(
            "".join(chance.choices("abdefgiklmnoprstuvyæøå", k=chance.randint(4, 9))).capitalize() for _ in range(LONGEST // 8)
        )
        began = time.process_time()
        model.understand(f"Sæt {names[:LONGEST]} på listen", REFERENCE)
        took.append((time.process_time() - began) * 1000)
    return statistics.quantiles(took, n=10)[-1]


def sentences(count: int) -> list[str]:
    """So many, spread over all phrases and all labelled sets."""
    every = [text for text, _ in train.phrases()] + [row.text for rows in train.sets().values() for row in rows]
    return every[:: max(1, len(every) // count)][:count]


def loading() -> float:
    """Seconds to import and load in a fresh process, the best of several."""
    code = "import time; began = time.perf_counter(); import nlu; nlu.load(); print(time.perf_counter() - began)"
    return min(
        float(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout) for _ in range(BEST_OF)
    )


def training() -> float:
    """Seconds to train on all phrases, judge, and write the card."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        train.train(Path(folder), train.phrases())
        return time.perf_counter() - began


def figures(count: int = 1500) -> list[Figure]:
    """p50 under 0.5 ms, p99 under 2 ms, bad input under 50 ms, 15 MB, loaded in 0.3 s, trained in 60 s."""
    model, pipeline, texts = nlu.load(), train.stored_pipeline(HERE), sentences(count)
    p50, p99 = each(lambda text: model.understand(text, REFERENCE), texts)
    rows = [np.array([seen(entities.read(text, REFERENCE))], dtype=object) for text in texts[::10]]
    stock50, stock99 = each(pipeline.decision_function, rows)  # it is given the features, so that only its classifying counts
    bad = {name: milliseconds(lambda text=text: model.understand(text, REFERENCE)) for name, text in BAD.items()}  # type: ignore[misc]  # a lambda's default
    odd, worst = unseen(model), max(bad, key=lambda name: bad[name])
    load, size, trained = loading(), sum(path.stat().st_size for path in HERE.iterdir()) / 1e6, training()
    stock = "scikit-learn's pipeline, intent alone"
    return [
        Figure("one sentence understood, p50", f"{p50:.2f} ms", f"{stock}: {stock50:.2f} ms", p50 / stock50, "under 0.5 ms", p50 < 0.5),
        Figure("one sentence understood, p99", f"{p99:.2f} ms", f"{stock}: {stock99:.2f} ms", p99 / stock99, "under 2 ms", p99 < 2),
        Figure("bad input, the worst", f"{bad[worst]:.0f} ms", worst, None, "under 50 ms", bad[worst] < 50),
        Figure(f"{LONGEST:,} characters of unseen names, p90", f"{odd:.0f} ms", "", None, "under 30 ms", odd < 30),
        Figure("model imported and loaded", f"{load:.2f} s", "", None, "under 0.3 s", load < 0.3),
        Figure("model on disk", f"{size:.1f} MB", "", None, "at most 15 MB", size <= 15),
        Figure("model trained", f"{trained:.0f} s", "", None, "under 60 s", trained < 60),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.understanding")
    parser.add_argument("--sentences", type=int, default=1500)
    show(figures(parser.parse_args().sentences))


if __name__ == "__main__":
    main()
