"""A reporting interface in the manner of OData 4 over rows that do not change: what the finance and the time system share.

$filter with `and`, $select, $top, $skiptoken (server-side pages with @odata.nextLink), $count, $metadata; /Kontroltotal beside each set.
Switches, turned by `POST /control/settings`, each prefixed with the system's name: `_hour` (the hour that its clock shows; closed from 1 to 5),
`_seconds` (that an answer takes), `_concurrent` (calls at the same time, 4), `_cut_after` (pages, then the connection breaks),
`_lost_rows` (that its pages leave out), `_total_off` (øre that its control total is wrong by).
"""

import asyncio
import re
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from simulators.planted import seed_of
from simulators.simulation import Simulation

PAGE = 5000
KINDS = {
    "text": "Edm.String",
    "integer": "Edm.Int64",
    "decimal": "Edm.Decimal",
    "date": "Edm.Date",
    "timestamp": "Edm.DateTimeOffset",
    "boolean": "Edm.Boolean",
}
TERM = re.compile(
    r"\s*(?:(?P<start>startswith)\(\s*(?P<column_in>\w+)\s*,\s*'(?P<begin>(?:[^']|'')*)'\s*\)|"
    r"(?P<column>\w+)\s+(?P<operator>eq|ne|gt|ge|lt|le)\s+(?P<value>'(?:[^']|'')*'|[^\s()']+))\s*(?P<joined>and\b|$)"
)
OPERATORS = {"eq": "IS", "ne": "IS NOT", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
KNOWN = {"$filter", "$select", "$top", "$skiptoken", "$count", "$format"}


class Wrong(Exception):
    """A request that OData refuses, with its status."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Entity:
    """One set. columns: name → kind (text, integer, decimal, date, timestamp, boolean). total: the column whose sum is the control total."""

    name: str
    columns: dict[str, str]
    key: tuple[str, ...]
    total: str = ""


@dataclass
class Warehouse:
    """The rows of one system in SQLite, in the order of their keys; decimals as øre."""

    entities: dict[str, Entity]
    database: sqlite3.Connection = field(default_factory=lambda: sqlite3.connect(":memory:", check_same_thread=False))

    def fill(self, name: str, rows: Iterable[Sequence[Any]]) -> None:
        """Rows in the order of the columns."""
        entity = self.entities[name]
        columns = ", ".join(f'"{column}"' for column in entity.columns)
        self.database.execute(f'CREATE TABLE "{name}" ({columns})')
        places = [list(entity.columns).index(column) for column in entity.key]
        ordered = sorted(rows, key=lambda row: tuple(str(row[place]) for place in places))
        marks = ", ".join("?" * len(entity.columns))
        self.database.executemany(f'INSERT INTO "{name}" VALUES ({marks})', ordered)  # noqa: S608 - names of our own
        self.database.commit()


Loads = Callable[[int], Warehouse]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Reports:
    """The interface of one system. load: the warehouse of a seed, made at first use and kept by its own cache. admits: checks the credentials."""

    simulation: Simulation
    system: str
    entities: Sequence[Entity]
    load: Loads
    admits: Callable[[web.Request], bool]
    running: int = 0
    pages: int = 0

    def knob(self, name: str, default: float = 0) -> float:
        """A switch of this system."""
        return float(self.simulation.settings.get(f"{self.system}_{name}") or default)

    def routes(self, app: web.Application) -> None:
        """Put everything under /odata/v4/rapportering."""
        base = "/odata/v4/rapportering"
        app.router.add_get(base, partial(self.guarded, self.document))
        app.router.add_get(f"{base}/", partial(self.guarded, self.document))
        app.router.add_get(f"{base}/$metadata", partial(self.guarded, self.metadata))
        app.router.add_get(f"{base}/{{entity}}", partial(self.guarded, self.listed))
        app.router.add_get(f"{base}/{{entity}}/{{extra}}", partial(self.guarded, self.extra))

    async def guarded(self, handler: Handler, request: web.Request) -> web.StreamResponse:
        """The night, the credentials, the limit, the pace; then the answer."""
        hour = self.simulation.settings.get(f"{self.system}_hour")
        if hour is not None and 1 <= int(hour) < 5:
            return error(503, "Closed", "The reporting interface is closed from 01:00 to 05:00.", retry_after=(5 - int(hour)) * 3600)
        if not self.admits(request):
            return error(401, "Unauthorized", "Credentials are missing or not accepted.")
        if self.running >= self.knob("concurrent", 4):
            return error(429, "TooManyRequests", "Too many calls at the same time.", retry_after=1)
        self.running += 1
        try:
            await asyncio.sleep(self.knob("seconds"))
            response = await handler(request)
        except Wrong as wrong:
            return error(wrong.status, "BadRequest" if wrong.status == 400 else "NotFound", str(wrong))
        finally:
            self.running -= 1
        return await self.cut(request, response)

    async def cut(self, request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
        """Break the connection in the middle of a page, where a switch says so."""
        limit = self.simulation.settings.get(f"{self.system}_cut_after")
        if limit is None or self.pages <= int(limit) or not isinstance(response, web.Response) or request.transport is None:
            return response
        half = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(response.body or b""))})  # type: ignore[arg-type]  # our own bodies are bytes
        await half.prepare(request)
        await half.write(bytes(response.body or b"")[:200])  # type: ignore[arg-type]  # the same
        request.transport.abort()
        return half

    async def warehouse(self) -> Warehouse:
        """The rows of the world that is served."""
        return await asyncio.to_thread(self.load, seed_of(self.simulation))

    async def document(self, request: web.Request) -> web.Response:
        """The service document."""
        return web.json_response(
            {"@odata.context": f"{base_of(request)}/$metadata", "value": [{"name": one.name, "url": one.name} for one in self.entities]}
        )

    async def metadata(self, request: web.Request) -> web.Response:
        """EDMX: the sets with their columns."""
        del request
        types = "".join(
            f'<EntityType Name="{one.name}"><Key>{"".join(f"<PropertyRef Name={chr(34)}{key}{chr(34)}/>" for key in one.key)}</Key>'
            + "".join(f'<Property Name="{name}" Type="{KINDS[kind]}"/>' for name, kind in one.columns.items())
            + "</EntityType>"
            for one in self.entities
        )
        sets = "".join(f'<EntitySet Name="{name}" EntityType="Rapportering.{name}"/>' for name in (one.name for one in self.entities))
        text = (
            '<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>'
            f'<Schema Namespace="Rapportering" xmlns="http://docs.oasis-open.org/odata/ns/edm">{types}'
            f'<EntityContainer Name="Beholder">{sets}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>'
        )
        return web.Response(text=text, content_type="application/xml")

    async def listed(self, request: web.Request) -> web.Response:
        """One page of a set."""
        warehouse = await self.warehouse()
        entity = known(warehouse, request.match_info["entity"])
        if unknown := [name for name in request.query if name.startswith("$") and name not in KNOWN]:
            raise Wrong(f"The query option '{unknown[0]}' is not supported.")
        where, values = condition(entity, request.query.get("$filter", ""))
        names = selected(entity, request.query.get("$select", ""))
        after, top = whole(request, "$skiptoken", 0), whole(request, "$top", -1)
        size = PAGE if top < 0 else min(PAGE, top)
        sql = f'SELECT rowid, {", ".join(names)} FROM "{entity.name}" WHERE {where} AND rowid > ? ORDER BY rowid LIMIT ?'  # noqa: S608 - known names
        rows = warehouse.database.execute(sql, [*values, after, size + 1]).fetchall()
        body: dict[str, Any] = {"@odata.context": f"{base_of(request)}/$metadata#{entity.name}"}
        if request.query.get("$count") == "true":
            body["@odata.count"] = counted(warehouse, entity, where, values)[0]
        body["value"] = [shown(entity, names, row[1:]) for row in rows[: size - int(self.knob("lost_rows"))]]
        if len(rows) > size and (top < 0 or top > size):
            rest = {**request.query, "$skiptoken": str(rows[size - 1][0])}
            if top >= 0:
                rest["$top"] = str(top - size)
            rest.pop("$count", None)
            body["@odata.nextLink"] = f"{base_of(request)}/{entity.name}?{urlencode(rest)}"
        self.pages = self.pages + 1 if after else 1
        return web.json_response(body)

    async def extra(self, request: web.Request) -> web.Response:
        """`/$count` and `/Kontroltotal`."""
        warehouse = await self.warehouse()
        entity = known(warehouse, request.match_info["entity"])
        count, total = counted(warehouse, entity, *condition(entity, request.query.get("$filter", "")))
        if request.match_info["extra"] == "$count":
            return web.Response(text=str(count))
        if request.match_info["extra"] != "Kontroltotal":
            raise Wrong("Resource not found for the segment.", 404)
        amount = money(total + int(self.knob("total_off"))) if entity.total else None
        return web.json_response({"datasaet": entity.name, "antal": count, "kolonne": entity.total or None, "sum": amount})


def error(status: int, code: str, message: str, retry_after: int | None = None) -> web.Response:
    """OData's error body."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return web.json_response({"error": {"code": code, "message": message}}, status=status, headers=headers)


def base_of(request: web.Request) -> str:
    """The address of the interface as the caller knows it."""
    path = request.path.partition("/odata/v4/rapportering")[0]
    return f"{request.scheme}://{request.host}{path}/odata/v4/rapportering"


def known(warehouse: Warehouse, name: str) -> Entity:
    """A set. Raises Wrong (404)."""
    if name not in warehouse.entities:
        raise Wrong(f"Resource not found for the segment '{name[:60]}'.", 404)
    return warehouse.entities[name]


def whole(request: web.Request, name: str, default: int) -> int:
    """A number from 0 among the options. Raises Wrong."""
    text = request.query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal()) or len(text) > 12:
        raise Wrong(f"Invalid value for '{name}'.")
    return int(text)


