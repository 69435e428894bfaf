"""Distribution lists: found, shown, made and taken back. Who is on them is changed in exchange_members.py."""

import asyncio
from collections.abc import Sequence

from connectors.errors import Conflict, NotFound, Refused
from connectors.exchange_cmdlets import Command, Row, quoted
from connectors.exchange_models import (
    LIST_KINDS,
    Belonging,
    ListDraft,
    MailList,
    Member,
    Name,
    list_from,
    member_from,
    name_from,
    texts_of,
)
from connectors.exchange_recipients import HOLDERS, NAMES, Recipients
from connectors.graph import text_of
from connectors.http import JOB, TURN

FIXED = ("MailUniversalDistributionGroup", "MailUniversalSecurityGroup")
LIST = (
    *NAMES,
    "IsDirSynced",
    "HiddenFromAddressListsEnabled",
    "HiddenGroupMembershipEnabled",
    "RequireSenderAuthenticationEnabled",
    "AcceptMessagesOnlyFromSendersOrMembers",
    "ManagedBy",
    "WhenCreatedUTC",
    "CustomAttribute1",
)
DEEPEST = 8  # lists in lists in lists
BYPASS = {"BypassSecurityGroupManagerCheck": True}  # an application is never among the owners


class Lists(Recipients):
    """Lists, their owners and their members."""

    async def lists(self, words: str, limit: int = 20) -> list[Name]:
        """Lists whose name or alias holds every word, best first; dynamic ones and Microsoft 365 groups too."""
        return await self.found(words, LIST_KINDS, limit)

    async def list_named(self, text: str) -> MailList:
        """The list of exactly that name, alias or address. Raises NotFound, Refused("several"), Refused("group_mailbox") for a Microsoft 365 group."""
        one = await self.the_one(text, [*LIST_KINDS], "find list")
        if one.kind == "team":
            raise Refused(self.name, "find list: a Microsoft 365 group", code="group_mailbox")
        return await self.mail_list(one.id)

    async def mail_list(self, list_id: str, seconds: float = TURN) -> MailList:
        """One list by id or address. Raises NotFound."""
        wanted = {"Identity": self.identity(list_id)}
        try:
            rows = await self.rows(Command("Get-DistributionGroup", wanted, LIST), seconds)
        except NotFound:
            rows = await self.rows(Command("Get-DynamicDistributionGroup", wanted, LIST), seconds)
        return list_from(one_of(self.name, rows, "read list"))

    async def members(self, list_id: str, seconds: float = TURN) -> list[Member]:
        """Who is on a list directly; lists on it are members of kind "list". Of a dynamic one, whom its rule finds now."""
        return [member_from(row) for row in await self.member_rows(list_id, seconds)]

    async def everybody(self, list_id: str) -> list[Member]:
        """Everybody who gets the list's mails, each once, with the nested lists they are on it through. Lists on each other do no harm."""
        seen, found = {list_id}, dict[str, Member]()
        level: list[tuple[str, tuple[str, ...]]] = [(list_id, ())]
        for _ in range(DEEPEST):
            every = await asyncio.gather(*(self.member_rows(one, JOB) for one, _ in level))
            inside = [member_from(row, via) for rows, (_, via) in zip(every, level, strict=True) for row in rows]
            level = []
            for one in inside:
                if one.kind != "list":
                    found.setdefault(one.id, one)
                elif one.id not in seen:
                    seen.add(one.id)
                    level.append((one.id, (*one.via, one.name)))
            if not level:
                return list(found.values())
        raise Refused(self.name, f"read members: lists nested deeper than {DEEPEST}", code="too_deep")

    async def owners(self, list_id: str) -> list[Member]:
        """Who owns a list. One who is no recipient any more is "gone"."""
        return await self.holders((await self.mail_list(list_id)).owners)

    async def team_owners(self, team_id: str) -> list[Member]:
        """Who owns a Microsoft 365 group, which is no list and cannot be changed here. Raises NotFound."""
        wanted = {"Identity": self.identity(team_id), "RecipientTypeDetails": ["GroupMailbox"]}
        row = one_of(self.name, await self.rows(Command("Get-Recipient", wanted, (*NAMES, "ManagedBy"))), "read team")
        return await self.holders(texts_of(row, "ManagedBy"))

    async def lists_owned_by(self, person_id: str) -> list[Name]:
        """The lists that somebody owns, in the order of the alphabet. Raises NotFound for an unknown person."""
        rows = await self.rows(Command("Get-DistributionGroup", {"ManagedBy": self.identity(person_id)}, NAMES))
        return sorted((name_from(row) for row in rows), key=lambda one: one.name.casefold())

    async def lists_of(self, person_id: str, *, nested: bool = True) -> list[Belonging]:
        """The lists somebody is on, and, if `nested`, those that they get mails from through them. Dynamic ones are not among them."""
        person = await self.recipient(person_id)
        if person is None:
            raise NotFound(self.name, "find person: no such recipient", code="not_found")
        found: dict[str, Belonging] = {}
        level = [(text_of(person, "DistinguishedName"), "")]
        while level:
            every = await asyncio.gather(*(self._lists_with(dn) for dn, _ in level))
            above = [(row, via) for rows, (_, via) in zip(every, level, strict=True) for row in rows]
            level = []
            for row, via in above:
                one = name_from(row)
                if one.id not in found:
                    found[one.id] = Belonging(name=one, via=via)
                    level.append((text_of(row, "DistinguishedName"), via or one.name))
            if not nested:
                break
        return sorted(found.values(), key=lambda one: (one.via != "", one.name.name))

    async def create_list(self, draft: ListDraft, key: str) -> MailList:
        """Make a list, once per key, and read it back. Safe to repeat. Only in jobs: it may take minutes until it is seen everywhere.

        Raises Conflict where address or name is taken, NotFound for an owner or sender who is not there.
        """
        new = {
            "Name": draft.alias,
            "DisplayName": draft.name,
            "Alias": draft.alias,
            "PrimarySmtpAddress": draft.email,
            "Type": "Distribution",
            "ManagedBy": [self.identity(one) for one in draft.owners],
            "MemberJoinRestriction": "Closed",
            "RequireSenderAuthenticationEnabled": not draft.outside,
            "HiddenGroupMembershipEnabled": draft.hidden_members,
        }
        more = {
            "Identity": draft.email,
            "CustomAttribute1": key,
            "HiddenFromAddressListsEnabled": draft.hidden,
            **({"AcceptMessagesOnlyFromSendersOrMembers": list(draft.senders)} if draft.senders else {}),
            **BYPASS,
        }
        async with self.one_at_a_time(f"make {draft.email.casefold()}"):
            await self.made(draft, FIXED, Command("New-DistributionGroup", new), key)
            row = await self.until(lambda: self._row(draft.email), "read list")
            self.ours(row, draft, key, "create list")
            if list_from(row).key != key:
                await self.patiently(Command("Set-DistributionGroup", more))

            async def settled() -> MailList | None:
                found = await self._row(draft.email)
                return list_from(found) if found and list_from(found).key == key else None

            return await self.until(settled, "create list")

    async def set_owners(self, list_id: str, add: Sequence[str] = (), remove: Sequence[str] = ()) -> list[Member]:
        """Give a list further owners and take others away, by id or address; gives the owners. Safe to repeat. Only in jobs.

        Raises Refused("last_owner") where nobody would be left, Refused("synced") for a list of the local directory.
        """
        await self.changeable(list_id)
        before = await self._owner_keys(list_id)
        left = [keys for keys in before if not keys & folded(remove)]
        new = [one for one in add if not any(one.casefold() in keys for keys in before)]
        old = [one for one in remove if any(one.casefold() in keys for keys in before)]
        if not left and not new:
            raise Refused(self.name, "set owners: nobody would be left", code="last_owner")
        if new or old:
            change = {"@odata.type": "#Exchange.GenericHashTable", **({"Add": new} if new else {}), **({"Remove": old} if old else {})}
            await self.patiently(Command("Set-DistributionGroup", {"Identity": list_id, "ManagedBy": change, **BYPASS}))

        async def settled() -> bool | None:
            every = set().union(*await self._owner_keys(list_id))
            return (folded(add) <= every and not folded(remove) & every) or None

        await self.until(settled, "set owners")
        return await self.owners(list_id)

    async def withdraw_list(self, list_id: str, key: str) -> None:
        """Delete a list that was made under this key. Safe to repeat. Raises Conflict for any other list. Only in jobs."""
        row = await self._row(self.identity(list_id))
        if row is None:
            return
        if text_of(row, "CustomAttribute1") != key:
            raise Conflict(self.name, "withdraw list: it was not made under this key", code="not_ours")
        try:
            await self.write(Command("Remove-DistributionGroup", {"Identity": list_id, "Confirm": False, **BYPASS}), repeatable=True)
        except NotFound:  # an earlier try whose answer was lost
            return

    async def changeable(self, list_id: str) -> None:
        """Refuse lists that cannot be changed here: synced, dynamic. One that has just been made is waited for."""
        known = await self.recipient(list_id, JOB)
        if known and text_of(known, "RecipientTypeDetails") == "DynamicDistributionGroup":
            raise Refused(self.name, "change list: its members are worked out by a rule", code="dynamic")
        if list_from(await self.until(lambda: self._row(list_id), "read list")).synced:
            raise Refused(self.name, "change list: it is mastered in the local directory", code="synced")

    async def member_rows(self, list_id: str, seconds: float) -> list[Row]:
        wanted = {"Identity": self.identity(list_id)}
        try:
            return await self.rows(Command("Get-DistributionGroupMember", wanted, HOLDERS), seconds)
        except NotFound:
            return await self.rows(Command("Get-DynamicDistributionGroupMember", wanted, HOLDERS), seconds)

    async def _row(self, list_id: str) -> Row | None:
        """A list that can be changed, None where it is not (yet) seen."""
        try:
            return one_of(self.name, await self.rows(Command("Get-DistributionGroup", {"Identity": list_id}, LIST), JOB), "read list")
        except NotFound:
            return None

    async def _lists_with(self, dn: str) -> list[Row]:
        """The lists that somebody is on directly."""
        fields = (*NAMES, "DistinguishedName")
        return await self.rows(Command("Get-DistributionGroup", {"Filter": f"Members -eq {quoted(dn)}"}, fields))

    async def _owner_keys(self, list_id: str) -> list[set[str]]:
        """For each owner, everything they may be named by."""
        row = await self.until(lambda: self._row(list_id), "read owners")
        found = await self.holders(texts_of(row, "ManagedBy"), JOB)
        return [{one.casefold() for one in (owner.id, owner.email, owner.name) if one} for owner in found]


def folded(texts: Sequence[str]) -> set[str]:
    return {one.casefold() for one in texts}


def one_of(system: str, rows: list[Row], what: str) -> Row:
    """The only row."""
    if len(rows) != 1:
        kind = Refused if rows else NotFound
        raise kind(system, f"{what}: {len(rows)} rows", code="not_one")
    return rows[0]
