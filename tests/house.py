"""The whole house on one loop: simulators and bot over real HTTP on free ports, and people who write to it through the simulated Teams."""

import asyncio
import base64
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web, web_app

import app
from bot.pace import Pace
from dialogs.texts import COPENHAGEN
from settings import Settings
from simulators.graph.mailbox import Mailbox
from simulators.server import CONTROL
from simulators.server import build as build_simulators
from simulators.world import NOW, PEOPLE

PATIENCE = 15.0  # seconds that a test waits for something that should come


class Person:
    """One person at the chat window."""

    def __init__(self, house: "House", name: str) -> None:
        self.house = house
        self.id = next(person.id for person in PEOPLE if person.name == name)
        self.seen = 0
        self.messages: dict[str, dict[str, Any]] = {}  # newest form of each message, in the order they first came
        self.sent: list[str] = []  # ids of what this person wrote

    async def _post(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self.house.http.post(f"{self.house.simulators}/teams/api/people/{self.id}/{what}", json=body) as answer:
            answered: dict[str, Any] = await answer.json()
            assert answer.status < 400, (what, body, answer.status, answered)
            return answered

    async def open(self) -> None:
        """Open the chat; the greeting of the first time is read and forgotten."""
        self.conversation: str = (await self._post("open", {}))["conversation"]
        await self.new()

    async def new(self, wait: float = 0) -> list[dict[str, Any]]:
        """The bot's messages that are new, not those that were only redrawn."""
        url = f"{self.house.simulators}/teams/api/people/{self.id}/messages?after={self.seen}&wait={wait}"
        async with self.house.http.get(url) as answer:
            found = await answer.json()
        self.seen = found["sequence"]
        fresh = []
        for message in found["messages"]:
            if message["type"] == "message" and message["from"] == "bot" and not message["deleted"]:
                if message["id"] not in self.messages:
                    fresh.append(message)
                self.messages[message["id"]] = message
        return fresh

    async def says(self, text: str, *files: tuple[str, str, bytes]) -> list[dict[str, Any]]:
        """Write a message; what the bot says in answer."""
        attached = [{"name": name, "contentType": kind, "base64": base64.b64encode(data).decode()} for name, kind, data in files]
        sent = await self._post("messages", {"text": text, "files": attached})
        self.sent.append(sent["id"])
        return await self.new()

    async def edits(self, number: int, text: str) -> list[dict[str, Any]]:
        """Change one's own message (1 is the first)."""
        await self._post("edit", {"id": self.sent[number - 1], "text": text})
        return await self.new()

    async def deletes(self, number: int) -> list[dict[str, Any]]:
        """Delete one's own message (1 is the first)."""
        await self._post("delete", {"id": self.sent[number - 1]})
        return await self.new()

    async def presses(self, label: str, inputs: dict[str, str] | None = None) -> list[dict[str, Any]]:
        """Press the newest button with that label."""
        for message in reversed(self.messages.values()):
            if label in buttons(message):
                await self._post("press", {"activity": message["id"], "action": label, "inputs": inputs or {}})
                return await self.new()
        raise AssertionError(f"no button {label!r} in {[buttons(one) for one in self.messages.values()]}")

    async def answers(self, action: str) -> list[dict[str, Any]]:
        """Accept or decline the newest file that is offered."""
        message = next(one for one in reversed(self.messages.values()) if any(name for name in offers(one)))
        await self._post("consent", {"activity": message["id"], "action": action})
        return await self.new()

    async def blocks(self) -> None:
        """Block the bot, which is not told."""
        await self._post("block", {"blocked": True})

    async def hears(self) -> list[dict[str, Any]]:
        """Wait for a message that comes by itself."""
        async with asyncio.timeout(PATIENCE):
            while not (fresh := await self.new(wait=5)):
                pass
        return fresh


def elements(card: Any) -> list[dict[str, Any]]:
    """Every element of a card, in order."""
    if isinstance(card, list):
        return list(itertools.chain.from_iterable(elements(item) for item in card))
    if not isinstance(card, dict):
        return []
    inner = [elements(card[key]) for key in ("body", "items", "columns", "actions") if key in card]
    return [card, *itertools.chain.from_iterable(inner)]


def buttons(message: dict[str, Any]) -> list[str]:
    """The labels of a message's buttons."""
    return [one["title"] for one in elements(message.get("card")) if one.get("type", "").startswith("Action.")]


def offers(message: dict[str, Any]) -> list[str]:
    """The names of files that a message offers."""
    return [one["name"] for one in message.get("attachments") or () if one["contentType"].endswith("file.consent")]


def lines(message: dict[str, Any]) -> list[str]:
    """A message as a transcript shows it: text, facts, inputs, buttons."""
    parts = elements(message.get("card"))
    texts = [one["text"] for one in parts if one.get("type") == "TextBlock"] if parts else [message["text"]]
    said = [line for text in texts for line in str(text).splitlines() if line.strip()] or [""]
    labels = " ".join(f"[{label}]" for label in buttons(message))
    said += [
        f"  {fact['title']}: {' ⏎ '.join(fact['value'].splitlines())}"
        for one in parts
        if one.get("type") == "FactSet"
        for fact in one["facts"]
    ]
    for one in parts:
        if one.get("type", "").startswith("Input."):
            value = f" = {one['value']}" if one.get("value") else ""
            said.append(f"  ({one.get('label')}{value})")
            said += [f"    - {choice['title']}" for choice in one.get("choices", []) if one.get("isMultiSelect")]
    files = [one for one in message.get("attachments") or () if "teams.card.file." in one["contentType"]]
    if files and said == [""]:
        said = []
    said += [f"  {'tilbyder' if one['contentType'].endswith('consent') else 'har lagt'} {one['name']}" for one in files]
    return [f"< {line}" for line in (*said, *([f"  {labels}"] if labels else []))]


class House:
    """Running simulators and a running bot, which is `app`."""

    app: web.Application

    def __init__(self, http: aiohttp.ClientSession, simulators: str, bot: str, control: Any) -> None:
        self.http, self.simulators, self.bot, self.control = http, simulators, bot, control
        self.people: dict[str, Person] = {}
        self.later = (
            timedelta()
        )  # how much later it is for dialogs and jobs than the clock says that began at half past nine of the seeded world
        self._began = time.monotonic()

    async def calm(self) -> None:
        """Until nobody's job is at work, or for two seconds: a job closes just after it has told. One that waits for an answer rests."""
        jobs = self.app[app.DESK].jobs
        for _ in range(100):
            resting = {key for (key, _), waiting in jobs._waits._here.items() if not waiting.woken.is_set()}
            recent = [one for person in self.people.values() for one in await jobs.mine(person.id, 5)]
            if all(one.state != "running" or one.key in resting for one in recent):
                return
            await asyncio.sleep(0.02)

    def now(self) -> datetime:
        """The time for dialogs and jobs: it goes on by itself, and jumps by `later`."""
        return NOW + timedelta(minutes=30, seconds=time.monotonic() - self._began) + self.later

    async def person(self, name: str) -> Person:
        """That person, with the chat open."""
        if name not in self.people:
            self.people[name] = Person(self, name)
            await self.people[name].open()
        return self.people[name]

    async def new_day(self) -> None:
        """It is eight in the morning of the next day, and the calendar is looked at: by the clock that happens within twenty seconds."""
        local = self.now().astimezone(COPENHAGEN)
        self.later += datetime.combine(local.date() + timedelta(days=1), clock(8), COPENHAGEN) - local
        await self.app[app.DESK].jobs._schedules.round()

    async def fault(self, **fault: Any) -> None:
        async with self.http.post(f"{self.simulators}/control/faults", json=fault) as answer:
            assert answer.status == 200, await answer.text()

    def away(self, name: str, until: str = "") -> None:
        """That person's automatic replies are on: until a day ("2026-12-03"), or until they are turned off; "back": they are off."""
        person = next(one for one in PEOPLE if one.name == name)
        status = "disabled" if until == "back" else "scheduled" if until else "alwaysEnabled"
        times = {"scheduledStartDateTime": NOW.date(), "scheduledEndDateTime": until} if status == "scheduled" else {}
        set_to = {what: {"dateTime": f"{day}T06:00:00.0000000", "timeZone": "Romance Standard Time"} for what, day in times.items()}
        Mailbox(self.control.simulation, person).table("settings")["automaticReplies"] = {"status": status, **set_to}

    async def writes(self, system: str = "") -> list[dict[str, Any]]:
        """What the systems' journals show, the chat left out."""
        async with self.http.get(f"{self.simulators}/control/journal") as answer:
            found: list[dict[str, Any]] = await answer.json()
        return [
            line for line in found if line["system"] != "teams" and "oauth" not in line["path"] and (not system or line["system"] == system)
        ]


async def served(application: web.Application) -> tuple[web.AppRunner, str]:
    """Serve on a free port; the runner and the address."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


def empty(path: Path) -> Path:
    """An empty file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")
    return path


@asynccontextmanager
async def running(var: Path, **settings: Any) -> AsyncIterator[House]:
    """A house with nothing in it but the seeded world. What is said in a row is no burst, unless `burst_seconds` says so.

    The year's wheel is empty until a test writes one: days that go by in a test would bring its messages.
    """
    settings = {"burst_seconds": 0.0, "wheel_file": empty(var / "aarshjul.toml"), **settings}
    simulators = build_simulators()
    simulated, address = await served(simulators)
    async with aiohttp.ClientSession() as http:
        house = House(http, address, "", simulators[CONTROL])
        built = app.build(Settings(simulators_url=address, var_dir=var, **settings), house.now)
        house.app = built
        bot, house.bot = await served(built)
        await asyncio.wait_for(built[app.NAMES].read.wait(), PATIENCE)  # no fault that a test sets is met by this reading
        simulators[CONTROL].simulation.bot_url = house.bot
        built[app.BOT].adapter.sender.pace = Pace((), ())  # nobody reads along: what is said need not wait for what was said before
        async with http.post(f"{address}/control/settings", json={"teams_rate_limits": False}) as answer:
            assert answer.status == 200
        try:
            yield house
        finally:
            await bot.cleanup()
            await simulated.cleanup()
            vars(web_app)["_cached_build_middleware"].cache_clear()  # aiohttp would hold the house, 40 MB, until the tests end
