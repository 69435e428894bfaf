"""One turn at a time in a conversation: in order within a process, one by one across processes.

A lock ends with its process: the kernel (file) or the database (session) takes it back after kill -9.
"""

import asyncio
import fcntl
import hashlib
import heapq
import itertools
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

import psycopg
from typing_extensions import override

FIRST_POLL, LONGEST_POLL = 0.005, 0.1  # seconds between two tries while another process holds the lock

Order = tuple[datetime, str]


class Across(Protocol):
    """The lock that other processes see. Taken without waiting: the in-process queue does the waiting."""

    async def take(self, number: int) -> bool:
        """Whether the lock is ours now."""

    async def give(self, number: int) -> None:
        """Let it go."""

    async def close(self) -> None:
        """Let all go."""


class FileLocks(Across):
    """Byte-range locks in one file: byte N is conversation N's. One object for a process and file (POSIX locks belong to the process)."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @override
    async def take(self, number: int) -> bool:
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except BlockingIOError:
            return False
        return True

    @override
    async def give(self, number: int) -> None:
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, number)

    @override
    async def close(self) -> None:
        os.close(self._file)


class PostgresLocks(Across):
    """Advisory locks of one session. Should the session break, its locks are gone; the version of the row still stops a lost update."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.AsyncConnection | None = None
        self._lock = asyncio.Lock()

    @override
    async def take(self, number: int) -> bool:
        return await self._ask("SELECT pg_try_advisory_lock(%s)", number)

    @override
    async def give(self, number: int) -> None:
        await self._ask("SELECT pg_advisory_unlock(%s)", number)

    async def _ask(self, question: str, number: int) -> bool:
        async with self._lock:
            try:
                return await self._answer(question, number)
            except psycopg.OperationalError:  # the session broke: a new one
                await self.close()
                return await self._answer(question, number)

    async def _answer(self, question: str, number: int) -> bool:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=5)
        cursor = await self._connection.execute(question, (number,))
        row = await cursor.fetchone()
        return bool(row and row[0])

    @override
    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


@dataclass
class Line:
    """Those who wait for one conversation in this process, the earliest first."""

    waiting: list[tuple[Order, int, asyncio.Future[None]]] = field(default_factory=list)


class Locks:
    """`async with locks.hold(conversation, (at, id)): …`; who waits is taken by `at`, then by `id`."""

    def __init__(self, across: Across) -> None:
        self._across = across
        self._lines: dict[str, Line] = {}
        self._numbers = itertools.count()

    @asynccontextmanager
    async def hold(self, conversation: str, order: Order) -> AsyncIterator[None]:
        await self._enter(conversation, order)
        try:
            number = number_of(conversation)
            await self._take(number)
            try:
                yield
            finally:
                await self._across.give(number)
        finally:
            self._leave(conversation)

    async def _enter(self, conversation: str, order: Order) -> None:
        line = self._lines.get(conversation)
        if line is None:
            self._lines[conversation] = Line()
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(line.waiting, (order, next(self._numbers), mine))
        try:
            await mine
        except asyncio.CancelledError:
            if mine.done() and not mine.cancelled():
                self._leave(conversation)  # it was our turn already
            raise

    def _leave(self, conversation: str) -> None:
        line = self._lines[conversation]
        while line.waiting:
            _, _, following = heapq.heappop(line.waiting)
            if not following.done():
                following.set_result(None)
                return
        del self._lines[conversation]

    async def _take(self, number: int) -> None:
        poll = FIRST_POLL
        while not await self._across.take(number):
            await asyncio.sleep(poll)
            poll = min(LONGEST_POLL, poll * 2)

    async def close(self) -> None:
        await self._across.close()


def number_of(conversation: str) -> int:
    """A conversation's lock: 62 bits, so that it fits a file's offset and PostgreSQL's bigint."""
    return int.from_bytes(hashlib.blake2b(conversation.encode(), digest_size=8).digest(), "big") >> 2
