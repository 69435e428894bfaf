"""Follow up on findings: what is to be done, by whom and when; made as tasks in ServiceNow, and reminded of until it is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, ClassVar

from typing_extensions import override

from connectors.errors import NotFound
from connectors.servicenow import ServiceNow
from connectors.servicenow_tasks import Task, TaskDraft
from dialogs import texts
from dialogs.days import Day
from dialogs.desk import Desk
from dialogs.fields import At, Colleague, Got, Reading, Text
from dialogs.form import Ask, Notice, Request
from dialogs.oversight import judged, periods
from dialogs.oversight.following import FollowUp
from dialogs.oversight.pointed import in_sight, named_by, permitted
from dialogs.oversight.reminding import asked, at_time, reminded
from dialogs.oversight.rights import REFUSAL, may_see, office
from dialogs.oversight.store import Run
from dialogs.starting import start
from dialogs.talk import Button, Fact, Reply
from dialogs.turn import Turn
from dialogs.who import Who
from dialogs.workdays import next_workday
from jobs.engine import Job

MOST_TASKS = 10  # more findings than that share one task
MOST_NAMED = 2000  # characters of their numbers in its text, which holds 4000
DUE = time(16)


@dataclass(frozen=True)
class Deadline(Day):
    """The day by which it is done; proposed from the tilsyn's own time-limit."""

    @override
    async def propose(self, at: At) -> Reading:
        run = await office(at.desk).runs.get(at.answers.get("of", ""))
        if run is None:
            return None
        days, today = (await office(at.desk).of(run)).days, texts.local(at.desk.now()).date()
        due = texts.local(run.ended_at or run.started_at).date() + timedelta(days=days)
        return Got(next_workday(due if due > today else today + timedelta(days=days)).isoformat())


