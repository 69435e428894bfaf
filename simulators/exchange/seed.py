"""Fills the organization: the people of the world with their mailboxes, contacts outside, lists, shared mailboxes, and their permissions."""

import random
import uuid
from typing import Any

from simulators.exchange.directory import NAMESPACE, blank
from simulators.exchange.seed_lists import BOXES, DYNAMIC, LISTS, TEAMS, Box, List
from simulators.graph.mailbox import WITHOUT
from simulators.simulation import Simulation
from simulators.store import Document
from simulators.world import DOMAIN, FIRST, LAST, NOW, PEOPLE, Person, ascii_name

BORN = NOW.timestamp() - 3 * 365 * 86400
ROOMS = (
    ("Mødelokale 2.14", "moede-2-14", "RoomMailbox"),
    ("Mødelokale 3.02", "moede-3-02", "RoomMailbox"),
    ("Projektor 1", "projektor-1", "EquipmentMailbox"),
)
LEFT = ("Gerda", "Thorsen", "gerda.thorsen")


def guid(kind: str, name: str) -> str:
    """The same GUID at every start."""
    return str(uuid.uuid5(NAMESPACE, f"{kind} {name}"))


class Filler:
    """Collects the documents of all tables, then puts them into the store at once."""

    def __init__(self) -> None:
        self.recipients: dict[str, Document] = {}
        self.tables: dict[str, dict[str, Document]] = {"member": {}, "access": {}, "send": {}, "reply": {}}
        self.people: dict[int, str] = {}
        self.by_alias: dict[str, str] = {}
        self.contacts: list[str] = []

    def add(self, kind: str, name: str, alias: str, primary: str, **more: Any) -> str:
        """One recipient; gives its GUID."""
        number = guid(kind, primary or name)
        self.recipients[number] = blank(kind, name, alias, primary, BORN, **{"guid": number, **more})
        self.by_alias.setdefault(alias, number)
        return number

    def person(self, one: Person, names: set[str]) -> None:
        """Two people of one name differ in Name alone."""
        login = one.login.rpartition("\\")[2]
        name = one.name if one.name not in names else f"{one.name} ({login})"
        names.add(one.name)
        kind = "MailUser" if one.id in WITHOUT else "UserMailbox"
        more = {
            "display": one.name,
            "upn": one.email,
            "first": one.first,
            "last": one.last,
            "department": one.department,
            "title": one.title,
        }
        others = [f"{login}@{DOMAIN}"]
        self.people[one.number] = self.add(kind, name, login, one.email, object_id=one.id, synced=True, others=others, **more)

    def strangers(self) -> None:
        """Contacts outside, the one who has left, rooms, and an account without mail."""
        chance = random.Random(20261124)  # noqa: S311 - a fixed world, nothing secret
        for n in range(1000):
            first, last = chance.choice(FIRST), chance.choice(LAST)
            name, alias = f"{first} {last} (ekstern {n:04d})", f"ekstern-{n:04d}"
            primary = f"{ascii_name(f'{first} {last}')}.{n:04d}@partner.example"
            self.contacts.append(self.add("MailContact", name, alias, primary, display=f"{first} {last} (ekstern)", first=first, last=last))
        first, last, alias = LEFT
        self.people[0] = self.add(
            "UserMailbox", f"{first} {last}", alias, f"{alias}@{DOMAIN}", first=first, last=last, disabled=True, upn=f"{alias}@{DOMAIN}"
        )
        for name, alias, kind in ROOMS:
            self.add(kind, name, alias, f"{alias}@{DOMAIN}", upn=f"{alias}@{DOMAIN}")
        self.add("User", "Servicekonto backup", "svc-backup", "", upn=f"svc-backup@{DOMAIN}")

    def mail_list(self, one: List) -> None:
        kind = "MailUniversalSecurityGroup" if one.security else "MailUniversalDistributionGroup"
        self.add(
            kind,
            one.name,
            one.alias,
            f"{one.alias}@{DOMAIN}",
            others=[f"{other}@{DOMAIN}" for other in one.others],
            synced=one.synced,
            hidden=one.hidden,
            hidden_members=one.hidden_members,
            inside_only=not one.outside,
            join=one.join,
            owners=[self.people[number] for number in one.owner],
            senders=[self.people[number] for number in one.senders],
            mailtip="Listen går ud til mange. Tænk dig om." if one.size == -1 and not one.unit else "",
        )

    def members(self, one: List) -> None:
        """Who is on a list: those who must be, then so many by its own dice."""
        chance = random.Random(one.alias)  # noqa: S311 - a fixed world, nothing secret
        able = [each.number for each in PEOPLE if one.unit in ("", each.department) and each.number not in {*one.but, *one.also}]
        left = len(able) if one.size < 0 else min(max(one.size - len(one.also), 0), len(able))
        chosen = [self.people[number] for number in (*one.also, *sorted(chance.sample(able, left)))]
        inside = [*chosen, *(self.by_alias[alias] for alias in one.lists), *self.contacts[: one.contacts]]
        self.tables["member"][self.by_alias[one.alias]] = {"of": dict.fromkeys(inside, BORN), "gone": {}}

    def box(self, one: Box) -> None:
        number = self.add(
            "SharedMailbox",
            one.name if one.name not in {"Servicedesk", "Databeskyttelse"} else f"{one.name} postkasse",  # lists have these names
            one.alias,
            f"{one.alias}@{DOMAIN}",
            display=one.name,
            upn=f"{one.alias}@{DOMAIN}",
            synced=one.synced,
            hidden=one.hidden,
            on_behalf=[self.people[n] for n in one.behalf],
            copy_as=one.copies,
            copy_behalf=one.copies,
        )
        holders = [*(self.people[n] for n in one.full), *(self.by_alias[alias] for alias in one.groups)]
        self.tables["access"][number] = {"rows": [{"who": who, "rights": ["FullAccess"], "deny": False} for who in holders]}
        self.tables["send"][number] = {"rows": [{"who": self.people[n]} for n in one.send]}
        if one.away:
            message = f"<html>\n<body>\n{one.away}\n</body>\n</html>\n"
            self.tables["reply"][number] = {"AutoReplyState": "Enabled", "InternalMessage": message, "ExternalMessage": message}

    def store(self, simulation: Simulation) -> None:
        addresses = {
            address.casefold(): {"guid": number, "released": None}
            for number, one in self.recipients.items()
            for address in (one["primary"], *one["others"])
            if address
        }
        objects = {one["object_id"]: {"guid": number} for number, one in self.recipients.items()}
        for kind, rows in {"recipient": self.recipients, "address": addresses, "object": objects, **self.tables}.items():
            simulation.store.table("exchange", kind).fill(rows)


def seed(simulation: Simulation) -> None:
    """The whole organization, in an empty store."""
    filler, names = Filler(), set[str]()
    for one in PEOPLE:
        filler.person(one, names)
    filler.strangers()
    for each in LISTS:
        filler.mail_list(each)
    for each in LISTS:
        filler.members(each)
    for name, alias, department in DYNAMIC:
        rule = f"(Department -eq '{department}')"
        filler.add("DynamicDistributionGroup", name, alias, f"{alias}@{DOMAIN}", owners=[filler.people[2]], filter=rule)
    for name, alias in TEAMS:
        filler.add("GroupMailbox", name, alias, f"{alias}@{DOMAIN}", owners=[filler.people[2]])
    for box in BOXES:
        filler.box(box)
    filler.store(simulation)
