"""What has become of a run's findings since another run of the same tilsyn: worked out once in a process of its own, and kept in the run's folder."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from dialogs.oversight.compare import Development
from dialogs.oversight.store import Run

if TYPE_CHECKING:
    from dialogs.oversight.runner import Oversight


@dataclass(frozen=True)
class Compared:
    """A run against an earlier one. other_rule: the tilsyn's file was another then, so that some of the difference may be the rule's."""

    run: Run
    before: Run
    development: Development
    other_rule: bool


async def earlier(oversight: "Oversight", run: Run) -> list[Run]:
    """The last whole run of each earlier period with the same parameters, the oldest first; a run of the same period comes last where there is one."""
    periods: dict[tuple[str, str], Run] = {}
    for one in await oversight.runs.alike(run):  # the newest first
        if _is_before(one, run):
            periods.setdefault((one.last.isoformat(), one.first.isoformat()), one)
    return [periods[when] for when in sorted(periods)]


def _is_before(one: Run, run: Run) -> bool:
    """Of an earlier period, or an earlier run of the same."""
    return one.last < run.first or (one.period == run.period and one.started_at < run.started_at)


async def compared(oversight: "Oversight", run: Run, before: Run | None = None) -> Compared | None:
    """A whole run against an earlier one; without that, against the last one of the period before it. None where there is none.

    Raises NotRun (Danish).
    """
    others = await earlier(oversight, run)
    before = before or next((one for one in reversed(others) if one.last < run.first), None)
    if not run.is_whole or before is None:
        return None
    until = [one for one in others if (one.last, one.started_at) < (before.last, before.started_at) and one.period != before.period]
    between = [one for one in others if one.last > before.last and one.last < run.first]
    development = await _developed(oversight, run, [*until, before], between)
    return Compared(run, before, development, before.sql_sha256 != run.sql_sha256)


async def _developed(oversight: "Oversight", run: Run, before: Sequence[Run], between: Sequence[Run]) -> Development:
    """From the run's folder, where it is kept."""
    ids = [[one.id for one in some] for some in (before, between)]
    stem = f"sammenligning-{hashlib.sha256(json.dumps(ids).encode()).hexdigest()[:16]}"
    out, kept = (oversight.place(run.id) / f"{stem}.{end}" for end in ("parquet", "json"))
    if told := await asyncio.to_thread(read, kept):
        return replace(told, path=out)
    files = [[str(oversight.findings(one)) for one in some] for some in (before, between)]
    answer = await oversight.workers.make(
        "runs",
        now=str(oversight.findings(run)),
        before=files[0],
        between=files[1],
        key=list((await oversight.of(run)).key),
        out=str(out),
    )
    told = TypeAdapter(Development).validate_python(answer["development"])
    await asyncio.to_thread(write, kept, told)
    return told


def read(path: Path) -> Development | None:
    """A comparison that is kept."""
    return TypeAdapter(Development).validate_json(path.read_bytes()) if path.exists() else None


def write(path: Path, told: Development) -> None:
    """Keep a comparison, whole or not at all; its rows are there already."""
    part = path.with_name(f".{path.name}.{id(told)}.part")
    part.write_text(json.dumps(asdict(told), default=str))
    part.replace(path)
