"""A file that is offered: asked about on Teams' own card, put whole and once where the person lets it, and never anywhere else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot import handing
from bot.addresses import Addresses
from bot.handing import CONSENT, FAILED, INFO, Hands, Place
from connectors.errors import Denied, Refused, Unavailable
from dialogs.talk import Offer, Reply
from tests.bot.standins import Json, Running, replying, serving

BODY = b"0123456789" * 100


@dataclass
class OneDrive:
    """An upload session at `url`. statuses: what the next requests get instead of being taken. short: it says that fewer bytes came."""

    url: str = ""
    ranges: list[str] = field(default_factory=list)
    body: bytes = b""
    statuses: list[int] = field(default_factory=list)
    short: bool = False

    async def take(self, request: web.Request) -> web.Response:
        part = await request.read()
        if self.statuses:
            return web.json_response({"error": {}}, status=self.statuses.pop(0))
        assert "Authorization" not in request.headers
        self.ranges.append(request.headers["Content-Range"])
        self.body += part
        whole = len(self.body) == int(self.ranges[-1].rpartition("/")[2])
        return web.json_response({"size": len(self.body) - self.short} if whole else {}, status=201 if whole else 202)


@pytest.fixture
async def drive() -> AsyncIterator[OneDrive]:
    one, app = OneDrive(), web.Application()
    app.router.add_put("/upload", one.take)
    async with serving(app) as url:
        one.url = f"{url}/upload"
        yield one


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    path.write_bytes(BODY)
    return path


async def unhurried(seconds: float) -> None:
    del seconds


async def put(path: Path, url: str) -> None:
    async with aiohttp.ClientSession() as session:
        await Hands(session, Addresses(loopback=True), unhurried).put(path, Place(url, "", "", "", ""))


async def test_a_file_goes_in_parts_and_a_part_that_is_not_taken_comes_again(
    drive: OneDrive, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "PART", 400)
    drive.statuses = [503, 429]
    await put(path, drive.url)
    assert (drive.body, drive.ranges) == (BODY, ["bytes 0-399/1000", "bytes 400-799/1000", "bytes 800-999/1000"])


@pytest.mark.parametrize(
    ("statuses", "short", "error"),
    [([503] * 9, False, Unavailable), ([403], False, Denied), ([400], False, Refused), ([], True, Unavailable)],
)
async def test_what_is_not_there_whole_is_an_error(
    drive: OneDrive, path: Path, statuses: list[int], short: bool, error: type[Exception]
) -> None:
    drive.statuses, drive.short = statuses, short
    with pytest.raises(error):
        await put(path, drive.url)


@pytest.mark.parametrize("url", ["https://evil.example/upload", "http://169.254.169.254/x", "ftp://127.0.0.1/x", ""])
async def test_nothing_is_put_where_files_do_not_belong(path: Path, url: str) -> None:
    with pytest.raises(Refused):
        await put(path, url)


def consent(kollega: Running, offered: Json, action: str, url: str = "") -> Json:
    """The activity that Teams sends when the person has answered."""
    value = {"type": "fileUpload", "action": action, "context": offered["content"][f"{action}Context"]}
    if action == "accept":
        value["uploadInfo"] = {"contentUrl": "https://x", "name": offered["name"], "uploadUrl": url, "uniqueId": "u", "fileType": "xlsx"}
    return kollega.activity(type="invoke", name="fileConsent/invoke", value=value, text="", replyToId="17")


async def test_it_is_offered_taken_and_shown(kollega: Running, drive: OneDrive, path: Path) -> None:
    offer = Offer(name="Tilsyn.xlsx", what="7 fund", size=1000, do="a file", data={"run": "r"})
    kollega.brain.answer = replying(Reply(text="Her er den.", offer=offer))
    [said] = await kollega.says("send den")
    [asked] = said["attachments"]
    assert (said["text"], asked["contentType"], asked["name"], asked["content"]["sizeInBytes"]) == (
        "Her er den.",
        CONSENT,
        "Tilsyn.xlsx",
        1000,
    )
    kollega.brain.answer = replying(Reply(file=str(path)))
    assert await kollega.post(consent(kollega, asked, "accept", drive.url)) == (200, {})
    event = kollega.brain.events[-1]
    assert (event.kind, event.do, event.data) == ("press", "a file", {"run": "r"})
    assert drive.body == BODY
    shown: Any = kollega.connector.said()[-1]["attachments"][0]
    assert (shown["contentType"], shown["name"], shown["content"]) == (INFO, "Tilsyn.xlsx", {"uniqueId": "u", "fileType": "xlsx"})
    assert [one.path.rpartition("/")[2] for one in kollega.connector.calls if one.method == "DELETE"] == ["17"]
    kollega.brain.answer = replying(Reply(text="Fint."))
    assert await kollega.post(consent(kollega, asked, "decline")) == (200, {})
    assert kollega.brain.events[-1].do == "a file declined"


async def test_a_file_that_could_not_be_put_is_told(kollega: Running, path: Path) -> None:
    kollega.brain.answer = replying(Reply(text="Her er den.", offer=Offer(name="Tilsyn.xlsx", what="7 fund", size=1000, do="a file")))
    [said] = await kollega.says("send den")
    kollega.brain.answer = replying(Reply(file=str(path)))
    await kollega.post(consent(kollega, said["attachments"][0], "accept", "https://evil.example/upload"))
    assert kollega.connector.texts()[-1] == FAILED
    assert [one.method for one in kollega.connector.calls if one.method == "DELETE"] == []  # it can be tried again
