"""Every write that any form makes × everything that can go wrong with it: nothing lost, nothing doubled, no success told that is none.

The writes are not listed here: each form's transcripts are played, and what the systems' journals then show is what is tried.
"""

import asyncio
import json
import re
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from connectors.http import Connector
from dialogs.registry import found
from jobs.__main__ import verified
from jobs.database import place
from simulators.server import CONTROL
from simulators.server import build as build_simulators
from tests.bot_child import Bot
from tests.house import House, served
from tests.test_transcripts import Play

HERE = Path(__file__).parent / "transcripts"


def connectors(kind: Any) -> list[Any]:
    """All kinds of connector, by what they derive from."""
    return [kind, *(one for sub in kind.__subclasses__() for one in connectors(sub))]


FAULTS: dict[str, dict[str, Any]] = {
    "answer lost": {"drop_answer": True, "times": 1},
    "429": {"status": 429, "retry_after": 1, "times": 2},
    "503": {"status": 503, "times": 2},
    "time-out": {"status": 504, "times": 1},
    "token gone": {"status": 401, "times": 1},
    "killed before": {"status": 503, "retry_after": 2, "times": 1},
    "killed after": {"drop_answer": True, "times": 1},
}
READS = {"oversight.run", "oversight.sign", "oversight.ask", "oversight.extract"}  # what they find, keep and say stays here
OF_A_RUN = {
    "oversight.follow",
    "oversight.close",
    "oversight.journal",
}  # tried over one run that is there, in dialogs/test_oversight_following.py
TROUBLED = re.compile(r"^\((?:fault|drop|slow|later|edit)", re.MULTILINE)
OTHERS = re.compile(r"\n\(as ")  # who approves a standard request: here nobody need, by tests/rules
SAME = re.compile(r"Set-|(?:Add|Remove)-\w+Permission")  # said a second time in the same words it changes nothing
ID = re.compile(r"[0-9a-f]{32}|[\w=-]{24,}")
SYSTEMS = {kind.name: kind.setting.removesuffix("_URL").lower() for kind in connectors(Connector) if hasattr(kind, "name")}
Write = tuple[str, str, str, str]  # system, method, path without ids, command
WHOLE: dict[Path, Counter[Write]] = {}
FIRST: dict[Path, Counter[Write]] = {}  # of which so much was done before it was undone


def plays() -> Iterator[Path]:
    """Per form the calm transcripts that show different writes; where none shows any, the first in which something is told later."""
    for intent in sorted(set(found().forms) - READS - OF_A_RUN):
        calm = [path for path in sorted(HERE.glob(f"{intent.replace('.', '_')}.*.txt")) if calm_for(intent, path.read_text())]
        shown = {tuple(sorted(set(re.findall(r"^= (\w+ \w+ [A-Za-z]{4,16})", path.read_text(), re.MULTILINE)))): path for path in calm}
        told = [path for path in calm if "\n(wait)\n" in path.read_text()]
        most = [one for writes, one in shown.items() if writes and not any(set(writes) < set(other) for other in shown)]
        assert most or told, f"no calm transcript shows what {intent} writes"
        yield from most or told[:1]


def calm_for(intent: str, text: str) -> bool:
    """Whether nothing goes wrong in a transcript, and one person alone makes the wish."""
    return not TROUBLED.search(text) and (intent in {*found().requests, "undo"} or not OTHERS.search(text))


class Place:
    """Simulators in this process, a bot in another."""

    def __init__(self, house: House, var: Path) -> None:
        self.house, self.var = house, var
        self.first = Counter[Write]()  # what was written before it was undone
        self.bot = Bot(house.simulators, var)

    async def up(self) -> None:
        self.house.bot = self.house.control.simulation.bot_url = await self.bot.up()

    async def fresh(self) -> None:
        """The seeded world again, and chats that nobody has opened."""
        async with self.house.http.post(f"{self.house.simulators}/control/reset") as answer:
            assert answer.status == 200
        await self.at_once()
        self.house.people.clear()
        self.first.clear()

    async def at_once(self) -> None:
        """What is new in Exchange is seen at once, and Teams takes whatever the bot says."""
        url = f"{self.house.simulators}/control/settings"
        async with self.house.http.post(url, json={"exchange_replication_seconds": 0, "teams_rate_limits": False}) as answer:
            assert answer.status == 200

    async def play(self, path: Path) -> set[str]:
        """The person's side until the yes; the jobs that it started. Where something is undone, what was done first is waited for."""
        before, asker, undo = set(self.runs()), "", path.stem.startswith("undo.")
        play = Play(self.house, typed=False)
        for line in path.read_text().splitlines():  # noqa: ASYNC240 - a small file
            others = bool(asker) and line.startswith(">") and play.name != asker  # who would approve
            if line.startswith((">", "(attach", "(press", "(as")) and not others:
                await play.line(line)
            if started := set(self.runs()) - before:
                if not undo or all(key.startswith("undo:") for key in started):
                    return started
                before, asker = before | started, play.name
                await self.ended(started)
                self.first = await self.wrote()
                await (await self.house.person(asker)).new()
        raise AssertionError(f"{path.stem} starts no job")

    def runs(self) -> dict[str, tuple[str, str]]:
        """State and outcome of all jobs."""
        return {key: (state, outcome) for key, state, outcome in self.sql("SELECT id, state, outcome FROM run")}

    def sql(self, statement: str) -> list[Any]:
        with closing(sqlite3.connect(self.var / "kollega.runs.sqlite", timeout=30)) as connection:
            return connection.execute(statement).fetchall()

    async def ended(self, keys: set[str]) -> tuple[str, str]:
        """State and outcome of the job, once it is closed."""
        async with asyncio.timeout(60):
            while any(self.runs()[key][0] == "open" for key in keys):  # noqa: ASYNC110 - another process runs it
                await asyncio.sleep(0.03)
        (key,) = keys
        return self.runs()[key]

    async def wrote(self) -> Counter[Write]:
        """What took effect."""
        done, seen = Counter[Write](), set[tuple[Write, str]]()
        for line in [one for one in await self.house.writes() if one["status"] < 300]:
            write, body = named(line), json.dumps(line["body"], sort_keys=True)
            if not ((SAME.match(write[3]) or write[1] == "PATCH") and (write, body) in seen):
                done[write] += 1
            seen.add((write, body))
        return done

    async def struck(self) -> None:
        """Until the fault has met its request."""
        async with asyncio.timeout(30):
            while any(fault.times for fault in self.house.control.faults.standing()):  # noqa: ASYNC110 - another process asks
                await asyncio.sleep(0.005)

    async def die(self) -> None:
        self.bot.kill()
        self.bot = Bot(self.house.simulators, self.var)
        await self.up()


