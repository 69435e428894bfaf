"""One identity map over all systems: who is behind an employee number, a user id, an Entra account, a ServiceNow user, a creditor, and when.

Joined on ids and validity, never on names. What cannot be joined is reported, not guessed.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from connectors.datasets import Column, Dataset, OffersDatasets, Period, Reading, Reported, batch

if TYPE_CHECKING:
    import pyarrow as pa

OPEN = date(9999, 12, 31)
EMPLOYED_CREDITOR = "09"  # and the employee number: a creditor who is an employee
SAP_LENGTH = 12  # letters of a user in Kvantum
NEEDS = ("timereg.ansaettelser", "graph.brugere", "servicenow.brugere", "kvantum.kreditorer")
Row = Mapping[str, Any]

PEOPLE = Dataset(
    "kollega.personer",
    "Personer på tværs",
    "Hvem der er hvem i alle systemer. En række for hver ansættelse; slå op på id og dato mellem fra og til, aldrig på navn.",
    (
        Column(
            "person_id", "text", "Personen, samme i alle rækker; det ældste medarbejdernummer for samme bruger i sammenhæng.", personal=True
        ),
        Column("medarbejder_nr", "text", "Ansættelsens nummer.", personal=True, identity="medarbejder_nr", width=8),
        Column("bruger_id", "text", "Bruger-id i netværket.", personal=True, identity="bruger_id"),
        Column("sap_bruger", "text", "Bruger i Kvantum: store bogstaver, højst 12.", personal=True, identity="sap_bruger"),
        Column("fra", "date", "Første dag, rækken gælder."),
        Column("til", "date", "Sidste dag; 9999-12-31 er uden ende."),
        Column("type", "text", "fast, timeloen eller konsulent."),
        Column(
            "entra_id", "text", "Kontoen i Entra; tom for en tidligere ejer af et genbrugt bruger-id.", personal=True, identity="entra_id"
        ),
        Column("upn", "text", "UPN.", personal=True, identity="upn"),
        Column("servicenow_id", "text", "Brugeren i ServiceNow (sys_id).", personal=True, identity="servicenow_id"),
        Column("servicenow_bruger", "text", "Bruger-id i ServiceNow.", personal=True, identity="servicenow_bruger"),
        Column("kreditor_nr", "text", "Nummeret som kreditor, hvis personen er det.", personal=True, identity="kreditor_nr", width=10),
    ),
    key=("medarbejder_nr", "fra"),
    freshness="Samles, når den hentes, af tidsregistrering, Entra, ServiceNow og Kvantum.",
)


@dataclass
class Quality:
    """How good the map is. unmatched: ids by system that belong to nobody; doubled: ids that two people have at a time;

    reused: user ids that another had before.
    """

    people: int = 0
    unmatched: dict[str, list[str]] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)
    reused: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """The report, in Danish and without anybody's id."""
        found = [f"{self.people} personer er samlet."]
        found += [f"{len(ids)} i {system} hører ikke til nogen ansættelse." for system, ids in sorted(self.unmatched.items()) if ids]
        found += [f"{len(self.doubled)} id'er har to personer på samme tid."] if self.doubled else []
        found += [f"{len(self.reused)} bruger-id'er har tilhørt en anden før."] if self.reused else []
        return found


def joined(tables: Mapping[str, Sequence[Row]]) -> tuple[list[dict[str, Any]], Quality]:
    """The map and its quality. tables: the rows of `NEEDS`."""
    jobs = sorted(tables["timereg.ansaettelser"], key=lambda row: (row["bruger_id"] or "", row["fra"], row["medarbejder_nr"]))
    quality = Quality()
    people = persons(jobs, quality)
    last = latest(jobs, people)
    entra, entra_by_number = by(tables["graph.brugere"], "bruger_id"), by(tables["graph.brugere"], "employeeId")
    desk, desk_by_mail = by(tables["servicenow.brugere"], "employee_number"), by(tables["servicenow.brugere"], "email")
    creditors = {
        row["kreditor_nr"].removeprefix(EMPLOYED_CREDITOR): row["kreditor_nr"] for row in tables["kvantum.kreditorer"] if employed(row)
    }
    rows = []
    for job in jobs:
        person, now = people[id(job)], last.get(job["bruger_id"]) == people[id(job)]
        account = (entra.get(job["bruger_id"]) or entra_by_number.get(job["medarbejder_nr"]) or {}) if now else {}
        user = desk.get(job["medarbejder_nr"]) or desk_by_mail.get(account.get("userPrincipalName") or "") or {}
        paid = creditors.get(job["medarbejder_nr"]) or creditors.get(person)
        rows.append(row_of(job, person, account, user, paid))
    quality.people = len(set(people.values()))
    missing(tables, rows, creditors, quality)
    return rows, quality


