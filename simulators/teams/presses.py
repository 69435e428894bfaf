"""A person presses a button on a card: `POST /teams/api/people/{person}/press`, and what goes with cards (search, view, consent)."""

from typing import Any

from aiohttp import web

from simulators.store import Document
from simulators.teams import cards
from simulators.teams.activities import Activity, Sender
from simulators.teams.card_rules import check_card
from simulators.teams.chats import message
from simulators.teams.delivery import Answer
from simulators.teams.errors import Refusal, bad, read_object
from simulators.teams.files import Files
from simulators.teams.hub import Hub
from simulators.teams.message_rules import FILES
from simulators.world import PEOPLE

ADAPTIVE = ("application/vnd.microsoft.card.adaptive", "application/vnd.microsoft.adaptive.card")
DIRECTORY = "graph.microsoft.com/users"
SHOWN = 15  # results of a search
UNREACHABLE = "Der er ikke forbindelse til appen. Prøv igen."  # what the client says when a press gets no answer
MOST_REFRESHERS = 60


class Presses:
    """Buttons, searches in choice sets, refresh on view, and consent to a file."""

    def __init__(self, hub: Hub, files: Files) -> None:
        self.hub = hub
        self.files = files

    def routes(self) -> list[web.RouteDef]:
        one = "/api/people/{person}"
        return [
            web.post(f"{one}/press", self.press),
            web.post(f"{one}/search", self.search),
            web.post(f"{one}/view", self.view),
            web.post(f"{one}/consent", self.consent),
        ]

    def shown(self, person: str, key: Any) -> Document:
        """The message with that id as the person sees it. Raises Refusal 404."""
        row = self.hub.chats.message(person, key) if isinstance(key, str) else None
        if not row or row["deleted"]:
            raise Refusal(404, "ActivityNotFoundInConversation", "There is no such message in this chat.")
        return row

    def card(self, person: str, key: Any) -> Document:
        """The card of that message; the one for this person alone comes first."""
        row = self.shown(person, key)
        card: Document | None = row["personalCard"] or row["card"]
        if not card:
            raise Refusal(404, "NoCard", "The message has no card.")
        return card

    async def press(self, request: web.Request) -> web.Response:
        sender = self.hub.sender(request)
        wanted = await read_object(request)
        typed = wanted.get("inputs") or {}
        if not isinstance(typed, dict):
            raise bad("inputs must be an object.")
        button = cards.find(self.card(sender.person.id, wanted.get("activity")), wanted.get("action"))
        action = self.pressable(button.action)
        try:
            values = cards.collect(button, typed)
        except cards.Invalid as invalid:
            return web.json_response({"invalid": invalid.inputs}, status=422)
        if action["type"] == "Action.Execute":
            return told(await self.execute(sender, wanted["activity"], action, values, "manual"))
        return told(await self.hub.deliver(self.submitted(sender, wanted["activity"], action, values)))

    def pressable(self, action: Document) -> Document:
        """The action that the client carries out: an old client takes the fallback of an Execute. Raises Refusal."""
        if action.get("isEnabled") is False:
            raise bad("The button is not enabled.", "NotEnabled")
        if action["type"] == "Action.Execute" and self.hub.switches.on("old_client"):
            fallback = action.get("fallback")
            if not isinstance(fallback, dict) or fallback.get("type") != "Action.Submit":
                raise Refusal(404, "NoSuchButton", "An old client does not show this button: it has no fallback.")
            return {**fallback, "associatedInputs": action.get("associatedInputs", "auto")}
        if action["type"] not in ("Action.Execute", "Action.Submit"):
            raise bad(f"{action['type']} is the client's own matter; nothing reaches the bot.", "NotSent")
        return action

    async def execute(self, sender: Sender, key: str, action: Document, values: dict[str, str], trigger: str) -> Answer:
        """Send an adaptiveCard/action, and honour a card in the answer: it is for this person alone."""
        kept: Document = {name: action[name] for name in ("id", "verb") if name in action}
        data = merged(action.get("data"), values)
        value = {"action": {"type": "Action.Execute", **kept, "data": data}, "trigger": trigger}
        answer = await self.hub.deliver(sender.invoke("adaptiveCard/action", value, self.hub.simulation.now(), replyToId=key))
        body = answer.body
        if answer.good and isinstance(body, dict) and body.get("statusCode") in (None, 200) and body.get("type") in ADAPTIVE:
            check_card(body.get("value"))
            if self.hub.chats.message(sender.person.id, key):
                self.hub.chats.change(sender.person.id, key, personalCard=body["value"])
        return answer

    def submitted(self, sender: Sender, key: str, action: Document, values: dict[str, str]) -> Activity:
        """The message that an Action.Submit becomes; `data.msteams` may make something else of it."""
        value = merged(action.get("data"), values)
        teams = value.get("msteams") if isinstance(value, dict) else None
        kind = teams.get("type") if isinstance(teams, dict) else None
        now, chats = self.hub.simulation.now(), self.hub.chats
        if isinstance(teams, dict) and kind == "imBack":
            said, new = str(teams.get("value", "")), chats.new_id()
            chats.put(sender.person.id, message(new, "me", self.hub.now(), text=said))
            return sender.message(now, new, said, [])
        if isinstance(teams, dict) and kind == "messageBack":
            return sender.activity("message", now, chats.new_id(), text=str(teams.get("text", "")), value=teams.get("value"), replyToId=key)
        if kind == "task/fetch":
            return sender.invoke("task/fetch", {"data": value, "context": {"theme": "default"}}, now, replyToId=key)
        if isinstance(teams, dict) and kind == "invoke":
            return sender.activity("invoke", now, value=teams.get("value"), replyToId=key)
        return sender.activity("message", now, chats.new_id(), value=value, replyToId=key)

    async def search(self, request: web.Request) -> web.Response:
        """Choices while a person types: from the directory, or asked of the bot."""
        sender = self.hub.sender(request)
        wanted = await read_object(request)
        card = self.card(sender.person.id, wanted.get("activity"))
        node = next((node for node, _ in cards.walk(card) if node.get("id") == wanted.get("input") and "choices.data" in node), None)
        text = wanted.get("text", "")
        if node is None or not isinstance(node["choices.data"], dict) or not isinstance(text, str):
            raise Refusal(404, "NoSuchInput", "The card has no input that searches by that id.")
        dataset = str(node["choices.data"].get("dataset", ""))
        if dataset.partition("?")[0] == DIRECTORY:
            return web.json_response({"status": 200, "results": people(text)})
        value = {"queryText": text, "queryOptions": {"skip": 0, "top": SHOWN}, "dataset": dataset}
        answer = await self.hub.deliver(sender.invoke("application/search", value, self.hub.simulation.now(), replyToId=wanted["activity"]))
        return web.json_response({"status": answer.status, "results": results(answer)})

    async def view(self, request: web.Request) -> web.Response:
        """The person sees a card: if it wants to be refreshed for them, the bot is asked for the newest."""
        sender = self.hub.sender(request)
        wanted = await read_object(request)
        row = self.shown(sender.person.id, wanted.get("activity"))
        refresh = (row["card"] or {}).get("refresh")
        ids = refresh.get("userIds") if isinstance(refresh, dict) else []
        ids = ids[:MOST_REFRESHERS] if isinstance(ids, list) else [sender.account["id"]]
        if not isinstance(refresh, dict) or sender.account["id"] not in ids:
            return web.json_response({"status": 204, "body": None})
        return told(await self.execute(sender, row["id"], refresh["action"], {}, "automatic"))

    async def consent(self, request: web.Request) -> web.Response:
        """Accept or decline a file that the bot wants to put on the person's OneDrive."""
        sender = self.hub.sender(request)
        wanted = await read_object(request)
        row = self.shown(sender.person.id, wanted.get("activity"))
        asked = next((one for one in row["attachments"] if one["contentType"] == FILES[0]), None)
        if asked is None or wanted.get("action") not in ("accept", "decline"):
            raise bad("There is no file to accept or decline.")
        content, accepted = asked["content"], wanted["action"] == "accept"
        value = {
            "type": "fileUpload",
            "action": wanted["action"],
            "context": content.get("acceptContext" if accepted else "declineContext"),
        }
        if accepted:
            value["uploadInfo"] = self.files.open_upload(str(asked.get("name", "fil")), sender.service_url)
        answer = await self.hub.deliver(sender.invoke("fileConsent/invoke", value, self.hub.simulation.now(), replyToId=row["id"]))
        return told(answer)


