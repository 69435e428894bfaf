"""Groups as Graph shows them, which for distribution lists means: what Exchange had some seconds ago, and nothing to write.

Dynamic lists are not there at all. Source: https://learn.microsoft.com/graph/api/resources/groups-overview, …/api/group-list-members
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from simulators.exchange.directory import LISTS, UNSEEN, Directory
from simulators.exchange.show import addresses
from simulators.exchange.wire import knob
from simulators.graph import admin_groups, odata, users
from simulators.graph.admin_groups import AdminGroup
from simulators.graph.paging import page
from simulators.graph.wire import Answer, Call, Refusal, stamp
from simulators.simulation import Simulation
from simulators.store import Document
from simulators.world import BY_ID, Person

TYPE = "microsoft.graph.group"
KINDS = LISTS | {"GroupMailbox"}
DEFAULT = (
    "id createdDateTime description displayName groupTypes mail mailEnabled mailNickname onPremisesSyncEnabled proxyAddresses securityEnabled"
    " visibility"
).split()
TYPES: dict[str, type] = {
    **dict.fromkeys(("id", "displayName", "mail", "mailNickname", "proxyAddresses/any", "groupTypes/any"), str),
    **dict.fromkeys(("mailEnabled", "securityEnabled"), bool),
}
READS = {"GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"}
LAG = 5.0  # seconds behind Exchange


def read_only(verb: str) -> Refusal:
    """Lists belong to Exchange."""
    return Refusal(400, "Request_BadRequest", f"Cannot {verb} a mail-enabled security groups and or distribution list.")


class Groups:
    """The groups, as of some seconds ago."""

    def __init__(self, simulation: Simulation) -> None:
        self.directory = Directory(simulation)
        self.lag = knob(simulation, "graph_seconds", LAG)

    def every(self) -> list[Document]:
        """Those that have come through."""
        until = self.directory.now - self.lag
        return [one for one in self.directory.every(KINDS) if one["created"] <= until]

    def found(self, identity: str) -> Document:
        one = self.directory.of_entra(identity.lower())
        if one is None or one not in self.every():
            text = f"Resource '{identity[:80]}' does not exist or one of its queried reference-property objects are not present."
            raise Refusal(404, "Request_ResourceNotFound", text)
        return one

    def members(self, one: Document) -> list[Document]:
        """Who was on it."""
        return [other for guid in self.directory.members(one["guid"], self.lag) if (other := self.directory.get(guid))]

    def inside(self, one: Document) -> list[Document]:
        """Everything on it, also through lists on it."""
        seen, queue = {one["guid"]}, [one]
        found: list[Document] = []
        while queue:
            for other in self.members(queue.pop(0)):
                if other["guid"] not in seen:
                    seen.add(other["guid"])
                    found.append(other)
                    queue.append(other)
        return found

    def around(self, guid: str, *, through: bool) -> Iterator[Document]:
        """The groups that somebody was on; `through`: also those that hold them."""
        seen, queue = {guid}, [guid]
        while queue:
            wanted = queue.pop(0)
            for one in self.every():
                if one["guid"] not in seen and wanted in self.directory.members(one["guid"], self.lag):
                    seen.add(one["guid"])
                    yield one
                    if through:
                        queue.append(one["guid"])


def record(one: Document) -> dict[str, Any]:
    """Every property of a group."""
    return {
        "id": one["object_id"],
        "createdDateTime": stamp(datetime.fromtimestamp(one["created"], UTC)),
        "description": one.get("notes") or None,
        "displayName": one["display"],
        "groupTypes": ["Unified"] if one["kind"] == "GroupMailbox" else [],
        "mail": one["primary"],
        "mailEnabled": True,
        "mailNickname": one["alias"],
        "onPremisesSyncEnabled": True if one["synced"] else None,
        "proxyAddresses": addresses(one),
        "securityEnabled": one["kind"] == "MailUniversalSecurityGroup",
        "visibility": "HiddenMembership" if one.get("hidden_members") else None,
        "isAssignableToRole": None,
    }


def pure(one: AdminGroup) -> dict[str, Any]:
    """Every property of a security group that is Entra's alone."""
    plain: dict[str, Any] = {
        "mail": None,
        "mailEnabled": False,
        "mailNickname": one.id[:8],
        "onPremisesSyncEnabled": None,
        "proxyAddresses": [],
    }
    own: dict[str, Any] = {
        "createdDateTime": admin_groups.MADE,
        "description": None,
        "groupTypes": [],
        "securityEnabled": True,
        "visibility": None,
    }
    return {"id": one.id, "displayName": one.name, **plain, **own, "isAssignableToRole": one.roles or None}


