"""The tab's own files: one page for every address, its scripts and styles, the npm packages that it needs, and the headers that keep it to itself."""

import asyncio
import html
from pathlib import Path

from aiohttp import web

from settings import Settings

FOLDER = Path(__file__).parent / "page"
PACKAGES = Path(__file__).parents[1] / "node_modules"
LIBRARIES = {
    "teams.js": "@microsoft/teams-js/dist/umd/MicrosoftTeams.min.js",
    "echarts.js": "echarts/dist/echarts.simple.min.js",
}
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
TEAMS = (  # the hosts that may show the tab: Teams, Outlook and Microsoft 365
    "https://teams.microsoft.com https://*.teams.microsoft.com https://*.cloud.microsoft https://*.microsoft365.com https://*.office.com "
    "https://outlook.office365.com"
)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors "
)


def headers(settings: Settings) -> dict[str, str]:
    """For every answer under /tab/."""
    return {
        "Content-Security-Policy": POLICY + (TEAMS if settings.app_id else "'self'"),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cache-Control": "no-store",
    }


async def page(settings: Settings) -> web.Response:
    """The page. It holds no data: they are asked for when it is known who looks."""
    text = await asyncio.to_thread((FOLDER / "index.html").read_text, "utf-8")
    identity = "teams" if settings.app_id else "local"
    told = text.replace("{identity}", identity).replace("{app}", html.escape(settings.app_id or ""))
    return web.Response(text=told, content_type="text/html", charset="utf-8")


async def own(request: web.Request) -> web.Response:
    """A file of the page's folder."""
    path = FOLDER / request.match_info["file"]
    if path.name != request.match_info["file"] or path.suffix not in TYPES or path.suffix == ".html":
        raise web.HTTPNotFound
    return await served(path, "no-cache")


async def library(request: web.Request) -> web.Response:
    """One of the few files of npm packages that the page loads."""
    name = LIBRARIES.get(request.match_info["file"])
    if name is None:
        raise web.HTTPNotFound
    return await served(PACKAGES / name, "private, max-age=86400")


async def served(path: Path, cache: str) -> web.Response:
    """A file, packed where the browser takes it so."""
    try:
        body = await asyncio.to_thread(path.read_bytes)
    except OSError:
        raise web.HTTPNotFound from None
    response = web.Response(body=body, content_type=TYPES[path.suffix], charset="utf-8", headers={"Cache-Control": cache})
    response.enable_compression()
    return response
