"""A run against another in the chat: what is new, what has come again, what has changed, and what is solved."""

import asyncio
import re
from typing import Any

from connectors.datasets import Period
from dialogs import texts
from dialogs.desk import Desk
from dialogs.fields import At
from dialogs.oversight import cards, compare, comparing, periods, pointed, telling
from dialogs.oversight.comparing import Compared
from dialogs.oversight.fields import said_in
from dialogs.oversight.pairing import NUMBER, STATUS, TIMES
from dialogs.oversight.rights import office
from dialogs.oversight.running import NotRun
from dialogs.oversight.sights import WHAT
from dialogs.oversight.store import Run
from dialogs.talk import Button, Fact, Reply
from dialogs.turn import Turn
from nlu.normalise import fold

ASKED = re.compile(
    r"\bsammenlign|\bsammenhold|\bforskel|\bi forhold til\b|\bsiden sidst|\bsiden (?:sidste|forrige)\b|\bop mod\b"
    r"|\b(?:nye|gentagne|genaabnede|loeste|aendrede) (?:fund|raekker)\b|\b(?:hvad|hvilke|noget|noget?) .{0,12}\b(?:nyt|nye|loest|gentag\w+|aendret)\b"
    r"|\b(?:fund|de) (?:er )?(?:nye|gentag\w+|loest|loeste|genaabne\w+)\b|\budvikl"
)
WORDS = re.compile(  # of the wish, not of a tilsyn
    r"\b(?:sammen\w+|forskel\w*|forhold|siden|sidste?|forrige|kørs\w+|seneste|nyeste|nyt|nye|gentag\w+|løst\w*|genåbn\w+|ændr\w+|udvik\w+|tilsyn\w*|fund\w*)\b",
    re.I,
)
BETWEEN = re.compile(r"\b(?:med|mod|og|til|end|fra)\b", re.I)
STATUSES = {  # as people ask for them
    "gentaget": re.compile(r"\bgentag"),
    "genåbnet": re.compile(r"\bgenaabn"),
    "løst": re.compile(r"\bloest"),
    "ny": re.compile(r"\bny(?:e|t)? fund\b|\bfund er nye\b|\bde nye\b"),
    compare.CHANGED: re.compile(r"\baendre"),
}
SAID = {"gentaget": ("gentaget", "gentagne"), "genåbnet": ("genåbnet", "genåbnede"), "løst": ("løst", "løste"), "ny": ("nyt", "nye"), compare.CHANGED: ("ændret", "ændrede")}  # fmt: skip
YEAR = re.compile(r"\bsidste aars?\b|\baaret foer\b|\bet aar siden\b")
WORST = 5  # rows on a card
CHANGED_MOST = 3  # columns that are named


async def compared(turn: Turn) -> None:
    """The run that the text means against the one before it, or against that of the period that is named."""
    asked = said_periods(turn)
    last, first = (max(asked, key=lambda one: one.last), min(asked, key=lambda one: one.last)) if len(asked) > 1 else (None, None)
    run = await pointed.of(turn, WORDS.sub(" ", turn.text), last)
    if run is None:
        return
    if not run.is_whole:
        turn.say(f"{telling.answer(run)} Den kan derfor ikke sammenlignes.", *cards.again(run))
        return
    other = first or next(iter(asked), None)
    if YEAR.search(fold(turn.text)):
        other = periods.year_before(run.period)
    pair = await the_two(turn, run, other)
    if pair:
        await shown(turn, *pair, status_of(turn.text), 0)


def said_periods(turn: Turn) -> list[Period]:
    """The periods that a text names."""
    at = At(turn.desk, turn.event, {})
    found = (said_in(part, at) for part in BETWEEN.split(turn.text) if part.strip())
    return list(dict.fromkeys(one for one in found if one))


def status_of(text: str) -> str:
    """The rows that a text asks for, "" for all."""
    said = fold(text)
    return next((name for name, pattern in STATUSES.items() if pattern.search(said)), "")


async def the_two(turn: Turn, run: Run, other: Period | None) -> tuple[Run, Run] | None:
    """The later and the earlier run; where one is missing, that is said, with the way to it."""
    known = await comparing.earlier(office(turn.desk), run)
    if other is None or (other == run.period and all(one.period != other for one in known)):
        before = next((one for one in reversed(known) if one.last < run.first), None) or (known[-1] if known else None)
        if before is None:
            missing(turn, run, periods.previous(run.period))
            return None
        return run, before
    if before := next((one for one in known if one.period == other), None):
        return run, before
    later = [one for one in await office(turn.desk).runs.alike(run) if one.period == other]
    if later and other.first > run.last:
        return later[0], run
    missing(turn, run, other)
    return None


def missing(turn: Turn, run: Run, period: Period) -> None:
    """There is no run to compare with: an honest sentence, and a button that makes one."""
    unit = f", {run.unit}" if run.unit else ""
    text = f"kør tilsynet ”{run.title}” for {periods.said(period)}{f' for enheden {run.unit}' if run.unit else ''}"
    turn.say(
        f"Der er ingen kørsel af ”{texts.plain(run.title)}{texts.plain(unit)}” for {periods.said(period)} at sammenligne med.",
        Button(label="Kør det nu", do="offer", data={"intent": "oversight.run", "text": text, "run": run.id}),
    )


