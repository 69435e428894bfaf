"""A word that no phrase holds, one slip of the finger away from one that many hold → that word: "distrbutionslisten" → "distributionslisten".

The words are read from nlu/names/words.txt, the commonest first; `+` stands before those that slips are corrected to. `python -m nlu train`
makes that file from the phrases.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from nlu.near import Near

WORDS = Path(__file__).parent / "names" / "words.txt"
_WORD = re.compile(r"\w+")
SHORTEST = 4  # letters: shorter words lie too close to each other
COMMON = 3  # phrases that a word must stand in before slips are corrected to it


@dataclass(frozen=True)
class Spelling:
    """rank: the words that are right as they stand, the commonest first. near: those of them that slips are corrected to."""

    rank: dict[str, int]
    near: Near


def listed(texts: Iterable[str]) -> str:
    """The contents of words.txt for folded texts."""
    counts = Counter(word for text in texts for word in set(_WORD.findall(text)) if word.isalpha())
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return "".join(f"{'+' if count >= COMMON and len(word) >= SHORTEST else ''}{word}\n" for word, count in ranked)


def write(texts: Iterable[str]) -> None:
    """Make words.txt anew from folded texts. Raises OSError."""
    WORDS.write_text(listed(texts), "utf-8")
    spelling.cache_clear()
    corrected.cache_clear()


@cache
def spelling() -> Spelling:
    """The words of words.txt, read once. Raises OSError."""
    lines = WORDS.read_text("utf-8").split()
    return Spelling({line.lstrip("+"): rank for rank, line in enumerate(lines)}, Near(line[1:] for line in lines if line[0] == "+"))


@lru_cache(maxsize=20_000)
def corrected(word: str) -> str:
    """The common word that a folded `word` is one slip away from; `word` itself where it is known, short, has digits, or is near to nothing."""
    words = spelling()
    if len(word) < SHORTEST or word in words.rank or not word.isalpha():
        return word
    return min(words.near.of(word), key=lambda near: (near[0] != word[0], words.rank[near]), default=word)
