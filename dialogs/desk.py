"""What Kollega has at hand in a turn or a job: the systems, its understanding, the jobs, files, and the clock."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from connectors.systems import Systems
from dialogs.oversight.runner import Oversight
from dialogs.oversight.wheel import Wheel
from dialogs.rules import Rules
from dialogs.talk import Reply
from jobs.engine import Jobs
from nlu.notes import NoNotes, Notes
from nlu.understanding import Understanding


async def untold(conversation: str) -> Sequence[Reply]:
    """No job has said anything there."""
    del conversation
    return ()


def unnamed() -> None:
    """Nobody keeps an index of names."""


def nowhere(run: str, person: str) -> str:
    """There is no tab."""
    del run, person
    return ""


class Files(Protocol):
    """Bytes that came with a message, kept by the channel until the purpose is over."""

    async def read(self, key: str) -> bytes:
        """The bytes. Raises KeyError when they are gone."""


@dataclass(frozen=True)
class Desk:
    """Handed to every dialog. `now` is aware (UTC); `new_id` gives a fresh random name.

    phone: the service desk's. rules: of the standard requests. roles: of people, by the Entra groups that give each. burst: seconds in which what a person sends belongs together. told: what jobs said
    last in a conversation, with buttons. renamed: called when a list or mailbox was made, so that its name is known. oversight: the
    tilsyn and their runs. wheel: when each is made. tab: the address of a run's page (its id) for a person (id), "" where there is none.
    """

    systems: Systems
    understand: Callable[[str, date], Understanding]
    jobs: Jobs
    files: Files
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    notes: Notes = field(default_factory=NoNotes)
    phone: str = ""
    rules: Rules = field(default_factory=Rules)
    roles: Mapping[str, frozenset[str]] = field(default_factory=dict)
    burst: float = 0.0
    told: Callable[[str], Awaitable[Sequence[Reply]]] = untold
    renamed: Callable[[], None] = unnamed
    oversight: Oversight | None = None
    wheel: Wheel | None = None
    tab: Callable[[str, str], str] = nowhere
