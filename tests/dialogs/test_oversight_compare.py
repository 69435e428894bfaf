"""Runs against each other and datasets against each other: what is told is what the rows say."""

from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogs.oversight import compare
from dialogs.oversight.compare import Changed, Total
from dialogs.oversight.pairing import CannotCompare, Table

FINDING = pa.schema(
    [("nr", pa.int64()), ("bilag", pa.string()), ("linje", pa.int64()), ("beløb", pa.decimal128(18, 2)), ("note", pa.string())]
)
POSTING = pa.schema([("id", pa.string()), ("enhed", pa.string()), ("beloeb", pa.decimal128(18, 2)), ("dato", pa.string())])


def findings(path: Path, rows: dict[str, tuple[str, str]]) -> Path:
    """A run's result: amount and note by the key."""
    listed = [
        {"nr": number, "bilag": key, "linje": 1, "beløb": Decimal(amount), "note": note}
        for number, (key, (amount, note)) in enumerate(sorted(rows.items()), 1)
    ]
    pq.write_table(pa.Table.from_pylist(listed, FINDING), path)
    return path


def postings(*rows: tuple[str | None, str, str]) -> pa.Table:
    return pa.Table.from_pylist(
        [{"id": key, "enhed": unit, "beloeb": Decimal(amount), "dato": "2026-09-01"} for key, unit, amount in rows], POSTING
    )


def test_a_run_tells_what_is_new_repeated_changed_reopened_and_solved(tmp_path: Path) -> None:
    first = findings(tmp_path / "1", {"A": ("1", ""), "B": ("1", ""), "D": ("1", "")})
    second = findings(tmp_path / "2", {"A": ("1", ""), "C": ("5", "gammel"), "E": ("7", "væk")})
    now = findings(tmp_path / "3", {"A": ("1", ""), "B": ("1", ""), "C": ("6.50", "gammel"), "N": ("9", "")})
    told = compare.runs(now, [first, second], ["bilag", "linje"], tmp_path / "out")
    assert (told.new, told.repeated, told.changed, told.reopened, told.solved) == (1, 2, 1, 1, 1)
    assert told.columns == (Changed("beløb", 1),)
    assert told.said("2. kvartal 2026") == "I forhold til 2. kvartal 2026: 1 nyt, 2 gentagne (1 ændret), 1 genåbnet og 1 løst."
    rows = compare.page(told.path, 0, 10)
    assert [(row["bilag"], row["_status"], row["_gange"]) for row in rows] == [
        ("A", "gentaget", 3),
        ("C", "gentaget", 2),
        ("B", "genåbnet", 2),
        ("N", "ny", 1),
        ("E", "løst", 1),
    ]
    assert compare.changes_said(rows[1]) == "beløb: 5,00 → 6,50"
    assert [row["note"] for row in compare.page(told.path, 0, 10, "løst")] == ["væk"]
    assert compare.page(told.path, 1, 1) == rows[1:2]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["1", "2", "3", "out"]


def test_nothing_both_times_is_said_so(tmp_path: Path) -> None:
    empty = findings(tmp_path / "1", {})
    told = compare.runs(empty, [empty], ["bilag", "linje"], tmp_path / "out")
    assert told.said("august 2026") == "I forhold til august 2026: intet fundet nogen af gangene."
    assert compare.page(told.path, 0, 10) == []


def test_a_first_run_has_nothing_to_be_compared_with(tmp_path: Path) -> None:
    with pytest.raises(CannotCompare, match="ikke kørt før"):
        compare.runs(findings(tmp_path / "1", {}), [], ["bilag"], tmp_path / "out")


def test_a_file_that_got_another_column_still_compares(tmp_path: Path) -> None:
    before = findings(tmp_path / "1", {"A": ("1", "x")})
    table = pq.read_table(before).drop_columns(["note"]).append_column("kreditor", pa.array(["0000012345"]))
    pq.write_table(table.set_column(2, "linje", pa.array(["1"])), tmp_path / "2")
    told = compare.runs(tmp_path / "2", [before], ["bilag", "linje"], tmp_path / "out")
    assert (told.repeated, told.changed, told.added, told.dropped) == (1, 0, ("kreditor",), ("note",))


