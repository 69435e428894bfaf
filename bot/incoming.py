"""What Teams sends, checked for shape before anything else looks at it.

The shapes follow Microsoft's Bot Framework activity schema as Teams fills it in. `value`, `channelData`, entities and attachments are kept
as they came: the SDK's own model loses every property that it does not know.
"""

from datetime import datetime
from typing import Annotated, Any

import pydantic
from aiohttp import web
from botbuilder.schema import Activity, ChannelAccount, ConversationAccount
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, field_validator

MAX_BODY = 1024 * 1024  # bytes; Teams' own limit for a message is 100 KB


class Refusal(Exception):
    """A request that is not let in: an HTTP status and a reason for the caller, without anything of ours in it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason

    @property
    def response(self) -> web.Response:
        """The answer. Nothing else is said: no trace, no echo of what came."""
        headers = {405: {"Allow": "POST"}, 401: {"WWW-Authenticate": "Bearer"}}.get(self.status, {})
        return web.json_response(
            {"error": {"code": CODES.get(self.status, "BadArgument"), "message": self.reason}}, status=self.status, headers=headers
        )


CODES = {
    401: "Unauthorized",
    403: "Forbidden",
    405: "MethodNotAllowed",
    413: "MessageSizeTooBig",
    415: "UnsupportedMediaType",
    503: "ServiceError",
}


def emptied(value: Any) -> Any:
    """Teams leaves a text out or sends null: both are the empty text here."""
    return "" if value is None else value


def listed(value: Any) -> Any:
    """The same for lists."""
    return [] if value is None else value


Text = Annotated[str, BeforeValidator(emptied)]
Id = Annotated[
    str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00-\x1f\x7f]+$")
]  # goes into addresses, file locks and keys
Bags = Annotated[list[dict[str, Any]], BeforeValidator(listed)]


class Shape(BaseModel):
    """Unknown properties are allowed: the channel adds to them all the time."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Account(Shape):
    """A person or a bot. `aad_object_id` is the Entra object id, absent for bots and guests' connectors."""

    id: Id
    name: Text = ""
    aad_object_id: Text = Field(default="", alias="aadObjectId")


class Conversation(Shape):
    """Where it was said. `kind`: personal, groupChat or channel."""

    id: Id
    kind: Text = Field(default="", alias="conversationType")
    tenant_id: Text = Field(default="", alias="tenantId")
    is_group: bool | None = Field(default=None, alias="isGroup")

    @property
    def is_personal(self) -> bool:
        """A chat between one person and the bot alone."""
        return self.kind == "personal" if self.kind else not self.is_group

    def as_sdk(self, tenant: str | None) -> ConversationAccount:
        """The SDK's object, with the tenant that its own reader misses."""
        fields: dict[str, Any] = {"id": self.id, "conversation_type": self.kind or None, "is_group": self.is_group}
        return ConversationAccount(tenant_id=tenant, **fields)


class Incoming(Shape):
    """One activity. `type`, `channelId`, `serviceUrl`, `conversation`, `from` and `recipient` must be there."""

    type: Id
    channel_id: Id = Field(alias="channelId")
    service_url: Id = Field(alias="serviceUrl")
    conversation: Conversation
    sender: Account = Field(alias="from")
    recipient: Account
    id: Annotated[str, BeforeValidator(emptied), StringConstraints(max_length=1000)] = ""
    name: Text = ""
    action: Text = ""
    timestamp: AwareDatetime | None = None
    text: Text = ""
    text_format: Text = Field(default="", alias="textFormat")
    reply_to_id: Text = Field(default="", alias="replyToId")
    locale: Text = ""
    value: Any = None
    channel_data: Any = Field(default=None, alias="channelData")
    attachments: Bags = []
    entities: Bags = []
    members_added: Annotated[list[Account], BeforeValidator(listed)] = Field(default=[], alias="membersAdded")
    members_removed: Annotated[list[Account], BeforeValidator(listed)] = Field(default=[], alias="membersRemoved")
    reactions_added: Bags = Field(default=[], alias="reactionsAdded")

    @field_validator("timestamp", mode="before")
    @classmethod
    def a_time_in_words(cls, value: Any) -> Any:
        """Only ISO 8601 text: a number would be read as seconds since 1970."""
        if value is None or isinstance(value, str):
            return value
        raise ValueError("must be a text")

    @property
    def tenants(self) -> set[str]:
        """The tenant, as said in the conversation and in channelData (both, one or none)."""
        data = self.channel_data if isinstance(self.channel_data, dict) else {}
        tenant = data.get("tenant")
        other = tenant.get("id") if isinstance(tenant, dict) else None
        return {one for one in (self.conversation.tenant_id, other) if isinstance(one, str) and one}

    @property
    def event_type(self) -> str:
        """`channelData.eventType` ("editMessage", "softDeleteMessage"), or nothing."""
        found = self.channel_data.get("eventType") if isinstance(self.channel_data, dict) else ""
        return found if isinstance(found, str) else ""

    @property
    def values(self) -> dict[str, Any]:
        """`value` where it is an object, else an empty one."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def bot_was_added(self) -> bool:
        return any(member.id == self.recipient.id for member in self.members_added)

    def when(self, now: datetime) -> datetime:
        """When the channel says it was written; `now` where it does not say."""
        return self.timestamp or now

    def as_sdk(self) -> Activity:
        """The SDK's object, for its TurnContext and middleware. Made by hand: its own reader costs 0.2 ms and loses the tenant."""
        fields: dict[str, Any] = {
            "type": self.type,
            "id": self.id,
            "name": self.name or None,
            "timestamp": self.timestamp,
            "text": self.text,
            "value": self.value,
            "locale": self.locale or None,
            "channel_id": self.channel_id,
            "channel_data": self.channel_data,
            "service_url": self.service_url,
            "reply_to_id": self.reply_to_id or None,
            "from_property": sdk_account(self.sender),
            "recipient": sdk_account(self.recipient),
            "conversation": self.conversation.as_sdk(next(iter(self.tenants), None)),
        }
        return Activity(**fields)


def sdk_account(account: Account) -> ChannelAccount:
    """The SDK's object for a person or a bot."""
    fields: dict[str, Any] = {"id": account.id, "name": account.name, "aad_object_id": account.aad_object_id or None}
    return ChannelAccount(**fields)


async def receive(request: web.Request) -> Incoming:
    """Read a request. Raises Refusal: 405 not a POST, 415 not JSON by its header, 413 over 1 MiB, 400 anything else that is no activity."""
    if request.method != "POST":
        raise Refusal(405, "only POST is served here")
    if request.content_type != "application/json":
        raise Refusal(415, "Content-Type must be application/json")
    body = await read(request)
    try:
        return Incoming.model_validate_json(body)
    except pydantic.ValidationError as error:
        fault = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise Refusal(400, f"{where}: {fault['msg']}" if where else "the body is not a JSON object") from None


async def read(request: web.Request) -> bytes:
    """The body, never more than the cap, whatever the application allows elsewhere and however well it is packed."""
    if (request.content_length or 0) > MAX_BODY:
        raise Refusal(413, "the body is larger than 1 MiB")
    parts, size = [], 0
    try:
        async for part in request.content.iter_any():
            size += len(part)
            if size > MAX_BODY:
                raise Refusal(413, "the body is larger than 1 MiB")
            parts.append(part)
    except web.RequestPayloadError:
        raise Refusal(400, "the body cannot be unpacked") from None
    return b"".join(parts)
