"""Danish working days: Monday to Friday, and no day that the municipality is closed.

The public holidays are the law's (lov nr. 214 af 2023 took store bededag away from 2024). Grundlovsdag, 24 and 31 December are days off by
agreement; 1 May is not. All clock times are Danish (Europe/Copenhagen).
"""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

DANISH = ZoneInfo("Europe/Copenhagen")
OPENS, CLOSES = time(8), time(16)
BY_AGREEMENT = ((6, 5), (12, 24), (12, 31))  # month and day


@cache
def closed(year: int) -> frozenset[date]:
    """The days of a year on which nobody works, weekends aside."""
    import holidays  # 0.1 s, and most turns need no calendar

    return frozenset(holidays.country_holidays("DK", years=year)) | {date(year, month, day) for month, day in BY_AGREEMENT}


def is_workday(day: date) -> bool:
    """Whether people are at work that day."""
    return day.weekday() < 5 and day not in closed(day.year)


def later(start: datetime, hours: float) -> datetime:
    """The moment when that many working hours (8–16 on working days) have gone since `start` (aware); in Danish time.

    Hours are counted on the clock; no working hours lie in the night in which the clocks change.
    """
    moment, left = start.astimezone(DANISH), timedelta(hours=hours)
    while True:
        day = moment.date()
        opens, closes = (datetime.combine(day, at, DANISH) for at in (OPENS, CLOSES))
        moment = max(moment, opens)
        if is_workday(day) and moment < closes:
            if left <= closes - moment:
                return moment + left
            left -= closes - moment
        moment = datetime.combine(day + timedelta(days=1), OPENS, DANISH)


def next_workday(day: date) -> date:
    """That day if people work on it, else the first one after it on which they do."""
    while not is_workday(day):
        day += timedelta(days=1)
    return day


def workday(day: date, number: int) -> date:
    """The working day that comes so many working days after a day; before it, where the number is negative. 0: the day itself."""
    for _ in range(abs(number)):
        day += timedelta(days=1 if number > 0 else -1)
        while not is_workday(day):
            day += timedelta(days=1 if number > 0 else -1)
    return day
