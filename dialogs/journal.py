"""Journalise mails: from the inbox onto an eDoc case, existing or new, with a message when it is read back and done."""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any, ClassVar

from pydantic import Field
from typing_extensions import override

from connectors.errors import Conflict, Denied, NotFound, Refused, Unavailable
from connectors.outlook import Attachment, Mail, Outlook
from connectors.records import CaseDraft, DocumentDraft, FileDraft, Receipt, Records, RecordsCase, filing_key
from dialogs import texts
from dialogs.desk import Desk
from dialogs.fields import At, Colleague, Got, Reading, Text
from dialogs.filing import CaseRef, Emne, Target, records, ref
from dialogs.form import Ask, Notice, Request
from dialogs.mails import MailRef, Mails, cleaned, listed, shown
from dialogs.talk import Button, Fact, Reply
from dialogs.who import Who
from jobs.engine import Job

SMALL_PICTURE = 10_000  # bytes: inline pictures below this are logos of signatures
UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


class Form(Request):
    """Which mails, on which case; for a new case its title, subject and who is responsible."""

    intent: ClassVar[str] = "journal.file"
    minutes: ClassVar[int] = 6  # by hand: save 2, open the case 1, upload and fill in 3
    yes: ClassVar[str] = "Ja, journalisér"
    going: ClassVar[str] = "Jeg går i gang og skriver, når det er journaliseret."
    example: ClassVar[str] = "sag: 2026-0012345"

    mails: Annotated[
        list[MailRef],
        Ask(
            "Hvilke mails skal journaliseres?",
            "Mails",
            Mails(),
            ("mail", "mailen", "mails", "besked"),
            "Her er de nyeste i din indbakke. Vælg dem i listen, eller skriv fx ”den fra Sofie i går” eller ”1 og 3”.",
            told="det er {}",
            in_card=False,
        ),
    ]
    case: Annotated[
        CaseRef,
        Ask(
            "Hvilken sag i eDoc skal det ligge på?",
            "Sag",
            Target(),
            ("sag", "sagsnummer", "sagen", "edoc-sag"),
            "Skriv sagsnummeret, fx 2026-0012345, eller ord fra sagens titel. Er der ingen sag endnu, så skriv ”ny sag”.",
            told="sagen er {}",
        ),
    ]
    title: Annotated[
        str,
        Ask(
            "Hvad skal den nye sag hedde?",
            "Sagens titel",
            Text(least=4, most=200),
            ("titel", "titlen", "navn", "overskrift"),
            "Skriv, hvad sagen handler om. Brug ikke navne på borgere.",
            told="titlen er ”{}”",
        ),
    ] = ""
    subject: Annotated[
        dict[str, str],
        Ask(
            "Hvilket KLE-emne hører sagen under? Skriv det med egne ord, fx ”software”.",
            "KLE-emne",
            Emne(),
            ("kle", "emne", "kle-emne", "kle-nummer"),
            "KLE er kommunernes fælles emneplan. Emnet afgør, hvor sagen ligger, og hvornår den slettes. Skriv med dine egne ord, fx ”indkøb af licenser”, så finder jeg nummeret.",
        ),
    ] = Field(default_factory=dict)
    responsible: Annotated[
        Colleague | None,
        Ask(
            "Hvem er ansvarlig for sagen?",
            "Ansvarlig",
            Who(),
            ("ansvarlig", "sagsansvarlig", "sagsbehandler", "ejer"),
            "Et navn eller en mailadresse.",
            told="den ansvarlige er {}",
            required=False,
        ),
    ] = None

    @classmethod
    @override
    def wanted(cls, answers: Mapping[str, Any]) -> list[str]:
        new = bool((answers.get("case") or {}).get("new"))
        return ["mails", "case", *(("title", "subject", "responsible") if new else ())]

    @classmethod
    @override
    def settle(cls, answers: dict[str, Any], changed: set[str]) -> None:
        if changed & {"case", "mails"} and (answers.get("case") or {}).get("new"):
            if answers.get("mails") and not answers.get("title"):
                answers["title"] = cleaned(answers["mails"][0]["subject"])
            answers.setdefault("responsible", answers.get("requester"))

    @classmethod
    @override
    async def heard(cls, text: str, at: At) -> dict[str, Reading]:
        found = await super().heard(text, at)
        mails = found.get("mails") or await Mails().sought(text, at)
        found |= {"mails": mails} if mails else {}
        if "case" not in found and isinstance(mails, Got) and (number := re.search(r"20\d{2}-\d{5,7}", mails.value[0]["subject"])):
            reading = await Target().find(number[0], at)
            if isinstance(reading, Got):
                found["case"] = reading
        return found

    @classmethod
    @override
    async def options(cls, field: str, at: At) -> list[dict[str, Any]]:
        if field == "mails":
            return await listed(at)
        if field == "subject":
            subjects = await records(at).subjects(" ".join(texts.stems(str(at.answers.get("title", "")))), 4)
            return [{"label": f"{one.number} {one.title}", "value": one.model_dump()} for one in subjects]
        if field == "case":
            return [*await alike(at), {"label": "Ny sag", "value": CaseRef(new=True).model_dump()}]
        return []

    @classmethod
    @override
    def put(cls, field: str, answers: Mapping[str, Any]) -> str:
        mails = answers.get("mails") or []
        if field != "case" or not mails:
            return super().put(field, answers)
        which = f"”{texts.plain(texts.shortened(mails[0]['subject'], 60))}”" if len(mails) == 1 else f"de {len(mails)} mails"
        return f"Hvilken sag i eDoc skal {which} ligge på?"

    @classmethod
    @override
    def about(cls, answers: Mapping[str, Any]) -> str:
        mails = answers.get("mails") or []
        return f"journaliseringen af ”{texts.plain(texts.shortened(mails[0]['subject'], 50))}”" if mails else "journaliseringen"

    @classmethod
    @override
    async def notice(cls, at: At) -> Notice:
        case = CaseRef.model_validate(at.answers["case"])
        mails = [MailRef.model_validate(mail) for mail in at.answers["mails"]]
        said, here = [], []
        for mail in mails:
            receipts = await records(at).filed(mail.internet_message_id, mail.subject, at.me.login if at.me else "")
            for receipt in receipts:
                said.append(
                    f"”{texts.plain(mail.subject)}” er allerede journaliseret på sag {receipt.case_number} som dokument {receipt.document_number}."
                )
            if any(receipt.case_number == case.number for receipt in receipts):
                here.append(receipts[0])
        if here and len(here) == len(mails):
            return Notice(" ".join(said), (Button(label="Åbn dokumentet", url=here[0].link),) if here[0].link else (), stop=True)
        return Notice(" ".join(said))

    @override
    def confirm(self) -> str:
        many = texts.count(len(self.mails), "mail", "mails")
        where = "en ny sag i eDoc" if self.case.new else f"sag {self.case.number}"
        return f"Jeg journaliserer {many} på {where}. Passer det?"

    @override
    def facts(self) -> list[Fact]:
        facts = super().facts()
        if len(self.mails) > 1:
            facts = [Fact(label=f"Mail {place}", value=shown(mail)) for place, mail in enumerate(self.mails, 1)] + facts[1:]
        return facts


