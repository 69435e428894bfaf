"""Echo turns a second, 16 callers at a time: the stock SDK, our adapter, bare aiohttp. `python -m bench.echo [--seconds 3] [--rounds 3]`.

Each bot, the connector that it answers to and the callers are processes of their own. The rounds alternate, so that a slow moment of the
machine strikes all three. Prints the ratios.
"""

import argparse
import json
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bench.table import Figure, show

BOTS = {"stock": ["bench.stock_echo"], "ours": ["bench.echo_servers", "ours"], "bare": ["bench.echo_servers", "bare"]}
CALLERS = 16


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, "-m", *arguments], stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nothing listens on {port}")


def measure(port: int, service_url: str, seconds: float, first: int) -> tuple[float, list[float]]:
    """Turns a second, and how long each took."""
    arguments = ["bench.wire", "load", str(port), service_url, str(seconds), str(CALLERS), str(first)]
    done = subprocess.run([sys.executable, "-m", *arguments], check=True, capture_output=True, text=True)
    times = json.loads(done.stdout)
    return len(times) / seconds, times


def run(seconds: float, rounds: int) -> dict[str, dict[str, float]]:
    """For each bot: turns_per_second (the median round) and p50_ms."""
    with ExitStack() as stack:
        connector = stack.enter_context(running(["bench.wire", "connector"]))
        assert connector.stdout
        service_url = f"http://127.0.0.1:{int(connector.stdout.readline())}"
        ports = {}
        for name, arguments in BOTS.items():
            ports[name] = free_port()
            stack.enter_context(running([*arguments, str(ports[name])]))
        for port in ports.values():
            wait_for(port)
            measure(port, service_url, 0.5, 0)  # warm
        rates: dict[str, list[float]] = {name: [] for name in BOTS}
        times: dict[str, list[float]] = {name: [] for name in BOTS}
        for number in range(1, rounds + 1):
            for name, port in ports.items():
                rate, took = measure(port, service_url, seconds, number * 1_000_000)
                rates[name].append(rate)
                times[name] += took
    return {name: {"turns_per_second": statistics.median(rates[name]), "p50_ms": statistics.median(times[name]) * 1000} for name in BOTS}


def figures(seconds: float = 3.0, rounds: int = 3) -> list[Figure]:
    """Ours against the stock SDK, where twelve times is wanted, and against bare aiohttp."""
    found = run(seconds, rounds)
    stock, ours, bare = (found[name]["turns_per_second"] for name in ("stock", "ours", "bare"))
    measured = f"{ours:.0f} turns/s, p50 {found['ours']['p50_ms']:.1f} ms"
    return [
        Figure("echo, 16 at a time", measured, f"stock SDK: {stock:.0f} turns/s", ours / stock, "at least 12 x", ours / stock >= 12),
        Figure("echo, 16 at a time", measured, f"bare aiohttp: {bare:.0f} turns/s", ours / bare),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.echo")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each measurement lasts")
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    show(figures(wanted.seconds, wanted.rounds))


if __name__ == "__main__":
    main()
