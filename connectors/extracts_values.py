"""Texts of an extract as typed columns: how numbers and dates are written is decided for a whole column, never for a cell.

What cannot be read in one way alone is refused with its row; nothing is guessed.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from connectors.datasets import Column, arrow_type
from connectors.errors import Refused

if TYPE_CHECKING:
    import pyarrow as pa

COMMA = r"^-?(\d+|\d{1,3}(\.\d{3})+)(,\d+)?$"  # 1.234,56
DOT = r"^-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$"  # 1,234.56
PLAIN = r"^-?\d+(,\d{1,2})?$"
NO_DATE = r"^(0{8}|00[.\-/]00[.\-/]0000|0000-00-00)$"
DATES = (  # how the values of a column look, and where day, month and year stand
    (r"^(\d{4})-(\d{2})-(\d{2})$", r"\1-\2-\3"),
    (r"^(\d{2})[.\-/](\d{2})[.\-/](\d{4})$", r"\3-\2-\1"),
    (r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3"),
)
CLOCK = r"[ T](\d{2})[:.](\d{2})([:.](\d{2}))?$"
TRUTHS = (("ja", "nej"), ("j", "n"), ("true", "false"), ("sand", "falsk"), ("1", "0"), ("x", ""))
CPR = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2})([-– ]?)(\d{4})(?!\d)")
WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
MASK = "xxxxxx-xxxx"


@dataclass
class Place:
    """Where a column stands: its file, its heading there, and the row in the file of each of its values."""

    file: str
    heading: str
    column: Column
    row_of: Callable[[int], int]
    notes: list[str] = field(default_factory=list)

    def bad(self, index: int, why: str) -> Refused:
        """The refusal of the file for one value, in Danish, without the value."""
        return bad(self.file, why, self.row_of(index), self.heading)


def bad(file: str, why: str, row: int = 0, column: str = "") -> Refused:
    """The refusal of a file: its name, row and column, and why, in Danish. What it holds is not told: it may be about people."""
    where = ", ".join(filter(None, [file, f"række {row}" if row else "", f"kolonnen »{column}«" if column else ""]))
    return Refused("filer", f"{where}: {why}", code="bad_file")


def typed(place: Place, values: "pa.Array", hint: Callable[[], str]) -> "pa.Array":
    """A trimmed column in its declared type; "" is null. hint: how the file's other numbers are written, "," or ".", "" where nothing tells.

    Columns with few different values (dates, accounts) are converted once for each of them.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    column = place.column
    if column.type == "text" and (column.personal or column.width):
        return texts(place, without(values, pc.equal(values, "")))
    coded = values.dictionary_encode()
    if len(coded.dictionary) * 4 > len(values):
        return converted(place, without(values, pc.equal(values, "")), hint)
    first = Place(
        place.file,
        place.heading,
        column,
        lambda n: place.row_of(pc.index(coded.indices, pa.scalar(n, coded.indices.type)).as_py()),
        place.notes,
    )
    return converted(first, without(coded.dictionary, pc.equal(coded.dictionary, "")), hint).take(coded.indices)


def converted(place: Place, values: "pa.Array", hint: Callable[[], str]) -> "pa.Array":
    """Texts, null where there is nothing, in the column's type."""
    kind = place.column.type
    if kind == "text":
        return values
    if kind == "decimal":
        return decimals(place, values, hint)
    if kind == "integer":
        return integers(place, values)
    return truths(place, values) if kind == "boolean" else moments(place, values)


def first_not(fits: "pa.Array") -> int | None:
    """The first value that does not fit, nulls aside."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = pc.index(pc.fill_null(fits, pa.scalar(True)), pa.scalar(False)).as_py()
    return None if found < 0 else int(found)


def without(values: "pa.Array", empty: "pa.Array") -> "pa.Array":
    """The values, null where `empty` is true."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.if_else(empty, pa.scalar(None, pa.string()), values) if pc.any(empty).as_py() else values


def matches(values: "pa.Array", pattern: str) -> "pa.Array":
    import pyarrow.compute as pc

    return pc.match_substring_regex(values, pattern)


