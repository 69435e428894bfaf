"""Kollega: read the settings, open the systems, load the model, mount everything. No logic."""

import gc

if __name__ == "__main__":
    gc.disable()  # nothing that the imports make is garbage, and looking for it takes a fifth of the start; `opened` turns it on again

import asyncio
import errno
import logging
import sqlite3
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from aiohttp import web
from sqlalchemy.exc import DBAPIError

import insights.routes as tab
import settings as config
from bot import routes as bot
from connectors.identity import bot_token
from connectors.opened import health
from connectors.opened import opened as open_systems
from connectors.systems import Systems
from dialogs.brain import Brain
from dialogs.desk import Desk
from dialogs.names import KnownNames
from dialogs.oversight import heads, wheel_days
from dialogs.oversight.runner import Oversight
from dialogs.oversight.running import Limits
from dialogs.oversight.store import Runs
from dialogs.oversight.wheel import Wheel
from dialogs.registry import found
from dialogs.rules import FOLDER, BadRules, Rules
from dialogs.work import message, work
from fit import taken, unfit, unwritable
from insights.links import links_of
from jobs.engine import Job, Jobs, Limit
from nlu import notes
from nlu.live import Live
from nlu.versions import Versions
from settings import Settings
from simulators.beside import NotStarted, started

log = structlog.get_logger()

SETTINGS: web.AppKey[Settings] = web.AppKey("settings")
CLOCK: web.AppKey[Callable[[], datetime]] = web.AppKey("clock")
SYSTEMS: web.AppKey[Systems] = web.AppKey("systems")
BOT: web.AppKey[bot.Bot] = web.AppKey("bot")
DESK: web.AppKey[Desk] = web.AppKey("desk")
NAMES: web.AppKey[KnownNames] = web.AppKey("names")


