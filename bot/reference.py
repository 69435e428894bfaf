"""Where and for whom a conversation is: all that is needed to speak in it later.

Our own, in plain JSON: the SDK's ConversationReference loses the tenant when it is written down.
"""

from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from bot.incoming import Incoming  # it brings the SDK along, which the store can do without


class Reference(BaseModel):
    """Overwritten by each activity (a service URL may change). `dead`: the app was removed or blocked; a message brings it to life."""

    model_config = ConfigDict(extra="ignore")

    conversation: str
    service_url: str
    tenant: str = ""
    bot: str = ""
    channel: str = "msteams"
    user: str = ""  # Teams' own name for the person, "29:…"
    person: str = ""  # the Entra object id
    name: str = ""
    personal: bool = True
    dead: bool = False

    @classmethod
    def of(cls, incoming: "Incoming") -> Self:
        """From an activity that was let in."""
        return cls(
            conversation=incoming.conversation.id,
            service_url=incoming.service_url,
            tenant=next(iter(incoming.tenants), ""),
            bot=incoming.recipient.id,
            channel=incoming.channel_id,
            user=incoming.sender.id,
            person=incoming.sender.aad_object_id,
            name=incoming.sender.name,
            personal=incoming.conversation.is_personal,
        )
