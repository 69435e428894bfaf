"""Recipients as the Get- cmdlets show them. Owners are names, addresses carry SMTP: or smtp:, sizes and dates are .NET's."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from simulators.exchange.directory import DOMAINS, LISTS, MAILBOXES, Directory
from simulators.exchange.wire import Row
from simulators.store import Document

TYPES = {  # RecipientTypeDetails → RecipientType
    **dict.fromkeys(MAILBOXES, "UserMailbox"),
    "MailUser": "MailUser",
    "MailContact": "MailContact",
    "MailUniversalDistributionGroup": "MailUniversalDistributionGroup",
    "MailUniversalSecurityGroup": "MailUniversalSecurityGroup",
    "DynamicDistributionGroup": "DynamicDistributionGroup",
    "GroupMailbox": "MailUniversalDistributionGroup",
}
CUSTOM = tuple(f"CustomAttribute{n}" for n in range(1, 16))


def addresses(one: Document) -> list[str]:
    return [f"SMTP:{one['primary']}", *(f"smtp:{other}" for other in one["others"])]


def common(one: Document) -> Row:
    """What every recipient shows."""
    created = datetime.fromtimestamp(one["created"], UTC)
    return {
        "Identity": one["name"],
        "Id": one["name"],
        "Name": one["name"],
        "DisplayName": one["display"],
        "Alias": one["alias"],
        "Guid": UUID(one["guid"]),
        "ExternalDirectoryObjectId": one["object_id"],
        "DistinguishedName": one["dn"],
        "PrimarySmtpAddress": one["primary"],
        "EmailAddresses": addresses(one),
        "RecipientType": TYPES.get(one["kind"], "User"),
        "RecipientTypeDetails": one["kind"],
        "HiddenFromAddressListsEnabled": one["hidden"],
        "IsDirSynced": one["synced"],
        "OrganizationId": "kk.onmicrosoft.com",
        "WhenCreated": created,
        "WhenCreatedUTC": created,
        "WhenChangedUTC": created,
        **{name: one["custom"].get(name, "") for name in CUSTOM},
    }


def recipient(directory: Directory, one: Document) -> Row:
    """A row of Get-Recipient and Get-DistributionGroupMember."""
    return {
        **common(one),
        "FirstName": one["first"],
        "LastName": one["last"],
        "Department": one["department"],
        "Title": one["title"],
        "Company": "Københavns Kommune",
        "WindowsLiveID": one["upn"],
        "ManagedBy": directory.names(one.get("owners", [])),
        "IsValidSecurityPrincipal": one["kind"] != "MailUniversalDistributionGroup",
    }


def mailbox(directory: Directory, one: Document) -> Row:
    """A row of Get-Mailbox."""
    return {
        **common(one),
        "ExchangeGuid": UUID(one["exchange_guid"]),
        "UserPrincipalName": one["upn"],
        "WindowsEmailAddress": one["primary"],
        "IsShared": one["kind"] == "SharedMailbox",
        "IsMailboxEnabled": True,
        "AccountDisabled": one["kind"] != "UserMailbox" or one["disabled"],
        "Office": "",
        "GrantSendOnBehalfTo": directory.names(one["on_behalf"]),
        "MessageCopyForSentAsEnabled": one.get("copy_as", False),
        "MessageCopyForSendOnBehalfEnabled": one.get("copy_behalf", False),
        "ForwardingSmtpAddress": one.get("forward", "") or None,
        "DeliverToMailboxAndForward": one.get("forward_keep", False),
        "MailTip": one["mailtip"] or None,
        "AcceptMessagesOnlyFromSendersOrMembers": [],
        "ProhibitSendQuota": "49.5 GB (53,150,220,288 bytes)",
        "ProhibitSendReceiveQuota": "50 GB (53,687,091,200 bytes)",
        "MaxSendSize": "35 MB (36,700,160 bytes)",
        "RetainDeletedItemsFor": "14.00:00:00",
        "AuditEnabled": True,
        "AuditLogAgeLimit": "90.00:00:00",
        "IsInactiveMailbox": False,
        "WhenSoftDeleted": datetime.fromtimestamp(one["deleted"], UTC) if one["deleted"] else None,
    }


def group(directory: Directory, one: Document) -> Row:
    """A row of Get-DistributionGroup."""
    return {
        **common(one),
        "GroupType": "Universal, SecurityEnabled" if one["kind"] == "MailUniversalSecurityGroup" else "Universal",
        "SamAccountName": f"{one['alias']}-{one['guid'][:8]}",
        "ManagedBy": directory.names(one["owners"]),
        "MemberJoinRestriction": one["join"],
        "MemberDepartRestriction": one["depart"],
        "RequireSenderAuthenticationEnabled": one["inside_only"],
        "AcceptMessagesOnlyFrom": directory.names(g for g in one["senders"] if not is_list(directory, g)),
        "AcceptMessagesOnlyFromDLMembers": directory.names(g for g in one["senders"] if is_list(directory, g)),
        "AcceptMessagesOnlyFromSendersOrMembers": directory.names(one["senders"]),
        "GrantSendOnBehalfTo": directory.names(one["on_behalf"]),
        "HiddenGroupMembershipEnabled": one["hidden_members"],
        "MailTip": one["mailtip"] or None,
        "Description": [one["notes"]] if one["notes"] else [],
        "ReportToOriginatorEnabled": True,
        "MaxSendSize": "Unlimited",
    }


def dynamic(directory: Directory, one: Document) -> Row:
    """A row of Get-DynamicDistributionGroup."""
    return {
        **common(one),
        "ManagedBy": next(iter(directory.names(one["owners"])), None),
        "RecipientFilter": one["filter"],
        "RecipientFilterType": "Custom",
        "IncludedRecipients": "MailboxUsers",
        "RequireSenderAuthenticationEnabled": True,
        "Notes": "",
    }


def detail(directory: Directory, one: Document) -> Row:
    """A row of Get-Group: the other half of a group, with its notes."""
    return {
        **common(one),
        "ManagedBy": directory.names(one["owners"]),
        "Notes": one["notes"],
        "Members": directory.names(directory.members(one["guid"], directory.stale)),
    }


def domain(number: int, name: str) -> Row:
    """A row of Get-AcceptedDomain."""
    return {"Identity": name, "Name": name, "DomainName": name, "DomainType": "Authoritative", "Default": number == 0, "IsValid": True}


def domains() -> list[Row]:
    return [domain(number, name) for number, name in enumerate(DOMAINS)]


def is_list(directory: Directory, guid: str) -> bool:
    one = directory.get(guid)
    return one is not None and one["kind"] in LISTS


Shower = Callable[[Directory, Document], Row]
