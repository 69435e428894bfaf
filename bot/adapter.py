"""The bot's side of the Bot Framework protocol: the SDK's adapter with the faults of its last version (4.17.1) mended.

Only BotAdapter, TurnContext and Activity of the SDK are used. Receiving, checking, answering invokes and sending are our own: `incoming`,
`auth`, `answers`, `send`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import web
from botbuilder.core import BotAdapter, InvokeResponse, TurnContext
from botbuilder.schema import Activity, ConversationAccount, ConversationParameters, ConversationReference, ResourceResponse
from typing_extensions import override

from bot import answers
from bot.auth import Gate
from bot.incoming import Incoming, Refusal, receive
from bot.outward import outward
from bot.send import Sender
from bot.trail import trail

PATIENCE = 10.0  # seconds; Teams gives up after 15 and sends the activity again
FAREWELL = 20.0  # seconds that unfinished turns get when the process stops
INCOMING = "kollega.incoming"
ANSWER = BotAdapter._INVOKE_RESPONSE_KEY  # noqa: SLF001 - the SDK's middleware looks for an invoke's answer under this name

Logic = Callable[[TurnContext], Awaitable[None]]
log = structlog.get_logger()


def incoming_of(context: TurnContext) -> Incoming:
    """The activity of this turn, as it came."""
    found = context.turn_state[INCOMING]
    assert isinstance(found, Incoming)  # noqa: S101 - put there by Adapter.process, nobody else
    return found


def answer(context: TurnContext, body: Any, status: int = 200) -> None:
    """Set what the invoke of this turn is answered with."""
    context.turn_state[ANSWER] = InvokeResponse(status=status, body=body)


class Adapter(BotAdapter):
    """One for the process. `patience`: seconds until a request is answered though its turn goes on."""

    def __init__(self, gate: Gate, sender: Sender, patience: float = PATIENCE) -> None:
        super().__init__()
        self.sender = sender
        self._gate = gate
        self._patience = patience
        self._running: set[asyncio.Task[None]] = set()

    async def process(self, request: web.Request, logic: Logic) -> web.Response:
        """One request: 201 for a message, 200 and a body for an invoke, 4xx for what is not let in."""
        try:
            incoming = await receive(request)
            await self._gate.check(request.headers.getall("Authorization", ()), request.remote, incoming)
        except Refusal as refusal:
            log.info("request refused", status=refusal.status, reason=refusal.reason)
            return refusal.response
        context = TurnContext(self, incoming.as_sdk())
        context.turn_state[INCOMING] = incoming
        done = await self._run(context, logic)
        return self._response(context, incoming, done)

    async def _run(self, context: TurnContext, logic: Logic) -> bool:
        """Whether the turn ended in time. It goes on in any case, also when the caller hangs up."""
        task = asyncio.create_task(self._pipeline(context, logic))
        self._running.add(task)
        task.add_done_callback(self._ended)
        done, _ = await asyncio.wait({task}, timeout=self._patience)
        return bool(done)

    async def _pipeline(self, context: TurnContext, logic: Logic) -> None:
        await self.run_pipeline(context, logic)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("turn broke off", where=trail(error))

    @staticmethod
    def _response(context: TurnContext, incoming: Incoming, done: bool) -> web.Response:
        if incoming.type != "invoke":
            return web.Response(status=201)
        if not done:
            return web.json_response(answers.late(incoming))
        said = context.turn_state.get(ANSWER)
        if not isinstance(said, InvokeResponse):
            return web.json_response({})
        return web.json_response(outward(said.body), status=said.status)

    async def close(self) -> None:
        """Let unfinished turns end, for a while; what is cut off then was not saved and comes again from Teams, or from the job."""
        if self._running:
            _, cut = await asyncio.wait(self._running, timeout=FAREWELL)
            for task in cut:
                task.cancel()
            await asyncio.gather(*cut, return_exceptions=True)

    @override
    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[ResourceResponse]:
        """For code that speaks the SDK's language, `context.send_activity(…)` and middleware."""
        return [await self._send(context, activity) for activity in activities]

    async def _send(self, context: TurnContext, activity: Activity) -> ResourceResponse:
        if activity.type == "invokeResponse":
            context.turn_state[ANSWER] = activity.value
        if activity.type in {"invokeResponse", "trace", "delay"}:  # none of them is a thing to say
            return ResourceResponse(id="")
        body = outward(activity)
        body.pop("id", None)
        sent = await self.sender.post(activity.service_url, activity.conversation.id, body, activity.reply_to_id or "")
        return ResourceResponse(id=sent)

    @override
    async def update_activity(self, context: TurnContext, activity: Activity) -> ResourceResponse:
        """Put an activity in the place of the one with its id."""
        sent = await self.sender.put(activity.service_url, activity.conversation.id, activity.id, outward(activity))
        return ResourceResponse(id=sent or activity.id)

    @override
    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> None:
        """Take back the activity that the reference names."""
        await self.sender.delete(reference.service_url, reference.conversation.id, reference.activity_id)

    @override
    async def create_conversation(
        self,
        reference: ConversationReference,
        logic: Logic | None = None,
        conversation_parameters: ConversationParameters | None = None,
        channel_id: str | None = None,
        service_url: str | None = None,
        credentials: Any = None,
    ) -> str:
        """Open a conversation and run `logic` in it; its id. The token is the sender's: `credentials` is not looked at."""
        parameters = outward(conversation_parameters) if conversation_parameters else {"bot": outward(reference.bot)}
        created = await self.sender.create(service_url or reference.service_url, parameters)
        if logic:
            opened = ConversationReference(
                bot=reference.bot,
                user=reference.user,
                channel_id=channel_id or reference.channel_id,
                service_url=created.get("serviceUrl") or service_url or reference.service_url,
                conversation=ConversationAccount(id=str(created.get("id", "")), tenant_id=parameters.get("tenantId")),
            )
            await self.continue_conversation(opened, logic)
        return str(created.get("id", ""))
