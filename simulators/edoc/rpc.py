"""The dispatcher: key, client id, impersonation, `parameter`, and then the operation."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from simulators.edoc import cases, documents, lookups, uploads
from simulators.edoc import parameters as p
from simulators.edoc.archive import Archive
from simulators.edoc.wire import CLIENT, KEY, REQUEST_LIMIT, Caller, Refusal, TooLarge, answer, failure, page
from simulators.faults import parsed
from simulators.graph.wire import knob
from simulators.simulation import Simulation

SERVICES = (
    "CaseService",
    "DocumentService",
    "FileService",
    "SupportService",
    "UserService",
    "ContactService",
    "AccessGroupService",
    "ProjectService",
)


@dataclass(frozen=True)
class Operation:
    r"""One operation: what it takes, what it does, and whether it says "\n" where others say nothing."""

    takes: type[p.Parameter]
    does: Callable[[Archive, Any], dict[str, Any]]
    blank: bool = False


def ping(archive: Archive, wanted: p.Parameter) -> dict[str, Any]:
    """Ping: access, not only reachability."""
    del wanted
    return {"PingResult": f"Running as {archive.caller.login}"}


def get_file(archive: Archive, wanted: p.Fetch) -> dict[str, Any]:
    """GetFile and GetFileWithMetadata: one file with its bytes, unless they are not wanted."""
    return {"File": documents.file(archive, archive.file(wanted.Recno), wanted.IncludeFileData is not False)}


OPERATIONS = {
    "CaseService/CreateCase": Operation(p.Case, cases.create),
    "CaseService/UpdateCase": Operation(p.Case, cases.update, blank=True),
    "CaseService/GetCases": Operation(p.Cases, cases.get),
    "DocumentService/CreateDocument": Operation(p.Document, documents.create, blank=True),
    "DocumentService/UpdateDocument": Operation(p.Document, documents.update, blank=True),
    "DocumentService/GetDocuments": Operation(p.Documents, documents.get),
    "DocumentService/SignOffDocument": Operation(p.Dispatch, documents.sign_off),
    "DocumentService/DispatchDocuments": Operation(p.Dispatch, documents.dispatch),
    "FileService/Upload": Operation(p.Upload, uploads.upload),
    "FileService/GetFile": Operation(p.Fetch, get_file),
    "FileService/GetFileWithMetadata": Operation(p.Fetch, get_file),
    "SupportService/GetCodeTableRows": Operation(p.CodeTable, lookups.code_table),
    "UserService/GetUsers": Operation(p.Users, lookups.users),
    **{f"{service}/Ping": Operation(p.Parameter, ping) for service in SERVICES},
}


async def call(simulation: Simulation, request: web.Request) -> web.Response:
    """POST …/{service}/{operation}."""
    service, name = request.match_info["service"], request.match_info["operation"]
    body = await request.read()
    if len(body) > knob(simulation, "edoc_request_bytes", REQUEST_LIMIT):
        return page(413)
    if not known(request):
        return page(401)
    operation = OPERATIONS.get(f"{service}/{name}")
    if operation is None:
        return page(404)
    found = parsed(body)
    if not isinstance(found, dict):
        return page(400)
    parameter = found.get("parameter")
    title = str(parameter.get("Title") or "") if isinstance(parameter, dict) else ""
    try:
        wanted = operation.takes.model_validate(parameter)
        archive = Archive(simulation, caller(simulation, request, wanted))
        return answer(operation.does(archive, wanted), blank=operation.blank)
    except ValidationError as error:
        return failure(service, name, converted(error), title)
    except Refusal as no:
        return failure(service, name, no.text, title)
    except TooLarge:
        return page(413)


def known(request: web.Request) -> bool:
    """Whether the request carries the key: in the header with the client id, or, the older way, in the address."""
    kind, _, key = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "authkey":
        return same(key.strip()) and request.headers.get("clientid", "") == CLIENT
    return same(request.query.get("authkey", ""))


def same(key: str) -> bool:
    return hmac.compare_digest(key.encode(errors="replace"), KEY.encode())


def caller(simulation: Simulation, request: web.Request, wanted: p.Parameter) -> Caller:
    """On whose behalf. The setting `edoc_impersonation` false takes the right to that away."""
    host = f"{request.scheme}://{request.host}"
    if not wanted.ADContextUser:
        return Caller(None, host)
    if simulation.settings.get("edoc_impersonation") is False:
        raise Refusal(f"User is not allowed to impersonate '{wanted.ADContextUser[:60]}'")
    return Caller(cases.caller_known(wanted.ADContextUser), host)


def converted(error: ValidationError) -> str:
    """What the real one's JSON reader says of a value that does not fit."""
    first = error.errors(include_url=False, include_input=False)[0]
    path = ".".join(str(part) for part in ("parameter", *first["loc"]))
    return f"Error converting value to the expected type. Path '{path[:200]}'."
