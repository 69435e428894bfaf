"""The year's wheel, day by day: on each working day a job runs what is due by itself, and reminds the owners, each in one message.

Nobody has asked for these jobs, so they have no conversation of their own: what they come upon is in the log and, for controllers, in the wheel.
"""

import re
from collections.abc import Iterable
from datetime import date, time, timedelta
from itertools import groupby
from typing import Any

import structlog
from pydantic import BaseModel

from connectors.directory import Directory
from connectors.errors import ConnectorError
from dialogs import texts
from dialogs.desk import Desk
from dialogs.fields import Colleague
from dialogs.oversight import cards, duties, oversight_run, samples, wheel_said
from dialogs.oversight.duties import BY, Duty, message_id
from dialogs.oversight.fields import TilsynRef, kept
from dialogs.oversight.oversight_run import carried_out
from dialogs.oversight.rights import may_see, office
from dialogs.oversight.running import NotRun
from dialogs.oversight.samples import CannotSample, Wish
from dialogs.oversight.store import Run
from dialogs.oversight.wheel import Wheel
from dialogs.talk import Reply
from dialogs.workdays import is_workday
from jobs.engine import Job, Order, Schedule

DAY, DUE = "oversight.wheel", "oversight.due"  # the intents of a day's job, and of a run that it begins
AT = time(7, 30)
KOLLEGA = {"id": BY[0], "name": "Kollega", "tenant": ""}
TRIES = 3  # of one tilsyn and period, on as many days; then its owner has to look
BACK, AHEAD = timedelta(days=400), timedelta(days=400)  # deadlines that are looked at
RANDOM = re.compile(r"(\d+) tilfældige")
log = structlog.get_logger()


class Owner(BaseModel):
    """Who a line of the wheel names. why: they cannot be told, in Danish; "" where they can."""

    id: str = ""
    name: str = ""
    department: str = ""
    why: str = ""


class Plan(BaseModel):
    """What a day asks for."""

    runs: list[Duty] = []
    reminders: list[Duty] = []


def schedule(wheel: Wheel) -> Schedule:
    """The wheel's own tick."""
    return Schedule("oversight wheel", AT, lambda day: is_workday(day) and wheel.is_set(), order_of, missed="newest")


def order_of(day: date) -> Order:
    """The job of a day."""
    return Order(f"{DAY}:{day}", DAY, {"day": day.isoformat()}, KOLLEGA, "", "schedule")


def due_order(duty: Duty) -> Order:
    """The job that runs one tilsyn for one period: once, and once more on a later day where that came to nothing."""
    return Order(f"{DUE}:{duty.key}#{duty.tries + 1}", DUE, duty.model_dump(mode="json"), KOLLEGA, "", "schedule")


async def day(desk: Desk, job: Job) -> str:
    """A day's work: begin what is due, then tell each owner what waits for them."""
    today = date.fromisoformat(job.order.form["day"])
    plan = await job.step("plan", planned, desk, today, on="oversight")
    for one in plan.runs:
        await job.step(f"begin {one.key}", begun, desk, one, on="jobs")
    for owner, group in groupby(sorted(plan.reminders, key=lambda one: one.owner), key=lambda one: one.owner):
        some = sorted(group, key=lambda one: (-one.risk, one.deadline, one.name))
        why = await told(desk, job, owner, wheel_said.reminder(some, today))
        await job.step(f"note {owner}", noted, desk, [(one.key, one.reminder(today)) for one in some], why, on="oversight")
    return "done"


async def planned(desk: Desk, today: date) -> Plan:
    """What is due on that day: runs that are not made yet, and reminders that were not sent. Files that were handed in and are too old go."""
    oversight, wheel = office(desk), desk.wheel
    await oversight.handed.forget()
    if wheel is None:
        return Plan()
    found = await duties.asked(oversight, wheel, today - BACK, today + AHEAD)
    sent = await duties.said_already(oversight)
    runs = [one for one in newest(found, today) if one.by_itself and one.step(today) in {"not run", "broken"} and one.tries < TRIES]
    others = [one for one in found if one not in runs]  # of those that run, the owner hears in a moment
    return Plan(runs=runs, reminders=[one for one in others if (kind := one.reminder(today)) and message_id(one.key, kind) not in sent])


