"""A run of a tilsyn: its data are fetched once and frozen, the SELECT runs over them, and the findings are kept with their hash."""

import asyncio
import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connectors import offered as connected
from connectors.datasets import Dataset, OffersDatasets, Period
from connectors.errors import ConnectorError, Unavailable
from connectors.fetched import Fetched, fetch, sha256
from connectors.systems import Systems
from dialogs import texts
from dialogs.oversight.calendar_days import Calendar
from dialogs.oversight.checking import check
from dialogs.oversight.filed import Filings
from dialogs.oversight.following import FollowUps
from dialogs.oversight.handed import Handed
from dialogs.oversight.heads import BadTilsyn, Fault, Tilsyn, every, load, read
from dialogs.oversight.judging import Judgements
from dialogs.oversight.running import Limits, NotRun, Result, Workers, near
from dialogs.oversight.signing import Signatures
from dialogs.oversight.store import UNIT, Run, Runs

if TYPE_CHECKING:
    import pyarrow as pa

SQL, RESULT = "tilsyn.sql", "fund.parquet"  # of a run's folder, beside its datasets
KEPT = timedelta(days=5 * 365)


class Oversight:
    """The tilsyn of a folder and their runs.

    folder: of the SQL files. var: VAR_DIR; each run has a folder under `tilsyn/` there. keep: after that, runs and their data are deleted.
    """

    def __init__(
        self,
        folder: Path,
        var: Path,
        runs: Runs,
        limits: Limits,
        *,
        now: Callable[[], datetime] | None = None,
        keep: timedelta = KEPT,
    ) -> None:
        self.folder, self.runs, self.workers, self._var, self._keep = folder, runs, Workers(limits), var.absolute() / "tilsyn", keep
        self.now = now or (lambda: datetime.now(UTC))
        self.judgements, self.signatures = Judgements(self), Signatures(self)
        self.followups, self.filings = FollowUps(self), Filings(self)
        self.handed = Handed(var, self.now)

    async def every(self) -> dict[str, Tilsyn]:
        """All tilsyn that can be read, by name."""
        return await asyncio.to_thread(every, self.folder)

    async def checked(self, name: str, systems: Systems) -> Tilsyn:
        """A tilsyn that can be run. Raises BadTilsyn."""
        tilsyn = await asyncio.to_thread(load, self.folder / f"{name}.sql")
        if faults := await check(name, tilsyn.sql, declared(offered(systems)), self.workers):
            raise BadTilsyn(name, faults)
        return tilsyn

    def place(self, run_id: str) -> Path:
        """The folder of a run."""
        return self._var / run_id

    def findings(self, run: Run) -> Path:
        """The file of a run's findings; only a run that found something has one."""
        return self.place(run.id) / RESULT

    async def begin(self, tilsyn: Tilsyn, period: Period, given: dict[str, str], *, by: tuple[str, str], key: str, job: str = "") -> Run:
        """Note that a run begins, and freeze the file. by: id and name. key: the same key gives the same run. job: that does the work.

        Raises ValueError (Danish) for a parameter that does not fit.
        """
        tilsyn.values(period, given)
        run = Run(
            id=f"{tilsyn.name}-{hashlib.sha256(key.encode()).hexdigest()[:12]}",
            tilsyn=tilsyn.name,
            title=tilsyn.title,
            first=period.first,
            last=period.last,
            given=given,
            datasets=tuple(one.dataset for one in tilsyn.sources),
            by_id=by[0],
            by_name=by[1],
            job=job,
            started_at=self.now(),
            sql_sha256=tilsyn.sha256,
            minutes=tilsyn.minutes,
        )
        await asyncio.to_thread(frozen, self.place(run.id), tilsyn.sql)
        await self.runs.put(run)
        await self.forget()
        return run

    async def fetch(self, run: Run, dataset: str, systems: Systems) -> Fetched:
        """One of the run's datasets, whole. Raises ConnectorError."""
        tilsyn = await self.of(run)
        source = next(one for one in tilsyn.sources if one.dataset == dataset)
        read_by = source_of(systems, dataset)
        read_by = await self.handed.source(read_by.dataset(dataset), run.by_id) or read_by
        return await fetch(read_by, dataset, source.of(run.period), self.place(run.id))

    async def find(self, run: Run, fetched: Sequence[Fetched], systems: Systems) -> Run:
        """The findings over the fetched data; the run as it ended, "failed" with its problem where the SELECT could not be run."""
        tilsyn, datasets = await self.of(run), declared(offered(systems))
        done = run.model_copy(update={"lineage": tuple(fetched)})
        if problem := await asyncio.to_thread(unknown_unit, run.unit, self._files(done)):
            return await self._ended(done, state="failed", problem=problem)
        try:
            result = await self._result(tilsyn, datasets, done, self.place(run.id) / RESULT)
        except NotRun as error:
            return await self._ended(done, state="failed", problem=str(error.fault))
        if not result.rows and (bare := next((one.dataset for one in fetched if one.first and not one.rows), "")):
            return await self._ended(done, state="empty", problem=f"Der er ingen rækker i {bare} for perioden.")
        how = {"state": "found" if result.rows else "nothing", "rows": result.rows, "sha256": result.sha256, "columns": result.columns}
        if result.rows and (earlier := await self.explained_in(run)):
            await self.judgements.carry(done.model_copy(update=how), earlier)
        return await self._ended(done, **how)

    async def broken(self, run: Run, dataset: str, error: ConnectorError) -> Run:
        """The run ends because a source broke: "partial", without findings."""
        return await self._ended(run, state="partial", problem=why(dataset, error))

    async def stopped(self, run: Run) -> Run:
        """The run ends because the work on it did: it was cancelled, or its process is gone."""
        return await self._ended(run, state="failed", problem="Kørslen blev stoppet, før den var færdig.")

    async def carry_out(self, run: Run, systems: Systems) -> Run:
        """Fetch everything, then find; the run as it ended."""
        fetched: list[Fetched] = []
        for dataset in run.datasets:
            try:
                fetched.append(await self.fetch(run, dataset, systems))
            except ConnectorError as error:
                return await self.broken(run, dataset, error)
        return await self.find(run, fetched, systems)

    async def again(self, run: Run, systems: Systems) -> Result:
        """The same run over its frozen data. Raises NotRun, also where a file is not as it was fetched."""
        place = self.place(run.id)
        for one in run.lineage:
            path = place / f"{one.dataset}.parquet"
            if not await asyncio.to_thread(path.exists) or await asyncio.to_thread(sha256, path) != one.sha256:
                raise NotRun(Fault(line=0, text=f"Data fra {one.dataset} er ikke, som de blev hentet, så kørslen kan ikke gentages."))
        return await self._result(await self.of(run), declared(offered(systems)), run, None)

    async def of(self, run: Run) -> Tilsyn:
        """The tilsyn as it was when the run began."""
        return read(run.tilsyn, await asyncio.to_thread((self.place(run.id) / SQL).read_text))

    async def rows(self, run: Run, first: int = 0, most: int = 5) -> list[dict[str, Any]]:
        """Some of a run's findings, in the SELECT's order; what is shown of them is to be put on record by the caller."""
        if run.state != "found":
            return []
        table = await asyncio.to_thread(part, self.place(run.id) / RESULT, first, most)
        found: list[dict[str, Any]] = table.to_pylist()
        return found

    async def before(self, run: Run) -> Run | None:
        """The last whole run of the same tilsyn over an earlier period, with the same parameters."""
        earlier = [one for one in await self.runs.alike(run) if one.last < run.first]
        return max(earlier, key=lambda one: (one.last, one.started_at), default=None)

    async def explained_in(self, run: Run) -> Run | None:
        """The run whose judgements may still hold: the last whole one with the same parameters, of the same period or an earlier one."""
        others = [one for one in await self.runs.alike(run) if one.id != run.id]
        earlier = [one for one in others if one.last <= run.last and one.started_at <= run.started_at]
        return max(earlier, key=lambda one: (one.last, one.started_at), default=None)

    async def forget(self) -> None:
        """Delete runs that are kept long enough, with their data, and files that were handed in."""
        await self.handed.forget()
        old = await self.runs.older(self.now() - self._keep)
        for run in old:
            await asyncio.to_thread(shutil.rmtree, self.place(run.id), ignore_errors=True)
        if old:
            for kept in (self.judgements, self.signatures, self.followups, self.filings):
                await kept.remove([run.id for run in old])
            await self.runs.remove([run.id for run in old])

    async def _result(self, tilsyn: Tilsyn, datasets: Mapping[str, Dataset], run: Run, out: Path | None) -> Result:
        return await self.workers.run(tilsyn, datasets, tilsyn.values(run.period, run.given), self._files(run), out)

    def _files(self, run: Run) -> dict[str, Path]:
        """Where a run's data lie, by dataset."""
        return {one.dataset: self.place(run.id) / f"{one.dataset}.parquet" for one in run.lineage}

    async def _ended(self, run: Run, **how: Any) -> Run:
        done = run.model_copy(update={"ended_at": self.now(), **how})
        await self.runs.put(done)
        return done


