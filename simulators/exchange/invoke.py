"""One cmdlet: found, its parameters read, run, and its rows given out in pages; or refused in one of the three shapes."""

import asyncio
import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from simulators.exchange import finding, groups, mailboxes, permissions
from simulators.exchange.directory import Directory
from simulators.exchange.parameters import DEFAULT_SIZE, Cmdlet, Given, given
from simulators.exchange.wire import Refusal, Row, envelope, knob, named, no_role, sidecars, success
from simulators.simulation import Simulation

CMDLETS: dict[str, Cmdlet] = {**finding.CMDLETS, **mailboxes.CMDLETS, **groups.CMDLETS, **permissions.CMDLETS}
LOWER = {name.lower(): name for name in CMDLETS}
SHAPE_TWO = (
    "MailboxPermission",
    "RecipientPermission",
    "DistributionGroupMember",
    "AutoReplyConfiguration",
)  # these give JSON inside details
LATENCY = 0.01  # seconds of any cmdlet; without any, no two calls would ever meet
PAGE = 1000
LIFE = 1800.0  # seconds of a nextLink
AFFINITY = "Expired or Invalid pagination request. Default Expiry time is 00:30:00"


@dataclass(frozen=True)
class Call:
    """One command as it came, alone or in a batch. `base`: the address up to the tenant."""

    body: Any
    query: Mapping[str, str]
    prefer: str
    base: str
    endpoint: str = "InvokeCommand"


@dataclass(frozen=True)
class Result:
    """One answer. `body` None: none at all (204)."""

    status: int
    body: dict[str, Any] | None
    headers: dict[str, str] = field(default_factory=dict)


def wanted(body: Any) -> tuple[str, Any]:
    """The cmdlet's name and its parameters, as they stand in a body. "" where there is none."""
    inner = body.get("CmdletInput") if isinstance(body, dict) else None
    name = inner.get("CmdletName") if isinstance(inner, dict) else None
    return (name, inner.get("Parameters", {})) if isinstance(name, str) and isinstance(inner, dict) else ("", None)


def is_write(body: Any) -> bool:
    """Whether a command changes something; unknown ones do not."""
    name = LOWER.get(wanted(body)[0].lower())
    return name is not None and CMDLETS[name].writes


async def run(simulation: Simulation, call: Call, allowed: Mapping[str, frozenset[str]] | None = None) -> Result:
    """The answer to one command. `allowed`: for an endpoint that takes some cmdlets with some parameters only. Raises Raw."""
    name, parameters = wanted(call.body)
    known = LOWER.get(name.lower(), "")
    try:
        found = readied(simulation, name, parameters, allowed)
    except Refusal as no:
        return refused(simulation, no, known, [])
    await asyncio.sleep(latency(simulation, known))
    try:
        return answered(simulation, call, known, found)
    except Refusal as no:
        return refused(simulation, no, known, found.warnings)


def readied(simulation: Simulation, name: str, parameters: Any, allowed: Mapping[str, frozenset[str]] | None) -> Given:
    """The parameters of a command that may be run. Raises Refusal; Raw where the role or the cmdlet is missing."""
    known = LOWER.get(name.lower(), "")
    if not name or not isinstance(parameters, dict):
        raise Refusal(400, "Microsoft.OData.ODataException", "The request body isn't a valid CmdletInput.", shape=3)
    if allowed is not None and (known not in allowed or {one.lower() for one in parameters} - allowed[known]):
        raise Refusal(400, "Microsoft.OData.ODataException", f"The cmdlet '{name[:60]}' isn't supported by this endpoint.", shape=3)
    denied = named(simulation, "denied")
    if not known or known.lower() in denied or "*" in denied:
        raise no_role()
    return given(CMDLETS[known], parameters, named(simulation, "hidden_parameters"))


def refused(simulation: Simulation, no: Refusal, name: str, warnings: list[str]) -> Result:
    """A refusal in the shape that the cmdlet, the refusal or the setting asks for."""
    forced = int(knob(simulation, "error_shape", 0))
    shape = forced if forced in {1, 2, 3} else no.shape or (2 if name.endswith(SHAPE_TWO) else 1)
    return Result(no.status, envelope(no, shape, warnings), {"X-ExceptionType": no.kind.rpartition(".")[2]})


def latency(simulation: Simulation, name: str) -> float:
    """Seconds that a cmdlet takes."""
    longer = knob(simulation, "creation_seconds", 0.0) if name.startswith("New-") else 0.0
    return min(knob(simulation, "latency_seconds", LATENCY) + longer, 120.0)


def answered(simulation: Simulation, call: Call, name: str, found: Given) -> Result:
    """Run it, and give its rows out. Raises Refusal."""
    cmdlet = CMDLETS[name]
    if name.lower() in named(simulation, "only_warns"):
        return Result(200, success(None, ["The operation was accepted; the object will be updated later."], call.base))
    rows = [] if cmdlet.writes and found.flag("WhatIf") else cmdlet.run(Directory(simulation), found)
    if cmdlet.writes and not rows and not found.warnings and simulation.settings.get("exchange_no_content"):
        return Result(204, None)
    page, following = paged(simulation, call, found, rows) if "ResultSize" in cmdlet.parameters else (rows, "")
    chosen = frozenset(one.strip().lower() for one in call.query.get("$select", "").split(",") if one.strip())
    headers = {"X-Warnings": found.warnings[0].encode("ascii", "replace").decode()} if found.warnings else {}
    return Result(200, success([sidecars(row, chosen) for row in page], found.warnings, call.base, following), headers)


def paged(simulation: Simulation, call: Call, found: Given, rows: list[Row]) -> tuple[list[Row], str]:
    """One page and the link to the next. What ResultSize cuts off is told in a warning."""
    most = found.values.get("ResultSize", DEFAULT_SIZE)
    if len(rows) > most:
        found.warn(
            f"By default, only the first {most} items are returned. There are more results available than are currently displayed. To view "
            "them, increase the value for the ResultSize parameter."
        )
        rows = rows[:most]
    size = page_size(call.prefer)
    start = place(simulation, call)
    if start + size >= len(rows):
        return rows[start:], ""
    token = {"from": start + size, "of": digest(call.body), "until": simulation.now().timestamp() + LIFE}
    sealed = base64.urlsafe_b64encode(json.dumps(token).encode()).decode()
    select = f"$select={quote(call.query['$select'], safe=',')}&" if "$select" in call.query else ""
    return rows[start : start + size], f"{call.base}/{call.endpoint}?{select}$skiptoken={quote(sealed)}"


def page_size(prefer: str) -> int:
    """The page size of a Prefer header: at most, and by default, a thousand."""
    match = re.search(r"odata\.maxpagesize\s*=\s*([0-9]{1,6})", prefer, re.IGNORECASE)
    return min(max(int(match[1]), 1), PAGE) if match else PAGE


def place(simulation: Simulation, call: Call) -> int:
    """Where a page begins. Refuses a link that is foreign, too old, of another command, or led to another server."""
    text = call.query.get("$skiptoken")
    if text is None:
        return 0
    lost = Refusal(400, "Microsoft.Exchange.Admin.OData.Core.PaginationException", AFFINITY, shape=3)
    try:
        token = json.loads(base64.urlsafe_b64decode(text.encode()))
        good = token["of"] == digest(call.body) and token["until"] > simulation.now().timestamp() and int(token["from"]) >= 0
    except (ValueError, KeyError, TypeError, RecursionError):
        raise lost from None
    if not good or simulation.settings.get("exchange_affinity_lost"):
        raise lost
    return int(token["from"])


def digest(body: Any) -> str:
    return sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:24]
