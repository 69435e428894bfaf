"""Random walks over the whole house: whatever people write, press, fill in, change or dig out, what must hold holds.

`make test` takes some twenty seconds of walks, the same ones each time. A longer run with other walks:

    WALKS=600 WALK_SEED=7 .venv/bin/pytest -q tests/test_walks.py -s

WALKS is the number of walks (some eight steps each), WALK_SEED what they are drawn from.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from simulators.world import PEOPLE
from tests.house import House, running
from tests.walk import Walk
from tests.walk_checks import check_said, compare, files_with, held_state, said, written
from tests.walk_steps import CPR, WALKS, drawn

TOGETHER = 20
NAMES = [person.name for person in PEOPLE]
SIX = itertools.cycle(NAMES[:6])  # they have many mails
OTHERS = itertools.cycle(name for name in NAMES[6:] if NAMES.count(name) == 1)
MOST_STATE = 60_000  # characters
WALKED: list[Walk] = []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def walked(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A house for all walks, without Teams' own pace. In the end nothing in its files holds a CPR number."""
    var: Path = tmp_path_factory.mktemp("var")
    async with running(var) as house:
        async with house.http.post(f"{house.simulators}/control/settings", json={"teams_rate_limits": False}) as answer:
            assert answer.status == 200
        yield house
    assert sum(len(walk.agreed) for walk in WALKED) > WALKS // 10  # else the walks would show nothing
    assert sum(walk.old_yes for walk in WALKED) > WALKS // 10
    assert held_state(var) < MOST_STATE
    assert files_with(var, CPR) == []


PLANS = drawn()


@pytest.mark.timeout(60 + 2 * WALKS)
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("start", range(0, len(PLANS), TOGETHER))
async def test_whatever_people_do(start: int, walked: House) -> None:
    """Several at once: one alone would mostly wait for the pace that Teams allows."""
    going, before = [], walked.control.received
    for place, (named, *_) in enumerate(PLANS[start : start + TOGETHER]):
        name = next(SIX if named and place < len(NAMES[:6]) else OTHERS)
        going.append(Walk(walked, await walked.person(name), name))
    tasks = [walk.go((("say", first), *steps)) for walk, (_, first, steps) in zip(going, PLANS[start:], strict=False)]
    for broken in await asyncio.gather(*tasks, return_exceptions=True):
        if broken:
            raise broken
    WALKED.extend(going)
    compare(going, written(walked, before))
    check_said(going, said(walked, before))