def row_of(job: Row, person: str, account: Row, user: Row, creditor: str | None) -> dict[str, Any]:
    """One employment with what belongs to it."""
    return {
        "person_id": person,
        "medarbejder_nr": job["medarbejder_nr"],
        "bruger_id": job["bruger_id"],
        "sap_bruger": (job["bruger_id"] or "").upper()[:SAP_LENGTH],
        "fra": job["fra"],
        "til": job["til"] or OPEN,
        "type": job["type"],
        "entra_id": account.get("id"),
        "upn": account.get("userPrincipalName"),
        "servicenow_id": user.get("sys_id"),
        "servicenow_bruger": user.get("user_name"),
        "kreditor_nr": creditor,
    }


def persons(jobs: Sequence[Row], quality: Quality) -> dict[int, str]:
    """Who each employment is of. One user id is one person as long as no more than a year lies between; after that it was given to another."""
    found: dict[int, str] = {}
    for login, own in grouped(jobs).items():
        person, until = own[0]["medarbejder_nr"], own[0]["til"]
        for row in own:
            if until is not None and (row["fra"] - until).days > 365:
                person = row["medarbejder_nr"]
                quality.reused.append(login)
            found[id(row)] = person
            until = None if until is None or row["til"] is None else max(until, row["til"])
    return found


def grouped(jobs: Sequence[Row]) -> dict[str, list[Row]]:
    """The employments by user id, oldest first; one without a user id by its number."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in jobs:
        found[row["bruger_id"] or row["medarbejder_nr"]].append(row)
    return found


def latest(jobs: Sequence[Row], people: Mapping[int, str]) -> dict[str, str]:
    """Whose a user id is now: of the one who had it last."""
    return {row["bruger_id"]: people[id(row)] for row in jobs if row["bruger_id"]}


def by(rows: Sequence[Row], name: str) -> dict[str, Row]:
    """Rows by an id that is there once; one that is there twice joins nobody."""
    counts = Counter(row[name] for row in rows if row[name])
    return {row[name]: row for row in rows if row[name] and counts[row[name]] == 1}


def employed(row: Row) -> bool:
    """Whether a creditor is an employee."""
    return str(row["kreditor_nr"]).startswith(EMPLOYED_CREDITOR) and not row["cvr"]


def missing(tables: Mapping[str, Sequence[Row]], rows: Sequence[Row], creditors: Mapping[str, str], quality: Quality) -> None:
    """Ids that belong to nobody, and those that two people have at a time."""
    known = {name: {row[name] for row in rows} for name in ("entra_id", "servicenow_id", "kreditor_nr")}
    quality.unmatched = {
        "Entra": [row["id"] for row in tables["graph.brugere"] if row["id"] not in known["entra_id"]],
        "ServiceNow": [row["sys_id"] for row in tables["servicenow.brugere"] if row["sys_id"] not in known["servicenow_id"]],
        "Kvantum": [number for number in creditors.values() if number not in known["kreditor_nr"]],
        "tidsregistreringen (uden konto)": [row["medarbejder_nr"] for row in rows if not row["entra_id"] and row["til"] == OPEN],
    }
    for name in ("entra_id", "servicenow_id", "kreditor_nr"):
        owners = defaultdict(set)
        for row in rows:
            owners[row[name]].add(row["person_id"])
        quality.doubled += sorted(value for value, people in owners.items() if value and len(people) > 1)
    for name in ("employeeId", "bruger_id"):
        counts = Counter(row[name] for row in tables["graph.brugere"] if row[name])
        quality.doubled += sorted(value for value, count in counts.items() if count > 1)


class Personer(OffersDatasets):
    """The map as a dataset, read from the others when it is asked for. sources: who reads each dataset (`connectors.offered`)."""

    def __init__(self, sources: Mapping[str, OffersDatasets]) -> None:
        self._sources = sources

    @override
    def datasets(self) -> Sequence[Dataset]:
        """Only where everything that it is made of can be read."""
        return (PEOPLE,) if set(NEEDS) <= set(self._sources) else ()

    @override
    async def read(self, name: str, period: Period | None) -> Reading:
        dataset = self.dataset(name)
        tables = dict(zip(NEEDS, await asyncio.gather(*(whole(self._sources[one], one) for one in NEEDS)), strict=True))
        rows, quality = await asyncio.to_thread(joined, tables)
        return Reading("Kollega", " + ".join(NEEDS), Reported(len(rows)), self._batches(dataset, rows), quality.sentences())

    async def _batches(self, dataset: Dataset, rows: list[dict[str, Any]]) -> "AsyncGenerator[pa.RecordBatch, None]":
        yield await asyncio.to_thread(batch, dataset, rows)


async def whole(source: OffersDatasets, name: str) -> list[dict[str, Any]]:
    """All rows of a dataset. Raises ConnectorError."""
    reading = await source.read(name, None)
    return [row async for one in reading.batches for row in await asyncio.to_thread(one.to_pylist)]
