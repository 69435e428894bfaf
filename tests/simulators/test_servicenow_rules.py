"""Business rules: priority, states, journals, data policies, time worked, approvals."""

from itertools import product

import pytest

from tests.simulators.servicenow_desk import AMIR, BIRTHE, JENS, OLE, ROBOT, Desk

CLOSING = {"close_code": "Solution provided", "close_notes": "Skiftet toner"}


async def incident(desk: Desk, **columns: str) -> str:
    body = {"caller_id": await desk.user_id(BIRTHE), "short_description": "Papirstop", **columns}
    return str((await desk.create("incident", body))["sys_id"])


async def test_the_priority_is_the_matrix_whatever_is_sent(desk: Desk) -> None:
    wanted = {("1", "1"): "1", ("1", "2"): "2", ("2", "2"): "3", ("1", "3"): "3", ("2", "3"): "4", ("3", "3"): "5"}
    for impact, urgency in product("123", "123"):
        row = await desk.create("incident", {"impact": impact, "urgency": urgency, "priority": "1"})
        key = (min(impact, urgency), max(impact, urgency))
        assert row["priority"] == wanted[key]
    changed = await desk.change("incident", row["sys_id"], {"impact": "1"})
    assert changed.result["priority"] == "3"


async def test_resolving_needs_code_and_notes_and_a_refusal_leaves_nothing(desk: Desk) -> None:
    sys_id = await incident(desk)
    said = await desk.change("incident", sys_id, {"state": "6", "close_notes": "x"})
    assert said.status == 403
    assert said.detail == "Data Policy Exception: The following fields are mandatory: Løsningskode"
    assert (await desk.row("incident", f"sys_id={sys_id}"))["close_notes"] == ""
    row = (await desk.change("incident", sys_id, {"state": "6", **CLOSING})).result
    assert (row["incident_state"], row["active"]) == ("6", "true")
    assert row["resolved_by"]["value"] == await desk.user_id(ROBOT)
    assert row["resolved_at"]
    assert row["calendar_duration"].startswith("1970-01-01")


async def test_reopening_counts_and_closing_ends(desk: Desk) -> None:
    sys_id = await incident(desk)
    await desk.change("incident", sys_id, {"state": "6", **CLOSING})
    row = (await desk.change("incident", sys_id, {"state": "2"})).result
    assert (row["reopen_count"], row["resolved_at"], row["close_code"]) == ("1", "", "")
    row = (await desk.change("incident", sys_id, {"state": "7", **CLOSING})).result
    assert row["active"] == "false"
    assert row["closed_at"]
    assert (await desk.change("incident", sys_id, {"urgency": "1"})).status == 403


async def test_the_caller_reopens_what_was_resolved(desk: Desk) -> None:
    sys_id = await incident(desk)
    await desk.change("incident", sys_id, {"state": "6", **CLOSING})
    assert (await desk.change("incident", sys_id, {"state": "2", "comments": "Stadig galt"}, user=BIRTHE)).result["state"] == "2"


async def test_on_hold_needs_a_reason_and_a_word_to_the_caller_who_takes_it_off_again(desk: Desk) -> None:
    sys_id = await incident(desk)
    assert (await desk.change("incident", sys_id, {"state": "3"})).status == 403
    said = await desk.change("incident", sys_id, {"state": "3", "hold_reason": "1"})
    assert said.detail.endswith("Yderligere kommentarer")
    assert (await desk.change("incident", sys_id, {"state": "3", "hold_reason": "1", "comments": "Hvilken printer?"})).result[
        "state"
    ] == "3"
    await desk.change("incident", sys_id, {"comments": "Husk at svare"}, user=AMIR)
    assert (await desk.row("incident", f"sys_id={sys_id}"))["state"] == "3"
    row = (await desk.change("incident", sys_id, {"comments": "Den ved køkkenet"}, user=BIRTHE)).result
    assert (row["state"], row["hold_reason"]) == ("2", "")


async def test_children_are_resolved_with_their_parent(desk: Desk) -> None:
    parent = await incident(desk)
    child = await incident(desk, parent_incident=parent)
    await desk.change("incident", parent, {"state": "6", **CLOSING})
    row = await desk.row("incident", f"sys_id={child}")
    assert (row["state"], row["close_notes"]) == ("6", CLOSING["close_notes"])


