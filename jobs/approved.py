"""Who was asked to say yes to a run, and who answered what and when: for administrators, from the details beside the chain and from its waits.

What is erased by the rule is shown by its pseudonym or not at all.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from jobs.store import Store
from jobs.tables import AUDIT, DETAIL, EVENT, WAIT


@dataclass(frozen=True)
class Said:
    """at: UTC. who: a name, or an id where no name is known. what: "asked as approver", or the answer with what was written."""

    at: datetime
    who: str
    what: str


async def said(store: Store, key: str) -> list[Said]:
    """All of it, in the order of time; nothing for a run that needed nobody's yes."""
    details = await store.read(
        select(AUDIT.c.kind, DETAIL.c.detail, EVENT.c.at)
        .select_from(DETAIL.join(AUDIT, AUDIT.c.seq == DETAIL.c.seq).outerjoin(EVENT, EVENT.c.seq == DETAIL.c.seq))
        .where(DETAIL.c.run_id == key, (AUDIT.c.kind == "started") | AUDIT.c.body.contains('"call":"ask"'))
        .order_by(DETAIL.c.seq)
    )
    waits = await store.read(select(WAIT).where(WAIT.c.run_id == key, WAIT.c.answered_at.is_not(None)))
    answers = [(row.answered_at, json.loads(row.answer)) for row in waits]
    names = {one["id"]: one["name"] for row in details for one in named(json.loads(row.detail))}
    names |= {answer["by"]["id"]: answer["by"]["name"] for _, answer in answers}
    asked = [
        Said(row.at, names.get(person, person), f"asked as {shown.get('role', 'approver')}")
        for row in details
        if row.kind == "step"
        for _, people, shown in [json.loads(row.detail)["asked"][:3]]
        for person in people
    ]
    answered = [Said(at, str(answer["by"]["name"]), in_words(answer["message"])) for at, answer in answers]
    return sorted([*asked, *answered], key=lambda one: one.at)


def named(value: Any) -> Iterator[dict[str, str]]:
    """Everybody in a piece of JSON who has an id and a name."""
    if isinstance(value, dict):
        if isinstance(value.get("id"), str) and isinstance(value.get("name"), str):
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from named(one)


def in_words(message: dict[str, Any]) -> str:
    """An answer: its kind, and what was written with it."""
    kind = str(message.get("kind") or message)
    return f"{kind}: {message['text']}" if message.get("text") else kind
