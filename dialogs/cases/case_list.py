"""My open cases."""

from connectors.servicenow import ServiceNow
from dialogs import texts
from dialogs.cases.case_status import caller_of
from dialogs.talk import Button, Fact
from dialogs.turn import Turn

MOST = 10


async def mine(turn: Turn) -> None:
    """The person's own open cases, newest first, each with state and place."""
    cases = await turn.desk.systems.get(ServiceNow).open_cases(await caller_of(turn), 50)
    if not cases:
        turn.say("Du har ingen åbne sager lige nu.", Button(label="Opret en sag", do="offer", data={"intent": "case.create"}))
        return
    facts = [
        Fact(
            label=case.number,
            value=f"{texts.plain(texts.shortened(case.title, 70))} · {case.state_text} · {case.assigned_to or case.group or 'ikke fordelt'}",
        )
        for case in cases[:MOST]
    ]
    more = f" Her er de {MOST} nyeste." if len(cases) > MOST else ""
    buttons = [
        Button(label=f"Status på {case.number}", do="offer", data={"intent": "case.status", "text": case.number}) for case in cases[:3]
    ]
    turn.say(f"Du har {texts.count(len(cases), 'åben sag', 'åbne sager')}.{more}", *buttons, facts=facts)


ANSWERS = {"case.list": mine}
