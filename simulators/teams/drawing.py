"""What the page shows of an activity that the bot sent."""

from typing import Any

from simulators.store import Document
from simulators.teams.message_rules import CARD, first_card, objects

SUGGESTED = 3  # suggested actions that are shown; the rest is dropped


def drawn(activity: dict[str, Any]) -> Document:
    """What the page shows of the bot's message. Suggested actions beside a card are dropped."""
    attachments = objects(activity, "attachments")
    wanted = activity.get("suggestedActions")
    actions = objects(wanted, "actions")[:SUGGESTED] if isinstance(wanted, dict) and not attachments else []
    rest = [one for one in attachments if one.get("contentType") != CARD]
    return {
        "text": activity.get("text") or "",
        "summary": activity.get("summary"),
        "textFormat": activity.get("textFormat") or "markdown",
        "card": first_card(attachments),
        "attachments": [*rest, *[one for one in attachments if one.get("contentType") == CARD][1:]],
        "suggestions": [{"title": one["title"], "value": str(one.get("value", one["title"]))} for one in actions],
        "feedback": bool((activity.get("channelData") or {}).get("feedbackLoop")),
        "ai": any(one.get("additionalType") == ["AIGeneratedContent"] for one in objects(activity, "entities")),
    }
