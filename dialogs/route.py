"""Where a message goes: to the open form, to a button that its words name, or to the dialog that its meaning asks for."""

import re
from datetime import timedelta

import structlog

from connectors.errors import ConnectorError
from dialogs import drawing, misread, texts, words
from dialogs.cases.faults import COMMAND
from dialogs.desk import Desk
from dialogs.fields import pick_among
from dialogs.filler import Filler, next_wish, set_aside
from dialogs.presses import pressed, told_of
from dialogs.registry import found
from dialogs.smalltalk import CAN
from dialogs.starting import PERSON, hand_over, restored, resumed, start
from dialogs.state import FormState, Offer, Said, State
from dialogs.talk import Button, Event, Reply
from dialogs.turn import Turn
from dialogs.wishes import TERSE, WISHES, apart, wanted
from dialogs.words import Word
from nlu.understanding import LIKELY, OUT_OF_SCOPE, Verdict

log = structlog.get_logger()

SILENCE, KEPT = timedelta(hours=8), timedelta(days=14)
WISHED = frozenset(
    {"opret", "opret sagen", "opret den", "journaliser", "send den", "luk", "luk den"}
)  # steer a form; a wish where there is none
LAST_CASE = re.compile(  # "hvad er status på den": on the case that was named last
    r"(?:hvad er |hvad med |hvordan |hvordan er |hvor |er der )?(?:status |nyt |gaar det |langt er (?:i|de|man) )?(?:paa |med |om )?(?:den|sagen|den sag)"
)
FEW = 4  # words that may pick from a list
HELP = Button(label="Se alt, jeg kan", do="offer", data={"intent": "help"})


async def respond(event: Event, state: State, desk: Desk) -> list[Reply]:
    """Everything that is said to one event. Changes `state`. A system that fails is told in words, and nothing that was answered is lost."""
    clean = masked(event)
    turn = Turn(clean, state, desk, clean.text, last=state.last)
    before = list(state.said)
    if clean != event:
        turn.note("Jeg har fjernet CPR-nummeret, før noget blev gemt. Slet gerne også din egen besked her i chatten.")
    if event.kind in {"message", "press"}:
        turn.regret, state.regret = state.regret, False
        lapsed(turn)
    try:
        await received(turn)
        misread.taken_back(turn, before)
    except ConnectorError as error:
        reference = f"F-{desk.new_id()[:4].upper()}"
        log.warning("a system failed in a turn", reference=reference, error=str(error), intent=state.open.intent if state.open else "")
        said = f"{texts.trouble(error)} Ref. {reference}"
        if state.open:
            turn.say(said, Button(label="Prøv igen", do="again"), drawing.cancel(), key=Filler(turn, state.open).new_card())
        else:
            turn.say(said)
    state.touched_at = desk.now()
    replies = turn.finished()
    state.last = replies[-1].key if replies else state.last
    return replies


def masked(event: Event) -> Event:
    """The event without CPR numbers in anything that a person wrote, a card's fields and the names of files included."""
    data = {**event.data, **({"text": texts.masked(event.data["text"])} if "text" in event.data else {})}
    inputs = {name: texts.masked(value) for name, value in event.inputs.items()}
    files = tuple(file.model_copy(update={"name": texts.masked(file.name)}) for file in event.files)
    return event.model_copy(update={"text": texts.masked(event.text), "data": data, "inputs": inputs, "files": files})


async def received(turn: Turn) -> None:
    """By the kind of event."""
    event, state = turn.event, turn.state
    if not event.personal:
        turn.say("Skriv til mig i vores egen chat, så hjælper jeg dig dér.")
        return
    match event.kind:
        case "joined":
            await found().answers["help"](turn)
        case "message":
            await heard(turn)
        case "press":
            await pressed(turn, Button(label=event.do, do=event.do, data=event.data), event.card, event.inputs)
        case "edit":
            await edited(turn)
        case "delete":
            state.said = [one for one in state.said if one.id != event.refers]
        case "react":
            if state.open and Filler(turn, state.open).summed:
                turn.say("Skriv ja, eller tryk på knappen, så gør jeg det.")


async def heard(turn: Turn) -> None:
    """A text: first what it means here, then what it means at all."""
    state, event = turn.state, turn.event
    files = [file for file in event.files if file.problem]
    for file in files:
        turn.note(unkept(file.name, file.problem))
    returned(turn)
    if not turn.text.strip():
        await only_files(turn)
        return
    button = next((one for one in state.shown if one.do and words.whole(one.label) == words.whole(turn.text)), None)
    if button and button.do == "fill" and state.open:  # typed, so there is nothing from the card: it stays as it is
        await Filler(turn, state.open).go_on()
    elif button:
        await pressed(turn, button, state.shown_card, {})
    elif turn.regret and words.means(turn.text) is Word.RESTORE:
        await restored(turn)
    elif listed := one_of_shown(turn):
        await pressed(turn, listed, state.shown_card, {})
    elif state.choosing and await chosen(turn):
        pass
    elif state.open and await Filler(turn, state.open).hear(turn.text):
        state.misses = 0
    else:
        await anything(turn)
    state.remember(event.id, turn.text)