def selected(entity: Entity, text: str) -> list[str]:
    """The columns of $select, all where it is missing. Raises Wrong."""
    names = [name.strip() for name in text.split(",") if name.strip()] or list(entity.columns)
    for name in names:
        column(entity, name)
    return names


def column(entity: Entity, name: str) -> str:
    """A column's kind. Raises Wrong."""
    if name not in entity.columns:
        raise Wrong(f"Could not find a property named '{name[:60]}' on type 'Rapportering.{entity.name}'.")
    return entity.columns[name]


def condition(entity: Entity, text: str) -> tuple[str, list[Any]]:
    """$filter as SQL with its values. Raises Wrong."""
    parts, values, place = ["1"], list[Any](), 0
    while place < len(text):
        match = TERM.match(text, place)
        if match is None or (match["joined"] == "and" and match.end() >= len(text)):
            raise Wrong("Syntax error in $filter.")
        place = match.end()
        if match["start"]:
            column(entity, match["column_in"])
            begin = match["begin"].replace("''", "'")
            parts.append(f'substr("{match["column_in"]}", 1, {len(begin)}) = ?')
            values.append(begin)
            continue
        kind = column(entity, match["column"])
        value = literal(kind, match["value"])
        if value is None and match["operator"] not in {"eq", "ne"}:
            raise Wrong("null is compared by eq and ne alone.")
        parts.append(f'"{match["column"]}" {OPERATORS[match["operator"]]} ?')
        values.append(value)
    return " AND ".join(parts), values


