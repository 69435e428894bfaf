"""Single days in Danish text: "i forgårs", "på fredag", "d. 3/12", "den tredje december", "om tre uger", "ultimo november".

A day and a month without a year belong to the year of today. What names no day (31/2) finds nothing.
"""

from datetime import date, timedelta

from nlu import calendar_da as cal
from nlu.moments import AHEAD, MONTH, MONTH_NAME, NUMBER, WEEKDAY, WHICH, YEAR, Make, Match, Value, group, month_of, rule, year_of
from nlu.normalise import fold
from nlu.numerals import ORDINAL, value

_UNIT = r"(?P<unit>dage?|døgn|uger?|måned(?:er)?|år|days?|weeks?|months?)"
_THE = r"(?:\b(?:den|d\.?)\s?)"
_ON = rf"(?:(?:(?:på|i)\s)?{WEEKDAY}s?,?\s)?"  # a weekday that a full date makes superfluous
_OF_DAY = r"(?:\s(?:morgen|formiddag|middag|eftermiddag|aften))?"
_ENGLISH = "|".join(cal.ENGLISH_WEEKDAYS)


def _shift(day: date, amount: int, unit: str) -> date | None:
    try:
        if unit[0] in "uw":
            return day + timedelta(weeks=amount)
        if unit[0] == "d":
            return day + timedelta(days=amount)
        return cal.add_months(day, amount * (12 if unit[0] in "åa" else 1))
    except (OverflowError, ValueError):
        return None  # before the year 1 or after 9999


def _amount(match: Match) -> int:
    return 1 if match["n"] == "a" else value(match["n"])


def _ahead(match: Match, today: date) -> Value:
    return _shift(today, _amount(match), match["unit"])


def _ago(match: Match, today: date) -> Value:
    return _shift(today, -_amount(match), match["unit"])


def _plus(days: int) -> Make:
    return lambda _match, today: _shift(today, days, "d")


def _numeric(match: Match, today: date) -> Value:
    if match.group().replace(" ", "") == "24/7":
        return None  # round the clock, not a day in July
    return cal.make_date(year_of(match, today), int(match["m"]), int(match["d"]))


def _named(match: Match, today: date) -> Value:
    return cal.make_date(year_of(match, today), month_of(match["m"]), value(match["d"]))


def _day_of_this_month(match: Match, today: date) -> Value:
    return cal.make_date(today.year, today.month, value(match["d"]))


def _weekday(match: Match) -> int:
    return cal.WEEKDAY_OF[fold(match["wd"])]


def _day_in_week(match: Match, today: date) -> Value:
    number = group(match, "week")
    span = cal.iso_week(today.year, int(number)) if number else cal.week(today, AHEAD[fold(match["which"])])
    return span[0] + timedelta(days=_weekday(match)) if span else None


def _next(match: Match, today: date) -> Value:
    weeks = {"8": 1, "otte": 1, "14": 2, "fjorten": 2}.get(group(match, "later"), 0)
    return cal.next_weekday(today, _weekday(match)) + timedelta(weeks=weeks)


def _last(match: Match, today: date) -> Value:
    return cal.last_weekday(today, _weekday(match))


def _part_of_month(match: Match, today: date) -> Value:
    first, last = cal.months(year_of(match, today), month_of(match["m"]), 1)
    day = {"primo": 1, "medio": 15}.get(group(match, "part"))
    return first.replace(day=day) if day else last


def _end_of(match: Match, today: date) -> Value:
    name = next(name for name in ("uge", *cal.MONTHS_IN) if fold(match["unit"]).startswith(fold(name)))
    return cal.unit_around(today, name)[1]


