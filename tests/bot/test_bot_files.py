"""Files that come with a message: fetched at once, from allowed places only, and never with a token that is not theirs."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.addresses import Addresses
from bot.files import DOWNLOAD, Fetcher, safe, wanted_of
from bot.incoming import Incoming
from dialogs.talk import File
from tests.bot.connector_keys import OpenId, claims, signed
from tests.bot.standins import APP, TENANT, Json, Running, activity, running, serving


def download(url: str, name: str = "notat.docx", **more: Any) -> Json:
    return {"contentType": DOWNLOAD, "name": name, "content": {"downloadUrl": url, "fileType": "docx"}} | more


def picture(url: str) -> Json:
    return {"contentType": "image/*", "contentUrl": url}


HTML = {"contentType": "text/html", "content": "<p>hej</p>"}


async def files(one: Running, *attachments: Json) -> tuple[File, ...]:
    await one.says("se her", attachments=[HTML, *attachments])
    return one.brain.events[-1].files


@pytest.fixture
def stored(kollega: Running) -> Running:
    kollega.connector.files = {
        "notat.docx": ("application/octet-stream", b"word"),
        "skærm.png": ("image/png", b"\x89PNG"),
        "secret.txt": ("text/plain", b"secret"),
        "side.html": ("text/html", b"<html>"),
        "stor.pdf": ("application/pdf", b"x" * 3000),
    }
    return kollega


async def test_a_file_is_kept_and_can_be_read(stored: Running) -> None:
    found = await files(stored, download(f"{stored.connector.url}/files/notat.docx?tempauth=x"))
    assert [(one.name, one.size, one.problem) for one in found] == [("notat.docx", 4, "")]
    assert found[0].content_type == "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert await stored.bot.files.read(found[0].key) == b"word"


async def test_a_pasted_picture_is_what_the_service_says_it_is(stored: Running) -> None:
    found = await files(stored, picture(f"{stored.connector.url}/files/sk%C3%A6rm.png"))
    assert [(one.name, one.content_type, one.size) for one in found] == [("billede-2.png", "image/png", 4)]
    assert await files(stored, picture(f"{stored.connector.url}/files/side.html")) == (
        File(key="", name="billede-2", content_type="image/*", problem="type_not_allowed"),
    )


async def test_several_files_and_the_text_come_together(stored: Running) -> None:
    found = await files(
        stored, download(f"{stored.connector.url}/files/notat.docx"), picture(f"{stored.connector.url}/files/sk%C3%A6rm.png")
    )
    assert len({one.key for one in found}) == 2
    assert stored.brain.events[-1].text == "se her"


@pytest.mark.parametrize(
    ("attachment", "problem"),
    [
        (download("https://kk.sharepoint.com/x"), "unreachable"),  # without an app registration only this machine is asked
        (download("http://169.254.169.254/latest/meta-data"), "unreachable"),
        (download("file:///etc/passwd"), "unreachable"),
        (download("http://127.0.0.1:1/x"), "unreachable"),
        (download("http://127.0.0.1:1/a b"), "unreachable"),
        (download("HERE/missing-\r\nX: y"), "unreachable"),
        (download("HERE/redirect"), "unreachable"),
        (download("HERE/files/notat.docx", name="virus.exe"), "type_not_allowed"),
        (download("HERE/files/notat.docx", name="uden-endelse"), "type_not_allowed"),
        (download("HERE/files/notat.docx", content=None), "unreachable"),
        (download("HERE/files/notat.docx", content={"downloadUrl": 7}), "unreachable"),
        (picture("http://127.0.0.1:1/x.png"), "unreachable"),
        (picture("https://evil.example/x.png"), "unreachable"),
        ({"contentType": "reference", "name": "notat.docx", "contentUrl": "HERE/files/notat.docx"}, "unreachable"),
    ],
)
async def test_what_is_not_fetched_has_its_problem(stored: Running, attachment: Json, problem: str) -> None:
    content = attachment.get("content")
    for place, key in ((attachment, "contentUrl"), (content if isinstance(content, dict) else {}, "downloadUrl")):
        if isinstance(place.get(key), str):
            place[key] = place[key].replace("HERE", stored.connector.url)
    found = await files(stored, attachment)
    assert [(one.key, one.problem) for one in found] == [("", problem)]
    assert "/files/secret.txt" not in [call.path for call in stored.connector.calls]


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_too_large_file_is_given_up(stored: Running, chunked: bool) -> None:
    stored.bot.fetcher.most_bytes = 2000
    if chunked:
        stored.connector.files["stor.pdf"] = ("application/pdf", b"x" * 2_000_000)
    found = await files(stored, download(f"{stored.connector.url}/files/stor.pdf", "stor.pdf"))
    assert [(one.name, one.problem) for one in found] == [("stor.pdf", "too_large")]


async def test_a_redelivered_message_keeps_the_same_file(stored: Running) -> None:
    body = stored.activity(attachments=[download(f"{stored.connector.url}/files/notat.docx")])
    await stored.post(body)
    await stored.post(body)
    assert len(stored.brain.events) == 1
    wanted = wanted_of(Incoming.model_validate(body))
    assert [one.key for one in wanted] == [one.key for one in stored.brain.events[0].files]


async def test_the_token_goes_to_the_service_and_nowhere_else(tmp_path: Path, kollega: Running) -> None:
    async def tokens() -> str:
        return "own-token"

    connector = kollega.connector
    connector.files = {"a.png": ("image/png", b"png"), "notat.docx": ("application/octet-stream", b"word")}
    openid = OpenId()
    settings: Json = {"app_id": APP, "app_password": "x", "app_tenant_id": TENANT, "service_url_hosts": "127.0.0.1"}
    async with (
        serving(openid.app()) as url,
        running(connector, tmp_path / "other", tokens=tokens, openid_metadata_url=f"{url}/openidconfiguration", **settings) as one,
        aiohttp.ClientSession() as session,
    ):
        storage = Addresses(loopback=True)  # stands for SharePoint
        one.bot.fetcher.storage = storage
        attachments = [picture(f"{connector.url}/files/a.png"), download(f"{connector.url}/files/notat.docx")]
        body = one.activity(attachments=attachments)
        await one.post(body, {"Authorization": f"Bearer {signed(claims(connector.url))}"})
        assert [file.problem for file in one.brain.events[0].files] == ["", ""]
        sent = {call.path: call.headers.get("Authorization") for call in connector.calls if call.method == "GET"}
        assert sent == {"/files/a.png": "Bearer own-token", "/files/notat.docx": None}
        real = Fetcher(session, one.bot.files, Addresses(frozenset({"*.sharepoint.com"})), tokens)
        found = await real.fetch(Incoming.model_validate(activity(connector.url, attachments=[attachments[1]])))
        assert [file.problem for file in found] == ["unreachable"]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\temp\\a.docx", "a.docx"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("x" * 300 + ".pdf", "x" * 110 + ".pdf"),
        ("..", ""),
        (None, ""),
        (7, ""),
        ("Skærmbillede 2026-11-24 kl. 09.00.png", "Skærmbillede 2026-11-24 kl. 09.00.png"),
    ],
)
def test_names_are_made_safe(name: Any, wanted: str) -> None:
    assert safe(name) == wanted
