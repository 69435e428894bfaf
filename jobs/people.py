"""Pseudonyms: run data and the chain know a person by a keyed hash. Who has the key can say which runs are somebody's, nobody else can."""

import functools
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from jobs.tables import ABOUT, RUN

MARK = "p:"  # what a pseudonym begins with; an Entra object id never does


class Pseudonyms:
    """Made with one key for all processes of a database; the database keeps only a fingerprint of it."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._made = functools.lru_cache(1000)(self._make)  # each step of a job names whose it is

    def of(self, person: str) -> str:
        """The pseudonym of a person's id; "" for nobody."""
        return self._made(person) if person else ""

    def _make(self, person: str) -> str:
        return f"{MARK}{hmac.new(self._key, person.encode(), hashlib.sha256).hexdigest()[:32]}"

    def settle(self, connection: Connection) -> None:
        """Take up what older releases wrote by the ids themselves. Raises ValueError where the database knows another key."""
        known = connection.execute(select(ABOUT.c.value).where(ABOUT.c.name == "person key")).scalar()
        if known is None:
            connection.execute(insert(ABOUT), {"name": "person key", "value": self.of("fingerprint")})
        elif known != self.of("fingerprint"):
            raise ValueError("PERSON_KEY is not the one that this job database was begun with")
        for person in connection.execute(select(RUN.c.person).where(RUN.c.person.not_like(f"{MARK}%")).distinct()).scalars().all():
            if person:
                connection.execute(update(RUN).where(RUN.c.person == person).values(person=self.of(person)))


def kept(path: Path) -> bytes:
    """The key in that file, made on the first call. Two processes that start at once get the same."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        fresh.touch(0o600)
        fresh.write_text(secrets.token_hex(32))
        try:
            os.link(fresh, path)  # whole, and only if it is not there
        except FileExistsError:
            pass  # another process was first, and its key is the one: it is read below
        finally:
            fresh.unlink()
    return path.read_text().encode()
