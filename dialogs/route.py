"""Where a message goes: to the open form, to a button that its words name, or to the dialog that its meaning asks for."""

from datetime import timedelta

import structlog

from connectors.errors import ConnectorError
from dialogs import approval, danger, drawing, dropping, misread, pointing, texts, undoing, words
from dialogs.desk import Desk
from dialogs.edits import deleted, edited, went_on
from dialogs.fields import pick_among
from dialogs.filler import Filler, set_aside
from dialogs.meant import offer_again, understood, withdrawn
from dialogs.oversight import oversight_extract, oversight_result, spoken
from dialogs.presses import pressed, told_of
from dialogs.registry import found
from dialogs.smalltalk import CAN
from dialogs.starting import hand_over, restored, resumed, start
from dialogs.state import State
from dialogs.talk import Button, Event, Reply
from dialogs.turn import Turn
from dialogs.words import Word

log = structlog.get_logger()

SILENCE, KEPT, TALK = timedelta(hours=8), timedelta(days=14), timedelta(hours=1)
WISHED = frozenset(
    {"opret", "opret sagen", "opret den", "journaliser", "send den", "luk", "luk den"}
)  # steer a form; a wish where there is none
SPOKEN = frozenset({"approval yes", "approval no", "approval question"})  # these say which of several is meant
FEW = 4  # words that may pick from a list
WORDS = frozenset({"text", "subject", "author", "files"})  # of a press's data: what people wrote


async def respond(event: Event, state: State, desk: Desk) -> list[Reply]:
    """Everything that is said to one event. Changes `state`. A system that fails is told in words, and nothing that was answered is lost."""
    clean = masked(event)
    turn = Turn(clean, state, desk, clean.text, last=state.last if clean.after >= 0 else "")  # a yes means what could be read before it
    before, jobs = list(state.said), {one.job for one in state.closed}
    if event.passed:
        state.greeted_on = turn.today
        return []
    if clean != event:
        turn.note("Jeg har fjernet CPR-nummeret, før noget blev gemt. Slet gerne også din egen besked her i chatten.")
    if event.kind in {"message", "press"}:
        turn.regret, state.regret = state.regret, False
        turn.agreed, state.agreed = state.agreed, False
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
    began(turn, jobs)
    state.touched_at = desk.now()
    replies = turn.finished()
    state.last = replies[-1].key if replies and event.kind != "delete" else state.last
    return replies


def began(turn: Turn, known: set[str]) -> None:
    """A job was begun by this event: it belongs to what became of the form, so that a change of the yes itself is told of it."""
    for one in turn.state.closed:
        if one.job and one.job not in known:
            one.messages.append(turn.event.id)
            turn.state.agreed = True


def masked(event: Event) -> Event:
    """The event without CPR numbers in anything that a person wrote, a card's fields and the names of files included."""
    data = {name: texts.masked(value) if name in WORDS or name.startswith("input.") else value for name, value in event.data.items()}
    inputs = {name: texts.masked(value) for name, value in event.inputs.items()}
    files = tuple(file.model_copy(update={"name": texts.masked(file.name)}) for file in event.files)
    said = {"text": texts.masked(event.text), "quoted": texts.masked(event.quoted)}
    return event.model_copy(update={**said, "data": data, "inputs": inputs, "files": files})


async def received(turn: Turn) -> None:
    """By the kind of event."""
    event, state = turn.event, turn.state
    if not event.personal:
        if event.kind in {"message", "press", "joined"}:
            turn.say("Skriv til mig i vores egen chat, så hjælper jeg dig dér. Søg efter Kollega øverst i Teams, så åbner den.")
        return
    match event.kind:
        case "joined":
            await found().answers["help"](turn)
        case "message":
            await heard(turn)
        case "press":
            await pressed(turn, Button(label=event.do, do=event.do, data=event.data), event.card, event.inputs)
        case "edit":
            if not await edited(turn):
                await heard(turn)
        case "delete":
            deleted(turn)
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
    new_talk(turn)
    if turn.text.strip() == texts.CPR_GONE and not state.open:
        turn.say("Skriv, hvad jeg kan hjælpe med, uden nummeret.")
        return
    if not turn.text.strip():
        await only_files(turn)
        return
    if same_yes(turn):
        state.agreed = True
        return
    button = labelled(turn)
    if await danger.met(turn):
        pass
    elif (dropping.unclear(turn) or dropping.in_other_words(turn)) and not dropping.named(turn):
        await dropping.cancelled(turn)
    elif button and button.do == "fill" and state.open:  # typed, so there is nothing from the card: it stays as it is
        await Filler(turn, state.open).go_on()
    elif button:
        await pressed(turn, button, state.shown_card, {})
    elif await spoken.by_words(turn):
        pass
    elif (said := await told(turn)) or await approval.by_words(turn):
        if said:
            await pressed(turn, said[1], said[0], {})
        elif state.open:
            await resumed(turn)
    elif turn.regret and words.means(turn.text) is Word.RESTORE:
        await restored(turn)
    elif await undoing.by_words(turn) or await oversight_result.by_words(turn):
        pass
    elif listed := dropping.named(turn) or one_of_shown(turn):
        await pressed(turn, listed, state.shown_card, {})
    elif (state.choosing and await chosen(turn)) or await withdrawn(turn) or (event.kind == "message" and await went_on(turn)):
        pass
    elif state.open and await Filler(turn, state.open).hear(turn.text):
        state.misses = 0
    else:
        await anything(turn)
    state.remember(event.id, turn.text)


