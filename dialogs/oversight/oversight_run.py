"""Run a tilsyn: which, for what time; then a job that fetches the data, finds, and comes back with a card."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from typing_extensions import override

from connectors.errors import ConnectorError, Refused
from connectors.fetched import Fetched
from dialogs import texts
from dialogs.desk import Desk
from dialogs.fields import At, Got, Reading
from dialogs.form import Ask, Notice, Request
from dialogs.oversight import cards, periods
from dialogs.oversight.fields import TilsynRef, Unit, When, WhichTilsyn, choices_of, kept, period_of
from dialogs.oversight.heads import BadTilsyn, load
from dialogs.oversight.rights import REFUSAL, may_see, office
from dialogs.oversight.store import UNIT, Run
from dialogs.talk import Fact, Reply
from jobs.engine import Job

ALL_UNITS = "Det tilsyn kan ikke deles på enheder, så det gælder alle."


class Form(Request):
    """Which tilsyn, the period, and the unit where the tilsyn can be run for one."""

    intent: ClassVar[str] = "oversight.run"
    yes: ClassVar[str] = "Ja, kør det"
    going: ClassVar[str] = "Jeg henter data og skriver, når tilsynet er kørt."
    example: ClassVar[str] = "periode: 3. kvartal"

    tilsyn: Annotated[
        TilsynRef,
        Ask(
            "Hvilket tilsyn? Vælg et, eller skriv et ord fra titlen.",
            "Tilsyn",
            WhichTilsyn(),
            ("tilsyn", "tilsynet", "kontrol"),
            "Et tilsyn er et spørgsmål om vores egne data. Skriv et ord om det, fx ”dobbeltfakturaer”.",
            told="tilsynet er ”{}”",
            in_card=False,
        ),
    ]
    period: Annotated[
        dict[str, str],
        Ask(
            "Hvilken periode?",
            "Periode",
            When(),
            ("periode", "perioden", "kvartal", "måned"),
            "Tilsynet ser på det, der er sket i perioden. Skriv fx ”3. kvartal”, ”september” eller ”2026”.",
            told="perioden er {}",
        ),
    ]
    unit: Annotated[
        str,
        Ask("Hvilken enhed?", "Enhed", Unit(), ("enhed", "enheden", "afdeling"), "Uden enhed gælder det alle.", required=False),
    ] = ""

    @classmethod
    @override
    def wanted(cls, answers: Mapping[str, Any]) -> list[str]:
        has_unit = bool((answers.get("tilsyn") or {}).get("has_unit"))
        return ["tilsyn", "period", *(("unit",) if has_unit else ())]

    @classmethod
    @override
    async def heard(cls, text: str, at: At) -> dict[str, Reading]:
        found = await super().heard(text, at)
        if isinstance(found.get("tilsyn"), Got) and (unit := await Unit().find(text, at)):
            found["unit"] = unit
        return found

    @classmethod
    @override
    async def options(cls, field: str, at: At) -> list[dict[str, Any]]:
        if field == "tilsyn":
            return [{"label": label, "value": value} for label, value in await due(at)]
        often = (at.answers.get("tilsyn") or {}).get("often", "kvartal")
        if field != "period":
            return []
        today = texts.local(at.desk.now()).date()
        last = periods.last_whole(often, today)
        found = [last, periods.last_whole(often, last.first)]
        return [{"label": periods.said(one)[:1].upper() + periods.said(one)[1:], "value": kept(one)} for one in found]

    @classmethod
    @override
    def about(cls, answers: Mapping[str, Any]) -> str:
        tilsyn = answers.get("tilsyn")
        return f"tilsynet ”{texts.plain(tilsyn['title'])}”" if tilsyn else "tilsynet"

    @classmethod
    @override
    async def barred(cls, at: At) -> Notice | None:
        return None if await may_see(at.desk, at.event.who.id) else Notice(REFUSAL, stop=True)

    @classmethod
    @override
    async def notice(cls, at: At) -> Notice:
        if not await may_see(at.desk, at.event.who.id):
            return Notice(REFUSAL, stop=True)
        period, oversight = period_of(at.answers["period"]), office(at.desk)
        today = texts.local(at.desk.now()).date()
        if period.first > today:
            return Notice("Den periode er ikke begyndt, så der er ingen data endnu.", stop=True)
        try:
            await oversight.checked(at.answers["tilsyn"]["name"], at.desk.systems)
        except BadTilsyn as error:
            return Notice(f"Tilsynets fil skal rettes først. {texts.plain(texts.shortened(str(error.faults[0]), 160))}", stop=True)
        said = ALL_UNITS if at.answers.get("unit") and not at.answers["tilsyn"]["has_unit"] else ""
        if files := await oversight.handed.used_by(at.event.who.id, at.answers["tilsyn"]["datasets"]):
            said += f" Det bruger {texts.names(texts.plain(one) for one in files)}, som du lagde i chatten."
        said += " Perioden er ikke slut, så tallene er foreløbige." if period.last >= today else ""
        before = next(iter(await oversight.runs.of(at.answers["tilsyn"]["name"], period, 1)), None)
        if before and before.ended_at:
            said += f" Det er kørt {texts.when(before.ended_at, at.desk.now())} med {outcome(before)}."
        return Notice(said.strip())

    @override
    def confirm(self) -> str:
        return f"Jeg kører tilsynet ”{texts.plain(self.tilsyn.title)}” for {periods.said(period_of(self.period))}. Passer det?"

    @override
    def facts(self) -> list[Fact]:
        asked = Fact(label="Spørgsmål", value=texts.plain(self.tilsyn.question))
        return [*super().facts(), asked, Fact(label="Data", value=", ".join(self.tilsyn.datasets))]

    @override
    async def cleared(self, desk: Desk, job: Job) -> str:
        """The right once more, by who ordered it."""
        if await job.step("rights", may_see, desk, job.order.person["id"], returns=bool, on="directory"):
            return ""
        await job.tell("refused", {"reply": Reply(text=REFUSAL).model_dump(mode="json")})
        return "refused"


def outcome(run: Run) -> str:
    """In a few words, what an earlier run gave."""
    words = {"found": texts.count(run.rows, "fund", "fund"), "nothing": "intet fundet"}
    return words.get(run.state, "fejl, uden resultat")


async def due(at: At) -> tuple[tuple[str, Any], ...]:
    """Tilsyn to choose from: first those that have not been run for the last whole period of their frequency."""
    oversight = office(at.desk)
    today = texts.local(at.desk.now()).date()
    runs = {(one.tilsyn, one.first, one.last) for one in await oversight.runs.of(most=500) if one.is_whole}

    def done(name: str, period: Any) -> bool:
        return (name, period.first, period.last) in runs

    known = (await oversight.every()).values()
    return choices_of(sorted(known, key=lambda one: (done(one.name, periods.last_whole(one.often, today)), one.title)))


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Freeze the file, fetch each dataset, find, and show it; or say which source broke."""
    run = await carried_out(form, desk, job, (job.order.person["id"], form.requester.name))
    reply = await cards.card(desk, run, job.order.person["id"])
    await job.tell("done", {"reply": reply.model_dump(mode="json")})
    return "done" if run.is_whole else "partly"


