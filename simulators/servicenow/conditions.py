"""One condition of an encoded query: `numberSTARTSWITHINC`, `opened_atBETWEENa@b`, `caller_idDYNAMIC…`."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from simulators.servicenow.columns import TABLES, Column, family
from simulators.servicenow.moments import date_part, differs, relative
from simulators.servicenow.records import Records, Row
from simulators.servicenow.scripts import evaluate
from simulators.servicenow.sessions import Session
from simulators.servicenow.values import moment, number, stored
from simulators.servicenow.wire import walk

Test = Callable[[Row], bool]
Finder = Callable[[str, str], Column | None]
Compare = Callable[[float | str, float | str], bool]
FIELD = re.compile(r"[a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*")
NUMERIC = {"int", "dec", "ichoice"}
ME, MY_GROUPS = "90d1921e5f510100a9ad2572f2b477fe", "d6435e965f510100a9ad2572f2b47744"  # the dynamic filters of the base system
ORDERED: dict[str, Compare] = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le}
TEXTUAL: dict[str, Callable[[str, str], bool]] = {
    "LIKE": operator.contains,
    "CONTAINS": operator.contains,
    "*": operator.contains,
    "NOT LIKE": lambda has, wanted: wanted not in has,
    "DOES NOT CONTAIN": lambda has, wanted: wanted not in has,
    "!*": lambda has, wanted: wanted not in has,
    "STARTSWITH": str.startswith,
    "ENDSWITH": str.endswith,
    "%": str.endswith,
}
FIELDS: dict[str, Callable[[int], bool]] = {
    "SAMEAS": lambda sign: sign == 0,
    "NSAMEAS": lambda sign: sign != 0,
    "GT_FIELD": lambda sign: sign > 0,
    "LT_FIELD": lambda sign: sign < 0,
    "GT_OR_EQUALS_FIELD": lambda sign: sign >= 0,
    "LT_OR_EQUALS_FIELD": lambda sign: sign <= 0,
}
PLAIN = {"=", "!=", "IN", "NOT IN", "ISEMPTY", "ISNOTEMPTY", "EMPTYSTRING", "ANYTHING", "BETWEEN", "DYNAMIC", "IN_HIERARCHY", "INSTANCEOF"}
TIMES = {"ON", "NOTON", "RELATIVEGT", "RELATIVELT", "RELATIVEGE", "RELATIVELE", "RELATIVEEE", "MORETHAN", "LESSTHAN", "DATEPART"}
OPERATORS = sorted((*ORDERED, *TEXTUAL, *FIELDS, *PLAIN, *TIMES), key=len, reverse=True)


@dataclass(frozen=True)
class Context:
    """Whose query, of which table."""

    records: Records
    session: Session
    table: str


@dataclass(frozen=True)
class Operand:
    """A condition taken apart. `find` gives the column at the end of another path."""

    context: Context
    path: str
    column: Column
    sign: str
    text: str
    find: Finder

    def value(self, row: Row) -> str:
        return value_at(self.context, self.path, row)

    def shown(self, row: Row) -> str:
        """What text operators look at: a reference's name."""
        value = self.value(row)
        return (self.context.records.display(self.column.reference, value) or value) if self.column.kind == "ref" else value


def value_at(context: Context, path: str, row: Row) -> str:
    """The stored value at the end of a dotted path; empty where a reference on the way is."""
    _, end, name = walk(context.records, context.table, path, row)
    return str(end.get(name, "")) if end else ""


def condition(context: Context, token: str, find: Finder) -> Test | None:
    """The test of one condition; None where column, operator or value are none, so that it vanishes."""
    name = FIELD.match(token)
    if name is None:
        return None
    rest = token[name.end() :]
    sign = next((one for one in OPERATORS if rest.startswith(one)), None)
    column = find(context.table, name[0])
    if sign is None or column is None:
        return None
    return build(Operand(context, name[0], column, sign, rest.removeprefix(sign), find))


def build(a: Operand) -> Test | None:
    """The test by the kind of operator."""
    if a.sign == "ANYTHING":
        return anything
    if a.sign in {"ISEMPTY", "EMPTYSTRING"} or (a.sign == "=" and not a.text):
        return lambda row: a.value(row) == ""
    if a.sign == "ISNOTEMPTY" or (a.sign == "!=" and not a.text):
        return lambda row: a.value(row) != ""
    if a.sign in FIELDS:
        return fields(a)
    if a.sign in TEXTUAL:
        compare, wanted = TEXTUAL[a.sign], literal(a, a.text)
        return None if wanted is None else lambda row: compare(a.shown(row).casefold(), wanted.casefold())
    if a.sign in TIMES:
        return timed(a)
    if a.sign in ORDERED:
        return ordering(a, ORDERED[a.sign], a.text)
    return membership(a)


