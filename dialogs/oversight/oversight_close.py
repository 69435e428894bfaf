"""Close a follow-up: its task in ServiceNow with what was done, and the reminders end."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from typing_extensions import override

from connectors.servicenow import ServiceNow
from connectors.servicenow_tasks import Task
from dialogs import texts
from dialogs.desk import Desk
from dialogs.fields import At, Text
from dialogs.form import Ask, Notice, Request
from dialogs.oversight import judged
from dialogs.oversight.following import FollowUp
from dialogs.oversight.reminding import said
from dialogs.oversight.rights import may_see, office
from dialogs.starting import start
from dialogs.talk import Button, Fact, Reply
from dialogs.turn import Turn
from jobs.engine import Job

WAITS = 3  # of the job that reminds
NUMBER = re.compile(r"\bSCTASK\d{4,10}\b", re.I)
EVIDENCE = re.compile(r"[:;]\s*(?P<why>\S.{3,})$", re.S)
GONE = "Den opfølgning kan jeg ikke finde. Skriv ”hvordan går det med opfølgningen”, så ser vi på dem."


class Form(Request):
    """Which follow-up, and what was done."""

    intent: ClassVar[str] = "oversight.close"
    spoken: ClassVar[bool] = False
    yes: ClassVar[str] = "Ja, luk den"
    going: ClassVar[str] = "Jeg lukker opgaven og skriver, når det er gjort."
    example: ClassVar[str] = "hvad: kvitteringen er fundet"

    of: str
    number: str = ""
    title: str = ""
    evidence: Annotated[
        str,
        Ask(
            "Hvad er der gjort? Skriv det, så andre kan se det bagefter.",
            "Gjort",
            Text(least=4, most=1500, orders=True),
            ("hvad", "gjort", "dokumentation", "bevis"),
            "Skriv, hvad der er gjort, og hvor man kan se det, fx et sagsnummer.",
            told="der er gjort: ”{}”",
        ),
    ]

    @classmethod
    @override
    def about(cls, answers: Mapping[str, Any]) -> str:
        return "opfølgningen"

    @classmethod
    @override
    async def barred(cls, at: At) -> Notice | None:
        one = await office(at.desk).followups.get(at.answers["of"])
        if one is None or not await concerns(at.desk, one, at.event.who.id):
            return Notice(GONE, stop=True)
        if one.closed_at:
            return Notice(
                f"{one.number} blev lukket {texts.when(one.closed_at, at.desk.now())} af {texts.plain(one.closed_by)}.", stop=True
            )
        return None

    @classmethod
    @override
    async def notice(cls, at: At) -> Notice:
        if barred := await cls.barred(at):
            return barred
        one = await office(at.desk).followups.get(at.answers["of"])
        assert one is not None  # noqa: S101 - seen by `barred` just now
        return Notice(adds={"number": one.number, "title": f"{judged.spoken(one.numbers).capitalize()}, {one.title}"})

    @override
    def confirm(self) -> str:
        return f"Jeg lukker {self.number} i ServiceNow. Passer det?"

    @override
    def facts(self) -> list[Fact]:
        return [Fact(label="Opfølgning", value=texts.plain(self.title)), *super().facts()]

    @override
    async def cleared(self, desk: Desk, job: Job) -> str:
        """The right once more, by who ordered it."""
        if await job.step("rights", may_close, desk, self.of, job.order.person["id"], returns=bool, on="directory"):
            return ""
        await job.tell("refused", {"reply": Reply(text=GONE).model_dump(mode="json")})
        return "refused"


async def concerns(desk: Desk, one: FollowUp, person: str) -> bool:
    """Whether somebody may see and close it: who does it, who decided it, and those who may see tilsyn. Raises ConnectorError."""
    return person in {one.responsible_id, one.owner_id} or await may_see(desk, person)


async def may_close(desk: Desk, of: str, person: str) -> bool:
    """Whether that person (id) may close that follow-up now. Raises ConnectorError."""
    one = await office(desk).followups.get(of)
    return one is not None and await concerns(desk, one, person)


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Close the task, keep what was done, end the reminders, and tell the other. Closed by somebody else meanwhile: say that."""
    one = await job.step("look up", office(desk).followups.get, form.of, returns=FollowUp | None, on="oversight")
    assert one is not None  # noqa: S101 - the notice has seen it, and they are deleted after years
    task = await job.step("close", desk.systems.get(ServiceNow).close_task, one.task, notes(form))
    kept = await job.step("keep", closed, desk, form, one, task, returns=FollowUp, on="oversight")
    await job.step("end reminders", ended, desk, form, one, on="jobs")
    link = (Button(label=f"Åbn {one.number}", url=task.link),)
    if kept.closed_by not in {form.requester.name, "ServiceNow"} or kept.evidence not in {form.evidence, notes(form)}:
        by = "i ServiceNow" if kept.closed_by == "ServiceNow" else f"af {texts.plain(kept.closed_by)}"
        text = f"{one.number} var allerede lukket {by}; det, du skrev, er ikke gemt."
        await job.tell("done", {"reply": Reply(text=text, buttons=link, key=f"closed-{job.reference}").model_dump(mode="json")})
        return "nothing"
    await job.tell(
        "done", {"reply": Reply(text=f"{one.number} er lukket.", buttons=link, key=f"closed-{job.reference}").model_dump(mode="json")}
    )
    if one.owner_id != form.requester.id:
        text = f"{texts.plain(form.requester.name)} har lukket {one.number}: ”{texts.plain(texts.shortened(form.evidence, 300))}”"
        await said(job, "owner", Reply(text=text, buttons=link, key=f"closed-owner-{job.reference}"), one.owner_id)
    return "done"


