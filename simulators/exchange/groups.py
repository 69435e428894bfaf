"""Distribution lists: made, changed, deleted, and who is on them.

Source: https://learn.microsoft.com/powershell/module/exchange/new-distributiongroup and its neighbours
"""

from simulators.exchange import refusals, show
from simulators.exchange.directory import ADMINISTRATORS, LISTS, MEMBERS, OWNERS, UNSEEN, Directory, blank
from simulators.exchange.naming import identity, nothing_changed, renamed, within
from simulators.exchange.parameters import Cmdlet, Given, Kind, change, choice, flag, size, text, texts
from simulators.exchange.wire import Row
from simulators.store import Document

MOST = 10_000  # members in one call
NOTES = 1024
JOIN = choice("Open", "Closed", "ApprovalRequired")
DEPART = choice("Open", "Closed")


def writable(directory: Directory, given: Given, cmdlet: str, parameters: str) -> Document:
    """The list to change. Refuses groups of another kind, synchronized ones, and callers who are not its manager."""
    one = directory.find(given.text("Identity"), LISTS | {"GroupMailbox", "DynamicDistributionGroup"})
    if one["kind"] == "GroupMailbox":
        raise refusals.group_mailbox(cmdlet)
    if one["kind"] not in LISTS:
        raise refusals.rule(f"The operation '{cmdlet}' can't be performed on the group '{one['name']}' of type {one['kind']}.")
    if one["synced"]:
        raise refusals.on_premises(cmdlet, parameters, one["name"])
    if not given.flag("BypassSecurityGroupManagerCheck"):
        raise refusals.not_manager()
    return one


def owners(directory: Directory, guids: list[str]) -> list[str]:
    """Refuse an owner of the wrong kind, and none at all."""
    if not guids:
        raise refusals.rule("The group must have at least one owner: the property ManagedBy can't be empty.")
    for guid in guids:
        one = directory.get(guid)
        if one is not None and one["kind"] not in OWNERS:
            raise refusals.rule(
                f"The recipient '{one['name']}' isn't valid as an owner: it must be a mailbox, mail user or mail-enabled security group."
            )
    return guids


def member(directory: Directory, identity_text: str, group: Document) -> Document:
    """A recipient that may be a member of a group."""
    one = directory.find(identity_text, MEMBERS | UNSEEN | {"GroupMailbox", "DynamicDistributionGroup"})
    if one["kind"] == "GroupMailbox":
        raise refusals.group_mailbox("Add-DistributionGroupMember")
    if one["kind"] not in MEMBERS:
        raise refusals.rule(f"The recipient '{one['name']}' of type {one['kind']} can't be a member of a distribution group.")
    if one["guid"] == group["guid"]:
        raise refusals.rule(f"The group '{group['name']}' can't be a member of itself.")
    return one


def new(directory: Directory, given: Given) -> list[Row]:
    name, display, alias, primary = identity(given)
    directory.unique(name)
    kind = "MailUniversalSecurityGroup" if given.text("Type") == "Security" else "MailUniversalDistributionGroup"
    one = blank(kind, name, alias, primary, directory.now, display=display)
    one |= {
        "owners": owners(directory, directory.changed([], given["ManagedBy"])) if "ManagedBy" in given else [ADMINISTRATORS],
        "join": given.values.get("MemberJoinRestriction", "Closed"),
        "depart": given.values.get("MemberDepartRestriction", "Open"),
        "inside_only": given.flag("RequireSenderAuthenticationEnabled", default=True),
        "hidden_members": given.flag("HiddenGroupMembershipEnabled"),
        "notes": within("Notes", given.text("Notes"), NOTES),
    }
    people = several(directory, given, one)
    if given.flag("CopyOwnerToMember"):
        people += [guid for guid in one["owners"] if directory.get(guid)]
    with directory.simulation.store.atomic():
        directory.claim(one["guid"], [primary])
        directory.put(one)
        directory.set_members(one["guid"], add=people)
    return [show.group(directory, one)]


def several(directory: Directory, given: Given, group: Document) -> list[str]:
    """The GUIDs of the parameter Members."""
    wanted = given.texts("Members")
    if len(wanted) > MOST:
        raise refusals.rule(f"The number of members can't exceed {MOST}.")
    return [member(directory, one, group)["guid"] for one in wanted]


