"""The calendar's words: names of days and months, and the whole units (week, month, quarter, tertial, half-year, year) around a day."""

from datetime import date, timedelta

from nlu.normalise import fold

Span = tuple[date, date]  # first and last day, both included

WEEKDAYS = ["mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"]
ENGLISH_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
MONTHS = ["januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november", "december"]
SHORT_MONTHS = ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]
MONTHS_IN = {"kvartal": 3, "tertial": 4, "halvår": 6, "år": 12, "måned": 1}

WEEKDAY_OF = {fold(name): number for names in (WEEKDAYS, ENGLISH_WEEKDAYS) for number, name in enumerate(names)}
MONTH_OF = {fold(name): number for names in (MONTHS, SHORT_MONTHS) for number, name in enumerate(names, start=1)} | {"sept": 9}


def make_date(year: int, month: int, day: int) -> date | None:
    """The date, or None where there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def add_months(day: date, months: int) -> date:
    """The same day of another month; the last day of that month where it is shorter."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    for number in (day.day, 30, 29, 28):
        if found := make_date(year, month + 1, min(number, day.day)):
            return found
    raise AssertionError("every month has 28 days")


def months(year: int, first: int, count: int) -> Span:
    """`count` whole months from month `first` of `year`."""
    start = date(year, first, 1)
    return start, add_months(start, count) - timedelta(days=1)


def week(day: date, ahead: int = 0) -> Span:
    """The ISO week of `day`, or the one `ahead` weeks after it, Monday to Sunday."""
    monday = day - timedelta(days=day.weekday()) + timedelta(weeks=ahead)
    return monday, monday + timedelta(days=6)


def iso_week(year: int, number: int) -> Span | None:
    """ISO week `number` of `year`, or None where the year has no such week (53)."""
    try:
        return week(date.fromisocalendar(year, number, 1))
    except ValueError:
        return None


def unit_around(day: date, name: str, ahead: int = 0) -> Span:
    """The calendar unit (a key of `MONTHS_IN`, or "uge") that holds `day`, or the one `ahead` after it."""
    if name == "uge":
        return week(day, ahead)
    size = MONTHS_IN[name]
    first = (day.month - 1) // size * size + 1
    start = add_months(date(day.year, first, 1), ahead * size)
    return months(start.year, start.month, size)


def next_weekday(day: date, weekday: int) -> date:
    """The first such day after `day`, never `day` itself."""
    return day + timedelta(days=(weekday - day.weekday() - 1) % 7 + 1)


def last_weekday(day: date, weekday: int) -> date:
    """The latest such day before `day`, never `day` itself."""
    return day - timedelta(days=(day.weekday() - weekday - 1) % 7 + 1)


def latest_begun(today: date, first_month: int, size: int) -> Span:
    """`size` months from `first_month`, in the latest year in which they have begun by `today`."""
    year = today.year if date(today.year, first_month, 1) <= today else today.year - 1
    return months(year, first_month, size)
