"""ServiceNow's Table and Attachment API: encoded queries that user text cannot change, rows in one regular shape, its refusals.

Source: https://www.servicenow.com/docs/bundle/australia-api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

import orjson
from typing_extensions import override

from connectors.errors import ConnectorError, Refused, Unavailable, from_status
from connectors.http import JOB, TURN, Connector, Request, retry_after

REGULAR = {"sysparm_display_value": "all", "sysparm_exclude_reference_link": "true"}  # the one shape that is the same for every field
RULES = {  # what the text of a 400 or 403 holds, and what it means
    "Data Policy Exception": "data_policy",
    "aborted by Business Rule": "business_rule",
    "File type is not allowed": "type_not_allowed",
    "File size exceeds": "too_large",
    "Failed API level ACL": "api_closed",
    "ACL Exception": "acl",
}
NO_RIGHT = {"", "acl", "api_closed"}  # of a 403; the others are rules of the instance, and the answer to them is another value
LONGEST_NAME = 100  # characters of a file's name


@dataclass(frozen=True)
class Row:
    """One record. Missing fields (no right, or an empty reference on the way) read as ""."""

    fields: Mapping[str, Any]

    def value(self, field: str) -> str:
        """What is stored: a choice's value, a reference's sys_id, UTC times."""
        return self._part(field, "value")

    def text(self, field: str) -> str:
        """What people see, in the language of the integration user. Never to be parsed or compared."""
        return self._part(field, "display_value") or self._part(field, "value")

    def moment(self, field: str) -> datetime:
        """A stored time, aware, in UTC. Raises Unavailable where there is none: every record has the times that are asked for."""
        try:
            return datetime.strptime(self.value(field), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        except ValueError:
            raise Unavailable("servicenow", f"no time in {field}", code="not_json") from None

    def _part(self, field: str, part: str) -> str:
        found = self.fields.get(field, "")
        if isinstance(found, dict):
            found = found.get(part, "")
        return found if isinstance(found, str) else ""


class TableApi(Connector):
    """Base of the connector: rows in and out, no meaning."""

    success: ClassVar[frozenset[int]] = frozenset({200, 201, 204})  # 202 says that the request was dropped

    @override
    def failure(self, request: Request, status: int, headers: Mapping[str, str], body: bytes) -> ConnectorError:
        """A 403 is a missing right or a rule of the instance; its text tells which, and is not passed on (it may name people)."""
        code = rule_of(body) if status in {400, 403} else ""
        if status == 403 and code not in NO_RIGHT:
            return Refused(self.name, request.what, status, code)
        return from_status(self.name, status, request.what, code, retry_after(headers))

    async def rows(
        self, table: str, where: Mapping[str, str], fields: tuple[str, ...], what: str, *, limit: int = 2, newest_by: str = ""
    ) -> list[Row]:
        """Rows whose fields equal `where`.

        An unknown field vanishes from a query without a word and all rows match: so each row must carry what was asked for. Rows that do
        not are left out; when none does, Refused("query_ignored").
        """
        query = "^".join(condition(field, value) for field, value in where.items())
        if newest_by:
            query += f"^ORDERBYDESC{newest_by}^ORDERBYDESCsys_id"
        wanted = ",".join(dict.fromkeys(("sys_id", *fields, *where)))
        params = {"sysparm_query": query, "sysparm_fields": wanted, "sysparm_limit": str(limit), **REGULAR, "sysparm_no_count": "true"}
        params["sysparm_suppress_pagination_header"] = "true"
        found = [Row(one) for one in self.objects(await self._get(f"/api/now/table/{table}", params, what), what)]
        fitting = [row for row in found if all(same(row.value(field), value) for field, value in where.items())]
        if found and not fitting:
            raise Refused(self.name, f"{what}: the instance ignored a part of the query on {table}", code="query_ignored")
        return fitting

    async def row(self, table: str, sys_id: str, fields: tuple[str, ...], what: str) -> Row:
        """One record. Raises NotFound where it is absent or not readable: ServiceNow does not tell which."""
        params = {"sysparm_fields": ",".join(("sys_id", *fields)), **REGULAR}
        return Row(self.an_object(await self._get(f"/api/now/table/{table}/{sys_id}", params, what), what))

    async def insert(self, table: str, values: Mapping[str, str], what: str) -> None:
        """A new record. Not safe to repeat: look by a key before and after."""
        body = orjson.dumps(dict(values))
        await self._post(f"/api/now/table/{table}?{urlencode({'sysparm_fields': 'sys_id'})}", body, "application/json", what)

    async def change(self, table: str, sys_id: str, values: Mapping[str, str], what: str) -> None:
        """Set fields of a record. Safe to repeat with the same values; comments and work notes are not among them: each is added anew."""
        body, headers = orjson.dumps(dict(values)), {"Content-Type": "application/json"}
        url = f"{self.url}/api/now/table/{table}/{sys_id}"
        await self.call(Request("PATCH", url, what, True, {"sysparm_fields": "sys_id"}, headers, body, seconds=JOB))

    async def files(self, table: str, sys_id: str) -> list[tuple[str, int]]:
        """Name and size in bytes of each attachment of a record."""
        query = "^".join((condition("table_name", table), condition("table_sys_id", sys_id)))
        params = {"sysparm_query": query, "sysparm_limit": "500"}
        found = self.objects(await self._get("/api/now/attachment", params, "list attachments"), "list attachments")
        own = [row for row in map(Row, found) if row.value("table_sys_id") == sys_id]
        return [(row.value("file_name"), int(row.value("size_bytes") or 0)) for row in own]

    async def upload(self, table: str, sys_id: str, name: str, content_type: str, data: bytes) -> None:
        """Attach bytes to a record. Not safe to repeat: the same name twice makes two attachments."""
        query = urlencode({"table_name": table, "table_sys_id": sys_id, "file_name": name})
        await self._post(f"/api/now/attachment/file?{query}", data, content_type, "attach file")

    async def _get(self, path: str, params: Mapping[str, str], what: str) -> object:
        headers = {"Content-Type": "application/json"}
        return self._result((await self.call(Request("GET", self.url + path, what, True, params, headers, seconds=TURN))).data, what)

    async def _post(self, path: str, body: bytes, content_type: str, what: str) -> object:
        headers = {"Content-Type": content_type}
        answer = await self.call(Request("POST", self.url + path, what, False, None, headers, body, seconds=JOB))
        if answer.status != 201:
            raise Unavailable(self.name, f"{what}: nothing was created", answer.status, "not_created")
        return self._result(answer.data, what)

    def _result(self, data: object, what: str) -> object:
        """What is in the envelope."""
        return self.an_object(data, what).get("result")


def condition(field: str, value: str) -> str:
    """`field=value` of an encoded query. Nothing in the value can end it, add to it, or run as script.

    Raises Refused for a value that is empty (it would match all empty ones) or a script.
    """
    text = " ".join(value.replace("^", "").split())
    if not text:
        raise Refused("servicenow", f"query on {field}: an empty value", code="empty_value")
    if text.casefold().startswith("javascript:"):
        raise Refused("servicenow", f"query on {field}: a script as value", code="script_value")
    return f"{field}={text}"


def same(stored: str, asked: str) -> bool:
    """Equal as ServiceNow's `=` compares texts: without case, and blanks at the ends do not count."""
    return " ".join(stored.split()).casefold() == " ".join(asked.split()).casefold()


def rule_of(body: bytes) -> str:
    """What a refusal is about, as a short word; "" where it cannot be told."""
    try:
        error = orjson.loads(body)["error"]
        detail = f"{error.get('message') or ''} {error.get('detail') or ''}"
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
    return next((code for mark, code in RULES.items() if mark in detail), "")


def plain_type(content_type: str) -> str:
    """A media type that can stand in a header; anything odd becomes application/octet-stream."""
    known = re.fullmatch(r"[\w.+-]{1,60}/[\w.+-]{1,100}", content_type, re.ASCII)
    return content_type if known else "application/octet-stream"


def file_name(name: str) -> str:
    """A name as the instance keeps it: printable, at most 100 characters, the extension whole."""
    plain = "".join(letter if letter.isprintable() else "_" for letter in name).strip() or "fil"
    stem, dot, extension = plain.rpartition(".")
    if not dot or len(extension) > 10:
        return plain[:LONGEST_NAME].strip()
    return f"{stem[: LONGEST_NAME - len(extension) - 1]}.{extension}"