def newest(some: Iterable[Duty], today: date) -> list[Duty]:
    """Of each line of the wheel the last period that is over: what lies further back is for people to run."""
    over: dict[tuple[str, str], Duty] = {}
    for one in some:
        if one.last < today and one.last >= over.setdefault((one.tilsyn, one.unit), one).last:
            over[one.tilsyn, one.unit] = one
    return list(over.values())


async def begun(desk: Desk, duty: Duty) -> bool:
    """Whether the run's job is new."""
    return await desk.jobs.start(due_order(duty))


async def due(desk: Desk, job: Job) -> str:
    """Run one tilsyn, and show its owner what it found."""
    duty = Duty.model_validate(job.order.form)
    tilsyn = await job.step("tilsyn", ref_of, desk, duty.tilsyn, on="oversight")
    if not tilsyn.title:
        log.error("wheel_tilsyn_gone", tilsyn=duty.tilsyn)
        return "nothing"
    owner = await job.step("owner", owner_of, desk, duty.owner, on="directory")
    asker = Colleague(id=BY[0], name=BY[1], email=duty.owner, department=owner.department)
    form = oversight_run.Form(tilsyn=tilsyn, period=kept(duty.period), unit=duty.unit, requester=asker)
    job.unit = owner.department
    run = await carried_out(form, desk, job, BY)
    drawn = await job.step("sample", sampled, desk, run, duty.extent, on="oversight")
    if not owner.why:
        reply = await cards.card(desk, run, owner.id)
        reply = reply.model_copy(update={"text": f"Efter årshjulet har jeg kørt et tilsyn for dig. {reply.text} {drawn}".strip()})
        owner = owner.model_copy(update={"why": await sent(job, owner, reply)})
    await job.step("note", noted, desk, [(duty.key, f"kørt {duty.tries + 1}")], owner.why, on="oversight")
    return "done" if run.is_whole else "partly"


async def ref_of(desk: Desk, name: str) -> TilsynRef:
    """The tilsyn of that name; without a title where it cannot be read any more."""
    known = (await office(desk).every()).get(name)
    return TilsynRef.of(known) if known else TilsynRef(name=name, title="")


async def sampled(desk: Desk, run: Run, extent: str) -> str:
    """Draw the sample that the wheel asks for, of a run with more findings than that; what is said of it. The largest are for people to choose by."""
    size = int(match[1]) if (match := RANDOM.fullmatch(extent)) else 0
    if run.state != "found" or not 0 < size < run.rows:
        return ""
    try:
        drawn = await samples.draw(office(desk), run, Wish(size=size), BY[1])
    except (CannotSample, NotRun) as error:
        log.warning("wheel_no_sample", run=run.id, error=type(error).__name__)
        return ""
    return f"Der er udtaget {texts.count(len(drawn.numbers), 'fund', 'fund')} til stikprøven."


async def told(desk: Desk, job: Job, owner: str, reply: Reply) -> str:
    """Tell an owner (the mail address); why it could not be done, "" when it was."""
    found = await job.step(f"owner {owner}", owner_of, desk, owner, on="directory")
    return found.why or await sent(job, found, reply)


async def sent(job: Job, owner: Owner, reply: Reply) -> str:
    """The same for an owner who may be told."""
    try:
        await job.tell(f"owner {owner.id}", {"reply": reply.model_dump(mode="json")}, to=f"person:{owner.id}")
    except ConnectorError as error:  # nothing else waits for it; the log and the controllers have it
        log.warning("wheel_owner_not_told", error=type(error).__name__, status=error.status)
        return f"{texts.plain(owner.name)} kunne ikke få besked i Teams"
    return ""


async def owner_of(desk: Desk, mail: str) -> Owner:
    """Who has that address, and whether they may see a tilsyn. Raises ConnectorError where the directory does not answer."""
    person = next((one for one in await desk.systems.get(Directory).find(mail, 2) if one.email.casefold() == mail), None)
    if person is None:
        log.warning("wheel_owner_unknown")
        return Owner(why="ejeren findes ikke i Microsoft 365")
    may = await may_see(desk, person.id)
    why = "" if may else f"{texts.plain(person.name)} må ikke se tilsyn"
    return Owner(id=person.id, name=person.name, department=person.department, why=why)


async def noted(desk: Desk, messages: list[tuple[str, str]], why: str) -> None:
    """That owners were told, or why not."""
    await duties.note(office(desk), messages, why)


UNASKED: dict[str, Any] = {DAY: day, DUE: due}
