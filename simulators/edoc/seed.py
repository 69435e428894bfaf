r"""The seeded records: the cases of `cases.txt`, with documents, and the mails that are filed already.

Rights that differ: the personnel case is visible to kk\mfri and kk\jkja alone, the budget of Koncern IT may be read by all and changed by
kk\slun and kk\hdah. One document is completed, one has a file that kk\ahad has checked out.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from simulators.edoc import codes
from simulators.edoc.archive import FIRST
from simulators.edoc.wire import LOCAL
from simulators.graph import mime
from simulators.graph.corpus import FILED_MESSAGE_ID, HALF_FILED, Written, threads
from simulators.graph.files import pdf
from simulators.graph.seed import Filler
from simulators.simulation import Simulation
from simulators.store import Document as Row
from simulators.world import BY_LOGIN, person

HERE = Path(__file__).parent
HIDDEN = "2026-0012399"
READ_ONLY = "2026-0012310"
FILED_ON = "2026-0011876"
HALF_FILED_ON = "2026-0012350"
COMPLETED = "2026-0012201-1"  # a document that is locked
CHECKED_OUT = "2026-0012372-1"  # a document with a file that is checked out
RIGHTS: dict[str, Row] = {
    HIDDEN: {"readers": ["kk\\mfri", "kk\\jkja"], "writers": ["kk\\mfri", "kk\\jkja"], "access_code": 3, "access_group": "Personale"},
    READ_ONLY: {"writers": ["kk\\slun", "kk\\hdah"]},
}


class Filing:
    """Collects rows and writes each table once."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.mails = Filler(simulation)
        self.rows: dict[str, dict[str, Row]] = {"case": {}, "document": {}, "file": {}}

    def recno(self, kind: str) -> int:
        return FIRST[kind] + len(self.rows[kind])

    def case(self, line: str) -> None:
        """One line of cases.txt."""
        number, title, kle, facet, login, status, opened, documents = (part.strip() for part in line.split("|"))
        recno, created = self.recno("case"), f"{opened}T09:00:00"
        class_codes = [
            {"ArchiveCode": code, "ArchiveType": kind, "Sort": n}
            for n, (kind, code) in enumerate((("KLE", kle), ("Facet", facet)), 1)
            if code
        ]
        self.rows["case"][str(recno)] = {
            "recno": recno,
            "number": number,
            "title": title,
            "unofficial": title,
            "status": int(status),
            "archive_codes": [{**row, "IsManualText": False} for row in class_codes],
            "responsible": BY_LOGIN[f"kk\\{login}"].number,
            "access_code": 1,
            "access_group": "Alle",
            "readers": None,
            "writers": None,
            "external": None,
            "contacts": [],
            "notes": "",
            "created": created,
            "indexed_at": f"{created}+00:00",
            "changed": created,
            "closed": created if int(status) in codes.LOCKED_CASES else "",
            "documents": 0,
            **RIGHTS.get(number, {}),
        }
        for place, name in enumerate((each.strip() for each in documents.split(";") if each.strip()), 1):
            at = datetime.fromisoformat(created) + timedelta(days=place, hours=1)
            self.document(recno, name, 112 if "Referat" in name else 113, at, [(name, "pdf", pdf([name, title, number]))])

    def document(self, case: int, title: str, category: int, at: datetime, files: list[tuple[str, str, bytes]]) -> Row:
        """A journalised document of a case."""
        holder, recno = self.rows["case"][str(case)], self.recno("document")
        holder["documents"] += 1
        number = f"{holder['number']}-{holder['documents']}"
        row: Row = {
            "recno": recno,
            "number": number,
            "case": case,
            "title": title,
            "unofficial": title,
            "category": category,
            "status": codes.COMPLETED if number == COMPLETED else codes.JOURNALISED,
            "archive": 2,
            "responsible": holder["responsible"],
            "access_code": holder["access_code"],
            "senders_reference": "",
            "contacts": [],
            "remarks": [],
            "signed_off": "",
            "registered_by": person(holder["responsible"]).name,
            "journalised_at": f"{at.isoformat()}+00:00",
            "converted": True,
            "document_date": at.isoformat(),
            "dispatched": "",
            "journal_date": at.isoformat(),
            "files": [self.file((recno, number), place, each) for place, each in enumerate(files)],
        }
        self.rows["document"][str(recno)] = row
        return row

    def file(self, document: tuple[int, str], place: int, content: tuple[str, str, bytes]) -> int:
        title, kind, body = content
        recno = self.recno("file")
        self.rows["file"][str(recno)] = {
            "recno": recno,
            "document": document[0],
            "relation": 1 if place == 0 else 2,
            "checked_out": "kk\\ahad" if document[1] == CHECKED_OUT else "",
            "title": title,
            "format": kind,
            "version": "P",
            "note": "",
            "blob": self.simulation.store.keep(body),
            "size": len(body),
        }
        return recno

    def mail(self, number: str, written: Written) -> None:
        """A mail that was filed as a client files one: MIME first, its files after, key and message id in a remark."""
        case = next(row["recno"] for row in self.rows["case"].values() if row["number"] == number)
        inner = self.mails.document(written, None, "")
        files = [("mail", "eml", mime.rendered(self.simulation, inner))]
        for each in inner["attachments"]:
            if each["kind"] == "file" and not each["inline"]:
                title, _, kind = each["name"].rpartition(".")
                files.append((title, kind, self.simulation.store.bytes(each["blob"])))
        at = written.at.astimezone(LOCAL).replace(tzinfo=None)
        category = 113 if written.internal else 114
        row = self.document(case, written.subject, category, at, files)
        filing_key = sha256(f"{number} {written.internet_id}".encode()).hexdigest()
        row["remarks"] = [{"Title": "Kollega", "Content": f"{filing_key} {written.internet_id}", "TypeCode": "recno:1"}]
        row["contacts"] = [{"role": 5, "name": written.sender[0], "email": written.sender[1], "reference": ""}]

    def finish(self) -> None:
        for kind, rows in self.rows.items():
            self.simulation.store.table("edoc", kind).fill(rows)
            self.simulation.store.count(f"edoc.{kind}", first=FIRST[kind] + len(rows) - 1)


def seed(simulation: Simulation) -> None:
    """All cases of the seeded world."""
    filing = Filing(simulation)
    for line in (HERE / "cases.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            filing.case(line)
    thread, filed = HALF_FILED
    for written in (mail for each in threads() for mail in each):
        if written.internet_id == FILED_MESSAGE_ID:
            filing.mail(FILED_ON, written)
        if written.thread == thread and written.place <= filed:
            filing.mail(HALF_FILED_ON, written)
    filing.finish()
