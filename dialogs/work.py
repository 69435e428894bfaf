"""The work of a job: the form as it was confirmed, and its module's `execute`; and what a job has to say, as a reply."""

import inspect
import sys
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any

from connectors.errors import BY_KIND, Unavailable
from connectors.servicenow import ServiceNow
from dialogs import texts, undoing
from dialogs.desk import Desk
from dialogs.registry import found
from dialogs.talk import Button, Reply
from jobs.engine import Job


async def work(desk: Desk, job: Job) -> str:
    """Run one job; gives its outcome ("done", "partly"). Raises what its steps raise: the engine tells the person."""
    if unasked := found().unasked.get(job.order.intent):
        job.version = version(job.order.intent)
        return await unasked(desk, job)
    form = found().forms[job.order.intent].model_validate(job.order.form)
    job.minutes, job.unit, job.version = form.minutes, form.requester.department, version(job.order.intent)
    if outcome := await form.cleared(desk, job):
        job.minutes = 0  # nothing was done
        return outcome
    return await found().work[job.order.intent](form, desk, job)


@cache
def version(intent: str) -> str:
    """Which version of an automation it is: twelve digits of its module's hash."""
    work = found().work.get(intent) or found().unasked[intent]
    return sha256(inspect.getsource(sys.modules[work.__module__]).encode()).hexdigest()[:12]


def message(key: str, told: dict[str, Any]) -> tuple[Reply, str]:
    """What a job has to say, and the key of the card that shows its state ("" for none).

    key: the message's own, which begins with the job's. told: {"reply"} from a job's own steps, or the engine's
    {"kind": "failed" | "crashed" | "cancelled" | "retrying", "reference", …}.
    """
    card = f"job-{key.partition('/')[0].rpartition(':')[2]}"
    if "reply" in told:
        return Reply.model_validate(told["reply"]), card
    reference = told["reference"]
    buttons = (Button(label="Snak med Servicedesk", do="human"),)
    if told["kind"] == "retrying":
        return retrying(key, told), ""
    if told["kind"] == "cancelled":
        text = f"Arbejdet er stoppet, før jeg blev færdig. Noget kan være gjort allerede; Servicedesk kan se hvad. Ref. {reference}"
        return Reply(text=text, buttons=buttons, key=f"stopped-{reference}"), card
    if told["kind"] == "failed":
        kind = BY_KIND[told["error"]]
        if kind is Unavailable:
            sentence = f"{texts.system_name(told['system'])} svarede ikke, så jeg blev ikke færdig."
        else:
            sentence = texts.trouble(kind(told["system"], "", 0, told.get("code", "")))
        return Reply(text=f"Det lykkedes ikke. {sentence} Ref. {reference}", buttons=buttons, key=f"failed-{reference}"), card
    return Reply(
        text=f"Der gik noget galt hos mig, så jeg blev ikke færdig. Servicedesk kan se, hvad der skete. Ref. {reference}",
        buttons=buttons,
        key=f"failed-{reference}",
    ), card


def retrying(key: str, told: dict[str, Any]) -> Reply:
    """That a system does not answer. A standard request needs ServiceNow only when its work is done."""
    until, system = texts.clock(datetime.fromisoformat(told["until"])), texts.system_name(told["system"])
    done = told["system"] == ServiceNow.name and key.partition(":")[0] in {*found().requests, undoing.Form.intent}
    if done:
        text = f"Det er gjort, men {system} svarer ikke lige nu. Jeg fører det ind, så snart den svarer, og skriver nummeret."
    else:
        text = f"{system} svarer ikke lige nu. Dine svar er gemt, og jeg prøver selv igen indtil {until}. Jeg skriver til dig."
    return Reply(text=f"{text} Ref. {told['reference']}")
