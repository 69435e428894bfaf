"""Buttons: what a press does, and what is said to a press that comes too late."""

from dialogs import approval, misread
from dialogs.dropping import drop, stopped
from dialogs.filler import Filler
from dialogs.journal import Form as Journal
from dialogs.mails import pointed_at
from dialogs.registry import found
from dialogs.starting import hand_over, restored, resumed, start
from dialogs.talk import Button
from dialogs.turn import Turn
from dialogs.wishes import WISHES


async def pressed(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """A button, whether pressed or typed."""
    state = turn.state
    match button.do:
        case "offer" if button.data.get("intent") in WISHES:
            await start(turn, button.data["intent"], button.data.get("text", ""))
        case "choose":
            await choice(turn, button, card)
        case "neither":
            turn.close_card(card, "Det blev noget andet.")
            misread.neither(turn)
            turn.say("Så skriv med dine egne ord, hvad jeg kan hjælpe med.")
        case "no":
            turn.close_card(card, "Du svarede: nej tak.")
            turn.state.choosing = []
            turn.say("Det er i orden. Intet er ændret.")
            await resumed(turn)
        case "leave":
            turn.close_card(card, "Den venter.")
            turn.say("Fint, den venter. Skriv ”fortsæt”, når du er klar.")
        case "restore":
            turn.close_card(card, "Fortsat.")
            await restored(turn, button.data.get("form", ""))
        case "drop":
            turn.close_card(card, "Besvaret.")
            await drop(turn, button.data.get("form", ""))
        case "stop":
            turn.close_card(card, "Du bad mig stoppe.")
            await stopped(turn, button.data.get("job", ""))
        case "let go on":
            turn.close_card(card, "Den kører videre.")
            turn.say("Fint, den kører videre. Jeg skriver, når den er færdig.")
        case "human":
            await hand_over(turn)
        case "again":
            await (Filler(turn, state.open).again() if state.open else stale(turn, card))
        case "action":
            await action(turn, button.data)
        case do if do in found().presses:
            await found().presses[do](turn, button, card, inputs)
        case _:
            await of_form(turn, button, card, inputs)


async def choice(turn: Turn, button: Button, card: str) -> None:
    """One of two readings; an older card's places mean nothing any more."""
    offers, place = turn.state.choosing, button.data.get("place", "")
    if card == turn.state.shown_card and place.isdecimal() and int(place) < len(offers):
        offer = offers[int(place)]
        turn.state.choosing = []
        misread.chosen(turn, offers, int(place))
        turn.close_card(card, f"Du valgte: {offer.label}.")
        await start(turn, offer.intent, offer.text, offer.answers)
    else:
        turn.close_card(card, "Kortet gælder ikke længere.")
        turn.say("Det valg gælder ikke længere. Skriv, hvad jeg skal gøre.")


async def action(turn: Turn, data: dict[str, str]) -> None:
    """A message action in Teams or Outlook: "Journalisér" on a mail, or something that has no dialog of its own."""
    if data.get("kind") == "mail" and data.get("id"):
        await start(turn, Journal.intent, "", {"mails": [await pointed_at(turn, data["id"])]})
    else:
        turn.note("Beskeder fra chatten kan jeg ikke journalisere endnu, men mails kan jeg.")
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
        turn.say(
            "Den venter. Skal vi tage den nu?",
            Button(label="Fortsæt", do="restore", data={"form": form}),
            Button(label="Senere", do="leave"),
        )
    else:
        turn.close_card(card, "Kortet gælder ikke længere.")
        turn.say("Det kort gælder ikke længere. Skriv, hvad du vil, så begynder vi på en frisk.")


async def told_of(turn: Turn, job: str, text: str) -> str:
    """How far the job is that a form started."""
    status = await turn.desk.jobs.status(job) if job else None
    if status is None:
        return text
    if status.outcome in approval.NOTHING_DONE:
        return f"{text} Det blev ikke til noget, så der er ikke ændret noget."
    how = {"done": "Det er gjort.", "failed": "Det lykkedes ikke; se min besked om det.", "cancelled": "Det blev stoppet."}
    return f"{text} {how.get(status.state, 'Det er i gang, og jeg skriver, når det er gjort.')}"
