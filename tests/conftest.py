"""Options of the test run, and the house."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.house import House, running


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-transcripts", action="store_true", help="rewrite tests/transcripts from what is really said")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process takes a file's tests; of the two files that take longest, a transcript's."""
    for item in items:
        case = getattr(item, "callspec", None)
        split = case.params.get("path") if case and item.path.name in {"test_writes.py", "test_transcripts.py"} else None
        item.add_marker(pytest.mark.xdist_group(split.stem if split else item.path.name))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path / "var") as whole:
        yield whole
