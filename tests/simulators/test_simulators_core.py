"""Faults, journal, settings and reset of the simulators."""

import asyncio
from collections.abc import Callable
from itertools import product
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.faults import Unreadable, parsed
from simulators.server import CONTROL
from tests.simulators.servicenow_desk import Desk

TABLE = "/api/now/table/incident"
PATH = "/servicenow/api/now/table/incident"
NEW = {"short_description": "Papirstop", "correlation_id": "job-1"}


async def post(desk: Desk, body: dict[str, Any] | None = None) -> int:
    return (await desk.call("POST", TABLE, json=body or NEW)).status


async def count(desk: Desk, key: str = "job-1") -> int:
    return len(await desk.rows("incident", f"correlation_id={key}"))


async def until(holds: Callable[[], object]) -> None:
    """Wait, not long, for something to hold."""
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - the server under test has no event to wait for
            await asyncio.sleep(0.01)


async def test_a_status_is_answered_instead_of_the_effect_so_many_times(desk: Desk) -> None:
    await desk.control("faults", path=PATH, method="post", status=503, times=2)
    assert [await post(desk) for _ in range(3)] == [503, 503, 201]
    assert await count(desk) == 1


async def test_a_fault_strikes_its_method_and_text_alone(desk: Desk) -> None:
    await desk.control("faults", path=PATH, method="POST", match="Støj på linjen", status=500)
    assert await post(desk) == 201
    assert await post(desk, {"short_description": "Støj på linjen"}) == 500  # sent with \u escapes, found all the same
    assert (await desk.call("GET", TABLE, params={"sysparm_limit": "1"})).status == 200


async def test_times_zero_removes_the_faults_of_that_path(desk: Desk) -> None:
    await desk.control("faults", path=PATH, status=500)
    await desk.control("faults", path="/servicenow/oauth", status=500)
    assert await desk.control("faults", path=PATH, times=0) == {"faults": 1}
    assert await post(desk) == 201


async def test_retry_after_goes_with_the_status(desk: Desk) -> None:
    await desk.control("faults", path=PATH, status=429, retry_after=7, times=1)
    said = await desk.call("POST", TABLE, json=NEW)
    assert (said.status, said.headers["Retry-After"], said.message) == (429, "7", "Rate limit exceeded")


async def test_a_dropped_answer_has_had_its_effect(desk: Desk) -> None:
    await desk.control("faults", path=PATH, method="POST", drop_answer=True, times=1)
    with pytest.raises(aiohttp.ClientError):
        await post(desk)
    assert await count(desk) == 1
    assert [(line["key"], line["status"]) for line in await desk.journal()] == [("job-1", 201)]


async def test_a_delay_comes_before_the_effect_and_both_come_though_the_caller_has_gone(desk: Desk) -> None:
    await desk.control("faults", path=PATH, method="POST", delay=0.3, drop_answer=True, times=1)
    with pytest.raises(asyncio.TimeoutError):
        await desk.call("POST", TABLE, json=NEW, timeout=aiohttp.ClientTimeout(total=0.1))
    assert await count(desk) == 0
    await until(lambda: desk.simulation.store.table("control", "journal"))
    assert await count(desk) == 1


async def test_the_journal_is_in_the_order_of_receipt_and_holds_refused_writes(desk: Desk) -> None:
    await desk.control("faults", path=PATH, match="slow", delay=0.3)
    await desk.control("faults", path=PATH, match="broken", status=500)
    slow = asyncio.create_task(post(desk, {"correlation_id": "slow"}))
    await until(lambda: desk.app[CONTROL].received == 1)
    for key in ("broken", "quick"):
        await post(desk, {"correlation_id": key})
    await slow
    await desk.call("PATCH", f"{TABLE}/{'0' * 32}", json={"work_notes": "x"})
    lines = await desk.journal()
    assert [(line["key"], line["status"]) for line in lines] == [("slow", 201), ("broken", 500), ("quick", 201), (None, 404)]
    assert set(lines[0]) == {"at", "system", "method", "path", "body", "key", "status"}
    assert lines[0] | {"at": ""} == {
        "at": "",
        "system": "servicenow",
        "method": "POST",
        "path": PATH,
        "body": {"correlation_id": "slow"},
        "key": "slow",
        "status": 201,
    }


