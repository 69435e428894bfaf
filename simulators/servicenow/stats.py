"""The Aggregate API: `/api/now/stats/{table}`. All numbers are strings."""

import math
from collections.abc import Callable
from itertools import groupby
from typing import Any

from simulators.servicenow.access import readable
from simulators.servicenow.calls import Answer, Call, result
from simulators.servicenow.columns import TABLES
from simulators.servicenow.conditions import Context, value_at
from simulators.servicenow.query import COUNTS, column_at
from simulators.servicenow.records import Row
from simulators.servicenow.tables import found, known
from simulators.servicenow.values import number

KINDS: dict[str, Callable[[list[float]], str]] = {
    "sum": lambda values: shown(math.fsum(values)),
    "avg": lambda values: f"{sum(values) / len(values):.4f}" if values else "",
    "min": lambda values: shown(min(values)) if values else "",
    "max": lambda values: shown(max(values)) if values else "",
}


def shown(value: float) -> str:
    return str(int(value)) if value.is_integer() else str(value)


def stats(call: Call, table: str) -> Answer:
    """Counts and sums of the records that the user may read, for all or by group."""
    rows = [row for row in found(call, known(table)) if readable(call.records, call.session, table, row)]
    fields = [name for name in call.query.get("sysparm_group_by", "").split(",") if column_at(table, name)]
    if not fields:
        return result({"stats": counted(call, rows)})
    context = Context(call.records, call.session, table)

    def key(row: Row) -> tuple[str, ...]:
        return tuple(value_at(context, name, row) for name in fields)

    groups = [(values, counted(call, list(members))) for values, members in groupby(sorted(rows, key=key), key)]
    groups = [(values, found_stats) for values, found_stats in groups if having(call, found_stats)]
    return result(
        [{"stats": counts, "groupby_fields": named(call, table, fields, values)} for values, counts in ordered(call, fields, groups)]
    )


def counted(call: Call, rows: list[Row]) -> dict[str, Any]:
    """The figures of one group."""
    found_stats: dict[str, Any] = {"count": str(len(rows))} if call.flag("sysparm_count") else {}
    for kind, figure in KINDS.items():
        names = [name for name in call.query.get(f"sysparm_{kind}_fields", "").split(",") if name]
        if names:
            found_stats[kind] = {name: figure(numbers(rows, name)) for name in names}
    return found_stats


def numbers(rows: list[Row], name: str) -> list[float]:
    return [value for row in rows if (value := number(str(row.get(name, "")))) is not None]


def having(call: Call, figures: dict[str, Any]) -> bool:
    """`count^state^>^3`: groups of more than three. What is no such text filters nothing."""
    kind, _, sign, limit = (*call.query.get("sysparm_having", "").split("^"), "", "", "", "")[:4]
    wanted = number(limit)
    if kind.lower() != "count" or sign not in COUNTS or wanted is None or "count" not in figures:
        return True
    return COUNTS[sign](int(figures["count"]), int(wanted))


def ordered(
    call: Call, fields: list[str], groups: list[tuple[tuple[str, ...], dict[str, Any]]]
) -> list[tuple[tuple[str, ...], dict[str, Any]]]:
    """By `sysparm_order_by`, a column of the grouping or COUNT, with ^DESC."""
    name, _, way = call.query.get("sysparm_order_by", "").partition("^")
    if name.upper() == "COUNT":
        return sorted(groups, key=lambda one: int(one[1].get("count", 0)), reverse=way == "DESC")
    if name in fields:
        return sorted(groups, key=lambda one: one[0][fields.index(name)], reverse=way == "DESC")
    return groups


def named(call: Call, table: str, fields: list[str], values: tuple[str, ...]) -> list[dict[str, str]]:
    """The values that a group shares."""
    wire, shown_fields = call.wire(), []
    for name, value in zip(fields, values, strict=True):
        one = {"field": name, "value": value}
        if wire.mode != "false" and name in TABLES[table].columns:
            label = wire.display(table, TABLES[table].columns[name], {"sys_id": "", name: value})
            one = {"field": name, "value": label} if wire.mode == "true" else one | {"display_value": label}
        shown_fields.append(one)
    return shown_fields
