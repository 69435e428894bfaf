"""The newest mails of a person's simulated inbox: for the mail pane of the page, and as what a message action carries."""

from typing import Any
from urllib.parse import quote

from simulators.graph.mailbox import WITHOUT, Mailbox
from simulators.graph.wire import Refusal as GraphRefusal
from simulators.simulation import Simulation
from simulators.store import Document
from simulators.teams.errors import Refusal
from simulators.world import BY_EMAIL, Person

SHOWN = 25  # mails in the pane
PREVIEW = 160  # characters


def newest(simulation: Simulation, person: Person) -> list[dict[str, Any]]:
    """The newest mails first, by their immutable Graph ids. Nobody's mailbox is an empty one."""
    if person.id in WITHOUT:
        return []
    box = Mailbox(simulation, person)
    found = sorted(box.in_folder("inbox"), key=lambda one: str(one["received"]), reverse=True)[:SHOWN]
    return [
        {
            "id": box.message_id(one, immutable=True),
            "subject": one["subject"],
            "from": one["from"][0],
            "received": one["received"],
            "preview": " ".join(one["text"].split())[:PREVIEW],
            "attachments": len(files(one)),
        }
        for one in found
    ]


def files(one: Document) -> list[dict[str, Any]]:
    """What hangs on a mail, without the pictures in its text."""
    return [each for each in one["attachments"] if not each["inline"]]


def payload(simulation: Simulation, person: Person, key: str) -> dict[str, Any]:
    """A mail in the shape of a messagePayload. Raises Refusal 404."""
    try:
        one = Mailbox(simulation, person).message(key)
    except GraphRefusal:
        raise Refusal(404, "NotFound", "There is no such mail in this mailbox.") from None
    name, email = one["from"]
    author = BY_EMAIL.get(email)
    user = {"id": author.id if author else None, "displayName": name, "userIdentityType": "aadUser" if author else "anonymousGuest"}
    return {
        "id": key,
        "replyToId": None,
        "createdDateTime": one["received"],
        "lastModifiedDateTime": None,
        "deleted": False,
        "subject": one["subject"],
        "summary": None,
        "importance": one["importance"],
        "locale": "da-dk",
        "linkToMessage": f"https://outlook.office365.com/owa/?ItemID={quote(key, safe='')}&exvsurl=1&viewmodel=ReadMessageItem",
        "from": {"application": None, "device": None, "conversation": None, "user": user},
        "body": {"contentType": "html", "content": one["html"] or one["text"]},
        "attachments": [
            {"id": str(place), "contentType": "reference", "contentUrl": None, "name": each["name"]}
            for place, each in enumerate(files(one))
        ],
        "mentions": [],
        "reactions": [],
    }
