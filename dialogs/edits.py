"""Messages that were changed or deleted: the same message until something is written, a new wish never."""

from dialogs import corrections, texts, words
from dialogs.cases.faults import only_beside, tells
from dialogs.fields import Got
from dialogs.filler import Filler
from dialogs.state import Closed, FormState, Said, State
from dialogs.turn import Turn
from nlu.understanding import OUT_OF_SCOPE

FEW = 5  # words: a question as short as that is one to Kollega


async def edited(turn: Turn) -> bool:
    """A message that was changed: before the yes a correction of all that it filled, after it what was done already. False: hear it anew."""
    state, refers = turn.state, turn.event.refers
    before = next((one.text for one in state.said if one.id == refers), None)
    state.said = [Said(id=one.id, text=turn.text[:300]) if one.id == refers else one for one in state.said]
    if before is not None and words.whole(before) == words.whole(turn.text[:300]):
        return True  # it says what it said: there is nothing to answer
    if form := filled_by(turn.state, refers):
        await reread(turn, form, turn.text, refers)
    elif ended := last_of(state, refers):
        over(turn, ended)
    else:
        return not (state.said and state.said[-1].id == refers)  # only the newest is still being talked about
    return True


def filled_by(state: State, message: str) -> FormState | None:
    """The form, open or waiting, in which something comes from that message."""
    return next((one for one in (state.open, *state.waiting) if one and message in one.filled_by.values()), None)


def last_of(state: State, message: str) -> Closed | None:
    """The form that ended last of those that this message filled, or said yes to."""
    return next((one for one in reversed(state.closed) if message in one.messages), None)


def over(turn: Turn, ended: Closed) -> None:
    """What the message led to is past: what became of it, and that a change is a wish of its own."""
    turn.say(f"{ended.text} Det, der er gjort, ændrer jeg ikke af mig selv. Skal noget laves om, så skriv det her.")


async def went_on(turn: Turn) -> bool:
    """A piece that follows its beginning within moments belongs to it: what the beginning opened is read again with both."""
    state, form = turn.state, turn.state.open
    first = state.said[-1] if state.said else None
    if first is None or turn.event.after >= turn.desk.burst or not continues(turn.text):
        return False
    whole = f"{first.text.rstrip(' .')} {turn.text}"
    if form is None:
        meant = turn.desk.understand(whole, turn.today).intent if state.misses or state.choosing else OUT_OF_SCOPE
        if meant in {one.intent for one in state.choosing} or (meant != OUT_OF_SCOPE and turn.meaning.intent == OUT_OF_SCOPE):
            turn.instead(whole)
        return False
    filler = Filler(turn, form)
    asked = filler.asks.get(form.asked)
    begun = set(form.filled_by.values()) == {first.id}
    if not begun or "what" not in form.filled_by or form.asked == "confirm" or (asked and asked.kind.named(turn.text)):
        return False
    if filler.elsewhere() or filler.asks_else() or corrections.read(turn.text, filler.asks).marked:
        return False
    await reread(turn, form, whole, first.id)
    form.filled_by = dict.fromkeys(form.filled_by, turn.event.id)
    turn.instead(whole)  # remembered as one
    return True


def continues(text: str) -> bool:
    """Whether a text may go on with the one before it: no word that steers, no hello, no question to Kollega, nothing without a word in it."""
    return (
        words.means(text) is None
        and tells(text)
        and not only_beside(text)
        and not (text.strip().endswith("?") and len(text.split()) <= FEW)
    )


async def reread(turn: Turn, form: FormState, text: str, refers: str) -> None:
    """Everything that the message filled is read again in its new words: changed, added, or taken out and asked for."""
    filler = Filler(turn, form)
    names = [name for name, message in form.filled_by.items() if message == refers and name in form.answers and name in filler.asks]
    before = dict(form.answers)
    await filler.reread(names, text)
    whole = await filler.kind.heard(text, turn.at(form)) if len(names) > 1 else {}
    for name, reading in whole.items():
        if not form.has(name) and isinstance(reading, Got):
            filler.change(name, reading.value)
            form.filled_by[name] = refers
    for name in names if whole else ():
        if name not in whole:
            filler.emptied(name)
            del form.filled_by[name]
    if form.answers == before:
        turn.note("Det ændrer ikke på noget.")
    if form is turn.state.open:
        await (filler.go_on() if form.asked in form.answers else filler.again())
    else:
        turn.say(f"Det er {filler.kind.about(form.answers)}, som stadig venter.")


def deleted(turn: Turn) -> None:
    """A message that was deleted: our copy of the text goes too. What it filled stands, is named, and can be changed or dropped."""
    state, refers = turn.state, turn.event.refers
    gone = next((one.text for one in state.said if one.id == refers), "")
    state.said = [one for one in state.said if one.id != refers]
    if gone:
        state.choosing = [one for one in state.choosing if not one.text.startswith(gone)]
    if form := filled_by(state, refers):
        about = Filler(turn, form).kind.about(form.answers)
        turn.say(
            f"Beskeden er også slettet hos mig. Det, den udfyldte i {texts.shortened(about, 80)}, står der stadig. Skriv, hvad der skal ud."
        )
    elif (ended := last_of(state, refers)) and ended.job:
        turn.say(f"Beskeden er også slettet hos mig. {ended.text} Det, der er gjort, bliver stående.")
