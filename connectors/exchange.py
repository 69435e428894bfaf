"""Exchange Online's administration: shared mailboxes, who may use them, and distribution lists.

Source: https://learn.microsoft.com/powershell/module/exchange (cmdlets); the wire is in exchange_cmdlets.py, lists in exchange_lists.py.
"""

import asyncio
from typing import Any

from typing_extensions import override

from connectors.errors import Conflict, Denied, NotFound, Refused
from connectors.exchange_cmdlets import Command, Row
from connectors.exchange_lists import one_of
from connectors.exchange_members import Members
from connectors.exchange_models import (
    AUDIENCES,
    STATES,
    AutoReply,
    Mailbox,
    MailboxDraft,
    Name,
    Permission,
    Right,
    html,
    mailbox_from,
    reply_from,
    texts_of,
)
from connectors.exchange_recipients import NAMES
from connectors.graph import text_of
from connectors.http import JOB, TURN

SHARED = ("SharedMailbox",)
MAILBOX = (
    *NAMES,
    "EmailAddresses",
    "IsDirSynced",
    "HiddenFromAddressListsEnabled",
    "GrantSendOnBehalfTo",
    "MessageCopyForSentAsEnabled",
    "MessageCopyForSendOnBehalfEnabled",
    "WhenCreatedUTC",
    "CustomAttribute1",
    "CustomAttribute2",
)
SELF = "NT AUTHORITY\\SELF"
COPIES = {"MessageCopyForSentAsEnabled": True, "MessageCopyForSendOnBehalfEnabled": True}  # off where nobody asks: sent mails lie elsewhere


