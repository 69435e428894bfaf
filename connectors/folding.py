"""Names and words as people spell them: Kjær, Kjaer and KJÆR are one."""

import itertools
import re
import unicodedata

LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "u", "ß": "ss"})
DIGRAPHS = {"ae": ("ae", "æ"), "oe": ("oe", "ø"), "aa": ("aa", "å")}
MAX_SPELLINGS = 4  # Graph takes at most 15 alternatives in one condition


def fold(text: str) -> str:
    """Lower case, æøå as ae, oe, aa, other accents dropped, blanks single. Folding what is folded changes nothing."""
    lower = unicodedata.normalize("NFC", text.casefold()).translate(LETTERS)
    plain = "".join(mark for mark in unicodedata.normalize("NFKD", lower).casefold() if not unicodedata.combining(mark))
    return " ".join(plain.split())


def words_of(text: str) -> list[str]:
    """The folded words: runs of letters and digits, each once, in order."""
    return list(dict.fromkeys(re.findall(r"[^\W_]+", fold(text))))


def spellings(word: str) -> list[str]:
    """How a word may be spelt in a system that does not fold: "kjaer" → kjaer, kjær. At most four."""
    parts = re.split(r"(ae|oe|aa)", fold(word))
    ways = itertools.product(*(DIGRAPHS.get(part, (part,)) for part in parts))
    return list(dict.fromkeys("".join(way) for way in itertools.islice(ways, MAX_SPELLINGS)))


def holds(text: str, words: str) -> bool:
    """Whether every word of `words` occurs in `text`, in any order, also inside a longer word."""
    hay = fold(text)
    return all(word in hay for word in words_of(words))
