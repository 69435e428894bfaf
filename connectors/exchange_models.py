"""What goes in and out of the Exchange connector. Ids are object ids of Entra where a thing has one, else Exchange's own GUIDs."""

import re
from collections.abc import Mapping
from datetime import datetime
from html import escape, unescape
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from connectors.graph import moment_of, text_of

ListKind = Literal["list", "security", "dynamic", "team"]
Right = Literal["full", "send_as", "on_behalf"]
LIST_KINDS: dict[str, ListKind] = {
    "MailUniversalDistributionGroup": "list",
    "MailUniversalSecurityGroup": "security",
    "DynamicDistributionGroup": "dynamic",
    "GroupMailbox": "team",
}
NameKind = ListKind | Literal["mailbox"]
MEMBER_KINDS: dict[str, Literal["person", "mailbox", "room", "contact"]] = {
    "UserMailbox": "person",
    "MailUser": "person",
    "SharedMailbox": "mailbox",
    "RoomMailbox": "room",
    "EquipmentMailbox": "room",
    "MailContact": "contact",
}
STATES: dict[str, Literal["off", "on", "scheduled"]] = {"Disabled": "off", "Enabled": "on", "Scheduled": "scheduled"}
AUDIENCES: dict[str, Literal["nobody", "known", "everybody"]] = {"None": "nobody", "Known": "known", "All": "everybody"}
BREAKS = re.compile(r"<br\s*/?>|</p>|</div>", re.IGNORECASE)
TAGS = re.compile(r"<[^>]*>")


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Name(Frozen):
    """A list or shared mailbox by its names, for an index. team: a Microsoft 365 group, which is no list of Exchange's."""

    id: str
    name: str
    alias: str
    email: str
    kind: NameKind


class MailList(Frozen):
    """A distribution list. dynamic: its members are worked out from a rule. synced: mastered in the local directory, nothing can be changed here.

    hidden: not in the address book. hidden_members: nobody but its owners sees who is on it. inside_only: takes mails from inside alone.
    senders, owners: names as Exchange shows them. key: the business key it was made under, "" for none.
    """

    id: str
    name: str
    alias: str
    email: str
    kind: ListKind
    synced: bool
    hidden: bool
    hidden_members: bool
    inside_only: bool
    senders: tuple[str, ...]
    owners: tuple[str, ...]
    created_at: datetime | None
    key: str


class Member(Frozen):
    """Somebody or something on a list, or with a right. gone: named there, and no longer in Exchange; then there is a name alone.

    via: the nested lists, outermost first, through which it is on the list; empty for a direct member.
    """

    id: str
    name: str
    email: str
    kind: Literal["person", "mailbox", "room", "contact", "list", "gone"]
    via: tuple[str, ...] = ()


class Belonging(Frozen):
    """A list that somebody gets mails from. via: the name of the list through which, "" for one they are on themselves."""

    name: Name
    via: str = ""


class Mailbox(Frozen):
    """A shared mailbox. copies: what is sent as it, or on its behalf, is kept in it too. key: as in MailList. owner: as in MailboxDraft."""

    id: str
    name: str
    alias: str
    email: str
    addresses: tuple[str, ...]
    synced: bool
    hidden: bool
    on_behalf: tuple[str, ...]
    copies: bool
    created_at: datetime | None
    key: str
    owner: str = ""  # what an earlier release kept of a mailbox had none


class Permission(Frozen):
    """One right of one holder on a mailbox."""

    holder: Member
    right: Right


class Outcome(Frozen):
    """What became of one person of many. done: changed now. already: it was so before. unknown: Exchange has nobody of that id or address.

    refused: a rule forbids it. failed: it did not come through, and may be tried again. code: a short machine word for the last three.
    """

    person: str
    state: Literal["done", "already", "unknown", "refused", "failed"]
    code: str = ""


class AutoReply(Frozen):
    """The automatic reply of a mailbox, in plain text. starts, ends: aware; only for "scheduled". audience: who outside gets `outside`."""

    state: Literal["off", "on", "scheduled"]
    inside: str = ""
    outside: str = ""
    audience: Literal["nobody", "known", "everybody"] = "everybody"
    starts: datetime | None = None
    ends: datetime | None = None


class ListDraft(Frozen):
    """A list to be made. alias: the address's part before the @, which is also its name to administrators. owners, senders: ids or addresses.

    senders: the only ones who may send to it; empty for everybody (inside, unless `outside`).
    """

    name: str = Field(min_length=1, max_length=256)
    email: str
    owners: tuple[str, ...] = Field(min_length=1)
    outside: bool = False
    hidden: bool = False
    hidden_members: bool = False
    senders: tuple[str, ...] = ()

    @property
    def alias(self) -> str:
        return self.email.partition("@")[0]


