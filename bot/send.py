"""Outward: the Bot Connector's REST interface over one shared session.

Source: "Bot Connector API reference" (Bot Framework REST documentation) and the Teams error table in "Send proactive messages". The SDK's
client opens a connection and runs in a small thread pool for each turn, never repeats a POST, and drops properties that it does not know.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import aiohttp
import orjson
import structlog
from yarl import URL

from bot.addresses import Addresses
from bot.pace import Pace
from connectors.errors import ConnectorError, Refused, Unavailable, from_status

RETRIED = frozenset({412, 429, 502, 503, 504})  # Teams' documentation: these and no others
TRIES = 5
FIRST_WAIT, LONGEST_WAIT = 1.0, 20.0  # seconds, the documentation's span
PATIENCE = 30.0  # seconds: a longer Retry-After is the caller's to wait for
AT_ONCE = 64  # requests in the air
TIMEOUT = aiohttp.ClientTimeout(total=15, sock_connect=5)  # seconds a try
SYSTEM = "teams"

Json = dict[str, Any]
log = structlog.get_logger()


class AnswerLost(Unavailable):
    """The request went out and no whole answer came back: the message may stand in the chat. It is not sent again."""


class NotSent(Exception):
    """One try failed in a way that may be repeated. `wait`: seconds that the service asked for, or None."""

    def __init__(self, error: ConnectorError) -> None:
        super().__init__(error)
        self.error = error


@dataclass
class Sender:
    """Sends for one bot. `tokens` gives the bot's own token, kept fresh by its owner; None sends none (no app registration).

    Every method raises Refused for a service URL that is not allowed, and connectors.errors for what the service says: Denied (blocked or
    uninstalled: 403), NotFound, Refused, Unavailable after the last try. A POST whose answer is lost raises AnswerLost.
    """

    session: aiohttp.ClientSession
    addresses: Addresses
    tokens: Callable[[], Awaitable[str]] | None = None
    pace: Pace = field(default_factory=Pace)
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def post(self, service_url: str, conversation: str, activity: Json, reply_to: str = "") -> str:
        """Say something; the new activity's id ("" where the service gives none)."""
        return identity(await self._call("POST", service_url, conversation, segment(reply_to), activity))

    async def typing(self, service_url: str, conversation: str) -> None:
        """Show that something is being done. Tried once: the answer must not wait for it."""
        await self._call("POST", service_url, conversation, "", {"type": "typing"}, tries=1)

    async def put(self, service_url: str, conversation: str, activity_id: str, activity: Json) -> str:
        """Put something in the place of an earlier message of the bot's own."""
        return identity(await self._call("PUT", service_url, conversation, segment(activity_id), activity))

    async def delete(self, service_url: str, conversation: str, activity_id: str) -> None:
        """Take back a message of the bot's own."""
        await self._call("DELETE", service_url, conversation, segment(activity_id), None)

    async def create(self, service_url: str, parameters: Json) -> Json:
        """Open a conversation: `{"id", "activityId"?, "serviceUrl"?}`. For a personal chat that exists the same id comes back."""
        url = f"{service_url.rstrip('/')}/v3/conversations"
        async with self.pace.turn("create"):
            return await self._persist("POST", url, service_url, parameters)

    async def member(self, service_url: str, conversation: str, who: str) -> Json:
        """One member of a conversation, by id."""
        return await self._ask(service_url, conversation, f"members{segment(who)}")

    async def page_of_members(self, service_url: str, conversation: str, size: int, token: str) -> Json:
        """A page of a conversation's members: `{"members", "continuationToken"?}`. token: the page before's, "" for the first."""
        after = f"&continuationToken={quote(token, safe='')}" if token else ""
        return await self._ask(service_url, conversation, f"pagedmembers?pageSize={size}{after}")

    async def _ask(self, service_url: str, conversation: str, tail: str) -> Json:
        """Reading has limits of its own, twice as wide: it does not wait for the conversation's turn to be spoken in."""
        url = f"{service_url.rstrip('/')}/v3/conversations{segment(conversation)}/{tail}"
        return await self._persist("GET", url, service_url, None)

    async def _call(
        self, method: str, service_url: str, conversation: str, tail: str, activity: Json | None, *, tries: int = TRIES
    ) -> Json:
        url = f"{service_url.rstrip('/')}/v3/conversations{segment(conversation)}/activities{tail}"
        async with self.pace.turn(conversation):
            return await self._persist(method, url, service_url, activity, tries)

    async def _persist(self, method: str, url: str, service_url: str, body: Json | None, tries: int = TRIES) -> Json:
        if not self.addresses.allows(service_url):
            raise Refused(SYSTEM, "the service URL is not allowed")
        data = None if body is None else orjson.dumps(body)
        for number in range(tries):
            try:
                return await self._try(method, url, data)
            except NotSent as failed:
                wait = waiting(number, failed.error.retry_after)
                log.info("not sent", method=method, status=failed.error.status, reason=failed.error.reason, tries=number + 1, wait=wait)
                if number == tries - 1 or wait > PATIENCE:
                    raise failed.error from failed
                await self.pause(wait)
        raise AssertionError("unreachable")

    async def _try(self, method: str, url: str, data: bytes | None) -> Json:
        headers = {"Content-Type": "application/json"}
        if self.tokens:
            headers["Authorization"] = f"Bearer {await self.tokens()}"
        await self.pace.all()
        try:
            async with (
                self._gate,
                self.session.request(
                    method, URL(url, encoded=True), data=data, headers=headers, timeout=TIMEOUT, allow_redirects=False
                ) as response,
            ):
                return read(response.status, response.headers.get("Retry-After"), await response.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(Unavailable(SYSTEM, f"no connection: {type(error).__name__}")) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            if method == "POST":
                raise AnswerLost(SYSTEM, f"answer lost: {type(error).__name__}") from error
            raise NotSent(Unavailable(SYSTEM, f"answer lost: {type(error).__name__}")) from error


def read(status: int, retry_after: str | None, body: bytes) -> Json:
    """The JSON object in a good answer, {} where there is none; else the error."""
    parsed = loaded(body)
    if 200 <= status < 300:
        return parsed
    code, message = complaint(parsed)
    if status in RETRIED:
        raise NotSent(Unavailable(SYSTEM, message, status, code, seconds(retry_after)))
    raise from_status(SYSTEM, status, message, code)


def loaded(body: bytes) -> Json:
    """An object, or {} for anything else."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def complaint(parsed: Json) -> tuple[str, str]:
    """Code and message of an error body, in the new form or the old, where the message is JSON in a text."""
    error = parsed.get("error")
    if isinstance(error, dict):
        return str(error.get("code", "")), str(error.get("message", ""))[:300]
    message = str(parsed.get("message", ""))
    inner = loaded(message.encode())
    return str(inner.get("subCode", parsed.get("errorCode", ""))), str(inner.get("details", message))[:300]


def seconds(retry_after: str | None) -> float | None:
    """Retry-After, in seconds or as a date (RFC 9110, 10.2.3)."""
    if retry_after is None:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:  # no number: a date
        return until(retry_after)


def until(date: str) -> float | None:
    """Seconds until then; None for what is no date: the wait is then ours to choose, as if nothing had been asked for."""
    try:
        at = parsedate_to_datetime(date)
    except ValueError:
        return None
    return max(0.0, ((at if at.tzinfo else at.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds())


def waiting(number: int, asked: float | None) -> float:
    """Seconds before try `number` + 2: what was asked for, else twice as long each time, give or take a quarter."""
    if asked is not None:
        return asked
    return float(min(LONGEST_WAIT, FIRST_WAIT * 2**number) * random.uniform(0.75, 1.25))  # noqa: S311 - spreads the load, no secret


def segment(name: str) -> str:
    """One part of a path, with its slash: conversation ids hold : ; = @ and must not be able to climb."""
    if not name:
        return ""
    return f"/{quote(name, safe='')}" if name.strip(".") else f"/{name.replace('.', '%2E')}"


def identity(answer: Json) -> str:
    """The id in an answer."""
    found = answer.get("id")
    return found if isinstance(found, str) else ""
