"""How activities reach the bot: in order, again after a time-out, and patiently while it restarts."""

import asyncio
import itertools
import json
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Any

import aiohttp

from simulators.teams.activities import Activity
from simulators.teams.switches import Switches
from simulators.teams.tokens import Tokens

FIRST_WAIT, LONGEST_WAIT = 0.1, 2.0  # seconds between tries while the bot is away
OVERTAKEN = 0.05  # seconds that every second activity is held back with teams_parallel
REMEMBERED = 500  # lines of traffic


@dataclass(frozen=True)
class Answer:
    """What the bot said: its HTTP status and JSON (None where there was none). Without `reached` the status is Teams' own."""

    status: int
    body: Any = None
    reached: bool = True

    @property
    def good(self) -> bool:
        return self.reached and 200 <= self.status < 300


NO_ANSWER = Answer(504, reached=False)  # not in time
NO_BOT = Answer(502, reached=False)  # nobody there


class Delivery:
    """Sends to the bot's processes in turn. Open it in a running loop, close it at the end."""

    def __init__(self, switches: Switches, tokens: Tokens) -> None:
        self.switches = switches
        self.tokens = tokens
        self.traffic: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)
        self._turn = itertools.count()
        self._sent = itertools.count()
        self._order: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._running: set[asyncio.Task[Answer]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._ending = False

    async def open(self) -> None:
        connector = aiohttp.TCPConnector(limit=200, force_close=True)  # a kept connection may belong to a bot that was just killed
        self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())

    def stop(self) -> None:
        """Give up everything that is under way."""
        for task in self._running:
            task.cancel()

    def end(self) -> None:
        """Give up, and begin nothing more."""
        self._ending = True
        self.stop()

    async def close(self) -> None:
        self.end()
        if self._session:
            await self._session.close()

    async def send(self, activity: Activity) -> Answer:
        """Deliver, and give the bot's (first) answer: 504 when it gave none in time, 502 when nobody was there."""
        if self._ending:
            return NO_BOT
        times = 2 if self.switches.on("deliver_twice") else 1
        tasks = [asyncio.create_task(self._in_order(activity)) for _ in range(times)]
        self._running.update(tasks)
        done = await asyncio.gather(*tasks, return_exceptions=True)
        self._running.difference_update(tasks)
        for one in done:
            if isinstance(one, Exception):
                raise one
        return done[0] if isinstance(done[0], Answer) else NO_BOT  # cancelled by a reset

    async def _in_order(self, activity: Activity) -> Answer:
        if self.switches.on("parallel"):
            await asyncio.sleep(0 if next(self._sent) % 2 else OVERTAKEN)
            return await self._tried(activity)
        async with self._order[activity["conversation"]["id"]]:
            return await self._tried(activity)

    async def _tried(self, activity: Activity) -> Answer:
        """An invoke is tried once; all else again: once after a time-out, and for some time while nobody is there."""
        once = activity["type"] == "invoke"
        wait, resent, end = FIRST_WAIT, once, time.monotonic() + (0 if once else self.switches.seconds("patience", 30))
        while True:
            answer = await self._attempt(activity)
            if answer is NO_ANSWER and not resent:
                resent = True
            elif answer is NO_BOT and time.monotonic() + wait < end:
                await asyncio.sleep(wait)
                wait = min(wait * 1.5, LONGEST_WAIT)
            else:
                return answer

    async def _attempt(self, activity: Activity) -> Answer:
        """One POST to the process whose turn it is."""
        urls = [url.strip().rstrip("/") for url in self.switches.simulation.bot_url.split(",") if url.strip()]
        url = urls[next(self._turn) % len(urls)] if urls else "http://127.0.0.1:3978"
        began = time.monotonic()
        answer = await self._post(url, activity)
        self.traffic.append(
            {
                "at": self.switches.simulation.now().isoformat(),
                "url": url,
                "activity": activity,
                "status": answer.status,
                "answer": answer.body,
                "seconds": round(time.monotonic() - began, 3),
            }
        )
        return answer

    async def _post(self, url: str, activity: Activity) -> Answer:
        assert self._session  # noqa: S101 - opened with the application
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if app_id := self.switches.app_id:
            headers["Authorization"] = f"Bearer {self.tokens.sign(app_id, activity['serviceUrl'])}"
        limit = aiohttp.ClientTimeout(total=self.switches.seconds("timeout", 15))
        try:
            async with self._session.post(
                f"{url}/api/messages", data=json.dumps(activity), headers=headers, timeout=limit, allow_redirects=False
            ) as response:
                return Answer(response.status, parsed(await response.read()))
        except TimeoutError:
            return NO_ANSWER
        except (aiohttp.ClientError, OSError):
            return NO_BOT


def parsed(body: bytes) -> Any:
    """The JSON of an answer; None for anything else, half characters included (no database can hold them)."""
    try:
        found = json.loads(body)
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return found
