"""Collections in pages: `value`, `@odata.count`, and an opaque, absolute `@odata.nextLink`."""

import base64
import json
from typing import Any
from urllib.parse import quote, urlencode

from simulators.graph.wire import Answer, Call, Refusal, compact

SEAL = "kollega"  # a token that does not carry it is none of ours


def sealed(content: dict[str, Any]) -> str:
    """An opaque token of some content."""
    return base64.urlsafe_b64encode(compact({"seal": SEAL, **content})).decode().rstrip("=")


def opened(token: str) -> dict[str, Any] | None:
    """The content of a token, or None for one that was not made here."""
    try:
        found = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.get("seal") == SEAL else None


def address(call: Call, query: dict[str, str]) -> str:
    """The absolute address of the same collection with other query options."""
    return f"{call.base}/{call.raw_path}?{urlencode(query, quote_via=quote, safe='$,')}"


def page(call: Call, items: list[dict[str, Any]], context: str, default: int, most: int) -> Answer:
    """One page of a collection: $top (by default `default`, at most `most`) items from where $skip or the $skiptoken says."""
    size = call.number("$top", default, 1, most)
    start = call.number("$skip", 0, 0, 10**9)
    if "$skiptoken" in call.query:
        token = opened(call.query["$skiptoken"])
        if token is None or not isinstance(token.get("from"), int):
            raise Refusal(400, "BadRequest", "Skip token is not valid.")
        start = max(token["from"], 0)
    body: dict[str, Any] = {"@odata.context": context}
    if call.flag("$count"):
        body["@odata.count"] = len(items)
    if start + size < len(items):
        rest = {name: value for name, value in call.query.items() if name != "$skip"}
        body["@odata.nextLink"] = address(call, {**rest, "$skiptoken": sealed({"from": start + size})})
    return Answer({**body, "value": items[start : start + size]})
