"""Tokens: kept while they last, fetched once however many ask, and what a login server's refusals become."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from connectors.errors import ConnectorError, Denied, Unavailable
from connectors.identity import BOT_SCOPE, Client, Grant, Tokens, bot_token, client_credentials, entra
from settings import Settings
from tests.connectors.conftest import Wild, cuts, says

CLIENT = Client("us", "the secret", "https://x.example/.default")
GOOD = '{"access_token": "abc", "expires_in": 3599}'


class Issuer:
    """Counts what it hands out; each token lives so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.count = 0

    async def __call__(self) -> Grant:
        self.count += 1
        await asyncio.sleep(0)
        return Grant(f"t{self.count}", self.seconds)


async def test_one_fetch_however_many_ask() -> None:
    issuer = Issuer(3599)
    tokens = Tokens(issuer)
    assert set(await asyncio.gather(*(tokens() for _ in range(20)))) == {"t1"}


async def test_a_token_is_left_a_minute_before_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer, now = Issuer(3600), 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    tokens = Tokens(issuer)
    assert await tokens() == "t1"
    now += 3539
    assert await tokens() == "t1"
    now += 2
    assert await tokens() == "t2"


async def test_the_rest_of_an_old_life_is_used_by_half(monkeypatch: pytest.MonkeyPatch) -> None:
    issuer, now = Issuer(20), 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    tokens = Tokens(issuer)
    assert [await tokens(), await tokens()] == ["t1", "t1"]
    now += 11
    assert await tokens() == "t2"


async def test_a_refused_token_is_forgotten_and_a_newer_one_is_not() -> None:
    tokens = Tokens(Issuer(3600))
    first = await tokens()
    tokens.forget(first)
    second = await tokens()
    tokens.forget(first)
    assert await tokens() == second != first


async def test_client_credentials_are_sent_as_a_form(wild: Wild) -> None:
    wild.script = [says(200, GOOD)]
    assert await client_credentials("graph", f"{wild.url}/t/token", CLIENT)() == "abc"
    line, headers, body = wild.seen[0]
    assert line == "POST /t/token"
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert body == b"grant_type=client_credentials&client_id=us&client_secret=the+secret&scope=https%3A%2F%2Fx.example%2F.default"


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (says(401, '{"error": "invalid_client"}'), Denied),
        (says(400, '{"error": "unauthorized_client"}'), Denied),
        (says(400, '{"error": "temporarily_unavailable"}'), Unavailable),
        (says(403, "<html>", "text/html"), Denied),
        (says(429, "{}"), Unavailable),
        (says(503, "<html>", "text/html"), Unavailable),
        (says(200, "<html>sign in</html>", "text/html"), Unavailable),
        (says(200, '{"access_token": "", "expires_in": 3599}'), Unavailable),
        (says(200, '{"access_token": "abc", "expires_in": true}'), Unavailable),
        (says(200, "[]"), Unavailable),
        (says(302, location="https://login.example/"), Unavailable),
        (cuts(), Unavailable),
    ],
)
async def test_what_a_login_server_refuses(wild: Wild, step: Any, kind: type[ConnectorError]) -> None:
    wild.script = [step]
    with pytest.raises(kind) as caught:
        await client_credentials("graph", wild.url, CLIENT)()
    assert "the secret" not in repr(caught.value)


async def test_a_login_server_that_is_not_there() -> None:
    with pytest.raises(Unavailable):
        await client_credentials("graph", "http://127.0.0.1:1/token", CLIENT)()


def test_a_client_does_not_show_its_secret() -> None:
    assert "the secret" not in repr(CLIENT)


async def test_the_bots_token_is_none_without_an_app() -> None:
    assert bot_token(Settings()) is None


async def test_the_bots_token_comes_from_the_address_that_is_set(wild: Wild) -> None:
    wild.script = [says(200, GOOD)]
    settings = Settings(app_id="bot", app_password="pw", app_tenant_id="t", token_url=wild.url)
    token = bot_token(settings)
    assert token is not None
    assert await token() == "abc"
    assert BOT_SCOPE.replace("://", "%3A%2F%2F").replace("/.", "%2F.").encode() in wild.seen[0][2]


class Login:
    """An https login server whose token endpoint says what it is told; counts the tokens asked for."""

    def __init__(self) -> None:
        self.url = ""
        self.status, self.body, self.asked = 200, '{"token_type": "Bearer", "access_token": "abc", "expires_in": 3599}', 0

    async def discovery(self, _: web.Request) -> web.Response:
        at = f"{self.url}/tenant"
        return web.json_response({"issuer": at, "authorization_endpoint": f"{at}/authorize", "token_endpoint": f"{at}/token"})

    async def token(self, _: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(status=self.status, text=self.body, content_type="application/json")


@pytest.fixture
async def login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Login, str]]:
    from simulators.certificate import FILE, context

    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # they would override what is to be trusted
        monkeypatch.delenv(name, raising=False)
    found = Login()
    app = web.Application()
    app.add_routes([web.get("/tenant/v2.0/.well-known/openid-configuration", found.discovery), web.post("/tenant/token", found.token)])
    runner = web.AppRunner(app)
    await runner.setup()
    tls: ssl.SSLContext = context(tmp_path)
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    found.url = f"https://127.0.0.1:{runner.addresses[0][1]}"
    yield found, str(tmp_path / FILE)
    await runner.cleanup()


async def test_entra_through_msal(login: tuple[Login, str]) -> None:
    server, trusted = login
    tokens = entra("graph", "tenant", CLIENT, server.url, trusted)
    assert set(await asyncio.gather(tokens(), tokens())) == {"abc"}
    assert server.asked == 1
    tokens.forget("abc")
    assert await tokens() == "abc"
    assert server.asked == 2


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, '{"error": "invalid_client", "error_description": "AADSTS7000215"}', Denied),
        (400, '{"error": "unauthorized_client"}', Denied),
        (429, '{"error": "temporarily_unavailable"}', Unavailable),
        (429, "slow down", Unavailable),
        (503, "<html>", Unavailable),
        (200, "<html>", Unavailable),
    ],
)
async def test_entra_refuses(login: tuple[Login, str], status: int, body: str, kind: type[ConnectorError]) -> None:
    server, trusted = login
    server.status, server.body = status, body
    tokens = entra("graph", "tenant", CLIENT, server.url, trusted)
    with pytest.raises(kind):
        await tokens()
    server.status, server.body = 200, '{"token_type": "Bearer", "access_token": "abc", "expires_in": 3599}'
    assert await tokens() == "abc"  # nothing remembers the failure


async def test_entra_is_down() -> None:
    with pytest.raises(Unavailable):
        await entra("graph", "tenant", CLIENT, "https://127.0.0.1:1")()
