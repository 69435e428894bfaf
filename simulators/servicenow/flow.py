"""The flow behind an order: request → item → approvals → tasks → done. Each step comes `servicenow_flow_seconds` after what caused it."""

from datetime import timedelta
from typing import Any

from simulators.servicenow.records import Records, Row
from simulators.servicenow.values import stored

SYSTEM = "system"
LONGEST = 1e8  # seconds


def later(records: Records, step: str, sys_id: str, **more: Any) -> None:
    """Plan a step of the flow; without a delay it is done at once."""
    due = records.now() + timedelta(seconds=min(records.setting("flow_seconds", default=0.0), LONGEST))
    number = f"{records.simulation.store.count('servicenow.flow'):08d}"
    records.table("_flow")[number] = {"step": step, "sys_id": sys_id, "due": due.isoformat(), **more}
    advance(records)


def advance(records: Records) -> None:
    """Do what has come due. Called before every request is answered."""
    plan = records.table("_flow")
    now = records.now().isoformat()
    while due := next((number for number in plan if plan[number]["due"] <= now), None):
        step = plan.pop(due)
        STEPS[step["step"]](records, step)


def item(records: Records, step: dict[str, Any]) -> None:
    """The ordered item appears, with its answers; then approvals where they are due, else its tasks."""
    columns, answers = step["columns"], step["answers"]
    ritm = records.add("sc_req_item", step["author"], **columns)
    for place, (variable, value) in enumerate(answers):
        option = records.add("sc_item_option", SYSTEM, item_option_new=variable, value=value, order=str(place))
        records.add("sc_item_option_mtom", SYSTEM, request_item=ritm["sys_id"], sc_item_option=option["sys_id"])
    for row in step["rows"]:
        records.add("sc_multi_row_question_answer", SYSTEM, parent_id=ritm["sys_id"], parent_table_name="sc_req_item", **row)
    if step["approvers"]:
        ask(records, ritm, step["approvers"])
    else:
        approved(records, ritm, "approved")


def ask(records: Records, ritm: Row, approvers: list[str]) -> None:
    """One approval for each approver."""
    for approver in approvers:
        records.add(
            "sysapproval_approver",
            SYSTEM,
            approver=approver,
            state="requested",
            sysapproval=ritm["sys_id"],
            document_id=ritm["sys_id"],
            source_table="sc_req_item",
        )
    records.touch("sc_req_item", ritm | {"approval": "requested", "stage": "waiting_for_approval"}, SYSTEM)
    change_request(records, ritm, approval="requested", request_state="requested")


def decided(records: Records, author: str, row: Row) -> None:
    """One decision settles the task: the other rows are not required any more, the flow goes on later."""
    for other in records.where("sysapproval_approver", sysapproval=row.get("sysapproval", ""), state="requested"):
        if other["sys_id"] != row["sys_id"]:
            records.touch("sysapproval_approver", other | {"state": "not_required"}, SYSTEM)
    later(records, "decision", row.get("sysapproval", ""), decision=row["state"], author=author)


def decision(records: Records, step: dict[str, Any]) -> None:
    """The task learns what was decided."""
    ritm = records.find("task", step["sys_id"])
    if ritm is None:
        return
    if ritm["sys_class_name"] == "sc_req_item":
        approved(records, ritm, step["decision"])
    else:
        records.touch(ritm["sys_class_name"], ritm | {"approval": step["decision"]}, step["author"])


def approved(records: Records, ritm: Row, said: str) -> None:
    """Approved: a task for the group that delivers. Rejected: the item and its request are over."""
    now = stored(records.now())
    if said == "rejected":
        over = {"approval": said, "state": "4", "stage": "Request Cancelled", "active": "false", "closed_at": now}
        records.touch("sc_req_item", ritm | over, SYSTEM)
        change_request(
            records, ritm, approval=said, request_state="closed_rejected", stage="closed_incomplete", active="false", closed_at=now
        )
        return
    records.touch("sc_req_item", ritm | {"approval": said, "approval_set": now, "stage": "fulfillment", "state": "2"}, SYSTEM)
    change_request(records, ritm, approval=said, request_state="in_process")
    if (records.find("sc_cat_item", ritm.get("cat_item", "")) or {}).get("_flow") != "false":
        later(records, "task", ritm["sys_id"])


def task(records: Records, step: dict[str, Any]) -> None:
    """The task of the group that delivers the item."""
    ritm = records.find("sc_req_item", step["sys_id"])
    if ritm is None:
        return
    found = records.find("sc_cat_item", ritm.get("cat_item", "")) or {}
    records.add(
        "sc_task",
        SYSTEM,
        request=ritm.get("request", ""),
        request_item=ritm["sys_id"],
        short_description=f"Levér: {found.get('name', '')}",
        assignment_group=found.get("group", ""),
        opened_at=stored(records.now()),
        parent=ritm["sys_id"],
        approval="not requested",
    )


def task_closed(records: Records, author: str, table: str, row: Row) -> None:
    """When the last task is closed the item is; when the last item is closed the request is."""
    ritm = row
    if table == "sc_task":
        if records.where("sc_task", request_item=row.get("request_item", ""), active="true"):
            return
        found = records.find("sc_req_item", row.get("request_item", ""))
        if found is None:
            return
        ritm = found | {"state": row["state"], "stage": "completed", "active": "false", "closed_at": stored(records.now())}
        records.touch("sc_req_item", ritm, author)
    if not records.where("sc_req_item", request=ritm.get("request", ""), active="true"):
        done = "closed_complete" if ritm["state"] == "3" else "closed_incomplete"
        change_request(records, ritm, request_state=done, stage=done, active="false", state=ritm["state"], closed_at=stored(records.now()))


def change_request(records: Records, ritm: Row, **columns: str) -> None:
    """Change the request of an item."""
    request = records.find("sc_request", ritm.get("request", ""))
    if request:
        records.touch("sc_request", request | columns, SYSTEM)


STEPS = {"item": item, "decision": decision, "task": task}
