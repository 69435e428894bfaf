"""The systems at hand, looked up by type: `systems.get(ServiceNow)`."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


class Systems:
    """Holds one object per connector. Asking for a type, or for a protocol or base that exactly one of them fulfils, gives it."""

    def __init__(self, connectors: Iterable[object] = ()) -> None:
        self._all = list(connectors)

    def get(self, kind: type[T]) -> T:
        """The connector of that type. Raises LookupError when there is none, or more than one."""
        found = [one for one in self._all if isinstance(one, kind)]
        if len(found) != 1:
            raise LookupError(f"{len(found)} connectors of type {kind.__name__}")
        return found[0]

    def all(self, kind: type[T]) -> list[T]:
        """Every connector that is a `kind`: all that hold personal data, say."""
        return [one for one in self._all if isinstance(one, kind)]

    def __iter__(self) -> Iterator[object]:
        return iter(self._all)
