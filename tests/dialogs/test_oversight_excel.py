"""The workbook says what the run says, read again by another library; text of the data stays text."""

import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from dialogs.oversight import cells, excel, sheets, telling
from dialogs.oversight.shown import Shown
from dialogs.oversight.store import State
from tests.dialogs import oversight_shown as example

SHEETS = ["Overblik", "Fund", "Sammenligning", "Stikprøve", "Opfølgning", "Data og herkomst"]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    return example.shown(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def path(shown: Shown, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "tilsyn.xlsx"
    excel.write(path, shown)
    return path


def read(path: Path) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_it_has_a_sheet_for_each_part(path: Path) -> None:
    assert list(read(path)) == SHEETS
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_the_overview_says_the_same_as_the_card(path: Path, shown: Shown) -> None:
    facts = {row[0]: row[1] for row in read(path)["Overblik"] if row[0]}
    assert facts["Svar"] == telling.answer(shown.run) == "Manglende bilag, 3. kvartal 2026: 10 fund."
    assert (facts["Fund"], facts["Gennemgåede rækker"], facts["Fund sidst"]) == (10, 12_345, 2)
    assert (facts["Nye"], facts["Gentagne"], facts["Løste"]) == (8, 2, 0)
    assert facts["Sammenligning"] == "I forhold til 2. kvartal 2026: 8 nye og 2 gentagne (1 ændret)."
    assert facts["Vurdering"] == "1 fejl og 1 forklaret. 8 er ikke vurderet."
    assert facts["Startet"] == "1.10.2026 kl. 8.00"
    assert facts["Rækkernes SHA-256"] == telling.spaced(shown.run.sha256)


def test_it_says_who_signed_and_what_is_followed_up(path: Path) -> None:
    facts = {row[0]: row[1] for row in read(path)["Overblik"] if row[0]}
    assert facts["Underskrevet af"] == "Jens Kjær, 2.10.2026 kl. 11.05 (version 1)"
    assert read(path)["Opfølgning"] == [
        ["Fund", "Handling", "Ansvarlig", "Frist", "Status"],
        [1, "Find kvitteringen", "Ole Bang", date(2026, 10, 15), "åben"],
    ]


def test_the_findings_are_the_rows_of_the_run(path: Path) -> None:
    head, *found = read(path)["Fund"]
    assert head[:5] == ["Nr", "Bilagsnr", "Dato", "Registreret", "Beløb"]
    assert head[-3:] == ["Vurdering", "Begrundelse", "Vurderet af"]
    for row, wanted in zip(found, example.rows(), strict=True):
        assert row[1] == wanted["bilagsnr"]
        assert row[2] == wanted["dato"]
        assert abs(row[3] - wanted["registreret"]).total_seconds() < 1
        assert (row[0], Decimal(str(row[4])), row[5], row[6], row[7]) == (
            wanted["nr"],
            wanted["beloeb"],
            wanted["linje"],
            "ja" if wanted["har_bilag"] else "nej",
            wanted["andel"],
        )
    assert [row[-3] for row in found] == ["fejl", "", "forklaret", *[""] * 7]


def test_text_of_the_data_is_never_a_formula_and_never_a_cpr_number(path: Path) -> None:
    found = [row[8] for row in read(path)["Fund"][1:]]
    assert found[:4] == example.TEXTS[:4]
    assert found[4] == "til [CPR-nummer fjernet] for kørsel"
    assert found[5] == example.TEXTS[5]
    assert found[6] == "<r><t>rå</t></r>"
    assert found[9] == "linje 1\nlinje 2"
    with zipfile.ZipFile(path) as book:
        names = book.namelist()
        everything = "".join(book.read(name).decode() for name in names if name.endswith(".xml"))
    assert "<f>" not in everything
    assert "<hyperlink" not in everything
    assert "010170" not in everything
    assert 'quotePrefix="1"' in everything
    assert not [name for name in names if "externalLink" in name or "vba" in name.lower()]


def test_what_is_compared_is_beside_it(path: Path) -> None:
    head, *compared = read(path)["Sammenligning"]
    assert head[:4] == ["Status", "Nr", "Gange", "Ændret"]
    assert compared[0][:4] == ["gentaget", 1, 2, "beløb: -1.999,00 → -2.000,00"]
    assert [row[0] for row in compared] == ["gentaget"] * 2 + ["ny"] * 8


def test_the_sample_stands_in_the_order_it_was_drawn(path: Path) -> None:
    sheet = read(path)["Stikprøve"]
    assert [row[1] for row in sheet[:5]] == [
        "2 tilfældige",
        telling.spaced("ef" * 32),
        10,
        2,
        "0 fejl af 2: højst 77,6 % med 95 % sikkerhed.",
    ]
    assert [(row[0], row[1]) for row in sheet[7:]] == [(1, 3), (2, 1)]
    assert [row[-2] for row in sheet[7:]] == ["forklaret", "fejl"]


def test_the_lineage_tells_where_the_data_come_from(path: Path) -> None:
    head, row = read(path)["Data og herkomst"]
    told = dict(zip(head, row, strict=True))
    assert (told["Datasæt"], told["Rækker"], told["Kontrolsum"]) == ("kvantum.posteringer", 12_345, 9_876_543.21)
    assert told["Fra"] == date(2026, 7, 1)
    assert told["Hentet"] == datetime(2026, 10, 1, 8)  # noqa: DTZ001 - Excel knows no zones; it is Copenhagen's
    assert told["Filens SHA-256"] == telling.spaced("ab" * 32)


@settings(max_examples=25, deadline=None)
@given(
    written=st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\ufffe\uffff"), max_size=9)
        | st.sampled_from(["_x0041_", "<r>x</r>", "&lt;"]),
        max_size=9,
    )
)
def test_any_text_comes_back_as_it_was(written: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("any") / "book.xlsx"
    book = sheets.Book(path)
    sheet = book.sheet("Fund", [20, 20])
    for text in written:
        sheet.add([text, 1], ["text", "count"])
    book.file.close()
    assert [row[0] for row in read(path)["Fund"]] == written


@pytest.mark.parametrize("state", [one for one in get_args(State) if one != "found"])
def test_no_state_looks_like_another(state: State, tmp_path: Path) -> None:
    run = example.run(state, 0, problem="Kvantum svarede ikke." if state in {"failed", "partial"} else "")
    excel.write(tmp_path / "book.xlsx", Shown(run, example.TILSYN))
    book = read(tmp_path / "book.xlsx")
    assert book["Fund"] == [[telling.answer(run)]]
    labels = [row[0] for row in book["Overblik"]]
    assert ("Fund" in labels) == (state == "nothing")
    assert book["Sammenligning"] == [["Ikke sammenlignet med en tidligere kørsel."]]


def test_what_excel_cannot_count_with_is_written(tmp_path: Path) -> None:
    table = pa.table(
        {
            "nr": pa.array([1], pa.int64()),
            "langt": pa.array([12_345_678_901_234_567], pa.int64()),
            "stort": pa.array([Decimal("1234567890123456.78")], pa.decimal128(18, 2)),
            "gammel": pa.array([date(1899, 5, 1)]),
            "intet": pa.array([float("nan")]),
            "liste": pa.array([["a", "b"]]),
            "zone": pa.array([datetime(2026, 7, 1, 10)], pa.timestamp("us", "Europe/Copenhagen")),  # noqa: DTZ001 - pyarrow takes it for UTC
            "lang": pa.array(["x" * 40_000]),
        }
    )
    pq.write_table(table, tmp_path / "fund.parquet")
    row = next(cells.rows_of(tmp_path / "fund.parquet", cells.columns_of(tmp_path / "fund.parquet")))
    assert row[:6] == [1, "12345678901234567", "1.234.567.890.123.456,78", "1.5.1899", "nan", "a, b"]
    assert row[6] == pytest.approx((date(2026, 7, 1) - cells.EPOCH).days + 12 / 24)
    excel.write(tmp_path / "book.xlsx", Shown(example.run(count=1), example.TILSYN, tmp_path / "fund.parquet"))
    assert len(read(tmp_path / "book.xlsx")["Fund"][1][7]) <= sheets.MOST_SIGNS


def test_more_rows_than_a_sheet_holds_go_on_on_the_next(tmp_path: Path, shown: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "MOST_ROWS", 4)
    excel.write(tmp_path / "book.xlsx", shown)
    book = read(tmp_path / "book.xlsx")
    assert [len(book[name]) for name in ("Fund", "Fund 2", "Fund 3")] == [5, 5, 3]
