"""The conversations' rows, locks, duplicates and files, in both kinds of database, with one process and with several."""

import asyncio
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, event
from typing_extensions import override

from bot import database, store
from bot.locks import Across, Locks
from bot.memory import CARDS, SEEN_AT_LEAST, SEEN_FOR, Memory
from bot.reference import Reference
from bot.store import Row, Stale, Store
from bot.tables import METADATA
from dialogs.talk import Reply
from tests.bot.standins import Connector, Running, activity, running
from tests.bot.worker import CONVERSATION, TIMES

ROOT = Path(__file__).parents[2]
HERE = Reference(conversation="a:1", service_url="http://127.0.0.1", person="p1")


@pytest.fixture
async def kept(tmp_path: Path, database_url: str | None) -> AsyncIterator[Store]:
    async with store.opened(database_url, tmp_path / "var") as one:
        yield one


@asynccontextmanager
async def worker(task: str, var: Path, url: str | None) -> AsyncIterator[asyncio.subprocess.Process]:
    """Another process on the same database."""
    arguments = ["-m", "tests.bot.worker", task, str(var), *([url] if url else [])]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def word(process: asyncio.subprocess.Process) -> str:
    """The next line that it prints."""
    assert process.stdout
    async with asyncio.timeout(20):
        return (await process.stdout.readline()).decode().strip()


async def test_a_row_is_written_and_read_back(kept: Store) -> None:
    assert await kept.load("a:1") == Row("a:1")
    written = await kept.save(Row("a:1", reference=HERE, body='{"æ": 1}'))
    assert written.version == 1
    assert await kept.load("a:1") == written
    assert (await kept.save(replace(written, body="2"))).version == 2
    assert (await kept.load("a:1")).body == "2"


async def test_a_lost_update_is_refused(kept: Store) -> None:
    one, two = await kept.load("a:1"), await kept.load("a:1")
    first = await kept.save(replace(one, reference=HERE, body="one"))
    with pytest.raises(Stale):
        await kept.save(replace(two, reference=HERE, body="two"))
    await kept.save(replace(first, body="three"))
    with pytest.raises(Stale):
        await kept.save(replace(first, body="four"))
    assert (await kept.load("a:1")).body == "three"


async def test_the_chat_with_a_person_is_the_newest_personal_one(kept: Store) -> None:
    assert await kept.chat_with("p1") is None
    assert await kept.any_chat() is None
    await kept.save(Row("19:group", reference=HERE.model_copy(update={"conversation": "19:group", "personal": False}), body=""))
    assert await kept.chat_with("p1") is None
    await kept.save(Row("a:1", reference=HERE, body=""))
    assert await kept.chat_with("p1") == HERE == await kept.any_chat()
    assert await kept.chat_with("") is None


async def test_files_are_kept_read_and_forgotten(tmp_path: Path, database_url: str | None) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    async with store.opened(database_url, tmp_path / "var", clock=lambda: now) as kept:
        await kept.blobs.keep("k", "a.png", "image/png", b"\x00\xff")
        await kept.blobs.keep("k", "a.png", "image/png", b"\x00\xfe")
        assert await kept.blobs.read("k") == b"\x00\xfe"
        assert await kept.blobs.expire() == 0
        now += timedelta(days=15)
        with pytest.raises(KeyError):
            await kept.blobs.read("k")
        assert await kept.blobs.expire() == 1
        await kept.blobs.keep("l", "a", "b", b"")
        await kept.blobs.forget("l")
        with pytest.raises(KeyError):
            await kept.blobs.read("l")


async def test_told_messages_are_forgotten_after_a_while(tmp_path: Path, database_url: str | None) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    async with store.opened(database_url, tmp_path / "var", clock=lambda: now) as kept:
        await kept.outbox.put("k", "a:1", "", "{}")
        now += timedelta(days=89)
        assert await kept.outbox.expire() == 0
        now += timedelta(days=2)
        assert await kept.outbox.expire() == 1


