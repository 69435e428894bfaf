"""OData as Graph speaks it: $filter read into a tree and tried on records; $select, $orderby and $expand taken apart.

Source: https://learn.microsoft.com/graph/filter-query-parameter
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from simulators.graph.wire import Refusal

DEEPEST = 40  # brackets within brackets
TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<moment>\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,7})?)?(?:Z|[+-]\d\d:\d\d)?)?)|(?P<number>-?\d{1,15}(?:\.\d{1,9})?)(?![\w-])"
    r"|(?P<word>[A-Za-z_][\w./]*)|(?P<sign>[(),:]))"
)
OPERATORS = ("eq", "ne", "gt", "ge", "lt", "le", "in")
FUNCTIONS = ("startswith", "endswith", "contains")
Getter = Callable[[str], Any]


def wrong(text: str) -> Refusal:
    """A filter that cannot be read."""
    return Refusal(400, "BadRequest", f"Invalid filter clause: {text}")


@dataclass(frozen=True)
class Comparison:
    """One property against a value: `operator` is one of OPERATORS or FUNCTIONS (for `in` the value is a tuple)."""

    path: str
    operator: str
    value: Any


@dataclass(frozen=True)
class Group:
    """Several clauses that must all hold (`word` and), of which one must (or), or of which the one must not (not)."""

    word: str
    clauses: tuple["Clause", ...]


@dataclass(frozen=True)
class Some:
    """`path/any(x:clause)`: one item of a collection for which the clause holds. In the clause, paths start behind the variable."""

    path: str
    clause: "Clause"


Clause = Comparison | Group | Some


class Reader:
    """Reads one filter text. Refuses (400) what is not in the grammar."""

    def __init__(self, text: str) -> None:
        self.tokens = list(tokens(text))
        self.place = 0
        self.depth = 0
        self.variable = ""

    def peek(self) -> tuple[str, Any]:
        return self.tokens[self.place] if self.place < len(self.tokens) else ("end", "")

    def next(self) -> tuple[str, Any]:
        found = self.peek()
        self.place += 1
        return found

    def expect(self, sign: str) -> None:
        if self.next() != ("sign", sign):
            raise wrong(f"'{sign}' expected at token {self.place}.")

    def whole(self) -> Clause:
        found = self.either()
        if self.peek()[0] != "end":
            raise wrong(f"Syntax error at token {self.place + 1}.")
        return found

    def either(self) -> Clause:
        return self.joined("or", lambda: self.joined("and", self.single))

    def joined(self, word: str, part: Callable[[], Clause]) -> Clause:
        clauses = [part()]
        while self.peek() == ("word", word):
            self.next()
            clauses.append(part())
        return clauses[0] if len(clauses) == 1 else Group(word, tuple(clauses))

    def single(self) -> Clause:
        self.depth += 1
        if self.depth > DEEPEST:
            raise wrong("The node count limit has been exceeded.")
        try:
            kind, value = self.next()
            if (kind, value) == ("sign", "("):
                found = self.either()
                self.expect(")")
                return found
            if kind != "word":
                raise wrong(f"Syntax error at token {self.place}.")
            return self.named(str(value))
        finally:
            self.depth -= 1

    def named(self, word: str) -> Clause:
        """A clause that starts with a word: not, a function, any, or a property."""
        if word == "not":
            return Group("not", (self.single(),))
        if self.peek() != ("sign", "("):
            return self.test(word)
        self.next()
        if word.lower() in FUNCTIONS:
            path = self.property()
            self.expect(",")
            found = Comparison(path, word.lower(), self.literal(str))
            self.expect(")")
            return found
        if word.endswith("/any"):
            return self.any(word.removesuffix("/any"))
        raise wrong(f"An unknown function with name '{word[:40]}' was found.")

    def any(self, path: str) -> Clause:
        if self.variable:
            raise wrong("A lambda within a lambda is not supported.")
        kind, variable = self.next()
        self.expect(":")
        if kind != "word":
            raise wrong("A range variable is expected.")
        self.variable = str(variable)
        clause = self.either()
        self.variable = ""
        self.expect(")")
        return Some(path, clause)

    def property(self) -> str:
        kind, value = self.next()
        if kind != "word":
            raise wrong(f"A property is expected at token {self.place}.")
        return self.local(str(value))

    def local(self, path: str) -> str:
        if not self.variable:
            return path
        if path == self.variable:
            return ""
        if not path.startswith(f"{self.variable}/"):
            raise wrong(f"Could not find the range variable of '{path[:40]}'.")
        return path.removeprefix(f"{self.variable}/")

    def test(self, word: str) -> Clause:
        kind, operator = self.next()
        if kind != "word" or operator not in OPERATORS:
            raise wrong(f"Unrecognised operator after '{word[:40]}'.")
        if operator != "in":
            return Comparison(self.local(word), operator, self.literal())
        self.expect("(")
        values = [self.literal()]
        while self.peek() == ("sign", ","):
            self.next()
            values.append(self.literal())
        self.expect(")")
        return Comparison(self.local(word), "in", tuple(values))

    def literal(self, kind_wanted: type | None = None) -> Any:
        kind, value = self.next()
        if kind == "word" and value in {"true", "false", "null"}:
            kind, value = "literal", {"true": True, "false": False, "null": None}[str(value)]
        if kind not in {"text", "moment", "number", "literal"} or (kind_wanted and not isinstance(value, kind_wanted)):
            raise wrong(f"A value is expected at token {self.place}.")
        return value


def tokens(text: str) -> Iterator[tuple[str, Any]]:
    """The tokens of a filter: kind and value."""
    place, end = 0, len(text.rstrip())
    while place < end:
        found = TOKEN.match(text, place)
        if not found:
            raise wrong(f"Syntax error: character '{text[place]}' is not valid at position {place}.")
        place, kind = found.end(), str(found.lastgroup)
        value: Any = found[kind]
        if kind == "text":
            value = value[1:-1].replace("''", "'")
        elif kind == "number":
            value = float(value) if "." in value else int(value)
        elif kind == "moment":
            value = moment(value)
        yield kind, value


def moment(text: str) -> datetime:
    """A moment in UTC from its ISO text; a day alone is its midnight."""
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise wrong(f"Unrecognized 'Edm.DateTimeOffset' literal '{text[:40]}'.") from error


def read_filter(text: str) -> Clause:
    """The tree of a $filter."""
    return Reader(text).whole()


def comparisons(clause: Clause, prefix: str = "") -> Iterator[Comparison]:
    """Every test in the order it was written; the paths inside `any` have the collection's name in front."""
    if isinstance(clause, Group):
        for one in clause.clauses:
            yield from comparisons(one, prefix)
    elif isinstance(clause, Some):
        yield from comparisons(clause.clause, f"{clause.path}/any/")
    else:
        yield Comparison(f"{prefix}{clause.path}".rstrip("/"), clause.operator, clause.value)


