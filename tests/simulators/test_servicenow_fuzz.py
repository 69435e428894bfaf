"""Anything at any address of the simulated ServiceNow: never a 5xx, and the instance lives on."""

import base64
import json
import re
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.servicenow.columns import TABLES
from simulators.servicenow.records import Records
from simulators.servicenow.urls import ROUTES
from tests.simulators.servicenow_desk import AMIR, BIRTHE, ROBOT, Desk, Said

MANY = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
NAMES = sorted({name for kind in TABLES.values() for name in kind.columns})
TEXTS = st.text(max_size=20) | st.sampled_from(
    ["true", "1", "-1", "6", "1970-01-01 00:10:00", "9999-12-31 23:59:59", "0001-01-01", "1e999", "nan"]
)
RECORD = st.dictionaries(st.sampled_from(NAMES), TEXTS | st.integers() | st.booleans() | st.none() | JSON, max_size=8)
ORDER = st.fixed_dictionaries(
    {
        "sysparm_quantity": st.sampled_from(["1", 2, "0", None, [], "²"]),
        "variables": RECORD | st.dictionaries(st.sampled_from(["model", "begrundelse", "gaester", "vaert", "dag"]), JSON, max_size=4),
        "sysparm_no_validation": st.sampled_from(["true", "false", True, 1]),
    }
)
BATCH = st.fixed_dictionaries(
    {
        "batch_request_id": JSON,
        "rest_requests": st.lists(
            st.fixed_dictionaries(
                {
                    "id": JSON,
                    "method": st.sampled_from(["GET", "POST", "patch", "", "X"]),
                    "url": st.sampled_from(
                        [
                            "/api/now/table/incident",
                            "/servicenow/api/now/stats/task?sysparm_count=true",
                            "/api/now/batch",
                            "http://[",
                            "?",
                            "",
                        ]
                    )
                    | TEXTS,
                    "headers": JSON | st.just([{"name": "Content-Type", "value": "application/json"}]),
                    "body": RECORD.map(lambda one: base64.b64encode(json.dumps(one).encode()).decode()) | TEXTS,
                }
            )
            | JSON,
            max_size=3,
        )
        | JSON,
    }
)
PARAMS = st.dictionaries(
    st.sampled_from(
        "sysparm_query sysparm_fields sysparm_limit sysparm_offset sysparm_display_value sysparm_group_by sysparm_sum_fields sysparm_avg_fields "
        "sysparm_count sysparm_having sysparm_order_by sysparm_input_display_value sysparm_text sysparm_category query language limit offset fields "
        "state number table_name table_sys_id file_name uri sys_id sysparm_no_count".split()
    ),
    TEXTS
    | st.sampled_from(["all", "state,nope,caller_id.name", "count^state^>^x", "COUNT^DESC", "state^DESC", "incident", "x.do?sys_id=1"]),
    max_size=5,
)


def ids(desk: Desk) -> dict[str, str]:
    """A real record of some tables."""
    records = Records(desk.simulation)
    tables = (
        "incident",
        "sys_user",
        "sc_cat_item",
        "sysapproval_approver",
        "sc_catalog",
        "sc_category",
        "item_option_new",
        "sc_req_item",
        "task",
    )
    return {table: next(iter(records.rows(table)))["sys_id"] for table in tables}


@st.composite
def path(draw: st.DrawFn, pattern: str) -> tuple[str, str]:
    """An address that fits a route's pattern: a table and a record, real or not."""
    text = re.sub(r"\(\?:([^)]*)\)\?", lambda match: draw(st.sampled_from(["", re.sub(r"\\d|\[12\]", "1", match[1])])), pattern)
    table = draw(st.sampled_from(sorted(TABLES)) | st.just("nope"))
    words = iter([table, draw(st.sampled_from(["REAL", "0" * 32, "x"])), "REAL"])
    if "/table/" not in text and "/stats/" not in text:
        next(words)
    return re.sub(r"\(\\w\+\)", lambda _: next(words), text), table


async def call(desk: Desk, method: str, path: str, body: Any, *, params: dict[str, str] | None = None, user: str = "admin") -> Said:
    return await desk.call(method, path, user=user, json=body, params=params, headers={"Accept": "*/*"})


@MANY
@given(data=st.data(), user=st.sampled_from(["admin", ROBOT, AMIR, BIRTHE]))
async def test_anything_at_every_address(desk: Desk, data: st.DataObject, user: str) -> None:
    method, pattern, _ = data.draw(st.sampled_from(ROUTES))
    address, table = data.draw(path(pattern))
    real = ids(desk)
    guess = next(
        (
            key
            for key, word in (("sc_cat_item", "/items/"), ("sc_catalog", "/catalogs/"), ("item_option_new", "/variables/"))
            if word in address
        ),
        table,
    )
    address = address.replace("REAL", real.get(guess, real["incident"]))
    body = data.draw(BATCH if "batch" in address else ORDER | JSON if "sn_sc" in address else RECORD | JSON)
    said = await call(desk, method, address, body, params=data.draw(PARAMS), user=user)
    assert said.status < 500, (method, address, body)


@settings(MANY, max_examples=150)
@given(table=st.sampled_from(sorted(TABLES)), body=RECORD, again=RECORD)
async def test_any_record_can_be_written_and_read_back(desk: Desk, table: str, body: dict[str, Any], again: dict[str, Any]) -> None:
    said = await call(desk, "POST", f"/api/now/table/{table}", body)
    assert said.status in {201, 403}
    if said.status == 201:
        address = f"/api/now/table/{table}/{said.result['sys_id']}"
        assert (await call(desk, "PATCH", address, again, params={"sysparm_input_display_value": "true"})).status in {200, 403}
        for mode in ("false", "true", "all"):
            row = (await call(desk, "GET", address, None, params={"sysparm_display_value": mode})).result
            assert set(row) == set(TABLES[table].columns) - {"user_password"}
        async with desk.http.get(f"{desk.url}/{table}.do", params={"sys_id": said.result["sys_id"]}) as page:
            assert page.status == 200


METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
KINDS = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=a", "", "x"]
PLACES = ["nav_to.do", "incident.do", "sys_attachment.do", "nope.do", "oauth_token.do", "api/now/table/", ".", "//"]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), params=PARAMS)
async def test_any_bytes_at_any_path(desk: Desk, data: st.DataObject, params: dict[str, str]) -> None:
    method, kind, address = (
        data.draw(st.sampled_from(METHODS)),
        data.draw(st.sampled_from(KINDS)),
        data.draw(st.text(max_size=30) | st.sampled_from(PLACES)),
    )
    for path in (f"/{quote(address, safe='/')}", "/api/now/attachment/upload"):
        headers = {"Accept": "*/*", **({"Content-Type": kind} if kind else {})}
        said = await desk.call(method, path, user="admin", data=data.draw(st.binary(max_size=60)), params=params, headers=headers)
        assert said.status < 500, (method, path)


async def test_the_instance_lives_on(desk: Desk) -> None:
    bodies: tuple[dict[str, Any], ...] = (
        {"caller_id": []},
        {"parent": "x" * 32},
        {"watch_list": "a,,b," + "0" * 32},
        {"time_worked": "nonsense"},
        {"opened_at": "0001-01-01 00:00:00"},
    )
    for body in bodies:
        assert (await call(desk, "POST", "/api/now/table/incident", body, params={"sysparm_display_value": "all"}, user=AMIR)).status == 201
    said = await desk.call("GET", "/api/now/table/incident", params={"sysparm_display_value": "all", "sysparm_limit": "5"}, user=AMIR)
    assert said.status == 200
