"""Microsoft Graph v1.0 as its connectors share it: address, credentials, errors, paging.

Source: https://learn.microsoft.com/graph/errors, https://learn.microsoft.com/graph/paging
"""

import re
import uuid
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Self
from urllib.parse import quote

import aiohttp
import orjson
from typing_extensions import override

from connectors.errors import ConnectorError, NotFound, Unavailable, from_status
from connectors.http import Connector, Request, retry_after
from connectors.identity import app_registration
from settings import Settings

SCOPE = "https://graph.microsoft.com/.default"
NO_SUCH_ID = {"ErrorInvalidIdMalformed", "ErrorInvalidMailboxItemId"}  # 400 for an id that is none, or of another mailbox


class Graph(Connector):
    """Base of the connectors that speak to Graph."""

    setting: ClassVar[str] = "GRAPH_URL"

    @override
    @classmethod
    def from_settings(cls, settings: Settings, session: aiohttp.ClientSession) -> Self | None:
        url = settings.system_url("graph")
        if url is None:
            return None
        _, tokens = app_registration(cls.name, "graph", SCOPE, settings, session)
        return cls(session, f"{url}/v1.0", tokens)

    @override
    def failure(self, request: Request, status: int, headers: Mapping[str, str], body: bytes) -> ConnectorError:
        """Decided by status and code, never by the message: it names people and mailboxes."""
        code = error_code(body)
        reference = headers.get("request-id", "")
        reason = f"{request.what} (request-id {reference})" if re.fullmatch(r"[0-9A-Za-z-]{1,64}", reference) else request.what
        if code in NO_SUCH_ID:
            return NotFound(self.name, reason, status, code)
        return from_status(self.name, status, reason, code, retry_after(headers))

    async def read(
        self, path: str, what: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None, lane: str = ""
    ) -> dict[str, Any]:
        """GET of a JSON object. `path` may be a whole nextLink."""
        url = path if path.startswith("http") else self.url + path
        if not url.startswith(f"{self.url}/"):  # the token goes to Graph alone, whatever a link says
            raise Unavailable(self.name, f"{what}: a link that leads elsewhere", code="foreign_link")
        return self.an_object(
            (await self.call(Request("GET", url, what, repeatable=True, params=params, headers=asked(headers), lane=lane))).data, what
        )

    async def pages(
        self, path: str, what: str, params: Mapping[str, str], headers: Mapping[str, str] | None = None, lane: str = ""
    ) -> AsyncIterator[list[dict[str, Any]]]:
        """The pages of a list; the next one is fetched when it is asked for. A page may be empty and not the last."""
        page = await self.read(path, what, params, headers, lane)
        while True:
            yield self.objects(page.get("value"), what)
            following = page.get("@odata.nextLink")
            if not following:
                return
            page = await self.read(str(following), what, None, headers, lane)

    def segment(self, value: str) -> str:
        """An id as one segment of a path. An empty one would name the whole collection."""
        if not value.strip():
            raise NotFound(self.name, "an empty id", code="empty_id")
        return quote(value, safe="")


def asked(headers: Mapping[str, str] | None) -> dict[str, str]:
    """Headers with the id that Microsoft's support asks for."""
    return {"client-request-id": str(uuid.uuid4()), **(headers or {})}


def error_code(body: bytes) -> str:
    """The code of Graph's error body, "" where there is none. HTML of a proxy has none."""
    try:
        code = orjson.loads(body)["error"]["code"]
    except (ValueError, KeyError, TypeError):
        return ""
    return code if isinstance(code, str) and re.fullmatch(r"[A-Za-z0-9_.]{1,80}", code) else ""


def text_of(row: Mapping[str, Any], key: str) -> str:
    """A text field; "" where it is missing or null."""
    value = row.get(key)
    return value if isinstance(value, str) else ""


def moment_of(row: Mapping[str, Any], key: str) -> datetime | None:
    """A time, aware, in UTC; None where it is missing or cannot be read."""
    try:
        found = datetime.fromisoformat(text_of(row, key))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
