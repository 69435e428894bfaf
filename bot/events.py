"""An activity as the dialogs see it: an Event. Files are not fetched here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from bot.addresses import split
from bot.incoming import Incoming
from bot.memory import mark_of
from bot.text import clean, words
from dialogs.talk import Event, Who

Kind = Literal["message", "press", "edit", "delete", "react", "joined"]
EXTENSION = {"composeExtension/fetchTask", "composeExtension/submitAction"}
TASK = {"task/fetch", "task/submit"}
LONGEST = 20_000  # characters of one value; a card's fields are shorter


def event_of(incoming: Incoming, now: datetime) -> Event | None:
    """What has happened, or None for what concerns nobody (typing, read receipts, other bots, invokes without a person's wish)."""
    if incoming.type == "conversationUpdate":
        return joined(incoming, now)
    if incoming.type == "installationUpdate":
        return made(incoming, now, "joined") if incoming.action == "add" else None
    if not incoming.sender.aad_object_id or incoming.sender.id == incoming.recipient.id:
        return None
    reader = READERS.get(incoming.type)
    return reader(incoming, now) if reader else None


def made(incoming: Incoming, now: datetime, kind: Kind, person: str = "", **more: Any) -> Event | None:
    """An event of this activity; None when it is not known who it is about."""
    who = Who(id=person or incoming.sender.aad_object_id, name=incoming.sender.name, tenant=next(iter(incoming.tenants), ""))
    if not who.id:
        return None
    place = incoming.conversation
    return Event(kind=kind, id=incoming.id, at=incoming.when(now), who=who, conversation=place.id, personal=place.is_personal, **more)


def joined(incoming: Incoming, now: datetime) -> Event | None:
    """Somebody opened the chat; in a group only the bot's own coming counts."""
    if not incoming.members_added or not (incoming.conversation.is_personal or incoming.bot_was_added):
        return None
    people = [member.aad_object_id for member in incoming.members_added if member.aad_object_id and member.id != incoming.recipient.id]
    return made(incoming, now, "joined", person=incoming.sender.aad_object_id or next(iter(people), ""))


def message(incoming: Incoming, now: datetime) -> Event | None:
    """A text, or a card's Action.Submit, which comes as a message with a value."""
    said = words(incoming)
    if isinstance(incoming.value, dict) and ("do" in incoming.value or not said.text):
        return press(incoming, now, incoming.value)
    if not said.text and not incoming.attachments:
        return None
    return made(incoming, now, "message", text=said.text, quoted=said.quoted)


def edit(incoming: Incoming, now: datetime) -> Event | None:
    """An earlier message has a new text (also when a deleted one is brought back)."""
    said = words(incoming)
    return made(incoming, now, "edit", text=said.text, quoted=said.quoted, refers=incoming.id)


def delete(incoming: Incoming, now: datetime) -> Event | None:
    """An earlier message is gone."""
    return made(incoming, now, "delete", refers=incoming.id)


def react(incoming: Incoming, now: datetime) -> Event | None:
    """The first new reaction; one that was taken back is no event."""
    names = [one.get("type") for one in incoming.reactions_added]
    name = next((one for one in names if isinstance(one, str)), None)
    return made(incoming, now, "react", refers=incoming.reply_to_id, text=name) if name else None


def invoke(incoming: Incoming, now: datetime) -> Event | None:
    """A press, a message action, or a thumb on a message of ours."""
    if incoming.name == "adaptiveCard/action":
        action = incoming.values.get("action")
        found = dictionary(action.get("data")) if isinstance(action, dict) else {}
        verb = action.get("verb") if isinstance(action, dict) else ""
        return press(incoming, now, {"do": verb} | found)
    if incoming.name in TASK:
        return press(incoming, now, dictionary(incoming.values.get("data")))
    if incoming.name in EXTENSION:
        return made(incoming, now, "press", do="action", data=action_data(incoming.values))
    if incoming.name == "fileConsent/invoke":
        return press(incoming, now, dictionary(incoming.values.get("context")))
    if incoming.name == "message/submitAction":
        reaction = dictionary(incoming.values.get("actionValue")).get("reaction")
        return made(incoming, now, "react", refers=incoming.reply_to_id, text=reaction) if isinstance(reaction, str) else None
    return None


def press(incoming: Incoming, now: datetime, value: Mapping[str, Any]) -> Event | None:
    """A button. What its data says about rights or persons is never believed: it names the button and the card, no more."""
    do, card = value.get("do"), value.get("card")
    if not isinstance(do, str) or not do or len(do) > 200:
        return None
    inputs = {key: item for key, item in value.items() if key not in {"do", "card", "data", "msteams"}}
    return made(
        incoming,
        now,
        "press",
        do=do,
        card=card if isinstance(card, str) else "",
        data=texts(dictionary(value.get("data"))),
        inputs={key: item for key, item in texts(inputs).items() if item},
        refers=incoming.reply_to_id,
    )


def action_data(value: Mapping[str, Any]) -> dict[str, str]:
    """What a message action is about: the command, and the message as far as it is there."""
    payload = dictionary(value.get("messagePayload"))
    author = dictionary(dictionary(payload.get("from")).get("user"))
    content = dictionary(payload.get("body")).get("content")
    told = {
        "command": value.get("commandId"),
        "kind": "mail" if is_mail(payload.get("linkToMessage")) else "message",
        "id": payload.get("id"),
        "subject": payload.get("subject"),
        "text": clean(content) if isinstance(content, str) else "",
        "link": payload.get("linkToMessage"),
        "created": payload.get("createdDateTime"),
        "author": author.get("displayName"),
        "author_id": author.get("id"),
        "files": "\n".join(
            str(one.get("name", "")) for one in payload.get("attachments") or () if isinstance(one, dict) and one.get("name")
        ),
    }
    filled = {f"input.{key}": item for key, item in texts(dictionary(value.get("data"))).items()}
    return {key: item for key, item in (texts(told) | filled).items() if item}


def is_mail(link: Any) -> bool:
    """A mail's link leads to Outlook, a message's to Teams."""
    parts = split(link) if isinstance(link, str) else None
    return bool(parts and (parts.hostname or "").startswith("outlook."))


def names(attachments: Any) -> list[str]:
    """The names of a message's files."""
    found = [dictionary(one).get("name") for one in attachments] if isinstance(attachments, list) else []
    return [name for name in found if isinstance(name, str) and name]


def texts(values: Mapping[str, Any]) -> dict[str, str]:
    """Strings as they are; numbers and yes/no (some clients send them) as text; anything else is left out."""
    return {str(key): spelling for key, item in values.items() if (spelling := spelt(item)) is not None}


def spelt(item: Any) -> str | None:
    """One value of a field."""
    if isinstance(item, bool):
        return "true" if item else "false"
    if isinstance(item, float):
        return str(int(item)) if item.is_integer() else str(item)
    if isinstance(item, str | int):
        return str(item)[:LONGEST]
    return None


def dictionary(value: Any) -> dict[str, Any]:
    """An object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def mark(incoming: Incoming) -> str:
    """What makes an activity the same as another: conversation, id, type or name. An edit has the message's id, so its time counts too.

    "" for one without an id: it cannot be known again.
    """
    if not incoming.id:
        return ""
    timed = incoming.timestamp if incoming.type in {"messageUpdate", "messageDelete"} else None
    moment = timed.isoformat() if timed else ""
    return mark_of(incoming.conversation.id, incoming.id, incoming.type, incoming.name, moment)


READERS = {
    "message": message,
    "messageUpdate": edit,
    "messageDelete": delete,
    "messageReaction": react,
    "invoke": invoke,
}
