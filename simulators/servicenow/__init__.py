"""ServiceNow: Table, Attachment, Aggregate, Batch, Import Set, Catalogue and Knowledge API, and pages for people.

Credentials: OAuth client `kollega` with secret `simulator` (acts as the user kollega.integration); Basic `admin`/`admin`, and each person's
local part of the address with the password `simulator`.

Switches, turned by `POST /control/settings {"servicenow_latency": "real"}` and so on, each prefixed with `servicenow_`:

- token_seconds: the life of an access token (1799). jwt_key: the PEM public key that signs JWT bearer assertions (that of kollega.pem)
- returns_no_rows: a query with an invalid part finds nothing, instead of dropping the part (false)
- hide_journal: sys_journal_field is readable for nobody but administrators (false)
- update_task_timer: rows of task_time_worked add up in the task's time_worked (false)
- flow_seconds: how long each step behind an order or a decision takes (0). twostep: order_now only fills the cart (false)
- batch_serviced: after so many requests the rest of a batch is unserviced (all are served)
- attachment_max_size: bytes (1 GB). attachment_extensions: allowed ones, with commas (all)
- latency: seconds that each request takes, or "real" (0)
"""

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
