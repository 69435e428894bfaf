"""A new release finds what an older one left: open jobs, and databases without the newer columns."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from jobs.database import engine, place
from jobs.people import kept
from tests.jobs.test_jobs_units import engine as jobs_in
from tests.jobs.toy_house import Child, House, until

OLD = """
CREATE TABLE run (id VARCHAR NOT NULL PRIMARY KEY, intent VARCHAR NOT NULL, person_id VARCHAR NOT NULL, tenant VARCHAR NOT NULL,
  conversation VARCHAR NOT NULL, reference VARCHAR NOT NULL, started_at DATETIME NOT NULL, finished_at DATETIME, state VARCHAR NOT NULL,
  outcome TEXT NOT NULL, minutes INTEGER NOT NULL, told_retrying BOOLEAN NOT NULL);
INSERT INTO run VALUES ('k', 'case.create', 'p1', 't', 'c', 'F-2222', '2026-11-01 10:00:00', '2026-11-01 10:01:00', 'done', 'fine', 8, 0)
"""


async def test_a_database_of_an_older_release_is_taken_over(tmp_path: Path) -> None:
    where = place(None, tmp_path)
    with closing(sqlite3.connect(where.run_file)) as connection:
        connection.executescript(OLD)
    for _ in range(2):
        jobs = jobs_in(tmp_path)
        await jobs.launch()
        (found,) = await jobs.mine("p1")
        assert (found.key, found.minutes) == ("k", 8)
        await jobs.close()
    source = engine(where)
    with source.connect() as connection_:
        row = connection_.execute(text("SELECT * FROM run")).one()
    source.dispose()
    assert row.person_id.startswith("p:")  # nobody's id
    assert (row.channel, row.attempt, row.links) == ("chat", 0, "[]")


async def test_another_key_of_pseudonyms_is_refused(tmp_path: Path) -> None:
    jobs = jobs_in(tmp_path)
    await jobs.launch()
    await jobs.close()
    first = kept(tmp_path / "person.key")
    assert kept(tmp_path / "person.key") == first
    (tmp_path / "person.key").unlink()
    with pytest.raises(ValueError, match="PERSON_KEY"):
        await jobs_in(tmp_path).launch()


def begun(house: House) -> Child:
    """A job under way in its second step when its process, an older release, dies."""
    child = house.child()
    until_when = (datetime.now(UTC) + timedelta(days=7)).isoformat()
    child.start("k", [["a", "write"], ["b", "wait"], ["c", "write"]], until=until_when)
    until(lambda: house.keys("waits")["k/b"])
    child.kill()
    child.ended()
    return child


def test_an_open_job_ends_under_a_release_that_does_more(house: House) -> None:
    """It also calls by another name what the job has not reached yet."""
    begun(house)
    newer = house.child(renamed={"c": "c anew"}, added=[["d", "write"]])
    newer.ask("answer", "k", "b", {"approved": True}, {"id": "p2", "name": "Jens Kjær"})
    newer.done("k")
    assert house.keys("effect") == {"k/a": 1, "k/c anew": 1, "k/d": 1}


def test_a_release_that_renames_what_was_done_fails_loudly(house: House) -> None:
    begun(house)
    wrong = house.child(renamed={"a": "a anew"})
    until(lambda: wrong.state("k") == "failed")
    assert [message["kind"] for message in house.told()] == ["crashed"]
    assert house.keys("effect") == {"k/a": 1}
    assert "DBOSUnexpectedStepError" in house.log()
