"""Everything under /tab/: the page for anybody, and what it asks for as JSON, for those who may see tilsyn alone."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from urllib.parse import quote

import aiohttp
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from sqlalchemy.exc import SQLAlchemyError

from connectors.directory import Person
from connectors.errors import ConnectorError
from connectors.openid import Keys
from dialogs import texts
from dialogs.desk import Desk
from dialogs.oversight import exports
from dialogs.oversight.judging import CannotJudge
from dialogs.oversight.rights import REFUSAL, office
from dialogs.oversight.runner import declared, offered
from dialogs.oversight.running import NotRun
from dialogs.oversight.sights import WHAT
from dialogs.oversight.store import Run
from insights import identity, pages, views
from insights.deadlines import deadlines
from insights.evidence import evidence
from insights.found import BadWish, Reader, kinds
from insights.identity import Door, LocalDoor, Rights, TeamsDoor, Unknown
from insights.links import Links, links_of
from insights.picture import picture
from insights.tables import grouped, judge, table, wished
from settings import Settings

GONE = "Kørslen findes ikke, eller den er slettet, fordi den er for gammel."
log = structlog.get_logger()


@dataclass(frozen=True)
class Insights:
    """What the handlers use. desk: only there when the application is open."""

    settings: Settings
    desk: Callable[[], Desk]
    links: Links
    reader: Reader
    rights: Rights


INSIGHTS: web.AppKey[Insights] = web.AppKey("insights")
DOOR: web.AppKey[Door] = web.AppKey("insights_door")


def build(settings: Settings, desk: Callable[[], Desk]) -> web.Application:
    """The application, to be mounted at /tab."""
    app = web.Application(middlewares=[answered], client_max_size=1 << 20)
    app[INSIGHTS] = Insights(settings, desk, links_of(settings), Reader(), Rights())
    app.cleanup_ctx.append(opened)
    guard = pages.headers(settings)

    async def guarded(request: web.Request, response: web.StreamResponse) -> None:
        del request
        for name, value in guard.items():
            response.headers.setdefault(name, value)

    app.on_response_prepare.append(guarded)
    one = "/api/runs/{run}"
    app.add_routes(
        [
            web.get("", to_page),
            web.get("/", shell),
            web.get("/runs/{run}", shell),
            web.get("/runs/{run}/rows/{nr}", shell),
            web.get("/page/{file}", pages.own),
            web.get("/library/{file}", pages.library),
            web.get("/api/runs", listing),
            web.get(one, run_page),
            web.get(f"{one}/development", development),
            web.get(f"{one}/picture", run_picture),
            web.get(f"{one}/rows", rows),
            web.get(f"{one}/rows/{{nr:\\d{{1,9}}}}", row),
            web.post(f"{one}/judge", judging),
            web.get(f"{one}/{{kind:excel|pdf}}", file),
        ]
    )
    return app


async def opened(app: web.Application) -> AsyncIterator[None]:
    """The door, and the session by which keys are fetched."""
    settings = app[INSIGHTS].settings
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        if settings.app_id:
            keys = Keys(session, identity.metadata_url(settings))
            app[DOOR] = TeamsDoor(keys, settings.app_tenant_id or "", identity.audiences(settings))
        else:
            app[DOOR] = LocalDoor()
        yield
    app[INSIGHTS].reader.close()


@web.middleware
async def answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What goes wrong, as a sentence for the page."""
    try:
        return await handler(request)
    except Unknown as error:
        log.info("tab_refused", reason=error.reason, status=error.status)
        return said(error.status, str(error))
    except (BadWish, CannotJudge, exports.NoResult, NotRun) as error:
        return said(409, str(error))
    except ConnectorError as error:
        return said(503, texts.trouble(error).replace(" Jeg har gemt det, du har skrevet, så prøv igen om lidt.", " Prøv igen om lidt."))
    except FileNotFoundError as error:
        log.warning("tab_file_gone", path=request.path, file=str(error.filename or "").rpartition("/")[2])
        return said(409, "Kørslens data er ikke længere gemt.")
    except SQLAlchemyError as error:
        log.warning("tab_database", error=type(error).__name__)
        return said(503, "Min egen database svarer ikke lige nu. Prøv igen om lidt.")


def said(status: int, text: str) -> web.Response:
    """A refusal in words."""
    return web.json_response({"error": text}, status=status)


async def to_page(request: web.Request) -> web.Response:
    """The address without its slash."""
    query = f"?{raw}" if (raw := request.rel_url.raw_query_string) else ""
    return web.Response(status=308, headers={"Location": f"/tab/{query}"})


