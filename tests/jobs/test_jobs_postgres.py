"""PostgreSQL goes away in the middle: jobs wait and go on, and nobody's work is taken over by mistake."""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from multiprocessing.context import ForkServerContext
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from jobs.tables import create
from tests.jobs.postgres_server import Server
from tests.jobs.test_jobs_units import engine as jobs_in
from tests.jobs.toy_house import House, until
from tests.jobs.toy_jobs import order

pytestmark = pytest.mark.postgres


@pytest.fixture
def build(tmp_path: Path, forkserver: ForkServerContext, server: Server) -> Iterator[Callable[[bool], House]]:
    """Makes a house on a fresh database, reached by TCP or by the Unix socket. The server runs again afterwards."""
    houses: list[House] = []

    def make(by_socket: bool) -> House:
        houses.append(House(tmp_path, forkserver, server.database(by_socket)))
        return houses[-1]

    yield make
    server.start()
    for house in houses:
        house.close()


@pytest.mark.parametrize(("by_socket", "mode", "outage"), [(False, "fast", 60), (True, "immediate", 0)])
def test_a_restart_of_the_server(build: Callable[[bool], House], server: Server, by_socket: bool, mode: str, outage: int) -> None:
    """outage: for so many seconds, by a clock that goes twenty times as fast."""
    house = build(by_socket)
    children = [house.child(pace={"answer": 0.5}, hurry=20 if outage else 1) for _ in range(2)]
    children[0].start("step", [["a", "gate"], ["b", "write"]])
    children[0].start("retry", [["c", "away"]])
    children[1].start("other", [["d", "gate"], ["e", "write"]])
    for key in ("step/a", "retry/c", "other/d"):
        house.entered(key)
    server.stop(mode)
    for gate in "acd":
        house.open(gate)
    until(lambda: children[0].ask("unwell"))
    assert "Unavailable" in children[0].ask("start", asdict(order("asked", [["y", "write"]])))  # the turn says so and does not hang
    time.sleep(outage / 20)
    server.start()
    children[1].start("asked", [["y", "write"]])  # the person tries again, elsewhere
    for key in ("step", "retry", "other", "asked"):
        children[0].done(key)
    assert house.keys("effect") == dict.fromkeys(("step/a", "step/b", "retry/c", "other/d", "other/e", "asked/y"), 1)
    assert house.keys("told") == {"step/done": 1, "retry/done": 1, "other/done": 1, "asked/done": 1}
    assert house.keys("call")["step/a"] == 1  # not taken over, not begun again
    assert [child.ask("recovery")["taken_over"] for child in children] == [0, 0]
    until(lambda: house.log().count("jobs_lock_taken_again") == 2)
    until(lambda: children[0].ask("unwell") is None)
    children[0].start("after", [["x", "gate"]])
    house.entered("after/x")
    children[0].kill()
    house.open("x")
    children[1].done("after")  # the locks are good again: a real death is still noticed


def test_a_process_that_needs_longer_to_come_back_keeps_its_work(build: Callable[[bool], House], server: Server) -> None:
    """Its lock is free after the server's restart, and its own look comes late: the others wait."""
    house = build(False)
    slow, other = house.child(), house.child(pace={"grace": 30.0})
    slow.start("k", [["a", "gate"]])
    house.entered("k/a")
    slow.kill(signal.SIGSTOP)
    server.stop("fast")
    until(lambda: other.ask("unwell"))
    server.start()
    until(lambda: "jobs_lock_taken_again" in house.log())
    until(lambda: other.ask("unwell") is None)
    time.sleep(1.0)  # five looks
    assert other.ask("recovery")["taken_over"] == 0
    slow.kill(signal.SIGCONT)
    house.open("a")
    slow.done("k")
    assert house.keys("call") == {"k/a": 1}


def test_a_lost_lock_alone_is_taken_again(build: Callable[[bool], House], server: Server) -> None:
    house = build(False)
    first, other = house.child(), house.child()
    first.start("k", [["a", "gate"]])
    house.entered("k/a")
    server.cut_locks(house.database_url or "")
    until(lambda: house.log().count("jobs_lock_taken_again") == 2)
    time.sleep(1.0)  # five looks
    house.open("a")
    other.done("k")
    assert house.keys("call") == {"k/a": 1}


def test_a_process_starts_beside_one_that_writes(server: Server) -> None:
    """Where everything is there, a start locks no table: it would wait for the writer, and the writer for it."""
    engine = create_engine(server.database())
    with engine.begin() as first:
        create(first)
    with engine.begin() as writer, engine.begin() as starting:
        writer.execute(text("LOCK TABLE jobs.audit, jobs.audit_detail, jobs.run, jobs.slot IN ROW EXCLUSIVE MODE"))
        starting.execute(text("SET LOCAL lock_timeout = '2s'"))
        create(starting)
    engine.dispose()


def test_a_role_that_may_make_no_tables(build: Callable[[bool], House], tmp_path: Path) -> None:
    """Once they are there, made by their owner, the right to read and write them is enough; before that the start says no."""
    house = build(False)
    url = house.database_url or ""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS app")
        connection.execute("CREATE ROLE app LOGIN")
    app = url.replace("kollega@", "app@")
    with pytest.raises(DBAPIError, match="permission denied"):
        asyncio.run(jobs_in(tmp_path / "other", app).launch())
    house.child().stop()
    with psycopg.connect(url, autocommit=True) as connection:
        for schema in (b"jobs", b"dbos"):
            connection.execute(b"GRANT USAGE ON SCHEMA " + schema + b" TO app")
            connection.execute(b"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA " + schema + b" TO app")
    house.database_url = app
    child = house.child()
    child.start("k", [["a", "write"]])
    child.done("k")
    assert house.keys("effect") == {"k/a": 1}
