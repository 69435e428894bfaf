"""The addresses of the instance, and what every request goes through: who asks, what may be asked, how the answer looks."""

import asyncio
import re
import secrets
from collections.abc import Callable

from aiohttp import web
from multidict import CIMultiDict, CIMultiDictProxy, MultiDict, MultiDictProxy
from yarl import URL

from simulators.servicenow import attachments, catalog, imports, knowledge, ordering, pages, stats, tables, tokens
from simulators.servicenow.batch import batch
from simulators.servicenow.calls import PREFIX, Answer, Call, refused
from simulators.servicenow.flow import advance
from simulators.servicenow.records import Records
from simulators.servicenow.refusals import Refusal, no_such_address, unauthenticated
from simulators.servicenow.sessions import authenticated, session
from simulators.servicenow.waiting import Queues, latency
from simulators.simulation import Simulation

Respond = Callable[..., Answer]
NOW = r"/api/now(?:/v[12])?"
SC = r"/api/sn_sc(?:/v\d)?/servicecatalog"
ROUTES: tuple[tuple[str, str, Respond], ...] = (
    ("GET", rf"{NOW}/table/(\w+)", tables.many),
    ("POST", rf"{NOW}/table/(\w+)", tables.create),
    ("GET", rf"{NOW}/table/(\w+)/(\w+)", tables.one),
    ("PATCH", rf"{NOW}/table/(\w+)/(\w+)", tables.change),
    ("PUT", rf"{NOW}/table/(\w+)/(\w+)", tables.change),
    ("DELETE", rf"{NOW}/table/(\w+)/(\w+)", tables.remove),
    ("GET", rf"{NOW}/stats/(\w+)", stats.stats),
    ("POST", rf"{NOW}/batch", lambda call: batch(call, answer)),
    ("POST", rf"{NOW}/import/(\w+)", imports.imported),
    ("GET", rf"{NOW}/attachment", attachments.listed),
    ("POST", rf"{NOW}/attachment/file", attachments.raw),
    ("POST", rf"{NOW}/attachment/upload", attachments.upload),
    ("GET", rf"{NOW}/attachment/(\w+)", attachments.one),
    ("PATCH", rf"{NOW}/attachment/(\w+)", attachments.rename),
    ("DELETE", rf"{NOW}/attachment/(\w+)", attachments.remove),
    ("GET", rf"{NOW}/attachment/(\w+)/file", attachments.content),
    ("GET", rf"{SC}/catalogs", catalog.catalogs),
    ("GET", rf"{SC}/catalogs/(\w+)/categories", catalog.categories),
    ("GET", rf"{SC}/categories/(\w+)", catalog.category),
    ("GET", rf"{SC}/items", catalog.items),
    ("GET", rf"{SC}/items/(\w+)", catalog.item),
    ("GET", rf"{SC}/items/(\w+)/variables", catalog.variables),
    ("GET", rf"{SC}/items/(\w+)/delegation/(\w+)", catalog.delegation),
    ("POST", rf"{SC}/items/(\w+)/order_now", ordering.order_now),
    ("POST", rf"{SC}/items/(\w+)/add_to_cart", ordering.add_to_cart),
    ("POST", rf"{SC}/items/(\w+)/submit_producer", ordering.submit_producer),
    ("GET", rf"{SC}/cart", ordering.cart),
    ("PUT", rf"{SC}/cart/(\w+)", ordering.change_line),
    ("DELETE", rf"{SC}/cart/(\w+)", ordering.drop_line),
    ("DELETE", rf"{SC}/cart/(\w+)/empty", ordering.empty),
    ("POST", rf"{SC}/cart/checkout", ordering.checkout),
    ("POST", rf"{SC}/cart/submit_order", ordering.submit_order),
    ("POST", rf"{SC}/variables/(\w+)/display_value", ordering.display_value),
    ("GET", r"/api/sn_km_api(?:/v\d)?/knowledge/articles", knowledge.articles),
    ("GET", r"/api/sn_km_api(?:/v\d)?/knowledge/articles/(\w+)", knowledge.article),
)
COMPILED = [(method, re.compile(pattern), respond) for method, pattern, respond in ROUTES]
ACCEPTED = ("*/*", "application/*", "application/json", "text/json")


