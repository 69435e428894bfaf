"""Public 360°'s SIF interface (JSON-RPC), on which eDoc is built: one call, and what its failures mean.

Failures come as HTTP 200 with `Successful: false`. ErrorMessage and ErrorDetails may hold a statement with titles and personal data, so they
are matched against what is known and go no further.
Source: SIF – Generic Web Service Layer, the vendor's description of the interface.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson
from typing_extensions import override

from connectors.errors import Conflict, ConnectorError, Denied, NotFound, Refused, from_status
from connectors.http import JOB, TURN, Connector, Request, retry_after

CALL = "/Biz/v2/api/call/SI.Data.RPC/SI.Data.RPC"
REASONS: tuple[tuple[str, type[ConnectorError], str], ...] = (  # how a message begins (… stands for anything), and what it means
    ("Case is closed", Refused, "case_closed"),
    ("Case is cancelled", Refused, "case_cancelled"),
    ("Case '…' not found", NotFound, "no_case"),
    ("ArchiveCodes: facet", Refused, "facet_missing"),
    ("ArchiveCodes: …no longer valid", Refused, "subject_expired"),
    ("ArchiveCodes:", Refused, "subject_missing"),
    ("Access denied", Denied, "no_rights"),
    ("Access Group", Refused, "access_group_invalid"),
    ("File is checked out", Conflict, "document_locked"),
    ("Document is locked", Conflict, "document_locked"),
    ("ExternalId already exists", Conflict, "duplicate"),
    ("Format:", Refused, "type_not_allowed"),
    ("File rejected by virus scanner", Refused, "virus"),
    ("Files: the file is empty", Refused, "file_empty"),
    ("DocumentDate must be before", Refused, "dates_out_of_order"),
    ("Title: value too long", Refused, "title_too_long"),
    ("Title: value is mandatory", Refused, "title_missing"),
    ("ResponsiblePerson", Refused, "owner_unknown"),
    ("User is not allowed to impersonate", Denied, "impersonation"),
)


class Sif(Connector):
    """Base of the connector: calls in and out, no meaning."""

    def __init__(self, session: aiohttp.ClientSession, url: str, client_id: str, key: str) -> None:
        super().__init__(session, url)
        self._headers = {"Content-Type": "application/json", "Authorization": f"authkey {key}", "clientid": client_id}

    @override
    def failure(self, request: Request, status: int, headers: Mapping[str, str], body: bytes) -> ConnectorError:
        code = {401: "credentials", 413: "too_large"}.get(status, "")
        return from_status(self.name, status, request.what, code, retry_after(headers))

    @override
    def changes(self, request: Request) -> bool:
        return not request.repeatable  # every call is a POST

    async def ask(self, operation: str, parameter: Mapping[str, Any], login: str, seconds: float = TURN) -> dict[str, Any]:
        """A question ("CaseService/GetCases"), as that person; "" asks as the integration itself, which is right for code tables alone."""
        return await self._call(operation, parameter, login, repeatable=True, seconds=seconds)

    async def tell(self, operation: str, parameter: Mapping[str, Any], login: str) -> dict[str, Any]:
        """A change. Not safe to repeat."""
        return await self._call(operation, parameter, login, repeatable=False, seconds=JOB)

    async def _call(self, operation: str, parameter: Mapping[str, Any], login: str, *, repeatable: bool, seconds: float) -> dict[str, Any]:
        whole = {"parameter": {**({"ADContextUser": login} if login else {}), **parameter}}
        body = await asyncio.to_thread(orjson.dumps, whole)  # files are in it, as base64: too much for the event loop
        request = Request("POST", f"{self.url}{CALL}/{operation}", operation, repeatable, headers=self._headers, body=body, seconds=seconds)
        data = self.an_object((await self.call(request)).data, operation)
        message = str(data.get("ErrorMessage") or "").strip()
        if data.get("Successful") is not True or message:
            raise refusal(self.name, operation, message)
        return data


def refusal(system: str, operation: str, message: str) -> ConnectorError:
    """The error that a message means. A stack trace may surround it: the text after the last "Exception:" and before the statement counts."""
    text = message.rpartition("Exception:")[2].partition("<operation>")[0].strip()
    for pattern, kind, code in REASONS:
        begin, _, later = pattern.partition("…")
        if text.startswith(begin) and later in text:
            return kind(system, operation, 200, code)
    return Refused(system, operation, 200, "refused")
