"""Signatures: the text that is signed, what stands in the way of it, and the versions of a run's judgement, which are only ever added.

A signature holds for the judgements and the sample that it was put under: when one of them changes, the run is signed again as the next version.
Who ran a tilsyn has prepared it and does not sign it; who judged may sign, because deciding is the manager's own work.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, Text, delete, insert, select
from sqlalchemy.exc import IntegrityError

from dialogs import texts
from dialogs.oversight import periods, samples, telling
from dialogs.oversight.judging import CARRIED_OVER, Entry
from dialogs.oversight.shown import VERDICTS, Signature
from dialogs.oversight.store import Run
from dialogs.oversight.worker import digest as digest_of

if TYPE_CHECKING:
    from dialogs.oversight.runner import Oversight

SENTENCE = "Jeg har gennemgået resultatet og vurderingerne og står inde for dem."
MOST_CHANGES = 20  # that are named one by one
LONGEST_GAP = timedelta(minutes=10)  # between two judgements of a person that still counts as work
TABLE = Table(
    "oversight_signature_1",
    MetaData(),
    Column("run", String, primary_key=True),
    Column("version", Integer, primary_key=True),  # from 1
    Column("job", String, nullable=False),  # the key of the job that signed
    Column("digest", String, nullable=False),  # of the judgements and the sample that it holds for
    Column("at", String, nullable=False),  # UTC, ISO
    Column("body", Text, nullable=False),  # JSON: prepared_by, signed_by, by_id, text, conclusion, minutes, until, with_sample
)


@dataclass(frozen=True)
class Signed(Signature):
    """A signature as it is kept. minutes: that people spent on the run until then. until: the newest judgement then (its seq).

    with_sample: whether the digest is of the sample too, as it is of all but the oldest.
    """

    by_id: str = ""
    job: str = ""
    digest: str = ""
    conclusion: str = ""
    minutes: int = 0
    until: int = 0
    with_sample: bool = True


@dataclass(frozen=True)
class Draft:
    """What is to be signed. lines: label and value. digest: of the judgements and the sample. until: the newest judgement (its seq).

    before: the signature that it takes the place of.
    """

    version: int
    lines: tuple[tuple[str, str], ...]
    digest: str
    until: int
    before: Signed | None = None


class Taken(Exception):
    """Somebody else has signed that version meanwhile."""


class Signatures:
    """The signatures of all runs."""

    def __init__(self, oversight: "Oversight") -> None:
        self._oversight = oversight

    async def put(self, run: Run, signed: Signed) -> None:
        """Keep a signature; safe to repeat by the same job. Raises Taken."""
        names = ("prepared_by", "signed_by", "by_id", "text", "conclusion", "minutes", "until", "with_sample")
        row = {
            "run": run.id,
            "version": signed.version,
            "job": signed.job,
            "digest": signed.digest,
            "at": signed.at.isoformat(),
            "body": json.dumps({name: getattr(signed, name) for name in names}, ensure_ascii=False),
        }
        here = (TABLE.c.run == run.id, TABLE.c.version == signed.version)

        def write(connection: Connection) -> str:
            there = connection.execute(select(TABLE.c.job).where(*here)).scalar()
            if there is None:
                connection.execute(insert(TABLE), row)
            return there or signed.job

        try:
            first = await self._oversight.runs.do(write, TABLE)
        except IntegrityError:  # on SQLite two may look at once before one writes
            first = ""
        if first != signed.job:
            raise Taken

    async def of(self, run: Run) -> list[Signed]:
        """All versions, the oldest first."""
        asked = select(TABLE).where(TABLE.c.run == run.id).order_by(TABLE.c.version)
        return [signed_of(row) for row in await self._oversight.runs.do(lambda connection: connection.execute(asked).all(), TABLE)]

    async def current(self, run: Run) -> Signed | None:
        """The signature that holds: none where a judgement or the sample was changed since."""
        versions = await self.of(run)
        if not versions:
            return None
        last, sample = versions[-1], await samples.of(self._oversight, run)
        if sample and not last.with_sample and sample.at <= last.at:  # nothing of it was drawn since: it is the one that was signed
            sample = None
        now = await asyncio.to_thread(digest, run, await self._oversight.judgements.of(run), sample)
        return last if last.digest == now else None

    async def remove(self, runs: list[str]) -> None:
        """Forget those of runs that are deleted; what the chain of proof holds of them stays."""
        await self._oversight.runs.do(lambda connection: connection.execute(delete(TABLE).where(TABLE.c.run.in_(runs))), TABLE)


def signed_of(row: Any) -> Signed:
    """A row of the table."""
    body = {"with_sample": False, **json.loads(row.body)}
    return Signed(at=datetime.fromisoformat(row.at), version=row.version, job=row.job, digest=row.digest, **body)


async def drafted(oversight: "Oversight", run: Run) -> Draft:
    """What would be signed of a run now, whoever signs it."""
    tilsyn, entries, versions = await oversight.of(run), await oversight.judgements.of(run), await oversight.signatures.of(run)
    sample, before = await samples.of(oversight, run), versions[-1] if versions else None
    was = await oversight.judgements.of(run, before.until) if before else {}
    drawn = f"{sample.wish.said}: {telling.number(len(sample.numbers))} af {telling.number(sample.population)} fund" if sample else ""

    def written() -> Draft:
        hashed = digest(run, entries, sample)
        lines = [
            ("Spørgsmål", tilsyn.question),
            ("Periode", periods.said(run.period)),
            ("Enhed", run.unit),
            ("Population", population(run)),
            ("Stikprøve", drawn),
            ("Fund", telling.number(run.rows) if run.rows else "0, intet fundet"),
            ("Vurdering", counted(entries) if run.rows else ""),
            ("Vurderet af", judges(entries)),
            ("Kørt af", f"{run.by_name}, {telling.cell(texts.local(run.started_at))}"),
            ("Resultatets SHA-256", telling.spaced(run.sha256)),
            ("SQL-filens SHA-256", telling.spaced(run.sql_sha256)),
            ("Vurderingernes og stikprøvens SHA-256" if sample else "Vurderingernes SHA-256", telling.spaced(hashed)),
            ("Version", str(len(versions) + 1)),
            (
                f"Ændret siden version {before.version}" if before else "",
                changes(was, entries, drawn if sample and sample.at > before.at else "") if before else "",
            ),
        ]
        told = tuple((label, texts.masked(value)) for label, value in lines if value)
        until = max((one.seq for one in entries.values()), default=0)
        return Draft(len(versions) + 1, told, hashed, until, before)

    return await asyncio.to_thread(written)


def text_of(run: Run, draft_lines: Sequence[tuple[str, str]], conclusion: str) -> str:
    """The whole text that is signed."""
    lines = [f"{label}: {value}" for label, value in draft_lines] + ([f"Konklusion: {conclusion}"] if conclusion else [])
    return "\n".join([f"Ledelsestilsyn: {run.title}, {periods.said(run.period)}.", SENTENCE, *lines])


def population(run: Run) -> str:
    """What was looked through: rows in all, and of each dataset with its control total."""
    parts = [
        f"{one.dataset} {telling.number(one.rows)}" + ("" if one.control_total is None else f" (sum {telling.cell(one.control_total)})")
        for one in run.lineage
    ]
    return f"{texts.count(run.looked_at, 'række', 'rækker')}: {', '.join(parts)}"


def digest(run: Run, entries: Mapping[int, Entry], sample: samples.Drawn | None = None) -> str:
    """The SHA-256 of a run's rows, its sample and all judgements that count. For a thread, where there are many."""
    hashed = sha256(json.dumps([run.id, run.sha256, run.sql_sha256]).encode())
    for nr, one in sorted(entries.items()):
        said_ = [nr, one.row_sha256, one.verdict, one.reason, one.by_id, one.at.isoformat(), one.carried]
        hashed.update(json.dumps(said_, ensure_ascii=False).encode())
    if sample:
        hashed.update(json.dumps(["sample", sample.wish.model_dump(), sample.numbers], ensure_ascii=False).encode())
    return hashed.hexdigest()


