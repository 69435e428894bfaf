"""The few JavaScript calls that encoded queries may hold: `javascript:gs.…`. Nothing is run: known names are looked up."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from simulators.servicenow.sessions import Session
from simulators.servicenow.values import moment, stored

CALL = re.compile(r"javascript:\s*gs\.(\w+)\(([^()]*)\)((?:\.getID\(\)|\.getName\(\))?)\s*;?\s*")
SECOND = timedelta(seconds=1)
STEPS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1)}


def evaluate(text: str, session: Session, now: datetime) -> str | None:
    """What a script gives, as a query's value (moments in UTC, several values with commas); None for one that is not known."""
    found = CALL.fullmatch(text)
    if found is None:
        return None
    name, arguments, tail = found.groups()
    words = [word.strip().strip("'\"") for word in arguments.split(",")] if arguments.strip() else []
    who = {
        "getUserID": session.user,
        "getUserName": session.user_name,
        "getUserDisplayName": session.name,
        "getMyGroups": ",".join(sorted(session.groups)),
        "getUser": {".getID()": session.user, ".getName()": session.user_name}.get(tail),
    }
    if name in who:
        return who[name]
    if name == "dateGenerate":
        at = moment(" ".join(words))
    else:
        try:
            at = calendar(name, words, now.astimezone(session.zone))
        except (OverflowError, ValueError):
            return None
    return stored(at) if at else None


def calendar(name: str, words: list[str], now: datetime) -> datetime | None:
    """The moment of `daysAgoStart(2)`, `beginningOfThisMonth()` and their like, in the zone of `now`."""
    if name in {"now", "nowDateTime", "nowNoTZ"}:
        return now
    if found := re.fullmatch(r"(minutes|hours|days|months|quarters|years)Ago(Start|End)?", name):
        return ago(found[1], found[2] or "", int(words[0]) if words else 0, now)
    if found := re.fullmatch(r"(beginningOf|endOf)(?:(This|Last|Next)(Week|Month|Quarter|Year)|(Today|Yesterday|Tomorrow))", name):
        shift = {"Last": -1, "Next": 1, "Yesterday": -1, "Tomorrow": 1}.get(found[2] or found[4], 0)
        return edge((found[3] or "Day").lower(), shift, now, end=found[1] == "endOf")
    return None


def ago(unit: str, side: str, count: int, now: datetime) -> datetime:
    """`count` units before now; with a side, the first or last moment of that unit."""
    if not side:
        return (now - STEPS[unit] * count) if unit in STEPS else months(now, -count * SIZES.get(unit[:-1], 1))
    if unit in {"minutes", "hours"}:
        at = (now - STEPS[unit] * count).replace(second=0, microsecond=0)
        at = at.replace(minute=0) if unit == "hours" else at
        return at + STEPS[unit] - SECOND if side == "End" else at
    return edge(unit[:-1], -count, now, end=side == "End")


SIZES = {"month": 1, "quarter": 3, "year": 12}


def edge(unit: str, shift: int, now: datetime, *, end: bool) -> datetime:
    """The first or the last second of the unit that is `shift` units from now."""
    first = START[unit](now.replace(hour=0, minute=0, second=0, microsecond=0))
    if unit in SIZES:
        begins, ends = months(first, shift * SIZES[unit]), months(first, (shift + 1) * SIZES[unit])
    else:
        days = 7 if unit == "week" else 1
        begins, ends = first + timedelta(days=days * shift), first + timedelta(days=days * (shift + 1))
    return (ends.astimezone(UTC) - SECOND) if end else begins


START: dict[str, Callable[[datetime], datetime]] = {
    "day": lambda at: at,
    "week": lambda at: at - timedelta(days=at.weekday()),
    "month": lambda at: at.replace(day=1),
    "quarter": lambda at: at.replace(month=at.month - (at.month - 1) % 3, day=1),
    "year": lambda at: at.replace(month=1, day=1),
}


def months(at: datetime, count: int) -> datetime:
    """That many months later; on the last day of a month that is shorter."""
    year, month = divmod(at.year * 12 + at.month - 1 + count, 12)
    for day in range(at.day, 27, -1):
        try:
            return at.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    return at.replace(year=year, month=month + 1)