def negated(clause: Clause) -> bool:
    """Whether there is a `not` in the tree."""
    if isinstance(clause, Group):
        return clause.word == "not" or any(negated(one) for one in clause.clauses)
    return isinstance(clause, Some) and negated(clause.clause)


def check(clause: Clause, types: dict[str, type]) -> None:
    """Refuse values and operators that do not fit the types of the properties (a path that is not in `types` is left alone)."""
    for test in comparisons(clause):
        kind = types.get(test.path)
        values = test.value if isinstance(test.value, tuple) else (test.value,)
        if kind and not all(value is None or type(value) is kind for value in values):
            raise wrong("A binary operator with incompatible types was detected.")
        if (test.operator in FUNCTIONS and kind is not str) or (kind is bool and test.operator not in {"eq", "ne"}):
            raise wrong(f"The operator '{test.operator}' is not supported for '{test.path[:40]}'.")


def holds(clause: Clause, value: Getter) -> bool:
    """Whether a record fulfils the filter. `value` gives a property by its path; a collection gives a list."""
    if isinstance(clause, Group):
        if clause.word == "not":
            return not holds(clause.clauses[0], value)
        return (all if clause.word == "and" else any)(holds(one, value) for one in clause.clauses)
    if isinstance(clause, Some):
        return any(holds(clause.clause, inside(item)) for item in value(clause.path) or [])
    return compared(value(clause.path), clause.operator, clause.value)


def inside(item: Any) -> Getter:
    """How a clause inside `any` sees one item: its properties, or the item itself."""
    return item.get if isinstance(item, dict) else lambda path: None if path else item


def compared(found: Any, operator: str, wanted: Any) -> bool:
    """One comparison; texts compare without case."""
    if operator == "in":
        return any(compared(found, "eq", one) for one in wanted)
    if operator in {"eq", "ne"}:
        same = found.lower() == wanted.lower() if isinstance(found, str) and isinstance(wanted, str) else found == wanted
        return same == (operator == "eq")
    if found is None or wanted is None:
        return False
    if operator in FUNCTIONS:
        text, part = str(found).lower(), str(wanted).lower()
        return {"startswith": text.startswith(part), "endswith": text.endswith(part), "contains": part in text}[operator]
    if isinstance(found, str) and isinstance(wanted, str):
        found, wanted = found.lower(), wanted.lower()
    return bool({"gt": found > wanted, "ge": found >= wanted, "lt": found < wanted, "le": found <= wanted}[operator])


def split(text: str, separator: str = ",") -> list[str]:
    """The parts of a list, not split inside brackets or quotes."""
    parts, depth, quoted, start = [], 0, False, 0
    for place, sign in enumerate(text):
        if sign == "'":
            quoted = not quoted
        elif not quoted:
            depth += (sign == "(") - (sign == ")")
            if sign == separator and depth == 0:
                parts.append(text[start:place])
                start = place + 1
    return [part.strip() for part in [*parts, text[start:]] if part.strip()]


def read_select(text: str | None, known: frozenset[str], kind: str) -> list[str]:
    """The properties of a $select, [] for none given. Refuses unknown ones."""
    names = [name.partition("/")[0] for name in split(text or "")]
    for name in names:
        if name not in known and name != "*":
            raise Refusal(
                400,
                "BadRequest",
                f"Parsing OData Select and Expand failed: Could not find a property named '{name[:40]}' on type '{kind}'.",
            )
    return [] if "*" in names else names


def read_order(text: str | None) -> list[tuple[str, bool]]:
    """Property and whether it falls, for each part of an $orderby."""
    found = []
    for part in split(text or ""):
        name, _, direction = part.partition(" ")
        if direction.strip().lower() not in {"", "asc", "desc"}:
            raise Refusal(400, "BadRequest", f"Syntax error in $orderby at '{part[:40]}'.")
        found.append((name, direction.strip().lower() == "desc"))
    return found


def read_expand(text: str | None) -> dict[str, dict[str, str]]:
    """Each expanded property with its own options, the names of both in lower case: {"manager": {"$levels": "max"}}."""
    found = {}
    for part in split(text or ""):
        name, bracket, rest = part.partition("(")
        if bracket and not rest.endswith(")"):
            raise Refusal(400, "BadRequest", "Parsing OData Select and Expand failed: ')' expected.")
        inner = {}
        for option in split(rest[:-1], ";"):
            key, _, value = option.partition("=")
            inner[key.strip().lower()] = value.strip()
        found[name.strip().lower()] = inner
    return found
