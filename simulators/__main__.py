"""`python -m simulators`: all simulated systems on one port."""

import argparse
import asyncio
import os
import signal
import ssl
import sys
from pathlib import Path

from aiohttp import web

from simulators.server import CONTROL, build


def main() -> None:
    """Read the command line and serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(
        prog="python -m simulators", description="Simulated ServiceNow, Microsoft 365, eDoc and Teams over HTTP."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=3979, help="0 takes a free one")
    parser.add_argument("--tls", action="store_true", help="serve HTTPS; the certificate is written to the data folder")
    parser.add_argument("--data", type=Path, help="a folder where the state outlives the process")
    parser.add_argument("--bot", default="http://127.0.0.1:3978", help="where the simulated Teams finds the bot")
    parser.add_argument(
        "--until-eof", action="store_true", help="end when standard input is closed: with the process that started this one"
    )
    wanted = parser.parse_args()
    context: ssl.SSLContext | None = None
    if wanted.tls:
        from simulators.certificate import context as made

        context = made(wanted.data or Path("var"))
    try:
        asyncio.run(serve(build(wanted.data, wanted.bot), wanted.host, wanted.port, context, until_eof=wanted.until_eof))
    except OSError as error:
        sys.exit(f"simulators: cannot serve at {wanted.host}:{wanted.port}: {error.strerror or error}")


async def serve(app: web.Application, host: str, port: int, context: ssl.SSLContext | None, *, until_eof: bool = False) -> None:
    """Serve and print the addresses; returns after a signal, or when standard input ends if `until_eof`."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, ssl_context=context).start()
        base = f"{'https' if context else 'http'}://{host}:{runner.addresses[0][1]}"
        print(f"Simulators at {base}: " + ", ".join(f"/{name}/" for name in sorted(app[CONTROL].systems)), flush=True)  # noqa: T201 - the one line for the terminal
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        if until_eof:
            asyncio.get_running_loop().add_reader(sys.stdin, lambda: None if os.read(sys.stdin.fileno(), 1024) else stop.set())
        await stop.wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    main()
