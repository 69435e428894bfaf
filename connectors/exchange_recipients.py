"""What lists and mailboxes share: looked for by words, found by address, made once per business key, and the holders behind names."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from connectors.errors import Conflict, NotFound, Refused, Unavailable
from connectors.exchange_cmdlets import Cmdlets, Command, Row, quoted
from connectors.exchange_models import LIST_KINDS, ListDraft, MailboxDraft, Member, Name, member_from, name_from, texts_of
from connectors.folding import fold, holds, spellings, words_of
from connectors.graph import moment_of, text_of
from connectors.http import JOB, TURN, surely_not_executed
from connectors.names import Names

NAMES = ("DisplayName", "Name", "Alias", "PrimarySmtpAddress", "ExternalDirectoryObjectId", "Guid", "RecipientTypeDetails")
HOLDERS = (*NAMES, "EmailAddresses", "WindowsLiveID", "DistinguishedName")
ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
MOST = 20  # names in one filter
WORDS = 5  # of a search
ADOPTED = timedelta(days=1)  # so young, something of the same name without any key is what a job made before it died
KEY = 100  # characters of a business key


class Recipients(Cmdlets):
    """Names, addresses and holders."""

    async def all_names(self) -> list[Name]:
        """Every list and shared mailbox, for an index. Takes seconds where there are thousands: not within a turn."""
        command = Command("Get-Recipient", {"RecipientTypeDetails": [*LIST_KINDS, "SharedMailbox"]}, NAMES)
        return [name_from(row) for row in await self.rows(command, JOB)]

    async def names(self) -> Names:
        """What lists and shared mailboxes are called, by display name and by alias, for finding them in texts. As slow as `all_names`."""
        every = await self.all_names()
        boxes = [name for one in every if one.kind == "mailbox" for name in (one.name, one.alias)]
        lists = [name for one in every if one.kind != "mailbox" for name in (one.name, one.alias)]
        return Names(lists=tuple(lists), mailboxes=tuple(boxes))

    async def found(self, words: str, kinds: Iterable[str], limit: int) -> list[Name]:
        """Those whose name or alias holds every word, best first. Spelling is folded; a word may stand inside a longer one."""
        wanted = words_of(words)[:WORDS]
        if not wanted:
            return []
        ways = [[(field, way) for way in spellings(word) for field in ("DisplayName", "Alias")] for word in wanted]
        clauses = ["(" + " -or ".join(f"{field} -like {quoted(f'*{way}*')}" for field, way in word) + ")" for word in ways]
        command = Command("Get-Recipient", {"RecipientTypeDetails": [*kinds], "Filter": " -and ".join(clauses)}, NAMES)
        names = [name_from(row) for row in await self.rows(command)]
        fitting = [one for one in names if holds(f"{one.name} {one.alias}", words)]
        return sorted(fitting, key=lambda one: (not is_called(one, words), len(one.name), one.name, one.id))[:limit]

    async def the_one(self, text: str, kinds: Sequence[str], what: str) -> Name:
        """The one with exactly that name, alias or address. Raises NotFound, and Refused("several") where a name is not enough."""
        if "@" in text:
            row = await self.recipient(text)
            found = [name_from(row)] if row and text_of(row, "RecipientTypeDetails") in kinds else []
        else:
            found = [one for one in await self.found(text, kinds, 1000) if is_called(one, text)]
        if not found:
            raise NotFound(self.name, f"{what}: none of that name", code="not_found")
        if len(found) > 1:
            raise Refused(self.name, f"{what}: {len(found)} of that name", code="several")
        return found[0]

    async def recipient(self, identity: str, seconds: float = TURN) -> Row | None:
        """Whatever has that id or address, None for nothing."""
        command = Command("Get-Recipient", {"Identity": self.identity(identity)}, HOLDERS)
        try:
            rows = await self.rows(command, seconds)
        except NotFound:
            return None
        if len(rows) > 1:
            raise Refused(self.name, "Get-Recipient: several have that identity", code="several")
        return rows[0] if rows else None

    async def address_free(self, address: str) -> bool:
        """Whether nobody has the address, not even a deleted mailbox. One that was given up less than an hour ago may still be refused.

        Raises Refused: bad_address, or foreign_domain where the organization does not have the domain.
        """
        if not ADDRESS.fullmatch(address):
            raise Refused(self.name, "no address", code="bad_address")
        deleted = Command("Get-Mailbox", {"Identity": address, "SoftDeletedMailbox": True}, NAMES)
        domains, holder, gone = await asyncio.gather(self.domains(), self.recipient(address), self._any(deleted))
        if address.rpartition("@")[2].casefold() not in domains:
            raise Refused(self.name, "not a domain of the organization", code="foreign_domain")
        return holder is None and not gone

    async def domains(self) -> list[str]:
        """The domains that addresses may have, the usual one first; in lower case."""
        rows = await self.rows(Command("Get-AcceptedDomain", {}, ("DomainName", "Default")))
        return [text_of(row, "DomainName").casefold() for row in sorted(rows, key=lambda row: row.get("Default") is not True)]

    async def holders(self, texts: Iterable[str], seconds: float = TURN) -> list[Member]:
        """Who is behind names or addresses as Exchange shows them; one whom it no longer has is "gone". In the order given."""
        wanted = list(dict.fromkeys(texts))
        known: dict[str, Member] = {}
        for start in range(0, len(wanted), MOST):
            tests = [
                f"({field} -eq {quoted(text)})"
                for text in wanted[start : start + MOST]
                for field in (("PrimarySmtpAddress", "WindowsLiveID") if "@" in text else ("Name",))
            ]
            for row in await self.rows(Command("Get-Recipient", {"Filter": " -or ".join(tests)}, HOLDERS), seconds):
                for key in (text_of(row, "Name"), text_of(row, "PrimarySmtpAddress"), text_of(row, "WindowsLiveID")):
                    known[key.casefold()] = member_from(row)
        return [known.get(text.casefold()) or Member(id="", name=text, email="", kind="gone") for text in wanted]

    async def made(self, draft: ListDraft | MailboxDraft, kinds: Sequence[str], new: Command, key: str) -> Row:
        """Make it, unless it is there under this key, and wait until it is seen. Gives its row of Get-Recipient.

        Raises Conflict where the address or the name is somebody else's; "address_held" may pass within the hour.
        """
        if not key or len(key) > KEY:
            raise Refused(self.name, "make: the key does not fit", code="bad_key")

        async def look() -> Row | None:
            row = await self.recipient(draft.email, JOB)
            if row and text_of(row, "RecipientTypeDetails") not in kinds:
                raise Conflict(self.name, f"{new.cmdlet}: the address is taken", code="address_taken")
            return row

        row = await look()
        if row:
            return row
        trouble: Conflict | Unavailable | None = None
        try:
            await self.write(new, repeatable=False)
        except (Conflict, Unavailable) as error:  # it may be there all the same: by this call, or by one whose answer was lost
            if isinstance(error, Unavailable) and surely_not_executed(error):
                raise
            other = await self.recipient(draft.alias, JOB) if isinstance(error, Conflict) else None
            if other and text_of(other, "PrimarySmtpAddress").casefold() != draft.email.casefold():
                raise
            trouble = error
        try:
            return await self.until(look, new.cmdlet)
        except Unavailable as error:
            raise trouble or error from None

    def ours(self, row: Row, draft: ListDraft | MailboxDraft, key: str, what: str) -> None:
        """Refuse (Conflict) what carries another key, or none and is old or called otherwise: somebody else made it."""
        marked, made_at = text_of(row, "CustomAttribute1"), moment_of(row, "WhenCreatedUTC")
        young = made_at is not None and datetime.now(UTC) - made_at < ADOPTED
        if marked != key and (marked or not young or text_of(row, "DisplayName") != draft.name):
            raise Conflict(self.name, f"{what}: the address is taken", code="address_taken")

    async def _any(self, command: Command) -> list[Row]:
        try:
            return await self.rows(command)
        except NotFound:
            return []


def is_called(one: Name, text: str) -> bool:
    """Whether that is its name, alias or address, however it is spelt."""
    wanted = fold(text)
    return wanted in {fold(one.name), fold(one.alias), fold(one.email)}


def keys_of(row: Row) -> set[str]:
    """Everything that somebody may be named by: ids and addresses, folded."""
    addresses = [one[5:] for one in texts_of(row, "EmailAddresses") if one[:5].lower() == "smtp:"]
    named = (text_of(row, "ExternalDirectoryObjectId"), text_of(row, "Guid"), text_of(row, "PrimarySmtpAddress"), *addresses)
    return {one.casefold() for one in named if one}