def frozen(place: Path, sql: str) -> None:
    """A run's folder with its file."""
    place.mkdir(parents=True, exist_ok=True)
    (place / SQL).write_text(sql)


def part(path: Path, first: int, most: int) -> "pa.Table":
    """So many rows from a place on; only the groups of rows that hold them are read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    file, found = pq.ParquetFile(path), []
    for group in range(file.num_row_groups):
        rows = file.metadata.row_group(group).num_rows
        if first < rows and most > 0:
            found.append(file.read_row_group(group).slice(first, most))
            most -= found[-1].num_rows
        first = max(0, first - rows)
    return pa.concat_tables(found) if found else file.schema_arrow.empty_table()


def unknown_unit(unit: str, files: Mapping[str, Path]) -> str:
    """Why a run for one unit says nothing: no dataset knows a unit of that name. "" where one does, or none has units."""
    import pyarrow.parquet as pq

    having = [path for path in files.values() if UNIT in pq.read_schema(path).names] if unit else []
    known = {name for path in having for name in pq.read_table(path, columns=[UNIT])[UNIT].unique().to_pylist() if name}
    return f"Der er ingen enhed, der hedder {texts.plain(unit)}.{near(unit, sorted(known))}" if having and unit not in known else ""


def offered(systems: Systems) -> dict[str, OffersDatasets]:
    """Who reads each dataset: the systems', and the calendar."""
    calendar = Calendar()
    return connected.offered(systems) | {one.name: calendar for one in calendar.datasets()}


