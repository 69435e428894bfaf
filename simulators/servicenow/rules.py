"""Business rules and data policies: what the instance does to a record before it is stored, and to others afterwards."""

from dataclasses import dataclass

from simulators.servicenow.columns import TABLES, lineage
from simulators.servicenow.flow import decided, task_closed
from simulators.servicenow.records import Records, Row
from simulators.servicenow.refusals import business_rule, data_policy
from simulators.servicenow.sessions import Session
from simulators.servicenow.values import duration, identity, moment, seconds, stored

NEW, IN_PROGRESS, ON_HOLD, RESOLVED, CLOSED, CANCELED = "1", "2", "3", "6", "7", "8"
AWAITING_CALLER = "1"
CALLER_STATES = {(RESOLVED, IN_PROGRESS), (RESOLVED, CLOSED), *((state, CANCELED) for state in (NEW, IN_PROGRESS, ON_HOLD))}
DONE = {"3", "4", "7"}  # the closed states of tasks that are no incidents
DECISIONS = {"approved", "rejected"}


@dataclass
class Change:
    """One write under way. `row`: the record as it is to be; `sent`: what of it the caller sent; `comment`: said in the same request."""

    records: Records
    session: Session
    table: str
    old: Row | None
    row: Row
    sent: dict[str, str]
    comment: str = ""

    def was(self, name: str) -> str:
        """The value before the write; empty for a new record."""
        return str((self.old or {}).get(name, ""))

    def turned(self, name: str, *values: str) -> bool:
        """Whether a column gets one of these values by this write."""
        return self.row.get(name, "") in values and self.was(name) != self.row.get(name, "")

    @property
    def now(self) -> str:
        return stored(self.records.now())


def before(change: Change) -> None:
    """Everything that runs before the record is stored. Raises Refusal (403): data policy, business rule."""
    if "task" in lineage(change.table):
        task(change)
    rule = {
        "incident": incident,
        "sysapproval_approver": approver,
        "task_time_worked": time_row,
        "sys_user": user,
        "kb_knowledge": article,
    }.get(change.table)
    if rule:
        rule(change)


def after(change: Change) -> None:
    """Everything that follows from a record that has been stored."""
    if "task" in lineage(change.table) and "time_worked" in change.sent and change.old is not None:
        timer(change)
    if change.table == "incident" and change.turned("state", RESOLVED, CLOSED):
        cascade(change)
    if change.table == "sysapproval_approver" and change.turned("state", *DECISIONS):
        decided(change.records, change.session.user_name, change.row)
    if change.table in {"sc_task", "sc_req_item"} and change.turned("state", *DONE):
        task_closed(change.records, change.session.user_name, change.table, change.row)
    if change.table == "task_time_worked" and change.records.setting("update_task_timer", default=False):
        add_up(change)


def task(change: Change) -> None:
    """What all tasks share."""
    row = change.row
    if change.old is None:
        row["opened_by"] = row.get("opened_by") or change.session.user
        row["opened_at"] = row.get("opened_at") or change.now
        row["task_effective_number"] = row["number"]
    elif change.was("assignment_group") and change.was("assignment_group") != row.get("assignment_group", ""):
        row["reassignment_count"] = str(int(row.get("reassignment_count") or 0) + 1)
    if change.table != "incident" and change.turned("state", *DONE):
        close(change)


def close(change: Change) -> None:
    """A task that is over."""
    row = change.row
    row |= {"active": "false", "closed_at": row.get("closed_at") or change.now, "closed_by": row.get("closed_by") or change.session.user}


def incident(change: Change) -> None:
    row = change.row
    if not change.session.may("itil"):
        as_caller(change)
    row["priority"] = priority(row.get("impact", "3"), row.get("urgency", "3"))
    if (
        change.old is not None
        and change.was("state") == ON_HOLD
        and change.comment.strip()
        and is_caller(change)
        and "state" not in change.sent
    ):
        row["state"] = IN_PROGRESS
    hold(change)
    if change.turned("state", RESOLVED, CLOSED):
        resolve(change)
    if change.turned("state", CLOSED, CANCELED):
        close(change)
    if change.was("state") in {RESOLVED, CLOSED, CANCELED} and row["state"] in {NEW, IN_PROGRESS, ON_HOLD}:
        reopen(change)
    row["incident_state"] = row["state"]


def is_caller(change: Change) -> bool:
    return change.row.get("caller_id") == change.session.user