def one_of_shown(turn: Turn) -> Button | None:
    """Which of the cases or other things in the last list a few words mean: "den første", "den med printeren"."""
    state = turn.state
    listed = [button for button in state.shown if button.do == "offer" and button.data.get("text")]
    if not listed or (state.open and state.open.card == state.shown_card) or len(turn.text.split()) > FEW:
        return None
    hits = pick_among(turn.text, [{"label": button.label, "value": button} for button in listed])
    if len(listed) == 1 and words.ordinal(turn.text, 1) == 0:
        return listed[0]
    button = hits[0]["value"] if len(hits) == 1 else None
    return button if isinstance(button, Button) else None


def unkept(name: str, problem: str) -> str:
    """Why a file could not be taken along."""
    why = {
        "too_large": "er for stor (højst 25 MB)",
        "type_not_allowed": "er en filtype, jeg ikke må tage imod",
        "unreachable": "kunne jeg ikke hente",
    }
    return f"{texts.plain(name)} {why.get(problem, 'kunne jeg ikke hente')}, så den kommer ikke med."


async def only_files(turn: Turn) -> None:
    """A message with nothing but files in it."""
    kept = [file for file in turn.event.files if not file.problem]
    if not kept:
        if not turn.lead:
            turn.say("Skriv, hvad jeg kan hjælpe med, så tager vi den derfra.")
    elif turn.state.open:
        filler = Filler(turn, turn.state.open)
        filler.take_files()
        await filler.again()
    else:
        await Filler.begin(turn, "case.create", "")


def lapsed(turn: Turn) -> None:
    """Forms that nobody has touched for two weeks are gone; their cards say so when they are pressed."""
    state, now = turn.state, turn.desk.now()
    for form in (*state.waiting, *((state.open,) if state.open else ())):
        if now - form.touched_at >= KEPT:
            state.waiting = [one for one in state.waiting if one is not form]
            turn.close_card(form.card, "Den er for gammel.")
            state.close(form, "Den blev droppet efter to uger, og intet er ændret.")


def returned(turn: Turn) -> None:
    """After a long silence an open form waits, so that a bare "ja" answers nothing."""
    state = turn.state
    if state.touched_at is None or turn.desk.now() - state.touched_at < SILENCE:
        return
    turn.forget_buttons()
    state.choosing, state.wishes = [], []
    if state.open:
        set_aside(turn, state.open, "Den venter på dig.")


async def anything(turn: Turn) -> None:
    """A text that the open form, if any, does not take."""
    state, word = turn.state, words.means(turn.text)
    if word is Word.HUMAN:
        await hand_over(turn)
    elif state.open or word is None or not await bare_word(turn, word):
        await understood(turn)


async def bare_word(turn: Turn, word: Word) -> bool:
    """Yes, no, stop and the like with no form open."""
    state = turn.state
    if words.whole(turn.text) in WISHED and not state.waiting:
        return False
    if word is Word.CANCEL:
        await start(turn, "cancel", turn.text)
    elif word is Word.RESTORE or (word in {Word.YES, Word.REPEAT} and state.waiting):
        await restored(turn)
    elif word is Word.YES and state.closed and state.closed[-1].job:
        turn.say(await told_of(turn, state.closed[-1].job, state.closed[-1].text))
    elif word is Word.HELP:
        await found().answers["help"](turn)
    elif word in {Word.NO, Word.LATER}:
        turn.say("Det er i orden. Intet er ændret.")
    elif word in {Word.YES, Word.UNSURE, Word.OVER, Word.BACK, Word.SKIP, Word.UNKNOWN, Word.REPEAT, Word.CHANGE, Word.KEEP}:
        turn.say("Der er ikke noget i gang lige nu. Hvad kan jeg hjælpe med?", *CAN)
    else:
        return False
    return True


