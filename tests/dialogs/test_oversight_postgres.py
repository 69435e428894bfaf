"""Judgements, signatures, follow-up and filings over PostgreSQL: the same as over a file."""

import asyncio
import os
from collections.abc import Iterator

import pytest

from dialogs.oversight.filed import Filing
from dialogs.oversight.store import Runs
from settings import kept_at
from tests.dialogs.test_oversight_following import followed
from tests.dialogs.test_oversight_runs import Place, place
from tests.dialogs.test_oversight_signing import JENS, SOFIE, signed
from tests.jobs.postgres_server import Server, binaries

__all__ = ["place"]  # a fixture


@pytest.fixture
def server() -> Iterator[Server]:
    found = binaries()
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have a PostgreSQL server")
        pytest.skip("no PostgreSQL server on this machine")
    server = Server(found)
    yield server
    server.remove()


@pytest.mark.postgres
async def test_what_is_said_of_a_run_is_kept_on_postgresql(place: Place, server: Server) -> None:
    place.oversight.runs = Runs(kept_at(server.database(), place.oversight.folder, "oversight"))
    place.money.amounts = [150, 150, 250, 250, 350, 350, 450, 450]
    earlier, judgements = await place.run(), place.oversight.judgements
    await asyncio.gather(
        *(judgements.put(earlier, [n], "forklaret", f"Aftale {n}", by=JENS if n % 2 else SOFIE) for n in (1, 2, 3, 4, 1, 2))
    )
    assert await judgements.left(earlier) == []
    assert [len(await judgements.history(earlier, n)) for n in (1, 2, 3, 4)] == [2, 2, 1, 1]
    later = await place.run(key="later")
    assert {nr: one.reason for nr, one in (await judgements.of(later)).items()} == {n: f"Aftale {n}" for n in (1, 2, 3, 4)}
    assert await judgements.carry(later, earlier) == 4
    assert [len(await judgements.history(later, n)) for n in (1, 2, 3, 4)] == [1, 1, 1, 1]
    one = await signed(place, later)
    assert await place.oversight.signatures.current(later) == one
    follow, followups = await followed(place, later, 1), place.oversight.followups
    await followups.put(follow.model_copy(update={"closed_at": place.oversight.now(), "evidence": "Set"}))
    await followups.put(follow)
    other = await followed(place, later, 2)
    assert [(found.id, bool(found.closed_at)) for found in await followups.every("ole")] == [(other.id, False), (follow.id, True)]
    assert [found.id for found in await followups.of_job("job")] == [follow.id, other.id]
    filing = Filing(
        run=later.id, tilsyn="store", version=1, case="2026-1", document="2026-1-1", link="", by="Jens", at=place.oversight.now()
    )
    await place.oversight.filings.put(filing)
    await place.oversight.filings.put(filing)
    assert (await place.oversight.filings.of(later), await place.oversight.filings.cases("store")) == ([filing], ["2026-1"])
