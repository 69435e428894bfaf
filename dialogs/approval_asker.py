"""What the one who has asked says in words while an approval is waited for: "har Jens svaret?", "mind ham om det", "svar: det er til barsel"."""

import re

from dialogs import texts, words
from dialogs.approval_press import pressed, wish_of
from dialogs.approvers import Approval
from dialogs.approving import STAND_IN
from dialogs.fields import Colleague
from dialogs.talk import Button
from dialogs.turn import Turn
from dialogs.verdicts import SAYS, decided, in_order, meanwhile, open_question, told, yes_of
from jobs.asks import Asked
from nlu.normalise import fold
from nlu.understanding import OUT_OF_SCOPE, Verdict

NEWEST = 5  # jobs of theirs that are looked through
IT = r"(?:den|det|oensket|anmodningen|bestillingen|min anmodning|mit oenske)"
STATUS = re.compile(
    rf"(?:har|er) (?:(?:[a-z-]+ ){{1,3}})?(?:svaret|godkendt|taget stilling)(?: paa)?(?: {IT})?(?: endnu)?"
    r"|(?:er der |har jeg faaet )?(?:svar|nyt) fra [a-z -]+|hvad (?:siger|sagde|svarede|svarer) [a-z-]+(?: [a-z-]+)?"
    r"|hv(?:ad|em) (?:venter|afventer) (?:jeg|vi)(?: paa)?|hvem (?:mangler(?: at svare| at godkende)?|skal godkende (?:den|det))"
    r"|hvad (?:mangler|venter) (?:jeg|vi) svar paa|hvor langt er (?:min |den )?godkendelse[rn]?"
)
WITHDRAW = re.compile(
    rf"(?:(?:vil du |kan du |lad mig |jeg vil |jeg )?traek(?:ke|ker)? (?:{IT} )?tilbage|drop oensket|jeg fortryder oensket)(?: igen)?"
)
NUDGE = re.compile(
    r"(?:(?:kan|vil|gider) du (?:(?:ikke|lige|godt) )*)?(?:(?:mind|minde|ryk|rykke|paamind|paaminde|skub til|prik til)(?: lige)? (?!mig\b)[a-z -]+"
    r"|send (?:[a-z]+ )?en (?:paamindelse|rykker)(?: til [a-z -]+)?)"
)
REPLY = re.compile(r"(?:svar(?:et)?|mit svar)(?:\s+(?:er|ham|hende|til\s+[\wæøå-]+|[\wæøå-]+))?\s*[:,]\s*(?P<text>.+)", re.I | re.S)
SMALL = frozenset({"greeting", "thanks", "help", "human", "cancel"})  # no answers, however short
STEERS = frozenset({words.Word.CANCEL, words.Word.HELP, words.Word.HUMAN, words.Word.RESTORE, words.Word.OVER, words.Word.LATER})


async def by_words(turn: Turn) -> bool:
    """A text of the asker's about what they wait for; False: it is something else. Raises Unavailable."""
    said = fold(turn.text).strip(" ?.!")
    kind = next((kind for kind, form in (("status", STATUS), ("withdraw", WITHDRAW), ("nudge", NUDGE)) if form.fullmatch(said)), "")
    reply = REPLY.fullmatch(turn.text.strip())
    asks = await open_asks(turn)
    if not asks:
        return kind in {"status", "withdraw"} and "vent" not in said and await over(turn, kind)
    if kind == "status":
        for one in asks[:5]:
            await status(turn, one)
    elif kind:
        await one_of(turn, kind, asks, "")
    elif questioned := [one for one in asks if open_question(in_order(await turn.desk.jobs.answers(one.key)))]:
        if reply:
            await one_of(turn, "reply", questioned, reply["text"])
        elif len(questioned) == 1 and await is_reply(turn):
            await one_of(turn, "reply", questioned, turn.text)
        else:
            return False
    else:
        return False
    return True


async def open_asks(turn: Turn) -> list[Asked]:
    """What this person has asked for and nobody has decided, the oldest first."""
    found = []
    for one in await turn.desk.jobs.asks_of(turn.event.who.id):
        if one.shown["role"] == "asker" and not decided(
            in_order(await turn.desk.jobs.answers(one.key)), one.shown["number"], turn.event.who.id
        ):
            found.append(one)
    return found


async def one_of(turn: Turn, kind: str, asks: list[Asked], text: str) -> None:
    """Do it where one alone can be meant; else each is told with its buttons."""
    if len(asks) == 1:
        button = Button(label=turn.text[:40], do=f"approval {kind}", data={"job": asks[0].key})
        await pressed(turn, button, f"job-{asks[0].key.rpartition(':')[2]}", {"why": text})
        return
    turn.note("Der venter flere. Hvilken mener du?")
    for one in asks[:5]:
        await status(turn, one)


async def status(turn: Turn, ask: Asked) -> None:
    """Who is silent, and what may be done meanwhile."""
    given = in_order(await turn.desk.jobs.answers(ask.key))
    said = set(yes_of(given, turn.event.who.id).values())
    silent = [one for one in await circle(turn, ask.key) if one.id not in said]
    yes = [texts.plain(one.by["name"]) for one in given if one.message["kind"] == "yes"]
    who = texts.names([texts.plain(one.name) for one in silent[:3]]) if silent else "Den, jeg har spurgt,"
    lead = f"{texts.names(yes)} har godkendt. " if yes else ""
    if question := open_question(given):
        text = f"{texts.plain(question.by['name'])} spørger: ”{texts.plain(str(question.message['text']))}”. Skriv dit svar her, så sender jeg det."
    else:
        text = f"{lead}{who} har ikke svaret endnu på ”{wish_of(ask).strip(' .')}”."
    turn.say(text, *meanwhile(ask.key), key=f"job-{ask.key.rpartition(':')[2]}")


async def over(turn: Turn, kind: str) -> bool:
    """With nothing open: how the newest approval of theirs was answered, by whom and when. False: there is none to be withdrawn."""
    for job in await turn.desk.jobs.mine(turn.event.who.id, NEWEST):
        said = [one for one in in_order(await turn.desk.jobs.answers(job.key)) if one.message["kind"] in SAYS]
        if said:
            turn.say(f"{told(said[-1])}.{' Så der er ikke noget at trække tilbage.' if kind == 'withdraw' else ''}")
            return True
    if kind == "status":
        turn.say("Der er ikke noget hos mig, du venter på svar på. Er det en sag, så skriv dens nummer.")
    return kind == "status"


async def circle(turn: Turn, key: str) -> list[Colleague]:
    """Everybody who has been asked, by the job's own record."""
    record = await turn.desk.jobs.record(key)
    if record is None:
        return []
    approval = Approval.model_validate(record.order.form["approval"])
    stood_in = [Colleague.model_validate(found) for name, found in record.results.items() if name.startswith(STAND_IN) and found]
    return list({one.id: one for one in (*approval.asked(), *stood_in)}.values())


async def is_reply(turn: Turn) -> bool:
    """Whether a text simply answers the question that was put last: no wish of its own, no question, no word that steers."""
    if "?" in turn.text or words.means(turn.text) in STEERS:
        return False
    replies = await turn.desk.told(turn.event.conversation)
    if not replies or not replies[0].key.startswith("question-"):
        return False
    meaning = turn.meaning
    plain = words.means(turn.text) in {words.Word.YES, words.Word.NO}
    if meaning.verdict is Verdict.DO and meaning.intent in SMALL and not plain:
        return False
    return plain or meaning.intent == OUT_OF_SCOPE or meaning.verdict is not Verdict.DO or len(turn.text.split()) <= 2
