"""Every tilsyn over the simulated world, and over another one: it finds what is planted for it, all of it and nothing else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import pytest_asyncio

from connectors.datasets import OffersDatasets, Period
from connectors.fetched import fetch
from connectors.opened import opened
from dialogs.oversight.checking import statically
from dialogs.oversight.heads import FOLDER, Tilsyn, load
from dialogs.oversight.runner import declared, offered
from dialogs.oversight.running import Limits, Workers
from settings import Settings
from simulators.planted import Plant, planted
from simulators.server import CONTROL
from simulators.server import build as build_simulators
from tests.house import served

ALWAYS = date(1900, 1, 1)
AS_IT_IS = {  # they look at how things are, however long ago it began
    "fratraadte_med_aktive_adgange",
    "faellespostkasser_uden_ejer",
    "licenser_uden_brug",
    "privilegerede_grupper_gennemgaaet",
    "sager_over_sla_uden_ejer",
}
PERIOD = Period(date(2026, 4, 1), date(2026, 11, 22))  # all that is planted, and the weeks after it
PLANTED = {
    "fratraadte_med_aktive_adgange": "T1",
    "privilegerede_grupper_gennemgaaet": "T2",
    "kreditoraendringer_godkendt_af_to": "T3",
    "koeb_over_bemyndigelse": "T4",
    "mulige_dobbeltfakturaer": "T5",
    "manglende_bilag": "T6",
    "indkoebskort_paa_fridage": "T7",
    "timer_under_fravaer": "T8",
    "uger_uden_eller_med_for_mange_timer": "T9",
    "tid_paa_lukkede_sager": "T10",
    "sager_over_sla_uden_ejer": "T11",
    "godkendelser_af_bestilleren_selv": "T12",
    "post_ikke_journaliseret": "T13",
    "faellespostkasser_uden_ejer": "T14",
    "licenser_uden_brug": "T15",
    "konsulentfakturaer_mod_timer": "T16",
}


@dataclass
class World:
    """A simulated world's datasets, each fetched once."""

    seed: int
    sources: dict[str, OffersDatasets]
    folder: Path
    workers: Workers = field(default_factory=lambda: Workers(Limits(seconds=60)))
    kept: dict[tuple[str, Period | None], Path] = field(default_factory=dict)

    async def file(self, name: str, period: Period | None) -> Path:
        key = (name, period if self.sources[name].dataset(name).period else None)
        if key not in self.kept:
            fetched = await fetch(self.sources[name], name, key[1], self.folder / str(len(self.kept)))
            self.kept[key] = fetched.path.absolute()
        return self.kept[key]

    async def keys(self, tilsyn: Tilsyn, period: Period) -> list[tuple[str, ...]]:
        """The keys of what a tilsyn finds, in the order of its numbers."""
        files = {one.dataset: await self.file(one.dataset, one.of(period)) for one in tilsyn.sources}
        out = self.folder.absolute() / f"{tilsyn.name}.parquet"
        await self.workers.run(tilsyn, declared(self.sources), tilsyn.values(period, {}), files, out)
        rows = sorted(pq.read_table(out).to_pylist(), key=lambda row: int(row["nr"]))
        return [tuple(written(row[name]) for name in tilsyn.key) for row in rows]


def written(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[1, 2], ids=["seed1", "seed2"])
async def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    simulators = build_simulators()
    simulators[CONTROL].simulation.settings["world_seed"] = request.param
    runner, address = await served(simulators)
    folder = tmp_path_factory.mktemp(f"seed{request.param}")
    async with opened(Settings(simulators_url=address, var_dir=folder)) as systems:
        yield World(request.param, offered(systems), folder)
    await runner.cleanup()


def expected(name: str, period: Period, plants: list[Plant]) -> set[tuple[str, ...]]:
    """What is planted for a tilsyn and a period, by the rule that its file gives for what belongs to a period."""
    within, first, last = [one for one in plants if one.finding], period.first, period.last
    if name == "manglende_bilag":  # what grows older than 30 days in the period, as what was younger at the end of the last one does now
        within = [one for one in plants if one.finding or one.why.startswith("under 30 dage")]
        first, last = first - timedelta(days=30), last - timedelta(days=30)
    if name == "uger_uden_eller_med_for_mange_timer":  # a week belongs to where its Sunday lies
        first, last = first - timedelta(days=6), last - timedelta(days=6)
    if name in AS_IT_IS:
        first = ALWAYS
    return {one.key for one in within if first <= one.day <= last}


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("name", sorted(PLANTED))
async def test_a_tilsyn_finds_what_is_planted_and_nothing_else(world: World, name: str) -> None:
    tilsyn = load(FOLDER / f"{name}.sql")
    assert statically(tilsyn, declared(world.sources)) == []
    plants = [one for one in planted(world.seed) if one.tilsyn == PLANTED[name]]
    wanted = expected(name, PERIOD, plants)
    assert wanted
    assert {one.key for one in plants} - wanted, "nothing only looks like it"
    found = await world.keys(tilsyn, PERIOD)
    assert set(found) == wanted
    assert found == sorted(found)


def test_every_file_has_planted_findings_to_show_that_it_finds_them() -> None:
    assert sorted(PLANTED) == sorted(path.stem for path in FOLDER.glob("*.sql"))
