"""Kollega's understanding against fastText and spaCy's text categorisers, trained on the same sentences. `python -m bench.understanding_peers`.

`--data DIR` (or NLU_DATA) is a folder with xSID (Danish) and CLINC150 as `{name}_train.jsonl` and `{name}_valid.jsonl`, one {"text", "intent"} a
line; without it they are left out. fastText is no dependency: `pip install fasttext-numpy2-wheel` (MIT), or it is left out. Every peer trains in
one process and is measured in another: accuracy in scope (what is called out of scope is wrong), the share of out-of-scope sentences that is
found when the threshold rejects 3 % of those in scope, the time of one sentence (p50, one thread), and the process's memory.

`--peers`, `--sets` choose some; an hour for all of them on two cores, most of it for spaCy's ensemble.
"""

import argparse
import importlib.util
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.known_names import resident
from nlu import evaluate, model, typos, vectors
from nlu.evaluate import Row
from nlu.normalise import fold
from nlu.understanding import OUT_OF_SCOPE

PEERS = ("kollega", "fasttext", "spacy_bow", "spacy_ensemble")
PUBLIC = {"xsid_da": "da", "clinc150": "en"}
SETS = ("kollega", *PUBLIC)
REJECTED = 0.03
SHOWN = {"spacy_bow": 250_000, "spacy_ensemble": 150_000}  # sentences, over all epochs: more gains nothing
BATCH = 128
WARM = 300  # training sentences that are said before the clock runs

Examples = list[tuple[str, str]]
Scorer = Callable[[str], dict[str, float]]


def examples(name: str, data: Path | None) -> tuple[Examples, dict[str, list[Row]]]:
    """What is trained on, and the sentences to judge by, by their set."""
    from nlu import train

    if name == "kollega":
        chance = random.Random(2026)
        phrases = train.phrases()
        return [*phrases, *((typos.hurried(text, chance), intent) for text, intent in phrases)], train.sets()
    assert data
    train_rows, valid_rows = (evaluate.rows(data / f"{name}_{part}.jsonl") for part in ("train", "valid"))
    return [(row.text, row.intent) for row in train_rows], {name: valid_rows}


def plain(text: str) -> str:
    """How the peers see a text: folded as for Kollega's own classifier, signs apart from words."""
    return " ".join("".join(char if char.isalnum() else f" {char} " for char in fold(text)).split()) or "."  # spaCy fails on no words


def train_kollega(given: Examples, folder: Path, name: str) -> None:
    """The product's own model on its own set; its recipe on the public ones, with the same temperature."""
    from nlu import train

    if name == "kollega":
        train.train(folder)
        return
    fitted = train.pipeline().fit(train.table([text for text, _ in given], evaluate.REFERENCE), [intent for _, intent in given])
    vectors.save(folder / "weights.npz", train.weights_of(fitted))


def load_kollega(folder: Path, name: str) -> Scorer:
    own = name == "kollega"
    loaded = model.load(folder) if own else model.Model(vectors.read(folder / "weights.npz"), model.load().temperature, 0.0)
    return lambda text: loaded.probabilities(text, evaluate.REFERENCE)


def train_fasttext(given: Examples, folder: Path, name: str) -> None:
    """With subwords and pairs of words, as its makers advise for short texts; not tuned set by set."""
    import fasttext

    del name
    lines = "".join(f"__label__{intent} {plain(text)}\n" for text, intent in given)
    (folder / "train.txt").write_text(lines, "utf-8")
    wanted = {"lr": 0.5, "epoch": 30, "dim": 100, "wordNgrams": 2, "minn": 2, "maxn": 5, "bucket": 200_000, "thread": 1, "verbose": 0}
    fasttext.train_supervised(str(folder / "train.txt"), **wanted).save_model(str(folder / "model.bin"))


