"""A file of an extract as a table of texts: encodings, separators, headings, repeated page heads, SAP lists, Excel sheets.

Everything here is for a thread. What is not whole or not clear is refused, in Danish (`extracts_values.bad`).
"""

import csv
import difflib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors.datasets import Dataset
from connectors.errors import Refused
from connectors.extracts_values import bad, plain_number

if TYPE_CHECKING:
    import pyarrow as pa

LARGEST = 512 * 1024**2  # bytes of a text file: reading takes six times as much memory
LARGEST_BOOK = 60 * 1024**2  # bytes of a workbook, which is compressed
TOO_LARGE = "filen er for stor. Del den i kortere perioder."
HEADING_LINES = 40  # lines of titles that may stand before the headings
HEADING_BYTES = 100_000  # in which they must be: less than the longest cell that Python's csv reads
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
MOJIBAKE = re.compile("Ã[\u00a0-\u00bf\u2020\u2026\u02dc\u0153\u0178\u2013\u2014\u0160]")  # æøå as UTF-8 that was read as cp1252
RULER = re.compile(r"^[\s|+=-]*-{3,}[\s|+=-]*$")  # the lines between the parts of a SAP list
LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


@dataclass
class Sheet:
    """Texts by column, in the order of the dataset. rows: the row in the file of each; None where it follows from its place.

    first: the row of the first line after the headings. notes: in Danish.
    """

    file: str
    headings: dict[str, str]
    columns: "dict[str, pa.Array]"
    first: int
    rows: "list[int] | None" = None
    notes: list[str] = field(default_factory=list)

    def row_of(self, index: int) -> int:
        return self.rows[index] if self.rows else self.first + index


def read(path: Path, dataset: Dataset) -> Sheet:
    """The texts of a file. Raises Refused("bad_file")."""
    size = path.stat().st_size
    if size == 0:
        raise bad(path.name, "filen er tom.")
    with path.open("rb") as file:
        start = file.read(8)
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        if size > LARGEST_BOOK:
            raise bad(path.name, "regnearket er for stort. Gem det som CSV.")
        return workbook(path, dataset)
    if size > LARGEST:
        raise bad(path.name, TOO_LARGE)
    found = text_file(path, dataset)
    if path.stat().st_size != size:
        raise bad(path.name, "filen bliver stadig skrevet. Prøv igen, når den er færdig.")
    return found


def decoded(file: str, raw: bytes) -> bytes:
    """The bytes as UTF-8: by their mark, else strict UTF-8, else Windows-1252."""
    mark = next(((head, name) for head, name in MARKS if raw.startswith(head)), None)
    if mark and mark[1] == "utf-8-sig":
        raw, mark = raw[len(mark[0]) :], None
    try:
        text = raw.decode(mark[1] if mark else "utf-8")
    except UnicodeDecodeError as error:
        if mark:
            raise bad(file, "filen er skåret over: den sidste linje er ikke hel.") from None
        text = windows(file, raw, error.start)
    if "\0" in text:
        raise bad(file, "filen er ikke en tekstfil.")
    if found := MOJIBAKE.search(text):
        raise bad(file, "æ, ø og å er ødelagt (»Ã¸«). Hent filen igen i ét tegnsæt.", text.count("\n", 0, found.start()) + 1)
    return raw if not mark and text.isascii() else text.encode()


def windows(file: str, raw: bytes, at: int) -> str:
    """Windows-1252, unless the file is UTF-8 up to there: then it is mixed."""
    if any(byte > 127 for byte in raw[:at]):
        raise bad(file, "filen blander to tegnsæt. Hent den igen i ét.", raw.count(b"\n", 0, at) + 1)
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError as error:
        raise bad(file, "filen har tegn, som intet kendt tegnsæt har.", raw.count(b"\n", 0, error.start) + 1) from None


def text_file(path: Path, dataset: Dataset) -> Sheet:
    """CSV with ; , or tab, or a SAP list with bars."""
    raw = decoded(path.name, path.read_bytes())
    lines = [line.rstrip("\r") for line in raw[:HEADING_BYTES].decode(errors="ignore").split("\n")[:HEADING_LINES]]
    given = re.match(r"sep=(.)\s*$", lines[0], re.IGNORECASE) if lines else None
    for number, line in enumerate(lines):
        separator = given[1] if given else next((one for one in "\t;|," if line.count(one) >= len(dataset.columns) - 1), "")
        if not separator:
            continue
        cells = [cell.strip() for cell in next(csv.reader([line.strip().strip("|") if separator == "|" else line], delimiter=separator))]
        if separator == "|" or looks_like(cells, dataset):
            places = columns_of(path.name, cells, dataset, number + 1)
            if separator == "|":
                return listed(path.name, raw, (places, cells), number)
            return separated(path.name, raw, (places, cells, separator), number)
    cells = re.split(r"[;\t,|]", lines[0] if lines else "")
    columns_of(path.name, [cell.strip(' "') for cell in cells], dataset, 1)
    raise bad(path.name, "overskrifterne blev ikke fundet.")


