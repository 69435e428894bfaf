"""See what a tilsyn found: the newest run that the text means, more of its rows, all tilsyn and how they stand, and what data there are."""

import re
from collections.abc import Awaitable, Callable

from connectors.datasets import Period
from dialogs import texts
from dialogs.fields import At
from dialogs.oversight import cards, compare_said, export_said, oversight_sign, periods, pointed, sample_said, spoken, telling, wheel_said
from dialogs.oversight.fields import meant, said_in, stems
from dialogs.oversight.heads import Tilsyn
from dialogs.oversight.rights import REFUSAL, may_see, office
from dialogs.oversight.runner import declared, offered
from dialogs.oversight.store import STATES, Run
from dialogs.talk import Button, Fact
from dialogs.turn import Turn
from nlu.normalise import fold
from nlu.understanding import LIKELY, OUT_OF_SCOPE

DATA = re.compile(
    r"\b(?:hvilke|hvad for|vis|se|liste over|oversigt over)\b.*\b(?:data|datasaet\w*|datakilder|kilder|tabeller)\b"
    r"|\b(?:hvad|hvilke\w*) (?:kan|maa) (?:jeg|vi|man) (?:lave|koere|bygge) (?:et )?tilsyn (?:med|paa|over|om|af)\b"
)
SURELY_DATA = re.compile(  # not "hvilke data er der om mig"
    r"^(?!.*\bom\b).*\b(?:data\w*|kilder|tabeller)\b.*\b(?:kan (?:jeg|vi|man|du) (?:bruge|laese|hente)|er der|findes|til (?:et )?tilsyn)\b"
)
ALL = re.compile(r"\b(?:hvilke|alle|mine|vores|oversigt|liste over)\b.*\b(?:ledelses)?(?:tilsyn|kontroller)\b|\bmangler\b.*\btilsyn\b")
RUNS = re.compile(r"\b(?:koer|start|igangsaet|genkoer)\w*\b")  # a run that is to be made
SIGN = re.compile(r"\bunderskriv\w*|\bskriv(?:e)? under\b|\bgodkend\b")
GENERAL = frozenset(
    "result fund fundet fundene seneste senest sidste nyeste kvarta koerse sammen unders godken".split()
)  # stems of words that say nothing of which
Answer = Callable[[Turn], Awaitable[None]]
WISHES: tuple[tuple[re.Pattern[str], Answer], ...] = (  # said of runs: the first whose pattern the folded text has takes the turn
    (wheel_said.ASKED, wheel_said.wheel),
    (export_said.ASKED, export_said.asked),
    (sample_said.ASKED, sample_said.asked),
    (compare_said.ASKED, compare_said.compared),
    *spoken.WISHES,
)
UNSURE = frozenset(
    {OUT_OF_SCOPE, "help", "thanks", "greeting"}
)  # what the model takes a few words for that say little without the card above them
MOST = 40  # datasets or tilsyn on a card


async def result(turn: Turn) -> None:
    """Answer for the tilsyn and period that are named; without a name, for the newest run."""
    said = fold(turn.text)
    if DATA.search(said):
        await data(turn)
        return
    if not await may_see(turn.desk, turn.event.who.id):
        turn.say(REFUSAL)
        return
    if wish := next((answer for pattern, answer in WISHES if pattern.search(said)), None):
        await wish(turn)
        return
    if SIGN.search(said):
        await oversight_sign.begin(turn)
        return
    known = await office(turn.desk).every()
    some = meant(turn.text, known)
    if not some and ALL.search(said):
        await overview(turn, known)
        return
    period = said_in(turn.text, At(turn.desk, turn.event, {}))
    if len(some) > 1:
        turn.say("Hvilket af dem?", *(look(one.title) for one in some[: cards.WORST]))
        return
    if not some and (stems(turn.text) - GENERAL) and not period:
        turn.note("Jeg fandt intet tilsyn med de ord, så her er den nyeste kørsel.")
    await newest(turn, some[0] if some else None, period)


