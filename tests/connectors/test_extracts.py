"""Extracts as they really come: read exactly, or refused with file, row and column."""

import codecs
import time
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.datasets import Column, Dataset, Period
from connectors.errors import Refused
from connectors.extracts import Extracts, extract
from connectors.fetched import fetch

BOOK = Dataset(
    "kvantum.proeve",
    "Prøve",
    "Til prøve.",
    (
        Column("bilagsnr", "text", "Nummer", width=10),
        Column("dato", "date", "Dag"),
        Column("beløb", "decimal", "Beløb"),
        Column("tekst", "text", "Tekst", personal=True),
        Column("antal", "integer", "Antal"),
        Column("har_bilag", "boolean", "Bilag"),
        Column("tid", "timestamp", "Tid"),
    ),
    key=("bilagsnr",),
    freshness="en gang",
    period="dato",
    control="beløb",
)
HEAD = "Bilagsnr;Dato;Beløb;Tekst;Antal;Har bilag;Tid"
LINE = "42;31-12-2025;1.234,56;Køb – á 5 €;3;ja;31-12-2025 08:30"
ROW = {
    "bilagsnr": "0000000042", "dato": date(2025, 12, 31), "beløb": Decimal("1234.56"), "tekst": "Køb – á 5 €", "antal": 3, "har_bilag": True,
    "tid": datetime.fromisoformat("2025-12-31T08:30"),
}  # fmt: skip


def rows(folder: Path, content: str | bytes, name: str = "kvantum.proeve.csv") -> list[dict[str, Any]]:
    return notes(folder, content, name)[0]


def notes(folder: Path, content: str | bytes, name: str = "kvantum.proeve.csv") -> tuple[list[dict[str, Any]], list[str]]:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    table, told = extract(path, BOOK)
    assert table.schema.equals(BOOK.schema())
    return table.to_pylist(), told


def refused(folder: Path, content: str | bytes, name: str = "kvantum.proeve.csv") -> str:
    with pytest.raises(Refused) as caught:
        rows(folder, content, name)
    assert caught.value.code == "bad_file"
    return caught.value.reason


def column(folder: Path, place: int, *values: str) -> list[Any]:
    """One column's values through a whole file; the others are plain."""
    lines = []
    for n, value in enumerate(values, 1):
        cells = [str(n), "01-01-2026", "1,00", "x", "1", "ja", "01-01-2026 08:00"]
        cells[place] = f'"{value}"'
        lines.append(";".join(cells))
    return [row[BOOK.columns[place].name] for row in rows(folder, "\n".join([HEAD, *lines]))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_usual_encoding_and_separator(tmp_path: Path, encoding: str, separator: str, end: str) -> None:
    text = end.join([HEAD, LINE, ""]).replace(";", separator)
    assert rows(tmp_path, text.encode(encoding)) == [ROW]


def test_utf16_as_sap_writes_it(tmp_path: Path) -> None:
    assert rows(tmp_path, codecs.BOM_UTF16_BE + f"{HEAD}\n{LINE}\n".encode("utf-16-be")) == [ROW]


def test_sep_line_titles_and_line_breaks_in_quotes(tmp_path: Path) -> None:
    quoted = LINE.replace("Køb – á 5 €", '"Køb; på\nto linjer ""her"""')
    assert rows(tmp_path, f"sep=;\n{HEAD}\n{quoted}\n")[0]["tekst"] == 'Køb; på\nto linjer "her"'
    assert rows(tmp_path, f"Posteringer for 2025\nUdskrevet 01-01-2026\n\n{HEAD}\n{LINE}\n") == [ROW]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["1.234,56-", "12,5", "0"], ["-1234.56", "12.50", "0.00"]),
        (["(1.234,56)", "7,00"], ["-1234.56", "7.00"]),
        (["1.234,-", "2.000,50"], ["1234.00", "2000.50"]),
        (["1\u00a0234,56", "1 000 000,00"], ["1234.56", "1000000.00"]),
        (["1.234,50 kr.", "kr. 2,00"], ["1234.50", "2.00"]),
        (["1,234.56", "12.5"], ["1234.56", "12.50"]),
        (["1234", "-5"], ["1234.00", "-5.00"]),
        (["1.234", "1.234,50"], ["1234.00", "1234.50"]),
        (["1.234", "2.5"], ["1.234", "2.5"]),
    ],
)
def test_numbers_are_read_as_their_column_is_written(tmp_path: Path, written: list[str], meant: list[str]) -> None:
    if meant == ["1.234", "2.5"]:  # more than two decimals, once it is clear that the dot is the decimal sign
        assert "række 2, kolonnen »Beløb«: har mere end to decimaler" in refused(
            tmp_path, f"{HEAD}\n" + "\n".join(LINE.replace("1.234,56", one) for one in written)
        )
        return
    assert column(tmp_path, 2, *written) == [Decimal(one) for one in meant]


