"""Ordinary Danish words: those that the training phrases write in small letters, and the names that are words as well ("Bent", "Post").

They begin no misspelt name, and a name that is made of them alone needs a capital or the sentence's form to be one. They are read from
nlu/names/ordinary.txt, which `python -m nlu train` makes from the phrases: these take too long to be read at every start.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from nlu.lexicon import lexicon
from nlu.normalise import fold

WORDS = Path(__file__).parent / "names" / "ordinary.txt"
_SMALL = re.compile(r"(?<![^\W_])[a-zæøåéü]{2,}(?![^\W_])")
LEAST = 2  # phrases that hold a word
LEAST_OF_NAMES = 3  # the phrases write names in small letters too


def listed(phrases: Iterable[str]) -> str:
    """The contents of ordinary.txt for these phrases."""
    counts: Counter[str] = Counter()
    for phrase in phrases:
        counts.update({fold(word) for word in _SMALL.findall(phrase)})
    names = lexicon()
    common = {word for word, count in counts.items() if count >= (LEAST_OF_NAMES if word in names.doubtful_last else LEAST)}
    return "".join(f"{word}\n" for word in sorted(common - names.first - names.last | names.doubtful_first))


def write(phrases: Iterable[str]) -> None:
    """Make ordinary.txt anew. Raises OSError."""
    WORDS.write_text(listed(phrases), "utf-8")
    ordinary.cache_clear()


@cache
def ordinary() -> frozenset[str]:
    """The folded words, read once. Raises OSError."""
    return frozenset(WORDS.read_text("utf-8").split())
