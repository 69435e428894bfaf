"""A run as a card: the answer in one sentence, three numbers, the first rows, and what can be done next."""

from typing import Any

from dialogs.desk import Desk
from dialogs.oversight import periods, telling
from dialogs.oversight.rights import office
from dialogs.oversight.sights import WHAT
from dialogs.oversight.store import Run
from dialogs.talk import Button, Fact, Reply

WORST = 5  # rows on a card: a SELECT gives the worst first


async def card(desk: Desk, run: Run, person: str, first: int = 0) -> Reply:
    """What a person (id) who may see it is shown of a run, rows from `first` on; that they saw rows is put on record before.

    Raises Unavailable where it cannot be recorded.
    """
    oversight = office(desk)
    rows = await oversight.rows(run, first, WORST)
    if rows:
        await desk.jobs.saw(person, run.id, "oversight", WHAT, {"from": first, "rows": len(rows)})
    facts = [Fact(label=label, value=value) for label, value in telling.numbers(run, await oversight.before(run))] if not first else []
    facts += columns(rows) + [Fact(label=f"Nr. {row['nr']}", value=telling.line(row)) for row in rows]
    text = telling.answer(run) if not first else f"Fund {first + 1}-{first + len(rows)} af {telling.number(run.rows)}."
    return Reply(text=text, facts=tuple(facts), buttons=tuple(buttons(run, first + len(rows))), key=f"tilsyn-{run.id}-{first}")


def columns(rows: list[dict[str, Any]]) -> list[Fact]:
    """What stands in the rows, once."""
    names = [telling.heading(name) for name in rows[0] if name != "nr"] if rows else []
    return [Fact(label="Kolonner", value=" · ".join(names))] if names else []


def buttons(run: Run, shown: int) -> list[Button]:
    """What can be done next."""
    found = []
    if shown < run.rows:
        found.append(Button(label="Vis flere fund", do="oversight rows", data={"run": run.id, "first": str(shown)}))
    if not run.is_whole and run.state != "running":
        text = f"kør tilsynet ”{run.title}” for {periods.said(run.period)}"
        found.append(Button(label="Prøv igen", do="offer", data={"intent": "oversight.run", "text": text}))
    return found
