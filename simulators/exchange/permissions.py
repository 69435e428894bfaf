"""Who may open a mailbox (FullAccess) and who may send as it (SendAs).

Source: https://learn.microsoft.com/powershell/module/exchange/add-mailboxpermission and …/add-recipientpermission
"""

from simulators.exchange import refusals
from simulators.exchange.directory import LISTS, MAILBOXES, Directory
from simulators.exchange.parameters import Cmdlet, Given, choice, choices, flag, size, text
from simulators.exchange.wire import Row
from simulators.store import Document

MOST = 500  # entries on one mailbox
SELF = "NT AUTHORITY\\SELF"
RIGHTS = choices("FullAccess", "ReadPermission", "ChangePermission", "ChangeOwner", "DeleteItem", "ExternalAccount")
TRUSTEES = MAILBOXES | LISTS | {"MailUser", "User"}


def entries(directory: Directory, kind: str, guid: str) -> list[Document]:
    """The entries of one mailbox; `kind`: access or send. Each has who, rights and deny."""
    return list(directory.table(kind).get(guid, {}).get("rows", []))


def keep(directory: Directory, kind: str, guid: str, rows: list[Document]) -> None:
    directory.table(kind)[guid] = {"rows": rows}


def trustee(directory: Directory, identity: str) -> Document:
    """Who is given a right. Refuses contacts and everybody without an account."""
    one = directory.find(identity, TRUSTEES | {"MailContact", "GroupMailbox", "DynamicDistributionGroup"})
    if one["kind"] not in TRUSTEES:
        raise refusals.rule(f"The user or group '{one['name']}' isn't a valid security principal.")
    return one


def called(directory: Directory, guid: str) -> str:
    """How an entry names its holder: by address; one who is gone for good, by SID."""
    one = directory.get(guid)
    return f"S-1-5-21-{int(guid[:8], 16)}-1001" if one is None else one["upn"] or one["primary"] or one["name"]


def access_row(directory: Directory, one: Document, entry: Document) -> Row:
    return {
        "Identity": one["name"],
        "User": entry["who"] if entry["who"] == SELF else called(directory, entry["who"]),
        "AccessRights": entry["rights"],
        "IsInherited": False,
        "Deny": entry["deny"],
        "InheritanceType": "All",
        "IsValid": True,
    }


def get_access(directory: Directory, given: Given) -> list[Row]:
    one = directory.find(given.text("Identity"), MAILBOXES)
    found: list[Document] = [
        {"who": SELF, "rights": ["FullAccess", "ReadPermission"], "deny": False},
        *entries(directory, "access", one["guid"]),
    ]
    if "User" in given:
        wanted = given.text("User")
        guid = SELF if wanted.upper() == SELF else directory.find(wanted, TRUSTEES)["guid"]
        found = [entry for entry in found if entry["who"] == guid]
    return [access_row(directory, one, entry) for entry in found]


def add_access(directory: Directory, given: Given) -> list[Row]:
    one = directory.find(given.text("Identity"), MAILBOXES)
    user = trustee(directory, given.text("User"))
    rows = entries(directory, "access", one["guid"])
    rights, deny = given.texts("AccessRights"), given.flag("Deny")
    entry = next((row for row in rows if row["who"] == user["guid"] and row["deny"] == deny), None)
    if entry and set(rights) <= set(entry["rights"]):
        given.warn(
            f'The appropriate access control entry is already present on the object "{one["dn"]}" for account "{called(directory, user["guid"])}".'
        )
        return [access_row(directory, one, entry)]
    if entry is None and len(rows) >= MOST:
        raise refusals.rule(f"The number of permission entries on '{one['name']}' would exceed {MOST}.")
    made: Document = {"who": user["guid"], "rights": sorted({*rights, *(entry["rights"] if entry else [])}), "deny": deny}
    keep(directory, "access", one["guid"], [*(row for row in rows if row is not entry), made])
    return [access_row(directory, one, made)]


