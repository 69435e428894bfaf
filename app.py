"""Kollega: read the settings, open the systems, load the model, mount everything. No logic."""

import asyncio
import logging
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta

import structlog
from aiohttp import web

import nlu
import settings as config
from bot import routes as bot
from connectors.identity import bot_token
from connectors.opened import health
from connectors.opened import opened as open_systems
from connectors.systems import Systems
from dialogs.brain import Brain
from dialogs.desk import Desk
from dialogs.registry import found
from dialogs.work import message, work
from jobs.database import unfit
from jobs.engine import Job, Jobs
from nlu.understanding import Understanding
from settings import Settings
from simulators.beside import started

log = structlog.get_logger()

SETTINGS: web.AppKey[Settings] = web.AppKey("settings")
CLOCK: web.AppKey[Callable[[], datetime]] = web.AppKey("clock")
SYSTEMS: web.AppKey[Systems] = web.AppKey("systems")
MODEL: web.AppKey[Callable[[str, date], Understanding]] = web.AppKey("model")
BOT: web.AppKey[bot.Bot] = web.AppKey("bot")
DESK: web.AppKey[Desk] = web.AppKey("desk")


def build(settings: Settings, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> web.Application:
    """The application. `now` gives the time that the dialogs go by (aware, UTC)."""
    app = web.Application()
    app[SETTINGS], app[CLOCK] = settings, now
    app.cleanup_ctx.extend([systems, model, teams, desk, serving])
    app.add_routes([*bot.routes, web.get("/healthz", healthz), web.get("/readyz", readyz)])
    return app


async def systems(app: web.Application) -> AsyncIterator[None]:
    """The connectors. A system that is down does not hinder the start."""
    async with open_systems(app[SETTINGS]) as app[SYSTEMS]:
        yield


async def model(app: web.Application) -> AsyncIterator[None]:
    """What texts mean, and the dialogs' folders, read once."""
    loaded = await asyncio.to_thread(nlu.load)
    app[MODEL] = loaded.understand
    found()
    yield


async def teams(app: web.Application) -> AsyncIterator[None]:
    """The Teams side: database, session, adapter."""
    async with bot.opened(app[SETTINGS], bot_token(app[SETTINGS])) as app[BOT]:
        yield


async def desk(app: web.Application) -> AsyncIterator[None]:
    """Jobs, and everything that a dialog has at hand."""
    settings = app[SETTINGS]

    async def do(job: Job) -> str:
        return await work(app[DESK], job)

    async def tell(key: str, conversation: str, told: dict[str, object]) -> None:
        reply, card = message(key, told)
        await app[BOT].proactive.tell(key, conversation, reply, status_card=card)

    patience = timedelta(minutes=settings.patience_minutes)
    jobs = Jobs(database_url=settings.database_url, var_dir=settings.var_dir, work=do, tell=tell, patience=patience)
    app[DESK] = Desk(app[SYSTEMS], app[MODEL], jobs, app[BOT].files, app[CLOCK], lambda: uuid.uuid4().hex[:12])
    await jobs.launch()
    yield
    await jobs.close()


async def serving(app: web.Application) -> AsyncIterator[None]:
    """From here on messages are let in; at the end the turns under way are waited for."""
    async with app[BOT].serving(Brain(app[DESK])) as app[bot.HANDLER]:
        yield


async def healthz(request: web.Request) -> web.Response:
    """The process lives."""
    del request
    return web.json_response({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """Messages are taken: 200 also when a system is down, which is then named; 503 when jobs cannot run."""
    state = {"systems": await health(request.app[SYSTEMS])}
    unwell = request.app[DESK].jobs.unwell()
    return web.json_response({"status": unwell or "ok", **state}, status=503 if unwell else 200)


def quiet(settings: Settings) -> None:
    """Logs as JSON lines on stderr, from our code and from libraries."""
    level = logging.getLevelNamesMapping()[settings.log_level]
    logging.basicConfig(level=max(level, logging.WARNING), format="%(message)s", stream=sys.stderr)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def main() -> None:
    """Run until stopped."""
    settings = config.load()
    if reason := unfit(settings.database_url):
        sys.exit(f"kollega: {reason}")
    quiet(settings)
    with started(settings.needs_simulators, settings.var_dir / "simulators", f"http://{settings.host}:{settings.port}") as address:
        if address:
            settings = settings.model_copy(update={"simulators_url": address})
            sys.stdout.write(f"Open {address}/teams/ in a browser to chat with Kollega. The systems behind it are simulated. Stop with Ctrl+C.\n")
            sys.stdout.flush()
        web.run_app(build(settings), host=settings.host, port=settings.port, access_log=None, print=None, loop=loop())


def loop() -> asyncio.AbstractEventLoop:
    """Uvloop where there is one."""
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()


if __name__ == "__main__":
    main()
