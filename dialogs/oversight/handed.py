"""Extracts that people hand in: a file for each under VAR_DIR, with who, when and as what. They count for a week and are deleted then.

Whoever handed a file in has it used in their own runs, before the system's data; where no system holds the dataset, everybody's runs use the newest.
"""

import asyncio
import hashlib
import re
import shutil
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from typing_extensions import override

from connectors.datasets import Dataset, Period, Reading
from connectors.extracts import Extracts
from connectors.extracts_worker import extracted
from connectors.opened import HANDED
from dialogs import texts

ABOUT = "om.json"  # beside the file
KEPT = timedelta(days=7)


class Read(BaseModel):
    """What a file holds. total: the sum of the dataset's control column. first, last: of its period column. notes: in Danish, of the reading."""

    model_config = ConfigDict(frozen=True)

    rows: int
    total: Decimal | None = None
    first: date | None = None
    last: date | None = None
    notes: tuple[str, ...] = ()


class About(BaseModel):
    """A file that was handed in. name: as the person called it. at: when, aware. sha256: of its bytes."""

    model_config = ConfigDict(frozen=True)

    id: str
    dataset: str
    name: str
    by_id: str
    by_name: str
    at: datetime
    sha256: str
    rows: int


class Own(Extracts):
    """The file of one person, which says so in the lineage of a run."""

    def __init__(self, folder: Path, dataset: Dataset, about: About) -> None:
        super().__init__(folder, [dataset])
        self._about = about

    @override
    async def read(self, name: str, period: Period | None) -> Reading:
        reading = await super().read(name, period)
        day = texts.local(self._about.at)
        reading.notes.insert(0, f"Filen »{self._about.name}«, lagt i chatten af {self._about.by_name} {day.day}.{day.month}.{day.year}.")
        return reading


class Handed:
    """The files that were handed in. var: VAR_DIR."""

    def __init__(self, var: Path, now: Callable[[], datetime]) -> None:
        self.folder, self._now = var.absolute() / HANDED, now

    async def keep(self, dataset: str, name: str, data: bytes, by: tuple[str, str], key: str, rows: int) -> About:  # noqa: PLR0917 - what a file is, each once
        """Keep a file, whole or not at all; safe to repeat under the same key. by: id and name. Files that are too old go."""
        await self.forget()
        one = About(
            id=hashlib.sha256(key.encode()).hexdigest()[:16],
            dataset=dataset,
            name=name,
            by_id=by[0],
            by_name=by[1],
            at=self._now(),
            sha256=hashlib.sha256(data).hexdigest(),
            rows=rows,
        )
        await asyncio.to_thread(self._write, one, data)
        return one

    def _write(self, one: About, data: bytes) -> None:
        place, part = self.folder / one.id, self.folder / f".{one.id}"
        if place.exists():
            return
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        (part / file_name(one)).write_bytes(data)
        (part / ABOUT).write_text(one.model_dump_json())
        part.replace(place)

    async def every(self) -> list[About]:
        """All that count, the newest first."""
        return await asyncio.to_thread(lambda: sorted(filter(self._counts, abouts(self.folder)), key=lambda one: one.at, reverse=True))

    def _counts(self, one: About) -> bool:
        return self._now() - one.at < KEPT

    async def source(self, dataset: Dataset, by: str) -> Own | None:
        """What a person (id) handed in for a dataset, the newest; None where there is nothing."""
        one = next((one for one in await self.every() if (one.dataset, one.by_id) == (dataset.name, by)), None)
        return Own(self.folder / one.id, dataset, one) if one else None

    async def used_by(self, person: str, datasets: Collection[str]) -> list[str]:
        """The names of the files that a run of theirs (the id) would read instead of the systems."""
        found: dict[str, str] = {}
        for one in await self.every():
            if one.by_id == person and one.dataset in datasets:
                found.setdefault(one.dataset, one.name)
        return list(found.values())

    async def whole(self, one: About) -> bool:
        """Whether a file lies there as it was handed in."""
        path = self.folder / one.id / file_name(one)
        return await asyncio.to_thread(lambda: path.exists() and hashlib.sha256(path.read_bytes()).hexdigest() == one.sha256)

    async def drop(self, id_: str, by: str) -> About | None:
        """Delete a file that this person (id) handed in."""
        one = next((one for one in await self.every() if (one.id, one.by_id) == (id_, by)), None)
        if one:
            await asyncio.to_thread(shutil.rmtree, self.folder / one.id, ignore_errors=True)
        return one

    async def forget(self) -> None:
        """Delete what no longer counts."""
        for one in [one for one in await asyncio.to_thread(abouts, self.folder) if not self._counts(one)]:
            await asyncio.to_thread(shutil.rmtree, self.folder / one.id, ignore_errors=True)


def abouts(folder: Path) -> list[About]:
    """What lies in the folder."""
    found = []
    for path in folder.glob(f"*/{ABOUT}"):
        try:
            found.append(About.model_validate_json(path.read_text()))
        except (OSError, ValidationError):  # being deleted this moment
            continue
    return found


def file_name(one: About) -> str:
    """The file's name on disk: the dataset's first, by which it is found."""
    return f"{one.dataset} {safe(one.name)}"


def safe(name: str) -> str:
    """A name without anything that means something to a disk, its ending kept."""
    stem, _, kind = re.sub(r"[^\w .-]", "_", Path(name).name).rpartition(".")
    return f"{stem[:80] or 'fil'}.{kind.lower()[:8]}"


async def looked_at(dataset: Dataset, name: str, data: bytes) -> Read:
    """What a file holds as that dataset, every check made. Raises Refused("bad_file"), with file, row and column in Danish."""
    with TemporaryDirectory(prefix="kollega-") as folder:
        path, out = Path(folder) / safe(name), Path(folder) / "out.parquet"
        await asyncio.to_thread(path.write_bytes, data)
        rows, notes = await extracted(path, dataset, None, out)
        return await asyncio.to_thread(measured, dataset, out, rows, notes)


def measured(dataset: Dataset, path: Path, rows: int, notes: list[str]) -> Read:
    """The figures of a file that was read."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    table = pq.read_table(path, columns=[one for one in (dataset.control, dataset.period) if one])
    ends: dict[str, Any] = pc.min_max(table[dataset.period]).as_py() if dataset.period else {"min": None, "max": None}
    first, last = (one.date() if isinstance(one, datetime) else one for one in (ends["min"], ends["max"]))
    total = (pc.sum(table[dataset.control]).as_py() or Decimal(0)) if dataset.control else None
    return Read(rows=rows, total=total, first=first, last=last, notes=tuple(notes))
