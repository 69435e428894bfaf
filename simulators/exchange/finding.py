"""The cmdlets that only look: Get-Recipient, Get-Mailbox, the groups of either kind, Get-AcceptedDomain."""

from collections.abc import Callable, Iterable

from simulators.exchange import filters, refusals, show
from simulators.exchange.directory import LISTS, MAILBOXES, UNSEEN, Directory
from simulators.exchange.parameters import Cmdlet, Given, Kind, choices, flag, size, text, texts
from simulators.exchange.wire import Row
from simulators.store import Document

RECIPIENTS = tuple(show.TYPES)
DYNAMIC = frozenset({"DynamicDistributionGroup"})
LOOKING: dict[str, Kind] = {
    "Identity": text,
    "Anr": text,
    "Filter": text,
    "ResultSize": size,
    "SortBy": text,
    "RecipientTypeDetails": choices(*RECIPIENTS),
    "OrganizationalUnit": text,
    "IncludeGrantSendOnBehalfToWithDisplayNames": flag,
}
ONLY_BY_NAME = frozenset({"GroupMailbox"})  # Microsoft 365 groups come only when their type is asked for


def properties(directory: Directory, one: Document, shower: show.Shower) -> filters.Getter:
    """What a filter may ask of a recipient."""

    def dns(guids: Iterable[str]) -> list[str]:
        return [found["dn"] for guid in guids if (found := directory.get(guid))]

    special: dict[str, Callable[[], list[str]]] = {"managedby": lambda: dns(one.get("owners", []))}
    if one["kind"] in LISTS:
        special["members"] = lambda: dns(directory.members(one["guid"], directory.stale))
    else:
        special["members"] = list
    return filters.getter({**show.recipient(directory, one), **shower(directory, one)}, special)


def looked(directory: Directory, given: Given, kinds: Iterable[str], shower: show.Shower) -> list[Document]:
    """The recipients that the parameters leave. An empty or absent Identity leaves all."""
    if sum(name in given for name in ("Identity", "Anr")) > 1:
        raise refusals.unknown_parameter("Anr")
    wanted = frozenset(kinds)
    if "RecipientTypeDetails" in given:
        wanted &= frozenset(given["RecipientTypeDetails"])
    else:
        wanted -= ONLY_BY_NAME if len(wanted) > 1 else frozenset()
    identity = given.text("Identity").strip()
    found = [directory.find(identity, kinds)] if identity else list(directory.every(wanted))
    found = [one for one in found if one["kind"] in wanted]
    if given.text("Anr").strip():
        found = [one for one in found if filters.ambiguous(one, given.text("Anr"))]
    if given.text("Filter").strip():
        test = filters.read(given.text("Filter"))
        found = [one for one in found if test(properties(directory, one, shower))]
    return sorted(found, key=lambda one: (one["display"].casefold(), one["name"].casefold()))


def get_recipient(directory: Directory, given: Given) -> list[Row]:
    rows = looked(directory, given, frozenset(RECIPIENTS) - UNSEEN, show.recipient)
    return [show.recipient(directory, one) for one in rows]


def get_mailbox(directory: Directory, given: Given) -> list[Row]:
    if given.flag("SoftDeletedMailbox"):
        identity = given.text("Identity").strip().casefold()
        gone = [one for one in directory.recipients.values() if one["deleted"] is not None]
        found = [
            one
            for one in gone
            if not identity
            or identity in {one["primary"].casefold(), one["name"].casefold(), one["guid"], *map(str.casefold, one["others"])}
        ]
        if identity and not found:
            raise refusals.not_found(given.text("Identity"))
        return [show.mailbox(directory, one) for one in found]
    return [show.mailbox(directory, one) for one in looked(directory, given, MAILBOXES, show.mailbox)]


def get_group(directory: Directory, given: Given) -> list[Row]:
    """Get-Group: also the notes, which Get-DistributionGroup does not show."""
    return [show.detail(directory, one) for one in looked(directory, given, LISTS, show.detail)]


def get_distribution_group(directory: Directory, given: Given) -> list[Row]:
    found = looked(directory, given, LISTS, show.group)
    if "ManagedBy" in given:
        owner = directory.find(given.text("ManagedBy"))["guid"]
        found = [one for one in found if owner in one["owners"]]
    return [show.group(directory, one) for one in found]


def get_dynamic(directory: Directory, given: Given) -> list[Row]:
    return [show.dynamic(directory, one) for one in looked(directory, given, DYNAMIC, show.dynamic)]


def get_dynamic_members(directory: Directory, given: Given) -> list[Row]:
    """Worked out from the filter, as of now."""
    one = directory.find(given.text("Identity"), DYNAMIC)
    test = filters.read(one["filter"])
    return [
        show.recipient(directory, each) for each in directory.every(["UserMailbox"]) if test(properties(directory, each, show.recipient))
    ]


def get_domain(directory: Directory, given: Given) -> list[Row]:
    del directory
    wanted = given.text("Identity").casefold()
    found = [row for row in show.domains() if not wanted or row["DomainName"].casefold() == wanted]
    if not found:
        raise refusals.not_found(given.text("Identity"))
    return found


CMDLETS = {
    "Get-Recipient": Cmdlet(get_recipient, {**LOOKING, "Properties": texts, "RecipientType": texts, "IncludeSoftDeletedRecipients": flag}),
    "Get-Mailbox": Cmdlet(get_mailbox, {**LOOKING, "SoftDeletedMailbox": flag}),
    "Get-DistributionGroup": Cmdlet(get_distribution_group, {**LOOKING, "ManagedBy": text}),
    "Get-Group": Cmdlet(get_group, LOOKING),
    "Get-DynamicDistributionGroup": Cmdlet(get_dynamic, {**LOOKING, "ManagedBy": text}),
    "Get-DynamicDistributionGroupMember": Cmdlet(get_dynamic_members, {"Identity": text, "ResultSize": size}, needs=("Identity",)),
    "Get-AcceptedDomain": Cmdlet(get_domain, {"Identity": text, "ResultSize": size}),
}
