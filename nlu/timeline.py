"""All days and periods of a text, ranges put together: "fra 1/10 til 31/10" is one period, "mandag i uge 47" is one day."""

import re
from dataclasses import dataclass
from datetime import date

from nlu import calendar_da as cal
from nlu import dates, periods
from nlu.moments import Found
from nlu.normalise import danish, lower

_ANY = re.compile(
    danish(r"\d|dag|går|aft|morge|middag|uge|måned|siden|\bår|\si\sår|fjor|kvartal|tertial|halvår|primo|medio|ultimo|udgang|dato")
    + r"|jan|feb|mar|apr|maj|jun|jul|aug|sep|okt|nov|dec|morrow|yester|day|ago|week|month|quarter|today|tonight|year|slutning"
)
_BETWEEN = re.compile(r"\s*(?:(?P<to>til og med|t\.?o\.?m\.?|til|to|-|–|—)|og|and)\s*(?:den\s|d\.\s?)?$")
_NAMES = frozenset(("maj", "august"))  # months that are also first names where they are written with a capital


@dataclass(frozen=True)
class Moment:
    """A day (`last` is None) or a period, at `start`–`end` of the text."""

    start: int
    end: int
    first: date
    last: date | None


def find(text: str, today: date) -> list[Moment]:
    """The days and periods of `text`, in the order of the text, read on the day `today`."""
    low = lower(text)
    if not _ANY.search(low):
        return []
    found = [item for item in _longest(_everything(low, today)) if not _is_name(item, text, low)]
    return [moment for item in _joined(found, low) if (moment := _moment(item))]


def _everything(low: str, today: date) -> list[Found]:
    items = []
    for rule in (*dates.RULES, *periods.RULES):
        items += [Found(match.start(), match.end(), rule.make(match, today), rule, match) for match in rule.matches(low)]
    return items


def _longest(items: list[Found]) -> list[Found]:
    """What starts first wins, then what is longest; a stretch that names no day (31/2) still keeps shorter readings out."""
    chosen: list[Found] = []
    for item in sorted(items, key=lambda item: (item.start, -item.end)):
        if not chosen or item.start >= chosen[-1].end:
            chosen.append(item)
    return [item for item in chosen if item.value]


def _is_name(item: Found, text: str, low: str) -> bool:
    word = low[item.start : item.end]
    return word in _NAMES and text[item.start].isupper() and not text.isupper()


def _joined(items: list[Found], low: str) -> list[Found | Moment]:
    out: list[Found | Moment] = []
    for item in items:
        before = out[-1] if out else None
        if isinstance(before, Found) and (ends := _range(before, item, low)):
            out[-1] = Moment(before.start, item.end, *ends)
        else:
            out.append(item)
    return out


def _range(one: Found, other: Found, low: str) -> tuple[date, date] | None:
    between = _BETWEEN.fullmatch(low, one.end, other.start)
    if not between or not (between["to"] or "mellem" in low[max(0, one.start - 12) : one.start]):
        return None
    if other.has_year and one.rule.floats and not one.has_year and (end := other.last()):
        one = one.seen_from(date(end.year, 12, 31))
        if (start := one.first()) and start > end:
            one = one.seen_from(date(end.year - 1, 12, 31))
    start = one.first()
    for today in (None, start, start and date(start.year, 12, 31), start and date(start.year + 1, 12, 31)):
        if today and (other.has_year or not other.rule.floats):
            break
        end = (other.seen_from(today) if today else other).last()
        if start and end and start <= end:
            return start, end
    return None


def _moment(item: Found | Moment) -> Moment | None:
    if isinstance(item, Moment):
        return item
    if isinstance(item.value, tuple):
        return Moment(item.start, item.end, *item.value)
    return Moment(item.start, item.end, item.value, None) if item.value else None


def as_period(span: cal.Span) -> dict[str, str]:
    """A span of days as it stands among the entities."""
    return {"start": span[0].isoformat(), "end": span[1].isoformat()}