def load_fasttext(folder: Path, name: str) -> Scorer:
    import fasttext

    del name
    loaded = fasttext.load_model(str(folder / "model.bin"))

    def score(text: str) -> dict[str, float]:
        labels, chances = loaded.predict(plain(text), k=-1)
        return {label.removeprefix("__label__"): float(chance) for label, chance in zip(labels, chances, strict=True)}

    return score


def train_spacy(kind: str, given: Examples, folder: Path, name: str) -> None:
    import spacy
    from spacy.training import Example
    from thinc.util import fix_random_seed

    fix_random_seed(7)
    nlp = spacy.blank(PUBLIC.get(name, "da"))
    bow = {"@architectures": "spacy.TextCatBOW.v3", "exclusive_classes": True, "ngram_size": 2, "no_output_layer": False, "length": 262144}
    categoriser: Any = nlp.add_pipe("textcat", config={"model": bow} if kind == "spacy_bow" else {})
    labels = sorted({intent for _, intent in given})
    for label in labels:
        categoriser.add_label(label)
    shown = [
        Example.from_dict(nlp.make_doc(plain(text)), {"cats": {label: float(label == intent) for label in labels}})
        for text, intent in given
    ]
    optimizer = nlp.initialize(lambda: shown[:200])
    chance = random.Random(7)
    for _ in range(max(1, SHOWN[kind] // len(shown))):
        chance.shuffle(shown)
        for at in range(0, len(shown), BATCH):
            nlp.update(shown[at : at + BATCH], sgd=optimizer, drop=0.2)
    with nlp.use_params(optimizer.averages):
        nlp.to_disk(folder / "spacy")


def load_spacy(folder: Path, name: str) -> Scorer:
    import spacy

    del name
    nlp = spacy.load(folder / "spacy")
    return lambda text: dict(nlp(plain(text)).cats)


def train_peer(peer: str, name: str, data: Path | None, folder: Path) -> None:
    """In this process: train and store."""
    given, sets = examples(name, data)
    judge = {part: [(row.text, row.intent) for row in rows] for part, rows in sets.items()}
    warm = [text for text, _ in random.Random(3).sample(given, WARM)]
    (folder / "judge.json").write_text(json.dumps({"sets": judge, "warm": warm}), "utf-8")
    start = time.perf_counter()
    if peer.startswith("spacy"):
        train_spacy(peer, given, folder, name)
    else:
        {"kollega": train_kollega, "fasttext": train_fasttext}[peer](given, folder, name)
    (folder / "seconds.json").write_text(json.dumps(time.perf_counter() - start))


def judged(rows: list[Row], told: list[dict[str, float]]) -> dict[str, float]:
    """Accuracy in scope, and the share of out-of-scope sentences found at a rejection of 3 %, where there are any."""
    right = [row.intent == max(chances, key=chances.__getitem__) for row, chances in zip(rows, told, strict=True)]
    sure = np.array([max(chance for label, chance in chances.items() if label != OUT_OF_SCOPE) for chances in told])
    inside = np.array([row.intent != OUT_OF_SCOPE for row in rows])
    found = {"accuracy": float(np.array(right)[inside].mean()), "sentences": float(len(rows))}
    if not inside.all():
        threshold = np.sort(sure[inside])[int(REJECTED * inside.sum())]
        found["oos_found"] = float((sure[~inside] < threshold).mean())
    return found


def measure_peer(peer: str, name: str, folder: Path) -> dict[str, Any]:
    """In this process, which has imported nothing to train with: load, say all sentences, and judge."""
    judge = json.loads((folder / "judge.json").read_text("utf-8"))
    sets = {part: [Row(text, intent) for text, intent in rows] for part, rows in judge["sets"].items()}
    load = load_spacy if peer.startswith("spacy") else {"kollega": load_kollega, "fasttext": load_fasttext}[peer]
    score = load(folder, name)
    for text in judge["warm"]:
        score(text)
    took: list[float] = []
    told: dict[str, list[dict[str, float]]] = {}
    for part, rows in sets.items():
        told[part] = []
        for row in rows:
            start = time.perf_counter()
            answer = score(row.text)
            took.append(time.perf_counter() - start)
            told[part].append(answer)
    found: dict[str, Any] = {part: judged(rows, told[part]) for part, rows in sets.items()}
    every = [row for rows in sets.values() for row in rows]
    found["all"] = judged(every, [answer for answers in told.values() for answer in answers])
    seconds = json.loads((folder / "seconds.json").read_text())
    return {"scores": found, "p50_ms": float(np.median(took)) * 1000, "memory_mb": resident(), "train_s": seconds}


def run(peer: str, name: str, data: Path | None) -> dict[str, Any]:
    """One peer on one set, in two processes of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NLU_DATA": str(data or "")}
        for step in ("train", "measure"):
            command = [sys.executable, "-W", "ignore", "-m", "bench.understanding_peers", "--step", step, "--peers", peer, "--sets", name]
            done = subprocess.run([*command, "--folder", folder], check=True, stdout=subprocess.PIPE, text=True, env=environment)
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found


def show(name: str, found: dict[str, dict[str, Any]]) -> None:
    """One set's table: a row a peer, and how Kollega stands against each."""
    print(f"\n{name:<16}{'accuracy':>10}{'oos found':>11}{'p50 ms':>9}{'MB':>7}{'train s':>9}")
    for peer, told in found.items():
        scores = told["scores"]["all"]
        outside = f"{scores['oos_found'] * 100:>10.1f}%" if "oos_found" in scores else f"{'-':>11}"
        print(f"{peer:<16}{scores['accuracy'] * 100:>9.1f}%{outside}{told['p50_ms']:>9.3f}{told['memory_mb']:>7.0f}{told['train_s']:>9.0f}")
    ours = found.get("kollega")
    for peer, told in found.items():
        if ours and peer != "kollega":
            print(
                f"  against {peer}: {told['p50_ms'] / ours['p50_ms']:.2f} x its time, {told['memory_mb'] / ours['memory_mb']:.2f} x its memory"
            )
    if len(next(iter(found.values()))["scores"]) > 2:
        for part in next(iter(found.values()))["scores"]:
            print(f"  {part:<20}" + "  ".join(cell(peer, told["scores"][part]) for peer, told in found.items()))


def cell(peer: str, scores: dict[str, float]) -> str:
    outside = f"/{scores['oos_found'] * 100:.1f}" if "oos_found" in scores else ""
    return f"{peer} {scores['accuracy'] * 100:.1f}{outside}"


def wanted() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.understanding_peers")
    parser.add_argument("--data", type=Path, default=Path(found) if (found := os.environ.get("NLU_DATA")) else None)
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--step", choices=("train", "measure"), help="one peer's half, in this process")
    parser.add_argument("--folder", type=Path, help="where that half stores or finds the model")
    return parser.parse_args()


def main() -> None:
    asked = wanted()
    if asked.step == "train":
        train_peer(asked.peers[0], asked.sets[0], asked.data, asked.folder)
        return
    if asked.step == "measure":
        print(json.dumps(measure_peer(asked.peers[0], asked.sets[0], asked.folder)))
        return
    peers = [peer for peer in asked.peers if peer != "fasttext" or importlib.util.find_spec("fasttext")]
    if peers != asked.peers:
        print("fastText is left out: it is not installed (pip install fasttext-numpy2-wheel)")
    everything: dict[str, dict[str, Any]] = {}
    for name in asked.sets:
        if name in PUBLIC and not (asked.data and (asked.data / f"{name}_train.jsonl").is_file()):
            print(f"{name} is left out: no {name}_train.jsonl (give its folder with --data or NLU_DATA)")
            continue
        everything[name] = {peer: run(peer, name, asked.data) for peer in peers}
        show(name, everything[name])
    print(json.dumps({"understanding_peers": everything}))


if __name__ == "__main__":
    main()
