"""Whole turns a second (classifier, form, durable state, a new card and the old one closed) against the stock SDK's empty echo, 16 at a time.

`python -m bench.turn [--seconds 3] [--rounds 3]`. The bot is app.py as it is, on SQLite; the systems are the simulators; the connector and the
callers are the echo benchmark's. Prints turns/s, p50 and the ratio.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bench.echo import CALLERS, free_port, measure, running, wait_for
from bench.table import Figure, show

CONVERSATIONS = 1000  # fewer, and Teams' own limit of messages a conversation would be measured
FIRST = "min skærm er sort"  # opens the form of each conversation
TEXTS = ("glem det", "min skærm er sort")  # then dropped and begun again


@contextmanager
def house() -> Iterator[tuple[int, int]]:
    """app.py and its systems, in a folder of its own; the ports of the bot and of its Teams, which has a process to itself."""
    teams, systems, bot = free_port(), free_port(), free_port()
    with (
        tempfile.TemporaryDirectory() as var,
        running(["simulators", "--port", str(teams), "--bot", f"http://127.0.0.1:{bot}"]),
        running(["simulators", "--port", str(systems)]),
    ):
        wait_for(teams)
        wait_for(systems)
        environment = {"SIMULATORS_URL": f"http://127.0.0.1:{systems}", "PORT": str(bot), "VAR_DIR": var, "LOG_LEVEL": "ERROR"}
        process = subprocess.Popen([sys.executable, "app.py"], env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
        try:
            wait_for(bot)
            yield bot, teams
        finally:
            process.terminate()
            process.wait()


def whole(
    port: int, service_url: str, seconds: float, first: int, texts: tuple[str, ...], *, most: int = 1_000_000
) -> tuple[float, list[float]]:
    """Turns a second and how long each took."""
    arguments = [
        "bench.wire",
        "load",
        str(port),
        service_url,
        str(seconds),
        str(CALLERS),
        str(first),
        str(CONVERSATIONS),
        *texts,
        f"--most={most}",
    ]
    done = subprocess.run([sys.executable, "-m", *arguments], check=True, capture_output=True, text=True)
    times = json.loads(done.stdout)
    return len(times) / seconds, times


def run(seconds: float, rounds: int) -> dict[str, float]:
    """turns_per_second and p50_ms of whole turns, and the stock echo's turns_per_second (medians of the rounds)."""
    with ExitStack() as stack:
        connector = stack.enter_context(running(["bench.wire", "connector"]))
        assert connector.stdout
        service_url = f"http://127.0.0.1:{int(connector.stdout.readline())}"
        stock = free_port()
        stack.enter_context(running(["bench.stock_echo", str(stock)]))
        bot, _ = stack.enter_context(house())
        wait_for(stock)
        measure(stock, service_url, 0.5, 0)
        whole(bot, service_url, 600, 0, (FIRST,), most=CONVERSATIONS)
        rates: list[float] = []
        times: list[float] = []
        stock_rates: list[float] = []
        for number in range(1, rounds + 1):
            rate, took = whole(bot, service_url, seconds, number * 1_000_000, TEXTS)
            rates.append(rate)
            times += took
            stock_rates.append(measure(stock, service_url, seconds, number * 1_000_000)[0])
    return {
        "turns_per_second": statistics.median(rates),
        "p50_ms": statistics.median(times) * 1000,
        "stock_echo": statistics.median(stock_rates),
    }


def figures(seconds: float = 3.0, rounds: int = 3) -> list[Figure]:
    """A whole turn against the stock SDK's empty echo: four times is wanted."""
    found = run(seconds, rounds)
    ratio = found["turns_per_second"] / found["stock_echo"]
    measured = f"{found['turns_per_second']:.0f} turns/s, p50 {found['p50_ms']:.1f} ms"
    against = f"stock SDK's echo: {found['stock_echo']:.0f} turns/s"
    return [Figure("whole turn, 16 at a time", measured, against, ratio, "at least 4 x", ratio >= 4)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.turn")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each measurement lasts")
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    show(figures(wanted.seconds, wanted.rounds))


if __name__ == "__main__":
    main()
