"""Changes of one folder since the last round.

The first round gives everything, later ones what changed and what is gone. A round repeats what changed while it ran; tokens of another
world (after a reset) are gone: 410. Source: https://learn.microsoft.com/graph/api/message-delta
"""

import uuid
from dataclasses import replace
from typing import Any

from simulators.graph import odata, shape
from simulators.graph.mailbox import Folder, Mailbox
from simulators.graph.messages import context, expanded
from simulators.graph.paging import address, opened, sealed
from simulators.graph.wire import Answer, Call, Refusal

KINDS = ("created", "updated", "deleted")
FIRST_AT_MOST = 5000  # of a first round with a filter
KEPT = ("$select", "$filter", "$orderby", "$expand", "$top", "changetype")  # options of the first call live on in the token


def generation(mailbox: Mailbox) -> str:
    """The name of this seeded world: tokens of an earlier one are refused."""
    table = mailbox.simulation.store.table("graph", "generation")
    if "current" not in table:
        table["current"] = {"name": uuid.uuid4().hex}
    return str(table["current"]["name"])


def answer(call: Call, mailbox: Mailbox, folder: Folder, basic: bool) -> Answer:
    """GET …/mailFolders/{id}/messages/delta."""
    state = started(call, mailbox) if not {"$skiptoken", "$deltatoken"} & set(call.query) else resumed(call, mailbox, folder)
    found = changes(call, mailbox, folder, state, basic)
    size = page_size(call, state)
    start = state["from"]
    body: dict[str, Any] = {"@odata.context": context(call, mailbox, "mailFolders/messages/$delta")}
    state |= {"folder": folder.key, "generation": generation(mailbox)}
    if start + size < len(found):
        body["@odata.nextLink"] = address(call, {"$skiptoken": sealed({**state, "from": start + size})})
    else:
        body["@odata.deltaLink"] = address(call, {"$deltatoken": sealed({**state, "from": 0, "since": state["until"]})})
    return Answer({**body, "value": found[start : start + size]})


def started(call: Call, mailbox: Mailbox) -> dict[str, Any]:
    """The state of a first call. Refuses what delta does not take."""
    if "$search" in call.query:
        raise Refusal(400, "ErrorInvalidUrlQuery", "$search is not supported on a change tracking query.")
    wanted = call.query.get("changetype", "").lower()
    if wanted and wanted not in KINDS:
        raise Refusal(400, "ErrorInvalidUrlQuery", "changeType must be created, updated or deleted.")
    for test in filtered(call.query.get("$filter")):
        if test.path != "receivedDateTime" or test.operator not in {"ge", "gt"}:
            raise Refusal(400, "ErrorInvalidUrlQuery", "A change tracking query can be filtered by receivedDateTime ge or gt alone.")
    if call.query.get("$orderby", "receivedDateTime desc").lower() != "receiveddatetime desc":
        raise Refusal(400, "ErrorInvalidUrlQuery", "A change tracking query can be sorted by receivedDateTime desc alone.")
    options = {name: call.query[name] for name in KEPT if name in call.query}
    return {"options": options, "since": 0, "until": mailbox.next_change(), "from": 0}


def filtered(text: str | None) -> list[odata.Comparison]:
    """The tests of a $filter, checked for their types."""
    if text is None:
        return []
    clause = odata.read_filter(text)
    odata.check(clause, shape.TYPES)
    if odata.negated(clause):
        raise Refusal(400, "ErrorInvalidUrlQuery", "'not' is not supported on a change tracking query.")
    return list(odata.comparisons(clause))


def resumed(call: Call, mailbox: Mailbox, folder: Folder) -> dict[str, Any]:
    """The state in a token. Refuses (410) one of another world, and any while the setting `graph_delta_gone` is on."""
    state = opened(call.query.get("$skiptoken") or call.query.get("$deltatoken") or "")
    if state is None or state.get("folder") != folder.key or not isinstance(state.get("options"), dict):
        raise Refusal(400, "BadRequest", "Badly formed token.")
    if state["generation"] != generation(mailbox) or mailbox.simulation.settings.get("graph_delta_gone"):
        raise Refusal(410, "SyncStateNotFound", "The sync state generation is not found; start again without a token.")
    if "$deltatoken" in call.query:
        state["until"] = mailbox.next_change()
    return state


def page_size(call: Call, state: dict[str, Any]) -> int:
    """Prefer: odata.maxpagesize, or $top, or 10."""
    wanted = call.prefers("odata.maxpagesize") or str(state["options"].get("$top", "10"))
    return max(1, min(int(wanted), 1000)) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else 10


def changes(call: Call, mailbox: Mailbox, folder: Folder, state: dict[str, Any], basic: bool) -> list[dict[str, Any]]:
    """The changed messages as items, newest received first, then the ids of those that left."""
    options, since = state["options"], state["since"]
    names = odata.read_select(options.get("$select"), shape.KNOWN, shape.TYPE)
    kind = options.get("changetype", "").lower()
    found = [one for one in mailbox.in_folder(folder.key) if one["changed"] > since]
    if kind == "deleted":
        found = []
    elif kind and since:
        found = [one for one in found if (one["version"] == 1) == (kind == "created")]
    if "$filter" in options:
        clause = odata.read_filter(options["$filter"])
        found = [one for one in found if odata.holds(clause, shape.getter(call, mailbox, one))]
        found = found if since else found[:FIRST_AT_MOST]
    found.sort(key=lambda one: (one["received"], one["number"]), reverse=True)
    first = replace(call, query=options)
    items = [shape.item(call, mailbox, one, names, basic) | expanded(first, mailbox, one, basic) for one in found]
    if not since or kind in {"created", "updated"}:
        return items
    gone = (one for one in mailbox.table("gone").values() if one["changed"] > since and one["folder"] == folder.key)
    left = {one["immutable" if call.immutable else "id"] for one in gone} - {item["id"] for item in items}
    return items + [{"id": identity, "@removed": {"reason": "deleted"}} for identity in sorted(left)]
