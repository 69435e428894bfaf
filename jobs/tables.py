"""Kollega's own tables beside dbos': runs, what happened in them, the waits, and the chain that proves it. All times are UTC.

dbos' tables are purged and change with its versions; these outlive both. Facts about people stand here under a pseudonym
(`jobs.people`) or in rows that can be erased.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Dialect,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    inspect,
    text,
)
from sqlalchemy.schema import CreateColumn, CreateIndex, CreateTable
from typing_extensions import override


class Utc(TypeDecorator[datetime]):
    """An aware time, kept in UTC; SQLite keeps it without its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value and value.astimezone(UTC)


SCHEMA = "jobs"
NO_SCHEMA = {"schema_translate_map": {SCHEMA: None}}  # SQLite has no schemas; there the file is our own
tables = MetaData(schema=SCHEMA)


def said(name: str, default: str = "") -> Column[str]:
    """A text that an older process beside us, which does not know the column, leaves at its default."""
    return Column(name, Text, nullable=False, server_default=default)


def counted(name: str) -> Column[int]:
    """A number, in the same way."""
    return Column(name, Integer, nullable=False, server_default="0")


RUN = Table(
    "run",
    tables,
    Column("id", String, primary_key=True),  # the business key, and dbos' workflow id
    Column("intent", String, nullable=False),
    Column("person_id", String, key="person", nullable=False),  # the pseudonym of who asked
    Column("tenant", String, nullable=False),
    Column("conversation", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("started_at", Utc, nullable=False),
    Column("finished_at", Utc),
    Column("state", String, nullable=False),  # open, done, failed, cancelled
    Column("outcome", Text, nullable=False),
    Column("minutes", Integer, nullable=False),  # saved, by the automation's own figure
    Column("told_retrying", Boolean, nullable=False),
    counted("by_hand"),  # minutes that the same takes a person
    counted("spent"),  # minutes that people still used on it
    said("channel", "chat"),  # where it came from: chat, schedule, case
    said("unit"),  # the service area of who asked
    said("version"),  # of the automation
    said("links", "[]"),  # JSON: what was made or changed, [{"name", "url"}]
    said("approved_by", "[]"),  # JSON: pseudonyms
    counted("attempt"),  # how often an administrator began it again
    counted("deaths"),  # processes in a row that it was lost with, since it last came on
)
Index("run_by_person", RUN.c.person, RUN.c.started_at)
Index("run_by_intent", RUN.c.intent, RUN.c.finished_at)
Index("run_open", RUN.c.finished_at, RUN.c.started_at)
Index("run_by_state", RUN.c.state, RUN.c.finished_at)
EVENT = Table(
    "run_event",  # a step that is over; a process-mining log with case id = run_id
    tables,
    Column("run_id", String, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("activity", String, primary_key=True),
    Column("lifecycle", String, nullable=False),  # complete; resume after a wait
    Column("began_at", Utc, nullable=False),
    Column("at", Utc, nullable=False),
    Column("resource", String, nullable=False),  # bot, or the pseudonym of who answered
    Column("system", String, nullable=False),
    Column("outcome", Text, nullable=False),  # done, or what went wrong
    Column("failures", Integer, nullable=False),  # tries that the system did not answer
    Column("seq", BigInteger, nullable=False),  # the entry of the chain that proves it
)
Index("run_event_by_seq", EVENT.c.seq)
BEGUN = Table(
    "begun",  # a step that was about to change something and is not over
    tables,
    Column("run_id", String, primary_key=True),
    Column("attempt", Integer, primary_key=True),
    Column("activity", String, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("system", String, nullable=False),
)
TROUBLE = Table(
    "trouble",  # a step of an open run whose system does not answer
    tables,
    Column("run_id", String, primary_key=True),
    Column("step", String, primary_key=True),
    Column("system", String, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("first_at", Utc, nullable=False),  # the deadline counts from here, restarts or not
    Column("next_at", Utc),  # null: no further try is due
)
WAIT = Table(
    "wait",  # something that a run waits for; an answer may come before the wait does
    tables,
    Column("run_id", String, primary_key=True),
    Column("name", String, primary_key=True),
    Column("opened_at", Utc),
    Column("until", Utc),
    Column("reminded", Integer, nullable=False),  # reminders that are made
    Column("answer", Text),  # JSON
    Column("answered_by", String),
    Column("answered_at", Utc),
    Column("over_at", Utc),  # nobody answered in time, or the run went on with the answer
)
Index("wait_open", WAIT.c.over_at, WAIT.c.answered_at)
ASK = Table(
    "ask",  # who is asked to approve a run, for as long as it is open
    tables,
    Column("run_id", String, primary_key=True),
    Column("person", String, primary_key=True),  # the pseudonym
    Column("asked_at", Utc, nullable=False),
    Column("shown", Text, nullable=False),  # JSON: what they were shown
)
Index("ask_by_person", ASK.c.person)
AUDIT = Table(
    "audit",  # the chain
    tables,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("prev", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
)
DETAIL = Table(
    "audit_detail",  # personal data beside the chain, which has its hash: may be erased
    tables,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("run_id", String, nullable=False),
    Column("detail", Text, nullable=False),
)
Index("audit_detail_by_run", DETAIL.c.run_id)
SLOT = Table(
    "slot",  # a call that is under way within a limit
    tables,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("holder", String, nullable=False),  # the process
)
Index("slot_by_name", SLOT.c.name)
PACE = Table(
    "pace",  # when the next call within a rate may begin
    tables,
    Column("name", String, primary_key=True),
    Column("free_at", Float, nullable=False),  # seconds since 1970
)
ABOUT = Table("about", tables, Column("name", String, primary_key=True), Column("value", Text, nullable=False))

FROZEN = {  # guard rails against a slip, not proof: the chain is the proof
    "audit": ("UPDATE", "DELETE"),
    "audit_detail": ("UPDATE",),
}

TRIGGERS = {  # the names of those that are there
    "sqlite": text("SELECT name FROM sqlite_master WHERE type = 'trigger'"),
    "postgresql": text("SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = :schema").bindparams(schema=SCHEMA),
}


def create(connection: Connection) -> None:
    """Make what is missing: tables, columns that a later release added, indexes, triggers.

    It looks before it makes, since PostgreSQL locks the table of an index or trigger that is there already, and
    processes that are at work write to several of them at a time: the two would wait for each other.
    """
    postgres = connection.dialect.name == "postgresql"
    schema = SCHEMA if postgres else None
    if postgres:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('kollega.jobs.create'))"))
        if not inspect(connection).has_schema(SCHEMA):  # where it is there, a role that may make none is enough
            connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
    there = inspect(connection)
    for table in tables.sorted_tables:
        if not there.has_table(table.name, schema):
            connection.execute(CreateTable(table))
        else:
            _add_columns(connection, table, schema)
        indexes = {index["name"] for index in inspect(connection).get_indexes(table.name, schema)}
        for index in table.indexes:
            if index.name not in indexes:
                connection.execute(CreateIndex(index))
    frozen = set(connection.execute(TRIGGERS[connection.dialect.name]).scalars())
    for name, events in FROZEN.items():
        for event in events:
            if _trigger(name, event) not in frozen:
                _freeze(connection, name, event)


def _add_columns(connection: Connection, table: Table, schema: str | None) -> None:
    there = {column["name"] for column in inspect(connection).get_columns(table.name, schema)}
    where = f"{schema}.{table.name}" if schema else table.name
    for column in table.columns:
        if column.name not in there:
            connection.execute(text(f"ALTER TABLE {where} ADD COLUMN {CreateColumn(column).compile(dialect=connection.dialect)}"))


def _trigger(table: str, event: str) -> str:
    return f"{table}_no_{event.lower()}"


def _freeze(connection: Connection, table: str, event: str) -> None:
    name = _trigger(table, event)
    if connection.dialect.name != "postgresql":
        no = f"SELECT RAISE(ABORT, '{table} is append-only')"
        connection.execute(text(f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {event} ON {table} BEGIN {no}; END"))
        return
    raises = f"BEGIN RAISE EXCEPTION '{table} is append-only'; END"
    connection.execute(text(f"CREATE OR REPLACE FUNCTION {SCHEMA}.{name}() RETURNS trigger LANGUAGE plpgsql AS $$ {raises} $$"))
    trigger = f"BEFORE {event} ON {SCHEMA}.{table} FOR EACH ROW EXECUTE FUNCTION {SCHEMA}.{name}()"
    connection.execute(text(f"CREATE OR REPLACE TRIGGER {name} {trigger}"))  # PostgreSQL 14 and later
