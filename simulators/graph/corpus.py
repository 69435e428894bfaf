"""The seeded mails: threads written down in `threads/*.txt`, one file a thread, the mails separated by `---`.

A mail is a head of `key: value` lines, a blank line, and the text. Keys: from, to, cc (colleagues by `first.last` or a login, others as
`Name <address>`; `named` are the six, `alle` is everybody), at (UTC), subject, attach (file names; `mail N` for the N-th mail of the thread,
`cloud NAME` for a reference), kind (newsletter, meeting, signed), answers (the N-th mail; by default the one before), folder, importance.
SV: and VS: quote the answered mail; colleagues' mails get their signature.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from simulators.world import BY_EMAIL, DOMAIN, PEOPLE, Person

HERE = Path(__file__).parent / "threads"
KEYS = frozenset("from to cc at subject attach kind answers folder importance".split())
OTHER = re.compile(r"(?P<name>[^<]*?)\s*<(?P<email>[^>]+)>")


@dataclass(frozen=True)
class Written:
    """One mail as it was written. `thread` and `place` (from 1) name it; `answers` is the place of the one it answers, 0 for none."""

    thread: str
    place: int
    sender: tuple[str, str]
    to: tuple[tuple[str, str], ...]
    cc: tuple[tuple[str, str], ...]
    at: datetime
    subject: str
    text: str
    attach: tuple[str, ...] = ()
    kind: str = "mail"
    answers: int = 0
    folder: str = "inbox"
    importance: str = "normal"
    earlier: tuple["Written", ...] = field(default=(), repr=False)

    @property
    def internet_id(self) -> str:
        return internet_message_id(self.thread, self.place)

    @property
    def internal(self) -> bool:
        return self.sender[1] in BY_EMAIL


def internet_message_id(thread: str, place: int) -> str:
    """The internet message id of a seeded mail: the same in every mailbox that has it."""
    digest = sha256(f"{thread}/{place}".encode()).hexdigest().upper()
    return f"<DB9PR08MB{digest[:28]}@DB9PR08MB{int(digest[28:32], 16) % 9000 + 1000}.eurprd08.prod.{DOMAIN}>"


FILED_MESSAGE_ID = internet_message_id("driftsmoede", 1)  # a mail in Birthe's inbox that is filed in eDoc already
HALF_FILED = ("flytning", 2)  # a thread whose first mails are filed in eDoc, and how many of them


@cache
def threads() -> tuple[tuple[Written, ...], ...]:
    """Every thread, in the order of the files' names."""
    return tuple(tuple(read(path.stem, path.read_text(encoding="utf-8"))) for path in sorted(HERE.glob("*.txt")))


def read(thread: str, text: str) -> Iterator[Written]:
    """The mails of one file. Raises ValueError for a head that is not understood."""
    earlier: list[Written] = []
    for place, part in enumerate(re.split(r"^---\n", text, flags=re.MULTILINE), 1):
        head, _, body = part.strip().partition("\n\n")
        rows = dict(line.split(": ", 1) for line in head.splitlines())
        if unknown := set(rows) - KEYS:
            raise ValueError(f"{thread}: {unknown}")
        answering = re.match(r"(SV|VS):", rows["subject"])
        mail = Written(
            thread,
            place,
            sender=addresses(rows["from"])[0],
            to=addresses(rows["to"]),
            cc=addresses(rows.get("cc", "")),
            at=datetime.fromisoformat(rows["at"]).replace(tzinfo=UTC),
            subject=rows["subject"],
            text=body.strip(),
            attach=tuple(name.strip() for name in rows.get("attach", "").split(",") if name.strip()),
            kind=rows.get("kind", "mail"),
            answers=int(rows.get("answers", place - 1)) if answering else 0,
            folder=rows.get("folder", "inbox"),
            importance=rows.get("importance", "normal"),
            earlier=tuple(earlier),
        )
        earlier.append(mail)
        yield mail


def addresses(text: str) -> tuple[tuple[str, str], ...]:
    """Name and address of each recipient. Raises KeyError for a colleague who is not there."""
    found: list[tuple[str, str]] = []
    for part in (each.strip() for each in text.split(",") if each.strip()):
        other = OTHER.fullmatch(part)
        if other:
            found.append((other["name"], other["email"]))
        elif part in {"named", "alle"}:
            found += [(one.name, one.email) for one in (PEOPLE if part == "alle" else PEOPLE[:6])]
        else:
            one = BY_EMAIL[f"{part}@{DOMAIN}"]
            found.append((one.name, one.email))
    return tuple(found)


def answered(mail: Written) -> Written | None:
    """The mail that one answers or passes on."""
    return mail.earlier[mail.answers - 1] if mail.answers else None


def references(mail: Written) -> list[str]:
    """The ids of the mails before it, oldest first."""
    before = answered(mail)
    return [*references(before), before.internet_id] if before else []


def signature(one: Person) -> str:
    """What stands under a colleague's mails."""
    return f"Med venlig hilsen\n\n{one.name}\n{one.title}\n{one.department}\n{one.office}, {one.floor}\n\nTelefon 3366 {one.phone}\n{one.email}"
