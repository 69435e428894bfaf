"""The recipients of the organization over the store's tables: who they are, which addresses they hold, who is on which list, and since when.

A new object is not seen for `exchange_replication_seconds` (2): reads and writes on it find nothing. A change of members is seen by reads after
`exchange_stale_seconds` (0), by Graph after `exchange_graph_seconds` (5). An address that a list gave up is held for `exchange_release_seconds`.
"""

import re
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from simulators.exchange import refusals
from simulators.exchange.parameters import Change
from simulators.exchange.wire import knob
from simulators.simulation import Simulation
from simulators.store import Document, Table
from simulators.world import DOMAIN

OU = "OU=kk.onmicrosoft.com,OU=Microsoft Exchange Hosted Organizations,DC=EURPR04A001,DC=PROD,DC=OUTLOOK,DC=COM"
DOMAINS = (DOMAIN, "kk.onmicrosoft.com", "koncernit.example")
LISTS = frozenset({"MailUniversalDistributionGroup", "MailUniversalSecurityGroup"})
MAILBOXES = frozenset({"UserMailbox", "SharedMailbox", "RoomMailbox", "EquipmentMailbox"})
MEMBERS = MAILBOXES | LISTS | {"MailUser", "MailContact"}
OWNERS = MAILBOXES | {"MailUser", "MailUniversalSecurityGroup"}
UNSEEN = frozenset({"User"})  # in the directory, without mail: no recipient
NAMESPACE = uuid.UUID("6f0e7e0c-53a1-4f0e-8c39-5d2f8f1d7a11")
SPECIAL = re.compile(r'([,+"\\<>;=])')
ADMINISTRATORS = "Organization Management"  # owns what an application makes without naming an owner


def distinguished(name: str) -> str:
    """The DN of an object of that name."""
    escaped = SPECIAL.sub(r"\\\1", name)
    return f"CN={escaped},{OU}"


