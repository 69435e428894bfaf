"""How fast the bot may speak: Teams' limits, kept on our side so that a burst waits instead of being refused.

Source: "Optimize your bot: rate limiting and best practices in Teams" (Microsoft Learn): per bot and conversation 7 in 1 s, 8 in 2 s, 60
in 30 s, 1,800 in an hour; per app and tenant 50 in 1 s. The hourly limit is left to Teams' own 429: keeping it would cost memory for each
conversation.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

CONVERSATION = ((7, 1.05), (8, 2.05), (60, 30.1))  # (how many, in how many seconds); a little over: what we send arrives unevenly
TENANT = ((50, 1.05),)
KEPT = 5_000  # conversations whose last half minute is remembered

Limits = tuple[tuple[int, float], ...]


@dataclass
class Line:
    """One queue: who speaks now, and when the last ones spoke (monotonic seconds)."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    times: deque[float] = field(default_factory=lambda: deque(maxlen=60))
    waiting: int = 0

    def wait(self, now: float, limits: Limits) -> float:
        """Seconds until the next may go, by every limit."""
        return max((self.times[-count] + seconds - now for count, seconds in limits if len(self.times) >= count), default=0.0)


class Pace:
    """One request at a time in a conversation, and no more than the limits allow. `tenant=()` sets no limit for all together."""

    def __init__(
        self,
        conversation: Limits = CONVERSATION,
        tenant: Limits = TENANT,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._limits = conversation
        self._tenant_limits = tenant
        self._clock = clock
        self._pause = pause
        self._lines: OrderedDict[str, Line] = OrderedDict()
        self._tenant = Line()

    @asynccontextmanager
    async def turn(self, conversation: str) -> AsyncIterator[None]:
        """Waits for the conversation's turn, holds it for the `async with`."""
        line = self._line(conversation)
        line.waiting += 1
        try:
            async with line.lock:
                await self._wait(line, self._limits)
                yield
        finally:
            line.waiting -= 1

    async def all(self) -> None:
        """Waits for the limit that all conversations share."""
        if self._tenant_limits:
            async with self._tenant.lock:
                await self._wait(self._tenant, self._tenant_limits)

    async def _wait(self, line: Line, limits: Limits) -> None:
        while (seconds := line.wait(self._clock(), limits)) > 0:
            await self._pause(seconds)
        line.times.append(self._clock())

    def _line(self, conversation: str) -> Line:
        line = self._lines.pop(conversation, None) or Line()
        self._lines[conversation] = line
        if len(self._lines) > KEPT:
            oldest = next(iter(self._lines))
            if not self._lines[oldest].waiting:
                del self._lines[oldest]
        return line