def anything(row: Row) -> bool:
    del row
    return True


def membership(a: Operand) -> Test | None:
    """Equality with one value or several, and what amounts to it."""
    if a.sign == "BETWEEN":
        first, _, last = a.text.partition("@")
        low, high = ordering(a, ORDERED[">="], first), ordering(a, ORDERED["<="], last)
        return (lambda row: low(row) and high(row)) if low and high else None
    if a.sign == "INSTANCEOF":
        return (lambda row: a.value(row) in family(a.text)) if a.text in TABLES else None
    if a.sign == "IN_HIERARCHY":
        return lambda row: a.text in ancestors(a, a.value(row))
    if a.sign == "DYNAMIC":
        mine = {ME: {a.context.session.user}, MY_GROUPS: set(a.context.session.groups)}.get(a.text)
        return None if mine is None else lambda row: a.value(row) in mine
    return equality(a)


def equality(a: Operand) -> Test | None:
    """`=`, `!=`, `IN`, `NOT IN`. Not case-sensitive; rows without a value count as different."""
    several = "IN" in a.sign or a.text.startswith("javascript:")
    found = literal(a, a.text) if not several or a.text.startswith("javascript:") else a.text
    if found is None:
        return None
    wanted = {plain(a.column, one) for one in (found.split(",") if several else [found])}
    if a.sign in {"!=", "NOT IN"}:
        return lambda row: plain(a.column, a.value(row)) not in wanted
    return lambda row: plain(a.column, a.value(row)) in wanted


def plain(column: Column, text: str) -> str:
    """A value for comparison: numbers without their spelling, booleans by word, text without case."""
    if column.kind in NUMERIC and (found := number(text)) is not None:
        return str(found)
    if column.kind == "bool":
        return "true" if text.lower() in {"true", "1"} else "false"
    return text.casefold()


def literal(a: Operand, text: str) -> str | None:
    """The value that a text stands for, as it is stored; None for a script or a date that is none. Dates are read in the user's zone."""
    zone = a.context.session.zone
    if text.startswith("javascript:"):
        found = evaluate(text, a.context.session, a.context.records.now())
        at = moment(found) if found and a.column.kind == "date" else None
        return at.astimezone(zone).date().isoformat() if at else found
    if a.column.kind == "dt" and a.sign not in TEXTUAL:
        read = moment(text, zone)
        return stored(read) if read else None
    return text


def ordering(a: Operand, compare: Compare, text: str) -> Test | None:
    """Before, after, more, less: numbers as numbers, dates by time, else by letters. Empty rows never hold."""
    wanted = literal(a, text)
    if not wanted:
        return None
    if a.column.kind in NUMERIC:
        limit = number(wanted)
        if limit is None:
            return None
        return lambda row: (has := number(a.value(row))) is not None and compare(has, limit)
    folded = wanted.casefold()
    return lambda row: (has := a.value(row).casefold()) != "" and compare(has, folded)


def fields(a: Operand) -> Test | None:
    """A column against another column of the same record."""
    if a.find(a.context.table, a.text) is None:
        return None

    def test(row: Row) -> bool:
        has, other = a.value(row).casefold(), value_at(a.context, a.text, row).casefold()
        numbers = number(has), number(other)
        if a.column.kind in NUMERIC and numbers[0] is not None and numbers[1] is not None:
            return FIELDS[a.sign]((numbers[0] > numbers[1]) - (numbers[0] < numbers[1]))
        return FIELDS[a.sign]((has > other) - (has < other))

    return test


def timed(a: Operand) -> Test | None:
    """Operators of dates alone."""
    if a.column.kind not in {"dt", "date"}:
        return None
    if a.sign in {"ON", "NOTON"}:
        _, first, last = (*a.text.split("@"), "", "")[:3]
        low, high = ordering(a, ORDERED[">="], first), ordering(a, ORDERED["<="], last)
        if low is None or high is None:
            return None
        return lambda row: (low(row) and high(row)) == (a.sign == "ON")
    if a.sign.startswith("RELATIVE"):
        test = relative(a.sign, a.text, a.context.records.now())
    elif a.sign == "DATEPART":
        test = date_part(a.text, a.context.session.zone)
    else:
        other, _, rest = a.text.partition("@")
        if a.find(a.context.table, other) is None:
            return None
        pair = differs(a.sign, rest)
        return None if pair is None else lambda row: pair(a.value(row), value_at(a.context, other, row))
    return None if test is None else lambda row: test(a.value(row))


def ancestors(a: Operand, sys_id: str) -> set[str]:
    """The record itself and all above it by `parent`."""
    seen: set[str] = set()
    while sys_id and sys_id not in seen:
        seen.add(sys_id)
        row = a.context.records.find(a.column.reference, sys_id) if a.column.reference else None
        sys_id = str((row or {}).get("parent", ""))
    return seen
