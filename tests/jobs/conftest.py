import multiprocessing
import os
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from tests.jobs.postgres_server import Server, binaries
from tests.jobs.toy_house import House


@pytest.fixture(scope="session")
def forkserver() -> ForkServerContext:
    """Processes that come up with everything imported: a start is a fork, so that hundreds can be killed."""
    context = multiprocessing.get_context("forkserver")
    root = Path(__file__).parents[2]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])  # the server's own sys.path
    context.set_forkserver_preload(["tests.jobs.toy_jobs", "jobs.recovery"])
    return context


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    found = binaries()
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have a PostgreSQL server")
        pytest.skip("no PostgreSQL server on this machine")
    server = Server(found)
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_house(request: pytest.FixtureRequest, tmp_path: Path, forkserver: ForkServerContext) -> Iterator[House]:
    """A house on either database."""
    url = request.getfixturevalue("server").database() if request.param == "postgres" else None
    house = House(tmp_path, forkserver, url)
    yield house
    house.close()


@pytest.fixture
def house(tmp_path: Path, forkserver: ForkServerContext) -> Iterator[House]:
    house = House(tmp_path, forkserver, None)
    yield house
    house.close()
