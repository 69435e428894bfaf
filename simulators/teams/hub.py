"""What all parts of the simulated Teams share, opened with the application."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from simulators.simulation import Simulation
from simulators.store import Document, Table
from simulators.teams import names
from simulators.teams.activities import Activity, Sender
from simulators.teams.chats import Chats
from simulators.teams.delivery import Answer, Delivery
from simulators.teams.errors import Refusal
from simulators.teams.limits import Limits
from simulators.teams.switches import Switches
from simulators.teams.tokens import Tokens
from simulators.world import BY_ID, Person


@dataclass
class Hub:
    """The simulated Teams of one process."""

    simulation: Simulation
    switches: Switches
    chats: Chats
    tokens: Tokens
    limits: Limits
    delivery: Delivery
    dialogs: dict[str, Document] = field(default_factory=dict)  # open dialogs, by person

    @classmethod
    def of(cls, simulation: Simulation) -> "Hub":
        switches, tokens = Switches(simulation), Tokens()
        return cls(simulation, switches, Chats(simulation), tokens, Limits(switches), Delivery(switches, tokens))

    async def running(self, app: web.Application) -> AsyncIterator[None]:
        """The application's clean-up context."""
        del app
        await self.delivery.open()
        yield
        await self.delivery.close()

    async def closing(self, app: web.Application) -> None:
        """At shutdown: nobody waits any longer."""
        del app
        self.chats.closing = True
        self.chats.wake_all()
        self.delivery.end()

    def forget(self) -> None:
        """After a reset."""
        self.limits.forget()
        self.dialogs.clear()
        self.delivery.stop()
        self.delivery.traffic.clear()
        self.chats.forget()

    @property
    def contacts(self) -> Table:
        """Who has the app: person → {"installed", "blocked"}."""
        return self.simulation.store.table("teams", "contact")

    def contact(self, person: Person) -> Document:
        return self.contacts.get(person.id, {"installed": False, "blocked": False})

    def person(self, request: web.Request) -> Person:
        """The one in the page's address. Raises Refusal 404."""
        found = BY_ID.get(request.match_info["person"])
        if not found:
            raise Refusal(404, "NotFound", "There is nobody with that id.")
        return found

    def service_url(self, request: web.Request) -> str:
        """Where the bot reaches this simulator: set, or the address that this request came to."""
        if wanted := self.switches.text("service_url"):
            return wanted
        host, port = request.transport.get_extra_info("sockname")[:2] if request.transport else ("127.0.0.1", 3979)
        return f"{request.scheme}://{f'[{host}]' if ':' in host else host}:{port}/teams/"

    def sender(self, request: web.Request, person: Person | None = None) -> Sender:
        """The client of the person in the page's address."""
        return Sender(person or self.person(request), self.switches.bot, self.service_url(request))

    async def deliver(self, activity: Activity) -> Answer:
        return await self.delivery.send(activity)

    async def open(self, sender: Sender) -> str:
        """Install the app for a person who does not have it yet. Gives the conversation's id."""
        contact = self.contact(sender.person)
        if not contact["installed"]:
            self.contacts[sender.person.id] = {**contact, "installed": True}
            for activity in sender.first_contact(self.simulation.now()):
                await self.deliver(activity)
        return sender.conversation

    def reached(self, conversation: str) -> Person:
        """The person behind a conversation that the bot may write to. Raises Refusal 403 or 404."""
        person = names.roster(self.switches.bot).by_conversation.get(conversation)
        if not person:
            if conversation.startswith("19:"):
                raise Refusal(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
            raise Refusal(404, "ConversationNotFound", "Conversation not found.")
        contact = self.contact(person)
        if contact["blocked"]:
            raise Refusal(403, "ConversationBlockedByUser", "User blocked the conversation with the bot.")
        if not contact["installed"]:
            raise self.switches.writes_blocked()
        return person

    def now(self) -> str:
        """For what the page shows: the moment, UTC."""
        return self.simulation.now().isoformat(timespec="milliseconds")


def number(value: Any, default: float) -> float:
    """A number from an address; anything else counts as not given."""
    try:
        found = float(value)
    except (TypeError, ValueError):
        return default
    return found if 0 <= found < 1e15 else default
