"""Where a message goes: to the open form, to a button that its words name, or to the dialog that its meaning asks for."""

from datetime import timedelta

import structlog

from connectors.errors import ConnectorError
from dialogs import texts, words
from dialogs.cases.human import Form as Human
from dialogs.desk import Desk
from dialogs.filler import Filler, next_wish
from dialogs.journal import Form as Journal
from dialogs.mails import pointed_at
from dialogs.registry import found
from dialogs.smalltalk import CAN
from dialogs.state import Offer, State
from dialogs.talk import Button, Event, Reply
from dialogs.turn import Turn
from dialogs.wishes import WISHES, apart, wanted
from dialogs.words import Word

log = structlog.get_logger()

SILENCE, KEPT = timedelta(hours=8), timedelta(days=14)
CLOSE, LIKELY = 0.15, 0.6  # two readings nearer than the first, and neither over the second: the person chooses
MOST_WAITING = 2
PERSON = Button(label="Tal med et menneske", do="human")
HELP = Button(label="Se alt, jeg kan", do="offer", data={"intent": "help"})


async def respond(event: Event, state: State, desk: Desk) -> list[Reply]:
    """Everything that is said to one event. Changes `state`. A system that fails is told in words, and nothing that was answered is lost."""
    turn = Turn(event, state, desk, texts.masked(event.text))
    if texts.holds_cpr(event.text):
        turn.lead = "Jeg har fjernet CPR-nummeret, før noget blev gemt. Slet gerne også din egen besked her i chatten."
    try:
        await received(turn)
    except ConnectorError as error:
        reference = f"F-{desk.new_id()[:4].upper()}"
        log.warning("a system failed in a turn", reference=reference, error=str(error), intent=state.open.intent if state.open else "")
        turn.say(f"{texts.trouble(error)} Ref. {reference}", *((Button(label="Prøv igen", do="again"),) if state.open else ()))
    state.touched_at = desk.now()
    return turn.finished()


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
            if state.open and state.open.asked == "confirm":
                turn.say("Skriv ja, eller tryk på knappen, så gør jeg det.")


async def heard(turn: Turn) -> None:
    """A text: first what it means here, then what it means at all."""
    state, event = turn.state, turn.event
    files = [file for file in event.files if file.problem]
    if files:
        turn.lead = " ".join((turn.lead, *(unkept(file.name, file.problem) for file in files))).strip()
    returned(turn)
    if not turn.text.strip():
        await only_files(turn)
        return
    button = next((one for one in state.shown if one.do and words.whole(one.label) == words.whole(turn.text)), None)
    if button:
        await pressed(turn, button, state.shown_card, {})
    elif state.open and await Filler(turn, state.open).hear(turn.text):
        state.misses = 0
    else:
        await anything(turn)
    state.remember(event.id, turn.text)


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
        if turn.lead:
            turn.say("")
        return
    if turn.state.open:
        filler = Filler(turn, turn.state.open)
        filler.take_files()
        await filler.again()
    else:
        await Filler.begin(turn, "case.create", "")


def returned(turn: Turn) -> None:
    """After a long silence an open form waits, so that a bare "ja" answers nothing; after two weeks it is gone."""
    state, now = turn.state, turn.desk.now()
    if state.touched_at is None or now - state.touched_at < SILENCE:
        return
    turn.forget_buttons()
    state.choosing = []
    state.waiting = [form for form in state.waiting if now - form.touched_at < KEPT]
    if state.open:
        form, state.open = state.open, None
        if now - form.touched_at < KEPT:
            turn.close_card(form.card, "Den venter på dig.")
            form.card = ""
            state.waiting.append(form)


async def anything(turn: Turn) -> None:
    """A text that the open form, if any, does not take."""
    state, word = turn.state, words.means(turn.text)
    if word is Word.HUMAN:
        await hand_over(turn)
    elif (state.choosing and await chosen(turn)) or (state.open is None and word is not None and await bare_word(turn, word)):
        return
    else:
        await understood(turn)


async def bare_word(turn: Turn, word: Word) -> bool:
    """Yes, no, stop and the like with no form open."""
    state = turn.state
    if word is Word.CANCEL:
        await found().answers["cancel"](turn)
    elif word is Word.RESTORE or (word in {Word.YES, Word.REPEAT} and state.waiting):
        await restored(turn)
    elif word is Word.YES and state.closed and state.closed[-1].job:
        turn.say(await told_of(turn, state.closed[-1].job, state.closed[-1].text))
    elif word in {Word.NO, Word.LATER}:
        turn.say("Det er i orden. Intet er ændret.")
    elif word in {Word.YES, Word.UNSURE, Word.OVER, Word.BACK, Word.SKIP, Word.UNKNOWN, Word.REPEAT, Word.CHANGE}:
        turn.say("Der er ikke noget i gang lige nu. Hvad kan jeg hjælpe med?", *CAN)
    else:
        return False
    return True


