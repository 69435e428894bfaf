"""eDoc, the records system of the municipality: cases by number and title, filing of documents, and where a mail is filed already.

Everything is asked and done as the person (ADContextUser): a case that the person may not see looks as if it were not there.
"""

import asyncio
import base64
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import permutations
from typing import Any, ClassVar, Literal, Self
from zoneinfo import ZoneInfo

import aiohttp
from typing_extensions import override

from connectors.errors import Conflict, Denied, NotFound, Refused, Unavailable
from connectors.folding import holds, spellings, words_of
from connectors.http import JOB, TURN
from connectors.records import CaseDraft, DocumentDraft, Receipt, RecordsCase, Subject
from connectors.sif import Sif
from settings import Settings

DENMARK = ZoneInfo("Europe/Copenhagen")
EXTERNAL_TYPE = "Kollega sag"
REMARK = "Kollega"
CAP = 100  # rows that a search gives at most, without a word about it
MAX_DOCUMENTS = 1000
CATEGORIES = {"in": "recno:114", "out": "recno:115", "internal": "recno:113"}
SENDER, RECIPIENT = "recno:5", "recno:6"
IN_PROCESS, JOURNALISED, ARCHIVE = "recno:5", "recno:6", "recno:2"
CASE_NUMBER = re.compile(r"\d{4}-\d{4,9}")
PREFIX = re.compile(r"^\s*(?:(?:sv|vs|re|fw|fwd|aw)\s*:|\[ekstern\])\s*", re.IGNORECASE)
KLE = re.compile(r"(?<![\d.])\d{2}\.\d{2}(?:\.\d{2})?(?![\d.]*\d)|^\d{2}$")  # 85.15, 85.15.03, or 85 alone
HOUR = 3600.0
SMALL = frozenset("af at den der det en et fra for i med og om paa som til ved".split())  # words that say nothing about a subject
STATES: dict[int, Literal["reserved", "open", "closed", "cancelled", "other"]] = {  # by recno, the same in every language
    4: "reserved",
    5: "open",
    6: "closed",
    7: "closed",
    8: "cancelled",
    9: "closed",
    17: "closed",
}


