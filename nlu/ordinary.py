"""Ordinary Danish words: those that the training phrases write in small letters, and the names that are words as well ("Bent", "Post").

They begin no misspelt name, and a name that is made of them alone needs a capital or the sentence's form to be one.
"""

import re
from collections import Counter
from functools import cache
from pathlib import Path

from nlu.lexicon import lexicon
from nlu.normalise import fold

_PHRASES = Path(__file__).parent / "phrases"
_SMALL = re.compile(r"(?<![^\W_])[a-zæøåéü]{2,}(?![^\W_])")
LEAST = 2  # phrases that hold a word
LEAST_OF_NAMES = 3  # the phrases write names in small letters too


@cache
def ordinary() -> frozenset[str]:
    """The folded words, read once; blocking, a tenth of a second."""
    counts: Counter[str] = Counter()
    for path in sorted(_PHRASES.glob("*.txt")):
        for line in path.read_text("utf-8").splitlines():
            counts.update(set(_SMALL.findall(line)))
    names = lexicon()
    written: Counter[str] = Counter()
    for word, count in counts.items():
        written[fold(word)] += count
    common = {word for word, count in written.items() if count >= (LEAST_OF_NAMES if word in names.doubtful_last else LEAST)}
    return frozenset(common - names.first - names.last | names.doubtful_first)
