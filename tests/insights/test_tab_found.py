"""Pages of rows are what sorting and filtering them by hand gives; a question that takes too long is broken off, and nobody waits for it."""

import asyncio
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from insights.found import BadWish, Filter, Reader, Wish, kinds

SCHEMA = pa.schema(
    [
        ("nr", pa.int64()), ("navn", pa.string()), ("beloeb", pa.decimal128(18, 2)), ("dato", pa.date32()), ("set", pa.timestamp("us")),
        ("antal", pa.int64()), ("aktiv", pa.bool_()), ('sære "navne"', pa.string()),
    ]
)  # fmt: skip
NAMES = ("Ågot", "Ærø", "øl", "Zoé", "aben", "Aabenraa", "100 %", "under_streg", "'; DROP", "", None)
BEGIN = date(2026, 1, 1)
Rows = list[dict[str, Any]]


def made(count: int) -> Rows:
    chance = random.Random(4)
    return [
        {
            "nr": number,
            "navn": chance.choice(NAMES),
            "beloeb": chance.choice([None, Decimal(chance.randrange(-9999, 9999)) / 100]),
            "dato": chance.choice([None, BEGIN + timedelta(days=chance.randrange(400))]),
            "set": datetime(2026, 1, 1) + timedelta(minutes=chance.randrange(200_000)),  # noqa: DTZ001 - datasets hold Danish local time
            "antal": chance.randrange(5),
            "aktiv": chance.choice([True, False, None]),
            'sære "navne"': f"x{chance.randrange(30)}",
        }
        for number in random.Random(5).sample(range(1, count + 1), count)
    ]


ROWS = made(700)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("found") / "fund.parquet"
    pq.write_table(pa.Table.from_pylist(ROWS, schema=SCHEMA), file, row_group_size=64)
    return file


COLUMNS = kinds([(one.name, str(one.type)) for one in SCHEMA])


def filtered(*some: tuple[str, str, str]) -> tuple[Filter, ...]:
    return tuple(Filter(column, how, text) for column, how, text in some)  # type: ignore[arg-type]  # any text may come


FILTERS: list[tuple[tuple[Filter, ...], Callable[[dict[str, Any]], bool]]] = [
    ((), bool),
    (filtered(("navn", "has", "ÆR")), lambda one: one["navn"] == "Ærø"),
    (filtered(("navn", "has", "%")), lambda one: one["navn"] == "100 %"),
    (filtered(("navn", "has", "r_s")), lambda one: one["navn"] == "under_streg"),
    (filtered(("navn", "is", "'; DROP")), lambda one: one["navn"] == "'; DROP"),
    (filtered(("navn", "empty", "")), lambda one: not one["navn"]),
    (filtered(("beloeb", "from", "1,50"), ("beloeb", "to", "50")), lambda one: one["beloeb"] is not None and Decimal("1.5") <= one["beloeb"] <= 50),
    (filtered(("dato", "from", "1.6.2026"), ("dato", "to", "2026-06-30")), lambda one: one["dato"] is not None and one["dato"].month == 6 and one["dato"].year == 2026),
    (filtered(("set", "is", "3-2-2026")), lambda one: one["set"].date() == date(2026, 2, 3)),
    (filtered(("set", "to", "3.2.2026")), lambda one: one["set"].date() <= date(2026, 2, 3)),
    (filtered(("set", "to", "31.12.9999"), ("dato", "to", "31.12.9999")), lambda one: one["dato"] is not None),
    (filtered(("aktiv", "is", "nej"), ("antal", "is", "3")), lambda one: one["aktiv"] is False and one["antal"] == 3),
    (filtered(('sære "navne"', "is", "x7")), lambda one: one['sære "navne"'] == "x7"),
]  # fmt: skip


