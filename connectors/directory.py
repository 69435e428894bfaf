"""The people of the municipality: users of Entra ID, through Graph.

Source: https://learn.microsoft.com/graph/api/user-list, https://learn.microsoft.com/graph/search-query-parameter
"""

import asyncio
import re
import time
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import aiohttp
from pydantic import BaseModel, ConfigDict
from typing_extensions import override

from connectors.errors import NotFound
from connectors.folding import fold, spellings, words_of
from connectors.graph import Graph, text_of
from connectors.identity import Tokens
from connectors.names import Names
from settings import Settings

FIELDS = (
    "id,displayName,givenName,surname,mail,userPrincipalName,jobTitle,department,officeLocation,streetAddress,businessPhones,mobilePhone,"
    "accountEnabled,onPremisesDomainName,onPremisesSamAccountName"
)
NAMES = ("displayName", "givenName", "surname")
CANDIDATES = 100  # rows of each of the two searches
MAX_WORDS = 5
FRESH, MOST = 300.0, 20_000  # seconds that a person counts as known, and how many are kept
PAGE = 999  # the most that Graph gives at once
EVENTUAL = {"ConsistencyLevel": "eventual"}
FLOOR = re.compile(r"(?:^|[\s,;])(\d{1,2}\.\s?(?:sal|etage)|stuen|kælderen)(?=$|[\s,;])", re.IGNORECASE)


PRIVILEGED = ("adm ", "adm-", "adm_")


class Person(BaseModel):
    r"""One employee. `id` is the Entra object id, `login` the account in the local directory ("kk\bhol"); "" where a value is not known."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    first_name: str
    email: str
    department: str
    title: str
    office: str
    floor: str
    phone: str
    login: str


class Directory(Graph):
    """People, by id, by name, and who leads whom."""

    name: ClassVar[str] = "directory"

    def __init__(
        self, session: aiohttp.ClientSession, url: str, tokens: Tokens | None = None, privileged: tuple[str, ...] = PRIVILEGED
    ) -> None:
        """privileged: how names of groups begin that give administrator rights."""
        super().__init__(session, url, tokens)
        self.privileged = privileged
        self._known: dict[str, tuple[float, Person]] = {}  # everybody who writes is looked up at each turn that begins something

    @override
    @classmethod
    def from_settings(cls, settings: Settings, session: aiohttp.ClientSession) -> Self | None:
        made = super().from_settings(settings, session)
        if made:
            made.privileged = tuple(one.strip().casefold() for one in settings.privileged_groups.split(",") if one.strip())
        return made

    def is_privileged(self, row: Mapping[str, Any]) -> bool:
        """Whether a group (with displayName and isAssignableToRole) gives administrator rights: in Entra, or by its name."""
        return row.get("isAssignableToRole") is True or text_of(row, "displayName").casefold().startswith(self.privileged)

    @override
    async def check(self) -> str:
        await self.read("/users", "read one user", {"$select": "id", "$top": "1"})
        return "users can be read"

    async def person(self, id_or_upn: str) -> Person:
        """One person by object id or user principal name, as they were at most five minutes ago. Raises NotFound."""
        now = time.monotonic()
        read_at, known = self._known.get(id_or_upn, (0.0, None))
        if known and now - read_at < FRESH:
            return known
        person = person_from(await self.read(f"/users/{self.segment(id_or_upn)}", "read user", {"$select": FIELDS}))
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[id_or_upn] = (now, person)
        return person

    async def manager(self, id: str) -> Person | None:  # noqa: A002 - Graph's own word, as in Person.id
        """The person's manager, None at the top. Raises NotFound for an unknown person."""
        try:
            row = await self.read(f"/users/{self.segment(id)}/manager", "read manager", {"$select": FIELDS})
        except NotFound:
            await self.read(f"/users/{self.segment(id)}", "read user", {"$select": "id"})
            return None
        return person_from(row)

    async def leads(self, id: str) -> bool:  # noqa: A002 - Graph's own word, as in Person.id
        """Whether anybody has this person as their manager. Raises NotFound for an unknown person."""
        query = {"$select": "id", "$top": "1"}
        return bool((await self.read(f"/users/{self.segment(id)}/directReports", "read reports", query)).get("value"))

    async def groups_of(self, id: str) -> frozenset[str]:  # noqa: A002 - the same
        """The object ids of all groups that a person is in, through other groups too. Raises NotFound for an unknown person.

        Source: https://learn.microsoft.com/graph/api/user-list-transitivememberof
        """
        url, query = f"/users/{self.segment(id)}/transitiveMemberOf", {"$select": "id", "$top": "999"}
        return frozenset([text_of(row, "id") async for page in self.pages(url, "read groups", query) for row in page])

    async def people_in(self, group: str) -> list[Person]:
        """Everybody in a group, through other groups too, whose account is on. Raises NotFound, and Denied where membership is hidden.

        Source: https://learn.microsoft.com/graph/api/group-list-transitivemembers
        """
        url, query = f"/groups/{self.segment(group)}/transitiveMembers", {"$select": FIELDS, "$top": "999"}
        rows = [row async for page in self.pages(url, "read members", query) for row in page]
        return [
            person_from(row)
            for row in rows
            if str(row.get("@odata.type", "#microsoft.graph.user")).endswith("user") and row.get("accountEnabled") is not False
        ]

    async def find(self, text: str, limit: int = 6) -> list[Person]:
        """People by names or beginnings of names in any order, or by e-mail address; best first.

        Spelling is folded: "Kjaer" finds Kjær. Accounts that are switched off are left out.
        """
        if "@" in text:
            rows = await self._by_address(text.strip())
            return [person_from(row) for row in rows if row.get("accountEnabled") is not False][:limit]
        words = words_of(text)[:MAX_WORDS]
        if not words:
            return []
        tokens, starts = await asyncio.gather(self._by_tokens(words), self._by_starts(words))
        rows = list({text_of(row, "id"): row for row in (*tokens, *starts)}.values())
        people = [person_from(row) for row in rows if row.get("accountEnabled") is not False]
        fitting = [one for one in people if fits(one, words)]
        return sorted(fitting, key=lambda one: (rank(one, words), one.name, one.id))[:limit]

    async def names(self) -> Names:
        """The full names of everybody whose account is on, a page of 999 after the other. Not within a turn.

        Accounts without a given name and a surname belong to rooms, printers and functions.
        """
        query = {"$select": "displayName,givenName,surname", "$filter": "accountEnabled eq true", "$top": str(PAGE)}
        found: dict[str, None] = {}
        async for page in self.pages("/users", "list names", query):
            found |= {name: None for row in page for name in full_names(row)}
        return Names(people=tuple(found))

    async def _by_address(self, address: str) -> list[dict[str, Any]]:
        """Users of one address; failing that, users whose address begins so."""
        value = literal(address)
        page = await self._filtered(f"mail eq {value} or userPrincipalName eq {value}")
        return page or await self._filtered(f"startswith(mail,{value}) or startswith(userPrincipalName,{value})")

    async def _by_starts(self, words: list[str]) -> list[dict[str, Any]]:
        """Users of whom each word begins some name."""
        ways = [[("mail", word), *((field, way) for way in spellings(word) for field in NAMES)] for word in words]
        clauses = ["(" + " or ".join(f"startswith({field},{literal(way)})" for field, way in word) + ")" for word in ways]
        return await self._filtered(" and ".join(clauses))

    async def _by_tokens(self, words: list[str]) -> list[dict[str, Any]]:
        """Users of whom each word is a part of the display name: finds middle names."""
        clauses = ["(" + " OR ".join(f'"displayName:{way}"' for way in spellings(word)) + ")" for word in words]
        query = {"$search": " AND ".join(clauses), "$select": FIELDS, "$top": str(CANDIDATES)}
        return self.objects((await self.read("/users", "search users", query, EVENTUAL)).get("value"), "search users")

    async def _filtered(self, condition: str) -> list[dict[str, Any]]:
        query = {"$filter": condition, "$select": FIELDS, "$top": str(CANDIDATES)}
        return self.objects((await self.read("/users", "filter users", query)).get("value"), "filter users")


