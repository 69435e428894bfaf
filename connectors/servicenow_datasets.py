"""ServiceNow's datasets for the oversight: cases, service levels, approvals and users, through the Table API.

Source: https://www.servicenow.com/docs/bundle/australia-api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html (sysparm_offset)
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from typing_extensions import override

from connectors.datasets import Column, Dataset, Period, Reading, Reported, batch
from connectors.errors import Unavailable
from connectors.http import JOB, Connector, Request
from connectors.offered import Beside
from connectors.servicenow import ServiceNow

if TYPE_CHECKING:
    import pyarrow as pa

PAGE = 1000
DENMARK = ZoneInfo("Europe/Copenhagen")
NOW = "Som de er i ServiceNow, når de hentes. Tider er dansk tid."
WHO = "bruger i ServiceNow (sys_id)"


def user(name: str, meaning: str) -> Column:
    """A reference to a user."""
    return Column(name, "text", f"{meaning}, {WHO}.", personal=True, identity="servicenow_id")


CASES = Dataset(
    "servicenow.sager",
    "Sager",
    "Incidents, bestillinger, opgaver, problemer og ændringer.",
    (
        Column("sys_id", "text", "Sagens id."),
        Column("number", "text", "Sagens nummer."),
        Column("sys_class_name", "text", "Sagens art: incident, sc_req_item …"),
        Column("active", "boolean", "Om sagen er åben."),
        Column("state", "text", "Tilstand, som tal; betydningen følger arten."),
        Column("opened_at", "timestamp", "Hvornår den blev åbnet."),
        Column("resolved_at", "timestamp", "Hvornår den blev løst."),
        Column("closed_at", "timestamp", "Hvornår den blev lukket."),
        user("assigned_to", "Den, der har sagen"),
        Column("assignment_group", "text", "Gruppen, der har sagen (sys_id)."),
        user("opened_by", "Den, der åbnede"),
        user("requested_for", "Den, det er for; for incidents anmelderen"),
        Column("sys_updated_on", "timestamp", "Hvornår den sidst blev ændret."),
    ),
    key=("sys_id",),
    freshness=NOW,
)
LEVELS = Dataset(
    "servicenow.sla",
    "SLA'er",
    "Frister på sager, og om de er overskredet.",
    (
        Column("sys_id", "text", "Fristens id."),
        Column("task", "text", "Sagen (sys_id)."),
        Column("sla", "text", "Hvad der er aftalt."),
        Column("stage", "text", "in_progress, paused (venter på anmelder) eller completed."),
        Column("has_breached", "boolean", "Om fristen er overskredet."),
        Column("planned_end_time", "timestamp", "Fristen."),
    ),
    key=("sys_id",),
    freshness=NOW,
)
APPROVALS = Dataset(
    "servicenow.godkendelser",
    "Godkendelser",
    "Hver godkendelse af en sag, og hvem der skrev den.",
    (
        Column("sys_id", "text", "Godkendelsens id."),
        Column("sysapproval", "text", "Sagen (sys_id)."),
        user("approver", "Den, der skal godkende"),
        Column("state", "text", "requested, approved, rejected …"),
        Column("sys_created_on", "timestamp", "Hvornår der blev spurgt."),
        Column("sys_updated_on", "timestamp", "Hvornår den sidst blev ændret."),
        Column(
            "sys_updated_by", "text", "Hvem der ændrede den sidst; system er arbejdsgangen.", personal=True, identity="servicenow_bruger"
        ),
    ),
    key=("sys_id",),
    freshness=NOW,
    period="sys_updated_on",
)
USERS = Dataset(
    "servicenow.brugere",
    "Brugere i ServiceNow",
    "Personerne bag sys_id'erne.",
    (
        Column("sys_id", "text", "Brugerens id.", personal=True, identity="servicenow_id"),
        Column("user_name", "text", "Bruger-id i ServiceNow.", personal=True, identity="servicenow_bruger"),
        Column("email", "text", "Mailadresse.", personal=True, identity="upn"),
        Column("employee_number", "text", "Medarbejdernummer, otte cifre.", personal=True, identity="medarbejder_nr", width=8),
        Column("active", "boolean", "Om brugeren er aktiv."),
        Column("manager", "text", "Lederen (sys_id).", personal=True, identity="servicenow_id"),
    ),
    key=("sys_id",),
    freshness=NOW,
)
DELEGATES = Dataset(
    "servicenow.stedfortraedere",
    "Stedfortrædere",
    "Hvem der må godkende for hvem, og hvornår.",
    (
        Column("sys_id", "text", "Rækkens id."),
        user("user", "Den, der er stedfortræder for"),
        user("delegate", "Stedfortræderen"),
        Column("starts", "timestamp", "Fra."),
        Column("ends", "timestamp", "Til."),
    ),
    key=("sys_id",),
    freshness=NOW,
)
ASSETS = Dataset(
    "servicenow.aktiver",
    "Udstyr",
    "Computere og andet udstyr, og hvem der har det.",
    (
        Column("sys_id", "text", "Udstyrets id."),
        Column("asset_tag", "text", "Inventarnummer."),
        user("assigned_to", "Den, der har det"),
        Column("install_status", "text", "1 i brug, 6 på lager, 7 udfaset, 8 mangler."),
        Column("cost", "decimal", "Pris i kroner."),
        Column("purchase_date", "date", "Hvornår det blev købt."),
        Column("sys_updated_on", "timestamp", "Hvornår det sidst blev ændret."),
    ),
    key=("sys_id",),
    freshness=NOW,
)
KINDS = ("incident", "sc_request", "sc_req_item", "sc_task", "problem", "change_request")
TABLES: dict[str, tuple[tuple[str, Mapping[str, str]], ...]] = {  # the tables of a dataset, and columns that have another name there
    "servicenow.sager": tuple((kind, {"requested_for": "caller_id"} if kind == "incident" else {}) for kind in KINDS),
    "servicenow.sla": (("task_sla", {}),),
    "servicenow.godkendelser": (("sysapproval_approver", {}),),
    "servicenow.brugere": (("sys_user", {}),),
    "servicenow.stedfortraedere": (("sys_user_delegate", {}),),
    "servicenow.aktiver": (("alm_hardware", {}),),
}


@dataclass
class ServiceNowDatasets(Beside):
    """Read with the integration user's rights: what it may not see is not there, and said."""

    of: ClassVar[type[Connector]] = ServiceNow
    connector: Connector

    @override
    @classmethod
    def through(cls, connector: Connector) -> Self:
        return cls(connector)

    @override
    def datasets(self) -> Sequence[Dataset]:
        return (CASES, LEVELS, APPROVALS, USERS, DELEGATES, ASSETS)

    @override
    async def read(self, name: str, period: Period | None) -> Reading:
        dataset = self.dataset(name)
        tables = TABLES[name]
        where = within(dataset, period)
        notes: list[str] = []
        source = ", ".join(f"{self.connector.url}/api/now/table/{table}" for table, _ in tables)
        return Reading(source, where or "alle", Reported(None), self._batches(dataset, where, notes), notes)

    async def _batches(self, dataset: Dataset, where: str, notes: list[str]) -> "AsyncGenerator[pa.RecordBatch, None]":
        """The pages of each table. The instance counts rows that it then does not show: how many is noted."""
        hidden = 0
        for table, other in TABLES[dataset.name]:
            offset, total, shown = 0, 1, 0
            while offset < total:
                rows, total = await self._page(dataset, table, other, where, offset)
                shown += len(rows)
                offset += PAGE
                yield await asyncio.to_thread(batch, dataset, [local(dataset, row, other) for row in rows])
            hidden += total - shown
        if hidden:
            notes.append(f"{hidden} rækker må Kollega ikke læse i ServiceNow.")

    async def _page(
        self, dataset: Dataset, table: str, other: Mapping[str, str], where: str, offset: int
    ) -> tuple[list[dict[str, Any]], int]:
        """One page, and how many rows the instance says that there are."""
        query = {
            "sysparm_query": f"{where}^ORDERBYsys_id".removeprefix("^"),
            "sysparm_fields": ",".join(other.get(column.name, column.name) for column in dataset.columns),
            "sysparm_limit": str(PAGE),
            "sysparm_offset": str(offset),
            "sysparm_display_value": "false",
            "sysparm_exclude_reference_link": "true",
        }
        what = f"read {table} for oversight"
        url = f"{self.connector.url}/api/now/table/{table}?{urlencode(query)}"
        answer = await self.connector.call(Request("GET", url, what, repeatable=True, seconds=JOB))
        count = answer.headers.get("X-Total-Count", "")
        if not count.isdecimal():
            raise Unavailable(self.connector.name, f"{what}: no count in the answer", answer.status, "not_json")
        data = self.connector.an_object(answer.data, what)
        return self.connector.objects(data.get("result"), what), int(count)


