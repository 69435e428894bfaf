"""What a SELECT may and may not do: by the worker's own hand here, and in its process where time and memory are at stake."""

import asyncio
import time
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.datasets import Column, Dataset, batch
from dialogs.oversight.checking import check
from dialogs.oversight.heads import Tilsyn, read
from dialogs.oversight.running import Limits, NotRun, Workers, told
from dialogs.oversight.worker import digest, numbered, tried

HEAD = """-- titel:     Prøve
-- spørgsmål: Er der noget?
-- ejer:      Økonomi
-- hyppighed: måned
-- datasæt:   kvantum.fakturaer
-- nøgle:     faktura_id
-- stikprøve: alle
-- frist:     14 dage
-- minutter:  120
-- parameter: graense heltal 10
"""
INVOICES = Dataset(
    "kvantum.fakturaer",
    "Fakturaer",
    "Fakturaer.",
    (Column("faktura_id", "text", "Nummer."), Column("beloeb", "decimal", "Beløb."), Column("dato", "date", "Dagen.")),
    ("faktura_id",),
    "Hver nat.",
)
ROWS = [{"faktura_id": f"F{n:02}", "beloeb": f"{n * 7 % 50}.50", "dato": date(2026, 9, 1 + n)} for n in range(20)]


def order(sql: str, path: Path | str = "", out: Path | str = "") -> dict[str, Any]:
    table = {"name": INVOICES.name, "columns": [[one.name, one.type] for one in INVOICES.columns], "path": str(path)}
    parameters = {"graense": ["", 10], "slut": ["date", "2026-09-30"]}
    return {"sql": sql, "tables": [table], "parameters": parameters, "key": ["faktura_id"], "out": str(out), "memory": 300, "seconds": 20}


def said(sql: str) -> str:
    """What a controller is told of a SELECT, "" for nothing."""
    tilsyn: Tilsyn = read("x", HEAD + sql)
    answer = tried(order(tilsyn.sql))
    return str(told(answer["error"], answer["about"], answer["line"], tilsyn, [INVOICES])) if "error" in answer else ""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "fakturaer.parquet"
    pq.write_table(pa.Table.from_batches([batch(INVOICES, ROWS)]), path)
    return path


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ("SELECT faktura_id, belob FROM kvantum.fakturaer", "Linje 11: Der er ingen kolonne, der hedder belob. Mener du beloeb?"),
        ("SELECT f.faktura_id, f.belob FROM kvantum.fakturaer AS f", "Linje 11: Der er ingen kolonne, der hedder belob. Mener du beloeb?"),
        ("SELECT faktura_id\nFROM kvantum.faktura", "Linje 12: Der er intet datasæt faktura i hovedet. Mener du kvantum.fakturaer?"),
        ("SELECT faktura_id FROM timereg.fravaer", "Linje 11: Der er intet datasæt timereg.fravaer i hovedet."),
        ("SELECT beloeb FROM kvantum.fakturaer", "Linje 6: Nøglen faktura_id er ikke en kolonne i SELECT."),
        ("SELECT 'a' AS faktura_id FROM range(2)", "Linje 6: To rækker har samme nøgle (faktura_id)."),
        ("SELECT NULL AS faktura_id", "Linje 6: Nøglen faktura_id er tom i en række."),
        ("SELECT 1 AS faktura_id, 2 AS nr", "Kolonnen nr er der to gange"),
        ("SELECT faktura_id FROM kvantum.fakturaer WHERE beloeb > $mindst", "$mindst er der ingen parameter, der hedder."),
        ("SELECT faktura_id FROM kvantum.fakturaer; SELECT 1", "Der skal være én SELECT i filen, og der er 2."),
        ("", "Der skal være én SELECT i filen, og der er 0."),
        ("SELCT 1", "Linje 11: SQL'en kan ikke læses ved ”SELCT”."),
        ("SELECT findes_ikke(1) AS faktura_id", "Linje 11: Der er ingen funktion, der hedder findes_ikke."),
        ("SELECT faktura_id + 1 AS faktura_id FROM (SELECT 'x' AS faktura_id)", "Linje 11: SQL'en kan ikke køres:"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_nearest_name(sql: str, wanted: str) -> None:
    assert said(sql).startswith(wanted), said(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO kvantum.fakturaer VALUES ('x', 1, NULL)", "UPDATE kvantum.fakturaer SET beloeb = 0", "DELETE FROM kvantum.fakturaer",
        "CREATE TABLE ny AS SELECT 1", "DROP TABLE kvantum.fakturaer", "ALTER TABLE kvantum.fakturaer DROP beloeb", "COPY kvantum.fakturaer TO 'x.csv'",
        "COPY kvantum.fakturaer FROM '/etc/passwd'", "ATTACH 'anden.db' AS anden", "SET memory_limit = '90GB'", "PRAGMA database_list", "INSTALL httpfs",
        "LOAD httpfs", "EXPORT DATABASE 'x'", "IMPORT DATABASE 'x'", "CALL pragma_version()", "VACUUM", "BEGIN", "EXPLAIN SELECT 1", "USE memory",
        "PREPARE p AS SELECT 1", "CREATE MACRO m() AS 1", "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'", "SELECT * FROM 'x.parquet'", "SELECT * FROM glob('/*')", "SELECT * FROM read_parquet('https://kk.example/x.parquet')",
        "SELECT * FROM query('DELETE FROM kvantum.fakturaer')", "SELECT getenv('HOME')",
    ],
)  # fmt: skip
def test_nothing_is_written_read_from_files_or_set(sql: str, data: Path, tmp_path: Path) -> None:
    before, there = data.read_bytes(), sorted(tmp_path.iterdir())
    answer = tried(order(HEAD + sql, data, tmp_path / "fund.parquet"))
    assert "error" in answer
    tilsyn = read("x", HEAD + sql)
    assert str(told(answer["error"], answer["about"], answer["line"], tilsyn, [INVOICES]))
    assert data.read_bytes() == before
    assert sorted(tmp_path.iterdir()) == there


