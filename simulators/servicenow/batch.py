"""The Batch API: `/api/now/batch`."""

import base64
import binascii
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from multidict import CIMultiDict, CIMultiDictProxy, MultiDict, MultiDictProxy
from yarl import URL

from simulators.servicenow.calls import PREFIX, Answer, Call
from simulators.servicenow.refusals import bad_request

MOST = 5 * 1024 * 1024  # bytes of one request in a batch


def batch(call: Call, answer: Callable[[Call], Answer]) -> Answer:
    """Many requests in one, one after the other. The outer 200 says nothing of them; after `servicenow_batch_serviced` the rest is left."""
    body = call.json()
    wanted, number = body.get("rest_requests"), body.get("batch_request_id")
    if not isinstance(wanted, list) or number is None or isinstance(number, dict | list):
        raise bad_request("Invalid batch request", "batch_request_id and rest_requests are required")
    limit = call.records.setting("batch_serviced", default=len(wanted))
    items = [one for one in wanted if isinstance(one, dict)]
    return Answer(
        {
            "batch_request_id": str(number),
            "serviced_requests": [serviced(call, one, answer) for one in items[:limit]],
            "unserviced_requests": [str(one.get("id", "")) for one in items[limit:]],
        }
    )


def serviced(call: Call, item: dict[str, Any], answer: Callable[[Call], Answer]) -> dict[str, Any]:
    """The answer to one request of a batch, in its envelope."""
    inner = unpacked(call, item)
    said = answer(inner) if inner else Answer({"error": {"message": "Invalid request in batch", "detail": None}, "status": "failure"}, 400)
    body, kind = said.encoded()
    headers = [*said.headers.items(), ("Content-Type", kind)] if kind else list(said.headers.items())
    return {
        "id": str(item.get("id", "")),
        "status_code": said.status,
        "status_text": HTTPStatus(said.status).phrase,
        "body": base64.b64encode(body).decode(),
        "headers": [] if item.get("exclude_response_headers") is True else [{"name": name, "value": value} for name, value in headers],
        "execution_time": 1,
    }


def unpacked(call: Call, item: dict[str, Any]) -> Call | None:
    """The request in an item, as the same user; None for one that is none."""
    url, method, body, headers = item.get("url"), item.get("method", "GET"), item.get("body", ""), item.get("headers", [])
    if not (isinstance(url, str) and isinstance(method, str) and isinstance(body, str) and isinstance(headers, list)):
        return None
    pairs = [(one.get("name"), one.get("value")) for one in headers if isinstance(one, dict)]
    try:
        address = URL(url)
        content = base64.b64decode(body, validate=True)
    except (ValueError, binascii.Error):
        return None
    if len(content) > MOST or "/batch" in address.path:
        return None
    return Call(
        records=call.records,
        session=call.session,
        method=method.upper(),
        path=address.path.removeprefix(PREFIX),
        query=MultiDictProxy(MultiDict(address.query)),
        headers=CIMultiDictProxy(CIMultiDict((name, value) for name, value in pairs if isinstance(name, str) and isinstance(value, str))),
        body=content,
        base=call.base,
    )
