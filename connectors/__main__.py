"""`python -m connectors check`: reach every system, one line each; exit status 1 when one fails or none is configured."""

import argparse
import asyncio
import sys

import structlog

from connectors.errors import ConnectorError, Denied
from connectors.http import Connector
from connectors.opened import kinds, opened
from settings import Settings, load


async def check(settings: Settings) -> int:
    """Print what was found. Gives the exit status."""
    async with opened(settings) as systems:
        every = systems.all(Connector)  # type: ignore[type-abstract]  # asked for by its base, never made from it
        lines = await asyncio.gather(*(line(one) for one in every))
    for text, _ in lines:
        say(text)
    missing = [kind for kind in kinds() if settings.system_url(kind.setting.removesuffix("_URL").lower()) is None]
    for kind in missing:
        say(f"{kind.name:<12} missing  set {kind.setting}, or SIMULATORS_URL for the simulator")
    return 0 if lines and all(good for _, good in lines) else 1


async def line(connector: Connector) -> tuple[str, bool]:
    """One system's line, and whether it is well."""
    try:
        return f"{connector.name:<12} ok       {await connector.check()}", True
    except ConnectorError as error:
        hint = f" (see {connector.setting} and its credentials)" if isinstance(error, Denied) else ""
        return f"{connector.name:<12} failed   {error}{hint}", False


def say(text: str) -> None:
    """One line on standard output."""
    sys.stdout.write(f"{text}\n")


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m connectors", description="The systems that Kollega works in.")
    parser.add_argument("command", choices=["check"], help="reach every configured system and say what is missing")
    parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # standard output is for the result alone
    sys.exit(asyncio.run(check(load())))


if __name__ == "__main__":
    main()
