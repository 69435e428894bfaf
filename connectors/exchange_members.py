"""Many people put on a list or taken off it: in batches, as many at a time as Exchange allows, each with what became of them."""

import asyncio
from collections.abc import Sequence
from typing import Literal

from connectors.errors import ConnectorError, Denied, NotFound, Unavailable
from connectors.exchange_cmdlets import BATCH, Command
from connectors.exchange_lists import BYPASS, Lists
from connectors.exchange_models import Outcome
from connectors.exchange_recipients import keys_of
from connectors.http import JOB

ROUNDS = 5  # tries for those whose change did not come through
DONE = {"already_member", "no_member"}  # an earlier try, or somebody else, was quicker
Way = Literal["Add", "Remove"]


class Members(Lists):
    """Who is on a list, changed."""

    async def add_members(self, list_id: str, people: Sequence[str]) -> list[Outcome]:
        """Put people on a list, by object id or address; one outcome each, in their order. Safe to repeat. Only in jobs.

        The list itself is the memory: who is on it is left alone, and after a lost answer it is read again before anything is sent again.
        Raises Refused("synced" or "dynamic") before anybody is changed, Denied or Unavailable where
        nothing came through at all; what came through in part is told person by person.
        """
        return await self._changed(list_id, people, "Add")

    async def remove_members(self, list_id: str, people: Sequence[str]) -> list[Outcome]:
        """The same the other way: who is not on it is "already"."""
        return await self._changed(list_id, people, "Remove")

    async def _changed(self, list_id: str, people: Sequence[str], way: Way) -> list[Outcome]:
        async with self.one_at_a_time(f"members {list_id.casefold()}"):
            await self.changeable(list_id)
            on = await self._on(list_id)
            found = {one: Outcome(person=one, state="already") for one in people if (one.casefold() in on) == (way == "Add")}
            found |= {one: Outcome(person=one, state="unknown", code="empty_id") for one in people if not one.strip()}
            trouble: ConnectorError | None = None
            denied: Denied | None = None
            for attempt in range(ROUNDS):
                todo = [one for one in dict.fromkeys(people) if one not in found]
                if not todo:
                    break
                if trouble:
                    await asyncio.sleep(trouble.retry_after if trouble.retry_after is not None else 0.5 * 2**attempt)
                errors = await self._sent(list_id, todo, way)
                trouble = next((error for error in errors.values() if isinstance(error, Unavailable)), None)
                denied = denied or next((error for error in errors.values() if isinstance(error, Denied)), None)
                found |= await self._judged_all(list_id, errors, way)
            left = [one for one in dict.fromkeys(people) if one not in found]
            if not any(one.state == "done" for one in found.values()):
                if denied:
                    raise denied
                if trouble and left:
                    raise trouble
            code = trouble.code or "unavailable" if trouble else "not_visible"
            found |= {one: Outcome(person=one, state="failed", code=code) for one in left}
            return [found[one] for one in people]

    async def _sent(self, list_id: str, people: Sequence[str], way: Way) -> dict[str, ConnectorError | None]:
        """Send everybody's change; for each its error, or None. As many batches at a time as calls are allowed."""
        errors: dict[str, ConnectorError | None] = {}
        chunks = iter(shared(people, self.limit))

        async def worker() -> None:
            for chunk in chunks:
                commands = [Command(f"{way}-DistributionGroupMember", parameters(list_id, one, way)) for one in chunk]
                try:
                    errors.update(zip(chunk, await self.batch(commands), strict=True))
                except ConnectorError as error:  # the whole batch: each of it may have been changed
                    errors.update(dict.fromkeys(chunk, error))

        await asyncio.gather(*(worker() for _ in range(self.limit)))
        return errors

    async def _judged_all(self, list_id: str, errors: dict[str, ConnectorError | None], way: Way) -> dict[str, Outcome]:
        """What became of those who were sent; those whose change did not come through are left out. The list is the judge."""
        found: dict[str, Outcome] = {}
        sure = [one for one, error in errors.items() if error is None]
        unsure = [one for one, error in errors.items() if isinstance(error, Unavailable)]
        for one, error in errors.items():
            if error and error.code in DONE:
                found[one] = Outcome(person=one, state="already")
            elif error and not isinstance(error, Unavailable):
                code = "denied" if isinstance(error, Denied) else error.code or "refused"
                found[one] = Outcome(person=one, state="unknown" if isinstance(error, NotFound) else "refused", code=code)

        async def seen() -> set[str] | None:
            on = await self._on(list_id)
            return on if all((one.casefold() in on) == (way == "Add") for one in sure) else None

        try:
            on = await self.until(seen, "read members") if sure or unsure else set()
        except Unavailable as error:
            if error.code != "not_visible":
                raise
            on = await self._on(list_id)
        for one in (*sure, *unsure):
            if (one.casefold() in on) == (way == "Add"):
                found[one] = Outcome(person=one, state="done")
            elif one in sure:
                found[one] = Outcome(person=one, state="failed", code="not_visible")
        return found

    async def _on(self, list_id: str) -> set[str]:
        """Everything that the members of a list may be named by."""
        return {key for row in await self.member_rows(list_id, JOB) for key in keys_of(row)}


def shared(people: Sequence[str], lanes: int) -> list[Sequence[str]]:
    """Batches as even as can be, so many that all lanes end together."""
    count = -(-len(people) // BATCH)
    count = min(-(-count // lanes) * lanes, len(people))
    return [people[len(people) * n // count : len(people) * (n + 1) // count] for n in range(count)]


def parameters(list_id: str, person: str, way: Way) -> dict[str, object]:
    return {"Identity": list_id, "Member": person, **BYPASS, **({"Confirm": False} if way == "Remove" else {})}
