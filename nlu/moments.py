"""What the grammar of dates and periods is built of: a rule, and a place in a text where a rule fits."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from nlu import calendar_da as cal
from nlu.normalise import danish, fold
from nlu.numerals import CARDINAL, either

Match = re.Match[str]
Value = date | cal.Span | None
Make = Callable[[Match, date], Value]

WEEKDAY = either(cal.WEEKDAYS)
MONTH_NAME = either(cal.MONTHS)
MONTH = f"(?:{MONTH_NAME}|(?:{'|'.join(cal.SHORT_MONTHS)}|sept)\\b\\.?)"
NUMBER = rf"(?:\d{{1,3}}|{CARDINAL})"
YEAR = r"(?:(?:19|20)\d\d)"
AHEAD = {
    "naeste": 1,
    "kommende": 1,
    "denne": 0,
    "dette": 0,
    "indevaerende": 0,
    "sidste": -1,
    "forrige": -1,
    "seneste": -1,
    "foregaaende": -1,
}
WHICH = r"(?P<which>næste|kommende|denne|dette|indeværende|sidste|forrige|seneste|foregående)"


@dataclass(frozen=True)
class Rule:
    """A pattern and what it means on a given day. It is tried where one of `needs` (lower case) is in the text; no needs: always.

    floats: what is written leaves the year or the week open, so that in a range it goes by the other end.
    """

    pattern: re.Pattern[str]
    make: Make
    needs: tuple[str, ...]
    floats: bool = False

    def matches(self, low: str) -> Iterable[Match]:
        """The places where the rule fits in lower-case text."""
        return self.pattern.finditer(low) if not self.needs or any(word in low for word in self.needs) else ()


def rule(pattern: str, make: Make, *needs: str, floats: bool = False) -> Rule:
    """A rule from a pattern written with æøå; it fits whole words only, and not inside a longer number."""
    return Rule(re.compile(rf"(?<![\w/])(?<!\d\.)(?:{danish(pattern)})(?!\w)"), make, needs, floats)


@dataclass(frozen=True)
class Found:
    """A rule that fits at `start`–`end`: a day, a span of days, or None where there is no such day (31/2)."""

    start: int
    end: int
    value: Value
    rule: Rule
    match: Match

    @property
    def has_year(self) -> bool:
        said = self.match.groupdict()
        return bool(said.get("y") or said.get("y2"))

    def first(self) -> date | None:
        return self.value[0] if isinstance(self.value, tuple) else self.value

    def last(self) -> date | None:
        return self.value[1] if isinstance(self.value, tuple) else self.value

    def seen_from(self, today: date) -> "Found":
        """The same words, read on another day."""
        return Found(self.start, self.end, self.rule.make(self.match, today), self.rule, self.match)


def group(match: Match, *names: str) -> str:
    """What the first of the named groups holds; "" where none of them took part."""
    said = match.groupdict()
    return next((said[name] for name in names if said.get(name)), "")


def year_of(match: Match, today: date) -> int:
    """The year written in groups y or y2 (two or four digits), else that of `today`."""
    text = group(match, "y", "y2")
    if not text:
        return today.year
    return int(text) + (2000 if len(text) == 2 else 0)


def month_of(text: str) -> int:
    """1–12 for a month's name, whole or shortened."""
    return cal.MONTH_OF[fold(text.rstrip("."))]
