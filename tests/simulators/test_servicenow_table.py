"""The Table API: shapes, paging, status codes, rights, and the pitfalls that the real one has."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from simulators.servicenow.columns import TABLES
from tests.simulators.servicenow_desk import AMIR, BIRTHE, OLE, ROBOT, Desk

TABLE = "/api/now/table/incident"
ONE = "number=INC0010243"


async def one(desk: Desk, fields: str, *, user: str = ROBOT, **params: str) -> dict[str, Any]:
    return await desk.row("incident", ONE, user=user, sysparm_fields=fields, **params)


async def test_value_mode(desk: Desk) -> None:
    row = await one(desk, "state,close_code,caller_id,assigned_to,parent")
    caller, amir = await desk.user_id(BIRTHE), await desk.user_id(AMIR)
    assert row == {
        "state": "2",
        "close_code": "",
        "caller_id": {"link": f"{desk.url}/api/now/table/sys_user/{caller}", "value": caller},
        "assigned_to": {"link": f"{desk.url}/api/now/table/sys_user/{amir}", "value": amir},
        "parent": "",
    }
    assert (await one(desk, "caller_id", sysparm_exclude_reference_link="true")) == {"caller_id": caller}


async def test_display_mode(desk: Desk) -> None:
    caller = await desk.user_id(BIRTHE)
    link = f"{desk.url}/api/now/table/sys_user/{caller}"
    row = await one(desk, "state,caller_id,parent", sysparm_display_value="true")
    assert row == {"state": "I gang", "caller_id": {"display_value": "Birthe Holm", "link": link}, "parent": ""}
    row = await one(desk, "caller_id", sysparm_display_value="true", sysparm_exclude_reference_link="true")
    assert row == {"caller_id": "Birthe Holm"}


async def test_all_mode_is_objects_throughout(desk: Desk) -> None:
    row = await one(desk, "", sysparm_display_value="all", sysparm_exclude_reference_link="true")
    assert set(row) == set(TABLES["incident"].columns)
    assert all(set(cell) == {"value", "display_value"} for cell in row.values())
    assert row["caller_id"]["display_value"] == "Birthe Holm"
    assert row["parent"] == {"value": "", "display_value": ""}
    linked = await one(desk, "caller_id", sysparm_display_value="all")
    assert set(linked["caller_id"]) == {"value", "display_value", "link"}


async def test_every_column_of_every_table_is_there_as_a_string(desk: Desk) -> None:
    for table, kind in TABLES.items():
        rows = await desk.rows(table, user="admin", sysparm_limit="3", sysparm_exclude_reference_link="true")
        for row in rows:
            assert set(row) == set(kind.columns) - {"user_password"}, table
            assert all(isinstance(value, str) for value in row.values()), table


async def test_times_and_labels_are_the_callers_own(desk: Desk) -> None:
    stored = (await one(desk, "opened_at"))["opened_at"]
    assert stored == "2026-11-22 11:00:00"
    assert (await one(desk, "opened_at", user=BIRTHE, sysparm_display_value="true"))["opened_at"] == "22-11-2026 12:00:00"
    summer = await desk.create("incident", {"short_description": "x", "opened_at": "2026-07-01 10:00:00"})
    shown = await desk.row("incident", f"sys_id={summer['sys_id']}", user=AMIR, sysparm_display_value="true")
    assert shown["opened_at"] == "01-07-2026 12:00:00"
    assert (await one(desk, "state", user="admin", sysparm_display_value="true"))["state"] == "In Progress"


async def test_dot_walking_gives_flat_keys_and_unknown_fields_vanish(desk: Desk) -> None:
    row = await one(desk, "number,caller_id.email,caller_id.manager.name,nummer,caller_id.nope,parent.number")
    assert row == {"number": "INC0010243", "caller_id.email": "birthe.holm@kk.example", "caller_id.manager.name": "Jens Kjær"}


async def test_a_task_is_found_by_number_with_its_own_columns_alone(desk: Desk) -> None:
    row = await desk.row("task", ONE)
    assert row["sys_class_name"] == "incident"
    assert "caller_id" not in row
    assert (await desk.row("task", "number=RITM0010001"))["sys_class_name"] == "sc_req_item"


async def test_paging_counts_links_and_never_overlaps_with_an_order(desk: Desk) -> None:
    params = {"sysparm_query": "active=true^ORDERBYsys_id", "sysparm_limit": "20", "sysparm_fields": "sys_id"}
    said = await desk.call("GET", TABLE, params=params)
    total = int(said.headers["X-Total-Count"])
    seen = [row["sys_id"] for row in said.result]
    while match := re.search(r'<([^>]+)>;rel="next"', said.headers["Link"]):
        parts = urlsplit(match[1])
        said = await desk.call("GET", f"{parts.path.removeprefix('/servicenow')}?{parts.query}")
        seen += [row["sys_id"] for row in said.result]
    assert len(seen) == len(set(seen))
    assert 0 < len(seen) <= total
    assert 'rel="last"' in said.headers["Link"]
    assert 'rel="prev"' in said.headers["Link"]


async def test_without_an_order_pages_overlap(desk: Desk) -> None:
    pages = [await desk.rows("incident", sysparm_limit="40", sysparm_offset=str(at), sysparm_fields="sys_id") for at in (0, 40, 80)]
    seen = [row["sys_id"] for page in pages for row in page]
    assert len(set(seen)) < len(seen)


async def test_the_limit_cuts_before_the_acl(desk: Desk) -> None:
    query = "category=security^ORcategory=print^ORDERBYDESCcategory"  # security incidents first: the robot may not read them
    all_rows = await desk.rows("incident", "category=security", user="admin")
    assert len(all_rows) > 1
    said = await desk.call("GET", TABLE, params={"sysparm_query": query, "sysparm_limit": str(len(all_rows) + 1)})
    assert len(said.result) == 1
    assert int(said.headers["X-Total-Count"]) > len(all_rows) + 1


async def test_headers_can_be_left_out(desk: Desk) -> None:
    said = await desk.call("GET", TABLE, params={"sysparm_no_count": "true", "sysparm_suppress_pagination_header": "true"})
    assert "X-Total-Count" not in said.headers
    assert "Link" not in said.headers


@pytest.mark.parametrize(
    ("name", "value"), [("sysparm_offset", "-1"), ("sysparm_limit", "x"), ("sysparm_limit", "-5"), ("sysparm_offset", "9" * 30)]
)
async def test_bad_numbers_are_400(desk: Desk, name: str, value: str) -> None:
    assert (await desk.call("GET", TABLE, params={name: value})).status == 400


async def test_name_value_filters_take_display_values(desk: Desk) -> None:
    said = await desk.call("GET", TABLE, params={"assigned_to": "amir.haddad", "state": "I gang", "number": "INC0010243"})
    assert [row["number"] for row in said.result] == ["INC0010243"]


async def test_version_one_alone_answers_404_to_an_empty_list(desk: Desk) -> None:
    params = {"sysparm_query": "number=INC0"}
    assert [(await desk.call("GET", f"/api/now{v}/table/incident", params=params)).status for v in ("", "/v2", "/v1")] == [200, 200, 404]


async def test_absent_and_hidden_records_look_the_same(desk: Desk) -> None:
    hidden = (await desk.rows("incident", "category=security", user="admin"))[0]["sys_id"]
    absent = await desk.call("GET", f"{TABLE}/{'0' * 32}")
    denied = await desk.call("GET", f"{TABLE}/{hidden}")
    assert (absent.status, absent.body) == (denied.status, denied.body)
    assert absent.body == {
        "error": {"message": "No Record found", "detail": "Record doesn't exist or ACL restricts the record retrieval"},
        "status": "failure",
    }


async def test_status_codes_of_bad_requests(desk: Desk) -> None:
    assert (await desk.call("GET", "/api/now/table/incidents")).message == "Invalid table incidents"
    assert (await desk.call("GET", "/api/now/nothing")).message == "Requested URI does not represent any resource"
    assert (await desk.call("GET", "/api/now/table/incident%0A")).message == "Requested URI does not represent any resource"
    assert (await desk.call("DELETE", TABLE)).status == 405
    assert (await desk.call("GET", TABLE, headers={"Accept": "application/xml"})).status == 406
    assert (await desk.call("POST", TABLE, data=b"<a/>", headers={"Content-Type": "application/xml"})).status == 415
    assert (await desk.call("POST", TABLE, data=b"{", headers={"Content-Type": "application/json"})).status == 400
    said = await desk.call("GET", TABLE, user=None)
    assert (said.status, said.message, said.detail) == (401, "User Not Authenticated", "Required to provide Auth information")


async def test_post_is_201_with_location_and_the_whole_record(desk: Desk) -> None:
    said = await desk.call("POST", TABLE, json={"short_description": "Ny", "correlation_id": "k"})
    row = said.result
    assert said.status == 201
    assert said.headers["Location"] == f"{TABLE_URL(desk)}/{row['sys_id']}"
    assert set(row) == set(TABLES["incident"].columns)
    assert re.fullmatch(r"INC\d{7}", row["number"])
    assert (row["sys_mod_count"], row["sys_created_by"], row["state"], row["correlation_id"]) == ("0", ROBOT, "1", "k")


def TABLE_URL(desk: Desk) -> str:  # noqa: N802 - reads like the constant that it completes
    return f"{desk.url}{TABLE}"


async def test_unknown_and_fixed_fields_are_ignored_without_a_word(desk: Desk) -> None:
    body = {"nummer": "x", "number": "INC1", "priority": "1", "sys_created_by": "somebody", "sys_mod_count": "9", "state": {"value": "2"}}
    row = await desk.create("incident", body)
    assert row["number"] != "INC1"
    assert (row["priority"], row["sys_created_by"], row["sys_mod_count"], row["state"]) == ("5", ROBOT, "0", "1")


async def test_values_become_what_their_column_holds(desk: Desk) -> None:
    body = {
        "short_description": "x" * 300,
        "impact": 2,
        "knowledge": True,
        "due_date": "2026-12-24",
        "follow_up": "i morgen",
        "order": "syv",
        "caller_id": "birthe",
        "close_notes": None,
        "urgency": "",
    }
    row = await desk.create("incident", body)
    assert len(row["short_description"]) == 160
    wanted = {"impact": "2", "knowledge": "true", "due_date": "2026-12-24 00:00:00", "follow_up": "", "order": "", "caller_id": ""}
    assert {name: row[name] for name in wanted} == wanted
    assert row["urgency"] == "3"  # a choice is not cleared by an empty text


async def test_a_body_of_display_values(desk: Desk) -> None:
    body = {"caller_id": "Birthe Holm", "state": "I gang", "due_date": "24-12-2026 18:00:00", "close_notes": None}
    said = await desk.call("POST", TABLE, user=AMIR, json=body, params={"sysparm_input_display_value": "true"})
    assert said.result["caller_id"]["value"] == await desk.user_id(BIRTHE)
    assert (said.result["state"], said.result["due_date"], said.result["close_notes"]) == ("2", "2026-12-24 17:00:00", "")


async def test_of_an_array_only_the_first_record_counts(desk: Desk) -> None:
    said = await desk.call("POST", TABLE, json=[{"correlation_id": "a"}, {"correlation_id": "b"}])
    assert said.result["correlation_id"] == "a"
    assert await desk.rows("incident", "correlation_id=b") == []


async def test_patch_and_put_change_what_is_sent_and_count_effective_changes(desk: Desk) -> None:
    row = await desk.create("incident", {"short_description": "Før", "description": "Tekst"})
    path = f"{TABLE}/{row['sys_id']}"
    for method in ("PATCH", "PUT", "PATCH"):
        said = await desk.call(method, path, json={"short_description": "Efter"})
        assert (said.status, said.result["description"], said.result["sys_mod_count"]) == (200, "Tekst", "1")
    overridden = await desk.call("POST", path, json={"urgency": "1"}, headers={"X-HTTP-Method-Override": "PATCH"})
    assert (overridden.status, overridden.result["sys_mod_count"]) == (200, "2")


async def test_posting_twice_makes_two(desk: Desk) -> None:
    for _ in range(2):
        await desk.create("incident", {"correlation_id": "same"})
    assert len(await desk.rows("incident", "correlation_id=same")) == 2


async def test_delete_is_204_without_a_body_and_takes_journal_and_files_along(desk: Desk) -> None:
    row = await desk.create("incident", {"comments": "Hej"}, user="admin")
    assert len(await desk.rows("sys_journal_field", f"element_id={row['sys_id']}", user="admin")) == 1
    assert (await desk.call("DELETE", f"{TABLE}/{row['sys_id']}")).status == 403
    said = await desk.call("DELETE", f"{TABLE}/{row['sys_id']}", user="admin")
    assert (said.status, said.body) == (204, b"")
    assert (await desk.call("DELETE", f"{TABLE}/{row['sys_id']}", user="admin")).status == 404
    assert await desk.rows("sys_journal_field", f"element_id={row['sys_id']}", user="admin") == []


async def test_without_itil_one_sees_own_cases_only_and_no_notes(desk: Desk) -> None:
    birthe = await desk.user_id(BIRTHE)
    rows = await desk.rows("incident", user=BIRTHE, sysparm_exclude_reference_link="true")
    assert {row["caller_id"] for row in rows} == {birthe}
    assert "work_notes" not in rows[0]
    assert (await desk.call("GET", f"{TABLE}/{(await desk.row('incident', 'number=INC0010239'))['sys_id']}", user=BIRTHE)).status == 404
    assert "employee_number" not in await desk.row("sys_user", "user_name=ole.bang", user=BIRTHE)
    assert "employee_number" in await desk.row("sys_user", "user_name=ole.bang")
    assert "user_password" not in await desk.row("sys_user", "user_name=ole.bang", user="admin")


async def test_a_caller_opens_for_oneself_and_may_change_little(desk: Desk) -> None:
    ole = await desk.user_id(OLE)
    row = await desk.create("incident", {"short_description": "Min", "caller_id": ole, "assigned_to": ole, "state": "6"}, user=BIRTHE)
    assert row["caller_id"]["value"] == await desk.user_id(BIRTHE)
    assert (row["assigned_to"], row["state"]) == ("", "1")
    said = await desk.change("incident", row["sys_id"], {"assigned_to": ole, "state": "2", "short_description": "Ny"}, user=BIRTHE)
    assert (said.status, said.result["assigned_to"], said.result["state"], said.result["short_description"]) == (200, "", "1", "Min")
    assert (await desk.change("incident", row["sys_id"], {"state": "8"}, user=BIRTHE)).result["state"] == "8"


async def test_itil_opens_for_others(desk: Desk) -> None:
    ole = await desk.user_id(OLE)
    assert (await desk.create("incident", {"caller_id": ole}))["caller_id"]["value"] == ole


async def test_tables_that_may_not_be_written(desk: Desk) -> None:
    said = await desk.call("POST", "/api/now/table/sc_request", user="admin", json={})
    assert (said.status, said.message, said.detail) == (403, "Operation Failed", "ACL Exception Insert Failed due to security constraints")
    for table in ("sys_choice", "sys_journal_field", "sys_attachment", "sys_dictionary"):
        said = await desk.call("POST", f"/api/now/table/{table}", user="admin", json={})
        assert (said.status, said.detail) == (403, "Failed API level ACL Validation"), table
    assert (await desk.call("POST", "/api/now/table/sys_user", json={})).status == 403
    user = await desk.user_id(OLE)
    assert (await desk.change("sys_user", user, {"phone": "1"})).detail == "ACL Exception Update Failed due to security constraints"
    assert (await desk.change("sys_user", user, {"first_name": "Olav"}, user="admin")).result["name"] == "Olav Bang"


async def test_the_dictionary_describes_the_tables(desk: Desk) -> None:
    rows = await desk.rows("sys_dictionary", "nameINtask,incident^elementISNOTEMPTY", sysparm_exclude_reference_link="true")
    assert {row["element"] for row in rows} == set(TABLES["incident"].columns)
    caller = next(row for row in rows if row["element"] == "caller_id")
    assert (caller["internal_type"], caller["reference"], caller["mandatory"]) == ("reference", "sys_user", "true")
    parent = await desk.row("sys_db_object", "name=incident", sysparm_fields="super_class.name")
    assert parent == {"super_class.name": "task"}
    labels = {row["value"]: row["label"] for row in await desk.rows("sys_choice", "name=incident^element=state^language=da")}
    assert labels["6"] == "Løst"


async def test_lines_of_sixteen_kilobytes_are_read(desk: Desk) -> None:
    query = "numberIN" + ",".join(f"INC{n:07d}" for n in range(1400))
    assert len(query) > 15_000
    assert await desk.rows("incident", query, sysparm_suppress_pagination_header="true") == []  # Link would repeat it


async def test_head_is_a_get_without_a_body(desk: Desk) -> None:
    said = await desk.call("HEAD", TABLE, params={"sysparm_query": ONE})
    assert (said.status, said.headers["X-Total-Count"], said.body) == (200, "1", b"")


async def test_every_answer_sets_cookies_for_those_who_have_none(desk: Desk) -> None:
    said = await desk.call("GET", TABLE, params={"sysparm_limit": "1"})
    assert [value.split("=")[0] for value in said.headers.getall("Set-Cookie")] == ["JSESSIONID", "glide_user_route"]
    assert json.dumps(said.result)
