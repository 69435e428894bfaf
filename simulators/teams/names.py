"""Who is who in Teams: a person's id for this bot (`29:…`), their chat with it (`a:…`), and the way back."""

import base64
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from simulators.world import BY_EMAIL, BY_ID, PEOPLE, TENANT, Person


def tag(*parts: str) -> str:
    """A stable text of letters, digits, - and _."""
    return base64.urlsafe_b64encode(sha256("|".join(parts).encode()).digest()).decode().rstrip("=")


def mri(bot: str, person: Person) -> str:
    """The person's id as this bot sees it; another bot sees another."""
    return f"29:1{tag('person', bot, person.id)}"


def conversation(bot: str, person: Person) -> str:
    """The id of the chat between the two: always the same."""
    return f"a:1{tag('chat', bot, person.id)}"


@dataclass(frozen=True)
class Roster:
    """The way back from the ids of one bot."""

    by_mri: dict[str, Person]
    by_conversation: dict[str, Person]

    def member(self, key: str) -> Person | None:
        """The person behind a `29:…` id or an Entra object id."""
        return self.by_mri.get(key) or BY_ID.get(key)

    def anyone(self, key: str) -> Person | None:
        """The same, and user principal names too, as the members' address takes them."""
        return self.member(key) or BY_EMAIL.get(key.lower())


@lru_cache(maxsize=32)
def roster(bot: str) -> Roster:
    return Roster({mri(bot, one): one for one in PEOPLE}, {conversation(bot, one): one for one in PEOPLE})


def account(bot: str, person: Person) -> dict[str, Any]:
    """A TeamsChannelAccount."""
    return {
        "id": mri(bot, person),
        "name": person.name,
        "objectId": person.id,
        "aadObjectId": person.id,
        "givenName": person.first,
        "surname": person.last,
        "email": person.email,
        "userPrincipalName": person.email,
        "tenantId": TENANT,
        "userRole": "user",
    }
