"""What the bot's tests stand on: a small connector, an OpenID endpoint, a brain that does as it is told, and activities."""

import asyncio
import itertools
import json
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot import routes
from bot.routes import Bot
from dialogs.talk import Event, Reply
from settings import Settings

TENANT = "00000000-0000-4000-8000-00000000beef"
BIRTHE = "00000000-0000-4000-8000-000000000001"
APP = "11111111-0000-4000-8000-000000000000"

Json = dict[str, Any]


@dataclass
class Call:
    """One request that the connector got."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    peer: int  # the caller's port: one for each connection


@dataclass
class Fault:
    """Strikes the next `times` requests of that method. `drop`: taken, but the connection is cut before an answer."""

    status: int = 0
    method: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None
    delay: float = 0.0
    drop: bool = False
    times: int = 1


class Connector:
    """Takes what the bot says. `url` is its service URL."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.files: dict[str, tuple[str, bytes]] = {}
        self.numbers = itertools.count(1)
        self.at_once = self.most_at_once = 0
        self.url = ""

    def app(self) -> web.Application:
        app = web.Application(client_max_size=50 * 1024 * 1024)
        app.router.add_get("/files/{name}", self.file)
        app.router.add_get("/redirect", self.redirect)
        app.router.add_route("*", "/{tail:.*}", self.take)
        return app

    async def redirect(self, request: web.Request) -> web.Response:
        del request
        raise web.HTTPFound(f"{self.url}/files/secret.txt")

    async def file(self, request: web.Request) -> web.Response:
        self.calls.append(Call("GET", request.path, dict(request.headers), None, 0))
        content_type, body = self.files[request.match_info["name"]]
        return web.Response(body=body, content_type=content_type)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        peer = request.transport.get_extra_info("peername")[1] if request.transport else 0
        self.calls.append(Call(request.method, request.raw_path, dict(request.headers), json.loads(body) if body else None, peer))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            return await self.answer(request)
        finally:
            self.at_once -= 1

    async def answer(self, request: web.Request) -> web.Response:
        fault = next((one for one in self.faults if one.times and one.method in {"", request.method}), None)
        if fault:
            fault.times -= 1
            await asyncio.sleep(fault.delay)
            if fault.drop and request.transport:
                request.transport.close()
            if fault.status:
                return web.json_response(fault.body, status=fault.status, headers=fault.headers)
        if request.path.endswith("/v3/conversations"):
            return web.json_response({"id": "a:opened"}, status=201)
        return web.json_response({"id": f"17000{next(self.numbers)}"}, status=201)

    def said(self, method: str = "POST") -> list[Json]:
        """What was posted (or put), typing left out."""
        return [one.body for one in self.calls if one.method == method and one.body and one.body.get("type") == "message"]

    def texts(self) -> list[str]:
        return [one.get("text", "") or one.get("summary", "") for one in self.said()]


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """An application on a free port; its address."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@contextmanager
def in_a_thread(build: Callable[[], web.Application]) -> Iterator[str]:
    """The same on a loop of its own, for those who block theirs."""
    ready: list[str] = []
    started, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def run() -> None:
        async with serving(build()) as url:
            ready.append(url)
            started.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()))
    thread.start()
    try:
        assert started.wait(10)
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


Answer = Callable[[Event, str], "tuple[str, list[Reply]] | Awaitable[tuple[str, list[Reply]]]"]


def replying(*replies: Reply) -> Answer:
    """Always the same replies; the state stays."""

    def answer(event: Event, state: str) -> tuple[str, list[Reply]]:
        return state, list(replies)

    return answer


class Brain:
    """Answers by a function; remembers what it was asked. Without one it echoes and counts in its state."""

    def __init__(self, answer: Answer | None = None) -> None:
        self.events: list[Event] = []
        self.states: list[str] = []
        self.answer = answer or (lambda event, state: (str(int(state or 0) + 1), [Reply(text=f"Echo: {event.text or event.do}")]))

    async def respond(self, event: Event, state: str) -> tuple[str, list[Reply]]:
        self.events.append(event)
        self.states.append(state)
        answered = self.answer(event, state)
        return await answered if isinstance(answered, Awaitable) else answered


@dataclass
class Running:
    """A bot that listens, with the connector that it answers to."""

    bot: Bot
    brain: Brain
    url: str
    connector: Connector
    http: aiohttp.ClientSession

    async def post(self, body: Any, headers: dict[str, str] | None = None, data: bytes | None = None) -> tuple[int, Any]:
        """POST /api/messages: status and parsed body."""
        sent = data if data is not None else json.dumps(body).encode()
        async with self.http.post(
            f"{self.url}/api/messages", data=sent, headers={"Content-Type": "application/json"} | (headers or {})
        ) as got:
            text = await got.text()
            return got.status, json.loads(text) if text else None

    async def says(self, text: str, **changes: Any) -> list[Json]:
        """Write a message; what the bot posts in answer."""
        before = len(self.connector.said())
        status, _ = await self.post(self.activity(text=text, **changes))
        assert status == 201
        return self.connector.said()[before:]

    def activity(self, **changes: Any) -> Json:
        return activity(self.connector.url, **changes)

    def invoke(self, name: str, value: Any, **changes: Any) -> Json:
        made = self.activity(type="invoke", name=name, value=value, id=f"f:{next(IDS)}", **changes)
        del made["text"]
        return made

    def press(self, drawn: Json, title: str, inputs: Json | None = None, **changes: Any) -> Json:
        """The invoke that a press of a button makes."""
        action = next(one for one in actions(drawn) if one["title"] == title)
        value = {"action": {"type": "Action.Execute", "verb": action["verb"], "data": action["data"] | (inputs or {})}, "trigger": "manual"}
        return self.invoke("adaptiveCard/action", value, **changes)


IDS = itertools.count(1_764_000_000_000)


def activity(service_url: str, **changes: Any) -> Json:
    """A message as Teams sends it in a personal chat; `changes` by JSON name, None leaves a property out."""
    number = next(IDS)
    made: Json = {
        "type": "message",
        "id": str(number),
        "timestamp": f"2026-11-23T09:00:{number // 1000 % 60:02}.{number % 1000:03}4567Z",
        "localTimestamp": "2026-11-23T10:00:00.1234567+01:00",
        "localTimezone": "Europe/Copenhagen",
        "serviceUrl": service_url,
        "channelId": "msteams",
        "locale": "da-DK",
        "textFormat": "plain",
        "text": "hej",
        "from": {"id": "29:1abc", "name": "Birthe Holm", "aadObjectId": BIRTHE},
        "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": "a:1xyz"},
        "recipient": {"id": f"28:{APP}", "name": "Kollega"},
        "entities": [{"type": "clientInfo", "locale": "da-DK", "country": "DK", "platform": "Windows"}],
        "channelData": {"tenant": {"id": TENANT}},
    } | changes
    return {key: value for key, value in made.items() if value is not None}


def actions(drawn: Json) -> list[Json]:
    """The buttons of an activity's card."""
    body = drawn["attachments"][0]["content"]["body"]
    return [action for element in body if element["type"] == "ActionSet" for action in element["actions"]]


@asynccontextmanager
async def running(
    connector: Connector, var: Path, brain: Brain | None = None, patience: float = 10.0, **more: Any
) -> AsyncIterator[Running]:
    """The bot on a free port. `more`: settings, and `tokens`."""
    brain = brain or Brain()
    tokens = more.pop("tokens", None)
    settings = Settings(_env_file=None, var_dir=var, **({"burst_seconds": 0} | more))  # a hello waits only where a test is about that
    async with routes.opened(settings, tokens, patience) as bot, bot.serving(brain) as handler:
        app = web.Application()
        app[routes.HANDLER] = handler
        app.add_routes(routes.routes)
        async with serving(app) as url, aiohttp.ClientSession() as http:
            yield Running(bot, brain, url, connector, http)


async def until(true: Callable[[], Any], seconds: float = 5.0) -> None:
    """Wait for something that comes soon."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0.005)


async def gap(work: Any) -> float:
    """The longest time that the loop stood still while `work` ran."""
    longest, last, done = 0.0, time.perf_counter(), asyncio.ensure_future(work)
    while not done.done():
        await asyncio.sleep(0.005)
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
    await done
    return longest
