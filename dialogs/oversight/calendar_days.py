"""The calendar as a dataset, so that a tilsyn knows weekends and days off. It is worked out here and reaches for nothing."""

from collections.abc import AsyncGenerator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from connectors.datasets import Column, Dataset, OffersDatasets, Period, Reading, Reported, batch
from dialogs.workdays import BY_AGREEMENT

if TYPE_CHECKING:
    import pyarrow as pa

WHOLE = Period(date(2015, 1, 1), date(2035, 12, 31))  # where everything is asked for
DAYS = Dataset(
    "kalender.dage",
    "Kalender",
    "Hver dag med ugedag og fridage.",
    (
        Column("dato", "date", "Dagen."),
        Column("ugedag", "integer", "1 er mandag, 7 er søndag."),
        Column("uge", "integer", "Ugens nummer (ISO 8601)."),
        Column("helligdag", "text", "Helligdagens navn; tom på andre dage."),
        Column("lukkedag", "boolean", "Fri efter aftale: grundlovsdag, 24. og 31. december."),
    ),
    key=("dato",),
    freshness="Altid ajour.",
    period="dato",
)


class Calendar(OffersDatasets):
    """The days of a period. The public holidays are the law's (lov nr. 214 af 2023 took store bededag away from 2024)."""

    @override
    def datasets(self) -> Sequence[Dataset]:
        return (DAYS,)

    @override
    async def read(self, name: str, period: Period | None) -> Reading:
        days = period or WHOLE
        count = (days.last - days.first).days + 1
        return Reading("Kollega", f"{days.first} til {days.last}", Reported(count), _batches(days, count))


async def _batches(period: Period, count: int) -> AsyncGenerator["pa.RecordBatch", None]:
    import holidays  # 0.1 s

    named = holidays.country_holidays("DK", years=range(period.first.year, period.last.year + 1), language="da")
    yield batch(DAYS, [_row(period.first + timedelta(days=n), named) for n in range(count)])


def _row(day: date, named: Any) -> dict[str, Any]:
    closed = (day.month, day.day) in BY_AGREEMENT
    return {"dato": day, "ugedag": day.isoweekday(), "uge": day.isocalendar().week, "helligdag": named.get(day), "lukkedag": closed}
