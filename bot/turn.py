"""One activity as the turn that it makes: who and what, where the answer goes, and its place among what was said."""

import math
from dataclasses import dataclass, field
from typing import Any

from bot import answers, cards
from bot.files import wanted_of
from bot.incoming import Incoming
from bot.memory import Memory
from bot.reference import Reference
from bot.store import milliseconds
from dialogs import texts
from dialogs.talk import Event

Json = dict[str, Any]


@dataclass
class Turn:
    """What one activity is about, and where the answer goes (for a message action: the person's own chat with the bot)."""

    incoming: Incoming
    event: Event
    reference: Reference
    mark: str
    held: bool = False  # a bare hello that has waited for more
    fresh: bool = False  # not one that came again
    answer: Json | None = None
    said: dict[str, str] = field(default_factory=dict)


def has_files(turn: Turn) -> bool:
    """A message with files, not only its own text as HTML."""
    return turn.event.kind == "message" and bool(wanted_of(turn.incoming))


def is_hello(turn: Turn) -> bool:
    """A greeting with nothing else in it."""
    return turn.event.kind == "message" and texts.is_hello(turn.event.text) and not has_files(turn)


def placed(turn: Turn, memory: Memory) -> Event:
    """The event with its place among what was said: how long after Kollega spoke it was written, and whether a hello was gone on from."""
    written = milliseconds(turn.event.at)
    after = (written - memory.spoke) / 1000 if memory.spoke else math.inf
    return turn.event.model_copy(update={"after": after, "passed": turn.held and memory.heard > written})


def repeated(event: Event, memory: Memory, word: str = answers.RECEIVED) -> Json:
    """The answer to a press of a card that is closed: the card as it is now. Of any other: a word."""
    card = memory.cards.get(event.card)
    if card and card.closed and (drawn := cards.card_of(cards.closed(card.drawn, card.closed))):
        return answers.card(drawn)
    return answers.message(word)
