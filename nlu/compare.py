"""Whether a new model may replace the one in use: on no labelled set does it do worse than chance allows.

Both models answer the same sentences, so only those count on which one is right and the other wrong (McNemar's test, exact). Were the models
equally good, each such sentence would fall to either side like a coin. A set has fallen when so many went wrong or more would come of fair
coins in less than one case of twenty. With 5 changed sentences all must have gone wrong, with 20 at least 15; and the sets are looked at all
together too, where a fall that is too small to be seen in each shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import comb

from nlu import evaluate
from nlu.model import Model

CHANCE = 0.05
TOGETHER = "all together"


@dataclass(frozen=True)
class Change:
    """What changed on one set. `before`, `after`: sentences whose intent is right; `lost`, `won`: right only before, right only now."""

    name: str
    sentences: int
    before: int
    lost: int
    won: int

    @property
    def after(self) -> int:
        return self.before - self.lost + self.won

    @property
    def by_chance(self) -> float:
        """How often fair coins lose so many or more."""
        changed = self.lost + self.won
        return sum(comb(changed, lost) for lost in range(self.lost, changed + 1)) / (1 << changed)

    @property
    def fell(self) -> bool:
        return self.lost > self.won and self.by_chance < CHANCE


def changes(old: Model, new: Model, sets: Mapping[str, list[evaluate.Row]]) -> list[Change]:
    """What changed on each set, and on all together."""
    each = [change(name, rights(old, rows), rights(new, rows)) for name, rows in sets.items()]
    totals = (sum(getattr(one, what) for one in each) for what in ("sentences", "before", "lost", "won"))
    return [*each, Change(TOGETHER, *totals)]


def change(name: str, before: list[bool], after: list[bool]) -> Change:
    """What changed between two rounds of answers to the same sentences."""
    pairs = list(zip(before, after, strict=True))
    return Change(name, len(pairs), sum(before), pairs.count((True, False)), pairs.count((False, True)))


def rights(model: Model, rows: list[evaluate.Row]) -> list[bool]:
    """Whether the intent is right, sentence by sentence."""
    return [answer.intent == row.intent for row, answer in zip(rows, evaluate.answers(model, rows), strict=True)]
