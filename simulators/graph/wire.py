"""Graph on the wire: a call taken apart, an answer, and the refusals with Graph's error envelope.

Source: https://learn.microsoft.com/graph/errors, https://learn.microsoft.com/graph/query-parameters
"""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote

from aiohttp import web
from typing_extensions import override

from simulators.faults import parsed
from simulators.planted import SEED
from simulators.simulation import Simulation
from simulators.world import NOW

JSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
OPTIONS = frozenset("$select $filter $orderby $expand $top $skip $search $count $format $skiptoken $deltatoken changetype".split())
CALLED = re.compile(r"([A-Za-z.]+)\((?:'((?:[^']|'')*)')?\)")  # mailFolders('inbox'), delta()


class Refusal(Exception):
    """Graph says no: a status, a code and a sentence."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, code, message)
        self.status, self.code, self.message = status, code, message
        self.headers = dict(headers or {})

    @override
    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Answer:
    """What a handler gives back. `body`: JSON, or bytes of the media type `kind`, or None for an empty answer."""

    body: Any = None
    status: int = 200
    kind: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One request, also one part of a batch. `path`: the decoded segments after v1.0. `base`: this host's address up to v1.0.

    seed: of the world whose accounts are shown.
    """

    method: str
    path: tuple[str, ...]
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes
    base: str
    raw_path: str
    seed: int = SEED

    def prefers(self, name: str) -> str:
        """The value of one preference of the `Prefer` header, without quotes, in lower case; empty where it is not there."""
        found = re.search(rf'(?:^|[,;\s]){re.escape(name)}\s*=\s*"?([^",;\s]*)', self.headers.get("Prefer", ""), re.IGNORECASE)
        return found[1].lower() if found else ""

    @property
    def immutable(self) -> bool:
        """Whether the caller asks for ids that survive a move."""
        return self.prefers("IdType") == "immutableid"

    @property
    def eventual(self) -> bool:
        """Whether the caller accepts the search index's delay (advanced queries)."""
        return self.headers.get("ConsistencyLevel", "").lower() == "eventual"

    def number(self, option: str, default: int, low: int, high: int) -> int:
        """A query option that is a whole number. Refuses what is none or out of bounds."""
        text = self.query.get(option)
        if text is None:
            return default
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise Refusal(400, "BadRequest", f"Invalid value '{text[:40]}' for {option} query option found.")
        if not low <= int(text) <= high:
            raise Refusal(400, "BadRequest", f"The limit of '{high}' for {option} query has been exceeded, or the value is too small.")
        return int(text)

    def flag(self, option: str) -> bool:
        """A query option that is true or false."""
        text = self.query.get(option, "false").lower()
        if text not in {"true", "false"}:
            raise Refusal(400, "BadRequest", f"Invalid value '{text[:40]}' for {option} query option found.")
        return text == "true"

    def json(self) -> dict[str, Any]:
        """The body, which must be a JSON object."""
        found = parsed(self.body)
        if not isinstance(found, dict):
            raise Refusal(
                400, "BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is valid."
            )
        return found

    def parameters(self) -> dict[str, Any]:
        """The body of an action, whose names may begin with a capital: `DestinationId` is `destinationId`."""
        return {name[:1].lower() + name[1:]: value for name, value in self.json().items()}


def segments(raw_path: str) -> tuple[str, ...]:
    """The decoded segments of a path; `mailFolders('inbox')` is the same as `mailFolders/inbox`, `delta()` the same as `delta`."""
    found: list[str] = []
    for part in raw_path.split("/"):
        if not part:
            continue
        text = unquote(part)
        called = CALLED.fullmatch(text)
        if not called:
            found.append(text)
        elif called[2] is None:
            found.append(called[1])
        else:
            found += [called[1], called[2].replace("''", "'")]
    return tuple(found)


def options(raw_query: str) -> dict[str, str]:
    """The query options; `top` is the same as `$top`. Refuses unknown `$` options and doubled ones."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(raw_query, keep_blank_values=True):
        key = name.lower()
        key = f"${key}" if f"${key}" in OPTIONS else key
        if key.startswith("$") and key not in OPTIONS:
            raise Refusal(400, "BadRequest", f"The query parameter '{name[:40]}' is not supported.")
        if key in found and key in OPTIONS:
            raise Refusal(
                400, "BadRequest", f"Query option '{name[:40]}' was specified more than once, but it must be specified at most once."
            )
        found[key] = value
    return found


def envelope(code: str, message: str, request_id: str = "", client_id: str = "") -> dict[str, Any]:
    """Graph's error body."""
    number = request_id or str(uuid.uuid4())
    inner = {"date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}", "request-id": number, "client-request-id": client_id or number}
    return {"error": {"code": code, "message": message, "innerError": inner}}


INJECTED = {
    400: ("BadRequest", "Bad Request"),
    401: ("InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."),
    403: ("ErrorAccessDenied", "Access is denied. Check credentials and try again."),
    404: ("ErrorItemNotFound", "The specified object was not found in the store."),
    409: ("ErrorIrresolvableConflict", "The send or update operation could not be performed because the change key does not match."),
    410: ("SyncStateNotFound", "The sync state generation is not found; resynchronise."),
    412: ("ErrorIrresolvableConflict", "The change key passed in the request does not match the current change key for the item."),
    429: ("ApplicationThrottled", "Application is over its MailboxConcurrency limit."),
    503: ("ServiceNotAvailable", "The service is temporarily unavailable."),
}
HTML = frozenset({500, 502, 504})  # these come from a proxy in front of Graph


def injected(status: int) -> web.Response:
    """What Graph answers with that status: its envelope, or a proxy's page."""
    if status in HTML:
        phrase = HTTPStatus(status).phrase
        return web.Response(
            status=status, text=f"<html><head><title>{status}</title></head><h1>{phrase}</h1></html>", content_type="text/html"
        )
    code, message = INJECTED.get(status, ("UnknownError", ""))
    headers = {"WWW-Authenticate": 'Bearer realm="", error="invalid_token"'} if status == 401 else {}
    return web.json_response(envelope(code, message), status=status, headers=headers)


def knob(simulation: Simulation, name: str, default: float) -> float:
    """A setting that is a number; anything else counts as its default."""
    value = simulation.settings.get(name, default)
    return float(value) if isinstance(value, int | float) and abs(value) < 1e9 else default


def clock(simulation: Simulation) -> datetime:
    """Now, and never before the moment the seeded world is written from: a machine whose clock is behind still gets a sound world."""
    return max(simulation.now(), NOW)


def stamp(moment: datetime) -> str:
    """A moment as Graph writes it: UTC, whole seconds."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def compact(value: Any) -> bytes:
    """JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
