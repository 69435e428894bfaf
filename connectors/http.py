"""The base of every connector: one way to call a system over HTTP, and one way to fail.

Time-outs, bounded retries, Retry-After, tokens and the limit on calls at the same time live here; a connector says only what it wants.
"""

import asyncio
import email.utils
import io
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Self
from weakref import WeakValueDictionary

import aiohttp
import orjson
import stamina
from yarl import URL

from connectors.errors import ConnectorError, Refused, Unavailable, from_status
from connectors.identity import Tokens
from settings import Settings

TURN = 8.0  # seconds for a call that a person waits for, retries included: Teams gives up on a turn after 15
JOB = 65.0  # seconds for a call that only a job makes: longer than ServiceNow's own quota of 60, so that no write is still under way
ATTEMPT = 5.0  # seconds for one attempt of a turn: leaves room for a second one
CONNECT = 3.0
ATTEMPTS = 4
MAX_BODY = 160 * 1024 * 1024  # the largest mail of Exchange Online is 150 MB
BEFORE_CHANGE: ContextVar[Callable[[], Awaitable[None]] | None] = ContextVar("before_change", default=None)
NOT_EXECUTED = {429, 503}  # refused at the door; after 500, 502 and 504 the effect is unknown


@dataclass(frozen=True)
class Answer:
    """One answer that is a success. `data` is the parsed JSON, None where none was asked for or the body is empty."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    data: Any = None


@dataclass(frozen=True)
class Request:
    """What to send. `what` names it in errors and logs, in English and without any value ("read case").

    repeatable: a read, or a write that does the same when it is done twice; anything else is sent again only when it surely was not
    executed. seconds: for all attempts together. as_json: the answer must be JSON. lane: calls of one lane (a mailbox) share
    a smaller limit.
    """

    method: str
    url: str
    what: str
    repeatable: bool
    params: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None
    body: bytes | None = None
    seconds: float = TURN
    as_json: bool = True
    lane: str = ""


class Connector(ABC):
    """One external system. Subclasses set `name` and `setting` (the setting that holds its address) and speak its language."""

    name: ClassVar[str]
    setting: ClassVar[str]
    limit: ClassVar[int] = 8  # calls at the same time in one process
    lane_limit: ClassVar[int] = 8
    success: ClassVar[frozenset[int]] = frozenset({200, 201, 202, 204})

    def __init__(self, session: aiohttp.ClientSession, url: str, tokens: Tokens | None = None) -> None:
        self.url = url
        self._session = session
        self._tokens = tokens
        self._limit = asyncio.Semaphore(self.limit)
        self._lanes: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @classmethod
    @abstractmethod
    def from_settings(cls, settings: Settings, session: aiohttp.ClientSession) -> Self | None:
        """The connector as configured, or None where its address is not set. Reaches for nothing yet."""

    @abstractmethod
    async def check(self) -> str:
        """Reach the system with the credentials at hand. Gives one line that says what was reached; raises ConnectorError."""

    def authorization(self, token: str) -> dict[str, str]:
        """The headers that carry the token."""
        return {"Authorization": f"Bearer {token}"}

    def changes(self, request: Request) -> bool:
        """Whether the call may change something. Default: all but GET."""
        return request.method != "GET"

    def failure(self, request: Request, status: int, headers: Mapping[str, str], body: bytes) -> ConnectorError:
        """The error for an answer that is no success. Nothing of the body may reach it but a known code."""
        del body
        return from_status(self.name, status, request.what, retry_after=retry_after(headers))

    async def call(self, request: Request) -> Answer:
        """Send it, and again as long as that is safe and there is time. Raises ConnectorError."""
        if self.changes(request):
            await about_to_change()
        clock = asyncio.get_running_loop().time
        end = clock() + request.seconds

        def again(error: Exception) -> bool | float:
            if not isinstance(error, Unavailable) or not (request.repeatable or surely_not_executed(error)):
                return False
            wait = error.retry_after
            if wait is None:
                return clock() < end
            return wait if clock() + wait < end else False

        retrying = stamina.retry_context(
            on=again, attempts=ATTEMPTS, timeout=request.seconds, wait_initial=0.2, wait_max=2.0, wait_jitter=0.2
        )
        async for attempt in retrying.with_name(f"{self.name}: {request.what}", (), {}):
            with attempt:
                longest = min(ATTEMPT if request.seconds <= TURN else request.seconds, max(end - clock(), 0.05))
                return await self._within(request, longest)
        raise AssertionError("stamina gives an answer or raises")

    @asynccontextmanager
    async def one_at_a_time(self, key: str) -> AsyncIterator[None]:
        """Two jobs with one key, in this process, wait for each other."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            yield

    def an_object(self, data: object, what: str) -> dict[str, Any]:
        """The JSON object of an answer, or Unavailable."""
        if not isinstance(data, dict):
            raise Unavailable(self.name, f"{what}: no object in the answer", code="not_json")
        return data

    def objects(self, data: object, what: str) -> list[dict[str, Any]]:
        """The JSON objects of a list in an answer, or Unavailable."""
        if not isinstance(data, list):
            raise Unavailable(self.name, f"{what}: no list in the answer", code="not_json")
        return [self.an_object(one, what) for one in data]

    async def _within(self, request: Request, seconds: float) -> Answer:
        """One attempt within its time. What aiohttp raises becomes ours here."""
        try:
            async with asyncio.timeout(seconds):
                return await self._authorized(request)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise Unavailable(self.name, f"{request.what}: cannot connect", code="unreachable") from None
        except TimeoutError:
            raise Unavailable(self.name, f"{request.what}: no answer in time", code="no_answer") from None
        except (aiohttp.ClientError, OSError) as error:
            raise Unavailable(self.name, f"{request.what}: connection lost ({type(error).__name__})", code="no_answer") from None

    async def _authorized(self, request: Request) -> Answer:
        """With a token; with a fresh one, once, when the first is not accepted (a 401 is before any effect)."""
        if self._tokens is None:
            return self._judged(request, *await self._send(request, {}))
        token = await self._tokens()
        status, headers, body = await self._send(request, self.authorization(token))
        if status == 401:
            self._tokens.forget(token)
            token = await self._tokens()
            status, headers, body = await self._send(request, self.authorization(token))
        return self._judged(request, status, headers, body)

    async def _send(self, request: Request, extra: Mapping[str, str]) -> tuple[int, Mapping[str, str], bytes]:
        """One exchange over the wire."""
        lane = self._lanes.setdefault(request.lane, asyncio.Semaphore(self.lane_limit)) if request.lane else nullcontext()
        async with (
            lane,
            self._limit,
            self._session.request(
                request.method,
                URL(request.url, encoded=True),
                params=request.params,
                headers={"Accept": "application/json", **(request.headers or {}), **extra},
                data=io.BytesIO(request.body) if request.body else None,  # in pieces: a large body at once would hold the loop up
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT),
            ) as response,
        ):
            if (response.content_length or 0) > MAX_BODY:
                raise Refused(self.name, f"{request.what}: the answer is too large", response.status, "too_large")
            return response.status, response.headers, await whole(response)

    def _judged(self, request: Request, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        """The answer, if it is a success that can be read."""
        if 300 <= status < 400:
            raise Unavailable(self.name, f"{request.what}: redirected", status, "redirect")
        if 200 <= status < 300 and status not in self.success:
            raise Unavailable(self.name, f"{request.what}: accepted, not done", status, "not_done")
        if status not in self.success:
            raise self.failure(request, status, headers, body)
        if not request.as_json or not body:
            return Answer(status, headers, body)
        try:
            return Answer(status, headers, body, orjson.loads(body))
        except ValueError:
            raise Unavailable(self.name, f"{request.what}: the answer is no JSON", status, "not_json") from None


async def about_to_change() -> None:
    """Before a call that may change something: whoever must put that on record first (`BEFORE_CHANGE`) does so now."""
    if tell := BEFORE_CHANGE.get():
        await tell()


async def whole(response: aiohttp.ClientResponse) -> bytes:
    """The body. One that does not decode is none where the status says it all: Exchange's 403 is NUL bytes that call themselves gzip."""
    try:
        return await response.read()
    except aiohttp.ClientPayloadError:
        if response.status in {401, 403}:
            return b""
        raise


def surely_not_executed(error: Unavailable) -> bool:
    """Whether a write that failed so may be sent again without a look."""
    return error.code in {"unreachable", "no_token"} or error.status in NOT_EXECUTED


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait as the system asks (RFC 9110, 10.2.3), at most an hour, or None."""
    text = headers.get("Retry-After", "").strip()
    if text.isdecimal():
        return min(float(text), 3600.0)
    try:
        at = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max((at - datetime.now(UTC)).total_seconds(), 0.0), 3600.0)
