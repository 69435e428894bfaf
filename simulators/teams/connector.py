"""The Bot Connector's REST interface: what the bot calls, `/teams/v3/…`.

Source: "Bot Connector REST API" in the Bot Framework's documentation, and the limits and refusals that Teams adds.
"""

from typing import Any

from aiohttp import web

from simulators.store import Document
from simulators.teams import names
from simulators.teams.chats import TYPING, message
from simulators.teams.drawing import drawn
from simulators.teams.errors import Refusal, bad, read_object
from simulators.teams.hub import Hub, number
from simulators.teams.message_rules import check_activity, objects
from simulators.teams.streaming import Streams
from simulators.world import TENANT, Person

PAGE = 500  # the most members of a page


class Connector:
    """Conversations, activities and members."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.streams = Streams(hub)

    def routes(self) -> list[web.RouteDef]:
        one = "/v3/conversations/{conversation}"
        return [
            web.post("/v3/conversations", self.create),
            web.post(f"{one}/activities", self.send),
            web.post(f"{one}/activities/{{activity}}", self.send),
            web.put(f"{one}/activities/{{activity}}", self.update),
            web.delete(f"{one}/activities/{{activity}}", self.delete),
            web.get(f"{one}/activities/{{activity}}/members", self.members),
            web.get(f"{one}/members", self.members),
            web.get(f"{one}/pagedmembers", self.paged),
            web.get(f"{one}/members/{{member}}", self.member),
        ]

    def admit(self, request: web.Request) -> None:
        """The bot's token, and the limit for all calls together."""
        admit(self.hub, request)

    async def create(self, request: web.Request) -> web.Response:
        """The chat with a person, found or made; with `activity` the first message goes along."""
        self.admit(request)
        body = await read_object(request)
        person = self.wanted(body)
        conversation = names.conversation(self.hub.switches.bot, person)
        self.hub.limits.create(person.id)
        if not self.hub.contact(person)["installed"]:
            raise Refusal(403, "ForbiddenOperationException", "The bot is not installed in user's personal scope.")
        answer: dict[str, Any] = {"id": conversation, "serviceUrl": self.hub.service_url(request)}
        if body.get("activity") is not None:
            if not isinstance(body["activity"], dict):
                raise bad("activity must be an object.")
            check_activity(body["activity"], self.hub.switches)
            answer["activityId"] = self.accept(self.hub.reached(conversation), conversation, body["activity"])
        return web.json_response(answer, status=201)

    def wanted(self, body: dict[str, Any]) -> Person:
        """The one member of a new chat. Raises Refusal."""
        data = body.get("channelData")
        tenant_of = data.get("tenant") if isinstance(data, dict) else None
        tenant = body.get("tenantId") or (tenant_of.get("id") if isinstance(tenant_of, dict) else None)
        bot = body.get("bot")
        members = objects(body, "members")
        if body.get("isGroup"):
            raise Refusal(403, "BotNotInConversationRoster", "The bot is in no team.")
        if not tenant:
            raise bad("tenantId is missing.")
        if tenant != TENANT:
            raise Refusal(403, "Forbidden", "The tenant is not known.")
        if isinstance(bot, dict) and bot.get("id") not in (None, self.hub.switches.bot):
            raise Refusal(403, "Forbidden", "The bot's id is not that of the caller.")
        key = members[0].get("id") if len(members) == 1 else None
        person = names.roster(self.hub.switches.bot).member(key) if isinstance(key, str) else None
        if not person:
            raise bad("members must hold one member, by 29:… id or Entra object id.", "BadSyntax")
        return person

    def place(self, request: web.Request) -> tuple[str, Person]:
        """The conversation of the address and its person, held for a write."""
        self.admit(request)
        conversation = request.match_info["conversation"]
        person = self.hub.reached(conversation)
        self.hub.limits.hold(conversation)
        return conversation, person

    async def send(self, request: web.Request) -> web.Response:
        conversation, person = self.place(request)
        activity = await read_object(request)
        check_activity(activity, self.hub.switches)
        if stream := self.streams.info(activity):
            self.hub.limits.send(conversation)
            return self.streams.take(person, activity, stream)
        key = self.accept(person, conversation, activity)
        return web.json_response({"id": key} if key else {}, status=201)

    def accept(self, person: Person, conversation: str, activity: dict[str, Any]) -> str:
        """Show a checked activity. Gives its id; "" where Teams made two messages of it."""
        attachments = objects(activity, "attachments")
        split = activity["type"] == "message" and bool(activity.get("text")) and bool(attachments)
        self.hub.limits.send(conversation, 2 if split else 1)
        if activity["type"] == "typing":
            self.hub.chats.put(person.id, message(TYPING, "bot", self.hub.now(), TYPING))
            return self.hub.chats.new_id()
        if not split:
            return self.show(person, activity)
        self.show(person, {**activity, "attachments": []})
        self.show(person, {**activity, "text": ""})
        return ""

    def show(self, person: Person, activity: dict[str, Any]) -> str:
        """One new message in the person's chat."""
        key = self.hub.chats.new_id()
        self.hub.chats.put(person.id, message(key, "bot", self.hub.now(), **drawn(activity)))
        return key

    def own(self, request: web.Request, person: Person) -> Document:
        """The bot's message of the address. Raises Refusal 404, and 403 for somebody else's."""
        row = self.hub.chats.message(person.id, request.match_info["activity"])
        if not row or row["deleted"] or row["type"] != "message":
            raise Refusal(404, "ActivityNotFoundInConversation", "The activity was not found in the conversation.")
        if row["from"] != "bot":
            raise Refusal(403, "NotEnoughPermissions", "Only the bot's own messages may be changed.")
        return row

    async def update(self, request: web.Request) -> web.Response:
        """The whole message anew; a text is marked as edited, a card is not."""
        conversation, person = self.place(request)
        activity = await read_object(request)
        row = self.own(request, person)
        check_activity(activity, self.hub.switches)
        if activity["type"] != "message":
            raise bad("Only a message can take the place of a message.")
        self.hub.limits.send(conversation)
        new = drawn(activity)
        self.hub.chats.change(person.id, row["id"], **new, edited=new["card"] is None, personalCard=None)
        return web.json_response({"id": row["id"]})

    async def delete(self, request: web.Request) -> web.Response:
        conversation, person = self.place(request)
        row = self.own(request, person)
        self.hub.limits.send(conversation)
        self.hub.chats.change(person.id, row["id"], text="", card=None, attachments=[], suggestions=[], personalCard=None, deleted=True)
        return web.Response(status=200)

    def reader(self, request: web.Request) -> Person:
        """The person of a conversation whose members are asked for."""
        self.admit(request)
        conversation = request.match_info["conversation"]
        person = self.hub.reached(conversation)
        self.hub.limits.read(conversation)
        return person

    async def members(self, request: web.Request) -> web.Response:
        return web.json_response([names.account(self.hub.switches.bot, self.reader(request))])

    async def paged(self, request: web.Request) -> web.Response:
        person = self.reader(request)
        size = number(request.query.get("pageSize", PAGE), 0)
        if not 1 <= size <= PAGE:
            raise bad(f"pageSize must be 1 to {PAGE}.")
        if request.query.get("continuationToken"):
            raise bad("The continuationToken is not valid.")
        return web.json_response({"members": [names.account(self.hub.switches.bot, person)]})

    async def member(self, request: web.Request) -> web.Response:
        person = self.reader(request)
        wanted = names.roster(self.hub.switches.bot).anyone(request.match_info["member"])
        if wanted is not person:
            raise Refusal(404, "MemberNotFoundInConversation", "The member was not found in the conversation.")
        return web.json_response(names.account(self.hub.switches.bot, person))


def admit(hub: Hub, request: web.Request) -> None:
    """Check the bot's token where sign-in is on, and count the call."""
    if app_id := hub.switches.app_id:
        hub.tokens.check(request.headers.get("Authorization"), app_id)
    hub.limits.tenant()
