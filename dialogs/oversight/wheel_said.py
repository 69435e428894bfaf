"""The year's wheel in words: what is missing this year, what a month asks for, the wheel itself, and what an owner is reminded of."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from connectors.datasets import Period
from connectors.directory import Directory
from dialogs import texts
from dialogs.fields import At
from dialogs.oversight import duties, periods
from dialogs.oversight.duties import Duty
from dialogs.oversight.fields import said_in
from dialogs.oversight.periods import months
from dialogs.oversight.rights import CONTROLLER, REFUSAL, has_role, may_see, office
from dialogs.oversight.runner import Oversight
from dialogs.oversight.wheel import Entry, Wheel
from dialogs.talk import Button, Fact, Reply
from dialogs.turn import Turn
from nlu.normalise import fold

MOST, BUTTONS = 18, 4  # lines and ways on of a card
WHEEL = re.compile(r"\baarshjul|\baarsplan|\btilsynsplan")
MISSING = re.compile(r"\b(?:hvad|hvilke|noget)\b.*\bmangle[rt]?\b|\bmangler (?:jeg|vi|der)\b")
TO_DO = re.compile(
    r"\b(?:hvilke|hvad for|naar)\b.*\b(?:tilsyn|kontroller)\b.*\b(?:skal|boer)\b|\b(?:skal|boer) (?:jeg|vi)\b.*\b(?:nogen|noget|flere|hvilke) tilsyn\b"
)
SURE = re.compile(  # said of the wheel beyond doubt
    rf"{WHEEL.pattern}|{TO_DO.pattern}|\bmangler\b.*\b(?:tilsyn|kontroller)\b|\bhvilke\b.*\b(?:tilsyn|kontroller)\b.*\bmangler?\b|"
    r"^hva?d? mangler (?:jeg|vi)(?: at (?:lave|naa))?(?: i aar)?\W*$"
)
ASKED = re.compile("|".join(one.pattern for one in (WHEEL, MISSING, TO_DO)))


async def begin(turn: Turn) -> None:
    """The same, for those who may."""
    if await may_see(turn.desk, turn.event.who.id):
        await wheel(turn)
    else:
        turn.say(REFUSAL)


async def wheel(turn: Turn) -> None:
    """What is missing, what a month asks for, or the wheel. A leader sees their own and their unit's, a controller everything."""
    if turn.desk.wheel is None or not await turn.desk.wheel.entries():
        turn.say("Der er ikke noget årshjul for tilsyn endnu. Administratorerne kan lave et.")
        return
    everything = await has_role(turn.desk, turn.event.who.id, CONTROLLER)
    said, period = fold(turn.text), to_come(turn, said_in(turn.text, At(turn.desk, turn.event, {})))
    if WHEEL.search(said) and not MISSING.search(said) and not period:
        await lines(turn, turn.desk.wheel, everything=everything)
        return
    year = months(turn.today.year, 1, 12)
    found = await mine(turn, await duties.asked(office(turn.desk), turn.desk.wheel, *spanned(period or year)), everything=everything)
    await missing(turn, found, period or year, everything=everything)


def to_come(turn: Turn, period: Period | None) -> Period | None:
    """A month that is named without its year is the one to come: "i januar", said in November."""
    if period is None or period.last >= turn.today or re.search(r"\d{4}|\b(?:sidste|forrige)\b", turn.text):
        return period
    first, last = period.first, period.last
    return Period(first.replace(year=first.year + 1), last.replace(year=last.year + 1, day=min(last.day, 28 if last.month == 2 else 31)))


def spanned(period: Period) -> tuple[date, date]:
    """The deadlines that a question about a time is about: those in it, and those that went by less than a year before."""
    return period.first - timedelta(days=365), period.last


async def mine(turn: Turn, some: list[Duty], *, everything: bool) -> list[Duty]:
    """Those that a person may see: all of them, or those that they own or that are of their unit."""
    if everything:
        return some
    person = await turn.desk.systems.get(Directory).person(turn.event.who.id)
    return [one for one in some if one.owner == person.email.casefold() or (one.unit and one.unit == person.department)]


async def missing(turn: Turn, some: list[Duty], period: Period, *, everything: bool) -> None:
    """What nobody has signed and can be done now, or until the end of that time; what comes later is counted."""
    today = turn.today
    year = period == months(today.year, 1, 12)
    left = [one for one in some if not one.is_signed and (one.deadline >= period.first or one.is_late(today))]
    ready = [one for one in left if one.last < today or not year]
    later = [one for one in left if one not in ready]
    head = heading(ready, period, today, year=year)
    if later:
        first = min(later, key=lambda one: one.deadline)
        head += f" Senere i år kommer der {len(later)} mere, det første med frist {texts.day(first.deadline)}."
    if len(ready) > MOST:
        head += f" Her er de {MOST} med størst risiko."
    facts = [Fact(label=texts.plain(one.name), value=duties.line(one, today, whose=everything)) for one in ready[:MOST]]
    turn.say(f"{head}{await faulty(turn, everything=everything)}", *ways(ready, today), facts=facts)


def heading(ready: Sequence[Duty], period: Period, today: date, *, year: bool) -> str:
    """How many there are, and how many of them are late."""
    when = "lige nu" if year else f"i {periods.said(period)}"
    if not ready:
        return f"Du mangler ingen tilsyn {when}."
    late = sum(one.is_late(today) for one in ready)
    if not year and (others := len(ready) - late):
        return f"Der er {texts.count(others, 'tilsyn', 'tilsyn')} med frist {when}.{f' Desuden er {late} for sent.' if late else ''}"
    return f"Der er {texts.count(len(ready), 'tilsyn', 'tilsyn')}, som mangler {when}.{f' {late} er for sent.' if late else ''}"


