"""Reminders of what is followed up: the responsible is asked, reminded before the deadline, on it and after it, and whoever decided it hears so.

All of it is over when every task is closed, here or in ServiceNow.
"""

from datetime import date, datetime, time
from typing import TYPE_CHECKING

from connectors.errors import Denied, NotFound
from connectors.servicenow import ServiceNow
from dialogs import texts
from dialogs.desk import Desk
from dialogs.oversight.following import FollowUp
from dialogs.oversight.rights import office
from dialogs.talk import Button, Fact, Reply
from dialogs.workdays import DANISH, workday
from jobs.engine import Job

if TYPE_CHECKING:
    from dialogs.oversight.oversight_follow import Form

SOON, AFTER = -2, 5  # working days from the deadline: a reminder before it and one behind it
AT = time(9)


def at_time(day: date, clock: time) -> datetime:
    """That time of a day in Denmark."""
    return datetime.combine(day, clock, DANISH)


async def asked(form: "Form", job: Job, made: list[FollowUp]) -> bool:
    """The responsible hears of it, unless that is who asked; False where they cannot be written to."""
    if form.is_mine:
        return True
    text = f"{texts.plain(form.requester.label)} beder dig følge op på et ledelsestilsyn. Fristen er {texts.day(form.deadline)}."
    facts = [Fact(label=one.number, value=texts.plain(form.heading(one.numbers))) for one in made]
    reply = Reply(
        text=text,
        facts=(*facts, Fact(label="Handling", value=texts.plain(form.what))),
        buttons=tuple(acts(made)),
        key=f"asked-{job.reference}",
    )
    return await said(job, "ask", reply, form.responsible.id)


def acts(made: list[FollowUp]) -> list[Button]:
    """What the responsible can do."""
    if len(made) == 1:
        return [
            Button(label="Det er gjort", do="oversight close", data={"follow": made[0].id}),
            Button(label=f"Åbn {made[0].number}", url=made[0].link),
        ]
    return [
        Button(label="Se mine opfølgninger", do="oversight follow list"),
        *(Button(label=f"Åbn {one.number}", url=one.link) for one in made[:4]),
    ]


async def said(job: Job, name: str, reply: Reply, to: str) -> bool:
    """To one person in their own chat; False for one who does not have Kollega, or has blocked it."""
    try:
        await job.tell(name, {"reply": reply.model_dump(mode="json")}, to=f"person:{to}")
    except (Denied, NotFound):
        return False
    return True


async def reminded(form: "Form", desk: Desk, job: Job, begun: datetime) -> None:
    """Before the deadline, on it and after it; over when all is closed."""
    days = (workday(form.deadline, SOON), form.deadline, workday(form.deadline, AFTER))
    for place, day in enumerate(days):
        at = at_time(day, AT)
        if at <= begun:
            continue
        if await job.wait(f"closed {place}", at):
            return
        left = await job.step(f"open {place}", still_open, desk, job.order.key, returns=list[FollowUp], on=desk.systems.get(ServiceNow))
        if not left:
            return
        when = "er i dag" if day == form.deadline else f"{'er' if day < form.deadline else 'var'} {texts.day(form.deadline)}"
        text = f"Fristen for {texts.names(one.number for one in left)} {when}: {texts.plain(texts.shortened(form.what, 100))}"
        reply = Reply(text=text, buttons=tuple(acts(left)), key=f"remind-{place}-{job.reference}")
        reached = await said(job, f"remind {place}", reply, form.responsible.id)
        if not form.is_mine:
            note = f"{texts.plain(form.responsible.name)} {'er mindet om' if reached else 'kan jeg ikke minde om'} {texts.names(one.number for one in left)}. Fristen {when}."
            await job.tell(f"owner {place}", {"reply": Reply(text=note).model_dump(mode="json")})


async def still_open(desk: Desk, job: str) -> list[FollowUp]:
    """Those of a job that are closed neither here nor in ServiceNow. Raises Unavailable."""
    found = [one for one in await office(desk).followups.of_job(job) if one.closed_at is None]
    return [one for one in [await as_in_servicenow(desk, one) for one in found] if one and one.closed_at is None]


async def as_in_servicenow(desk: Desk, one: FollowUp) -> FollowUp | None:
    """The same as its task stands: closed there, it is closed here too with what was written; None where the task is gone. Raises Unavailable."""
    try:
        task = await desk.systems.get(ServiceNow).task(one.task)
    except NotFound:
        return None
    if task.open or one.closed_at:
        return one
    done = one.model_copy(update={"closed_at": desk.now(), "closed_by": "ServiceNow", "evidence": texts.masked(task.notes.strip())[:1500]})
    await office(desk).followups.put(done)
    return done
