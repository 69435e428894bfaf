"""What the dialogs show of misunderstandings: the other button, "nej, jeg mente …", a form that is taken back at once.

They are handed to `Desk.notes`, which masks them and keeps them where the administrator allows it, for `python -m nlu review`.
"""

import re
from collections.abc import Sequence

from dialogs.state import Offer, Said
from dialogs.turn import Turn

MEANT = re.compile(
    r"^(?:nej|næ+h?|niks|forkert|ikke det|det var ikke det|du misforst\w+|det er en misforståelse|jeg (?:mente|mener|ville))\b", re.I
)


def rejected(turn: Turn) -> None:
    """A text that nobody understood."""
    turn.desk.notes.take(turn.text, turn.today, "rejected")


def nearly(turn: Turn) -> None:
    """A text whose likeliest reading is offered."""
    turn.desk.notes.take(turn.text, turn.today, "nearly")


def chosen(turn: Turn, offers: Sequence[Offer], place: int) -> None:
    """One of the offered readings was taken: the only one, or another than the likeliest."""
    offer = offers[place]
    if place or len(offers) == 1:
        turn.desk.notes.take(offer.text, turn.today, "other" if place else "confirmed", offer.intent)


def neither(turn: Turn) -> None:
    """None of two readings was right."""
    offers = turn.state.choosing
    if len(offers) > 1:
        turn.desk.notes.take(offers[0].text, turn.today, "neither")


def corrected(turn: Turn, intent: str) -> None:
    """A text begins with "nej, jeg mente" and is another wish than the one before it: that one was misread."""
    said = turn.state.said
    if said and MEANT.match(turn.event.text.strip()) and turn.desk.understand(said[-1].text, turn.today).intent != intent:
        turn.desk.notes.take(said[-1].text, turn.today, "corrected", intent)


def taken_back(turn: Turn, said: Sequence[Said]) -> None:
    """The form that the last text began was dropped before anything else was answered. `said`: as it was before this turn."""
    state, form = turn.state, turn.state.dropped
    if not (said and form and state.regret) or (state.open and state.open.intent == form.intent):
        return
    first = said[-1]
    if (
        not form.attempts
        and set(form.filled_by.values()) <= {first.id}
        and turn.desk.understand(first.text, turn.today).intent == form.intent
    ):
        turn.desk.notes.take(first.text, turn.today, "cancelled")
