"""Judging a run's findings in the chat: one card a finding, many at once in words, and what is left."""

import asyncio
import re
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Any

from dialogs import texts, words
from dialogs.oversight import periods, samples, telling
from dialogs.oversight.judging import CannotJudge, Entry, finding
from dialogs.oversight.pointed import in_sight, named_by, of, on_screen, permitted
from dialogs.oversight.rights import office
from dialogs.oversight.runner import Oversight
from dialogs.oversight.shown import VERDICTS, Verdict
from dialogs.oversight.sights import WHAT
from dialogs.oversight.store import Run
from dialogs.talk import Button, Fact, Input
from dialogs.turn import Turn
from dialogs.words import Word
from nlu.normalise import fold
from nlu.understanding import LIKELY, OUT_OF_SCOPE

AT_ONCE = 25  # findings that are judged in one go without being asked about
UNREAD = "Jeg kan ikke se, hvilke fund du mener. Skriv det som fx fund 3-9."
REQUEST = re.compile(
    r"(?:jeg (?:vil|skal|har brug for|mangler)|kan (?:du|jeg)|vil du|vis|hent|bestil|opret|koer|find|luk|send|lav|book|start)\b"
)
MOST_FACTS = 18  # columns of a finding on its card
CELL = 200  # characters of a value there
DIGITS = {"et": 1, "to": 2, "tre": 3, "fire": 4, "fem": 5, "seks": 6, "syv": 7, "otte": 8, "ni": 9, "ti": 10}
NUMBERS = r"\d{1,7}(?:(?:\s?(?:-|–|til|,|;|og|&)\s?|\s)\d{1,7})*"  # blanks are single: each text has one way to fit
SAID: dict[Verdict, str] = {  # as people say it; the longer first
    "skal undersøges": r"(?:skal\s+)?(?:undersøges|undersoeges|tjekkes)(?:\s+nærmere)?|undersøg(?:es)?",
    "forklaret": r"forklaret|forklarlig\w*",
    "fejl": r"(?:en\s+)?fejl",
    "ok": r"ok(?:ay)?|i\s+orden|fin[et]?|korrekt\w*",
}
WHICH = (
    r"(?P<rest>(?:alle\s+)?(?:resten|de\s+(?:andre|øvrige|sidste|resterende)(?:\s+fund)?))|(?P<every>(?:de(?:t|m)?\s+(?:er\s+)?)?alle(?:\s+(?:sammen|fund(?:ene)?|\d+))?)"
    r"|(?P<this>den(?:\s+her)?|det(?:te)?(?:\s+her)?(?:\s+fund)?|fundet)"
    rf"|(?P<named>(?:fund(?:ene)?|nr\.?|nummer|række(?:rne)?|raekke(?:rne)?)\s*)?(?P<numbers>{NUMBERS}|(?<=\s)(?:{'|'.join(DIGITS)})\b)"
)
NAMED = re.compile(rf"\b(?:fund(?:ene)?|nr\.?|nummer)\s*(?P<numbers>{NUMBERS})", re.I)
JUDGES = re.compile(
    r"(?:(?:kan|vil)\s+du\s+|du\s+må\s+gerne\s+)?(?:(?:mark[eé]re?|ret(?:te)?|sæt(?:te)?|saet|vurd[eé]re?|not[eé]re?|skriv)\s+)?(?:at\s+)?"
    rf"(?:{WHICH})\s*(?:er|som|til|at\s+være|bliver|=|:)?\s*(?P<verdict>{'|'.join(f'(?:{one})' for one in SAID.values())})"
    r"(?:(?:\s*(?:[:,.;–-]|\bfordi\b|\bda\b|\bpga\.?|\bpå\s+grund\s+af\b|\bbegrundelse\b:?))+\s*(?P<why>.*))?[\s.!]*",
    re.I | re.S,
)
MANY_OF = re.compile(r"(\d+)\s*(?:-|–|til)\s*(\d+)|(\d+)")


async def to_judge(oversight: Oversight, run: Run) -> tuple[int, ...] | None:
    """The findings that must be judged before the run is signed, where its tilsyn is by sample: those drawn. None: all of them.

    A sample of less than the tilsyn asks for is none.
    """
    wish = samples.of_head(await oversight.of(run)) if run.state == "found" else None
    drawn = await samples.of(oversight, run) if wish else None
    if wish is None or drawn is None:
        return None
    try:
        return drawn.numbers if drawn.wish.extends(samples.settled(wish, run)) else None
    except samples.CannotSample:  # the findings have no amount to go by
        return None


