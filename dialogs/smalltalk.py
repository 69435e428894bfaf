"""Hello, thanks, and what Kollega can do."""

from dialogs import texts
from dialogs.talk import Button
from dialogs.turn import Turn

CAN = (
    Button(label="Meld en fejl", do="offer", data={"intent": "case.create"}),
    Button(label="Mine sager", do="offer", data={"intent": "case.list"}),
    Button(label="Journalisér en mail", do="offer", data={"intent": "journal.file"}),
    Button(label="Tal med et menneske", do="offer", data={"intent": "human"}),
)


async def greeting(turn: Turn) -> None:
    """Once a day with what one can ask for; a shorter hello after that."""
    first = turn.event.who.name.split(" ")[0]
    hour = texts.local(turn.desk.now()).hour
    hello = "Godmorgen" if hour < 10 else "Hej"
    if turn.state.greeted_on == turn.today:
        turn.say(f"Hej {first}." if turn.state.open or turn.state.waiting else f"Hej igen, {first}. Hvad kan jeg hjælpe med?")
        return
    turn.state.greeted_on = turn.today
    if turn.state.open or turn.state.waiting:
        turn.say(f"{hello}, {first}.")
        return
    turn.say(f"{hello}, {first}. Hvad kan jeg hjælpe med? Skriv det med dine egne ord.", *CAN)


async def thanks(turn: Turn) -> None:
    """Selv tak, and nothing more; with nothing open the talk has ended with it."""
    if not (turn.state.open or turn.state.waiting):
        turn.state.said = []
    turn.say("Selv tak!")


async def help_(turn: Turn) -> None:
    """What Kollega can do, each as a button."""
    turn.say(
        "Jeg er et program, der kan melde fejl, se på dine sager, journalisere mails og lave fællespostkasser og distributionslister. "
        "Skriv det, som du ville sige det til en kollega, fx ”printeren på 3. sal laver papirstop”. "
        "Jeg gør først noget, når du har sagt ja.",
        *CAN,
    )


async def nothing_to_cancel(turn: Turn) -> None:
    """Cancel when nothing is open."""
    turn.state.choosing = []
    turn.say("Der er ikke noget i gang. Intet er ændret.")


ANSWERS = {"greeting": greeting, "thanks": thanks, "help": help_, "cancel": nothing_to_cancel}
