"""File a signed run on a case: the report and the workbook as one document, read back from the records system.

What is filed is what was signed: a run whose judgement has changed since is signed again first. One version is filed once on a case.
"""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from pydantic import Field
from typing_extensions import override

from connectors.errors import Denied, NotFound, Unavailable
from connectors.records import CaseDraft, DocumentDraft, FileDraft, Receipt, Records, RecordsCase, filing_key
from dialogs import texts
from dialogs.desk import Desk
from dialogs.fields import At, Got, Reading, Text
from dialogs.filing import CaseRef, Emne, Target, records, ref
from dialogs.form import Ask, Notice, Request
from dialogs.journal import safe as named
from dialogs.mail_words import NUMBER as CASE
from dialogs.oversight import exports, periods
from dialogs.oversight.fields import said_in
from dialogs.oversight.filed import Filing
from dialogs.oversight.pointed import named_by, of, permitted
from dialogs.oversight.rights import REFUSAL, may_see, office
from dialogs.oversight.running import NotRun
from dialogs.starting import start
from dialogs.talk import Button, Fact, Reply
from dialogs.turn import Turn
from jobs.engine import Job

MOST = 3  # cases that are proposed
NEW = re.compile(r"\bpå\s+(?:en\s+)?ny\s+(?:edoc-?\s?)?sag\b", re.I)
CHANGED = "Vurderingen er ændret, siden den blev underskrevet, så der er ikke journaliseret noget. Skriv under igen først."


@dataclass(frozen=True)
class Title(Text):
    """What a new case is called; proposed from the year and whose tilsyn it is."""

    @override
    async def propose(self, at: At) -> Reading:
        run = await office(at.desk).runs.get(at.answers.get("of", "")) if (at.answers.get("case") or {}).get("new") else None
        return Got(f"Ledelsestilsyn {run.last.year}, {(await office(at.desk).of(run)).owner}") if run else None


