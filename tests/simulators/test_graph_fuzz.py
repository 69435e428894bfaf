"""Whatever is asked of Graph: an answer or a refusal in its envelope, never a 5xx."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulators.graph_edoc_world import BIRTHE, INBOX, Reply, World, running

QUICK = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = st.sampled_from(
    "subject isRead receivedDateTime categories/any(c:c from/emailAddress/address eq ne ge in and or not startswith( contains( true null"
    " 2026-11-01 2026-99-99T99:99Z 'x' 'O''Hara' ( ) , : 7 -1 1e9 x/y singleValueExtendedProperties/any(ep:ep/id displayName mail \"".split()
)
NEARLY = st.one_of(st.text(max_size=60), st.lists(WORDS, max_size=14).map(" ".join))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running() as one:
        await one.control("settings", graph_latency_seconds=0)
        yield one


def sound(reply: Reply) -> None:
    assert reply.status < 500, reply.body
    if reply.status >= 400:
        assert set(reply.json["error"]) == {"code", "message", "innerError"}


@QUICK
@given(text=NEARLY, option=st.sampled_from(["$filter", "$orderby", "$expand", "$select", "$search", "$top", "$skiptoken"]))
async def test_query_options_of_messages(world: World, text: str, option: str) -> None:
    sound(await world.graph(INBOX, params={option: text}))


@QUICK
@given(text=NEARLY, option=st.sampled_from(["$filter", "$orderby", "$expand", "$select", "$search"]))
async def test_query_options_of_users(world: World, text: str, option: str) -> None:
    sound(await world.graph("users", params={option: text, "$count": "true"}, headers={"ConsistencyLevel": "eventual"}))


@QUICK
@given(
    text=st.lists(WORDS, max_size=8).map(" ".join),
    option=st.sampled_from(["$filter", "$deltatoken", "$skiptoken", "$select", "changeType"]),
)
async def test_query_options_of_delta(world: World, text: str, option: str) -> None:
    sound(await world.graph(f"{INBOX}/delta", params={option: text}))


@QUICK
@given(text=st.text(max_size=40))
async def test_searches(world: World, text: str) -> None:
    sound(await world.graph(INBOX, params={"$search": f'"{text}"'}))


@QUICK
@given(
    parts=st.lists(
        st.text(max_size=12) | st.sampled_from(["users", BIRTHE, "messages", "mailFolders", "inbox", "$value", "delta()"]), max_size=6
    )
)
async def test_addresses(world: World, parts: list[str]) -> None:
    sound(await world.graph("/".join(quote(part, safe="") for part in parts if part.strip("."))))  # a client takes . and .. away


@QUICK
@given(
    body=JSON, names=st.lists(st.sampled_from(["categories", "isRead", "flag", "importance", "singleValueExtendedProperties"]), max_size=3)
)
async def test_changes(world: World, body: Any, names: list[str]) -> None:
    path, _ = await world.mail("Aftale om nye licenser", filter="subject eq 'Aftale om nye licenser'")
    sound(await world.graph(path, "PATCH", json=dict.fromkeys(names, body) if names else body))


@QUICK
@given(body=JSON, name=st.sampled_from(["message", "destinationId", "inputIds", "displayName", "requests"]), field=st.text(max_size=12))
async def test_actions(world: World, body: Any, name: str, field: str) -> None:
    for path in (f"users/{BIRTHE}/sendMail", f"users/{BIRTHE}/translateExchangeIds", f"users/{BIRTHE}/outlook/masterCategories", "$batch"):
        sound(await world.graph(path, "POST", json={name: body, field: body}))


@QUICK
@given(
    parts=st.lists(
        st.fixed_dictionaries({"id": st.text(max_size=3), "method": st.sampled_from(["GET", "POST", "X"]), "url": st.text(max_size=30)}),
        max_size=4,
    )
)
async def test_batches(world: World, parts: list[dict[str, Any]]) -> None:
    sound(await world.graph("$batch", "POST", json={"requests": parts}))


@QUICK
@given(
    message=st.fixed_dictionaries(
        {"subject": st.text(max_size=30), "body": JSON, "attachments": JSON | st.just([{"name": "x", "contentBytes": "eA=="}])}
    )
)
async def test_mails_that_are_sent_can_be_read_as_mime(world: World, message: dict[str, Any]) -> None:
    to = [{"emailAddress": {"name": message["subject"], "address": BIRTHE}}]
    reply = await world.graph("users/sofie.lund@kk.example/sendMail", "POST", json={"message": {**message, "toRecipients": to}})
    sound(reply)
    if reply.status == 202:
        newest = (await world.graph(f"{INBOX}?$top=1&$select=id")).json["value"][0]
        assert (await world.graph(f"users/{BIRTHE}/messages/{quote(newest['id'], safe='')}/$value")).status == 200


@pytest.mark.parametrize("text", ["(" * 5000 + "isRead eq true", "not " * 3000 + "isRead eq true", " or ".join(["isRead eq true"] * 3000)])
async def test_long_filters_do_not_exhaust_it(world: World, text: str) -> None:
    sound(await world.graph(INBOX, params={"$filter": text}))


@pytest.mark.parametrize("text", ["(" * 3000, "NOT " * 3000 + "x", " OR ".join(["x"] * 3000)])
async def test_long_searches_do_not_exhaust_it(world: World, text: str) -> None:
    sound(await world.graph(INBOX, params={"$search": f'"{text}"'}))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"categories": ["\\ud800"]}', b"\xff\xfe", b'{"isRead": NaN}', b"[" * 20000])
async def test_bodies_that_are_no_json(world: World, body: bytes) -> None:
    path, _ = await world.mail("Aftale om nye licenser")
    reply = await world.graph(path, "PATCH", data=body)
    assert reply.status == 400
    sound(reply)
