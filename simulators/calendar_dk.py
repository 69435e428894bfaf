"""Danish days off, for the simulated world."""

from datetime import date, timedelta
from functools import cache

import holidays


@cache
def days_off(year: int) -> frozenset[date]:
    """The public holidays of a year."""
    return frozenset(holidays.country_holidays("DK", years=year))


def is_workday(day: date) -> bool:
    """Monday to Friday and no public holiday."""
    return day.weekday() < 5 and day not in days_off(day.year)


def workdays(first: date, last: date) -> list[date]:
    """All workdays of a stretch, both ends included."""
    return [day for n in range((last - first).days + 1) if is_workday(day := first + timedelta(days=n))]
