"""POST /$batch: up to twenty calls in one, each with its own answer.

Source: https://learn.microsoft.com/graph/json-batching
"""

import base64
from typing import Any
from urllib.parse import quote

from multidict import CIMultiDict

from simulators.graph.routes import Answering
from simulators.graph.wire import JSON, Answer, Call, Refusal, compact, envelope, options, segments

MOST = 20
METHODS = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})


def refused(text: str) -> Refusal:
    return Refusal(400, "BadRequest", text)


async def answer(call: Call, roles: frozenset[str], each: Answering) -> Answer:
    """All parts, in the order they were given; a part whose predecessor failed is 424."""
    parts = call.json().get("requests")
    if not isinstance(parts, list) or not parts:
        raise refused("Invalid batch payload format.")
    if len(parts) > MOST:
        raise refused(f"Number of batch request steps exceeds the maximum value of {MOST}.")
    answers: dict[str, dict[str, Any]] = {}
    for part in parts:
        identity = part.get("id") if isinstance(part, dict) else None
        if not isinstance(identity, str) or not identity or identity in answers:
            raise refused(f"Request id '{str(identity)[:40]}' is missing or not unique.")
        answers[identity] = {"id": identity, **await answered(call, part, answers, roles, each)}
    return Answer({"responses": list(answers.values())})


async def answered(
    call: Call, part: dict[str, Any], before: dict[str, dict[str, Any]], roles: frozenset[str], each: Answering
) -> dict[str, Any]:
    """One part's status, headers and body."""
    needed = part.get("dependsOn") or []
    if not isinstance(needed, list) or not all(isinstance(name, str) and name in before for name in needed):
        raise refused("A step depends on one that does not come before it.")
    if any(before[name]["status"] >= 400 for name in needed):
        return {"status": 424, "headers": {}, "body": envelope("FailedDependency", "A step that this one depends on failed.")}
    try:
        found = await each(inner(call, part), roles)
    except Refusal as no:
        return {"status": no.status, "headers": {"Content-Type": JSON, **no.headers}, "body": envelope(no.code, no.message)}
    if isinstance(found.body, bytes):
        return {"status": found.status, "headers": {"Content-Type": found.kind}, "body": base64.b64encode(found.body).decode()}
    if found.body is None:
        return {"status": found.status, "headers": dict(found.headers)}
    return {"status": found.status, "headers": {"Content-Type": JSON, **found.headers}, "body": found.body}


def inner(call: Call, part: dict[str, Any]) -> Call:
    """The call that a part describes."""
    method, url, headers = part.get("method"), part.get("url"), part.get("headers") or {}
    if not isinstance(method, str) or method.upper() not in METHODS or not isinstance(url, str) or not isinstance(headers, dict):
        raise refused("Invalid batch payload format.")
    named = CIMultiDict({str(name): str(value) for name, value in headers.items()})
    if part.get("body") is not None and "Content-Type" not in named:
        raise refused("A step with a body needs a Content-Type header.")
    path, _, query = url.partition("?")
    found = segments(path)
    if found[:1] == ("$batch",):
        raise refused("A batch within a batch is not supported.")
    body = compact(part["body"]) if part.get("body") is not None else b""
    return Call(method.upper(), found, options(query), named, body, call.base, quote(path.lstrip("/"), safe="/%$'()="), call.seed)
