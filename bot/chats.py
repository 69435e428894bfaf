"""Finds or opens the chat between a person and the bot."""

from dataclasses import dataclass, replace
from typing import Any

from bot.memory import Memory
from bot.reference import Reference
from bot.send import SYSTEM, Sender
from bot.store import Stale, Store
from connectors.errors import NotFound


@dataclass
class Chats:
    store: Store
    sender: Sender

    async def with_person(self, known: Reference) -> Reference:
        """The personal chat of `known.person`; opened where there is none. `known` gives service URL, tenant and bot.

        Raises connectors.errors.Denied when the app is not installed for the person, and what Sender raises.
        """
        found = await self.store.chat_with(known.person)
        if found and not found.dead:
            return found
        if known.personal and known.conversation:
            return known
        return await self._open(known)

    async def with_id(self, person: str) -> Reference:
        """The same, for a person of whom only the Entra object id is known. Raises NotFound when nobody has talked to the bot yet."""
        found = await self.store.chat_with(person)
        if found and not found.dead:
            return found
        other = await self.store.any_chat()
        if other is None:
            raise NotFound(SYSTEM, "no conversation yet: the service URL is not known")
        return await self._open(other.model_copy(update={"person": person, "user": "", "name": ""}))

    async def _open(self, known: Reference) -> Reference:
        parameters: dict[str, Any] = {
            "isGroup": False,
            "bot": {"id": known.bot},
            "members": [{"id": known.person}],
            "tenantId": known.tenant,
            "channelData": {"tenant": {"id": known.tenant}},
        }
        created = await self.sender.create(known.service_url, parameters)
        opened = known.model_copy(
            update={
                "conversation": str(created.get("id", "")),
                "service_url": str(created.get("serviceUrl") or known.service_url),
                "personal": True,
                "dead": False,
            }
        )
        if not opened.conversation:
            raise NotFound(SYSTEM, "the service opened no conversation")
        await self._keep(opened)
        return opened

    async def _keep(self, opened: Reference) -> None:
        """Write the row, unless a turn has just done so."""
        row = await self.store.load(opened.conversation)
        try:
            await self.store.save(replace(row, reference=opened, body=row.body or Memory().written()))
        except Stale:
            return
