"""Microsoft Graph: the directory and the mailboxes of the seeded people, with the sign-in service that gives the tokens.

`/graph/v1.0/…` stands for https://graph.microsoft.com/v1.0/…, `/graph/{tenant}/oauth2/v2.0/token` for the login service: client `kollega`,
secret `simulator`. Settings (through /control/settings): graph_token_seconds, graph_roles, graph_mailboxes (addresses in scope),
graph_claims_challenge, graph_latency_seconds, graph_retry_after, graph_index_seconds, graph_delta_gone.
Groups are Exchange's lists as they were exchange_graph_seconds ago, and read-only.
"""

import uuid
from typing import Any

from aiohttp import web

from simulators.graph import batch, tokens
from simulators.graph.corpus import FILED_MESSAGE_ID, HALF_FILED, internet_message_id
from simulators.graph.routes import Routes, only
from simulators.graph.seed import seed
from simulators.graph.wire import JSON, Answer, Call, Refusal, compact, envelope, injected, options, segments
from simulators.planted import seed_of
from simulators.simulation import Simulation, System

__all__ = ["FILED_MESSAGE_ID", "HALF_FILED", "SYSTEM", "internet_message_id"]
VERSION = "v1.0"


def build(simulation: Simulation) -> web.Application:
    """The application under /graph."""
    routes = Routes(simulation)

    async def graph(request: web.Request) -> web.Response:
        return await answered(simulation, routes, request)

    async def token(request: web.Request) -> web.Response:
        return await tokens.answer(simulation, request, request.match_info["tenant"])

    async def discovery(request: web.Request) -> web.Response:
        return web.json_response(tokens.discovery(request.host, request.match_info["tenant"]))

    app = web.Application()
    app.router.add_route("*", "/{tenant}/oauth2/v2.0/token", token)
    app.router.add_get("/{tenant}/v2.0/.well-known/openid-configuration", discovery)
    for path in ("", r"/{rest:[\s\S]*}"):
        app.router.add_route("*", path, graph)
    return app


async def answered(simulation: Simulation, routes: Routes, request: web.Request) -> web.Response:
    """One request over the network: token, call, answer, with the ids that Graph puts on every answer."""
    request_id = str(uuid.uuid4())
    client_id = request.headers.get("client-request-id", request_id)
    headers = {"request-id": request_id, "client-request-id": client_id}
    try:
        roles = tokens.checked(simulation, request.headers.get("Authorization", ""))
        call = read(request, await request.read(), seed_of(simulation))
        if call.path[:1] == ("$batch",):
            only(call, "POST")
            answer = await batch.answer(call, roles, routes.answer)
        else:
            answer = await routes.answer(call, roles)
    except Refusal as no:
        return web.json_response(envelope(no.code, no.message, request_id, client_id), status=no.status, headers=headers | no.headers)
    return response(answer, headers)


def read(request: web.Request, body: bytes, seed: int) -> Call:
    """The call in a request."""
    raw = request.rel_url.raw_path.removeprefix("/graph/")
    version, _, rest = raw.partition("/")
    if version.lower() != VERSION:
        raise Refusal(400, "BadRequest", f"Invalid version: {version[:40]}.")
    base = f"{request.scheme}://{request.host}/graph/{VERSION}"
    return Call(request.method, segments(rest), options(request.rel_url.raw_query_string), request.headers, body, base, rest, seed)


def response(answer: Answer, headers: dict[str, str]) -> web.Response:
    """An answer over the network."""
    headers = headers | answer.headers
    if answer.body is None:
        return web.Response(status=answer.status, headers=headers)
    if isinstance(answer.body, bytes):
        return web.Response(body=answer.body, status=answer.status, content_type=answer.kind, headers=headers)
    return web.Response(body=compact(answer.body), status=answer.status, headers=headers | {"Content-Type": JSON})


def is_write(method: str, path: str) -> bool:
    """Everything but GET, and but the POSTs that only read: tokens and the translation of ids."""
    return method not in {"GET", "HEAD", "OPTIONS"} and not path.endswith(("/oauth2/v2.0/token", "/translateExchangeIds"))


def key(body: Any) -> str | None:
    """The value of the first extended property in a PATCH: what a client marks a mail with."""
    rows = body.get("singleValueExtendedProperties") if isinstance(body, dict) else None
    value = rows[0].get("value") if isinstance(rows, list) and rows and isinstance(rows[0], dict) else None
    return value if isinstance(value, str) else None


SYSTEM = System(build=build, seed=seed, is_write=is_write, key=key, error=injected)
