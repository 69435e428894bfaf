"""Encoded queries: `state=1^ORstate=2^caller_id.email=x^ORDERBYDESCopened_at`. Invalid parts are dropped without a word.

A query is a list of alternatives (`^NQ`), each a list of groups that must all hold, each a list of conditions of which one must.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import blake2b

from simulators.servicenow.columns import TABLES, Column
from simulators.servicenow.conditions import Context, Test, condition, value_at
from simulators.servicenow.records import Row
from simulators.servicenow.values import number

TEXT_QUERY = re.compile(r"\w*TEXTQUERY321=(.*)")
JOIN = re.compile(r"JOIN(\w+)\.(\w+)=(\w+)\.(\w+)!(.*)")
RELATED = re.compile(r"RLQUERY(\w+)\.(\w+),(>=|<=|>|<|=|!=)(\d{1,6})(,m2m)?")
COUNTS: dict[str, Callable[[int, int], bool]] = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}


@dataclass
class Query:
    """A parsed query. `dropped`: whether a part was invalid."""

    alternatives: list[list[list[Test]]] = field(default_factory=lambda: [[]])
    order: list[tuple[str, bool]] = field(default_factory=list)  # path, descending
    dropped: bool = False

    def holds(self, row: Row) -> bool:
        """Whether a record is found by the query."""
        return any(all(any(test(row) for test in group) for group in groups) for groups in self.alternatives)


def parse(context: Context, text: str) -> Query:
    """The query that a text means for the context's table."""
    query = Query()
    tokens = text.split("^")
    joins = False  # whether an ^OR has a valid condition before it
    while tokens:
        token = tokens.pop(0)
        if token in {"", "EQ"} or token.startswith("GROUPBY"):
            continue
        if token.startswith("ORDERBY"):
            ordered(query, context, token.removeprefix("ORDERBY"))
            continue
        if token.startswith("NQ"):
            query.alternatives.append([])
            joins = False
            token = token.removeprefix("NQ")
        either = token.startswith("OR")
        test = term(context, token.removeprefix("OR") if either else token, tokens)
        if test is None:
            query.dropped = True
            joins = joins and either
        elif either and joins:
            query.alternatives[-1][-1].append(test)
        else:
            query.alternatives[-1].append([test])
            joins = True
    return query


def ordered(query: Query, context: Context, rest: str) -> None:
    """An ORDERBY or ORDERBYDESC; one of a column that is none is dropped."""
    descending = rest.startswith("DESC")
    path = rest.removeprefix("DESC")
    if column_at(context.table, path):
        query.order.append((path, descending))
    else:
        query.dropped = True


def column_at(table: str, path: str) -> Column | None:
    """The column that a dotted path leads to, or None."""
    *steps, name = path.split(".")
    for step in steps:
        column = TABLES[table].columns.get(step)
        if column is None or column.kind != "ref":
            return None
        table = column.reference
    return TABLES[table].columns.get(name)


def term(context: Context, token: str, rest: list[str]) -> Test | None:
    """The test of one token; those that span several take them from `rest`."""
    if found := TEXT_QUERY.fullmatch(token):
        return text_search(found[1])
    if token.startswith("RLQUERY"):
        inner = spanned(rest, lambda one: one == "ENDRLQUERY")
        del rest[:1]
        return related(context, token, "^".join(inner))
    if token.startswith("JOIN"):
        return joined(context, "^".join([token, *spanned(rest, lambda one: one.startswith("ORDERBY"))]))
    return condition(context, token, column_at)


def spanned(rest: list[str], ends: Callable[[str], bool]) -> list[str]:
    """Take tokens up to the one that ends it."""
    taken = []
    while rest and not ends(rest[0]):
        taken.append(rest.pop(0))
    return taken


def text_search(words: str) -> Test | None:
    """Every word somewhere in the record."""
    wanted = words.casefold().split()
    if not wanted:
        return None
    return lambda row: all(word in " ".join(map(str, row.values())).casefold() for word in wanted)


def joined(context: Context, token: str) -> Test | None:
    """`JOINincident.caller_id=sys_user.sys_id!active=true`: there is such a record."""
    found = JOIN.fullmatch(token)
    if found is None:
        return None
    _, own, other, key, inner = found.groups()
    if other not in TABLES or own not in TABLES[context.table].columns or key not in TABLES[other].columns:
        return None
    there = {str(row.get(key, "")) for row in matching(context, other, inner)} - {""}
    return lambda row: str(row.get(own, "")) in there


def related(context: Context, head: str, inner: str) -> Test | None:
    """`RLQUERYincident.caller_id,>=2^state=1^ENDRLQUERY`: so many records refer to this one."""
    found = RELATED.fullmatch(head)
    if found is None:
        return None
    other, key, sign, count, _ = found.groups()
    if other not in TABLES or key not in TABLES[other].columns:
        return None
    seen = [str(row.get(key, "")) for row in matching(context, other, inner)]
    return lambda row: COUNTS[sign](seen.count(row["sys_id"]), int(count))


def matching(context: Context, table: str, text: str) -> list[Row]:
    """The records of another table that a query finds."""
    query = parse(Context(context.records, context.session, table), text)
    return [row for row in context.records.rows(table) if query.holds(row)]


def sort(context: Context, query: Query, rows: Iterable[Row], salt: str) -> list[Row]:
    """The records in the query's order. What it leaves open is open: ties lie differently for each `salt` (the page)."""
    found = sorted(rows, key=lambda row: blake2b(f"{salt}{row['sys_id']}".encode(), digest_size=8).digest())
    for path, descending in reversed(query.order):
        column = column_at(context.table, path)
        if column:
            found.sort(key=lambda row, path=path, column=column: rank(context, column, value_at(context, path, row)), reverse=descending)  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
    return found


def rank(context: Context, column: Column, value: str) -> tuple[float, str]:
    """What a value sorts by: numbers as numbers, references by name, text by letters."""
    if column.kind in {"int", "dec", "ichoice"}:
        found = number(value)
        return (found if found is not None else float("-inf"), "")
    if column.kind == "ref":
        return (0, (context.records.display(column.reference, value) or value).casefold())
    return (0, value.casefold())
