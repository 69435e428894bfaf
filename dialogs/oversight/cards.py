"""A run as a card: the answer in one sentence, three numbers, the first rows, and what can be done next."""

from typing import Any

from dialogs import texts
from dialogs.desk import Desk
from dialogs.oversight import exports, periods, telling
from dialogs.oversight.following import OPEN
from dialogs.oversight.rights import office
from dialogs.oversight.shown import Shown, moment
from dialogs.oversight.sights import WHAT
from dialogs.oversight.store import Run
from dialogs.talk import Button, Fact, Reply

WORST = 5  # rows on a card: a SELECT gives the worst first
LONGEST = 300  # characters of what is said of a sample


async def card(desk: Desk, run: Run, person: str, first: int = 0) -> Reply:
    """What a person (id) who may see it is shown of a run, rows from `first` on; that they saw rows is put on record before.

    Raises Unavailable where it cannot be recorded.
    """
    oversight = office(desk)
    rows = await oversight.rows(run, first, WORST)
    if rows:
        await desk.jobs.saw(person, run.id, "oversight", WHAT, {"from": first, "rows": len(rows)})
    shown = await exports.shown_of(oversight, run)
    facts = [Fact(label=label, value=value) for label, value in numbers(shown)] if not first else []
    facts += columns(rows) + [Fact(label=f"Nr. {row['nr']}", value=telling.line(row)) for row in rows]
    text = answer(shown) if not first else f"Fund {first + 1}-{first + len(rows)} af {telling.number(run.rows)}."
    found = (*buttons(shown, first + len(rows)), *page(desk, run, person))
    return Reply(text=text, facts=tuple(facts), buttons=found, key=f"tilsyn-{run.id}-{first}")


def page(desk: Desk, run: Run, person: str) -> list[Button]:
    """The way to a whole run's page in the tab, where there is a tab."""
    way = desk.tab(run.id, person) if run.is_whole else ""
    return [Button(label="Åbn i fanen", url=way)] if way else []


def answer(shown: Shown) -> str:
    """The answer, and what has become of the findings since the last time where there was one."""
    since = f" {texts.plain(shown.compared)}" if shown.development or shown.not_compared else ""
    return f"{shown.answer}{since}"


def numbers(shown: Shown) -> list[tuple[str, str]]:
    """The three numbers of a whole run, and what is drawn and judged of it."""
    found = telling.numbers(shown.run, shown.before)
    if shown.sample:
        found.append(("Stikprøve", texts.plain(texts.shortened(f"{shown.sample.method}. {shown.sample.said}", LONGEST))))
    if shown.judgements:
        found.append(("Vurdering", shown.judged))
    if shown.signature:
        found.append(("Underskrevet", f"{texts.plain(shown.signature.signed_by)}, {moment(shown.signature.at)}"))
    if shown.actions:
        found.append(("Opfølgning", done(shown)))
    return found


def done(shown: Shown) -> str:
    """How many of the findings that are followed up are closed."""
    still = sum(one.state.startswith(OPEN) for one in shown.actions)
    return f"{telling.number(len(shown.actions))} fund følges op, {telling.number(still)} er åbne"


def columns(rows: list[dict[str, Any]]) -> list[Fact]:
    """What stands in the rows, once."""
    names = [telling.heading(name) for name in rows[0] if name != "nr"] if rows else []
    return [Fact(label="Kolonner", value=" · ".join(names))] if names else []


def buttons(shown: Shown, seen: int) -> list[Button]:
    """What can be done next. Each names the run: what is said next is of it."""
    run, found = shown.run, []
    if not run.is_whole:
        return again(run)
    if seen < run.rows:
        found.append(Button(label="Vis flere fund", do="oversight rows", data={"run": run.id, "first": str(seen)}))
    if shown.development and shown.before:
        found.append(Button(label="Sammenlign", do="oversight compared", data={"run": run.id}))
    found.append(next_step(shown))
    found.append(Button(label="Hent Excel", do="oversight export", data={"run": run.id, "kind": "xlsx"}))
    return [*found, Button(label="Hent PDF", do="oversight export", data={"run": run.id, "kind": "pdf"})]


def again(run: Run) -> list[Button]:
    """The way to a new run where one has ended without a result."""
    text = f"kør tilsynet ”{run.title}” for {periods.said(run.period)}{f' for enheden {run.unit}' if run.unit else ''}"
    button = Button(label="Prøv igen", do="offer", data={"intent": "oversight.run", "text": text, "run": run.id})
    return [button] if run.state != "running" and not run.is_whole else []


def next_step(shown: Shown) -> Button:
    """Judge what is not judged, then sign, then file."""
    run = shown.run
    wanted = shown.sample.numbers if shown.sample and shown.tilsyn.sample != "alle" else range(1, run.rows + 1)
    if shown.signature:
        return Button(label="Journalisér tilsynet", do="oversight journal", data={"run": run.id})
    if all(nr in shown.judgements for nr in wanted):
        return Button(label="Skriv under", do="oversight sign", data={"run": run.id})
    return Button(label="Vurdér fund", do="oversight judge", data={"run": run.id})