def answer(call: Call) -> Answer:
    """The answer to one call, also to one in a batch. HEAD is a GET without its body."""
    method = "GET" if call.method == "HEAD" else call.method
    if method == "POST":
        method = call.headers.get("X-HTTP-Method-Override", method).upper()
    matches = [(verb, found, respond) for verb, pattern, respond in COMPILED if (found := pattern.fullmatch(call.path))]
    if not matches:
        return refused(no_such_address())
    chosen = next(((found, respond) for verb, found, respond in matches if verb == method), None)
    if chosen is None:
        return refused(Refusal(405, "Method not supported", f"{method} is not supported for this resource"))
    accept = call.headers.get("Accept", "*/*")
    if not any(one in accept.lower() for one in ACCEPTED) and not call.path.endswith("/file"):
        return refused(Refusal(406, "Not Acceptable", f"{accept} is not supported"))
    try:
        return chosen[1](call, *chosen[0].groups())
    except Refusal as refusal:
        return refused(refusal)


def build(simulation: Simulation) -> web.Application:
    """The instance's application."""
    queues = Queues()

    async def serve(request: web.Request) -> web.Response:
        """Everything but the pages for people."""
        body, fields = await request.read(), await form(request)
        async with queues.turn(request) as free:
            if not free:
                return web.Response(status=202)
            await asyncio.sleep(latency(Records(simulation), request.method, request.path))
            with simulation.store.atomic():
                return spoken(replied(Records(simulation), request, body, fields), request)

    app = web.Application()
    app.add_routes(pages.routes(simulation))
    app.router.add_route("*", r"/{tail:[\s\S]*}", serve)  # line breaks too
    return app


def replied(records: Records, request: web.Request, body: bytes, fields: dict[str, str]) -> Answer:
    """The answer to a request that has its turn. `fields`: of a form-encoded body."""
    advance(records)
    path = request.path.removeprefix(PREFIX)
    if path == "/oauth_token.do":
        return tokens.token(records, request.headers.get("Content-Type", ""), fields)
    user = authenticated(records, request.headers.get("Authorization", ""))
    if user is None:
        return refused(unauthenticated())
    call = Call(
        records=records,
        session=session(records, user),
        method=request.method,
        path=path,
        query=MultiDictProxy(MultiDict(request.query)),
        headers=CIMultiDictProxy(CIMultiDict(request.headers)),
        body=body,
        base=f"{origin(request)}{PREFIX}",
    )
    return answer(call)


def origin(request: web.Request) -> str:
    """Scheme, host and port by which the instance was reached; its own name where the caller sent nonsense."""
    try:
        return str(URL.build(scheme=request.scheme, authority=request.host).origin())
    except ValueError:
        return "http://127.0.0.1"


async def form(request: web.Request) -> dict[str, str]:
    """The fields of a form-encoded body; empty for anything else. Only POST carries one."""
    if request.method != "POST" or request.content_type != tokens.FORM:
        return {}
    try:
        found = await request.post()
    except (ValueError, LookupError):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def spoken(said: Answer, request: web.Request) -> web.Response:
    """An answer on the wire. Cookies as the real one sets them; a caller who sends them back stays on its session."""
    body, kind = said.encoded()
    headers = CIMultiDict(said.headers)
    headers.popall("Content-Type", None)
    response = web.Response(body=body if request.method != "HEAD" else None, status=said.status, headers=headers)
    if kind:
        response.headers["Content-Type"] = kind
    if "JSESSIONID" not in request.cookies:
        response.set_cookie("JSESSIONID", secrets.token_hex(16).upper(), path="/", httponly=True)
        response.set_cookie("glide_user_route", f"glide.{secrets.token_hex(16)}", path="/", httponly=True)
    return response