def literal(kind: str, text: str) -> Any:
    """A value of $filter as it is stored. Raises Wrong where it is not of the column's kind."""
    if text == "null":
        return None
    patterns = {
        "text": r"'(?s:.*)'", "integer": r"-?\d{1,18}", "decimal": r"-?\d{1,15}(\.\d{1,2})?", "boolean": "true|false",
        "date": r"\d{4}-\d\d-\d\d", "timestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
    }  # fmt: skip
    if not re.fullmatch(patterns[kind], text):
        raise Wrong(f"A value in $filter is no {KINDS[kind]}.")
    if kind == "text":
        return text[1:-1].replace("''", "'")
    if kind == "integer":
        return int(text)
    if kind == "decimal":
        sign, (kroner, _, rest) = -1 if text.startswith("-") else 1, text.lstrip("-").partition(".")
        return sign * (int(kroner) * 100 + int(rest.ljust(2, "0")))
    return int(text == "true") if kind == "boolean" else text


def counted(warehouse: Warehouse, entity: Entity, where: str, values: list[Any]) -> tuple[int, int]:
    """Rows, and the sum in øre."""
    total = f'coalesce(sum("{entity.total}"), 0)' if entity.total else "0"
    found = warehouse.database.execute(f'SELECT count(*), {total} FROM "{entity.name}" WHERE {where}', values).fetchone()  # noqa: S608 - known names
    return int(found[0]), int(found[1])


def shown(entity: Entity, names: list[str], row: Sequence[Any]) -> dict[str, Any]:
    """A row as JSON: decimals as text, so that no øre is lost."""
    found = dict(zip(names, row, strict=True))
    for name, value in found.items():
        kind = entity.columns[name]
        if value is not None and kind == "decimal":
            found[name] = money(value)
        elif value is not None and kind == "boolean":
            found[name] = bool(value)
    return found


def money(cents: int) -> str:
    """Øre as a decimal text."""
    sign, cents = "-" if cents < 0 else "", abs(cents)
    return f"{sign}{cents // 100}.{cents % 100:02d}"
