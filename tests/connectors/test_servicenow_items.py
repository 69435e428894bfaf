"""What was done, entered in ServiceNow: one finished request item per key, whatever becomes of the answers."""

import asyncio
import contextlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.errors import Conflict, NotFound, Refused, Unavailable
from connectors.opened import opened
from connectors.servicenow import Caller, ServiceNow
from connectors.servicenow_items import ItemDraft
from settings import Settings
from tests.connectors.conftest import World

ORDER, ITEM = "/servicenow/api/sn_sc/servicecatalog/items", "/servicenow/api/now/table/sc_req_item"


@pytest.fixture
async def ole(servicenow: ServiceNow) -> Caller:
    """Somebody of whom no other test asks what is open."""
    return await servicenow.caller("ole.bang@kk.example")


def draft(caller: Caller, **changes: str) -> ItemDraft:
    return ItemDraft.model_validate(
        {"caller_id": caller.id, "title": "Listen X bliver oprettet.", "done": "Listen X er oprettet.\nEjer: A"} | changes
    )


async def orders(world: World) -> int:
    """How often something was ordered."""
    return len([line for line in await world.writes("servicenow", "order_now") if line["status"] == 200])


async def test_once_per_key_and_closed_complete(world: World, servicenow: ServiceNow, ole: Caller, key: str) -> None:
    first = await servicenow.enter_finished(draft(ole), key)
    assert await servicenow.enter_finished(draft(ole), key) == first
    assert await orders(world) == 1
    where = {"correlation_id": key}
    fields = (
        "number",
        "state",
        "active",
        "requested_for",
        "short_description",
        "description",
        "correlation_display",
        "request.request_state",
    )
    (row,) = await servicenow.rows("sc_req_item", where, fields, "read item")
    assert (row.value("number"), row.value("state"), row.value("active")) == (first.number, "3", "false")
    assert row.value("requested_for") == ole.id
    assert row.value("description") == "Listen X er oprettet.\nEjer: A"
    assert row.value("request.request_state") == "closed_complete"
    assert await servicenow.rows("sc_task", {"request_item": row.value("sys_id")}, ("number",), "read tasks") == []


@pytest.mark.parametrize("path", [ORDER, ITEM])
@pytest.mark.parametrize("fault", [{"drop_answer": True}, {"status": 503}, {"status": 429, "retry_after": 0}, {"status": 504}])
async def test_a_lost_answer_makes_no_second(
    path: str, fault: dict[str, Any], world: World, servicenow: ServiceNow, ole: Caller, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.servicenow_items.APPEARS", 0.3)
    await world.fault(path, method="POST" if path == ORDER else "PATCH", times=1, **fault)
    try:
        entered = await servicenow.enter_finished(draft(ole), key)
    except Unavailable:  # surely or perhaps not done: the job tries again
        entered = await servicenow.enter_finished(draft(ole), key)
    assert entered.number.startswith("RITM")
    assert await orders(world) == 1


async def test_two_at_a_time_are_one(world: World, servicenow: ServiceNow, ole: Caller, key: str) -> None:
    found = await asyncio.gather(*(servicenow.enter_finished(draft(ole), key) for _ in range(3)))
    assert len({one.number for one in found}) == 1
    assert await orders(world) == 1


async def test_an_item_that_comes_later_is_waited_for(world: World, servicenow: ServiceNow, ole: Caller, key: str) -> None:
    await world.switch(servicenow_flow_seconds=0.4)
    assert (await servicenow.enter_finished(draft(ole), key)).number.startswith("RITM")


async def test_an_instance_that_orders_in_two_steps(world: World, servicenow: ServiceNow, ole: Caller, key: str) -> None:
    await world.switch(servicenow_twostep=True)
    assert (await servicenow.enter_finished(draft(ole), key)).number.startswith("RITM")


async def test_a_try_that_died_with_a_full_cart_makes_no_second(
    world: World, servicenow: ServiceNow, ole: Caller, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.servicenow_items.APPEARS", 0.3)
    await world.switch(servicenow_twostep=True)
    await world.fault("/cart/submit_order", status=500, times=9)
    try:
        with pytest.raises(Unavailable):
            await servicenow._order(ole.id, key)
    finally:
        await world.fault("/cart/submit_order", times=0)
    first = await servicenow.enter_finished(draft(ole), key)
    assert await servicenow.enter_finished(draft(ole), key) == first  # two with the key would be a Conflict


async def test_two_processes_that_share_a_cart_order_one_each(
    world: World, servicenow: ServiceNow, ole: Caller, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.servicenow_items.APPEARS", 5.0)
    await world.switch(servicenow_twostep=True)

    async def entered(process: ServiceNow, key: str) -> str:
        while True:  # as a job does, with patience
            with contextlib.suppress(Unavailable):
                return (await process.enter_finished(draft(ole), key)).number

    async with opened(Settings(simulators_url=world.url)) as others:
        other = others.get(ServiceNow)
        found = await asyncio.gather(*(entered(one, f"{key}/{place}") for one in (servicenow, other) for place in (id(one), 2 * id(one))))
    assert len(set(found)) == 4


async def test_a_catalogue_without_the_item(servicenow: ServiceNow, ole: Caller, key: str) -> None:
    servicenow.item = "Findes ikke"
    with pytest.raises(NotFound) as trouble:
        await servicenow.enter_finished(draft(ole), key)
    assert trouble.value.code == "no_item"
    assert "Findes ikke" in await servicenow.check()


@pytest.mark.parametrize("bad", ["", "k" * 101])
async def test_a_key_that_would_not_be_found_again(bad: str, servicenow: ServiceNow, ole: Caller) -> None:
    with pytest.raises(Refused):
        await servicenow.enter_finished(draft(ole), bad)


async def test_two_with_one_key_are_told(servicenow: ServiceNow, ole: Caller, key: str) -> None:
    for _ in range(2):  # as two processes would at the same moment
        await servicenow._order(ole.id, key)
    with pytest.raises(Conflict):
        await servicenow.enter_finished(draft(ole), key)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=st.text(max_size=160), done=st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
async def test_any_text_is_entered_or_refused(title: str, done: str, servicenow: ServiceNow, ole: Caller, key: str) -> None:
    entered = None
    with contextlib.suppress(Refused):
        entered = await servicenow.enter_finished(draft(ole, title=title, done=done), f"{key}/{abs(hash((title, done)))}")
    assert entered is None or entered.number.startswith("RITM")
