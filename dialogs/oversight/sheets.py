"""A workbook that is written row by row, in flat memory."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from dialogs import texts
from dialogs.oversight import telling
from dialogs.oversight.cells import Value

MOST_SIGNS = 32_000  # of a cell: Excel takes 32,767
ODD = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_")
SIGNS = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
RUNS_CODE = ("=", "+", "-", "@", "\t", "\r")  # what a cell begins with that becomes a formula when somebody edits it
FORMATS = {
    "head": {
        "bold": True,
        "font_color": "#FFFFFF",
        "bg_color": "#00386B",
        "text_wrap": True,
        "valign": "top",
        "border": 1,
        "border_color": "#B4C3D2",
    },
    "title": {"bold": True, "font_size": 16, "font_color": "#00386B"},
    "answer": {"bold": True, "font_size": 12, "text_wrap": True, "valign": "top"},
    "label": {"bold": True, "valign": "top"},
    "text": {"valign": "top"},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "quoted": {"valign": "top", "quote_prefix": True},
    "count": {"num_format": "#,##0", "valign": "top", "align": "right"},
    "integer": {"num_format": "0", "valign": "top"},
    "amount": {"num_format": "#,##0.00;[Red]-#,##0.00", "valign": "top"},
    "day": {"num_format": "dd-mm-yyyy", "valign": "top", "align": "left"},
    "moment": {"num_format": "dd-mm-yyyy hh:mm", "valign": "top", "align": "left"},
    "answered": {"text_wrap": True, "valign": "top", "bg_color": "#FFF9E0", "border": 1, "border_color": "#D9CFA6"},
}


@cache
def whole() -> type[Any]:
    """A class of sheets that take whole rows: cell by cell the library needs three times as long, and it writes a text that looks like its own markup raw.

    It uses what the library keeps to itself: `_check_dimensions` for the sheet's size, `_write_single_row` before the next row, `fh` to write to.
    """
    from xlsxwriter.worksheet import Worksheet

    class Whole(Worksheet):  # type: ignore[misc]  # the library ships no types
        def add_whole(self, row: int, columns: int, cells: str) -> None:
            """The XML of a row's cells; rows come in their order."""
            self._check_dimensions(row, 0)
            self._check_dimensions(row, columns - 1)
            self._write_single_row(row)
            self.fh.write(f'<row r="{row + 1}">{cells}</row>')

    return Whole


@cache
def letter(place: int) -> str:
    """How a sheet calls a column, from 0: A, B, ... Z, AA."""
    more, last = divmod(place, 26)
    return (letter(more - 1) if more else "") + chr(ord("A") + last)


class Book:
    """A workbook that is being written."""

    def __init__(self, path: Path) -> None:
        import xlsxwriter

        self.file = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        self.styles = {name: self.file.add_format(properties)._get_xf_index() for name, properties in FORMATS.items()}  # noqa: SLF001 - see whole()

    def sheet(self, name: str, widths: Sequence[int], *, head: Sequence[str] = ()) -> "Sheet":
        """A new sheet with columns of so many signs; with a head it is frozen."""
        return Sheet(self, self.file.add_worksheet(name, whole()), widths, head)


class Sheet:
    """A sheet, written from top to bottom."""

    def __init__(self, book: Book, sheet: Any, widths: Sequence[int], head: Sequence[str]) -> None:
        self.sheet, self.styles, self.row = sheet, book.styles, 0
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        if head:
            self.add(head, ["head"] * len(head))
            sheet.freeze_panes(1, 0)
            sheet.repeat_rows(0)

    def add(self, values: Sequence[Value], formats: Sequence[str]) -> None:
        """One row. A text is a text whatever it begins with."""
        parts = []
        for place, (value, named) in enumerate(zip(values, formats, strict=True)):
            if value is None:
                continue
            if isinstance(value, str):
                safe, plain = escaped(value), named if named in PLAIN else "text"
                style = self.styles["quoted" if plain == "text" and safe.startswith(RUNS_CODE) else plain]
                parts.append(
                    f'<c r="{letter(place)}{self.row + 1}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{marked(safe)}</t></is></c>'
                )
            else:
                parts.append(f'<c r="{letter(place)}{self.row + 1}" s="{self.styles[named]}"><v>{value:.16G}</v></c>')
        if parts:
            self.sheet.add_whole(self.row, len(values), "".join(parts))
        self.row += 1

    def pairs(self, rows: Sequence[tuple[str, Value]], named: str = "wrapped") -> None:
        """Labels and values below each other."""
        for label, value in rows:
            self.add([label, value], ["label", named if isinstance(value, str) else "count"])

    def filtered(self, columns: int) -> None:
        """A filter over everything below the head."""
        self.sheet.autofilter(0, 0, max(self.row - 1, 0), columns - 1)


PLAIN = {"head", "title", "answer", "label", "wrapped", "answered", "text"}  # formats for text


def escaped(text: str) -> str:
    """A text as a cell takes it: without CPR numbers, and not too long."""
    safe = telling.masked(text) if len(text) > 9 else text
    return texts.shortened(safe, MOST_SIGNS) if len(safe) > MOST_SIGNS else safe


def marked(text: str) -> str:
    """A text as XML; signs that XML cannot hold as Excel writes them."""
    return ODD.sub(lambda match: SIGNS.get(match[0]) or f"_x{ord(match[0][0]):04X}_{match[0][1:]}", text) if ODD.search(text) else text
