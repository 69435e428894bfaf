"""Latency, the queue of a session, and the import set's upsert."""

import asyncio
import re
import time
from pathlib import Path
from typing import Any

import pytest

import simulators.servicenow
from simulators.servicenow.records import Records
from simulators.servicenow.waiting import latency
from tests.simulators.servicenow_desk import Desk

TABLE = "/api/now/table/incident"
COOKIE = {"Cookie": "JSESSIONID=ABC"}


async def test_latency_is_a_number_or_as_in_real_life(desk: Desk) -> None:
    records = Records(desk.simulation)
    assert latency(records, "POST", TABLE) == 0
    for wanted in (0.05, 0, -3):
        await desk.control("settings", servicenow_latency=wanted)
        assert latency(records, "POST", TABLE) == max(wanted, 0)
    await desk.control("settings", servicenow_latency="real")
    assert latency(records, "POST", TABLE) == 1.0
    assert latency(records, "GET", TABLE) == 0.3
    assert latency(records, "POST", "/api/sn_sc/servicecatalog/items/x/order_now") == 2.5


async def test_requests_of_one_session_wait_for_each_other(desk: Desk) -> None:
    await desk.control("settings", servicenow_latency=0.1)
    started = time.monotonic()
    await asyncio.gather(*(desk.call("GET", TABLE, headers=COOKIE, params={"sysparm_limit": "1"}) for _ in range(3)))
    assert time.monotonic() - started > 0.29


async def test_what_does_not_fit_into_the_queue_is_dropped_with_202(desk: Desk) -> None:
    await desk.control("settings", servicenow_latency=0.05)
    posts = (desk.call("POST", TABLE, headers=COOKIE, json={"correlation_id": "queue"}) for _ in range(16))
    statuses = [said.status for said in await asyncio.gather(*posts)]
    assert (statuses.count(201), statuses.count(202)) == (11, 5)
    await desk.control("settings", servicenow_latency=0)
    assert len(await desk.rows("incident", "correlation_id=queue")) == 11


async def send(desk: Desk, body: dict[str, Any]) -> Any:
    said = await desk.call("POST", "/api/now/import/u_kollega_incident", json=body)
    assert said.status == 201
    return said.body["result"][0]


async def test_an_import_set_is_an_upsert(desk: Desk) -> None:
    first = await send(desk, {"correlation_id": "u1", "short_description": "a"})
    again = await send(desk, {"correlation_id": "u1", "short_description": "b"})
    same = await send(desk, {"correlation_id": "u1", "short_description": "b"})
    assert [one["status"] for one in (first, again, same)] == ["inserted", "updated", "ignored"]
    assert {one["sys_id"] for one in (first, again, same)} == {first["sys_id"]}
    assert (await desk.row("incident", "correlation_id=u1"))["short_description"] == "b"


async def test_an_error_of_an_import_comes_with_201(desk: Desk) -> None:
    assert (await send(desk, {"correlation_id": "u2", "state": "6"}))["status"] == "error"
    assert (await desk.call("POST", "/api/now/import/nope", json={})).status == 400


@pytest.mark.parametrize("value", [1e300, -1, "x", None, [], True])
async def test_a_nonsensical_setting_breaks_nothing(desk: Desk, value: Any) -> None:
    await desk.control("settings", servicenow_flow_seconds=value, servicenow_token_seconds=value, servicenow_batch_serviced=value)
    form = {"grant_type": "client_credentials", "client_id": "kollega", "client_secret": "simulator"}
    assert (await desk.call("POST", "/oauth_token.do", user=None, data=form)).status == 200
    sys_id = (await desk.rows("sysapproval_approver", "state=requested", user="admin"))[0]["sys_id"]
    assert (await desk.change("sysapproval_approver", sys_id, {"state": "approved"}, user="admin")).status == 200
    assert (await desk.call("POST", "/api/now/batch", json={"batch_request_id": "1", "rest_requests": [{"id": "1"}]})).status == 200


def test_every_switch_is_told_of() -> None:
    folder = Path(simulators.servicenow.__file__).parent
    used = {name for path in folder.glob("*.py") for name in re.findall(r'\.setting\("(\w+)"', path.read_text())}
    told = set(re.findall(r"(?:^- |\. )(\w+):", simulators.servicenow.__doc__ or "", re.MULTILINE))
    assert told == used
