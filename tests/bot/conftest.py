"""A connector and a bot for each test."""

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
import structlog

from tests.bot.postgres import server
from tests.bot.standins import Connector, Running, running, serving


@pytest.fixture(scope="session", autouse=True)
def plain_log() -> None:
    """One line an entry; the default draws every variable of every frame."""
    processors = structlog.processors
    structlog.configure(processors=[processors.add_log_level, processors.format_exc_info, processors.KeyValueRenderer()])


@pytest.fixture
async def connector() -> AsyncIterator[Connector]:
    one = Connector()
    async with serving(one.app()) as one.url:
        yield one


@pytest.fixture
async def kollega(connector: Connector, tmp_path: Path) -> AsyncIterator[Running]:
    """The bot without an app registration; its brain echoes."""
    async with running(connector, tmp_path / "var") as one:
        yield one


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with server() as url:
        yield url


@pytest.fixture
async def postgres_url(postgres_server: str) -> str:
    """An empty database."""
    name = f"kollega_{uuid.uuid4().hex}"
    async with await psycopg.AsyncConnection.connect(postgres_server, autocommit=True) as connection:
        await connection.execute(f"CREATE DATABASE {name}".encode())
    return postgres_server.rpartition("/")[0] + f"/{name}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str | None:
    """Both kinds of database; None is the file under VAR_DIR."""
    if request.param == "sqlite":
        return None
    found: str = request.getfixturevalue("postgres_url")
    return found
