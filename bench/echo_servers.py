"""The two other echoes: `python -m bench.echo_servers ours|bare PORT`."""

import sys
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web
from botbuilder.core import TurnContext

from bot.adapter import Adapter, incoming_of
from bot.addresses import Addresses
from bot.auth import Gate
from bot.pace import Pace
from bot.send import Sender


def ours() -> web.Application:
    """Echo through bot/adapter.py: checks, TurnContext, pace and retries included, as in a real turn without an app registration."""
    adapter: Adapter

    async def messages(request: web.Request) -> web.Response:
        return await adapter.process(request, echo)

    async def echo(context: TurnContext) -> None:
        said = incoming_of(context)
        await adapter.sender.post(said.service_url, said.conversation.id, {"type": "message", "text": f"Echo: {said.text}"})

    async def opened(app: web.Application) -> AsyncIterator[None]:
        del app
        nonlocal adapter
        local = Addresses(loopback=True)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64), cookie_jar=aiohttp.DummyCookieJar()) as session:
            adapter = Adapter(Gate(local), Sender(session, local, pace=Pace(tenant=())))
            yield

    app = web.Application()
    app.cleanup_ctx.append(opened)
    app.router.add_post("/api/messages", messages)
    return app


def bare() -> web.Application:
    """aiohttp alone: reads JSON, posts one reply."""
    session: aiohttp.ClientSession

    async def messages(request: web.Request) -> web.Response:
        said = await request.json()
        url = f"{said['serviceUrl']}/v3/conversations/{said['conversation']['id']}/activities"
        async with session.post(url, json={"type": "message", "text": f"Echo: {said['text']}"}) as answer:
            await answer.read()
        return web.Response(status=201)

    async def opened(app: web.Application) -> AsyncIterator[None]:
        del app
        nonlocal session
        async with aiohttp.ClientSession() as session:
            yield

    app = web.Application()
    app.cleanup_ctx.append(opened)
    app.router.add_post("/api/messages", messages)
    return app


if __name__ == "__main__":
    import uvloop

    uvloop.install()
    build = {"ours": ours, "bare": bare}[sys.argv[1]]
    web.run_app(build(), host="127.0.0.1", port=int(sys.argv[2]), print=None, access_log=None)
