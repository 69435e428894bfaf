"""Anchors: the end of the chain as it was at a time, in a file outside the database, a line of JSON each.

They show what the chain alone cannot: that its end was cut off, or all of it written anew. Administrators may sign and move the file.
"""

import fcntl
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import select

from jobs.audit import FIRST, stamp
from jobs.database import Place, engine
from jobs.tables import AUDIT

log = structlog.get_logger()

FILE = "audit-anchors.jsonl"
DAILY = timedelta(hours=24)


@dataclass(frozen=True)
class Anchor:
    """at: when it was taken, UTC."""

    seq: int
    hash: str
    at: str


def read(path: Path) -> list[Anchor]:
    """The anchors of a file, oldest first; none where there is no file. Raises ValueError for a line that is no anchor."""
    lines = path.read_text().splitlines() if path.exists() else []
    try:
        return [Anchor(**json.loads(line)) for line in lines if line.strip()]
    except TypeError as error:
        raise ValueError(f"{path} has a line that is no anchor") from error


def write(place: Place, path: Path, now: datetime, least: timedelta = timedelta(0)) -> Anchor | None:
    """Add the chain's end as it is. None: the chain is empty, or the last anchor is the same or younger than `least`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        last = next(reversed(read(path)), Anchor(0, FIRST, ""))
        if last.at and now - datetime.fromisoformat(last.at) < least:
            return None
        anchor = end(place, now)
        if anchor.seq == last.seq:
            return None
        file.write(json.dumps(asdict(anchor)) + "\n")
    return anchor


def end(place: Place, now: datetime) -> Anchor:
    """The chain's end."""
    source = engine(place)
    with source.connect() as connection:
        row = connection.execute(select(AUDIT.c.seq, AUDIT.c.hash).order_by(AUDIT.c.seq.desc()).limit(1)).first()
    source.dispose()
    return Anchor(row.seq if row else 0, row.hash if row else FIRST, stamp(now))


def daily(place: Place, path: Path, now: datetime) -> None:
    """Add one unless there is one of today. A file that cannot be read is left alone, and the log says so."""
    try:
        write(place, path, now, DAILY)
    except ValueError as error:
        log.error("anchors_not_written", file=str(path), error=type(error).__name__)  # noqa: TRY400 - the file's name says enough