def test_rows_are_numbered_by_the_key_and_the_hash_is_of_what_they_say(data: Path, tmp_path: Path) -> None:
    sql = HEAD + "SELECT faktura_id, beloeb, dato FROM kvantum.fakturaer WHERE beloeb > $graense AND dato <= $slut ORDER BY beloeb DESC"
    answers = [tried(order(sql, data, tmp_path / f"{n}.parquet")) for n in range(2)]
    assert answers[0] == answers[1]
    rows = pq.read_table(tmp_path / "0.parquet").to_pylist()
    assert [row["beloeb"] for row in rows] == sorted((row["beloeb"] for row in rows), reverse=True)
    assert [row["faktura_id"] for row in sorted(rows, key=lambda row: row["nr"])] == sorted(row["faktura_id"] for row in rows)
    assert len(rows) == answers[0]["rows"] == 16
    other = tried(order(sql.replace("beloeb, dato", "beloeb + 1 AS beloeb, dato"), data))
    assert other["sha256"] != answers[0]["sha256"]


@given(st.lists(st.tuples(st.text(max_size=5), st.integers(-9, 9) | st.none()), max_size=20, unique_by=lambda row: row[0]), st.randoms())
@settings(max_examples=40)
def test_numbers_follow_the_key_whatever_the_order_of_rows(rows: list[tuple[str, int | None]], chance: Any) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)

    def table(some: list[tuple[str, int | None]]) -> pa.Table:
        return numbered(
            pa.table({"k": pa.array([one for one, _ in some], pa.string()), "v": pa.array([two for _, two in some], pa.int64())}), ["k"]
        )

    number = {row["k"]: row["nr"] for row in table(shuffled).to_pylist()}
    assert number == {row["k"]: row["nr"] for row in table(rows).to_pylist()}
    assert sorted(number.values()) == list(range(1, len(rows) + 1))
    assert (digest(table(rows)) == digest(table(shuffled))) is (rows == shuffled)


def test_an_empty_text_and_no_text_are_not_the_same() -> None:
    assert digest(pa.table({"a": pa.array([""])})) != digest(pa.table({"a": pa.array([None], pa.string())}))


async def test_a_select_that_eats_memory_or_runs_for_ever_is_stopped() -> None:
    workers = Workers(Limits(memory=200, seconds=6))
    began = time.monotonic()
    greedy, endless = await asyncio.gather(
        check("x", HEAD + "SELECT string_agg(x::VARCHAR) AS faktura_id FROM range(1000000000) AS t(x)", {INVOICES.name: INVOICES}, workers),
        check(
            "x",
            HEAD + "SELECT count(*) AS faktura_id FROM range(10000000) a, range(10000000) b, range(99999) c",
            {INVOICES.name: INVOICES},
            workers,
        ),
    )
    assert greedy[0].text.startswith(("Tilsynet bruger mere hukommelse", "Tilsynet tager mere end 6 sekunder"))
    assert endless[0].text.startswith("Tilsynet tager mere end 6 sekunder")
    assert time.monotonic() - began < 20


async def test_a_call_that_is_cancelled_leaves_no_process(tmp_path: Path) -> None:
    workers = Workers(Limits(seconds=60))
    tilsyn = read("x", HEAD + "SELECT count(*) AS faktura_id FROM range(10000000) a, range(10000000) b")
    before = children()  # what other tests have left running
    task = asyncio.create_task(workers.run(tilsyn, {INVOICES.name: INVOICES}, {"graense": 1, "slut": date(2026, 9, 30)}))
    async with asyncio.timeout(10):
        while not (running := children() - before):  # noqa: ASYNC110 - the kernel sets no event
            await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not any(Path(f"/proc/{one}").exists() for one in running)  # noqa: ASYNC240 - a look at the kernel, not at a disk


def children() -> set[str]:
    """The worker processes of this one."""
    me = Path("/proc/self/task")
    return {one for thread in me.iterdir() for one in (thread / "children").read_text().split()}


async def test_a_worker_knows_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KVANTUM_CLIENT_SECRET", "hemmelig")
    tilsyn = read("x", HEAD + "SELECT string_agg(name || value) AS faktura_id FROM duckdb_settings()")
    result = await Workers(Limits()).run(tilsyn, {INVOICES.name: INVOICES}, {})
    assert result.rows == 1
    with pytest.raises(NotRun, match="ikke læse filer"):
        await Workers(Limits()).run(
            read("x", HEAD + "SELECT content AS faktura_id FROM read_text('/proc/self/environ')"), {INVOICES.name: INVOICES}, {}
        )