class Form(Request):
    """Which run, on which case; for a new case its title and subject."""

    intent: ClassVar[str] = "oversight.journal"
    minutes: ClassVar[int] = 6  # by hand: save 2, open the case 1, upload and fill in 3
    spoken: ClassVar[bool] = False
    yes: ClassVar[str] = "Ja, journalisér"
    going: ClassVar[str] = "Jeg går i gang og skriver, når det er journaliseret."
    example: ClassVar[str] = "sag: 2026-0012345"

    of: str
    what: str = ""
    version: int = 1
    signed_by: str = ""
    case: Annotated[
        CaseRef,
        Ask(
            "Hvilken sag i eDoc skal tilsynet ligge på?",
            "Sag",
            Target(),
            ("sag", "sagsnummer", "sagen", "edoc-sag"),
            "Skriv sagsnummeret på enhedens tilsynssag, fx 2026-0012345, eller ord fra titlen. Er der ingen sag endnu, så skriv ”ny sag”.",
            told="sagen er {}",
        ),
    ]
    title: Annotated[
        str,
        Ask(
            "Hvad skal den nye sag hedde?",
            "Sagens titel",
            Title(least=4, most=200, orders=True),
            ("titel", "titlen", "navn", "overskrift"),
            "Fx ”Ledelsestilsyn 2026, Digital Arbejdsplads”. Brug ikke navne på borgere.",
            told="titlen er ”{}”",
        ),
    ] = ""
    subject: Annotated[
        dict[str, str],
        Ask(
            "Hvilket KLE-emne hører sagen under? Skriv det med egne ord, fx ”ledelsesinformation”.",
            "KLE-emne",
            Emne(),
            ("kle", "emne", "kle-emne", "kle-nummer"),
            "KLE er kommunernes fælles emneplan. Emnet afgør, hvor sagen ligger, og hvornår den slettes.",
        ),
    ] = Field(default_factory=dict)

    @classmethod
    @override
    def wanted(cls, answers: Mapping[str, Any]) -> list[str]:
        return ["case", *(("title", "subject") if (answers.get("case") or {}).get("new") else ())]

    @classmethod
    @override
    async def options(cls, field: str, at: At) -> list[dict[str, Any]]:
        if field == "subject":
            subjects = await records(at).subjects("ledelsesinformation styrelse", 3)
            return [{"label": f"{one.number} {one.title}", "value": one.model_dump()} for one in subjects]
        if field == "case":
            return [*await likely(at), {"label": "Ny sag", "value": CaseRef(new=True).model_dump()}]
        return []

    @classmethod
    @override
    def about(cls, answers: Mapping[str, Any]) -> str:
        return "journaliseringen af tilsynet"

    @classmethod
    @override
    async def barred(cls, at: At) -> Notice | None:
        if not await may_see(at.desk, at.event.who.id):
            return Notice(REFUSAL, stop=True)
        run = await office(at.desk).runs.get(at.answers["of"])
        if run is None:
            return Notice("Den kørsel findes ikke længere.", stop=True)
        if await office(at.desk).signatures.current(run) is None:
            sign = Button(label="Skriv under", do="oversight sign", data={"run": run.id})
            return Notice("Tilsynet skal være underskrevet, før det journaliseres.", (sign,) if run.is_whole else (), stop=True)
        return None

    @classmethod
    @override
    async def notice(cls, at: At) -> Notice:
        if barred := await cls.barred(at):
            return barred
        run = await office(at.desk).runs.get(at.answers["of"])
        signed = await office(at.desk).signatures.current(run) if run else None
        assert run is not None and signed is not None  # noqa: S101, PT018 - seen by `barred` just now
        filed = [one for one in await office(at.desk).filings.of(run) if one.version == signed.version]
        here = next((one for one in filed if one.case == (at.answers.get("case") or {}).get("number")), None)
        if here:
            link = (Button(label=f"Åbn {here.document}", url=here.link),) if here.link else ()
            return Notice(f"Version {signed.version} er journaliseret på sag {here.case} som dokument {here.document}.", link, stop=True)
        said = f"Den er allerede journaliseret på sag {texts.names(one.case for one in filed)}." if filed else ""
        what = f"{run.title}, {periods.said(run.period)}"
        return Notice(said, adds={"what": what, "version": signed.version, "signed_by": signed.signed_by})

    @override
    def confirm(self) -> str:
        where = "en ny sag i eDoc" if self.case.new else f"sag {self.case.number}"
        return f"Jeg journaliserer rapport og regneark fra tilsynet på {where}. Passer det?"

    @override
    def facts(self) -> list[Fact]:
        what = f"{texts.plain(self.what)}, version {self.version}, underskrevet af {texts.plain(self.signed_by)}"
        files = "rapport (PDF/A) og fund med herkomst (Excel)"
        return [Fact(label="Dokument", value=what), Fact(label="Filer", value=files), *super().facts()]

    @override
    async def cleared(self, desk: Desk, job: Job) -> str:
        """The right once more, by who ordered it."""
        if await job.step("rights", may_see, desk, job.order.person["id"], returns=bool, on="directory"):
            return ""
        await job.tell("refused", {"reply": Reply(text=REFUSAL).model_dump(mode="json")})
        return "refused"


