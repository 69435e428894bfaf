"""Entra's accounts, licences and groups as datasets for the oversight, through Graph. Sign-ins need the permission AuditLog.Read.All.

Source: https://learn.microsoft.com/graph/api/user-list, https://learn.microsoft.com/graph/api/resources/signinactivity,
https://learn.microsoft.com/graph/api/resources/licenseassignmentstate
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self
from zoneinfo import ZoneInfo

from typing_extensions import override

from connectors.datasets import Column, Dataset, Period, Reading, Reported, batch
from connectors.directory import Directory
from connectors.errors import Denied
from connectors.graph import moment_of, text_of
from connectors.http import Connector
from connectors.offered import Beside

if TYPE_CHECKING:
    import pyarrow as pa

PAGE = "500"  # with signInActivity Graph gives 500 at most
DENMARK = ZoneInfo("Europe/Copenhagen")
NOW = "Som de er i Entra, når de hentes; sidste log-in kan være et døgn forsinket."
UPN = Column("userPrincipalName", "text", "Brugerens UPN, som regel mailadressen.", personal=True, identity="upn")

ACCOUNTS = Dataset(
    "graph.brugere",
    "Brugere i Entra",
    "Hver konto i Entra ID, også lukkede.",
    (
        Column("id", "text", "Kontoens id.", personal=True, identity="entra_id"),
        UPN,
        Column("employeeId", "text", "Medarbejdernummer, otte cifre.", personal=True, identity="medarbejder_nr", width=8),
        Column("bruger_id", "text", "Bruger-id i kommunens netværk.", personal=True, identity="bruger_id"),
        Column("accountEnabled", "boolean", "Om kontoen er åben."),
        Column("createdDateTime", "timestamp", "Hvornår den blev oprettet."),
        Column("lastSignIn", "timestamp", "Sidste log-in af personen selv.", personal=True),
        Column("userType", "text", "Member eller Guest."),
        Column("manager_id", "text", "Lederens konto.", personal=True, identity="entra_id"),
    ),
    key=("id",),
    freshness=NOW,
)
LICENCES = Dataset(
    "graph.licenser",
    "Licenser",
    "Hver licens hos hver bruger, og hvor den kommer fra.",
    (
        Column("user_id", "text", "Brugerens konto.", personal=True, identity="entra_id"),
        UPN,
        Column("sku", "text", "Licensens navn hos Microsoft, fx SPE_E3."),
        Column("tildelt_via", "text", "direkte, eller id'et på gruppen."),
    ),
    key=("user_id", "sku", "tildelt_via"),
    freshness=NOW,
)
GROUPS = Dataset(
    "graph.grupper",
    "Grupper i Entra",
    "Hver gruppe i Entra ID: sikkerhedsgrupper, mailgrupper og grupper i Microsoft 365.",
    (
        Column("group_id", "text", "Gruppens id."),
        Column("navn", "text", "Gruppens navn."),
        Column("art", "text", "sikkerhed, mail eller microsoft365."),
        Column("ejer_ids", "text", "Ejernes konti, adskilt af komma; højst 20.", personal=True),
        Column("privilegeret", "boolean", "Giver administratorrettigheder: roller i Entra, eller navnet begynder som aftalt."),
        Column("oprettet", "timestamp", "Hvornår den blev oprettet."),
    ),
    key=("group_id",),
    freshness=NOW,
)
MEMBERS = Dataset(
    "graph.medlemmer",
    "Medlemmer af privilegerede grupper",
    "Hvem der er i de grupper, der giver administratorrettigheder, også gennem andre grupper. Andre grupper er ikke med.",
    (
        Column("group_id", "text", "Gruppens id."),
        Column("user_id", "text", "Medlemmets id.", personal=True, identity="entra_id"),
        Column("art", "text", "person, tjeneste eller andet."),
        Column("via", "text", "direkte, eller id'et på den gruppe i gruppen, som det kommer gennem."),
    ),
    key=("group_id", "user_id", "via"),
    freshness=NOW,
)
ASKED = {
    "graph.brugere": {
        "$select": "id,userPrincipalName,employeeId,onPremisesSamAccountName,accountEnabled,createdDateTime,signInActivity,userType",
        "$expand": "manager($select=id)",
    },
    "graph.licenser": {"$select": "id,userPrincipalName,licenseAssignmentStates"},
    "graph.grupper": {
        "$select": "id,displayName,securityEnabled,mailEnabled,groupTypes,isAssignableToRole,createdDateTime",
        "$expand": "owners($select=id)",
    },
}
COUNTED = {"graph.brugere": "/users", "graph.grupper": "/groups"}  # whose rows Graph counts itself
KINDS = {"#microsoft.graph.user": "person", "#microsoft.graph.servicePrincipal": "tjeneste"}
GROUP = "#microsoft.graph.group"
Row = Mapping[str, Any]


@dataclass
class GraphDatasets(Beside):
    """Read page by page. Graph's own count is of users, so it proves the accounts; licences have none."""

    of: ClassVar[type[Connector]] = Directory
    directory: Directory

    @override
    @classmethod
    def through(cls, connector: Connector) -> Self:
        if not isinstance(connector, Directory):
            raise TypeError("a Directory is wanted")
        return cls(connector)

    @override
    def datasets(self) -> Sequence[Dataset]:
        return (ACCOUNTS, LICENCES, GROUPS, MEMBERS)

    @override
    async def read(self, name: str, period: Period | None) -> Reading:
        dataset, notes = self.dataset(name), list[str]()
        if name == MEMBERS.name:
            return Reading(f"{self.directory.url}/groups", "privilegerede grupper", Reported(None), self._members(notes), notes)
        path, asked = "/groups" if name == GROUPS.name else "/users", {**ASKED[name], "$top": PAGE}
        turned: Callable[[Row], list[dict[str, Any]]] = account if name == ACCOUNTS.name else self._group
        if name == LICENCES.name:
            turned = licences_by(await self._names())
        reported = Reported(await self._count(path) if name in COUNTED else None)
        query = "&".join(f"{key}={value}" for key, value in asked.items())
        return Reading(f"{self.directory.url}{path}", query, reported, self._batches(dataset, path, asked, turned))

    async def _count(self, path: str) -> int | None:
        """How many there are, as Graph counts them."""
        asked = {"$count": "true", "$top": "1", "$select": "id"}
        count = (await self.directory.read(path, "count for oversight", asked, {"ConsistencyLevel": "eventual"})).get("@odata.count")
        return count if isinstance(count, int) else None

    def _group(self, row: Row) -> list[dict[str, Any]]:
        """A group as a row of graph.grupper."""
        kind = "microsoft365" if "Unified" in (row.get("groupTypes") or []) else "mail" if row.get("mailEnabled") else "sikkerhed"
        return [
            {
                "group_id": row.get("id"),
                "navn": row.get("displayName"),
                "art": kind,
                "ejer_ids": ",".join(sorted(text_of(one, "id") for one in row.get("owners") or [])),
                "privilegeret": self.directory.is_privileged(row),
                "oprettet": danish(row, "createdDateTime"),
            }
        ]

    async def _members(self, notes: list[str]) -> "AsyncGenerator[pa.RecordBatch, None]":
        """Group by group: who is in it, and in the groups in it."""
        asked, groups, hidden = {"$select": "id,displayName,isAssignableToRole", "$top": PAGE}, list[str](), 0
        async for page in self.directory.pages("/groups", "list groups for oversight", asked):
            groups += [text_of(row, "id") for row in page if self.directory.is_privileged(row)]
        for group in groups:
            try:
                yield await asyncio.to_thread(batch, MEMBERS, await self._inside(group))
            except Denied:
                hidden += 1
        if hidden:
            notes.append(f"{hidden} privilegerede grupper viser ikke Kollega deres medlemmer.")

    async def _inside(self, group: str) -> list[dict[str, Any]]:
        """The members of a group: those in it, and once for each group in it those that come through that, however deep."""
        rows, direct = [], await self._held(group)
        for one in direct:
            if one.get("@odata.type") != GROUP:
                rows.append(member(group, one, "direkte"))
                continue
            inner, seen, found = [text_of(one, "id")], {group}, dict[str, dict[str, Any]]()
            while inner:
                if (next_ := inner.pop()) in seen:
                    continue
                seen.add(next_)
                for held in await self._held(next_):
                    if held.get("@odata.type") == GROUP:
                        inner.append(text_of(held, "id"))
                    else:
                        found[text_of(held, "id")] = member(group, held, text_of(one, "id"))
            rows += found.values()
        return rows

    async def _held(self, group: str) -> list[dict[str, Any]]:
        """What is in a group, as directory objects."""
        path, asked = f"/groups/{self.directory.segment(group)}/members", {"$select": "id", "$top": "999"}
        return [row async for page in self.directory.pages(path, "read members for oversight", asked) for row in page]

    async def _names(self) -> dict[str, str]:
        """The licences' names by id."""
        data = await self.directory.read("/subscribedSkus", "read licences")
        return {text_of(one, "skuId"): text_of(one, "skuPartNumber") for one in self.directory.objects(data.get("value"), "read licences")}

    async def _batches(
        self, dataset: Dataset, path: str, asked: Mapping[str, str], turned: Callable[[Row], list[dict[str, Any]]]
    ) -> "AsyncGenerator[pa.RecordBatch, None]":
        async for page in self.directory.pages(path, "read for oversight", asked):
            yield await asyncio.to_thread(batch, dataset, [row for one in page for row in turned(one)])


