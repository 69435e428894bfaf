"""The end of a standard request that was carried out: entered in ServiceNow as a finished request item, told, and kept so that it can be undone.

Every request's `execute` ends with `finish`. The good news does not wait for ServiceNow: where it does not answer at once, the item follows.
"""

import asyncio
import re
from datetime import timedelta
from typing import Any, ClassVar, Protocol

import structlog

from connectors.errors import ConnectorError, Unavailable
from connectors.servicenow import ServiceNow
from connectors.servicenow_items import Entered, ItemDraft
from dialogs import texts
from dialogs.desk import Desk
from dialogs.fields import Colleague
from dialogs.talk import Button, Fact, Reply
from jobs.engine import Job

AT_ONCE = 5.0  # seconds that the good news waits for ServiceNow
SHOWN = 120  # characters of what was done, where it is only mentioned
UNDO = "undo"  # the step that holds how a job can be undone
FIRST = "enter at once"  # the step that tries to enter it before the good news is told
MARKED = re.compile(r"\\([*_`\[\]<>~|#\\])")  # as `texts.plain` writes it
log = structlog.get_logger()


class Carried(Protocol):
    """A confirmed request whose work is done."""

    intent: ClassVar[str]
    requester: Colleague

    def what(self) -> str:
        """What was asked for, in a sentence."""

    def facts(self) -> list[Fact]:
        """What was confirmed."""


async def finish(form: Carried, desk: Desk, job: Job, said: str, *, outcome: str = "done", back: dict[str, Any] | None = None) -> str:
    """Enter it, tell it, and give the outcome. said: what was done. outcome: "done", "partly", or "nothing" where nothing came of it.

    back: what the request's `undo` needs (JSON); None: it cannot be undone.
    """
    servicenow = desk.systems.get(ServiceNow)
    key, item, cut_short = job.key("item"), None, True  # a process that finds the first try on record does not know how it went
    if outcome == "nothing":
        job.minutes = 0

    async def enter(*, on_its_way: bool) -> Entered:
        caller = await servicenow.caller(form.requester.email)
        draft = ItemDraft(caller_id=caller.id, title=MARKED.sub(r"\1", form.what())[:160], done=record(form, said))
        return await servicenow.enter_finished(draft, key, on_its_way=on_its_way)

    async def at_once(*, on_its_way: bool) -> Entered | None:
        nonlocal cut_short
        try:
            return await asyncio.wait_for(enter(on_its_way=on_its_way), AT_ONCE)
        except TimeoutError:
            return None  # it is tried again below, as long as the patience of jobs lasts
        except Unavailable:
            cut_short = False
            return None

    until = await kept(form, desk, job, back) if outcome != "nothing" else ""
    buttons = (Button(label="Fortryd", do="undo", data={"job": job.order.key}),) if until else ()
    trouble = ""
    if outcome != "nothing":
        try:
            item = await job.step(FIRST, at_once, on=servicenow, on_its_way=await job.cut_short(FIRST))
        except ConnectorError as error:
            trouble = told_not_entered(error, job)
    reply = Reply(text=f"{said} {entered(item) or trouble}".strip(), buttons=(*buttons, *opening(item)), key=f"done-{job.reference}")
    await job.tell("done", {"reply": reply.model_dump(mode="json")})
    if item or trouble or outcome == "nothing":
        return outcome
    try:
        item = await job.step("enter", enter, on=servicenow, on_its_way=cut_short)
        reply = Reply(text=f"Nu står det også i ServiceNow som {item.number}: {texts.shortened(said, SHOWN)}", buttons=opening(item))
    except ConnectorError as error:
        reply = Reply(text=f"{texts.shortened(said, SHOWN)} {told_not_entered(error, job)}")
    await job.tell("entered", {"reply": reply.model_dump(mode="json")})
    return outcome


async def kept(form: Carried, desk: Desk, job: Job, back: dict[str, Any] | None) -> str:
    """Put on record what undoing needs and until when the rule allows it (ISO, aware); "" where it does not."""

    async def undo() -> dict[str, Any]:
        hours = desk.rules.of(form.intent).fortryd_timer if back is not None else 0
        if not hours:
            return {"until": ""}
        return {"until": (desk.now() + timedelta(hours=hours)).isoformat(), "back": back}

    found = await job.step(UNDO, undo, on="rules")
    return str(found["until"])


def record(form: Carried, said: str) -> str:
    """What was done, for the item: the sentence, then what was confirmed. At most 4,000 characters."""
    lines = [said, "", *(f"{fact.label}: {fact.value}" for fact in form.facts())]
    return MARKED.sub(r"\1", "\n".join(lines))[:4000]


def entered(item: Entered | None) -> str:
    """That it is in ServiceNow."""
    return f"Det står i ServiceNow som {item.number}." if item else ""


def opening(item: Entered | None) -> tuple[Button, ...]:
    """The way to it."""
    return (Button(label="Åbn i ServiceNow", url=item.url),) if item else ()


def told_not_entered(error: ConnectorError, job: Job) -> str:
    """That ServiceNow did not take it, which changes nothing of what was done."""
    log.warning("not_entered", reference=job.reference, error=type(error).__name__, system=error.system, code=error.code)
    return f"Det er gjort, men jeg kunne ikke føre det i ServiceNow. Servicedesk kan. Ref. {job.reference}"
