"""Who is on a distribution list and who owns it, and whether somebody is; which lists one is on oneself, and which one owns."""

import re

from connectors.exchange import Exchange
from connectors.exchange_models import MailList, Member
from connectors.folding import words_of
from dialogs import mail_lists, texts
from dialogs.fields import At, Bad, Got, Which
from dialogs.lookups import List
from dialogs.people_field import ME
from dialogs.people_table import listed
from dialogs.talk import Button, Fact
from dialogs.turn import Turn
from dialogs.who import Who

OWN = re.compile(
    r"\b(?:er|står|staar|sidder|ligger)\s+jeg\b.{0,80}\b(?:på|paa|med)\b|\bmine\s+(?:distributions|mail|dist)?lister\b|\bjeg\s+(?:er|står)\s+på\b",
    re.I,
)
OWNING = re.compile(
    r"\b(?:ejer|styrer|administrerer|bestyrer)\s+jeg\b|\bjeg\s+(?:ejer|styrer|administrerer|er\s+(?:\w+\s+)?(?:ejer|ansvarlig))\b"
    r"|\b(?:er|står)\s+jeg\s+(?:som\s+|stadig\s+)?(?:ejer|ansvarlig)|\bdo i own\b",
    re.I,
)
WHOSE = re.compile(r"\bhvem\s+(?:\w+\s+)?(?:ejer|styrer|har ansvar|står for|bestemmer)|\bejer(?:en)?\s+(?:af|på)\b|\bwho owns\b", re.I)
IS_ON = re.compile(
    r"^\W*(?:mon\s+)?(?:er|står|staar|sidder|ligger|is|am)\s+(?P<who>\S.{0,60}?)\s+(?:(?:med|medlem|stadig|også|allerede|ikke|skrevet)\s+)*(?:på|paa|af|on)\b",
    re.I,
)
MOST = 30  # names that are read out


async def show(turn: Turn) -> None:
    """Answer for the list that is named, or for the lists of the one who asks."""
    listed_ = turn.meaning.entities.get("list_name")
    if not listed_ and (OWN.search(turn.text) or OWNING.search(turn.text)) and not await mentions(turn):
        await (owned(turn) if OWNING.search(turn.text) else own(turn))
        return
    reading = await List(mail_lists.named).find(turn.text, At(turn.desk, turn.event, {}))
    match reading:
        case Got(value) if value.get("kind") == "team":
            turn.say(await mail_lists.of_team(turn.desk.systems.get(Exchange), value["id"], value["name"]))
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


async def mentions(turn: Turn) -> bool:
    """Whether a list stands in the text by its name."""
    return isinstance(await List(mail_lists.named).find(turn.text, At(turn.desk, turn.event, {})), Got)


async def owned(turn: Turn) -> None:
    """The lists that the person owns."""
    found = await turn.desk.systems.get(Exchange).lists_owned_by(turn.event.who.id)
    if not found:
        turn.say("Du ejer ikke nogen distributionsliste.")
        return
    names = [texts.plain(one.name) for one in found]
    turn.say(f"Du ejer {texts.count(len(found), 'liste', 'lister')}.", facts=[Fact(label="Du ejer", value=texts.names(names))])


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
    """One list: whose it is, whether somebody is on it, or all of it. Where membership is hidden, its owners alone are told who is on it."""
    exchange = turn.desk.systems.get(Exchange)
    found, owners = await exchange.mail_list(list_id), await exchange.owners(list_id)
    mine, name = turn.event.who.id in {owner.id for owner in owners}, texts.plain(found.name)
    owning = listed([named(one) for one in owners])
    if OWNING.search(turn.text):
        turn.say(f"Ja, du ejer {name}." if mine else f"Nej, {name} ejes af {owning or 'ingen'}.")
        return
    if WHOSE.search(turn.text):
        turn.say(f"{owning} ejer {name}." if owners else f"Ingen ejer {name}. Servicedesk kan finde en ejer.")
        return
    facts = [Fact(label="Adresse", value=found.email), Fact(label="Ejer", value=owning or "ingen")]
    asked = IS_ON.search(turn.text)
    if found.hidden_members and not mine and not (asked and asked["who"].casefold() in ME):
        turn.say(f"Hvem der er på {name}, kan kun ejeren se.", facts=facts)
        return
    members = await exchange.members(list_id)
    await turn.desk.jobs.saw(turn.event.who.id, list_id, "exchange", "members of a list")
    if asked and (answer := await is_on(turn, asked["who"], found, members)):
        turn.say(answer)
        return
    people, inside = [one for one in members if one.kind != "list"], [one for one in members if one.kind == "list"]
    facts.append(Fact(label=f"Personer ({len(people)})", value=some(people) or "ingen"))
    if inside:
        facts.append(Fact(label=f"Lister på listen ({len(inside)})", value=some(inside)))
    turn.say(told(found, len(people), len(inside)), facts=facts)


async def is_on(turn: Turn, who: str, found: MailList, members: list[Member]) -> str:
    """Yes or no to whether somebody is on it; "" where it is not clear who is meant."""
    name = texts.plain(found.name)
    if who.casefold() in ME:
        direct = turn.event.who.id in {one.id for one in members}
        via = "" if direct else await through(turn, found.id)
        return f"Ja, du er på {name}{f' gennem {via}' if via else ''}." if direct or via else f"Nej, du er ikke på {name}."
    people = [one for one in members if one.kind != "list" and all(word in words_of(one.name) for word in words_of(who))]
    reading = await Who().read(who, At(turn.desk, turn.event, {}))
    if isinstance(reading, Got):
        on = reading.value["id"] in {one.id for one in members}
        return f"{'Ja' if on else 'Nej'}, {texts.plain(reading.value['name'])} er {'' if on else 'ikke '}på {name}."
    if isinstance(reading, Which):
        return f"Ja: {listed([named(one) for one in people])} er på {name}." if people else f"Nej, ingen {texts.plain(who)} er på {name}."
    return ""


async def through(turn: Turn, list_id: str) -> str:
    """The list through which the person gets this one's mails; "" for none."""
    belongings = await turn.desk.systems.get(Exchange).lists_of(turn.event.who.id)
    return next((texts.plain(one.via) for one in belongings if one.name.id == list_id and one.via), "")


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