async def test_reads_and_tokens_are_no_lines_of_the_journal(desk: Desk) -> None:
    await desk.rows("incident", "number=INC0010243")
    form = {"grant_type": "client_credentials", "client_id": "kollega", "client_secret": "simulator"}
    await desk.call("POST", "/oauth_token.do", user=None, data=form)
    assert await desk.journal() == []


async def test_reset_restores_the_same_world(desk: Desk) -> None:
    before = {table: await desk.rows(table, "ORDERBYsys_id", user="admin") for table in ("incident", "sys_user", "sc_req_item")}
    first = await desk.create("incident", NEW)
    await desk.call("DELETE", f"{TABLE}/{before['incident'][0]['sys_id']}", user="admin")
    await desk.control("settings", servicenow_token_seconds=1)
    await desk.control("faults", path=PATH, status=500, method="DELETE")
    await desk.control("reset")
    assert {table: await desk.rows(table, "ORDERBYsys_id", user="admin") for table in before} == before
    assert await desk.journal() == []
    assert desk.simulation.settings == {}
    again = await desk.create("incident", NEW)
    assert (again["sys_id"], again["number"]) == (first["sys_id"], first["number"])


WRONG: st.SearchStrategy[Any] = st.sampled_from(
    [
        {},
        [],
        7,
        None,
        {"path": 3},
        {"path": ""},
        {"path": "/x", "status": "503"},
        {"path": "/x", "status": True},
        {"path": "/x", "delay": "2"},
        {"path": "/x", "delay": -1},
        {"path": "/x", "times": 1.5},
        {"path": "/x", "times": -1},
        {"path": "/x", "drop_answer": 1},
        {"path": "/x", "retry_after": "5"},
        {"path": "/x", "colour": "red"},
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=WRONG
    | st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
)
async def test_what_is_no_fault_is_refused_with_400(desk: Desk, body: Any) -> None:
    async with desk.http.post(f"{desk.base}/control/faults", json=body) as answer:
        assert answer.status == 400


MALFORMED = (
    b"",
    b"{",
    b"\xff",
    b"[" * 100_000,
    b'{"a":' * 300 + b"1" + b"}" * 300,
    b'"\\ud800"',
    b'{"path": "/x", "delay": NaN}',
    b"1e999",
    b"\x00",
)


@pytest.mark.parametrize("path", ["/control/faults", "/control/settings", PATH, "/servicenow/oauth_token.do", "/nowhere"])
async def test_malformed_bodies_are_4xx(desk: Desk, path: str) -> None:
    for body, kind in product(MALFORMED, ("application/json", "application/json; charset=nonsense", "text/plain")):
        async with desk.http.post(desk.base + path, data=body, headers={"Content-Type": kind}) as answer:
            assert 400 <= answer.status < 500, (path, body[:20], kind)


async def test_a_broken_encoding_and_a_broken_request_line_are_4xx(desk: Desk) -> None:
    host = desk.base.removeprefix("http://")
    requests = (
        b"POST /control/faults HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\nConnection: close\r\n\r\nabcd",
        b"POST /servicenow/api/now/table/incident HTTP/1.1\r\nHost: x\r\nContent-Encoding: deflate\r\nContent-Length: 4\r\nConnection: close\r\n\r\nabcd",
        b"GET /servicenow/\xff\xfe HTTP/1.1\r\nHost: \xff\r\nConnection: close\r\n\r\n",
        b"GET /servicenow/api/now/table/incident?sysparm_query=\xff HTTP/1.1\r\nHost: [::\r\nAuthorization: Basic YWRtaW46YWRtaW4=\r\nConnection: close\r\n\r\n",
        b"GET /servicenow/%ff.do?sys_id=%ed%a0%80 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"NONSENSE\r\n\r\n",
    )
    for raw in requests:
        reader, writer = await asyncio.open_connection(*host.split(":"))
        writer.write(raw)
        line = await reader.readline()
        writer.close()
        await writer.wait_closed()
        assert line.split()[1][:1] in {b"2", b"4"}, (raw, line)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=20))
def test_json_that_is_read_can_be_stored(value: Any) -> None:
    import json

    assert parsed(json.dumps(value).encode()) == value


def test_half_a_character_is_not_read() -> None:
    with pytest.raises(Unreadable):
        parsed(b'{"a": "\\ud83d"}')
