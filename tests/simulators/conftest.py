"""One instance of ServiceNow, or one organization of Exchange, for each test that asks for it."""

from collections.abc import AsyncIterator

import pytest

from tests.simulators.exchange_office import Office
from tests.simulators.exchange_office import running as exchange
from tests.simulators.servicenow_desk import Desk, serving


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with serving() as running:
        yield running


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with exchange() as running:
        yield running
