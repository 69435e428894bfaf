"""Choosing mails from one's inbox, in words or from a list, and the case they belong on: the kinds of answer that journalising needs."""

import asyncio
import re
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from typing_extensions import override

from connectors.errors import Denied, NotFound
from connectors.outlook import Mail, MailQuery, Outlook
from connectors.records import Records, RecordsCase
from dialogs import texts, words
from dialogs.fields import At, Bad, Got, Kind, Reading, Which
from dialogs.turn import Turn
from nlu.normalise import fold

LISTED = 8
PREFIX = re.compile(r"^\s*(?:(?:sv|vs|re|fw|fwd|aw)\s*:|\[ekstern\])\s*", re.I)
SENDER = re.compile(
    r"\bfra\s+(?:min\s+)?((?:[\w.+-]+@[\w.-]+)|(?:[A-ZÆØÅ][\wæøåé.-]*(?:\s+[A-ZÆØÅ][\wæøåé.-]*){0,2})|(?:[\wæøåé-]+))", re.U
)
TIMES = frozenset(
    "i idag igaar gaar forgaars mandag tirsdag onsdag torsdag fredag loerdag soendag uge sidste denne indbakken outlook".split()
)
ABOUT = re.compile(
    r"\b(?:om|vedr\.?|vedrørende|angående|ang\.?|med emnet|emne:?|der hedder|med titlen|ved navn)\s+[”\"']?(.+?)[”\"']?(?=\s+(?:på|paa|fra|i går|i dag|til|ind på|under)\b|[.!?]|$)",
    re.I,
)
NEWEST = re.compile(r"\b(?:nyeste|seneste|sidste|første|øverste|den jeg lige (?:fik|har fået))\b(?:\s+(?:mail|besked|e-mail))?", re.I)
NUMBERS = {"to": 2, "tre": 3, "fire": 4, "fem": 5, "seks": 6}
COUNT = rf"(\d{{1,2}}|{'|'.join(NUMBERS)})"
SEVERAL = re.compile(rf"\b(?:de|mine)\s+(?:{COUNT}\s+)?(?:nyeste|seneste|sidste)\s+(?:{COUNT}\s+)?(?:mails|beskeder|e-mails)", re.I)
NUMBER = re.compile(r"\b(20\d{2}-\d{5,7})\b")
A_MAIL = re.compile(r"^(?:den|dem|det er den|mailen|mails)\b.*\bfra\b", re.I)
CASE = re.compile(r"^(?:(?:på|paa|under|til)\s+)?(?:edoc-?)?(?:sagen?\b|20\d{2}-\d{5,7}\b)", re.I)
NEW_CASE = re.compile(
    r"^(?:(?:på|paa)\s+)?(?:en\s+)?(?:ny|nyt|opret(?:te)?(?:\s+en)?(?:\s+ny)?)(?:\s+(?:edoc-?\s?)?sag)?$|^den findes ikke endnu$", re.I
)


class MailRef(BaseModel):
    """A chosen mail, as the form keeps it."""

    model_config = ConfigDict(extra="ignore")

    id: str
    internet_message_id: str
    subject: str
    sender: str
    received: datetime
    files: list[str] = []
    links: list[str] = []  # attachments that are only links: their content is not in the mail

    @property
    def label(self) -> str:
        return f"{self.sender}: {self.subject or '(uden emne)'}"


class CaseRef(BaseModel):
    """The case to file on: an existing one, or a new one."""

    model_config = ConfigDict(extra="ignore")

    number: str = ""
    title: str = ""
    new: bool = False


def cleaned(subject: str) -> str:
    """A subject without SV:, VS:, [EKSTERN] and CPR numbers, at most 200 characters: a document's title."""
    while (shorter := PREFIX.sub("", subject)) != subject:
        subject = shorter
    return texts.shortened(texts.masked(subject.strip()), 200) or "Mail uden emne"


def query_of(text: str, entities: dict[str, Any]) -> MailQuery:
    """What to look for, from the sender, subject and day that a sentence names."""
    sender = next(iter(entities.get("email", [])), "")
    if not sender and (match := SENDER.search(text)) and fold(match[1]).split()[0] not in TIMES:
        sender = match[1]
    about = ABOUT.search(text)
    period = entities.get("period") or {}
    since, until = (date.fromisoformat(period[end]) if end in period else None for end in ("start", "end"))
    if "date" in entities:
        since = until = date.fromisoformat(entities["date"])
    return MailQuery(sender=sender, words=about[1].strip() if about else "", since=since, until=until, limit=LISTED)


