"""A simulated world over real HTTP, connectors that are opened on it, and a server that misbehaves as it is told."""

import asyncio
import threading
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from connectors.exchange import Exchange
from connectors.opened import opened
from connectors.servicenow import Caller, ServiceNow
from connectors.systems import Systems
from settings import Settings
from simulators import exchange as simulated_exchange
from simulators.server import application, build
from simulators.simulation import Simulation
from simulators.store import Store

Step = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def served(app: web.Application) -> tuple[web.AppRunner, str]:
    """Serve on a free port of this machine."""
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


@dataclass
class World:
    """The simulators at `url`, shared by all tests: faults and switches end with the test that set them, writes stay.

    `writes` tells of this test's own alone; a test that needs the world as it was seeded begins with `reset`.
    """

    url: str
    session: aiohttp.ClientSession
    before: int = 0
    struck: set[str] = field(default_factory=set)
    turned: set[str] = field(default_factory=set)

    async def fault(self, path: str, **how: Any) -> None:
        self.struck.add(path)
        await self._post("faults", {"path": path, **how})

    async def switch(self, **settings: Any) -> None:
        self.turned |= set(settings)
        await self._post("settings", settings)

    async def reset(self) -> None:
        await self._post("reset", {})
        self.before = 0

    async def clean(self) -> None:
        """End what the test set."""
        for path in self.struck:
            await self._post("faults", {"path": path, "times": 0})
        if self.turned:
            await self._post("settings", dict.fromkeys(self.turned))

    async def _post(self, name: str, body: dict[str, Any]) -> None:
        async with self.session.post(f"{self.url}/control/{name}", json=body) as response:
            assert response.status == 200, await response.text()

    async def journal(self) -> list[dict[str, Any]]:
        async with self.session.get(f"{self.url}/control/journal") as response:
            found: list[dict[str, Any]] = await response.json()
            return found

    async def writes(self, system: str, path: str = "") -> list[dict[str, Any]]:
        """What this test wrote to a system, in order."""
        return [line for line in (await self.journal())[self.before :] if line["system"] == system and path in line["path"]]


async def whole_world() -> tuple[web.AppRunner, str]:
    """Built where it is served: SQLite is bound to its thread."""
    return await served(build())


@pytest.fixture(scope="session")
def simulators() -> Iterator[str]:
    """All simulators in a thread of their own, for the whole run: seeding takes a second."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner, url = asyncio.run_coroutine_threadsafe(whole_world(), loop).result(60)
    yield url
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
async def world(simulators: str) -> AsyncIterator[World]:
    async with aiohttp.ClientSession() as session:
        found = World(simulators, session)
        found.before = len(await found.journal())
        yield found
        await found.clean()


@pytest.fixture
async def systems(world: World) -> AsyncIterator[Systems]:
    async with opened(Settings(simulators_url=world.url)) as found:
        yield found


@pytest.fixture
def servicenow(systems: Systems) -> ServiceNow:
    """The instance, with all that is seeded."""
    return systems.get(ServiceNow)


@pytest.fixture
async def birthe(servicenow: ServiceNow) -> Caller:
    """An ordinary employee there."""
    return await servicenow.caller("birthe.holm@kk.example")


@pytest.fixture
async def office() -> AsyncIterator[World]:
    """Exchange alone, seeded for this test, quick, and with servers that tell each other at once."""
    simulation = Simulation(Store())
    runner, url = await served(application(simulation, {"exchange": simulated_exchange.SYSTEM}))
    async with aiohttp.ClientSession() as session:
        found = World(url, session)
        await found.switch(exchange_replication_seconds=0, exchange_latency_seconds=0)
        yield found
    await runner.cleanup()


@pytest.fixture
async def exchange(office: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Exchange]:
    """The connector in that office, with little patience."""
    monkeypatch.setattr("connectors.exchange_cmdlets.PATIENCE", 3.0)
    async with opened(Settings(simulators_url=office.url)) as found:
        yield found.get(Exchange)


@dataclass
class Wild:
    """A server that answers with the next step of a script; the last one is repeated. `seen`: the requests that came."""

    url: str = ""
    script: list[Step] = field(default_factory=list)
    seen: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.seen.append((f"{request.method} {request.path_qs}", dict(request.headers), await request.read()))
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return await step(request)


@pytest.fixture
async def wild() -> AsyncIterator[Wild]:
    found = Wild()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", found.answer)
    runner, found.url = await served(app)
    yield found
    await runner.cleanup()


def says(status: int = 200, body: str | bytes = "{}", content_type: str = "application/json", **headers: str) -> Step:
    """A step: a plain answer."""

    async def step(request: web.Request) -> web.StreamResponse:
        raw = body if isinstance(body, bytes) else body.encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, body=raw, content_type=content_type, headers=named)

    return step


def cuts(after: bytes = b"") -> Step:
    """A step: the connection is cut, before any answer or in the middle of one."""

    async def step(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000", "Content-Type": "application/json"})
        if after:
            await response.prepare(request)
            await response.write(after)
        if request.transport:
            request.transport.abort()
        return response

    return step


def hangs(seconds: float) -> Step:
    """A step: an answer that comes too late."""

    async def step(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(seconds)
        return web.json_response({})

    return step


@pytest.fixture
def key() -> str:
    """A business key that nobody has used."""
    return uuid.uuid4().hex
