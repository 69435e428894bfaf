"""The names that the systems know, as sequences of folded words: which word can begin one, which can go on, and what is a whole one."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from nlu.normalise import fold

LONGEST_NAME = 8  # words
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ASIDE = re.compile(r"\([^()]*\)")
NOTHING: frozenset[str] = frozenset()


def joined(word: str) -> str:
    """A folded word without apostrophes."""
    return word.replace("'", "").replace("’", "")


def words(name: str) -> tuple[str, ...]:
    """The folded words of a name; none where it has too many."""
    found = tuple(joined(word) for word in _WORD.findall(fold(name)))
    return found if len(found) <= LONGEST_NAME else ()


class People:
    """Names of people. Somebody with three names is also called by two of them, in their order."""

    def __init__(self, names: Iterable[str]) -> None:
        self.after: defaultdict[str, set[str]] = defaultdict(set)  # a word of somebody's name → the words behind it
        self.first: set[str] = set()
        for name in names:
            parts = words(_ASIDE.sub(" ", name))
            if len(parts) > 1 and not any(char.isdecimal() for char in name):
                self.first.add(parts[0])
                for at, word in enumerate(parts[:-1]):
                    self.after[word].update(parts[at + 1 :])

    def vocabulary(self) -> Iterator[str]:
        """Every word of every name."""
        yield from self.after
        for later in self.after.values():
            yield from later

    def begin(self, word: str) -> str:
        """What has been read when `word` is the first, "" where no name begins so."""
        return word if word in self.after else ""

    def go_on(self, read: str, word: str) -> str:
        """What has been read when `word` comes after `read`, "" where none does."""
        return word if word in self.after.get(read, NOTHING) else ""

    def kinds(self, read: str, size: int) -> frozenset[str]:
        """What bears the name that has been read, in `size` words."""
        return frozenset(("person",)) if read and size > 1 else NOTHING


class Titles:
    """Names of lists and mailboxes, whole or written together, with what stands in brackets and without it."""

    def __init__(self, lists: Iterable[str], mailboxes: Iterable[str]) -> None:
        self.whole: dict[str, frozenset[str]] = {}
        self.begun: set[str] = set()
        for kind, names in (("list_name", lists), ("mailbox_name", mailboxes)):
            for name in names:
                for called in {words(name), words(_ASIDE.sub(" ", name))}:
                    self._add(called, frozenset((kind,)))

    def _add(self, parts: tuple[str, ...], kinds: frozenset[str]) -> None:
        for written in {" ".join(parts), "".join(parts)} - {""}:
            self.whole[written] = self.whole.get(written, NOTHING) | kinds
        self.begun.update(" ".join(parts[:size]) for size in range(1, len(parts)))

    def vocabulary(self) -> Iterator[str]:
        """Every word of every name, and every name written together."""
        for name in self.whole:
            yield from name.split()

    def begin(self, word: str) -> str:
        """What has been read when `word` is the first, "" where no name begins so."""
        return word if word in self.begun or word in self.whole else ""

    def go_on(self, read: str, word: str) -> str:
        """What has been read when `word` comes after `read`, "" where none does."""
        more = f"{read} {word}"
        return more if more in self.begun or more in self.whole else ""

    def kinds(self, read: str, size: int) -> frozenset[str]:
        """What bears the name that has been read."""
        del size
        return self.whole.get(read, NOTHING)
