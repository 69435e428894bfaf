"""Who may come in and how many at once: tokens, the calls in flight, and the calls in five minutes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import jwt

from simulators.exchange.wire import Raw, knob, throttled
from simulators.graph import tokens
from simulators.simulation import Simulation
from simulators.world import TENANT

ROLE = "Exchange.ManageAsApp"
AT_ONCE = 3.0  # calls in flight; the real figure is not published
WINDOW, MOST = 300.0, 30_000.0  # seconds, and calls within them


def checked(header: str) -> None:
    """Refuse (401) a token that is absent, foreign, expired, for Graph, or of an app without consent."""
    kind, _, text = header.partition(" ")
    challenge = {"WWW-Authenticate": f'Bearer realm="{TENANT}"'}
    if kind.lower() != "bearer" or not text.strip():
        raise Raw(401, b"", headers=challenge)
    try:
        claims = jwt.decode(text.strip(), tokens.KEY, algorithms=["HS256"], audience=tokens.OUTLOOK)
    except jwt.PyJWTError as error:
        raise Raw(401, b"", headers={"WWW-Authenticate": f'{challenge["WWW-Authenticate"]}, error="invalid_token"'}) from error
    if ROLE not in claims["roles"]:
        raise Raw(401, b"User is not allowed to call the cmdlets.", headers=challenge)


@dataclass
class Door:
    """Counts the calls of the tenant. `inside`: those in flight."""

    simulation: Simulation
    inside: int = 0
    passed: int = 0
    since: float = 0.0

    @asynccontextmanager
    async def entered(self) -> AsyncIterator[dict[str, str]]:
        """Let one call in; gives the headers of its answer. Raises Raw (429) where there is no room."""
        now = self.simulation.now().timestamp()
        if now >= self.since + knob(self.simulation, "rate_seconds", WINDOW):
            self.passed, self.since = 0, now
        limit = int(knob(self.simulation, "rate_limit", MOST))
        if self.inside >= int(knob(self.simulation, "concurrency", AT_ONCE)) or self.passed >= limit:
            raise throttled(self.simulation.settings.get("exchange_retry_after", 1))
        self.passed += 1
        self.inside += 1
        try:
            reset = datetime.fromtimestamp(self.since + knob(self.simulation, "rate_seconds", WINDOW), UTC)
            yield {
                "Rate-Limit-Limit": str(limit),
                "Rate-Limit-Remaining": str(limit - self.passed),
                "Rate-Limit-Reset": reset.isoformat(),
                "X-ConcurrencyCount": str(self.inside),
                "X-CombinedAppOnlyConcurrencyCount": str(self.inside),
            }
        finally:
            self.inside -= 1