async def lines(turn: Turn, hjul: Wheel, *, everything: bool) -> None:
    """The wheel, a line for each tilsyn with what comes next of it."""
    today = turn.today
    found = await mine(
        turn, await duties.asked(office(turn.desk), hjul, today - timedelta(days=365), today + timedelta(days=400)), everything=everything
    )
    next_: dict[tuple[str, str], Duty] = {}
    for one in sorted((one for one in found if not one.is_signed), key=lambda one: one.deadline):
        next_.setdefault((one.tilsyn, one.unit), one)
    shown = [(entry, next_[key]) for entry in await hjul.entries() if (key := (entry.tilsyn, entry.enhed)) in next_]
    facts = [Fact(label=texts.plain(duty.name), value=wheel_line(entry, duty, today, whose=everything)) for entry, duty in shown[:MOST]]
    more = f" Her er de {MOST} med størst risiko." if len(shown) > MOST else ""
    whose = "Årshjulet" if everything else "Dit årshjul"
    head = f"{whose} har {texts.count(len(shown), 'tilsyn', 'tilsyn')}.{more}" if shown else "Der er ingen tilsyn i årshjulet, som er dine."
    turn.say(f"{head}{await faulty(turn, everything=everything)}", facts=facts)


def wheel_line(entry: Entry, duty: Duty, today: date, *, whose: bool) -> str:
    """A line of the wheel: "hver måned · alle · oktober 2026, frist 13.11.2026 · risiko 15 · ikke kørt"."""
    itself = " · kører selv" if entry.koer else ""
    return f"{entry.when} · {duty.extent}{itself} · {duties.line(duty, today, whose=whose)}"


async def faulty(turn: Turn, *, everything: bool) -> str:
    """For controllers: that the file was changed to something that cannot be used, and that files of tilsyn are broken."""
    if turn.desk.wheel is None or not everything:
        return ""
    said = " Filen med årshjulet har en fejl, så det er den forrige, der gælder." if turn.desk.wheel.faults else ""
    known = await office(turn.desk).every()
    broken = sorted({one.tilsyn for one in await turn.desk.wheel.entries()} - set(known))
    return f"{said} {texts.names(broken)} kan ikke læses: ret filen, og tjek den." if broken else said


def ways(some: Sequence[Duty], today: date) -> list[Button]:
    """The way on for the first of them: run it, or see what it gave."""
    return [button for one in some if (button := way(one, today, alone=len(some) == 1))][:BUTTONS]


def way(duty: Duty, today: date, *, alone: bool) -> Button | None:
    """Run it, or see the result; None where there is nothing to do yet."""
    when = f"{periods.said(duty.period)}{f' for enheden {duty.unit}' if duty.unit else ''}"
    match duty.step(today):
        case "not run" | "broken":
            label, intent, text = "Kør det nu", "oversight.run", f"kør tilsynet ”{duty.title}” for {when}"
        case "unsigned":
            label, intent, text = "Se resultatet", "oversight.result", f"vis resultatet af ”{duty.title}” for {when}"
        case _:
            return None
    label = (
        label if alone else texts.shortened(f"{label.split()[0]} {duty.title[0].lower()}{duty.title[1:]}, {periods.said(duty.period)}", 60)
    )
    return Button(label=label, do="offer", data={"intent": intent, "text": text})


def reminder(some: Sequence[Duty], today: date) -> Reply:
    """What an owner is told of what waits for them."""
    if len(some) > 1:
        late = sum(one.is_late(today) for one in some)
        text = f"{len(some)} tilsyn i årshjulet venter på dig.{f' {late} af dem er for sent.' if late else ''}"
        facts = [Fact(label=texts.plain(one.name), value=duties.line(one, today, whose=False)) for one in some[:MOST]]
        return Reply(text=text, facts=tuple(facts), buttons=tuple(ways(some, today)), key=f"aarshjul-{today}")
    (one,) = some
    what = {
        "unsigned": f"Det er kørt {fund(one)}.",
        "broken": "Det er kørt, men gav intet resultat.",
        "running": "Det kører lige nu.",
    }.get(one.step(today), "Det er ikke kørt endnu.")
    day = texts.day(one.deadline)
    name = f"Tilsynet ”{texts.plain(one.title)}”{f' for {texts.plain(one.unit)}' if one.unit else ''} for {periods.said(one.period)}"
    head = f"{name} skulle være færdigt {day}." if one.is_late(today) else f"{name} skal være færdigt senest {day}."
    return Reply(text=f"{head} {what}", buttons=tuple(ways(some, today)), key=f"aarshjul-{today}")


def fund(duty: Duty) -> str:
    """What it found, and what is left to do."""
    if duty.rows:
        return f"med {texts.count(duty.rows, 'fund', 'fund')} og mangler at blive vurderet og underskrevet"
    return "uden fund og mangler at blive underskrevet"


async def printed(oversight: Oversight, hjul: Wheel, year: int, today: date) -> str:
    """The wheel of a year for the command line, a line for each tilsyn and period."""
    found = await duties.asked(oversight, hjul, date(year, 1, 1), date(year, 12, 31))
    rows = [("Frist", "Risiko", "Tilsyn", "Periode", "Ejer", "Tilstand")]
    for one in sorted(found, key=lambda one: (one.deadline, -one.risk, one.name)):
        untold = f" ({one.untold})" if one.untold else ""
        rows.append((one.deadline.isoformat(), str(one.risk), one.name, periods.said(one.period), one.owner, f"{one.said(today)}{untold}"))
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    text = "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return f"{text}\n" if found else f"Årshjulet har ingen tilsyn i {year} ({hjul.path}).\n"
