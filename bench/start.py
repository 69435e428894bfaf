"""From the start of app.py to a green /readyz, and resident memory after 1,000 conversations. `python -m bench.start [--starts 5]`.

Named references in the same run: an aiohttp server with nothing in it (start), and the stock SDK's echo after as many conversations (memory).
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from bench.echo import CALLERS, free_port, running, wait_for
from bench.table import Figure, show

TEXTS = ("hej", "opret en sag", "glem det")


def ready(port: int, path: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return bool(answer.status < 500)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def seconds_to(command: list[str], environment: dict[str, str], port: int, path: str) -> tuple[float, "subprocess.Popen[bytes]"]:
    """How long until that address answers, and the process."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, *command], env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
    while not ready(port, path):
        if process.poll() is not None:
            raise RuntimeError(f"{command} ended with {process.returncode}")
        time.sleep(0.005)
    return time.perf_counter() - began, process


def resident(pid: int) -> float:
    """MB of resident memory (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def talk(port: int, service_url: str, conversations: int) -> None:
    """So many conversations of three messages each."""
    arguments = [
        "bench.wire",
        "load",
        str(port),
        service_url,
        "600",
        str(CALLERS),
        "5000000",
        str(conversations),
        *TEXTS,
        f"--most={conversations * len(TEXTS)}",
    ]
    subprocess.run([sys.executable, "-m", *arguments], check=True, capture_output=True)


def run(starts: int) -> dict[str, float]:
    """ready_s and bare_s (medians), memory_mb of the bot and of the stock echo after 1,000 conversations."""
    with ExitStack() as stack:
        simulators = free_port()
        stack.enter_context(running(["simulators", "--port", str(simulators)]))
        wait_for(simulators)
        connector = stack.enter_context(running(["bench.wire", "connector"]))
        assert connector.stdout
        service_url = f"http://127.0.0.1:{int(connector.stdout.readline())}"
        var = stack.enter_context(tempfile.TemporaryDirectory())
        took: list[float] = []
        bare: list[float] = []
        for _ in range(starts):
            port, other = free_port(), free_port()
            environment = {"SIMULATORS_URL": f"http://127.0.0.1:{simulators}", "PORT": str(port), "VAR_DIR": var, "LOG_LEVEL": "ERROR"}
            seconds, process = seconds_to(["app.py"], environment, port, "/readyz")
            took.append(seconds)
            process.terminate()
            process.wait()
            seconds, process = seconds_to(["-m", "bench.echo_servers", "bare", str(other)], {}, other, "/")
            bare.append(seconds)
            process.kill()
            process.wait()
        port, other = free_port(), free_port()
        _, process = seconds_to(["app.py"], {**environment, "PORT": str(port)}, port, "/readyz")
        _, stock = seconds_to(["-m", "bench.stock_echo", str(other)], {}, other, "/")
        try:
            talk(port, service_url, 1000)
            talk(other, service_url, 1000)
            memory, stock_memory = resident(process.pid), resident(stock.pid)
        finally:
            process.terminate()
            stock.kill()
            process.wait()
            stock.wait()
    return {"ready_s": statistics.median(took), "bare_s": statistics.median(bare), "memory_mb": memory, "stock_memory_mb": stock_memory}


def figures(starts: int = 5) -> list[Figure]:
    """Start under 2 s; memory under 250 MB."""
    found = run(starts)
    ready, bare, memory, stock = (found[name] for name in ("ready_s", "bare_s", "memory_mb", "stock_memory_mb"))
    return [
        Figure("start to /readyz", f"{ready:.2f} s", f"empty aiohttp server: {bare:.2f} s", ready / bare, "under 2 s", ready < 2),
        Figure(
            "memory after 1,000 conversations",
            f"{memory:.0f} MB",
            f"stock SDK's echo: {stock:.0f} MB",
            memory / stock,
            "under 250 MB",
            memory < 250,
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.start")
    parser.add_argument("--starts", type=int, default=5)
    show(figures(parser.parse_args().starts))


if __name__ == "__main__":
    main()