def test_a_number_that_can_be_two_is_not_guessed(tmp_path: Path) -> None:
    text = f"{HEAD}\n" + LINE.replace("1.234,56", "1.234") + "\n" + LINE.replace("42;", "43;").replace("1.234,56", "5.678")
    assert "kvantum.proeve.csv, række 2, kolonnen »Beløb«: tallene kan læses på to måder" in refused(tmp_path, text)


def test_one_number_written_in_another_manner_is_named(tmp_path: Path) -> None:
    lines = [LINE, LINE.replace("42;", "43;"), LINE.replace("42;", "44;").replace("1.234,56", "1,234.56")]
    assert refused(tmp_path, "\n".join([HEAD, *lines])).startswith("kvantum.proeve.csv, række 4, kolonnen »Beløb«: er ikke et tal")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["31-12-2025", "00-00-0000", ""], [date(2025, 12, 31), None, None]),
        (["31.12.9999", "00.00.0000"], [date(9999, 12, 31), None]),
        (["20251231", "00000000"], [date(2025, 12, 31), None]),
        (["03/04/2025"], [date(2025, 4, 3)]),
        (["2025-12-31 00:00:00"], [date(2025, 12, 31)]),
    ],
)
def test_dates_day_first_and_nothing_for_zeros(tmp_path: Path, written: list[str], meant: list[date | None]) -> None:
    assert column(tmp_path, 1, *written) == meant


@pytest.mark.parametrize("wrong", ["12/31/2025", "31-02-2025", "31-12-25", "i går", "2025-13-01"])
def test_a_day_that_is_none_is_named(tmp_path: Path, wrong: str) -> None:
    said = refused(tmp_path, f"{HEAD}\n{LINE}\n{LINE.replace('42;', '43;').replace('31-12-2025;', wrong + ';')}")
    assert said.startswith("kvantum.proeve.csv, række 3, kolonnen »Dato«: er ")


def test_zeros_that_excel_ate_come_back_and_are_counted(tmp_path: Path) -> None:
    found, told = notes(tmp_path, f"{HEAD}\n{LINE}\n{LINE.replace('42;', '0000000043;')}")
    assert [row["bilagsnr"] for row in found] == ["0000000042", "0000000043"]
    assert "Bilagsnr: 1 numre fik nuller foran igen." in told


@pytest.mark.parametrize(
    ("wrong", "why"), [("1,9E+09", "regnetal af Excel"), ("3-feb", "ikke et nummer"), ("12345678901", "ikke et nummer")]
)
def test_numbers_that_excel_spoilt_are_refused(tmp_path: Path, wrong: str, why: str) -> None:
    said = refused(tmp_path, f"{HEAD}\n{LINE}\n{LINE.replace('42;', wrong + ';')}")
    assert said.startswith("kvantum.proeve.csv, række 3, kolonnen »Bilagsnr«: ")
    assert why in said


def test_cpr_numbers_in_texts_are_masked_and_counted(tmp_path: Path) -> None:
    found, told = notes(tmp_path, f"{HEAD}\n{LINE.replace('Køb – á 5 €', 'Tilbage til 311299-0000 og 1234567890')}")
    assert found[0]["tekst"] == "Tilbage til xxxxxx-xxxx og 1234567890"
    assert "Tekst: 1 CPR-numre er skjult." in told


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "filen er tom"),
        (b"\0\1\2\3" * 20, "ikke en tekstfil"),
        (f"{HEAD}\n{LINE}\n".encode() + f"{LINE}\n".encode("cp1252"), "række 3: filen blander to tegnsæt"),
        (f"{HEAD}\n{LINE}\n".encode().decode("cp1252").encode(), "æ, ø og å er ødelagt"),
        (f"{HEAD}\n{LINE}\n".encode("utf-16")[:-1], "skåret over"),
        (f"{HEAD}\n{LINE}\n42;31-12-20", "række 3: rækken har et andet antal kolonner"),
        (f'{HEAD}\n{LINE}\n42;31-12-2025;1,00;"Køb', "skåret over: et anførselstegn"),
        (f"{HEAD}\n{LINE};for meget\n", "række 2: rækken har et andet antal kolonner"),
        (f"{HEAD.replace('Beløb', 'Belob')}\n{LINE}\n", "kolonnen »beløb«: kolonnen mangler. Skulle »Belob« være den?"),
        (f"{HEAD}\n{LINE}\n{'x' * 200_000}", "række 3: rækken har et andet antal kolonner"),
        (f"{HEAD};Dato\n{LINE};01-01-2026\n", "kolonnen »dato«: kolonnen er der to gange"),
        (HEAD.replace("Dato", "Xyz"), "kolonnen »dato«: kolonnen mangler."),
        ("noget helt andet\n1\n", "kolonnen mangler"),
        (f"{HEAD}\n{LINE.replace('ja', 'måske')}", "kolonnen »Har bilag«: er hverken ja eller nej"),
        (f"{HEAD}\n{LINE.replace(';3;', ';3,5;')}", "kolonnen »Antal«: er ikke et helt tal"),
        (f"{HEAD}\n{LINE.replace('42;', ';')}\n{LINE}", ""),
    ],
)
def test_what_is_broken_is_refused_with_its_place(tmp_path: Path, content: str | bytes, why: str) -> None:
    if why:
        assert why in refused(tmp_path, content)
    else:  # a row without a key sums others: this one does not
        assert "sumlinjen passer ikke" in refused(tmp_path, content)