def counted(entries: Mapping[int, Entry]) -> str:
    """3 ok, 1 fejl og 2 forklaret (2 overført); those not judged are told too."""
    counts = {one: sum(entry.verdict == one for entry in entries.values()) for one in VERDICTS}
    told = texts.names(f"{telling.number(count)} {one}" for one, count in counts.items() if count) or "ingen"
    carried = sum(bool(entry.carried) for entry in entries.values())
    return f"{told} ({telling.number(carried)} overført fra før)" if carried else told


def judges(entries: Mapping[int, Entry]) -> str:
    """Who judged how many."""
    by: dict[str, int] = {}
    for one in entries.values():
        name = one.by.removesuffix(CARRIED_OVER)
        by[name] = by.get(name, 0) + 1
    return ", ".join(f"{name} ({telling.number(count)})" for name, count in sorted(by.items(), key=lambda pair: (-pair[1], pair[0])))


def changes(was: Mapping[int, Entry], now: Mapping[int, Entry], drawn: str = "") -> str:
    """Which judgements are others than when it was signed before. drawn: the sample, where it was drawn or grew since."""
    changed = [nr for nr in sorted({*was, *now}) if said(was.get(nr)) != said(now.get(nr))]
    told = [f"fund {nr}: {said(was.get(nr))} → {said(now.get(nr))}" for nr in changed[:MOST_CHANGES]]
    more = len(changed) - len(told)
    sample = [f"stikprøven er nu {drawn}"] if drawn else []
    return "; ".join([*sample, *told, *([f"og {telling.number(more)} mere"] if more else [])]) or "samme vurderinger, givet igen"


