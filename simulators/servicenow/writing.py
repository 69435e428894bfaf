"""Insert, update and delete, as the Table API does them: silent about what it ignores, with rules before and after."""

from collections.abc import Mapping
from typing import Any

from simulators.servicenow.access import before_query, check_change, check_create, check_delete, readable, writable
from simulators.servicenow.columns import TABLES, Column, choices, lineage
from simulators.servicenow.records import Records, Row, born, class_of, defaults, touched
from simulators.servicenow.refusals import no_record
from simulators.servicenow.rules import Change, after, before
from simulators.servicenow.sessions import Session
from simulators.servicenow.values import SYS_ID, kept, moment, stored

JOURNAL_ELEMENTS = ("comments", "work_notes")


def seen(records: Records, session: Session, table: str, sys_id: str) -> Row:
    """A record that the user may read. Raises Refusal (404) for one that is absent or hidden: nobody is told which."""
    row = records.find(table, sys_id)
    if row is None or not before_query(session, table, row) or not readable(records, session, table, row):
        raise no_record()
    return row


def insert(records: Records, session: Session, table: str, body: Mapping[str, Any], *, display: bool = False) -> Row:
    """A new record. `display`: the body holds display values. Raises Refusal (403)."""
    check_create(session, table)
    row = defaults(table) | born(session.user_name, records.now())
    if TABLES[table].prefix:
        row["number"] = records.number(table)
    sent = accepted(records, session, table, row, body, display=display, new=True)
    wanted = sent.pop("sys_id", "")
    row["sys_id"] = wanted if SYS_ID.fullmatch(wanted) and records.find(table, wanted) is None else records.new_id(table)
    return finished(Change(records, session, table, None, row | sent, sent))


def update(records: Records, session: Session, table: str, sys_id: str, body: Mapping[str, Any], *, display: bool = False) -> Row:
    """The record after the change. Raises Refusal (403, 404). A body that changes nothing leaves the record as it is."""
    old = seen(records, session, table, sys_id)
    kind = class_of(table, old)
    check_change(records, session, kind, old)
    sent = accepted(records, session, kind, old, body, display=display, new=False)
    return finished(Change(records, session, kind, old, old | sent, sent))


def delete(records: Records, session: Session, table: str, sys_id: str) -> None:
    """Delete a record with its journal and attachments. Raises Refusal (403, 404)."""
    row = seen(records, session, table, sys_id)
    check_delete(session, class_of(table, row), row)
    records.drop(table, sys_id)


def accepted(
    records: Records, session: Session, table: str, row: Row, body: Mapping[str, Any], *, display: bool, new: bool
) -> dict[str, str]:
    """The columns of a body that the user may write, as they are stored; the rest is ignored without a word."""
    found = {}
    for name in writable(session, table, row, new=new) & body.keys():
        column = TABLES[table].columns[name]
        value = kept(column, body[name])
        if display and isinstance(body[name], str):
            value = from_display(records, session, table, column, body[name])
        if value is None or (not value and column.kind in {"choice", "ichoice"}):
            continue  # a choice is not cleared by an empty text
        if column.kind == "ref" and value and not SYS_ID.fullmatch(value):
            continue  # no sys_id: dropped
        found[name] = value
    return dict(sorted(found.items()))


def from_display(records: Records, session: Session, table: str, column: Column, text: str) -> str | None:
    """The stored value of a display value; the first record of an ambiguous name. A value that is none stands as it is."""
    if column.kind == "ref" and not SYS_ID.fullmatch(text):
        row = records.named(column.reference, text)
        return row["sys_id"] if row else None
    if column.kind == "dt":
        at = moment(text, session.zone, session.form)
        return stored(at) if at else ""
    known = choices(table, column.name)
    return next((choice.value for choice in known if text in {choice.en, choice.da}), kept(column, text))


def finished(change: Change) -> Row:
    """Run the rules, store the record and its journal, and give it as it is then."""
    records, table, row = change.records, change.table, change.row
    entries = [
        (name, row.pop(name)) for name in JOURNAL_ELEMENTS if TABLES[table].columns.get(name, NONE).kind == "journal" and name in row
    ]
    change.comment = next((text for name, text in entries if name == "comments"), "")
    before(change)
    if change.old is not None:
        if not changed(change) and not any(text.strip() for _, text in entries):
            return change.old
        row |= touched(change.old, change.session.user_name, records.now())
    records.keep(table, row)
    for name, text in entries:
        if text.strip():
            journal(change, name, text)
    audit(change)
    after(change)
    return records.find(table, row["sys_id"]) or row


NONE = Column("", "", 0, "", mandatory=False, fixed=False, display=False, default="", label="")


def changed(change: Change) -> list[str]:
    """The columns whose value is another one now."""
    old = change.old or {}
    return [name for name, value in change.row.items() if str(old.get(name, "")) != str(value)]


def journal(change: Change, element: str, text: str) -> None:
    """Append one entry, in the user's name."""
    change.records.add(
        "sys_journal_field",
        change.session.user_name,
        name=change.table,
        element=element,
        element_id=change.row["sys_id"],
        value=text,
    )


def audit(change: Change) -> None:
    """One row for each column of a task that changed."""
    if change.old is None or "task" not in lineage(change.table):
        return
    for name in changed(change):
        if not name.startswith("sys_"):
            change.records.add(
                "sys_audit",
                change.session.user_name,
                tablename=change.table,
                documentkey=change.row["sys_id"],
                fieldname=name,
                oldvalue=str(change.old.get(name, "")),
                newvalue=str(change.row[name]),
                user=change.session.user_name,
                record_checkpoint=str(change.row["sys_mod_count"]),
            )
