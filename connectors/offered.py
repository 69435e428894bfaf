"""Every dataset that can be read: of connectors that offer some themselves, of `<system>_datasets` beside a connector, and of several together.

The folder is searched, so that a dataset more is a file and nothing else.
"""

import importlib
import inspect
import pkgutil
from abc import abstractmethod
from typing import ClassVar, Self

import connectors
from connectors.datasets import OffersDatasets
from connectors.exchange import Exchange
from connectors.extracts import Extracts
from connectors.http import Connector
from connectors.outlook import Outlook
from connectors.personer import Personer
from connectors.poststatus import PostStatus
from connectors.systems import Systems


class Beside(OffersDatasets):
    """Datasets that another file reads through a connector of the type `of`."""

    of: ClassVar[type[Connector]]

    @classmethod
    @abstractmethod
    def through(cls, connector: Connector) -> Self:
        """The datasets of that connector."""


def offered(systems: Systems) -> dict[str, OffersDatasets]:
    """Who reads each dataset, by its name ("kvantum.posteringer"); a file only where no system offers it itself.

    Raises LookupError where two systems offer the same.
    """
    every = systems.all(OffersDatasets)  # type: ignore[type-abstract]  # asked for by its base, never made from it
    sources = sorted(every, key=lambda one: isinstance(one, Extracts))
    for kind in kinds():
        sources += [kind.through(connector) for connector in systems.all(kind.of)]
    sources += [PostStatus(exchange, outlook) for exchange in systems.all(Exchange) for outlook in systems.all(Outlook)]
    found: dict[str, OffersDatasets] = {}
    for source in sources:
        for dataset in source.datasets():
            if dataset.name in found and isinstance(source, Extracts):
                continue
            if dataset.name in found:
                raise LookupError(f"two connectors offer {dataset.name}")
            found[dataset.name] = source
    persons = Personer(dict(found))
    found |= {dataset.name: persons for dataset in persons.datasets()}
    return dict(sorted(found.items()))


def kinds() -> list[type[Beside]]:
    """Every class of the folder that reads datasets through a connector."""
    found = set()
    for info in pkgutil.iter_modules(connectors.__path__):
        if info.name.endswith("_datasets"):
            module = importlib.import_module(f"connectors.{info.name}")
            found |= {
                one for one in vars(module).values() if inspect.isclass(one) and issubclass(one, Beside) and not inspect.isabstract(one)
            }
    return sorted(found, key=lambda kind: kind.__name__)