RULES = [
    rule(rf"(?P<y>{YEAR})-(?P<m>\d\d)-(?P<d>\d\d)", _numeric, "-"),
    rule(
        rf"{_ON}{_THE}?(?P<d>\d{{1,2}})\s?/\s?(?P<m>\d{{1,2}})(?:\s?[-/.]\s?(?P<y>20\d\d|[23]\d)(?![/.]\d)|\s(?P<y2>20\d\d))?",
        _numeric, "/", floats=True,
    ),
    rule(rf"{_ON}{_THE}?(?P<d>\d{{1,2}})(?P<s>[.-])(?P<m>\d{{1,2}})(?P=s)(?P<y>{YEAR}|[23]\d)", _numeric, ".", "-"),
    rule(rf"{_ON}{_THE}(?P<d>\d{{1,2}})\.(?P<m>\d{{1,2}})\.?", _numeric, "d", floats=True),
    rule(
        rf"{_ON}{_THE}?(?P<d>\d{{1,2}}|{ORDINAL})\.?\s?(?:i\s)?(?P<m>{MONTH})(?:\s(?P<y>{YEAR})|\s?'(?P<y2>\d\d))?",
        _named, *cal.SHORT_MONTHS, floats=True,
    ),
    rule(rf"(?P<m>{MONTH_NAME})\s(?P<d>\d{{1,2}})(?:st|nd|rd|th)(?:,?\s(?P<y>{YEAR}))?", _named, "st", "nd", "rd", "th", floats=True),
    rule(rf"(?:sidste\sdag|den\ssidste)\s(?:i\s)?(?P<m>{MONTH})(?:\s(?P<y>{YEAR}))?", _part_of_month, "sidste"),
    rule(rf"(?P<part>primo|medio|ultimo|udgangen\saf)\s(?P<m>{MONTH})(?:\s(?P<y>{YEAR}))?", _part_of_month, "imo", "medio", "udgang"),
    rule(r"udgangen\saf\s(?P<unit>ugen|måneden|kvartalet|tertialet|halvåret|året)", _end_of, "udgang"),
    rule(r"(?P<unit>ugens|månedens|kvartalets|tertialets|halvårets|årets)\s(?:udgang|slutning)", _end_of, "udgang", "slutning"),
    rule(rf"(?:på\s|om\s)?(?P<wd>{WEEKDAY})s?{_OF_DAY}\s(?:i\s)?(?:{WHICH}\suge|uge\s?(?P<week>\d{{1,2}}))", _day_in_week, "uge"),
    rule(rf"(?:i\s)?{WHICH}\suges?\s(?P<wd>{WEEKDAY})", _day_in_week, "uge"),
    rule(rf"i\s(?P<wd>{WEEKDAY})s", _last, "dags"),
    rule(rf"(?:i\s)?(?:sidste|forrige|seneste)\s(?P<wd>{WEEKDAY})", _last, "dag"),
    rule(rf"last\s(?P<wd>{_ENGLISH})", _last, "last"),
    rule(
        rf"(?<!god\s)(?<!er\s)(?<!er\sdet\s)(?<!det\ser\s)(?<!glad\s)(?<!hver\s)(?<!\sden\s)(?<!\sen\s)(?:på\s|næste\s|kommende\s|førstkommende\s)?(?P<wd>{WEEKDAY}){_OF_DAY}"
        r"(?:\s(?:om\s)?(?P<later>8|otte|14|fjorten)\sdage)?",
        _next, "dag", floats=True,
    ),
    rule(rf"(?:on|by|until|from|to|before|next|this)\s(?P<wd>{_ENGLISH})", _next, "day", floats=True),
    rule(r"dags\sdato|(?<!tak\sfor\s)i\s?dag|today|tonight|this\smorning", _plus(0), "dag", "dato", "to", "this"),
    rule(r"i\s(?:aften|morges|formiddags|eftermiddags|eftermiddag|formiddag)", _plus(0), "aften", "morges", "middag"),
    rule(r"i\s?overmorgen|overmorgen|day\safter\stomorrow", _plus(2), "overmorgen", "after"),
    rule(r"i\s?morgen|tomorrow", _plus(1), "mor"),
    rule(r"(?:i\s?)?forgårs|day\sbefore\syesterday", _plus(-2), "forg", "before"),
    rule(r"i\s?går(?:\s(?:aftes|morges|eftermiddags|formiddags|eftermiddag|formiddag))?|i\saftes|yesterday", _plus(-1), "går", "gaar", "aftes", "yester"),
    rule(rf"(?:om|in)\s(?P<n>{NUMBER}|a)\s(?:hele\s|gode\s)?{_UNIT}(?!\ssiden)", _ahead, "om ", "in "),
    rule(rf"(?P<n>{NUMBER})\s{_UNIT}\sfra\s(?:nu|i\sdag)", _ahead, "fra "),
    rule(
        rf"(?:for\s)?(?:over\s|snart\s|cirka\s|ca\.?\s|omkring\s)?(?P<n>{NUMBER})\s(?:hele\s|gode\s)?{_UNIT}\s(?:siden|ago)",
        _ago, "siden", "ago",
    ),
    rule(
        rf"den\s(?P<d>\d{{1,2}}|{ORDINAL})\.?(?=\s*(?:$|[,;!?)]|kl\b|klokken|ds\b|i\sdenne\småned))",
        _day_of_this_month, "den ",
    ),
    rule(r"d\.\s?(?P<d>\d{1,2})\.?(?![./-]?\d)", _day_of_this_month, "d."),
]  # fmt: skip