def as_caller(change: Change) -> None:
    """Without itil: a new case is one's own, and only some changes of state are one's to make."""
    if change.old is None:
        change.row["caller_id"] = change.session.user
    elif (change.was("state"), change.row["state"]) not in CALLER_STATES:
        change.row["state"] = change.was("state")


def priority(impact: str, urgency: str) -> str:
    """The stock matrix: the two added, less one; what is no number counts as low."""
    worth = [int(one) if one in {"1", "2", "3"} else 3 for one in (impact, urgency)]
    return str(sum(worth) - 1)


def hold(change: Change) -> None:
    """On Hold needs a reason, and waiting for the caller also a word to them; leaving it clears the reason."""
    row = change.row
    if row["state"] != ON_HOLD:
        row["hold_reason"] = ""
        return
    missing = [] if row.get("hold_reason") else ["hold_reason"]
    if row.get("hold_reason") == AWAITING_CALLER and change.turned("state", ON_HOLD) and not change.comment.strip():
        missing.append("comments")
    refuse_without(change, missing)


def resolve(change: Change) -> None:
    """Code and notes are mandatory; who, when and how long follow."""
    row = change.row
    refuse_without(change, [name for name in ("close_code", "close_notes") if not row.get(name, "").strip()])
    row["resolved_by"] = row.get("resolved_by") or change.session.user
    row["resolved_at"] = row.get("resolved_at") or change.now
    opened, resolved = moment(row.get("opened_at", "")), moment(row["resolved_at"])
    if opened and resolved:
        length = max(0, int((resolved - opened).total_seconds()))
        row |= {"calendar_stc": str(length), "calendar_duration": duration(length)}


def reopen(change: Change) -> None:
    row = change.row
    row["reopen_count"] = str(int(row.get("reopen_count") or 0) + 1)
    row |= {"reopened_by": change.session.user, "reopened_time": change.now, "active": "true"}
    row |= dict.fromkeys(("resolved_by", "resolved_at", "closed_by", "closed_at", "close_code", "close_notes"), "")


def refuse_without(change: Change, names: list[str]) -> None:
    """Raises Refusal (403) that names the missing columns by their labels."""
    if names:
        raise data_policy([TABLES[change.table].columns[name].label for name in names])


def approver(change: Change) -> None:
    """Only what is requested can be decided (else nothing happens); a rejection needs a word."""
    if change.old is None or "state" not in change.sent:
        return
    if change.was("state") != "requested" and not change.session.admin:
        change.row["state"] = change.was("state")
    elif change.turned("state", "rejected") and not change.comment.strip():
        rule = "Approval: comments are mandatory on rejection"
        raise business_rule(change.table, rule, identity("sys_script", rule), "Comments are mandatory when rejecting")


def time_row(change: Change) -> None:
    """Hours without a person are the caller's own."""
    row = change.row
    row["user"] = row.get("user") or change.session.user
    row["work_date"] = row.get("work_date") or change.now[:10]
    row["time_in_seconds"] = str(seconds(row.get("time_worked", "")) or 0)


def user(change: Change) -> None:
    row = change.row
    row["name"] = " ".join(part for part in (row.get("first_name"), row.get("last_name")) if part)


def article(change: Change) -> None:
    if change.old is None:
        change.row["author"] = change.row.get("author") or change.session.user


def timer(change: Change) -> None:
    """The task's timer is cumulated: what it grew by becomes a row."""
    grown = (seconds(change.row.get("time_worked", "")) or 0) - (seconds(change.was("time_worked")) or 0)
    if grown > 0:
        change.records.add(
            "task_time_worked",
            change.session.user_name,
            task=change.row["sys_id"],
            user=change.session.user,
            time_worked=duration(grown),
            time_in_seconds=str(grown),
            work_date=change.now[:10],
        )


def add_up(change: Change) -> None:
    """Where the property says so, the rows' sum is the task's timer."""
    found = change.records.find("task", change.row.get("task", ""))
    if found:
        rows = change.records.where("task_time_worked", task=found["sys_id"])
        found["time_worked"] = duration(sum(seconds(row.get("time_worked", "")) or 0 for row in rows))
        change.records.touch(found["sys_class_name"], found, change.session.user_name)


def cascade(change: Change) -> None:
    """The children of an incident are resolved and closed with it."""
    shared = ("state", "incident_state", "close_code", "close_notes", "resolved_by", "resolved_at", "closed_by", "closed_at", "active")
    for child in change.records.where("incident", parent_incident=change.row["sys_id"], active="true"):
        child |= {name: change.row.get(name, "") for name in shared}
        change.records.touch("incident", child, change.session.user_name)
