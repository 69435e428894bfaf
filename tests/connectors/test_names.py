"""Every system that can tell its names offers them in the same way."""

from connectors.names import KnowsNames
from connectors.systems import Systems


async def test_the_directory_and_exchange_tell_their_names(systems: Systems) -> None:
    told = {one.name: await one.names() for one in systems.all(KnowsNames)}  # type: ignore[type-abstract]  # asked for by its protocol, never made from it
    assert set(told) == {"directory", "exchange"}
    assert "Birthe Holm" in told["directory"].people
    assert not told["directory"].lists
    assert "Barsel Info" in told["exchange"].lists
    assert not told["exchange"].people
    assert told["exchange"].mailboxes
