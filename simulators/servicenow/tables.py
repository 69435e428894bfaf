"""The Table API: `/api/now/table/{table}[/{sys_id}]`."""

from urllib.parse import urlencode

from simulators.servicenow.access import before_query, readable
from simulators.servicenow.calls import Answer, Call, result
from simulators.servicenow.columns import TABLES, choices
from simulators.servicenow.conditions import Context
from simulators.servicenow.query import parse, sort
from simulators.servicenow.records import Row
from simulators.servicenow.refusals import bad_request, envelope
from simulators.servicenow.writing import delete, insert, seen, update

LIMIT = 10_000  # when none is asked for


def known(table: str) -> str:
    """The table's name. Raises Refusal (400)."""
    if table not in TABLES:
        raise bad_request(f"Invalid table {table}")
    return table


def whole(call: Call, name: str, default: int) -> int:
    """A parameter that is a number from 0. Raises Refusal (400)."""
    text = call.query.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise bad_request(f"Invalid value for {name}", f"{name} must be a number that is not negative")
    return int(text)


def found(call: Call, table: str) -> list[Row]:
    """The records that the call's query finds, before the ACLs, in its order."""
    records = call.records
    context = Context(records, call.session, table)
    query = parse(context, call.query.get("sysparm_query", ""))
    if query.dropped and records.setting("returns_no_rows", default=False):
        return []
    rows = (row for row in records.rows(table) if query.holds(row) and before_query(call.session, table, row))
    if "sysparm_query" not in call.query:
        wanted = pairs(call, table)
        rows = (row for row in rows if all(same(call, table, name, value, row) for name, value in wanted))
    return sort(context, query, rows, call.query.get("sysparm_offset", "0"))


def pairs(call: Call, table: str) -> list[tuple[str, str]]:
    """The `field=value` filter, which stands instead of a query; unknown columns are ignored."""
    return [(name, value) for name, value in call.query.items() if name in TABLES[table].columns]


def same(call: Call, table: str, name: str, wanted: str, row: Row) -> bool:
    """Whether a column has a value, or shows it: `state=closed`, `assigned_to=amir.haddad`."""
    column, value = TABLES[table].columns[name], str(row.get(name, ""))
    shown = {value, *(label for choice in choices(table, name) if choice.value == value for label in (choice.en, choice.da))}
    if column.kind == "ref":
        target = call.records.find(column.reference, value) or {}
        shown |= {str(target.get(key, "")) for key in (TABLES[column.reference].display, "user_name") if key in target}
    return wanted.casefold() in {one.casefold() for one in shown}


def many(call: Call, table: str) -> Answer:
    """A list, as the caller wants its records. Version 1 alone answers 404 where nothing is found."""
    rows, headers = paged(call, known(table))
    wire = call.wire()
    answer = result([wire.record(table, row) for row in rows], headers=headers)
    if headers.get("X-Total-Count") == "0" and call.path.startswith("/api/now/v1/"):
        answer.status, answer.body = 404, {**envelope("No Record found", None), "result": []}
    return answer


def paged(call: Call, table: str) -> tuple[list[Row], dict[str, str]]:
    """One page and its headers. The limit cuts before the ACLs: a page may hold fewer rows, even none, while more follow."""
    limit, offset = whole(call, "sysparm_limit", LIMIT), whole(call, "sysparm_offset", 0)
    rows = found(call, table)
    headers = {} if call.flag("sysparm_no_count") else {"X-Total-Count": str(len(rows))}
    if limit and not call.flag("sysparm_suppress_pagination_header"):
        headers["Link"] = links(call, limit, offset, len(rows))
    return [row for row in rows[offset : offset + limit] if readable(call.records, call.session, table, row)], headers


def links(call: Call, limit: int, offset: int, total: int) -> str:
    """The pages around this one. They repeat the whole query."""
    last = max(0, (total - 1) // limit * limit)
    places = {"first": 0, "prev": offset - limit, "next": offset + limit, "last": last}
    shown = {name: at for name, at in places.items() if name in {"first", "last"} or 0 <= at <= last}
    rest = [(name, value) for name, value in call.query.items() if name not in {"sysparm_limit", "sysparm_offset"}]

    def address(at: int) -> str:
        return f"{call.base}{call.path}?{urlencode([*rest, ('sysparm_limit', limit), ('sysparm_offset', at)])}"

    return ",".join(f'<{address(at)}>;rel="{name}"' for name, at in shown.items())


def one(call: Call, table: str, sys_id: str) -> Answer:
    row = seen(call.records, call.session, known(table), sys_id)
    return result(call.wire().record(table, row))


def create(call: Call, table: str) -> Answer:
    body = call.json()
    row = insert(call.records, call.session, known(table), body, display=call.flag("sysparm_input_display_value"))
    location = f"{call.base}/api/now/table/{table}/{row['sys_id']}"
    return result(call.wire().record(table, row), 201, {"Location": location})


def change(call: Call, table: str, sys_id: str) -> Answer:
    """PATCH and PUT alike: only what is sent changes."""
    body = call.json()
    row = update(call.records, call.session, known(table), sys_id, body, display=call.flag("sysparm_input_display_value"))
    return result(call.wire().record(table, row))


def remove(call: Call, table: str, sys_id: str) -> Answer:
    delete(call.records, call.session, known(table), sys_id)
    return Answer(status=204)
