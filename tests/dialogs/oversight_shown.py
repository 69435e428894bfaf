"""A run with everything that an export can show of one, over a few rows that try what exports must stand."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.datasets import Period
from connectors.fetched import Fetched
from dialogs.oversight import compare, heads
from dialogs.oversight.shown import Action, Judgement, Sample, Shown, Signature
from dialogs.oversight.store import Run, State

SQL = """\
-- titel: Manglende bilag
-- spørgsmål: Hvilke køb mangler et bilag?
-- ejer: Økonomi
-- hyppighed: kvartal
-- datasæt: kvantum.posteringer
-- nøgle: bilagsnr
-- stikprøve: 2 tilfældige
-- frist: 14 dage
-- minutter: 200
-- parameter: dage heltal 30
SELECT 1 AS bilagsnr
"""
TILSYN = heads.read("manglende_bilag", SQL)
SCHEMA = pa.schema(
    [
        ("nr", pa.int64()), ("bilagsnr", pa.string()), ("dato", pa.date32()), ("registreret", pa.timestamp("us")), ("beloeb", pa.decimal128(18, 2)),
        ("linje", pa.int64()), ("har_bilag", pa.bool_()), ("andel", pa.float64()), ("tekst", pa.string()),
    ]
)  # fmt: skip
TEXTS = [
    '=HYPERLINK("http://evil.example")', "+45 12345678", "-2+3", "@SUM(A1)", "til 010170-1234 for kørsel",
    '#image("/etc/passwd") $x$ [*fed*] `rå` \\ ', "<r><t>rå</t></r>", "æøå \x01 \U0001f600", "", "linje 1\nlinje 2",
]  # fmt: skip


def rows(texts: Sequence[str] = TEXTS) -> list[dict[str, Any]]:
    return [
        {
            "nr": number,
            "bilagsnr": f"{number:010}",
            "dato": date(2026, 9, number % 28 + 1),
            "registreret": datetime(2026, 9, 1, 8, 30, number % 60),  # noqa: DTZ001 - datasets hold Danish local time without a zone
            "beloeb": Decimal(number * 100_000) / 100 - 3000,
            "linje": number,
            "har_bilag": number % 2 == 0,
            "andel": number / 8,
            "tekst": text,
        }
        for number, text in enumerate(texts, 1)
    ]


def run(state: State = "found", count: int = len(TEXTS), **more: Any) -> Run:
    """A run of the third quarter."""
    fetched = Fetched(
        dataset="kvantum.posteringer",
        path=Path("kvantum.posteringer.parquet"),
        source="https://kvantum.example/odata",
        query="Posteringer?$filter=bogfoeringsdato ge 2026-07-01",
        first=date(2026, 7, 1),
        last=date(2026, 9, 30),
        fetched_at=datetime(2026, 10, 1, 6, 0, tzinfo=UTC),
        rows=12_345,
        reported_rows=12_345,
        control_total=Decimal("9876543.21"),
        reported_total=Decimal("9876543.21"),
        sha256="ab" * 32,
        notes=("bilagsnr: 7 numre fik nuller foran igen.",),
    )
    values = {
        "id": "manglende_bilag-1", "tilsyn": "manglende_bilag", "title": TILSYN.title, "first": date(2026, 7, 1), "last": date(2026, 9, 30),
        "by_id": "3", "by_name": "Sofie Lund", "started_at": datetime(2026, 10, 1, 6, 0, tzinfo=UTC), "sql_sha256": TILSYN.sha256,
        "ended_at": datetime(2026, 10, 1, 6, 1, tzinfo=UTC), "state": state, "rows": count, "sha256": "cd" * 32, "lineage": (fetched,), "minutes": 200,
    }  # fmt: skip
    return Run.model_validate(values | more)


def shown(folder: Path, texts: Sequence[str] = TEXTS) -> Shown:
    """A run with findings, all of it: compared, sampled, judged, signed."""
    found, before, compared = folder / "fund.parquet", folder / "before.parquet", folder / "sammenligning.parquet"
    table = pa.Table.from_pylist(rows(texts), SCHEMA)
    pq.write_table(table, found)
    last = pa.Table.from_pylist([{**row, "beloeb": row["beloeb"] + 1} if row["nr"] == 1 else row for row in rows(texts)[:2]], SCHEMA)
    pq.write_table(last, before)
    at = datetime(2026, 10, 2, 9, 5, tzinfo=UTC)
    period = Period(date(2026, 4, 1), date(2026, 6, 30))
    return Shown(
        run=run(count=len(texts)),
        tilsyn=TILSYN,
        findings=found,
        before=run(count=2, id="manglende_bilag-0", first=period.first, last=period.last),
        development=compare.runs(found, [before], ["bilagsnr"], compared),
        sample=Sample("2 tilfældige", "ef" * 32, len(texts), (3, 1), "0 fejl af 2: højst 77,6 % med 95 % sikkerhed."),
        judgements={
            1: Judgement("fejl", "Kvitteringen mangler", "Jens Kjær", at),
            3: Judgement("forklaret", "=Bilaget ligger på #sagen [2026-0012345]", "Jens Kjær", at),
        },
        conclusion="Der mangler bilag for ti køb.",
        signature=Signature("Sofie Lund", "Jens Kjær", at, "Jeg har set fundene og følger op."),
        actions=[Action(1, "Find kvitteringen", "Ole Bang", date(2026, 10, 15), "åben")],
    )
