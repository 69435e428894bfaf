"""Files both ways: OneDrive's short-lived addresses, pasted pictures, and uploads with consent."""

import base64
from collections.abc import AsyncIterator

import pytest

from tests.simulators.teams_bot import Json, Teams, running

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with running() as found:
        yield found


def attached(name: str, kind: str, body: bytes, **more: bool) -> Json:
    return {"name": name, "contentType": kind, "base64": base64.b64encode(body).decode(), **more}


async def test_file_comes_with_an_address_that_needs_no_token_and_ends(teams: Teams) -> None:
    await teams.does("messages", text="se her", files=[attached("Notat æ.docx", "application/msword", b"indhold")])
    found = teams.bot.got[-1]["attachments"]
    assert [one["contentType"] for one in found] == ["application/vnd.microsoft.teams.file.download.info", "text/html"]
    assert (found[0]["name"], found[0]["content"]["fileType"]) == ("Notat æ.docx", "docx")
    url = found[0]["content"]["downloadUrl"]
    async with teams.session.get(url) as answer:
        assert (answer.status, await answer.read()) == (200, b"indhold")
        assert answer.headers["Content-Disposition"] == "attachment"
    async with teams.session.get(url, headers={"Authorization": "Bearer x"}) as answer:
        assert answer.status == 401
    async with teams.session.get(url.partition("?")[0]) as answer:
        assert answer.status == 403
    await teams.set(download_seconds=0)
    await teams.does("messages", files=[attached("a.txt", "text/plain", b"x")])
    async with teams.session.get(teams.bot.got[-1]["attachments"][0]["content"]["downloadUrl"]) as answer:
        assert answer.status == 403


async def test_pasted_picture_is_inline_and_shown_on_the_page(teams: Teams) -> None:
    await teams.does("messages", text="", files=[attached("skærm.png", "image/png", PNG)])
    (picture,) = teams.bot.got[-1]["attachments"]
    assert picture["contentType"] == "image/*"
    assert picture["contentUrl"].startswith(f"{teams.url}/teams/v3/attachments/")
    async with teams.session.get(picture["contentUrl"]) as answer:
        assert (answer.status, answer.content_type, await answer.read()) == (200, "image/png", PNG)
    info = await teams.call("GET", picture["contentUrl"].removeprefix(teams.url).removesuffix("/views/original"))
    assert info[1] == {"name": "skærm.png", "type": "image/png", "views": [{"viewId": "original", "size": len(PNG)}]}
    (shown,) = (await teams.newest())["attachments"]
    async with teams.session.get(f"{teams.url}/teams/api/files/{shown['id']}") as answer:
        assert (answer.status, answer.headers["X-Content-Type-Options"]) == (200, "nosniff")


async def test_attached_picture_is_a_file_where_the_client_says_so(teams: Teams) -> None:
    await teams.does("messages", text="", files=[attached("skærm.png", "image/png", PNG, inline=False)])
    assert teams.bot.got[-1]["attachments"][0]["content"]["fileType"] == "png"


async def test_html_file_is_never_a_page_of_this_origin(teams: Teams) -> None:
    await teams.does("messages", text="", files=[attached("x.html", "text/html", b"<script>alert(1)</script>")])
    (shown,) = (await teams.newest())["attachments"]
    async with teams.session.get(f"{teams.url}/teams/api/files/{shown['id']}") as answer:
        assert (answer.content_type, answer.headers["Content-Disposition"]) == ("application/octet-stream", "attachment")


@pytest.mark.parametrize("change", [{"base64": "***"}, {"base64": 5}, {"name": ""}, {"contentType": None}])
async def test_broken_files_are_refused(teams: Teams, change: Json) -> None:
    status, _ = await teams.tries("messages", text="x", files=[attached("a.txt", "text/plain", b"x") | change])
    assert status == 400
    assert teams.bot.got == []


async def test_consent_opens_an_upload_that_is_checked(teams: Teams) -> None:
    await teams.does("open")
    consent = {
        "contentType": "application/vnd.microsoft.teams.card.file.consent",
        "name": "tilsyn.xlsx",
        "content": {"description": "x", "sizeInBytes": 6, "acceptContext": {"k": 1}, "declineContext": {"k": 2}},
    }
    key = await teams.shows({"type": "message", "attachments": [consent]})
    await teams.does("consent", activity=key, action="decline")
    assert teams.bot.got[-1]["value"] == {"type": "fileUpload", "action": "decline", "context": {"k": 2}}
    await teams.does("consent", activity=key, action="accept")
    value = teams.bot.got[-1]["value"]
    assert (value["action"], value["context"], value["uploadInfo"]["name"]) == ("accept", {"k": 1}, "tilsyn.xlsx")
    url = value["uploadInfo"]["uploadUrl"]
    for span, status in (("", 400), ("bytes 0-4/5", 400), ("bytes 1-6/7", 416), ("bytes 0-5/6", 201), ("bytes 0-5/6", 404)):
        async with teams.session.put(url, data=b"abcdef", headers={"Content-Range": span}) as answer:
            assert (span, answer.status) == (span, status)
    await teams.does("consent", activity=key, action="accept")
    assert teams.bot.got[-1]["value"]["uploadInfo"]["uploadUrl"] != url


async def test_upload_in_parts(teams: Teams) -> None:
    await teams.does("open")
    consent = {"contentType": "application/vnd.microsoft.teams.card.file.consent", "name": "a.bin", "content": {}}
    key = await teams.shows({"type": "message", "attachments": [consent]})
    await teams.does("consent", activity=key, action="accept")
    url, part = teams.bot.got[-1]["value"]["uploadInfo"]["uploadUrl"], 320 * 1024
    for first, last, status in ((0, 9, 400), (0, part - 1, 202), (part, part + 9, 201)):
        headers = {"Content-Range": f"bytes {first}-{last}/{part + 10}"}
        async with teams.session.put(url, data=b"x" * (last - first + 1), headers=headers) as answer:
            assert answer.status == status