def person_from(row: Mapping[str, Any]) -> Person:
    """A person from Graph's user."""
    place, floor = text_of(row, "officeLocation"), ""
    if found := FLOOR.search(place):
        floor = found[1]
        place = (place[: found.start()] + place[found.end() :]).strip(" ,;")
    phones = row.get("businessPhones") or [text_of(row, "mobilePhone")]
    domain, account = text_of(row, "onPremisesDomainName").partition(".")[0].lower(), text_of(row, "onPremisesSamAccountName")
    name = text_of(row, "displayName")
    return Person(
        id=text_of(row, "id"),
        name=name,
        first_name=text_of(row, "givenName") or name.partition(" ")[0],
        email=text_of(row, "mail") or text_of(row, "userPrincipalName"),
        department=text_of(row, "department"),
        title=text_of(row, "jobTitle"),
        office=text_of(row, "streetAddress") or place,
        floor=floor,
        phone=phones[0] or "",
        login=f"{domain}\\{account}" if domain and account else "",
    )


def full_names(row: Mapping[str, Any]) -> set[str]:
    """What somebody is called in full; nothing for what is no person. "Lund, Sofie" is how a list is sorted, not how anybody is called."""
    given, last, shown = text_of(row, "givenName").strip(), text_of(row, "surname").strip(), text_of(row, "displayName").strip()
    if not (given and last):
        return set()
    return {f"{given} {last}", shown} if shown and "," not in shown else {f"{given} {last}"}


def fits(person: Person, words: list[str]) -> bool:
    """Whether each word begins one of the person's names, or stands in the address before the @."""
    names = words_of(person.name)
    mailbox = fold(person.email.partition("@")[0])
    return all(any(name.startswith(word) for name in names) or mailbox.startswith(word) for word in words)


def rank(person: Person, words: list[str]) -> tuple[int, int, int]:
    """How well somebody fits, the least best: whole names before beginnings, the first name before the others, few names before many."""
    names = words_of(person.name)
    parts = sum(word not in names for word in words)
    leads = 0 if names[: len(words)] == words else 1 if names and any(names[0].startswith(word) for word in words) else 2
    return parts, leads, len(names)


def literal(text: str) -> str:
    """A text in an OData filter: quotes doubled."""
    return "'" + text.replace("'", "''") + "'"
