"""The newest mails of a person's simulated inbox, for the mail pane of the page."""

from typing import Any

from simulators.simulation import Simulation
from simulators.world import Person


def newest(simulation: Simulation, person: Person) -> list[dict[str, Any]]:
    del simulation, person
    return []


def payload(simulation: Simulation, person: Person, key: str) -> dict[str, Any]:
    del simulation, person, key
    return {}
