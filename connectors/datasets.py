"""What a system offers to the oversight: datasets with declared columns, read as Arrow batches, and the source's own count of them.

A system that is an `OffersDatasets` makes its data usable in every tilsyn. Names and meanings are Danish: controllers read them.
pyarrow is imported where it is used alone: the bot starts without it.
"""

import dataclasses
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from connectors.errors import NotFound, Refused

if TYPE_CHECKING:
    import pyarrow as pa

Type = Literal["text", "integer", "decimal", "date", "timestamp", "boolean"]
Identity = Literal["medarbejder_nr", "bruger_id", "entra_id", "upn", "servicenow_id", "servicenow_bruger", "sap_bruger", "kreditor_nr"]


@dataclass(frozen=True)
class Column:
    """One column. `decimal` has 18 digits, 2 of them after the point; `timestamp` is Danish local time without a zone, to the microsecond.

    meaning: in Danish, for the one who writes a tilsyn. personal: tells about a person. identity: which key of a person it holds.
    width: a number kept as text, padded with zeros to so many digits; 0 for none.
    """

    name: str
    type: Type
    meaning: str
    personal: bool = False
    identity: Identity | None = None
    width: int = 0


@dataclass(frozen=True)
class Dataset:
    """A dataset ("kvantum.posteringer"). freshness: in Danish, how new the data are.

    key: the columns that tell one row from all others. period: the date or time column that a period is asked by, None where everything is
    always read. control: the decimal column whose sum the source reports too, None where it reports rows alone.
    """

    name: str
    title: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    freshness: str
    period: str | None = None
    control: str | None = None

    @property
    def system(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]

    def column(self, name: str) -> Column:
        """A column by its name. Raises KeyError."""
        return {one.name: one for one in self.columns}[name]

    def schema(self) -> "pa.Schema":
        """The Arrow schema: the columns in order."""
        import pyarrow as pa

        return pa.schema([(one.name, arrow_type(one.type)) for one in self.columns])


@dataclass(frozen=True)
class Period:
    """From the first to the last day, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a period ends before it begins")


@dataclass(frozen=True)
class Reported:
    """What the source itself says that there is. total: the sum of the control column, None where it gives none."""

    rows: int | None
    total: Decimal | None = None


@dataclass(frozen=True)
class Reading:
    """One reading that has begun. source, query: for the lineage, without secrets. batches: in the declared schema; may raise ConnectorError.

    notes: in Danish, what was set right on the way (zeros put back, subtotals left out); complete when the batches are.
    """

    source: str
    query: str
    reported: Reported
    batches: "AsyncGenerator[pa.RecordBatch, None]"
    notes: list[str] = dataclasses.field(default_factory=list)


class OffersDatasets(ABC):
    """A capability: `systems.all(OffersDatasets)` are those that can be read for oversight; `connectors.offered` finds all."""

    @abstractmethod
    def datasets(self) -> Sequence[Dataset]:
        """What can be read. Reaches for nothing."""

    @abstractmethod
    async def read(self, name: str, period: Period | None) -> Reading:
        """Begin to read a dataset; a period is ignored where the dataset has no period column. Raises ConnectorError."""

    def dataset(self, name: str) -> Dataset:
        """One of them. Raises NotFound."""
        for one in self.datasets():
            if one.name == name:
                return one
        raise NotFound(name.partition(".")[0], "no such dataset", code="no_dataset")


def arrow_type(kind: Type) -> "pa.DataType":
    """The Arrow type of a column."""
    import pyarrow as pa

    kinds = {
        "text": pa.string(),
        "integer": pa.int64(),
        "decimal": pa.decimal128(18, 2),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
        "boolean": pa.bool_(),
    }
    return kinds[kind]


def batch(dataset: Dataset, rows: Sequence[Mapping[str, Any]], padded: Counter[str] | None = None) -> "pa.RecordBatch":
    """Rows as JSON gives them in the declared schema: numbers and dates as ISO text are read exactly, a missing or empty value is null.

    padded: counts, by column, the numbers that got their zeros back. Raises Refused("bad_row") for a value that is not of its column's type;
    the value itself is not passed on.
    """
    import pyarrow as pa

    arrays = []
    for column in dataset.columns:
        values = [row.get(column.name) for row in rows]
        if column.width:
            whole = [one.zfill(column.width) if isinstance(one, str) and one.isdecimal() else one for one in values]
            if padded is not None:
                padded[column.name] += sum(a != b for a, b in zip(whole, values, strict=True))
            values = whole
        arrays.append(column_of(dataset, column, values))
    return pa.RecordBatch.from_arrays(arrays, schema=dataset.schema())


def column_of(dataset: Dataset, column: Column, values: list[Any]) -> "pa.Array":
    """One column of a batch. Raises Refused("bad_row")."""
    import pyarrow as pa

    wanted = arrow_type(column.type)
    try:
        if column.type == "text":
            return pa.array([None if one is None or one == "" else str(one) for one in values], wanted)
        if column.type in {"decimal", "date", "timestamp"}:
            return pa.array([None if one in {None, ""} else str(one) for one in values], pa.string()).cast(wanted)
        return pa.array(values, wanted)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        raise Refused(dataset.system, f"{dataset.name}: a value of {column.name} is no {column.type}", code="bad_row") from None


def notes_of(padded: Counter[str]) -> list[str]:
    """What was padded, in Danish, a sentence for each column."""
    return [f"{name}: {count} numre fik nuller foran igen." for name, count in sorted(padded.items()) if count]
