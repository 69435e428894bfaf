"""Periods in Danish text: "uge 47", "sidste måned", "oktober", "3. kvartal", "Q3 2026", "2. tertial", "fra 1/10 til 31/10", "i 2025".

A month, quarter, tertial or half-year without a year is the latest one that has begun; a week without a year is one of the year of today.
Both ends of a period are included.
"""

from datetime import date

from nlu import calendar_da as cal
from nlu.moments import AHEAD, MONTH, MONTH_NAME, WHICH, YEAR, Make, Match, Value, group, month_of, rule, year_of
from nlu.normalise import fold
from nlu.numerals import value

_TO = r"\s?(?:-|–|til(?:\sog\smed)?|t\.?o\.?m\.?|og)\s?"
_THE = r"(?:(?:den|d\.?)\s?)?"
_NTH = r"(?P<n>[1-4]|første|anden|tredje|tredie|fjerde)\.?"
_UNIT = r"(?:kvartal|kvt|kv\b|tertial|halvår)"


def _weeks(match: Match, today: date) -> Value:
    year, number, until = year_of(match, today), int(group(match, "w", "w3")), group(match, "w2")
    over_new_year = bool(until) and int(until) < number and not group(match, "y", "y2")
    first = cal.iso_week(year, number)
    last = cal.iso_week(year + over_new_year, int(until)) if until else first
    return (first[0], last[1]) if first and last and first <= last else None


def _around(match: Match, today: date) -> Value:
    name = next(name for name in ("uge", *cal.MONTHS_IN) if fold(match["unit"]).startswith(fold(name)))
    return cal.unit_around(today, name, AHEAD[fold(match["which"])])


def _english_around(match: Match, today: date) -> Value:
    name = {"week": "uge", "month": "måned", "quarter": "kvartal", "year": "år"}[match["unit"]]
    return cal.unit_around(today, name, {"last": -1, "this": 0, "next": 1}[match["which"]])


def _month(match: Match, today: date) -> Value:
    month = month_of(match["m"])
    return cal.months(year_of(match, today), month, 1) if group(match, "y", "y2") else cal.latest_begun(today, month, 1)


def _month_range(match: Match, today: date) -> Value:
    first, last = month_of(match["m"]), month_of(match["m2"])
    if match["y"]:
        year = int(match["y"])
        return cal.months(year - (first > last), first, 1)[0], cal.months(year, last, 1)[1]
    start = cal.latest_begun(today, first, 1)[0]
    return start, cal.months(start.year + (first > last), last, 1)[1]


def _part(match: Match, today: date) -> Value:
    """A quarter, tertial or half-year; with n2 all from the one to the other."""
    kind = fold(group(match, "unit"))
    size = 4 if kind.startswith("t") else 6 if kind.startswith("h") else 3
    first = value(match["n"])
    last = value(group(match, "n2") or match["n"])
    if not first <= last <= 12 // size:
        return None
    start_month, length = (first - 1) * size + 1, (last - first + 1) * size
    if group(match, "y", "y2"):
        return cal.months(year_of(match, today), start_month, length)
    return cal.latest_begun(today, start_month, length)


def _years(match: Match, _today: date) -> Value:
    first = int(match["y"])
    last = int(group(match, "to") or first)
    return (date(first, 1, 1), date(last, 12, 31)) if first <= last else None


def _this_year(ahead: int) -> Make:
    return lambda _match, today: cal.unit_around(today, "år", ahead)


def _days_of_month(match: Match, today: date) -> Value:
    month = month_of(match["m"]) if not match["m"].isdecimal() else int(match["m"])
    year = year_of(match, today)
    first, last = cal.make_date(year, month, value(match["d"])), cal.make_date(year, month, value(match["d2"]))
    return (first, last) if first and last and first <= last else None


