"""The operators of encoded queries that know the calendar: RELATIVE…, DATEPART, MORETHAN, LESSTHAN."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from simulators.servicenow.scripts import months
from simulators.servicenow.values import moment, stored

RELATIVE = re.compile(r"@(minute|hour|dayofweek|day|week|month|quarter|year)@(ago|ahead)@(\d{1,5})")
DIFFERENCE = re.compile(r"(minute|hour|day|dayofweek|week|month|quarter|year)@(before|after|before or after)@(\d{1,5})")
PART = re.compile(r"(?:[^@]*@)?(?:javascript:)?gs\.datePart\('(\w+)','(\w+)','(EE|LT|GT|LE|GE)'\)")
LENGTHS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "dayofweek": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
    "quarter": timedelta(days=91),
    "year": timedelta(days=365),
}
MONTHS = {"month": 1, "quarter": 3, "year": 12}
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NAMES = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
SIGNS: dict[str, Callable[[int], bool]] = {
    "GT": lambda sign: sign > 0,
    "LT": lambda sign: sign < 0,
    "GE": lambda sign: sign >= 0,
    "LE": lambda sign: sign <= 0,
    "EE": lambda sign: sign == 0,
}


def relative(sign: str, text: str, now: datetime) -> Callable[[str], bool] | None:
    """`RELATIVEGT` with `@hour@ago@1`: later than an hour ago. None for what is no such text."""
    found = RELATIVE.fullmatch(text)
    if found is None:
        return None
    unit, way, count = found[1], -1 if found[2] == "ago" else 1, int(found[3])
    try:
        limit = months(now, way * count * MONTHS[unit]) if unit in MONTHS else now + way * count * LENGTHS[unit]
    except (OverflowError, ValueError):
        return None
    kind = sign.removeprefix("RELATIVE")
    edge = stored(limit)[: 10 if kind == "EE" else 19]
    return lambda value: value != "" and SIGNS[kind]((value[: len(edge)] > edge) - (value[: len(edge)] < edge))


def differs(sign: str, text: str) -> Callable[[str, str], bool] | None:
    """`MORETHAN` or `LESSTHAN` with `day@after@3`: more or less than three days after the other column."""
    found = DIFFERENCE.fullmatch(text)
    if found is None:
        return None
    limit, way = int(found[3]) * LENGTHS[found[1]], found[2]

    def test(value: str, other: str) -> bool:
        first, second = moment(value), moment(other)
        if first is None or second is None:
            return False
        gap = first - second
        gap = abs(gap) if " or " in way else gap if way == "after" else -gap
        return gap > limit if sign == "MORETHAN" else timedelta(0) <= gap < limit

    return test


def date_part(text: str, zone: ZoneInfo) -> Callable[[str], bool] | None:
    """`Monday@javascript:gs.datePart('dayofweek','monday','EE')`: by a part of the date in the user's zone."""
    found = PART.fullmatch(text)
    if found is None:
        return None
    part, wanted, sign = found[1], found[2].lower(), SIGNS[found[3]]
    number = (
        DAYS.index(wanted)
        if wanted in DAYS
        else NAMES.index(wanted) + 1
        if wanted in NAMES
        else int(wanted)
        if wanted.isdecimal()
        else None
    )
    parts: dict[str, Callable[[datetime], int]] = {
        "dayofweek": lambda at: at.weekday(),
        "month": lambda at: at.month,
        "year": lambda at: at.year,
        "hour": lambda at: at.hour,
        "dayofmonth": lambda at: at.day,
    }
    if number is None or part not in parts:
        return None

    def test(value: str) -> bool:
        at = moment(value)
        has = parts[part](at.astimezone(zone)) if at else None
        return has is not None and sign((has > number) - (has < number))

    return test
