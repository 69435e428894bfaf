"""Known names and a swap of the model."""

import asyncio
from datetime import date
from pathlib import Path

from connectors.systems import Systems
from dialogs.names import KnownNames
from nlu.live import Live
from nlu.versions import Versions
from tests.dialogs.test_known_names import Lists, until

TODAY = date(2026, 11, 23)


async def test_names_outlive_a_swap_of_the_model(tmp_path: Path) -> None:
    live = await asyncio.to_thread(Live, Versions(tmp_path))
    await KnownNames(Systems([Lists()]), live.know).refresh()
    wanted = live.model.known
    live._seen = (0, 0, 0)  # as if another model had been put in use
    async with live.watching(every=0.01):
        before = live.model
        await until(lambda: live.model is not before)
    assert live.model.known is wanted
    assert live.understand("sæt Ole på vildtbanegård info", TODAY).entities["list_name"] == ["vildtbanegård info"]
