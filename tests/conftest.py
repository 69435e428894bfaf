"""Options of the test run, and the house."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.house import House, running


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-transcripts", action="store_true", help="rewrite tests/transcripts from what is really said")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path / "var") as whole:
        yield whole
