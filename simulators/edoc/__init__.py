"""eDoc: the municipality's records (ESDH) behind the SIF JSON-RPC of the product that eDoc is built on.

Client `kollega`, key `simulator`. Settings (through /control/settings): edoc_conversion_seconds, edoc_index_seconds, edoc_impersonation,
edoc_file_bytes, edoc_request_bytes.
GET /edoc/control/documents?message_id=… lists every document with a remark that holds the text: "exactly once" in one line.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiohttp import web

from simulators.edoc import pages, rpc
from simulators.edoc.seed import seed
from simulators.edoc.wire import page
from simulators.simulation import Simulation, System

READS = ("Get", "Ping")
REMARK = "Kollega"  # the title of the remark in which a client keeps its key


def build(simulation: Simulation) -> web.Application:
    """The application under /edoc."""

    def on(handler: Callable[[Simulation, web.Request], Awaitable[web.Response]]) -> Callable[[web.Request], Awaitable[web.Response]]:
        return partial(handler, simulation)

    app = web.Application()
    app.router.add_post("/Biz/v2/api/call/SI.Data.RPC/SI.Data.RPC/{service}/{operation}", on(rpc.call))
    app.router.add_get("/locator/DMS/Case/Details/Simplified/2", on(pages.case_page))
    app.router.add_get("/locator/DMS/Document/Details/Simplified/61000", on(pages.document_page))
    app.router.add_get("/locator/DMS/File/Content", on(pages.file_content))
    app.router.add_get("/control/documents", on(holding))
    for path in ("", r"/{rest:[\s\S]*}"):
        app.router.add_route("*", path, on(elsewhere))
    return app


async def elsewhere(simulation: Simulation, request: web.Request) -> web.Response:
    """An address that is not there, or not by this method: the web server answers."""
    del simulation
    return page(405 if request.path.startswith("/edoc/Biz/v2/api/call/") else 404)


async def holding(simulation: Simulation, request: web.Request) -> web.Response:
    """The documents of which a remark holds `message_id`: number, case, title and remarks."""
    text = request.query.get("message_id", "")
    rows = simulation.store.table("edoc", "document").values()
    found = [one for one in rows if text and any(text in remark["Content"] for remark in one["remarks"])]
    return web.json_response(
        [
            {
                "number": one["number"],
                "case": one["number"].rpartition("-")[0],
                "title": one["title"],
                "files": len(one["files"]),
                "remarks": one["remarks"],
            }
            for one in found
        ]
    )


def is_write(method: str, path: str) -> bool:
    """Every operation but the reading ones."""
    return method == "POST" and not path.rpartition("/")[2].startswith(READS)


def key(body: Any) -> str | None:
    """The ExternalId of a case, or the first word of a document's Kollega remark."""
    parameter = body.get("parameter") if isinstance(body, dict) else None
    if not isinstance(parameter, dict):
        return None
    identity, remarks = parameter.get("ExternalId"), parameter.get("Remarks")
    if isinstance(identity, dict) and isinstance(identity.get("Id"), str):
        return str(identity["Id"])
    for one in remarks if isinstance(remarks, list) else []:
        content = one.get("Content") if isinstance(one, dict) and one.get("Title") == REMARK else None
        if isinstance(content, str) and content.split():
            return content.split()[0]
    return None


SYSTEM = System(build=build, seed=seed, is_write=is_write, key=key, error=page)
