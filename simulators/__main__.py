"""`python -m simulators`: all simulated systems on one port."""

import argparse
import ssl
from pathlib import Path

from aiohttp import web

from simulators.server import build


def main() -> None:
    """Read the command line and serve until interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m simulators", description="Simulated ServiceNow, Microsoft 365, eDoc and Teams over HTTP."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=3979)
    parser.add_argument("--tls", action="store_true", help="serve HTTPS with a certificate made for this start")
    parser.add_argument("--data", type=Path, help="a folder where the state outlives the process")
    parser.add_argument("--bot", default="http://127.0.0.1:3978", help="where the simulated Teams finds the bot")
    wanted = parser.parse_args()
    context: ssl.SSLContext | None = None
    if wanted.tls:
        from simulators.certificate import context as made

        context = made(wanted.data or Path("var"))
    web.run_app(build(wanted.data, wanted.bot), host=wanted.host, port=wanted.port, ssl_context=context, handle_signals=True)


if __name__ == "__main__":
    main()