def set_group(directory: Directory, given: Given) -> list[Row]:
    one = writable(directory, given, "Set-DistributionGroup", ",".join(sorted(given.values)))
    with directory.simulation.store.atomic():
        changed = renamed(directory, one, given)
        if "ManagedBy" in given:
            changed["owners"] = owners(directory, directory.changed(one["owners"], given["ManagedBy"]))
        for name, key in (("AcceptMessagesOnlyFromSendersOrMembers", "senders"), ("GrantSendOnBehalfTo", "on_behalf")):
            if name in given:
                changed[key] = directory.changed(one[key], given[name])
        for name, key in (
            ("MemberJoinRestriction", "join"),
            ("MemberDepartRestriction", "depart"),
            ("RequireSenderAuthenticationEnabled", "inside_only"),
        ):
            if name in given:
                changed[key] = given[name]
        if changed == one:
            nothing_changed(given, one["name"])
        else:
            directory.put(changed)
    return []


def remove(directory: Directory, given: Given) -> list[Row]:
    directory.remove(writable(directory, given, "Remove-DistributionGroup", "Identity"))
    return []


def get_members(directory: Directory, given: Given) -> list[Row]:
    """Direct members, hidden membership or not: an administrator sees them."""
    one = directory.find(given.text("Identity"), LISTS | {"GroupMailbox", "DynamicDistributionGroup"})
    if one["kind"] == "GroupMailbox":
        raise refusals.group_mailbox("Get-DistributionGroupMember")
    if one["kind"] not in LISTS:
        raise refusals.not_found(given.text("Identity"))
    found = (directory.get(guid) for guid in directory.members(one["guid"], directory.stale))
    return [show.recipient(directory, each) for each in found if each is not None and each["deleted"] is None]


def add(directory: Directory, given: Given) -> list[Row]:
    group = writable(directory, given, "Add-DistributionGroupMember", "Member")
    one = member(directory, given.text("Member"), group)
    if directory.on(group["guid"], one["guid"]):
        raise refusals.already_member(one["name"], group["name"])
    directory.set_members(group["guid"], add=[one["guid"]])
    return []


def take(directory: Directory, given: Given) -> list[Row]:
    group = writable(directory, given, "Remove-DistributionGroupMember", "Member")
    one = directory.find(given.text("Member"), MEMBERS | UNSEEN)
    if not directory.on(group["guid"], one["guid"]):
        raise refusals.no_member(one["name"], group["name"])
    directory.set_members(group["guid"], remove=[one["guid"]])
    return []


def update(directory: Directory, given: Given) -> list[Row]:
    """All members anew."""
    group = writable(directory, given, "Update-DistributionGroupMember", "Members")
    wanted = several(directory, given, group)
    before = directory.members(group["guid"])
    directory.set_members(group["guid"], add=wanted, remove=set(before) - set(wanted))
    return []


BYPASS: dict[str, Kind] = {"BypassSecurityGroupManagerCheck": flag}
CHANGEABLE: dict[str, Kind] = {
    "Name": text,
    "DisplayName": text,
    "Alias": text,
    "PrimarySmtpAddress": text,
    "ManagedBy": change,
    "MemberJoinRestriction": JOIN,
    "MemberDepartRestriction": DEPART,
    "RequireSenderAuthenticationEnabled": flag,
}
CMDLETS = {
    "New-DistributionGroup": Cmdlet(
        new,
        {
            **CHANGEABLE,
            "Type": choice("Distribution", "Security"),
            "Members": texts,
            "CopyOwnerToMember": flag,
            "HiddenGroupMembershipEnabled": flag,
            "Notes": text,
        },
        needs=("Name",),
        writes=True,
    ),
    "Set-DistributionGroup": Cmdlet(
        set_group,
        {
            **CHANGEABLE,
            **BYPASS,
            "Identity": text,
            "EmailAddresses": change,
            "HiddenFromAddressListsEnabled": flag,
            "MailTip": text,
            "AcceptMessagesOnlyFromSendersOrMembers": change,
            "GrantSendOnBehalfTo": change,
            **dict.fromkeys(show.CUSTOM, text),
        },
        needs=("Identity",),
        writes=True,
    ),
    "Remove-DistributionGroup": Cmdlet(remove, {"Identity": text, **BYPASS}, needs=("Identity",), writes=True),
    "Get-DistributionGroupMember": Cmdlet(get_members, {"Identity": text, "ResultSize": size}, needs=("Identity",)),
    "Add-DistributionGroupMember": Cmdlet(add, {"Identity": text, "Member": text, **BYPASS}, needs=("Identity", "Member"), writes=True),
    "Remove-DistributionGroupMember": Cmdlet(take, {"Identity": text, "Member": text, **BYPASS}, needs=("Identity", "Member"), writes=True),
    "Update-DistributionGroupMember": Cmdlet(update, {"Identity": text, "Members": texts, **BYPASS}, needs=("Identity",), writes=True),
}
