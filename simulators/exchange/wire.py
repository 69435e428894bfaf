"""The Exchange admin endpoint on the wire: rows with their odd-typed sidecars, warnings, and five ways to say no.

Source: https://learn.microsoft.com/exchange/reference/admin-api-overview, and what clients of InvokeCommand have reported.
"""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from aiohttp import web
from typing_extensions import override

from simulators.simulation import Simulation
from simulators.world import TENANT

Row = dict[str, Any]
WARNINGS = "@adminapi.warnings"
WARNINGS_TYPE = {"adminapi.warnings@odata.type": "#Collection(String)"}
SERVICE = "Microsoft.Exchange.Admin.OData.Core.ODataServiceException"
BUSY = "You have reached the maximum number of concurrent requests per tenant. Please wait and try again"
NUL = bytes(64)


class Refusal(Exception):
    """A cmdlet says no. `kind`: the whole .NET type. `number`: the error id, "" where it has none.

    shape: 1 details split by |, 2 details with JSON inside, 3 no details; 0 leaves it to the cmdlet.
    """

    def __init__(self, status: int, kind: str, sentence: str, number: str = "", shape: int = 0) -> None:
        super().__init__(status, kind, sentence)
        self.status, self.kind, self.sentence, self.number, self.shape = status, kind, sentence, number, shape

    @override
    def __str__(self) -> str:
        return self.sentence


class Raw(Exception):
    """An answer that is no envelope at all."""

    def __init__(self, status: int, body: bytes, kind: str = "text/plain", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status)
        self.status, self.body, self.kind, self.headers = status, body, kind, dict(headers or {})

    def response(self) -> web.Response:
        return web.Response(status=self.status, body=self.body, content_type=self.kind, headers=self.headers)


def no_role() -> Raw:
    """403 with NUL bytes that call themselves gzip: no role, or no such cmdlet."""
    return Raw(403, NUL, "application/json", {"Content-Encoding": "gzip"})


def throttled(retry_after: Any) -> Raw:
    """429 in plain text. `retry_after`: seconds for the header, None for none."""
    return Raw(429, BUSY.encode(), "text/plain", {} if retry_after is None else {"Retry-After": str(retry_after)})


def envelope(no: Refusal, shape: int, warnings: list[str]) -> dict[str, Any]:
    """The error body. What went wrong is never in `error.message`."""
    code = (
        "NotFound" if no.status == 404 else "BadRequest" if no.status == 400 else "Forbidden" if no.status == 403 else "InternalServerError"
    )
    inner = {"message": "Error executing cmdlet", "type": SERVICE, "stacktrace": "   at Microsoft.Exchange.Admin.OData.Core.ODataService"}
    cause = {"message": no.sentence, "type": no.kind, "stacktrace": "   at Microsoft.Exchange.Configuration.Tasks.Task.ThrowError"}
    error: dict[str, Any] = {
        "code": code,
        "message": "Error executing cmdlet" if shape != 3 else "Invalid Operation",
        "innererror": {**inner, "internalexception": cause},
        **WARNINGS_TYPE,
        WARNINGS: warnings,
    }
    if shape == 1:
        error["details"] = [{"code": "Context", "target": "", "message": f"{no.number}|{no.kind}|{no.sentence}"}]
        error["innererror"]["internalexception"]["message"] = "Error executing cmdlet"
    elif shape == 2:
        inside = {"Message": no.sentence, "TypeName": no.kind, "StackTrace": None, "InnerError": None}
        error["details"] = [{"code": "Client", "target": "", "message": json.dumps(inside, ensure_ascii=False)}]
        error["innererror"]["internalexception"]["message"] = "Error executing cmdlet"
    return {"error": error}


def success(rows: list[Row] | None, warnings: list[str], base: str, next_link: str = "") -> dict[str, Any]:
    """The body of a success. `rows`: as `sidecars` gives them; None for a null value."""
    body: dict[str, Any] = {
        "@odata.context": f"{base}/$metadata#Collection(Exchange.GenericHashTable)",
        **WARNINGS_TYPE,
        WARNINGS: warnings,
        "value": rows,
    }
    return body | ({"@odata.nextLink": next_link} if next_link else {})


def sidecars(row: Row, chosen: frozenset[str]) -> Row:
    """A row as JSON. Values that have a type of .NET's own come as text, with the type beside them. `chosen`: lower-case names, empty for all."""
    found: Row = {}
    for name, value in row.items():
        if chosen and name.lower() not in chosen:
            continue
        if isinstance(value, uuid.UUID):
            found |= {f"{name}@data.type": "System.Guid", f"{name}@odata.type": "#Guid", name: str(value)}
        elif isinstance(value, datetime):
            found |= {f"{name}@data.type": "System.DateTime", f"{name}@odata.type": "#DateTimeOffset", name: stamp(value)}
        elif isinstance(value, list):
            found |= {f"{name}@odata.type": "#Collection(String)", name: value}
        else:
            found[name] = value
    return found


def stamp(moment: datetime) -> str:
    """A moment as .NET writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0+00:00")


def injected(status: int) -> web.Response:
    """What the endpoint answers with that status."""
    if status == 401:
        return web.Response(status=401, headers={"WWW-Authenticate": f'Bearer realm="{TENANT}"'})
    if status == 403:
        return no_role().response()
    if status == 429:
        return throttled(None).response()
    if status in {502, 503, 504}:
        phrase = HTTPStatus(status).phrase
        return web.Response(
            status=status, text=f"<html><head><title>{status}</title></head><h1>{phrase}</h1></html>", content_type="text/html"
        )
    kinds = {
        404: ("Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException", "The operation couldn't be performed."),
        409: ("Microsoft.Exchange.Data.Directory.ADObjectAlreadyExistsException", "The object already exists."),
        500: (
            "Microsoft.Exchange.Management.UnableToWriteToAadException",
            "An Azure Active Directory call was made; the issue may be transient.",
        ),
    }
    kind, sentence = kinds.get(status, ("System.InvalidOperationException", "The operation could not be performed."))
    no = Refusal(status, kind, sentence)
    headers = {"X-ExceptionType": kind.rpartition(".")[2]}
    return web.json_response(envelope(no, 1, []), status=status, headers=headers)


def knob(simulation: Simulation, name: str, default: float) -> float:
    """The setting `exchange_<name>` where it is a sensible number, else its default."""
    value = simulation.settings.get(f"exchange_{name}", default)
    return float(value) if isinstance(value, int | float) and 0 <= value < 1e9 else default


def named(simulation: Simulation, name: str) -> list[str]:
    """The setting `exchange_<name>` as a list of texts, in lower case; empty where it is none."""
    value = simulation.settings.get(f"exchange_{name}")
    return [str(one).lower() for one in value] if isinstance(value, list) else []