def test_headings_without_rows_are_an_empty_extract(tmp_path: Path) -> None:
    assert rows(tmp_path, f"{HEAD}\n") == []


def test_what_looks_like_a_formula_stays_a_text(tmp_path: Path) -> None:
    evil = '=cmd|"/c calc"!A1'
    quoted = evil.replace('"', '""')
    assert rows(tmp_path, f'{HEAD}\n42;31-12-2025;1,00;"{quoted}";3;ja;31-12-2025 08:30')[0]["tekst"] == evil


SAP = """\
01.01.2026                     Posteringsliste                        Side 1
-----------------------------------------------------------------------------
| Bilagsnr | Dato       | Beløb      | Tekst | Antal | Har bilag | Tid |
|----------|------------|------------|-------|-------|-----------|-----|
| 1        | 02.01.2026 |   1.000,00 | Leje  | 1     | X         |     |
| 2        | 03.01.2026 |     250,50-| Retur | 1     |           |     |
| *        |            |     749,50 |       |       |           |     |
-----------------------------------------------------------------------------
| Bilagsnr | Dato       | Beløb      | Tekst | Antal | Har bilag | Tid |
|----------|------------|------------|-------|-------|-----------|-----|
| 3        | 00.00.0000 |      10,00 | Porto | 1     | X         |     |
| *        |            |      10,00 |       |       |           |     |
| **       |            |     759,50 |       |       |           |     |
"""


def test_a_sap_list_with_page_heads_and_subtotals(tmp_path: Path) -> None:
    found, told = notes(tmp_path, SAP.encode("cp1252"), "kvantum.proeve.txt")
    assert [(row["bilagsnr"], row["dato"], row["beløb"], row["har_bilag"]) for row in found] == [
        ("0000000001", date(2026, 1, 2), Decimal("1000.00"), True),
        ("0000000002", date(2026, 1, 3), Decimal("-250.50"), False),
        ("0000000003", None, Decimal("10.00"), True),
    ]
    assert "3 sumlinjer passer med rækkerne." in told
    lost = "\n".join(line for line in SAP.splitlines() if "Retur" not in line)
    assert "række 6, kolonnen »Beløb«: sumlinjen passer ikke" in refused(tmp_path, lost, "kvantum.proeve.txt")


def test_control_figures_beside_the_file(tmp_path: Path) -> None:
    beside = tmp_path / "kvantum.proeve.csv.kontrol"
    beside.write_text("antal=1\nsum=1.234,56\n")
    assert "Kontroltallene passer." in notes(tmp_path, f"{HEAD}\n{LINE}")[1]
    beside.write_text("antal=2\n")
    assert "filens antal er ikke det" in refused(tmp_path, f"{HEAD}\n{LINE}")
    beside.write_text("nothing")
    assert "kontroltallene kan ikke læses" in refused(tmp_path, f"{HEAD}\n{LINE}")


def workbook(path: Path, *sheets: list[list[Any]], hidden: int | None = None) -> Path:
    book = xlsxwriter.Workbook(path)
    dates = book.add_format({"num_format": "dd-mm-yyyy"})
    for n, cells in enumerate(sheets):
        sheet = book.add_worksheet()
        if n == hidden:
            sheet.hide()
        for y, row in enumerate(cells):
            for x, cell in enumerate(row):
                sheet.write_datetime(y, x, cell, dates) if isinstance(cell, datetime) else sheet.write(y, x, cell)
    book.close()
    return path


