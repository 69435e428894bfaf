"""What a text means: the shape that nlu/ gives and the dialogs take."""

from dataclasses import dataclass, field
from typing import Any

OUT_OF_SCOPE = "out_of_scope"


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
