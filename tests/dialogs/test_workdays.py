"""Working days and working hours, against the calendar as people know it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.workdays import CLOSES, DANISH, OPENS, is_workday, later, next_workday

NAIVE = (datetime(2024, 1, 1), datetime(2030, 12, 31))  # noqa: DTZ001 - hypothesis adds the zone
MOMENTS = st.datetimes(*NAIVE, timezones=st.just(UTC))


@pytest.mark.parametrize(
    "day",
    [
        "2026-04-02",  # skærtorsdag
        "2026-04-03",  # langfredag
        "2026-04-06",  # 2. påskedag
        "2026-05-14",  # Kristi himmelfartsdag
        "2026-05-25",  # 2. pinsedag
        "2026-06-05",  # Grundlovsdag
        "2026-12-24",
        "2026-12-25",
        "2026-12-31",
        "2027-01-01",
        "2026-11-28",  # Saturday
    ],
)
def test_days_off(day: str) -> None:
    assert not is_workday(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2026-05-01", "2026-04-24", "2026-12-23", "2024-04-26", "2026-11-24"])
def test_days_at_work(day: str) -> None:
    """1 May is a working day, and store bededag has been one from 2024."""
    assert is_workday(date.fromisoformat(day))


def test_a_friday_afternoon_goes_on_on_monday() -> None:
    friday = datetime(2026, 11, 27, 15, 30, tzinfo=DANISH)
    assert later(friday, 1) == datetime(2026, 11, 30, 8, 30, tzinfo=DANISH)


def test_over_christmas() -> None:
    """The 24th and 25th are off, then comes a weekend."""
    assert later(datetime(2026, 12, 23, 15, 0, tzinfo=DANISH), 2) == datetime(2026, 12, 28, 9, 0, tzinfo=DANISH)


@given(MOMENTS, st.integers(0, 200))
def test_later_lies_in_working_time_and_adds_up(start: datetime, hours: int) -> None:
    end = later(start, hours)
    assert end >= start
    assert is_workday(end.date())
    assert OPENS <= end.time() <= CLOSES
    assert later(later(start, hours), 3) == later(start, hours + 3)


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)))
def test_the_next_workday_is_the_nearest(day: date) -> None:
    found = next_workday(day)
    assert is_workday(found)
    assert not any(is_workday(day + timedelta(days=n)) for n in range((found - day).days))
