"""Attachments: files, embedded mails, and references to cloud files.

Source: https://learn.microsoft.com/graph/api/message-list-attachments, …/api/attachment-get
"""

import base64
from typing import Any

from simulators.graph import ids, mime, odata, shape
from simulators.graph.ids import Name
from simulators.graph.mailbox import Mailbox, missing
from simulators.graph.paging import page
from simulators.graph.wire import Answer, Call, Refusal
from simulators.store import Document

TYPES = {
    "file": "#microsoft.graph.fileAttachment",
    "item": "#microsoft.graph.itemAttachment",
    "reference": "#microsoft.graph.referenceAttachment",
}
KNOWN = frozenset("id lastModifiedDateTime name contentType size isInline contentId contentLocation contentBytes".split())
EXPANDED = "microsoft.graph.itemattachment/item"


def attachment(call: Call, mailbox: Mailbox, one: Document, place: int) -> dict[str, Any]:
    """Every property of the attachment at that place."""
    each = one["attachments"][place]
    found = {
        "@odata.type": TYPES[each["kind"]],
        "id": Name("attachment", one["number"], one["moves"], place, immutable=call.immutable).text(mailbox.owner.id),
        "lastModifiedDateTime": one["created"],
        "name": each["name"],
        "contentType": each["type"],
        "size": each["size"],
        "isInline": each["inline"],
    }
    if each["kind"] == "file":
        content = base64.b64encode(mailbox.simulation.store.bytes(each["blob"])).decode()
        found |= {
            "@odata.mediaContentType": each["type"],
            "contentId": each["content_id"] or None,
            "contentLocation": None,
            "contentBytes": content,
        }
    return found


def chosen(call: Call, full: dict[str, Any]) -> dict[str, Any]:
    """The $select of an attachment; type and id always come."""
    names = odata.read_select(call.query.get("$select"), KNOWN, "microsoft.graph.attachment")
    return {name: value for name, value in full.items() if not names or name in {"@odata.type", "id", "@odata.mediaContentType", *names}}


def items(call: Call, mailbox: Mailbox, one: Document) -> list[dict[str, Any]]:
    """All attachments of a message, as $expand gives them."""
    return [attachment(call, mailbox, one, place) for place in range(len(one["attachments"]))]


def listed(call: Call, mailbox: Mailbox, one: Document) -> Answer:
    """GET …/attachments."""
    found = [chosen(call, each) for each in items(call, mailbox, one)]
    return page(call, found, context(call, mailbox), 1000, 1000)


def count(one: Document) -> Answer:
    """GET …/attachments/$count."""
    return Answer(str(len(one["attachments"])).encode(), kind="text/plain")


def context(call: Call, mailbox: Mailbox, rest: str = "") -> str:
    return f"{call.base}/$metadata#users('{mailbox.owner.email}')/messages/attachments{rest}"


def place_of(mailbox: Mailbox, one: Document, text: str) -> int:
    """The place of the attachment with that id. Refuses 400 or 404."""
    name = ids.read(text, mailbox.owner.id, "attachment")
    fresh = name.immutable or name.moves == one["moves"]
    if name.number != one["number"] or not fresh or name.part >= len(one["attachments"]):
        raise missing()
    return name.part


def get(call: Call, mailbox: Mailbox, one: Document, text: str) -> Answer:
    """GET …/attachments/{id}; with $expand=microsoft.graph.itemAttachment/item the embedded mail inside."""
    place = place_of(mailbox, one, text)
    body = chosen(call, attachment(call, mailbox, one, place))
    for name in odata.read_expand(call.query.get("$expand")):
        if name != EXPANDED or one["attachments"][place]["kind"] != "item":
            raise Refusal(400, "BadRequest", f"Parsing OData Select and Expand failed: '{name[:60]}' cannot be expanded here.")
        body["item"] = embedded(call, mailbox, one["attachments"][place]["item"])
    return Answer({"@odata.context": context(call, mailbox, "/$entity"), **body})


def embedded(call: Call, mailbox: Mailbox, inner: Document) -> dict[str, Any]:
    """The mail inside an attachment: it has an empty id, for it lies in no folder."""
    full = {**shape.properties(call, mailbox, inner), **shape.bodies(call, inner), "id": "", "parentFolderId": None}
    return {"@odata.type": "#microsoft.graph.message", **{name: full[name] for name in shape.FULL}}


def content(mailbox: Mailbox, one: Document, text: str) -> Answer:
    """GET …/attachments/{id}/$value: a file's bytes, a mail's MIME; a reference has none (405)."""
    each = one["attachments"][place_of(mailbox, one, text)]
    if each["kind"] == "reference":
        raise Refusal(405, "ErrorInvalidRequest", "Cannot get the media content of a reference attachment.")
    if each["kind"] == "item":
        return Answer(mime.rendered(mailbox.simulation, each["item"]), kind="text/plain")
    return Answer(mailbox.simulation.store.bytes(each["blob"]), kind=each["type"])
