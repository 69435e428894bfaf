"""ServiceNow's own approvals: listed with what waits for a person, answered from the same kind of card, by right and in the person's name."""

import re
from collections.abc import Collection
from typing import ClassVar, Literal, NamedTuple

from connectors.directory import Directory
from connectors.errors import NotFound
from connectors.servicenow_approvals import Asked, ServiceNowApprovals
from dialogs import texts
from dialogs.desk import Desk
from dialogs.fields import Colleague
from dialogs.form import Request
from dialogs.state import KEPT_CLOSED, Closed
from dialogs.talk import Button, Fact, Input, Reply
from dialogs.turn import Turn
from jobs.engine import Job, Order
from nlu.normalise import fold

CARD = re.compile(r"snow-(?P<id>[0-9a-f]{6,40})")
SAYS = {"approved": "godkendt", "rejected": "afvist"}


class Waiting(NamedTuple):
    """An approval, and the address of the one for whom it waits: the approver or a delegate."""

    asked: Asked
    email: str


class Form(Request):
    """A decision as it was pressed: of which approval (`row`), and what of it (`number`, `what`) was shown. Nobody says it in words alone."""

    intent: ClassVar[str] = "approval.decide"
    minutes: ClassVar[int] = 3  # by hand: find the mail, sign in, open the approval, answer
    spoken: ClassVar[bool] = False

    row: str
    number: str
    what: str
    decision: Literal["approved", "rejected"]
    reason: str = ""


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Decide in ServiceNow, read back, and tell how it stands."""
    approvals = desk.systems.get(ServiceNowApprovals)
    asked = await job.step("decide", approvals.decide, form.row, form.requester.email, form.decision, form.reason, now=desk.now())
    if asked.state == form.decision and asked.own:
        said = f"{named(form.number, form.what)} er {SAYS[form.decision]} i ServiceNow{on_behalf(asked, form.requester.email)}."
        reply = Reply(text=said, buttons=(Button(label="Åbn i ServiceNow", url=asked.link),), key=f"decided-{job.reference}")
        await job.tell("done", {"reply": reply.model_dump(mode="json")})
        return "done"
    job.minutes = 0
    await job.tell("done", {"reply": Reply(text=f"{settled(asked)} Jeg har ikke ændret noget.").model_dump(mode="json")})
    return "refused"


def named(number: str, what: str) -> str:
    """What is decided, as it is said: "RITM0010001 ”Bærbar pc”"."""
    return f"{number} ”{texts.plain(what)}”" if number else f"”{texts.plain(what)}”"


def settled(asked: Asked) -> str:
    """How an approval ended that needs no answer any more, by whom and when."""
    at = texts.local(asked.at)
    when = f"den {at.day}. {texts.MONTHS[at.month - 1]} {texts.clock(at)}"
    if asked.state in SAYS and asked.by:
        return f"{texts.plain(asked.by)} har {SAYS[asked.state]} {named(asked.number, asked.title)} {when}."
    return f"{named(asked.number, asked.title)} venter ikke længere på dit svar."


def on_behalf(asked: Asked, email: str) -> str:
    """In whose place it is answered ("på vegne af Jens Kjær"), with a blank before it; "" for the approver."""
    return "" if asked.email.casefold() == email.casefold() else f" på vegne af {texts.plain(asked.name)}"


async def waiting(turn: Turn) -> list[Waiting]:
    """What waits for this person in ServiceNow, as the approver or as the delegate of one. Raises ConnectorError."""
    person = await turn.desk.systems.get(Directory).person(turn.event.who.id)
    found = await turn.desk.systems.get(ServiceNowApprovals).waiting(person.email, turn.desk.now())
    return [Waiting(one, person.email) for one in found]


def shown(turn: Turn, row: Waiting) -> None:
    """One of them, as a card. Where Kollega may not answer for people, and for what a delegate has asked for, it has a link alone."""
    asked, since = row.asked, texts.local(row.asked.since).date()
    behalf = on_behalf(asked, row.email)
    facts = {"Nummer": asked.number, "Til": asked.whom, "Pris": price(asked.price), "Siden": texts.day(since)}
    facts |= {"På vegne af": asked.name} if behalf else {}
    opens = Button(label="Åbn i ServiceNow", url=asked.link)
    head, lines = (
        f"ServiceNow beder dig godkende: {texts.plain(texts.shortened(asked.title, 80))}",
        [Fact(label=label, value=texts.plain(value)) for label, value in facts.items() if value],
    )
    if not turn.desk.systems.get(ServiceNowApprovals).answers or (behalf and asked.whom_email.casefold() == row.email.casefold()):
        turn.say(head, opens, facts=lines)
        return
    data = {"row": asked.id}
    turn.say(
        head,
        Button(label="Godkend", do="snow approved", data=data, style="positive"),
        Button(label="Sig nej", do="snow rejected", data=data, style="destructive"),
        opens,
        facts=lines,
        inputs=[Input(id="why", label="Skriv grunden, hvis du siger nej", max_length=500)],
        key=f"snow-{turn.desk.new_id()}",
    )


def speaks_of(row: Waiting, said: Collection[str]) -> bool:
    """Whether one of these words (folded) names it, by its number, by whom it is for or by what it is."""
    asked = row.asked
    return bool(set(said) & set(re.findall(r"[\w-]{3,}", fold(f"{asked.number} {asked.whom} {asked.title}"))))


def price(text: str) -> str:
    """A price as it is said, "" for none: "8.500 kr."."""
    try:
        amount = round(float(text))
    except ValueError:
        return ""
    return f"{amount:,} kr.".replace(",", ".") if amount else ""


async def pressed(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """Yes or no to one of them: whose it is and how it stands is looked up, then a job does it. Raises ConnectorError."""
    person = await turn.desk.systems.get(Directory).person(turn.event.who.id)
    try:
        asked = await turn.desk.systems.get(ServiceNowApprovals).one(button.data.get("row", ""))
    except NotFound:
        turn.close_card(card, "Kortet gælder ikke længere.")
        turn.say("Den kan jeg ikke finde i ServiceNow. Skriv ”hvad venter på mig”, så ser jeg efter.")
        return
    if not await turn.desk.systems.get(ServiceNowApprovals).may_answer(asked, person.email, turn.desk.now()):
        turn.say("Det er ikke dig, der er bedt om at godkende det.")
        return
    if asked.state != "requested":
        turn.close_card(card, settled(asked))
        turn.say(settled(asked))
        return
    decision, reason = button.do.removeprefix("snow "), texts.masked(inputs.get("why", "").strip())[:500]
    if decision == "rejected" and not reason:
        how = "i feltet på kortet, og tryk så igen" if card else f"med, fx ”afvis {asked.number}, fordi …”"
        turn.say(f"Skriv grunden {how}. ServiceNow vil have den med.")
        return
    told = {"requester": Colleague.of(person), "row": asked.id, "number": asked.number, "what": asked.title}
    await begun(turn, Form.model_validate({**told, "decision": decision, "reason": reason}), card)


async def begun(turn: Turn, form: Form, card: str) -> None:
    """Start the job, one for each card: a second press finds the first."""
    found, now, who = CARD.fullmatch(card), turn.desk.now(), turn.event.who
    form_id = found["id"] if found else turn.desk.new_id()
    order = Order(
        key=f"{form.intent}:{form_id}",
        intent=form.intent,
        form=form.model_dump(mode="json"),
        person={"id": who.id, "name": who.name, "tenant": who.tenant},
        conversation=turn.event.conversation,
    )
    if not await turn.desk.jobs.start(order):
        turn.say("Det svar har jeg allerede fået. Jeg skriver, når det er gjort.")
        return
    did = {"approved": "Du godkendte", "rejected": "Du sagde nej"}[form.decision]
    closed = Closed(form=form_id, text=f"{did} {texts.when(now, now)}.", job=order.key)
    turn.state.closed = [*turn.state.closed, closed][-KEPT_CLOSED:]
    turn.close_card(card, closed.text)
    verb = {"approved": "godkender", "rejected": "afviser"}[form.decision]
    turn.say(f"Jeg {verb} {named(form.number, form.what)} i ServiceNow og skriver, når det er gjort.", key=f"job-{form_id}")


PRESSES = {f"snow {decision}": pressed for decision in SAYS}
