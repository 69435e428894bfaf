"""Speaks first: what a job has to tell, said once, also when the process dies on the way."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from bot import cards
from bot.chats import Chats
from bot.memory import Memory
from bot.outbox import Kept
from bot.reference import Reference
from bot.send import SYSTEM, AnswerLost, Sender
from bot.speak import Speech
from bot.store import Store, now
from connectors.errors import ConnectorError, Denied, NotFound, Refused, Unavailable
from dialogs.talk import Reply

NOTHING: Mapping[str, str] = {}
LATELY = 3  # messages whose buttons may be typed
PERSON = "person:"  # before an Entra object id, where a conversation is named by whose it is

log = structlog.get_logger()


@dataclass
class Proactive:
    """For the jobs. Must not be called from within a turn of the same conversation: it waits for that turn to end."""

    store: Store
    sender: Sender
    chats: Chats

    async def tell(self, key: str, conversation: str, reply: Reply, *, closes: Mapping[str, str] = NOTHING, status_card: str = "") -> None:
        """Say something in a conversation, once for each `key`; safe to repeat. "person:<Entra object id>" is that person's own chat.

        A reply with neither text nor card says nothing, and only closes cards.

        closes: keys of cards that are answered now, with their closing sentences. status_card: key of the job's earlier message ("Jeg går i
        gang"). A message whose fate is unknown is not sent again; the status card is changed in place and tells it all instead.
        Raises Unavailable (repeat the step later) and NotFound (no such conversation). One who has blocked the bot or removed the app is no
        error, unless it is that person who was named: then Denied.
        """
        named = conversation.startswith(PERSON)
        if named:
            conversation = await self.chat_with(conversation.removeprefix(PERSON))
        reference, memory = await self._place(conversation)
        kept = await self.store.outbox.put(key, conversation, reply.key, reply.model_dump_json(exclude_defaults=True))
        state = await self._deliver(key, kept, reference, reply) if reply.text or reply.is_card else "sent"
        if state == "dead":
            if named:
                raise Denied(SYSTEM, "the person has blocked the bot or removed the app", 403)
            return
        speech = Speech(self.sender, self.store.outbox, reference, memory)
        try:
            for card, sentence in {**reply.closes, **closes}.items():
                await speech.close(card, sentence)
            told = state == "unsure" and await self._update(speech, status_card, reply)
        except Denied as error:
            raise_unless_blocked(error)
            told = False
        except Refused as error:
            log.warning("card not changed", key=key, error=str(error))
            told = False
        if state == "unsure":
            log.warning("message may be lost", key=key, told_by_status_card=told)

    async def told(self, conversation: str) -> list[Reply]:
        """The last things with buttons that were said unasked in a conversation, newest first: their labels may be typed."""
        return [Reply.model_validate_json(body) for body in await self.store.outbox.newest(conversation, LATELY)]

    async def chat_with(self, person: str) -> str:
        """The conversation id of a person's chat (Entra object id), opened if need be.

        Raises Denied when the app is not installed for them, NotFound before anybody has talked to the bot, Unavailable.
        """
        return (await self.chats.with_id(person)).conversation

    async def _place(self, conversation: str) -> tuple[Reference, Memory]:
        """The row as it is after the turn that may be going on: a job can be quicker than the turn that started it."""
        async with self.store.locks.hold(conversation, (now(), "")):
            row = await self.store.load(conversation)
        if row.reference is None:
            raise NotFound(SYSTEM, "no such conversation")
        return row.reference, Memory.read(row.body)

    async def _deliver(self, key: str, kept: Kept, reference: Reference, reply: Reply) -> str:
        """The state that the message ends in: sent, unsure or dead."""
        outbox = self.store.outbox
        if kept.state in {"sent", "unsure", "dead"}:
            return kept.state
        if kept.state == "sending" or not await outbox.move(key, "pending", "sending"):
            await outbox.move(key, "sending", "unsure")  # a process died here, or is just now sending it: in both cases not a second time
            return "unsure"
        try:
            sent = "" if reference.dead else await self.sender.post(reference.service_url, reference.conversation, cards.draw(reply))
        except AnswerLost:
            await outbox.move(key, "sending", "unsure")
            return "unsure"
        except ConnectorError as error:
            return await self._failed(key, error)
        if reference.dead:
            await outbox.move(key, "sending", "dead")
            return "dead"
        if not await outbox.move(key, "sending", "sent", sent):
            await outbox.move(key, "unsure", "sent", sent)
        return "sent"

    async def _failed(self, key: str, error: ConnectorError) -> str:
        """It surely was not said: later again, or never. What is refused for its own sake (too large) is left to the status card."""
        if isinstance(error, Unavailable) or error.status == 401:
            await self.store.outbox.move(key, "sending", "pending")
            raise Unavailable(SYSTEM, error.reason, error.status, error.code, error.retry_after) from error
        state = "dead" if isinstance(error, Denied) else "unsure"
        await self.store.outbox.move(key, "sending", state)
        log.warning("message cannot be delivered", key=key, error=str(error))
        return state

    async def _update(self, speech: Speech, status_card: str, reply: Reply) -> bool:
        """Change the job's status message ("Jeg går i gang") to that; whether there was one."""
        known = await speech.known(status_card)
        if known is None:
            return False
        links = tuple(button for button in reply.buttons if button.url)
        return await speech.put(known.id, cards.draw(Reply(text=reply.text, facts=reply.facts, buttons=links)))


def raise_unless_blocked(error: Denied) -> None:
    """403 is the person's choice; anything else (our own token) is to be tried again."""
    if error.status != 403:
        raise Unavailable(SYSTEM, error.reason, error.status, error.code) from error
