"""Shared mailboxes: made, changed, deleted; and their automatic replies."""

from datetime import UTC, datetime, timedelta

from simulators.exchange import refusals, show
from simulators.exchange.directory import MAILBOXES, Directory, blank
from simulators.exchange.naming import identity, nothing_changed, renamed, sound_address
from simulators.exchange.parameters import Cmdlet, Given, change, choice, flag, moment, text
from simulators.exchange.use import last_used
from simulators.exchange.wire import Row
from simulators.store import Document

SHARED = "SharedMailbox"
TYPES = {"Regular": "UserMailbox", "Shared": SHARED, "Room": "RoomMailbox", "Equipment": "EquipmentMailbox"}
NO_REPLY = {"AutoReplyState": "Disabled", "ExternalAudience": "All", "InternalMessage": "", "ExternalMessage": ""}
REPLY = 128 * 1024


def new(directory: Directory, given: Given) -> list[Row]:
    """New-Mailbox -Shared. Mailboxes of people need a password, which cannot be sent here."""
    if not given.flag("Shared"):
        raise refusals.missing_parameter("Password")
    name, display, alias, primary = identity(given)
    directory.unique(name)
    one = blank(SHARED, name, alias, primary, directory.now, display=display, upn=primary)
    with directory.simulation.store.atomic():
        directory.claim(one["guid"], [primary])
        directory.put(one)
    return [show.mailbox(directory, one)]


def set_mailbox(directory: Directory, given: Given) -> list[Row]:
    one = directory.find(given.text("Identity"), MAILBOXES)
    local = {"Identity", "Confirm", "MessageCopyForSentAsEnabled", "MessageCopyForSendOnBehalfEnabled"}  # these live in the cloud alone
    if one["synced"] and (others := sorted(set(given.values) - local)):
        raise refusals.on_premises("Set-Mailbox", ",".join(others), one["name"])
    with directory.simulation.store.atomic():
        changed = renamed(directory, one, given)
        if "GrantSendOnBehalfTo" in given:
            changed["on_behalf"] = directory.changed(one["on_behalf"], given["GrantSendOnBehalfTo"])
        if "MessageCopyForSentAsEnabled" in given:
            changed["copy_as"] = given.flag("MessageCopyForSentAsEnabled")
        if "MessageCopyForSendOnBehalfEnabled" in given:
            changed["copy_behalf"] = given.flag("MessageCopyForSendOnBehalfEnabled")
        if "Type" in given:
            changed["kind"] = TYPES[given.text("Type")]
        if "ForwardingSmtpAddress" in given:
            changed["forward"] = f"smtp:{sound_address(given.text('ForwardingSmtpAddress'))}" if given.text("ForwardingSmtpAddress") else ""
        if "DeliverToMailboxAndForward" in given:
            changed["forward_keep"] = given.flag("DeliverToMailboxAndForward")
        if changed == one:
            nothing_changed(given, one["name"])
        else:
            directory.put(changed)
    return []


def remove(directory: Directory, given: Given) -> list[Row]:
    """Soft-deleted: gone for every cmdlet, its addresses still taken."""
    one = directory.find(given.text("Identity"), MAILBOXES)
    if one["synced"]:
        raise refusals.on_premises("Remove-Mailbox", "Identity", one["name"])
    directory.put({**one, "deleted": directory.now})
    return []


def reply_row(directory: Directory, one: Document) -> Row:
    kept: Document = directory.table("reply").get(one["guid"], {})
    start = datetime.fromtimestamp(kept["start"] if "start" in kept else one["created"], UTC)
    end = datetime.fromtimestamp(kept["end"], UTC) if "end" in kept else start + timedelta(days=1)
    row = {**NO_REPLY, **{name: value for name, value in kept.items() if name in NO_REPLY}}
    return {
        "Identity": one["name"],
        "MailboxOwnerId": one["name"],
        **row,
        "StartTime": start,
        "EndTime": end,
        "AutoDeclineFutureRequestsWhenOOF": False,
        "CreateOOFEvent": False,
        "IsValid": True,
    }


