"""kill -9 at every write, and at arbitrary moments: after a restart one incident, one document, one message."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import aiohttp
import pytest

from tests.house import House, Person

ROOT = Path(__file__).parents[1]
FAULT = ("min skærm er sort, og jeg kan ikke arbejde", "er oprettet:")
MAIL = ("journaliser mailen fra Sofie Lund om nye licenser på sag 2026-0012345", "Journaliseret på sag")
# the write at which the bot dies: the effect comes a second after its process has gone
WRITES = {
    "incident": (FAULT, {"path": "/servicenow/api/now/table/incident", "method": "POST"}),
    "document": (MAIL, {"path": "/edoc", "method": "POST", "match": "Base64Data"}),
    "mark": (MAIL, {"path": "/graph", "method": "PATCH"}),
    "message about a case": (FAULT, {"path": "/teams/v3", "method": "POST", "match": "er oprettet:"}),
    "message about a mail": (MAIL, {"path": "/teams/v3", "method": "POST", "match": "Journaliseret på sag"}),
}
MOMENTS = (0.0, 0.01, 0.02, 0.04, 0.08, 0.15)


def free() -> int:
    """A port that nobody uses."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Processes:
    """Simulators and bot as processes of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.simulators, self.bot = free(), free()
        self.running: dict[str, asyncio.subprocess.Process] = {}

    async def start(self, name: str, *command: str, ready: str) -> None:
        environment = {
            **os.environ,
            "SIMULATORS_URL": f"http://127.0.0.1:{self.simulators}",
            "PORT": str(self.bot),
            "VAR_DIR": str(self.folder / "var"),
            "LOG_LEVEL": "ERROR",
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = await asyncio.create_subprocess_exec(
                sys.executable, *command, cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        async with aiohttp.ClientSession() as http, asyncio.timeout(30):
            while True:
                try:
                    async with http.get(ready) as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                assert self.running[name].returncode is None, (self.folder / f"{name}.log").read_text()
                await asyncio.sleep(0.02)  # polling a process that starts

    async def start_bot(self) -> None:
        await self.start("bot", "app.py", ready=f"http://127.0.0.1:{self.bot}/readyz")

    async def kill_bot(self) -> None:
        self.running["bot"].send_signal(signal.SIGKILL)
        await self.running["bot"].wait()

    async def stop(self) -> None:
        for process in self.running.values():
            if process.returncode is None:
                process.kill()
                await process.wait()


@asynccontextmanager
async def processes(folder: Path) -> AsyncIterator[tuple[Processes, House]]:
    both = Processes(folder)
    try:
        command = ("-m", "simulators", "--port", str(both.simulators), "--bot", f"http://127.0.0.1:{both.bot}")
        await both.start("simulators", *command, ready=f"http://127.0.0.1:{both.simulators}/control/journal")
        await both.start_bot()
        async with aiohttp.ClientSession() as http:
            yield both, House(http, f"http://127.0.0.1:{both.simulators}", f"http://127.0.0.1:{both.bot}", None)
    finally:
        await both.stop()


async def until(found: Any, what: str) -> Any:
    """Poll until `await found()` is true."""
    async with asyncio.timeout(100):
        while not (result := await found()):  # noqa: ASYNC110 - what is awaited happens in other processes
            await asyncio.sleep(0.05)
    assert result, what
    return result


async def told(house: House, person: Person, what: str) -> list[dict[str, Any]]:
    """The messages with that in it which the bot has sent to the person, also those whose answer it never got."""
    async with house.http.get(f"{house.simulators}/control/journal") as answer:
        lines = [line for line in await answer.json() if line["system"] == "teams" and line["method"] == "POST" and line["status"] < 300]
    return [
        line
        for line in lines
        if what in json.dumps(line["body"], ensure_ascii=False) and unquote(line["path"]).find(person.conversation) > 0
    ]


async def effects(house: House) -> dict[str, int]:
    """How many incidents and documents were made, whatever the caller heard of it."""
    lines = await house.writes()
    made = {
        "incident": [line for line in lines if line["path"].split("?")[0].endswith("/table/incident")],
        "document": [line for line in lines if line["path"].endswith("/CreateDocument")],
    }
    return {kind: len({str(line["body"]) for line in some if line["status"] < 300}) for kind, some in made.items() if some} | {
        f"{kind} posts": len([line for line in some if line["status"] < 300]) for kind, some in made.items() if some
    }


async def check_once(house: House, person: Person, wanted: tuple[str, str]) -> None:
    """One effect and one message, also after a while."""
    said = await until(lambda: told(house, person, wanted[1]), wanted[1])
    kind = "incident" if wanted is FAULT else "document"
    assert (await effects(house))[f"{kind} posts"] == 1
    assert len(said) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", list(WRITES))
async def test_killed_during_a_write(name: str, tmp_path: Path) -> None:
    wanted, fault = WRITES[name]
    async with processes(tmp_path) as (both, house):
        person = await house.person("Birthe Holm")
        await person.says(wanted[0])
        await house.fault(**fault, delay=1.0, times=1)
        await person.says("ja")
        await struck(house)
        await both.kill_bot()
        await both.start_bot()
        await check_once(house, person, wanted)


async def struck(house: House) -> None:
    """Until the request that the fault holds has surely been sent: the fault counts down when it strikes."""

    async def gone() -> bool:
        async with house.http.get(f"{house.simulators}/control/faults") as answer:
            return answer.status == 200 and not [one for one in (await answer.json())["faults"] if one["times"]]

    await until(gone, "the fault strikes")


@pytest.mark.slow
@pytest.mark.parametrize("wanted", [FAULT, MAIL], ids=["case", "mail"])
async def test_killed_at_any_moment(wanted: tuple[str, str], tmp_path: Path) -> None:
    async with processes(tmp_path) as (both, house):
        for name, moment in zip(("Birthe Holm", "Sofie Lund", "Jens Kjær", "Amir Haddad", "Ole Bang", "Mette Friis"), MOMENTS, strict=True):
            if wanted is MAIL and name != "Birthe Holm":
                continue
            person = await house.person(name)
            await person.says(wanted[0])
            yes = asyncio.create_task(person.says("ja"))
            await asyncio.sleep(moment)  # the moment is the point
            await both.kill_bot()
            await both.start_bot()
            await yes
            assert len(await until(lambda person=person: told(house, person, wanted[1]), name)) == 1
        posts = await effects(house)
        assert posts["incident posts" if wanted is FAULT else "document posts"] == (len(MOMENTS) if wanted is FAULT else 1)