async def closed(desk: Desk, form: Form, one: FollowUp, task: Task) -> FollowUp:
    """Keep what was done, and by whom, as the task has it; what is kept: the first that was written."""
    by, evidence = form.requester.name, form.evidence
    if task.notes.split() != notes(form).split():  # somebody had closed it there
        by, evidence = "ServiceNow", texts.masked(task.notes.strip())[:1500]
    followups = office(desk).followups
    await followups.put(one.model_copy(update={"closed_at": desk.now(), "closed_by": by, "evidence": evidence}))
    return await followups.get(one.id) or one


def notes(form: Form) -> str:
    """What stands in the task."""
    return f"{form.evidence}\n\n{form.requester.name}".strip()


async def ended(desk: Desk, form: Form, one: FollowUp) -> None:
    """The job that reminds is over when all that it made is closed: whatever it waits for next is answered."""
    if any(other.closed_at is None for other in await office(desk).followups.of_job(one.job)):
        return
    for place in range(WAITS):
        await desk.jobs.answer(one.job, f"closed {place}", {"kind": "closed"}, {"id": form.requester.id, "name": form.requester.name})


async def pressed(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """Begin to close one."""
    del card, inputs
    await start(turn, Form.intent, "", {"of": button.data.get("follow", "")})


async def begin(turn: Turn) -> None:
    """In words: close the follow-up that is named by its number or its finding, or the only one that is open."""
    me = turn.event.who.id
    every = await may_see(turn.desk, me)
    mine = [one for one in await office(turn.desk).followups.every("" if every else me) if one.closed_at is None]
    number, nr = NUMBER.search(turn.text), judged.NAMED.search(turn.text)
    if number:
        mine = [one for one in mine if one.number.upper() == number[0].upper()]
    elif nr:
        mine = [one for one in mine if set(judged.spelt(nr["numbers"])) & set(one.numbers)]
    if not mine:
        turn.say("Der er ingen åben opfølgning, der passer på det.")
    elif len(mine) > 1:
        turn.say("Hvilken af dem?", *(choice(one) for one in mine[:5]))
    else:
        why = EVIDENCE.search(turn.text)
        await start(turn, Form.intent, "", {"of": mine[0].id, **({"evidence": why["why"].strip()} if why else {})})


def choice(one: FollowUp) -> Button:
    """One of several to close."""
    return Button(label=one.number, do="oversight close", data={"follow": one.id})


PRESSES = {"oversight close": pressed}
