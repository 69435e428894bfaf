"""`python -m connectors check`: reach every system, one line each: well, or what is wrong and what to do.

Exit status 0: all that are configured are well. 1: one is not, or none is configured. 2: a setting cannot be read.
"""

import argparse
import asyncio
import sys
from urllib.parse import urlsplit

import stamina
import structlog

from connectors.errors import ConnectorError, Denied, Unavailable
from connectors.http import Connector
from connectors.opened import kinds, opened
from settings import NEEDS, Partial, Settings, read, spoken


async def check(settings: Settings) -> int:
    """Print what was found. Gives the exit status."""
    async with opened(settings) as systems:
        every = {one.name: one for one in systems.all(Connector)}  # type: ignore[type-abstract]  # asked for by its base, never made from it
        found = await asyncio.gather(*(line(settings, kind, every.get(kind.name)) for kind in kinds()))
    for kind, (state, text) in zip(kinds(), found, strict=True):
        sys.stdout.write(f"{kind.name:<12} {state:<9} {text}\n")
    states = {state for state, _ in found}
    return 0 if "ok" in states and "failed" not in states else 1


async def line(settings: Settings, kind: type[Connector], connector: Connector | None) -> tuple[str, str]:
    """One system: a word for how it stands, and the rest in a sentence."""
    first = kind.setting.lower()
    if missing := settings.missing(first):
        return "failed", f"{kind.setting} is set; set {spoken(missing)} too"
    if connector is None:
        return "not used", f"set {spoken([kind.setting, *credentials(kind)])}, or SIMULATORS_URL for the simulator"
    simulated = settings.is_simulated(first.removesuffix("_url"))
    try:
        return "ok", f"{await connector.check()}{' (simulated)' if simulated else ''}"
    except ConnectorError as error:
        known = ", ".join(filter(None, [error.code or type(error).__name__, f"HTTP {error.status}" * bool(error.status)]))
        return "failed", f"{advice(connector, 'SIMULATORS_URL' if simulated else kind.setting, error)} ({known})"


def advice(connector: Connector, setting: str, error: ConnectorError) -> str:
    """What is wrong and what to do about it. `setting`: the one that holds the address."""
    where = urlsplit(connector.url).netloc.rpartition("@")[2]
    if error.status == 404 or error.code in {"not_json", "redirect"}:
        return f"something else answers at {where}; check {setting}"
    if isinstance(error, Denied) and error.status == 403 and error.code != "credentials":
        return f"{where} knows Kollega but does not let it read; give it the rights that docs/administrators.md names"
    if isinstance(error, Denied):
        return f"{where} does not accept Kollega; check {spoken(credentials(type(connector)))}"
    if isinstance(error, Unavailable):
        what = f"the sign-in for {where}" if error.code == "no_token" else where
        return f"{what} does not answer; check {setting}, and that this machine may reach it"
    return f"{where} refuses to {error.reason}"


def credentials(kind: type[Connector]) -> list[str]:
    """The settings that hold a system's credentials."""
    return [name.upper() for name in NEEDS[kind.setting.lower()]]


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m connectors", description="The systems that Kollega works in.")
    parser.add_argument("command", choices=["check"], help="reach every configured system and say what is missing")
    parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # standard output is for the result alone
    stamina.instrumentation.set_on_retry_hooks([])  # a line for each try would hide the one that counts
    sys.exit(asyncio.run(check(read(Partial))))


if __name__ == "__main__":
    main()