async def test_who_waits_is_taken_by_time_then_id(kept: Store) -> None:
    taken = []
    at = datetime(2026, 11, 24, tzinfo=UTC)

    async def turn(seconds: int, name: str) -> None:
        async with kept.locks.hold("a:1", (at + timedelta(seconds=seconds), name)):
            taken.append((seconds, name))

    async with kept.locks.hold("a:1", (at, "0")):
        waiting = [asyncio.create_task(turn(*one)) for one in [(3, "a"), (1, "b"), (2, "a"), (1, "a"), (9, "x")]]
        await asyncio.sleep(0)
        waiting[4].cancel()
        await asyncio.sleep(0)
    await asyncio.gather(*waiting[:4])
    assert taken == [(1, "a"), (1, "b"), (2, "a"), (3, "a")]
    async with asyncio.timeout(1), kept.locks.hold("a:1", (at, "0")):
        pass


class Free(Across):
    """No other process."""

    @override
    async def take(self, number: int) -> bool:
        return number >= 0

    @override
    async def give(self, number: int) -> None:
        pass

    @override
    async def close(self) -> None:
        pass


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=12), st.sets(st.integers(0, 11)))
def test_the_queue_never_sticks_nor_overlaps(waiting: list[tuple[int, int]], cancelled: set[int]) -> None:
    async def run() -> None:
        async def turn(seconds: int, conversation: int) -> None:
            async with locks.hold(str(conversation), (at + timedelta(seconds=seconds), "")):
                inside.append(conversation)
                try:
                    assert inside.count(conversation) == 1
                    await asyncio.sleep(0)
                finally:
                    inside.remove(conversation)

        tasks = [asyncio.create_task(turn(*one)) for one in waiting]
        await asyncio.sleep(0)
        for number in cancelled & set(range(len(tasks))):
            tasks[number].cancel()
        async with asyncio.timeout(5):
            await asyncio.gather(*tasks, return_exceptions=True)
        assert locks._lines == {}
        assert all(task.cancelled() or task.exception() is None for task in tasks)

    inside: list[int] = []
    at = datetime(2026, 11, 24, tzinfo=UTC)
    locks = Locks(Free())
    asyncio.run(run())


async def test_two_processes_never_write_over_each_other(tmp_path: Path, database_url: str | None) -> None:
    var = tmp_path / "var"
    async with worker("count", var, database_url) as one, worker("count", var, database_url) as two:
        assert [await word(one), await word(two)] == ["done", "done"]
    async with store.opened(database_url, var) as kept:
        row = await kept.load(CONVERSATION)
    assert (row.body, row.version) == (str(2 * TIMES), 2 * TIMES)


async def test_a_lock_is_free_when_its_process_is_killed(tmp_path: Path, database_url: str | None) -> None:
    var = tmp_path / "var"
    async with store.opened(database_url, var) as kept, worker("hold", var, database_url) as holder:
        assert await word(holder) == "held"
        mine = asyncio.create_task(kept.locks.hold(CONVERSATION, (store.now(), "")).__aenter__())
        done, _ = await asyncio.wait({mine}, timeout=0.3)
        assert not done
        holder.send_signal(signal.SIGKILL)
        async with asyncio.timeout(5):
            await mine


async def test_several_processes_may_start_at_once_on_an_empty_database(tmp_path: Path, database_url: str | None) -> None:
    var = tmp_path / "var"
    async with (
        worker("open", var, database_url) as one,
        worker("open", var, database_url) as two,
        worker("open", var, database_url) as three,
    ):
        assert [await word(each) for each in (one, two, three)] == ["open"] * 3


async def test_a_duplicate_is_dropped_across_processes(connector: Connector, tmp_path: Path, database_url: str | None) -> None:
    var = tmp_path / "var"
    async with running(connector, var, database_url=database_url) as here, worker("serve", var, database_url) as other:
        there = await word(other)
        for number in range(5):
            same = activity(connector.url, text=f"nr. {number}")
            statuses = await asyncio.gather(post(here, here.url, same), post(here, there, same), post(here, there, same))
            assert list(statuses) == [201] * 3
        assert connector.texts() == [f"Echo: nr. {number}" for number in range(5)]


