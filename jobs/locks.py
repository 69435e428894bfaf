"""How one process knows that another lives: each holds a lock as long as it does, and the system frees it when it dies.

SQLite: a locked file beside the database, on a local disk. PostgreSQL: an advisory lock of a session, which no proxy may share.
"""

import asyncio
import fcntl
import hashlib
import os
import time
from pathlib import Path
from typing import Protocol

import psycopg
from typing_extensions import override

from jobs.database import ALIVE


class Lock(Protocol):
    """The lock of this process, and a look at the others'."""

    async def take(self) -> None:
        """Take it. Before anything is done in its name."""

    async def check(self) -> bool:
        """Give a sign of life; False if the lock had been lost, whether or not it could be taken again."""

    async def silence(self, executor: str) -> float | None:
        """None: that process is gone. Else the seconds since its last sign of life."""

    async def tidy(self, needed: set[str]) -> None:
        """Remove what the dead left, but for those whose work is not taken over yet."""

    async def release(self) -> None:
        """Let go; the last thing a process does."""


class FileLock(Lock):
    """The kernel frees a file's lock at kill -9. A stopped process (SIGSTOP) keeps it, and so its work."""

    def __init__(self, folder: Path, executor: str) -> None:
        self._path = folder / executor
        self._file = -1

    @override
    async def take(self) -> None:
        await asyncio.to_thread(self._take)

    @override
    async def check(self) -> bool:
        return await asyncio.to_thread(self._check)

    @override
    async def silence(self, executor: str) -> float | None:
        return await asyncio.to_thread(self._silence, self._path.with_name(executor))

    @override
    async def tidy(self, needed: set[str]) -> None:
        await asyncio.to_thread(self._tidy, needed | {self._path.name, ".setup"})

    @override
    async def release(self) -> None:
        if self._file >= 0:
            self._path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = -1

    def _take(self) -> None:
        while True:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX)  # another process holds it for no longer than a look takes
            if _is(file, self._path):  # not removed by another's tidying between the two lines above
                self._file = file
                return
            os.close(file)

    def _check(self) -> bool:
        if _is(self._file, self._path):
            os.utime(self._file)
            return True
        os.close(self._file)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._take()
        return False

    @staticmethod
    def _silence(path: Path, remove: bool = False) -> float | None:
        try:
            file = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return None
        try:
            # Looks share the lock, so that they never take each other for the owner.
            fcntl.flock(file, (fcntl.LOCK_EX if remove else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            if remove:
                path.unlink(missing_ok=True)  # while locked: an owner just starting then sees that its file is gone
        except BlockingIOError:
            return time.time() - os.fstat(file).st_mtime
        else:
            return None
        finally:
            os.close(file)

    def _tidy(self, needed: set[str]) -> None:
        for path in self._path.parent.iterdir():
            if path.name not in needed:
                self._silence(path, remove=True)


def _is(file: int, path: Path) -> bool:
    """Whether an open file is still the one at that path."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


class AdvisoryLock(Lock):
    """Held by a connection of its own. A restart of the server frees all of them at once: hence `check`."""

    def __init__(self, url: str, executor: str) -> None:
        self._url = url
        self._executor = executor
        self._connection: psycopg.AsyncConnection | None = None

    @override
    async def take(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, **ALIVE)  # type: ignore[arg-type]  # as in database.py
        self._connection = connection
        found = await connection.execute("SELECT pg_try_advisory_lock(%s)", [_number(self._executor)])
        if (await found.fetchone()) != (True,):  # the server has not yet noticed that our last connection is gone
            await self.release()
            raise psycopg.OperationalError("our lock is still held by a connection that was lost")

    @override
    async def check(self) -> bool:
        try:
            async with asyncio.timeout(5):
                if self._connection is None:
                    raise psycopg.OperationalError("no connection")
                await self._connection.execute("SELECT 1")
        except (psycopg.Error, TimeoutError):
            await self.release()
            await self.take()
            return False
        return True

    @override
    async def silence(self, executor: str) -> float | None:
        if self._connection is None:
            raise psycopg.OperationalError("no connection")
        number = _number(executor)
        found = await self._connection.execute(LOOK, {"number": number, "high": number >> 32 & 0xFFFFFFFF, "low": number & 0xFFFFFFFF})
        row = await found.fetchone()
        return row[0] if row else None

    @override
    async def tidy(self, needed: set[str]) -> None:
        """Nothing is left behind by a connection."""

    @override
    async def release(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


# A look at the holder, without taking the lock; each of its SELECT 1 renews state_change.
LOOK = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - a.state_change), 0)::float
FROM   pg_locks AS l LEFT JOIN pg_stat_activity AS a USING (pid)
WHERE  l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid::bigint = %(high)s AND l.objid::bigint = %(low)s
  AND  l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def _number(executor: str) -> int:
    """The lock's number: 64 bits, signed, from the executor's id."""
    return int.from_bytes(hashlib.sha256(f"kollega.executor.{executor}".encode()).digest()[:8], "big", signed=True)