def named(line: dict[str, Any]) -> Write:
    """A line of the journal without what differs from one time to the next."""
    body = line["body"] if isinstance(line["body"], dict) else {}
    command = (body.get("CmdletInput") or {}).get("CmdletName", "")
    return line["system"], line["method"], ID.sub("*", line["path"].split("?")[0]), command


@asynccontextmanager
async def placed(var: Path) -> AsyncIterator[Place]:
    simulators = build_simulators()
    runner, address = await served(simulators)
    async with aiohttp.ClientSession() as http:
        here = Place(House(http, address, "", simulators[CONTROL]), var)
        try:
            await here.up()
            await here.at_once()
            yield here
        finally:
            await asyncio.to_thread(here.bot.stop)
            await runner.cleanup()


async def told(here: Place) -> str:
    """All that the bot has said."""
    async with here.house.http.get(f"{here.house.simulators}/control/journal") as answer:
        lines = [line for line in await answer.json() if line["system"] == "teams" and line["status"] < 300]
    return json.dumps([line["body"] for line in lines], ensure_ascii=False)


async def writes_of(here: Place, path: Path) -> Counter[Write]:
    """What takes effect when nothing goes wrong; played once in a process."""
    if path not in WHOLE:
        assert (await here.ended(await here.play(path)))[0] == "done"
        WHOLE[path], FIRST[path] = await here.wrote(), here.first.copy()
        assert WHOLE[path], "a form that writes nothing needs no job"
    return WHOLE[path]


def tried(path: Path, whole: Counter[Write], first: Counter[Write]) -> list[Write]:
    """The writes of its own. All requests end in ServiceNow by the same lines (dialogs/finishing.py): tried with the first of them."""
    requests = sorted(intent.replace(".", "_") for intent in {*found().requests, "undo"})
    ends = path.stem.partition(".")[0] in requests[1:]
    return [write for write in whole if write not in first and not (ends and write[0] == "servicenow")]


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("path", list(plays()), ids=lambda path: path.stem)
async def test_no_write_is_lost_or_doubled(path: Path, fault: str, tmp_path: Path) -> None:
    var = tmp_path / "var"
    async with placed(var) as here:
        whole = await writes_of(here, path)
        for write in tried(path, whole, FIRST[path]):
            await here.fresh()
            system, method, where, command = write
            await here.house.fault(path=where.split("*")[0], method=method, match=command, **FAULTS[fault])
            keys = await here.play(path)
            if fault.startswith("killed"):
                await here.struck()
                await here.die()
            state, outcome = await here.ended(keys)
            wrote, (key,) = await here.wrote(), keys
            if state == "done":
                assert wrote == whole, write
                assert "Det lykkedes ikke" not in await told(here)
            else:  # told as what it is; only a system whose credentials cannot be renewed may end so
                assert (fault, outcome.split()[:2]) == ("token gone", ["Denied", system]), (write, state, outcome)
                assert wrote <= whole
                assert "Det lykkedes ikke" in await told(here)
            proved = {SYSTEMS.get(one, one) for (one,) in here.sql(f"SELECT DISTINCT system FROM run_event WHERE run_id = '{key}'")}
            assert proved >= {one[0] for one in wrote}, "each write is a step of its system"
    assert verified(place(None, var), var / "none", 1) == 0


@pytest.mark.slow
async def test_an_order_that_shows_late_is_not_made_twice(tmp_path: Path) -> None:
    """The process dies when the order is out, and another takes over before the item is there."""
    async with placed(tmp_path / "var") as here:
        await here.house.http.post(f"{here.house.simulators}/control/settings", json={"servicenow_flow_seconds": 3})
        await here.house.fault(path="/order_now", method="POST", drop_answer=True, times=1)
        keys = await here.play(HERE / "distribution_list_remove_member.own_list.txt")
        await here.struck()
        await here.die()
        assert await here.ended(keys) == ("done", "done")
        assert len([write for write in await here.house.writes("servicenow") if "order_now" in write["path"]]) == 1
