"""Approvals in conversation: what waits for somebody's yes, and what approver and asker say about it in words."""

import asyncio
import re
from collections.abc import Sequence

import structlog

from connectors.errors import ConnectorError
from dialogs import approval_asker, texts, words
from dialogs.approval_press import pressed, wish_of
from dialogs.cases import approval_decide
from dialogs.fields import Pick
from dialogs.filler import Filler
from dialogs.state import FormState
from dialogs.talk import Button, Reply
from dialogs.turn import Turn
from dialogs.verdicts import cards, decided, in_order, yes_of
from dialogs.words import Word
from jobs.asks import Asked
from nlu.normalise import fold

log = structlog.get_logger()

MOST_SHOWN = 10
PATIENCE = 5.0  # seconds for ServiceNow: the turn has more to do
NOTHING_DONE = frozenset({"refused", "withdrawn", "expired", "nobody", "nothing"})  # outcomes of a job that was not carried out
YES = r"(?:ja,?\s+|ok,?\s+)?(?:det er godkendt|attesteret|godkendt|godkendes|(?:det |den )?(?:jeg\s+)?godkend(?:er)?(?:\s+jeg)?)"
NO = (
    r"(?:jeg\s+)?(?:sig(?:er)?\s+nej|afvis(?:t|er)?|ikke godkendt)(?:\s+(?:til\s+)?(?:det|den|ønsket))?"
    r"|(?:(?:det|den)\s+)?(?:jeg\s+)?godkend(?:er|es)?(?:\s+(?:jeg|det|den|ønsket))*\s+ikke"
    r"|(?:(?:det|den|jeg)\s+)?(?:kan|vil)(?:\s+(?:jeg|det|den))?\s+ikke\s+godkendes?(?:\s+(?:det|den|ønsket))?"
)
SPOKEN = re.compile(
    rf"(?P<yes>{YES}(?:\s+(?:det|den|ønsket))?)"
    rf"|(?P<no>{NO})"
    r"(?:\s*[,:]\s*(?:fordi\s+)?(?P<why>.+)|\s+fordi\s+(?P<since>.+))?"
    r"|spørg\s+(?:lige\s+)?(?P<whom>[\wæøå-]+)(?:\s*[:,]\s*|\s+)(?P<what>.+)",
    re.I | re.S,
)  # as it is said where one thing waits
NAMED = re.compile(
    rf"(?:(?P<yes>{YES})|(?:jeg\s+)?(?:sig(?:er)?\s+nej\s+til|afvis(?:er)?))\s+(?P<which>(?:(?!\bikke\b|\bfordi\b).)+?)(?:,?\s+fordi\s+(?P<why>.+))?",
    re.I | re.S,
)
PARTLY = re.compile(
    rf"(?:{YES}\b.*?[\s,](?:men|kun|bortset|undtagen|hvis|på nær)|(?:ja|ok|okay|fint)[\s,]+(?:men\s+)?(?:kun|ikke))\b.*", re.I | re.S
)
LIKELY = re.compile(
    r"nej\b|(?:hov |nå )?(?:jeg )?(?:fortrød|godkend(?:er)?|afvis(?:er)?|attesterer)\b", re.I
)  # meant for what waits, and not plain enough
WORD = re.compile(r"[a-z0-9-]{3,}")
SMALL = frozenset({"den", "det", "fra", "til", "med", "bestillingen", "oensket", "sagen", "listen", "alle", "begge", "dem"})


async def open_for(turn: Turn) -> list[Asked]:
    """What waits for this person's approval, undecided, the oldest first."""
    asks = [one for one in await turn.desk.jobs.asks_of(turn.event.who.id) if one.shown["role"] == "approver"]
    found = []
    for one in asks:
        given, asker = in_order(await turn.desk.jobs.answers(one.key)), one.shown.get("asker", "")
        mandate = one.shown.get("for", turn.event.who.id)
        if not decided(given, one.shown["number"], asker) and mandate not in yes_of(given, asker):
            found.append(one)
    return found


