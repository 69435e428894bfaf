"""POST $batch: up to ten commands in one, run one after the other, each with its own status."""

from typing import Any

from simulators.exchange.invoke import Call, Result, run
from simulators.exchange.wire import Raw, Refusal, envelope, knob, throttled
from simulators.simulation import Simulation

MOST = 10


def refused(sentence: str) -> Result:
    return Result(400, envelope(Refusal(400, "Microsoft.OData.ODataException", sentence), 3, []))


async def answer(simulation: Simulation, call: Call, tenant: str) -> Result:
    """All parts in their order."""
    parts = call.body.get("requests") if isinstance(call.body, dict) else None
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        return refused("The batch request has no requests.")
    if len(parts) > MOST:
        return refused(f"The batch request has {len(parts)} requests; the maximum is {MOST}.")
    names = [part.get("id") for part in parts]
    if len({str(name) for name in names}) < len(parts) or not all(isinstance(name, str) and name for name in names):
        return refused("Each request of a batch needs an id of its own.")
    return Result(200, {"responses": [{"id": part["id"], **await one(simulation, call, part, tenant)} for part in parts]})


async def one(simulation: Simulation, call: Call, part: dict[str, Any], tenant: str) -> dict[str, Any]:
    """One part's status, headers and body."""
    path = str(part.get("url", "")).partition("?")[0].lower()
    if str(part.get("method", "")).upper() != "POST" or not path.endswith(f"/{tenant.lower()}/invokecommand"):
        return {"status": 404, "headers": {}, "body": None}
    try:
        if (left := int(knob(simulation, "part_throttle", 0))) > 0:
            simulation.settings["exchange_part_throttle"] = left - 1
            raise throttled(simulation.settings.get("exchange_retry_after", 1))
        found = await run(simulation, Call(part.get("body"), {}, "", call.base))
    except Raw as raw:
        return {"status": raw.status, "headers": {**raw.headers, "Content-Type": raw.kind}, "body": raw.body.decode("ascii")}
    headers = {**found.headers, **({"Content-Type": "application/json"} if found.body is not None else {})}
    return {"status": found.status, "headers": headers, "body": found.body}
