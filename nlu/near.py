"""Words of a vocabulary that one slip of the finger turns into a given word: a letter left out, put in, changed, or swapped with the next.

Each word is kept under itself and itself with one letter left out. Two words that are one slip apart share one of these; the few that share one
without being so near are told apart afterwards. The forms are kept as hashes in one sorted array: twelve bytes each.
"""

from array import array
from collections.abc import Iterable, Iterator

import numpy as np

_ONE_LETTER = (("ae", "æ"), ("oe", "ø"), ("aa", "å"))


class Near:
    """An index of folded words. Never changed."""

    def __init__(self, words: Iterable[str]) -> None:
        """Blocking: half a second of processor time for 100,000 words."""
        self._words = sorted(set(words))
        hashes, places = array("q"), array("i")
        for place, word in enumerate(self._words):
            for form in _forms(word):
                shorter = [hash(one) for one in _shortened(form)]
                hashes.extend(shorter)
                places.extend([place] * len(shorter))
        unsorted = np.frombuffer(hashes, np.int64) if hashes else np.zeros(0, np.int64)
        order = np.argsort(unsorted, kind="stable")
        self._hashes = unsorted[order]
        self._places = (np.frombuffer(places, np.int32) if places else np.zeros(0, np.int32))[order]

    def of(self, word: str) -> frozenset[str]:
        """The words of the vocabulary that are one slip away from the folded `word`; `word` itself is not among them."""
        asked = np.fromiter({hash(one) for form in _forms(word) for one in _shortened(form)}, np.int64)
        begin = np.searchsorted(self._hashes, asked)
        held = begin < len(self._hashes)
        asked, begin = asked[held], begin[held]
        met = self._hashes[begin] == asked
        end = np.searchsorted(self._hashes, asked[met], "right").tolist()
        found = {place for at, to in zip(begin[met].tolist(), end, strict=True) for place in self._places[at:to].tolist()}
        return frozenset(other for place in found if one_slip(word, other := self._words[place]))


def _forms(word: str) -> Iterator[str]:
    """The word, and with one letter each for ae, oe and aa: a slip in "æ" is one slip, not two."""
    yield word
    if (short := _one_letter(word)) != word:
        yield short


def _one_letter(word: str) -> str:
    for two, one in _ONE_LETTER:
        word = word.replace(two, one)
    return word


def _shortened(word: str) -> Iterator[str]:
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def one_slip(word: str, other: str) -> bool:
    """Whether two folded words differ by exactly one slip, where æ, ø and å count as one letter or as two."""
    return _slipped(word, other) or _slipped(_one_letter(word), _one_letter(other))


def _slipped(word: str, other: str) -> bool:
    if abs(len(word) - len(other)) > 1 or word == other:
        return False
    start = 0
    while start < min(len(word), len(other)) and word[start] == other[start]:
        start += 1
    left, right = word[start:], other[start:]
    if len(left) != len(right):
        return left[1:] == right or right[1:] == left
    return left[1:] == right[1:] or (left[:2] == right[1::-1] and left[2:] == right[2:])