async def shell(request: web.Request) -> web.Response:
    """The page of every address."""
    return await pages.page(request.app[INSIGHTS].settings)


async def visitor(request: web.Request, *, writes: bool = False) -> Person:
    """Who asks, when they may see tilsyn; for a write by the right as it is now. Raises Unknown and ConnectorError."""
    desk = request.app[INSIGHTS].desk()
    person = await identity.known(desk.systems, await request.app[DOOR].visitor(request))
    if not await request.app[INSIGHTS].rights.may_see(desk, person.id, anew=writes):
        raise Unknown("no right to see tilsyn", 403, REFUSAL)
    return person


async def asked(request: web.Request, *, writes: bool = False) -> tuple[Person, Run]:
    """Who asks, and the run that they ask for. Raises Unknown, also for a run that is not there."""
    person = await visitor(request, writes=writes)
    run = await office(request.app[INSIGHTS].desk()).runs.get(request.match_info["run"])
    if run is None:
        raise Unknown("no such run", 404, GONE)
    return person, run


async def seen(request: web.Request, person: Person, run: Run, detail: dict[str, object]) -> None:
    """Put on record that rows are shown, before they are. Raises Unavailable."""
    await request.app[INSIGHTS].desk().jobs.saw(person.id, run.id, "oversight", WHAT, {"tab": True, **detail})


async def listing(request: web.Request) -> web.Response:
    """All tilsyn of the year."""
    person, here = await visitor(request), request.app[INSIGHTS]
    year = texts.local(here.desk().now()).year
    some, due = await views.standings(office(here.desk()), year), await deadlines(here.desk(), person)
    return web.json_response(views.overview(some, year, here.links, due))


async def run_page(request: web.Request) -> web.Response:
    """A run, its rows and pictures apart."""
    _, run = await asked(request)
    here = request.app[INSIGHTS]
    return web.json_response(await views.run_page(office(here.desk()), run, here.links))


async def development(request: web.Request) -> web.Response:
    """What became of a run's findings since the last one."""
    person, run = await asked(request)
    told = await views.development(office(request.app[INSIGHTS].desk()), run)
    if told["solved"]:
        await seen(request, person, run, {"solved": len(told["solved"])})
    return web.json_response(told)


async def run_picture(request: web.Request) -> web.Response:
    """The picture of a run's findings."""
    person, run = await asked(request)
    here = request.app[INSIGHTS]
    if run.state != "found":
        return web.json_response(None)
    told = await picture(here.reader, office(here.desk()).findings(run), kinds(run.columns))
    if told:
        await seen(request, person, run, {"picture": told["column"]})
    return web.json_response(told)


async def rows(request: web.Request) -> web.Response:
    """A page of a run's findings, or their groups."""
    person, run = await asked(request)
    here = request.app[INSIGHTS]
    oversight, compared = office(here.desk()), request.query.get("since") == "1"
    wish = await wished(request.query, oversight, here.reader, run)
    grouping = grouped(oversight, here.reader, run, wish) if wish.group else table(oversight, here.reader, run, wish, compared=compared)
    told = await grouping
    if told["rows"]:
        await seen(request, person, run, {"page": wish.page, "rows": len(told["rows"])})
    return web.json_response(told)


async def row(request: web.Request) -> web.Response:
    """One finding with what stands behind it."""
    person, run = await asked(request)
    here = request.app[INSIGHTS]
    datasets = declared(offered(here.desk().systems))
    told = await evidence(office(here.desk()), here.reader, run, int(request.match_info["nr"]), datasets)
    await seen(request, person, run, {"nr": told["nr"]})
    return web.json_response(told)


async def judging(request: web.Request) -> web.Response:
    """Judge findings, as in the chat."""
    person, run = await asked(request, writes=True)
    here = request.app[INSIGHTS]
    try:
        body = await request.json()
    except ValueError:
        return said(400, "Det kan jeg ikke læse.")
    return web.json_response(await judge(office(here.desk()), here.reader, run, body, (person.id, person.name)))


async def file(request: web.Request) -> web.FileResponse:
    """A run as a workbook or a report."""
    person, run = await asked(request)
    oversight = office(request.app[INSIGHTS].desk())
    kind: exports.Kind = "xlsx" if request.match_info["kind"] == "excel" else "pdf"
    path = await exports.made(oversight, run, kind)
    await seen(request, person, run, {"file": kind, "rows": run.rows})
    disposition = f"attachment; filename*=UTF-8''{quote(exports.named(run, kind))}"
    return web.FileResponse(path, headers={"Content-Disposition": disposition, "Content-Type": exports.TYPES[kind]})
