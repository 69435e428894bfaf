"""All simulators in one aiohttp application."""

import importlib
import pkgutil
from pathlib import Path

from aiohttp import web

import simulators
from simulators.control import MAX_BODY, Control
from simulators.simulation import Simulation, System
from simulators.store import Store

HANDLER = {"max_line_size": 65536}  # ServiceNow takes lines of 16 KB and more
CONTROL = web.AppKey("control", Control)


def systems() -> dict[str, System]:
    """Every module or package of this folder that has a `SYSTEM`, by name."""
    found = {}
    for info in pkgutil.iter_modules(simulators.__path__):
        if info.name.startswith("_"):
            continue
        system = getattr(importlib.import_module(f"simulators.{info.name}"), "SYSTEM", None)
        if isinstance(system, System):
            found[info.name] = system
    return found


def build(data: Path | None = None, bot_url: str = "http://127.0.0.1:3978") -> web.Application:
    """The application. `data`: a folder where the state outlives the process; None keeps it in memory."""
    if data:
        data.mkdir(parents=True, exist_ok=True)
    return application(Simulation(Store(data / "simulators.sqlite" if data else None), bot_url), systems())


def application(simulation: Simulation, chosen: dict[str, System]) -> web.Application:
    """The application with these systems, seeded if it is not."""
    control = Control(simulation, chosen)
    app = web.Application(client_max_size=MAX_BODY, middlewares=[control.middleware], handler_args=HANDLER)
    app[CONTROL] = control
    app.add_routes(control.routes())
    for name, system in chosen.items():
        app.add_subapp(f"/{name}", system.build(simulation))
    if not control.seeded:
        control.fill()
    app.on_cleanup.append(close)
    return app


async def close(app: web.Application) -> None:
    """Let go of the file."""
    app[CONTROL].simulation.store.close()
