"""A house with runs of every kind, and people who look at them in the tab."""

import itertools
import json
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pytest_asyncio

import app
from dialogs.oversight import heads, periods
from dialogs.oversight.runner import SQL, Oversight
from dialogs.oversight.store import Run
from simulators.world import PEOPLE
from tests.dialogs import oversight_shown
from tests.house import House, running

CONTROLLERS = "e43a7de7-ba17-5367-8ba2-60e19104db45"  # the group "Controllere Økonomi" of the simulated world
IDS = {one.name: one.id for one in PEOPLE}
Answer = tuple[int, Any]


@dataclass
class Tab:
    """The tab of a house. runs: by what they are: found, before, nothing, empty, partial, odd (made by hand, of values that try a page)."""

    house: House
    var: Path
    runs: dict[str, Run] = field(default_factory=dict)
    keys: Any = field(default_factory=itertools.count)

    @property
    def oversight(self) -> Oversight:
        found = self.house.app[app.DESK].oversight
        assert found
        return found

    async def run(self, name: str, period: str) -> Run:
        """Run a tilsyn, as Sofie Lund."""
        systems = self.house.app[app.DESK].systems
        tilsyn = heads.load(self.oversight.folder / f"{name}.sql")
        by = (IDS["Sofie Lund"], "Sofie Lund")
        run = await self.oversight.begin(tilsyn, periods.written(period), {}, by=by, key=f"{name} {period} {next(self.keys)}")
        return await self.oversight.carry_out(run, systems)

    async def put(self, run: Run, rows: list[dict[str, Any]], schema: pa.Schema, sql: str) -> Run:
        """A run made by hand."""
        place = self.oversight.place(run.id)
        place.mkdir(parents=True)
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), self.oversight.findings(run))
        (place / SQL).write_text(sql)
        made = run.model_copy(update={"columns": tuple((one.name, str(one.type)) for one in schema), "rows": len(rows)})
        await self.oversight.runs.put(made)
        return made

    async def get(self, path: str, person: str = "Sofie Lund", **headers: str) -> Answer:
        """What somebody gets from the tab's interface."""
        said = {"Authorization": f"Local {IDS.get(person, person)}"} | headers
        async with self.house.http.get(f"{self.house.bot}/tab/api/{path}", headers=said) as answer:
            return answer.status, await answer.json()

    async def post(self, path: str, body: Any, person: str = "Sofie Lund") -> Answer:
        said = {"Authorization": f"Local {IDS.get(person, person)}"}
        async with self.house.http.post(f"{self.house.bot}/tab/api/{path}", json=body, headers=said) as answer:
            return answer.status, await answer.json()

    def sights(self) -> list[dict[str, str]]:
        """What the chain of proof has of sights of rows."""
        with sqlite3.connect(self.var / "kollega.runs.sqlite") as database:
            rows = database.execute("SELECT body FROM audit WHERE kind = 'sight' ORDER BY seq").fetchall()
        database.close()
        return [body for (text,) in rows if (body := json.loads(text))["system"] == "oversight"]


async def filled(tab: Tab) -> Tab:
    """With a run of every kind."""
    runs = {
        "before": await tab.run("manglende_bilag", "2026-Q2"),
        "found": await tab.run("manglende_bilag", "2026-Q3"),
        "nothing": await tab.run("koeb_over_bemyndigelse", "2025-W02"),
        "empty": await tab.run("mulige_dobbeltfakturaer", "2031-Q1"),
    }
    await tab.house.fault(path="/kvantum", status=403, times=9)
    runs["partial"] = await tab.run("konsulentfakturaer_mod_timer", "2026-Q3")
    await tab.house.fault(path="/kvantum", times=0)
    made = oversight_shown.run().model_copy(update={"id": "odd-1", "tilsyn": "manglende_bilag_odd"})
    runs["odd"] = await tab.put(made, oversight_shown.rows(), oversight_shown.SCHEMA, oversight_shown.SQL)
    assert {name: one.state for name, one in runs.items()} == {
        "before": "found", "found": "found", "nothing": "nothing", "empty": "empty", "partial": "partial", "odd": "found",
    }  # fmt: skip
    tab.runs = runs
    return tab


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Tab]:
    var = tmp_path_factory.mktemp("tab") / "var"
    async with running(var, roles=f"controller={CONTROLLERS}") as house:
        yield await filled(Tab(house, var))