def tidy(values: "pa.Array") -> "pa.Array":
    """Numbers without what is only decoration: blanks between groups, kr., a minus behind or in brackets, ",-" for whole kroner."""
    import pyarrow.compute as pc

    values = pc.replace_substring_regex(values, "(?i) *(kr[.]?|dkk) *|[ \u00a0\u202f'’]", "")
    values = pc.replace_substring_regex(values, r",-$", "")
    values = pc.replace_substring_regex(values, r"^\((.+)\)$", r"-\1")
    values = pc.replace_substring_regex(values, r"^([\d.,]+)[-−]$", r"-\1")
    return pc.replace_substring_regex(values, r"^[+−]", "")


def style(values: "pa.Array") -> str:
    """How the numbers of a column are written: "," or "." before the decimals, "0" where none has either, "?" where both fit, "" where none does."""
    import pyarrow.compute as pc

    comma, dot = (first_not(matches(values, pattern)) is None for pattern in (COMMA, DOT))
    if comma and dot:
        return "?" if pc.any(matches(values, "[.,]")).as_py() else "0"
    return "," if comma else "." if dot else ""


def styles(columns: Sequence["pa.Array"]) -> str:
    """What the number columns of a file say together: "," or ".", "" where nothing tells. Two that differ tell nothing."""
    found = {style(tidy(values)) for values in columns} & {",", "."}
    return found.pop() if len(found) == 1 else ""


def decimals(place: Place, values: "pa.Array", hint: Callable[[], str]) -> "pa.Array":
    """Numbers with at most two decimals, exactly."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if first_not(matches(values, PLAIN)) is None:
        plain = pc.replace_substring(values, ",", ".")
        return exact(place, plain)
    found = style(values)
    if not found:
        values = tidy(values)
        found = style(values)
    if found == "?":
        found = hint()
        if not found:
            index = first_not(pc.invert(matches(values, "[.,]")))
            raise place.bad(index or 0, "tallene kan læses på to måder (er 1.234 ettusind eller godt en?). Gem filen med to decimaler.")
    if not found:
        comma = pc.sum(pc.cast(matches(values, COMMA), pa.int64())).as_py() or 0
        dot = pc.sum(pc.cast(matches(values, DOT), pa.int64())).as_py() or 0
        raise place.bad(
            first_not(matches(values, COMMA if comma >= dot else DOT)) or 0, "er ikke et tal, som de andre i kolonnen er skrevet."
        )
    if found == ".":
        return exact(place, pc.replace_substring(values, ",", ""))
    return exact(place, pc.replace_substring(pc.replace_substring(values, ".", ""), ",", "."))


def exact(place: Place, values: "pa.Array") -> "pa.Array":
    """Plain numbers as DECIMAL(18,2)."""
    import pyarrow as pa

    try:
        return values.cast(arrow_type("decimal"))
    except pa.ArrowInvalid:
        for index, text in enumerate(values.to_pylist()):
            if text is not None and not fits(text):
                raise place.bad(index, "har mere end to decimaler eller for mange cifre.") from None
        raise


def fits(text: str) -> bool:
    """Whether a number has at most 16 digits before the point and two after it."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return False
    return number == number.quantize(Decimal("0.01")) and abs(number) < Decimal(10) ** 16


def integers(place: Place, values: "pa.Array") -> "pa.Array":
    """Whole numbers."""
    import pyarrow.compute as pc

    values = pc.replace_substring_regex(pc.replace_substring_regex(values, r"^(\d+)-$", r"-\1"), r"^(-?\d+)[,.]0+$", r"\1")
    if (index := first_not(matches(values, r"^-?\d{1,18}$"))) is not None:
        raise place.bad(index, "er ikke et helt tal.")
    return values.cast(arrow_type("integer"))


def truths(place: Place, values: "pa.Array") -> "pa.Array":
    """Yes and no, in one way for the whole column."""
    import pyarrow as pa
    import pyarrow.compute as pc

    lower = pc.utf8_lower(values)
    for yes, no in TRUTHS:
        known = pc.is_in(lower, value_set=pa.array([yes, no]))
        if first_not(pc.if_else(pc.is_null(lower), None, known)) is None:
            found = pc.equal(lower, yes)
            return pc.fill_null(found, pa.scalar(False)) if no == "" else found
    raise place.bad(
        first_not(pc.is_in(lower, value_set=pa.array([word for pair in TRUTHS for word in pair]))) or 0, "er hverken ja eller nej."
    )


