"""POST /users/{id}/sendMail: into the mailboxes of colleagues, and into Sent Items.

Source: https://learn.microsoft.com/graph/api/user-sendmail
"""

import base64
import re
import uuid
from typing import Any

from simulators.graph.mailbox import WITHOUT, Mailbox
from simulators.graph.messages import bad
from simulators.graph.wire import Answer, Call, Refusal, clock, stamp
from simulators.store import Document
from simulators.world import BY_EMAIL

ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9.-]{1,190}")
MOST = 3 * 1024 * 1024  # bytes of one attachment in one request


def send(call: Call, mailbox: Mailbox) -> Answer:
    """Send a mail. 202 without a body."""
    wanted = call.parameters()
    message, save = wanted.get("message"), wanted.get("saveToSentItems", True)
    if not isinstance(message, dict) or not isinstance(save, bool):
        raise bad("message")
    to, cc, bcc = (recipients(message.get(name, [])) for name in ("toRecipients", "ccRecipients", "bccRecipients"))
    if not [*to, *cc, *bcc]:
        raise Refusal(400, "ErrorInvalidRecipients", "At least one recipient is not valid.")
    document = composed(mailbox, message) | {"to": to, "cc": cc}
    for email in {row[1].lower() for row in (*to, *cc, *bcc)}:
        one = BY_EMAIL.get(email)
        if one and one.id not in WITHOUT:
            Mailbox(mailbox.simulation, one).add(document)
    if save:
        mailbox.add({**document, "folder": "sentitems", "read": True})
    return Answer(status=202)


def recipients(value: Any) -> list[list[str]]:
    """Names and addresses of a recipients' list."""
    if not isinstance(value, list):
        raise bad("toRecipients")
    found = []
    for each in value:
        inner = each.get("emailAddress") if isinstance(each, dict) else None
        name, email = (inner.get("name"), inner.get("address")) if isinstance(inner, dict) else (None, None)
        if not isinstance(email, str) or not ADDRESS.fullmatch(email):
            raise Refusal(400, "ErrorInvalidRecipients", "At least one recipient is not valid.")
        found.append([name if isinstance(name, str) else email, email])
    return found


def composed(mailbox: Mailbox, message: dict[str, Any]) -> Document:
    """The new message, without recipients."""
    subject, body = message.get("subject", ""), message.get("body", {})
    content = body.get("content", "") if isinstance(body, dict) else None
    if not isinstance(subject, str) or not isinstance(content, str):
        raise bad("body")
    html = isinstance(body, dict) and str(body.get("contentType", "text")).lower() == "html"
    now, thread = stamp(clock(mailbox.simulation)), uuid.uuid4()
    return {
        "created": now,
        "modified": now,
        "received": now,
        "sent": now,
        "folder": "inbox",
        "kind": "mail",
        "subject": subject[:255],
        "text": re.sub(r"<[^>]*>", "", content) if html else content,
        "html": content if html else "",
        "from": [mailbox.owner.name, mailbox.owner.email],
        "importance": message["importance"] if message.get("importance") in ("low", "high") else "normal",
        "read": False,
        "draft": False,
        "categories": [],
        "flag": "notFlagged",
        "conversation": base64.b64encode(thread.bytes + bytes(20)).decode(),
        "index": base64.b64encode(b"\x01\x01" + thread.bytes + bytes(4)).decode(),
        "internet_id": f"<{thread.hex.upper()}@DB9PR08MB1234.eurprd08.prod.kk.example>",
        "headers": [],
        "extended": {},
        "attachments": [attached(mailbox, each) for each in listed(message.get("attachments", []))],
    }


def listed(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > 250:  # an attachment's place is one byte of its id
        raise bad("attachments")
    return value


def attached(mailbox: Mailbox, each: Any) -> dict[str, Any]:
    """A file of the new message."""
    name, content = (each.get("name"), each.get("contentBytes")) if isinstance(each, dict) else (None, None)
    if not isinstance(name, str) or not isinstance(content, str):
        raise bad("attachments")
    try:
        body = base64.b64decode(content, validate=True)
    except ValueError as error:
        raise bad("contentBytes") from error
    if len(body) > MOST:
        raise Refusal(413, "ErrorMessageSizeExceeded", "The message exceeds the maximum supported size.")
    kind = each.get("contentType")
    media = kind if isinstance(kind, str) and re.fullmatch(r"[\w.+-]+/[\w.+-]+", kind, re.ASCII) else "application/octet-stream"
    blob, identity = mailbox.simulation.store.keep(body), each.get("contentId")
    row = {"kind": "file", "name": name, "type": media, "size": len(body) * 4 // 3 + 168, "blob": blob}
    return {**row, "inline": each.get("isInline") is True, "content_id": identity if isinstance(identity, str) else ""}
