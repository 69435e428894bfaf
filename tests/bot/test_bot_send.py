"""Sending: retries, lost answers, pace, addresses."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.addresses import Addresses, is_under
from bot.pace import Pace
from bot.send import AnswerLost, Sender, seconds, segment, waiting
from connectors.errors import Denied, NotFound, Refused, Unavailable
from tests.bot.standins import Connector, Fault


class Waits:
    """Takes the place of asyncio.sleep, and keeps what was asked for."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
async def sender(waits: Waits) -> AsyncIterator[Sender]:
    async with aiohttp.ClientSession() as session:
        yield Sender(session, Addresses(loopback=True), pause=waits)


HEJ = {"type": "message", "text": "hej"}


async def test_what_is_said_gets_its_id(connector: Connector, sender: Sender) -> None:
    assert await sender.post(f"{connector.url}/", "19:a@thread.tacv2;messageid=1", HEJ) == "170001"
    assert await sender.put(connector.url, "a:1", "170001", HEJ) == "170002"
    await sender.delete(connector.url, "a:1", "170001")
    assert [(call.method, call.path) for call in connector.calls] == [
        ("POST", "/v3/conversations/19%3Aa%40thread.tacv2%3Bmessageid%3D1/activities"),
        ("PUT", "/v3/conversations/a%3A1/activities/170001"),
        ("DELETE", "/v3/conversations/a%3A1/activities/170001"),
    ]


async def test_retry_after_is_kept(connector: Connector, sender: Sender, waits: Waits) -> None:
    connector.faults.append(Fault(status=429, headers={"Retry-After": "7"}, times=2))
    assert await sender.post(connector.url, "a:1", HEJ)
    assert waits.seconds == [7, 7]


async def test_without_it_the_waits_grow_and_end(connector: Connector, sender: Sender, waits: Waits) -> None:
    connector.faults.append(Fault(status=503, times=99))
    with pytest.raises(Unavailable) as failed:
        await sender.post(connector.url, "a:1", HEJ)
    assert failed.value.status == 503
    assert len(connector.calls) == 5
    assert [0.75 * 2**n <= wait <= 1.25 * 2**n for n, wait in enumerate(waits.seconds)] == [True] * 4


async def test_a_long_wait_is_the_callers(connector: Connector, sender: Sender, waits: Waits) -> None:
    connector.faults.append(Fault(status=429, headers={"Retry-After": "120"}))
    with pytest.raises(Unavailable) as failed:
        await sender.post(connector.url, "a:1", HEJ)
    assert (failed.value.retry_after, waits.seconds) == (120, [])


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        ((400, {"error": {"code": "BadSyntax", "message": "no"}}), Refused, "BadSyntax"),
        ((401, {"error": {"code": "BotNotRegistered", "message": "no"}}), Denied, "BotNotRegistered"),
        ((403, {"errorCode": 209, "message": '{"subCode":"MessageWritesBlocked","details":"blocked"}'}), Denied, "MessageWritesBlocked"),
        ((404, {"error": {"code": "ActivityNotFoundInConversation", "message": "no"}}), NotFound, "ActivityNotFoundInConversation"),
        ((413, {"error": {"code": "MessageSizeTooBig", "message": "no"}}), Refused, "MessageSizeTooBig"),
        ((500, {"error": {"code": "ServiceError", "message": "no"}}), Unavailable, "ServiceError"),
        ((400, "<html>"), Refused, ""),
    ],
)
async def test_what_is_not_repeated(
    connector: Connector, sender: Sender, answer: tuple[int, Any], kind: type[Exception], code: str
) -> None:
    connector.faults.append(Fault(status=answer[0], body=answer[1]))
    with pytest.raises(kind) as failed:
        await sender.post(connector.url, "a:1", HEJ)
    assert len(connector.calls) == 1
    assert getattr(failed.value, "code", None) == code


async def test_a_post_whose_answer_is_lost_is_not_repeated(connector: Connector, sender: Sender) -> None:
    connector.faults.append(Fault(drop=True))
    with pytest.raises(AnswerLost):
        await sender.post(connector.url, "a:1", HEJ)
    assert len(connector.calls) == 1


async def test_a_put_whose_answer_is_lost_is_repeated(connector: Connector, sender: Sender) -> None:
    connector.faults.append(Fault(drop=True))
    assert await sender.put(connector.url, "a:1", "7", HEJ)
    assert len(connector.calls) == 2


