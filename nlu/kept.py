"""Texts that were not understood, or misread, kept for a month: masked, and without any trace of who wrote them.

One table in the database that the processes of an installation share anyway (DATABASE_URL), so that all of them, on any number of machines, keep
what they meet where one command finds it; on SQLite it has a file of its own, so that no turn waits for it. It is made where it is
missing and has no migrations: nothing in it is older than 30 days, so a new shape is a new table.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Float,
    Integer,
    MetaData,
    NullPool,
    String,
    Table,
    Text,
    create_engine,
    delete,
    insert,
    make_url,
    select,
    text,
)
from sqlalchemy.schema import CreateTable

from nlu.normalise import fold

DAYS = 30
BUSY = 15.0  # seconds that a writer waits for another's write
TABLE = Table(
    "nlu_kept_1",
    MetaData(),
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("key", String, nullable=False),  # of the wording, the same for all rows that say the same
    Column("text", Text, nullable=False),  # masked
    Column("read", String, nullable=False),
    Column("best", String, nullable=False),  # the likeliest intent, also where it was rejected
    Column("confidence", Float, nullable=False),
    Column("why", String, nullable=False),  # one of WHYS
    Column("chosen", String, nullable=False),  # what the person took instead, "" where that is not known
    Column("model", String, nullable=False),
    Column("at", BigInteger, nullable=False),  # seconds since 1970, UTC, down to the hour: no log tells by it whose message it was
)
WHYS = ("rejected", "nearly", "confirmed", "other", "neither", "corrected", "cancelled")


@dataclass(frozen=True)
class Misread:
    """One text that was not understood or misread. `at` is aware."""

    text: str
    read: str
    best: str
    confidence: float
    why: str
    chosen: str
    model: str
    at: datetime


@dataclass(frozen=True)
class Wording:
    """The same text as it was met `times` times (a confirmed offer belongs to the text that was asked about). Counters: what it was read as, what was taken instead, why it is kept. `last`: UTC."""

    key: str
    text: str
    times: int
    read: Counter[str]
    best: Counter[str]
    chosen: Counter[str]
    why: Counter[str]
    confidence: float
    last: datetime

    @property
    def proposal(self) -> str:
        """What it most likely means: what people took instead, or what it was read as."""
        return (self.chosen or self.read).most_common(1)[0][0]


def key_of(text_: str) -> str:
    """A short name of a wording; case and æøå do not matter."""
    return hashlib.sha256(fold(text_).encode("utf-8", "replace")).hexdigest()[:8]


class Kept:
    """The table, at `url`: of the part "nlu" (settings.kept_at). Every method blocks and raises sqlalchemy.exc.SQLAlchemyError; safe from several threads and processes."""

    def __init__(self, url: str) -> None:
        self._file = Path(str(make_url(url).database)) if url.startswith("sqlite") else None
        connect = {"timeout": BUSY} if self._file else {"connect_timeout": int(BUSY)}
        self._engine: Engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=connect)

    def add(self, misread: Misread) -> None:
        """Keep one."""
        hour = int(misread.at.astimezone(UTC).replace(minute=0, second=0, microsecond=0).timestamp())
        values = {name: getattr(misread, name) for name in ("text", "read", "best", "confidence", "why", "chosen", "model")}
        with self._begun() as connection:
            connection.execute(insert(TABLE), {**values, "key": key_of(misread.text), "at": hour})

    def wordings(self, now: datetime) -> list[Wording]:
        """What was kept and is not too old, the most frequent first, then the newest."""
        if not self._there():
            return []
        with self._begun() as connection:
            rows = connection.execute(select(TABLE).where(TABLE.c.at >= _oldest(now)).order_by(TABLE.c.at.desc(), TABLE.c.id.desc())).all()
        groups: dict[str, list[Misread]] = {}
        for row in rows:
            one = Misread(row.text, row.read, row.best, row.confidence, row.why, row.chosen, row.model, datetime.fromtimestamp(row.at, UTC))
            groups.setdefault(row.key, []).append(one)
        return sorted((_wording(key, group) for key, group in groups.items()), key=lambda one: (-one.times, -one.last.timestamp(), one.key))

    def remove(self, key: str) -> int:
        """Forget a wording; how many rows that were."""
        if not self._there():
            return 0
        with self._begun() as connection:
            return connection.execute(delete(TABLE).where(TABLE.c.key == key)).rowcount

    def purge(self, now: datetime, *, all_of_it: bool = False) -> int:
        """Forget what is older than `DAYS`, or everything; how many rows that were."""
        if not self._there():
            return 0
        which = TABLE.c.at >= 0 if all_of_it else TABLE.c.at < _oldest(now)
        with self._begun() as connection:
            return connection.execute(delete(TABLE).where(which)).rowcount

    def _there(self) -> bool:
        """Looking must not make the file."""
        return self._file is None or self._file.exists()

    @contextmanager
    def _begun(self) -> Iterator[Connection]:
        """A transaction, with the table there."""
        if self._file:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._engine.connect()) as connection, connection.begin():
            if self._file is None:
                connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('kollega.nlu.kept'))"))
            connection.execute(CreateTable(TABLE, if_not_exists=True))
            yield connection


def _oldest(now: datetime) -> int:
    return int((now - timedelta(days=DAYS)).timestamp())


def _wording(key: str, rows: list[Misread]) -> Wording:
    return Wording(
        key=key,
        text=rows[0].text,
        times=max(1, sum(row.why != "confirmed" for row in rows)),
        read=Counter(row.read for row in rows),
        best=Counter(row.best for row in rows),
        chosen=Counter(row.chosen for row in rows if row.chosen),
        why=Counter(row.why for row in rows),
        confidence=sum(row.confidence for row in rows) / len(rows),
        last=rows[0].at,
    )
