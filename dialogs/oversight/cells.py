"""The columns of a Parquet file as Excel's cells: numbers and days that Excel can count with, and text as Danes write it for the rest."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from dialogs import texts
from dialogs.oversight import compare, telling
from dialogs.oversight.pairing import CHANGES, STATUS, TIMES

if TYPE_CHECKING:
    import pyarrow as pa

DIGITS = 10**15  # Excel counts with 15: a longer number is written as text
BATCH = 5_000  # rows in memory
EPOCH = date(1899, 12, 30)  # Excel's day 0 as it counts from 1 March 1900 on
FIRST_DAY = (date(1900, 3, 1) - EPOCH).days
UNIX = (date(1970, 1, 1) - EPOCH).days
Value = str | int | float | None
LABELS = {STATUS: "Status", TIMES: "Gange", CHANGES: "Ændret"}


@dataclass(frozen=True)
class Column:
    """A column of a sheet. name: of the Arrow column, "" for one that is computed. format: of its numbers."""

    name: str
    label: str
    format: str
    width: int


def day(when: date | None) -> Value:
    """A day as Excel counts it."""
    return (when - EPOCH).days if when else None


def moment(at: datetime) -> Value:
    """An aware time as Excel counts it, in Copenhagen."""
    local = texts.local(at).replace(tzinfo=None)
    return (local.date() - EPOCH).days + (local.hour * 3600 + local.minute * 60 + local.second) / 86400


def amount(value: Decimal | None) -> Value:
    """An amount that Excel can count with; one with more digits as text."""
    return value if value is None else float(value) if abs(value) * 100 < DIGITS else telling.cell(value)


def columns_of(path: Path) -> list[Column]:
    """The columns of a Parquet file as a sheet shows them; wide enough for what its first rows say."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    try:
        first = next(file.iter_batches(200), None)
        found = []
        for place, field in enumerate(file.schema_arrow):
            label = LABELS.get(field.name) or telling.heading(field.name)
            label = label[:1].upper() + label[1:]
            longest = max((len(str(value)) for value in cells(first, place) if value is not None), default=0) if first else 0
            found.append(Column(field.name, label, format_of(field.type), min(max(longest, len(label), 8), 60) + 3))
        return found
    finally:
        file.close()


def format_of(kind: "pa.DataType") -> str:
    """The format of a column's numbers."""
    import pyarrow as pa

    if pa.types.is_date(kind):
        return "day"
    if pa.types.is_timestamp(kind):
        return "moment"
    if pa.types.is_integer(kind):
        return "integer"
    return "amount" if pa.types.is_decimal(kind) or pa.types.is_floating(kind) else "text"


def rows_of(path: Path, columns: Sequence[Column]) -> Iterator[list[Value]]:
    """The rows of a Parquet file, a batch in memory at a time."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    try:
        for batch in file.iter_batches(BATCH):
            for row in zip(*(cells(batch, place) for place in range(len(columns))), strict=True):
                yield list(row)
    finally:
        file.close()


def cells(batch: "pa.RecordBatch", place: int) -> list[Value]:
    """A column's values as a cell holds them: numbers and Excel's days where they fit, text as Danes write it where they do not."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if batch.schema.names[place] == CHANGES:
        return [compare.changes_said(row) or None for row in batch.to_pylist()]
    column = batch.column(place)
    kind = column.type
    if pa.types.is_timestamp(kind):
        local = pc.local_timestamp(column) if kind.tz else column
        days = [one if one is None else one / 86_400_000_000 for one in local.cast(pa.timestamp("us")).cast(pa.int64()).to_pylist()]
        return _days(days, column)
    if pa.types.is_date(kind):
        return _days(column.cast(pa.date32()).cast(pa.int32()).to_pylist(), column)
    values = column.to_pylist()
    if pa.types.is_integer(kind):
        return [one if one is None or abs(one) < DIGITS else str(one) for one in values]
    if pa.types.is_decimal(kind):
        return [amount(one) for one in values]
    if pa.types.is_floating(kind):
        return [one if one is None or abs(one) < DIGITS else str(one) for one in values]
    return (
        values
        if pa.types.is_string(kind) or pa.types.is_large_string(kind)
        else [None if one is None else telling.cell(one) for one in values]
    )


def _days(unix: Sequence[float | None], column: "pa.Array") -> list[Value]:
    """Days since 1970 as Excel counts them; what lies before its time is written."""
    found: list[Value] = []
    for place, one in enumerate(unix):
        day = None if one is None else one + UNIX
        found.append(telling.cell(column[place].as_py()) if day is not None and day < FIRST_DAY else day)
    return found
