"""Message actions: "Journalisér" on a mail or a message, and the dialog that the bot answers with.

Source: "Define action commands" and "Create and submit dialogs" in the Teams documentation. Whether Outlook runs such actions on a received
mail is not settled there; the simulated mail has the shape of a message.
"""

from html import escape
from typing import Any

from aiohttp import web

from simulators.store import Document
from simulators.teams import cards
from simulators.teams.card_rules import check_card
from simulators.teams.delivery import Answer
from simulators.teams.errors import Refusal, bad, read_object
from simulators.teams.hub import Hub
from simulators.teams.mails import payload
from simulators.teams.message_rules import CARD
from simulators.teams.names import tag
from simulators.teams.people import text_of
from simulators.teams.presses import merged, told
from simulators.world import Person

COMMAND = "journalise"


class Actions:
    """The person's open dialog is kept until it is submitted or closed."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    def routes(self) -> list[web.RouteDef]:
        one = "/api/people/{person}"
        return [web.post(f"{one}/action", self.start), web.post(f"{one}/dialog/submit", self.submit)]

    async def start(self, request: web.Request) -> web.Response:
        """The person picks the action on a mail or a message; the bot answers with a dialog, a sentence or nothing."""
        sender = self.hub.sender(request)
        wanted = await read_object(request)
        kind, key, command = wanted.get("kind"), text_of(wanted, "id"), text_of(wanted, "command") or COMMAND
        if kind not in ("mail", "message"):
            raise bad("kind must be mail or message.")
        found = (
            payload(self.hub.simulation, sender.person, key) if kind == "mail" else self.message(sender.person, key, sender.conversation)
        )
        value = {"commandId": command, "commandContext": "message", "context": {"theme": "default"}, "messagePayload": found}
        place = {"id": sender.conversation, "conversationType": "personal"} if kind == "message" else elsewhere(sender.person)
        self.hub.dialogs[sender.person.id] = {"value": value, "conversation": place}
        return await self.ask(request, "composeExtension/fetchTask", {})

    def message(self, person: Person, key: str, conversation: str) -> Document:
        """A message of the chat as messagePayload. Raises Refusal 404."""
        row = self.hub.chats.message(person.id, key)
        if not row or row["deleted"] or row["type"] != "message":
            raise Refusal(404, "ActivityNotFoundInConversation", "There is no such message in this chat.")
        author = {"id": person.id, "displayName": person.name, "userIdentityType": "aadUser"}
        bot = {"id": self.hub.switches.bot, "displayName": "Kollega", "applicationIdentityType": "bot"}
        mine = row["from"] == "me"
        return {
            "id": key,
            "replyToId": None,
            "createdDateTime": row["at"],
            "lastModifiedDateTime": None,
            "deleted": False,
            "subject": None,
            "summary": row["summary"],
            "importance": "normal",
            "locale": "da-dk",
            "linkToMessage": f"https://teams.microsoft.com/l/message/{conversation}/{key}",
            "from": {"device": None, "conversation": None, "user": author if mine else None, "application": None if mine else bot},
            "body": {"contentType": "html", "content": f"<div>{escape(row['text'], quote=False)}</div>"},
            "attachments": [
                {
                    "id": one["id"],
                    "contentType": "reference",
                    "contentUrl": f"https://kk-my.sharepoint.example/{one['id']}",
                    "name": one["name"],
                }
                for one in row["attachments"]
                if "id" in one
            ],
            "mentions": [],
            "reactions": [],
        }

    async def submit(self, request: web.Request) -> web.Response:
        """A button of the open dialog."""
        person = self.hub.person(request)
        wanted = await read_object(request)
        dialog = self.hub.dialogs.get(person.id)
        if not dialog or not dialog.get("card"):
            raise Refusal(404, "NoDialog", "No dialog is open.")
        typed = wanted.get("inputs") or {}
        if not isinstance(typed, dict):
            raise bad("inputs must be an object.")
        button = cards.find(dialog["card"], wanted.get("action"))
        if button.action["type"] not in ("Action.Submit", "Action.Execute"):
            raise bad(f"{button.action['type']} is the client's own matter; nothing reaches the bot.", "NotSent")
        try:
            values = cards.collect(button, typed)
        except cards.Invalid as invalid:
            return web.json_response({"invalid": invalid.inputs}, status=422)
        return await self.ask(request, "composeExtension/submitAction", {"data": merged(button.action.get("data"), values)})

    async def ask(self, request: web.Request, name: str, more: dict[str, Any]) -> web.Response:
        """Send the invoke and keep the dialog that comes back."""
        sender = self.hub.sender(request)
        dialog = self.hub.dialogs[sender.person.id]
        activity = sender.invoke(name, {**dialog["value"], **more}, self.hub.simulation.now())
        activity["conversation"] = {**activity["conversation"], **dialog["conversation"]}
        answer = await self.hub.deliver(activity)
        card = dialog_card(answer)
        if card is not None:
            check_card(card)
            self.hub.dialogs[sender.person.id] = {**dialog, "card": card}
        elif answer.good:
            self.hub.dialogs.pop(sender.person.id, None)
        return told(answer)


def elsewhere(person: Person) -> Document:
    """The conversation of an action on a mail: none that the bot is a member of."""
    return {"id": f"19:{tag('mail', person.id)}@unq.gbl.spaces", "conversationType": "groupChat"}


def dialog_card(answer: Answer) -> Any:
    """The card of a dialog that goes on, or None."""
    task = answer.body.get("task") if answer.good and isinstance(answer.body, dict) else None
    if not isinstance(task, dict) or task.get("type") != "continue" or not isinstance(task.get("value"), dict):
        return None
    card = task["value"].get("card")
    return card.get("content") if isinstance(card, dict) and card.get("contentType") == CARD else None