def declared(sources: Mapping[str, OffersDatasets]) -> dict[str, Dataset]:
    """What each dataset holds, by name. Reaches for nothing."""
    return {name: source.dataset(name) for name, source in sources.items()}


def source_of(systems: Systems, dataset: str) -> OffersDatasets:
    """Who reads a dataset. Raises Unavailable where its system is not configured."""
    source = offered(systems).get(dataset)
    if source is None:
        raise Unavailable(dataset.partition(".")[0], "not configured", code="not_configured")
    return source


REASONS = {
    "not_configured": "er ikke sat op her",
    "closed": "har lukket lige nu",
    "incomplete": "stoppede midt i det hele",
    "control_total": "gav en anden kontrolsum, end den selv oplyser",
    "doubled_key": "gav de samme rækker to gange",
    "bad_row": "gav en værdi, der ikke kan læses",
    "bad_schema": "gav andre kolonner end aftalt",
    "no_file": "har ikke længere filen",
}


def why(dataset: str, error: ConnectorError) -> str:
    """Which source broke, and how, in a sentence. A file says itself where it is wrong."""
    if error.code == "bad_file":
        return f"Udtrækket med {dataset} kan ikke bruges. {texts.plain(error.reason)}"
    reason = REASONS.get(error.code, "svarede ikke" if isinstance(error, Unavailable) else "gav mig ikke lov til at læse data")
    return f"{texts.system_name(error.system)} {reason}, da jeg hentede {dataset}."
