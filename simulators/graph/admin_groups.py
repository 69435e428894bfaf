"""Security groups of Entra that give administrator rights, and one that does not: who owns them, who is in them, also through others (T2).

They are groups of Entra alone: Exchange knows nothing of them. Their members are other people in another world.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from uuid import NAMESPACE_DNS, uuid5

from simulators.planted import Plan, Plant
from simulators.staff import FIRST_FATED, staff, with_fate
from simulators.world import DOMAIN, JENS, PEOPLE, Person

MADE = "2021-03-01T08:00:00Z"
SERVICE = "Backup-tjenesten"


@dataclass(frozen=True)
class AdminGroup:
    """One group. inner: names of the groups in it. roles: it can give roles of Entra. apps: names of the applications in it."""

    name: str
    owners: tuple[Person, ...]
    people: tuple[Person, ...]
    inner: tuple[str, ...] = ()
    roles: bool = False
    apps: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return identity(self.name)


def identity(name: str) -> str:
    """The object id of a group or an application."""
    return str(uuid5(NAMESPACE_DNS, f"{name}.{DOMAIN}"))


@cache
def admin_groups(seed: int) -> tuple[dict[str, AdminGroup], tuple[Plant, ...]]:
    """The groups of a world, by id, and what is planted in them."""
    chance, plan = random.Random(f"{seed} admin groups"), Plan()  # noqa: S311 - a fixed world, nothing secret
    fates = staff(seed).fates

    def ordinary(unit: str, number: int) -> tuple[Person, ...]:
        able = [one for one in PEOPLE if one.number >= FIRST_FATED and one.number not in fates and one.department == unit]
        return tuple(chance.sample(able, number))

    left, closed = with_fate(seed, "left"), with_fate(seed, "left_closed")
    guest, back, reused = with_fate(seed, "consultant")[0], with_fate(seed, "rehired")[0], with_fate(seed, "reused_login")[0]
    stranger = ordinary("Borgerservice", 1)[0]
    heads = tuple(ordinary(unit, 2) for unit in (back.department, reused.department))
    entra = AdminGroup(
        "ADM Entra administratorer",
        (JENS,),
        (*ordinary("Digital Arbejdsplads", 3), left[0], closed[0], guest, stranger),
        roles=True,
        apps=(SERVICE,),
    )
    network = AdminGroup("ADM Netværk drift", (heads[0][0],), (heads[0][1], left[1]))
    drives = AdminGroup("ADM Fællesdrev", (heads[0][0], heads[1][0]), (heads[0][1], heads[1][1], back, reused), inner=(network.name,))
    bases = AdminGroup("ADM Databaser", (), ordinary("Netværk", 2))
    project = AdminGroup("Projekt Intranet", (JENS,), (left[2], *ordinary("Koncern IT", 2)))
    for group, person, why in (
        (entra, left[0], "fratrådt"),
        (entra, closed[0], "kontoen er lukket"),
        (entra, guest, "gæst"),
        (entra, stranger, "en anden enhed end ejerens"),
        (network, left[1], "fratrådt"),
        (drives, left[1], "fratrådt, med gennem en anden gruppe"),
    ):
        plan.finding("T2", group.id, person.id, day=date(2026, 9, 1), why=why)
    plan.finding("T2", bases.id, "-", day=date(2026, 9, 1), why="gruppen har ingen ejer")
    plan.alike("T2", project.id, left[2].id, day=date(2026, 9, 1), why="gruppen giver ingen rettigheder")
    plan.alike("T2", drives.id, back.id, day=date(2026, 9, 1), why="genansat under nyt nummer")
    plan.alike("T2", drives.id, reused.id, day=date(2026, 9, 1), why="bruger-id tilhørte før en anden, der er fratrådt")
    plan.alike("T2", drives.id, heads[0][1].id, day=date(2026, 9, 1), why="medlem både direkte og gennem en anden gruppe")
    plan.alike("T2", entra.id, identity(SERVICE), day=date(2026, 9, 1), why="en tjeneste og ingen person")
    return {one.id: one for one in (entra, network, drives, bases, project)}, tuple(plan.plants)


def around(person: Person, seed: int, *, through: bool) -> Iterator[AdminGroup]:
    """The groups that somebody is in; `through`: also those that hold them."""
    groups = admin_groups(seed)[0]
    names = {one.name for one in groups.values() if person in one.people}
    if through:
        names |= {one.name for one in groups.values() if names & set(one.inner)}
    return (one for one in groups.values() if one.name in names)


def plants(seed: int) -> tuple[Plant, ...]:
    """What is planted here."""
    return admin_groups(seed)[1]
