"""One turn: an activity comes in, the dialogs answer, the replies go out, the conversation's row is written."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

import psycopg
import structlog
from botbuilder.core import TurnContext
from sqlalchemy.exc import SQLAlchemyError

from bot import answers, events
from bot.adapter import answer, incoming_of
from bot.chats import Chats
from bot.files import Fetcher
from bot.handing import Hands, Place
from bot.incoming import Incoming
from bot.memory import Memory, press_mark
from bot.reference import Reference
from bot.send import Sender
from bot.speak import Speech
from bot.store import Stale, Store, milliseconds, now
from bot.trail import trail
from bot.turn import Turn, has_files, is_hello, placed, repeated
from connectors.errors import ConnectorError
from dialogs.talk import Event, Reply

SORRY = (
    "Der gik noget galt hos mig. Det, du har skrevet, er gemt. Prøv igen om lidt, eller ring til Servicedesk på {phone}. Ref. {reference}"
)
NO_CHAT = "Åbn først en chat med mig, så svarer jeg dér."
IN_PRIVATE = "Det tager jeg i vores egen chat."
TYPING_AFTER = 2.0  # seconds
TRIES = 3  # a lost update happens only when a lock was lost: once is rare, three times is a fault
ASIDE = frozenset({"message", "edit", "delete"})  # of a group or a channel, answered in the person's own chat
LETTERS = "23456789ABCDEFGHJKMNPQRTVWXYZ"  # none that is taken for another on the telephone

Json = dict[str, Any]
log = structlog.get_logger()


class Brain(Protocol):
    """What answers: the dialogs."""

    async def respond(self, event: Event, state: str) -> tuple[str, list[Reply]]:
        """The conversation's new state and the replies to an event. `state` is "" in a new conversation.

        It may run again for the same event when another process wrote the row meanwhile: effects are the jobs', each under its own key.
        """


@dataclass
class Turns:
    """The logic that the adapter runs. `clock`: aware, UTC. `phone`: the service desk's, for when all else fails.

    burst: seconds that a bare hello waits for what follows it.
    """

    store: Store
    sender: Sender
    brain: Brain
    fetcher: Fetcher
    chats: Chats
    phone: str
    burst: float = 0.0
    clock: Callable[[], datetime] = now
    typing_after: float = TYPING_AFTER
    _typing: set[asyncio.Task[None]] = field(default_factory=set)
    _held: set[asyncio.Task[None]] = field(default_factory=set)
    _closing: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, context: TurnContext) -> None:
        """Run the turn of an activity, and set the answer of an invoke."""
        incoming = incoming_of(context)
        event = events.event_of(incoming, self.clock())
        if event is None:
            await self._other(context, incoming)
            return
        reference = Reference.of(incoming).model_copy(update={"person": event.who.id})
        turn = Turn(incoming, event, reference, events.mark(incoming))
        if incoming.name in events.EXTENSION and (trouble := await self._move_home(turn)):
            answer(context, answers.task(trouble))
            return
        if not event.personal and event.kind in ASIDE:
            await self._aside(turn)
        elif self.burst and is_hello(turn):
            self._hold(turn)
        else:
            await self._shown(turn)
        if incoming.type == "invoke":
            answer(context, self._spoken(turn))

    async def close(self) -> None:
        """A hello waits no longer, and nobody needs to see any more that something is being done."""
        self._closing.set()
        await asyncio.gather(*self._held, return_exceptions=True)
        for task in self._typing:
            task.cancel()
        await asyncio.gather(*self._typing, return_exceptions=True)

    async def _shown(self, turn: Turn) -> None:
        """Run the turn; when it takes long, Kollega is seen to be typing."""
        typing = asyncio.get_running_loop().call_later(self.typing_after, self._type, turn.reference)
        try:
            await self._run(turn)
        finally:
            typing.cancel()

    def _hold(self, turn: Turn) -> None:
        """A bare hello waits for what may follow it, and holds up nobody: not the conversation, nor the request that it came with."""

        async def later() -> None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self.burst)
            await self._shown(turn)

        turn.held = True
        task = asyncio.create_task(later())
        self._held.add(task)
        task.add_done_callback(self._held.discard)

    async def _aside(self, turn: Turn) -> None:
        """What is said where others read along is answered in the person's own chat; here it is only said so.

        Without such a chat the dialogs say here how to open one.
        """
        public = turn.reference
        try:
            home = await self.store.chat_with(public.person)
        except SQLAlchemyError as error:
            await self._apologise(turn, error)
            return
        if home is None or home.dead:
            await self._shown(turn)
            return
        turn.reference = home
        turn.event = turn.event.model_copy(update={"conversation": home.conversation, "personal": True})
        await self._shown(turn)
        if turn.fresh and turn.event.kind == "message":
            text = NO_CHAT if turn.reference.dead else IN_PRIVATE
            try:
                await self.sender.post(public.service_url, public.conversation, {"type": "message", "text": text})
            except ConnectorError as error:
                log.info("not said where others read along", error=str(error))

    async def _move_home(self, turn: Turn) -> str:
        """A message action is answered in the person's chat with the bot: the bot may not be a member where the message stands.

        What to say instead where that cannot be, else nothing.
        """
        try:
            home = await self.chats.with_person(turn.reference)
        except ConnectorError as error:
            log.info("no chat with the person", error=str(error))
            return NO_CHAT
        except SQLAlchemyError as error:
            return self._sorry(turn, error)
        turn.reference = home
        turn.event = turn.event.model_copy(update={"conversation": home.conversation, "personal": True})
        return ""

    async def _run(self, turn: Turn) -> None:
        fetching = asyncio.create_task(self.fetcher.fetch(turn.incoming)) if has_files(turn) else None
        try:
            async with self.store.locks.hold(turn.event.conversation, (turn.event.at, turn.event.id)):
                await self._guarded(turn, fetching)
        except (psycopg.Error, OSError) as error:  # the lock itself could not be had
            await self._apologise(turn, error)
        finally:
            if fetching:
                fetching.cancel()

    async def _guarded(self, turn: Turn, fetching: "asyncio.Task[tuple[Any, ...]] | None") -> None:
        """The border of a turn: nothing gets past it, and whatever breaks inside is told to the person and logged under a reference."""
        try:
            if fetching:
                turn.event = turn.event.model_copy(update={"files": await fetching})
            await self._until_written(turn)
        except Exception as error:  # noqa: BLE001 - the border of a turn: the person must get an answer whatever broke
            await self._apologise(turn, error)

    async def _until_written(self, turn: Turn) -> None:
        for _ in range(TRIES):
            try:
                return await self._once(turn)
            except Stale:
                log.warning("row was written meanwhile, the turn runs again", conversation=turn.event.conversation)
        raise Stale(turn.event.conversation)

    async def _once(self, turn: Turn) -> None:
        """One read, the dialogs, the replies, one write."""
        row = await self.store.load(turn.event.conversation)
        memory = Memory.read(row.body)
        moment = milliseconds(self.clock())
        if turn.mark and not memory.see(turn.mark, moment):
            turn.answer = repeated(turn.event, memory)
            return
        turn.fresh = True
        turn.event = placed(turn, memory)
        if self._is_news(turn.event, memory, moment):
            await self._answer(turn, memory)
        else:
            turn.answer = repeated(turn.event, memory)
        await self.store.save(replace(row, reference=turn.reference, body=memory.written()))

    async def _answer(self, turn: Turn, memory: Memory) -> None:
        speech = Speech(self.sender, self.store.outbox, turn.reference, memory, turn.event, turn.said)
        speech.hands, speech.place = Hands(self.fetcher.session, self.fetcher.storage), Place.of(turn.incoming)
        memory.state, replies = await self.brain.respond(turn.event, memory.state)
        await speech.say(replies)
        if turn.event.kind in {"message", "press"}:
            memory.heard = max(memory.heard, milliseconds(turn.event.at))
        if replies:
            memory.spoke = milliseconds(self.clock())
        said = any(reply.text or reply.is_card for reply in replies)
        turn.answer = speech.answer or repeated(turn.event, memory, answers.SEE_BELOW if said else answers.RECEIVED)
        if turn.event.kind == "press":
            memory.settle(press_mark(turn.event), milliseconds(self.clock()))

    @staticmethod
    def _is_news(event: Event, memory: Memory, moment: int) -> bool:
        """A second greeting is none, nor is the same press within seconds."""
        if event.kind == "press":
            return memory.press(press_mark(event), moment)
        joined_before = memory.joined
        memory.joined = True  # who writes first is not greeted afterwards
        return event.kind != "joined" or not joined_before

    async def _apologise(self, turn: Turn, error: BaseException) -> None:
        """Say that it went wrong, with a reference that finds the log line; the state stays as it was, the activity counts as seen."""
        text = self._sorry(turn, error)
        turn.answer = answers.message(answers.SEE_BELOW)
        try:
            await self.sender.post(turn.reference.service_url, turn.reference.conversation, {"type": "message", "text": text})
            await self._see(turn)
        except (ConnectorError, SQLAlchemyError, Stale, OSError) as second:
            log.warning("apology not completed", text=text, where=trail(second))

    def _sorry(self, turn: Turn, error: BaseException) -> str:
        """The sentence, and the log line that its reference finds."""
        reference = "F-" + "".join(secrets.choice(LETTERS) for _ in range(4))
        log.error("turn failed", reference=reference, conversation=turn.event.conversation, kind=turn.event.kind, where=trail(error))
        return SORRY.format(phone=self.phone, reference=reference)

    async def _see(self, turn: Turn) -> None:
        row = await self.store.load(turn.event.conversation)
        memory = Memory.read(row.body)
        if turn.mark and memory.see(turn.mark, milliseconds(self.clock())):
            await self.store.save(replace(row, reference=turn.reference, body=memory.written()))

    async def _other(self, context: TurnContext, incoming: Incoming) -> None:
        """What is no event: a removal, and invokes that ask for nothing that Kollega does."""
        if incoming.type == "installationUpdate" and incoming.action.startswith("remove"):
            await self._removed(incoming)
        if incoming.type == "invoke":
            if incoming.name == "adaptiveCard/action":
                answer(context, answers.error(answers.UNREADABLE))
            elif answers.is_task(incoming.name):
                answer(context, answers.task(answers.UNREADABLE))
            elif (said := answers.plain(incoming.name)) is not None:
                answer(context, said)
            else:
                answer(context, answers.unknown(incoming.name), 404)

    async def _removed(self, incoming: Incoming) -> None:
        """The app was taken away: nothing is sent any more, and the next installation is greeted."""
        at = incoming.when(self.clock())
        async with self.store.locks.hold(incoming.conversation.id, (at, incoming.id)):
            row = await self.store.load(incoming.conversation.id)
            if row.reference and incoming.action == "remove":
                memory = Memory.read(row.body)
                memory.joined = False
                gone = row.reference.model_copy(update={"dead": True})
                await self.store.save(replace(row, reference=gone, body=memory.written()))

    def _type(self, reference: Reference) -> None:
        """Show that something is being done."""

        async def typing() -> None:
            try:
                await self.sender.typing(reference.service_url, reference.conversation)
            except ConnectorError as error:
                log.info("typing not shown", error=str(error))

        task = asyncio.create_task(typing())
        self._typing.add(task)
        task.add_done_callback(self._typing.discard)

    @staticmethod
    def _spoken(turn: Turn) -> Json:
        """The invoke's answer."""
        if answers.is_task(turn.incoming.name):
            return answers.task(answers.SEE_CHAT)
        if turn.incoming.name == "adaptiveCard/action":
            return turn.answer or answers.message(answers.RECEIVED)
        return {}
