"""Runs the migrations. Blocking: call it in a thread. Of several processes at once one works, the others wait and find it done."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, NullPool, create_engine, text

from bot.database import BUSY, HERE, POSTGRES, file_of, is_postgres

LOCK = 7_202_611_241  # PostgreSQL's advisory lock of the migrations; any number that nobody else uses


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest revision."""
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    with alone(url) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def alone(url: str) -> Iterator[Connection]:
    """A connection, while no other process migrates."""
    engine = create_engine(url.replace(POSTGRES, "postgresql+psycopg://", 1), poolclass=NullPool)
    if is_postgres(url):
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
            connection.commit()
            yield connection
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK})
            connection.commit()
        return
    path = file_of(url)
    with path.with_name(f"{path.name}.migrating").open("w") as lock, engine.connect() as connection:
        fcntl.flock(lock, fcntl.LOCK_EX)
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY}")
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        connection.commit()
        yield connection
