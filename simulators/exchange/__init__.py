"""Exchange Online administration: shared mailboxes, distribution lists and permissions behind the admin endpoint.

`/exchange/adminapi/beta/{tenant}/InvokeCommand` stands for https://outlook.office365.com/adminapi/…, `/exchange/{tenant}/oauth2/v2.0/token` for
the login service: client `kollega`, secret `simulator`, scope https://outlook.office365.com/.default. Settings (through /control/settings), all
with `exchange_` before them: replication_seconds (2), stale_seconds (0), graph_seconds (5), release_seconds (3600), latency_seconds (0.01),
creation_seconds (0), concurrency (3), rate_limit and rate_seconds, retry_after (1; null for no header), part_throttle (so many parts of batches
are refused), roles (in tokens), denied (cmdlets without a role; "*" for all), hidden_parameters, only_warns (cmdlets that do nothing and warn),
items (in every mailbox, 0), no_content (pure writes answer 204), error_shape (1, 2 or 3), affinity_lost.
"""

import uuid
from typing import Any

from aiohttp import web

from simulators.exchange import batch, invoke
from simulators.exchange.door import Door, checked
from simulators.exchange.invoke import Call, Result
from simulators.exchange.seed import seed
from simulators.exchange.wire import Raw, injected
from simulators.faults import parsed
from simulators.graph import tokens
from simulators.simulation import Simulation, System

IDENTITY = frozenset({"identity", "resultsize"})
ENDPOINTS = {  # of the documented v2.0 interface: cmdlets and their parameters
    "mailbox": {
        "Get-Mailbox": IDENTITY | {"includegrantsendonbehalftowithdisplaynames"},
        "Set-Mailbox": frozenset({"identity", "grantsendonbehalfto"}),
    },
    "distributiongroupmember": {"Get-DistributionGroupMember": IDENTITY},
    "dynamicdistributiongroupmember": {"Get-DynamicDistributionGroupMember": IDENTITY},
    "accepteddomain": {"Get-AcceptedDomain": IDENTITY},
}


def build(simulation: Simulation) -> web.Application:
    """The application under /exchange."""
    door = Door(simulation)

    async def token(request: web.Request) -> web.Response:
        return await tokens.answer(simulation, request, request.match_info["tenant"])

    async def endpoint(request: web.Request) -> web.Response:
        try:
            return await answered(simulation, door, request)
        except Raw as raw:
            return raw.response()

    app = web.Application()
    app.router.add_route("*", "/{tenant}/oauth2/v2.0/token", token)
    app.router.add_route("*", "/adminapi/{version}/{tenant}/{endpoint}", endpoint)
    return app


async def answered(simulation: Simulation, door: Door, request: web.Request) -> web.Response:
    """One request: address, token, room, then the command. Raises Raw."""
    version, tenant, name = (request.match_info[part].lower() for part in ("version", "tenant", "endpoint"))
    allowed = ENDPOINTS.get(name) if version == "v2.0" else None
    if request.method != "POST" or (version == "v1.0" and name == "invokecommand"):
        raise Raw(405, b"The requested resource does not support this http method.")
    if tenant not in tokens.TENANTS or not (allowed or (version == "beta" and name in {"invokecommand", "$batch"})):
        raise Raw(404, b"")
    checked(request.headers.get("Authorization", ""))
    real = request.match_info["endpoint"]
    base = f"{request.scheme}://{request.host}/exchange/adminapi/{version}/{request.match_info['tenant']}"
    call = Call(parsed(await request.read()), request.query, request.headers.get("Prefer", ""), base, real)
    async with door.entered() as headers:
        found = await batch.answer(simulation, call, tenant) if name == "$batch" else await invoke.run(simulation, call, allowed)
        return response(found, headers | {"request-id": str(uuid.uuid4())})


def response(found: Result, headers: dict[str, str]) -> web.Response:
    """A result over the network."""
    headers = headers | found.headers
    if found.body is None:
        return web.Response(status=found.status, headers=headers)
    return web.json_response(found.body, status=found.status, headers=headers)


def commands(body: Any) -> list[Any]:
    """The commands in a body: of a batch, every part's."""
    parts = body.get("requests") if isinstance(body, dict) else None
    return [part.get("body") for part in parts if isinstance(part, dict)] if isinstance(parts, list) else [body]


def changes(body: Any) -> bool:
    """Whether anything in a body writes."""
    return any(invoke.is_write(one) for one in commands(body))


def key(body: Any) -> str | None:
    """The business key: in a custom attribute, or in a new list's notes."""
    for one in commands(body):
        parameters = invoke.wanted(one)[1]
        for name in ("CustomAttribute1", "Notes"):
            value = parameters.get(name) if isinstance(parameters, dict) else None
            if isinstance(value, str) and value:
                return value
    return None


def is_write(method: str, path: str) -> bool:
    """Every command is a POST; which of them change something, `changes` tells."""
    return method == "POST" and "/adminapi/" in path


SYSTEM = System(build=build, seed=seed, is_write=is_write, changes=changes, key=key, error=injected)
