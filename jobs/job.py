"""One job: what it is told, how it stands, and the steps that it is made of."""

import contextlib
import hashlib
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar, cast

import structlog
from typing_extensions import override

from connectors.errors import ConnectorError
from jobs.logs import described
from jobs.patience import Step
from jobs.runs import Runs
from jobs.serializer import JobError, Shape, recordable, returned_by

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True)
class Order:
    """What a job gets to know: small JSON, no secrets. It lies in clear text in the job database.

    key: the business key, made of what the person confirmed ("case.create:<conversation>:<form id>"), never a fresh random id.
    form: the confirmed answers. person: {"id", "name", "tenant"}. conversation: where to tell.
    """

    key: str
    intent: str
    form: dict[str, Any]
    person: dict[str, str]
    conversation: str


def reference(key: str) -> str:
    """A short name for people and the log, the same for the same key: F-7K2M. No letters that look like others."""
    digest = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big")
    return "F-" + "".join("23456789ABCDEFGHJKMNPQRSTVWXYZ"[digest // 30**place % 30] for place in range(4))


Tell = Callable[[str, str, dict[str, Any]], Awaitable[None]]  # key, conversation, message


class Engine(Protocol):
    """What a job needs of the engine that runs it."""

    tell: Tell

    async def once(self, job: "Job", name: str, call: Callable[[], Awaitable[Any]]) -> Any:
        """Call it, or give what it gave when it was called before."""

    def resting(self, job: "Job") -> contextlib.AbstractContextManager[None]:
        """Around a pause in a step: the process may stop here."""


class Job:
    """One run of one order, handed to the work function. `minutes`: what the work saved, set by it, kept with the run."""

    def __init__(self, order: Order, engine: Engine, *, recovered: bool) -> None:
        self.order = order
        self.reference = reference(order.key)
        self.minutes = 0
        self.recovered = recovered
        self.settled = not recovered
        self.busy = 0  # steps under way, for a stop that waits for them
        self._engine = engine
        self._names: set[str] = set()

    def key(self, part: str) -> str:
        """The idempotency key of one step's write."""
        return f"{self.order.key}/{part}"

    async def step(self, name: str, call: Callable[..., Awaitable[T]], *args: Any, returns: Any = None, **kwargs: Any) -> T:
        """The result of `call(*args, **kwargs)`; once it is there it is kept, and not asked for again after a crash.

        name: distinct within the job, and stable over releases. returns: the result's type where the call's annotation does not
        say it. Unavailable is tried again until the patience is over; other ConnectorErrors come out at once and are kept like a
        result. Any other error is a fault of ours and comes out as JobError. Raises ValueError for a name that was used.
        """
        shape = Shape(returned_by(call) if returns is None else returns)
        return cast("T", shape.build(await self._record(name, lambda: call(*args, **kwargs), shape)))

    async def tell(self, name: str, message: dict[str, Any]) -> None:
        """Hand a message (JSON) to the engine's `tell` under `key(name)`; a step like any other."""
        await self._record(f"tell {name}", lambda: self._engine.tell(self.key(name), self.order.conversation, message), Shape(None))

    async def report(self, message: dict[str, Any]) -> None:
        """Tell how the job failed, with its reference. For the engine."""
        key = self.key(f"job/{message['kind']}")
        message |= {"reference": self.reference}
        await self._record(f"tell job/{message['kind']}", lambda: self._engine.tell(key, self.order.conversation, message), Shape(None))

    async def _record(self, name: str, call: Callable[[], Awaitable[Any]], shape: Shape) -> Any:
        if name in self._names:
            raise ValueError(f"two steps of a job are named {name!r}")
        self._names.add(name)

        async def attempt() -> Any:
            try:
                return shape.dump(await call())
            except Exception as error:  # part of the border of a job: a repeat must see the same error as this run
                kept = recordable(error)
                if kept is error:
                    raise
                if isinstance(kept, JobError):
                    log.error("step_crashed", step=name, **described(error))  # noqa: TRY400 - the traceback would quote what a person wrote
                raise kept from error

        return await self._engine.once(self, name, attempt)


class JobStep(Step):
    """One step of a job, as the patience sees it (`jobs.patience.Step`)."""

    def __init__(self, job: Job, name: str, engine: Engine, runs: Runs) -> None:
        self.key = job.order.key
        self.name = name
        self.recovered = job.recovered
        self._job = job
        self._engine = engine
        self._runs = runs

    @override
    def settles(self) -> bool:
        settled, self._job.settled = self._job.settled, True
        return not settled

    @override
    async def tell_retrying(self, system: str, until: datetime) -> None:
        if await self._runs.is_told_retrying(self.key):
            return
        message = {"kind": "retrying", "system": system, "until": until.isoformat(), "reference": self._job.reference}
        try:
            await self._engine.tell(self._job.key("job/retrying"), self._job.order.conversation, message)
        except ConnectorError as error:  # no reason to give up the work; the next pause tries again
            log.warning("retrying_not_told", reference=self._job.reference, error=type(error).__name__)
        else:
            await self._runs.mark_told_retrying(self.key)

    @override
    @contextlib.contextmanager
    def resting(self) -> Iterator[None]:
        with self._engine.resting(self._job):
            yield

    @override
    async def stop_if_cancelled(self) -> None:
        if await self._runs.is_cancelled(self.key):
            from dbos import error

            raise error.DBOSWorkflowCancelledError(self.key)
