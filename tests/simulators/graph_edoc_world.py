"""The simulated Graph and eDoc over real HTTP: what the tests of both use. Seeded once, copied for each test."""

import atexit
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

import simulators.edoc
import simulators.graph
from simulators.control import MAX_BODY, Control
from simulators.simulation import Simulation
from simulators.store import Store
from simulators.world import TENANT

BIRTHE = "birthe.holm@kk.example"
INBOX = f"users/{BIRTHE}/mailFolders/inbox/messages"
TOKEN_FORM = {
    "grant_type": "client_credentials",
    "client_id": "kollega",
    "client_secret": "simulator",
    "scope": "https://graph.microsoft.com/.default",
}
SYSTEMS = {"graph": simulators.graph.SYSTEM, "edoc": simulators.edoc.SYSTEM}
RPC = "/edoc/Biz/v2/api/call/SI.Data.RPC/SI.Data.RPC/"
AUTHKEY = {"Authorization": "authkey simulator", "clientid": "kollega"}


@dataclass(frozen=True)
class Reply:
    """A whole answer: status, headers, bytes, and the JSON in them or None."""

    status: int
    headers: Any
    body: bytes
    json: Any

    @property
    def code(self) -> str:
        """Graph's error code."""
        return str(self.json["error"]["code"])


@dataclass
class World:
    """A running server, an open session, and the simulation behind them."""

    url: str
    session: aiohttp.ClientSession
    simulation: Simulation
    bearer: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, **options: Any) -> Reply:
        async with self.session.request(method, self.url + path, **options) as answer:
            body = await answer.read()
            found = await answer.json(content_type=None) if "json" in answer.headers.get("Content-Type", "") and body else None
            return Reply(answer.status, answer.headers, body, found)

    async def token(self, **form: str) -> str:
        """An access token for Graph."""
        reply = await self.call("POST", f"/graph/{TENANT}/oauth2/v2.0/token", data=TOKEN_FORM | form)
        return str(reply.json["access_token"])

    async def graph(self, path: str, method: str = "GET", headers: dict[str, str] | None = None, **options: Any) -> Reply:
        """One call to Graph, signed in; `path` behind v1.0/, or a whole link."""
        if not self.bearer:
            self.bearer = {"Authorization": f"Bearer {await self.token()}"}
        address = path.removeprefix(f"{self.url}/graph/v1.0/")
        return await self.call(method, f"/graph/v1.0/{address}", headers=self.bearer | (headers or {}), **options)

    async def messages(self, **params: str) -> list[dict[str, Any]]:
        """Birthe's inbox."""
        reply = await self.graph(INBOX, params={"$top": "100"} | {f"${name}": text for name, text in params.items()})
        assert reply.status == 200, reply.body
        found: list[dict[str, Any]] = reply.json["value"]
        return found

    async def mail(self, subject: str, **params: str) -> tuple[str, dict[str, Any]]:
        """The path and the fields of the mail with that subject in Birthe's inbox."""
        found = next(one for one in await self.messages(**params) if one["subject"] == subject)
        return f"users/{BIRTHE}/messages/{quote(found['id'], safe='')}", found

    async def edoc(self, operation: str, login: str | None = "kk\\bhol", **parameter: Any) -> dict[str, Any]:
        """One call to eDoc as that person; the answer must be HTTP 200."""
        who = {"ADContextUser": login} if login else {}
        reply = await self.call("POST", RPC + operation, headers=AUTHKEY, json={"parameter": who | parameter})
        assert reply.status == 200, reply.body
        found: dict[str, Any] = reply.json
        return found

    async def control(self, name: str, **body: Any) -> Any:
        reply = await self.call("POST", f"/control/{name}", json=body)
        assert reply.status == 200, reply.body
        return reply.json

    async def journal(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.call("GET", "/control/journal")).json
        return found


@cache
def seeded() -> Path:
    """A file with the seeded world, made once for the process."""
    folder = Path(tempfile.mkdtemp(prefix="kollega-simulators-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "seeded.sqlite"
    simulation = Simulation(Store(path))
    Control(simulation, SYSTEMS).fill()
    simulation.store.close()
    return path


@asynccontextmanager
async def running() -> AsyncIterator[World]:
    """A freshly seeded world."""
    with tempfile.TemporaryDirectory(prefix="kollega-simulators-") as folder:
        simulation = Simulation(Store(Path(shutil.copy(seeded(), folder))))
        control = Control(simulation, SYSTEMS)
        app = web.Application(client_max_size=MAX_BODY, middlewares=[control.middleware], handler_args={"max_line_size": 65536})
        app.add_routes(control.routes())
        for name, system in SYSTEMS.items():
            app.add_subapp(f"/{name}", system.build(simulation))
        async with TestServer(app) as server, aiohttp.ClientSession() as session:
            yield World(str(server.make_url("")).rstrip("/"), session, simulation)
        simulation.store.close()