async def alike(at: At) -> list[dict[str, Any]]:
    """Open cases whose number or words the chosen mail holds, at most three."""
    if not at.answers.get("mails"):
        return []
    subject = texts.stems(cleaned(at.answers["mails"][0]["subject"]))
    telling = sorted(subject, key=len, reverse=True)[:2]
    found = await asyncio.gather(*(records(at).find_cases(word, at.me.login if at.me else "", 10) for word in telling))
    cases = {case.number: case for some in found for case in some if case.state in {"open", "reserved"}}
    best = sorted(cases.values(), key=lambda case: -len(texts.stems(case.title) & subject))[:3]
    return [{"label": f"{case.number} {texts.shortened(case.title, 50)}", "value": ref(case)} for case in best]


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Open the case if it is new, file each mail, mark it in Outlook, and tell what is read back, or what failed and what to do."""
    system, mailbox = desk.systems.get(Records), f"mailbox:{form.requester.id}"  # type: ignore[type-abstract]  # a protocol is looked up by who fulfils it
    case = await job.step("open case", opened, desk, form, job.key("case"), returns=RecordsCase, on=system)
    receipts: list[Receipt] = []
    failed: list[str] = []
    for place, mail in enumerate(form.mails, 1):
        try:
            receipts.append(
                await job.step(f"file {place}", filed, desk, form, case.number, mail, returns=Receipt, on=system, within=mailbox)
            )
        except Refused as error:
            failed.append(f"”{texts.plain(mail.subject)}” kom ikke med: {texts.trouble(error)}")
            continue
        with suppress(Unavailable):  # tried for as long as any step is; the filing stands all the same
            await job.step(f"mark {place}", marked, desk, form.requester.id, mail.id, on=desk.systems.get(Outlook), within=mailbox)
    await job.tell("done", {"reply": told(case, receipts, failed).model_dump(mode="json")})
    return "partly" if failed else "done"


async def opened(desk: Desk, form: Form, key: str) -> RecordsCase:
    """The case to file on, opened under its key when it is new."""
    system = desk.systems.get(Records)  # type: ignore[type-abstract]  # a protocol is looked up by who fulfils it
    if not form.case.new:
        return await system.case(form.case.number, form.requester.login)
    owner = (form.responsible or form.requester).email
    return await system.open_case(CaseDraft(title=form.title, subject=form.subject["number"], owner_email=owner), key, form.requester.login)


async def filed(desk: Desk, form: Form, number: str, mail: MailRef) -> Receipt:
    """One mail with its attachments on the case, under the key of that mail on that case."""
    outlook = desk.systems.get(Outlook)
    system = desk.systems.get(Records)  # type: ignore[type-abstract]  # a protocol is looked up by who fulfils it
    me = form.requester
    whole = await outlook.mail(me.id, mail.id)
    files = [FileDraft(name=safe(cleaned(whole.subject)), format="eml", data=await outlook.mime(me.id, mail.id))]
    for attachment in await outlook.attachments(me.id, mail.id):
        if attachment.kind != "reference" and not (attachment.inline and attachment.size < SMALL_PICTURE):
            files.append(named(attachment, await outlook.attachment(me.id, mail.id, attachment.id)))
    draft = DocumentDraft(
        title=cleaned(whole.subject),
        direction=direction(whole, me.email),
        letter_date=whole.sent_at,
        sender_name=whole.sender_name,
        sender_email=whole.sender_email,
        recipients=(*whole.to, *whole.cc),
        owner_email=me.email,
        files=tuple(files),
        internet_message_id=whole.internet_message_id,
    )
    return await system.file(number, draft, filing_key(number, whole.internet_message_id), me.login)


async def marked(desk: Desk, person: str, mail: str) -> bool:
    """The mail gets its category in Outlook; False when Outlook says no: the filing stands all the same. Raises Unavailable."""
    try:
        await desk.systems.get(Outlook).mark(person, mail)
    except (Conflict, Denied, NotFound, Refused):
        return False
    return True


def direction(mail: Mail, me: str) -> Any:
    """in, out or internal, by the domains of sender and recipients."""
    home = me.rpartition("@")[2].lower()
    inside = [address.rpartition("@")[2].lower() == home for address in (mail.sender_email, *mail.to)]
    if not inside[0]:
        return "in"
    return "internal" if all(inside) else "out"


def named(attachment: Attachment, data: bytes) -> FileDraft:
    """An attachment with a name that any file system takes."""
    if attachment.kind == "item":
        return FileDraft(name=safe(attachment.name), format="eml", data=data)
    stem, dot, ending = attachment.name.rpartition(".")
    return FileDraft(name=safe(stem if dot else attachment.name), format=(ending if dot else "bin").lower(), data=data)


def safe(name: str) -> str:
    """At most 120 characters, none of which a file system refuses."""
    return UNSAFE.sub("_", texts.masked(name)).strip(" .")[:120] or "fil"


def told(case: RecordsCase, receipts: list[Receipt], failed: list[str]) -> Reply:
    """What was filed where, and what was not."""
    title = f"sag {case.number} ”{texts.plain(texts.shortened(case.title, 80))}”"
    lines = [f"Journaliseret på {title}." if receipts else f"Jeg fik ikke journaliseret noget på {title}."]
    facts = [
        Fact(
            label=receipt.document_number,
            value=f"{texts.plain(receipt.title)} ({texts.count(len(receipt.files), 'fil', 'filer')})"
            + (", lå der i forvejen" if receipt.replayed else ""),
        )
        for receipt in receipts
    ]
    lines += [f"{line} Gem mailen, og læg den selv på sagen, eller skriv til Servicedesk." for line in failed]
    buttons = [Button(label="Åbn sagen", url=case.link)] if case.link else []
    buttons += [Button(label=f"Åbn {receipt.document_number}", url=receipt.link) for receipt in receipts[:3] if receipt.link]
    return Reply(text=" ".join(lines), facts=tuple(facts), buttons=tuple(buttons), key=f"done-{case.number}-{len(receipts)}")
