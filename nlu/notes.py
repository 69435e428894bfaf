"""Learning from use, the bot's side: what was not understood or was corrected is masked and kept, where the administrator's setting allows it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError
from typing_extensions import override

from nlu import entities, kept, slots
from nlu.live import Live

DAY = 86_400.0  # seconds between two looks for what is too old
MOST_WAITING = 200  # texts; what comes while a database is away is let go, not heaped up
log = structlog.get_logger()


class Notes(Protocol):
    """Takes texts that were not understood or misread."""

    def take(self, text: str, today: date, why: str, chosen: str = "") -> None:
        """Keep that text. `why`: one of nlu.kept.WHYS. `chosen`: the intent that the person took instead. Returns at once; never raises."""


class NoNotes(Notes):
    """Nothing is kept."""

    @override
    def take(self, text: str, today: date, why: str, chosen: str = "") -> None:
        """Nothing."""


class Notebook(Notes):
    """Keeps them in the database. `now`: aware."""

    def __init__(self, store: kept.Kept, live: Live, now: Callable[[], datetime]) -> None:
        self._store = store
        self._live = live
        self._now = now
        self._writing: set[asyncio.Task[None]] = set()

    @override
    def take(self, text: str, today: date, why: str, chosen: str = "") -> None:
        """Keep it, masked, in a thread beside the turn."""
        if len(self._writing) >= MOST_WAITING:
            log.warning("a text was not kept for review", reason="too many are being written")
            return
        task = asyncio.create_task(self._keep(text, today, why, chosen))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _keep(self, text: str, today: date, why: str, chosen: str) -> None:
        try:
            await asyncio.to_thread(lambda: self._store.add(self._misread(text, today, why, chosen)))
        except (SQLAlchemyError, OSError) as error:
            log.warning("a text was not kept for review", reason=type(error).__name__)

    def _misread(self, text: str, today: date, why: str, chosen: str) -> kept.Misread:
        model = self._live.model
        understood = model.understand(text, today)
        ordinary = model.weights.channels[0].rows  # the words that several phrases hold
        masked = slots.mask(entities.read(text, today, model.known), ordinary.__contains__)
        return kept.Misread(masked, understood.intent, understood.best, understood.confidence, why, chosen, model.name, self._now())

    async def close(self) -> None:
        """Wait for what is being written."""
        await asyncio.gather(*self._writing)


@asynccontextmanager
async def opened(url: str, live: Live, now: Callable[[], datetime], *, allowed: bool) -> AsyncIterator[Notes]:
    """Notes that are kept at `url` (settings.kept_at) where that is allowed; what is too old, or no longer allowed, is forgotten meanwhile."""
    store = kept.Kept(url)
    notebook = Notebook(store, live, now)
    tending = asyncio.create_task(tend(store, now, allowed=allowed))
    try:
        yield notebook if allowed else NoNotes()
    finally:
        tending.cancel()
        await asyncio.gather(tending, notebook.close(), return_exceptions=True)


async def tend(store: kept.Kept, now: Callable[[], datetime], *, allowed: bool) -> None:
    """At once and then daily: forget what is too old; everything, where keeping is not allowed. Until cancelled."""
    while True:
        try:
            gone = await asyncio.to_thread(lambda: store.purge(now(), all_of_it=not allowed))
        except (SQLAlchemyError, OSError) as error:
            log.warning("texts kept for review were not purged", reason=type(error).__name__)
        else:
            if gone:
                log.info("texts kept for review were purged", rows=gone)
        await asyncio.sleep(DAY)
