"""Draws a Reply: a message in markdown, or an Adaptive Card.

Source: the Adaptive Cards schema 1.5 and "Cards reference" for Teams (Microsoft Learn). A card is kept under 28,000 bytes of JSON and has
at most six actions; each action is an Action.Execute in an ActionSet, with an Action.Submit of the same data for old clients.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from bot.handing import asked
from bot.inputs import draw_input, shown
from dialogs.talk import Button, Fact, Reply

Json = dict[str, Any]

CARD = "application/vnd.microsoft.card.adaptive"
MOST_BYTES = 28_000  # Teams counts UTF-16 and refuses at 100 KB; older limits lie at 28 KB
MOST_ACTIONS = 6
RESERVED = frozenset({"do", "card", "data"})  # a button's own data; the inputs are sent beside it
CUT = " … (forkortet)"
MORE = "og {left} mere"
TOO_LARGE = "Resten er for stort til et kort. Skriv dit svar til mig i stedet."
ALSO = "Du kan også skrive: {labels}."
STEPS = ((8_000, 100), (2_000, 60), (500, 30), (120, 15))  # (characters of one text, facts or choices), each harder than the last


def draw(reply: Reply) -> Json:
    """The activity to send."""
    return fitted(reply, "")


def closed(reply: Reply, sentence: str, filled: Mapping[str, str] | None = None) -> Json:
    """The activity that takes the place of a card that is answered or out of date: to read only, with a sentence that says so.

    filled: what the person wrote in its fields, where that is not what was drawn.
    """
    values = dict(filled or {})
    answers = tuple(Fact(label=one.label, value=shown(one, values.get(one.id, one.value)) or "–") for one in reply.inputs)
    return fitted(Reply(text=reply.text, facts=(*reply.facts, *answers), key=reply.key), sentence, as_card=reply.is_card)


def card_of(activity: Json) -> Json | None:
    """The card in an activity that was drawn here, or None."""
    attachments = activity.get("attachments") or [{}]
    content: Json | None = attachments[0].get("content")
    return content


def fitted(reply: Reply, sentence: str, *, as_card: bool = False) -> Json:
    """Drawn, and shortened as much as the size asks for."""
    activity = drawn(reply, sentence, as_card)
    for characters, entries in STEPS:
        if len(orjson.dumps(activity)) <= MOST_BYTES:
            return activity
        activity = drawn(shortened(reply, characters, entries), sentence, as_card)
    if len(orjson.dumps(activity)) <= MOST_BYTES:
        return activity
    return drawn(Reply(text=f"{cut(reply.text, 4_000)}\n\n{TOO_LARGE}"), sentence, False)


def drawn(reply: Reply, sentence: str, as_card: bool) -> Json:
    if reply.is_card or as_card:
        attachment = {"contentType": CARD, "content": card(reply, sentence)}
        return {"type": "message", "summary": cut(sentence or reply.text, 1_000), "attachments": [attachment]}
    text = f"{reply.text}\n\n{sentence}" if sentence else reply.text
    if reply.offer:
        return {"type": "message", "textFormat": "markdown", "text": text, "attachments": [asked(reply.offer)]}
    return {"type": "message", "textFormat": "markdown", "text": text}


def card(reply: Reply, sentence: str) -> Json:
    """The bare card: text, facts, inputs, buttons, and the closing sentence."""
    if taken := RESERVED.intersection(one.id for one in reply.inputs):
        raise ValueError(f"reserved input ids: {sorted(taken)}")
    body = texts(reply.text, headed=bool(reply.facts or reply.inputs))
    if reply.facts:
        body.append({"type": "FactSet", "facts": [{"title": fact.label, "value": fact.value} for fact in reply.facts]})
    for one in reply.inputs:
        body += draw_input(one)
    body += actions(reply)
    if sentence:
        body.append({"type": "TextBlock", "text": sentence, "wrap": True, "weight": "Bolder", "separator": True})
    return {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.5",
        "fallbackText": cut(reply.text, 500),
        "msteams": {"width": "Full"},
        "body": body,
    }


def texts(text: str, *, headed: bool) -> list[Json]:
    """A TextBlock a line: a card folds single line ends. Lists stay whole. The last line may be a heading: it stands above the facts."""
    blocks: list[Json] = []
    for paragraph in text.strip().split("\n\n"):
        for number, piece in enumerate(pieces(paragraph)):
            block: Json = {"type": "TextBlock", "text": piece, "wrap": True}
            if number:
                block["spacing"] = "None"
            blocks.append(block)
    if headed and blocks:
        blocks[-1] |= {"style": "heading", "weight": "Bolder", "size": "Medium", "spacing": "Default"}
    return blocks


def pieces(paragraph: str) -> list[str]:
    """The lines of a paragraph, those of a list together."""
    found: list[str] = []
    was_item = False
    for line in paragraph.splitlines():
        is_item = line.lstrip().startswith(("- ", "* ")) or line.lstrip()[:2].rstrip(".").isdigit()
        if is_item and was_item:
            found[-1] += f"\n{line}"
        elif line.strip():
            found.append(line)
        was_item = is_item
    return found


def actions(reply: Reply) -> list[Json]:
    """Up to six buttons; the labels of more are told, since a label can be typed."""
    if not reply.buttons:
        return []
    found: list[Json] = [{"type": "ActionSet", "actions": [action(one, reply.key) for one in reply.buttons[:MOST_ACTIONS]]}]
    if more := [one.label for one in reply.buttons[MOST_ACTIONS:]]:
        found.append({"type": "TextBlock", "text": ALSO.format(labels=", ".join(more)), "wrap": True, "isSubtle": True})
    return found


def action(button: Button, key: str) -> Json:
    """One button. Its data is a reference only: who pressed, and whether they may, is found out from the activity."""
    if button.url:
        return {"type": "Action.OpenUrl", "title": button.label, "url": button.url}
    common: Json = {"title": button.label, "data": {"do": button.do, "card": key, "data": button.data}}
    if button.style != "default":
        common["style"] = button.style
    if not button.checks:
        common["associatedInputs"] = "none"
    return {"type": "Action.Execute", "verb": button.do, **common, "fallback": {"type": "Action.Submit", **common}}


def shortened(reply: Reply, characters: int, entries: int) -> Reply:
    """A copy with long texts and long lists cut, each with an ending that says so."""
    facts = [Fact(label=cut(one.label, characters), value=cut(one.value, characters)) for one in reply.facts[:entries]]
    if left := len(reply.facts) - entries:
        facts += [Fact(label="…", value=MORE.format(left=left))] if left > 0 else []
    inputs = [
        one.model_copy(update={"hint": cut(one.hint, characters), "value": one.value[:characters], "choices": one.choices[:entries]})
        for one in reply.inputs
    ]
    return reply.model_copy(update={"text": cut(reply.text, characters), "facts": tuple(facts), "inputs": tuple(inputs)})


def cut(text: str, characters: int) -> str:
    """At most so many characters, cut between words, with an ending that says so."""
    if len(text) <= characters:
        return text
    head = text[: characters - len(CUT)]
    return (head.rsplit(maxsplit=1)[0] if " " in head[-40:] else head) + CUT
