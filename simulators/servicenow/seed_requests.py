"""Requests that are under way or done, with the approvals that somebody must give."""

from datetime import timedelta
from typing import Any, NamedTuple

from simulators.servicenow.planting import Planting, user_id, user_name
from simulators.servicenow.seed_catalog import WARES, item_id, variable_id
from simulators.servicenow.seed_people import group_id
from simulators.servicenow.values import identity, stored
from simulators.world import BIRTHE, JENS, METTE, NOW, OLE, SOFIE, Person, person

WAITING, DELIVERING, DONE, REJECTED = "waiting", "delivering", "done", "rejected"
STAGES = {  # stage of the item, its state, state of the request, approval
    WAITING: ("waiting_for_approval", "1", "requested", "requested"),
    DELIVERING: ("fulfillment", "2", "in_process", "approved"),
    DONE: ("completed", "3", "closed_complete", "approved"),
    REJECTED: ("Request Cancelled", "4", "closed_rejected", "rejected"),
}
DECIDED = {WAITING: "requested", DELIVERING: "approved", DONE: "approved", REJECTED: "rejected"}


class Wish(NamedTuple):
    """Who ordered what, how far it is, how many hours ago, and the answers."""

    who: Person
    item: str
    far: str
    hours: int
    answers: dict[str, str]


WISHES = (
    Wish(BIRTHE, "Bærbar pc", WAITING, 30, {"model": "t14", "begrundelse": "Min pc er fra 2019 og kan ikke opdateres.", "docking": "true"}),
    Wish(BIRTHE, "Ekstra skærm", DELIVERING, 120, {"stoerrelse": "27"}),
    Wish(BIRTHE, "Mobiltelefon", DONE, 1500, {"model": "iphone", "behold_nummer": "Yes", "nummer": "20304050"}),
    Wish(OLE, "Adgang til fagsystem", WAITING, 8, {"rolle": "laes", "begrundelse": "Skal se bilag i forbindelse med årsafslutning."}),
    Wish(OLE, "Licens til program", REJECTED, 300, {"program": "visio", "ean": "5798000000001"}),
    Wish(SOFIE, "Licens til program", DELIVERING, 90, {"program": "powerbi", "ean": "5798000000002"}),
    Wish(METTE, "Ekstra skærm", DONE, 800, {"stoerrelse": "34"}),
    Wish(person(14), "Bærbar pc", WAITING, 50, {"model": "x13", "begrundelse": "Ny medarbejder."}),
    Wish(person(20), "Mobiltelefon", DELIVERING, 60, {"model": "android", "behold_nummer": "No"}),
    Wish(person(31), "Adgang til fagsystem", DONE, 700, {"rolle": "skriv", "begrundelse": "Sagsbehandling."}),
)


def plant(p: Planting) -> None:
    """Everything of this file."""
    for n, wish in enumerate(WISHES, 1):
        request(p, n, wish)


def request(p: Planting, n: int, wish: Wish) -> None:
    """A request with its one item, and what belongs to how far it is."""
    opened = NOW - timedelta(hours=wish.hours)
    stage, state, request_state, approval = STAGES[wish.far]
    ware = next(ware for ware in WARES if ware.name == wish.item)
    over = wish.far in {DONE, REJECTED}
    shared: dict[str, Any] = {
        "requested_for": user_id(wish.who),
        "opened_by": user_id(wish.who),
        "opened_at": stored(opened),
        "active": str(not over).lower(),
        "approval": approval,
        "state": state,
        "price": str(ware.price),
        "short_description": ware.name,
        "closed_at": stored(opened + timedelta(hours=wish.hours / 2)) if over else "",
    }
    by = user_name(wish.who)
    req = p.add("sc_request", n, at=opened, by=by, number=f"REQ{10000 + n:07d}", request_state=request_state, **shared)
    ritm = p.add(
        "sc_req_item",
        n,
        at=opened,
        by=by,
        number=f"RITM{10000 + n:07d}",
        request=req,
        parent=req,
        cat_item=item_id(ware.name),
        stage=stage,
        **shared,
    )
    for place, (name, value) in enumerate(wish.answers.items()):
        option = p.add("sc_item_option", n, name, item_option_new=variable_id(ware.name, name), value=value, order=place)
        p.add("sc_item_option_mtom", n, name, request_item=ritm, sc_item_option=option)
    if ware.approval:
        approvals(p, n, ritm, wish)
    if wish.far in {DELIVERING, DONE}:
        p.add(
            "sc_task",
            n,
            at=opened + timedelta(hours=2),
            by="system",
            number=f"SCTASK{10000 + n:07d}",
            request=req,
            request_item=ritm,
            parent=ritm,
            short_description=f"Levér: {ware.name}",
            assignment_group=group_id(ware.group),
            opened_at=stored(opened + timedelta(hours=2)),
            state="3" if over else "2",
            active=str(not over).lower(),
        )


def approvals(p: Planting, n: int, ritm: str, wish: Wish) -> None:
    """The manager's approval, and a word where it was refused."""
    boss = person(wish.who.manager) if wish.who.manager else JENS
    at = NOW - timedelta(hours=wish.hours)
    p.add(
        "sysapproval_approver",
        n,
        at=at,
        by="system",
        approver=user_id(boss),
        state=DECIDED[wish.far],
        sysapproval=ritm,
        document_id=ritm,
        source_table="sc_req_item",
    )
    if wish.far == REJECTED:
        said = at + timedelta(hours=5)
        p.journal(
            "sysapproval_approver", identity("sysapproval_approver", n), "comments", "Brug den fælles licens.", at=said, by=user_name(boss)
        )
