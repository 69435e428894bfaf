"""Who is in a conversation, page by page; one who is not there is an answer, not an error.

Source: "Get Teams specific context for your bot" (Microsoft Learn): the unpaged list is being withdrawn. The SDK's TeamsInfo fails with
ErrorResponseException for a member who is not there, and gives the first page alone.
"""

from collections.abc import AsyncIterator
from typing import Any, TypeVar

import pydantic
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from bot.send import SYSTEM, Sender
from connectors.errors import NotFound, Unavailable

PAGE = 500  # members of a page, the most that Teams gives
MOST_PAGES = 100

Kind = TypeVar("Kind", bound=BaseModel)


class Member(BaseModel):
    """One member. `object_id`: the Entra object id, "" for a guest without one; it comes under either of two names."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    name: str = ""
    object_id: str = Field(default="", validation_alias=AliasChoices("aadObjectId", "objectId"))
    email: str = ""
    user_principal_name: str = Field(default="", alias="userPrincipalName")


class Page(BaseModel):
    """One page; no token on the last."""

    members: list[Member]
    continuation_token: str | None = Field(default=None, alias="continuationToken")


async def member(sender: Sender, service_url: str, conversation: str, who: str) -> Member | None:
    """The member with that id (29:…, Entra object id or user principal name); None when they are not in the conversation.

    Raises NotFound when there is no such conversation, and what Sender raises: Denied (the bot itself is not in it), Unavailable.
    """
    try:
        return read(Member, await sender.member(service_url, conversation, who))
    except NotFound as error:
        if error.code == "ConversationNotFound":
            raise
        return None


async def members(sender: Sender, service_url: str, conversation: str) -> AsyncIterator[Member]:
    """Everybody in the conversation, one page asked for at a time. Raises NotFound for no such conversation, and what Sender raises."""
    token = ""
    for _ in range(MOST_PAGES):
        page = read(Page, await sender.page_of_members(service_url, conversation, PAGE, token))
        for one in page.members:
            yield one
        if not (token := page.continuation_token or ""):
            return
    raise Unavailable(SYSTEM, f"the list of members does not end after {MOST_PAGES} pages")


def read(kind: type[Kind], body: dict[str, Any]) -> Kind:
    """An answer in its shape; Unavailable when it has another."""
    try:
        return kind.model_validate(body)
    except pydantic.ValidationError as error:
        raise Unavailable(SYSTEM, "the answer about members has another shape", 200) from error