def test_two_datasets_within_a_tolerance(tmp_path: Path) -> None:
    left = postings(("1", "Økonomi", "100.00"), ("2", "Økonomi", "200.00"), ("3", "IT", "300.00"), ("4", "IT", "5"), (None, "IT", "1"))
    right = postings(("1", "Økonomi", "100.01"), ("2", "Økonomi", "210.00"), ("4", "IT", "5"), ("5", "IT", "7"), (None, "IT", "1"))
    told = compare.datasets(
        Table(left, "Kvantum"),
        Table(right, "regnearket"),
        ["id"],
        tmp_path / "out",
        tolerances={"beloeb": Decimal("0.01")},
        amounts=["beloeb"],
        unit="enhed",
    )
    assert (told.left_rows, told.right_rows, told.same, told.differing, told.only_left, told.only_right) == (5, 5, 3, 1, 1, 1)
    assert told.said() == "Kvantum mod regnearket: 3 stemmer, 1 afviger, 1 findes kun i Kvantum og 1 findes kun i regnearket."
    assert told.totals == (Total("beloeb", Decimal("606.00"), Decimal("323.01")),)
    assert told.totals[0].said() == "Beløb: 606,00 mod 323,01, forskel -282,99."
    assert [(one.unit, one.apart) for one in told.units] == [("IT", Decimal("-293.00")), ("Økonomi", Decimal("10.01"))]
    assert {row["id"]: row["_status"] for row in compare.page(told.path, 0, 9)} == {"2": "afviger", "5": "højre", "3": "venstre"}


def test_datasets_that_agree_are_said_to(tmp_path: Path) -> None:
    pq.write_table(postings(("1", "IT", "1.00")), tmp_path / "left")
    other = postings(("1", "IT", "1.00")).rename_columns(["nummer", "enhed", "beloeb", "dato"])
    other = other.set_column(2, "beloeb", other["beloeb"].cast(pa.float64())).set_column(3, "dato", other["dato"].cast(pa.date32()))
    told = compare.datasets(
        Table(tmp_path / "left", "Kvantum"),
        Table(other, "tidsregistreringen", {"nummer": "id"}),
        ["id"],
        tmp_path / "out",
        amounts=["beloeb"],
    )
    assert told.said() == "Kvantum og tidsregistreringen stemmer: 1 række."
    assert told.totals[0].said() == "Beløb: 1,00 begge steder."


@pytest.mark.parametrize(
    ("key", "options", "why"),
    [
        (["enhed"], {}, r"Nøglen \(enhed\) er ikke entydig i A: IT står der flere gange"),
        (["findes_ikke"], {}, "Nøglen findes ikke er ikke en kolonne i A"),
        (["id"], {"tolerances": {"enhed": Decimal(1)}}, "Enhed i A er ikke et tal eller en dato"),
        (["id"], {"amounts": ["dato"]}, "Dato er ikke et tal"),
        (["id"], {"unit": 'x" FROM a; --'}, "er ikke en kolonne i begge"),
    ],
)
def test_what_cannot_be_compared_is_told_and_leaves_the_earlier_file(
    tmp_path: Path, key: list[str], options: dict[str, Any], why: str
) -> None:
    out = tmp_path / "out"
    out.write_text("earlier")
    left, right = postings(("1", "IT", "1"), ("2", "IT", "2")), postings(("1", "IT", "3"), ("2", "ØK", "2"))
    with pytest.raises(CannotCompare, match=why):
        compare.datasets(Table(left, "A"), Table(right, "B"), key, out, **options)
    assert out.read_text() == "earlier"
    assert not list(tmp_path.glob(".*"))


def test_names_are_names_and_nothing_else(tmp_path: Path) -> None:
    odd = "bel'øb\" ]; DROP"
    left, right = (pa.table({"id": ["1"], odd: [value]}) for value in (1, 2))
    told = compare.datasets(Table(left, "A"), Table(right, "B"), ["id"], tmp_path / "o'ut", amounts=[odd])
    assert told.columns == (Changed(odd, 1),)


TABLES = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.integers(1, 2)), st.tuples(st.integers(-3, 3), st.sampled_from(["", "x", None]))
)


@settings(max_examples=25, deadline=None)
@given(left=TABLES, right=TABLES, tolerance=st.integers(0, 2))
def test_the_differences_are_those_that_a_plain_loop_finds(left: dict[Any, Any], right: dict[Any, Any], tolerance: int) -> None:
    schema = pa.schema([("k", pa.string()), ("n", pa.int64()), ("v", pa.int64()), ("t", pa.string())])
    tables = [pa.Table.from_pylist([{"k": k, "n": n, "v": v, "t": t} for (k, n), (v, t) in side.items()], schema) for side in (left, right)]
    with TemporaryDirectory() as folder:
        told = compare.datasets(
            Table(tables[0], "A"), Table(tables[1], "B"), ["k", "n"], Path(folder) / "out", tolerances={"v": Decimal(tolerance)}
        )
        rows = {(row["k"], row["n"]): row["_status"] for row in compare.page(told.path, 0, 99)}
    differ = {key for key in left.keys() & right.keys() if abs(left[key][0] - right[key][0]) > tolerance or left[key][1] != right[key][1]}
    assert rows == dict.fromkeys(left.keys() - right.keys(), "venstre") | dict.fromkeys(
        right.keys() - left.keys(), "højre"
    ) | dict.fromkeys(differ, "afviger")
    assert told.same + told.differing + told.only_right == len(right)
