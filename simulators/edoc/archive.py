"""What eDoc keeps: cases, documents, files and uploads, with the rights of the one who asks."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulators.edoc import codes
from simulators.edoc.wire import Caller, Refusal, now
from simulators.graph.files import pdf
from simulators.graph.wire import knob
from simulators.simulation import Simulation
from simulators.store import Document as Row
from simulators.store import Table
from simulators.world import BY_EMAIL, BY_LOGIN, PEOPLE, Person

FIRST = {"case": 234_000, "document": 987_000, "file": 1_500_000}  # the first recnos of each kind
PERSON = 51_000  # recno of a person: this and the number


def folded(text: str) -> str:
    """Text as it is compared: without case, composed letters."""
    return unicodedata.normalize("NFC", text).casefold()


def like(pattern: str, text: str) -> bool:
    """Whether a text fits a search text, in which % stands for anything."""
    first, *middle = folded(pattern).split("%")
    found = folded(text)
    if not middle:
        return found == first
    *middle, last = middle
    if not found.startswith(first):
        return False
    place = len(first)
    for part in middle:
        at = found.find(part, place)
        if at < 0:
            return False
        place = at + len(part)
    return found.endswith(last) and len(found) - len(last) >= place


@dataclass(frozen=True)
class Archive:
    """The records as `caller` may see and change them."""

    simulation: Simulation
    caller: Caller

    def table(self, kind: str) -> Table:
        return self.simulation.store.table("edoc", kind)

    def recno(self, kind: str) -> int:
        """The next recno of a case, document or file."""
        return self.simulation.store.count(f"edoc.{kind}", first=FIRST[kind])

    def readable(self, case: Row) -> bool:
        return case["readers"] is None or self.caller.login.lower() in case["readers"]

    def writable(self, case: Row) -> bool:
        return self.readable(case) and (case["writers"] is None or self.caller.login.lower() in case["writers"])

    def cases(self) -> Iterator[Row]:
        """Every case that the caller may see, by recno."""
        return (case for case in self.table("case").values() if self.readable(case))

    def case(self, number: str | None, recno: int | None) -> Row:
        """One case by number or recno. Refuses: not there, or not visible, which look the same."""
        found = next((one for one in self.cases() if one["number"] == number or (number is None and one["recno"] == recno)), None)
        if found is None:
            raise Refusal(f"Case '{number or recno}' not found")
        return found

    def to_change(self, case: Row) -> Row:
        """The case, if the caller may write on it and its state allows it."""
        if not self.writable(case):
            raise Refusal(f"Access denied for {self.caller.login} on Case")
        if case["status"] == codes.CANCELLED:
            raise Refusal(f"Case is cancelled: {case['number']}")
        if case["status"] in codes.LOCKED_CASES:
            raise Refusal(f"Case is closed: {case['number']}")
        return case

    def documents(self, case: Row | None = None) -> Iterator[Row]:
        """The visible documents of one case, or of all, converted where their time has come."""
        visible = {case["recno"]} if case else {one["recno"] for one in self.cases()}
        return (self.converted(one) for one in self.table("document").values() if one["case"] in visible)

    def document(self, number: str | None, recno: int | None) -> Row:
        """One document by number or recno. Refuses as `case` does."""
        found = next((one for one in self.documents() if one["number"] == number or (number is None and one["recno"] == recno)), None)
        if found is None:
            raise Refusal(f"Document '{number or recno}' not found")
        return found

    def unlocked(self, document: Row) -> Row:
        """The document, if the caller may change it: rights, the case's state, its own state, checked-out files."""
        self.to_change(self.table("case")[str(document["case"])])
        if document["status"] in codes.LOCKED_DOCUMENTS:
            raise Refusal(f"Document is locked: {document['number']}")
        holder = next((one["checked_out"] for one in self.files(document) if one["checked_out"]), None)
        if holder:
            raise Refusal(f"File is checked out by {holder}")
        return document

    def files(self, document: Row) -> list[Row]:
        return [self.table("file")[str(recno)] for recno in document["files"]]

    def file(self, recno: int | None) -> Row:
        """One file that the caller may read."""
        found = self.table("file").get(str(recno))
        if found is None or not any(one["recno"] == found["document"] for one in self.documents()):
            raise Refusal(f"File '{recno}' not found")
        return found

    def converted(self, document: Row) -> Row:
        """The document, with the PDF that the conversion job makes some seconds (`edoc_conversion_seconds`, 3) after it was journalised."""
        wait = timedelta(seconds=knob(self.simulation, "edoc_conversion_seconds", 3))
        if document["converted"] or not document["journalised_at"]:
            return document
        if now_exactly(self.simulation) < datetime.fromisoformat(document["journalised_at"]) + wait:
            return document
        extra = [self.pdf_of(one) for one in self.files(document) if one["format"] in codes.CONVERTED and one["version"] == "P"]
        changed = {**document, "converted": True, "files": [*document["files"], *extra]}
        self.table("document")[str(document["recno"])] = changed
        return changed

    def pdf_of(self, file: Row) -> int:
        """The recno of a new PDF of a file."""
        body, recno = pdf([file["title"], f"Arkivkopi af {file['title']}.{file['format']}"]), self.recno("file")
        blob = self.simulation.store.keep(body)
        made = {"recno": recno, "format": "pdf", "version": "A", "blob": blob, "size": len(body), "checked_out": ""}
        self.table("file")[str(recno)] = {**file, **made}
        return recno

    def changed(self, kind: str, row: Row) -> None:
        """Keep a row of that kind."""
        self.table(kind)[str(row["recno"])] = row | ({"changed": now(self.simulation).isoformat()} if kind == "case" else {})


def now_exactly(simulation: Simulation) -> datetime:
    """The real time in UTC: what the conversion job goes by."""
    return simulation.now()


def person(recno: int | None, email: str | None, login: str | None, number: str | None) -> Person | None:
    """A colleague by one of the four ways to name one; None where there is nobody."""
    if recno is not None:
        return next((one for one in PEOPLE if one.number + PERSON == recno), None)
    if email:
        return BY_EMAIL.get(email.strip().lower())
    if login:
        return BY_LOGIN.get(login.strip().lower())
    return next((one for one in PEOPLE if f"K{one.number:05d}" == number), None)
