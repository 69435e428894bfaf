"""One instance of ServiceNow for each test that asks for it."""

from collections.abc import AsyncIterator

import pytest

from tests.simulators.servicenow_desk import Desk, serving


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with serving() as running:
        yield running
