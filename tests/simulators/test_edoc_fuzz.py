"""Whatever is posted to eDoc: an answer, a refusal or a page, never a 5xx; and what was refused before still works after."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulators.edoc.rpc import OPERATIONS
from tests.simulators.graph_edoc_world import AUTHKEY, RPC, World, running

QUICK = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
NAMES = st.sampled_from(
    [*sorted({name for operation in OPERATIONS.values() for name in operation.takes.model_fields}), "Id", "Type", "Role", "Format", "Data"]
)
WORDS = st.sampled_from(
    [
        "kk\\bhol",
        "2026-0012345",
        "2026-0012345-1",
        "recno:5",
        "%",
        "%%%",
        "KLE",
        "85.15.03",
        "G01",
        "eA==",
        "pdf",
        "2026-11-20",
        "P",
        "Alle",
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=8), inner, max_size=5),
    max_leaves=15,
)
PARAMETERS = st.dictionaries(NAMES, VALUES, max_size=10)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running() as one:
        yield one


@QUICK
@given(operation=st.sampled_from(sorted(OPERATIONS)), body=VALUES | PARAMETERS.map(lambda parameter: {"parameter": parameter}))
async def test_any_json_to_any_operation(world: World, operation: str, body: Any) -> None:
    reply = await world.call("POST", RPC + operation, headers=AUTHKEY, json=body)
    assert reply.status < 500, reply.body
    if reply.status == 200:
        assert isinstance(reply.json["Successful"], bool)


@QUICK
@given(operation=st.sampled_from(sorted(OPERATIONS)), parameter=PARAMETERS)
async def test_sensible_callers_with_odd_parameters(world: World, operation: str, parameter: dict[str, Any]) -> None:
    whole = {"Title": "x", "CaseNumber": "2026-0012345", "DocumentNumber": "2026-0012345-1", "Base64Data": "eA=="} | parameter
    reply = await world.call("POST", RPC + operation, headers=AUTHKEY, json={"parameter": {**whole, "ADContextUser": "kk\\bhol"}})
    assert reply.status == 200, reply.body
    assert (await world.call("GET", "/edoc/locator/DMS/Case/Details/Simplified/2?recno=234000")).status == 200


@QUICK
@given(path=st.text(max_size=30), query=st.text(max_size=20))
async def test_any_address(world: World, path: str, query: str) -> None:
    for method in ("GET", "POST"):
        reply = await world.call(method, "/edoc/locator/DMS/Case/Details/Simplified/2", params={"recno": query, path: query})
        assert reply.status < 500
        reply = await world.call(method, "/edoc/control/documents", params={"message_id": query})
        assert reply.status < 500


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b'{"parameter": {"Title": "\\ud800"}}', b'{"parameter": {"Recno": NaN}}', b"[" * 50000]
)
async def test_bodies_that_are_no_json(world: World, body: bytes) -> None:
    for operation in OPERATIONS:
        assert (await world.call("POST", RPC + operation, headers=AUTHKEY, data=body)).status == 400