class Exchange(Members):
    """Shared mailboxes and lists."""

    @override
    async def check(self) -> str:
        domains = await self.domains()
        return f"cmdlets answer; addresses may end in {', '.join(domains)}"

    async def mailboxes(self, words: str, limit: int = 20) -> list[Name]:
        """Shared mailboxes whose name or alias holds every word, best first."""
        return await self.found(words, SHARED, limit)

    async def mailbox_named(self, text: str) -> Mailbox:
        """The shared mailbox of exactly that name, alias or address. Raises NotFound, Refused("several")."""
        return await self.mailbox((await self.the_one(text, SHARED, "find mailbox")).id)

    async def mailbox(self, mailbox_id: str, seconds: float = TURN) -> Mailbox:
        """One shared mailbox by id or address. Raises NotFound, also for the mailbox of a person."""
        return mailbox_from(await self._mailbox_row(mailbox_id, seconds))

    async def permissions(self, mailbox_id: str, seconds: float = TURN) -> list[Permission]:
        """Who may open it, send as it, and send on its behalf; a line for each right."""
        row = await self._mailbox_row(mailbox_id, seconds)
        wanted = {"Identity": self.identity(mailbox_id)}
        access, sending = await asyncio.gather(
            self.rows(Command("Get-MailboxPermission", wanted), seconds), self.rows(Command("Get-RecipientPermission", wanted), seconds)
        )
        named: list[tuple[str, Right]] = [(text_of(one, "User"), "full") for one in access if opens(one)]
        named += [(text_of(one, "Trustee"), "send_as") for one in sending if text_of(one, "Trustee") != SELF]
        named += [(text, "on_behalf") for text in texts_of(row, "GrantSendOnBehalfTo")]
        texts = list(dict.fromkeys(text for text, _ in named))
        known = dict(zip(texts, await self.holders(texts, seconds), strict=True))
        return [Permission(holder=known[text], right=right) for text, right in named]

    async def items(self, mailbox_id: str) -> int | None:
        """How many mails and other items lie in a mailbox; None where the app may not see it. Raises NotFound."""
        try:
            rows = await self.rows(Command("Get-MailboxStatistics", {"Identity": self.identity(mailbox_id)}, ("ItemCount",)))
        except Denied:
            return None
        return sum(int(found) for row in rows if (found := str(row.get("ItemCount"))).isdecimal())

    async def create_mailbox(self, draft: MailboxDraft, key: str) -> Mailbox:
        """Make a shared mailbox, once per key, that keeps what is sent from it, and read it back. Safe to repeat. Only in jobs: may take minutes.

        Raises Conflict where address or name is taken; "address_held" when it was given up within the last hour.
        """
        new = {"Shared": True, "Name": draft.alias, "DisplayName": draft.name, "Alias": draft.alias, "PrimarySmtpAddress": draft.email}
        async with self.one_at_a_time(f"make {draft.email.casefold()}"):
            await self.made(draft, SHARED, Command("New-Mailbox", new), key)
            row = await self.until(lambda: self._seen(draft.email), "read mailbox")
            self.ours(row, draft, key, "create mailbox")

            def whole(found: Mailbox) -> bool:
                return (found.key, found.owner, found.copies) == (key, draft.owner, True)

            if not whole(mailbox_from(row)):
                marks = {"CustomAttribute1": key, **({"CustomAttribute2": draft.owner} if draft.owner else {})}
                await self.patiently(Command("Set-Mailbox", {"Identity": draft.email, **marks, **COPIES}))

            async def settled() -> Mailbox | None:
                found = await self._seen(draft.email)
                return mailbox_from(found) if found and whole(mailbox_from(found)) else None

            return await self.until(settled, "create mailbox")

    async def grant(self, mailbox_id: str, person_id: str, right: Right) -> bool:
        """Give somebody a right on a shared mailbox and read it back; False where they had it. Safe to repeat. Only in jobs.

        Raises NotFound for a person who is not there. Opening (full) does not include sending (send_as).
        """
        return await self._entitled(mailbox_id, person_id, right, wanted=True)

    async def revoke(self, mailbox_id: str, person_id: str, right: Right) -> bool:
        """Take a right away and read it back; False where they did not have it. Safe to repeat. Only in jobs."""
        return await self._entitled(mailbox_id, person_id, right, wanted=False)

    async def auto_reply(self, mailbox_id: str, seconds: float = TURN) -> AutoReply:
        """The automatic reply as it is set."""
        rows = await self.rows(Command("Get-MailboxAutoReplyConfiguration", {"Identity": self.identity(mailbox_id)}), seconds)
        return reply_from(one_of(self.name, rows, "read automatic reply"))

    async def set_auto_reply(self, mailbox_id: str, reply: AutoReply) -> AutoReply:
        """Set it, and read it back. Safe to repeat. Raises Refused for times that have passed or run backwards. Only in jobs."""
        if reply.state == "scheduled" and not (reply.starts and reply.ends):
            raise Refused(self.name, "set automatic reply: a scheduled one needs its times", code="no_times")
        words: dict[str, Any] = {
            "AutoReplyState": named(STATES, reply.state),
            "ExternalAudience": named(AUDIENCES, reply.audience),
            "InternalMessage": html(reply.inside),
            "ExternalMessage": html(reply.outside),
        }
        times = {"StartTime": reply.starts, "EndTime": reply.ends} if reply.state == "scheduled" else {}
        words |= {name: at.isoformat() for name, at in times.items() if at}
        await self.patiently(Command("Set-MailboxAutoReplyConfiguration", {"Identity": self.identity(mailbox_id), **words}))

        async def settled() -> AutoReply | None:
            found = await self.auto_reply(mailbox_id, JOB)
            return found if found == normal(reply) else None

        return await self.until(settled, "set automatic reply")

    async def withdraw_mailbox(self, mailbox_id: str, key: str) -> None:
        """Delete a mailbox that was made under this key; it can be brought back for 30 days, and keeps its address so long. Safe to repeat.

        Raises Conflict for any other mailbox. Only in jobs.
        """
        row = await self._seen(self.identity(mailbox_id))
        if row is None:
            return
        if text_of(row, "CustomAttribute1") != key:
            raise Conflict(self.name, "withdraw mailbox: it was not made under this key", code="not_ours")
        try:
            await self.write(Command("Remove-Mailbox", {"Identity": mailbox_id, "Confirm": False}), repeatable=True)
        except NotFound:  # an earlier try whose answer was lost
            return

    async def _entitled(self, mailbox_id: str, person_id: str, right: Right, *, wanted: bool) -> bool:
        person = await self.recipient(person_id, JOB)
        if person is None:
            raise NotFound(self.name, "find person: no such recipient", code="not_found")
        holder = {text_of(person, key).casefold() for key in ("PrimarySmtpAddress", "WindowsLiveID", "Name")} - {""}
        await self.until(lambda: self._seen(self.identity(mailbox_id)), "read mailbox")

        async def settled() -> bool | None:
            return (await self._has(mailbox_id, holder, right) == wanted) or None

        if await settled():
            return False
        await self.patiently(change(mailbox_id, text_of(person, "PrimarySmtpAddress"), right, wanted=wanted))
        await self.until(settled, f"{'grant' if wanted else 'revoke'} {right}")
        return True

    async def _has(self, mailbox_id: str, holder: set[str], right: Right) -> bool:
        """Whether somebody has a right, by any of their names."""
        wanted = {"Identity": mailbox_id}
        if right == "full":
            found = [text_of(one, "User") for one in await self.rows(Command("Get-MailboxPermission", wanted), JOB) if opens(one)]
        elif right == "send_as":
            found = [text_of(one, "Trustee") for one in await self.rows(Command("Get-RecipientPermission", wanted), JOB)]
        else:
            found = list(texts_of(await self._mailbox_row(mailbox_id, JOB), "GrantSendOnBehalfTo"))
        return any(one.casefold() in holder for one in found)

    async def _mailbox_row(self, mailbox_id: str, seconds: float) -> Row:
        wanted = {"Identity": self.identity(mailbox_id), "RecipientTypeDetails": [*SHARED]}
        return one_of(self.name, await self.rows(Command("Get-Mailbox", wanted, MAILBOX), seconds), "read mailbox")

    async def _seen(self, mailbox_id: str) -> Row | None:
        """A shared mailbox, None where it is not (yet) seen."""
        try:
            return await self._mailbox_row(mailbox_id, JOB)
        except NotFound:
            return None


