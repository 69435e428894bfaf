"""Who may read and write what: the before-query rule, then row and field ACLs, as in the base system."""

from collections.abc import Mapping
from typing import Any

from simulators.servicenow.columns import TABLES, lineage
from simulators.servicenow.dictionary import MADE
from simulators.servicenow.records import Records, Row, class_of
from simulators.servicenow.refusals import acl, closed_table
from simulators.servicenow.sessions import Session
from simulators.servicenow.values import stored

INTERNAL_FIELDS = {"work_notes", "work_notes_list", "comments_and_work_notes"}
SECRET_FIELDS = {"sys_user": {"user_password"}}  # nobody reads them
GUARDED_FIELDS = {"sys_user": {"employee_number", "last_login_time", "failed_attempts", "locked_out", "roles", "cost_center"}}
OWN = {  # who a record belongs to, for those without itil
    "task": ("opened_by",),
    "incident": ("caller_id", "opened_by"),
    "sc_request": ("requested_for", "opened_by"),
    "sc_req_item": ("requested_for", "opened_by"),
    "sysapproval_approver": ("approver",),
    "task_time_worked": ("user",),
    "time_card": ("user",),
    "sys_user_has_role": ("user",),
}
CALLER_MAY_SET = {  # columns of a new incident that a caller without itil may fill
    "short_description",
    "description",
    "category",
    "subcategory",
    "impact",
    "urgency",
    "cmdb_ci",
    "business_service",
    "location",
    "contact_type",
    "comments",
    "correlation_id",
    "correlation_display",
    "watch_list",
}
CALLER_MAY_CHANGE = {"comments", "urgency", "description", "watch_list", "state", "close_code", "close_notes"}
WRITERS = {  # roles that may create or change, where it is not the administrator alone
    "incident": ("itil",),
    "problem": ("itil",),
    "change_request": ("itil",),
    "sc_task": ("itil",),
    "sc_req_item": ("itil",),
    "sc_request": ("itil",),
    "task": ("itil",),
    "task_time_worked": ("itil", "timecard_user"),
    "time_card": ("timecard_user",),
    "kb_knowledge": ("knowledge",),
    "cmdb_ci": ("asset",),
    "alm_hardware": ("asset",),
    "sys_user_delegate": ("itil", "approver_user"),
}
NEVER_CREATED = {"sc_request", "sc_req_item", "task"}  # only by ordering; even the administrator gets 403
BY_OWN_API = {"sys_attachment", "sys_journal_field", "sys_audit"}  # closed to writes through the Table API
RESTRICTED = "security"  # the category of incidents that only the security team reads


def roles_for(table: str) -> tuple[str, ...]:
    """The roles that may write to a table, of the nearest ancestor that names any."""
    return next((WRITERS[one] for one in lineage(table) if one in WRITERS), ())


def owners(table: str) -> tuple[str, ...]:
    return next((OWN[one] for one in lineage(table) if one in OWN), ())


def is_own(session: Session, table: str, row: Mapping[str, Any]) -> bool:
    """Whether a record belongs to the user: theirs by column, or they watch it."""
    return any(row.get(column) == session.user for column in owners(table)) or session.user in str(row.get("watch_list", "")).split(",")


def before_query(session: Session, table: str, row: Mapping[str, Any]) -> bool:
    """The business rule that narrows the query itself: without itil, own incidents only. It shows in X-Total-Count too."""
    return class_of(table, row) != "incident" or session.may("itil") or is_own(session, "incident", row)


def readable(records: Records, session: Session, table: str, row: Row) -> bool:
    """The row ACL."""
    kind = class_of(table, row)
    if session.admin:
        return True
    if kind in BY_TABLE:
        return BY_TABLE[kind](records, session, row)
    if kind == "incident" and row.get("category") == RESTRICTED:
        return session.may("sn_si.read") or is_own(session, kind, row)
    if owners(kind):
        return session.may("itil") or is_own(session, kind, row)
    return True


def journal_readable(records: Records, session: Session, row: Row) -> bool:
    """Comments are seen by whoever sees the record; work notes by itil; all of it only where the table is open."""
    if records.setting("hide_journal", default=False) or (row["element"] == "work_notes" and not session.may("itil")):
        return False
    return target_readable(records, session, row.get("name", ""), row.get("element_id", ""))


