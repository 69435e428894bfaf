"""How long the instance takes, and the queue of a session: one request at a time for those who send their cookie back."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from simulators.servicenow.records import Records

MOST = 10  # requests that may wait in a session; the next is dropped with 202
AS_IN_REAL_LIFE = (  # method, what the path holds → seconds
    ("POST", "order_now", 2.5),
    ("POST", "/batch", 1.5),
    ("POST", "/table/", 1.0),
    ("PATCH", "/table/", 0.5),
    ("GET", "/table/", 0.3),
    ("", "", 0.2),
)


def latency(records: Records, method: str, path: str) -> float:
    """Seconds: the setting `servicenow_latency` as a number, or `"real"`; otherwise none."""
    if records.setting("latency", default="") == "real":
        return next(seconds for verb, part, seconds in AS_IN_REAL_LIFE if verb in {method, ""} and part in path)
    return min(max(records.setting("latency", default=0.0), 0.0), 60.0)


class Queues:
    """The sessions that somebody is waiting in."""

    def __init__(self) -> None:
        self._turns: dict[str, asyncio.Lock] = {}
        self._inside: dict[str, int] = defaultdict(int)

    @asynccontextmanager
    async def turn(self, request: web.Request) -> AsyncIterator[bool]:
        """Wait for one's turn; False where too many wait already."""
        name = request.cookies.get("JSESSIONID", "")
        if not name:
            yield True
            return
        if self._inside[name] > MOST:
            yield False
            return
        self._inside[name] += 1
        try:
            async with self._turns.setdefault(name, asyncio.Lock()):
                yield True
        finally:
            self._inside[name] -= 1
            if not self._inside[name]:
                del self._inside[name], self._turns[name]
