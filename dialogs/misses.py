"""Texts that Kollega cannot help with or does not understand: never the same sentence twice in a row, and soon a person."""

import re

from dialogs.smalltalk import CAN
from dialogs.starting import PERSON, resumed
from dialogs.talk import Button
from dialogs.turn import Turn
from nlu.normalise import fold

HELP = Button(label="Se alt, jeg kan", do="offer", data={"intent": "help"})
FEW = 4  # words
COMMON = frozenset(
    """hvad hvor hvordan hvornaar hvem hvorfor hvilken hvilket er var bliver har havde kan kunne skal skulle vil ville maa jeg du han hun vi i de den det der
    en et min mit mine din dit dine vores paa til fra med om for af ved og eller men ikke nogen noget ingen finde faar faa goer goere hjaelp
    what where how when who why is are can could do does the a my your i you we and or not please""".split()
)
VAGUE = (  # to a text that was nearly understood, the first time and the second
    "Det er jeg ikke helt sikker på. Hvad skal jeg gøre?",
    "Den er jeg heller ikke sikker på. Er det det her?",
)


def nonsense(text: str) -> bool:
    """A few signs or words in which nothing is said that anybody could know: "asdf qwer", "🤷"."""
    said = re.findall(r"[^\W\d_]+", fold(text))
    return len(said) <= FEW and COMMON.isdisjoint(said)


async def missed(turn: Turn) -> None:
    """One line, what is possible, two offers; then a person first; then all that is possible; then the telephone."""
    state = turn.state
    state.misses += 1
    unclear = nonsense(turn.text)
    match state.misses:
        case 1 if unclear:
            turn.say("Det forstod jeg ikke. Skriv det gerne med et par ord mere, eller se, hvad jeg kan.", HELP, PERSON)
        case 1:
            turn.say(
                "Det kan jeg ikke hjælpe med. Jeg kan melde fejl, se på dine sager, journalisere mails og lave postkasser og lister.",
                HELP,
                PERSON,
            )
        case 2 if unclear:
            turn.say("Den er jeg heller ikke med på. Servicedesk kan sikkert hjælpe.", PERSON, HELP)
        case 2:
            turn.say("Heller ikke det, desværre. Servicedesk ved det nok.", PERSON, HELP)
        case 3:
            turn.say("Det her kan jeg. Vælg, eller skriv det med dine egne ord.", *CAN)
        case count if count % 2:
            turn.say("Den kan jeg heller ikke. Et menneske kan nok; jeg sender gerne det videre, du har skrevet.", PERSON)
        case _:
            turn.say(f"Lad os få et menneske på. Ring til Servicedesk på {turn.desk.phone}, eller lad mig give det videre.", PERSON)
    if state.open:
        await resumed(turn)