async def likely(at: At) -> list[dict[str, Any]]:
    """Open cases to choose among: first those that the same tilsyn was filed on before, then those that are called after tilsyn."""
    run, login = await office(at.desk).runs.get(at.answers["of"]), at.me.login if at.me else ""
    before = await office(at.desk).filings.cases(run.tilsyn) if run else []
    cases = {case.number: case for case in await records(at).find_cases("tilsyn", login, 5)}
    for number in before[:2]:
        with suppress(NotFound, Denied):
            cases[number] = await records(at).case(number, login)
    still = [case for case in cases.values() if case.state in {"open", "reserved"}]
    best = sorted(still, key=lambda case: before.index(case.number) if case.number in before else len(before))
    return [{"label": f"{case.number} {texts.shortened(case.title, 50)}", "value": ref(case)} for case in best[:MOST]]


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Open the case if it is new, file the two files as one document, note it, and tell what is read back."""
    system = desk.systems.get(Records)  # type: ignore[type-abstract]  # a protocol is looked up by who fulfils it
    case = await job.step("open case", opened, desk, form, job.key("case"), returns=RecordsCase, on=system)
    receipt = await job.step("file", filed, desk, form, case.number, returns=Receipt | None, on=system)
    if receipt is None:
        await job.tell("done", {"reply": Reply(text=CHANGED, key=f"journal-{job.reference}").model_dump(mode="json")})
        job.minutes = 0
        return "nothing"
    await job.step("note", noted, desk, form, receipt, on="oversight")
    title = f"sag {case.number} ”{texts.plain(texts.shortened(case.title, 80))}”"
    facts = (
        Fact(label=receipt.document_number, value=f"{texts.plain(receipt.title)} ({texts.count(len(receipt.files), 'fil', 'filer')})"),
    )
    buttons = [Button(label="Åbn sagen", url=case.link)] if case.link else []
    reply = Reply(text=f"Tilsynet er journaliseret på {title}.", facts=facts, buttons=tuple(buttons), key=f"journal-{job.reference}")
    await job.tell("done", {"reply": reply.model_dump(mode="json")})
    return "done"


async def opened(desk: Desk, form: Form, key: str) -> RecordsCase:
    """The case to file on, opened under its key when it is new."""
    system = desk.systems.get(Records)  # type: ignore[type-abstract]  # a protocol is looked up by who fulfils it
    if not form.case.new:
        return await system.case(form.case.number, form.requester.login)
    draft = CaseDraft(title=form.title, subject=form.subject["number"], owner_email=form.requester.email)
    return await system.open_case(draft, key, form.requester.login)


async def filed(desk: Desk, form: Form, number: str) -> Receipt | None:
    """Report and workbook on the case, under the key of that version on that case. None: what was signed has changed. Raises ConnectorError."""
    oversight = office(desk)
    run = await oversight.runs.get(form.of)
    signed = await oversight.signatures.current(run) if run else None
    if run is None or signed is None or signed.version != form.version:
        return None
    try:
        paths = [await exports.pdf(oversight, run), await exports.excel(oversight, run)]
    except (NotRun, exports.NoResult) as error:  # the process that makes them had no room or no time
        raise Unavailable("oversight", "the files could not be made", code="not_made") from error
    name = f"{run.title}, {periods.said(run.period)}, version {signed.version}"
    files = tuple([FileDraft(name=named(name), format=path.suffix[1:], data=await asyncio.to_thread(path.read_bytes)) for path in paths])
    draft = DocumentDraft(
        title=texts.masked(f"Ledelsestilsyn: {name}")[:200], direction="internal", letter_date=signed.at, sender_name=signed.signed_by, sender_email="",
        recipients=(), owner_email=form.requester.email, files=files, internet_message_id=message_id(form),
    )  # fmt: skip
    system = desk.systems.get(Records)  # type: ignore[type-abstract]  # a protocol is looked up by who fulfils it
    return await system.file(number, draft, filing_key(number, message_id(form)), form.requester.login)


def message_id(form: Form) -> str:
    """What names a version of a run wherever it is filed, as a mail's id names a mail."""
    return f"<{form.of}-v{form.version}@kollega>"


async def noted(desk: Desk, form: Form, receipt: Receipt) -> None:
    """Where it lies, beside the run."""
    run = await office(desk).runs.get(form.of)
    one = Filing(
        run=form.of, tilsyn=run.tilsyn if run else "", version=form.version, case=receipt.case_number, document=receipt.document_number,
        link=receipt.link, by=form.requester.name, at=desk.now(),
    )  # fmt: skip
    await office(desk).filings.put(one)


async def begin(turn: Turn) -> None:
    """In words: file the run that is meant; a case number that is named is where."""
    number = CASE.search(turn.text)
    run = (
        await of(turn, CASE.sub(" ", turn.text), said_in(CASE.sub(" ", turn.text), At(turn.desk, turn.event, {})))
        if await permitted(turn)
        else None
    )
    if run:
        where = f"på sag {number[1]}" if number else "ny sag" if NEW.search(turn.text) else ""
        await start(turn, Form.intent, where, {"of": run.id})


async def pressed(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """Begin to file a run."""
    del card, inputs
    if run := await named_by(turn, button):
        await start(turn, Form.intent, "", {"of": run.id})


PRESSES = {"oversight journal": pressed}
