"""Files that are handed in: used in the runs of whoever did, for a week, and named in the lineage; what a file may be is seen by its headings."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from connectors.datasets import Dataset, Period
from connectors.errors import Refused
from connectors.extracts import Extracts
from connectors.extracts_files import fitting
from connectors.fetched import fetch
from connectors.kvantum import Kvantum
from dialogs.oversight.handed import KEPT, Handed, looked_at, safe
from dialogs.oversight.oversight_extract import NO_FILE, WISH, meant
from dialogs.oversight.runner import why
from nlu.normalise import fold
from simulators.world import NOW

FILE = (Path(__file__).parents[1] / "extracts" / "kreditorer.csv").read_bytes()
KNOWN: dict[str, Dataset] = {one.name: one for one in Kvantum.offers}
CREDITORS = KNOWN["kvantum.kreditorer"]


class Clock:
    now = NOW

    def __call__(self) -> object:
        return self.now


async def test_a_file_counts_for_its_owner_and_for_a_week(tmp_path: Path) -> None:
    clock = Clock()
    handed = Handed(tmp_path, clock)  # type: ignore[arg-type]  # its time is a datetime
    kept = await handed.keep(CREDITORS.name, "../Kreditorer æ.csv", FILE, ("jens", "Jens Kjær"), "key", 3)
    again = await handed.keep(CREDITORS.name, "../Kreditorer æ.csv", FILE, ("jens", "Jens Kjær"), "key", 3)
    assert (again.id, await handed.whole(kept), len(await handed.every())) == (kept.id, True, 1)
    own = await handed.source(CREDITORS, "jens")
    assert own
    found = await fetch(own, CREDITORS.name, None, tmp_path / "run")
    assert (found.rows, found.query) == (3, "kvantum.kreditorer Kreditorer æ.csv")
    assert found.notes[0] == "Filen »../Kreditorer æ.csv«, lagt i chatten af Jens Kjær 23.11.2026."
    assert await handed.source(CREDITORS, "sofie") is None
    assert await handed.used_by("jens", ["kvantum.fakturaer", CREDITORS.name]) == ["../Kreditorer æ.csv"]
    assert await handed.drop(kept.id, "sofie") is None
    clock.now = NOW + KEPT
    assert await handed.source(CREDITORS, "jens") is None
    await handed.forget()
    assert not list(handed.folder.iterdir())


async def test_the_newest_counts_and_one_can_be_taken_back(tmp_path: Path) -> None:
    clock = Clock()
    handed = Handed(tmp_path, clock)  # type: ignore[arg-type]  # its time is a datetime
    first = await handed.keep(CREDITORS.name, "en.csv", FILE, ("jens", "Jens"), "1", 3)
    clock.now += timedelta(minutes=1)
    second = await handed.keep(CREDITORS.name, "to.csv", FILE, ("jens", "Jens"), "2", 3)
    assert await handed.used_by("jens", [CREDITORS.name]) == ["to.csv"]
    assert await handed.drop(second.id, "jens") == second
    assert await handed.used_by("jens", [CREDITORS.name]) == ["en.csv"]
    (handed.folder / first.id / "kvantum.kreditorer en.csv").write_bytes(b"half")
    assert not await handed.whole(first)


async def test_where_no_system_has_the_data_the_newest_file_is_everybodys(tmp_path: Path) -> None:
    handed = Handed(tmp_path, lambda: NOW)
    source = Extracts(None, list(Kvantum.offers), handed.folder)
    assert source.datasets() == []
    await handed.keep(CREDITORS.name, "en.csv", FILE, ("jens", "Jens"), "1", 3)
    assert source.datasets() == [CREDITORS]
    await handed.keep(CREDITORS.name, "to.csv", FILE.replace(b"4000014", b"4000015"), ("sofie", "Sofie"), "2", 3)
    assert (await fetch(source, CREDITORS.name, None, tmp_path / "out")).query == "kvantum.kreditorer to.csv"


async def test_what_a_file_holds_is_told_before_it_is_used() -> None:
    lines = (
        "faktura_id;kreditor_nr;faktura_nr;fakturadato;modtaget_dato;beloeb_inkl;beloeb_ekskl;valuta;bestillingsnr;status;konteret_af;godkendt_af;betalt_dato",
        "F1;4000000;A-1;01-09-2026;02-09-2026;1.250,00;1.000,00;DKK;;betalt;ABCD;EFGH;15-09-2026",
        "F2;4000007;A-2;03-09-2026;30-09-2026;250,50-;200,40-;DKK;;betalt;ABCD;EFGH;15-10-2026",
    )
    read = await looked_at(KNOWN["kvantum.fakturaer"], "september.csv", "\r\n".join(lines).encode("cp1252"))
    assert (read.rows, read.total) == (2, Decimal("999.50"))
    assert Period(read.first or NOW.date(), read.last or NOW.date()) == Period(
        NOW.date().replace(month=9, day=2), NOW.date().replace(month=9, day=30)
    )
    with pytest.raises(Refused, match=r"september.csv, række 3, kolonnen »beloeb_inkl«"):
        await looked_at(KNOWN["kvantum.fakturaer"], "september.csv", "\r\n".join(lines).replace("250,50-", "250.50,1").encode())
    with pytest.raises(Refused, match=r"tom.csv: filen er tom"):
        await looked_at(CREDITORS, "tom.csv", b"")


async def test_a_file_that_is_gone_meanwhile_is_named(tmp_path: Path) -> None:
    path = tmp_path / "kvantum.kreditorer.csv"
    path.write_bytes(FILE)
    source = Extracts(tmp_path, list(Kvantum.offers))
    assert source.files(CREDITORS.name) == [path]
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere.csv")
    with pytest.raises(Refused, match=r"kvantum.kreditorer.csv: filen er der ikke længere") as caught:
        await fetch(source, CREDITORS.name, None, tmp_path / "out")
    said = "Udtrækket med kvantum.kreditorer kan ikke bruges. kvantum.kreditorer.csv: filen er der ikke længere."
    assert why(CREDITORS.name, caught.value) == said


def test_what_it_may_be_is_seen_by_its_headings(tmp_path: Path) -> None:
    text = tmp_path / "a.csv"
    text.write_bytes(FILE)
    assert fitting(text, list(KNOWN.values())) == [CREDITORS]
    book = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(book)) as made:
        sheet = made.add_worksheet("Udtræk")
        sheet.write(0, 0, "Fakturaer fra Kvantum")
        sheet.write_row(2, 0, [column.name for column in KNOWN["kvantum.fakturaer"].columns])
    assert fitting(book, list(KNOWN.values())) == [KNOWN["kvantum.fakturaer"]]
    text.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    assert fitting(text, list(KNOWN.values())) == []


def test_words_for_a_file_and_for_its_data() -> None:
    assert [one.name for one in meant("kreditorer", KNOWN)] == ["kvantum.kreditorer"]
    assert [one.name for one in meant("kvantum.fakturaer", KNOWN)] == ["kvantum.fakturaer"]
    assert meant("bananer", KNOWN) == []
    for text in ("brug denne fil som kreditorer", "her er udtrækket med fakturaer", "brug det her udtræk som posteringer", "til et tilsyn"):
        assert WISH.search(fold(text)), text
    for text in ("læg filen på sagen INC0010239", "printeren laver papirstop", "se her"):
        assert not WISH.search(fold(text)), text
    assert NO_FILE.search(fold("brug denne fil som kreditorer"))
    assert not NO_FILE.search(fold("brug denne skærm"))
    assert safe("../../etc/pass wd.CSV") == "pass wd.csv"