async def test_a_refused_connection_is_tried_again(sender: Sender, waits: Waits) -> None:
    with pytest.raises(Unavailable) as failed:
        await sender.post("http://127.0.0.1:9", "a:1", HEJ)
    assert not isinstance(failed.value, AnswerLost)
    assert len(waits.seconds) == 4


async def test_one_conversation_is_served_in_order_others_at_once(connector: Connector, sender: Sender) -> None:
    connector.faults.append(Fault(delay=0.02, times=99))
    await asyncio.gather(*(sender.post(connector.url, "a:1", HEJ | {"text": str(n)}) for n in range(5)))
    assert connector.most_at_once == 1
    assert [call.body["text"] for call in connector.calls] == ["0", "1", "2", "3", "4"]
    await asyncio.gather(*(sender.post(connector.url, f"a:{n}", HEJ) for n in range(5)))
    assert connector.most_at_once == 5


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=120))
def test_the_pace_keeps_teams_limits(conversations: list[str]) -> None:
    now = 1000.0

    async def run() -> None:
        for one in conversations:
            async with pace.turn(one):
                await pace.all()
                times.append((now, one))

    async def pause(wait: float) -> None:
        nonlocal now
        now += wait

    times: list[tuple[float, str]] = []
    pace = Pace(tenant=((10, 1.0),), clock=lambda: now, pause=pause)
    asyncio.run(run())
    for name, limits in [("a", ((7, 1), (8, 2), (60, 30))), ("b", ((7, 1), (8, 2), (60, 30))), ("", ((10, 1),))]:
        mine = [at for at, one in times if not name or one == name]
        for count, span in limits:
            assert all(later - earlier >= span - 1e-6 for earlier, later in zip(mine, mine[count:], strict=False))


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://smba.trafficmanager.net/emea/x/", True),
        ("https://SMBA.trafficmanager.net/emea", True),
        ("http://smba.trafficmanager.net/emea", False),
        ("https://smba.trafficmanager.net.evil.example/", False),
        ("https://evil.example/?https://smba.trafficmanager.net/", False),
        ("https://smba.trafficmanager.net@evil.example/", False),
        ("https://kk.sharepoint.com/x", True),
        ("https://sharepoint.com/x", False),
        ("https://evilsharepoint.com/x", False),
        ("http://127.0.0.1/x", False),
        ("https://smba.trafficmanager.net/a b", False),
        ("https://smba.trafficmanager.net:99999/", False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_the_allow_list(url: str, allowed: bool) -> None:
    assert Addresses(frozenset({"smba.trafficmanager.net", "*.sharepoint.com"})).allows(url) is allowed
    assert Addresses(loopback=True).allows(url) is ("127.0.0.1" in url)


@given(st.text())
def test_the_allow_list_never_raises(url: str) -> None:
    assert Addresses(loopback=True).allows(f"https://{url}") in {True, False}
    assert Addresses(loopback=True).allows(url) in {True, False}


@pytest.mark.parametrize(
    ("url", "base", "under"),
    [
        ("https://a.example/emea/v3/attachments/1", "https://a.example/emea/", True),
        ("https://a.example/emea/v3/attachments/1", "https://a.example/emea", True),
        ("https://a.example/emeax/1", "https://a.example/emea", False),
        ("https://a.example/emea/../x", "https://a.example/emea/", False),
        ("https://a.example/emea/%2E%2e/x", "https://a.example/emea/", False),
        ("http://a.example/emea/x", "https://a.example/emea/", False),
        ("https://a.example:444/emea/x", "https://a.example/emea/", False),
    ],
)
def test_what_lies_under_a_service_url(url: str, base: str, under: bool) -> None:
    assert is_under(url, base) is under


@pytest.mark.parametrize(
    ("said", "found"), [("5", 5), ("0.5", 0.5), ("-1", 0), ("soon", None), (None, None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0)]
)
def test_retry_after_in_all_its_forms(said: str | None, found: float | None) -> None:
    assert seconds(said) == found


def test_waits_stay_within_the_documented_span() -> None:
    assert all(0.75 <= waiting(number, None) <= 25 for number in range(50))


def test_a_conversation_id_cannot_climb() -> None:
    assert segment("..") == "/%2E%2E"
    assert segment("a/../b") == "/a%2F..%2Fb"
