r"""OPATH: "(DisplayName -like '*nyt*') -and (Alias -ne 'x')", and the search by parts of names (Anr).

Source: https://learn.microsoft.com/powershell/exchange/recipient-filters
"""

import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from simulators.exchange import refusals
from simulators.exchange.wire import Refusal, Row, stamp
from simulators.store import Document

Getter = Callable[[str], Any]  # the value of a property; raises KeyError where there is no such property
Test = Callable[[Getter], bool]
TOKEN = re.compile(
    r"""\s*(?:(?P<sign>[(){}])|-(?P<word>[A-Za-z]+)\b|'(?P<text>(?:[^']|'')*)'|"(?P<double>[^"]*)"|(?P<bare>[^\s(){}'"]+))"""
)
OPERATORS = frozenset("eq ne like notlike gt ge lt le".split())
CONSTANTS = {"$true": True, "$false": False, "$null": None}
DEEPEST = 30  # brackets in brackets


class Reader:
    """Reads a filter from left to right."""

    def __init__(self, text: str) -> None:
        self.tokens = list(split(text))
        self.place = 0
        self.depth = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.place] if self.place < len(self.tokens) else ("end", "")

    def next(self) -> tuple[str, str]:
        found = self.peek()
        self.place += 1
        return found

    def whole(self) -> Test:
        found = self.joined("or")
        if self.peek()[0] != "end":
            raise broken()
        return found

    def joined(self, word: str) -> Test:
        """Parts with -or between them, or with -and."""
        parts = [self.joined("and") if word == "or" else self.single()]
        while self.peek() == ("word", word):
            self.next()
            parts.append(self.joined("and") if word == "or" else self.single())
        any_or_all = any if word == "or" else all
        return lambda get: any_or_all([part(get) for part in parts])

    def single(self) -> Test:
        kind, text = self.next()
        if (kind, text) == ("word", "not"):
            inner = self.nested()
            return lambda get: not inner(get)
        if kind == "sign" and text in "({":
            self.place -= 1
            return self.nested()
        if kind != "bare":
            raise broken()
        operator = self.next()
        if operator[0] != "word" or operator[1] not in OPERATORS:
            raise broken()
        kind, value = self.next()
        if kind not in {"text", "bare"} or (kind == "bare" and value.lower() not in CONSTANTS and not value.isdecimal()):
            raise broken()
        return comparison(text, operator[1], CONSTANTS.get(value.lower(), value) if kind == "bare" else value)

    def nested(self) -> Test:
        """A part in brackets."""
        self.depth += 1
        if self.next() not in {("sign", "("), ("sign", "{")} or self.depth > DEEPEST:
            raise broken()
        found = self.joined("or")
        if self.next() not in {("sign", ")"), ("sign", "}")}:
            raise broken()
        self.depth -= 1
        return found


def broken() -> Refusal:
    return refusals.bad_filter("Invalid filter syntax. For a description of the filter parameter syntax see the command help.")


def split(text: str) -> Iterator[tuple[str, str]]:
    """The tokens of a filter."""
    place = 0
    while text[place:].strip():
        match = TOKEN.match(text, place)
        if match is None:
            raise broken()
        place = match.end()
        kind = match.lastgroup or ""
        value = match[kind]
        yield ("text", value.replace("''", "'")) if kind in {"text", "double"} else (kind, value.lower() if kind == "word" else value)


def comparison(path: str, operator: str, wanted: Any) -> Test:
    """One test of one property; of one with many values, any may fit."""

    def test(get: Getter) -> bool:
        try:
            found = get(path.lower())
        except KeyError:
            sentence = (
                f'"{path[:60]}" is not a recognized filterable property. For a complete list of filterable properties see the command help.'
            )
            raise refusals.bad_filter(sentence) from None
        values = found if isinstance(found, list) else [found]
        hit = any(compared(one, operator.removeprefix("not").replace("ne", "eq"), wanted) for one in values)
        if wanted is None and not values:
            hit = True
        return not hit if operator in {"ne", "notlike"} else hit

    return test


def compared(found: Any, operator: str, wanted: Any) -> bool:
    """One value against one literal, without regard to case."""
    if wanted is None:
        return found in (None, "")
    mine, theirs = plain(found), plain(wanted)
    if operator == "like":
        return fnmatchcase(mine, theirs.replace("[", "[[]").replace("?", "[?]"))
    return {"eq": mine == theirs, "gt": mine > theirs, "ge": mine >= theirs, "lt": mine < theirs, "le": mine <= theirs}[operator]


def plain(value: Any) -> str:
    return (stamp(value) if hasattr(value, "astimezone") else str(value)).casefold()


def read(text: str) -> Test:
    """A filter. Refuses what cannot be read."""
    return Reader(text).whole()


def getter(row: Row, special: dict[str, Callable[[], Any]]) -> Getter:
    """Gives a row's values by lower-case name; `special`: those that are worked out when they are asked for."""
    lower = {name.lower(): value for name, value in row.items()}

    def get(name: str) -> Any:
        return special[name]() if name in special else lower[name]

    return get


def ambiguous(one: Document, text: str) -> bool:
    """Whether an Anr search finds a recipient: the text begins one of its names, or its words begin first and last name."""
    wanted = text.strip().casefold()
    names = (one["name"], one["display"], one["first"], one["last"], one["alias"], one["primary"], *one["others"])
    if any(name.casefold().startswith(wanted) for name in names if name):
        return True
    first, _, last = wanted.partition(" ")
    return bool(last) and one["first"].casefold().startswith(first) and one["last"].casefold().startswith(last)
