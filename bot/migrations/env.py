"""Alembic's entry; the connection is given by bot/migrations/run.py."""

from alembic import context

from bot.database import VERSION_TABLE
from bot.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, version_table=VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
