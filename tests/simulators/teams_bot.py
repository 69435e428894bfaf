"""The simulated Teams over real HTTP, with a small bot on the other side: what the tests of both use."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

import simulators.graph
import simulators.teams
from simulators.control import MAX_BODY, Control
from simulators.simulation import Simulation
from simulators.store import Store
from simulators.teams import names
from simulators.world import BIRTHE, JENS, TENANT, Person

Json = dict[str, Any]
CARD_TYPE = "application/vnd.microsoft.card.adaptive"
TOKEN_FORM = {"grant_type": "client_credentials", "client_secret": "hemmelig", "scope": "https://api.botframework.com/.default"}
APP_ID = "11111111-2222-4333-8444-555555555555"


def card(*body: Json, version: str = "1.5", **more: Any) -> Json:
    """An adaptive card."""
    return {"type": "AdaptiveCard", "version": version, "body": list(body), **more}


def with_card(content: Json, **more: Any) -> Json:
    """A message that carries it."""
    return {"type": "message", "summary": "Et kort", "attachments": [{"contentType": CARD_TYPE, "content": content}], **more}


def execute(title: str, verb: str = "do", **more: Any) -> Json:
    return {"type": "Action.Execute", "title": title, "verb": verb, **more}


@dataclass
class Bot:
    """Keeps what it gets. `answer` may be set to say more than 201 and, to an invoke, an empty object."""

    got: list[Json] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answer: Callable[[Json], Awaitable[web.Response | None]] | None = None
    server: TestServer | None = None

    async def messages(self, request: web.Request) -> web.Response:
        activity = await request.json()
        self.got.append(activity)
        self.headers.append(dict(request.headers))
        found = await self.answer(activity) if self.answer else None
        return found or (web.json_response({}) if activity["type"] == "invoke" else web.Response(status=201))

    async def start(self, port: int = 0) -> None:
        app = web.Application()
        app.router.add_post("/api/messages", self.messages)
        self.server = TestServer(app, host="127.0.0.1", port=port)
        await self.server.start_server()

    async def stop(self) -> None:
        if self.server:
            await self.server.close()
            self.server = None

    @property
    def url(self) -> str:
        assert self.server
        return str(self.server.make_url("")).rstrip("/")

    def types(self) -> list[str]:
        return [one["type"] for one in self.got]


@dataclass
class Teams:
    """A running simulator and its bot, and a person's and a bot's calls to it."""

    url: str
    session: aiohttp.ClientSession = field(repr=False)
    simulation: Simulation = field(repr=False)
    bot: Bot = field(repr=False)
    person: Person = BIRTHE

    @property
    def conversation(self) -> str:
        return names.conversation(self.bot_id, self.person)

    @property
    def bot_id(self) -> str:
        return f"28:{self.simulation.settings.get('teams_app_id') or 'kollega'}"

    async def call(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        """Status and JSON (None for an empty body) of one request."""
        async with self.session.request(method, f"{self.url}{path}", json=body, **more) as answer:
            return answer.status, await answer.json() if (await answer.read()) else None

    async def does(self, what: str, person: Person | None = None, **body: Any) -> Json:
        """One thing that the person does on the page; it must succeed."""
        status, found = await self.call("POST", f"/teams/api/people/{(person or self.person).id}/{what}", body)
        assert status == 200, (what, status, found)
        return dict(found)

    async def tries(self, what: str, **body: Any) -> tuple[int, Any]:
        """The same, whatever comes of it."""
        return await self.call("POST", f"/teams/api/people/{self.person.id}/{what}", body)

    async def sees(self, after: int = 0, wait: float = 0, person: Person | None = None) -> list[Json]:
        path = f"/teams/api/people/{(person or self.person).id}/messages?after={after}&wait={wait}"
        found: list[Json] = (await self.call("GET", path))[1]["messages"]
        return found

    async def newest(self) -> Json:
        return (await self.sees())[-1]

    async def posts(self, activity: Any, method: str = "POST", tail: str = "", **more: Any) -> tuple[int, Any]:
        """The bot writes into the person's conversation."""
        return await self.call(method, f"/teams/v3/conversations/{self.conversation}/activities{tail}", activity, **more)

    async def shows(self, activity: Json) -> str:
        """The same, which must succeed; the message's id."""
        status, found = await self.posts(activity)
        assert status == 201, found
        return str(found["id"])

    async def set(self, **settings: Any) -> None:
        assert (await self.call("POST", "/control/settings", {f"teams_{name}": value for name, value in settings.items()}))[0] == 200

    async def journal(self) -> list[Json]:
        found: list[Json] = (await self.call("GET", "/control/journal"))[1]
        return found

    async def bot_token(self, **form: str) -> tuple[int, Json]:
        async with self.session.post(f"{self.url}/teams/token", data=TOKEN_FORM | {"client_id": APP_ID} | form) as answer:
            return answer.status, await answer.json()


@asynccontextmanager
async def running() -> AsyncIterator[Teams]:
    """Teams (with a mail server beside it) and a bot, on free ports."""
    bot = Bot()
    await bot.start()
    simulation = Simulation(Store(), bot.url)
    systems = {"teams": simulators.teams.SYSTEM, "graph": simulators.graph.SYSTEM}
    control = Control(simulation, systems)
    app = web.Application(client_max_size=MAX_BODY, middlewares=[control.middleware])
    app.add_routes(control.routes())
    for name, system in systems.items():
        app.add_subapp(f"/{name}", system.build(simulation))
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    async with aiohttp.ClientSession() as session:
        yield Teams(str(server.make_url("")).rstrip("/"), session, simulation, bot)
        await server.close()
    await bot.stop()
    simulation.store.close()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(true: Callable[[], Any], seconds: float = 10) -> None:
    """Wait for something that should come."""
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - what is waited for happens in another process or on a page
            await asyncio.sleep(0.01)


CREATE = {"isGroup": False, "members": [{"id": JENS.id}], "tenantId": TENANT}
