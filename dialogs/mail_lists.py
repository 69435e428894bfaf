"""What the requests about distribution lists share: finding the list, who owns it and is on it, and whether it can be changed at all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connectors.errors import NotFound, Refused
from connectors.exchange import Exchange
from connectors.exchange_models import MailList, Member, Outcome
from dialogs import texts
from dialogs.fields import At, Colleague
from dialogs.form import Ask, Notice
from dialogs.lookups import List, Thing
from dialogs.people_table import listed
from dialogs.starting import start
from dialogs.talk import Button
from dialogs.turn import Turn

UNDOES = frozenset({"distribution_list.add_member", "distribution_list.remove_member"})  # each the reverse of the other
MOST_UNDONE = 40  # people whose addresses a button carries
KINDS = {"dynamic": "bliver lavet automatisk efter en regel, så ingen kan skrives på eller tages af", "team": "hører til et team i Teams"}


def exchange(at: At) -> Exchange:
    """Exchange, as a turn has it at hand."""
    return at.desk.systems.get(Exchange)


async def named(text: str, at: At) -> list[Thing]:
    """Lists whose name holds every word, best first."""
    return [Thing(id=one.id, name=one.name, detail=one.email) for one in await exchange(at).lists(text) if one.kind != "team"]


WHICH = Ask(
    "Hvilken liste?",
    "Liste",
    List(named),
    ("liste", "listen", "distributionsliste", "mailliste"),
    "Skriv listens navn eller adresse, som den står i Outlook, fx ”Barsel Info”.",
)


def colleague(member: Member) -> Colleague:
    """A member as an answer holds one."""
    return Colleague(id=member.id, name=member.name, email=member.email)


async def on_it(at: At) -> Sequence[Colleague] | None:
    """Who is on the list that was chosen; nobody before it is. None: its members are hidden from this person."""
    chosen = at.answers.get("list")
    if not chosen:
        return []
    try:
        one = await exchange(at).mail_list(chosen["id"])
    except (NotFound, Refused):
        return []  # a team: `untouchable` says so
    if one.hidden_members and at.event.who.id not in {one.id for one in await owning(at)}:
        return None
    return [colleague(one) for one in await exchange(at).members(chosen["id"]) if one.kind != "gone"]


async def owning(at: At) -> list[Colleague]:
    """Who owns the list that was chosen. One who has left is no owner any more; a team has its owners in Teams."""
    return [colleague(one) for one in await exchange(at).owners(at.answers["list"]["id"]) if one.kind != "gone"]


def fixed(found: MailList) -> str:
    """Why a list cannot be changed from here; "" when it can."""
    if found.synced:
        return "styres fra det lokale netværk (AD), så den kan ikke ændres herfra"
    return KINDS.get(found.kind, "")


async def untouchable(at: At, wish: str) -> Notice | None:
    """The end of a form about a list that cannot be changed: why, and a case for those who can."""
    chosen: dict[str, Any] = at.answers["list"]
    why = fixed(await exchange(at).mail_list(chosen["id"]))
    if not why:
        return None
    name = texts.plain(chosen["name"])
    case = Button(label="Opret en sag om det", do="offer", data={"intent": "case.create", "text": f"{wish} ({chosen['name']} {why})"})
    return Notice(f"{name} {why}. Servicedesk kan gøre det.", (case,), stop=True)


def undo(outcomes: Sequence[Outcome], emails: dict[str, str], reverse: tuple[str, str], until: datetime | None) -> tuple[Button, ...]:
    """The button that asks for the reverse, for those whom it was really done for; nothing where the rule gives no time.

    emails: by id. reverse: the intent, and its wish with a place for the people. until: aware.
    """
    done = [emails[one.person] for one in outcomes if one.state == "done" and one.person in emails]
    if not done or until is None or len(done) > MOST_UNDONE:
        return ()
    data = {"intent": reverse[0], "text": reverse[1].format(who=", ".join(done)), "until": until.isoformat()}
    return (Button(label="Fortryd", do="undo", data=data),)


def still(until: str, now: datetime) -> bool:
    """Whether that time, as a card gave it back, is not over. What is no time with a zone is over."""
    try:
        end = datetime.fromisoformat(until)
    except ValueError:
        return False
    return end.tzinfo is not None and now <= end


async def undone(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """Begin the reverse, which is shown before it is done, like any other request."""
    del inputs
    intent, text = button.data.get("intent", ""), button.data.get("text", "")
    if intent not in UNDOES or not text or not still(button.data.get("until", ""), turn.desk.now()):
        turn.close_card(card, "Det kan ikke fortrydes længere.")
        turn.say("Det er for længe siden til at fortryde. Skriv, hvad der skal ændres, så gør vi det på den måde.")
        return
    turn.close_card(card, "Du bad om at fortryde.")
    await start(turn, intent, text)


PRESSES = {"undo": undone}


def told(outcomes: Sequence[Outcome], names: dict[str, str], did: str) -> str:
    """What became of the people: those it was done for, those who were so before, and each one who failed, with the reason."""
    groups: dict[str, list[str]] = {}
    for one in outcomes:
        groups.setdefault(one.state, []).append(texts.plain(names.get(one.person, one.person)))
    says = {
        "done": "{who} {did}.",
        "already": "{who} {did} i forvejen.",
        "unknown": "Exchange kender ikke {who}.",
        "refused": "Exchange afviste {who}.",
        "failed": "Det lykkedes ikke for {who}. Bed mig om det igen.",
    }
    return " ".join(sentence.format(who=listed(groups[state]), did=did) for state, sentence in says.items() if state in groups)
