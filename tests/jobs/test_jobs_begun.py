"""Written down before the effect: what a step is about to change is in the chain first, and what becomes of it follows, whatever happens."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from jobs.runs import UNKNOWN, Event, Runs
from jobs.store import Store
from jobs.tables import AUDIT, BEGUN
from tests.jobs.toy_house import House, until

NOON, HOUR = datetime(2026, 11, 24, 12, tzinfo=UTC), timedelta(hours=1)


def test_a_kill_between_leaves_what_was_begun_and_the_recovery_closes_it(any_house: House) -> None:
    house = any_house
    child = house.child()
    child.start("k", [["a", "write"], ["b", "gate"]])
    house.entered("k/b")
    until(lambda: house.keys("effect")["k/b"])
    child.kill()
    child.ended()
    assert Counter(house.proved("begun")) == {("k", "a"): 1, ("k", "b"): 1}
    assert ("k", "b") not in house.proved("step")
    house.open("b")
    house.child().done("k")
    assert Counter(house.proved("begun")) == {("k", "a"): 1, ("k", "b"): 1}
    assert Counter(house.proved("step")) == {("k", "a"): 1, ("k", "b"): 1, ("k", "tell done"): 1}
    order = [(kind, body.get("step")) for kind, body in house.chain()]
    for step in "ab":
        assert order.index(("begun", step)) < order.index(("step", step))
    assert house.run_data(select(BEGUN)) == []


async def test_what_nobody_will_hear_of_any_more_is_closed_as_such(tmp_path: Path) -> None:
    """A run that was taken back while its process was dead: its step never comes to an end."""
    store = Store(f"sqlite:///{tmp_path}/runs.sqlite")
    await store.create()
    runs = Runs(store)
    for key in ("back", "open"):
        await runs.open(
            {"id": key, "intent": "i", "person": "p", "tenant": "", "conversation": "c", "reference": key, "started_at": NOON}, {}
        )
        await runs.note_begun(Event(key, 0, "add", NOON, NOON, "exchange", "", 0, {"run": key}, {}))
    await runs.finish("back", "cancelled", "", NOON)
    await runs.settle(NOON, NOON + HOUR)
    assert len(await runs.begun("back")) == 1  # its call may still be under way
    for _ in range(2):
        await runs.settle(NOON + timedelta(seconds=1), NOON + HOUR)
    assert [row.run_id for row in await store.read(select(BEGUN))] == ["open"]
    (event,) = await runs.events("back")
    assert (event.activity, event.outcome) == ("add", UNKNOWN)
    (entry,) = await store.read(select(AUDIT).where(AUDIT.c.kind == "step"))
    assert (entry.seq, json.loads(entry.body)["outcome"]) == (event.seq, UNKNOWN)
    await store.close()
