"""What one person's runs were about, for that person: what they asked for, and what they were told.

Both stand in the details beside the chain, and go with the run when its time is over.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, and_, false, func, or_, select

from jobs.store import Store
from jobs.tables import AUDIT, DETAIL, EVENT, RUN

TELL = "tell "  # what the names of the steps begin with that tell something (`jobs.job.Job.tell`)


@dataclass(frozen=True)
class Which:
    """Which of a person's runs. since, until: when they began (aware; until is not among them). intents: what they begin with; () any."""

    since: datetime | None = None
    until: datetime | None = None
    intents: tuple[str, ...] = ()
    state: Literal["", "open", "done", "failed"] = ""

    def of(self, person: str) -> ColumnElement[bool]:
        """As a condition on a person's (pseudonym) runs."""
        parts = [RUN.c.person == person]
        parts += [RUN.c.started_at >= self.since] if self.since else []
        parts += [RUN.c.started_at < self.until] if self.until else []
        parts += [or_(false(), *(RUN.c.intent.startswith(one, autoescape=True) for one in self.intents))] if self.intents else []
        parts += [RUN.c.state == self.state] if self.state else []
        return and_(*parts)


ANY = Which()


@dataclass
class Recalled:
    """form: the answers as they were confirmed; CPR numbers are masked. told: the messages (JSON) by the names of their steps, the oldest first."""

    form: dict[str, Any] = field(default_factory=dict)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)


async def of_person(store: Store, person: str, limit: int, which: Which) -> list[Row[Any]]:
    """The newest runs of one person (a pseudonym), newest first."""
    return await store.read(select(RUN).where(which.of(person)).order_by(RUN.c.started_at.desc(), RUN.c.id).limit(limit))


async def saved(store: Store, person: str, which: Which) -> int:
    """The minutes that those runs saved."""
    (row,) = await store.read(select(func.coalesce(func.sum(RUN.c.minutes), 0).label("minutes")).where(which.of(person)))
    return int(row.minutes)


async def recalled(store: Store, person: str, keys: Sequence[str]) -> dict[str, Recalled]:
    """By key, for those of the runs that are that person's (a pseudonym)."""
    mine = select(RUN.c.id).where(RUN.c.id.in_(keys), RUN.c.person == person)
    rows = await store.read(
        select(DETAIL.c.run_id, DETAIL.c.detail, EVENT.c.activity)
        .join(AUDIT, AUDIT.c.seq == DETAIL.c.seq)
        .outerjoin(EVENT, EVENT.c.seq == DETAIL.c.seq)
        .where(DETAIL.c.run_id.in_(mine), or_(AUDIT.c.kind == "started", EVENT.c.activity.startswith(TELL)))
        .order_by(DETAIL.c.seq)
    )
    found: dict[str, Recalled] = {}
    for row in rows:
        one, detail = found.setdefault(row.run_id, Recalled()), json.loads(row.detail)
        if row.activity is None:
            one.form = detail.get("form") or {}
        else:
            one.told[row.activity.removeprefix(TELL)] = detail["asked"]["message"]
    return found