def get_reply(directory: Directory, given: Given) -> list[Row]:
    return [reply_row(directory, directory.find(given.text("Identity"), MAILBOXES))]


def set_reply(directory: Directory, given: Given) -> list[Row]:
    one = directory.find(given.text("Identity"), MAILBOXES)
    before: Document = directory.table("reply").get(one["guid"], {})
    after: Document = {**before, **{name: given[name] for name in NO_REPLY if name in given}}
    for name in ("InternalMessage", "ExternalMessage"):
        if name in given:
            after[name] = wrapped(name, given.text(name))
    for name, key in (("StartTime", "start"), ("EndTime", "end")):
        if name in given:
            after[key] = given[name].timestamp()
    if after.get("AutoReplyState") == "Scheduled":
        start = after["start"] if "start" in after else one["created"]
        end = after["end"] if "end" in after else start + 86400
        if end <= start:
            raise refusals.rule("The end time must be later than the start time.")
        if end <= directory.now:
            raise refusals.rule("The end time must be in the future.")
    if after == before:
        nothing_changed(given, one["name"])
    directory.table("reply")[one["guid"]] = after
    return []


def wrapped(name: str, message: str) -> str:
    """A plain text gets HTML around it."""
    if len(message) > REPLY:
        raise refusals.too_long(name, REPLY, len(message))
    if not message or "<html" in message.lower():
        return message
    return f"<html>\n<body>\n{message}\n</body>\n</html>\n"


def get_statistics(directory: Directory, given: Given) -> list[Row]:
    """How much lies in a mailbox. Nothing is delivered here: `exchange_items` says how many items each holds."""
    one = directory.find(given.text("Identity"), MAILBOXES)
    items = int(directory.simulation.settings.get("exchange_items", 0))
    row = {"DisplayName": one["display"], "MailboxGuid": one["exchange_guid"], "ItemCount": items, "DeletedItemCount": 0}
    return [{**row, "LastUserActionTime": last_used(one["alias"])}]


CUSTOM = dict.fromkeys(show.CUSTOM, text)
CMDLETS = {
    "New-Mailbox": Cmdlet(
        new,
        {"Shared": flag, "Name": text, "DisplayName": text, "Alias": text, "PrimarySmtpAddress": text, "FirstName": text, "LastName": text},
        needs=("Name",),
        writes=True,
    ),
    "Set-Mailbox": Cmdlet(
        set_mailbox,
        {
            "Identity": text,
            "Name": text,
            "DisplayName": text,
            "Alias": text,
            "EmailAddresses": change,
            "GrantSendOnBehalfTo": change,
            "MessageCopyForSentAsEnabled": flag,
            "MessageCopyForSendOnBehalfEnabled": flag,
            "HiddenFromAddressListsEnabled": flag,
            "MailTip": text,
            "Type": choice(*TYPES),
            "ForwardingSmtpAddress": text,
            "DeliverToMailboxAndForward": flag,
            **CUSTOM,
        },
        needs=("Identity",),
        writes=True,
    ),
    "Remove-Mailbox": Cmdlet(remove, {"Identity": text}, needs=("Identity",), writes=True),
    "Get-MailboxStatistics": Cmdlet(get_statistics, {"Identity": text}, needs=("Identity",)),
    "Get-MailboxAutoReplyConfiguration": Cmdlet(get_reply, {"Identity": text}, needs=("Identity",)),
    "Set-MailboxAutoReplyConfiguration": Cmdlet(
        set_reply,
        {
            "Identity": text,
            "AutoReplyState": choice("Disabled", "Enabled", "Scheduled"),
            "ExternalAudience": choice("None", "Known", "All"),
            "InternalMessage": text,
            "ExternalMessage": text,
            "StartTime": moment,
            "EndTime": moment,
        },
        needs=("Identity",),
        writes=True,
    ),
}
