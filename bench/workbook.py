"""The workbook of a run with 200,000 findings: its time, and that memory stays flat. `python -m bench.workbook`."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench.table import Figure, show

ROOT = Path(__file__).parents[1]
FEW, MANY = 20_000, 200_000
SECONDS = 20
FLAT = 50  # megabytes that ten times as many rows may take more

SQL = """-- titel: Mange fund
-- spørgsmål: Hvor længe tager et regneark?
-- ejer: Økonomi
-- hyppighed: år
-- datasæt: kvantum.posteringer
-- nøgle: bilagsnr
-- stikprøve: alle
-- frist: 14 dage
-- minutter: 1
SELECT 1 AS bilagsnr
"""


def one(rows: int) -> dict[str, float]:
    """In this process: write a workbook of so many rows with ten columns."""
    import duckdb

    from dialogs.oversight import excel, heads
    from dialogs.oversight.shown import Shown
    from dialogs.oversight.store import Run

    tilsyn, now = heads.read("mange_fund", SQL), datetime(2026, 10, 1, tzinfo=UTC)
    run = Run(id="mange_fund-1", tilsyn=tilsyn.name, title=tilsyn.title, first=date(2026, 1, 1), last=date(2026, 12, 31), by_id="3", by_name="Sofie Lund",
        started_at=now, ended_at=now, state="found", rows=rows, sql_sha256=tilsyn.sha256)  # fmt: skip
    with tempfile.TemporaryDirectory() as place:
        findings = Path(place) / "fund.parquet"
        duckdb.execute(
            f"""COPY (SELECT i + 1 AS nr, lpad(i::VARCHAR, 10, '0') AS bilagsnr, (i % 9)::BIGINT AS linje, DATE '2026-01-01' + (i % 365)::INTEGER AS dato,
            (i / 7)::DECIMAL(18,2) AS beloeb, 'leverandør ' || i % 977 AS leverandoer, 'tekst til række ' || i AS tekst, i % 2 = 0 AS har_bilag,
            'AB' || i % 400 AS oprettet_af, (i / 9)::DECIMAL(18,2) AS forskel FROM range({rows}) t(i)) TO '{findings}' (FORMAT parquet)"""
        )
        began, spent = time.perf_counter(), time.process_time()
        excel.write(Path(place) / "book.xlsx", Shown(run, tilsyn, findings))
        taken = {"seconds": time.perf_counter() - began, "processor": time.process_time() - spent}
    return taken | {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def asked(rows: int) -> dict[str, Any]:
    """What a process of its own took."""
    done = subprocess.run([sys.executable, "-m", "bench.workbook", str(rows)], cwd=ROOT, capture_output=True, text=True, check=True)
    answered: dict[str, Any] = json.loads(done.stdout)
    return answered


def main() -> None:
    few, many = asked(FEW), asked(MANY)
    more = many["megabytes"] - few["megabytes"]
    show(
        [
            Figure(f"workbook of {MANY:,} rows", f"{many['seconds']:.1f} s", wanted=f"<= {SECONDS} s", holds=many["seconds"] <= SECONDS),
            Figure("  processor time", f"{many['processor']:.1f} s"),
            Figure(
                f"  memory, against {FEW:,} rows",
                f"{many['megabytes']:.0f} MB",
                f"{few['megabytes']:.0f} MB",
                wanted=f"<= {FLAT} MB more",
                holds=more <= FLAT,
            ),
        ]
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(one(int(sys.argv[1]))))
    else:
        main()
