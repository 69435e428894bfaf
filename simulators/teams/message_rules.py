"""What Teams takes from a bot, and what it refuses: sizes, mentions, entities, attachments."""

import json
import re
from typing import Any

from simulators.teams.card_rules import check_card
from simulators.teams.errors import Refusal, bad
from simulators.teams.switches import Switches

LIMIT = 100 * 1024  # bytes of the whole payload in UTF-16, inline images not counted
OLD_LIMIT = 28_000  # bytes of JSON in UTF-8
CARD = "application/vnd.microsoft.card.adaptive"
FILES = "application/vnd.microsoft.teams.card.file.consent", "application/vnd.microsoft.teams.card.file.info"
CARDS = (
    CARD,
    *FILES,
    *(f"application/vnd.microsoft.card.{kind}" for kind in ("hero", "thumbnail", "signin", "oauth", "receipt")),
    "application/vnd.microsoft.teams.card.list",
    "application/vnd.microsoft.teams.card.o365connector",
)
KINDS = ("message", "typing")
MOST_ATTACHMENTS = 10
SCHEMA = "https://schema.org/Message"
AT = re.compile(r"<at[^>]*>.*?</at>", re.DOTALL)
INLINE = re.compile(r"data:image/[a-z+.-]+;base64,[A-Za-z0-9+/=]+")


def check_activity(activity: dict[str, Any], switches: Switches) -> None:
    """Raises Refusal 400 or 413 for what Teams would not show."""
    check_size(activity, small=switches.on("small_messages"))
    if activity.get("type") not in KINDS:
        raise bad(f"Activity type {activity.get('type')!r} is missing or can't be sent to Teams.")
    for name in ("text", "summary", "locale", "replyToId", "speak"):
        if not isinstance(activity.get(name, ""), str | None):
            raise bad(f"{name} must be a text.")
    if activity.get("textFormat") not in (None, "plain", "markdown", "xml"):
        raise bad("textFormat must be plain, markdown or xml.")
    if not isinstance(activity.get("channelData", {}), dict | None):
        raise bad("channelData must be an object.")
    attachments = objects(activity, "attachments")
    check_attachments(attachments)
    check_entities(activity, attachments)
    check_suggestions(activity)
    if activity["type"] == "message" and not (activity.get("text") or "").strip() and not attachments:
        raise bad("The message has neither text nor attachments.")


def check_size(activity: dict[str, Any], *, small: bool) -> None:
    """The size rule; base64 images don't count."""
    text = INLINE.sub("", json.dumps(activity, ensure_ascii=False, separators=(",", ":")))
    if len(text.encode("utf-16-le", "surrogatepass")) > LIMIT or (small and len(text.encode("utf-8", "surrogatepass")) >= OLD_LIMIT):
        raise Refusal(413, "MessageSizeTooBig", "Message size too large.")


def objects(activity: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects, empty when it is absent."""
    found = activity.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise bad(f"{name} must be a list of objects.")
    return found


def check_attachments(attachments: list[dict[str, Any]]) -> None:
    if len(attachments) > MOST_ATTACHMENTS:
        raise bad(f"{len(attachments)} attachments; {MOST_ATTACHMENTS} is the most.")
    for one in attachments:
        kind = one.get("contentType")
        if kind == CARD:
            check_card(one.get("content"))
        elif isinstance(kind, str) and kind.startswith("image/"):
            url = one.get("contentUrl")
            if not isinstance(url, str) or not url.startswith(("https://", "data:image/")):
                raise bad("An image needs an https address or a data URI.")
        elif kind not in CARDS or not isinstance(one.get("content"), dict):
            raise bad(f"Attachment of type {kind!r} is not supported, or has no content.")


def check_entities(activity: dict[str, Any], attachments: list[dict[str, Any]]) -> None:
    """Mentions that match the text both ways, and at most one schema.org message with citations inside their limits."""
    entities = objects(activity, "entities")
    if not all(isinstance(one.get("type"), str) for one in entities):
        raise bad("An entity without a type.")
    text = activity.get("text") or ""
    where = text + json.dumps(attachments, ensure_ascii=False)
    mentions = [one for one in entities if one["type"] == "mention"]
    for mention in mentions:
        who = mention.get("mentioned")
        if not isinstance(who, dict) or not who.get("id") or not isinstance(mention.get("text"), str):
            raise bad("A mention needs text and mentioned with id and name.")
        if mention["text"] not in where:
            raise bad(f"The mention {mention['text']!r} does not stand in the message.")
    known = {mention["text"] for mention in mentions}
    if any(found not in known for found in AT.findall(text)):
        raise bad("The text mentions somebody without an entity.")
    schema = [one for one in entities if one["type"] == SCHEMA]
    if len(schema) > 1:
        raise bad(f"Only one entity of type {SCHEMA} is allowed.")
    for one in schema:
        check_citations(objects(one, "citation"))


def check_citations(citations: list[dict[str, Any]]) -> None:
    if len(citations) > 20:
        raise bad("More than 20 citations.")
    for one in citations:
        shown = one.get("appearance")
        if not isinstance(shown, dict) or not isinstance(one.get("position"), int):
            raise bad("A citation needs position and appearance.")
        words = shown.get("keywords") or []
        fits = len(str(shown.get("name", ""))) <= 80 and 0 < len(str(shown.get("abstract", ""))) <= 160
        if not fits or not isinstance(words, list) or len(words) > 3 or any(len(str(word)) > 28 for word in words):
            raise bad("A citation is over its limits: name 80, abstract 160, three keywords of 28 characters.")


def check_suggestions(activity: dict[str, Any]) -> None:
    """Suggested actions are a list of imBack actions."""
    wanted = activity.get("suggestedActions")
    if wanted is None:
        return
    if not isinstance(wanted, dict):
        raise bad("suggestedActions must be an object.")
    for action in objects(wanted, "actions"):
        if action.get("type") not in ("imBack", "Action.Compose") or not isinstance(action.get("title"), str):
            raise bad("A suggested action must be of type imBack, with a title.")


def first_card(attachments: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The first adaptive card, or None."""
    return next((one["content"] for one in attachments if one.get("contentType") == CARD), None)
