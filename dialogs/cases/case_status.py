"""How far is a case: by its number, or "min printersag"."""

import re

from connectors.directory import Directory
from connectors.errors import NotFound
from connectors.servicenow import Caller, Case, ServiceNow
from dialogs import texts
from dialogs.cases.faults import similar
from dialogs.talk import Button
from dialogs.turn import Turn
from nlu.normalise import fold

ASKED = re.compile(
    r"\b(?:hvad|hvordan|status|sag(?:en|er)?|hvor|langt|er|med|paa|min|mit|mine|sker|der|ticket|gaar|det|for|i|den|nyt|hvornaar)\b"
)


async def caller_of(turn: Turn) -> Caller:
    """The person as ServiceNow knows them."""
    person = await turn.desk.systems.get(Directory).person(turn.event.who.id)
    return await turn.desk.systems.get(ServiceNow).caller(person.email)


async def status(turn: Turn) -> None:
    """Answer with state, who has it, the latest comment and a link."""
    servicenow = turn.desk.systems.get(ServiceNow)
    caller = await caller_of(turn)
    numbers = turn.meaning.entities.get("case_number", [])
    if numbers:
        for number in numbers[:3]:
            await one(turn, caller, number)
        return
    about = " ".join(ASKED.sub(" ", fold(turn.text)).split()).strip(" ?.!")
    if turn.state.case and not about and re.search(r"\b(?:den|sagen|det)\b", fold(turn.text)):
        await one(turn, caller, turn.state.case)
        return
    cases = await servicenow.open_cases(caller)
    alike = [case for case in cases if about and similar(case.title, about)] or cases
    if not alike:
        turn.say("Du har ingen åbne sager lige nu.", Button(label="Opret en sag", do="offer", data={"intent": "case.create"}))
    elif len(alike) == 1:
        await tell(turn, alike[0])
    else:
        buttons = [
            Button(
                label=f"{case.number} {texts.shortened(case.title, 40)}", do="offer", data={"intent": "case.status", "text": case.number}
            )
            for case in alike[:5]
        ]
        turn.say("Hvilken af dine sager?", *buttons)


async def one(turn: Turn, caller: Caller, number: str) -> None:
    """The status of one case that the person may see."""
    try:
        case = await turn.desk.systems.get(ServiceNow).case(number, caller)
    except NotFound:
        turn.say(f"Jeg kan ikke se en sag med nummer {number}. Tjek nummeret. Er det en andens sag, kan Servicedesk hjælpe.")
        return
    await tell(turn, case)


async def tell(turn: Turn, case: Case) -> None:
    """Three lines at most."""
    now = turn.desk.now()
    whose = f" hos {case.assigned_to}" if case.assigned_to else f" hos {case.group}" if case.group else ""
    state = case.state_text.lower()
    said = f"{case.number} ”{texts.plain(texts.shortened(case.title, 80))}” er {state}{whose}, sidst opdateret {texts.when(case.updated_at, now)}."
    note = await turn.desk.systems.get(ServiceNow).latest_note(case)
    if note:
        said += f" Seneste besked fra {texts.plain(note.author)}: ”{texts.plain(texts.shortened(note.text, 160))}”"
    turn.state.case = case.number
    turn.say(said, Button(label="Åbn sagen", url=case.link))


ANSWERS = {"case.status": status}