class Edoc(Sif):
    """eDoc over SIF."""

    name: ClassVar[str] = "edoc"
    setting: ClassVar[str] = "EDOC_URL"
    limit: ClassVar[int] = 4

    def __init__(self, session: aiohttp.ClientSession, url: str, client_id: str, key: str) -> None:
        super().__init__(session, url, client_id, key)
        self._tables: dict[str, tuple[float, list[dict[str, Any]]]] = {}  # name → until when they count, rows

    @override
    @classmethod
    def from_settings(cls, settings: Settings, session: aiohttp.ClientSession) -> Self | None:
        url = settings.system_url("edoc")
        if url is None:
            return None
        if settings.is_simulated("edoc"):
            return cls(session, url, "kollega", "simulator")
        key = settings.edoc_authkey
        return cls(session, url, settings.edoc_client_id or "", key.get_secret_value() if key else "")

    @override
    async def check(self) -> str:
        await self.ask("CaseService/Ping", {}, "")
        await asyncio.gather(self._table("KLE"), self._table("Case status"))
        return "cases and code tables can be reached; acting as a person is not tried"

    async def case(self, number: str, login: str) -> RecordsCase:
        """One case by its number. Raises NotFound when it is not there or not for this person."""
        number = number.strip()
        rows = await self._cases({"CaseNumber": number}, login) if CASE_NUMBER.fullmatch(number) else []
        exact = [row for row in rows if row.get("CaseNumber") == number]
        if len(exact) != 1:
            raise NotFound(self.name, "find case: no such case for this person", code="no_case")
        return await self._case_from(exact[0])

    async def find_cases(self, words: str, login: str, limit: int = 10) -> list[RecordsCase]:
        """Cases whose title holds every word, in any order, spelling folded; open ones first, then the newest.

        eDoc gives 100 at most and does not say so: then two words are asked for together.
        """
        terms = sorted(words_of(words), key=len, reverse=True)
        if not terms:
            return []
        rows = await self._titled((f"%{way}%" for way in spellings(terms[0])), login)
        if len(rows) >= CAP and len(terms) > 1:
            pairs = permutations(terms[:2])
            rows += await self._titled((f"%{one}%{other}%" for a, b in pairs for one in spellings(a) for other in spellings(b)), login)
        fitting = {row.get("CaseNumber"): row for row in rows if holds(str(row.get("Title") or ""), words)}
        cases = [await self._case_from(row) for row in fitting.values()]
        newest = sorted(cases, key=lambda case: case.number, reverse=True)
        return sorted(newest, key=lambda case: case.state not in {"open", "reserved"})[:limit]

    async def subjects(self, words: str, limit: int = 5) -> list[Subject]:
        """Subjects in force: by the beginning of a number, or by words in the title; best first."""
        alive = {row["Code"]: row["Description"] for row in await self._table("KLE") if row.get("Active") is not False}
        numbers = KLE.findall(words.strip())
        if numbers:
            best = sorted(number for number in alive if any(number.startswith(one) for one in numbers))
        else:
            terms = [word for word in words_of(words) if word not in SMALL]
            scores = {number: sum(weight(term, words_of(title)) * len(term) for term in terms) for number, title in alive.items()}
            best = sorted((number for number in alive if scores[number]), key=lambda number: (-scores[number], number))
        return [Subject(number=number, title=alive[number]) for number in best[:limit]]

    async def numbers(self) -> list[str]:
        """Every number of a subject, those that are no longer in force too."""
        return sorted(row["Code"] for row in await self._table("KLE"))

    async def open_case(self, draft: CaseDraft, key: str, login: str) -> RecordsCase:
        """Open a case, once per key, and read it back. Safe to repeat. Raises Refused("not_taken") when eDoc kept other values."""
        mark = {"ExternalId": {"Id": key, "Type": EXTERNAL_TYPE}}
        async with self.one_at_a_time(key):
            rows = await self._cases(mark, login)
            if rows:
                return await self._case_from(rows[0])
            codes = ((draft.subject, "KLE"), (draft.facet, "Facet"))
            parameter = {
                "Title": draft.title,
                "Status": IN_PROCESS,
                "ArchiveCodes": [
                    {"ArchiveCode": code, "ArchiveType": kind, "Sort": sort} for sort, (code, kind) in enumerate(codes, 1) if code
                ],
                "ResponsiblePersonEmail": draft.owner_email,
                **mark,
            }
            try:
                await self.tell("CaseService/CreateCase", parameter, login)
            except Conflict as conflict:  # another process was quicker: its case is ours
                if conflict.code != "duplicate":
                    raise
            rows = await self._cases(mark, login)
        if not rows:
            raise Unavailable(self.name, "open case: not visible yet", code="not_visible")
        case = await self._case_from(rows[0])
        if (case.title, case.subject, case.facet) != (draft.title, draft.subject, draft.facet):
            raise Refused(self.name, f"open case: {case.number} has another title, subject or facet", code="not_taken")
        return case

    async def file(self, case_number: str, draft: DocumentDraft, key: str, login: str) -> Receipt:
        """File a document on a case, once per key, and read it back. Safe to repeat.

        Proof is what another call reads: same case, same title, every file by its name (conversion may have added more).
        """
        if not draft.files:
            raise Refused(self.name, "file document: without files", code="no_files")
        case = await self.case(case_number, login)
        names = tuple(clean_name(one.name) for one in draft.files)
        async with self.one_at_a_time(key):
            row = await self._by_key(case_number, draft.title, key, login)
            replayed = row is not None
            if row is None:
                parameter = await asyncio.to_thread(document_parameter, case_number, draft, names, key)
                await self.tell("DocumentService/CreateDocument", parameter, login)
                row = await self._by_key(case_number, draft.title, key, login)
        if row is None:
            raise Unavailable(self.name, "file document: not visible yet", code="not_visible")
        receipt = receipt_from(row, case.link, replayed=replayed)
        sent = Counter(f"{name}.{one.format}" for name, one in zip(names, draft.files, strict=True))
        titled = replayed or receipt.title == draft.title  # later on, colleagues may have given it another
        if sent - Counter(receipt.files) or not titled or receipt.case_number != case_number:
            raise Refused(self.name, f"file document: {receipt.document_number} is not what was sent", code="not_taken")
        return receipt

    async def filed(self, internet_message_id: str, title: str, login: str) -> list[Receipt]:
        """Where a mail is filed already: on any case that the person may see, as long as its document goes by (a part of) the title."""
        titles = {text for text in (title.strip(), cleaned_subject(title)) if words_of(text)}
        asked = ({"Title": f"%{text}%", "IncludeRemarks": True, "MaxReturnedDocuments": MAX_DOCUMENTS} for text in titles)
        found = [row for rows in await asyncio.gather(*(self._documents(one, login) for one in asked)) for row in rows]
        rows = {row.get("DocumentNumber"): row for row in found if any(mid == internet_message_id for _, mid in remarks(row))}
        return [receipt_from(row, await self._link(row, login), replayed=True) for row in rows.values()]

    async def _by_key(self, case_number: str, title: str, key: str, login: str) -> dict[str, Any] | None:
        """The document on the case that carries the key: first among those of the title, then among all (it may have a new title)."""
        on_case = {"CaseNumber": case_number, "IncludeRemarks": True, "MaxReturnedDocuments": MAX_DOCUMENTS}
        for asked in ({**on_case, "Title": title}, on_case):
            for row in await self._documents(asked, login, JOB):
                if any(one == key for one, _ in remarks(row)):
                    return row
        return None

    async def _titled(self, patterns: Iterable[str], login: str) -> list[dict[str, Any]]:
        found = await asyncio.gather(*(self._cases({"Title": pattern}, login) for pattern in dict.fromkeys(patterns)))
        return [row for rows in found for row in rows]

    async def _cases(self, parameter: Mapping[str, Any], login: str) -> list[dict[str, Any]]:
        data = await self.ask("CaseService/GetCases", parameter, self._person(login))
        return self.objects(data.get("Cases"), "CaseService/GetCases")

    async def _documents(self, parameter: Mapping[str, Any], login: str, seconds: float = TURN) -> list[dict[str, Any]]:
        data = await self.ask("DocumentService/GetDocuments", parameter, self._person(login), seconds)
        return self.objects(data.get("Documents"), "DocumentService/GetDocuments")

    def _person(self, login: str) -> str:
        """Without a person the integration's own rights would decide, and they are wider."""
        if not login:
            raise Denied(self.name, "the person has no account there", code="no_login")
        return login

    async def _case_from(self, row: Mapping[str, Any]) -> RecordsCase:
        codes = {str(one.get("ArchiveType")).casefold(): str(one.get("ArchiveCode") or "") for one in row.get("ArchiveCodes") or []}
        titles = {one["Code"]: one["Description"] for one in await self._table("KLE")}
        states = {one["Description"]: one["Recno"] for one in await self._table("Case status")}
        person = row.get("ResponsiblePerson")
        return RecordsCase(
            id=str(row.get("Recno") or ""),
            number=str(row.get("CaseNumber") or ""),
            title=str(row.get("Title") or ""),
            subject=codes.get("kle", ""),
            subject_title=titles.get(codes.get("kle", ""), ""),
            facet=codes.get("facet", ""),
            state=STATES.get(states.get(str(row.get("Status")), 0), "other"),
            owner=str(person.get("Name") or "") if isinstance(person, dict) else "",
            link=str(row.get("URL") or ""),
        )

    async def _table(self, name: str) -> list[dict[str, Any]]:
        """A code table with its expired rows, kept for an hour. Its texts depend on the language of the installation."""
        async with self.one_at_a_time(f"table {name}"):
            until, rows = self._tables.get(name, (0.0, []))
            if time.monotonic() >= until:
                asked = {"CodeTableName": f"code table: {name}", "IncludeExpiredValues": True}
                data = await self.ask("SupportService/GetCodeTableRows", asked, "")
                found = self.objects(data.get("CodeTableRows"), "SupportService/GetCodeTableRows")
                rows = [
                    {
                        "Recno": row.get("Recno"),
                        "Code": str(row.get("Code")),
                        "Description": str(row.get("Description")),
                        "Active": row.get("Active"),
                    }
                    for row in found
                ]
                self._tables[name] = (time.monotonic() + HOUR, rows)
            return rows

    async def _link(self, document: Mapping[str, Any], login: str) -> str:
        """The address of a document's case."""
        try:
            return (await self.case(str(document.get("CaseNumber") or ""), login)).link
        except NotFound:
            return ""


