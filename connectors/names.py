"""What the systems know by name: people, distribution lists, shared mailboxes. A new system joins by offering `names`."""

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable


@dataclass(frozen=True)
class Names:
    """Full names of people, and the display names and aliases of lists and mailboxes."""

    people: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    mailboxes: tuple[str, ...] = ()


@runtime_checkable
class KnowsNames(Protocol):
    """A connector whose system can tell all its names. Asked now and then, never within a turn: it may take a minute."""

    name: ClassVar[str]

    async def names(self) -> Names:
        """Every name. Raises ConnectorError."""
        ...