def test_excel_with_titles_real_dates_serials_and_hidden_sheets(tmp_path: Path) -> None:
    head = HEAD.split(";")
    first = [42, datetime.fromisoformat("2025-12-31"), 1234.56, "Køb", 3, "ja", datetime.fromisoformat("2025-12-31T08:30")]
    second = ["0000000043", 46022, 0.1 + 0.2, "Mere", 1, "nej", datetime.fromisoformat("2025-12-31T09:00")]
    path = workbook(tmp_path / "kvantum.proeve.xlsx", [["Udtræk"], [], head, first, second], [head, first], hidden=1)
    table, told = extract(path, BOOK)
    found = table.to_pylist()
    assert [(row["bilagsnr"], row["dato"], row["beløb"]) for row in found] == [
        ("0000000042", date(2025, 12, 31), Decimal("1234.56")),
        ("0000000043", date(2025, 12, 31), Decimal("0.30")),
    ]
    assert "1 skjulte ark er ikke læst." in told
    twice = workbook(tmp_path / "kvantum.proeve 2.xlsx", [head, first], [head, first])
    with pytest.raises(Refused, match="har begge overskrifterne"):
        extract(twice, BOOK)


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_a_workbook_that_is_not_whole_is_refused(tmp_path: Path, share: float) -> None:
    whole = workbook(tmp_path / "x.xlsx", [HEAD.split(";")]).read_bytes()
    assert "regnearket kan ikke åbnes" in refused(tmp_path, whole[: int(len(whole) * share)], "kvantum.proeve.xlsx")


async def test_a_folder_of_files_is_a_source_like_another(tmp_path: Path) -> None:
    (tmp_path / "kvantum.proeve 1.csv").write_text(f"{HEAD}\n{LINE}\n")
    (tmp_path / "kvantum.proeve 2.csv").write_text(f"{HEAD}\n{LINE.replace('42;', '43;').replace('31-12-2025;', '01-02-2026;')}\n")
    (tmp_path / "kvantum.proevesag.csv").write_text("another dataset")
    source = Extracts(tmp_path, [BOOK])
    assert [one.name for one in source.datasets()] == ["kvantum.proeve"]
    whole = await fetch(source, "kvantum.proeve", None, tmp_path / "out")
    assert (whole.rows, whole.query) == (2, "kvantum.proeve 1.csv + kvantum.proeve 2.csv")
    part = await fetch(source, "kvantum.proeve", Period(date(2026, 1, 1), date(2026, 12, 31)), tmp_path / "out")
    assert part.rows == 1
    (tmp_path / "kvantum.proeve 3.csv").write_text(f"{HEAD}\n{LINE}\n")
    with pytest.raises(Refused) as caught:
        await fetch(source, "kvantum.proeve", None, tmp_path / "out")
    assert caught.value.code == "doubled_key"  # an extract that overlaps another


MONEY = st.decimals(min_value=-(10**12), max_value=10**12, places=2)


def danish(number: Decimal) -> str:
    whole, _, part = f"{abs(number):,.2f}".partition(".")
    return f"{whole.replace(',', '.')},{part}{'-' if number < 0 else ''}"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(MONEY, st.dates(date(1900, 1, 1)), st.text(st.characters(codec="cp1252", exclude_categories=["Cc"]), max_size=20)),
        min_size=1,
        max_size=8,
    )
)
def test_what_is_written_comes_back(tmp_path: Path, values: list[tuple[Decimal, date, str]]) -> None:
    def clean(text: str) -> str:
        return text.strip(" \u00a0")

    usual = [(amount, day, text) for amount, day, text in values if "Ã" not in text and not text.lstrip(" \u00a0").startswith("*")]
    lines = [
        f'{n};{day:%d.%m.}{day.year:04d};{danish(amount)};"{text.replace(chr(34), chr(34) * 2)}";1;ja;01-01-2026 08:00'
        for n, (amount, day, text) in enumerate(usual, 1)
    ]
    for encoding in ("utf-8-sig", "cp1252", "utf-16"):
        found = rows(tmp_path, "\r\n".join([HEAD, *lines]).encode(encoding))
        assert [(row["beløb"], row["dato"], row["tekst"] or "") for row in found] == [
            (amount, day, clean(text)) for amount, day, text in usual
        ]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.binary(max_size=200), st.text(max_size=120).map(lambda text: f"{HEAD}\n{LINE}\n{text}".encode(errors="replace"))))
def test_any_bytes_are_read_or_refused_and_nothing_else(tmp_path: Path, content: bytes) -> None:
    assert outcome(tmp_path, content) in {"read", "bad_file"}


def outcome(folder: Path, content: bytes) -> str:
    try:
        rows(folder, content)
    except Refused as refusal:
        return refusal.code
    return "read"


def test_many_rows_are_quick(tmp_path: Path) -> None:
    day = date(2025, 1, 1)
    body = "\n".join(
        f"{n};{day + timedelta(days=n % 700):%d-%m-%Y};{n % 9000},{n % 100:02d};Køb nr. {n};1;ja;01-01-2026 08:00" for n in range(200_000)
    )
    path = tmp_path / "kvantum.proeve.csv"
    path.write_text(f"{HEAD}\n{body}\n", "cp1252")
    start = time.process_time()
    table, _ = extract(path, BOOK)
    assert table.num_rows == 200_000
    assert time.process_time() - start < 8  # about 1 on a quiet machine
