"""The simulated Graph and eDoc over real HTTP: what the tests of both use."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

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
TOKEN_FORM = {
    "grant_type": "client_credentials",
    "client_id": "kollega",
    "client_secret": "simulator",
    "scope": "https://graph.microsoft.com/.default",
}


@dataclass
class World:
    """A running server, an open session, and the simulation behind them."""

    url: str
    session: aiohttp.ClientSession
    simulation: Simulation

    async def token(self, **form: str) -> str:
        async with self.session.post(f"{self.url}/graph/{TENANT}/oauth2/v2.0/token", data=TOKEN_FORM | form) as answer:
            return str((await answer.json())["access_token"])

    async def control(self, name: str, **body: Any) -> Any:
        async with self.session.post(f"{self.url}/control/{name}", json=body) as answer:
            assert answer.status == 200
            return await answer.json()

    async def journal(self) -> list[dict[str, Any]]:
        async with self.session.get(f"{self.url}/control/journal") as answer:
            found: list[dict[str, Any]] = await answer.json()
            return found


@asynccontextmanager
async def running() -> AsyncIterator[World]:
    """A freshly seeded world."""
    simulation = Simulation(Store())
    control = Control(simulation, {"graph": simulators.graph.SYSTEM, "edoc": simulators.edoc.SYSTEM})
    app = web.Application(client_max_size=MAX_BODY, middlewares=[control.middleware], handler_args={"max_line_size": 65536})
    app.add_routes(control.routes())
    for name, system in control.systems.items():
        app.add_subapp(f"/{name}", system.build(simulation))
    control.fill()
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield World(str(server.make_url("")).rstrip("/"), session, simulation)
    simulation.store.close()
