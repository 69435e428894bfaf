"""Where a mail is to be filed: an eDoc case by its number or words, a new one, and its KLE subject, as kinds of answer."""

import re
from difflib import SequenceMatcher
from typing import Any

from pydantic import BaseModel, ConfigDict
from typing_extensions import override

from connectors.errors import Denied, NotFound
from connectors.records import Records, RecordsCase, Subject
from dialogs import texts, words
from dialogs.fields import At, Bad, Got, Kind, Near, Reading, Which
from dialogs.mail_words import NUMBER

A_MAIL = re.compile(r"^(?:den|dem|det er den|mailen|mails)\b.*\bfra\b", re.I)
CASE = re.compile(r"^(?:(?:på|paa|under|til)\s+)?(?:edoc-?)?(?:sagen?\b|20\d{2}-\d{5,7}\b)", re.I)
NEW_CASE = re.compile(
    r"^(?:(?:på|paa)\s+)?(?:en\s+)?(?:ny|nyt|opret(?:te)?(?:\s+en)?(?:\s+ny)?)(?:\s+(?:edoc-?\s?)?sag)?$|^den findes ikke endnu$", re.I
)


class CaseRef(BaseModel):
    """The case to file on: an existing one, or a new one."""

    model_config = ConfigDict(extra="ignore")

    number: str = ""
    title: str = ""
    new: bool = False


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


PIECE, LOOKED_AT, FEW = 4, 50, 4  # letters that make a word likely, subjects that are compared, and proposed
ALIKE = 0.75


class Emne(Kind):
    """A KLE subject, by its number or in one's own words. When nothing fits, the nearest ones are proposed."""

    searches = True
    other = "Et andet emne"

    @override
    async def read(self, text: str, at: At) -> Reading:
        if words.means(text):
            return None
        number = re.search(r"\b\d{2}\.\d{2}\.\d{2}\b", text)
        subjects = await records(at).subjects(number[0] if number else " ".join(texts.stems(text)), 5)
        exact = [one for one in subjects if number and one.number == number[0]]
        if len(exact or subjects) == 1:
            return Got((exact or subjects)[0].model_dump())
        if subjects:
            return Which("Hvilket emne passer bedst?", of(subjects))
        said = texts.plain(texts.shortened(text, 60))
        near = await self._near(text, at)
        if near:
            return Near(f"Jeg fandt intet emne om ”{said}”. Passer et af de her?", of(near))
        return Bad(f"Jeg fandt intet emne om ”{said}”. Prøv et andet ord, fx ”brugeradgang”, eller find nummeret på kle-online.dk.")

    @staticmethod
    async def _near(text: str, at: At) -> list[Subject]:
        """Subjects that share a part of a word with the text, or that fit the case's title or the mails."""
        said = texts.stems(text, whole=True)
        parts = [part for word in said for part in (word[:PIECE], word[-PIECE:])]
        found = [one for one in await records(at).subjects(" ".join(parts), LOOKED_AT) if like(one.title, said)][:FEW] if parts else []
        about = " ".join([str(at.answers.get("title", "")), *(str(mail["subject"]) for mail in at.answers.get("mails") or [])])
        return found or await records(at).subjects(" ".join(texts.stems(about)), FEW)

    @override
    def show(self, value: Any) -> str:
        return f"{value['number']} {value['title']}"

    @override
    def raw(self, value: Any) -> str:
        return str(value["number"])


def like(title: str, said: set[str]) -> bool:
    """Whether some word of a title is nearly one that was said."""
    return any(SequenceMatcher(None, word, other).ratio() >= ALIKE for word in said for other in texts.stems(title, whole=True))


def of(subjects: list[Subject]) -> tuple[tuple[str, Any], ...]:
    """Subjects as choices."""
    return tuple((f"{one.number} {one.title}", one.model_dump()) for one in subjects)


def records(at: At) -> Records:
    """The records system at hand."""
    return at.desk.systems.get(Records)  # type: ignore[type-abstract]  # a protocol is looked up by who fulfils it


def ref(case: RecordsCase) -> dict[str, Any]:
    """The case as the form keeps it."""
    return CaseRef(number=case.number, title=texts.masked(case.title)).model_dump()
