"""A reporting interface in the manner of OData 4: whole datasets in pages, with the source's own count and control total.

What Kvantum and the time registration share. Source: https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part1-protocol.html, 11.2
"""

import asyncio
from abc import abstractmethod
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import urlencode

import aiohttp
from pydantic import SecretStr
from typing_extensions import override

from connectors.datasets import Dataset, OffersDatasets, Period, Reading, Reported, batch, notes_of
from connectors.errors import ConnectorError, Unavailable, from_status
from connectors.http import JOB, Connector, Request, retry_after
from settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa

BASE = "/odata/v4/rapportering"
NIGHT = 300.0  # seconds to wait from which a 503 is no moment's trouble: the interface is closed


class Reporting(Connector, OffersDatasets):
    """Base of the connectors. A dataset "kvantum.posteringer" is the set `Posteringer`."""

    limit: ClassVar[int] = 3
    offers: ClassVar[tuple[Dataset, ...]]

    @classmethod
    @abstractmethod
    def account(cls, settings: Settings) -> tuple[str | None, SecretStr | None]:
        """What the system knows Kollega by, and the secret that goes with it."""

    @classmethod
    @abstractmethod
    def entered(cls, session: aiohttp.ClientSession, url: str, account: str, secret: str) -> Self:
        """The connector with those credentials."""

    @override
    @classmethod
    def from_settings(cls, settings: Settings, session: aiohttp.ClientSession) -> Self | None:
        url = settings.system_url(cls.name)
        if url is None:
            return None
        if settings.is_simulated(cls.name):
            return cls.entered(session, url, "kollega", "simulator")
        account, secret = cls.account(settings)
        return cls.entered(session, url, account or "", secret.get_secret_value() if secret else "")

    def headers(self) -> dict[str, str]:
        """What goes with each call besides a token."""
        return {}

    @override
    def datasets(self) -> Sequence[Dataset]:
        return self.offers

    @override
    async def check(self) -> str:
        data = await self._object(f"{self.url}{BASE}", "read the sets")
        named = {str(one.get("name")) for one in self.objects(data.get("value"), "read the sets")}
        if missing := sorted({entity(one) for one in self.offers} - named):
            raise Unavailable(self.name, f"read the sets: {', '.join(missing)} is not there", code="missing_set")
        return f"{len(self.offers)} datasets can be read"

    @override
    def failure(self, request: Request, status: int, headers: Mapping[str, str], body: bytes) -> ConnectorError:
        """By status alone: a message may quote data. A 503 that asks for a long wait is the night."""
        wait = retry_after(headers)
        code = "closed" if status == 503 and (wait or 0.0) >= NIGHT else ""
        return from_status(self.name, status, request.what, code, wait)

    @override
    async def read(self, name: str, period: Period | None) -> Reading:
        dataset = self.dataset(name)
        where = within(dataset, period)
        address = f"{self.url}{BASE}/{entity(dataset)}"
        asked = {"$filter": where} if where else {}
        data = await self._object(with_query(f"{address}/Kontroltotal", asked), f"count {name}")
        reported = self._reported(dataset, data)
        query = {"$select": ",".join(column.name for column in dataset.columns), **asked}
        notes: list[str] = []
        return Reading(
            address,
            "&".join(f"{key}={value}" for key, value in query.items()),
            reported,
            self._batches(dataset, address, query, notes),
            notes,
        )

    def _reported(self, dataset: Dataset, data: Mapping[str, Any]) -> Reported:
        """The source's own figures. Raises Unavailable where they cannot be read: without them nothing is proven."""
        count, total = data.get("antal"), data.get("sum")
        try:
            amount = Decimal(str(total)) if dataset.control else None
        except InvalidOperation:
            amount = Decimal("nan")
        if not isinstance(count, int) or (amount is not None and not amount.is_finite()):
            raise Unavailable(self.name, f"count {dataset.name}: no figures in the answer", code="not_json")
        return Reported(count, amount)

    async def _batches(
        self, dataset: Dataset, address: str, query: Mapping[str, str], notes: list[str]
    ) -> "AsyncGenerator[pa.RecordBatch, None]":
        """The pages, each as a batch."""
        url, padded, seen = with_query(address, query), Counter[str](), set[str]()
        while url:
            if url in seen or not url.startswith(f"{self.url}/"):  # the token goes to the system alone, and no link leads in a circle
                raise Unavailable(self.name, f"read {dataset.name}: a link that leads elsewhere", code="foreign_link")
            seen.add(url)
            data = await self._object(url, f"read {dataset.name}")
            rows = self.objects(data.get("value"), f"read {dataset.name}")
            yield await asyncio.to_thread(batch, dataset, rows, padded)
            url = str(data.get("@odata.nextLink") or "")
        notes += notes_of(padded)

    async def _object(self, url: str, what: str) -> dict[str, Any]:
        request = Request("GET", url, what, repeatable=True, headers=self.headers(), seconds=JOB)
        return self.an_object((await self.call(request)).data, what)


def entity(dataset: Dataset) -> str:
    """The set's name."""
    return dataset.name.partition(".")[2].capitalize()


def within(dataset: Dataset, period: Period | None) -> str:
    """The period as $filter, "" for everything."""
    if period is None or dataset.period is None:
        return ""
    if dataset.column(dataset.period).type == "timestamp":
        after = period.last + timedelta(days=1)
        return f"{dataset.period} ge {period.first}T00:00:00 and {dataset.period} lt {after}T00:00:00"
    return f"{dataset.period} ge {period.first} and {dataset.period} le {period.last}"


def with_query(address: str, query: Mapping[str, str]) -> str:
    """An address with its options, encoded."""
    return f"{address}?{urlencode(query)}" if query else address
