"""What a simulated system is made of: a module in this folder with a `SYSTEM`.

    SYSTEM = System(build=build, seed=seed)

`build(simulation)` gives the aiohttp application that is served under `/<module's name>`; `seed(simulation)` fills its tables in an empty
world. Nothing is registered by hand: the folder is searched.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from simulators.store import Store


@dataclass
class Simulation:
    """Shared by all systems of one process. `settings` holds switches that a test may turn through /control/settings."""

    store: Store
    bot_url: str = "http://127.0.0.1:3978"
    settings: dict[str, Any] = field(default_factory=dict)
    listeners: list[Callable[[], None]] = field(default_factory=list)  # called after a reset

    def now(self) -> datetime:
        """The real time, in UTC."""
        return datetime.now(UTC)


def nothing(simulation: Simulation) -> None:
    """The seed of a system that starts empty."""
    del simulation


def writes(method: str, path: str) -> bool:
    """A request that changes something, by HTTP's rules."""
    del path
    return method in {"POST", "PUT", "PATCH", "DELETE"}


def always(body: Any) -> bool:
    """For a system whose methods and paths alone tell what changes something."""
    del body
    return True


def no_key(body: Any) -> str | None:
    """For a system that carries no business keys."""
    del body
    return None


def plain_error(status: int) -> web.Response:
    """An injected error where the system has no body of its own for it."""
    return web.json_response({"error": {"code": str(status), "message": "injected"}}, status=status)


@dataclass(frozen=True)
class System:
    """One simulated system. `key` finds the business key in a parsed body; `is_write` tells by method and path what belongs in the journal,
    `changes` by the parsed body; `error` is the system's own answer for an injected status.
    """

    build: Callable[[Simulation], web.Application]
    seed: Callable[[Simulation], None] = nothing
    is_write: Callable[[str, str], bool] = writes
    changes: Callable[[Any], bool] = always
    key: Callable[[Any], str | None] = no_key
    error: Callable[[int], web.Response] = plain_error
