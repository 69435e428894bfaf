"""The chain of proof: whatever is done to it afterwards is found, and named."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from jobs import anchors
from jobs.__main__ import main
from jobs.audit import Ledger, canonical, hash_of, plain
from jobs.database import Place, engine, place
from jobs.runs import Runs
from jobs.store import Store
from jobs.verify import Fault, verify

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROWS = 12
COLUMNS = ("at", "kind", "body", "prev", "hash")


async def fill(where: Place, rows: int, who: str = "a") -> None:
    store = Store(where.runs)
    await store.create()
    for number in range(rows):
        body = {"run": f"{who}{number}", "step": "create æ"}

        def write(_: Connection, ledger: Ledger, body: dict[str, str] = body) -> int:
            return ledger.append(NOON, "step", body, body["run"], {"asked": body})

        await store.write(write)
    await store.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return place(request.getfixturevalue("server").database() if request.param == "postgres" else None, tmp_path)


@pytest.fixture
def chain(where: Place) -> Iterator[Engine]:
    """A chain of twelve, and the way to it of one who owns the database."""
    asyncio.run(fill(where, ROWS))
    source = engine(where)
    freed(source)
    yield source
    source.dispose()


def freed(source: Engine) -> None:
    with source.begin() as connection:
        for table, event in (("audit", "update"), ("audit", "delete"), ("audit_detail", "update")):
            on = f" ON jobs.{table}" if source.dialect.name == "postgresql" else ""
            connection.execute(text(f"DROP TRIGGER {table}_no_{event}{on}"))


def sql(source: Engine, *statements: str) -> None:
    prefix = "jobs." if source.dialect.name == "postgresql" else ""
    with source.begin() as connection:
        for statement in statements:
            connection.execute(text(statement.replace("{}", prefix)))


def faults(source: Engine, marks: list[anchors.Anchor] | None = None) -> list[Fault]:
    with source.connect() as connection:
        return verify(connection, marks or []).faults


def move(old: int, new: int) -> str:
    return f"UPDATE {{}}audit SET seq = {new} WHERE seq = {old}"


def close_up(after: int, by: int) -> list[str]:
    """Give all later ones new numbers, as one who hides a gap would."""
    order = range(after + 1, ROWS + 1) if by < 0 else range(ROWS, after - 1, -1)
    return [move(seq, seq + by) for seq in order]


COPY = "INSERT INTO {}audit SELECT 6, at, kind, body, prev, 'x' || substr(hash, 2) FROM {}audit WHERE seq = 7"
TAMPERINGS: dict[str, tuple[list[str], list[Fault]]] = {
    "a word": (
        ["UPDATE {}audit SET body = replace(body, 'a4', 'a5') WHERE seq = 5"],
        [Fault(5, "changed"), Fault(5, "changed", "detail")][:1],
    ),
    "removed": (["DELETE FROM {}audit WHERE seq = 5", "DELETE FROM {}audit_detail WHERE seq = 5"], [Fault(5, "removed")]),
    "removed, gap closed": (["DELETE FROM {}audit WHERE seq = 5", *close_up(5, -1)], [Fault(5, "removed")]),
    "two apart removed": (["DELETE FROM {}audit WHERE seq IN (3, 9)"], [Fault(3, "removed"), Fault(9, "removed")]),
    "the first removed": (["DELETE FROM {}audit WHERE seq = 1"], [Fault(1, "removed")]),
    "inserted": ([*close_up(6, 1), COPY], [Fault(6, "inserted")]),
    "swapped": ([move(4, 99), move(5, 4), move(99, 5)], [Fault(4, "reordered")]),
    "moved far": ([move(3, 99), *[move(seq, seq - 1) for seq in range(4, 11)], move(99, 10)], [Fault(10, "reordered")]),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_what_was_done_is_named(chain: Engine, name: str) -> None:
    statements, wanted = TAMPERINGS[name]
    assert faults(chain) == []
    sql(chain, *statements)
    found = [fault for fault in faults(chain) if fault.what == "entry"]
    assert found == wanted


def test_a_rewritten_entry_with_a_new_hash_is_found_by_the_next(chain: Engine) -> None:
    with chain.begin() as connection:
        prefix = "jobs." if chain.dialect.name == "postgresql" else ""
        row = connection.execute(text(f"SELECT * FROM {prefix}audit WHERE seq = 5")).one()
        body = row.body.replace('"run":"a4"', '"run":"b4"')
        new = {"body": body, "hash": hash_of(5, row.at, row.kind, body, row.prev)}
        connection.execute(text(f"UPDATE {prefix}audit SET body = :body, hash = :hash WHERE seq = 5"), new)
    assert faults(chain) == [Fault(5, "changed")]


def test_a_cut_off_end_is_found_by_the_anchors(chain: Engine, where: Place, tmp_path: Path) -> None:
    path = tmp_path / "anchors"
    assert anchors.write(where, path, NOON) == anchors.read(path)[0]
    assert anchors.write(where, path, NOON) is None  # nothing new
    sql(chain, "DELETE FROM {}audit WHERE seq > 9", "DELETE FROM {}audit_detail WHERE seq > 9")
    assert faults(chain) == []
    assert faults(chain, anchors.read(path)) == [Fault(10, "cut off", "entries up to 12")]


def test_a_chain_written_anew_is_found_by_the_anchors(chain: Engine, where: Place, tmp_path: Path) -> None:
    path = tmp_path / "anchors"
    anchors.write(where, path, NOON)
    sql(chain, "DELETE FROM {}audit", "DELETE FROM {}audit_detail")
    asyncio.run(fill(where, ROWS, "b"))
    assert faults(chain) == []
    assert [(fault.seq, fault.kind) for fault in faults(chain, anchors.read(path))] == [(12, "changed")]


def test_details_are_covered_and_may_be_erased_by_the_rule_alone(chain: Engine, where: Place) -> None:
    sql(chain, "UPDATE {}audit_detail SET detail = replace(detail, 'a2', 'a3') WHERE seq = 3", "DELETE FROM {}audit_detail WHERE seq = 7")
    sql(chain, "INSERT INTO {}audit_detail VALUES (77, '', '{}')".replace("'{}'", "'x'"))
    assert faults(chain) == [Fault(3, "changed", "detail"), Fault(7, "removed", "detail"), Fault(77, "inserted", "detail")]


async def test_deletion_by_age_leaves_a_tombstone(tmp_path: Path) -> None:
    where = place(None, tmp_path)
    store = Store(where.runs)
    await store.create()
    runs = Runs(store)
    for key in ("old", "new"):
        row = {"id": key, "intent": "i", "person": "p:1", "tenant": "", "conversation": "c", "reference": key, "started_at": NOON}
        await runs.open(row, {"asked_by": {"name": "Birthe Holm"}})
    await runs.finish("old", "done", "", NOON)
    later = NOON + timedelta(days=2000)
    assert await runs.forget(later - timedelta(days=1825), later) == 2  # the run, and its one detail
    assert await runs.forget(later - timedelta(days=1825), later) == 0
    assert await runs.get("old") is None
    assert await runs.get("new") is not None
    await store.close()
    source = engine(where)
    assert faults(source) == []
    with source.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_detail")).scalar() == 1
        told = json.loads(connection.execute(text("SELECT body FROM audit WHERE kind = 'erased'")).scalar_one())
    source.dispose()
    assert (told["runs"], told["details"]) == (["old"], [1])


def test_the_database_refuses_a_slip(where: Place) -> None:
    asyncio.run(fill(where, 2))
    source = engine(where)
    for statement in ("UPDATE {}audit SET kind = 'x'", "DELETE FROM {}audit", "UPDATE {}audit_detail SET detail = ''"):
        with pytest.raises(DBAPIError, match="append-only"):
            sql(source, statement)
    source.dispose()


async def test_two_writers_leave_no_fork(where: Place) -> None:
    stores = [Store(where.runs) for _ in range(3)]
    for store in stores:
        await store.create()

    async def write(store: Store, number: int) -> int:
        return await store.write(lambda _, ledger: ledger.append(NOON, "step", {"number": number}))

    seqs = await asyncio.gather(*(write(store, number) for number in range(60) for store in stores))
    assert sorted(seqs) == list(range(1, 181))
    for store in stores:
        await store.close()
    source = engine(where)
    assert await asyncio.to_thread(faults, source) == []
    source.dispose()


async def test_what_fails_in_a_batch_fails_alone(tmp_path: Path) -> None:
    store = Store(place(None, tmp_path).runs)
    await store.create()

    def bad(*_: object) -> int:
        raise ValueError("mine")

    works: list[Callable[..., int]] = [
        lambda _, ledger: ledger.append(NOON, "step", {}),
        bad,
        lambda _, ledger: ledger.append(NOON, "step", {}),
    ]
    results = await asyncio.gather(*(store.write(work) for work in works), return_exceptions=True)
    assert [type(one) for one in results] == [int, ValueError, int]
    await store.close()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    where = place(None, tmp_path_factory.mktemp("template"))
    asyncio.run(fill(where, ROWS))
    with closing(sqlite3.connect(where.run_file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        for trigger in ("audit_no_update", "audit_no_delete", "audit_detail_no_update"):
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.commit()
    return where.run_file.read_bytes()


CHANGES = st.tuples(st.just("change"), st.integers(1, ROWS), st.sampled_from(COLUMNS), st.integers(0, 10_000), st.integers(1, 94))
ACTS = st.one_of(
    CHANGES,
    st.tuples(st.just("delete"), st.integers(1, ROWS - 1)),
    st.tuples(st.just("swap"), st.integers(1, ROWS), st.integers(1, ROWS)),
    st.tuples(st.just("insert"), st.integers(1, ROWS)),
)


def act(connection: sqlite3.Connection, what: Any) -> None:
    """Do to the chain what one who owns the file can."""
    match what:
        case ("change", seq, column, place, by):
            (value,) = connection.execute(f"SELECT {column} FROM audit WHERE seq = ?", [seq]).fetchone() or ("",)
            if value:
                at = place % len(value)
                new = value[:at] + chr(32 + (ord(value[at]) - 32 + by) % 95) + value[at + 1 :]
                connection.execute(f"UPDATE audit SET {column} = ? WHERE seq = ?", [new, seq])
        case ("delete", seq):
            connection.execute("DELETE FROM audit WHERE seq = ?", [seq])
        case ("swap", one, other):
            for old, new in ((one, 900), (other, one), (900, other)):
                connection.execute("UPDATE audit SET seq = ? WHERE seq = ?", [new, old])
        case ("insert", seq):
            for old in range(ROWS + 3, seq - 1, -1):
                connection.execute("UPDATE audit SET seq = ? WHERE seq = ?", [old + 1, old])
            connection.execute("INSERT INTO audit VALUES (?, 'x', 'step', '{}', 'y', ?)", [seq, f"z{seq}"])


def stored(path: Path) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT * FROM audit ORDER BY seq").fetchall()


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts=st.lists(ACTS, min_size=1, max_size=3))
def test_no_tampering_stays_unseen(template: bytes, tmp_path_factory: pytest.TempPathFactory, acts: list[Any]) -> None:
    folder = tmp_path_factory.getbasetemp() / "tampered"
    folder.mkdir(exist_ok=True)
    where = place(None, folder)
    where.run_file.write_bytes(template)
    whole = stored(where.run_file)
    with closing(sqlite3.connect(where.run_file)) as connection:
        try:
            for one in acts:
                act(connection, one)
        except sqlite3.IntegrityError:
            connection.rollback()
            return
        connection.commit()
    after = stored(where.run_file)
    source = engine(where)
    found = [fault for fault in faults(source, [anchors.Anchor(ROWS, whole[-1][5], "")]) if "detail" not in fault.what]
    source.dispose()
    assert bool(found) == (after != whole), found
    if len(acts) == 1 and acts[0][0] in {"change", "delete"} and after != whole and acts[0][1] < ROWS:
        kind = {"change": "changed", "delete": "removed"}[acts[0][0]]
        assert (acts[0][1], kind) == (found[0].seq, found[0].kind)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(JSON)
def test_canonical_is_one_way_to_write_it(value: Any) -> None:
    written = canonical(value)
    assert canonical(json.loads(written)) == written
    assert b": " not in written or '": ' in json.dumps(value, ensure_ascii=False)


def test_fractions_are_no_part_of_an_entry() -> None:
    with pytest.raises(TypeError):
        canonical({"minutes": 1.5})
    assert plain({"minutes": 1.5, "file": b"x", "cpr": "010190-1234"}) == {
        "minutes": "1.5",
        "file": {"sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881", "bytes": 1},
        "cpr": "[number]",
    }
    assert canonical("e\u0301") == canonical("\u00e9")


def test_the_command_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main(["verify"]) == 0
    assert capsys.readouterr().out == "ok 0 rows: there are no jobs yet\n"
    where = place(None, tmp_path)
    asyncio.run(fill(where, ROWS))
    assert main(["anchor"]) == 0
    assert main(["verify"]) == 0
    assert f"ok {ROWS} rows, last hash {stored(where.run_file)[-1][5]}" in capsys.readouterr().out
    with closing(sqlite3.connect(where.run_file)) as connection:
        connection.execute("DROP TRIGGER audit_no_delete")
        connection.execute("DELETE FROM audit WHERE seq > 10")
        connection.commit()
    assert main(["verify"]) == 1
    assert "bad: 3 faults in 10 rows\ncut off at 11 (entries up to 12)\n" in capsys.readouterr().out
    assert main(["verify", "--from", "5", "--anchors", str(tmp_path / "none")]) == 1  # the details of 11 and 12 have lost their entries
    assert "inserted at 11 (detail)" in capsys.readouterr().out
    where.run_file.unlink()
    assert main(["verify"]) == 1
