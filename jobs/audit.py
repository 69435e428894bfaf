"""The chain of proof: entries that each hold the hash of the one before, so that no later change stays unseen.

An entry is {"seq", "at", "kind", "body", "prev"}; its hash is the SHA-256 of that as canonical JSON (keys sorted, no blanks, UTF-8,
strings in NFC, times as UTC text, no fractions), in hex. The chain holds ids, pseudonyms and hashes. What people wrote, and who they
are, stands in `audit_detail` beside it: its hash is in the chain and is made with a salt of its own, so that once the row is erased
nothing can be guessed from the hash.
"""

import hashlib
import secrets
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import orjson
from pydantic import BaseModel
from sqlalchemy import Connection, Executable, insert, select, text

from jobs.logs import clean
from jobs.tables import AUDIT, DETAIL

FIRST = "0" * 64  # what the first entry holds in place of a predecessor's hash
NEWEST = select(AUDIT.c.seq, AUDIT.c.hash).order_by(AUDIT.c.seq.desc()).limit(1)
NEW, NEW_DETAIL = insert(AUDIT), insert(DETAIL)
LOCK = "SELECT pg_advisory_xact_lock(hashtext('kollega.jobs.audit'))"


def canonical(value: Any) -> bytes:
    """The one way to write a JSON value. Raises TypeError for a fraction and for what is no JSON."""
    return orjson.dumps(normal(value), option=orjson.OPT_SORT_KEYS)


def normal(value: Any) -> Any:
    """The value with its strings in NFC. Raises TypeError as above."""
    if isinstance(value, str):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, Mapping):
        return {normal(key): normal(one) for key, one in value.items()}
    if isinstance(value, list):
        return [normal(one) for one in value]
    raise TypeError(f"no {type(value).__name__} in an entry of the chain")


def sha256(data: bytes) -> str:
    """In hex."""
    return hashlib.sha256(data).hexdigest()


def hash_of(seq: int, at: str, kind: str, body: str, prev: str) -> str:
    """The hash of an entry; its parts are stored texts, already normal."""
    return sha256(orjson.dumps({"at": at, "body": body, "kind": kind, "prev": prev, "seq": seq}))  # in the order of the keys


def plain(value: Any) -> Any:
    """Anything as an entry can hold it: files by their hash, CPR numbers and tokens masked, what is no data by its type's name."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return clean(value.encode(errors="replace").decode())
    if isinstance(value, bytes):
        return {"sha256": sha256(value), "bytes": len(value)}
    if isinstance(value, datetime):
        return stamp(value) if value.tzinfo else value.isoformat()
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, BaseModel):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, Mapping):
        return {clean(str(key)): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in (sorted(value, key=str) if isinstance(value, set | frozenset) else value)]
    return str(value) if isinstance(value, float) or hasattr(value, "isoformat") else type(value).__name__


def stamp(moment: datetime) -> str:
    """A time as entries hold it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class Ledger:
    """The end of the chain, for one transaction: taken under the writer's lock when it is first needed, written out by `flush`.

    alone: one write has the transaction to itself, because together with others it failed.
    """

    def __init__(self, connection: Connection, *, alone: bool = False) -> None:
        self.alone = alone
        self._connection = connection
        self._later: dict[Executable, list[dict[str, Any]]] = {}
        self._last: tuple[int, str] | None = None
        self._entries: list[dict[str, Any]] = []
        self._details: list[dict[str, Any]] = []

    def append(self, at: datetime, kind: str, body: Mapping[str, Any], run: str = "", detail: Mapping[str, Any] | None = None) -> int:
        """One entry more; its number. detail: JSON that may be erased; the body gets the hash of all of it and of each part."""
        seq, prev = self._end()
        if detail is not None:
            salt = secrets.token_hex(16)
            written = canonical({**detail, "salt": salt})
            self._details.append({"seq": seq, "run_id": run, "detail": written.decode()})
            parts = {name: sha256(canonical([salt, part])) for name, part in detail.items()}
            body = {**body, "detail": sha256(written), "parts": parts}
        entry = {"seq": seq, "at": stamp(at), "kind": kind, "body": canonical(body).decode(), "prev": prev}
        entry["hash"] = hash_of(**entry)  # type: ignore[arg-type]  # the names are its parameters
        self._entries.append(entry)
        self._last = (seq, str(entry["hash"]))
        return seq

    @property
    def next(self) -> int:
        """The number that the next entry will have."""
        return self._end()[0]

    def later(self, statement: Executable, values: dict[str, Any]) -> None:
        """Have it executed at the end of the transaction, in one call with the others of its kind: most of a call's time is its own."""
        self._later.setdefault(statement, []).append(values)

    def flush(self) -> None:
        """Write the new entries."""
        for statement, rows in (*self._later.items(), (NEW, self._entries), (NEW_DETAIL, self._details)):
            if rows:
                self._connection.execute(statement, rows)

    def _end(self) -> tuple[int, str]:
        """Number and predecessor of the next entry."""
        if self._last is None:
            if self._connection.dialect.name == "postgresql":
                self._connection.execute(text(LOCK))
            row = self._connection.execute(NEWEST).first()
            self._last = (row.seq, row.hash) if row else (0, FIRST)
        return self._last[0] + 1, self._last[1]