def attachment_readable(records: Records, session: Session, row: Row) -> bool:
    return target_readable(records, session, row.get("table_name", ""), row.get("table_sys_id", ""))


def target_readable(records: Records, session: Session, table: str, sys_id: str) -> bool:
    """Whether a record exists and the user may read it."""
    target = records.find(table, sys_id)
    return target is not None and before_query(session, table, target) and readable(records, session, table, target)


def approval_readable(records: Records, session: Session, row: Row) -> bool:
    """The approver's own, and those that one's own request waits for."""
    target = records.find("task", row.get("sysapproval", "")) or {}
    own = is_own(session, "sysapproval_approver", row) or is_own(session, class_of("task", target), target)
    return own or session.may("itil") or decides(records, session, row)


def article_readable(records: Records, session: Session, row: Row) -> bool:
    """Published articles for all, others for authors; the service desk's own base for itil."""
    if row.get("workflow_state") != "published" and not session.may("knowledge"):
        return False
    base = records.find("kb_knowledge_base", row.get("kb_knowledge_base", "")) or {}
    return base.get("title") != "Servicedesk intern" or session.may("itil")


def admin_only(records: Records, session: Session, row: Row) -> bool:
    del records, row
    return session.admin


BY_TABLE = {
    "sys_journal_field": journal_readable,
    "sys_attachment": attachment_readable,
    "kb_knowledge": article_readable,
    "sysapproval_approver": approval_readable,
    "sys_audit": admin_only,
}


def hidden(session: Session, table: str) -> set[str]:
    """The columns that the user may not read: they are left out of every answer."""
    found = set(SECRET_FIELDS.get(table, ()))
    if "task" in lineage(table) and not session.may("itil"):
        found |= INTERNAL_FIELDS
    if not session.may("itil"):
        found |= GUARDED_FIELDS.get(table, set())
    return found


def check_create(session: Session, table: str) -> None:
    """Raises Refusal (403) where the user may not create records of that table."""
    if table in BY_OWN_API or table in MADE:
        raise closed_table()
    if table in NEVER_CREATED:
        raise acl("Insert")
    if table == "incident" or session.admin or session.may(*roles_for(table)):
        return
    raise acl("Insert")


def check_change(records: Records, session: Session, table: str, row: Row) -> None:
    """Raises Refusal (403) where the user may not change that record."""
    if table in BY_OWN_API or table in MADE:
        raise closed_table()
    if session.admin:
        return
    if table == "sysapproval_approver":
        if not decides(records, session, row):
            raise acl("Update")
        return
    if table in {"task_time_worked", "time_card"} and row.get("user") != session.user:
        raise acl("Update")
    if table == "incident" and row.get("state") == "7":
        raise acl("Update")
    if not (session.may(*roles_for(table)) or ("task" in lineage(table) and is_own(session, table, row))):
        raise acl("Update")


def decides(records: Records, session: Session, row: Row) -> bool:
    """The approver, a delegate whose time it is, or approval_admin."""
    now = stored(records.now())
    return (
        row.get("approver") == session.user
        or session.may("approval_admin")
        or any(
            one.get("delegate") == session.user and one.get("approvals") == "true" and one.get("starts", "") <= now <= one.get("ends", "")
            for one in records.where("sys_user_delegate", user=row.get("approver", ""))
        )
    )


def check_delete(session: Session, table: str, row: Row) -> None:
    """Raises Refusal (403): the administrator deletes, and everybody their own time."""
    own_time = table == "task_time_worked" and row.get("user") == session.user
    if table in MADE or not (session.admin or own_time):
        raise acl("Delete")


def writable(session: Session, table: str, row: Row, *, new: bool) -> set[str]:
    """The columns that the user may write; all others are ignored without a word."""
    found = {name for name, column in TABLES[table].columns.items() if not column.fixed}
    if new:
        found.add("sys_id")
    if session.admin or session.may(*roles_for(table)):
        return found
    if table == "sysapproval_approver":
        return {"state", "comments"}
    if "task" not in lineage(table):
        return found
    if new:
        return found & CALLER_MAY_SET | {"sys_id"}
    return found & (CALLER_MAY_CHANGE if table == "incident" and is_own(session, table, row) else {"comments"})
