"""How quick a CSV extract is read with all its checks, beside DuckDB's reader that takes every cell as text and checks nothing.

`python -m bench.extracts [rows]`: rows a second of both, and the ratio. The file is cp1252 with `;`, Danish numbers and dates, ten columns.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from connectors.datasets import Column, Dataset
from connectors.extracts import extract

ROWS = 1_000_000
KINDS = (
    Column("bilagsnr", "text", "", width=10),
    Column("linje", "integer", ""),
    Column("bogfoeringsdato", "date", ""),
    Column("bilagsdato", "date", ""),
    Column("artskonto", "text", ""),
    Column("omkostningssted", "text", "", width=10),
    Column("beloeb", "decimal", ""),
    Column("tekst", "text", "", personal=True),
    Column("bilagstype", "text", ""),
    Column("har_bilag", "boolean", ""),
)
BOOK = Dataset("kvantum.proeve", "", "", KINDS, ("bilagsnr",), "", "bogfoeringsdato", "beloeb")


def write(path: Path, rows: int) -> None:
    """The file, with control figures beside it."""
    total = 0
    with path.open("w", encoding="cp1252") as file:
        file.write(";".join(column.name for column in KINDS) + "\n")
        for n in range(rows):
            cents = n * 7919 % 9_000_000
            total += cents
            kroner = f"{cents // 100:,}".replace(",", ".")
            day = f"{n % 28 + 1:02d}-{n % 12 + 1:02d}-2026"
            file.write(
                f"{n};1;{day};{day};22450000;41{n % 99:02d};{kroner},{cents % 100:02d};Køb nr. {n} – bøger;KK;{'ja' if n % 3 else 'nej'}\n"
            )
    path.with_name(f"{path.name}.kontrol").write_text(f"antal={rows}\nsum={total // 100},{total % 100:02d}\n")


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kvantum.proeve.csv"
        write(path, rows)
        plain = Path(folder) / "plain.csv"  # DuckDB refuses cp1252
        plain.write_text(path.read_text("cp1252"))
        start, busy = time.perf_counter(), time.process_time()
        table, notes = extract(path, BOOK)
        ours, busy = time.perf_counter() - start, time.process_time() - busy
        assert table.num_rows == rows, notes
        assert "Kontroltallene passer." in notes
        start = time.perf_counter()
        duckdb.sql(f"CREATE TABLE t AS SELECT * FROM read_csv('{plain}', all_varchar = true, delim = ';')")
        theirs = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"extract, {rows:,} rows, every check: {ours:.2f} s, {rows / ours:,.0f} rows/s, {busy:.2f} s of processor; peak of the process {peak:,.0f} MB"
        )
        print(f"DuckDB read_csv, all text, no check: {theirs:.2f} s, {rows / theirs:,.0f} rows/s; ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
