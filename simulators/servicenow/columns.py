"""The tables of the instance: their columns, ancestors and choices, read from columns.txt and choices.txt beside this file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

HERE = Path(__file__).parent
SHARED = "*"  # the columns that every table has
INTERNAL = {  # our short word → ServiceNow's internal type
    "s": "string",
    "text": "string",
    "int": "integer",
    "dec": "decimal",
    "bool": "boolean",
    "dt": "glide_date_time",
    "date": "glide_date",
    "dur": "glide_duration",
    "journal": "journal_input",
    "html": "html",
    "choice": "string",
    "ichoice": "integer",
    "ref": "reference",
    "list": "glide_list",
    "guid": "GUID",
    "class": "sys_class_name",
    "email": "email",
    "phone": "ph_number",
    "url": "url",
    "doc": "document_id",
    "table": "table_name",
}
HEAD = re.compile(r"\[(?P<name>\S+)(?: < (?P<parent>\w+))?\] (?P<prefix>\S+) : (?P<label>.+)")
LINE = re.compile(
    r"(?P<name>\w+) (?P<kind>[a-z]+)(?P<length>\d+)?(?::(?P<reference>\w+))?(?P<flags>[!~@]*)(?:=(?P<default>\S+))? (?P<label>.+)"
)


@dataclass(frozen=True)
class Column:
    """One column. `kind`: our short word for its type; `fixed`: written by the system alone; `display`: names the record."""

    name: str
    kind: str
    length: int
    reference: str
    mandatory: bool
    fixed: bool
    display: bool
    default: str
    label: str


@dataclass(frozen=True)
class TableKind:
    """One table. `columns`: all of them, inherited ones first, so that a child's own definition wins."""

    name: str
    parent: str
    prefix: str
    label: str
    columns: dict[str, Column]

    @property
    def display(self) -> str:
        """The column that names a record; sys_id where none does."""
        return next((column.name for column in self.columns.values() if column.display), "sys_id")


@dataclass(frozen=True)
class Choice:
    """One value of a choice column, with its labels by language."""

    value: str
    en: str
    da: str
    dependent: str = ""

    def label(self, language: str) -> str:
        return self.da if language == "da" else self.en


def lines(file: str) -> Iterator[str]:
    """The lines of a file that say something."""
    for line in (HERE / file).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def column(line: str) -> Column:
    """A column from its line."""
    found = LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"columns.txt: {line!r}")
    flags = found["flags"]
    return Column(
        name=found["name"],
        kind=found["kind"],
        length=int(found["length"] or (32 if found["kind"] == "ref" else 40)),
        reference=found["reference"] or "",
        mandatory="!" in flags,
        fixed="~" in flags,
        display="@" in flags,
        default=unquote(found["default"] or ""),
        label=found["label"],
    )


def _tables() -> dict[str, TableKind]:
    found: dict[str, TableKind] = {}
    for line in lines("columns.txt"):
        if head := HEAD.fullmatch(line):
            above = found.get(head["parent"] or SHARED)
            inherited = dict(above.columns) if above else {}
            table = TableKind(head["name"], head["parent"] or "", head["prefix"].strip("-"), head["label"], inherited)
            found[table.name] = table
        else:
            one = column(line)
            table.columns[one.name] = one
    del found[SHARED]
    return found


def _choices() -> dict[tuple[str, str], tuple[Choice, ...]]:
    found: dict[tuple[str, str], tuple[Choice, ...]] = {}
    for line in lines("choices.txt"):
        if line.startswith("["):
            table, _, name = line.strip("[]").partition(".")
            found[table, name] = ()
        else:
            value, _, labels = line.partition(" = ")
            value, _, dependent = value.partition(" (")
            english, _, danish = labels.partition(" | ")
            found[table, name] += (Choice(value, english, danish, dependent.rstrip(")")),)
    return found


TABLES = _tables()
CHOICES = _choices()


@cache
def lineage(table: str) -> tuple[str, ...]:
    """The table and its ancestors, nearest first."""
    found = [table]
    while parent := TABLES[found[-1]].parent:
        found.append(parent)
    return tuple(found)


@cache
def family(table: str) -> tuple[str, ...]:
    """The table and everything that extends it."""
    return tuple(name for name in TABLES if table in lineage(name))


@cache
def choices(table: str, column: str) -> tuple[Choice, ...]:
    """The choices of a column, of the nearest table that has any; empty for a column without."""
    return next((CHOICES[one, column] for one in lineage(table) if (one, column) in CHOICES), ())
