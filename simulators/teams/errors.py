"""How the Bot Connector says no: `{"error": {"code", "message"}}` with its documented codes."""

import json
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from typing_extensions import override

CODES = {  # what an injected status carries
    400: ("BadArgument", "The request is not valid."),
    401: ("Unauthorized", "Authorization has been denied for this request."),
    403: ("BotNotInConversationRoster", "The bot is not part of the conversation roster."),
    404: ("ConversationNotFound", "Conversation not found."),
    405: ("MethodNotAllowed", "The method is not allowed here."),
    412: ("PreconditionFailed", "The conversation is being written by somebody else."),
    413: ("MessageSizeTooBig", "Message size too large."),
    429: ("Throttled", "Too many requests."),
}


class Refusal(Exception):
    """An answer of Teams that is no success."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def response(self) -> web.Response:
        return web.json_response(body(self.code, self.message), status=self.status, headers=self.headers)


class OldRefusal(Refusal):
    """The same in the form of older paths: the message is JSON inside a string."""

    @override
    def response(self) -> web.Response:
        inner = json.dumps({"subCode": self.code, "details": self.message})
        return web.json_response({"errorCode": 209, "message": inner}, status=self.status, headers=self.headers)


def body(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


def bad(message: str, code: str = "BadArgument") -> Refusal:
    """The bot has a fault."""
    return Refusal(400, code, message)


def injected(status: int) -> web.Response:
    """Teams' answer for a status that a test asked for."""
    code, message = CODES.get(status, ("ServiceError", "Unknown service error."))
    return web.json_response(body(code, message), status=status)


@web.middleware
async def answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn each refusal, aiohttp's own included, into Teams' form."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return refusal.response()
    except web.HTTPException as other:
        if other.status < 400:
            raise
        code, message = CODES.get(other.status, ("BadSyntax", other.reason))
        headers = {"Allow": other.headers["Allow"]} if "Allow" in other.headers else {}
        return web.json_response(body("NotFound" if other.status == 404 else code, message), status=other.status, headers=headers)


async def read_object(request: web.Request) -> dict[str, Any]:
    """The JSON object of a request. Raises Refusal 400 for anything else."""
    try:
        found = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise bad("The body is not valid JSON.", "BadSyntax") from None
    if not isinstance(found, dict):
        raise bad("The body must be a JSON object.", "BadSyntax")
    return found