async def by_words(turn: Turn) -> bool:
    """Do what a text plainly asks for of the run on the screen, or of tilsyn, whatever it may mean elsewhere. False: it asks for something else."""
    said = fold(turn.text)
    wish = next((answer for pattern, answer in WISHES if pattern.search(said)), None)
    about = wish or (overviewed if ALL.search(said) else data if DATA.search(said) else None)
    if about is None or turn.state.open or turn.desk.oversight is None or RUNS.search(said):
        return False
    meaning = turn.meaning
    of_tilsyn = meaning.intent.startswith("oversight.") or (about is data and SURELY_DATA.search(said) and meaning.intent in UNSURE)
    if not of_tilsyn and not (wish and (meaning.intent in UNSURE or meaning.confidence < LIKELY) and await pointed.on_screen(turn)):
        return False
    if about is data or await pointed.permitted(turn):
        await about(turn)
    return True


async def overviewed(turn: Turn) -> None:
    """Every tilsyn, or those that the text names."""
    known = await office(turn.desk).every()
    if meant(turn.text, known):
        await result(turn)
    else:
        await overview(turn, known)


def look(title: str) -> Button:
    """The way to a tilsyn's newest run."""
    return Button(label=texts.shortened(title, 60), do="offer", data={"intent": "oversight.result", "text": f"vis resultatet af ”{title}”"})


async def newest(turn: Turn, tilsyn: Tilsyn | None, period: Period | None) -> None:
    """The newest run of that tilsyn and period; where it gave nothing, that is what is told."""
    runs = await office(turn.desk).runs.of(tilsyn.name if tilsyn else "", period, 1)
    if runs:
        await shown(turn, await pointed.settled(turn, runs[0]), 0)
        return
    run = Button(
        label="Kør det nu",
        do="offer",
        data={"intent": "oversight.run", "text": f"kør tilsynet ”{tilsyn.title}”{f' for {periods.said(period)}' if period else ''}"}
        if tilsyn
        else {"intent": "oversight.run", "text": "kør et tilsyn"},
    )
    if tilsyn:
        turn.say(telling.never(tilsyn.title, period), run)
    else:
        turn.say(f"Der er ikke kørt noget tilsyn{f' for {periods.said(period)}' if period else ''} endnu.", run)


async def shown(turn: Turn, run: Run, first: int) -> None:
    """A run's card."""
    reply = await cards.card(turn.desk, run, turn.event.who.id, first)
    turn.say(reply.text, *reply.buttons, facts=list(reply.facts), key=turn.desk.new_id() if reply.buttons else "")


async def more(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """More rows of a run that a card shows. What the card says is a reference; the right is looked up again."""
    del card, inputs
    if not await may_see(turn.desk, turn.event.who.id):
        turn.say(REFUSAL)
        return
    run = await office(turn.desk).runs.get(button.data.get("run", ""))
    first = button.data.get("first", "")
    if run is None or not first.isdecimal() or int(first) >= run.rows:
        turn.say("Der er ikke flere fund at vise.")
        return
    await shown(turn, run, int(first))


async def overview(turn: Turn, known: dict[str, Tilsyn]) -> None:
    """Every tilsyn and how its newest run stands."""
    runs: dict[str, Run] = {}
    for one in await office(turn.desk).runs.of(most=500):
        runs.setdefault(one.tilsyn, one)
    for name, one in runs.items():
        runs[name] = await pointed.settled(turn, one)
    facts = [Fact(label=texts.plain(one.title), value=standing(runs.get(one.name))) for one in list(known.values())[:MOST]]
    facts += rest(len(known))
    never = sum(one.name not in runs for one in known.values())
    more = f" {texts.count(never, 'er', 'er')} ikke kørt endnu." if never else ""
    turn.say(f"Der er {texts.count(len(known), 'tilsyn', 'tilsyn')}.{more}", facts=facts)


def standing(run: Run | None) -> str:
    """A run in a few words; no run is "ikke kørt" and nothing else."""
    if run is None:
        return "ikke kørt"
    how = telling.number(run.rows) + " fund" if run.state == "found" else STATES[run.state]
    return f"{how} ({periods.said(run.period)})"


def rest(count: int) -> list[Fact]:
    """That a card does not hold all."""
    return [Fact(label="…", value=f"og {count - MOST} mere")] if count > MOST else []


async def data(turn: Turn) -> None:
    """The datasets that a tilsyn can read."""
    found = declared(offered(turn.desk.systems))
    facts = [Fact(label=name, value=f"{one.title}: {texts.shortened(one.meaning, 90)}") for name, one in list(found.items())[:MOST]]
    facts += rest(len(found))
    turn.say(f"Et tilsyn kan bruge {texts.count(len(found), 'datasæt', 'datasæt')}.", facts=facts)


ANSWERS = {"oversight.result": result}
PRESSES = {"oversight rows": more}
