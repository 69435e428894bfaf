"""Text as hurried people type it: one slip in a word, and now and then no æøå, no punctuation, or capitals throughout.

Each phrase is learned from twice, as it is written and as it may arrive; tests use the same slips to see what they cost.
"""

import random
import re

_LETTERS = "abcdefghijklmnoprstuvyæøå"
_WORD = re.compile(r"[a-zæøåA-ZÆØÅ]{4,}")
_PUNCTUATION = re.compile(r"[.,;:!?\"”„“]")
_FOREIGN_KEYBOARD = str.maketrans("æøåÆØÅ", "aoaAOA")


def slip(text: str, chance: random.Random) -> str:
    """`text` with one letter left out, put in, changed or swapped with the next, in one of its words of four letters or more."""
    words = list(_WORD.finditer(text))
    if not words:
        return text
    word = chance.choice(words)
    at = chance.randrange(word.start(), word.end())
    kind = chance.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + chance.choice(_LETTERS) + text[at:]
    if kind == 2:
        return text[:at] + chance.choice(_LETTERS) + text[at + 1 :]
    after = text[at + 1 : at + 2] if at + 1 < word.end() else ""
    return text[:at] + after + text[at] + text[at + 1 + len(after) :]


def plain_letters(text: str) -> str:
    """`text` typed on a keyboard without æøå by somebody who writes a, o and a for them."""
    return text.translate(_FOREIGN_KEYBOARD)


def without_punctuation(text: str) -> str:
    """`text` without full stops, commas, question marks and quotation marks."""
    return _PUNCTUATION.sub("", text)


def hurried(text: str, chance: random.Random) -> str:
    """`text` with a slip and, in two of five, one more thing that hurry does."""
    text = slip(text, chance)
    more = chance.random()
    if more < 0.15:
        return plain_letters(text)
    if more < 0.30:
        return without_punctuation(text)
    return text.upper() if more < 0.40 else text
