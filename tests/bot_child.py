"""A bot in a process of its own that comes up by a fork and is quick to notice a death: for tests that kill it often."""

import asyncio
import functools
import logging
import multiprocessing
import os
import signal
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import structlog

import app
import bot.pace
import bot.routes
from connectors import exchange_cmdlets, servicenow_items
from jobs.engine import Jobs, Pace
from settings import Settings
from simulators.world import NOW
from tests.house import served

QUICK = Pace(first_wait=0.1, longest_wait=0.5, settle=0.5, audit=0.2, grace=0.5, orphan=2.0, mend=0.5, drain=2.0)


@functools.cache
def forkserver() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    root = Path(__file__).parents[1]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])  # the server's own sys.path
    context.set_forkserver_preload(["tests.bot_child", "jobs.recovery", "dialogs.registry"])
    return context


class Bot:
    """One bot; `address` once it takes messages."""

    def __init__(self, simulators: str, var: Path) -> None:
        self._ours, theirs = forkserver().Pipe()
        self._process = forkserver().Process(target=main, args=(simulators, str(var), theirs))
        self._process.start()
        theirs.close()

    async def up(self) -> str:
        async with asyncio.timeout(30):
            while not self._ours.poll():  # noqa: ASYNC110 - another process comes up
                await asyncio.sleep(0.02)
        return str(self._ours.recv())

    def kill(self) -> None:
        os.kill(int(self._process.pid or 0), signal.SIGKILL)
        self._process.join(5)

    def stop(self) -> None:
        self._process.terminate()
        self._process.join(10)
        self._ours.close()


def main(simulators: str, var: str, pipe: Connection) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    vars(app)["Jobs"] = functools.partial(Jobs, pace=QUICK)  # the same engine with other waiting times, in this process alone
    vars(bot.routes)["Pace"] = functools.partial(bot.pace.Pace, conversation=())  # nobody reads along
    vars(exchange_cmdlets)["PATIENCE"] = 3.0  # seconds: what is new in the simulated Exchange is seen at once
    vars(servicenow_items)["LATE"] = 3.0  # the same of what is ordered in the simulated ServiceNow
    asyncio.run(serve(simulators, Path(var), pipe))


async def serve(simulators: str, var: Path, pipe: Connection) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    settings: dict[str, Any] = {"simulators_url": simulators, "var_dir": var, "rules_dir": Path(__file__).parent / "rules"}
    runner, address = await served(app.build(Settings(**settings), lambda: NOW + timedelta(minutes=30)))
    pipe.send(address)
    await stop.wait()
    await runner.cleanup()
