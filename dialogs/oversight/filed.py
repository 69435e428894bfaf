"""Where runs are filed: which version, on which case, as which document."""

from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, Text, delete, insert, select

from dialogs.oversight.store import Run

if TYPE_CHECKING:
    from dialogs.oversight.runner import Oversight

TABLE = Table(
    "oversight_filing_1",
    MetaData(),
    Column("run", String, primary_key=True),
    Column("version", Integer, primary_key=True),  # of the signature
    Column("case_number", String, primary_key=True),
    Column("tilsyn", String, nullable=False),
    Column("at", String, nullable=False),  # UTC, ISO
    Column("body", Text, nullable=False),  # JSON of a Filing
)


class Filing(BaseModel):
    """One document."""

    model_config = ConfigDict(frozen=True)

    run: str
    tilsyn: str
    version: int
    case: str
    document: str
    link: str
    by: str
    at: datetime


class Filings:
    """Those of all runs."""

    def __init__(self, oversight: "Oversight") -> None:
        self._oversight = oversight

    async def put(self, one: Filing) -> None:
        """Note it. Safe to repeat."""
        here = (TABLE.c.run == one.run, TABLE.c.version == one.version, TABLE.c.case_number == one.case)
        row = {
            "run": one.run, "version": one.version, "case_number": one.case, "tilsyn": one.tilsyn, "at": one.at.isoformat(), "body": one.model_dump_json(),
        }  # fmt: skip

        def write(connection: Connection) -> None:
            connection.execute(delete(TABLE).where(*here))
            connection.execute(insert(TABLE), row)

        await self._oversight.runs.do(write, TABLE)

    async def of(self, run: Run) -> list[Filing]:
        """Those of a run, the oldest first."""
        asked = select(TABLE.c.body).where(TABLE.c.run == run.id).order_by(TABLE.c.at)
        bodies: list[str] = await self._oversight.runs.do(lambda connection: list(connection.execute(asked).scalars()), TABLE)
        return [Filing.model_validate_json(body) for body in bodies]

    async def cases(self, tilsyn: str) -> list[str]:
        """The numbers of the cases that runs of a tilsyn were filed on, the newest first."""
        asked = select(TABLE.c.case_number).where(TABLE.c.tilsyn == tilsyn).order_by(TABLE.c.at.desc())
        found: list[str] = await self._oversight.runs.do(lambda connection: list(connection.execute(asked).scalars()), TABLE)
        return list(dict.fromkeys(found))

    async def remove(self, runs: list[str]) -> None:
        """Forget those of runs that are deleted."""
        await self._oversight.runs.do(lambda connection: connection.execute(delete(TABLE).where(TABLE.c.run.in_(runs))), TABLE)