async def understood(turn: Turn) -> None:
    """By what the text means: one dialog, a choice between two, or an honest no."""
    state = turn.state
    state.choosing = []
    if words.bare(turn.text) in TERSE:
        await start(turn, TERSE[words.bare(turn.text)], turn.text)
        return
    denied = wanted(turn.text)
    if denied is not None:
        turn.instead(denied)
        turn.note("Det er i orden.")
    elif await both(turn):
        return
    if state.case and LAST_CASE.fullmatch(words.whole(turn.text).rstrip("? ")):
        await start(turn, "case.status", turn.text)
        return
    meaning = turn.meaning
    if words.angry(turn.text) and state.soothed_on != turn.today:
        state.soothed_on = turn.today
        turn.note("Jeg forstår godt, at du er træt af det.")
    if words.angry(turn.text) and meaning.intent in {OUT_OF_SCOPE, "help", "greeting", "thanks"}:
        turn.say("Skriv, hvad der er galt, eller tal med et menneske.", PERSON, HELP)
        return
    if denied is not None and (not denied or meaning.intent == OUT_OF_SCOPE):
        turn.say("Intet er ændret.")
        return
    if meaning.intent == OUT_OF_SCOPE and COMMAND.match(turn.text):
        await start(turn, "case.create", turn.text)
        return
    match meaning.verdict:
        case Verdict.REJECT:
            misread.rejected(turn)
            await missed(turn)
        case Verdict.NEARLY:
            misread.nearly(turn)
            offer(turn, "Det er jeg ikke helt sikker på. Hvad skal jeg gøre?", (meaning.alternatives[0][0],), PERSON)
        case Verdict.BETWEEN:
            state.misses = 0
            offer(turn, "Hvad skal jeg gøre?", (meaning.intent, meaning.alternatives[0][0]))
        case Verdict.DO:
            state.misses = 0
            misread.corrected(turn, meaning.intent)
            await start(turn, meaning.intent, turn.text)


def offer(turn: Turn, question: str, intents: tuple[str, ...], *more: Button) -> None:
    """Readings to choose from: what was not surely understood is never begun on a guess."""
    turn.state.choosing = [Offer(label=WISHES[intent].label, intent=intent, text=turn.text) for intent in intents]
    buttons = [Button(label=one.label, do="choose", data={"place": str(place)}) for place, one in enumerate(turn.state.choosing)]
    turn.say(question, *buttons, Button(label="Noget andet", do="neither"), *more)


async def both(turn: Turn) -> bool:
    """Two wishes in one sentence: both are named, and taken up in the order in which they were said."""
    parts = apart(turn.text)
    if len(parts) < 2 or turn.state.open:
        return False
    meanings = [turn.desk.understand(part, turn.today) for part in parts]
    known = all(meaning.intent in WISHES and meaning.confidence >= LIKELY for meaning in meanings)
    if not known or meanings[0].intent == meanings[1].intent:
        return False
    first, second = (
        Offer(label=WISHES[meaning.intent].label, intent=meaning.intent, text=part) for meaning, part in zip(meanings, parts, strict=True)
    )
    turn.state.misses = 0
    turn.state.wishes.append(second)
    turn.note(f"To ting: 1) {lower(first.label)}, 2) {lower(second.label)}. Jeg tager dem i den rækkefølge.")
    await start(turn, first.intent, first.text)
    if turn.state.open is None:
        await next_wish(turn)
    return True


def lower(label: str) -> str:
    """A label inside a sentence."""
    return label[0].lower() + label[1:]


async def missed(turn: Turn) -> None:
    """Out of scope: one line, what is possible, two offers; the second time a person first."""
    state = turn.state
    state.misses += 1
    if state.misses > 1:
        turn.say("Heller ikke det, desværre. Servicedesk ved det nok.", PERSON, HELP)
    else:
        turn.say("Det kan jeg ikke hjælpe med. Jeg kan melde fejl, se på dine sager og journalisere mails.", HELP, PERSON)
    if state.open:
        await resumed(turn)


async def chosen(turn: Turn) -> bool:
    """One of two readings, by label or place."""
    offers = turn.state.choosing
    place = words.ordinal(turn.text, len(offers))
    if place is None:
        return False
    turn.state.choosing = []
    misread.chosen(turn, offers, place)
    await start(turn, offers[place].intent, offers[place].text)
    return True


async def edited(turn: Turn) -> None:
    """A message that was changed afterwards: before the yes a correction of what it filled, after it no second run."""
    state, refers = turn.state, turn.event.refers
    state.said = [Said(id=one.id, text=turn.text[:300]) if one.id == refers else one for one in state.said]
    forms = [one for one in (state.open, *state.waiting) if one]
    form = next((one for one in forms if refers in one.filled_by.values()), None)
    if form:
        await reread(turn, form)
    elif state.said and state.said[-1].id == refers and (state.misses or (state.open and state.open.attempts)):
        await heard(turn)  # it was not understood before
    elif any(refers in one.messages for one in state.closed):
        last = next(one for one in reversed(state.closed) if refers in one.messages)
        turn.say(f"{last.text} Skal noget ændres nu, så skriv det her.")


async def reread(turn: Turn, form: FormState) -> None:
    """What the changed message had filled in a form that is open, or waits."""
    names = [name for name, message in form.filled_by.items() if message == turn.event.refers and name in form.answers]
    filler = Filler(turn, form)
    await filler.reread(names, turn.text)
    if form is turn.state.open:
        await filler.again()
    elif turn.corrected:
        turn.say(f"Det er {filler.kind.about(form.answers)}, som stadig venter.")
