"""What a press, or a word that means one, does to an approval: put on record by right, or told why not.

Who may answer is asked of the jobs and of the checked activity, never of the card.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from dialogs import texts
from dialogs.talk import Button, Reply
from dialogs.turn import Turn
from dialogs.verdicts import MOST_EVENTS, SAYS, STAGES, cards, decided, in_order, mandate_of, next_place, open_question, told, yes_of
from jobs.asks import Asked
from jobs.waits import Answer

NUDGE_AGAIN = timedelta(hours=4)
APPROVERS = frozenset({"yes", "no", "question"})  # the others are the asker's


async def pressed(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """A button of an approval, by whom it was meant for or by somebody else. Raises Unavailable."""
    kind, key = button.do.removeprefix("approval "), button.data.get("job", "")
    mine = next((one for one in await turn.desk.jobs.asks_of(turn.event.who.id) if one.key == key), None)
    if mine is None:
        await settled(turn, key, card)
        return
    if (kind in APPROVERS) != (mine.shown["role"] == "approver"):
        own = mine.shown["role"] == "asker"
        turn.say("Du kan ikke godkende dit eget ønske." if own else "Det kan kun den, der har bedt om det.")
        return
    text = texts.masked((inputs.get("why") or button.data.get("why", "")).strip())[:500]
    if kind in {"question", "reply"} and not text:
        turn.say("Skriv det først i feltet på kortet, og tryk så igen.")
        return
    await taken(turn, mine, kind, card, text)


async def taken(turn: Turn, mine: Asked, kind: str, card: str, text: str) -> None:
    """Put it on record at the first wait that is still open, unless it was decided before, and say so."""
    by, jobs = {"id": turn.event.who.id, "name": turn.event.who.name}, turn.desk.jobs
    message = {"kind": kind, "text": text} | ({"for": mine.shown["for"]} if "for" in mine.shown else {})
    place = over = 0
    lapsed = (until := mine.shown.get("until")) and jobs.now() >= datetime.fromisoformat(until)
    while True:
        answers = await jobs.answers(mine.key)
        given, place = in_order(answers), max(place, next_place(answers))
        if lapsed or decided(given, mine.shown["number"], mine.shown.get("asker", "")) or place >= MOST_EVENTS or over > STAGES:
            await settled(turn, mine.key, card, lapsed=bool(lapsed))
            return
        if already(turn, mine, kind, given):
            return
        answered = await jobs.answer(mine.key, f"approval {place}", message, by)
        if answered.counts:
            break
        if answered.answer is None:  # that wait is over: it was time for a reminder, or all of it is
            place, over = place + 1, over + 1
    thanked(turn, mine, kind, card, given)


def already(turn: Turn, mine: Asked, kind: str, given: Sequence[Answer]) -> bool:
    """A second yes of the same say, or a second nudge at once: said so, and nothing more."""
    me, jobs = turn.event.who.id, turn.desk.jobs
    if kind == "yes":
        said = yes_of(given, mine.shown.get("asker", "")).get(mine.shown.get("for", me))
        name = next((texts.plain(one.by["name"]) for one in given if one.by["id"] == said), "")
        if said:
            turn.say(f"Det har {'du' if said == me else name} godkendt. Der mangler svar fra flere.")
            return True
    if kind == "nudge" and any(one.message["kind"] == "nudge" and jobs.now() - one.at < NUDGE_AGAIN for one in given):
        turn.say("Jeg har lige mindet om det. Prøv igen senere.")
        return True
    return False


def thanked(turn: Turn, mine: Asked, kind: str, card: str, given: Sequence[Answer]) -> None:
    """Say what the answer brings about. given: what was answered before it."""
    what = wish_of(mine).strip(" .")
    others = {mandate_of(one) for one in given if one.message["kind"] == "yes"}
    last = kind == "yes" and len(others | {mine.shown.get("for", turn.event.who.id)}) >= mine.shown["number"]
    question = open_question(given)
    asked = texts.plain(question.by["name"]) if question else "den, der spurgte"
    said = {
        "yes": (
            "Du godkendte",
            f"Tak, du har godkendt ”{what}”. {'Jeg giver besked og går i gang.' if last else 'Jeg mangler svar fra flere.'}",
        ),
        "no": ("Du sagde nej", f"Du har sagt nej til ”{what}”. Jeg giver besked."),
        "question": ("", "Jeg spørger og skriver, når der er svar."),
        "reply": ("Du svarede", f"Jeg sender dit svar videre til {asked}."),
        "nudge": ("", "Jeg minder om det."),
        "withdraw": ("Du trak det tilbage", "Ønsket er trukket tilbage. Der er ikke ændret noget."),
    }
    closing, sentence = said[kind]
    if closing:
        close(turn, mine.key, card, f"{closing} {texts.when(turn.desk.now(), turn.desk.now())}.")
    turn.say(sentence)


async def settled(turn: Turn, key: str, card: str, *, lapsed: bool = False) -> None:
    """Tell how it was decided, by whom and when, and close the card; or that the presser was never asked."""
    said = [one for one in in_order(await turn.desk.jobs.answers(key)) if one.message["kind"] in SAYS]
    status = await turn.desk.jobs.status(key)
    if said:
        ended = f"{told(said[-1])}."
    elif lapsed or status is None or status.finished_at:
        ended = "Ønsket er bortfaldet eller stoppet, så der er ikke noget at svare på."
    else:
        turn.say("Det er ikke dig, der er bedt om at godkende det.")
        return
    close(turn, key, card, ended)
    turn.say(ended)


def close(turn: Turn, key: str, card: str, sentence: str) -> None:
    """The pressed card, and the one that came first, or was listed, if it is another."""
    for one in dict.fromkeys((card, *cards(key))):
        turn.close_card(one, sentence)


def wish_of(asked: Asked) -> str:
    """What is wished for, in a sentence, from what was shown of it."""
    return Reply.model_validate(asked.shown["reply"]).text.rpartition("beder dig godkende: ")[2].strip()


PRESSES = {f"approval {kind}": pressed for kind in ("yes", "no", "question", "reply", "nudge", "withdraw")}
