"""The catalogue: items and nested variables, orders and their flow, cart, record producers; and the Knowledge API."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulators.servicenow_desk import AMIR, BIRTHE, JENS, Desk, Said

API = "/api/sn_sc/servicecatalog"
LAPTOP = {"model": "t14", "begrundelse": "Den gamle er i stykker", "kollega_key": "job-7"}


async def get(desk: Desk, path: str, user: str = BIRTHE, **params: str) -> Said:
    return await desk.call("GET", f"{API}{path}", user=user, params=params)


async def item(desk: Desk, name: str, user: str = BIRTHE) -> str:
    found = (await get(desk, "/items", user, sysparm_text=name)).result
    return str(next(one["sys_id"] for one in found if one["name"] == name))


async def order(desk: Desk, name: str, variables: Any, user: str = BIRTHE, **more: Any) -> Said:
    body = {"sysparm_quantity": "1", "variables": variables, **more}
    return await desk.call("POST", f"{API}/items/{await item(desk, name, user)}/order_now", user=user, json=body)


async def laptop(desk: Desk, **more: Any) -> Said:
    return await order(desk, "Bærbar pc", LAPTOP | {"requested_for": await desk.user_id(BIRTHE)}, **more)


def flat(entries: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for entry in entries:
        yield entry
        yield from flat(entry.get("children", []))


async def test_items_by_text_type_category_and_page(desk: Desk) -> None:
    everything = await get(desk, "/items", sysparm_limit="100")
    assert int(everything.headers["X-Total-Count"]) == len(everything.result) > 8
    assert [one["name"] for one in (await get(desk, "/items", sysparm_text="bærbar")).result] == ["Bærbar pc"]
    assert {one["type"] for one in (await get(desk, "/items", sysparm_type="Record Producer")).result} == {"record_producer"}
    assert len((await get(desk, "/items", sysparm_type="Noget andet", sysparm_limit="100")).result) == len(everything.result)
    shelf = everything.result[0]["category"]
    assert {one["category"]["title"] for one in (await get(desk, "/items", sysparm_category=shelf["sys_id"])).result} == {shelf["title"]}
    assert len((await get(desk, "/items", sysparm_limit="2", sysparm_offset="1")).result) == 2


async def test_what_a_person_may_not_order_is_not_there(desk: Desk) -> None:
    assert (await get(desk, "/items", sysparm_text="Lokal administrator")).result == []
    hidden = await item(desk, "Lokal administrator", AMIR)
    assert (await get(desk, f"/items/{hidden}")).status == 400  # not 404
    assert (await get(desk, f"/items/{'0' * 32}")).status == 400


async def test_catalogues_and_categories(desk: Desk) -> None:
    catalog = (await get(desk, "/catalogs")).result[0]
    shelves = (await get(desk, f"/catalogs/{catalog['sys_id']}/categories")).result
    assert "Udstyr" in {one["title"] for one in shelves}
    assert (await get(desk, f"/categories/{shelves[0]['sys_id']}")).result == shelves[0]


async def test_variables_nest_in_containers(desk: Desk) -> None:
    found = (await get(desk, f"/items/{await item(desk, 'Bærbar pc')}")).result
    top = found["variables"]
    box = next(one for one in top if one["label"] == "Udstyr")
    assert (box["type"], box["friendly_type"], "display_type" in box) == (0, "container_start", False)
    inner = next(one for one in box["children"] if one["label"] == "Tilbehør")
    assert [one["name"] for one in inner["children"]] == ["docking", "mus", "taske"]
    by_name = {one["name"]: one for one in flat(top)}
    assert by_name["taske"]["value"] is True
    assert (by_name["model"]["type"], by_name["model"]["mandatory"]) == (5, True)
    assert [one["value"] for one in by_name["model"]["choices"]] == ["t14", "x13", "andet"]
    assert (by_name["requested_for"]["reference"], by_name["requested_for"]["ref_qualifier"]) == ("sys_user", "active=true")
    assert (await get(desk, f"/items/{found['sys_id']}/variables")).result == top


async def test_ui_policies_scripts_and_sets(desk: Desk) -> None:
    found = (await get(desk, f"/items/{await item(desk, 'Bærbar pc')}")).result
    policy = found["ui_policy"][0]
    ids = {f"IO:{one['id']}": one["name"] for one in flat(found["variables"])}
    assert ids[policy["conditions"][0]["field"]] == "model"
    assert (ids[policy["actions"][0]["name"]], policy["actions"][0]["mandatory"]) == ("oensket_model", "true")
    assert found["client_script"] == {"onChange": [], "onLoad": [], "onSubmit": []}
    scripted = (await get(desk, f"/items/{await item(desk, 'Ergonomisk hjælpemiddel')}")).result
    assert len(scripted["client_script"]["onChange"]) == 1
    contact = next(one for one in scripted["variables"] if one["label"] == "Kontakt")
    assert [one["name"] for one in contact["children"]] == ["kontakt_telefon"]


async def test_order_now_makes_a_request_an_item_and_an_approval(desk: Desk) -> None:
    said = await laptop(desk)
    assert said.status == 200
    found = said.result
    assert set(found) == {"sys_id", "number", "request_number", "request_id", "parent_id", "parent_table", "table"}
    assert (found["table"], found["parent_id"], found["number"][:3]) == ("sc_request", None, "REQ")
    ritm = await desk.row("sc_req_item", f"request={found['sys_id']}", sysparm_fields="sys_id,stage,requested_for.user_name,cat_item.name")
    assert (ritm["stage"], ritm["requested_for.user_name"], ritm["cat_item.name"]) == ("waiting_for_approval", BIRTHE, "Bærbar pc")
    rows = await desk.rows(
        "sc_item_option_mtom", f"request_item={ritm['sys_id']}", sysparm_fields="sc_item_option.item_option_new.name,sc_item_option.value"
    )
    answers = {row["sc_item_option.item_option_new.name"]: row["sc_item_option.value"] for row in rows}
    assert (answers["model"], answers["taske"], answers["kollega_key"]) == ("t14", "true", "job-7")
    approval = await desk.row("sysapproval_approver", f"sysapproval={ritm['sys_id']}", sysparm_fields="sys_id,approver.user_name,state")
    assert (approval["approver.user_name"], approval["state"]) == (JENS, "requested")
    await desk.change("sysapproval_approver", approval["sys_id"], {"state": "approved"}, user=JENS)
    assert (await desk.row("sc_task", f"request_item={ritm['sys_id']}"))["short_description"] == "Levér: Bærbar pc"
    assert (await desk.journal())[0]["key"] == "job-7"


async def test_one_of_two_approvals_settles_it(desk: Desk) -> None:
    people = {name: await desk.user_id(BIRTHE) for name in ("bruger",)}
    system = (await desk.row("cmdb_ci_service", "name=eDoc"))["sys_id"]
    found = (await order(desk, "Adgang til fagsystem", {"system": system, "rolle": "laes", "begrundelse": "x", **people})).result
    rows = await desk.rows("sysapproval_approver", f"sysapproval.parent={found['sys_id']}", sysparm_fields="sys_id,approver.user_name")
    assert len(rows) == 2
    mine = next(row for row in rows if row["approver.user_name"] == JENS)
    await desk.change("sysapproval_approver", mine["sys_id"], {"state": "approved"}, user=JENS)
    states = {row["state"] for row in await desk.rows("sysapproval_approver", f"sysapproval.parent={found['sys_id']}")}
    assert states == {"approved", "not_required"}


async def test_an_item_without_approval_is_delivered_at_once_and_later_when_the_flow_is_slow(desk: Desk) -> None:
    where = (await desk.row("cmn_location", "full_name=Borups Allé 177/3. sal"))["sys_id"]
    answers = {"stoerrelse": "27", "lokation": where}
    found = (await order(desk, "Ekstra skærm", answers)).result
    assert len(await desk.rows("sc_task", f"request={found['sys_id']}")) == 1
    await desk.control("settings", servicenow_flow_seconds=3600)
    found = (await order(desk, "Ekstra skærm", answers)).result
    assert await desk.rows("sc_req_item", f"request={found['sys_id']}") == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sysparm_quantity": "0"}, "Invalid Quantity value"),
        ({"sysparm_quantity": "mange"}, "Invalid Quantity value"),
        ({"variables": {"model": "t14"}}, "Mandatory Variables are required"),
        ({"variables": LAPTOP | {"model": " "}}, "Mandatory Variables are required"),
        ({"variables": []}, "Invalid variables"),
        ({"sysparm_requested_for": "0" * 32}, "Security constraints prevent ordering of Item"),
    ],
)
async def test_refusals_of_an_order(desk: Desk, change: dict[str, Any], message: str) -> None:
    body = {"sysparm_quantity": "1", "variables": LAPTOP | {"requested_for": "x"}, **change}
    said = await desk.call("POST", f"{API}/items/{await item(desk, 'Bærbar pc')}/order_now", user=BIRTHE, json=body)
    assert (said.status, said.message) == (400, message)


async def test_nonsense_is_accepted_where_only_the_form_would_refuse_it(desk: Desk) -> None:
    said = await order(desk, "Bærbar pc", LAPTOP | {"requested_for": "nobody", "model": "findes ikke", "ukendt": "x", "docking": {"a": 1}})
    assert said.status == 200
    assert (await order(desk, "Bærbar pc", {}, sysparm_no_validation="true")).status == 200


async def test_ordering_twice_makes_two(desk: Desk) -> None:
    first, second = (await laptop(desk)).result, (await laptop(desk)).result
    assert first["number"] != second["number"]


async def test_with_two_steps_an_order_only_fills_the_cart(desk: Desk) -> None:
    await desk.control("settings", servicenow_twostep=True)
    found = (await laptop(desk)).result
    assert set(found) == {"cart_id"}
    cart = (await get(desk, "/cart")).result
    assert (cart["cart_id"], cart["items"][0]["item_name"]) == (found["cart_id"], "Bærbar pc")
    assert (await desk.call("POST", f"{API}/cart/checkout", user=BIRTHE, json={})).result == cart
    done = (await desk.call("POST", f"{API}/cart/submit_order", user=BIRTHE, json={})).result
    assert set(done) == {"request_number", "request_id"}
    assert (await get(desk, "/cart")).result["items"] == []
    assert (await desk.call("POST", f"{API}/cart/submit_order", user=BIRTHE, json={})).status == 400


async def test_the_cart(desk: Desk) -> None:
    sys_id = await item(desk, "Bærbar pc")
    body = {"sysparm_quantity": "2", "variables": LAPTOP | {"requested_for": "x"}}
    cart = (await desk.call("POST", f"{API}/items/{sys_id}/add_to_cart", user=BIRTHE, json=body)).result
    assert cart["subtotal"] == "17800.00 kr."
    line = f"{API}/cart/{cart['items'][0]['cart_item_id']}"
    assert (await desk.call("PUT", line, user=BIRTHE, json={"sysparm_quantity": "3"})).result["items"][0]["quantity"] == "3"
    assert (await desk.call("DELETE", line, user=AMIR)).status == 404
    assert (await desk.call("DELETE", line, user=BIRTHE)).status == 204
    await desk.call("POST", f"{API}/items/{sys_id}/add_to_cart", user=BIRTHE, json=body)
    assert (await desk.call("DELETE", f"{API}/cart/{cart['cart_id']}/empty", user=BIRTHE)).status == 204
    assert (await get(desk, "/cart")).result["items"] == []


async def test_rows_of_a_multi_row_set_are_kept_by_cell(desk: Desk) -> None:
    sent = json.dumps([{"navn": "Ida", "mail": "ida@example.dk"}, {"navn": "Bo", "mail": "bo@example.dk", "hat": "x"}])
    found = (await order(desk, "Gæst på det trådløse net", {"vaert": "x", "dag": "2026-12-01", "gaester": sent})).result
    ritm = await desk.row("sc_req_item", f"request={found['sys_id']}")
    cells = await desk.rows(
        "sc_multi_row_question_answer", f"parent_id={ritm['sys_id']}", sysparm_fields="row_index,item_option_new.name,value"
    )
    assert {(one["row_index"], one["item_option_new.name"], one["value"]) for one in cells} == {
        ("0", "navn", "Ida"),
        ("0", "mail", "ida@example.dk"),
        ("1", "navn", "Bo"),
        ("1", "mail", "bo@example.dk"),
    }


async def test_a_record_producer_makes_an_incident(desk: Desk) -> None:
    path = f"{API}/items/{await item(desk, 'Meld en fejl')}"
    body = {"variables": {"short_description": "Lyset blinker", "urgency": "1", "lokale": "3.14"}}
    found = (await desk.call("POST", f"{path}/submit_producer", user=BIRTHE, json=body)).result
    row = await desk.row("incident", f"sys_id={found['sys_id']}", sysparm_fields="number,urgency,description,caller_id.user_name")
    assert row == {"number": found["number"], "urgency": "1", "description": "Hvilket lokale?: 3.14", "caller_id.user_name": BIRTHE}
    assert found["redirect_url"] == f"incident.do?sys_id={found['sys_id']}"
    assert (await desk.call("POST", f"{path}/order_now", user=BIRTHE, json=body)).status == 400


async def test_display_values_and_delegation(desk: Desk) -> None:
    sys_id, birthe = await item(desk, "Bærbar pc"), await desk.user_id(BIRTHE)
    by_name = {one["name"]: one["id"] for one in flat((await get(desk, f"/items/{sys_id}")).result["variables"])}
    for name, value, wanted in (("requested_for", birthe, "Birthe Holm"), ("model", "x13", "Lenovo ThinkPad X13 (let)")):
        said = await desk.call("POST", f"{API}/variables/{by_name[name]}/display_value", user=BIRTHE, json={"sysparm_value": value})
        assert said.result == wanted
    assert (await get(desk, f"/items/{sys_id}/delegation/{birthe}")).result == {"result": True}


async def test_articles_are_found_with_marked_snippets_by_those_who_may_read_them(desk: Desk) -> None:
    params = {"query": "papirstop printer", "language": "da", "limit": "3", "fields": "workflow_state"}
    said = await desk.call("GET", "/api/sn_km_api/knowledge/articles", user=BIRTHE, params=params)
    best = said.result["articles"][0]
    assert (best["title"], best["rank"], best["fields"]["workflow_state"]["value"]) == ("Papirstop i printeren", 1, "published")
    assert said.result["meta"]["status"] == {"code": 200}
    marked = await desk.call("GET", "/api/sn_km_api/knowledge/articles", user=BIRTHE, params={"query": "låge"})
    assert "<B>låge</B>" in marked.result["articles"][0]["snippet"]
    secret = {"query": "Id-kontrol"}
    assert [
        len((await desk.call("GET", "/api/sn_km_api/v1/knowledge/articles", user=who, params=secret)).result["articles"])
        for who in (BIRTHE, AMIR)
    ] == [0, 1]
    assert (
        await desk.call("GET", "/api/sn_km_api/knowledge/articles", user=BIRTHE, params={"query": "papirstop", "language": "en"})
    ).result["articles"] == []


async def test_one_article(desk: Desk) -> None:
    said = await desk.call("GET", "/api/sn_km_api/knowledge/articles/KB0010001", user=BIRTHE)
    assert said.result["content"].startswith("<p>Åbn låge A")
    own = (await desk.row("kb_knowledge", "short_description=Id-kontrol ved nulstilling"))["sys_id"]
    assert (await desk.call("GET", f"/api/sn_km_api/knowledge/articles/{own}", user=BIRTHE)).status == 404