async def test_what_a_killed_process_left_undone_is_done_when_it_comes_again(
    connector: Connector, tmp_path: Path, database_url: str | None
) -> None:
    var = tmp_path / "var"
    async with running(connector, var, database_url=database_url) as here, worker("stuck", var, database_url) as other:
        there = await word(other)
        same = activity(connector.url)
        lost = asyncio.create_task(post(here, there, same))
        assert await word(other) == "asked"
        again = asyncio.create_task(post(here, here.url, same))
        other.send_signal(signal.SIGKILL)
        with pytest.raises(aiohttp.ClientError):
            await lost
        assert await again == 201
        assert connector.texts() == ["Echo: hej"]


async def post(here: Running, url: str, body: object) -> int:
    async with here.http.post(f"{url}/api/messages", json=body) as got:
        return got.status


@pytest.mark.postgres
async def test_a_broken_session_is_replaced(connector: Connector, tmp_path: Path, postgres_url: str) -> None:
    async with running(connector, tmp_path / "var", database_url=postgres_url) as one:
        await one.says("hej")
        async with await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as other:
            await other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        await one.says("igen")
    assert connector.texts() == ["Echo: hej", "Echo: igen"]


async def test_a_turn_reads_once_and_writes_once(connector: Connector, tmp_path: Path, database_url: str | None) -> None:
    async with running(connector, tmp_path / "var", database_url=database_url) as one:
        await one.says("hej")
        statements: list[str] = []
        base = one.bot.store.database
        assert isinstance(base, database.Postgres | database.Sqlite)
        engine = base.engine.sync_engine if isinstance(base, database.Postgres) else base.engine
        event.listen(engine, "before_cursor_execute", lambda *told: statements.append(told[2].split()[0]))
        await one.says("igen")
        assert statements == ["SELECT", "UPDATE"]


async def test_the_migrations_give_the_tables(tmp_path: Path, database_url: str | None) -> None:
    async with store.opened(database_url, tmp_path / "var"):
        pass
    url = database_url or database.default_url(tmp_path / "var")
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": database.VERSION_TABLE})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_the_newest_migration_is_found_by_its_files_name() -> None:
    assert ScriptDirectory(str(database.HERE)).get_current_head() == database.newest()


async def test_an_unreadable_database_is_an_error_not_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "kollega.sqlite").write_bytes(b"not a database, but long enough to be looked at" * 20)
    with pytest.raises(Exception, match="not a database"):
        async with store.opened(None, tmp_path):
            pass


async def test_sqlite_runs_in_wal(tmp_path: Path) -> None:
    async with store.opened(None, tmp_path):
        with sqlite3.connect(tmp_path / "kollega.sqlite") as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        connection.close()


def test_what_was_seen_is_remembered_long_enough_and_no_longer() -> None:
    memory = Memory()
    for number in range(200):
        assert memory.see(str(number), number * 1000)
    assert not memory.see("0", 199_000)
    for number in range(200, 200 + SEEN_AT_LEAST):
        assert memory.see(str(number), SEEN_FOR * 9)
    assert len(memory.seen) == SEEN_AT_LEAST
    assert Memory.read(memory.written()) == memory


def test_the_newest_cards_are_remembered() -> None:
    memory = Memory()
    for number in range(CARDS + 5):
        memory.remember(str(number), f"id{number}", Reply(text=str(number), key=str(number)))
    memory.remember("7", "id7", Reply(text="igen", key="7"))
    assert next(iter(memory.cards)) == "5"
    assert list(memory.cards)[-1] == "7"
    assert Memory.read(memory.written()).cards["7"].drawn == Reply(text="igen", key="7")