def moments(place: Place, values: "pa.Array") -> "pa.Array":
    """Dates, day before month; times to the second. 00.00.0000 is empty, 31.12.9999 stays."""
    import pyarrow as pa
    import pyarrow.compute as pc

    values = without(values, matches(values, NO_DATE))
    clock = ""
    if place.column.type == "timestamp" and pc.any(matches(values, CLOCK)).as_py():
        clock = CLOCK
    elif place.column.type == "date":
        values = pc.replace_substring_regex(values, r"[ T]00[:.]00([:.]00(\.0+)?)?$", "")
    for pattern, iso in DATES:
        whole = pattern.removesuffix("$") + clock if clock else pattern
        if first_not(matches(values, whole)) is None:
            shift = pattern.count("(") + 1
            plain = pc.replace_substring_regex(values, whole, f"{iso}T\\{shift}:\\{shift + 1}:\\{shift + 3}" if clock else iso)
            plain = pc.replace_substring_regex(plain, r":$", ":00") if clock else plain
            return calendar(place, plain)
    hits = [matches(values, pattern.removesuffix("$")) for pattern, _ in DATES]
    counts = [(pc.sum(pc.cast(hit, pa.int64())).as_py() or 0, -pc.index(hit, pa.scalar(True)).as_py()) for hit in hits]
    best = DATES[counts.index(max(counts))]
    index = first_not(matches(values, best[0].removesuffix("$") + (clock or "$")))
    raise place.bad(index or 0, "er ikke en dato, som de andre i kolonnen er skrevet.")


def calendar(place: Place, values: "pa.Array") -> "pa.Array":
    """ISO texts as dates or times; one that no calendar has is refused."""
    import pyarrow as pa

    try:
        return values.cast(arrow_type(place.column.type))
    except pa.ArrowInvalid:
        for index, text in enumerate(values.to_pylist()):
            if text is not None and not on_calendar(text[:10]):
                raise place.bad(index, "er en dag, der ikke findes. Datoer læses med dagen først.") from None
        raise place.bad(0, "har et klokkeslæt, der ikke findes.") from None


def on_calendar(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def texts(place: Place, values: "pa.Array") -> "pa.Array":
    """Texts as they are; numbers that are texts get their zeros back; CPR numbers in free text are masked."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = place.column
    if column.width:
        if (index := first_not(pc.invert(matches(values, r"^\d+([.,]\d+)?[eE]\+?\d+$")))) is not None:
            raise place.bad(index, "er gjort til et regnetal af Excel (1,2E+09). Hent filen igen, og lad kolonnen være tekst.")
        if (index := first_not(matches(values, rf"^\d{{1,{column.width}}}$"))) is not None:
            raise place.bad(index, f"er ikke et nummer på højst {column.width} cifre.")
        short = pc.sum(pc.cast(pc.less(pc.utf8_length(values), column.width), pa.int64())).as_py() or 0
        if short:
            place.notes.append(f"{place.heading}: {short} numre fik nuller foran igen.")
            values = pc.utf8_lpad(values, column.width, "0")
        return values
    if column.personal and column.identity is None:
        values = masked(place, values)
    return values


def masked(place: Place, values: "pa.Array") -> "pa.Array":
    """CPR numbers in texts, masked and counted."""
    import pyarrow as pa
    import pyarrow.compute as pc

    suspects = pc.fill_null(matches(values, r"\d{6}[-– ]?\d{4}"), pa.scalar(False))
    if not pc.any(suspects).as_py():
        return values
    found = [CPR.sub(mask, text) for text in pc.filter(values, suspects).to_pylist()]
    count = sum(text.count(MASK) for text in found)
    if count:
        place.notes.append(f"{place.heading}: {count} CPR-numre er skjult.")
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return pc.replace_with_mask(
        values, suspects.combine_chunks() if isinstance(suspects, pa.ChunkedArray) else suspects, pa.array(found, pa.string())
    )


def mask(found: "re.Match[str]") -> str:
    """A CPR number as its mask; other ten digits as they are: a day and a month that exist, and a hyphen or the check by eleven."""
    day, month, _, between, _ = found.groups()
    if not (1 <= int(day) % 60 <= 31 and 1 <= int(month) <= 12):
        return found[0]
    digits = [int(one) for one in found[0] if one.isdecimal()]
    checked = sum(digit * weight for digit, weight in zip(digits, WEIGHTS, strict=True)) % 11 == 0
    return MASK if between or checked else found[0]


def plain_number(value: Any) -> str:
    """A number of a spreadsheet as text: a float that stands for a decimal number becomes that number."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{Decimal(repr(value)):f}"
    return str(value)