class MailboxDraft(Frozen):
    """A shared mailbox to be made. owner: the id of whoever answers for it, kept with it since Exchange has no owners of mailboxes."""

    name: str = Field(min_length=1, max_length=256)
    email: str
    owner: str = ""

    @property
    def alias(self) -> str:
        return self.email.partition("@")[0]


def id_of(row: Mapping[str, Any]) -> str:
    return text_of(row, "ExternalDirectoryObjectId") or text_of(row, "Guid")


def texts_of(row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A property of many values, which may come as one or as none."""
    value = row.get(key)
    return tuple(str(one) for one in (value if isinstance(value, list) else [value]) if one)


def name_from(row: Mapping[str, Any]) -> Name:
    kind: NameKind = LIST_KINDS.get(text_of(row, "RecipientTypeDetails"), "mailbox")
    return Name(
        id=id_of(row), name=text_of(row, "DisplayName"), alias=text_of(row, "Alias"), email=text_of(row, "PrimarySmtpAddress"), kind=kind
    )


def list_from(row: Mapping[str, Any]) -> MailList:
    return MailList(
        id=id_of(row),
        name=text_of(row, "DisplayName"),
        alias=text_of(row, "Alias"),
        email=text_of(row, "PrimarySmtpAddress"),
        kind=LIST_KINDS.get(text_of(row, "RecipientTypeDetails"), "list"),
        synced=row.get("IsDirSynced") is True,
        hidden=row.get("HiddenFromAddressListsEnabled") is True,
        hidden_members=row.get("HiddenGroupMembershipEnabled") is True,
        inside_only=row.get("RequireSenderAuthenticationEnabled") is True,
        senders=texts_of(row, "AcceptMessagesOnlyFromSendersOrMembers"),
        owners=texts_of(row, "ManagedBy"),
        created_at=moment_of(row, "WhenCreatedUTC"),
        key=text_of(row, "CustomAttribute1"),
    )


def mailbox_from(row: Mapping[str, Any]) -> Mailbox:
    return Mailbox(
        id=id_of(row),
        name=text_of(row, "DisplayName"),
        alias=text_of(row, "Alias"),
        email=text_of(row, "PrimarySmtpAddress"),
        addresses=tuple(one[5:] for one in texts_of(row, "EmailAddresses") if one[:5].lower() == "smtp:"),
        synced=row.get("IsDirSynced") is True,
        hidden=row.get("HiddenFromAddressListsEnabled") is True,
        on_behalf=texts_of(row, "GrantSendOnBehalfTo"),
        copies=row.get("MessageCopyForSentAsEnabled") is True and row.get("MessageCopyForSendOnBehalfEnabled") is True,
        created_at=moment_of(row, "WhenCreatedUTC"),
        key=text_of(row, "CustomAttribute1"),
        owner=text_of(row, "CustomAttribute2"),
    )


def member_from(row: Mapping[str, Any], via: tuple[str, ...] = ()) -> Member:
    detail = text_of(row, "RecipientTypeDetails")
    return Member(
        id=id_of(row),
        name=text_of(row, "DisplayName"),
        email=text_of(row, "PrimarySmtpAddress"),
        kind="list" if detail in LIST_KINDS else MEMBER_KINDS.get(detail, "person"),
        via=via,
    )


def reply_from(row: Mapping[str, Any]) -> AutoReply:
    state = STATES.get(text_of(row, "AutoReplyState"), "off")
    timed = state == "scheduled"
    return AutoReply(
        state=state,
        inside=plain(text_of(row, "InternalMessage")),
        outside=plain(text_of(row, "ExternalMessage")),
        audience=AUDIENCES.get(text_of(row, "ExternalAudience"), "everybody"),
        starts=moment_of(row, "StartTime") if timed else None,
        ends=moment_of(row, "EndTime") if timed else None,
    )


def plain(html: str) -> str:
    """The text in an automatic reply, which Exchange keeps as HTML."""
    flat = re.sub(r"\s*\n\s*", " ", html)
    text = unescape(TAGS.sub("", BREAKS.sub("\n", flat)))
    return "\n".join(line.strip() for line in text.splitlines()).strip()


def html(text: str) -> str:
    """The other way."""
    return "<br>".join(escape(line, quote=False) for line in text.strip().splitlines())
