"""The simulated Exchange (and Graph beside it) over real HTTP, seeded anew for each test: what its tests use."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

import simulators.exchange
import simulators.graph
from simulators.control import Control
from simulators.simulation import Simulation, nothing
from simulators.store import Store
from simulators.world import TENANT

SYSTEMS = {"exchange": simulators.exchange.SYSTEM, "graph": replace(simulators.graph.SYSTEM, seed=nothing)}
OUTLOOK = "https://outlook.office365.com/.default"
ADMIN = f"/exchange/adminapi/beta/{TENANT}"
BYPASS = {"BypassSecurityGroupManagerCheck": True}
WARNINGS = "@adminapi.warnings"


@dataclass(frozen=True)
class Reply:
    """A whole answer."""

    status: int
    headers: Any
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def rows(self) -> list[dict[str, Any]]:
        assert self.status == 200, self.body
        found: list[dict[str, Any]] = self.json["value"]
        return found

    @property
    def warnings(self) -> list[str]:
        found: list[str] = self.json[WARNINGS]
        return found

    @property
    def refusal(self) -> tuple[str, str]:
        """Type (its last part) and sentence, in whichever of the three shapes."""
        error = self.json["error"]
        assert error["message"] in {"Error executing cmdlet", "Invalid Operation"}
        inner = error["innererror"]["internalexception"]
        if "details" not in error:
            return inner["type"].rpartition(".")[2], inner["message"]
        text = error["details"][0]["message"]
        if text.startswith("{"):
            inside = json.loads(text)
            return inside["TypeName"].rpartition(".")[2], inside["Message"]
        _, kind, sentence = text.split("|", 2)
        return kind.rpartition(".")[2], sentence


@dataclass
class Office:
    """A running server and an open session. Replication is at once unless a test turns it."""

    url: str
    session: aiohttp.ClientSession
    simulation: Simulation
    tokens: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, **options: Any) -> Reply:
        address = path if path.startswith("http") else self.url + path
        async with self.session.request(method, address, **options) as answer:
            return Reply(answer.status, answer.headers, await answer.read())

    async def bearer(self, scope: str = OUTLOOK) -> dict[str, str]:
        if scope not in self.tokens:
            form = {"grant_type": "client_credentials", "client_id": "kollega", "client_secret": "simulator", "scope": scope}
            reply = await self.call("POST", f"/exchange/{TENANT}/oauth2/v2.0/token", data=form)
            self.tokens[scope] = reply.json["access_token"]
        return {"Authorization": f"Bearer {self.tokens[scope]}"}

    async def post(self, path: str, body: Any, **headers: str) -> Reply:
        return await self.call("POST", path, json=body, headers=await self.bearer() | headers)

    async def cmd(self, cmdlet: str, **parameters: Any) -> Reply:
        return await self.post(f"{ADMIN}/InvokeCommand", command(cmdlet, **parameters))

    async def one(self, cmdlet: str, **parameters: Any) -> dict[str, Any]:
        """The only row."""
        (row,) = (await self.cmd(cmdlet, **parameters)).rows
        return row

    async def graph(self, path: str, method: str = "GET", **options: Any) -> Reply:
        headers = await self.bearer("https://graph.microsoft.com/.default") | options.pop("headers", {})
        return await self.call(method, f"/graph/v1.0/{path}", headers=headers, **options)

    async def control(self, name: str, **body: Any) -> Any:
        reply = await self.call("POST", f"/control/{name}", json=body)
        assert reply.status == 200, reply.body
        return reply.json

    async def turn(self, **settings: Any) -> None:
        await self.control("settings", **{f"exchange_{name}": value for name, value in settings.items()})

    async def journal(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.call("GET", "/control/journal")).json
        return found


def command(cmdlet: str, **parameters: Any) -> dict[str, Any]:
    return {"CmdletInput": {"CmdletName": cmdlet, "Parameters": parameters}}


@asynccontextmanager
async def running() -> AsyncIterator[Office]:
    """A freshly seeded organization."""
    simulation = Simulation(Store())
    control = Control(simulation, SYSTEMS)
    control.fill()
    app = web.Application(middlewares=[control.middleware])
    app.add_routes(control.routes())
    for name, system in SYSTEMS.items():
        app.add_subapp(f"/{name}", system.build(simulation))
    async with TestServer(app) as server, aiohttp.ClientSession(auto_decompress=False) as session:
        office = Office(str(server.make_url("")).rstrip("/"), session, simulation)
        await office.turn(replication_seconds=0, graph_seconds=0, latency_seconds=0)
        yield office
    simulation.store.close()