class Form(Request):
    """Which findings of which run; what, who and when."""

    intent: ClassVar[str] = "oversight.follow"
    spoken: ClassVar[bool] = False
    yes: ClassVar[str] = "Ja, opret"
    going: ClassVar[str] = "Jeg opretter og skriver, når det er gjort."
    example: ClassVar[str] = "frist: 1. december"

    of: str
    title: str = ""
    numbers: tuple[int, ...] = ()
    assigned_to: str = ""
    what: Annotated[
        str,
        Ask(
            "Hvad skal der gøres?",
            "Handling",
            Text(least=4, most=1500, orders=True),
            ("handling", "opgave", "hvad"),
            "Skriv, hvad den ansvarlige skal gøre, og hvad du vil se som svar. Rækkens egne oplysninger kommer ikke med i opgaven.",
            told="handlingen er ”{}”",
        ),
    ]
    responsible: Annotated[
        Colleague,
        Ask(
            "Hvem skal gøre det?",
            "Ansvarlig",
            Who(),
            ("ansvarlig", "ansvarlige", "hvem"),
            "Et navn eller en mailadresse.",
            told="den ansvarlige er {}",
        ),
    ]
    deadline: Annotated[
        date,
        Ask(
            "Hvornår skal det være gjort?",
            "Frist",
            Deadline("end"),
            ("frist", "fristen", "dato"),
            "Skriv en dag, fx ”1. december”.",
            told="fristen er {}",
        ),
    ]

    @classmethod
    @override
    def about(cls, answers: Mapping[str, Any]) -> str:
        return "opfølgningen"

    @classmethod
    @override
    async def barred(cls, at: At) -> Notice | None:
        if not await may_see(at.desk, at.event.who.id):
            return Notice(REFUSAL, stop=True)
        run = await office(at.desk).runs.get(at.answers["of"])
        return (
            Notice("Den kørsel findes ikke længere.", stop=True)
            if run is None
            else await nothing_to_follow(at.desk, run, at.answers.get("numbers") or ())
        )

    @classmethod
    @override
    async def notice(cls, at: At) -> Notice:
        if barred := await cls.barred(at):
            return barred
        person = Colleague.model_validate(at.answers["responsible"])
        try:
            caller = await at.desk.systems.get(ServiceNow).caller(person.email)
        except NotFound:
            return Notice(
                f"{texts.plain(person.name)} findes ikke i ServiceNow, så jeg kan ikke give en opgave. Vælg en anden ansvarlig.", stop=True
            )
        run = await office(at.desk).runs.get(at.answers["of"])
        assert run is not None  # noqa: S101 - seen by `barred` just now
        numbers = at.answers.get("numbers") or await errors_of(at.desk, run)
        followed = [one for one in await office(at.desk).followups.of(run) if set(one.numbers) & set(numbers)]
        said = (
            f"Der følges allerede op på {judged.spoken(sorted({nr for one in followed for nr in one.numbers} & set(numbers)))}: {texts.names(one.number for one in followed)}."
            if followed
            else ""
        )
        title = f"{run.title}, {periods.said(run.period)}"
        return Notice(said, adds={"numbers": list(numbers), "assigned_to": caller.id, "title": title})

    @property
    def is_mine(self) -> bool:
        """Who decides it does it."""
        return self.responsible.id == self.requester.id

    @property
    def shares(self) -> list[tuple[int, ...]]:
        """The findings of each task."""
        return [(nr,) for nr in self.numbers] if len(self.numbers) <= MOST_TASKS else [self.numbers]

    def heading(self, numbers: tuple[int, ...]) -> str:
        """A task's title."""
        return texts.shortened(f"Ledelsestilsyn, {judged.spoken(numbers)}: {self.title}", 160)

    @property
    def text(self) -> str:
        """What stands in each task."""
        named = f"Det gælder {self.named(MOST_NAMED)}.\n\n" if len(self.shares) == 1 else ""
        return f"{self.what}\n\n{named}Besluttet af {self.requester.name}. Kørsel {self.of}."

    def named(self, most: int) -> str:
        """All findings by their numbers; too many for the room are cut, and it says so."""
        told = judged.ranges(self.numbers)
        return told if len(told) <= most else f"{told[:most].rpartition(',')[0]} … ({texts.count(len(self.numbers), 'fund', 'fund')} i alt)"

    @override
    def confirm(self) -> str:
        many = texts.count(len(self.shares), "opgave", "opgaver")
        tells = "minder dig om det" if self.is_mine else f"skriver til {texts.plain(self.responsible.name)}"
        return f"Jeg opretter {many} i ServiceNow og {tells}. Passer det?"

    @override
    def facts(self) -> list[Fact]:
        titles = [
            Fact(label=f"Opgave {place}" if len(self.shares) > 1 else "Opgave", value=texts.plain(self.heading(one)))
            for place, one in enumerate(self.shares, 1)
        ]
        which = [Fact(label="Fund", value=self.named(400))] if len(self.shares) == 1 and len(self.numbers) > 1 else []
        return [*titles, *which, *super().facts()]

    @override
    async def cleared(self, desk: Desk, job: Job) -> str:
        """The right once more, by who ordered it."""
        if await job.step("rights", may_see, desk, job.order.person["id"], returns=bool, on="directory"):
            return ""
        await job.tell("refused", {"reply": Reply(text=REFUSAL).model_dump(mode="json")})
        return "refused"


async def errors_of(desk: Desk, run: Run) -> list[int]:
    """The findings that are judged an error and that nobody follows up yet."""
    followed = {nr for one in await office(desk).followups.of(run) for nr in one.numbers}
    return [nr for nr, one in (await office(desk).judgements.of(run)).items() if one.verdict == "fejl" and nr not in followed]