async def by_words(turn: Turn) -> bool:
    """A text about an approval, by who is asked or by who has asked. False: it is something else. Raises Unavailable."""
    if turn.event.after < 0:
        return False
    if turn.state.open:
        return await beside(turn, turn.state.open)
    text = turn.text.strip(" .!")
    if PARTLY.fullmatch(text) or SPOKEN.fullmatch(text) or NAMED.fullmatch(text):
        asks = await open_for(turn)
        if asks and turn.last.startswith("snow-") and SPOKEN.fullmatch(text):
            await waiting(turn)  # the list that was read last held more than one
            return True
        if (asks and await answered(turn, text, asks)) or await of_servicenow(turn, text, alone=not asks):
            return True
    if (LIKELY.match(text) or await agrees(turn)) and (asks := await open_for(turn)):
        turn.note("Brug knapperne, eller skriv ”godkend” eller ”sig nej, fordi …”.")
        listed(turn, asks, ())
        return True
    return await approval_asker.by_words(turn)


async def beside(turn: Turn, form: FormState) -> bool:
    """A yes or no to what waits, said while a form is open: what it names is answered. A bare one may mean the form's summary: then that is asked."""
    text, filler = turn.text.strip(" .!"), Filler(turn, form)
    spoken, named = SPOKEN.fullmatch(text), NAMED.fullmatch(text)
    if spoken is None and named is None:
        return False
    asks, asked = await open_for(turn), filler.asks.get(form.asked)
    if spoken is None:
        return (bool(asks) and await answered(turn, text, asks)) or await of_servicenow(turn, text, alone=False)
    if not asks or (asked and isinstance(asked.kind, Pick) and words.means(text) in {Word.YES, Word.NO}):
        return False
    if not filler.summed or spoken["whom"] or spoken["why"] or spoken["since"]:
        return await answered(turn, text, asks)
    turn.note("Der venter også noget på dit svar. Er det det her, du mener, så skriv ja.")
    turn.beside = (Button(label="Se hvad der venter", do="offer", data={"intent": "approval.list"}),)
    await filler.again()
    return True


async def agrees(turn: Turn) -> bool:
    """A bare yes where the last card that a job sent asks for an approval: it may mean that, and is not taken for it."""
    if words.means(turn.text) is not Word.YES:
        return False
    replies = await turn.desk.told(turn.event.conversation)
    return bool(replies) and replies[0].key.startswith("approve-")


async def of_servicenow(turn: Turn, text: str, *, alone: bool) -> bool:
    """A yes or no to one of ServiceNow's: to the one card that was shown last, or named. alone: nothing of ours waits. False: neither."""
    spoken, named, whole = SPOKEN.fullmatch(text), NAMED.fullmatch(text), not PARTLY.fullmatch(text)
    found = spoken if spoken and spoken["whom"] is None and alone else named
    if found is None:
        return False
    do, why = "snow approved" if found["yes"] else "snow rejected", {"why": found["why"] or (spoken and spoken["since"]) or ""}
    shown_last = next((button for button in turn.state.shown if button.do == do), None)
    if found is spoken and shown_last:
        await approval_decide.pressed(turn, shown_last, turn.state.shown_card, why)
        return True
    rows = await in_servicenow(turn) or []
    fitting = [row for row in rows if named and approval_decide.speaks_of(row, words_of(named["which"]))]
    if fitting and not whole:
        turn.note("Jeg kan kun godkende det hele, så intet er godkendt.")
        listed(turn, (), fitting)
    elif len(fitting) == 1:
        await approval_decide.pressed(turn, Button(label=turn.text[:40], do=do, data={"row": fitting[0].asked.id}), "", why)
    elif fitting:
        which(turn, (), fitting)
    elif rows and found is spoken:
        opens = Button(label="Se dem", do="offer", data={"intent": "approval.list"})
        turn.say(f"Hos mig venter der ikke noget på dit svar. I ServiceNow venter der {texts.count(len(rows), 'ting', 'ting')}.", opens)
    elif found is spoken:
        turn.say("Der venter ikke noget på dit svar.")
    else:
        return False
    return True


async def answered(turn: Turn, text: str, asks: list[Asked]) -> bool:
    """What somebody says for whom something waits. False: a text that may be anything."""
    named = NAMED.fullmatch(text)
    if PARTLY.fullmatch(text):
        await partly(turn, text, asks)
    elif spoken := SPOKEN.fullmatch(text):
        kind = "yes" if spoken["yes"] else "no" if spoken["no"] else "question"
        fitting = [one for one in asks if kind != "question" or is_asker(one, spoken["whom"])]
        if not fitting:
            return False
        await said(turn, kind, fitting, spoken["why"] or spoken["since"] or spoken["what"] or "")
    elif named and (fitting := [one for one in asks if speaks_of(one, named["which"])]):
        await said(turn, "yes" if named["yes"] else "no", fitting, named["why"] or "")
    else:
        return False
    return True


