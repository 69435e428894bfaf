"""Two datasets against each other: dialogs.oversight.compare against datacompy (pandas) and Polars by hand. `python -m bench.compare`.

Each works in a process of its own, in turn, on the same two Parquet files of `--rows` rows with 20 columns (1 % of the keys on one side alone, 3 % of
the rows changed), and leaves the rows that differ in a file. Time is that of the work, imports apart, the best of `--times`; memory is the process's
peak. The peers are no dependency: `--python` is an interpreter that has them (`pip install --group bench`); one that is missing is left out.
`--rows 10000000 --peers kollega` shows that ten million on both sides stay within 4 GB.
"""

import argparse
import importlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.table import Figure, show

ROOT = Path(__file__).parents[1]
PEERS = ("kollega", "polars", "datacompy")
KEY = ["bilagsnr", "linje"]
WANTED = {"polars": (0.5, None), "datacompy": (0.1, 1 / 3)}  # time and memory, ours to theirs


def generate(folder: Path, rows: int) -> None:
    """The files `left` and `right`."""
    import duckdb

    columns = ["lpad(i::VARCHAR, 10, '0') AS bilagsnr", "(i % 9 + 1)::BIGINT AS linje", "(hash(i + 99) % 2 = 0) AS har_bilag"]
    columns += [f"(hash(i + {place}) % 100000000 / 100)::DECIMAL(18,2) AS beloeb{place}" for place in range(4)]
    columns += [f"(hash(i + {place}) % 100000)::BIGINT AS antal{place}" for place in range(10, 14)]
    columns += [f"'tekst ' || (hash(i + {place}) % 5000) AS tekst{place}" for place in range(20, 26)]
    columns += [f"DATE '2026-01-01' + (hash(i + {place}) % 365)::INTEGER AS dato{place}" for place in range(30, 33)]
    every = f"SELECT {', '.join(columns)} FROM range({rows}) t(i)"
    changed = """SELECT * REPLACE (CASE WHEN hash(bilagsnr) % 50 = 0 THEN beloeb0 + 1 ELSE beloeb0 END::DECIMAL(18,2) AS beloeb0,
        CASE WHEN hash(bilagsnr) % 70 = 0 THEN tekst23 || 'x' ELSE tekst23 END AS tekst23)"""
    connection = duckdb.connect()
    connection.execute(f"COPY ({every} ORDER BY hash(i)) TO '{folder}/left' (FORMAT parquet, COMPRESSION zstd)")
    connection.execute(
        f"""COPY ({changed} FROM ({every}) WHERE hash(bilagsnr) % 100 <> 1 UNION ALL
        SELECT * REPLACE ('X' || bilagsnr AS bilagsnr) FROM ({every} LIMIT {rows // 100}) ORDER BY hash(bilagsnr))
        TO '{folder}/right' (FORMAT parquet, COMPRESSION zstd)"""
    )


def kollega(folder: Path) -> Callable[[], list[int]]:
    """The product's own: rows on the left alone, on the right alone, and differing."""
    from dialogs.oversight import compare
    from dialogs.oversight.pairing import Table

    def work() -> list[int]:
        told = compare.datasets(Table(folder / "left", "left"), Table(folder / "right", "right"), KEY, folder / "out")
        return [told.only_left, told.only_right, told.differing]

    return work


def polars(folder: Path) -> Callable[[], list[int]]:
    """As one writes it by hand: a lazy full join, then one comparison a column."""
    pl: Any = importlib.import_module("polars")

    def work() -> list[int]:
        left, right = (pl.scan_parquet(folder / side) for side in ("left", "right"))
        rest = [name for name in left.collect_schema().names() if name not in KEY]
        both = left.with_columns(l=True).join(right.with_columns(r=True), on=KEY, how="full", suffix="_r", coalesce=True)
        differs = pl.any_horizontal([pl.col(name).ne_missing(pl.col(f"{name}_r")) for name in rest])
        found = both.filter(pl.col("l").is_null() | pl.col("r").is_null() | differs).collect()
        found.write_parquet(folder / "out")
        alone = [int(found["r"].null_count()), int(found["l"].null_count())]
        return [*alone, found.height - sum(alone)]

    return work


def datacompy(folder: Path) -> Callable[[], list[int]]:
    """As its documentation shows it, on pandas."""
    pd: Any = importlib.import_module("pandas")
    library: Any = importlib.import_module("datacompy")
    kind = getattr(library, "PandasCompare", None) or library.Compare

    def work() -> list[int]:
        left, right = (pd.read_parquet(folder / side) for side in ("left", "right"))
        told = kind(left, right, join_columns=KEY)
        different = told.all_mismatch()
        different.astype(str).to_parquet(folder / "out")
        return [len(told.df1_unq_rows), len(told.df2_unq_rows), len(different)]

    return work


def one(peer: str, folder: Path) -> None:
    """In this process: work once and print what it took."""
    work = {"kollega": kollega, "polars": polars, "datacompy": datacompy}[peer](folder)
    began, spent = time.perf_counter(), time.process_time()
    found = work()
    taken = {"seconds": time.perf_counter() - began, "processor": time.process_time() - spent, "found": found}
    print(json.dumps(taken | {"megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def asked(peer: str, folder: Path, python: str) -> dict[str, Any] | None:
    """What a process of its own took; None for a peer that is not there."""
    command = [sys.executable if peer == "kollega" else python, "-m", "bench.compare", "--one", peer, "--folder", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{peer} is left out: {done.stderr.strip().splitlines()[-1]}")
        return None
    answered: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answered


def measured(peers: list[str], rows: int, times: int, python: str) -> dict[str, dict[str, Any]]:
    """The best of each, taken in turn so that a busy machine is as busy for all."""
    best: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        generate(folder, rows)
        for _ in range(times):
            for peer in peers:
                if answer := asked(peer, folder, python):
                    last = best.setdefault(peer, answer)
                    best[peer] = answer | {name: min(last[name], answer[name]) for name in ("seconds", "processor", "megabytes")}
    return best


def told(best: dict[str, dict[str, Any]], rows: int) -> list[Figure]:
    """The table."""
    ours = best["kollega"]
    found = [
        Figure(
            f"compare {rows:,} x {rows:,}: memory", f"{ours['megabytes']:,.0f} MB", wanted="<= 4,096 MB", holds=ours["megabytes"] <= 4096
        )
    ]
    for peer, (quick, small) in WANTED.items():
        if peer not in best:
            continue
        theirs = best[peer]
        if theirs["found"] != ours["found"]:
            raise ValueError(f"{peer} finds {theirs['found']}, we {ours['found']}")
        for name, unit, most in (("seconds", "s", quick), ("processor", "s", None), ("megabytes", "MB", small)):
            ratio = ours[name] / theirs[name]
            wanted, holds = (f"<= {most:.2f} x", ratio <= most) if most else ("", None)
            found.append(Figure(f"  {name} to {peer}", f"{ours[name]:,.2f} {unit}", f"{theirs[name]:,.2f} {unit}", ratio, wanted, holds))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--peers", nargs="+", default=list(PEERS), choices=PEERS)
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has polars and datacompy")
    parser.add_argument("--one", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        one(args.one, args.folder)
        return
    show(told(measured(args.peers, args.rows, args.times, args.python), args.rows))


if __name__ == "__main__":
    main()
