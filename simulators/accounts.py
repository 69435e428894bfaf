"""The Entra accounts of the staff: open or closed, last sign-in, licences; what T1 and T15 look at."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from simulators.planted import Plan, Plant
from simulators.staff import on_leave, staff, with_fate
from simulators.world import NOW, PEOPLE, person

EVERYBODY = "00000000-0000-4000-8000-0000000e3e3e"  # the group that gives the common licence
SKUS = {  # id → part number; the first comes with the group
    "05e9a617-0261-4cee-bb44-138d3ef5d965": "SPE_E3",
    "c5928f49-12ba-48f7-ada3-0d743a3601d5": "VISIOCLIENT",
    "53818b1b-4a27-454b-8896-0dba576410e6": "PROJECTPROFESSIONAL",
    "f8a1db68-be16-40ed-86d5-cb42ce701560": "POWER_BI_PRO",
}
COMMON, *OTHERS = SKUS


@dataclass(frozen=True)
class Account:
    """One account. direct, by_group: ids of licences, by how they came."""

    enabled: bool
    signed_in: datetime
    direct: tuple[str, ...]
    by_group: tuple[str, ...]

    def states(self) -> list[dict[str, object]]:
        """licenseAssignmentStates, as Graph shows them."""
        given = [*((sku, None) for sku in self.direct), *((sku, EVERYBODY) for sku in self.by_group)]
        return [{"skuId": sku, "assignedByGroup": group, "disabledPlans": [], "state": "Active", "error": "None"} for sku, group in given]


@cache
def accounts(seed: int) -> dict[int, Account]:
    """The account of each person of the world, by number."""
    chance = random.Random(f"{seed} accounts")  # noqa: S311 - a fixed world, nothing secret
    found, late = {}, 0
    for one in PEOPLE:
        fate = staff(seed).fates.get(one.number, "")
        signed = NOW - timedelta(minutes=chance.randint(5, 9000))
        direct = (chance.choice(OTHERS),) if chance.random() < 0.15 and not fate else ()
        by_group: tuple[str, ...] = (COMMON,)
        if fate in {"left", "left_closed"}:
            late += fate == "left"
            after = timedelta(days=9) if fate == "left" and late <= 2 else timedelta(days=-1)
            signed = moment(staff(seed).left_on[one.number] + after, chance)
        elif fate.startswith("idle"):
            signed = moment(date(2026, 3, 1) + timedelta(days=chance.randint(0, 80)), chance)
            direct, by_group = ((chance.choice(OTHERS),), by_group) if fate == "idle" else ((), (COMMON, OTHERS[0]))
        found[one.number] = Account(fate != "left_closed", signed, direct, () if fate == "left_closed" else by_group)
    return found


def moment(day: date, chance: random.Random) -> datetime:
    return datetime.combine(day, time(chance.randint(6, 15), chance.randrange(60)), UTC)


def guest(seed: int) -> int:
    """The consultant from outside whose account is another organization's."""
    return with_fate(seed, "consultant")[0].number


def properties(number: int, seed: int) -> dict[str, object]:
    """What Graph shows of the account."""
    one = accounts(seed)[number]
    at = f"{one.signed_in:%Y-%m-%dT%H:%M:%SZ}"
    return {
        "userType": "Guest" if number == guest(seed) else "Member",
        "accountEnabled": one.enabled,
        "signInActivity": {"lastSignInDateTime": at, "lastNonInteractiveSignInDateTime": at},
        "assignedLicenses": [{"skuId": sku, "disabledPlans": []} for sku in (*one.direct, *one.by_group)],
        "licenseAssignmentStates": one.states(),
    }


def plants(seed: int) -> tuple[Plant, ...]:
    """What is planted here."""
    plan = Plan()
    for number, fate in sorted(staff(seed).fates.items()):
        day = accounts(seed)[number].signed_in.date()
        if number == on_leave(seed).number:
            plan.alike("T15", person(number).email, day=day, why="på orlov i hele perioden")
        elif fate == "idle":
            plan.finding("T15", person(number).email, day=day, why="betalt licens, ikke brugt i 90 dage")
        elif fate == "idle_by_group":
            plan.alike("T15", person(number).email, day=day, why="licensen kommer fra en gruppe")
    return tuple(plan.plants)
