"""Options of the test run, and the house."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override
from xdist.scheduler import LoadScopeScheduling

from tests.house import House, running


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-transcripts", action="store_true", help="rewrite tests/transcripts from what is really said")


SPLIT = ("test_writes.py", "test_kill.py", "test_approvals_time.py", "test_transcripts.py")  # no process takes all of one of these
FIRST = (*SPLIT[:2], "test_oversight_following.py", "test_oversight_chat.py", "test_tab_pages.py", "test_nlu_card_train.py", *SPLIT[2:])


class Shares(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """What one process takes: a file's tests; of the files that take longest, a single test, or all that is tried on one transcript."""

    @override
    def _split_scope(self, nodeid: str) -> str:
        path, _, test = nodeid.partition("::")
        name = path.rpartition("/")[2]
        return path if name not in SPLIT else test.rpartition("-")[0] if name == SPLIT[0] else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Shares:
    return Shares(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first, so that nobody waits for it in the end."""
    order = {name: place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path / "var") as whole:
        yield whole