class Mails(Kind):
    """One or more mails of one's own inbox."""

    searches = True

    drawn = "choices"

    @override
    async def read(self, text: str, at: At) -> Reading:
        places = words.ordinals(text, len(at.offered)) if at.offered else []
        if places:
            return Got([at.offered[place]["value"] for place in places])
        found = await self.find(text, at)
        if found is not None:
            return found
        plain = re.sub(r"^(?:det er |den |dem |mailen |den mail )?(?:der hedder |om |med )?", "", text.strip(" .!?"), flags=re.I)
        if len(plain) < 3 or words.means(text) or CASE.match(text.strip()) or NEW_CASE.match(text.strip(" .!")):
            return None  # the last two: a case, not a mail
        return await self._search(MailQuery(words=plain, limit=LISTED), at, f"der passer på ”{texts.plain(plain)}”")

    @override
    async def find(self, text: str, at: At) -> Reading:
        meaning = at.understood()
        entities = meaning.entities if meaning else {}
        query = query_of(text, entities)
        if query.sender or query.words or query.since:
            return await self._search(query, at, "der passer på det", newest=bool(NEWEST.search(text)))
        if several := SEVERAL.search(text):
            return await self._newest(several[1] or several[2], at)
        if NEWEST.search(text):
            return await self._search(MailQuery(limit=1), at, "i din indbakke", newest=True)
        return None

    async def _newest(self, said: str | None, at: At) -> Reading:
        """The newest ones, as many as were said and as a list shows; without a number there is none but the list."""
        if not said:
            return None
        count = NUMBERS.get(said.lower()) or int(said)
        mails = await at.desk.systems.get(Outlook).mails(at.event.who.id, MailQuery(limit=max(1, min(count, LISTED))))
        return Got([(await chosen(mail, at)).model_dump(mode="json") for mail in mails]) if mails else None

    async def _search(self, query: MailQuery, at: At, what: str, *, newest: bool = False) -> Reading:
        mails = await at.desk.systems.get(Outlook).mails(at.event.who.id, query)
        if not mails:
            return Bad(f"Jeg fandt ingen mails i din indbakke, {what}. Søg på afsender, emne eller dag, eller vælg fra listen.")
        named = [mail for mail in mails if query.words and texts.stems(query.words) <= texts.stems(mail.subject)]
        if len(named) == 1:
            mails = named
        if len(mails) == 1 or newest:
            return Got([(await chosen(mails[0], at)).model_dump(mode="json")])
        return Which("Hvilke af dem?", tuple([(label(mail, at), (await chosen(mail, at)).model_dump(mode="json")) for mail in mails]))

    @override
    async def take(self, raw: str, at: At) -> Reading:
        places = [int(part) - 1 for part in raw.split(",") if part.strip().isdigit()]
        taken = [at.offered[place]["value"] for place in places if 0 <= place < len(at.offered)]
        return Got(taken) if taken else Bad("Vælg mindst én mail.")

    @override
    def show(self, value: Any) -> str:
        return "; ".join(shown(MailRef.model_validate(mail)) for mail in value)

    @override
    def raw(self, value: Any) -> str:
        return ""


def shown(mail: MailRef) -> str:
    """One mail in the summary, with its attachments."""
    said = f"”{texts.plain(mail.subject or '(uden emne)')}” fra {texts.plain(mail.sender)}"
    if mail.files:
        said += f" med {texts.count(len(mail.files), 'bilag', 'bilag')}: {texts.names(texts.plain(name) for name in mail.files)}"
    if mail.links:
        said += f" (kun som link, indholdet følger ikke med: {texts.names(texts.plain(name) for name in mail.links)})"
    return said


def label(mail: Mail, at: At) -> str:
    """One mail in a list: who, what, when, and whether it is filed."""
    filed = ", journaliseret" if "Journaliseret" in mail.categories else ""
    return f"{mail.sender_name or mail.sender_email}: {texts.shortened(mail.subject or '(uden emne)', 70)} ({texts.when(mail.received_at, at.desk.now())}{filed})"


async def chosen(mail: Mail, at: At) -> MailRef:
    """The mail as the form keeps it, with the names of what is attached."""
    attachments = await at.desk.systems.get(Outlook).attachments(at.event.who.id, mail.id) if mail.has_attachments else []
    return MailRef(
        id=mail.id,
        internet_message_id=mail.internet_message_id,
        subject=texts.masked(mail.subject),
        sender=mail.sender_name or mail.sender_email,
        received=mail.received_at,
        files=[texts.masked(one.name) for one in attachments if one.kind != "reference" and not one.inline],
        links=[texts.masked(one.name) for one in attachments if one.kind == "reference"],
    )


async def pointed_at(turn: Turn, mail: str) -> dict[str, Any]:
    """The mail that was pointed at, as a form keeps it."""
    found = await turn.desk.systems.get(Outlook).mail(turn.event.who.id, mail)
    return (await chosen(found, At(turn.desk, turn.event, {}))).model_dump(mode="json")