def same_yes(turn: Turn) -> bool:
    """A second yes within seconds of the first, or written before the answer to it could be read: it is the same one."""
    return turn.agreed and words.means(turn.text) is Word.YES and (turn.event.after < 0 or turn.event.after < turn.desk.burst)


def labelled(turn: Turn) -> Button | None:
    """The button on the screen whose label the text is; or that a yes or a no means, where nothing but one question was put."""
    state, word = turn.state, words.means(turn.text)
    if turn.event.after < 0:
        return None  # nobody had seen them
    button = next((one for one in state.shown if one.do and words.whole(one.label) == words.whole(turn.text)), None)
    asked = [one for one in state.shown if one.do in {"choose", "stop", "remember"}]
    if button or len(asked) != 1 or state.shown_card != turn.last:
        return button
    no = next((one for one in state.shown if one.do in {"neither", "no", "let go on"}), None)
    yes = {Word.YES, *((Word.CANCEL,) if asked[0].do == "stop" else ())}
    return asked[0] if word in yes else no if word is Word.NO else None


async def told(turn: Turn) -> tuple[str, Button] | None:
    """The button of something that a job said lately whose label the text is, and the key of its card."""
    said = words.whole(turn.text)
    if turn.state.open or len(said.split()) > FEW or turn.event.after < 0:
        return None
    replies = await turn.desk.told(turn.event.conversation)
    return next(
        (
            (reply.key, one)
            for reply in replies
            for one in reply.buttons
            if one.do and one.do not in SPOKEN and words.whole(one.label) == said
        ),
        None,
    )


def one_of_shown(turn: Turn) -> Button | None:
    """Which of the cases or other things in the last list a few words mean: "den første", "den med printeren"."""
    state = turn.state
    listed = [button for button in state.shown if button.do == "offer" and button.data.get("text")]
    if not listed or (state.open and state.open.card == state.shown_card) or len(turn.text.split()) > FEW:
        return None
    hits = pick_among(turn.text, [{"label": button.label, "value": button} for button in listed])
    if len(listed) == 1 and pointing.ordinal(turn.text, 1) == 0:
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
    elif not await oversight_extract.alone(turn):
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


def new_talk(turn: Turn) -> None:
    """With nothing open, what was said an hour ago, or before something was dropped, is another talk: a hand-over does not tell of it."""
    state = turn.state
    if state.open or state.waiting or not state.said:
        return
    long_ago = state.touched_at is not None and turn.desk.now() - state.touched_at >= TALK
    on_with_it = words.means(turn.text) in {Word.HUMAN, Word.RESTORE} or turn.meaning.intent == "human"
    if long_ago or (turn.regret and not on_with_it):
        state.said = []


async def anything(turn: Turn) -> None:
    """A text that the open form, if any, does not take."""
    state, word = turn.state, words.means(turn.text)
    if word is Word.HUMAN:
        await hand_over(turn)
    elif len(state.choosing) > 1 and word in {Word.YES, Word.UNSURE, Word.UNKNOWN, Word.HELP, Word.REPEAT}:
        offer_again(turn)
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


async def chosen(turn: Turn) -> bool:
    """One of two readings, by label or place."""
    offers = turn.state.choosing
    place = pointing.ordinal(turn.text, len(offers))
    if place is None:
        return False
    turn.state.choosing = []
    misread.chosen(turn, offers, place)
    await start(turn, offers[place].intent, offers[place].text, offers[place].answers)
    return True
