"""A connector and a bot for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.standins import Connector, Running, running, serving


@pytest.fixture
async def connector() -> AsyncIterator[Connector]:
    one = Connector()
    async with serving(one.app()) as one.url:
        yield one


@pytest.fixture
async def kollega(connector: Connector, tmp_path: Path) -> AsyncIterator[Running]:
    """The bot without an app registration; its brain echoes."""
    async with running(connector, tmp_path / "var") as one:
        yield one