async def shown(turn: Turn, run: Run, before: Run, status: str, first: int) -> None:
    """The comparison's card; or why there is none."""
    try:
        told = await comparing.compared(office(turn.desk), run, before)
    except NotRun as error:
        turn.say(f"De to kørsler kan ikke sammenlignes. {texts.plain(error.fault.text)}")
        return
    if told:
        reply = await card(turn.desk, told, turn.event.who.id, status, first)
        turn.say(reply.text, *reply.buttons, facts=list(reply.facts))


async def card(desk: Desk, told: Compared, person: str, status: str = "", first: int = 0) -> Reply:
    """What a person (id) who may see it is shown of a comparison; that they saw rows is put on record before. Raises Unavailable."""
    run, development = told.run, told.development
    rows = await asyncio.to_thread(compare.page, development.path, first, WORST, status)
    if rows:
        await desk.jobs.saw(person, run.id, "oversight", WHAT, {"from": first, "rows": len(rows), "compared": told.before.id})
    count = number_of(told, status)
    text = of_status(told, status, count) if status else f"{telling.named(run)}. {sentence(told)}"
    if first:
        text = f"Række {first + 1}-{first + len(rows)} af {telling.number(count)}."
    facts = [] if first or status else [Fact(label=label, value=value) for label, value in numbers(told)]
    facts += [Fact(label=label(row), value=line(row)) for row in rows]
    return Reply(text=text, facts=tuple(facts), buttons=tuple(buttons(told, status, first + len(rows), count)))


def sentence(told: Compared) -> str:
    """The comparison in one sentence; a second one where the rule itself was another then."""
    rule = " Tilsynets fil er ændret imellem, så noget kan skyldes den." if told.other_rule else ""
    return f"{told.development.said(telling.when(told.before, told.run))}{rule}"


def of_status(told: Compared, status: str, count: int) -> str:
    """How many findings have that status: "Manglende bilag, 3. kvartal 2026: 3 løste i forhold til 2. kvartal 2026."."""
    many = texts.count(count, *SAID[status]) if count else f"ingen {SAID[status][1]}"
    return f"{telling.named(told.run)}: {many} i forhold til {telling.when(told.before, told.run)}."


def number_of(told: Compared, status: str) -> int:
    """How many rows have that status."""
    one = told.development
    by = {"ny": one.new, "gentaget": one.repeated, "genåbnet": one.reopened, "løst": one.solved, compare.CHANGED: one.changed}
    return by[status] if status else one.new + one.repeated + one.reopened + one.solved


def numbers(told: Compared) -> list[tuple[str, str]]:
    """The numbers, each with its name; columns that changed most, and those that only one of the two has."""
    one = told.development
    found = [
        ("Nye", telling.number(one.new)),
        ("Gentagne", f"{telling.number(one.repeated)}{f', heraf {telling.number(one.changed)} ændret' if one.changed else ''}"),
        ("Genåbnede", telling.number(one.reopened)),
        ("Løste", telling.number(one.solved)),
    ]
    if one.columns:
        found.append(
            ("Ændret", ", ".join(f"{telling.heading(each.column)} ({telling.number(each.rows)})" for each in one.columns[:CHANGED_MOST]))
        )
    only = [("kun nu", one.added), ("kun før", one.dropped)]
    if one.added or one.dropped:
        found.append(("Kolonner", "; ".join(f"{which}: {', '.join(map(telling.heading, names))}" for which, names in only if names)))
    return found


def label(row: dict[str, Any]) -> str:
    """What has become of a finding: "Nr. 4, gentaget, 3. gang"."""
    status = str(row[STATUS]).capitalize()
    number = f"Nr. {row[NUMBER]}, {status.lower()}" if row[NUMBER] else status
    return f"{number}, {row[TIMES]}. gang" if row[STATUS] in {"gentaget", "genåbnet"} else number


def line(row: dict[str, Any]) -> str:
    """A finding with what it says differently now."""
    told = telling.line({name: value for name, value in row.items() if not name.startswith("_")})
    changed = compare.changes_said(row)
    return f"{told} ({texts.plain(texts.shortened(telling.apart(changed), telling.LONGEST))})" if changed else told


def buttons(told: Compared, status: str, seen: int, count: int) -> list[Button]:
    """More of the same, those that are solved or new alone, and the files."""
    data = {"run": told.run.id, "before": told.before.id}
    found = []
    if seen < count:
        found.append(Button(label="Vis flere", do="oversight compared", data={**data, "status": status, "first": str(seen)}))
    one = told.development
    ways = [(one.new, "ny", "Vis de nye"), (one.solved, "løst", "Vis de løste"), (one.changed, compare.CHANGED, "Vis de ændrede")]
    if not status and count > WORST:
        found += [
            Button(label=name, do="oversight compared", data={**data, "status": which, "first": "0"}) for many, which, name in ways if many
        ]
    found.append(Button(label="Hent Excel", do="oversight export", data={"run": told.run.id, "kind": "xlsx"}))
    return found


async def more(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """More rows of a comparison that a card shows, or the comparison itself. The right is looked up again."""
    del card, inputs
    run = await pointed.named_by(turn, button)
    if run is None:
        return
    before = await office(turn.desk).runs.get(button.data.get("before", ""))
    if before is None:
        pair = await the_two(turn, run, None) if run.is_whole else None
        if pair:
            await shown(turn, *pair, "", 0)
        return
    first, status = button.data.get("first", ""), button.data.get("status", "")
    if before.tilsyn == run.tilsyn and first.isdecimal() and status in {"", *STATUSES}:
        await shown(turn, run, before, status, int(first))


PRESSES = {"oversight compared": more}
