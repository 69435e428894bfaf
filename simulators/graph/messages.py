"""Messages: the list with $filter, $orderby and $search, one message, PATCH, move and delete.

Source: https://learn.microsoft.com/graph/api/user-list-messages, …/api/message-update, …/api/message-move
"""

import re
from datetime import datetime
from typing import Any

from simulators.graph import attachments, ids, kql, odata, shape
from simulators.graph.mailbox import Mailbox
from simulators.graph.paging import page
from simulators.graph.wire import Answer, Call, Refusal, clock, knob
from simulators.store import Document

SORTED = frozenset(
    "receivedDateTime sentDateTime createdDateTime lastModifiedDateTime subject importance isRead hasAttachments"
    " from/emailAddress/address from/emailAddress/name".split()
)
MOST_FOUND = 1000  # hits of a $search
EXTENDED = re.compile(r"(String|Integer|Boolean|Double|SystemTime) \{[0-9a-fA-F-]{36}\} (Name \S.{0,200}|Id 0x[0-9a-fA-F]{1,8})")


def context(call: Call, mailbox: Mailbox, rest: str = "messages") -> str:
    return f"{call.base}/$metadata#users('{mailbox.owner.email}')/{rest}"


def listed(call: Call, mailbox: Mailbox, folder: str | None, basic: bool) -> Answer:
    """GET …/messages, of one folder or (None) of all. `basic`: without bodies, as Mail.ReadBasic gives them."""
    names = odata.read_select(call.query.get("$select"), shape.KNOWN, shape.TYPE)
    found = matching(call, mailbox, folder, basic)
    most = found[:MOST_FOUND] if "$search" in call.query else found
    items = [shape.item(call, mailbox, one, names, basic) | expanded(call, mailbox, one, basic) for one in most]
    return page(call, items, context(call, mailbox), 10, 1000)


def count(call: Call, mailbox: Mailbox, folder: str | None) -> Answer:
    """GET …/messages/$count: text/plain."""
    return Answer(str(len(matching(call, mailbox, folder, basic=False))).encode(), kind="text/plain")


def matching(call: Call, mailbox: Mailbox, folder: str | None, basic: bool) -> list[Document]:
    """What $filter or $search leave, in order."""
    found = list(mailbox.in_folder(folder))
    if "$search" in call.query:
        for option, code in (("$filter", "SearchWithFilter"), ("$orderby", "SearchWithOrderBy"), ("$skip", "SearchWithSkip")):
            if option in call.query:
                raise Refusal(400, code, f"The query parameter '{option}' is not supported with '$search'.")
        return searched(call.query["$search"], mailbox, found, basic)
    order = odata.read_order(call.query.get("$orderby"))
    for name, _ in order:
        if name not in SORTED:
            raise Refusal(400, "ErrorInvalidUrlQuery", f"The property '{name[:40]}' is not supported in $orderby.")
    if "$filter" in call.query:
        clause = odata.read_filter(call.query["$filter"])
        allowed(clause, [name for name, _ in order])
        found = [one for one in found if odata.holds(clause, shape.getter(call, mailbox, one))]
    found.sort(key=lambda one: (one["received"], one["number"]), reverse=True)
    for name, falling in reversed(order):
        found.sort(key=lambda one, name=name: sortable(shape.getter(call, mailbox, one)(name)), reverse=falling)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
    return found


