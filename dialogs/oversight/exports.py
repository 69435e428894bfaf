"""A run as a file for people: made in a process of its own, kept in the run's folder under a hash of what it says, so that it is made once."""

import asyncio
import contextlib
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from dialogs.oversight import comparing, periods, samples, telling
from dialogs.oversight.running import NotRun
from dialogs.oversight.shown import Shown, packed
from dialogs.oversight.store import Run

if TYPE_CHECKING:
    from dialogs.oversight.runner import Oversight

Kind = Literal["xlsx", "pdf"]
KINDS: tuple[Kind, ...] = ("xlsx", "pdf")
TYPES: dict[Kind, str] = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "pdf": "application/pdf"}
FOLDER = "eksport"  # of a run's folder
EDITION = 3  # of what the exporters make of the same content: counted up, everything is made anew
ODD = '<>:"/\\|?*'  # signs that no file's name may hold on Windows


class NoResult(Exception):
    """A run that has nothing to export: it is under way, failed, or saw only some of its data. The text says so, in Danish."""


async def excel(oversight: "Oversight", run: Run) -> Path:
    """A whole run's workbook. Raises NoResult and NotRun (Danish)."""
    return await made(oversight, run, "xlsx")


async def pdf(oversight: "Oversight", run: Run) -> Path:
    """A whole run's report as PDF/A. Raises NoResult and NotRun (Danish)."""
    return await made(oversight, run, "pdf")


def named(run: Run, kind: Kind) -> str:
    """What people call the file."""
    unit = f", {run.unit}" if run.unit else ""
    text = f"{run.title}, {periods.said(run.period)}{unit}"
    return f"{''.join('-' if sign in ODD or ord(sign) < ord(' ') else sign for sign in telling.masked(text))[:110].strip(' .')}.{kind}"


async def made(oversight: "Oversight", run: Run, kind: Kind) -> Path:
    """The file of that kind for what the run says now."""
    if not run.is_whole:
        raise NoResult(telling.answer(run))
    text = packed(await shown_of(oversight, run))
    path = oversight.place(run.id) / FOLDER / f"{hashlib.sha256(f'{EDITION} {text}'.encode()).hexdigest()[:24]}.{kind}"
    if not await asyncio.to_thread(path.exists):
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        await oversight.workers.make(kind, shown=text, out=str(path))
        await asyncio.to_thread(only, path)
    return path


def only(path: Path) -> None:
    """Files of its kind that say what the run said before are gone."""
    for one in path.parent.glob(f"[!.]*{path.suffix}"):
        if one != path:
            with contextlib.suppress(OSError):  # somebody else was quicker, or still reads it
                one.unlink()


async def shown_of(oversight: "Oversight", run: Run) -> Shown:
    """Everything that is shown of a run, as it is now: the card, the command and the files take it from here."""
    told, why = None, ""
    try:
        told = await comparing.compared(oversight, run)
    except NotRun as error:
        why = error.fault.text
    sample, judgements = await samples.of(oversight, run), await oversight.judgements.of(run)
    signed = await oversight.signatures.current(run)
    return Shown(
        run=run,
        tilsyn=await oversight.of(run),
        findings=oversight.findings(run) if run.state == "found" else None,
        before=told.before if told else await oversight.before(run),
        not_compared=why,
        development=told.development if told else None,
        sample=samples.shown(sample, judgements) if sample else None,
        judgements=judgements,
        conclusion=signed.conclusion if signed else "",
        signature=signed,
        actions=await oversight.followups.actions(run),
    )