async def understood(turn: Turn) -> None:
    """By what the text means: one dialog, a choice between two, or an honest no."""
    state = turn.state
    state.choosing = []
    denied = wanted(turn.text)
    if denied is not None:
        turn.instead(denied)
        turn.lead = "Det er i orden."
    elif await both(turn):
        return
    meaning = turn.meaning
    if denied is not None and (not denied or meaning.intent == "out_of_scope"):
        turn.say("Intet er ændret.")
        return
    if meaning.intent == "out_of_scope":
        await missed(turn)
        return
    state.misses = 0
    readings = [(intent, sure) for intent, sure in ((meaning.intent, meaning.confidence), *meaning.alternatives) if intent in WISHES]
    if len(readings) > 1 and readings[0][1] < LIKELY and readings[0][1] - readings[1][1] < CLOSE:
        state.choosing = [Offer(label=WISHES[intent].label, intent=intent, text=turn.text) for intent, _ in readings[:2]]
        buttons = [Button(label=one.label, do="choose", data={"place": str(place)}) for place, one in enumerate(state.choosing)]
        turn.say("Hvad skal jeg gøre?", *buttons, Button(label="Noget andet", do="neither"))
        return
    await start(turn, meaning.intent, turn.text)


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
    turn.lead = f"To ting: 1) {lower(first.label)}, 2) {lower(second.label)}. Jeg tager dem i den rækkefølge."
    await start(turn, first.intent, first.text)
    if turn.state.open is None:
        await next_wish(turn)
    return True


def lower(label: str) -> str:
    """A label inside a sentence."""
    return label[0].lower() + label[1:]


async def start(turn: Turn, intent: str, text: str) -> None:
    """Run a dialog. An answer comes at once and the open form goes on; another form lays it aside."""
    state = turn.state
    if text != turn.text:
        turn.instead(text)
    if intent == "human":
        await hand_over(turn)
    elif intent in found().forms:
        if state.open and len(state.waiting) >= MOST_WAITING:
            turn.lead = "Der er allerede to ting, der venter, så vi gør den her færdig først."
            await Filler(turn, state.open).again()
            return
        await Filler.begin(turn, intent, text)
    elif intent in found().answers:
        await found().answers[intent](turn)
        await resumed(turn)
    else:
        wish = WISHES[intent]
        turn.say(
            f"Jeg kan ikke {wish.can} endnu.",
            Button(label="Opret en sag om det", do="offer", data={"intent": "case.create", "text": text}),
            PERSON,
        )
        await resumed(turn)


async def resumed(turn: Turn) -> None:
    """The open form's question again, after something else was answered."""
    form = turn.state.open
    if form:
        filler = Filler(turn, form)
        await filler.again(f"Tilbage til {filler.kind.about(form.answers)}:")
    elif turn.state.waiting and turn.meaning.intent == "greeting":
        waiting = turn.state.waiting[-1]
        about = found().forms[waiting.intent].about(waiting.answers)
        turn.say(
            f"Vi er ikke færdige med {about}.",
            Button(label="Fortsæt", do="restore"),
            Button(label="Senere", do="neither"),
            Button(label="Drop den", do="drop waiting"),
        )


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


async def hand_over(turn: Turn) -> None:
    """A person is wanted: always, at once, with the gist of what was said."""
    gist = "\n".join(one.text for one in turn.state.said[-4:] if words.means(one.text) is None)
    form = turn.state.open
    if form and form.intent == Human.intent:
        await Filler(turn, form).again()
        return
    await Filler.begin(turn, Human.intent, turn.text or "menneske", {"said": gist} if gist else {})


async def chosen(turn: Turn) -> bool:
    """One of two readings, by label or place."""
    offers = turn.state.choosing
    place = words.ordinal(turn.text, len(offers))
    if place is None:
        return False
    turn.state.choosing = []
    await start(turn, offers[place].intent, offers[place].text)
    return True


