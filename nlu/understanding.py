"""What a text means: the shape that nlu/ gives and the dialogs take."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

OUT_OF_SCOPE = "out_of_scope"
LIKELY, CLOSE = 0.6, 0.15  # two readings nearer than the second, and neither over the first: the person chooses
NEARLY = 0.35  # a rejected text whose best reading is as sure as this is asked about


class Verdict(StrEnum):
    """What is done with a text."""

    DO = "do"
    BETWEEN = "between"  # the person chooses between the two best readings
    NEARLY = "nearly"  # the best reading is offered
    REJECT = "reject"


@dataclass(frozen=True)
class Understanding:
    """The meaning of one text.

    intent: one of the labels in nlu/phrases/, or "out_of_scope" below the threshold.
    confidence: 0–1, of `intent`; for a rejected text, that of the best intent.
    alternatives: (intent, confidence) of the next best, a rejected best one included, best first, at most three.
    entities: only those present; see docs/understanding.md for keys and value shapes.
    """

    intent: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...] = ()
    entities: dict[str, Any] = field(default_factory=dict)

    @property
    def best(self) -> str:
        """The likeliest label, also where it fell under the threshold."""
        rejected = self.intent == OUT_OF_SCOPE and self.alternatives and self.alternatives[0][1] == self.confidence
        return self.alternatives[0][0] if rejected else self.intent

    @property
    def verdict(self) -> Verdict:
        """Whether it may be acted on: no wish is begun on a guess."""
        second = self.alternatives[0][1] if self.alternatives else 0.0
        if self.intent == OUT_OF_SCOPE:
            return Verdict.NEARLY if second >= NEARLY else Verdict.REJECT
        between = bool(self.alternatives) and self.confidence < LIKELY and self.confidence - second < CLOSE
        return Verdict.BETWEEN if between else Verdict.DO
