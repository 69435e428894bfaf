"""Says the dialogs' replies in a conversation: posts them, changes earlier cards, remembers which is which."""

from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from bot import answers, cards
from bot.handing import FAILED, Hands, Place
from bot.memory import Card, Memory
from bot.outbox import Outbox
from bot.reference import Reference
from bot.send import AnswerLost, Sender
from bot.trail import trail
from connectors.errors import ConnectorError, Denied, NotFound, Refused
from dialogs.talk import Event, Reply
from dialogs.texts import masked

Json = dict[str, Any]
log = structlog.get_logger()


@dataclass
class Speech:
    """The replies of one turn. Run again after a lost update, it does not say again what was said: `said` holds it.

    `answer`: the card that takes the pressed one's place, once it is drawn. `broken`: Teams did not take a reply; the rest is not tried.
    `place`: where a file may be put that the person said yes to, by `hands`.
    """

    sender: Sender
    outbox: Outbox
    reference: Reference
    memory: Memory
    event: Event | None = None
    said: dict[str, str] = field(default_factory=dict)
    answer: Json | None = None
    broken: bool = False
    hands: Hands | None = None
    place: Place | None = None

    async def say(self, replies: list[Reply]) -> None:
        """Say them in order. What Teams refuses is logged; it does not undo the turn."""
        for reply in replies:
            for key, sentence in reply.closes.items():
                await self.attempt(self.close(key, sentence), key)
            if reply.file:
                await self.attempt(self.hand_over(reply), reply.key)
            elif reply.text or reply.is_card:
                await self.attempt(self.one(reply), reply.key)

    async def attempt(self, work: Coroutine[Any, Any, None], key: str) -> None:
        """One request to Teams, unless an earlier one showed that Teams does not take them."""
        if self.broken:
            work.close()
            return
        try:
            await work
        except AnswerLost as error:
            log.warning("reply may be lost", key=key, error=str(error))
        except Refused as error:
            log.warning("reply refused", key=key, error=str(error))
        except Denied as error:
            self.broken = True
            self.reference.dead = error.status == 403
            log.warning("conversation is closed to us", key=key, error=str(error))
        except ConnectorError as error:
            self.broken = True
            log.warning("replies not sent", key=key, error=str(error))

    async def one(self, reply: Reply) -> None:
        """A new message, or one in the place of an earlier."""
        known = await self.known(reply.key) if reply.replaces else None
        if known and await self.put(known.id, activity := cards.draw(reply)):
            self.memory.remember(reply.key, known.id, reply)
            self.answered(reply.key, activity)
            return
        sent = await self.post(reply)
        if reply.key:
            self.memory.remember(reply.key, sent, reply)

    async def post(self, reply: Reply) -> str:
        """A new message, once."""
        spelling = reply.model_dump_json()
        if spelling not in self.said:
            self.said[spelling] = ""  # also when the answer is lost
            self.said[spelling] = await self.sender.post(self.reference.service_url, self.reference.conversation, cards.draw(reply))
        return self.said[spelling]

    async def hand_over(self, reply: Reply) -> None:
        """Put the file where the person let it be put, show it in the place of the question, and say what there is to say; or that it failed."""
        if reply.file in self.said or self.hands is None or self.place is None:
            return
        self.said[reply.file] = ""
        try:
            await self.hands.put(Path(reply.file), self.place)
        except (ConnectorError, OSError) as error:
            log.warning("file not handed over", where=trail(error))
            await self.post(Reply(text=FAILED))
            return
        where = self.reference.service_url, self.reference.conversation
        if self.event and self.event.refers:
            try:
                await self.sender.delete(*where, self.event.refers)
            except (NotFound, Refused) as error:
                log.info("the question about a file still stands", error=str(error))
        await self.sender.post(*where, self.place.shown())
        if reply.text:
            await self.post(reply)

    async def close(self, key: str, sentence: str) -> None:
        """Take the buttons from an earlier card. What was filled in at the press is what it shows."""
        known = await self.known(key)
        if known is None:
            log.info("card to close is not known", key=key)
            return
        pressed = self.event.inputs if self.event and self.event.card == key else {}
        filled = {name: masked(text) for name, text in pressed.items()}
        activity = cards.closed(known.drawn, sentence, filled)
        known.closed = sentence
        self.memory.cards[key] = known
        self.answered(key, activity)
        await self.put(known.id, activity)

    async def known(self, key: str) -> Card | None:
        """A card of this conversation: one that a turn drew, else one that a job sent."""
        if not key or key in self.memory.cards:
            return self.memory.cards.get(key)
        sent = await self.outbox.card(self.reference.conversation, key)
        return Card(sent.activity_id, Reply.model_validate_json(sent.body).model_dump(mode="json", exclude_defaults=True)) if sent else None

    async def put(self, activity_id: str, activity: Json) -> bool:
        """Change a message; False when it is no longer there."""
        if not activity_id:
            return False
        try:
            await self.sender.put(self.reference.service_url, self.reference.conversation, activity_id, activity)
        except NotFound:
            return False
        return True

    def answered(self, key: str, activity: Json) -> None:
        """A card that was pressed is answered with what stands in its place now."""
        if self.event and key == self.event.card and (card := cards.card_of(activity)):
            self.answer = answers.card(card)
