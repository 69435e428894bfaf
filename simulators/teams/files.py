"""Files that people send: OneDrive's download addresses, pasted pictures, and what a bot may put there with consent.

Source: "Send and receive files through the bot" in the Teams documentation.
"""

import base64
import binascii
import re
import time
import uuid
from typing import Any
from urllib.parse import quote

from aiohttp import web

from simulators.store import Document, Table
from simulators.teams.connector import admit
from simulators.teams.errors import Refusal, bad
from simulators.teams.hub import Hub

PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
MOST_FILES = 10
BIGGEST = 100 * 1024 * 1024  # bytes
RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")
PART = 320 * 1024  # bytes; the parts of an upload are multiples of it


class Files:
    """Keeps the bytes in the store, and serves them by the rules of each address."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._uploads: dict[str, tuple[int, bytearray]] = {}  # session → (bytes in all, 0 before the first part; what has come)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/files/{file}/{name}", self.download),
            web.put("/files/upload/{session}", self.upload),
            web.get("/v3/attachments/{file}", self.info),
            web.get("/v3/attachments/{file}/views/{view}", self.view),
            web.get("/api/files/{file}", self.show),
        ]

    @property
    def table(self) -> Table:
        return self.hub.simulation.store.table("teams", "file")

    def found(self, key: str) -> Document:
        """What is known of a file. Raises Refusal 404."""
        row = self.table.get(key)
        if not row:
            raise Refusal(404, "NotFound", "There is no such file.")
        return row

    def keep(self, name: str, content_type: str, body: bytes) -> str:
        key = str(uuid.uuid4())
        row = {"name": name, "type": content_type, "size": len(body), "blob": self.hub.simulation.store.keep(body)}
        self.table[key] = row
        return key

    def attach(self, wanted: list[dict[str, Any]], service_url: str) -> tuple[list[Document], list[Document]]:
        """Keep what a person sends. Gives the attachments for the bot, and for the page."""
        if len(wanted) > MOST_FILES:
            raise bad(f"{len(wanted)} files; {MOST_FILES} is the most.")
        sent, shown = [], []
        for one in wanted:
            name, kind, body, inline = self.read(one)
            key = self.keep(name, kind, body)
            sent.append(self.picture(key, service_url) if inline else self.file(key, name, service_url))
            shown.append({"id": key, "name": name, "contentType": kind, "size": len(body), "inline": inline})
        return sent, shown

    @staticmethod
    def read(one: dict[str, Any]) -> tuple[str, str, bytes, bool]:
        """Name, type, bytes and whether it was pasted. Raises Refusal 400."""
        name, kind, inline = one.get("name"), one.get("contentType"), one.get("inline")
        if not isinstance(name, str) or not name or not isinstance(kind, str) or not isinstance(one.get("base64"), str):
            raise bad("A file needs name, contentType and base64.")
        try:
            body = base64.b64decode(one["base64"], validate=True)
        except (binascii.Error, ValueError):
            raise bad(f"The base64 of {name!r} does not decode.") from None
        if len(body) > BIGGEST:
            raise Refusal(413, "MessageSizeTooBig", "The file is too big.")
        return name, kind, body, inline if isinstance(inline, bool) else kind in PICTURES

    @staticmethod
    def picture(key: str, service_url: str) -> Document:
        """A pasted picture: behind the bot's token."""
        return {"contentType": "image/*", "contentUrl": f"{service_url}v3/attachments/{key}/views/original"}

    def file(self, key: str, name: str, service_url: str) -> Document:
        """A file on OneDrive, with an address that needs no token and soon ends."""
        end = int((time.time() + self.hub.switches.seconds("download_seconds", 300)) * 1000)
        row = {**self.found(key), "auth": uuid.uuid4().hex, "end": end}
        self.table[key] = row
        return {
            "contentType": "application/vnd.microsoft.teams.file.download.info",
            "contentUrl": f"https://kk-my.sharepoint.example/personal/Documents/{quote(name, safe='')}",
            "name": name,
            "content": {
                "downloadUrl": f"{service_url}files/{key}/{quote(name, safe='')}?tempauth={row['auth']}",
                "uniqueId": key,
                "fileType": name.rpartition(".")[2].lower() if "." in name else "",
                "etag": f'"{{{key.upper()}}},1"',
            },
        }

    async def download(self, request: web.Request) -> web.Response:
        """OneDrive's side: no token may come along, and the address ends."""
        row = self.found(request.match_info["file"])
        if "Authorization" in request.headers:
            raise Refusal(401, "unauthenticated", "A download address takes no Authorization header.")
        if request.query.get("tempauth") != row.get("auth") or time.time() * 1000 >= row.get("end", 0):
            raise Refusal(403, "accessDenied", "The download address has ended.")
        return self.bytes(row, row["type"] if re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,100}", row["type"]) else "application/octet-stream")

    def bytes(self, row: Document, content_type: str) -> web.Response:
        """Never shown as a page of this origin: always a download, and never guessed at."""
        headers = {"Content-Type": content_type, "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
        if content_type not in PICTURES:
            headers["Content-Disposition"] = "attachment"
        return web.Response(body=self.hub.simulation.store.bytes(row["blob"]), headers=headers)

    async def info(self, request: web.Request) -> web.Response:
        admit(self.hub, request)
        row = self.found(request.match_info["file"])
        return web.json_response({"name": row["name"], "type": row["type"], "views": [{"viewId": "original", "size": row["size"]}]})

    async def view(self, request: web.Request) -> web.Response:
        """A pasted picture, for the bot alone."""
        admit(self.hub, request)
        row = self.found(request.match_info["file"])
        if request.match_info["view"] != "original":
            raise Refusal(404, "NotFound", "There is no such view.")
        return self.bytes(row, row["type"] if row["type"] in PICTURES else "application/octet-stream")

    async def show(self, request: web.Request) -> web.Response:
        """The same for the page."""
        row = self.found(request.match_info["file"])
        return self.bytes(row, row["type"] if row["type"] in PICTURES else "application/octet-stream")

    def open_upload(self, name: str, service_url: str) -> Document:
        """Consent was given: where the bot may put the file. A second consent opens another session."""
        session = str(uuid.uuid4())
        self._uploads[session] = (0, bytearray())
        return {
            "contentUrl": f"https://kk-my.sharepoint.example/personal/Documents/{quote(name, safe='')}",
            "name": name,
            "uploadUrl": f"{service_url}files/upload/{session}",
            "uniqueId": session,
            "fileType": name.rpartition(".")[2].lower() if "." in name else "",
        }

    async def upload(self, request: web.Request) -> web.Response:
        """A part of an upload, in order, with Content-Range: 202 until the last, which gets 201."""
        session = request.match_info["session"]
        if session not in self._uploads:
            raise Refusal(404, "itemNotFound", "The upload session does not exist.")
        body, (total, come) = await request.read(), self._uploads[session]
        span = RANGE.fullmatch(request.headers.get("Content-Range", ""))
        first, last, size = map(int, span.groups()) if span else (-1, -1, -1)
        if not 0 <= first <= last < size <= BIGGEST or last - first + 1 != len(body) or total not in (0, size):
            raise Refusal(400, "invalidRange", "Content-Range is missing or does not fit the body.")
        if first != len(come):
            raise Refusal(416, "invalidRange", f"The next byte is {len(come)}.")
        if last + 1 < size and len(body) % PART:
            raise Refusal(400, "invalidRange", "A part must be a multiple of 320 KiB.")
        self._uploads[session] = (size, come + body)
        if last + 1 < size:
            return web.json_response({"nextExpectedRanges": [f"{last + 1}-"]}, status=202)
        del self._uploads[session]
        row = {
            "name": session,
            "type": "application/octet-stream",
            "size": size,
            "blob": self.hub.simulation.store.keep(bytes(come + body)),
        }
        self.table[session] = row
        return web.json_response({"id": session, "size": size}, status=201)