async def test_numbers_have_gaps(desk: Desk) -> None:
    first = await desk.create("incident", {})
    assert (await desk.call("POST", "/api/now/table/incident", json={"state": "6"})).status == 403
    second = await desk.create("incident", {})
    assert int(second["number"][3:]) == int(first["number"][3:]) + 2


async def test_comments_append_and_show_in_display_mode_alone(desk: Desk) -> None:
    sys_id = await incident(desk)
    for text in ("Første", "Første"):  # a repeated PATCH makes a duplicate
        assert (await desk.change("incident", sys_id, {"comments": text}, user=AMIR)).result["comments"] == ""
    await desk.change("incident", sys_id, {"work_notes": "Kun for os"}, user=AMIR)
    shown = await desk.row("incident", f"sys_id={sys_id}", sysparm_display_value="true")
    assert shown["comments"].count(" - Amir Haddad (Yderligere kommentarer)\nFørste\n\n") == 2
    assert "Kun for os" in shown["comments_and_work_notes"]
    entries = await desk.rows("sys_journal_field", f"element_id={sys_id}^elementINcomments,work_notes^ORDERBYsys_created_on")
    assert [(one["element"], one["sys_created_by"]) for one in entries].count(("comments", AMIR)) == 2
    assert len(entries) == 3


async def test_the_caller_reads_comments_and_no_notes(desk: Desk) -> None:
    sys_id = (await desk.row("incident", "number=INC0010243"))["sys_id"]
    assert {one["element"] for one in await desk.rows("sys_journal_field", f"element_id={sys_id}")} == {"comments", "work_notes"}
    assert {one["element"] for one in await desk.rows("sys_journal_field", f"element_id={sys_id}", user=BIRTHE)} == {"comments"}
    assert await desk.rows("sys_journal_field", f"element_id={sys_id}", user=OLE) == []
    await desk.control("settings", servicenow_hide_journal=True)
    assert await desk.rows("sys_journal_field", f"element_id={sys_id}") == []


async def test_an_empty_comment_is_no_change(desk: Desk) -> None:
    sys_id = await incident(desk)
    assert (await desk.change("incident", sys_id, {"comments": "  "})).result["sys_mod_count"] == "0"
    assert (await desk.change("incident", sys_id, {"comments": "a"})).result["sys_mod_count"] == "1"


async def test_moving_between_groups_counts(desk: Desk) -> None:
    groups = [row["sys_id"] for row in await desk.rows("sys_user_group", "nameINPrint,Servicedesk^ORDERBYname")]
    sys_id = await incident(desk)
    counts = [(await desk.change("incident", sys_id, {"assignment_group": group})).result["reassignment_count"] for group in groups]
    assert counts == ["0", "1"]


async def test_time_worked_by_row_and_by_timer(desk: Desk) -> None:
    sys_id = await incident(desk)
    amir = await desk.user_id(AMIR)
    row = await desk.create("task_time_worked", {"task": sys_id, "user": amir, "time_worked": "1970-01-01 01:30:00", "comments": "x"})
    assert (row["time_worked"], row["time_in_seconds"], row["user"]["value"]) == ("1970-01-01 01:30:00", "5400", amir)
    shown = await desk.row("task_time_worked", f"sys_id={row['sys_id']}", sysparm_display_value="true")
    assert shown["time_worked"] == "1 time 30 minutter"
    assert (await desk.row("incident", f"sys_id={sys_id}"))["time_worked"] == ""
    for length in ("00:10:00", "00:25:00"):
        await desk.change("incident", sys_id, {"time_worked": f"1970-01-01 {length}"})
    rows = await desk.rows("task_time_worked", f"task={sys_id}^user={await desk.user_id(ROBOT)}")
    assert sorted(row["time_in_seconds"] for row in rows) == ["600", "900"]


async def test_rows_update_the_timer_where_the_property_says_so(desk: Desk) -> None:
    await desk.control("settings", servicenow_update_task_timer=True)
    sys_id = await incident(desk)
    for _ in range(2):
        await desk.create("task_time_worked", {"task": sys_id, "time_worked": "1970-01-01 00:20:00"}, user=AMIR)
    assert (await desk.row("incident", f"sys_id={sys_id}"))["time_worked"] == "1970-01-01 00:40:00"