def folded(text: str) -> str:
    """A heading as it is compared: small letters, ae oe aa, nothing but letters and digits."""
    return re.sub(r"[^a-z0-9]+", "", text.casefold().translate(LETTERS))


def looks_like(cells: Sequence[str], dataset: Dataset) -> bool:
    """Whether a line is the headings: at least half of them are there."""
    wanted = {folded(column.name) for column in dataset.columns}
    return 2 * len(wanted & {folded(cell) for cell in cells}) >= len(wanted)


def columns_of(file: str, cells: Sequence[str], dataset: Dataset, row: int) -> dict[str, int]:
    """Where each column stands. Refuses headings that are missing, or there twice."""
    found = [folded(cell) for cell in cells]
    places = {}
    for column in dataset.columns:
        wanted = folded(column.name)
        if found.count(wanted) > 1:
            raise bad(file, "kolonnen er der to gange.", row, column.name)
        if wanted not in found:
            near = difflib.get_close_matches(wanted, [one for one in found if one], 1, 0.6)
            hint = f" Skulle »{cells[found.index(near[0])]}« være den?" if near else ""
            raise bad(file, f"kolonnen mangler.{hint}", row, column.name)
        places[column.name] = found.index(wanted)
    return places


def separated(file: str, raw: bytes, heads: tuple[dict[str, int], Sequence[str], str], line: int) -> Sheet:
    """A CSV file after its headings at `line` (from 0), by Arrow's own reader: many threads, quotes, line breaks in quotes."""
    import pyarrow as pa
    from pyarrow import csv as fast

    places, cells, separator = heads
    start = 0
    for _ in range(line + 1):
        start = raw.index(b"\n", start) + 1 if b"\n" in raw[start:] else len(raw)
    body = raw[start:]
    names = [str(n) for n in range(len(cells))]
    sheet = Sheet(file, {name: cells[place] for name, place in places.items()}, {}, line + 2)
    if not body.strip():
        sheet.columns = {name: pa.array([], pa.string()) for name in places}
        return sheet
    if body.count(b'"') % 2:
        raise bad(file, "filen er skåret over: et anførselstegn mangler sin ende.")

    def odd(row: Any) -> str:
        return "skip" if row.text.strip(f"{separator} \r\n") == "" else "error"

    try:
        table = fast.read_csv(
            pa.BufferReader(body),
            read_options=fast.ReadOptions(column_names=names, use_threads=True, block_size=8 * 1024**2),
            parse_options=fast.ParseOptions(delimiter=separator, newlines_in_values=b'"' in body, invalid_row_handler=odd),
            convert_options=fast.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, include_columns=names
            ),
        )
    except pa.ArrowInvalid:
        row = line + 1 + first_odd(body, separator, len(cells))
        raise bad(file, f"rækken har et andet antal kolonner end overskrifterne ({len(cells)}).", row) from None
    sheet.columns = {name: table.column(place) for name, place in places.items()}
    if len(cells) > len(places):
        sheet.notes.append(f"{len(cells) - len(places)} kolonner, som ikke hører til, er sprunget over.")
    return sheet


def first_odd(body: bytes, separator: str, width: int) -> int:
    """The line, from 1, where the first row with another number of cells ends."""
    reader = csv.reader(io.StringIO(body.decode(), newline=""), delimiter=separator)
    try:
        return next((reader.line_num for row in reader if len(row) != width and any(row)), 0)
    except csv.Error:  # a cell of more than 131,072 characters: that is the odd row
        return reader.line_num


def listed(file: str, raw: bytes, heads: tuple[dict[str, int], Sequence[str]], line: int) -> Sheet:
    """A SAP list: bars around the cells, rulers between the parts, page heads again and again."""
    import pyarrow as pa

    places, cells = heads
    rows: list[list[str]] = []
    numbers, heads_again = [], 0
    for number, text in enumerate(io.StringIO(raw.decode()), 1):
        if number <= line + 1 or not text.strip().startswith("|") or RULER.match(text):
            continue
        found = [cell.strip() for cell in text.strip().removeprefix("|").removesuffix("|").split("|")]
        if [folded(cell) for cell in found] == [folded(cell) for cell in cells]:
            heads_again += 1
            continue
        if len(found) != len(cells):
            raise bad(file, f"rækken har {len(found)} kolonner, overskrifterne {len(cells)}.", number)
        rows.append(found)
        numbers.append(number)
    notes = [f"{heads_again} gentagne sidehoveder er sprunget over."] if heads_again else []
    columns = {name: pa.array([row[place] for row in rows], pa.string()) for name, place in places.items()}
    return Sheet(file, {name: cells[place] for name, place in places.items()}, columns, line + 2, numbers, notes)


