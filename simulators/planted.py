"""What is hidden in the simulated world for the oversight to find, and what only looks like it.

`planted(seed)` gives all of it; each generator notes what it plants where it plants it. Seed 1 is the world that is served; another seed makes
another world of the same kind, with other people, numbers and places (`POST /control/settings {"world_seed": 2}`).
"""

import importlib
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from simulators.simulation import Simulation

GENERATORS = (
    "simulators.staff",
    "simulators.accounts",
    "simulators.kvantum.ledger",
    "simulators.timereg.sheets",
    "simulators.servicenow.seed_oversight",
    "simulators.exchange.use",
    "simulators.graph.admin_groups",
    "simulators.graph.shared",
)
SEED = 1


@dataclass(frozen=True)
class Plant:
    """One planted thing. tilsyn: "T3". key: what names it, in the order that `KEYS` says. day: when it happened, so that a period has it or not.

    finding: it must be found; otherwise it looks like one and must not be. why: in a few words.
    """

    tilsyn: str
    key: tuple[str, ...]
    day: date
    finding: bool
    why: str


KEYS = {  # what names a finding, by tilsyn
    "T1": ("bruger_id",),
    "T2": ("group_id", "user_id"),
    "T3": ("kreditor_nr", "felt", "aendret_tid"),
    "T4": ("faktura_id or bestillingsnr of each order of a split",),
    "T5": ("faktura_id of the first", "faktura_id of the second"),
    "T6": ("regnskabsaar", "bilagsnr"),
    "T7": ("regnskabsaar", "bilagsnr"),
    "T8": ("medarbejder_nr", "dato"),
    "T9": ("medarbejder_nr", "first day of the ISO week"),
    "T10": ("medarbejder_nr", "dato", "sag_nr as it should be written"),
    "T11": ("number",),
    "T12": ("sys_id of the approval",),
    "T13": ("postkasse", "besked_id"),
    "T14": ("postkasse",),
    "T15": ("upn",),
    "T16": ("kreditor_nr", "bestillingsnr", "first day of the month"),
}


@dataclass
class Plan:
    """Collects what a generator plants."""

    plants: list[Plant] = field(default_factory=list)

    def finding(self, tilsyn: str, *key: str, day: date, why: str) -> None:
        self.plants.append(Plant(tilsyn, key, day, True, why))

    def alike(self, tilsyn: str, *key: str, day: date, why: str) -> None:
        self.plants.append(Plant(tilsyn, key, day, False, why))


@cache
def planted(seed: int = SEED) -> tuple[Plant, ...]:
    """Everything planted in the world of that seed."""
    return tuple(plant for name in GENERATORS for plant in importlib.import_module(name).plants(seed))


def findings(tilsyn: str, first: date, last: date, seed: int = SEED) -> set[tuple[str, ...]]:
    """The keys that a tilsyn must find for a period, and no others."""
    return {one.key for one in planted(seed) if one.tilsyn == tilsyn and one.finding and first <= one.day <= last}


def seed_of(simulation: Simulation) -> int:
    """The seed of the world that is served."""
    return int(simulation.settings.get("world_seed") or SEED)