def document_parameter(case_number: str, draft: DocumentDraft, names: tuple[str, ...], key: str) -> dict[str, Any]:
    """What CreateDocument takes. Made in a thread: the files become base64."""
    people = [(SENDER, draft.sender_name, draft.sender_email), *((RECIPIENT, address, address) for address in draft.recipients)]
    return {
        "CaseNumber": case_number,
        "Title": draft.title,
        "Category": CATEGORIES[draft.direction],
        "Status": JOURNALISED,
        "Archive": ARCHIVE,
        "DocumentDate": draft.letter_date.astimezone(DENMARK).strftime("%Y-%m-%dT%H:%M:%S"),
        "ResponsiblePersonEmail": draft.owner_email,
        "UnregisteredContacts": [
            {"Role": role, "ContactName": name or address, "Email": address} for role, name, address in people if name or address
        ],
        "Remarks": [{"Title": REMARK, "Content": f"{key} {draft.internet_message_id}", "RemarkType": "recno:1"}],
        "Files": [
            {"Title": name, "Format": one.format, "Base64Data": base64.b64encode(one.data).decode()}
            for name, one in zip(names, draft.files, strict=True)
        ],
    }


def remarks(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Our remarks on a document: key and internet message id."""
    ours = (str(one.get("Content") or "") for one in document.get("Remarks") or [] if one.get("Title") == REMARK)
    return [(key, mid.strip()) for key, _, mid in (content.partition(" ") for content in ours)]


def receipt_from(document: Mapping[str, Any], link: str, *, replayed: bool) -> Receipt:
    """What eDoc holds of a document."""
    return Receipt(
        case_number=str(document.get("CaseNumber") or ""),
        document_number=str(document.get("DocumentNumber") or ""),
        title=str(document.get("Title") or ""),
        files=tuple(f"{one.get('Title')}.{str(one.get('Format') or '').lower()}" for one in document.get("Files") or []),
        link=link,
        replayed=replayed,
    )


def weight(term: str, title: list[str]) -> int:
    """How well a word fits a title: 3 a word of it, 2 a part of one, 1 one that begins alike ("printerne", "printere")."""
    if term in title:
        return 3
    if len(term) < 4:
        return 0
    if any(term in word for word in title):
        return 2
    lengths = [(word, max(4, min(len(term), len(word)) - 2)) for word in title]
    return int(any(term[:length] == word[:length] for word, length in lengths))


def cleaned_subject(title: str) -> str:
    """A subject without its SV:, VS:, RE:, FW: and [EKSTERN], however many."""
    while found := PREFIX.match(title):
        title = title[found.end() :]
    return title.strip()


def clean_name(name: str) -> str:
    """A file name that every records system takes: composed letters, no signs that paths use, at most 128 characters."""
    plain = re.sub(r'[<>:"/\\|?*\x00-\x1f\x7f]', "_", unicodedata.normalize("NFC", name)).strip(" .")
    return plain[:128].strip(" .") or "fil"
