"""The body of a conversation's row: the bot's own part (what it has seen, the cards it has drawn), and the dialogs' state beside it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import orjson

from dialogs.talk import Event, Reply

SEEN_FOR = 10 * 60 * 1000  # milliseconds that an activity is remembered; Teams sends one again within a minute
SEEN_AT_LEAST = 50
CARDS = 20
PRESS_AGAIN = 10 * 1000  # milliseconds: the client repeats an unanswered press after 5 s, twice, with new ids


@dataclass
class Card:
    """A message that can be changed later: its activity id, and the Reply that was drawn last, as JSON. `closed`: its closing sentence."""

    id: str
    reply: dict[str, Any]
    closed: str = ""

    @property
    def drawn(self) -> Reply:
        return Reply.model_validate(self.reply)


@dataclass
class Memory:
    """Read from a row, changed in a turn, written back with it. Times are milliseconds since 1970."""

    state: str = ""  # the dialogs', "" for a new conversation
    joined: bool = False
    seen: dict[str, int] = field(default_factory=dict)
    presses: dict[str, int] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)  # by key, the newest last
    heard: int = 0  # when the newest message or press that was handled was written
    spoke: int = 0  # when a turn had spoken last

    @classmethod
    def read(cls, body: str) -> "Memory":
        """From a row's body; "" gives an empty one."""
        if not body:
            return cls()
        found = orjson.loads(body)
        cards = {key: Card(**card) for key, card in found["cards"].items()}
        times = (found.get("heard", 0), found.get("spoke", 0))  # a row of an earlier release has none
        return cls(found["state"], found["joined"], found["seen"], found["presses"], cards, *times)

    def written(self) -> str:
        """The body to write."""
        return orjson.dumps({one.name: getattr(self, one.name) for one in fields(self)}).decode()

    def see(self, mark: str, now: int) -> bool:
        """Whether an activity is new; it is remembered."""
        if mark in self.seen:
            return False
        self.seen[mark] = now
        keep = list(self.seen)[-SEEN_AT_LEAST:]
        self.seen = {key: at for key, at in self.seen.items() if now - at < SEEN_FOR or key in keep}
        return True

    def press(self, mark: str, now: int) -> bool:
        """Whether a press is new: not the same as one that was handled seconds ago. `settle` is to follow when it has been handled."""
        self.presses = {key: at for key, at in self.presses.items() if now - at < PRESS_AGAIN}
        return mark not in self.presses

    def settle(self, mark: str, now: int) -> None:
        """A press has been handled."""
        self.presses[mark] = now

    def remember(self, key: str, activity_id: str, reply: Reply) -> None:
        """A card was drawn, or drawn again."""
        self.cards.pop(key, None)
        self.cards[key] = Card(activity_id, reply.model_dump(mode="json", exclude_defaults=True))
        for oldest in list(self.cards)[:-CARDS]:
            del self.cards[oldest]


def mark_of(*parts: str) -> str:
    """A short name for something that must be known again."""
    return hashlib.blake2b("\x00".join(parts).encode(), digest_size=9).hexdigest()


def press_mark(event: Event) -> str:
    """The same button with the same inputs, by the same person, has the same mark whatever the activity's id is."""
    return mark_of(event.who.id, event.card, event.refers, event.do, spelt(event.data), spelt(event.inputs))


def spelt(values: Mapping[str, str]) -> str:
    """A mapping in one spelling."""
    return orjson.dumps(dict(values), option=orjson.OPT_SORT_KEYS).decode()
