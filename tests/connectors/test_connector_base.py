"""The base of every connector, against a server that misbehaves: what is sent again, what is not, and which error comes of it."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from typing import ClassVar, Self

import aiohttp
import pytest
from typing_extensions import override

from connectors.errors import Conflict, ConnectorError, Denied, NotFound, Refused, Unavailable
from connectors.http import Answer, Connector, Request, retry_after
from connectors.identity import Client, Tokens, client_credentials
from settings import Settings
from tests.connectors.conftest import Wild, cuts, hangs, says


class Probe(Connector):
    name: ClassVar[str] = "probe"
    setting: ClassVar[str] = "PROBE_URL"
    limit: ClassVar[int] = 2
    lane_limit: ClassVar[int] = 1

    @override
    @classmethod
    def from_settings(cls, settings: Settings, session: aiohttp.ClientSession) -> Self | None:
        return None

    @override
    async def check(self) -> str:
        return "ok"

    async def read(self, seconds: float = 4.0, lane: str = "") -> Answer:
        return await self.call(Request("GET", f"{self.url}/thing", "read thing", repeatable=True, seconds=seconds, lane=lane))

    async def write(self, seconds: float = 4.0) -> Answer:
        return await self.call(Request("POST", f"{self.url}/thing", "make thing", repeatable=False, body=b"{}", seconds=seconds))


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as found:
        yield found


@pytest.fixture
def probe(wild: Wild, session: aiohttp.ClientSession) -> Probe:
    return Probe(session, wild.url)


@pytest.mark.parametrize(
    "bad",
    [
        says(429, retry_after="0"),
        says(500),
        says(502, "<html>", "text/html"),
        says(503, "<html>", "text/html"),
        says(504),
        says(200, "<html>sign in</html>", "text/html"),
        says(200, '{"result": [1, 2'),
        says(302, location="https://login.example"),
        cuts(),
        cuts(b'{"result"'),
    ],
    ids=["429", "500", "502", "503", "504", "html", "cut json", "redirect", "cut before", "cut within"],
)
async def test_a_read_is_sent_again_after_a_passing_fault(wild: Wild, probe: Probe, bad: object) -> None:
    wild.script = [bad, says(200, '{"a": 1}')]  # type: ignore[list-item]  # pytest's parameters have no type
    assert (await probe.read()).data == {"a": 1}
    assert len(wild.seen) == 2


@pytest.mark.parametrize("bad", [says(429, retry_after="0"), says(503, "<html>", "text/html")], ids=["429", "503"])
async def test_a_write_is_sent_again_only_when_it_was_refused_at_the_door(wild: Wild, probe: Probe, bad: object) -> None:
    wild.script = [bad, says(201, '{"made": 1}')]  # type: ignore[list-item]  # pytest's parameters have no type
    assert (await probe.write()).status == 201
    assert len(wild.seen) == 2


@pytest.mark.parametrize(
    "bad",
    [says(500), says(502), says(504), says(200, "<html>", "text/html"), cuts(), cuts(b"{"), says(408)],
    ids=["500", "502", "504", "html", "cut before", "cut within", "408"],
)
async def test_a_write_whose_effect_is_unknown_is_not_sent_again(wild: Wild, probe: Probe, bad: object) -> None:
    wild.script = [bad, says(201)]  # type: ignore[list-item]  # pytest's parameters have no type
    with pytest.raises(Unavailable):
        await probe.write()
    assert len(wild.seen) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Refused), (401, Denied), (403, Denied), (404, NotFound), (409, Conflict), (412, Conflict), (413, Refused), (422, Refused)],
)
async def test_a_clear_no_is_final(wild: Wild, probe: Probe, status: int, kind: type[ConnectorError]) -> None:
    wild.script = [says(status, '{"secret": "Birthe Holm 010190-1234"}')]
    with pytest.raises(kind) as caught:
        await probe.read()
    assert caught.value.status == status
    assert len(wild.seen) == 1
    assert "Birthe" not in str(caught.value)


async def test_a_bounded_number_of_tries(wild: Wild, probe: Probe) -> None:
    wild.script = [says(500)]
    with pytest.raises(Unavailable) as caught:
        await probe.read()
    assert caught.value.status == 500
    assert 2 <= len(wild.seen) <= 4


async def test_retry_after_is_waited_for(wild: Wild, probe: Probe) -> None:
    wild.script = [says(429, retry_after="1"), says()]
    start = time.monotonic()
    await probe.read()
    assert time.monotonic() - start >= 1.0


async def test_a_longer_retry_after_than_there_is_time_for_is_passed_on(wild: Wild, probe: Probe) -> None:
    wild.script = [says(429, retry_after="120")]
    start = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        await probe.read()
    assert caught.value.retry_after == 120
    assert time.monotonic() - start < 1.0


@pytest.mark.parametrize(
    ("text", "seconds"), [("5", 5.0), ("999999", 3600.0), ("", None), ("soon", None), ("-1", None), ("Mon, 01 Jan 2024 00:00:00 GMT", 0.0)]
)
def test_retry_after_in_each_form(text: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": text}) == seconds


async def test_a_slow_answer_ends_in_time(wild: Wild, probe: Probe) -> None:
    wild.script = [hangs(10)]
    start = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        await probe.read(seconds=0.4)
    assert caught.value.code == "no_answer"
    assert time.monotonic() - start < 2.0


async def test_nobody_listens(session: aiohttp.ClientSession) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        probe = Probe(session, f"http://127.0.0.1:{closed.getsockname()[1]}")
    for act in (probe.read, probe.write):
        with pytest.raises(Unavailable) as caught:
            await act(seconds=1.0)
        assert caught.value.code == "unreachable"


async def test_too_large_an_answer_is_not_read(wild: Wild, probe: Probe) -> None:
    wild.script = [says(200, "{}", Content_Length=str(10**9))]
    with pytest.raises(Refused) as caught:
        await probe.read()
    assert caught.value.code == "too_large"


async def test_no_more_at_the_same_time_than_allowed(wild: Wild, session: aiohttp.ClientSession) -> None:
    running, most = 0, 0

    async def step(request: object) -> object:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        return await says()(request)  # type: ignore[arg-type]  # a step, as the script takes it

    wild.script = [step]  # type: ignore[list-item]  # the same
    probe = Probe(session, wild.url)
    await asyncio.gather(*(probe.read() for _ in range(8)))
    assert most == 2
    most = 0
    await asyncio.gather(*(probe.read(lane="one mailbox") for _ in range(4)))
    assert most == 1


async def test_one_fetch_for_many_calls_and_a_fresh_token_after_401(wild: Wild, session: aiohttp.ClientSession) -> None:
    fetched = 0

    async def step(request: object) -> object:
        nonlocal fetched
        path = request.path  # type: ignore[attr-defined]  # a web.Request
        if path == "/token":
            fetched += 1
            return await says(200, f'{{"access_token": "t{fetched}", "expires_in": 3600}}')(request)  # type: ignore[arg-type]  # a step
        good = request.headers["Authorization"] != "Bearer t1"  # type: ignore[attr-defined]  # a web.Request
        return await says(200 if good else 401)(request)  # type: ignore[arg-type]  # a step

    wild.script = [step]  # type: ignore[list-item]  # a step
    probe = Probe(session, wild.url, client_credentials("probe", f"{wild.url}/token", Client("us", "secret"), session))
    await asyncio.gather(*(probe.read() for _ in range(6)))
    assert fetched == 2
    await probe.write()
    assert fetched == 2


async def test_a_second_401_is_denied(wild: Wild, session: aiohttp.ClientSession) -> None:
    async def fetch() -> object:
        from connectors.identity import Grant

        return Grant("old", 3600)

    wild.script = [says(401)]
    probe = Probe(session, wild.url, Tokens(fetch))  # type: ignore[arg-type]  # gives a Grant
    with pytest.raises(Denied):
        await probe.write()
    assert len(wild.seen) == 2