RULES = [
    rule(
        rf"(?:uge(?:rne)?|u\.|week)\s?(?P<w>\d{{1,2}})(?:{_TO}(?:uge\s?)?(?P<w2>\d{{1,2}}))?(?:(?:,?\s(?:i\s)?|/)(?P<y>20\d\d))?(?!\s?[./]?\d)",
        _weeks, "u", "week", floats=True,
    ),
    rule(r"(?P<y>20\d\d)-?w(?P<w3>\d\d)", _weeks, "w"),
    rule(rf"(?:i\s)?{WHICH}\s(?P<unit>uges?|måneds?|kvartals?|tertials?|halvårs?|års?)", _around, "uge", "ned", "kvartal", "tertial", "år", "aar"),
    rule(r"(?P<which>last|this|next)\s(?P<unit>week|month|quarter|year)", _english_around, "week", "month", "quarter", "year"),
    rule(r"(?:hele\s)?(?:i|dette)\sår|år\stil\sdato", _this_year(0), "år", "aar"),
    rule(r"i\sfjor", _this_year(-1), "fjor"),
    rule(
        rf"{_THE}(?P<d>\d{{1,2}})\.?{_TO}{_THE}(?P<d2>\d{{1,2}})\.?\s?(?P<m>{MONTH})(?:\s(?P<y>{YEAR}))?",
        _days_of_month, *cal.SHORT_MONTHS, floats=True,
    ),
    rule(
        rf"{_THE}(?P<d>\d{{1,2}})\.?\s?(?:-|–|til(?:\sog\smed)?)\s?{_THE}(?P<d2>\d{{1,2}})/(?P<m>\d{{1,2}})(?:[-/ ](?P<y>20\d\d))?",
        _days_of_month, "/", floats=True,
    ),
    rule(rf"(?P<m>{MONTH})s?\s?(?:-|–|til(?:\sog\smed)?|t\.?o\.?m\.?)\s?(?P<m2>{MONTH})(?:\s(?P<y>{YEAR}))?", _month_range, *cal.SHORT_MONTHS),
    rule(
        rf"(?:{MONTH_NAME.replace('(?:', '(?P<m>', 1)})s?(?:\småned)?(?:,?\s(?:i\s)?(?P<y>{YEAR})|\s?'(?P<y2>\d\d))?",
        _month, *cal.SHORT_MONTHS, floats=True,
    ),
    rule(rf"(?P<m>okt|nov|dec|feb|aug|sept|sep|apr)\b\.?(?:\s(?P<y>{YEAR}))?", _month, *cal.SHORT_MONTHS, floats=True),
    rule(rf"(?P<m>jan|mar|jun|jul)\b\.?\s(?P<y>{YEAR})", _month, *cal.SHORT_MONTHS),
    rule(
        rf"{_NTH}(?:{_TO}(?P<n2>[1-4]|anden|tredje|fjerde)\.?)?\s?(?P<unit>{_UNIT})s?\.?(?:,?\s(?:i\s)?(?P<y>{YEAR}))?",
        _part, "kv", "tertial", "halv", floats=True,
    ),
    rule(rf"(?P<unit>kvartal|tertial|halvår)\s(?P<n>[1-4])(?:\s(?P<y>{YEAR}))?", _part, "kv", "tertial", "halv", floats=True),
    rule(rf"(?P<unit>)q(?P<n>[1-4])(?:{_TO}q?(?P<n2>[1-4])(?!\d))?(?:[\s/-]{{0,3}}(?P<y>20\d\d)|\s?'(?P<y2>\d\d))?", _part, "q", floats=True),
    rule(r"(?P<unit>[ht])(?P<n>[1-3])\s(?P<y>20\d\d)", _part, "h", "t"),
    rule(rf"(?P<y>{YEAR})\s?[-/]?\s?(?P<unit>[qht])(?P<n>[1-4])", _part, "q", "h", "t"),
    rule(
        rf"(?:(?:i|for|hele|året|år|fra|siden|regnskabsåret|kalenderåret|budgetåret|budgettet\sfor)\s)+(?P<y>20\d\d)(?:{_TO}(?P<to>20\d\d))?(?!-?\d)",
        _years, "20",
    ),
]  # fmt: skip