async def approval(desk: Desk) -> str:
    return str((await desk.rows("sysapproval_approver", "state=requested^sysapproval.number=RITM0010001"))[0]["sys_id"])


async def test_ones_own_approvals_and_what_they_are_for(desk: Desk) -> None:
    query = "state=requested^approver=javascript:gs.getUserID()"
    rows = await desk.rows("sysapproval_approver", query, user=JENS, sysparm_fields="sysapproval.number,sysapproval.sys_class_name")
    assert {"sysapproval.number": "RITM0010001", "sysapproval.sys_class_name": "sc_req_item"} in rows


async def test_one_sees_whom_ones_own_request_waits_for(desk: Desk) -> None:
    for user, seen in ((BIRTHE, 1), (OLE, 0), (AMIR, 1)):
        assert len(await desk.rows("sysapproval_approver", "sysapproval.number=RITM0010001", user=user)) == seen, user


async def test_only_the_approver_or_a_delegate_decides(desk: Desk) -> None:
    sys_id = await approval(desk)
    assert (await desk.change("sysapproval_approver", sys_id, {"state": "approved"})).status == 403
    assert (await desk.change("sysapproval_approver", sys_id, {"state": "approved"}, user=OLE)).status == 404
    assert (await desk.change("sysapproval_approver", sys_id, {"state": "approved"}, user=BIRTHE)).status == 403
    assert (await desk.change("sysapproval_approver", sys_id, {"state": "approved"}, user=JENS)).result["state"] == "approved"
    ritm = await desk.row("sc_req_item", "number=RITM0010001")
    assert (ritm["approval"], ritm["stage"]) == ("approved", "fulfillment")
    assert len(await desk.rows("sc_task", "request_item.number=RITM0010001")) == 1


async def test_a_rejection_needs_a_word_and_ends_the_request(desk: Desk) -> None:
    sys_id = await approval(desk)
    said = await desk.change("sysapproval_approver", sys_id, {"state": "rejected"}, user=JENS)
    assert said.status == 403
    assert said.detail.startswith("Operation against file 'sysapproval_approver' was aborted by Business Rule '")
    await desk.change("sysapproval_approver", sys_id, {"state": "rejected", "comments": "Ikke i år"}, user=JENS)
    assert (await desk.row("sc_request", "number=REQ0010001"))["request_state"] == "closed_rejected"
    said = await desk.change("sysapproval_approver", sys_id, {"state": "approved"}, user=JENS)
    assert (said.status, said.result["state"]) == (200, "rejected")  # decided already: no effect, no error


async def test_the_flow_goes_on_later_when_it_is_slow(desk: Desk) -> None:
    await desk.control("settings", servicenow_flow_seconds=3600)
    await desk.change("sysapproval_approver", await approval(desk), {"state": "approved"}, user=JENS)
    assert (await desk.row("sc_req_item", "number=RITM0010001"))["approval"] == "requested"


@pytest.mark.parametrize("table", ["incident", "task"])
async def test_an_update_through_the_parent_table_runs_the_same_rules(desk: Desk, table: str) -> None:
    sys_id = await incident(desk)
    assert (await desk.change(table, sys_id, {"state": "6"})).status == 403
    assert (await desk.change(table, sys_id, {"impact": "1", "urgency": "1"})).result["priority"] == "1"


async def test_the_last_task_closes_the_item_and_the_request(desk: Desk) -> None:
    task = await desk.row("sc_task", "request.number=REQ0010002")
    await desk.change("sc_task", task["sys_id"], {"state": "3", "close_notes": "Leveret"})
    ritm = await desk.row("sc_req_item", "request.number=REQ0010002")
    request = await desk.row("sc_request", "number=REQ0010002")
    assert (ritm["state"], ritm["stage"], ritm["active"]) == ("3", "completed", "false")
    assert (request["request_state"], request["active"]) == ("closed_complete", "false")


async def test_changes_are_audited(desk: Desk) -> None:
    sys_id = await incident(desk)
    await desk.change("incident", sys_id, {"urgency": "1"}, user=AMIR)
    rows = await desk.rows("sys_audit", f"documentkey={sys_id}^fieldname=urgency", user="admin")
    assert [(row["oldvalue"], row["newvalue"], row["user"]) for row in rows] == [("3", "1", AMIR)]
    assert await desk.rows("sys_audit", f"documentkey={sys_id}") == []
