"""Is the chain what was written? A pass over all entries; and, where one does not fit, a second look that says what was done to which.

Each entry's hash covers its own number, so that an entry that was moved still tells where it belongs: by that number, entries are put
beside the row of numbers that there should be, and what is missing, new, or out of order stands out.
"""

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from jobs.anchors import Anchor
from jobs.audit import FIRST, hash_of, sha256
from jobs.tables import AUDIT, DETAIL, EVENT

NEAR = 8  # places around its own where an entry's number is looked for, when there are too many to try all
TRIES = 2000
ENTRY = (AUDIT.c.seq, AUDIT.c.at, AUDIT.c.kind, AUDIT.c.body, AUDIT.c.prev, AUDIT.c.hash)


@dataclass(frozen=True, order=True)
class Fault:
    """kind: changed, removed, inserted, reordered, cut off. what: the entry, or its detail."""

    seq: int
    kind: str
    what: str = "entry"


@dataclass(frozen=True)
class Verdict:
    """rows: entries looked at. last: the hash of the last of them. faults: by their number."""

    rows: int
    last: str
    faults: list[Fault]


@dataclass
class Entry:
    """A stored entry. really: the number that its hash was made with, None where no number fits."""

    seq: int
    prev: str
    hash: str
    parts: tuple[str, str, str]
    really: int | None = None

    def is_really(self, seq: int) -> bool:
        return hash_of(seq, *self.parts, self.prev) == self.hash


def verify(connection: Connection, anchors: Sequence[Anchor] = (), start: int = 1) -> Verdict:
    """Look at every entry from `start` on, at the details beside them, and at what anchors and run data say of the chain's end."""
    faults, erased, bare = set[Fault](), set[int](), list[int]()
    marks = {anchor.seq: anchor.hash for anchor in anchors}
    expected, prev, rows, sure = start, FIRST if start == 1 else "", 0, True
    for seq, at, kind, body, before, digest, detail in _all(connection, start):
        rows += 1
        sure = sure and seq == expected and before == (prev or before) and hash_of(seq, at, kind, body, before) == digest
        if kind == "erased":
            erased.update(_details(body))
        if detail is not None and sha256(detail.encode(errors="replace")) not in body:
            faults.add(Fault(seq, "changed", "detail"))
        elif detail is None and '"detail":"' in body:
            bare.append(seq)
        if marks.get(seq, digest) != digest:
            faults.add(Fault(seq, "changed", "anchored entry: it or one before it"))
        expected, prev = seq + 1, digest
    faults.update(Fault(seq, "removed", "detail") for seq in bare if seq not in erased)
    faults.update(Fault(seq, "inserted", "detail") for seq in _strays(connection, start))
    proved = connection.execute(select(func.max(EVENT.c.seq))).scalar() or 0
    if max([proved, *marks]) >= expected:
        faults.add(Fault(expected, "cut off", f"entries up to {max([proved, *marks])}"))
    if not sure:
        faults.update(explained(list(_entries(connection, start)), start))
    return Verdict(rows, prev or FIRST, sorted(faults))


def _all(connection: Connection, start: int) -> Iterable[Any]:
    """Entries with their details, in order."""
    both = AUDIT.outerjoin(DETAIL, DETAIL.c.seq == AUDIT.c.seq)
    rows = select(*ENTRY, DETAIL.c.detail).select_from(both).where(AUDIT.c.seq >= start).order_by(AUDIT.c.seq)
    return connection.execute(rows, execution_options={"stream_results": True, "yield_per": 1000})


def _details(body: str) -> list[int]:
    """The details whose erasure an entry tells of."""
    try:
        return [int(seq) for seq in json.loads(body)["details"]]
    except (ValueError, KeyError, TypeError):
        return []  # such an entry was changed, and is found by its hash


def _strays(connection: Connection, start: int) -> Iterable[int]:
    none = select(AUDIT.c.seq).where(AUDIT.c.seq == DETAIL.c.seq).exists()
    return connection.execute(select(DETAIL.c.seq).where(~none, DETAIL.c.seq >= start)).scalars().all()


