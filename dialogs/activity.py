"""What Kollega has done for somebody: their own runs, newest first, what is still waited for, and the way back where the rule allows it."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from pydantic import ValidationError

from dialogs import texts, undoing
from dialogs.approval_asker import circle, open_asks
from dialogs.registry import found
from dialogs.standard import Standard
from dialogs.talk import Button, Fact, Reply
from dialogs.turn import Turn
from dialogs.verdicts import in_order, meanwhile, yes_of
from dialogs.wishes import WISHES
from jobs.engine import Status, Which
from jobs.history import Recalled
from nlu.normalise import fold

MOST = 5  # runs on a card
LENGTH = 160  # characters of one run
FEW, SHORT = 3, 20  # ways to what was made; characters of a number or name on a button
OPEN = {"waiting", "running", "retrying"}
KINDS = (  # words that say which runs are meant, and what the intents of those begin with
    (re.compile(r"\b(?:distributions|mail|post|dist)?list(?:e|en|er|erne)\b(?! over)"), "distribution_list."),
    (re.compile(r"postkass"), "mailbox."),
    (re.compile(r"\b(?:sag|sager|sagerne|incidents?|tickets?)\b"), "case."),
    (re.compile(r"\b(?:journalis|arkiv)"), "journal."),
    (re.compile(r"\b(?:ledelses)?tilsyn"), "oversight."),
    (re.compile(r"\bindsigt"), "access_request."),
)
FAILED = re.compile(r"\bfejlede?\b|\bgik galt\b|\bgaaet galt\b|\bmislyk|\blykkedes ikke\b|\bikke lykkedes\b|\bgik i staa\b")
GOING = re.compile(r"\bi gang\b|\bgang i\b|\bigangvaerende\b|\bkoerer\b|\blige nu\b|\blaver du\b|\bikke faerdig|\bmangler\b")
SAVED = re.compile(r"\b(?:tid|minutter|timer)\b.*\bspar|\bspar\w*\b.*\b(?:tid|minutter|timer)\b")
FIRST = re.compile(r"\bsiden\b|\befter\b")
ENDED = {
    "refused": "der blev sagt nej",
    "withdrawn": "trukket tilbage",
    "expired": "bortfaldet uden svar",
    "nobody": "kunne ikke blive godkendt",
    "nothing": "der blev ikke ændret noget",
}


async def activity(turn: Turn) -> None:
    """The person's own runs of the kind and time that the text names. Raises Unavailable."""
    await listed(turn, turn.text, None)


