"""Mails in shared mailboxes as a dataset for the oversight: when each came, and whether it is marked as filed. Never what it says.

Exchange knows which mailboxes are shared; Graph reads the mails, with the permission Mail.ReadBasic.All or more.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from typing_extensions import override

from connectors.datasets import Column, Dataset, OffersDatasets, Period, Reading, Reported, batch
from connectors.errors import Denied, NotFound
from connectors.exchange import Exchange
from connectors.exchange_cmdlets import Command
from connectors.graph import text_of
from connectors.http import JOB
from connectors.outlook import Outlook, Status

if TYPE_CHECKING:
    import pyarrow as pa

DENMARK = ZoneInfo("Europe/Copenhagen")
FILED = "Journaliseret"  # the category that a filed mail is marked with (`connectors.outlook.Outlook.mark`)

MAILS = Dataset(
    "exchange.poststatus",
    "Post i fællespostkasser",
    "Hver mail i en fællespostkasse, kladder og det slettede undtaget: hvornår den kom, og om den er mærket som journaliseret. Intet emne, intet indhold.",
    (
        Column("postkasse", "text", "Postkassens adresse."),
        Column("besked_id", "text", "Mailens id på nettet; det samme i alle postkasser og i edoc.dokumenter."),
        Column("modtaget", "timestamp", "Hvornår den kom."),
        Column("kategori", "text", "Mailens kategorier i Outlook, adskilt af komma."),
        Column("journal_status", "text", "journaliseret eller ikke mærket."),
    ),
    key=("postkasse", "besked_id", "modtaget"),
    freshness="Som de er i Outlook, når de hentes. Tider er dansk tid.",
    period="modtaget",
)


@dataclass
class PostStatus(OffersDatasets):
    """Read mailbox by mailbox."""

    exchange: Exchange
    outlook: Outlook

    @override
    def datasets(self) -> Sequence[Dataset]:
        return (MAILS,)

    @override
    async def read(self, name: str, period: Period | None) -> Reading:
        dataset, notes = self.dataset(name), list[str]()
        command = Command("Get-Mailbox", {"RecipientTypeDetails": ["SharedMailbox"]}, ("PrimarySmtpAddress",))
        boxes = [text_of(row, "PrimarySmtpAddress") for row in await self.exchange.rows(command, JOB)]
        query = f"modtaget {period.first} til {period.last}" if period else "alle"
        return Reading(f"{self.outlook.url}/users", query, Reported(None), self._batches(dataset, boxes, period, notes), notes)

    async def _batches(
        self, dataset: Dataset, boxes: list[str], period: Period | None, notes: list[str]
    ) -> "AsyncGenerator[pa.RecordBatch, None]":
        """Page by page. A mailbox that Graph does not show, because the app may not read it or it is on premises, is counted and said."""
        unseen = 0
        for box in boxes:
            try:
                async for page in self.outlook.statuses(box, period.first if period else None, period.last if period else None):
                    yield await asyncio.to_thread(batch, dataset, [row_of(box, one) for one in page])
            except (Denied, NotFound):
                unseen += 1
        if unseen:
            notes.append(f"{unseen} fællespostkasser må Kollega ikke læse.")


def row_of(box: str, one: Status) -> dict[str, Any]:
    """A mail as a row."""
    return {
        "postkasse": box,
        "besked_id": one.internet_message_id,
        "modtaget": one.received_at.astimezone(DENMARK).replace(tzinfo=None).isoformat(),
        "kategori": ",".join(name for name in one.categories if name != FILED),
        "journal_status": "journaliseret" if FILED in one.categories else "ikke mærket",
    }
