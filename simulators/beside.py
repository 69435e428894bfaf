"""Simulators in a process of their own beside the bot, for `python app.py` with no system configured."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PORT = 3979
PATIENCE = 30.0  # seconds that a start may take


class NotStarted(Exception):
    """They do not come up; one sentence."""


@contextmanager
def started(needed: bool, data: Path, bot: str) -> Iterator[str]:
    """The simulators' address, or "" when they are not needed. Those that run at the port already are used, and left running.

    data: where their state is kept. bot: where the simulated Teams finds the bot. Raises NotStarted.
    """
    address = f"http://127.0.0.1:{PORT}"
    if not needed:
        yield ""
    elif answers(address):
        yield address
    else:
        command = [sys.executable, "-m", "simulators", "--port", str(PORT), "--data", str(data), "--bot", bot, "--until-eof"]
        with subprocess.Popen(command, cwd=Path(__file__).parents[1], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as child:  # noqa: S603 - our own module
            try:
                wait_for(address, child)
                yield address
            finally:
                child.terminate()


def wait_for(address: str, child: "subprocess.Popen[bytes]") -> None:
    """Until they answer."""
    end = time.monotonic() + PATIENCE
    while not answers(address):
        if child.poll() is not None or time.monotonic() > end:
            raise NotStarted(f"The simulators do not start at {address}. Is the port taken by something else?")
        time.sleep(0.02)


def answers(address: str) -> bool:
    """Whether simulators serve there."""
    try:
        with urllib.request.urlopen(f"{address}/control/journal", timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