async def more(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """The runs before those that a card shows; whatever its data says, they are the presser's own."""
    del inputs
    before = moment(button.data.get("before", ""))
    turn.close_card(card, "Se de ældre længere nede.")
    turn.instead(button.data.get("text", ""))
    await listed(turn, turn.text, before)


def moment(text: str) -> datetime | None:
    """A time as a card gave it back; None for what is no time with a zone."""
    try:
        found_ = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found_ if found_.tzinfo else None


async def listed(turn: Turn, text: str, before: datetime | None) -> None:
    """A card with one line a run."""
    which = wanted(turn, text, before)
    jobs, me = turn.desk.jobs, turn.event.who.id
    rows = await jobs.mine(me, MOST + 1, which)
    about = await jobs.recalled(me, [row.key for row in rows])
    if which.state == "open":  # what was told as done is about to be closed
        rows = [row for row in rows if not (row.state == "running" and "done" in about.get(row.key, Recalled()).told)]
    if not rows:
        turn.say(nothing(which, saved=bool(SAVED.search(fold(text)))))
        return
    shown = rows[:MOST]
    asking = {one.key for one in await open_asks(turn)}
    facts = [await line(turn, place, row, about.get(row.key, Recalled()), asking) for place, row in enumerate(shown, 1)]
    buttons = await acts(turn, shown, about, asking)
    if len(rows) > MOST:
        data = {"text": text, "before": shown[-1].started_at.isoformat()}
        buttons.append(Button(label="Vis flere", do="activity", data=data))
    turn.say(await said(turn, which, len(shown), older=before is not None, all_=len(rows) <= MOST), *buttons, facts=facts)


def wanted(turn: Turn, text: str, before: datetime | None) -> Which:
    """What the text asks for: a time in Copenhagen, a kind of run, those that failed or are under way."""
    said_ = fold(text)
    since, until = period(turn, said_)
    state = "done" if SAVED.search(said_) else "failed" if FAILED.search(said_) else "open" if GOING.search(said_) else ""
    intents = tuple(start for words, start in KINDS if words.search(said_))
    return Which(since, min((one for one in (until, before) if one), default=None), intents, state)  # type: ignore[arg-type]  # one of its words


def period(turn: Turn, said_: str) -> tuple[datetime | None, datetime | None]:
    """From the first moment on, until before the second; None where the text does not say."""
    entities: Mapping[str, Any] = turn.meaning.entities if turn.text else {}
    if given := entities.get("period"):
        first, last = date.fromisoformat(given["start"]), date.fromisoformat(given["end"])
    elif given := entities.get("date"):
        first = last = date.fromisoformat(given)
    else:
        return None, None
    midnight = [datetime.combine(day, time(), texts.COPENHAGEN) for day in (first, last + timedelta(days=1))]
    return midnight[0], None if FIRST.search(said_) else midnight[1]


def nothing(which: Which, *, saved: bool = False) -> str:
    """There is nothing of that kind. saved: what it has saved was asked for."""
    if saved:
        what = "af den slags" if which.intents else "færdigt"
        when = "i den periode" if which.since or which.until else "endnu"
        return f"Jeg har ikke sparet dig tid {when}, for jeg har ikke gjort noget {what} for dig."
    if which.state == "open":
        return "Jeg har ikke noget i gang for dig lige nu."
    if which == Which():
        return "Jeg har ikke gjort noget for dig endnu. Skriv, hvad jeg kan hjælpe med."
    return "Det har jeg ikke gjort noget af for dig. Skriv ”hvad har du gjort for mig”, så viser jeg alt."


async def said(turn: Turn, which: Which, number: int, *, older: bool, all_: bool) -> str:
    """The sentence above the lines."""
    if SAVED.search(fold(turn.text)):
        minutes = await turn.desk.jobs.saved(turn.event.who.id, which)
        if not minutes:
            return "Det har ikke sparet dig tid. Her er, hvad jeg har gjort."
        return f"Det har sparet dig omkring {texts.count(minutes, 'minut', 'minutter')}. Her er det, det kommer fra."
    what = {"failed": "lykkedes ikke", "open": "er i gang"}.get(which.state)
    things = "én ting" if number == 1 else f"{number} ting"
    if what:
        return f"{things.capitalize()} {what}." if all_ and not older else f"Her er {things}, der {what}."
    if older:
        return f"Her er {things} mere."
    return f"Du har bedt mig om {things}." if all_ else f"Her er de {number} nyeste, du har bedt mig om."


async def line(turn: Turn, place: int, row: Status, about: Recalled, asking: set[str]) -> Fact:
    """When, what, and how it stands. asking: the keys of those that wait for somebody's yes."""
    when = texts.when(row.started_at, turn.desk.now())
    stands = await standing(turn, row, asking)
    over = (row.state == "done" and not stands) or (row.state == "running" and "done" in about.told)  # told, and about to be closed
    words = outcome(about) if over else ""
    value = words or f"{what(row, about.form)} · {stands or 'gjort'}"
    return Fact(label=f"{place}. {when}", value=value)


def outcome(about: Recalled) -> str:
    """What was told when it was done: the first sentences of it, "" where nothing was."""
    told = replies(about)
    return texts.shortened(told[-1].text, LENGTH) if told else ""


def what(row: Status, form: dict[str, Any]) -> str:
    """What was asked for, as it was confirmed; by its kind alone where a newer release no longer reads the form."""
    kind = found().forms.get(row.intent)
    label = WISHES[row.intent].label if row.intent in WISHES else row.intent
    try:
        wish = kind.model_validate(form) if kind else None
    except ValidationError:
        wish = None
    if wish is None:
        return label
    sentence = wish.confirm().removesuffix("Passer det?").strip(" .") if isinstance(wish, Standard) else wish.about(form)
    return texts.shortened(sentence[:1].upper() + sentence[1:], LENGTH)


async def standing(turn: Turn, row: Status, asking: set[str]) -> str:
    """How it stands in a few words; "" for what is done."""
    if row.state == "done":
        return ENDED.get(row.outcome, "")
    if row.state == "failed":
        return f"lykkedes ikke (ref. {row.reference})"
    if row.state == "cancelled":
        return "stoppet"
    if row.state == "retrying":
        again = f" {texts.clock(row.next_try)}" if row.next_try else ""
        return f"{texts.system_name(row.retrying_system)} svarer ikke, jeg prøver igen{again}"
    if row.key in asking:
        return f"venter på {await silent(turn, row)}"
    return "venter på at begynde" if row.state == "waiting" else "i gang"


async def silent(turn: Turn, row: Status) -> str:
    """Those who are asked to approve and have not said yes."""
    yes = yes_of(in_order(await turn.desk.jobs.answers(row.key)), turn.event.who.id).values()
    asked = [texts.plain(one.name) for one in await circle(turn, row.key) if one.id not in yes]
    return " eller ".join(asked[:FEW]) if asked else "svar"


async def acts(turn: Turn, rows: list[Status], about: dict[str, Recalled], asking: set[str]) -> list[Button]:
    """The way back from each that can be undone still, the way to what was made, and, for one that waits alone, to nudge or withdraw it."""
    buttons = []
    for place, row in enumerate(rows, 1):
        undo = next((one for reply in replies(about.get(row.key)) for one in reply.buttons if one.do == "undo"), None)
        if undo and await undoing.past(turn.desk, row.key, turn.event.who.id):
            buttons.append(undo.model_copy(update={"label": f"Fortryd nr. {place}"}) if len(rows) > 1 else undo)
    waiting = [row for row in rows if row.key in asking]
    links = [link for row in rows for link in row.links if len(link["name"]) <= SHORT]
    opening = [Button(label=f"Åbn {link['name']}", url=link["url"]) for link in links[:FEW]]
    return [*buttons, *(meanwhile(waiting[0].key) if len(waiting) == 1 else ()), *opening]


def replies(about: Recalled | None) -> list[Reply]:
    """What a run told, as it was shown."""
    return [Reply.model_validate(one["reply"]) for one in (about.told.values() if about else ()) if "reply" in one]


ANSWERS = {"activity.list": activity}
PRESSES = {"activity": more}