async def said(turn: Turn, kind: str, asks: list[Asked], why: str) -> None:
    """The same as a press, where it is plain which is meant; else they are listed."""
    if len(asks) > 1:
        which(turn, asks)
        return
    button = Button(label=turn.text[:40], do=f"approval {kind}", data={"job": asks[0].key})
    await pressed(turn, button, cards(asks[0].key)[0], {"why": why})


async def partly(turn: Turn, text: str, asks: list[Asked]) -> None:
    """A yes to a part of a wish, or with a condition: the whole can be approved, or none of it, and that is said."""
    if len(asks) > 1:
        turn.note("Jeg kan kun godkende et ønske, som det står, så intet er godkendt.")
        listed(turn, asks, ())
        return
    data, ask = {"job": asks[0].key, "why": texts.shortened(text, 300)}, asks[0]
    first = next(
        (button.label.removeprefix("Spørg ") for button in shown(ask).buttons if button.do == "approval question"), "den, der beder"
    )
    turn.say(
        f"Jeg kan kun godkende hele ønsket, så intet er godkendt. Du kan sige nej med de ord eller spørge {first}.",
        Button(label="Sig nej med det", do="approval no", data=data, style="destructive"),
        Button(label=f"Spørg {first}", do="approval question", data=data),
        Button(label="Godkend det hele", do="approval yes", data=data),
        key=cards(ask.key)[1],
    )


def shown(ask: Asked) -> Reply:
    """The card, as it was drawn for whom is asked."""
    return Reply.model_validate(ask.shown["reply"])


def is_asker(ask: Asked, whom: str) -> bool:
    """Whether "spørg Birthe", or "spørg hende", means who has asked for it."""
    labels = [button.label.lower() for button in shown(ask).buttons]
    return whom.lower() in {"hende", "ham", "vedkommende"} or f"spørg {whom.lower()}" in labels


def speaks_of(ask: Asked, text: str) -> bool:
    """Whether words name a wish, by who asks or by what it is about: "den fra Birthe", "Strikkeklubben"."""
    there = WORD.findall(fold(f"{shown(ask).text} {wish_of(ask)}"))
    return bool(words_of(text) & set(there))


def words_of(text: str) -> set[str]:
    """The telling words of what names a wish, folded, each also without a genitive's s."""
    found = {word for word in WORD.findall(fold(text)) if word not in SMALL}
    return found | {word.removesuffix("s") for word in found}


def which(turn: Turn, asks: Sequence[Asked], rows: Sequence[approval_decide.Waiting] = ()) -> None:
    """Several wait, and one of them is meant."""
    turn.note("Brug knapperne, eller skriv hvilken, fx ”godkend den fra Birthe”.")
    listed(turn, asks, rows)


async def waiting(turn: Turn) -> None:
    """What waits for this person's approval, Kollega's own and ServiceNow's: each with its card. Raises Unavailable."""
    asks, there = await open_for(turn), await in_servicenow(turn)
    if there is None:
        turn.note("ServiceNow svarede ikke, så det, der venter dér, er ikke med.")
    if asks or there:
        turn.note(f"Der venter {texts.count(len(asks) + len(there or []), 'ønske', 'ønsker')} på dig.")
        listed(turn, asks, there or [])
    else:
        turn.say("Der venter ikke noget på dig." if there is not None else "Hos mig venter der ikke noget på dig.")


def listed(turn: Turn, asks: Sequence[Asked], rows: Sequence[approval_decide.Waiting]) -> None:
    """Each with its card, ours first."""
    for one in asks[:MOST_SHOWN]:
        reply = shown(one)
        turn.say(reply.text, *reply.buttons, facts=list(reply.facts), inputs=list(reply.inputs), key=cards(one.key)[1])
    for row in rows[: MOST_SHOWN - len(asks[:MOST_SHOWN])]:
        approval_decide.shown(turn, row)
    if len(asks) + len(rows) > 1:
        turn.forget_buttons()  # "godkend" means none of several


async def in_servicenow(turn: Turn) -> list[approval_decide.Waiting] | None:
    """What waits for this person there; None where it does not tell: what waits here is told all the same."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await approval_decide.waiting(turn)
    except (ConnectorError, TimeoutError) as error:
        log.warning("approvals_not_known", error=type(error).__name__)
        return None


ANSWERS = {"approval.list": waiting}