def said(one: Entry | None) -> str:
    """A judgement in a few words."""
    if one is None:
        return "ikke vurderet"
    return f"{one.verdict} ({texts.shortened(one.reason, 80)})" if one.reason else one.verdict


def spent(entries: Mapping[int, Entry], since: int) -> int:
    """Minutes that people spent on judging, at least one: between each person's judgements, a gap of more than ten counted as ten.

    What was carried over took nobody's time; what came no later than `since` (a seq) was counted when it was signed before.
    """
    by: dict[str, list[datetime]] = {}
    for one in entries.values():
        if not one.carried and one.seq > since:
            by.setdefault(one.by_id, []).append(one.at)
    total = timedelta()
    for times in by.values():
        ordered = sorted(times)
        total += sum((min(after - before, LONGEST_GAP) for before, after in pairwise(ordered)), timedelta(minutes=1))
    return max(1, round(total / timedelta(minutes=1)))


def rows_about(path: Path, ids: Sequence[str]) -> list[int]:
    """The numbers of the findings in which one of these ids or names stands as a whole value, whatever its case."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    wanted, found = pa.array(sorted({one.strip().casefold() for one in ids if one.strip()}), pa.string()), set[int]()
    for batch in pq.ParquetFile(path).iter_batches():
        table = pa.Table.from_batches([batch])
        for name in table.column_names:
            column = table[name]
            if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
                hits = pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(column)).cast(pa.string()), value_set=wanted)
                found |= set(table.filter(hits)["nr"].to_pylist())
    return sorted(found)


async def own_rows(oversight: "Oversight", run: Run, ids: Sequence[str]) -> list[int]:
    """The findings that are about a person with these ids."""
    return await asyncio.to_thread(rows_about, oversight.findings(run), ids) if run.state == "found" else []


async def is_intact(oversight: "Oversight", run: Run) -> bool:
    """Whether the findings and the SQL file are what they were when the run ended."""
    if (await oversight.of(run)).sha256 != run.sql_sha256:
        return False
    return run.state != "found" or await asyncio.to_thread(hash_of, oversight.findings(run)) == run.sha256


def hash_of(path: Path) -> str:
    """The hash of a file's rows, as the run has it."""
    import pyarrow.parquet as pq

    return digest_of(pq.read_table(path))
