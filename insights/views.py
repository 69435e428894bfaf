"""What the tab shows of runs, in the words of the chat and the exports: all tilsyn of the year, one run, what became of it, and its history."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.fetched import Fetched
from dialogs import texts
from dialogs.oversight import compare, comparing, periods, samples, telling
from dialogs.oversight.heads import Tilsyn
from dialogs.oversight.judged import to_judge
from dialogs.oversight.runner import Oversight
from dialogs.oversight.shown import VERDICTS, Action, Judgement, Shown, moment
from dialogs.oversight.store import STATES, Run
from insights.found import kinds
from insights.links import Links

Json = dict[str, Any]
NEVER = "never"
MARKED = re.compile(r"\\([*_`\[\]<>~|#\\])")  # as `texts.plain` writes it for the chat
MOST_RUNS = 2000
TREND = 8  # periods of a trend
SOLVED = 20  # findings that are told as solved
NEXT = {NEVER: "Kør det", "failed": "Prøv igen", "partial": "Prøv igen", "empty": "Prøv igen", "running": "Vent"}


def bare(text: str) -> str:
    """A sentence of the chat without its signs against markdown."""
    return MARKED.sub(r"\1", text)


@dataclass(frozen=True)
class Standing:
    """How a tilsyn stands this year: its newest run, how many of that run's findings are to be judged and are, and who has signed it."""

    tilsyn: Tilsyn
    run: Run | None = None
    wanted: int = 0
    judged: int = 0
    signed: str = ""

    @property
    def next(self) -> str:
        """What is to be done now, "" where everything is done."""
        if self.run is None or self.run.state in NEXT:
            return NEXT[self.run.state if self.run else NEVER]
        if self.judged < self.wanted:
            return f"Vurdér {telling.number(self.wanted - self.judged)}"
        return "" if self.signed else "Skriv under"

    @property
    def order(self) -> tuple[int, str]:
        """What asks for somebody first."""
        state = self.run.state if self.run else NEVER
        ranks = ("failed", "partial", "empty", "found", "nothing", "running", NEVER)
        return (ranks.index(state) + (10 if not self.next else 0), self.tilsyn.title.casefold())


async def standings(oversight: Oversight, year: int) -> list[Standing]:
    """Every tilsyn, what asks for somebody first."""
    newest: dict[str, Run] = {}
    for one in await oversight.runs.of(most=MOST_RUNS):
        if texts.local(one.started_at).year == year:
            newest.setdefault(one.tilsyn, one)
    found = []
    for tilsyn in (await oversight.every()).values():
        run = newest.get(tilsyn.name)
        found.append(await standing(oversight, tilsyn, run) if run and run.is_whole else Standing(tilsyn, run))
    return sorted(found, key=lambda one: one.order)


async def standing(oversight: Oversight, tilsyn: Tilsyn, run: Run) -> Standing:
    """How a whole run stands: all its findings are judged, or those of its sample where the tilsyn is by sample."""
    judgements = await oversight.judgements.of(run)
    try:
        sample = await to_judge(oversight, run)
    except OSError:  # its files are gone: it is told of all the same
        sample = None
    wanted = range(1, run.rows + 1) if sample is None else sample
    return Standing(tilsyn, run, len(wanted), sum(nr in judgements for nr in wanted), await signed_by(oversight, run))


async def signed_by(oversight: Oversight, run: Run) -> str:
    """Who has signed a run as it is now, "" where nobody has."""
    signed = await oversight.signatures.current(run)
    return f"{signed.signed_by}, {periods.short(texts.local(signed.at).date())}" if signed else ""