def merged(data: Any, values: dict[str, str]) -> Any:
    """The button's data with what was filled in; a bare text stays one when there is nothing to add."""
    if isinstance(data, dict):
        return {**data, **values}
    return values if data is None or values else data


def told(answer: Answer) -> web.Response:
    """The page's answer to a press: HTTP 200, with the bot's own status inside."""
    body = answer.body if answer.reached else {"error": {"code": "Unreachable", "message": UNREACHABLE}}
    return web.json_response({"status": answer.status, "body": body})


def people(text: str) -> list[Document]:
    """The people picker over the whole organisation: Entra object ids."""
    words = text.casefold().split()
    found = [one for one in PEOPLE if all(word in f"{one.name} {one.email}".casefold() for word in words)]
    return [{"title": f"{one.name} ({one.department})", "value": one.id} for one in found[:SHOWN]]


def results(answer: Answer) -> list[Document]:
    """The choices of a bot's answer to a search; what is not in its form is left out."""
    value = answer.body.get("value") if answer.good and isinstance(answer.body, dict) else None
    rows = value.get("results") if isinstance(value, dict) else None
    found = [one for one in rows if isinstance(one, dict)] if isinstance(rows, list) else []
    return [{"title": str(one["title"]), "value": str(one["value"])} for one in found[:SHOWN] if "title" in one and "value" in one]