async def listed(at: At) -> list[dict[str, Any]]:
    """The newest mails of the inbox, as choices."""
    mails = await at.desk.systems.get(Outlook).mails(at.event.who.id, MailQuery(limit=LISTED))
    refs = await asyncio.gather(*(chosen(mail, at) for mail in mails))
    return [{"label": label(mail, at), "value": ref.model_dump(mode="json")} for mail, ref in zip(mails, refs, strict=True)]


class Target(Kind):
    """The case to file on: a number, words of its title, or a new one."""

    searches = True

    @override
    async def read(self, text: str, at: At) -> Reading:
        found = await self.find(text, at)
        if found is not None:
            return found
        wanted = re.sub(
            r"^(?:(?:på|paa|under|til)\s+)?(?:sagen\s+(?:om|med|der hedder)?\s*|den\s+(?:om\s+)?)?", "", text.strip(" .!?"), flags=re.I
        )
        if words.means(text) or len(wanted) < 3 or A_MAIL.match(text.strip()):
            return None
        return await self._by_words(wanted, at)

    async def _by_words(self, wanted: str, at: At) -> Reading:
        login = at.me.login if at.me else ""
        cases = [case for case in await records(at).find_cases(wanted, login, 6) if case.state in {"open", "reserved", "other"}]
        if not cases:
            return Bad(
                f"Jeg fandt ingen åben sag i eDoc, der passer på ”{texts.plain(wanted)}”. Skriv sagsnummeret eller andre ord fra titlen, eller skriv ”ny sag”."
            )
        if len(cases) == 1:
            return Got(ref(cases[0]))
        return Which("Hvilken af sagerne?", tuple((f"{case.number} {texts.shortened(case.title, 60)}", ref(case)) for case in cases[:5]))

    @override
    async def find(self, text: str, at: At) -> Reading:
        if NEW_CASE.match(text.strip(" .!")) or re.search(r"\b(?:på|paa|opret|i)\s+(?:en\s+)?ny\s+(?:edoc-?\s?)?sag\b", text, re.I):
            return Got(CaseRef(new=True).model_dump())
        match = NUMBER.search(text)
        if match:
            return await self._by_number(match[1], at)
        said = re.search(
            r"\b(?:på|paa|til|under)\s+(?:edoc-?)?sagen\s+(?:om\s+|med\s+|der hedder\s+)?[”\"]?(.{3,80}?)[”\"]?[.!?]?$", text, re.I
        )
        return await self._by_words(said[1], at) if said else None

    @staticmethod
    async def _by_number(number: str, at: At) -> Reading:
        try:
            case = await records(at).case(number, at.me.login if at.me else "")
        except (NotFound, Denied):
            return Bad(f"Jeg kan ikke se en sag med nummer {number} i eDoc. Tjek nummeret, eller skriv ord fra titlen.")
        if case.state in {"closed", "cancelled"}:
            what = "lukket" if case.state == "closed" else "annulleret"
            return Bad(
                f"Sag {number} ”{texts.plain(texts.shortened(case.title, 60))}” er {what}, så der kan ikke lægges mere på den. Skriv en anden sag, eller ”ny sag”."
            )
        return Got(ref(case))

    @override
    def show(self, value: Any) -> str:
        case = CaseRef.model_validate(value)
        return "Ny sag" if case.new else f"{case.number} {texts.plain(case.title)}".strip()

    @override
    def raw(self, value: Any) -> str:
        case = CaseRef.model_validate(value)
        return "ny sag" if case.new else case.number


class Emne(Kind):
    """A KLE subject, by its number or in one's own words."""

    searches = True

    @override
    async def read(self, text: str, at: At) -> Reading:
        if words.means(text):
            return None
        number = re.search(r"\b\d{2}\.\d{2}\.\d{2}\b", text)
        subjects = await records(at).subjects(number[0] if number else " ".join(texts.stems(text)), 5)
        exact = [one for one in subjects if number and one.number == number[0]]
        if len(exact or subjects) == 1:
            return Got((exact or subjects)[0].model_dump())
        if not subjects:
            return Bad(
                f"Jeg fandt intet KLE-emne til ”{texts.plain(texts.shortened(text, 60))}”. Prøv med andre ord, fx ”brugeradgang” eller ”software”, eller skriv nummeret."
            )
        return Which("Hvilket emne passer bedst?", tuple((f"{one.number} {one.title}", one.model_dump()) for one in subjects))

    @override
    def show(self, value: Any) -> str:
        return f"{value['number']} {value['title']}"

    @override
    def raw(self, value: Any) -> str:
        return str(value["number"])


def records(at: At) -> Records:
    """The records system at hand."""
    return at.desk.systems.get(Records)  # type: ignore[type-abstract]  # a protocol is looked up by who fulfils it


def ref(case: RecordsCase) -> dict[str, Any]:
    """The case as the form keeps it."""
    return CaseRef(number=case.number, title=texts.masked(case.title)).model_dump()
