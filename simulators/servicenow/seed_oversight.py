"""Service levels of the open incidents and older approvals, for the oversight: what is not in order among them (T11, T12), and what only looks so.

The orders have numbers below those that conversations speak of. ServiceNow's world is one: the seed of the finance world changes nothing here.
"""

import random
from datetime import date, datetime, timedelta
from typing import NamedTuple

from simulators.planted import Plan, Plant
from simulators.servicenow.planting import Planting, user_id, user_name
from simulators.servicenow.seed_catalog import item_id
from simulators.servicenow.values import identity, stored
from simulators.world import JENS, NOW, PEOPLE, Person, person

FIRST_ORDER = 9001
SPOKEN_OF = 10236  # incidents from here on belong to conversations
WARE = "Ekstra skærm"
SERVICE_LEVEL = "Løst inden for to arbejdsdage"


class Approved(NamedTuple):
    """A decided approval: who got what, who approved, who wrote it, when, and why it is planted ("" for an ordinary one)."""

    who: Person
    approver: Person
    writer: str
    at: datetime
    finding: bool = False
    why: str = ""


def plant(p: Planting) -> None:
    """Everything of this file."""
    service_levels(p)
    first, last = (stored(datetime(2026, month, 1, tzinfo=NOW.tzinfo)) for month in (4, 10))
    p.add("sys_user_delegate", "jens 2026", user=user_id(JENS), delegate=user_id(person(7)), starts=first, ends=last)
    for n, one in enumerate(approved()):
        order(p, FIRST_ORDER + n, one)


def service_levels(p: Planting) -> None:
    """One for each open incident. Those that are breached and nobody has are what T11 finds."""
    for row, stage, breached in levels(p):
        opened = datetime.fromisoformat(f"{row['opened_at']}+00:00")
        due = opened + timedelta(days=2) if breached else NOW + timedelta(days=2)
        p.add(
            "task_sla", row["number"], at=opened, by="system", task=row["sys_id"], sla=SERVICE_LEVEL, stage=stage,
            has_breached=str(breached).lower(), start_time=stored(opened), planned_end_time=stored(due),
        )  # fmt: skip


def levels(p: Planting) -> list[tuple[dict[str, str], str, bool]]:
    """Each open incident with its stage, and whether it is breached."""
    rows = [
        row for row in p.rows["incident"].values() if row["state"] in {"1", "2", "3"} and int(row["number"].removeprefix("INC")) < SPOKEN_OF
    ]
    free = [row for row in rows if not row["assigned_to"]]
    found = []
    for n, row in enumerate(rows):
        if row in free[:4]:
            found.append((row, "in_progress", True))
        elif row in free[4:6]:
            found.append((row, "paused", True))
        else:
            found.append((row, "in_progress", bool(row["assigned_to"]) and n % 3 == 0))
    return found


def approved() -> list[Approved]:
    """Sixty in order, some that are not, and some that only look it."""
    chance = random.Random(20261125)  # noqa: S311 - a fixed world, nothing secret
    people = [one for one in PEOPLE if one.number >= 60]

    def at(month: int) -> datetime:
        return datetime(2026, month, chance.randint(1, 28), chance.randint(7, 13), chance.randint(0, 59), tzinfo=NOW.tzinfo)

    found = []
    for _ in range(60):
        who = chance.choice(people)
        boss = person(who.manager)
        found.append(Approved(who, boss, user_name(boss), at(chance.randint(4, 9))))
    for month in (8, 5):
        who = chance.choice(people)
        found.append(Approved(who, who, user_name(who), at(month), True, "godkendt af bestilleren selv"))
        who, other = chance.sample([one for one in people if one.manager == 7], 2)
        found.append(Approved(who, person(7), user_name(other), at(month), True, "godkendelsen er skrevet af en anden uden fuldmagt"))
        who = chance.choice([one for one in people if one.manager == JENS.number])
        found.append(Approved(who, JENS, user_name(person(7)), at(month), False, "stedfortræder"))
        found.append(Approved(who, JENS, "system", at(month), False, "skrevet af arbejdsgangen"))
    return [*found, *in_a_row(chance), under(chance)]


def in_a_row(chance: random.Random) -> list[Approved]:
    """One approver says yes twenty-two times, six seconds apart; another twenty times, and a third takes half a minute for each."""
    people = [one for one in PEOPLE if one.number >= 60 and one.number % 19]
    found = []
    for boss, day, number, seconds, why in (
        (7, 5, 22, 6, "22 godkendelser på godt to minutter"),
        (8, 6, 20, 6, "20 godkendelser i en køre er ikke for mange"),
        (9, 7, 22, 30, "et halvt minut til hver"),
    ):
        begin = datetime(2026, 5, day, 9, 0, tzinfo=NOW.tzinfo)
        for n in range(number):
            first = (n == 0, number > 20 and seconds < 10)
            at = begin + timedelta(seconds=n * seconds)
            found.append(
                Approved(chance.choice(people), person(boss), user_name(person(boss)), at, first == (True, True), why if n == 0 else "")
            )
    return found


def under(chance: random.Random) -> Approved:
    """A manager's order that one of their own people approved."""
    who = chance.choice([one for one in PEOPLE if one.manager == JENS.number and one.number >= 60])
    return Approved(JENS, who, user_name(who), datetime(2026, 6, 9, 10, 12, tzinfo=NOW.tzinfo), True, "godkendt af en, bestilleren leder")


def order(p: Planting, number: int, one: Approved) -> None:
    """A delivered request with its one item and the approval of it."""
    opened = one.at - timedelta(days=1)
    shared: dict[str, object] = {
        "requested_for": user_id(one.who), "opened_by": user_id(one.who), "opened_at": stored(opened), "active": "false", "approval": "approved",
        "state": "3", "short_description": WARE, "closed_at": stored(one.at + timedelta(days=3)),
    }  # fmt: skip
    by = user_name(one.who)
    req = p.add("sc_request", number, at=opened, by=by, number=f"REQ{number:07d}", request_state="closed_complete", **shared)
    ritm = p.add(
        "sc_req_item", number, at=opened, by=by, number=f"RITM{number:07d}", request=req, parent=req, cat_item=item_id(WARE), stage="completed", **shared
    )  # fmt: skip
    p.add(
        "sysapproval_approver", number, at=one.at, by="system", approver=user_id(one.approver), state="approved", sysapproval=ritm, document_id=ritm,
        source_table="sc_req_item", sys_updated_by=one.writer,
    )  # fmt: skip


def plants(seed: int) -> tuple[Plant, ...]:
    """What is planted here; the same for every seed."""
    from simulators.servicenow.seed import planted

    del seed
    plan = Plan()
    for row, stage, breached in levels(planted()):
        if breached and not row["assigned_to"]:
            note = plan.finding if stage == "in_progress" else plan.alike
            note(
                "T11",
                row["number"],
                day=date.fromisoformat(row["opened_at"][:10]),
                why="overskredet uden ejer" if stage == "in_progress" else "SLA'en er sat på pause",
            )
    for n, one in enumerate(approved()):
        if one.why:
            note = plan.finding if one.finding else plan.alike
            note("T12", identity("sysapproval_approver", FIRST_ORDER + n), day=one.at.date(), why=one.why)
    return tuple(plan.plants)
