"""Who is let in: the table of requests, row by row, against the stock adapter and against ours."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from botframework.connector.auth import ChannelValidation, JwtTokenExtractor

from bot.send import Sender
from connectors.errors import Unavailable
from connectors.openid import DAY, HOUR, Keys
from tests.bot.connector_keys import PRIVATE, OpenId, claims, signed
from tests.bot.standins import APP, TENANT, Connector, Running, activity, gap, in_a_thread, running, serving
from tests.bot.stock import stock

OURS: dict[str, Any] = {
    "app_id": APP,
    "app_password": "secret",
    "app_tenant_id": TENANT,
    "service_url_hosts": "smba.trafficmanager.net,127.0.0.1",
}


async def own_token() -> str:
    return "the-bots-own-token"


@pytest.fixture
async def openid() -> AsyncIterator[OpenId]:
    one = OpenId()
    async with serving(one.app()) as url:
        one.url = f"{url}/openidconfiguration"
        yield one


@pytest.fixture
async def guarded(connector: Connector, openid: OpenId, tmp_path: Path) -> AsyncIterator[Running]:
    """The bot with an app registration."""
    async with running(connector, tmp_path / "var", tokens=own_token, openid_metadata_url=openid.url, **OURS) as one:
        yield one


Made = Callable[[str], str | None]
MINUTE = 60

ROWS: dict[str, tuple[Made, int, int]] = {  # an Authorization header for a service URL; the stock adapter's status; ours
    "good": (lambda url: f"Bearer {signed(claims(url))}", 201, 201),
    "no header": (lambda _: None, 401, 401),
    "basic": (lambda _: "Basic YTpi", 401, 401),
    "bearer alone": (lambda _: "Bearer", 401, 401),
    "two tokens": (lambda url: f"Bearer {signed(claims(url))} {signed(claims(url))}", 401, 401),
    "lower case scheme": (lambda url: f"bearer {signed(claims(url))}", 401, 401),
    "wrong issuer": (lambda url: f"Bearer {signed(claims(url, iss='https://evil.example'))}", 401, 401),
    "wrong audience": (lambda url: f"Bearer {signed(claims(url, aud='somebody-else'))}", 401, 401),
    "no audience": (lambda url: f"Bearer {signed(claims(url, aud=None))}", 401, 401),
    "list audience": (lambda url: f"Bearer {signed(claims(url, aud=[APP]))}", 401, 401),
    "wrong serviceurl": (lambda _: f"Bearer {signed(claims('https://smba.trafficmanager.net/emea/'))}", 401, 401),
    "no serviceurl": (lambda url: f"Bearer {signed(claims(url, serviceurl=None))}", 401, 401),
    "garbage": (lambda _: "Bearer garbage", 500, 401),
    "three parts of garbage": (lambda _: "Bearer a.b.c", 500, 401),
    "no issuer": (lambda url: f"Bearer {signed(claims(url, iss=None))}", 500, 401),
    "expired ten minutes ago": (lambda url: f"Bearer {signed(claims(url, exp=int(time.time()) - 10 * MINUTE))}", 500, 401),
    "valid in ten minutes": (lambda url: f"Bearer {signed(claims(url, nbf=int(time.time()) + 10 * MINUTE))}", 500, 401),
    "unknown kid": (lambda url: f"Bearer {signed(claims(url), kid='nobody')}", 500, 401),
    "no kid": (lambda url: f"Bearer {signed(claims(url), kid=None)}", 500, 401),
    "foreign signature": (lambda url: f"Bearer {signed(claims(url), key='foreign')}", 500, 401),
    "HS256": (lambda url: f"Bearer {signed(claims(url), algorithm='HS256')}", 500, 401),
    "RS384": (lambda url: f"Bearer {signed(claims(url), algorithm='RS384')}", 500, 401),
    "expired four minutes ago": (lambda url: f"Bearer {signed(claims(url, exp=int(time.time()) - 4 * MINUTE))}", 201, 201),
    "valid in four minutes": (lambda url: f"Bearer {signed(claims(url, nbf=int(time.time()) + 4 * MINUTE))}", 201, 201),
    "no expiry": (lambda url: f"Bearer {signed(claims(url, exp=None))}", 201, 401),
}


@pytest.mark.parametrize("row", ROWS)
async def test_each_kind_of_token(guarded: Running, row: str) -> None:
    made, _, wanted = ROWS[row]
    header = made(guarded.connector.url)
    status, body = await guarded.post(guarded.activity(), {"Authorization": header} if header else {})
    assert status == wanted
    assert len(guarded.brain.events) == (wanted == 201)
    assert body is None or set(body["error"]) == {"code", "message"}


@pytest.fixture
def stock_keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenId]:
    """The stock validator looks at our endpoint, which must be in another thread: it blocks its loop while it asks."""
    one = OpenId()
    with in_a_thread(one.app) as url:
        monkeypatch.setattr(ChannelValidation, "open_id_metadata_endpoint", f"{url}/openidconfiguration")
        JwtTokenExtractor.metadataCache.clear()
        yield one
    JwtTokenExtractor.metadataCache.clear()


async def ask_stock(url: str, header: str | None, body: dict[str, Any]) -> int:
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{url}/api/messages", json=body, headers={"Authorization": header} if header else {}) as got,
    ):
        return got.status


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")  # the SDK leaves sockets open
@pytest.mark.parametrize("row", [row for row, (_, theirs, ours) in ROWS.items() if theirs != ours])
async def test_the_stock_adapter_fails_these(connector: Connector, stock_keys: OpenId, monkeypatch: pytest.MonkeyPatch, row: str) -> None:
    made, theirs, _ = ROWS[row]
    monkeypatch.setattr("botframework.connector.auth.MicrosoftAppCredentials.get_access_token", lambda *_: "token")
    async with stock(APP_ID=APP, APP_PASSWORD="x") as url:
        assert await ask_stock(url, made(connector.url), activity(connector.url)) == theirs


@pytest.mark.parametrize(
    ("left_out", "wanted"),
    [("serviceUrl", 400), ("channelId", 400), ("conversation", 400), ("from", 400), ("recipient", 400), ("type", 400)],
)
async def test_an_activity_must_be_whole(guarded: Running, left_out: str, wanted: int) -> None:
    header = f"Bearer {signed(claims(guarded.connector.url))}"
    status, body = await guarded.post(guarded.activity(**{left_out: None}), {"Authorization": header})
    assert status == wanted
    assert left_out in body["error"]["message"]
    assert guarded.brain.events == []


async def test_a_channel_that_the_key_is_not_endorsed_for(guarded: Running) -> None:
    header = f"Bearer {signed(claims(guarded.connector.url))}"
    assert (await guarded.post(guarded.activity(channelId="webchat"), {"Authorization": header}))[0] == 401


async def test_two_authorization_headers(guarded: Running) -> None:
    header = f"Bearer {signed(claims(guarded.connector.url))}"
    headers = [("Authorization", header), ("Authorization", header)]
    async with guarded.http.post(f"{guarded.url}/api/messages", json=guarded.activity(), headers=headers) as got:
        assert got.status == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"channelData": {"tenant": {"id": "another"}}, "conversation": {"id": "a:1", "tenantId": "another"}},
        {"channelData": {"tenant": {"id": "another"}}},
        {"conversation": {"id": "a:1", "tenantId": "another"}},
        {"channelData": None, "conversation": {"id": "a:1"}},
    ],
    ids=["another", "another in channelData", "another in conversation", "none"],
)
async def test_other_tenants_are_refused(guarded: Running, changes: dict[str, Any]) -> None:
    header = f"Bearer {signed(claims(guarded.connector.url))}"
    assert (await guarded.post(guarded.activity(**changes), {"Authorization": header}))[0] == 403
    assert guarded.brain.events == []


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "http://smba.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://a@smba.trafficmanager.net/",
    ],
)
async def test_a_service_url_off_the_list_is_refused_though_the_token_names_it(guarded: Running, url: str) -> None:
    header = f"Bearer {signed(claims(url))}"
    assert (await guarded.post(guarded.activity(serviceUrl=url), {"Authorization": header}))[0] == 403
    assert guarded.brain.events == []


async def test_the_bots_own_token_goes_out(guarded: Running) -> None:
    await guarded.post(guarded.activity(), {"Authorization": f"Bearer {signed(claims(guarded.connector.url))}"})
    assert {call.headers["Authorization"] for call in guarded.connector.calls} == {"Bearer the-bots-own-token"}


async def test_without_an_app_registration_any_token_is_refused(kollega: Running) -> None:
    for header in ("Bearer garbage", f"Bearer {signed(claims(kollega.connector.url))}", "", "Basic YTpi"):
        assert (await kollega.post(kollega.activity(), {"Authorization": header}))[0] == 401
    assert (await kollega.post(kollega.activity(serviceUrl="https://smba.trafficmanager.net/emea/")))[0] == 403
    assert kollega.brain.events == []


async def test_a_key_rotation_is_noticed(guarded: Running, openid: OpenId) -> None:
    url = guarded.connector.url
    assert (await guarded.post(guarded.activity(), {"Authorization": f"Bearer {signed(claims(url))}"}))[0] == 201
    openid.listed = {"two": ["msteams"]}
    assert (await guarded.post(guarded.activity(), {"Authorization": f"Bearer {signed(claims(url), 'two', 'two')}"}))[0] == 201
    assert (await guarded.post(guarded.activity(), {"Authorization": f"Bearer {signed(claims(url))}"}))[0] == 401


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")  # the SDK leaves sockets open
async def test_the_stock_adapter_does_not_notice_it(connector: Connector, stock_keys: OpenId, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("botframework.connector.auth.MicrosoftAppCredentials.get_access_token", lambda *_: "token")
    async with stock(APP_ID=APP, APP_PASSWORD="x") as url:
        assert await ask_stock(url, f"Bearer {signed(claims(connector.url))}", activity(connector.url)) == 201
        stock_keys.listed = {"two": ["msteams"]}
        assert await ask_stock(url, f"Bearer {signed(claims(connector.url), 'two', 'two')}", activity(connector.url)) == 500


async def test_while_no_keys_can_be_had_nobody_is_let_in_and_teams_may_try_again(guarded: Running, openid: OpenId) -> None:
    openid.status = 500
    headers = {"Authorization": f"Bearer {signed(claims(guarded.connector.url))}"}
    status, told = await guarded.post(guarded.activity(), headers)
    assert (status, told["error"]["message"], guarded.brain.events) == (503, "the signing keys cannot be fetched", [])
    openid.status = 200
    assert (await guarded.post(guarded.activity(), headers))[0] == 201


async def test_unknown_keys_cost_one_request_an_hour(openid: OpenId) -> None:
    now = 0.0
    async with aiohttp.ClientSession() as http:
        keys = Keys(http, openid.url, clock=lambda: now)
        assert await keys.find("one")
        assert openid.asked == 1
        for _ in range(5):
            assert await keys.find("nobody") is None
        assert openid.asked == 2
        openid.listed["two"] = ["msteams"]
        assert await keys.find("two") is None
        now = HOUR
        assert await keys.find("two")
        now = DAY * 3
        await asyncio.gather(*(keys.find("one") for _ in range(10)))
        assert openid.asked == 4


async def test_old_keys_serve_while_new_ones_cannot_be_had(openid: OpenId) -> None:
    now = 0.0
    async with aiohttp.ClientSession() as http:
        keys = Keys(http, openid.url, clock=lambda: now)
        openid.status = 500
        with pytest.raises(Unavailable):
            await keys.find("one")
        openid.status = 200
        assert await keys.find("one")
        openid.status, now = 500, DAY
        assert await keys.find("one")


@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")  # the SDK leaves sockets open
async def test_slow_keys_do_not_hold_up_the_loop(
    connector: Connector, stock_keys: OpenId, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botframework.connector.auth.MicrosoftAppCredentials.get_access_token", lambda *_: "token")
    stock_keys.delay = 0.4
    header = f"Bearer {signed(claims(connector.url))}"
    async with stock(APP_ID=APP, APP_PASSWORD="x") as url:
        assert await gap(ask_stock(url, header, activity(connector.url))) > 0.35
    settings = OURS | {"tokens": own_token, "openid_metadata_url": ChannelValidation.open_id_metadata_endpoint}
    async with running(connector, tmp_path / "var", **settings) as one:
        assert await gap(one.post(one.activity(), {"Authorization": header})) < 0.3
        assert len(one.brain.events) == 1


def test_the_keys_are_different() -> None:
    assert len({key.private_numbers().d for key in PRIVATE.values()}) == 3


async def test_a_sender_refuses_what_the_list_does_not_hold(kollega: Running) -> None:
    sender: Sender = kollega.bot.adapter.sender
    with pytest.raises(Exception, match="not allowed"):
        await sender.post("https://smba.trafficmanager.net/emea/", "a:1", {"type": "message"})
