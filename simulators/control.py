"""Faults, the journal of writes, settings and the reset: `/control/...`, and the middleware around every system."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import ValidationError

from simulators.faults import Fault, Faults, Unreadable, parsed
from simulators.simulation import Simulation, System
from simulators.store import Table

MAX_BODY = 200 * 1024 * 1024


@dataclass
class Control:
    """The middleware around every system, and the addresses under /control."""

    simulation: Simulation
    systems: dict[str, System]
    faults: Faults = field(default_factory=Faults)
    received: int = 0  # requests until now

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/control/faults", self.in_force),
            web.post("/control/faults", self.add_fault),
            web.post("/control/reset", self.reset),
            web.post("/control/settings", self.set),
            web.get("/control/journal", self.journal),
        ]

    async def add_fault(self, request: web.Request) -> web.Response:
        try:
            fault = Fault.model_validate_json(await request.read())
        except ValidationError as error:
            wrong = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}".lstrip(": ") for one in error.errors(include_url=False)]
            return web.json_response({"error": "not a fault", "details": wrong}, status=400)
        return web.json_response({"faults": self.faults.add(fault)})

    async def in_force(self, request: web.Request) -> web.Response:
        """The faults that still strike, with what is left of their `times`."""
        del request
        return web.json_response({"faults": [fault.model_dump() for fault in self.faults.standing()]})

    async def set(self, request: web.Request) -> web.Response:
        wanted = parsed(await request.read())  # readable: the middleware has seen it
        if not isinstance(wanted, dict):
            return web.json_response({"error": "not settings: a JSON object is wanted"}, status=400)
        self.simulation.settings.update(wanted)
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
        with self.simulation.store.atomic():
            self.simulation.store.clear()
            self.received = 0
            for system in self.systems.values():
                system.seed(self.simulation)
            self.simulation.store.table("control", "seeded")["world"] = {}

    @property
    def seeded(self) -> bool:
        """Whether the store holds a whole world: a process that died while it seeded left half a one."""
        return "world" in self.simulation.store.table("control", "seeded")

    async def journal(self, request: web.Request) -> web.Response:
        del request
        return web.json_response([self.journal_table[number] for number in sorted(self.journal_table, key=int)])

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Strike with a fault, run the system, write the journal."""
        name = request.path.split("/", 2)[1]
        system = self.systems.get(name)
        body = await self.body(request)
        try:
            found = parsed(body)
        except Unreadable as error:
            return system.error(400) if system else web.json_response({"error": str(error)}, status=400)
        if system is None:
            return await handler(request)
        number = self.number()
        fault = self.faults.take(request, body)
        if fault and fault.delay:
            await asyncio.sleep(fault.delay)
        response = self.struck(system, fault) if fault and fault.status else await self.answer(request, handler)
        if system.is_write(request.method, request.path) and system.changes(found):
            self.journal_table[number] = {
                "at": self.simulation.now().isoformat(),
                "system": name,
                "method": request.method,
                "path": request.path_qs,
                "body": shortened(found),
                "key": system.key(found),
                "status": response.status,
            }
        if fault and fault.drop_answer and request.transport:
            request.transport.abort()
        return response

    @staticmethod
    async def body(request: web.Request) -> bytes:
        """The whole body; a broken encoding is the caller's fault (400)."""
        try:
            return await request.read()
        except web.RequestPayloadError as error:
            raise web.HTTPBadRequest(text="the body does not decode") from error

    @staticmethod
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        """The system's answer; a raised one made to be returned, so that the journal has it too."""
        try:
            return await handler(request)
        except web.HTTPException as refusal:
            headers = {name: value for name, value in refusal.headers.items() if name != "Content-Length"}
            return web.Response(status=refusal.status, reason=refusal.reason, body=refusal.body, headers=headers)

    @staticmethod
    def struck(system: System, fault: Fault) -> web.Response:
        """The system's own answer for the status of a fault."""
        response = system.error(fault.status)
        if fault.retry_after is not None:
            response.headers["Retry-After"] = str(fault.retry_after)
        return response

    def number(self) -> str:
        """The place in the journal: by the moment of receipt, also where the effect comes late; after those of an earlier process."""
        self.received = (self.received or max(map(int, self.journal_table), default=0)) + 1
        return str(self.received)

    @property
    def journal_table(self) -> Table:
        return self.simulation.store.table("control", "journal")


def shortened(value: Any) -> Any:
    """A copy with very long strings (files) cut."""
    if isinstance(value, str):
        return value if len(value) < 20_000 else f"{value[:40]}… ({len(value)} characters)"
    if isinstance(value, list):
        return [shortened(item) for item in value]
    if isinstance(value, dict):
        return {key: shortened(item) for key, item in value.items()}
    return value