async def nothing_to_follow(desk: Desk, run: Run, numbers: Any) -> Notice | None:
    """Why there is nothing to follow up in a run, or not those findings."""
    if run.state != "found":
        return Notice("Der er ingen fund i den kørsel at følge op på.", stop=True)
    if wrong := [nr for nr in numbers if not 1 <= nr <= run.rows]:
        return Notice(f"Der er ikke noget fund nr. {wrong[0]}. Der er {texts.count(run.rows, 'fund', 'fund')}.", stop=True)
    if numbers or await errors_of(desk, run):
        return None
    if await office(desk).followups.of(run):
        return Notice("Der følges allerede op på alle fejl. Skriv ”hvordan går det med opfølgningen”, så ser vi på dem.", stop=True)
    judge = Button(label="Vurdér fund", do="oversight judge", data={"run": run.id})
    return Notice("Ingen fund er vurderet som fejl. Skriv fx ”følg op på fund 3”, hvis der skal følges op alligevel.", (judge,), stop=True)


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Make each task, keep it, tell both people, and remind them until it is done or long over."""
    made_at = datetime.fromisoformat(await job.step("begins", moment, desk, on="oversight"))
    made: list[FollowUp] = []
    for place, numbers in enumerate(form.shares, 1):
        draft = TaskDraft(assigned_to=form.assigned_to, title=form.heading(numbers), description=form.text, due=at_time(form.deadline, DUE))
        task = await job.step(f"task {place}", desk.systems.get(ServiceNow).create_task, draft, job.key(f"task {place}"))
        made.append(await job.step(f"keep {place}", kept, desk, form, place, task, job.order.key, on="oversight"))
    reached = await asked(form, job, made)
    text = f"Oprettet i ServiceNow: {texts.names(one.number for one in made)}. {told(form, reached=reached)}"
    buttons = tuple(Button(label=f"Åbn {one.number}", url=one.link) for one in made[:4])
    await job.tell("done", {"reply": Reply(text=text, buttons=buttons, key=f"follow-{job.reference}").model_dump(mode="json")})
    await reminded(form, desk, job, made_at)
    return "done"


def told(form: Form, *, reached: bool) -> str:
    """Who has heard of it, and what comes."""
    if form.is_mine:
        return "Jeg minder dig om det ved fristen."
    who = texts.plain(form.responsible.name)
    return (
        f"Jeg har skrevet til {who} og minder om det ved fristen."
        if reached
        else f"Jeg kan ikke skrive til {who} i Teams, så giv selv besked."
    )


async def moment(desk: Desk) -> str:
    """Now, to be kept."""
    return desk.now().isoformat()


async def kept(desk: Desk, form: Form, place: int, task: Task, job: str) -> FollowUp:
    """The follow-up beside the run. place: of its task, from 1."""
    oversight, numbers = office(desk), form.shares[place - 1]
    run = await oversight.runs.get(form.of)
    keys = await oversight.followups.keys_of(run, numbers) if run else ()
    one = FollowUp(
        id=f"{job}/{place}", job=job, run=form.of, tilsyn=run.tilsyn if run else "", title=form.title, numbers=numbers, keys=keys, what=form.what,
        responsible_id=form.responsible.id, responsible=form.responsible.name, owner_id=form.requester.id, owner=form.requester.name,
        deadline=form.deadline, made_at=desk.now(), task=task.id, number=task.number, link=task.link,
    )  # fmt: skip
    await oversight.followups.put(one)
    return one


async def begin(turn: Turn) -> None:
    """In words: follow up on the findings that are named, or on the errors of the run that is meant."""
    run = await in_sight(turn) if await permitted(turn) else None
    if run:
        named = judged.NAMED.search(turn.text)
        numbers = judged.spelt(named["numbers"]) if named else []
        if named and not numbers:
            turn.say(judged.UNREAD)
            return
        await start(turn, Form.intent, "", {"of": run.id, "numbers": numbers})


async def pressed(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """Begin to follow up on a run's errors."""
    del card, inputs
    if run := await named_by(turn, button):
        await start(turn, Form.intent, "", {"of": run.id, "numbers": []})


PRESSES = {"oversight follow": pressed}
