"""A dataset is fetched whole and proven, or not at all."""

import hashlib
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from connectors.datasets import Column, Dataset, OffersDatasets, Period, Reading, Reported, batch
from connectors.errors import ConnectorError, NotFound, Refused, Unavailable
from connectors.fetched import fetch

TOY = Dataset(
    "toy.rows",
    "Rækker",
    "Til prøve.",
    (
        Column("nr", "text", "Nummer"),
        Column("linje", "integer", "Linje"),
        Column("dato", "date", "Dato"),
        Column("tid", "timestamp", "Tid"),
        Column("beloeb", "decimal", "Beløb"),
        Column("har", "boolean", "Om der er bilag"),
    ),
    key=("nr", "linje"),
    freshness="altid",
    period="dato",
    control="beloeb",
)
Rows = list[dict[str, Any]]


def row(n: int, **other: Any) -> dict[str, Any]:
    return {"nr": f"{n:05d}", "linje": 1, "dato": "2026-07-01", "tid": "2026-07-01T08:30:00", "beloeb": f"{n}.25", "har": True, **other}


@dataclass
class Toy(OffersDatasets):
    """A source that gives these rows in pages, says that there are so many, and may break after a page."""

    rows: Rows
    page: int = 100
    says: Reported | None = None
    breaks: ConnectorError | None = None
    ended: list[str] = field(default_factory=list)

    @override
    def datasets(self) -> Sequence[Dataset]:
        return (TOY,)

    @override
    async def read(self, name: str, period: Period | None) -> Reading:
        total = sum((Decimal(one["beloeb"]) for one in self.rows), Decimal(0))
        return Reading("toy", f"{period}", self.says or Reported(len(self.rows), total), self.pages(), ["én note"])

    async def pages(self) -> "AsyncGenerator[pa.RecordBatch, None]":
        try:
            for start in range(0, len(self.rows), self.page):
                yield batch(TOY, self.rows[start : start + self.page])
                if self.breaks:
                    raise self.breaks
        finally:
            self.ended.append("closed")


def left(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_what_was_fetched_is_in_the_file_with_its_lineage(tmp_path: Path) -> None:
    period = Period(date(2026, 7, 1), date(2026, 9, 30))
    found = await fetch(Toy([row(n) for n in range(250)]), "toy.rows", period, tmp_path / "run")
    assert (found.rows, found.reported_rows) == (250, 250)
    assert found.control_total == found.reported_total == sum(Decimal(f"{n}.25") for n in range(250))
    assert found.sha256 == hashlib.sha256(found.path.read_bytes()).hexdigest()
    assert (found.first, found.last, found.notes) == (period.first, period.last, ("én note",))
    assert pq.read_table(found.path).schema.equals(TOY.schema())
    assert left(found.path.parent) == ["toy.rows.parquet"]


async def test_the_same_data_make_the_same_file_whatever_the_pages_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.fetched.GROUP", 64)
    rows = [row(n) for n in range(150)]
    first = await fetch(Toy(rows, page=150), "toy.rows", None, tmp_path / "a")
    second = await fetch(Toy(rows, page=7), "toy.rows", None, tmp_path / "b")
    assert first.sha256 == second.sha256


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (Toy([row(1)], says=Reported(2, Decimal("1.25"))), "incomplete"),
        (Toy([row(1)], says=Reported(1, Decimal("1.26"))), "control_total"),
        (Toy([row(1), row(2), row(1)]), "doubled_key"),
        (Toy([row(n) for n in range(300)], breaks=Unavailable("toy", "cut", code="no_answer")), "no_answer"),
        (Toy([row(1), row(2, dato="x")]), "bad_row"),
    ],
    ids=["a row is missing", "another sum", "a row twice", "a break in the middle", "a value of another type"],
)
async def test_what_is_not_whole_leaves_nothing_and_harms_no_earlier_one(source: Toy, code: str, tmp_path: Path) -> None:
    before = await fetch(Toy([row(7)]), "toy.rows", None, tmp_path)
    with pytest.raises(ConnectorError) as caught:
        await fetch(source, "toy.rows", None, tmp_path)
    assert caught.value.code == code
    assert left(tmp_path) == ["toy.rows.parquet"]
    assert hashlib.sha256(before.path.read_bytes()).hexdigest() == before.sha256
    assert source.ended == ["closed"]


async def test_nothing_found_is_a_whole_file_without_rows(tmp_path: Path) -> None:
    found = await fetch(Toy([]), "toy.rows", None, tmp_path)
    assert (found.rows, found.control_total) == (0, Decimal(0))
    assert pq.read_table(found.path).schema.equals(TOY.schema())


async def test_a_dataset_that_is_not_offered_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        await fetch(Toy([]), "toy.other", None, tmp_path)


def test_a_period_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="ends before"):
        Period(date(2026, 2, 1), date(2026, 1, 1))


@settings(max_examples=60, deadline=None)
@given(
    st.decimals(min_value=-(10**15), max_value=10**15, places=2), st.dates(date(1900, 1, 1)), st.text(min_size=1).filter(str.isprintable)
)
def test_values_come_out_as_they_went_in(amount: Decimal, day: date, text: str) -> None:
    [found] = batch(TOY, [row(1, nr=text, beloeb=str(amount), dato=day.isoformat())]).to_pylist()
    assert (found["nr"], found["beloeb"], found["dato"]) == (text, amount, day)


@pytest.mark.parametrize(
    "wrong", [{"beloeb": "1,5"}, {"beloeb": "1.234"}, {"dato": "2026-02-30"}, {"linje": "x"}, {"har": "maybe"}, {"tid": "8"}]
)
def test_a_wrong_value_is_refused_without_being_told(wrong: dict[str, str]) -> None:
    with pytest.raises(Refused) as caught:
        batch(TOY, [row(1, **wrong)])
    assert caught.value.code == "bad_row"
    assert caught.value.reason.endswith(f"a value of {next(iter(wrong))} is no {TOY.column(next(iter(wrong))).type}")
