"""What an invoke is answered with: plain JSON (the SDK's models fail on half of these).

Source: "Universal Actions for Adaptive Cards" and "Task modules" (Microsoft Learn). The HTTP status is 200 whenever the bot ran.
"""

from typing import Any

from bot.incoming import Incoming

Json = dict[str, Any]

SEE_BELOW = "Se svaret herunder."
RECEIVED = "Modtaget."
SEE_CHAT = "Jeg har svaret i vores chat."
LATER = "Det tager lidt længere tid. Svaret kommer her i chatten."
LATER_CHAT = "Det tager lidt længere tid. Svaret kommer i vores chat."
UNREADABLE = "Den knap kan jeg ikke læse. Skriv til mig i stedet."


def message(text: str) -> Json:
    """A short message under the pressed card."""
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": text}


def card(drawn: Json) -> Json:
    """A card in the place of the pressed one, for the one who pressed."""
    return {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": drawn}


def error(text: str) -> Json:
    """The press could not be read."""
    return {"statusCode": 400, "type": "application/vnd.microsoft.error", "value": {"code": "BadRequest", "message": text}}


def task(text: str) -> Json:
    """A dialog that says one thing and closes."""
    return {"task": {"type": "message", "value": text}}


def is_task(name: str) -> bool:
    """An invoke that is answered with a dialog."""
    return name in {"task/fetch", "task/submit", "composeExtension/fetchTask", "composeExtension/submitAction", "message/fetchTask"}


def plain(name: str) -> Json | None:
    """The answer to an invoke that Kollega does nothing with; None for one that is unknown."""
    if name == "application/search":
        return {"statusCode": 200, "type": "application/vnd.microsoft.search.searchResponse", "value": {"results": []}}
    if name in {
        "composeExtension/query",
        "composeExtension/selectItem",
        "composeExtension/queryLink",
        "composeExtension/anonymousQueryLink",
    }:
        return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": []}}
    return {} if not name or name.startswith(("signin/", "fileConsent/", "message/", "composeExtension/")) else None


def unknown(name: str) -> Json:
    """With status 404: nothing in the app's manifest leads here."""
    return {"error": {"code": "UnknownInvoke", "message": f"{name[:100]} is not served"}}


def late(incoming: Incoming) -> Json:
    """What is said when the work takes longer than Teams waits for."""
    if incoming.name == "adaptiveCard/action":
        return message(LATER)
    return task(LATER_CHAT) if is_task(incoming.name) else {}