async def restored(turn: Turn) -> None:
    """Back to what was dropped today, or laid aside."""
    state = turn.state
    form = state.dropped if state.dropped and texts.local(state.dropped.touched_at).date() == turn.today else None
    state.dropped = None
    if form is None and state.waiting:
        form = state.waiting.pop()
    if form is None:
        turn.say("Der er ikke noget at fortsætte med. Hvad kan jeg hjælpe med?", *CAN)
        return
    if state.open:
        state.waiting.append(state.open)
    state.open = form
    state.closed = [one for one in state.closed if one.form != form.id]
    filler = Filler(turn, form)
    await filler.again(f"Vi er tilbage ved {filler.kind.about(form.answers)}.")


async def edited(turn: Turn) -> None:
    """A message that was changed afterwards: before the yes a correction of what it filled, after it no second run."""
    state, refers = turn.state, turn.event.refers
    form = state.open
    names = [name for name, message in form.filled_by.items() if message == refers and name in form.answers] if form else []
    if form and names:
        await Filler(turn, form).refilled(names, turn.text)
    elif any(refers in one.messages for one in state.closed):
        last = next(one for one in reversed(state.closed) if refers in one.messages)
        turn.say(f"{last.text} Skal noget ændres nu, så skriv det her.")


async def pressed(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """A button, whether pressed or typed."""
    state = turn.state
    match button.do:
        case "offer":
            await start(turn, button.data["intent"], button.data.get("text", ""))
        case "choose":
            offers, place = state.choosing, int(button.data.get("place", "-1"))
            state.choosing = []
            if 0 <= place < len(offers):
                turn.close_card(card, f"Du valgte: {offers[place].label}.")
                await start(turn, offers[place].intent, offers[place].text)
            else:
                turn.say("Det valg gælder ikke længere. Skriv, hvad jeg skal gøre.")
        case "neither":
            state.choosing = []
            turn.close_card(card, "Det blev noget andet.")
            turn.say("Så skriv med dine egne ord, hvad jeg kan hjælpe med.")
        case "restore":
            turn.close_card(card, "Fortsat.")
            await restored(turn)
        case "drop waiting":
            turn.close_card(card, "Droppet.")
            state.waiting = state.waiting[:-1]
            turn.say("Droppet. Intet er ændret.")
        case "human":
            await hand_over(turn)
        case "again":
            await (Filler(turn, state.open).again() if state.open else stale(turn, card))
        case "action":
            await action(turn, button.data)
        case _:
            await of_form(turn, button, card, inputs)


async def action(turn: Turn, data: dict[str, str]) -> None:
    """A message action in Teams or Outlook: "Journalisér" on a mail, or something that has no dialog of its own."""
    if data.get("link", "").startswith("https://outlook.") and data.get("message"):
        await Filler.begin(turn, Journal.intent, "", {"mails": [await pointed_at(turn, data["message"])]})
    else:
        turn.lead = "Beskeder fra chatten kan jeg ikke journalisere endnu, men mails kan jeg."
        await start(turn, Journal.intent, "")


async def of_form(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """A form's button: the newest card counts; an older one of the same form may still fill fields; every other press is told why not."""
    form = turn.state.open
    if form and card and (card == form.card or (button.do == "fill" and card.startswith(f"{form.id}-"))):
        await Filler(turn, form).press(button, inputs)
    else:
        await stale(turn, card)


async def stale(turn: Turn, card: str) -> None:
    """A press on a card that is over: what became of it."""
    state, form = turn.state, card.rpartition("-")[0]
    ended = next((one for one in reversed(state.closed) if one.form == form), None)
    if ended:
        turn.close_card(card, ended.text)
        turn.say(f"Det her kort er besvaret. {await told_of(turn, ended.job, ended.text)}")
    elif state.open and form == state.open.id:
        turn.close_card(card, "Se det nyeste kort længere nede.")
        await Filler(turn, state.open).again("Der er kommet et nyere kort. Her er det.")
    elif any(form == one.id for one in state.waiting):
        turn.say("Den venter. Skal vi tage den nu?", Button(label="Fortsæt", do="restore"), Button(label="Senere", do="neither"))
    else:
        turn.close_card(card, "Kortet gælder ikke længere.")
        turn.say("Det kort gælder ikke længere. Skriv, hvad du vil, så begynder vi på en frisk.")


async def told_of(turn: Turn, job: str, text: str) -> str:
    """How far the job is that a form started."""
    status = await turn.desk.jobs.status(job) if job else None
    if status is None:
        return text
    how = {"done": "Det er gjort.", "failed": "Det lykkedes ikke; se min besked om det.", "cancelled": "Det blev stoppet."}
    return f"{text} {how.get(status.state, 'Det er i gang, og jeg skriver, når det er gjort.')}"
