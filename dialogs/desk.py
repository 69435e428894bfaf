"""What Kollega has at hand in a turn or a job: the systems, its understanding, the jobs, files, and the clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from connectors.systems import Systems
from dialogs.rules import Rules
from jobs.engine import Jobs
from nlu.notes import NoNotes, Notes
from nlu.understanding import Understanding


class Files(Protocol):
    """Bytes that came with a message, kept by the channel until the purpose is over."""

    async def read(self, key: str) -> bytes:
        """The bytes. Raises KeyError when they are gone."""


@dataclass(frozen=True)
class Desk:
    """Handed to every dialog. `now` is aware (UTC); `new_id` gives a fresh random name.

    phone: the service desk's. rules: of the standard requests. roles: of people, by the Entra groups that give each. burst: seconds in which what a person sends belongs together.
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