def change(mailbox_id: str, person: str, right: Right, *, wanted: bool) -> Command:
    """The cmdlet that gives or takes a right. Each does the same when it is done twice."""
    verb = "Add" if wanted else "Remove"
    if right == "full":
        entry: dict[str, Any] = {"Identity": mailbox_id, "User": person, "AccessRights": ["FullAccess"], "InheritanceType": "All"}
        return Command(f"{verb}-MailboxPermission", entry | ({"AutoMapping": True} if wanted else {"Confirm": False}))
    if right == "send_as":
        entry = {"Identity": mailbox_id, "Trustee": person, "AccessRights": ["SendAs"], "Confirm": False}
        return Command(f"{verb}-RecipientPermission", entry)
    table = {"@odata.type": "#Exchange.GenericHashTable", verb: [person]}  # a plain array would replace the others
    return Command("Set-Mailbox", {"Identity": mailbox_id, "GrantSendOnBehalfTo": table})


def opens(row: Row) -> bool:
    """Whether an entry lets its holder open the mailbox."""
    return "FullAccess" in texts_of(row, "AccessRights") and row.get("Deny") is not True and text_of(row, "User") != SELF


def named(table: dict[str, Any], value: str) -> str:
    """Exchange's word for ours."""
    return next(theirs for theirs, ours in table.items() if ours == value)


def normal(reply: AutoReply) -> AutoReply:
    """A reply as it reads back."""
    times = {"starts": None, "ends": None} if reply.state != "scheduled" else {}
    return reply.model_copy(update={"inside": clean(reply.inside), "outside": clean(reply.outside), **times})


def clean(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())
