"""Runs of a tilsyn over a source that can be told to break: their states are never confused, and a frozen run gives the same rows again."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from typing_extensions import override

from connectors.datasets import Column, Dataset, OffersDatasets, Period, Reading, Reported, batch
from connectors.errors import Denied, Unavailable
from connectors.systems import Systems
from dialogs.oversight import telling
from dialogs.oversight.heads import BadTilsyn
from dialogs.oversight.runner import Oversight
from dialogs.oversight.running import Limits, NotRun
from dialogs.oversight.store import STATES, Run, Runs
from settings import kept_at

SQL = """-- titel:     Store fakturaer
-- spørgsmål: Hvilke fakturaer er store?
-- ejer:      Økonomi
-- hyppighed: måned
-- datasæt:   penge.fakturaer, penge.kreditorer
-- nøgle:     faktura_id
-- stikprøve: alle
-- frist:     14 dage
-- minutter:  120
-- parameter: graense tal 100
SELECT f.faktura_id, f.beloeb, k.navn
FROM   penge.fakturaer AS f JOIN penge.kreditorer AS k USING (kreditor_nr)
WHERE  f.beloeb > $graense ORDER BY f.beloeb DESC, f.faktura_id
"""
Q2, Q3 = Period(date(2026, 4, 1), date(2026, 6, 30)), Period(date(2026, 7, 1), date(2026, 9, 30))
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
INVOICES = Dataset(
    "penge.fakturaer",
    "Fakturaer",
    "Fakturaer.",
    (
        Column("faktura_id", "text", "Nummer."),
        Column("kreditor_nr", "text", "Kreditor."),
        Column("beloeb", "decimal", "Beløb."),
        Column("dato", "date", "Dagen."),
        Column("enhed", "text", "Enheden."),
    ),
    ("faktura_id",),
    "Hver nat.",
    period="dato",
    control="beloeb",
)
CREDITORS = Dataset(
    "penge.kreditorer",
    "Kreditorer",
    "Kreditorer.",
    (Column("kreditor_nr", "text", "Kreditor."), Column("navn", "text", "Navn.", personal=True)),
    ("kreditor_nr",),
    "Hver nat.",
)


@dataclass
class Money(OffersDatasets):
    """Invoices of Q2 and Q3. fails: raised in the middle of that dataset. lost: rows that never come."""

    amounts: list[int] = field(default_factory=lambda: [50, 150, 250, 350])
    fails: dict[str, Exception] = field(default_factory=dict)
    lost: int = 0

    @override
    def datasets(self) -> Sequence[Dataset]:
        return (INVOICES, CREDITORS)

    @override
    async def read(self, name: str, period: Period | None) -> Reading:
        rows: list[dict[str, Any]] = [{"kreditor_nr": "1", "navn": "Nordisk"}, {"kreditor_nr": "2", "navn": "Øresund"}]
        if name == INVOICES.name:
            every = [(n, amount, date(2026, 5 + 3 * (n % 2), 4)) for n, amount in enumerate(self.amounts)]
            rows = [
                {"faktura_id": f"F{n}", "kreditor_nr": str(1 + n % 2), "beloeb": f"{amount}.00", "dato": day, "enhed": f"Enhed {n % 2}"}
                for n, amount, day in every
                if period and period.first <= day <= period.last
            ]
        dataset = self.dataset(name)
        return Reading("penge", f"alt af {name}", Reported(len(rows)), self._batches(dataset, rows))

    async def _batches(self, dataset: Dataset, rows: list[dict[str, Any]]) -> AsyncGenerator[pa.RecordBatch, None]:
        yield batch(dataset, rows[: len(rows) - self.lost])
        if dataset.name in self.fails:
            raise self.fails[dataset.name]


@dataclass
class Place:
    """An oversight with one tilsyn over `money`."""

    oversight: Oversight
    money: Money
    systems: Systems

    async def run(self, period: Period = Q3, key: str = "k", **given: str) -> Run:
        tilsyn = await self.oversight.checked("store", self.systems)
        begun = await self.oversight.begin(tilsyn, period, given, by=("jens", "Jens Kjær"), key=key)
        return await self.oversight.carry_out(begun, self.systems)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return made(tmp_path)


def made(tmp_path: Path) -> Place:
    """An oversight in a folder of its own."""
    folder = tmp_path / "tilsyn"
    folder.mkdir()
    (folder / "store.sql").write_text(SQL)
    money = Money()
    runs = Runs(kept_at(None, tmp_path / "var", "oversight"))
    return Place(Oversight(folder, tmp_path / "var", runs, Limits(seconds=30), now=lambda: NOW), money, Systems([money]))


async def test_findings_are_kept_with_their_lineage_and_the_same_data_give_the_same_hash(place: Place) -> None:
    run = await place.run(graense="100,5")
    assert (run.state, run.rows, run.minutes, run.given) == ("found", 2, 120, {"graense": "100,5"})
    assert await place.oversight.runs.get(run.id) == run
    invoices, creditors = run.lineage
    assert (invoices.rows, invoices.query, invoices.first, invoices.last) == (2, "alt af penge.fakturaer", Q3.first, Q3.last)
    assert (creditors.rows, creditors.first, len(creditors.sha256)) == (2, None, 64)
    rows = await place.oversight.rows(run)
    assert [(row["nr"], row["faktura_id"], row["navn"]) for row in rows] == [(2, "F3", "Øresund"), (1, "F1", "Øresund")]
    assert telling.answer(run) == "Store fakturaer, 3. kvartal 2026: 2 fund."
    place.money.amounts = [1000, 1000, 1000, 1000]  # the frozen run does not care
    (place.oversight.folder / "store.sql").write_text(SQL.replace("DESC", "ASC"))
    again = await place.oversight.again(run, place.systems)
    assert (again.rows, again.sha256) == (run.rows, run.sha256)
    assert (await place.run(key="other")).sha256 != run.sha256
    assert await place.oversight.runs.get(run.id) == run


async def test_a_file_that_was_touched_is_noticed(place: Place) -> None:
    run = await place.run()
    frozen = place.oversight.place(run.id) / "penge.fakturaer.parquet"
    frozen.write_bytes(frozen.read_bytes() + b"x")
    with pytest.raises(NotRun, match=r"Data fra penge\.fakturaer er ikke, som de blev hentet"):
        await place.oversight.again(run, place.systems)


async def test_nothing_found_no_data_half_of_it_and_a_failure_are_told_apart(place: Place) -> None:
    assert telling.never("Store fakturaer", Q3) == "Store fakturaer er ikke kørt for 3. kvartal 2026."
    nothing = await place.run(key="1", graense="9000")
    assert (nothing.state, nothing.rows, telling.answer(nothing)) == ("nothing", 0, "Store fakturaer, 3. kvartal 2026: intet fundet.")
    empty = await place.run(Period(date(2030, 1, 1), date(2030, 3, 31)), key="2")
    assert (empty.state, telling.numbers(empty, None)) == ("empty", [])
    place.money.fails = {"penge.kreditorer": Unavailable("penge", "reset")}
    partial = await place.run(key="3")
    assert (partial.state, partial.rows, partial.sha256, partial.is_whole) == ("partial", 0, "", False)
    place.money.fails = {}
    tilsyn = await place.oversight.checked("store", place.systems)
    place.money.amounts = [5, 10**9, 5, 5]
    begun = await place.oversight.begin(tilsyn, Q3, {}, by=("jens", "Jens"), key="4")
    sql = SQL.replace("f.beloeb, k.navn", "(f.beloeb * f.beloeb)::DECIMAL(18,2) AS beloeb, k.navn").replace(
        "> $graense", "> $graense - 200"
    )
    (place.oversight.place(begun.id) / "tilsyn.sql").write_text(sql)
    failed = await place.oversight.carry_out(begun, place.systems)
    assert failed.state == "failed"
    said = [telling.answer(one) for one in (nothing, empty, partial, failed, begun)]
    assert len(set(said)) == len(said)
    assert [("intet fundet" in one) for one in said] == [True, False, False, False, False]
    assert said[1].endswith("ingen data, så der er intet resultat. Der er ingen rækker i penge.fakturaer for perioden.")
    assert said[2].endswith("kun delvist hentet, så der er intet resultat. penge svarede ikke, da jeg hentede penge.kreditorer.")
    assert len(set(STATES.values())) == len(STATES)
    assert [await place.oversight.rows(one) for one in (empty, partial, failed)] == [[], [], []]


@pytest.mark.parametrize(
    ("fails", "lost", "said"),
    [
        (Unavailable("penge", "cut off"), 0, "penge svarede ikke"),
        (Denied("penge", "no"), 0, "penge gav mig ikke lov til at læse data"),
        (None, 1, "penge stoppede midt i det hele"),
    ],
)
async def test_a_source_that_breaks_leaves_the_earlier_result_as_it_was(
    place: Place, fails: Exception | None, lost: int, said: str
) -> None:
    good = await place.run()
    files = {path.name: path.read_bytes() for path in place.oversight.place(good.id).iterdir()}
    place.money.fails, place.money.lost = ({INVOICES.name: fails} if fails else {}), lost
    bad = await place.run(key="bad")
    assert (bad.state, bad.problem.startswith(said)) == ("partial", True)
    assert [path.name for path in place.oversight.place(bad.id).iterdir()] == ["tilsyn.sql"]
    assert await place.oversight.runs.get(good.id) == good
    assert {path.name: path.read_bytes() for path in place.oversight.place(good.id).iterdir()} == files


async def test_a_unit_that_no_dataset_knows_is_not_nothing_found(place: Place) -> None:
    sql = SQL.replace("SELECT f", '-- parameter: enhed tekst "" kun denne enhed\nSELECT f', 1).replace(
        "> $graense", "> $graense AND $enhed IN ('', f.enhed)"
    )
    (place.oversight.folder / "store.sql").write_text(sql)
    one, every = await place.run(key="1", enhed="Enhed 1"), await place.run(key="2")
    assert (one.rows, every.rows) == (2, 2)
    assert telling.answer(one) == "Store fakturaer, 3. kvartal 2026, Enhed 1: 2 fund."
    for number in range(60):  # each unit has a run of its own
        later = {"id": f"x{number}", "given": {"enhed": f"Enhed 1{number}"}, "started_at": one.started_at + timedelta(minutes=1 + number)}
        await place.oversight.runs.put(one.model_copy(update=later))
    now = await place.run(Period(date(2026, 10, 1), date(2026, 12, 31)), key="4", enhed="Enhed 1")
    assert await place.oversight.before(now) == one
    assert [run.id for run in await place.oversight.runs.alike(one)] == [one.id]
    wrong = await place.run(key="3", enhed="Enhet 1")
    assert (wrong.state, wrong.problem) == ("failed", "Der er ingen enhed, der hedder Enhet 1. Mener du Enhed 1?")


async def test_a_few_rows_of_many_are_read_from_their_place_on(place: Place) -> None:
    place.money.amounts = list(range(1000, 1000 + 140_000))
    run = await place.run()
    assert run.rows == 70_000
    assert [row["beloeb"] for row in await place.oversight.rows(run, 65_535, 3)] == [
        139_999 + 1000 - 2 * n for n in (65_535, 65_536, 65_537)
    ]
    assert len(await place.oversight.rows(run, 69_998, 5)) == 2
    assert await place.oversight.rows(run, 70_000, 5) == []


async def test_the_last_time_is_the_last_whole_run_before(place: Place) -> None:
    before = await place.run(Q2, key="q2")
    place.money.fails = {INVOICES.name: Unavailable("penge")}
    await place.run(Q2, key="q2 broken")
    place.money.fails = {}
    now = await place.run()
    assert await place.oversight.before(now) == before
    assert await place.oversight.before(before) is None
    assert telling.numbers(now, before) == [("Fund", "2"), ("Gennemgået", "4 rækker i 2 datasæt"), ("Fund sidst", "1 (2. kvartal 2026)")]


async def test_the_same_key_is_the_same_run_and_old_ones_are_deleted_with_their_data(place: Place) -> None:
    first, second = await place.run(), await place.run()
    assert (first.id, first.sha256) == (second.id, second.sha256)
    assert len(await place.oversight.runs.of()) == 1
    place.oversight.now = lambda: NOW + timedelta(days=6 * 365)
    later = await place.run(key="later")
    assert [one.id for one in await place.oversight.runs.of()] == [later.id]
    assert not place.oversight.place(first.id).exists()


async def test_a_file_that_is_not_right_is_not_run(place: Place) -> None:
    (place.oversight.folder / "store.sql").write_text(SQL.replace("beloeb DESC", "belob DESC"))
    with pytest.raises(BadTilsyn, match=r"Linje 13: Der er ingen kolonne, der hedder belob\. Mener du beloeb\?"):
        await place.run()
    with pytest.raises(BadTilsyn, match="kan ikke læses"):
        await place.oversight.checked("findes_ikke", place.systems)
    (place.oversight.folder / "latin.sql").write_bytes(SQL.encode("latin-1"))
    with pytest.raises(BadTilsyn, match="ikke gemt som UTF-8"):
        await place.oversight.checked("latin", place.systems)
    assert list(await place.oversight.every()) == ["store"]
    assert await place.oversight.runs.of() == []
