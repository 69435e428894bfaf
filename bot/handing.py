"""Hands a file over in a personal chat: Teams asks the person, and then gives an address in their own OneDrive to put it at.

Source: "Send and receive files through a Teams bot" (Microsoft Learn) and "Upload large files with an upload session" (Microsoft Graph):
parts are multiples of 320 KiB, 202 between, 200 or 201 at the end; the address carries its own permission and takes no token of ours.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from bot.addresses import Addresses
from bot.incoming import Incoming
from connectors.errors import ConnectorError, Refused, Unavailable, from_status
from dialogs.talk import Offer

CONSENT = "application/vnd.microsoft.teams.card.file.consent"
INFO = "application/vnd.microsoft.teams.card.file.info"
PART = 32 * 320 * 1024  # bytes of one request
TRIES = 4
WAITS = (1.0, 4.0, 10.0)  # seconds before the second try and those after it
TIMEOUT = aiohttp.ClientTimeout(total=120, sock_connect=5, sock_read=60)  # seconds a part
SYSTEM = "onedrive"
FAILED = "Filen kunne ikke lægges i dit OneDrive. Prøv igen om lidt."

Json = dict[str, Any]


def asked(offer: Offer) -> Json:
    """The card that asks whether the person wants the file. What it carries comes back as a press: a reference, never believed."""
    content = {
        "description": offer.what,
        "sizeInBytes": offer.size,
        "acceptContext": {"do": offer.do, "data": offer.data},
        "declineContext": {"do": f"{offer.do} declined", "data": offer.data},
    }
    return {"contentType": CONSENT, "name": offer.name, "content": content}


@dataclass(frozen=True)
class Place:
    """Where a file may be put: an upload session, and how the file is shown afterwards."""

    upload_url: str
    content_url: str
    name: str
    unique_id: str
    file_type: str

    @classmethod
    def of(cls, incoming: Incoming) -> "Place | None":
        """The place that a person's yes gave; None for any other activity."""
        told = incoming.values.get("uploadInfo")
        if incoming.name != "fileConsent/invoke" or not isinstance(told, dict):
            return None
        texts = [told.get(name) for name in ("uploadUrl", "contentUrl", "name", "uniqueId", "fileType")]
        return cls(*(one if isinstance(one, str) else "" for one in texts))

    def shown(self) -> Json:
        """The message that shows the file once it is there."""
        content = {"uniqueId": self.unique_id, "fileType": self.file_type}
        attachment = {"contentType": INFO, "contentUrl": self.content_url, "name": self.name, "content": content}
        return {"type": "message", "attachments": [attachment]}


@dataclass(frozen=True)
class Hands:
    """Puts files where people let them be put. storage: the hosts that may be written to."""

    session: aiohttp.ClientSession
    storage: Addresses
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def put(self, path: Path, place: Place) -> None:
        """The whole file; what the answer says of its size is compared. Raises ConnectorError."""
        if not self.storage.allows(place.upload_url):
            raise Refused(SYSTEM, "the upload address is not allowed")
        size = (await asyncio.to_thread(path.stat)).st_size
        answer: Json = {}
        for first in range(0, size, PART):
            answer = await self._part(place.upload_url, await asyncio.to_thread(read, path, first), first, size)
        if answer.get("size", size) != size:
            raise Unavailable(SYSTEM, "the file has another size there")

    async def _part(self, url: str, body: bytes, first: int, size: int) -> Json:
        """One part; the same part may come twice."""
        headers = {"Content-Range": f"bytes {first}-{first + len(body) - 1}/{size}", "Content-Type": "application/octet-stream"}
        for number in range(TRIES):
            try:
                return await self._try(url, body, headers)
            except Unavailable:
                if number == TRIES - 1:
                    raise
                await self.pause(WAITS[number])
        raise AssertionError("unreachable")

    async def _try(self, url: str, body: bytes, headers: dict[str, str]) -> Json:
        try:
            async with self.session.put(
                URL(url, encoded=True), data=body, headers=headers, timeout=TIMEOUT, allow_redirects=False
            ) as response:
                if response.status >= 300:
                    raise trouble(response.status)
                told = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Unavailable(SYSTEM, f"no answer: {type(error).__name__}") from error
        return told if isinstance(told, dict) else {}


def trouble(status: int) -> ConnectorError:
    """A status as an error: what passes by itself may be tried again."""
    return Unavailable(SYSTEM, "not taken now", status) if status == 429 or status >= 500 else from_status(SYSTEM, status, "", "")


def read(path: Path, first: int) -> bytes:
    """A part of a file."""
    with path.open("rb") as file:
        file.seek(first)
        return file.read(PART)
