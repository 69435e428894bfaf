"""eDoc's cases and documents as datasets for the oversight, with the integration's own rights: what it may not see is not there.

eDoc gives a thousand rows at most, without pages and without a word about the rest: cases are asked for by their subject, documents by their case, and
an answer that is full counts as broken off.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Self

from typing_extensions import override

from connectors.datasets import Column, Dataset, Period, Reading, Reported, batch
from connectors.edoc import MAX_DOCUMENTS, Edoc, remarks
from connectors.errors import Unavailable
from connectors.http import JOB, Connector
from connectors.offered import Beside

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 1000
AT_A_TIME = 4  # questions beside each other
PUBLIC = "Alle"  # the access group of what everybody in the house may read
TYPES = {"I": "indgående", "U": "udgående", "N": "internt"}
NOW = "Som de er i eDoc, når de hentes. Det, Kollegas egen adgang ikke kan se, er ikke med."

CASES = Dataset(
    "edoc.sager",
    "Sager i eDoc",
    "Hver sag med et KLE-nummer.",
    (
        Column("sagsnr", "text", "Sagens nummer."),
        Column("titel", "text", "Sagens titel; tom, hvor sagen ikke er for alle."),
        Column("kle", "text", "KLE-nummer."),
        Column("status", "text", "Status, som eDoc skriver den."),
        Column("ansvarlig", "text", "Den ansvarliges mailadresse.", personal=True, identity="upn"),
        Column("oprettet", "timestamp", "Hvornår den blev oprettet."),
        Column("aendret", "timestamp", "Hvornår den sidst blev ændret."),
        Column("lukket", "timestamp", "Hvornår den blev lukket."),
        Column("dokumenter", "integer", "Hvor mange dokumenter den har."),
    ),
    key=("sagsnr",),
    freshness=NOW,
)
DOCUMENTS = Dataset(
    "edoc.dokumenter",
    "Dokumenter i eDoc",
    "Dokumenter, der er journaliseret fra periodens første dag og til nu: det, der kom for sent, er også med.",
    (
        Column("dok_id", "text", "Dokumentets nummer."),
        Column("sagsnr", "text", "Sagens nummer."),
        Column("type", "text", "indgående, udgående eller internt."),
        Column("status", "text", "Status, som eDoc skriver den."),
        Column("dokumentdato", "timestamp", "Dokumentets egen dato."),
        Column("journaliseret", "timestamp", "Hvornår det blev journaliseret."),
        Column("ansvarlig", "text", "Den ansvarliges mailadresse.", personal=True, identity="upn"),
        Column("besked_id", "text", "Mailens id på nettet, hvis Kollega har journaliseret den; ellers tom."),
    ),
    key=("dok_id",),
    freshness=NOW,
    period="journaliseret",
)
Row = Mapping[str, Any]


@dataclass
class EdocDatasets(Beside):
    """Read by subject and by case."""

    of: ClassVar[type[Connector]] = Edoc
    edoc: Edoc

    @override
    @classmethod
    def through(cls, connector: Connector) -> Self:
        if not isinstance(connector, Edoc):
            raise TypeError("an Edoc is wanted")
        return cls(connector)

    @override
    def datasets(self) -> Sequence[Dataset]:
        return (CASES, DOCUMENTS)

    @override
    async def read(self, name: str, period: Period | None) -> Reading:
        dataset = self.dataset(name)
        query = f"journaliseret fra {period.first}" if period and dataset.period else "alle"
        batches = self._cases() if dataset is CASES else self._documents(period)
        return Reading(self.edoc.url, query, Reported(None), batches)

    async def _by_subject(self) -> AsyncGenerator[list[Row], None]:
        """The cases, some subjects at a time; one that has two subjects once."""
        numbers, seen = await self.edoc.numbers(), set[str]()
        for start in range(0, len(numbers), AT_A_TIME):
            answers = await asyncio.gather(*(self._of(number) for number in numbers[start : start + AT_A_TIME]))
            rows = {str(row.get("CaseNumber")): row for rows in answers for row in rows if str(row.get("CaseNumber")) not in seen}
            seen |= set(rows)
            yield list(rows.values())

    async def _of(self, number: str) -> list[Row]:
        asked = {"ArchiveCode": number, "MaxReturnedCases": MOST}
        return self._whole((await self.edoc.ask("CaseService/GetCases", asked, "", JOB)).get("Cases"), "GetCases", MOST)

    async def _cases(self) -> "AsyncGenerator[pa.RecordBatch, None]":
        async for rows in self._by_subject():
            yield await asyncio.to_thread(batch, CASES, [case_of(row) for row in rows])

    async def _documents(self, period: Period | None) -> "AsyncGenerator[pa.RecordBatch, None]":
        """Of the cases that were not closed before the period began: nothing can be filed on the others."""
        async for rows in self._by_subject():
            asked = [row for row in rows if row.get("Documents") and (period is None or closed(row) >= period.first)]
            for start in range(0, len(asked), AT_A_TIME):
                answers = await asyncio.gather(*(self._on(row) for row in asked[start : start + AT_A_TIME]))
                found = [document_of(row) for rows in answers for row in rows if within(row, period)]
                yield await asyncio.to_thread(batch, DOCUMENTS, found)

    async def _on(self, case: Row) -> list[Row]:
        asked = {"CaseNumber": case.get("CaseNumber"), "IncludeRemarks": True, "MaxReturnedDocuments": MAX_DOCUMENTS}
        return self._whole(
            (await self.edoc.ask("DocumentService/GetDocuments", asked, "", JOB)).get("Documents"), "GetDocuments", MAX_DOCUMENTS
        )

    def _whole(self, found: object, what: str, most: int) -> list[Row]:
        """Rows that are all there are. Raises Unavailable("incomplete") where there may be more."""
        rows = self.edoc.objects(found, what)
        if len(rows) >= most:
            raise Unavailable(self.edoc.name, f"{what}: as many rows as it gives at most", code="incomplete")
        return list(rows)


def case_of(row: Row) -> dict[str, Any]:
    """A case as a row of edoc.sager."""
    codes = {str(one.get("ArchiveType")).casefold(): one.get("ArchiveCode") for one in row.get("ArchiveCodes") or []}
    return {
        "sagsnr": row.get("CaseNumber"),
        "titel": row.get("Title") if row.get("AccessGroup") in {PUBLIC, "", None} else None,
        "kle": codes.get("kle"),
        "status": row.get("Status"),
        "ansvarlig": owner(row),
        "oprettet": moment(row.get("CreatedDate")),
        "aendret": moment(row.get("LastChangedDate")),
        "lukket": moment(row.get("ClosedDate")),
        "dokumenter": len(row.get("Documents") or []),
    }


def document_of(row: Row) -> dict[str, Any]:
    """A document as a row of edoc.dokumenter."""
    kind = row.get("Type")
    return {
        "dok_id": row.get("DocumentNumber"),
        "sagsnr": row.get("CaseNumber"),
        "type": TYPES.get(str(kind.get("Code")), "andet") if isinstance(kind, dict) else "andet",
        "status": row.get("StatusDescription"),
        "dokumentdato": moment(row.get("DocumentDate")),
        "journaliseret": moment(row.get("JournalDate")),
        "ansvarlig": owner(row),
        "besked_id": next((message for _, message in remarks(row)), None),
    }


def owner(row: Row) -> str | None:
    person = row.get("ResponsiblePerson")
    return str(person.get("Email") or "").lower() if isinstance(person, dict) else None


def moment(value: object) -> str | None:
    """A time as eDoc writes it: Danish, without a zone; what else it adds is left out."""
    return str(value)[:19] if value else None


def closed(row: Row) -> date:
    """The day on which a case was closed; the end of time for one that is open. A case's last change does not count: filing is none of it."""
    try:
        return date.fromisoformat(str(row.get("ClosedDate") or "")[:10])
    except ValueError:
        return date.max


def within(row: Row, period: Period | None) -> bool:
    """Whether a document was filed since the period began."""
    at = moment(row.get("JournalDate"))
    return period is None or bool(at and period.first.isoformat() <= at[:10])
