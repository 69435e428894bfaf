"""A message as Graph shows it, and as filters and searches see it.

Source: https://learn.microsoft.com/graph/api/resources/message
"""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from simulators.graph import ids, kql, odata
from simulators.graph.mailbox import Mailbox, address
from simulators.graph.wire import Call
from simulators.store import Document

TYPE = "microsoft.graph.message"
FULL = (
    "id createdDateTime lastModifiedDateTime changeKey categories receivedDateTime sentDateTime hasAttachments internetMessageId subject"
    " bodyPreview importance parentFolderId conversationId conversationIndex isDeliveryReceiptRequested isReadReceiptRequested isRead isDraft"
    " webLink inferenceClassification body sender from toRecipients ccRecipients bccRecipients replyTo flag"
).split()
CHOSEN = ("internetMessageHeaders", "uniqueBody")  # only by $select
MEETING = ("meetingMessageType", "type", "isOutOfDate", "isAllDay", "isDelegated", "meetingRequestType", "responseRequested")
KNOWN = frozenset((*FULL, *CHOSEN, *MEETING, "attachments", "singleValueExtendedProperties"))
BODIES = frozenset({"body", "bodyPreview", "uniqueBody"})
MOMENTS = ("receivedDateTime", "sentDateTime", "createdDateTime", "lastModifiedDateTime")
TEXTS = (
    "subject importance conversationId internetMessageId parentFolderId flag/flagStatus from/emailAddress/address from/emailAddress/name"
    " sender/emailAddress/address sender/emailAddress/name categories/any"
    " singleValueExtendedProperties/any/id singleValueExtendedProperties/any/value"
).split()
TYPES: dict[str, type] = {
    **dict.fromkeys(TEXTS, str),
    **dict.fromkeys(MOMENTS, datetime),
    **dict.fromkeys(("hasAttachments", "isRead", "isDraft"), bool),
}
QUOTED = "<hr class=quoted>"  # before the mail that is answered or passed on
PREVIEW = 255


def etag(one: Document) -> str:
    return f'W/"{ids.change_key(one["number"], one["version"])}"'


def people(rows: list[list[str]]) -> list[dict[str, Any]]:
    return [address(name, email) for name, email in rows]


def properties(call: Call, mailbox: Mailbox, one: Document) -> dict[str, Any]:
    """Every property of a message but its bodies."""
    identity = mailbox.message_id(one, call.immutable)
    sender = address(*one["from"])
    return {
        "id": identity,
        "createdDateTime": one["created"],
        "lastModifiedDateTime": one["modified"],
        "changeKey": ids.change_key(one["number"], one["version"]),
        "categories": one["categories"],
        "receivedDateTime": one["received"],
        "sentDateTime": one["sent"],
        "hasAttachments": any(not each["inline"] for each in one["attachments"]),
        "internetMessageId": one["internet_id"],
        "subject": one["subject"],
        "importance": one["importance"],
        "parentFolderId": mailbox.folder_id(one["folder"]),
        "conversationId": one["conversation"],
        "conversationIndex": one["index"],
        "isDeliveryReceiptRequested": False if one["folder"] == "sentitems" else None,
        "isReadReceiptRequested": False,
        "isRead": one["read"],
        "isDraft": one["draft"],
        "webLink": f"https://outlook.office365.com/owa/?ItemID={quote(identity, safe='')}&exvsurl=1&viewmodel=ReadMessageItem",
        "inferenceClassification": "other" if one["kind"] == "newsletter" else "focused",
        "sender": sender,
        "from": sender,
        "toRecipients": people(one["to"]),
        "ccRecipients": people(one["cc"]),
        "bccRecipients": [],
        "replyTo": [],
        "flag": {"flagStatus": one["flag"]},
        "internetMessageHeaders": [{"name": name, "value": value} for name, value in one["headers"]],
    }


def bodies(call: Call, one: Document) -> dict[str, Any]:
    """The body, what is new in it, and its first 255 characters."""
    as_text = call.prefers("outlook.body-content-type") == "text" or not one["html"]
    html, _, _ = one["html"].partition(QUOTED)
    new = one["text"].partition("\n________________________________\n")[0]
    return {
        "bodyPreview": " ".join(one["text"].split())[:PREVIEW],
        "body": {"contentType": "text", "content": one["text"]} if as_text else {"contentType": "html", "content": one["html"]},
        "uniqueBody": {"contentType": "text", "content": new} if as_text else {"contentType": "html", "content": html},
    }


def item(call: Call, mailbox: Mailbox, one: Document, names: list[str], basic: bool) -> dict[str, Any]:
    """A message as an item of a list or alone: the chosen properties with the odata ones around them."""
    full = properties(call, mailbox, one) | ({} if basic else bodies(call, one))
    found = {"@odata.etag": etag(one)}
    if one["kind"] == "meeting":
        found = {"@odata.type": "#microsoft.graph.eventMessageRequest", **found}
        full |= {"meetingMessageType": "meetingRequest", "type": "singleInstance", "isOutOfDate": False, "isAllDay": False}
    wanted = names or [*FULL, *(MEETING if one["kind"] == "meeting" else ())]
    return found | {name: full[name] for name in ["id", *wanted] if name in full}


def pairs(one: Document) -> list[dict[str, str]]:
    return [{"id": name, "value": value} for name, value in one["extended"].items()]


def getter(call: Call, mailbox: Mailbox, one: Document) -> odata.Getter:
    """Gives a message's property by its path, times as moments: what filters and sort orders ask for."""
    full: dict[str, Any] = {**properties(call, mailbox, one), "singleValueExtendedProperties": pairs(one)}

    def value(path: str) -> Any:
        found: Any = full
        for step in path.split("/"):
            found = found.get(step) if isinstance(found, dict) else None
        return odata.moment(found) if path in MOMENTS else found

    return value


def words(one: Document, basic: bool) -> dict[str, Any]:
    """A message as the search index knows it."""
    to, cc = (" ".join(f"{name} {email}" for name, email in one[key]) for key in ("to", "cc"))
    sender = " ".join(one["from"])
    texts = {
        "subject": one["subject"],
        "body": "" if basic else one["text"],
        "from": sender,
        "to": to,
        "cc": cc,
        "bcc": "",
        "participants": f"{sender} {to} {cc}",
        "recipients": f"{to} {cc}",
        "attachment": " ".join(each["name"] for each in one["attachments"]),
        "importance": one["importance"],
        "kind": "meetings" if one["kind"] == "meeting" else "email",
        "category": " ".join(one["categories"]),
    }
    return {
        **{name: kql.split(text) for name, text in texts.items()},
        "received": odata.moment(one["received"]),
        "sent": odata.moment(one["sent"]),
        "size": len(one["html"]) + sum(each["size"] for each in one["attachments"]),
        "hasattachments": any(not each["inline"] for each in one["attachments"]),
    }
