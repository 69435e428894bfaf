"""Records as they go over the wire: three display modes, references with or without links, dot-walked fields, user's zone and language."""

from dataclasses import dataclass
from typing import Any

from simulators.servicenow.access import hidden
from simulators.servicenow.columns import TABLES, Column, choices
from simulators.servicenow.records import Records, Row, class_of
from simulators.servicenow.sessions import Session
from simulators.servicenow.values import SYS_ID, day, moment, seconds, spoken

JOURNALS = {  # what the entries of a column are called in display mode
    "comments": {"en": "Additional comments", "da": "Yderligere kommentarer"},
    "work_notes": {"en": "Work notes", "da": "Arbejdsnoter"},
}


@dataclass(frozen=True)
class Wire:
    """How one request wants its records. `mode`: false, true or all. `links`: whether references carry one. `base`: of the addresses."""

    records: Records
    session: Session
    base: str
    mode: str = "false"
    links: bool = True
    fields: tuple[str, ...] = ()

    def record(self, table: str, row: Row) -> dict[str, Any]:
        """One record: every column, or those asked for; what may not be read is left out."""
        kind = TABLES[table]
        if not self.fields:
            secret = hidden(self.session, table)
            return {name: self.cell(table, column, row) for name, column in kind.columns.items() if name not in secret}
        found = {}
        for path in self.fields:
            cell = self.walked(table, path, row)
            if cell is not None:
                found[path] = cell
        return found

    def walked(self, table: str, path: str, row: Row) -> Any:
        """The field at the end of a dotted path; None where there is none or it may not be read."""
        table, end, name = walk(self.records, table, path, row)
        if end is None or name not in TABLES[table].columns or name in hidden(self.session, table):
            return None
        return self.cell(table, TABLES[table].columns[name], end)

    def cell(self, table: str, column: Column, row: Row) -> Any:
        """One value in the form that was asked for."""
        value = "" if column.kind == "journal" else str(row.get(column.name, ""))
        if self.mode == "false":
            return {"link": self.link(column, value), "value": value} if self.linked(column, value) else value
        display = self.display(table, column, row)
        if self.mode == "true":
            return {"display_value": display, "link": self.link(column, value)} if self.linked(column, value) else display
        if self.linked(column, value):
            return {"display_value": display, "link": self.link(column, value), "value": value}
        return {"display_value": display, "value": value}

    def linked(self, column: Column, value: str) -> bool:
        return self.links and column.kind == "ref" and value != ""

    def link(self, column: Column, value: str) -> str:
        return f"{self.base}/api/now/table/{column.reference}/{value}"

    def display(self, table: str, column: Column, row: Row) -> str:
        """What the user would see in a form."""
        value = str(row.get(column.name, ""))
        if column.kind == "journal":
            return self.journal(column.name, row)
        if column.kind == "ref":
            return self.records.display(column.reference, value) or ""
        if column.kind == "list":
            return ", ".join(self.listed(column.reference, one) for one in value.split(",") if one)
        if column.kind == "class":
            return TABLES[value].label if value in TABLES else value
        if column.kind in {"dt", "date", "dur"}:
            return self.time(column.kind, value)
        # choice or plain
        known = choices(class_of(table, row), column.name)
        return next((choice.label(self.session.language) for choice in known if choice.value == value), value)

    def listed(self, table: str, one: str) -> str:
        """A member of a list: a record's name, or an address as it stands."""
        return (self.records.display(table, one) or "") if SYS_ID.fullmatch(one) else one

    def time(self, kind: str, value: str) -> str:
        """A date, a moment or a duration in the user's words."""
        if kind == "date":
            found_day = day(value)
            return found_day.strftime(self.session.form.partition(" ")[0]) if found_day else ""
        if kind == "dur":
            length = seconds(value)
            return "" if length is None else spoken(length, self.session.language)
        found = moment(value)
        return self.session.local(found).strftime(self.session.form) if found else ""

    def journal(self, name: str, row: Row) -> str:
        """All entries, newest first, as one text."""
        wanted = {"comments", "work_notes"} if name == "comments_and_work_notes" else {name}
        entries = [one for one in self.records.journals(row["sys_id"]) if one["element"] in wanted]
        return "".join(self.entry(one) for one in reversed(entries))

    def entry(self, entry: Row) -> str:
        name = self.records.author(entry["sys_created_by"])
        label = JOURNALS[entry["element"]]["da" if self.session.language == "da" else "en"]
        return f"{self.time('dt', entry['sys_created_on'])} - {name} ({label})\n{entry['value']}\n\n"


def walk(records: Records, table: str, path: str, row: Row | None) -> tuple[str, Row | None, str]:
    """Follow a dotted path to its last step: the table, the record there (None where a reference is empty or wrong), and the column."""
    *steps, name = path.split(".")
    for step in steps:
        column = TABLES[table].columns.get(step)
        if column is None or column.kind != "ref":
            return table, None, ""
        row = records.find(column.reference, str(row.get(step, ""))) if row else None
        table = class_of(column.reference, row) if row else column.reference
    return table, row, name
