"""Jobs by the calendar: each night one, with three processes, with none for days, and in the nights when the clock is changed."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from jobs.engine import Schedule
from jobs.tables import ABOUT
from tests.jobs.toy_house import House, until
from tests.jobs.toy_jobs import nightly, order

DAY = timedelta(days=1)
FORWARD, BACK = date(2027, 3, 28), date(2027, 10, 31)  # there is no 2.30; there is one twice


def seen(house: House) -> None:
    """Until somebody has looked: a schedule begins with the first night after that."""
    until(lambda: house.run_data(select(ABOUT).where(ABOUT.c.name == "schedule nightly")))


def test_each_night_once_with_three_processes(any_house: House) -> None:
    house = any_house
    house.clock(datetime(2027, 3, 26, 12, tzinfo=UTC))
    children = [house.child(missed="newest") for _ in range(3)]
    seen(house)
    for first in (date(2027, 3, 27), BACK - DAY):
        for day in (first, first + DAY, first + 2 * DAY):
            house.clock(datetime(day.year, day.month, day.day, 0, 29, tzinfo=UTC))  # 1.29 or 2.29: not yet
            assert house.keys("call")[f"night {day}/a"] == 0
            house.clock(datetime(day.year, day.month, day.day, 1, 31, tzinfo=UTC))  # 2.31, or later
            children[0].done(f"night {day}")
    assert set(house.keys("call").values()) == {1}
    assert len(house.keys("call")) == 6  # of the months between the two the newest night alone, which is the first of the second three


@pytest.mark.parametrize("missed", ["all", "newest"])
def test_what_was_missed_while_all_were_down(house: House, missed: Literal["all", "newest"]) -> None:
    house.clock(datetime(2027, 10, 28, 12, tzinfo=UTC))
    first = house.child(missed=missed)
    seen(house)
    house.clock(datetime(2027, 10, 29, 12, tzinfo=UTC))
    first.done("night 2027-10-29")
    first.stop()
    house.clock(datetime(2027, 11, 1, 12, tzinfo=UTC))  # three nights later, the one of the change among them
    children = [house.child(missed=missed) for _ in range(2)]
    children[0].done("night 2027-11-01")
    wanted = {"night 2027-10-29/a", "night 2027-11-01/a"} | ({"night 2027-10-30/a", "night 2027-10-31/a"} if missed == "all" else set())
    until(lambda: set(house.keys("call")) == wanted)
    assert set(house.keys("call").values()) == {1}
    assert children[1].start("night 2027-10-31", [["a", "write"]]) is (missed == "newest")  # its key alone says whether it was


DATES = st.dates(date(2026, 1, 1), date(2031, 12, 31))


@given(DATES, st.times(), st.lists(st.timedeltas(timedelta(0), 3 * DAY), min_size=1, max_size=30))
def test_no_day_is_lost_or_doubled(first: date, at: time, looks: list[timedelta]) -> None:
    schedule = Schedule("x", at, bool, lambda day: order(str(day), []))
    now, last, found = schedule.moment(first), first, [first]
    for later in looks:
        now += later
        due = schedule.due(last, now)
        found += due
        last = due[-1] if due else last
    assert found == [first + DAY * number for number in range(len(found))]
    assert schedule.moment(last) <= now < schedule.moment(last + DAY)


def test_the_nights_of_the_clocks_change() -> None:
    assert nightly("all").moment(FORWARD) == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # half past three, as the clocks say
    assert nightly("all").moment(BACK) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)  # the first of the two
