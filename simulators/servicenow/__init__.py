"""ServiceNow: Table, Attachment, Aggregate, Batch, Catalogue and Knowledge API, and pages for people."""

from typing import Any

from simulators.servicenow.refusals import injected
from simulators.servicenow.seed import seed
from simulators.servicenow.urls import build
from simulators.simulation import System

READS = ("/oauth_token.do", "/display_value")  # posted, but nothing changes


def is_write(method: str, path: str) -> bool:
    """What belongs in the journal."""
    return method in {"POST", "PUT", "PATCH", "DELETE"} and not path.endswith(READS)


def key(body: Any) -> str | None:
    """The business key that a body carries: `correlation_id`, in an order the variable `kollega_key`."""
    if not isinstance(body, dict):
        return None
    answers = body.get("variables")
    found = body.get("correlation_id") or (answers.get("kollega_key") if isinstance(answers, dict) else None)
    return found if isinstance(found, str) and found else None


SYSTEM = System(build=build, seed=seed, is_write=is_write, key=key, error=injected)
