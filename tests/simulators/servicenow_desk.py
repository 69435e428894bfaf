"""The simulated ServiceNow over real HTTP, and a caller for it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

import simulators.servicenow
from simulators.certificate import FILE
from simulators.certificate import context as made
from simulators.server import CONTROL, application
from simulators.simulation import Simulation
from simulators.store import Store

ROBOT = "kollega.integration"
BIRTHE, AMIR, OLE, JENS = "birthe.holm", "amir.haddad", "ole.bang", "jens.kjaer"
HEADERS = {"Accept": "application/json"}


def basic(user: str) -> str:
    return aiohttp.encode_basic_auth(user, "admin" if user == "admin" else "simulator")


@dataclass
class Said:
    """One answer."""

    status: int
    headers: Any
    body: Any

    @property
    def result(self) -> Any:
        assert self.status in {200, 201}, (self.status, self.body)
        return self.body["result"]

    @property
    def detail(self) -> str:
        return str(self.body["error"]["detail"])

    @property
    def message(self) -> str:
        return str(self.body["error"]["message"])


@dataclass
class Desk:
    """A running instance. Calls are made as the integration user unless `user` says another."""

    url: str
    http: aiohttp.ClientSession
    app: web.Application = field(repr=False)

    async def call(self, method: str, path: str, *, user: str | None = ROBOT, headers: dict[str, str] | None = None, **more: Any) -> Said:
        sent = {**HEADERS, **({"Authorization": basic(user)} if user else {}), **(headers or {})}
        async with self.http.request(method, f"{self.url}{path}", headers=sent, **more) as answer:
            raw = await answer.read()
            is_json = answer.content_type == "application/json" and raw
            return Said(answer.status, answer.headers, await answer.json() if is_json else raw)

    async def rows(self, table: str, query: str = "", *, user: str | None = ROBOT, **params: str) -> list[dict[str, Any]]:
        said = await self.call("GET", f"/api/now/table/{table}", user=user, params={"sysparm_query": query, **params})
        found: list[dict[str, Any]] = said.result
        return found

    async def row(self, table: str, query: str, *, user: str | None = ROBOT, **params: str) -> dict[str, Any]:
        found = await self.rows(table, query, user=user, **params)
        assert len(found) == 1, found
        return found[0]

    async def create(self, table: str, body: dict[str, Any], *, user: str | None = ROBOT) -> dict[str, Any]:
        found: dict[str, Any] = (await self.call("POST", f"/api/now/table/{table}", user=user, json=body)).result
        return found

    async def change(self, table: str, sys_id: str, body: dict[str, Any], *, user: str | None = ROBOT) -> Said:
        return await self.call("PATCH", f"/api/now/table/{table}/{sys_id}", user=user, json=body)

    async def control(self, name: str, **body: Any) -> Any:
        async with self.http.post(f"{self.base}/control/{name}", json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def journal(self) -> list[dict[str, Any]]:
        async with self.http.get(f"{self.base}/control/journal") as answer:
            found: list[dict[str, Any]] = await answer.json()
            return found

    async def user_id(self, user_name: str) -> str:
        return str((await self.row("sys_user", f"user_name={user_name}"))["sys_id"])

    @property
    def base(self) -> str:
        return self.url.removesuffix("/servicenow")

    @property
    def simulation(self) -> Simulation:
        return self.app[CONTROL].simulation


@asynccontextmanager
async def serving(certificates: Path | None = None) -> AsyncIterator[Desk]:
    """A freshly seeded instance on a free port; over TLS with a folder for its certificate."""
    context = made(certificates) if certificates else None
    trusted = ssl.create_default_context(cafile=certificates / FILE) if certificates else True
    app = application(Simulation(Store()), {"servicenow": simulators.servicenow.SYSTEM})
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    base = f"{'https' if context else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusted), cookie_jar=aiohttp.DummyCookieJar()) as http:
            yield Desk(f"{base}/servicenow", http, app)
    finally:
        await idle(runner)
        await runner.cleanup()


async def idle(runner: web.AppRunner) -> None:
    """Wait, not long, until the callers have hung up: a TLS connection that is cut on shutting down leaves its socket behind."""
    with suppress(asyncio.TimeoutError):
        async with asyncio.timeout(2):
            while runner.server and runner.server.connections:  # noqa: ASYNC110 - the server has no event for it
                await asyncio.sleep(0.005)
