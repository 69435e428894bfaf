"""What the systems know by name: people, lists and mailboxes. Handed in from outside, so that names are found that no lexicon holds.

Names are compared folded (case and æøå do not matter). A look-up costs the same whether ten names are known or fifty thousand.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from nlu.normalise import fold

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
LONGEST_NAME = 6  # words


def _index(names: Iterable[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(words for name in names if 0 < len(words := tuple(_WORD.findall(fold(name)))) <= LONGEST_NAME)


@dataclass(frozen=True)
class Known:
    """An index of names; never changed, so that a new one can take its place while others read."""

    people: frozenset[tuple[str, ...]] = field(default=frozenset())
    lists: frozenset[tuple[str, ...]] = field(default=frozenset())
    mailboxes: frozenset[tuple[str, ...]] = field(default=frozenset())

    @classmethod
    def of(cls, people: Collection[str] = (), lists: Collection[str] = (), mailboxes: Collection[str] = ()) -> "Known":
        """An index of full names of people ("Sofie Lund") and of the display names of lists and mailboxes."""
        return cls(_index(people), _index(lists), _index(mailboxes))

    def person_at(self, words: Sequence[str]) -> int:
        """How many of the folded `words`, from the first on, are a known person's full name; 0 for none."""
        return _longest(self.people, words)

    def list_at(self, words: Sequence[str]) -> int:
        """The same for a distribution list."""
        return _longest(self.lists, words)

    def mailbox_at(self, words: Sequence[str]) -> int:
        """The same for a shared mailbox."""
        return _longest(self.mailboxes, words)


def _longest(names: frozenset[tuple[str, ...]], words: Sequence[str]) -> int:
    if not names:
        return 0
    return next((size for size in range(min(len(words), LONGEST_NAME), 0, -1) if tuple(words[:size]) in names), 0)


NOBODY = Known()
