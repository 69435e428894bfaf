"""What a person does in the chat with the bot: open it, write, read, edit, delete, react, leave."""

from typing import Any

from aiohttp import web

from simulators.store import Document
from simulators.teams.activities import Sender, paragraph
from simulators.teams.chats import TYPING, message
from simulators.teams.errors import Refusal, bad, read_object
from simulators.teams.files import Files
from simulators.teams.hub import Hub, number
from simulators.teams.mails import newest
from simulators.teams.message_rules import objects
from simulators.world import PEOPLE, Person

LONGEST_WAIT = 20.0  # seconds of one long poll
REACTIONS = ("like", "heart", "laugh", "surprised", "sad", "angry")


class People:
    """The chat's addresses of the page's interface."""

    def __init__(self, hub: Hub, files: Files) -> None:
        self.hub = hub
        self.files = files

    def routes(self) -> list[web.RouteDef]:
        one = "/api/people/{person}"
        return [
            web.get("/api/people", self.everyone),
            web.post(f"{one}/open", self.open),
            web.get(f"{one}/messages", self.read),
            web.post(f"{one}/messages", self.write),
            web.post(f"{one}/edit", self.edit),
            web.post(f"{one}/delete", self.delete),
            web.post(f"{one}/react", self.react),
            web.post(f"{one}/feedback", self.feedback),
            web.post(f"{one}/uninstall", self.uninstall),
            web.post(f"{one}/block", self.block),
            web.get(f"{one}/mails", self.mails),
        ]

    async def everyone(self, request: web.Request) -> web.Response:
        del request
        return web.json_response([{"id": one.id, "name": one.name, "title": one.title, "department": one.department} for one in PEOPLE])

    async def open(self, request: web.Request) -> web.Response:
        """The person opens the chat; the first time that installs the app."""
        return web.json_response({"conversation": await self.hub.open(self.hub.sender(request))})

    async def read(self, request: web.Request) -> web.Response:
        """What changed after a sequence number; with `wait` as soon as something does."""
        person = self.hub.person(request).id
        after = int(number(request.query.get("after"), 0))
        await self.hub.chats.wait(person, after, min(number(request.query.get("wait"), 0), LONGEST_WAIT))
        return web.json_response({"sequence": self.hub.chats.latest(person), "messages": self.hub.chats.since(person, after)})

    async def write(self, request: web.Request) -> web.Response:
        """A message with files, perhaps as an answer to another. Answers when the bot has."""
        sender = self.hub.sender(request)
        wanted = await read_object(request)
        text = text_of(wanted, "text")
        quoted = self.mine_or_bots(sender.person, wanted["replyTo"]) if wanted.get("replyTo") else None
        sent, shown = self.files.attach(objects(wanted, "files"), sender.service_url)
        if not text.strip() and not sent:
            raise bad("There is nothing to send.")
        await self.hub.open(sender)
        key = self.hub.chats.new_id()
        more = {"quoted": quoted["id"]} if quoted else {}
        self.hub.chats.put(sender.person.id, message(key, "me", self.hub.now(), text=text, attachments=shown, **more))
        answer = await self.hub.deliver(sender.message(self.hub.simulation.now(), key, text, sent, quoted))
        return web.json_response({"id": key, "status": answer.status})

    def mine_or_bots(self, person: Person, key: Any) -> Document:
        """A message of this chat. Raises Refusal 404."""
        row = self.hub.chats.message(person.id, key) if isinstance(key, str) else None
        if not row or row["deleted"] or row["id"] == TYPING:
            raise Refusal(404, "ActivityNotFoundInConversation", "There is no such message in this chat.")
        return row

    def mine(self, person: Person, key: Any) -> Document:
        """A message that the person wrote. Raises Refusal 403 or 404."""
        row = self.mine_or_bots(person, key)
        if row["from"] != "me":
            raise Refusal(403, "NotEnoughPermissions", "Only one's own messages may be changed.")
        return row

    async def edit(self, request: web.Request) -> web.Response:
        sender = self.hub.sender(request)
        wanted = await read_object(request)
        row, text = self.mine(sender.person, wanted.get("id")), text_of(wanted, "text")
        if not text.strip():
            raise bad("There is nothing to send.")
        self.hub.chats.change(sender.person.id, row["id"], text=text, edited=True)
        html = [{"contentType": "text/html", "content": paragraph(text)}]
        return await self.tell(sender, "messageUpdate", row["id"], "editMessage", text=text, textFormat="plain", attachments=html)

    async def delete(self, request: web.Request) -> web.Response:
        sender = self.hub.sender(request)
        row = self.mine(sender.person, (await read_object(request)).get("id"))
        self.hub.chats.change(sender.person.id, row["id"], text="", attachments=[], deleted=True)
        return await self.tell(sender, "messageDelete", row["id"], "softDeleteMessage")

    async def tell(self, sender: Sender, kind: str, key: str, event: str, **more: Any) -> web.Response:
        """A change of a message, under its own id."""
        activity = sender.activity(kind, self.hub.simulation.now(), key, channelData={"eventType": event}, **more)
        return web.json_response({"status": (await self.hub.deliver(activity)).status})

    async def react(self, request: web.Request) -> web.Response:
        """Put a reaction on a message, or take it away. The bot hears of those on its own messages."""
        sender = self.hub.sender(request)
        wanted = await read_object(request)
        row, kind = self.mine_or_bots(sender.person, wanted.get("id")), wanted.get("type")
        if kind not in REACTIONS:
            raise bad(f"type must be one of {REACTIONS}.")
        there = kind in row["reactions"]
        reactions = [one for one in row["reactions"] if one != kind] if there else [*row["reactions"], kind]
        self.hub.chats.change(sender.person.id, row["id"], reactions=reactions)
        if row["from"] != "bot":
            return web.json_response({"status": 204})
        change: dict[str, Any] = {"reactionsRemoved" if there else "reactionsAdded": [{"type": kind}]}
        activity = sender.activity("messageReaction", self.hub.simulation.now(), replyToId=row["id"], **change)
        return web.json_response({"status": (await self.hub.deliver(activity)).status})

    async def feedback(self, request: web.Request) -> web.Response:
        """Thumb up or down under a message that asks for it."""
        sender = self.hub.sender(request)
        wanted = await read_object(request)
        row = self.mine_or_bots(sender.person, wanted.get("id"))
        if wanted.get("reaction") not in ("like", "dislike") or not row.get("feedback"):
            raise bad("The message asks for no feedback, or reaction is neither like nor dislike.")
        said = '{"feedbackText":""}'
        value = {"actionName": "feedback", "actionValue": {"reaction": wanted["reaction"], "feedback": said}}
        activity = sender.invoke("message/submitAction", value, self.hub.simulation.now(), replyToId=row["id"])
        answer = await self.hub.deliver(activity)
        return web.json_response({"status": answer.status, "body": answer.body})

    async def uninstall(self, request: web.Request) -> web.Response:
        """The person removes the app: from now on the bot's writes get 403."""
        sender = self.hub.sender(request)
        self.hub.contacts[sender.person.id] = {**self.hub.contact(sender.person), "installed": False}
        activity = sender.activity("installationUpdate", self.hub.simulation.now(), action="remove")
        return web.json_response({"status": (await self.hub.deliver(activity)).status})

    async def block(self, request: web.Request) -> web.Response:
        """The person blocks the bot, or lets it write again ({"blocked": false}). The bot is not told."""
        person = self.hub.person(request)
        blocked = (await read_object(request)).get("blocked", True)
        if not isinstance(blocked, bool):
            raise bad("blocked must be true or false.")
        self.hub.contacts[person.id] = {**self.hub.contact(person), "blocked": blocked}
        return web.json_response({"blocked": blocked})

    async def mails(self, request: web.Request) -> web.Response:
        return web.json_response(newest(self.hub.simulation, self.hub.person(request)))


def text_of(wanted: dict[str, Any], name: str) -> str:
    """A text of the request, "" when it is absent."""
    found = wanted.get(name, "")
    if not isinstance(found, str):
        raise bad(f"{name} must be a text.")
    return found