def inside_of(call: Call, one: AdminGroup, which: str) -> list[dict[str, Any]]:
    """The members or owners of such a group, as directory objects; `transitiveMembers`: also those of the groups in it."""
    known = admin_groups.admin_groups(call.seed)[0]
    inner = [other for other in known.values() if other.name in one.inner]
    people = one.owners if which == "owners" else one.people
    found = [users.typed(person, [*users.KNOWN]) for person in people]
    if which == "owners":
        return found
    found += [{"@odata.type": f"#{TYPE}", **pure(other)} for other in inner]
    found += [
        {"@odata.type": "#microsoft.graph.servicePrincipal", "id": admin_groups.identity(name), "displayName": name} for name in one.apps
    ]
    if which == "transitiveMembers":
        found += [row for other in inner for row in inside_of(call, other, which)]
    return list({row["id"]: row for row in found}.values())


def thing(one: Document) -> dict[str, Any]:
    """A member as a directory object, with its type."""
    if one["kind"] in KINDS:
        return {"@odata.type": f"#{TYPE}", **record(one)}
    if one["kind"] == "MailContact":
        own = {"displayName": one["display"], "mail": one["primary"], "proxyAddresses": addresses(one)}
        return {"@odata.type": "#microsoft.graph.orgContact", "id": one["object_id"], **own}
    person = BY_ID.get(one["object_id"])
    if person is not None:
        return {"@odata.type": f"#{users.TYPE}", **users.record(person)}
    own = {"displayName": one["display"], "mail": one["primary"], "userPrincipalName": one["upn"], "accountEnabled": False}
    return {"@odata.type": f"#{users.TYPE}", "id": one["object_id"], **own}


SELECTED = frozenset({*DEFAULT, "isAssignableToRole"})
KNOWN = frozenset(users.KNOWN | SELECTED)


def objects(call: Call, found: list[Document]) -> Answer:
    """A page of directory objects: those properties that each kind has."""
    return shown(call, [thing(one) for one in found if one["kind"] not in UNSEEN])


def shown(call: Call, whole: list[dict[str, Any]]) -> Answer:
    """The same of objects with all their properties."""
    names = odata.read_select(call.query.get("$select"), KNOWN, "microsoft.graph.directoryObject") or [*users.DEFAULT, *DEFAULT]
    wanted = {"@odata.type", "id", *names}
    rows = [{name: value for name, value in one.items() if name in wanted} for one in whole]
    return page(call, rows, f"{call.base}/$metadata#directoryObjects", 100, 999)


def listed(call: Call, groups: Groups) -> Answer:
    """GET /groups."""
    names = odata.read_select(call.query.get("$select"), SELECTED, TYPE) or DEFAULT
    pures = admin_groups.admin_groups(call.seed)[0]
    rows = [*(record(one) for one in groups.every()), *(pure(one) for one in pures.values())]
    if call.flag("$count") and not call.eventual:
        raise users.unsupported("$count is not currently supported without the header 'ConsistencyLevel: eventual'.")
    if "$search" in call.query:
        if not call.eventual:
            raise users.unsupported("Request with $search query parameter only works with the header 'ConsistencyLevel: eventual'.")
        rows = [row for row in rows if users.searched(call.query["$search"], row)]
    if "$filter" in call.query:
        clause = odata.read_filter(call.query["$filter"])
        users.allowed(clause, call.eventual and call.flag("$count"), "$orderby" in call.query, TYPES)
        rows = [row for row in rows if odata.holds(clause, row.get)]
    chosen = [{name: row[name] for name in names} for row in rows]
    for expanded, inner in odata.read_expand(call.query.get("$expand")).items():
        if expanded != "owners":
            raise users.unsupported(f"Expanding '{expanded[:40]}' is not supported here.")
        only = odata.read_select(inner.get("$select"), users.KNOWN, users.TYPE)
        for row, whole in zip(chosen, rows, strict=True):
            one = pures.get(whole["id"])
            held = [users.typed(person, only) for person in one.owners] if one else owners(groups, groups.found(whole["id"]), only)
            row["owners"] = held[:20]  # Graph expands no more
    return page(call, chosen, f"{call.base}/$metadata#groups", 100, 999)


