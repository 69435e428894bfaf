"""How the instance says no: ServiceNow's own status codes, envelopes and HTML pages."""

import time
from typing import Any

from aiohttp import web

MAINTENANCE = """<!DOCTYPE html><html><head><title>{status}</title></head>
<body><h1>{status}</h1><p>This instance is not available at the moment.</p></body></html>"""
SIGN_IN = """<!DOCTYPE html><html><head><title>Log in | ServiceNow</title></head>
<body><form action="login.do" method="post"><label>User name <input name="user_name"></label></form></body></html>"""
INJECTED = {
    400: ("Exception while reading request", "The payload is not valid JSON."),
    401: ("User Not Authenticated", "Required to provide Auth information"),
    403: ("Operation Failed", "ACL Exception Update Failed due to security constraints"),
    404: ("No Record found", "Record doesn't exist or ACL restricts the record retrieval"),
    429: ("Rate limit exceeded", "Rate limit of 100 requests per hour for Table API exceeded"),
    500: ("Transaction cancelled: maximum execution time exceeded", "Check logs for error trace or enable glide.rest.debug property"),
}


class Refusal(Exception):
    """A request that the instance refuses. `detail` None is JSON's null."""

    def __init__(self, status: int, message: str, detail: str | None = None, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, message, detail)
        self.status = status
        self.message = message
        self.detail = detail
        self.headers = headers or {}

    @property
    def body(self) -> dict[str, Any]:
        return envelope(self.message, self.detail)


def envelope(message: str, detail: str | None) -> dict[str, Any]:
    """The body of every failure."""
    return {"error": {"message": message, "detail": detail}, "status": "failure"}


def bad_request(message: str, detail: str | None = None) -> Refusal:
    return Refusal(400, message, detail)


def no_such_address() -> Refusal:
    return Refusal(400, "Requested URI does not represent any resource")


def not_json() -> Refusal:
    return Refusal(400, *INJECTED[400])


def unauthenticated() -> Refusal:
    return Refusal(401, *INJECTED[401], headers={"WWW-Authenticate": 'BASIC realm="Service-now"'})


def no_record() -> Refusal:
    """Absent or not readable: nobody is told which."""
    return Refusal(404, *INJECTED[404])


def acl(operation: str) -> Refusal:
    """`operation`: Insert, Update, Delete or Read."""
    return Refusal(403, "Operation Failed", f"ACL Exception {operation} Failed due to security constraints")


def closed_table() -> Refusal:
    return Refusal(403, "Operation Failed", "Failed API level ACL Validation")


def data_policy(labels: list[str]) -> Refusal:
    """Mandatory fields are missing; they are named by their labels."""
    return Refusal(403, "Operation Failed", f"Data Policy Exception: The following fields are mandatory: {', '.join(labels)}")


def business_rule(table: str, rule: str, sys_id: str, reason: str) -> Refusal:
    """A business rule called setAbortAction."""
    aborted = f"Operation against file '{table}' was aborted by Business Rule '{rule}^{sys_id}'."
    return Refusal(403, "Operation Failed", f"{aborted} Business Rule Stack:{rule}. {reason}")


def injected(status: int) -> web.Response:
    """The answer for a status that a test asked for: HTML from the load balancer, else ServiceNow's envelope."""
    if status in {502, 503}:
        return web.Response(status=status, text=MAINTENANCE.format(status=status), content_type="text/html")
    if status == 200:
        return web.Response(text=SIGN_IN, content_type="text/html")
    if status == 202:
        return web.Response(status=202)
    message, detail = INJECTED.get(status, ("Operation Failed", "Injected"))
    response = web.json_response(envelope(message, detail), status=status)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'BASIC realm="Service-now"'
    if status == 429:
        response.headers.update(
            {"X-RateLimit-Limit": "100", "X-RateLimit-Reset": str(int(time.time()) + 3600), "X-RateLimit-Rule": "0" * 32}
        )
    return response