def sortable(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def allowed(clause: odata.Clause, order: list[str]) -> None:
    """Refuse properties that cannot be filtered, and a sort order that the filter does not begin with."""
    paths = list(dict.fromkeys(test.path for test in odata.comparisons(clause)))
    for path in paths:
        if path not in shape.TYPES:
            raise Refusal(400, "ErrorInvalidUrlQueryFilter", f"The query filter contains one or more invalid nodes: '{path[:40]}'.")
    odata.check(clause, shape.TYPES)
    if order != paths[: len(order)]:
        raise Refusal(400, "InefficientFilter", "The restriction or sort order is too complex for this operation.")


def searched(text: str, mailbox: Mailbox, found: list[Document], basic: bool) -> list[Document]:
    """The hits of a $search by sent date, newest first; the setting `graph_index_seconds` keeps new mails out of the index for a while."""
    search = kql.read(text)
    lag, now = knob(mailbox.simulation, "graph_index_seconds", 0), clock(mailbox.simulation)
    indexed = [one for one in found if not lag or (now - datetime.fromisoformat(one["created"])).total_seconds() >= lag]
    hits = [one for one in indexed if search(shape.words(one, basic))]
    return sorted(hits, key=lambda one: (one["sent"], one["number"]), reverse=True)


def get(call: Call, mailbox: Mailbox, one: Document, basic: bool) -> Answer:
    """GET …/messages/{id}."""
    names = odata.read_select(call.query.get("$select"), shape.KNOWN, shape.TYPE)
    body = shape.item(call, mailbox, one, names, basic) | expanded(call, mailbox, one, basic)
    return Answer({"@odata.context": context(call, mailbox, "messages/$entity"), **body})


def expanded(call: Call, mailbox: Mailbox, one: Document, basic: bool) -> dict[str, Any]:
    """What $expand adds to a message: attachments, or the extended properties that it names (none at all where there are none)."""
    found: dict[str, Any] = {}
    for name, inner in odata.read_expand(call.query.get("$expand")).items():
        if basic or name not in {"attachments", "singlevalueextendedproperties"}:
            raise Refusal(400, "BadRequest", f"Parsing OData Select and Expand failed: '{name[:40]}' cannot be expanded.")
        if name == "attachments":
            found["attachments"] = attachments.items(call, mailbox, one)
            continue
        if "$filter" not in inner:
            raise Refusal(400, "ErrorInvalidUrlQuery", "singleValueExtendedProperties can be expanded with a $filter by id alone.")
        clause = odata.read_filter(inner["$filter"])
        odata.check(clause, {"id": str, "value": str})
        rows = [row for row in shape.pairs(one) if odata.holds(clause, row.get)]
        found |= {"singleValueExtendedProperties": rows} if rows else {}
    return found


def change(call: Call, mailbox: Mailbox, one: Document) -> Answer:
    """PATCH …/messages/{id}: categories (replaced), isRead, importance, flag, extended properties (one by one)."""
    wanted = call.json()
    unmatched(call, one)
    changed = dict(one)
    for name, value in wanted.items():
        if name.startswith("@odata."):
            continue
        if name not in CHANGES:
            known = name in shape.KNOWN
            code, text = (
                ("ErrorInvalidPropertySet", "is read-only") if known else ("BadRequest", "does not exist on type 'microsoft.graph.message'")
            )
            raise Refusal(400, code, f"The property '{name[:40]}' {text}.")
        changed |= CHANGES[name](value, changed)
    return get(call, mailbox, mailbox.put(changed), basic=False)


def unmatched(call: Call, one: Document) -> None:
    """Refuse (412) an If-Match that is not the message's etag."""
    wanted = call.headers.get("If-Match", "*").strip()
    if wanted not in {"*", shape.etag(one)}:
        message = "The change key passed in the request does not match the current change key for the item."
        raise Refusal(412, "ErrorIrresolvableConflict", message)


def bad(name: str) -> Refusal:
    return Refusal(400, "RequestBodyRead", f"Cannot convert the value of '{name}' to the expected type.")


def categories(value: Any, one: Document) -> Document:
    del one
    if not isinstance(value, list) or not all(isinstance(each, str) and 0 < len(each) <= 255 for each in value):
        raise bad("categories")
    return {"categories": list(dict.fromkeys(value))}


def is_read(value: Any, one: Document) -> Document:
    del one
    if not isinstance(value, bool):
        raise bad("isRead")
    return {"read": value}


def importance(value: Any, one: Document) -> Document:
    del one
    if value not in ("low", "normal", "high"):
        raise bad("importance")
    return {"importance": value}


def flag(value: Any, one: Document) -> Document:
    del one
    status = value.get("flagStatus") if isinstance(value, dict) else None
    if status not in ("notFlagged", "flagged", "complete"):
        raise bad("flag")
    return {"flag": status}


def extended(value: Any, one: Document) -> Document:
    """Extended properties are added or replaced by their id; the others stay."""
    if not isinstance(value, list):
        raise bad("singleValueExtendedProperties")
    kept = dict(one["extended"])
    for each in value:
        name, text = (each.get("id"), each.get("value")) if isinstance(each, dict) else (None, None)
        if not isinstance(name, str) or not isinstance(text, str):
            raise bad("singleValueExtendedProperties")
        if not EXTENDED.fullmatch(name):
            raise Refusal(400, "ErrorInvalidProperty", "The id of the extended property is not valid.")
        kept[name] = text
    return {"extended": kept}


CHANGES = {
    "categories": categories,
    "isRead": is_read,
    "importance": importance,
    "flag": flag,
    "singleValueExtendedProperties": extended,
}


def move(call: Call, mailbox: Mailbox, one: Document) -> Answer:
    """POST …/messages/{id}/move."""
    wanted = call.parameters().get("destinationId")
    if not isinstance(wanted, str):
        raise bad("destinationId")
    moved = mailbox.move(one, mailbox.folder(wanted).key)
    return Answer(get(call, mailbox, moved, basic=False).body, status=201)


def delete(call: Call, mailbox: Mailbox, one: Document) -> Answer:
    """DELETE …/messages/{id}."""
    unmatched(call, one)
    mailbox.delete(one)
    return Answer(status=204)


def translate(call: Call, mailbox: Mailbox) -> Answer:
    """POST /users/{id}/translateExchangeIds, between restId and restImmutableEntryId."""
    wanted = call.parameters()
    texts, kinds = wanted.get("inputIds"), (wanted.get("sourceIdType"), wanted.get("targetIdType"))
    if not isinstance(texts, list) or len(texts) > 1000 or not set(kinds) <= {"restId", "restImmutableEntryId"}:
        raise Refusal(400, "ErrorInvalidParameter", "inputIds (at most 1000), sourceIdType and targetIdType are required.")
    value = []
    for text in texts:
        if not isinstance(text, str):
            raise bad("inputIds")
        name = ids.read(text, mailbox.owner.id, "message")
        target = ids.Name("message", name.number, name.moves, immutable=kinds[1] == "restImmutableEntryId")
        value.append({"sourceId": text, "targetId": target.text(mailbox.owner.id)})
    return Answer({"@odata.context": f"{call.base}/$metadata#Collection(microsoft.graph.convertIdResult)", "value": value})