def overview(some: Sequence[Standing], year: int, links: Links, deadlines: Mapping[str, Json]) -> Json:
    """The list of the year's tilsyn: first those that are late, then what asks for somebody. deadlines: by name."""
    late = [one for one in some if deadlines.get(one.tilsyn.name, {}).get("late")]
    some = [*sorted(late, key=lambda one: deadlines[one.tilsyn.name]["at"]), *(one for one in some if one not in late)]
    counts = [
        (len(late), "over fristen"),
        (sum(one.run is None for one in some), "ikke kørt"),
        (sum(one.run is not None and not one.run.is_whole for one in some), "uden resultat"),
        (sum(one.next.startswith("Vurdér") for one in some), "mangler vurdering"),
        (sum(one.next == "Skriv under" for one in some), "mangler underskrift"),
        (sum(not one.next for one in some), "færdige"),
    ]
    told = texts.names(f"{count} {words}" for count, words in counts if count)
    return {
        "title": f"Ledelsestilsyn i {year}",
        "answer": f"{texts.count(len(some), 'tilsyn', 'tilsyn')}: {told}." if some else "Der er ingen tilsyn endnu.",
        "hasDeadlines": bool(deadlines),
        "tilsyn": [listed(one, links, deadlines.get(one.tilsyn.name)) for one in some],
    }


def asked_for(deadline: Json | None) -> str:
    """What a deadline adds to a wish: the period, and the unit where it is of one."""
    unit = f" for {deadline['unit']}" if deadline and deadline["unit"] else ""
    return f" for {deadline['period']}{unit}" if deadline else ""


def listed(one: Standing, links: Links, deadline: Json | None) -> Json:
    """A tilsyn in the list."""
    run = one.run
    wanted = f"kør tilsynet ”{one.tilsyn.title}”{asked_for(deadline)}"
    return {
        "name": one.tilsyn.name,
        "title": one.tilsyn.title,
        "question": one.tilsyn.question,
        "often": one.tilsyn.often,
        "state": run.state if run else NEVER,
        "stateText": state_text(run),
        "period": periods.said(run.period) if run else "",
        "unit": run.unit if run else "",
        "run": run.id if run else "",
        "rows": run.rows if run else 0,
        "judged": one.judged,
        "judgedText": f"{telling.number(one.judged)} af {telling.number(one.wanted)}" if one.wanted else "–",
        "signed": one.signed or "–",
        "next": one.next,
        "deadline": deadline,
        "chat": links.chat(wanted) if not run or not run.is_whole else "",
    }


def state_text(run: Run | None) -> str:
    """A run in a few words: "5 fund", "intet fundet", "fejlet"; no run is "ikke kørt"."""
    if run is None:
        return "ikke kørt"
    return texts.count(run.rows, "fund", "fund") if run.state == "found" else STATES[run.state]


async def run_page(oversight: Oversight, run: Run, links: Links) -> Json:
    """Everything of a run's page but its rows and what became of them."""
    tilsyn, judgements = await oversight.of(run), await oversight.judgements.of(run)
    shown = Shown(run=run, tilsyn=tilsyn, judgements=judgements)
    before = await oversight.before(run)
    holds = kinds(run.columns)
    text = f"kør tilsynet ”{run.title}” for {periods.said(run.period)}{f' for {run.unit}' if run.unit else ''}"
    return {
        "id": run.id,
        "title": run.title,
        "question": tilsyn.question,
        "period": periods.said(run.period),
        "unit": run.unit,
        "state": run.state,
        "stateText": state_text(run),
        "whole": run.is_whole,
        "answer": bare(telling.answer(run)),
        "numbers": [{"label": label, "value": value} for label, value in telling.numbers(run, before)],
        "judged": judged(run, len(judgements)),
        "judgedText": shown.judged,
        "verdicts": list(VERDICTS),
        "about": [{"label": label, "value": telling.masked(value)} for label, value in shown.about],
        "lineage": [source(one) for one in run.lineage],
        "columns": [{"name": name, "label": heading(name), "kind": kind} for name, kind in holds.items()],
        "trend": await trend(oversight, run),
        "signed": await signatures(oversight, run),
        "sample": await sampled(oversight, run, judgements),
        "actions": [followed(one) for one in await oversight.followups.actions(run)] if run.is_whole else [],
        "excel": f"api/runs/{run.id}/excel" if run.is_whole else "",
        "pdf": f"api/runs/{run.id}/pdf" if run.is_whole else "",
        "again": links.chat(text) if not run.is_whole and run.state != "running" else "",
        "sign": links.chat(f"underskriv tilsynet ”{run.title}” for {periods.said(run.period)}") if run.is_whole else "",
    }