@pytest.mark.parametrize(("filters", "fits"), FILTERS)
async def test_the_pages_of_a_filter_hold_the_rows_that_fit_in_their_order(path: Path, filters: tuple[Filter, ...], fits: Any) -> None:
    reader, wanted = Reader(), [one for one in ROWS if fits(one)]
    assert wanted
    for sort, descending in (("", False), ("beloeb", False), ("dato", True)):
        some = sorted(wanted, key=lambda one: (one[sort] is None, one[sort]), reverse=False) if sort else wanted
        if descending:
            some = [one for one in some if one[sort] is not None]
            some = [one for day in sorted({one[sort] for one in some}, reverse=True) for one in wanted if one[sort] == day]
            some += [one for one in wanted if one[sort] is None]
        seen: Rows = []
        for page in range(1, len(wanted) // 90 + 3):
            found = await reader.rows(path, COLUMNS, Wish(filters=filters, sort=sort, descending=descending, page=page, size=90))
            assert found.total == len(wanted)
            seen += found.rows
        assert [one["nr"] for one in seen] == [one["nr"] for one in some]
        assert {one["nr"]: one for one in seen} == {one["nr"]: one for one in wanted}


async def test_texts_are_sorted_as_danes_sort_them(path: Path) -> None:
    pages = [await Reader().rows(path, COLUMNS, Wish(sort="navn", size=200, page=page)) for page in range(1, 5)]
    order = list(dict.fromkeys(one["navn"] for page in pages for one in page.rows))
    assert [name for name in order if name and name.isalpha()] == ["aben", "Zoé", "Ærø", "øl", "Aabenraa", "Ågot"]
    assert order[-1] is None


async def test_a_search_looks_in_every_column(path: Path) -> None:
    wanted: dict[str, Callable[[dict[str, Any]], bool]] = {
        "ÆRØ": lambda one: one["navn"] == "Ærø",
        "x29": lambda one: one['sære "navne"'] == "x29",
        "5.3.2026": lambda one: date(2026, 3, 5) in {one["dato"], one["set"].date()},
    }
    for text, fits in wanted.items():
        found = await Reader().rows(path, COLUMNS, Wish(search=text, size=200))
        assert {one["nr"] for one in found.rows} == {one["nr"] for one in ROWS if fits(one)}, text
        assert found.rows
    for text in ("31.12.9999", "1.1.99999999999", "9" * 60):
        assert (await Reader().rows(path, COLUMNS, Wish(search=text))).total == 0, text
    for how in ("is", "from"):
        assert (await Reader().rows(path, COLUMNS, Wish(filters=filtered(("set", how, "31.12.9999"))))).total == 0
    for column, said in (("dato", "en dag"), ("set", "en dag")):
        with pytest.raises(BadWish, match=said):
            await Reader().rows(path, COLUMNS, Wish(filters=filtered((column, "to", "1.1.99999999999"))))


async def test_groups_add_up(path: Path) -> None:
    found = await Reader().groups(path, COLUMNS, Wish(group="navn", filters=filtered(("antal", "from", "2"))))
    some = [one for one in ROWS if one["antal"] >= 2]
    assert (found.total, found.groups, found.columns) == (len(some), len(NAMES), ("beloeb",))
    for name, count, (total,) in found.rows:
        mine = [one for one in some if one["navn"] == name]
        assert (count, total) == (len(mine), sum(one["beloeb"] for one in mine if one["beloeb"] is not None))


async def test_what_takes_too_long_is_broken_off_and_the_reader_goes_on(path: Path) -> None:
    reader = Reader(seconds=0.05)
    ticks = 0

    async def ticking() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.005)
            ticks += 1

    clock = asyncio.create_task(ticking())
    endless = "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range + b.range = 7"
    with pytest.raises(BadWish, match="for lang tid"):
        await reader.ask(lambda cursor: cursor.execute(endless).fetchall())
    clock.cancel()
    assert ticks >= 3  # the loop was free meanwhile
    assert (await Reader().rows(path, COLUMNS, Wish())).total == len(ROWS)
    with pytest.raises(BadWish, match="ikke længere gemt"):
        await Reader().rows(path.with_name("gone"), COLUMNS, Wish())
