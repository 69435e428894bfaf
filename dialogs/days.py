"""A day as a field: typed ("på mandag", "1. december"), picked in the card, or found in a sentence as the first or the last of a period."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from typing_extensions import override

from dialogs import texts, words
from dialogs.fields import At, Bad, Got, Kind, Reading

UNTIL = re.compile(r"\b(?:til(?: og med)?|t\.?o\.?m\.?|indtil|frem til)\s+(?:på\s+|paa\s+|den\s+|d\.\s*)?(?=\w)", re.I)
SINCE = re.compile(r"\b(?:fra(?: og med)?|f\.?o\.?m\.?|pr\.?|efter)\s+(?:på\s+|paa\s+|den\s+|d\.\s*)?(?=\w)", re.I)


YEAR = re.compile(r"\b20\d\d\b|\d[./-]\d{1,2}[./-]\d")
LONG_AGO = timedelta(days=31)  # a day so long past, said without its year, is meant in the next one: "til 4. januar" in November


def ahead(day: str, text: str, at: At) -> str:
    """A day as it is meant of something that is to come."""
    said, today = date.fromisoformat(day), texts.local(at.desk.now()).date()
    if today - said < LONG_AGO or YEAR.search(text):
        return day
    try:
        return said.replace(year=said.year + 1).isoformat()
    except ValueError:  # the 29th of February
        return day


@dataclass(frozen=True)
class Day(Kind):
    """A day that is not over. The answer is an ISO date. end: which end of a period it is. not_before: the field that it may not come before."""

    end: Literal["start", "end"]
    not_before: str = ""
    drawn = "date"

    @override
    async def read(self, text: str, at: At) -> Reading:
        if words.means(text) is not None:
            return None
        said = self._said(text, at)
        day = said.get("period", {}).get(self.end) or said.get("date")
        return self._judged(ahead(day, text, at), at) if day else None

    @override
    async def take(self, raw: str, at: At) -> Reading:
        try:
            return self._judged(date.fromisoformat(raw.strip()).isoformat(), at)
        except ValueError:
            return await self.read(raw, at) or Bad("Skriv en dag, fx ”1. december”.")

    @override
    async def find(self, text: str, at: At) -> Reading:
        said = self._said(text, at)
        if "period" in said:
            return self._judged(ahead(said["period"][self.end], text, at), at)
        mine, other = (SINCE, UNTIL) if self.end == "start" else (UNTIL, SINCE)
        if "date" not in said or (other.search(text) and not mine.search(text)):
            return None
        return self._judged(ahead(said["date"], text, at), at)

    @staticmethod
    def _said(text: str, at: At) -> dict[str, Any]:
        return dict(at.desk.understand(text, texts.local(at.desk.now()).date()).entities)

    def _judged(self, day: str, at: At) -> Reading:
        """Refuse one that is over, or that comes before the first."""
        if day < texts.local(at.desk.now()).date().isoformat():
            return Bad(f"{texts.day(date.fromisoformat(day)).capitalize()} er gået. Skriv en dag, der kommer.")
        first = at.answers.get(self.not_before)
        if first and day < first:
            return Bad("Den dag ligger før den første. Skriv en senere.")
        return Got(day)

    @override
    def show(self, value: Any) -> str:
        return texts.day(date.fromisoformat(value))

    @override
    def raw(self, value: Any) -> str:
        return str(value)
