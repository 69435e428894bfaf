"""Faults, the journal of writes, and the reset: `/control/...`."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from simulators.simulation import Simulation, System

MAX_BODY = 200 * 1024 * 1024


@dataclass
class Fault:
    """Strikes each request whose path contains `path`, `times` times (None: always)."""

    path: str
    method: str = ""
    match: str = ""
    status: int = 0
    delay: float = 0.0
    drop_answer: bool = False
    retry_after: int | None = None
    times: int | None = None

    def strikes(self, request: web.Request, body: bytes) -> bool:
        """Whether it is this fault's turn."""
        return (
            self.path in request.path
            and (not self.method or self.method.upper() == request.method)
            and (not self.match or self.match.encode() in body)
            and (self.times is None or self.times > 0)
        )


@dataclass
class Control:
    """The middleware around every system, and the addresses under /control."""

    simulation: Simulation
    systems: dict[str, System]
    faults: list[Fault] = field(default_factory=list)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/control/faults", self.add_fault),
            web.post("/control/reset", self.reset),
            web.post("/control/settings", self.set),
            web.get("/control/journal", self.journal),
        ]

    async def add_fault(self, request: web.Request) -> web.Response:
        try:
            wanted = await request.json()
            fault = Fault(**wanted)
        except (ValueError, TypeError) as error:
            return web.json_response({"error": f"not a fault: {error}"}, status=400)
        if fault.times == 0:
            self.faults = [one for one in self.faults if one.path != fault.path]
        else:
            self.faults.append(fault)
        return web.json_response({"faults": len(self.faults)})

    async def set(self, request: web.Request) -> web.Response:
        try:
            self.simulation.settings.update(await request.json())
        except (ValueError, TypeError) as error:
            return web.json_response({"error": f"not settings: {error}"}, status=400)
        return web.json_response(self.simulation.settings)

    async def reset(self, request: web.Request) -> web.Response:
        del request
        self.faults.clear()
        self.simulation.settings.clear()
        self.fill()
        for listener in self.simulation.listeners:
            listener()
        return web.json_response({"ok": True})

    def fill(self) -> None:
        """The seeded world, from nothing."""
        self.simulation.store.clear()
        for system in self.systems.values():
            system.seed(self.simulation)

    async def journal(self, request: web.Request) -> web.Response:
        del request
        return web.json_response(list(self.simulation.store.table("control", "journal").values()))

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Strike with a fault, run the system, write the journal."""
        name = request.path.split("/", 2)[1]
        system = self.systems.get(name)
        if system is None or name == "control":
            return await handler(request)
        body = await request.read() if request.can_read_body else b""
        fault = next((one for one in self.faults if one.strikes(request, body)), None)
        if fault and fault.times is not None:
            fault.times -= 1
        if fault and fault.delay:
            await asyncio.sleep(fault.delay)
        response: web.StreamResponse
        if fault and fault.status:
            response = system.error(fault.status)
            if fault.retry_after is not None:
                response.headers["Retry-After"] = str(fault.retry_after)
        else:
            try:
                response = await handler(request)
            except web.HTTPException as refusal:
                response = refusal
        self.note(name, system, request, body, response.status)
        if fault and fault.drop_answer and request.transport:
            request.transport.abort()
        return response

    def note(self, name: str, system: System, request: web.Request, body: bytes, status: int) -> None:
        """One line of the journal for a write."""
        if not system.is_write(request.method, request.path):
            return
        parsed = self.parsed(body)
        number = self.simulation.store.count("journal")
        self.simulation.store.table("control", "journal")[str(number)] = {
            "at": self.simulation.now().isoformat(),
            "system": name,
            "method": request.method,
            "path": request.path_qs,
            "body": parsed,
            "key": system.key(parsed),
            "status": status,
        }

    @staticmethod
    def parsed(body: bytes) -> Any:
        """The JSON in a body, or None. Long base64 files are left out of the journal."""
        try:
            return shortened(json.loads(body))
        except ValueError:
            return None


def shortened(value: Any) -> Any:
    """A copy with very long strings (files) cut."""
    if isinstance(value, str):
        return value if len(value) < 20_000 else f"{value[:40]}… ({len(value)} characters)"
    if isinstance(value, list):
        return [shortened(item) for item in value]
    if isinstance(value, dict):
        return {key: shortened(item) for key, item in value.items()}
    return value
