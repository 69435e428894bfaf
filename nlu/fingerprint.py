"""Hashes of what a model depends on: a model fits the code that makes features of texts, and is up to date with what it was trained on."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

PACKAGE = Path(__file__).parent
PHRASES = PACKAGE / "phrases"
LABELLED = PACKAGE.parent / "tests" / "nlu"  # the labelled sentences that judge a model (*.jsonl)
_FEATURES = (
    "normalise numerals calendar_da moments dates periods timeline durations lexicon ordinary near known_names known people titles entities spelling actions features vectors"
).split()
_TRAINING = "typos slots train".split()


def of_features() -> str:
    """What makes features of a text: a model that was trained with another version of it must not be used."""
    return _hash([*(PACKAGE / "names").glob("*.txt"), *_modules(_FEATURES)])


def of_training() -> str:
    """The same, and phrases, labelled sentences, and how the training goes."""
    files = [*PHRASES.glob("*.txt"), *(PACKAGE / "names").glob("*.txt"), *LABELLED.glob("*.jsonl")]
    return _hash([*files, *_modules(_FEATURES), *_modules(_TRAINING)])


def of_file(path: Path) -> str:
    """SHA-256 of one file. Raises OSError."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _modules(names: Iterable[str]) -> list[Path]:
    return [PACKAGE / f"{name}.py" for name in names]


def _hash(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
