"""The colours of a mailbox's categories, and its settings.

Source: https://learn.microsoft.com/graph/api/outlookuser-list-mastercategories, …/api/user-get-mailboxsettings
"""

import re
import uuid
from datetime import datetime
from typing import Any

from simulators.graph.mailbox import Mailbox, missing
from simulators.graph.messages import bad, context
from simulators.graph.paging import page
from simulators.graph.wire import Answer, Call, Refusal
from simulators.world import NOW

STATUS = frozenset({"disabled", "alwaysEnabled", "scheduled"})
COLOUR = re.compile(r"none|preset([0-9]|1[0-9]|2[0-4])", re.IGNORECASE)
SEEDED = (("Rød kategori", "preset0"), ("Blå kategori", "preset7"), ("Grøn kategori", "preset4"))


def rows(mailbox: Mailbox) -> list[dict[str, Any]]:
    fixed = [
        {"id": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{mailbox.owner.id} {name}")), "displayName": name, "color": colour}
        for name, colour in SEEDED
    ]
    return fixed + list(mailbox.table("category").values())


def listed(call: Call, mailbox: Mailbox) -> Answer:
    """GET /users/{id}/outlook/masterCategories."""
    return page(call, rows(mailbox), context(call, mailbox, "outlook/masterCategories"), 100, 1000)


def get(call: Call, mailbox: Mailbox, identity: str) -> Answer:
    """GET …/masterCategories/{id}."""
    found = next((one for one in rows(mailbox) if one["id"] == identity.lower()), None)
    if found is None:
        raise missing()
    return Answer({"@odata.context": context(call, mailbox, "outlook/masterCategories/$entity"), **found})


def add(call: Call, mailbox: Mailbox) -> Answer:
    """POST …/masterCategories: 409 where the name is there already."""
    wanted = call.json()
    name, colour = wanted.get("displayName"), wanted.get("color", "none")
    if not isinstance(name, str) or not 0 < len(name) <= 255:
        raise bad("displayName")
    if not isinstance(colour, str) or not COLOUR.fullmatch(colour):
        raise bad("color")
    if any(one["displayName"].lower() == name.lower() for one in rows(mailbox)):
        raise Refusal(409, "CategoryNameDuplicate", f"The category name {name[:80]} already exists.")
    identity = str(uuid.uuid5(uuid.NAMESPACE_OID, f"{mailbox.owner.id} {name}"))
    row = {"id": identity, "displayName": name, "color": colour.lower()}
    mailbox.table("category")[identity] = row
    return Answer({"@odata.context": context(call, mailbox, "outlook/masterCategories/$entity"), **row}, status=201)


def settings(call: Call, mailbox: Mailbox) -> Answer:
    """GET and PATCH /users/{id}/mailboxSettings. Time zones have their Windows names."""
    if call.method == "PATCH":
        change(call, mailbox)
    return Answer(
        {
            "@odata.context": context(call, mailbox, "mailboxSettings"),
            "archiveFolder": mailbox.folder_id("archive"),
            "timeZone": "Romance Standard Time",
            "dateFormat": "dd-MM-yyyy",
            "timeFormat": "HH:mm",
            "userPurpose": "user",
            "language": {"locale": "da-DK", "displayName": "dansk (Danmark)"},
            "automaticRepliesSetting": replies(mailbox),
            "workingHours": {
                "daysOfWeek": ["monday", "tuesday", "wednesday", "thursday", "friday"],
                "startTime": "08:00:00.0000000",
                "endTime": "16:00:00.0000000",
                "timeZone": {"name": "Romance Standard Time"},
            },
        }
    )


def replies(mailbox: Mailbox) -> dict[str, Any]:
    """The automatic replies as they are set; off in the seeded world."""
    moment = {"dateTime": f"{NOW:%Y-%m-%dT%H:%M:%S}.0000000", "timeZone": "UTC"}
    off = {
        "status": "disabled",
        "externalAudience": "all",
        "internalReplyMessage": "",
        "externalReplyMessage": "",
        "scheduledStartDateTime": moment,
        "scheduledEndDateTime": moment,
    }
    return off | mailbox.table("settings").get("automaticReplies", {})


def change(call: Call, mailbox: Mailbox) -> None:
    """Take up automatic replies; nothing else of the settings is simulated. Refuses 400."""
    wanted = call.json().get("automaticRepliesSetting")
    if not isinstance(wanted, dict) or wanted.get("status", "disabled") not in STATUS:
        raise bad("automaticRepliesSetting")
    for name in ("scheduledStartDateTime", "scheduledEndDateTime"):
        moment = wanted.get(name)
        if moment is not None and not (
            isinstance(moment, dict) and is_time(moment.get("dateTime")) and isinstance(moment.get("timeZone"), str)
        ):
            raise bad(name)
    known = {name: value for name, value in wanted.items() if name in replies(mailbox)}
    mailbox.table("settings")["automaticReplies"] = replies(mailbox) | known


def is_time(text: object) -> bool:
    """A date and time as Graph takes it."""
    try:
        return isinstance(text, str) and bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def purpose(call: Call, mailbox: Mailbox) -> Answer:
    """GET …/mailboxSettings/userPurpose."""
    return Answer({"@odata.context": context(call, mailbox, "mailboxSettings/userPurpose"), "value": "user"})
