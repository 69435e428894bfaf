"""One job: what it is told, how it stands, and the steps that it is made of."""

import contextlib
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
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
from jobs.trace import Trace, references
from jobs.waits import Answer, Reminder

T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True)
class Order:
    """What a job gets to know: small JSON, no secrets. It lies in clear text in the job database.

    key: the business key, made of what the person confirmed ("case.create:<conversation>:<form id>"), never a fresh random id.
    form: the confirmed answers. person: {"id", "name", "tenant"}. conversation: where to tell. channel: what it came from, chat, schedule
    or case.
    """

    key: str
    intent: str
    form: dict[str, Any]
    person: dict[str, str]
    conversation: str
    channel: str = "chat"


def reference(key: str) -> str:
    """A short name for people and the log, the same for the same key: F-7K2M. No letters that look like others."""
    digest = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big")
    return "F-" + "".join("23456789ABCDEFGHJKMNPQRSTVWXYZ"[digest // 30**place % 30] for place in range(4))


Tell = Callable[[str, str, dict[str, Any]], Awaitable[None]]  # key, conversation, message


class Engine(Protocol):
    """What a job needs of the engine that runs it."""

    @property
    def tell(self) -> Tell:
        """Hands a message to a conversation, once a key."""

    async def once(self, job: "Job", name: str, call: Callable[[], Awaitable[Any]], trace: Trace) -> Any:
        """Call it, or give what it gave when it was called before."""

    async def was_begun(self, job: "Job", name: str) -> bool:
        """Whether a step was about to change something when its process died."""

    async def waited(self, job: "Job", name: str, until: datetime, reminders: Sequence[Reminder]) -> Answer | None:
        """The answer to a wait, or what was recorded of it."""

    def resting(self, job: "Job") -> contextlib.AbstractContextManager[None]:
        """Around a pause in a step: the process may stop here."""


class Job:
    """One run of one order, handed to the work function, which may set what is kept with the run.

    minutes: what a person saves when the work is done. by_hand: what the same takes a person, None for as much as is saved. spent: minutes that
    people still used on it, which `minutes` is without. unit: the service area of who asked. version: of the automation.
    approved_by: the ids of those who said yes to what the next steps do.
    """

    def __init__(self, order: Order, engine: Engine, *, recovered: bool, attempt: int = 0) -> None:
        self.order = order
        self.reference = reference(order.key)
        self.minutes = 0
        self.by_hand: int | None = None
        self.spent = 0
        self.unit = ""
        self.version = ""
        self.approved_by: list[str] = []
        self.links: list[dict[str, str]] = []  # what the steps' results speak of, {"name", "url"}
        self.recovered = recovered
        self.attempt = attempt  # how often an administrator began it again
        self.settled = not recovered
        self.came_on = not recovered  # a step was done since the job was taken over
        self.busy = 0  # steps under way, for a stop that waits for them
        self._engine = engine
        self._names: set[str] = set()

    def key(self, part: str) -> str:
        """The idempotency key of one step's write."""
        return f"{self.order.key}/{part}"

    async def step(
        self,
        name: str,
        call: Callable[..., Awaitable[T]],
        *args: Any,
        returns: Any = None,
        on: object = "",
        before: Any = None,
        within: str = "",
        **kwargs: Any,
    ) -> T:
        """The result of `call(*args, **kwargs)`; once it is there it is kept, and not asked for again after a crash.

        Each step is an entry of the chain of proof: who asked, who approved, the call, what it was given and what it gave.

        name: distinct within the job, and stable over releases. returns: the result's type where the call's annotation does not
        say it. on: the system (a connector or its name) that the call works on, where it is not a connector's own method. before: JSON,
        how it was before the change. within: the limit that the call keeps ("mailbox:x", see `jobs.limits`).
        Unavailable is tried again until the patience is over; other ConnectorErrors come out at once and are kept like a
        result. Any other error is a fault of ours and comes out as JobError. Raises ValueError for a name that was used.
        """
        shape = Shape(returned_by(call) if returns is None else returns)
        trace = Trace.of(call, args, kwargs, on=on, before=before, within=within)
        result = shape.build(await self._record(name, lambda: call(*args, **kwargs), shape, trace))
        self.links += [link for link in references(result) if link not in self.links]
        return cast("T", result)

    async def cut_short(self, name: str) -> bool:
        """Whether a process died in that step of this job after it was about to change something: what it sent may still take effect."""
        return self.recovered and await self._engine.was_begun(self, name)

    async def tell(self, name: str, message: dict[str, Any], to: str = "") -> None:
        """Hand a message (JSON) to the engine's `tell` under `key(name)`; a step like any other. to: another conversation than the order's."""
        where = to or self.order.conversation
        trace = Trace("chat", "tell", {"to": where, "message": message})
        await self._record(f"tell {name}", lambda: self._engine.tell(self.key(name), where, message), Shape(None), trace)

    async def wait(self, name: str, until: datetime, reminders: Sequence[Reminder] = ()) -> Answer | None:
        """Rest until `Jobs.answer` gives an answer of that name: the first, also one given before; or None at that time (aware).

        Nothing is under way meanwhile: the process may stop, be released anew, and others go on. name: as of a step.
        until: must be the same after a crash: a step's result, or a time in the order. Once the wait began it does not move.
        """
        self._new(f"wait {name}")
        return await self._engine.waited(self, name, until, reminders)

    async def report(self, message: dict[str, Any]) -> None:
        """Tell how the job failed, with its reference. For the engine."""
        name = f"job/{message['kind']}" + (f" {self.attempt + 1}" if self.attempt else "")
        await self.tell(name, message | {"reference": self.reference})

    def _new(self, name: str) -> None:
        if name in self._names:
            raise ValueError(f"two steps of a job are named {name!r}")
        self._names.add(name)

    async def _record(self, name: str, call: Callable[[], Awaitable[Any]], shape: Shape, trace: Trace) -> Any:
        self._new(name)

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

        return await self._engine.once(self, name, attempt, trace)


class JobStep(Step):
    """One step of a job, as the patience sees it (`jobs.patience.Step`)."""

    def __init__(self, job: Job, name: str, engine: Engine, runs: Runs) -> None:
        self.key = job.order.key
        self.name = name
        self.recovered = job.recovered
        self.failures = 0
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
            raise cancelled(self.key)


def cancelled(key: str) -> BaseException:
    """What ends a run that was cancelled, without anything being recorded."""
    from dbos import error

    return error.DBOSWorkflowCancelledError(key)
