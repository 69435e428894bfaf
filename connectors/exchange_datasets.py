"""Shared mailboxes and who may do what in them, as datasets for the oversight, through Exchange's cmdlets.

Source: https://learn.microsoft.com/powershell/module/exchange/get-mailboxstatistics
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self
from zoneinfo import ZoneInfo

from typing_extensions import override

from connectors.datasets import Column, Dataset, Period, Reading, Reported, batch
from connectors.errors import NotFound
from connectors.exchange import Exchange
from connectors.exchange_cmdlets import Command, Row
from connectors.graph import moment_of, text_of
from connectors.http import JOB, Connector
from connectors.offered import Beside

if TYPE_CHECKING:
    import pyarrow as pa

DENMARK = ZoneInfo("Europe/Copenhagen")
NOW = "Som de er i Exchange, når de hentes. Tider er dansk tid."
BOX = Column("postkasse", "text", "Postkassens adresse.")

MAILBOXES = Dataset(
    "exchange.postkasser",
    "Fællespostkasser",
    "Hver fællespostkasse, hvem der svarer for den, og hvornår den sidst blev brugt.",
    (
        BOX,
        Column("navn", "text", "Postkassens navn."),
        Column("type", "text", "SharedMailbox."),
        Column("ejer", "text", "Den, der svarer for den (konto i Entra); tom, hvis ingen er nævnt.", personal=True, identity="entra_id"),
        Column("oprettet", "timestamp", "Hvornår den blev oprettet."),
        Column("sidst_brugt", "timestamp", "Sidste gang nogen brugte den; tom, hvis Exchange ikke oplyser det."),
    ),
    key=("postkasse",),
    freshness=NOW,
)
RIGHTS = Dataset(
    "exchange.tilladelser",
    "Rettigheder til fællespostkasser",
    "Hvem der må åbne en postkasse, sende som den og på dens vegne; en række for hver ret.",
    (
        BOX,
        Column("user_id", "text", "Den, der har retten: konto eller liste i Entra.", personal=True, identity="entra_id"),
        Column("art", "text", "person, liste eller andet."),
        Column("ret", "text", "full, send_as eller on_behalf."),
    ),
    key=("postkasse", "user_id", "ret"),
    freshness=NOW,
)
FIELDS = ("DisplayName", "PrimarySmtpAddress", "RecipientTypeDetails", "ExternalDirectoryObjectId", "WhenCreatedUTC", "CustomAttribute2")


@dataclass
class ExchangeDatasets(Beside):
    """Read mailbox by mailbox: Exchange shows rights and use of one at a time."""

    of: ClassVar[type[Connector]] = Exchange
    exchange: Exchange

    @override
    @classmethod
    def through(cls, connector: Connector) -> Self:
        if not isinstance(connector, Exchange):
            raise TypeError("an Exchange is wanted")
        return cls(connector)

    @override
    def datasets(self) -> Sequence[Dataset]:
        return (MAILBOXES, RIGHTS)

    @override
    async def read(self, name: str, period: Period | None) -> Reading:
        dataset = self.dataset(name)
        command = Command("Get-Mailbox", {"RecipientTypeDetails": ["SharedMailbox"]}, FIELDS)
        boxes = await self.exchange.rows(command, JOB)
        reported = Reported(len(boxes) if dataset is MAILBOXES else None)
        return Reading(self.exchange.url, command.cmdlet, reported, self._batches(dataset, boxes))

    async def _batches(self, dataset: Dataset, boxes: list[Row]) -> "AsyncGenerator[pa.RecordBatch, None]":
        """Ten mailboxes at a time."""
        each = self._mailbox if dataset is MAILBOXES else self._rights
        for start in range(0, len(boxes), 10):
            found = await asyncio.gather(*(each(box) for box in boxes[start : start + 10]))
            yield batch(dataset, [row for rows in found for row in rows])

    async def _mailbox(self, box: Row) -> list[dict[str, Any]]:
        """The row of a mailbox."""
        used = await self.exchange.rows(Command("Get-MailboxStatistics", {"Identity": text_of(box, "PrimarySmtpAddress")}), JOB)
        return [
            {
                "postkasse": text_of(box, "PrimarySmtpAddress"),
                "navn": text_of(box, "DisplayName"),
                "type": text_of(box, "RecipientTypeDetails"),
                "ejer": text_of(box, "CustomAttribute2"),
                "oprettet": danish(box, "WhenCreatedUTC"),
                "sidst_brugt": next((danish(one, "LastUserActionTime") for one in used), None),
            }
        ]

    async def _rights(self, box: Row) -> list[dict[str, Any]]:
        """The rows of a mailbox's rights; none for one that is gone since the list was read."""
        address = text_of(box, "PrimarySmtpAddress")
        try:
            held = await self.exchange.permissions(address, JOB)
        except NotFound:
            return []
        rows = [(one.holder.id, one.holder.kind, one.right) for one in held]
        return [
            {"postkasse": address, "user_id": who, "art": KINDS.get(kind, "andet"), "ret": right}
            for who, kind, right in dict.fromkeys(rows)
        ]


KINDS = {"person": "person", "list": "liste"}


def danish(row: Row, key: str) -> str | None:
    """A time in Danish local time, without its zone."""
    at = moment_of(row, key)
    return at.astimezone(DENMARK).replace(tzinfo=None).isoformat() if at else None