def build(settings: Settings, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> web.Application:
    """The application. `now` gives the time that the dialogs and the jobs go by (aware, UTC)."""
    app = web.Application()
    app[SETTINGS], app[CLOCK] = settings, now
    app.cleanup_ctx.append(opened)
    app.add_routes([*bot.routes, web.get("/healthz", healthz), web.get("/readyz", readyz)])
    app.add_subapp("/tab", tab.build(settings, lambda: app[DESK]))
    return app


async def opened(app: web.Application) -> AsyncIterator[None]:
    """Everything the bot needs, opened in order and closed in reverse, also when a start fails half-way."""
    settings = app[SETTINGS]
    models = Versions(settings.var_dir)
    live, _ = await asyncio.gather(asyncio.to_thread(Live, models, settings.intent_threshold), asyncio.to_thread(found))
    async with AsyncExitStack() as stack:
        app[SYSTEMS] = await stack.enter_async_context(open_systems(settings))
        app[BOT] = await stack.enter_async_context(bot.opened(settings, bot_token(settings)))
        noted_at = config.kept_at(settings.database_url, settings.var_dir, "nlu")
        noted = await stack.enter_async_context(notes.opened(noted_at, live, app[CLOCK], allowed=settings.learn_from_use))
        await stack.enter_async_context(live.watching())
        app[NAMES] = KnownNames(app[SYSTEMS], live.know)
        await stack.enter_async_context(app[NAMES].watching())
        wheel = await asyncio.to_thread(Wheel, settings.wheel_file, settings.tilsyn_dir or heads.FOLDER)
        jobs = jobs_of(app, wheel)
        app[DESK] = Desk(
            systems=app[SYSTEMS],
            understand=live.understand,
            jobs=jobs,
            files=app[BOT].files,
            now=app[CLOCK],
            new_id=lambda: uuid.uuid4().hex[:12],
            notes=noted,
            phone=settings.servicedesk_phone,
            rules=rules_of(settings),
            roles=settings.role_groups(),
            burst=settings.burst_seconds,
            told=app[BOT].proactive.told,
            renamed=app[NAMES].soon,
            oversight=oversight_of(app),
            wheel=wheel,
            tab=links_of(settings).run,
        )
        await jobs.launch()
        stack.push_async_callback(jobs.close)
        app[bot.HANDLER] = await stack.enter_async_context(app[BOT].serving(Brain(app[DESK])))
        if not gc.isenabled():  # only in a process of our own: what is frozen is never freed, and a test opens many houses
            gc.freeze()
            gc.enable()
        yield


def rules_of(settings: Settings) -> Rules:
    """The administrators' rules of the standard requests. Raises BadRules."""
    return Rules(found().requests, settings.rules_dir or FOLDER, settings.role_groups())


def oversight_of(app: web.Application) -> Oversight:
    """The tilsyn, and where their runs are kept."""
    settings = app[SETTINGS]
    return Oversight(
        settings.tilsyn_dir or heads.FOLDER,
        settings.var_dir,
        Runs(config.kept_at(settings.database_url, settings.var_dir, "oversight")),
        Limits(settings.tilsyn_memory_mb, settings.tilsyn_seconds),
        now=app[CLOCK],
        keep=timedelta(days=settings.run_days),
    )


def jobs_of(app: web.Application, wheel: Wheel) -> Jobs:
    """The job engine: the dialogs' work, told through the bot."""
    settings = app[SETTINGS]

    async def do(job: Job) -> str:
        return await work(app[DESK], job)

    async def tell(key: str, conversation: str, told: dict[str, object]) -> None:
        if not conversation:  # nobody asked for the job
            log.error("job_has_nobody_to_tell", key=key, kind=told.get("kind"), reference=told.get("reference"))
            return
        reply, card = message(key, told)
        await app[BOT].proactive.tell(key, conversation, reply, status_card=card)

    key = settings.person_key
    return Jobs(
        database_url=settings.database_url,
        var_dir=settings.var_dir,
        work=do,
        tell=tell,
        patience=timedelta(minutes=settings.patience_minutes),
        now=app[CLOCK],
        limits={"mailbox": Limit(at_once=4)},  # Graph takes four calls at a time for one mailbox and app
        person_key=key.get_secret_value() if key else None,
        keep=timedelta(days=settings.run_days),
        schedules=(wheel_days.schedule(wheel),),
    )


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
    postgres = (settings.database_url or "").startswith("postgresql://")
    reason = unfit(sys.version_info[:2], sqlite3.sqlite_version_info, postgres=postgres) or unwritable("VAR_DIR", settings.var_dir)
    if settings.database_url and not postgres:
        reason = reason or unwritable("DATABASE_URL", Path(settings.database_url.removeprefix("sqlite:///")).parent)
    if reason := reason or taken(settings.host, settings.port):
        config.refuse(reason)
    quiet(settings)
    try:
        with started(settings.needs_simulators, settings.var_dir / "simulators", f"http://{settings.host}:{settings.port}") as address:
            serve(settings.model_copy(update={"simulators_url": address}) if address else settings, address)
    except NotStarted as error:
        config.refuse(str(error))


def serve(settings: Settings, simulators: str) -> None:
    """Until stopped. `simulators`: the address of those that belong to this process, "" for none; told when messages are taken."""
    chat = f"Open {simulators}/teams/ in a browser to chat with Kollega. The systems behind it are simulated." if simulators else ""

    def ready(*_: object) -> None:
        said = chat or f"Kollega takes messages at http://{settings.host}:{settings.port}/api/messages."
        sys.stdout.write(f"{said} Stop with Ctrl+C.\n")
        sys.stdout.flush()

    try:
        web.run_app(build(settings), host=settings.host, port=settings.port, access_log=None, print=ready, loop=loop())
    except DBAPIError as error:
        kind = type(error.orig).__name__
        config.refuse(f"DATABASE_URL: the database does not answer, does not let Kollega in, or is not Kollega's ({kind}).")
    except BadRules as error:
        config.refuse(*error.faults)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        config.refuse(taken(settings.host, settings.port) or str(error))


def loop() -> asyncio.AbstractEventLoop:
    """Uvloop where there is one."""
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    import uvloop

    return uvloop.new_event_loop()


if __name__ == "__main__":
    main()