def within(dataset: Dataset, period: Period | None) -> str:
    """The period as an encoded query in UTC, "" for everything."""
    if period is None or dataset.period is None:
        return ""
    first = datetime.combine(period.first, datetime.min.time(), DENMARK).astimezone(UTC)
    last = datetime.combine(period.last, datetime.max.time(), DENMARK).astimezone(UTC)
    return f"{dataset.period}>={first:%Y-%m-%d %H:%M:%S}^{dataset.period}<={last:%Y-%m-%d %H:%M:%S}"


def local(dataset: Dataset, row: Mapping[str, Any], other: Mapping[str, str]) -> dict[str, Any]:
    """A record in the dataset's own names: times in Danish time, truths as such."""
    found: dict[str, Any] = {}
    for column in dataset.columns:
        value = row.get(other.get(column.name, column.name)) or ""
        if column.type == "timestamp" and value:
            value = in_denmark(dataset, str(value))
        found[column.name] = value == "true" if column.type == "boolean" else value
    return found


def in_denmark(dataset: Dataset, text: str) -> str:
    """A stored UTC time as Danish time, without its zone. Raises Unavailable for what is none."""
    try:
        at = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        raise Unavailable(dataset.system, f"{dataset.name}: a time that is none", code="not_json") from None
    return at.astimezone(DENMARK).replace(tzinfo=None).isoformat()