def workbook(path: Path, dataset: Dataset) -> Sheet:
    """The one visible sheet of a workbook that has the headings."""
    import pyarrow as pa
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        visible = [
            one.name
            for one in book.sheets_metadata
            if one.visible is calamine.SheetVisibleEnum.Visible and one.typ is calamine.SheetTypeEnum.WorkSheet
        ]
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in visible}
    except (calamine.CalamineError, calamine.PasswordError, calamine.ZipError, calamine.XmlError):
        raise bad(path.name, "regnearket kan ikke åbnes: det er beskadiget, ikke helt eller låst med en adgangskode.") from None
    hits = [
        (name, n)
        for name, rows in sheets.items()
        for n, row in enumerate(rows[:HEADING_LINES])
        if looks_like([str(cell) for cell in row], dataset)
    ]
    if len({name for name, _ in hits}) > 1:
        raise bad(path.name, f"arkene {' og '.join(f'»{name}«' for name, _ in hits[:2])} har begge overskrifterne. Lad ét blive.")
    if not hits:
        first = next((row for rows in sheets.values() for row in rows if any(row)), [])
        columns_of(path.name, [str(cell) for cell in first], dataset, 1)
        raise bad(path.name, "overskrifterne blev ikke fundet.")
    name, head = hits[0]
    cells = [str(cell).strip() for cell in sheets[name][head]]
    places = columns_of(path.name, cells, dataset, head + 1)
    rows = [(number, row) for number, row in enumerate(sheets[name][head + 1 :], head + 2) if any(cell not in {"", None} for cell in row)]
    hidden = len(book.sheet_names) - len(visible)
    notes = [f"{hidden} skjulte ark er ikke læst."] if hidden else []
    columns = {
        one: pa.array([cell_text(row[place], dataset.column(one).type) for _, row in rows], pa.string()) for one, place in places.items()
    }
    return Sheet(path.name, {one: cells[place] for one, place in places.items()}, columns, head + 2, [number for number, _ in rows], notes)


def cell_text(value: Any, kind: str) -> str:
    """A cell as the text that a CSV file would hold. Numbers in a date column are Excel's days since 1900."""
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds") if kind == "timestamp" else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float) and kind == "date" and 20_000 <= value <= 2_958_465 and float(value).is_integer():
        return date.fromordinal(date(1899, 12, 30).toordinal() + int(value)).isoformat()
    if isinstance(value, float) and kind == "decimal":
        return plain_number(round(value, 2) if abs(value - round(value, 2)) < 1e-9 * max(1.0, abs(value)) else value).replace(".", ",")
    return "" if value is None else plain_number(value).strip()


def fitting(path: Path, datasets: Sequence[Dataset]) -> list[Dataset]:
    """The datasets whose columns all stand in one line of a file's beginning; none where it cannot be read. For a thread."""
    try:
        lines = beginning(path)
    except Refused:
        return []
    found = [{folded(cell) for cell in line} for line in lines]
    fits = [one for one in datasets if any({folded(column.name) for column in one.columns} <= line for line in found)]
    return sorted(fits, key=lambda one: -len(one.columns))


def beginning(path: Path) -> list[list[str]]:
    """The first lines of a file as cells, split by whatever separates most of them. Raises Refused."""
    with path.open("rb") as file:
        raw = file.read(HEADING_BYTES)
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        import python_calamine as calamine

        try:
            book = calamine.CalamineWorkbook.from_path(str(path))
            return [
                [str(cell) for cell in row]
                for name in book.sheet_names
                for row in book.get_sheet_by_name(name).to_python(nrows=HEADING_LINES)
            ]
        except (calamine.CalamineError, calamine.PasswordError, calamine.ZipError, calamine.XmlError):
            return []
    text = decoded(path.name, raw[: raw.rfind(b"\n") + 1] or raw).decode(errors="ignore")
    return [re.split(re.escape(max("\t;|,", key=line.count)), line.strip(' |"')) for line in text.splitlines()[:HEADING_LINES]]