def owners(groups: Groups, one: Document, only: list[str]) -> list[dict[str, Any]]:
    """Who owns a group of Exchange's: Exchange's ManagedBy does not come through."""
    guids = one["owners"] if one["kind"] == "GroupMailbox" else []
    people = [BY_ID.get(found["object_id"]) for guid in guids if (found := groups.directory.get(guid))]
    return [users.typed(person, only) for person in people if person]


def answer(call: Call, rest: list[str], simulation: Simulation, roles: frozenset[str]) -> Answer:
    """Everything under /groups. Raises Refusal."""
    if call.method == "POST" and not rest:
        return made(call)
    if not roles & READS:
        raise Refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    groups = Groups(simulation)
    if call.method != "GET":
        if rest and groups.found(rest[0])["kind"] in LISTS:
            raise read_only("Update")
        raise Refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    special = admin_groups.admin_groups(call.seed)[0].get(rest[0].lower()) if rest else None
    match rest:
        case []:
            return listed(call, groups)
        case [identity]:
            names = odata.read_select(call.query.get("$select"), SELECTED, TYPE) or DEFAULT
            full = pure(special) if special else record(groups.found(identity))
            return Answer({"@odata.context": f"{call.base}/$metadata#groups/$entity", **{name: full[name] for name in names}})
        case [_, "members" | "transitiveMembers" | "owners" as which] if special:
            return shown(call, inside_of(call, special, which))
        case [identity, "members" | "transitiveMembers" as which]:
            one = groups.found(identity)
            if one.get("hidden_members") and "Member.Read.Hidden" not in roles:
                raise Refusal(403, "Authorization_RequestDenied", "Insufficient privileges: the group's membership is hidden.")
            return objects(call, groups.members(one) if which == "members" else groups.inside(one))
        case [identity, "owners"]:
            one = groups.found(identity)
            guids = one["owners"] if one["kind"] == "GroupMailbox" else []  # Exchange's ManagedBy does not come through
            return objects(call, [found for guid in guids if (found := groups.directory.get(guid))])
        case _:
            raise Refusal(404, "ResourceNotFound", f"Resource not found for the segment '{rest[-1][:60]}'.")


def made(call: Call) -> Answer:
    """POST /groups: never a list, and nothing else by this application."""
    body = call.json()
    types = body.get("groupTypes")
    if body.get("mailEnabled") is True and "Unified" not in (types if isinstance(types, list) else []):
        raise read_only("Create")
    raise Refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def of(call: Call, person: Person, simulation: Simulation, roles: frozenset[str], *, through: bool) -> Answer:
    """GET /users/{id}/memberOf and /transitiveMemberOf. Without permission for groups, their ids alone."""
    groups = Groups(simulation)
    one = groups.directory.of_entra(person.id)
    found = [thing(held) for held in groups.around(one["guid"], through=through) if held["kind"] not in UNSEEN] if one else []
    found += [{"@odata.type": f"#{TYPE}", **pure(held)} for held in admin_groups.around(person, call.seed, through=through)]
    if not roles & READS:
        rows = [{name: held[name] for name in ("@odata.type", "id")} for held in found]
        return page(call, rows, f"{call.base}/$metadata#directoryObjects", 100, 999)
    return shown(call, found)