class Directory:
    """Finds, keeps and changes recipients. Documents are those of `blank`."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation

    def table(self, kind: str) -> Table:
        return self.simulation.store.table("exchange", kind)

    @property
    def recipients(self) -> Table:
        return self.table("recipient")

    @property
    def now(self) -> float:
        return self.simulation.now().timestamp()

    def seen(self, one: Document) -> bool:
        """Whether a read or a write finds it: replicated, and not deleted."""
        return one["deleted"] is None and one["created"] + knob(self.simulation, "replication_seconds", 2.0) <= self.now

    def every(self, kinds: Iterable[str]) -> Iterator[Document]:
        """Those of some kinds that are seen."""
        wanted = frozenset(kinds)
        return (one for one in self.recipients.values() if one["kind"] in wanted and self.seen(one))

    def get(self, guid: str) -> Document | None:
        return self.recipients.get(guid)

    def find(self, identity: str, kinds: Iterable[str] = ()) -> Document:
        """The one that a GUID, object id, address, alias, name or DN names. Refuses not found, and several."""
        found = list(self.candidates(identity.strip().casefold(), frozenset(kinds)))
        if not found:
            raise refusals.not_found(identity)
        if len(found) > 1:
            raise refusals.several(identity)
        return found[0]

    def candidates(self, wanted: str, kinds: frozenset[str]) -> Iterator[Document]:
        """Every one that an identity may mean. `wanted`: case-folded."""

        def fits(one: Document | None) -> bool:
            return one is not None and self.seen(one) and (one["kind"] in kinds if kinds else one["kind"] not in UNSEEN)

        direct = self.recipients.get(wanted) or self.holder(wanted.removeprefix("smtp:")) or self.of_entra(wanted)
        if direct is not None:
            if fits(direct):
                yield direct
            return
        for one in self.recipients.values():
            names = (one["exchange_guid"], one["name"], one["alias"], one["dn"], one["upn"])
            if any(wanted == name.casefold() for name in names if name) and fits(one):
                yield one

    def holder(self, address: str) -> Document | None:
        """Who has an address, also a deleted one. `address`: case-folded, without prefix."""
        row = self.table("address").get(address)
        return self.recipients.get(row["guid"]) if row and row["released"] is None else None

    def of_entra(self, object_id: str) -> Document | None:
        """Who has an object id."""
        row = self.table("object").get(object_id)
        return self.recipients.get(row["guid"]) if row else None

    def claim(self, guid: str, addresses: list[str]) -> None:
        """Give an object exactly these addresses. Refuses foreign domains, and those that another one has or had until just now."""
        table, wanted = self.table("address"), {one.casefold() for one in addresses}
        for address in addresses:
            _, _, domain = address.rpartition("@")
            if domain.casefold() not in DOMAINS:
                raise refusals.foreign_domain(domain[:80])
            row = table.get(address.casefold())
            if row is None or row["guid"] == guid:
                continue
            if row["released"] is None:
                other = self.recipients[row["guid"]]
                raise refusals.address_taken(address, other["name"], elsewhere=other["deleted"] is not None)
            if row["released"] + knob(self.simulation, "release_seconds", 3600.0) > self.now:
                raise refusals.address_taken(address, "", elsewhere=True)
        for address, row in table.items():
            if row["guid"] == guid and address not in wanted and row["released"] is None:
                table[address] = {**row, "released": self.now}
        for address in wanted:
            table[address] = {"guid": guid, "released": None}

    def put(self, one: Document) -> None:
        self.recipients[one["guid"]] = one
        self.table("object").setdefault(one["object_id"], {"guid": one["guid"]})

    def unique(self, name: str, but: str = "") -> None:
        """Refuse a name that another object has."""
        taken = name.casefold()
        for one in self.recipients.values():
            if one["name"].casefold() == taken and one["guid"] != but and one["deleted"] is None:
                raise refusals.exists(one["dn"])

    def members(self, guid: str, lag: float = 0.0) -> list[str]:
        """The GUIDs on a list as they were `lag` seconds ago, in the order they came."""
        row = self.table("member").get(guid, {"of": {}, "gone": {}})
        until = self.now - lag
        here = [one for one, since in row["of"].items() if since <= until]
        return here + [one for one, at in row["gone"].items() if at > until and one not in row["of"]]

    def on(self, guid: str, member: str) -> bool:
        row = self.table("member").get(guid)
        return bool(row and member in row["of"])

    def set_members(self, guid: str, add: Iterable[str] = (), remove: Iterable[str] = ()) -> None:
        """Put members on a list and take others off."""
        row, now = self.table("member").get(guid, {"of": {}, "gone": {}}), self.now
        of, gone = dict(row["of"]), dict(row["gone"])
        for one in remove:
            if one in of:
                del of[one]
                gone[one] = now
        for one in add:
            gone.pop(one, None)
            of.setdefault(one, now)
        self.table("member")[guid] = {"of": of, "gone": gone}

    @property
    def stale(self) -> float:
        """Seconds that a read of members lags behind."""
        return knob(self.simulation, "stale_seconds", 0.0)

    def names(self, guids: Iterable[str]) -> list[str]:
        """Names for a list of GUIDs; what is no GUID, or of somebody gone for good, stands for itself."""
        return [found["name"] if (found := self.get(one)) else one for one in guids]

    def changed(self, before: list[str], change: Change) -> list[str]:
        """GUIDs after a change whose values are identities. Refuses what is not found."""

        def guids(texts: list[str]) -> list[str]:
            return [self.find(one)["guid"] for one in texts]

        whole = None if change.whole is None else guids(change.whole)
        return Change(whole, guids(change.add), guids(change.remove)).on(before)

    def remove(self, one: Document) -> None:
        """Delete for good: addresses are released, lists lose the member, permissions stay behind as they do."""
        with self.simulation.store.atomic():
            self.claim(one["guid"], [])
            for guid in list(self.table("member")):
                if self.on(guid, one["guid"]):
                    self.set_members(guid, remove=[one["guid"]])
            if one["guid"] in self.table("member"):
                del self.table("member")[one["guid"]]
            del self.recipients[one["guid"]]


def blank(kind: str, name: str, alias: str, primary: str, created: float, **more: Any) -> Document:
    """A recipient's document. `created`, `deleted`: seconds since 1970. `primary` and `others`: addresses without prefix. Owners, members, those
    who may send and those who send on behalf are GUIDs.
    """
    guid = str(more.pop("guid", "") or uuid.uuid4())
    document = {
        "guid": guid,
        "object_id": str(uuid.uuid5(NAMESPACE, f"object {guid}")),
        "exchange_guid": str(uuid.uuid5(NAMESPACE, f"exchange {guid}")),
        "kind": kind,
        "name": name,
        "display": name,
        "alias": alias,
        "dn": distinguished(name),
        "upn": "",
        "primary": primary,
        "others": [],
        "first": "",
        "last": "",
        "department": "",
        "title": "",
        "synced": False,
        "hidden": False,
        "disabled": False,
        "created": created,
        "deleted": None,
        "custom": {},
        "mailtip": "",
        "on_behalf": [],
    }
    if kind in LISTS:
        document |= {
            "owners": [],
            "join": "Closed",
            "depart": "Open",
            "inside_only": True,
            "senders": [],
            "hidden_members": False,
            "notes": "",
        }
    return document | more
