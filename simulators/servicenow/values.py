"""Values as the instance keeps them (strings, UTC) and as a person sees them (labels, zone, format)."""

import re
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from zoneinfo import ZoneInfo

from simulators.servicenow.columns import Column

STORED = "%Y-%m-%d %H:%M:%S"
DAY = "%Y-%m-%d"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SYS_ID = re.compile(r"[0-9a-f]{32}")
FORMATS = {"yyyy-MM-dd": "%Y-%m-%d", "dd-MM-yyyy": "%d-%m-%Y", "MM-dd-yyyy": "%m-%d-%Y", "dd/MM/yyyy": "%d/%m/%Y", "dd.MM.yyyy": "%d.%m.%Y"}
UNITS = {  # seconds and names, in English and Danish, one and many
    86400: (("Day", "Days"), ("dag", "dage")),
    3600: (("Hour", "Hours"), ("time", "timer")),
    60: (("Minute", "Minutes"), ("minut", "minutter")),
    1: (("Second", "Seconds"), ("sekund", "sekunder")),
}


def identity(*parts: object) -> str:
    """A sys_id made from its parts: the same at every start."""
    return blake2b("|".join(map(str, parts)).encode(), digest_size=16).hexdigest()


def stored(moment: datetime) -> str:
    """A moment as the instance keeps it: UTC, without T and Z."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "seconds")


def moment(text: str, zone: ZoneInfo | None = None, form: str = STORED) -> datetime | None:
    """The moment that a text means, in UTC; read in `zone`. A day alone is its midnight. None for anything else."""
    for one in (form, form.partition(" ")[0]):
        try:
            return datetime.strptime(text, one).replace(tzinfo=zone or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def day(text: str) -> date | None:
    """The day that a text begins with, or None."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def seconds(text: str) -> int | None:
    """The length of a duration: kept as the epoch plus it, `1970-01-01 00:02:17`."""
    found = moment(text)
    return None if found is None else max(0, int((found - EPOCH).total_seconds()))


def duration(length: float) -> str:
    """A length in seconds as the instance keeps it."""
    return stored(EPOCH + timedelta(seconds=min(max(0, int(length)), 10**9)))


def spoken(length: int, language: str) -> str:
    """A length in seconds in words: its two largest units, no seconds beside minutes."""
    words: list[str] = []
    length -= length % 60 if length >= 60 else 0
    for size, names in UNITS.items():
        many, length = divmod(length, size)
        if many and len(words) < 2:
            words.append(f"{many} {names[language == 'da'][many != 1]}")
    return " ".join(words)


def number(text: str) -> float | None:
    """The number that a text is, or None. Neither infinity nor NaN."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if abs(found) < 1e15 else None


def kept(column: Column, value: object) -> str | None:
    """What is stored of a JSON value sent for a column; None for a value that cannot be (an object, a list)."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        return None
    text = str(value)[: column.length] if column.kind != "list" else str(value)
    return cleaned(column, text)


def cleaned(column: Column, text: str) -> str:
    """A text made fit for its column; what does not fit becomes empty."""
    if column.kind == "bool":
        return "true" if text.lower() in {"true", "1", "yes"} else "false"
    if column.kind in {"int", "ichoice", "dec"}:
        return rounded(column.kind, text)
    if column.kind in {"dt", "dur"}:
        found = moment(text)
        return stored(found) if found else ""
    if column.kind == "date":
        found_day = day(text)
        return found_day.isoformat() if found_day else ""
    return text


def rounded(kind: str, text: str) -> str:
    """A number as text."""
    found = number(text)
    if found is None:
        return ""
    return str(int(found)) if kind != "dec" or found.is_integer() else str(found)