def remove_access(directory: Directory, given: Given) -> list[Row]:
    one = directory.find(given.text("Identity"), MAILBOXES)
    user = directory.find(given.text("User"), TRUSTEES)
    rows, rights = entries(directory, "access", one["guid"]), set(given.texts("AccessRights"))
    entry = next(
        (row for row in rows if row["who"] == user["guid"] and row["deny"] == given.flag("Deny") and rights & set(row["rights"])), None
    )
    if entry is None:
        no_entry(given, one, called(directory, user["guid"]))
        return []
    left = [right for right in entry["rights"] if right not in rights]
    kept = [row for row in rows if row is not entry] + ([{**entry, "rights": left}] if left else [])
    keep(directory, "access", one["guid"], kept)
    return []


def no_entry(given: Given, one: Document, who: str) -> None:
    given.warn(
        f'Can\'t remove the access control entry on the object "{one["dn"]}" for account "{who}" because the ACE doesn\'t exist on the object.'
    )


def send_row(directory: Directory, one: Document, entry: Document) -> Row:
    return {
        "Identity": one["name"],
        "Trustee": entry["who"] if entry["who"] == SELF else called(directory, entry["who"]),
        "AccessControlType": "Allow",
        "AccessRights": ["SendAs"],
        "IsInherited": False,
        "InheritanceType": "None",
    }


def get_send(directory: Directory, given: Given) -> list[Row]:
    one = directory.find(given.text("Identity"), MAILBOXES | LISTS)
    own: list[Document] = [{"who": SELF}] if one["kind"] in MAILBOXES else []
    found = own + entries(directory, "send", one["guid"])
    if "Trustee" in given:
        wanted = given.text("Trustee")
        guid = SELF if wanted.upper() == SELF else directory.find(wanted, TRUSTEES)["guid"]
        found = [entry for entry in found if entry["who"] == guid]
    return [send_row(directory, one, entry) for entry in found]


def add_send(directory: Directory, given: Given) -> list[Row]:
    one = directory.find(given.text("Identity"), MAILBOXES | LISTS)
    user = trustee(directory, given.text("Trustee"))
    rows = entries(directory, "send", one["guid"])
    entry: Document = {"who": user["guid"]}
    if entry in rows:
        given.warn(
            f'The appropriate access control entry is already present on the object "{one["dn"]}" for account "{called(directory, user["guid"])}".'
        )
    else:
        keep(directory, "send", one["guid"], [*rows, entry])
    return [send_row(directory, one, entry)]


def remove_send(directory: Directory, given: Given) -> list[Row]:
    one = directory.find(given.text("Identity"), MAILBOXES | LISTS)
    user = directory.find(given.text("Trustee"), TRUSTEES)
    rows = entries(directory, "send", one["guid"])
    if {"who": user["guid"]} not in rows:
        no_entry(given, one, called(directory, user["guid"]))
    keep(directory, "send", one["guid"], [row for row in rows if row["who"] != user["guid"]])
    return []


SEND = choices("SendAs")
INHERITANCE = choice("None", "All", "Descendents", "SelfAndChildren", "Children")
ACCESS = ("Identity", "User", "AccessRights")
SENDING = ("Identity", "Trustee", "AccessRights")
CMDLETS = {
    "Get-MailboxPermission": Cmdlet(get_access, {"Identity": text, "User": text, "ResultSize": size}, needs=("Identity",)),
    "Add-MailboxPermission": Cmdlet(
        add_access,
        {"Identity": text, "User": text, "AccessRights": RIGHTS, "InheritanceType": INHERITANCE, "AutoMapping": flag, "Deny": flag},
        needs=ACCESS,
        writes=True,
    ),
    "Remove-MailboxPermission": Cmdlet(
        remove_access,
        {"Identity": text, "User": text, "AccessRights": RIGHTS, "InheritanceType": INHERITANCE, "Deny": flag},
        needs=ACCESS,
        writes=True,
    ),
    "Get-RecipientPermission": Cmdlet(
        get_send, {"Identity": text, "Trustee": text, "AccessRights": SEND, "ResultSize": size}, needs=("Identity",)
    ),
    "Add-RecipientPermission": Cmdlet(add_send, {"Identity": text, "Trustee": text, "AccessRights": SEND}, needs=SENDING, writes=True),
    "Remove-RecipientPermission": Cmdlet(
        remove_send, {"Identity": text, "Trustee": text, "AccessRights": SEND}, needs=SENDING, writes=True
    ),
}
