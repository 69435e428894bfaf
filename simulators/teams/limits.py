"""What Teams allows a bot per second, half minute and hour, and the writes that get in each other's way.

Source: "Optimize your bot with rate limiting in Teams" in Microsoft's documentation (per bot per thread; per app per tenant).
"""

import math
import time
from bisect import bisect_right
from collections import defaultdict

from simulators.teams.errors import Refusal
from simulators.teams.switches import Switches

SEND = ((1, 7), (2, 8), (30, 60), (3600, 1800))  # (seconds, calls)
READ = ((1, 14), (2, 16), (30, 120), (3600, 3600))  # members, conversations
TENANT = ((1, 50),)
ERA = 3600  # seconds that any window looks back


class Limits:
    """Counts the bot's calls."""

    def __init__(self, switches: Switches) -> None:
        self.switches = switches
        self._calls: defaultdict[str, list[float]] = defaultdict(list)
        self._held: dict[str, float] = {}

    def forget(self) -> None:
        self._calls.clear()
        self._held.clear()

    def tenant(self) -> None:
        """One call of any kind."""
        self._count("tenant", TENANT, 1)

    def send(self, conversation: str, times: int = 1) -> None:
        """A message, an edit, a deletion or a typing sign in a conversation."""
        self._count(f"send {conversation}", SEND, times)

    def create(self, person: str) -> None:
        self._count(f"create {person}", SEND, 1)

    def read(self, conversation: str) -> None:
        self._count(f"read {conversation}", READ, 1)

    def hold(self, conversation: str) -> None:
        """Take the conversation for a write. Raises Refusal 412 while another write has it."""
        now = time.monotonic()
        if self._held.get(conversation, 0) > now:
            raise Refusal(412, "PreconditionFailed", "Precondition failed, please try again.")
        if seconds := self.switches.seconds("write_seconds", 0):
            self._held[conversation] = now + seconds

    def _count(self, name: str, windows: tuple[tuple[int, int], ...], times: int) -> None:
        """Raises Refusal 429 when one of the windows is full; a refused call does not count."""
        if not self.switches.on("rate_limits", default=True):
            return
        now, calls = time.monotonic(), self._calls[name]
        del calls[: bisect_right(calls, now - ERA)]
        for seconds, most in windows:
            inside = calls[bisect_right(calls, now - seconds) :]
            if len(inside) + times > most:
                free = inside[len(inside) + times - most - 1] + seconds - now if inside else 1
                headers = {"Retry-After": str(max(1, math.ceil(free)))} if self.switches.on("retry_after", default=True) else None
                raise Refusal(429, "Throttled", "Too many requests.", headers)
        calls.extend([now] * times)
