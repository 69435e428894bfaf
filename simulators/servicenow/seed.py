"""The seeded world of ServiceNow."""

from simulators.servicenow import seed_cases, seed_catalog, seed_knowledge, seed_people, seed_requests
from simulators.servicenow.planting import Planting
from simulators.simulation import Simulation


def seed(simulation: Simulation) -> None:
    """Fill an empty store."""
    p = Planting()
    for part in (seed_people, seed_cases, seed_catalog, seed_requests, seed_knowledge):
        part.plant(p)
    p.store(simulation)
