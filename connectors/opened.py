"""All configured connectors, open and ready: found by looking in this folder, so that a new one is a new file and nothing else."""

import asyncio
import importlib
import inspect
import pkgutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

import aiohttp

import connectors
from connectors.errors import ConnectorError
from connectors.extracts import Extracts
from connectors.http import Connector
from connectors.reporting import Reporting
from connectors.systems import Systems
from settings import Settings

PATIENCE = 2.0  # seconds that a health check waits for one system
HANDED = "udtraek"  # under VAR_DIR: files that people handed in
FRESH = 10.0  # seconds that its result counts


class Health:
    """The last result and when it was found; `lock` lets one check at a time run."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.at = float("-inf")
        self.found: dict[str, str] = {}


HEALTH: WeakKeyDictionary[Systems, Health] = WeakKeyDictionary()


def kinds() -> list[type[Connector]]:
    """Every connector class of this folder that is not a base of others, by name."""
    found = set()
    for info in pkgutil.iter_modules(connectors.__path__):
        if info.name != "__main__":
            module = importlib.import_module(f"connectors.{info.name}")
            found |= {
                one
                for one in vars(module).values()
                if inspect.isclass(one) and issubclass(one, Connector) and one.__module__ == module.__name__ and not inspect.isabstract(one)
            }
    return sorted(found, key=lambda one: one.name)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Systems]:
    """The systems that are configured, on one pool of connections. Reaches for none of them: one that is down harms no start."""
    pool = aiohttp.TCPConnector(limit=64, keepalive_timeout=30)
    # no cookies: ServiceNow's would bind all calls to one session, which runs one at a time and drops what queues up
    async with aiohttp.ClientSession(connector=pool, cookie_jar=aiohttp.DummyCookieJar()) as session:
        made = (kind.from_settings(settings, session) for kind in kinds())
        yield Systems([*(one for one in made if one is not None), *extracts(settings)])


def extracts(settings: Settings) -> list[Extracts]:
    """The folder of extracts, and what was handed in, for the datasets that the reporting connectors declare."""
    declared = [dataset for kind in kinds() if issubclass(kind, Reporting) for dataset in kind.offers]
    return [Extracts(settings.extracts_dir, declared, settings.var_dir / HANDED)]


async def health(systems: Systems) -> dict[str, str]:
    """Each system's name with "ok", or why not. All are asked at the same time, 2 seconds at most; the result counts for 10."""
    known = HEALTH.setdefault(systems, Health())
    async with known.lock:
        if time.monotonic() - known.at >= FRESH:
            every = systems.all(Connector)  # type: ignore[type-abstract]  # asked for by its base, never made from it
            reasons = await asyncio.gather(*(_state(one) for one in every))
            known.found = {one.name: reason for one, reason in zip(every, reasons, strict=True)}
            known.at = time.monotonic()
        return dict(known.found)


async def _state(connector: Connector) -> str:
    """The word "ok", or the reason in a few words."""
    try:
        async with asyncio.timeout(PATIENCE):
            await connector.check()
    except TimeoutError:
        return f"no answer in {PATIENCE:g} s"
    except ConnectorError as error:
        return str(error)
    return "ok"
