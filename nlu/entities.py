"""The things that a text names: numbers, addresses, people, lists, days, periods, durations, systems.

Keys and value shapes are in docs/understanding.md. An entity is found wherever it is written, whatever the sentence wants.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from nlu import durations, people, timeline, titles
from nlu.known import NOBODY, Known
from nlu.normalise import clean, danish, lower, own_words

FILLED = "¤"  # stands where an entity has been taken out, so that nothing else is found across it

_EMAIL = re.compile(r"(?<![\w.+-])[\w+-][\w.+-]{0,63}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w@])")
_CPR = re.compile(r"(?<![\w-])\d{6}\s?[-–]\s?\d{4}(?![\w-])|(?<![\w-])\d{6}\s\d{4}(?![\w-])|(?<![\w+-])\d{10}(?![\w-])")
_CASE = re.compile(r"(?<![A-Za-z0-9])(INC|RITM|REQ|SCTASK|CHG|TASK|PRB|KB)[ -]?(?:nr\.?\s?)?(\d{5,10})(?!\d)", re.IGNORECASE)
_RECORDS = re.compile(r"(?<![\w-])(?:19|20)\d\d-\d{5,8}(?![\w-])")
_KLE = re.compile(r"(?<![\d.])\d\d\.\d\d\.\d\d(?![\d.]\d|\d)")
_KLE_WORD = re.compile(r"(?:kle|emne|kl-emne)\W{0,3}(?:nr\.?|nummer)?\W{0,3}$", re.IGNORECASE)
_SYSTEMS = {
    "servicenow": r"service[\s-]?now|snow",
    "kvantum": r"kvan?m?tum",
    "outlook": r"outlook",
    "edoc": r"e-?do[ck]",
}
_SYSTEM = re.compile(
    r"(?<![a-zæøå0-9])(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _SYSTEMS.items()) + r")(?=s?\b|[-_]|[a-zæøå])"
)
# The word is also what one does ("lav en tidsregistrering"): the system is meant in its place, in its failing, or as a source.
_TIME_SYSTEM = re.compile(
    danish(
        r"(?<!\w)(?:(?:i|fra|til|mod|med|og|ind\si)\stidsregistrering(?:en|ssystemet|s-?systemet)?(?!\w)|tidsregistreringssystemet|"
        r"tidsregistrering(?:en)?(?=\s(?:er\snede|virker|svarer|gemmer|fejler|driller|er\slangsom|går\sned|viser|siger|kan\sikke)))"
    )
)
_TIME_REVIEWED = re.compile(r"(?<!\w)tidsregistrering(?:en|erne)?(?!\w)")  # in a tilsyn it is what is looked into
_REVIEW = re.compile(r"tilsyn|kontrol|stikpr")
_TIME_SYSTEM_CAPITAL = re.compile(r"(?<=\w )Tidsregistrering(?:en)?\b")


@dataclass(frozen=True)
class Span:
    """An entity at `start`–`end` of the cleaned text, with its value."""

    kind: str
    start: int
    end: int
    value: Any


@dataclass(frozen=True)
class Reading:
    """A cleaned text and what was found in it, in its order."""

    text: str
    spans: tuple[Span, ...]

    def entities(self) -> dict[str, Any]:
        """The entities by key: lists without doubles, the sum of the durations, the first day and the first period."""
        out: dict[str, Any] = {}
        for span in self.spans:
            if span.kind == "duration_minutes":
                out[span.kind] = out.get(span.kind, 0) + span.value
            elif span.kind in ("date", "period", "cpr"):
                out.setdefault(span.kind, span.value)
            elif span.value not in out.setdefault(span.kind, []):
                out[span.kind].append(span.value)
        return out

    def masked(self, kinds: dict[str, str]) -> str:
        """The text with every entity of `kinds` replaced by the word given for it."""
        parts, at = [], 0
        for span in self.spans:
            if span.kind in kinds and span.start >= at:
                parts += [self.text[at : span.start], f" {kinds[span.kind]} "]
                at = span.end
        return "".join((*parts, self.text[at:]))


def find(text: str, today: date, known: Known = NOBODY) -> dict[str, Any]:
    """The entities of `text` read on the day `today`: only those present. Never raises."""
    return read(text, today, known).entities()


def read(text: str, today: date, known: Known = NOBODY) -> Reading:
    """`text` cleaned, without quoted mails, and its entities with their places."""
    text = own_words(clean(text))
    spans: list[Span] = []
    rest = text
    for finder in (_addresses, _numbers, _titles(known), _durations, _moments(today), _people(known), _systems):
        new = list(finder(rest))
        spans += new
        rest = _fill(rest, new)
    return Reading(text, tuple(sorted(spans, key=lambda span: span.start)))


def _fill(text: str, spans: Iterable[Span]) -> str:
    for span in spans:
        if span.kind != "system":
            text = text[: span.start] + FILLED * (span.end - span.start) + text[span.end :]
    return text


def _addresses(text: str) -> Iterable[Span]:
    if "@" in text:
        for match in _EMAIL.finditer(text):
            yield Span("email", *match.span(), match.group().lower())


def _numbers(text: str) -> Iterable[Span]:
    if not any(char.isdecimal() for char in text):
        return
    taken: list[Span] = []
    taken += [Span("case_number", *match.span(), match[1].upper() + match[2]) for match in _CASE.finditer(text)]
    taken += [Span("cpr", *match.span(), True) for match in _CPR.finditer(text)]
    taken += [Span("records_case", *match.span(), match.group()) for match in _RECORDS.finditer(text)]
    taken += [Span("kle", *match.span(), match.group()) for match in _KLE.finditer(text) if _is_kle(text, match)]
    yield from taken


def _is_kle(text: str, match: re.Match[str]) -> bool:
    """A KLE number looks like a date with a two-digit year: "01.02.26" is one unless the text says KLE."""
    day, month, year = (int(part) for part in match.group().split("."))
    return not (1 <= day <= 31 and 1 <= month <= 12 and 20 <= year <= 39) or bool(
        _KLE_WORD.search(text, max(0, match.start() - 20), match.start())
    )


def _titles(known: Known) -> Callable[[str], Iterable[Span]]:
    return lambda text: (Span(title.kind, title.start, title.end, text[title.start : title.end]) for title in titles.find(text, known))


def _durations(text: str) -> Iterable[Span]:
    return (Span("duration_minutes", *found) for found in durations.find(lower(text)))


def _moments(today: date) -> Callable[[str], Iterable[Span]]:
    def find_moments(text: str) -> Iterable[Span]:
        for moment in timeline.find(text, today):
            if moment.last is None:
                yield Span("date", moment.start, moment.end, moment.first.isoformat())
            else:
                yield Span("period", moment.start, moment.end, timeline.as_period((moment.first, moment.last)))

    return find_moments


def _people(known: Known) -> Callable[[str], Iterable[Span]]:
    return lambda text: (Span("person", person.start, person.end, text[person.start : person.end]) for person in people.find(text, known))


def _systems(text: str) -> Iterable[Span]:
    low = lower(text)
    for match in _SYSTEM.finditer(low):
        yield Span("system", *match.span(), match.lastgroup)
    reviewed = _TIME_REVIEWED.search(low) if _REVIEW.search(low) else None
    if time_system := _TIME_SYSTEM.search(low) or _TIME_SYSTEM_CAPITAL.search(text) or reviewed:
        yield Span("system", *time_system.span(), "tidsregistrering")