def _entries(connection: Connection, start: int) -> Iterator[Entry]:
    for seq, at, kind, body, prev, digest in connection.execute(select(*ENTRY).where(AUDIT.c.seq >= start).order_by(AUDIT.c.seq)):
        yield Entry(seq, prev, digest, (at, kind, body))


def explained(entries: list[Entry], start: int) -> set[Fault]:
    """What was done to a chain that does not fit."""
    _recognise(entries, start)
    kept, faults = _in_order(entries)
    faults |= _against_the_numbers(entries, kept, start)
    return faults | _links(entries, start)


def _recognise(entries: list[Entry], start: int) -> None:
    """Find the number that each entry was made with."""
    odd = [entry for entry in entries if not entry.is_really(entry.seq)]
    there = {entry.seq for entry in entries}
    gaps = [seq for seq in range(start, max(there, default=start) + 2) if seq not in there]
    candidates = [*(entry.seq for entry in odd), *gaps]
    shift = 0
    for entry in entries:
        entry.really = entry.seq
    for entry in odd:
        near = range(max(start, entry.seq - NEAR), entry.seq + NEAR + 1)
        tried = [entry.seq + shift, *(candidates if len(odd) * len(candidates) < TRIES * TRIES else near)]
        entry.really = next((seq for seq in tried if entry.is_really(seq)), None)
        shift = entry.really - entry.seq if entry.really is not None else shift


def _in_order(entries: list[Entry]) -> tuple[list[Entry], set[Fault]]:
    """The entries that stand in order, unknown ones among them; and those that do not, or that are there twice."""
    faults, seen, known = set[Fault](), set[int](), list[Entry]()
    for entry in entries:
        if entry.really in seen:
            faults.add(Fault(entry.seq, "inserted"))
        elif entry.really is not None:
            known.append(entry)
            seen.add(entry.really)
    rising = _longest_rising([entry.really or 0 for entry in known])
    moved = {known[place].seq for place in range(len(known)) if place not in rising}
    faults.update(Fault(seq, "reordered") for seq in moved)
    out = moved | {fault.seq for fault in faults}
    return [entry for entry in entries if entry.seq not in out], faults


def _longest_rising(numbers: list[int]) -> set[int]:
    """The places of a longest rising subsequence."""
    ends: list[int] = []  # the least number that ends a rising sequence of that length
    places: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers):
        length = bisect_left(ends, number)
        before.append(places[length - 1] if length else -1)
        if length == len(ends):
            ends.append(number)
            places.append(place)
        else:
            ends[length], places[length] = number, place
    found, place = set[int](), places[-1] if places else -1
    while place >= 0:
        found.add(place)
        place = before[place]
    return found


def _against_the_numbers(entries: list[Entry], kept: list[Entry], start: int) -> set[Fault]:
    """Numbers that nobody has are removed, or changed where an unknown entry stands in their place; further unknown ones are inserted."""
    faults, owned = set[Fault](), {entry.really for entry in entries}
    expected, unknown = start, list[Entry]()
    for entry in [*kept, None]:
        if entry is not None and entry.really is None:
            unknown.append(entry)
            continue
        until = entry.really if entry is not None and entry.really is not None else expected + len(unknown)
        missing = [seq for seq in range(expected, until) if seq not in owned]
        for stranger in unknown:
            if missing:
                place = stranger.seq if stranger.seq in missing else missing[0]
                missing.remove(place)
                faults.add(Fault(place, "changed"))
            else:
                faults.add(Fault(stranger.seq, "inserted"))
        faults.update(Fault(seq, "removed") for seq in missing)
        expected, unknown = until + 1, []
    return faults


def _links(entries: list[Entry], start: int) -> set[Fault]:
    """An entry that was changed with a new hash fits itself, but not the one after it, which holds the old."""
    by_number = {entry.really: entry for entry in entries if entry.really is not None}
    faults = set[Fault]()
    for number, entry in by_number.items():
        before = by_number.get((number or 0) - 1)
        if before is not None and before.hash != entry.prev:
            faults.add(Fault(number - 1 if number else 0, "changed"))
    first = by_number.get(1)
    if start == 1 and first is not None and first.prev != FIRST:
        faults.add(Fault(1, "changed"))
    return faults
