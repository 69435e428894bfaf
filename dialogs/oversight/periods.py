"""Periods of a tilsyn: as a command writes them, as people say them, and the last whole one of its frequency."""

import calendar
import re
from datetime import date, timedelta

from connectors.datasets import Period
from dialogs import texts
from dialogs.oversight.heads import Often

MONTHS = {"måned": 1, "kvartal": 3, "tertial": 4, "halvår": 6, "år": 12}
WRITTEN = re.compile(r"(\d{4})(?:-(?:(Q|T|H|W)(\d{1,2})|(\d{2})))?", re.I)
LETTERS = {"Q": 3, "T": 4, "H": 6}


def months(year: int, month: int, length: int) -> Period:
    """So many months from the first of that month. Raises ValueError for a month that is none."""
    first, end = date(year, month, 1), month + length - 1
    return Period(first, date(year, end, calendar.monthrange(year, end)[1]))


def written(text: str) -> Period:
    """2026, 2026-09, 2026-Q3, 2026-T2, 2026-H1, 2026-W47. Raises ValueError (Danish)."""
    match = WRITTEN.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError(text)  # noqa: TRY301 - said below, with those that are no days of the calendar
        year, letter, number, month = int(match[1]), (match[2] or "").upper(), int(match[3] or 0), int(match[4] or 0)
        if letter == "W":
            return Period(date.fromisocalendar(year, number, 1), date.fromisocalendar(year, number, 7))
        if letter:
            return months(year, (number - 1) * LETTERS[letter] + 1, LETTERS[letter])
        return months(year, month, 1) if match[4] else months(year, 1, 12)
    except (ValueError, calendar.IllegalMonthError):
        raise ValueError(f"”{text}” er ikke en periode. Skriv fx 2026-Q3, 2026-09 eller 2026.") from None


def last_whole(often: Often, today: date) -> Period:
    """The last period of that frequency that is over."""
    if often == "uge":
        monday = today - timedelta(days=today.weekday() + 7)
        return Period(monday, monday + timedelta(days=6))
    length = MONTHS[often]
    begun = months(today.year, (today.month - 1) // length * length + 1, length).first
    end = begun - timedelta(days=1)
    return months(end.year, end.month - length + 1, length)


def previous(period: Period) -> Period:
    """The period of the same length before it."""
    first, last = period.first, period.last
    if first.day != 1 or (last + timedelta(days=1)).day != 1:
        days = last - first + timedelta(days=1)
        return Period(first - days, last - days)
    length = (last.year - first.year) * 12 + last.month - first.month + 1
    year, month = divmod(first.year * 12 + first.month - 1 - length, 12)
    return Period(date(year, month + 1, 1), first - timedelta(days=1))


def year_before(period: Period) -> Period:
    """The same days a year earlier; a month that is whole stays whole."""
    after = period.last + timedelta(days=1)
    end = after.replace(year=after.year - 1) if (after.month, after.day) != (2, 29) else date(after.year - 1, 3, 1)
    first = period.first if (period.first.month, period.first.day) != (2, 29) else period.first.replace(day=28)
    return Period(first.replace(year=first.year - 1), end - timedelta(days=1))


def said(period: Period) -> str:
    """3. kvartal 2026 · september 2026 · uge 47 2026 · 2026 · 1.9.2026-15.10.2026."""
    first, last = period.first, period.last
    if (last - first).days == 6 and first.weekday() == 0:
        year, week, _ = first.isocalendar()
        return f"uge {week} {year}"
    length = (last.year - first.year) * 12 + last.month - first.month + 1
    whole = first.day == 1 and last == months(last.year, last.month, 1).last and first.year == last.year
    names = {3: "kvartal", 4: "tertial", 6: "halvår"}
    if whole and length == 1:
        return f"{texts.MONTHS[first.month - 1]} {first.year}"
    if whole and length == 12:
        return str(first.year)
    if whole and length in names and (first.month - 1) % length == 0:
        return f"{(first.month - 1) // length + 1}. {names[length]} {first.year}"
    return f"{short(first)}-{short(last)}"


def short(day: date) -> str:
    """1.9.2026."""
    return f"{day.day}.{day.month}.{day.year}"
