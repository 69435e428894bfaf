"""The model of a running bot: it takes a new one, or the one before, without a restart and without a dropped turn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date

import structlog

from nlu.known import Known
from nlu.model import Model
from nlu.understanding import Understanding
from nlu.versions import SHIPPED, Versions

EVERY = 3.0  # seconds between two looks at one file's stamp

Stamp = tuple[int, int, int] | None
log = structlog.get_logger()


class Live:
    """Understands with the model that is in use. A turn that has begun ends with the model it began with: the swap is of one reference.

    threshold: instead of each model's own, where it is not 0.
    """

    def __init__(self, versions: Versions, threshold: float = 0.0) -> None:
        """Load the model in use; the shipped one, and an error in the log, where that can't be loaded. Blocking."""
        self._versions = versions
        self._threshold = threshold
        self._seen = self._stamp()
        found = self._load()
        if found is None:
            log.error("the model in use is not loaded: the one that came with the program is used")
            found = self._own(versions.load(SHIPPED))
        self.model = found

    def understand(self, text: str, today: date) -> Understanding:
        """What `text` means, as nlu.model.Model.understand."""
        return self.model.understand(text, today)

    def know(self, known: Known) -> None:
        """Find these names from now on. Call it in the loop's thread."""
        self.model = self.model.knowing(known)

    @asynccontextmanager
    async def watching(self, every: float | None = None) -> AsyncIterator[None]:
        """`watch`, until the end of the block."""
        task = asyncio.create_task(self.watch(EVERY if every is None else every))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def watch(self, every: float) -> None:
        """Look now and then whether another model is in use, until cancelled. A model that is refused leaves the present one where it is."""
        while True:
            await asyncio.sleep(every)
            if fresh := await asyncio.to_thread(self._fresh):
                before, self.model = self.model.name, fresh.knowing(self.model.known)
                log.info("model swapped", before=before, now=fresh.name)

    def _fresh(self) -> Model | None:
        stamp = self._stamp()
        if stamp == self._seen:
            return None
        self._seen = stamp
        return self._load()

    def _load(self) -> Model | None:
        try:
            return self._own(self._versions.load(self._versions.in_use()))
        except (OSError, ValueError) as error:
            log.error("model refused", reason=str(error))  # noqa: TRY400 - the reason names the file; a traceback says no more
            return None

    def _own(self, model: Model) -> Model:
        return replace(model, threshold=self._threshold) if self._threshold else model

    def _stamp(self) -> Stamp:
        try:
            stat = self._versions.pointer.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_ino, stat.st_size
