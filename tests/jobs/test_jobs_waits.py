"""A job that waits for somebody: for days, over restarts; the first answer counts, and the time limit does not move."""

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from jobs.database import place
from jobs.people import Pseudonyms, kept
from jobs.store import Store
from jobs.tables import WAIT
from jobs.waits import Answered, Waits
from tests.jobs.toy_house import Child, House, until

STEPS = [["ask", "write"], ["approval", "wait"], ["do", "write"]]
WEEK = timedelta(days=7)
JENS, METTE = {"id": "p2", "name": "Jens Kjær"}, {"id": "p6", "name": "Mette Friis"}
YES, NO = {"approved": True}, {"approved": False}


def start(child: Child, key: str, limit: timedelta = WEEK, **form: Any) -> datetime:
    end = datetime.now(UTC) + limit
    assert child.start(key, STEPS, until=end.isoformat(), **form)
    return end


def answers(house: House) -> list[tuple[Any, Any]]:
    return [(line["by"], line["message"]) for line in house.world.lines() if line["kind"] == "answer"]


def waits(house: House, key: str, times: int = 1) -> None:
    until(lambda: house.keys("waits")[f"{key}/approval"] >= times)


def test_over_restarts_the_first_answer_counts(any_house: House) -> None:
    """Three times down and up, with two recoveries allowed in a row: to have waited again is to have come on."""
    house = any_house
    child = house.child(recoveries=2)
    start(child, "k")
    waits(house, "k")
    for times, how in enumerate((signal.SIGKILL, signal.SIGTERM, signal.SIGKILL, signal.SIGTERM), 2):
        child.kill(how)
        child.ended()
        child = house.child(recoveries=2)
        waits(house, "k", times)
    other = house.child()
    assert child.state("k") == "running"
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(one.ask, "answer", "k", "approval", what, by) for one, what, by in ((child, YES, JENS), (other, NO, METTE))]
        given = [one.result() for one in both]
    first = next(one for one in given if one["counts"])
    assert sorted(one["counts"] for one in given) == [False, True]
    assert given[0]["answer"] == given[1]["answer"] == first["answer"]  # the other learns whose answer counts
    child.done("k")
    assert answers(house) == [(first["answer"]["by"]["name"], first["answer"]["message"])]
    assert other.ask("answer", "k", "approval", YES, METTE)["counts"] is False
    assert house.keys("effect") == {"k/ask": 1, "k/do": 1}


def test_an_answer_that_comes_before_the_wait_is_kept(house: House) -> None:
    child = house.child()
    child.start("k", [["hold", "gate"], *STEPS], until=(datetime.now(UTC) + WEEK).isoformat())
    house.entered("k/hold")
    assert child.ask("answer", "k", "approval", YES, JENS)["counts"] is True
    house.open("hold")
    child.done("k")
    assert answers(house) == [("Jens Kjær", YES)]


async def answered(house: House, key: str) -> Answered:
    """As a process that serves turns and dies at once."""
    store = Store(place(None, house.folder).runs)
    try:
        waiting = Waits(store, Pseudonyms(kept(house.folder / "person.key")), lambda: datetime.now(UTC))
        return await waiting.answer(key, "approval", NO, JENS)
    finally:
        await store.close()


def test_an_answer_while_nobody_runs_the_job_is_kept(house: House) -> None:
    child = house.child()
    start(child, "k")
    waits(house, "k")
    child.kill()
    child.ended()
    assert asyncio.run(answered(house, "k")).counts is True
    house.child().done("k")
    assert answers(house) == [("Jens Kjær", NO)]


def test_the_time_limit_does_not_move_and_a_late_answer_is_told_so(house: House) -> None:
    child = house.child()
    end = start(child, "k", timedelta(seconds=3))
    waits(house, "k")
    child.kill()
    child.ended()
    child = house.child()
    child.done("k")
    assert abs((child.ask("status", "k")["finished_at"] - end).total_seconds()) < 2
    assert answers(house) == [(None, None)]
    assert child.ask("answer", "k", "approval", YES, JENS) == {"counts": False, "answer": None}
    assert child.ask("answer", "never heard of", "approval", YES, JENS) == {"counts": False, "answer": None}


def test_reminders_are_made_once_and_only_the_last_of_those_that_were_missed(house: House) -> None:
    now = datetime.now(UTC)
    moments = [(now + timedelta(seconds=seconds)).isoformat() for seconds in (-5, -3, 60, 3600)]
    house.clock(now)
    child = house.child()
    start(child, "k", remind=moments)
    until(lambda: made(house) == 2)
    house.clock(now + timedelta(seconds=61))
    until(lambda: made(house) == 3)
    child.kill()
    child.ended()
    child = house.child()
    waits(house, "k", 2)
    child.ask("answer", "k", "approval", YES, JENS)
    child.done("k")
    assert reminded(house) == moments[1:3]


def made(house: House) -> int:
    """How many reminders are behind the wait, those that were missed among them."""
    return next((int(row.reminded) for row in house.run_data(select(WAIT.c.reminded))), 0)


def reminded(house: House) -> list[str]:
    return [line["at"] for line in house.world.lines() if line["kind"] == "reminded"]


def test_cancel_in_a_wait_here_and_elsewhere(house: House) -> None:
    child, other = house.child(), house.child()
    for one, key in ((child, "here"), (other, "elsewhere")):
        start(one, key)
        waits(house, key)
        assert child.ask("cancel", key) is True
        assert child.ask("cancel", key) is False
        assert child.state(key) == "cancelled"
    until(lambda: child.ask("recovery")["live"] == other.ask("recovery")["live"] == 0)  # nothing hangs
    assert child.ask("answer", "here", "approval", YES, JENS) == {"counts": False, "answer": None}
    assert house.keys("effect") == {"here/ask": 1, "elsewhere/ask": 1}
    assert answers(house) == []


def test_a_stop_does_not_wait_for_those_that_wait(house: House) -> None:
    child = house.child(pace={"drain": 30.0})
    start(child, "k")
    waits(house, "k")
    child.kill(signal.SIGTERM)
    assert child.ended(5) == 0
