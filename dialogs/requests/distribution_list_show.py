"""Who is on a distribution list and who owns it; and which lists one is on oneself."""

import re

from connectors.exchange import Exchange
from connectors.exchange_models import MailList, Member
from dialogs import mail_lists, texts
from dialogs.fields import At, Bad, Got, Which
from dialogs.lookups import List
from dialogs.people_table import listed
from dialogs.talk import Button, Fact
from dialogs.turn import Turn

OWN = re.compile(
    r"\b(?:er|står|staar|sidder|ligger)\s+jeg\b.{0,80}\b(?:på|paa|med)\b|\bmine\s+(?:distributions|mail|dist)?lister\b|\bjeg\s+(?:er|står)\s+på\b",
    re.I,
)
MOST = 30  # names that are read out


async def show(turn: Turn) -> None:
    """Answer for the list that is named, or for the lists of the one who asks."""
    if not turn.meaning.entities.get("list_name") and OWN.search(turn.text):
        await own(turn)
        return
    reading = await List(mail_lists.named).find(turn.text, At(turn.desk, turn.event, {}))
    match reading:
        case Got(value):
            await one(turn, value["id"])
        case Which(question, choices):
            buttons = [
                Button(label=label, do="offer", data={"intent": "distribution_list.show", "text": f"hvem er på ”{value['name']}”"})
                for label, value in choices
            ]
            turn.say(question, *buttons)
        case Bad(reason):
            turn.say(reason)
        case None:
            turn.say("Hvilken liste? Skriv fx ”hvem er på Barsel Info”.")


async def own(turn: Turn) -> None:
    """The lists that the person gets mails from."""
    found = await turn.desk.systems.get(Exchange).lists_of(turn.event.who.id)
    if not found:
        turn.say("Du er ikke på nogen distributionsliste.")
        return
    direct = [texts.plain(one.name.name) for one in found if not one.via]
    through = [f"{texts.plain(one.name.name)} (via {texts.plain(one.via)})" for one in found if one.via]
    facts = [Fact(label="Du er på", value=listed(direct))] if direct else []
    facts += [Fact(label="Gennem en anden liste", value=listed(through))] if through else []
    turn.say(f"Du får mails fra {texts.count(len(found), 'liste', 'lister')}.", facts=facts)


async def one(turn: Turn, list_id: str) -> None:
    """One list. Where membership is hidden, its owners alone are told who is on it."""
    exchange = turn.desk.systems.get(Exchange)
    found, owners = await exchange.mail_list(list_id), await exchange.owners(list_id)
    mine = turn.event.who.id in {owner.id for owner in owners}
    facts = [Fact(label="Adresse", value=found.email), Fact(label="Ejer", value=listed([named(one) for one in owners]) or "ingen")]
    if found.hidden_members and not mine:
        turn.say(f"Hvem der er på {texts.plain(found.name)}, kan kun ejeren se.", facts=facts)
        return
    members = await exchange.members(list_id)
    await turn.desk.jobs.saw(turn.event.who.id, list_id, "exchange", "members of a list")
    people, inside = [one for one in members if one.kind != "list"], [one for one in members if one.kind == "list"]
    facts.append(Fact(label=f"Personer ({len(people)})", value=some(people) or "ingen"))
    if inside:
        facts.append(Fact(label=f"Lister på listen ({len(inside)})", value=some(inside)))
    turn.say(told(found, len(people), len(inside)), facts=facts)


def told(found: MailList, people: int, inside: int) -> str:
    """The answer in a sentence, and what is special about the list."""
    more = f" og {texts.count(inside, 'anden liste', 'andre lister')}" if inside else ""
    why = mail_lists.fixed(found)
    return f"På {texts.plain(found.name)} er der {texts.count(people, 'person', 'personer')}{more}." + (f" Den {why}." if why else "")


def named(member: Member) -> str:
    """A member by name; one who is no longer there is said to be gone."""
    return f"{texts.plain(member.name)} (findes ikke længere)" if member.kind == "gone" else texts.plain(member.name)


def some(members: list[Member]) -> str:
    """Names in the order of the alphabet, and how many more."""
    names = sorted((named(one) for one in members), key=str.casefold)
    more = f" og {len(names) - MOST} til" if len(names) > MOST else ""
    return ", ".join(names[:MOST]) + more


ANSWERS = {"distribution_list.show": show}
