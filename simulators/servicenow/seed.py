"""The seeded world of ServiceNow."""

from functools import cache

from simulators.servicenow import seed_cases, seed_catalog, seed_knowledge, seed_oversight, seed_people, seed_requests
from simulators.servicenow.planting import Planting
from simulators.simulation import Simulation


def seed(simulation: Simulation) -> None:
    """Fill an empty store."""
    planted().store(simulation)


@cache
def planted() -> Planting:
    """The world, made once a process: each reset stores the same."""
    p = Planting()
    for part in (seed_people, seed_cases, seed_catalog, seed_requests, seed_knowledge, seed_oversight):
        part.plant(p)
    return p
