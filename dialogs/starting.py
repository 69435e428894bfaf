"""Taking something up: a dialog, a form that was laid aside or dropped, a person; and going on with what was open."""

from typing import Any

from dialogs import texts
from dialogs.cases.human import Form as Human
from dialogs.cases.human import gist
from dialogs.dropping import DROPPED, about, cancelled
from dialogs.fields import At
from dialogs.filler import Filler, set_aside
from dialogs.registry import found
from dialogs.state import FormState, Offer
from dialogs.talk import Button
from dialogs.turn import Turn
from dialogs.wishes import WISHES, wish

MOST_WAITING = 2
MOST_CARRIED = 3_000  # characters that a button carries: a card holds 28,000 bytes
PERSON = Button(label="Tal med et menneske", do="human")


async def start(turn: Turn, intent: str, text: str, answers: dict[str, Any] | None = None) -> None:
    """Run a dialog. An answer comes at once and the open form goes on; another form lays it aside."""
    state = turn.state
    if text != turn.text:
        turn.instead(text)
    if intent == "human":
        await hand_over(turn)
    elif intent == "cancel":
        await cancelled(turn)
    elif intent in found().forms:
        if state.open and len(state.waiting) >= MOST_WAITING:
            if found().forms[intent].spoken:
                no_room(turn, intent, text)
            else:  # it is about something that only the button knows
                turn.say(
                    f"Der venter allerede to ting: {texts.names(about(form) for form in state.waiting)}. Bliv færdig med en af dem først."
                )
            return
        text = await first_of(turn, intent, text)
        await Filler.begin(turn, intent, text, answers)
    elif intent in found().answers:
        await found().answers[intent](turn)
        await resumed(turn)
    else:
        turn.say(
            f"Jeg kan ikke {WISHES[intent].can} endnu.",
            Button(label="Opret en sag om det", do="offer", data={"intent": "case.create", "text": text[:MOST_CARRIED]}),
            PERSON,
        )
        await resumed(turn)


def no_room(turn: Turn, intent: str, text: str) -> None:
    """So much waits already that something must give way, or the new wish is remembered for afterwards."""
    new = {"intent": intent, "text": text[:MOST_CARRIED]}
    abouts = [about(form) for form in turn.state.waiting]
    turn.say(
        f"Der venter allerede to ting: {texts.names(abouts)}. Skal jeg huske det nye til bagefter?",
        Button(label="Ja, husk det", do="remember", data=new),
        *(
            Button(label=texts.shortened(f"Drop {one}", 60), do="make room", data={**new, "form": form.id})
            for one, form in zip(abouts, turn.state.waiting, strict=True)
        ),
        Button(label="Nej tak", do="no"),
    )


async def remembered(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """The new wish is taken up when there is room."""
    del inputs
    turn.close_card(card, "Det nye er husket.")
    intent = button.data.get("intent", "")
    if intent in found().forms:
        turn.state.wishes.append(Offer(label=wish(intent).label, intent=intent, text=button.data.get("text", "")))
        turn.note("Den tager vi bagefter.")
    await resumed(turn)


async def made_room(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """What waited is dropped, and the new wish begun."""
    del inputs
    turn.close_card(card, "Besvaret.")
    form, intent = next((one for one in turn.state.waiting if one.id == button.data.get("form")), None), button.data.get("intent", "")
    if form is None or intent not in found().forms:
        turn.note("Det valg gælder ikke længere.")
        await resumed(turn)
        return
    turn.state.waiting.remove(form)
    Filler(turn, form).regrettable(DROPPED)
    turn.note(f"Droppet: {about(form)}. Så tager vi det nye.")
    await start(turn, intent, button.data.get("text", ""))


PRESSES = {"remember": remembered, "make room": made_room}


async def first_of(turn: Turn, intent: str, text: str) -> str:
    """The first wish of a sentence that holds several of one kind; the others come after it, and that is said."""
    at = At(turn.desk, turn.event, {}, understood=lambda: turn.meaning)
    first, *others = await found().forms[intent].split(text, at) if text else [text]
    if others:
        turn.instead(first)
        turn.note(f"Det er {len(others) + 1} ting. Jeg tager dem en ad gangen.")
        turn.state.wishes += [Offer(label=wish(intent).label, intent=intent, text=one) for one in others]
    return first


async def resumed(turn: Turn) -> None:
    """The open form's question again, after something else was answered; not after an answer that asks something itself."""
    form, state = turn.state.open, turn.state
    if form:
        if not (turn.replies and turn.replies[-1].text.endswith("?")):
            filler = Filler(turn, form)
            await filler.again(f"Tilbage til {filler.kind.about(form.answers)}:")
    elif state.waiting and turn.text and turn.meaning.intent == "greeting":
        waiting = state.waiting[-1]
        turn.say(
            f"Vi er ikke færdige med {about(waiting)}.",
            Button(label="Fortsæt", do="restore", data={"form": waiting.id}),
            Button(label="Senere", do="leave"),
            Button(label="Drop den", do="drop", data={"form": waiting.id}),
        )


async def hand_over(turn: Turn) -> None:
    """A person is wanted: always, at once, with the gist of what was said."""
    form = turn.state.open
    if form and form.intent == Human.intent:
        await Filler(turn, form).again()
        return
    forms = [one for one in (turn.state.open, *turn.state.waiting) if one]
    said = gist(turn.state.said, turn.text, forms)
    await Filler.begin(turn, Human.intent, turn.text or "menneske", {"said": said} if said else {})


def kept(turn: Turn, wanted: str) -> FormState | None:
    """The form that was dropped today or laid aside, taken out of the state: that one, or without a name the one that is meant."""
    state = turn.state
    dropped = state.dropped if state.dropped and texts.local(state.dropped.touched_at).date() == turn.today else None
    if dropped and (wanted == dropped.id or (not wanted and (turn.regret or not state.waiting))):
        state.dropped = None
        return dropped
    waiting = next((one for one in reversed(state.waiting) if wanted in {"", one.id}), None)
    if waiting:
        state.waiting.remove(waiting)
    return waiting


async def restored(turn: Turn, wanted: str = "") -> None:
    """Back to what was dropped today, or laid aside. `wanted`: the id of that form, where a button names it."""
    state = turn.state
    if state.open and wanted == state.open.id:
        await Filler(turn, state.open).again()
        return
    form = kept(turn, wanted)
    if form is None:
        turn.note("Der er ikke noget at fortsætte med.")
        if state.open:
            await Filler(turn, state.open).again()
        else:
            turn.say("Hvad kan jeg hjælpe med?")
        return
    if state.open and state.open.filled_by:
        set_aside(turn, state.open, "Den venter.")
    elif state.open:
        turn.close_card(state.open.card, "Vi gik tilbage.")
    together, form.together = form.together, []
    state.open = form
    state.waiting += together
    back = {form.id, *(one.id for one in together)}
    state.closed = [one for one in state.closed if one.form not in back]
    filler = Filler(turn, form)
    await filler.again(f"Vi er tilbage ved {filler.kind.about(form.answers)}.")
