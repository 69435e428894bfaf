"""The seeded world of ServiceNow."""

from simulators.servicenow import seed_cases, seed_people
from simulators.servicenow.planting import Planting
from simulators.simulation import Simulation


def seed(simulation: Simulation) -> None:
    """Fill an empty store."""
    p = Planting()
    seed_people.plant(p)
    seed_cases.plant(p)
    p.store(simulation)
