"""How the follow-ups stand: open, closed, over the deadline, and whether later runs still find the same."""

import asyncio
from collections.abc import Sequence

from connectors.errors import Unavailable
from dialogs import texts
from dialogs.oversight import judged, periods
from dialogs.oversight.following import FollowUp
from dialogs.oversight.reminding import as_in_servicenow
from dialogs.oversight.rights import may_see, office
from dialogs.talk import Button, Fact
from dialogs.turn import Turn

MOST = 10  # follow-ups on a card
PATIENCE = 5.0  # seconds for ServiceNow: what it does not tell is told as it was kept


async def listed(turn: Turn) -> None:
    """Those that concern the person, the open first: for who may see tilsyn all of them, for others their own."""
    me = turn.event.who.id
    found = await office(turn.desk).followups.every("" if await may_see(turn.desk, me) else me)
    if not found:
        turn.say("Der er ingen opfølgninger.")
        return
    seen = await in_time(turn, found[:MOST])
    shown = [seen.get(one.id) or one for one in found[:MOST]] if seen else found[:MOST]
    facts = [Fact(label=one.number, value=await line(turn, one, gone=one.id in seen and seen[one.id] is None)) for one in shown]
    left = [one for one in [*shown, *found[MOST:]] if one.closed_at is None]
    late = [one for one in left if one.deadline < turn.today]
    over = f", og {len(late)} er over fristen" if late else ""
    note = "" if seen or not left else " ServiceNow svarer ikke lige nu, så det er, som jeg sidst så det."
    mine = [one for one in left if one.responsible_id == me]
    buttons = [Button(label="Det er gjort", do="oversight close", data={"follow": mine[0].id})] if len(mine) == 1 else []
    said = (
        f"{texts.count(len(left), 'opfølgning er åben', 'opfølgninger er åbne')}{over}.{note}" if left else "Alle opfølgninger er lukket."
    )
    turn.say(said, *buttons, facts=facts)


async def pressed(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """The same by a button."""
    del button, card, inputs
    await listed(turn)


async def in_time(turn: Turn, some: Sequence[FollowUp]) -> dict[str, FollowUp | None]:
    """The open ones as their tasks stand in ServiceNow, None for a task that is gone; nothing where it does not answer in time."""
    asked = [one for one in some if one.closed_at is None]
    try:
        async with asyncio.timeout(PATIENCE):
            seen = await asyncio.gather(*(as_in_servicenow(turn.desk, one) for one in asked))
    except (Unavailable, TimeoutError):
        return {}
    return {one.id: now for one, now in zip(asked, seen, strict=True)}


async def line(turn: Turn, one: FollowUp, *, gone: bool) -> str:
    """One follow-up: what, who, when, and how it stands."""
    later = await office(turn.desk).followups.later(one)
    parts = [
        f"{judged.spoken(one.numbers).capitalize()} i ”{texts.plain(one.title)}”",
        texts.plain(texts.shortened(one.what, 100)),
        texts.plain(one.responsible),
        "opgaven findes ikke længere i ServiceNow" if gone else how(turn, one),
        *([later.said] if later.said else []),
    ]
    return " · ".join(parts)


def how(turn: Turn, one: FollowUp) -> str:
    """Closed and what was done, over the deadline, or until when."""
    if one.closed_at:
        by = "i ServiceNow" if one.closed_by == "ServiceNow" else f"af {texts.plain(one.closed_by)}"
        done = f": {texts.plain(texts.shortened(one.evidence, 100))}" if one.evidence else ""
        return f"lukket {texts.when(one.closed_at, turn.desk.now())} {by}{done}"
    day = periods.short(one.deadline)
    return f"over fristen ({day})" if one.deadline < turn.today else f"frist {day}"


PRESSES = {"oversight follow list": pressed}
