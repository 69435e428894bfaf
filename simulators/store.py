"""Where the simulators keep their state: one SQLite file (or memory), one JSON document a row, the whole of it cached.

A table is a mapping from id to document. Read a document, change a copy, put it back: only what is put back is kept.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

from typing_extensions import override

Document = dict[str, Any]


class Table(MutableMapping[str, Document]):
    """The documents of one kind of one system, in the order they were first put."""

    def __init__(self, database: sqlite3.Connection, name: str, commit: Callable[[], None]) -> None:
        self._database = database
        self._name = name
        self._commit = commit
        rows = database.execute("SELECT id, body FROM row WHERE kind = ? ORDER BY seq", (name,))
        self._rows: dict[str, Document] = {key: json.loads(body) for key, body in rows}

    @override
    def __getitem__(self, key: str) -> Document:
        return dict(self._rows[key])

    @override
    def __setitem__(self, key: str, document: Document) -> None:
        body = json.dumps(document, ensure_ascii=False)
        self._database.execute(
            "INSERT INTO row (kind, id, body) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
            (self._name, key, body),
        )
        self._commit()
        self._rows[key] = json.loads(body)

    @override
    def __delitem__(self, key: str) -> None:
        del self._rows[key]
        self._database.execute("DELETE FROM row WHERE kind = ? AND id = ?", (self._name, key))
        self._commit()

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(list(self._rows))

    @override
    def __len__(self) -> int:
        return len(self._rows)

    def fill(self, documents: dict[str, Document]) -> None:
        """Put many at once (seeding)."""
        bodies = [(self._name, key, json.dumps(document, ensure_ascii=False)) for key, document in documents.items()]
        self._database.executemany("INSERT OR REPLACE INTO row (kind, id, body) VALUES (?, ?, ?)", bodies)
        self._commit()
        self._rows.update({key: json.loads(body) for _, key, body in bodies})

    def forget(self) -> None:
        """Drop what is cached; the store has emptied the file."""
        self._rows.clear()


class Store:
    """All tables, counters and blobs of all simulators. With `path` they outlive the process."""

    def __init__(self, path: Path | None = None) -> None:
        self._database = sqlite3.connect(path or ":memory:")
        self._database.executescript(
            """PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
            CREATE TABLE IF NOT EXISTS row (seq INTEGER PRIMARY KEY, kind TEXT, id TEXT, body TEXT, UNIQUE (kind, id));
            CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER);
            CREATE TABLE IF NOT EXISTS blob (id TEXT PRIMARY KEY, body BLOB);"""
        )
        self._tables: dict[str, Table] = {}
        self._held = 0

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All writes inside reach the file together. Nothing may be awaited inside."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1
            self._commit()

    def _commit(self) -> None:
        if not self._held:
            self._database.commit()

    def table(self, system: str, kind: str) -> Table:
        """The table `kind` of `system`: store.table("servicenow", "incident")."""
        name = f"{system}.{kind}"
        if name not in self._tables:
            self._tables[name] = Table(self._database, name, self._commit)
        return self._tables[name]

    def count(self, name: str, first: int = 1) -> int:
        """The next number of a named counter."""
        row = self._database.execute(
            "INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value", (name, first)
        ).fetchone()
        self._commit()
        return int(row[0])

    def keep(self, body: bytes) -> str:
        """Store bytes; gives their name."""
        name = sha256(body).hexdigest()
        self._database.execute("INSERT OR IGNORE INTO blob VALUES (?, ?)", (name, body))
        self._commit()
        return name

    def bytes(self, name: str) -> bytes:
        """Stored bytes. Raises KeyError."""
        row = self._database.execute("SELECT body FROM blob WHERE id = ?", (name,)).fetchone()
        if row is None:
            raise KeyError(name)
        return bytes(row[0])

    def clear(self) -> None:
        """Forget everything. Tables that somebody holds are empty afterwards."""
        for name in ("row", "counter", "blob"):
            self._database.execute(f"DELETE FROM {name}")  # noqa: S608 - three fixed names
        self._commit()
        for table in self._tables.values():
            table.forget()

    def close(self) -> None:
        self._database.close()
