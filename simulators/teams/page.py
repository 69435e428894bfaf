"""The chat page: its files, the npm packages that it needs, and the headers that keep it to itself."""

from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from simulators.teams.errors import Refusal

FOLDER = Path(__file__).parent / "page"
PACKAGES = Path(__file__).parents[2] / "node_modules"
LIBRARIES = {
    "adaptivecards.js": "adaptivecards/dist/adaptivecards.min.js",
    "adaptivecards.css": "adaptivecards/dist/adaptivecards.css",
    "markdown-it.js": "markdown-it/dist/browser/markdown-it.esm.min.mjs",
    "purify.js": "dompurify/dist/purify.es.mjs",
}
TYPES = {".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


@web.middleware
async def at_home(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Pages of other sites may not act as somebody here."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site" and "/api/" in request.path:
        raise Refusal(403, "Forbidden", "Only this page may use its interface.")
    return await handler(request)


def routes() -> list[web.RouteDef]:
    return [
        web.get("", to_page),
        web.get("/", start),
        web.get("/page/{file}", own),
        web.get("/library/{file}", library),
    ]


async def to_page(request: web.Request) -> web.Response:
    """The address without its slash."""
    query = f"?{raw}" if (raw := request.rel_url.raw_query_string) else ""
    return web.Response(status=308, headers={"Location": f"/teams/{query}"})


async def start(request: web.Request) -> web.Response:
    """The page; where its packages are missing, one sentence that says what to run."""
    del request
    ready = all((PACKAGES / path).is_file() for path in LIBRARIES.values())
    return served(FOLDER / ("index.html" if ready else "missing.html"))


async def own(request: web.Request) -> web.Response:
    """A file of the page's folder."""
    path = FOLDER / request.match_info["file"]
    if path.name != request.match_info["file"] or path.suffix not in TYPES or not path.is_file():
        raise web.HTTPNotFound
    return served(path)


async def library(request: web.Request) -> web.Response:
    """One of the few files of npm packages that the page loads."""
    path = LIBRARIES.get(request.match_info["file"])
    if path is None or not (PACKAGES / path).is_file():
        raise web.HTTPNotFound
    return served(PACKAGES / path)


def served(path: Path) -> web.Response:
    return web.Response(body=path.read_bytes(), headers={**HEADERS, "Content-Type": f"{TYPES[path.suffix]}; charset=utf-8"})
