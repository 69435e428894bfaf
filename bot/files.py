"""Fetches the files that come with a message, at once: their addresses are good for minutes only.

Source: "Send and receive files through a Teams bot" (Microsoft Learn). A `downloadUrl` carries its own permission and never gets our
token; a pasted picture lies under the service URL and needs it.
"""

import asyncio
import mimetypes
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

import aiohttp
import structlog
from yarl import URL

from bot.addresses import Addresses, is_under, split
from bot.blobs import Blobs
from bot.incoming import Incoming
from bot.memory import mark_of
from connectors.errors import ConnectorError
from dialogs.talk import File

MOST_BYTES = 25 * 1024 * 1024
MOST_FILES = 10  # of one message; Teams lets a person add ten
AT_ONCE = 4
TIMEOUT = aiohttp.ClientTimeout(total=60, sock_connect=5, sock_read=15)  # seconds
DOWNLOAD = "application/vnd.microsoft.teams.file.download.info"
SHARED = "reference"  # a link to a file in a channel or library: needs rights that the bot does not have
ALLOWED = frozenset(
    "png jpg jpeg gif bmp webp heic tif tiff pdf txt csv log md rtf doc docx odt xls xlsx ods ppt pptx odp msg eml ics vsdx one json xml".split()
)
TOO_LARGE, NOT_ALLOWED, UNREACHABLE = "too_large", "type_not_allowed", "unreachable"

log = structlog.get_logger()


class Unusable(Exception):
    """A file that is not kept; the reason is a `File.problem`."""


@dataclass(frozen=True)
class Wanted:
    """A file to fetch. `key` is the same when the same activity comes again."""

    key: str
    name: str
    content_type: str
    url: str
    own: bool  # under the service URL: fetched with the bot's token


@dataclass
class Fetcher:
    """`storage`: where downloadUrls may point (SharePoint; this machine when there is no app registration)."""

    session: aiohttp.ClientSession
    blobs: Blobs
    storage: Addresses
    tokens: Callable[[], Awaitable[str]] | None = None
    most_bytes: int = MOST_BYTES
    _gate: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def fetch(self, incoming: Incoming) -> tuple[File, ...]:
        """Every file of a message, kept, or with the problem it has. Never fails for a file's sake."""
        return tuple(await asyncio.gather(*(self._one(wanted) for wanted in wanted_of(incoming)[:MOST_FILES])))

    async def _one(self, wanted: Wanted) -> File:
        try:
            async with self._gate:
                body, content_type = await self._download(wanted)
        except Unusable as problem:
            log.info("file not kept", problem=str(problem), content_type=wanted.content_type)
            return File(key="", name=wanted.name, content_type=wanted.content_type, problem=str(problem))
        name = named(wanted.name, content_type)
        await self.blobs.keep(wanted.key, name, content_type, body)
        return File(key=wanted.key, name=name, content_type=content_type, size=len(body))

    async def _download(self, wanted: Wanted) -> tuple[bytes, str]:
        if not wanted.own and extension(wanted.name) not in ALLOWED:
            raise Unusable(NOT_ALLOWED)
        if not wanted.url or not (wanted.own or self.storage.allows(wanted.url)):
            raise Unusable(UNREACHABLE)
        try:
            headers = {"Authorization": f"Bearer {await self.tokens()}"} if wanted.own and self.tokens else {}
            url = URL(wanted.url, encoded=True)
            async with self.session.get(url, headers=headers, timeout=TIMEOUT, allow_redirects=False) as response:
                if response.status != 200:
                    raise Unusable(UNREACHABLE)
                return await self._read(response), self._type(wanted, response)
        except (aiohttp.ClientError, TimeoutError, ValueError, ConnectorError) as error:
            raise Unusable(UNREACHABLE) from error

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        """The body, in parts, so that a too large one is given up early."""
        if (response.content_length or 0) > self.most_bytes:
            raise Unusable(TOO_LARGE)
        body = bytearray()
        async for part in response.content.iter_chunked(65_536):
            body += part
            if len(body) > self.most_bytes:
                raise Unusable(TOO_LARGE)
        return bytes(body)

    @staticmethod
    def _type(wanted: Wanted, response: aiohttp.ClientResponse) -> str:
        """A pasted picture is what the service says it is; a file what its name says."""
        if not wanted.own:
            return wanted.content_type
        if not response.content_type.startswith("image/") or extension(f".{response.content_type[6:]}") not in ALLOWED:
            raise Unusable(NOT_ALLOWED)
        return response.content_type


def wanted_of(incoming: Incoming) -> list[Wanted]:
    """The files among a message's attachments."""
    found = []
    for number, attachment in enumerate(incoming.attachments):
        content_type = attachment.get("contentType")
        if not isinstance(content_type, str) or not (content_type in {DOWNLOAD, SHARED} or content_type.startswith("image/")):
            continue
        name = safe(attachment.get("name"))
        own = content_type.startswith("image/")
        url = address(attachment, content_type)
        if own and not is_under(url, incoming.service_url):
            url = ""
        key = mark_of(
            "file", incoming.conversation.id, incoming.id, incoming.timestamp.isoformat() if incoming.timestamp else "", str(number)
        )
        guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
        found.append(Wanted(key, name or f"billede-{number + 1}", content_type if own else guessed, url, own))
    return found


def address(attachment: dict[str, Any], content_type: str) -> str:
    """Where a file lies; "" for none that can be fetched."""
    content = attachment.get("content")
    if content_type == DOWNLOAD:
        url = content.get("downloadUrl") if isinstance(content, dict) else None
    else:
        url = attachment.get("contentUrl") if content_type != SHARED else None
    return url if isinstance(url, str) and split(url) else ""


def safe(name: Any) -> str:
    """A file's name without folders and odd characters, at most 120 long."""
    text = re.sub(r"[\x00-\x1f\x7f]", "", name if isinstance(name, str) else "").replace("\\", "/").rpartition("/")[2].strip(" .")
    stem, dot, end = text.rpartition(".")
    return f"{stem[:110]}.{end[:9]}" if dot else text[:120]


def extension(name: str) -> str:
    """In lower case, without the dot; "svg+xml" counts as one that is not allowed."""
    return PurePosixPath(name).suffix.lower().removeprefix(".") if not name.startswith(".") else name[1:].lower()


def named(name: str, content_type: str) -> str:
    """A picture without an extension gets that of its type."""
    return name if extension(name) in ALLOWED else f"{name}.{content_type.rpartition('/')[2].replace('jpeg', 'jpg')}"