async def begin(turn: Turn) -> None:
    """In words: judge the findings of the run that is meant; those that are named, or one after another."""
    run = await in_sight(turn) if await permitted(turn) else None
    if run:
        await following(turn, run)


async def pressed(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """The way to the next finding that nobody has judged; or, with numbers and a verdict, many at once after all."""
    del inputs
    run = await named_by(turn, button)
    if run is None:
        return
    verdict = button.data.get("verdict", "")
    if verdict not in VERDICTS:
        await following(turn, run, after=whole_number(button.data.get("nr", "")))
        return
    turn.close_card(card, f"Du svarede: {verdict}.")
    await put(
        turn, run, await office(turn.desk).judgements.left(run, await to_judge(office(turn.desk), run)), verdict, button.data.get("why", "")
    )


async def judged(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """A verdict on a finding's card, with the reason that stands in it."""
    run = await named_by(turn, button)
    if run is None:
        return
    verdict, nr, why = button.data.get("verdict", ""), whole_number(button.data.get("nr", "")), inputs.get("why", "").strip()
    if verdict not in VERDICTS or not 1 <= nr <= run.rows:
        turn.say("Det valg gælder ikke længere.")
    elif verdict != "ok" and not why:
        ask_why(turn, run, [nr], verdict)
    else:
        turn.close_card(card, f"Fund {nr}: {verdict}.")
        await put(turn, run, [nr], verdict, why)


async def by_words(turn: Turn, *, is_wish: bool = False) -> bool:
    """Judge what a text like "fund 3 er forklaret: beløbet er aftalt" or "alle er ok" names, or take the reason that was asked for.

    is_wish: it plainly asks for something else of a run, so it is no reason. False: the text is something else.
    """
    if await explained(turn):
        return True
    if not is_wish and (asked := asked_for(turn)):
        run, numbers, verdict = asked
        if await permitted(turn) and (found := await office(turn.desk).runs.get(run)):
            if numbers:
                await put(turn, found, numbers, verdict, turn.text)
            else:
                await put_left(turn, found, await unjudged(turn, found), verdict, turn.text)
        return True
    said = JUDGES.fullmatch(" ".join(turn.text.split()))
    if said is None or turn.state.open:
        return False
    on_card = turn.state.shown_card == turn.last and next((one for one in turn.state.shown if one.do == "oversight verdict"), None)
    seen = on_card if said["this"] else any(button.data.get("run") for button in turn.state.shown)
    if not said["named"] and not seen:
        return False  # "alle er ok" and "det er en fejl" with no run in sight may be of anything
    if not await permitted(turn):
        return True
    named = [int(on_card.data["nr"])] if on_card and said["this"] else spelt(said["numbers"] or "")
    if said["numbers"] and not named:
        turn.say(UNREAD)
    elif shown := await on_screen(turn):
        await all_of(turn, shown, said, named)
    elif newest := await of(turn, "", None):
        turn.note("Hvilken kørsel mener du? Her er den nyeste. Skriv det igen, hvis det er den.")
        await following(turn, newest)
    return True


async def all_of(turn: Turn, run: Run, said: re.Match[str], named: list[int]) -> None:
    """What a sentence says of the findings that it names, or of all: "alle" takes back nothing that was said of some of them."""
    verdict = verdict_of(said)
    why, numbers = (said["why"] or "").strip(" ."), named or await unjudged(turn, run)
    if not numbers:
        turn.note("Alle fund er vurderet allerede. Skriv fx ”ret fund 3 til fejl: …”, hvis et skal ændres.")
        await following(turn, run)
    elif verdict != "ok" and not why:
        ask_why(turn, run, numbers, verdict, named=bool(named))
    elif named:
        await put(turn, run, named, verdict, why)
    else:
        await put_left(turn, run, numbers, verdict, why)


async def put_left(turn: Turn, run: Run, numbers: Sequence[int], verdict: Verdict, why: str) -> None:
    """Judge all that are left; many of them only after a yes."""
    if len(numbers) <= AT_ONCE:
        await put(turn, run, numbers, verdict, why)
        return
    many = f"alle {telling.number(len(numbers))}"
    yes = Button(label="Ja, alle sammen", do="oversight judge", data={"run": run.id, "verdict": verdict, "why": why})
    said = f"Der er {telling.number(len(numbers))} fund, som ikke er vurderet. Skal {many} være {verdict}?"
    turn.say(said, yes, Button(label="Nej tak", do="no"))


def verdict_of(said: re.Match[str]) -> Verdict:
    """What a sentence says of the findings."""
    return next(one for one, pattern in SAID.items() if re.fullmatch(pattern, said["verdict"], re.I))


async def unjudged(turn: Turn, run: Run) -> list[int]:
    """What is left to judge."""
    return await office(turn.desk).judgements.left(run, await to_judge(office(turn.desk), run))


def ask_why(turn: Turn, run: Run, numbers: Sequence[int], verdict: str, *, named: bool = True) -> None:
    """Ask for the reason; the next text is it. named: False for all that are left."""
    data = {"run": run.id, "numbers": " ".join(map(str, numbers)) if named else "", "of": verdict, "asks": "why"}
    verb, _, what = phrase(verdict, len(numbers)).partition(" ")
    turn.say(
        f"Hvorfor {verb} {spoken(numbers)} {what}? Skriv det i en sætning.", Button(label="Vis næste fund", do="oversight judge", data=data)
    )


async def explained(turn: Turn) -> bool:
    """What a reason is for, where one was asked for and the person does not know what to write. False: that is not so."""
    asking = next((one for one in turn.state.shown if one.data.get("asks") == "why"), None)
    if asking is None or turn.state.open or words.means(turn.text) not in {Word.HELP, Word.UNSURE, Word.UNKNOWN}:
        return False
    turn.say(
        "Skriv kort, hvorfor du vurderer det sådan. Det kommer med i rapporten, så andre kan følge det.", asking, key=turn.desk.new_id()
    )
    return True


def asked_for(turn: Turn) -> tuple[str, list[int], Verdict] | None:
    """The run, findings and verdict whose reason was asked for last, where the text may be one."""
    asking = next((one.data for one in turn.state.shown if one.data.get("asks") == "why"), None)
    if asking is None or turn.state.shown_card != turn.last or turn.event.after < 0 or turn.state.open:
        return None
    if words.means(turn.text) is not None or turn.text.rstrip().endswith("?") or JUDGES.fullmatch(" ".join(turn.text.split())):
        return None
    if REQUEST.match(fold(turn.text)) and turn.meaning.intent != OUT_OF_SCOPE and turn.meaning.confidence >= LIKELY:
        return None  # the form of a wish too: a reason alone often looks like the report of an error
    verdict = asking.get("of", "")
    return (asking["run"], [int(one) for one in asking["numbers"].split()], verdict) if verdict in VERDICTS else None


async def put(turn: Turn, run: Run, numbers: Sequence[int], verdict: Verdict, why: str) -> None:
    """Judge, say so, and go on with the next."""
    who = turn.event.who
    try:
        await office(turn.desk).judgements.put(run, numbers, verdict, why, by=(who.id, who.name))
    except CannotJudge as error:
        turn.say(str(error))
        return
    turn.note(f"Noteret: {spoken(numbers)} {phrase(verdict, len(numbers))}.")
    if versions := await office(turn.desk).signatures.of(run):
        turn.note(f"Tilsynet er underskrevet før, så det skal skrives under igen (version {len(versions) + 1}).")
    await following(turn, run, after=numbers[-1] if len(numbers) == 1 else 0)


async def following(turn: Turn, run: Run, after: int = 0) -> None:
    """The next finding that nobody has judged, behind that one, or what has come of all of them."""
    oversight = office(turn.desk)
    if run.state != "found":
        turn.say(f"{telling.answer(run)} Der er ikke noget at vurdere.")
        return
    left = await unjudged(turn, run)
    if not left:
        await over(turn, run)
        return
    order = await oversight.judgements.order(run)
    behind = order.index(after) + 1 if after in order else 0
    ahead = set(order[behind:])
    await card(turn, run, next((one for one in left if one in ahead), left[0]), len(left))


async def card(turn: Turn, run: Run, nr: int, left: int) -> None:
    """One finding, to be judged; that it was seen is put on record before. Raises Unavailable."""
    oversight = office(turn.desk)
    row = await asyncio.to_thread(finding, oversight.findings(run), nr)
    await turn.desk.jobs.saw(turn.event.who.id, run.id, "oversight", WHAT, {"nr": nr, "rows": 1})
    facts = [
        Fact(label=telling.heading(name).capitalize(), value=texts.plain(texts.shortened(telling.apart(telling.cell(value)), CELL)))
        for name, value in list(row.items())[:MOST_FACTS]
        if name != "nr"
    ]
    earlier = await oversight.explained_in(run)
    before = await oversight.judgements.last_time(run, nr, earlier) if earlier else None
    if earlier and before:
        facts.append(Fact(label=f"Vurderet {periods.said(earlier.period)}", value=was(*before)))
    buttons = [Button(label=label(one), do="oversight verdict", data={"run": run.id, "nr": str(nr), "verdict": one}) for one in VERDICTS]
    buttons.append(Button(label="Spring over", do="oversight judge", data={"run": run.id, "nr": str(nr)}))
    turn.say(
        f"{texts.plain(run.title)}, {periods.said(run.period)}: fund {nr} af {telling.number(run.rows)}. {telling.number(left)} er ikke vurderet.",
        *buttons,
        facts=facts,
        inputs=[Input(id="why", label="Begrundelse", max_length=500, hint="Skriv hvorfor. Det skal med ved alt andet end ok.")],
        key=turn.desk.new_id(),
    )


async def over(turn: Turn, run: Run) -> None:
    """Nothing is left to judge: how it was judged, and what comes next."""
    oversight = office(turn.desk)
    entries = await oversight.judgements.of(run)
    wanted = await to_judge(oversight, run)
    whole = wanted is None or len(wanted) >= run.rows
    every = "Alle fund er vurderet"
    if wanted is not None and not whole:
        every = f"Alle {telling.number(len(wanted))} fund i stikprøven er vurderet (af {telling.number(run.rows)} fund)"
    turn.say(f"{every}: {counted(entries.values())}.", *steps(run, entries.values()))


def steps(run: Run, entries: Collection[Entry]) -> list[Button]:
    """What comes after judging."""
    data = {"run": run.id}
    errors = any(one.verdict == "fejl" for one in entries)
    follow = [Button(label="Følg op på fejl", do="oversight follow", data=data)] if errors else []
    return [Button(label="Skriv under", do="oversight sign", data=data), *follow]


def counted(entries: Collection[Any]) -> str:
    """3 ok, 1 fejl og 2 forklaret."""
    counts = {one: sum(entry.verdict == one for entry in entries) for one in VERDICTS}
    return texts.names(f"{telling.number(count)} {one}" for one, count in counts.items() if count)


def was(one: Entry, is_changed: bool) -> str:
    """An earlier judgement of the same finding that does not hold by itself."""
    reason = f": {texts.plain(one.reason)}" if one.reason else ""
    return f"{one.verdict}{reason} ({texts.plain(one.by)}).{' Data er ændret siden.' if is_changed else ''}"


def phrase(verdict: str, many: int) -> str:
    """What a judgement says: "er ok", "er en fejl", "skal undersøges"."""
    return verdict if verdict.startswith("skal") else f"er {'en ' if verdict == 'fejl' and many == 1 else ''}{verdict}"


def label(verdict: str) -> str:
    return verdict[:1].upper() + verdict[1:]


def whole_number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def spelt(text: str) -> list[int]:
    """1-4, 7 og 9 → the numbers, each once."""
    if fold(text).strip() in DIGITS:
        return [DIGITS[fold(text).strip()]]
    found: list[int] = []
    for first, last, alone in MANY_OF.findall(fold(text)):
        found += range(int(first), min(int(last), int(first) + 10_000) + 1) if first else [int(alone)]
    return list(dict.fromkeys(found))


def spoken(numbers: Sequence[int]) -> str:
    """Fund 3 · fund 1-4 · fund 1, 3 og 5 · 40 fund."""
    ordered = sorted(numbers)
    if len(ordered) > 2 and all(b == a + 1 for a, b in pairwise(ordered)):
        return f"fund {ordered[0]}-{ordered[-1]}"
    return f"fund {texts.names(map(str, ordered))}" if len(ordered) <= 8 else f"{telling.number(len(ordered))} fund"


def ranges(numbers: Sequence[int]) -> str:
    """Every one of them, in ranges: fund 1-3, 5 og 7-9."""
    parts: list[list[int]] = []
    for nr in sorted(set(numbers)):
        if parts and nr == parts[-1][1] + 1:
            parts[-1][1] = nr
        else:
            parts.append([nr, nr])
    return f"fund {texts.names(f'{first}-{last}' if last > first else str(first) for first, last in parts)}"


PRESSES = {"oversight judge": pressed, "oversight verdict": judged}
