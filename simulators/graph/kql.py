"""The search language of Outlook's $search (KQL): words and `property:value`, joined by AND, OR and NOT.

Source: https://learn.microsoft.com/graph/search-query-parameter
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from simulators.graph.wire import Refusal

DEEPEST = 40  # brackets within brackets
TOKEN = re.compile(r'\s*(?:(?P<sign>[()])|(?P<term>(?:[A-Za-z]+(?::|>=|<=|<>|>|<|=))?(?:"[^"]*"|[^\s()"]+)))')
TERM = re.compile(r"(?:(?P<name>[A-Za-z]+)(?P<operator>:|>=|<=|<>|>|<|=))?(?P<value>.*)", re.DOTALL)
WORD = re.compile(r"\w+")
TEXTS = ("subject", "body", "from", "to", "cc", "bcc", "participants", "recipients", "attachment", "importance", "kind", "category")
DEFAULT = ("from", "subject", "body")
MOMENTS = ("received", "sent")
Record = dict[str, Any]  # the TEXTS as `split` gives them, received and sent as datetime, size as bytes, hasattachments as bool
MOST = 500  # words and signs of one search
Search = Callable[[Record], bool]


def wrong(text: str, place: int) -> Refusal:
    """A search that cannot be read."""
    return Refusal(400, "BadRequest", f"Syntax error: {text} at position {place}.")


@dataclass
class Reader:
    """Reads one search text into a function that tries it on a record."""

    tokens: list[str]
    place: int = 0
    depth: int = 0

    def peek(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def either(self) -> Search:
        parts = [self.every()]
        while self.peek() == "OR":
            self.place += 1
            parts.append(self.every())
        return lambda record: any(part(record) for part in parts)

    def every(self) -> Search:
        parts = [self.single()]
        while self.peek() not in {"", ")", "OR"}:
            if self.peek() == "AND":
                self.place += 1
            parts.append(self.single())
        return lambda record: all(part(record) for part in parts)

    def single(self) -> Search:
        token = self.peek()
        self.place += 1
        self.depth += 1
        if self.depth > DEEPEST or token in {"", ")", "AND", "OR"}:
            raise wrong(f"'{token or 'end'}' is not valid", self.place)
        if token == "(":
            found = self.either()
            if self.peek() != ")":
                raise wrong("')' expected", self.place)
            self.place += 1
        elif token == "NOT":
            inner = self.single()
            found = lambda record: not inner(record)  # noqa: E731 - one of three branches that give a function
        else:
            found = term(token, self.place)
        self.depth -= 1
        return found


def read(text: str) -> Search:
    """The search in a `$search="…"`: the text with its outer double quotes. Refuses what cannot be read (400)."""
    if len(text) < 3 or not (text.startswith('"') and text.endswith('"')):
        raise wrong(f"character '{text[:1]}' is not valid: the search clause must be in double quotes", 0)
    inner = text[1:-1].replace('\\"', '"').strip()
    tokens, place = [], 0
    while place < len(inner):
        found = TOKEN.match(inner, place)
        if not found:
            raise wrong(f"character '{inner[place]}' is not valid", place)
        tokens.append(found["sign"] or found["term"])
        place = found.end()
    if len(tokens) > MOST:
        raise wrong("the search is too long", place)
    reader = Reader(tokens)
    search = reader.either()
    if reader.peek():
        raise wrong(f"'{reader.peek()}' is not valid", reader.place)
    return search


def term(token: str, place: int) -> Search:
    """One word, phrase or `property:value`."""
    found = TERM.fullmatch(token)
    name, operator, value = (found["name"] or "", found["operator"] or "", found["value"].strip('"')) if found else ("", "", token)
    key = name.lower()
    if key in MOMENTS:
        return dated(key, operator, value, place)
    if key == "size":
        return sized(operator, value, place)
    if key == "hasattachments":
        wanted = value.lower() in {"true", "1", "yes"}
        return lambda record: record["hasattachments"] is wanted
    if key in TEXTS:
        return worded((key,), value)
    if name:
        raise wrong(f"property '{name[:40]}' is not supported", place)
    return worded(DEFAULT, value)


def split(text: str) -> list[str]:
    """The words of a text in lower case."""
    return WORD.findall(text.lower())


def worded(fields: tuple[str, ...], value: str) -> Search:
    """All the words of `value` beside each other in one of the fields; the last may end in * for a beginning."""
    words = split(value)
    beginning = value.endswith("*")

    def found(record: Record) -> bool:
        return bool(words) and any(beside(words, record[name], beginning) for name in fields)

    return found


def beside(words: list[str], text: list[str], beginning: bool) -> bool:
    """Whether the words stand in the text in this order, without a gap."""
    *first, last = words
    for place in range(len(text) - len(first)):
        final = text[place + len(first)]
        if text[place : place + len(first)] == first and (final.startswith(last) if beginning else final == last):
            return True
    return False


def dated(key: str, operator: str, value: str, place: int) -> Search:
    """A day (`received:2026-11-20`), a range with `..`, or a bound."""
    start, dots, end = value.partition("..")
    low = day(start, place)
    high = (day(end, place) if dots else low) + timedelta(days=1)
    return {
        ">=": lambda record: record[key] >= low,
        ">": lambda record: record[key] >= high,
        "<=": lambda record: record[key] < high,
        "<": lambda record: record[key] < low,
        "<>": lambda record: not low <= record[key] < high,
    }.get(operator, lambda record: low <= record[key] < high)


def day(text: str, place: int) -> datetime:
    """The midnight, UTC, of 2026-11-20 or, the American way, 11/20/2026."""
    try:
        month = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
        found = (
            datetime(int(month[3]), int(month[1]), int(month[2]), tzinfo=UTC)
            if month
            else datetime.fromisoformat(text[:10]).replace(tzinfo=UTC)
        )
        return found if found.year < 9999 else found.replace(year=9998)
    except ValueError as error:
        raise wrong(f"'{text[:40]}' is not a date", place) from error


def sized(operator: str, value: str, place: int) -> Search:
    """A size in bytes against a bound."""
    if not re.fullmatch(r"[0-9]{1,12}", value):
        raise wrong(f"'{value[:40]}' is not a size", place)
    bound = int(value)
    return {
        ">": lambda record: record["size"] > bound,
        ">=": lambda record: record["size"] >= bound,
        "<": lambda record: record["size"] < bound,
        "<=": lambda record: record["size"] <= bound,
    }.get(operator, lambda record: record["size"] == bound)