def danish(row: Row, key: str) -> str | None:
    """A time in Danish local time, without its zone."""
    at = moment_of(row, key)
    return at.astimezone(DENMARK).replace(tzinfo=None).isoformat() if at else None


def member(group: str, row: Row, via: str) -> dict[str, Any]:
    """A row of graph.medlemmer."""
    return {"group_id": group, "user_id": row.get("id"), "art": KINDS.get(text_of(row, "@odata.type"), "andet"), "via": via}


def account(row: Row) -> list[dict[str, Any]]:
    """A user as a row of graph.brugere. Who never signed in has no activity; without the permission Graph refuses the whole."""
    activity = row.get("signInActivity") or {}
    return [
        {
            "id": row.get("id"),
            "userPrincipalName": row.get("userPrincipalName"),
            "employeeId": row.get("employeeId"),
            "bruger_id": text_of(row, "onPremisesSamAccountName").lower(),
            "accountEnabled": row.get("accountEnabled"),
            "createdDateTime": danish(row, "createdDateTime"),
            "lastSignIn": danish(activity, "lastSignInDateTime"),
            "userType": row.get("userType"),
            "manager_id": (row.get("manager") or {}).get("id"),
        }
    ]


def licences_by(names: Mapping[str, str]) -> Callable[[Row], list[dict[str, Any]]]:
    """What makes the rows of graph.licenser of a user."""

    def licences(row: Row) -> list[dict[str, Any]]:
        return [
            {
                "user_id": row.get("id"),
                "userPrincipalName": row.get("userPrincipalName"),
                "sku": names.get(text_of(state, "skuId"), text_of(state, "skuId")),
                "tildelt_via": state.get("assignedByGroup") or "direkte",
            }
            for state in row.get("licenseAssignmentStates") or []
        ]

    return licences
