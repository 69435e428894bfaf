"""The tab over a run with a million findings: each filter, sort, search and group as the page asks for it, against pyarrow over the whole file."""

import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from bench.table import Figure, show

ROOT = Path(__file__).parents[1]
ROWS, TIMES = 1_000_000, 7
WANTED = 100.0  # milliseconds
FILE = """COPY (SELECT i + 1 AS nr, lpad(i::VARCHAR, 10, '0') AS bilagsnr, (i % 9)::BIGINT AS linje, DATE '2026-01-01' + (i % 365)::INTEGER AS dato,
    (i / 7)::DECIMAL(18,2) AS beloeb, ['Økonomi', 'Ældre', 'Aabenraa', 'Skole', 'Åben'][i % 5 + 1] || ' ' || i % 977 AS leverandoer,
    'tekst til række ' || hash(i) AS tekst, i % 2 = 0 AS har_bilag, 'AB' || i % 400 AS oprettet_af, (i / 9)::DECIMAL(18,2) AS forskel
    FROM range({rows}) t(i)) TO '{path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 65536)"""


def made(path: Path) -> None:
    """A run's file of findings, as the worker writes it."""
    import duckdb

    duckdb.execute(FILE.format(rows=ROWS, path=path))


def wishes() -> dict[str, Any]:
    """What a page asks for."""
    from insights.found import Filter, Wish

    return {
        "first page": Wish(),
        "filter on a code": Wish(filters=(Filter("oprettet_af", "is", "AB7"),)),
        "filter on an amount": Wish(filters=(Filter("beloeb", "from", "140.000,00"),)),
        "filter on a day and a text": Wish(filters=(Filter("dato", "is", "24.6.2026"), Filter("leverandoer", "has", "økonomi"))),
        "search in every column": Wish(search="9999"),
        "sort by an amount": Wish(sort="beloeb", descending=True),
        "sort by a text, in Danish": Wish(sort="leverandoer"),
        "the last page": Wish(page=ROWS // 50),
        "what nobody has judged": Wish(never=frozenset(range(1, 20_000))),
        "group": Wish(group="leverandoer"),
    }


async def ours(path: Path) -> dict[str, list[float]]:
    """Milliseconds of each."""
    import pyarrow.parquet as pq

    from insights.found import Reader, kinds

    reader, columns = Reader(), kinds([(one.name, str(one.type)) for one in pq.read_schema(path)])

    def asked(wish: Any) -> Callable[[], Awaitable[Any]]:
        return lambda: (reader.groups if wish.group else reader.rows)(path, columns, wish)

    return {name: await timed(asked(wish)) for name, wish in wishes().items()}


async def timed(work: Callable[[], Awaitable[Any]]) -> list[float]:
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        await work()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


async def plain(path: Path) -> dict[str, list[float]]:
    """The same without a database: pyarrow reads the whole file, then filters, sorts or counts."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    def read() -> Any:
        return pq.read_table(path)

    def has(table: Any) -> Any:
        texts = [name for name in table.column_names if pa.types.is_string(table[name].type)]
        masks = [pc.match_substring(pc.utf8_lower(table[name]), "9999") for name in texts]
        mask = masks[0]
        for one in masks[1:]:
            mask = pc.or_(mask, one)
        return table.filter(mask).slice(0, 50).to_pylist()

    work: dict[str, Callable[[Any], Any]] = {
        "filter on a code": lambda table: table.filter(pc.equal(table["oprettet_af"], "AB7")).slice(0, 50).to_pylist(),
        "search in every column": has,
        "sort by an amount": lambda table: table.take(pc.select_k_unstable(table, 50, [("beloeb", "descending")])).to_pylist(),
        "group": lambda table: table.group_by("leverandoer").aggregate([("nr", "count"), ("beloeb", "sum")]).to_pylist(),
    }

    def each(name: str) -> Callable[[], Awaitable[Any]]:
        return lambda: asyncio.to_thread(lambda: work[name](read()))

    return {name: await timed(each(name)) for name in work}


def one(which: str, path: Path) -> dict[str, Any]:
    """In this process."""
    found = asyncio.run({"ours": ours, "plain": plain}[which](path))
    return {"times": found, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def asked(which: str, path: Path) -> dict[str, Any]:
    """In a process of its own."""
    done = subprocess.run([sys.executable, "-m", "bench.tab", which, str(path)], cwd=ROOT, capture_output=True, text=True, check=True)
    answered: dict[str, Any] = json.loads(done.stdout)
    return answered


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "fund.parquet"
        made(path)
        mine, other = asked("ours", path), asked("plain", path)
    figures = []
    for name, times in mine["times"].items():
        middle = sorted(times)[TIMES // 2]
        against = sorted(other["times"][name])[TIMES // 2] if name in other["times"] else None
        figures.append(
            Figure(
                name,
                f"{middle:.0f} ms (first {times[0]:.0f})",
                f"{against:.0f} ms pyarrow" if against else "",
                middle / against if against else None,
                f"<= {WANTED:.0f} ms",
                middle <= WANTED,
            )
        )
    figures.append(
        Figure("memory", f"{mine['megabytes']:.0f} MB", f"{other['megabytes']:.0f} MB pyarrow", mine["megabytes"] / other["megabytes"])
    )
    show(figures)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(one(sys.argv[1], Path(sys.argv[2]))))
    else:
        main()
