"""Entra's accounts and licences as datasets for the oversight, through Graph. Sign-ins need the permission AuditLog.Read.All.

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
ASKED = {
    "graph.brugere": {
        "$select": "id,userPrincipalName,employeeId,onPremisesSamAccountName,accountEnabled,createdDateTime,signInActivity,userType",
        "$expand": "manager($select=id)",
    },
    "graph.licenser": {"$select": "id,userPrincipalName,licenseAssignmentStates"},
}
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
        return (ACCOUNTS, LICENCES)

    @override
    async def read(self, name: str, period: Period | None) -> Reading:
        dataset, asked = self.dataset(name), {**ASKED[name], "$top": PAGE}
        count: object = None
        turned: Callable[[Row], list[dict[str, Any]]] = account
        if name == ACCOUNTS.name:
            counted = await self.directory.read(
                "/users", "count users", {"$count": "true", "$top": "1", "$select": "id"}, {"ConsistencyLevel": "eventual"}
            )
            count = counted.get("@odata.count")
        else:
            turned = licences_by(await self._names())
        reported = Reported(count if isinstance(count, int) else None)
        query = "&".join(f"{key}={value}" for key, value in asked.items())
        return Reading(f"{self.directory.url}/users", query, reported, self._batches(dataset, asked, turned))

    async def _names(self) -> dict[str, str]:
        """The licences' names by id."""
        data = await self.directory.read("/subscribedSkus", "read licences")
        return {text_of(one, "skuId"): text_of(one, "skuPartNumber") for one in self.directory.objects(data.get("value"), "read licences")}

    async def _batches(
        self, dataset: Dataset, asked: Mapping[str, str], turned: Callable[[Row], list[dict[str, Any]]]
    ) -> "AsyncGenerator[pa.RecordBatch, None]":
        async for page in self.directory.pages("/users", "read users for oversight", asked):
            yield await asyncio.to_thread(batch, dataset, [row for one in page for row in turned(one)])


def danish(row: Row, key: str) -> str | None:
    """A time in Danish local time, without its zone."""
    at = moment_of(row, key)
    return at.astimezone(DENMARK).replace(tzinfo=None).isoformat() if at else None


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