async def signatures(oversight: Oversight, run: Run) -> list[Json]:
    """Who has signed the run, the newest first, and whether it still holds."""
    if not run.is_whole:
        return []
    current, versions = await oversight.signatures.current(run), await oversight.signatures.of(run)
    return [
        {
            "by": one.signed_by,
            "at": moment(one.at),
            "version": one.version,
            "conclusion": one.conclusion,
            "text": one.text,
            "holds": current is not None and current.version == one.version,
        }
        for one in reversed(versions)
    ]


def followed(one: Action) -> Json:
    """What is done about a finding."""
    which = f"Fund {one.number}" if one.number else "Alle"
    return {
        "nr": one.number,
        "which": which,
        "what": one.what,
        "by": one.responsible,
        "deadline": periods.short(one.deadline),
        "state": one.state,
    }


async def sampled(oversight: Oversight, run: Run, judgements: Mapping[int, Judgement]) -> Json | None:
    """The run's sample and what it lets one say."""
    drawn = await samples.of(oversight, run) if run.state == "found" else None
    told = samples.shown(drawn, judgements) if drawn else None
    return {"method": told.method, "size": len(told.numbers), "said": bare(told.said)} if told else None


def judged(run: Run, count: int) -> Json:
    """How far the judging is."""
    return {"done": count, "of": run.rows, "text": f"{telling.number(count)} af {telling.number(run.rows)} vurderet" if run.rows else ""}


def heading(name: str) -> str:
    """A column's name as a heading."""
    told = telling.heading(name)
    return "Nr." if name == "nr" else told[:1].upper() + told[1:]


def source(one: Fetched) -> Json:
    """Where a dataset came from."""
    span = f"{periods.short(one.first)}-{periods.short(one.last)}" if one.first and one.last else "alt"
    total = telling.cell(one.control_total) if one.control_total is not None else "–"
    return {
        "dataset": one.dataset,
        "source": one.source,
        "query": one.query,
        "span": span,
        "rows": telling.number(one.rows),
        "reported": telling.number(one.reported_rows) if one.reported_rows is not None else "oplyser den ikke",
        "total": total,
        "fetched": moment(one.fetched_at),
        "sha256": one.sha256,
        "notes": list(one.notes),
    }


async def trend(oversight: Oversight, run: Run) -> list[Json]:
    """The newest run of each period of the same tilsyn and parameters, the oldest first; a run that is not whole has no number."""
    newest: dict[tuple[str, str], Run] = {(run.last.isoformat(), run.first.isoformat()): run}
    for one in await oversight.runs.of(run.tilsyn, most=MOST_RUNS):
        if one.given == run.given and one.state != "running":
            key = (one.last.isoformat(), one.first.isoformat())
            kept = newest.get(key)
            if kept is None or (kept.id != run.id and one.is_whole and not kept.is_whole):
                newest[key] = one
    some = [newest[key] for key in sorted(newest)][-TREND:]
    return [
        {
            "run": one.id,
            "period": periods.said(one.period),
            "value": one.rows if one.is_whole else None,
            "stateText": state_text(one),
            "here": one.id == run.id,
        }
        for one in some
    ]


async def development(oversight: Oversight, run: Run) -> Json:
    """What became of the findings since the last run. Raises NotRun (Danish)."""
    told = await comparing.compared(oversight, run)
    if told is None:
        return {"text": "Der er ingen tidligere kørsel at sammenligne med.", "numbers": [], "solved": [], "before": ""}
    one = told.development
    numbers = [
        ("Nye", one.new),
        ("Gentagne", one.repeated),
        ("Heraf ændret", one.changed),
        ("Genåbnede", one.reopened),
        ("Løste", one.solved),
    ]
    rows = await asyncio.to_thread(compare.page, one.path, 0, SOLVED, "løst") if one.solved else []
    return {
        "text": one.said(periods.said(told.before.period)),
        "before": told.before.id,
        "otherRule": told.other_rule,
        "numbers": [{"label": label, "value": telling.number(value)} for label, value in numbers],
        "columns": [{"label": heading(each.column), "value": telling.number(each.rows)} for each in one.columns],
        "solved": [bare(telling.line({name: value for name, value in row.items() if not name.startswith("_")})) for row in rows],
        "solvedMore": max(0, one.solved - len(rows)),
    }