async def carried_out(form: Form, desk: Desk, job: Job, by: tuple[str, str]) -> Run:
    """The run in named steps, as it ended. by: id and name of who has it made."""
    run = await job.step("begin", begun, desk, form, by, job.order.key, on="oversight")
    fetched: list[Fetched] = []
    for dataset in run.datasets:
        try:
            fetched.append(await job.step(f"fetch {dataset}", fetch, desk, run, dataset, on=dataset.partition(".")[0]))
        except ConnectorError as error:
            run = await job.step("broken", broken, desk, run, dataset, error, on="oversight")
            break
    else:
        run = await job.step("find", found, desk, run, fetched, on="oversight")
    job.minutes = 0  # nobody has judged or signed it yet: what it saves counts when it is signed, less what people used on it
    return run


async def begun(desk: Desk, form: Form, by: tuple[str, str], key: str) -> Run:
    """The run, noted and frozen. Raises Refused("bad_tilsyn") where the file is no longer what it was checked as."""
    oversight = office(desk)
    given = {UNIT: form.unit} if form.unit and form.tilsyn.has_unit else {}
    try:
        tilsyn = await asyncio.to_thread(load, oversight.folder / f"{form.tilsyn.name}.sql")
    except BadTilsyn:
        raise Refused("oversight", "the file is no longer right", code="bad_tilsyn") from None
    return await oversight.begin(tilsyn, period_of(form.period), given, by=by, key=key, job=key)


async def fetch(desk: Desk, run: Run, dataset: str) -> Fetched:
    """One dataset of the run. Raises ConnectorError."""
    return await office(desk).fetch(run, dataset, desk.systems)


async def broken(desk: Desk, run: Run, dataset: str, error: ConnectorError) -> Run:
    """The run as it ended when a source broke."""
    return await office(desk).broken(run, dataset, error)


async def found(desk: Desk, run: Run, fetched: list[Fetched]) -> Run:
    """The run with its findings."""
    return await office(desk).find(run, fetched, desk.systems)
