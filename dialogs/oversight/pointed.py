"""Which run is meant where somebody speaks of one: the tilsyn and period that are named, else the run on the card shown last, else the newest."""

import re
from collections.abc import Iterable
from datetime import timedelta

from connectors.datasets import Period
from dialogs import texts
from dialogs.fields import At
from dialogs.oversight import periods, telling
from dialogs.oversight.fields import meant, said_in
from dialogs.oversight.heads import Tilsyn
from dialogs.oversight.rights import REFUSAL, may_see, office
from dialogs.oversight.store import Run
from dialogs.talk import Button
from dialogs.turn import Turn

DOING = re.compile(  # what is to be done with the run: words that may stand in a tilsyn's title too
    r"\b(?:underskriv\w*|skriv\w*\s+under|godkend\w*|vurd[eé]r\w*|bedøm\w*|journalis\w*|arkiv\w*|følg\w*\s+op|opfølgning\w*|fejl\w*|fund\w*|rapport\w*)",
    re.I,
)
LONGEST = timedelta(hours=2)  # that a command works on a run
TILSYN = re.compile(r"tilsyn|kontrol", re.I)
MOST = 5  # tilsyn to choose among


async def permitted(turn: Turn) -> bool:
    """Whether the person may see tilsyn; where not, that is said. Raises ConnectorError."""
    if await may_see(turn.desk, turn.event.who.id):
        return True
    turn.say(REFUSAL)
    return False


async def pointed(turn: Turn) -> Run | None:
    """The run that the text means; where there is none or several fit, that is said."""
    return await of(turn, turn.text, said_in(turn.text, At(turn.desk, turn.event, {})))


async def in_sight(turn: Turn) -> Run | None:
    """The run that is spoken of where a text names findings: the one on the screen, unless the text names a tilsyn."""
    return await (pointed(turn) if TILSYN.search(turn.text) else of(turn, "", None))


async def of(turn: Turn, text: str, period: Period | None) -> Run | None:
    """The run of a period that a text means; where there is none or several fit, that is said."""
    oversight = office(turn.desk)
    some, seen = meant(DOING.sub(" ", text), await oversight.every()), await on_screen(turn)
    if len(some) > 1 and seen and any(one.name == seen.tilsyn for one in some):
        some = []
    if len(some) > 1:
        turn.say("Hvilket tilsyn? Skriv det med titlen, fx " + texts.names(f"”{texts.plain(one.title)}”" for one in some[:MOST]) + ".")
        return None
    tilsyn = some[0] if some else None
    shown = seen if tilsyn is None or (seen and seen.tilsyn == tilsyn.name) else None
    if shown and period in {None, shown.period}:
        return await settled(turn, shown)
    named = tilsyn.name if tilsyn else shown.tilsyn if shown else ""
    runs = await oversight.runs.of(named, period, 1)
    if not runs:
        never(turn, tilsyn, period)
    return await settled(turn, runs[0]) if runs else None


def never(turn: Turn, tilsyn: Tilsyn | None, period: Period | None) -> None:
    """Say that there is no such run, with the way to one."""
    when = f" for {periods.said(period)}" if period else ""
    text = f"kør tilsynet ”{tilsyn.title}”{when}" if tilsyn else f"kør et tilsyn{when}"
    said = telling.never(tilsyn.title, period) if tilsyn else f"Der er ikke kørt noget tilsyn{when} endnu."
    turn.say(said, Button(label="Kør det nu", do="offer", data={"intent": "oversight.run", "text": text}))


async def on_screen(turn: Turn) -> Run | None:
    """The run whose card the person saw last: in an answer, or from a job that was done since."""
    runs, before = office(turn.desk).runs, turn.state.touched_at
    shown, told = named_on(turn.state.shown), ""
    for reply in await turn.desk.told(turn.event.conversation):
        told = told or named_on(reply.buttons)
    of_job = await runs.get(told) if told and told != shown else None
    if of_job and (not shown or (of_job.ended_at and before and of_job.ended_at > before)):
        return of_job
    return await runs.get(shown or told) if shown or told else None


def named_on(buttons: Iterable[Button]) -> str:
    """The run that a card's buttons name."""
    return next((one.data["run"] for one in buttons if one.data.get("run")), "")


async def named_by(turn: Turn, button: Button) -> Run | None:
    """The run that a button names, for one who may see it; else it is said why not."""
    if not await permitted(turn):
        return None
    run = await office(turn.desk).runs.get(button.data.get("run", ""))
    if run is None:
        turn.say("Den kørsel findes ikke længere.")
    return await settled(turn, run) if run else None


async def settled(turn: Turn, run: Run) -> Run:
    """A run as it stands: one that nobody works on any more is not under way."""
    if run.state != "running":
        return run
    status = await turn.desk.jobs.status(run.job) if run.job else None
    over = status.state in {"cancelled", "failed", "done"} if status else turn.desk.now() - run.started_at > LONGEST
    return await office(turn.desk).stopped(run) if over else run
