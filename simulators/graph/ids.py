"""The long opaque ids of Outlook items: 152 characters that may hold `/`, `+` and `=`, and that change when an item is moved.

An id carries what it stands for (kind, number, moves) behind a digest of the mailbox, so nothing needs to be kept to resolve it.
"""

import base64
import hashlib
from dataclasses import dataclass

from simulators.graph.wire import Refusal

PREFIX = b"\x00\x03\x24"  # reads AAMk
IMMUTABLE_PREFIX = b"\x00\x09\x00"  # reads AAkA
LENGTH = 113  # bytes: 152 characters with one = at the end
KINDS = ("folder", "message", "attachment")


@dataclass(frozen=True)
class Name:
    """What an id stands for. `part`: the attachment's place in its message. `moves`: how often the item was moved when the id was given."""

    kind: str
    number: int
    moves: int = 0
    part: int = 0
    immutable: bool = False

    def text(self, mailbox: str) -> str:
        """The id in that mailbox."""
        moves = 0 if self.immutable else self.moves
        head = IMMUTABLE_PREFIX if self.immutable else PREFIX
        head += bytes([KINDS.index(self.kind), self.part]) + moves.to_bytes(3, "big") + self.number.to_bytes(6, "big")
        digest = hashlib.shake_256(mailbox.encode() + head).digest(LENGTH - len(head))
        return base64.b64encode(head + digest).decode()


def read(text: str, mailbox: str, kind: str) -> Name:
    """What an id stands for. Refuses malformed ids (400) and ids of another mailbox or kind (404)."""
    malformed = Refusal(400, "ErrorInvalidIdMalformed", "Id is malformed.")
    try:
        body = base64.b64decode(text.encode("ascii"), altchars=None, validate=True)
    except ValueError as error:
        raise malformed from error
    if len(body) != LENGTH or body[:3] not in {PREFIX, IMMUTABLE_PREFIX} or body[3] >= len(KINDS):
        raise malformed
    moves, number = int.from_bytes(body[5:8], "big"), int.from_bytes(body[8:14], "big")
    found = Name(KINDS[body[3]], number, moves, body[4], body[:3] == IMMUTABLE_PREFIX)
    if found.kind != kind or found.text(mailbox) != text:
        raise Refusal(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    return found


def change_key(number: int, version: int) -> str:
    """The change key of one version of an item; its etag is `W/"<key>"`."""
    body = b"\x09\x00\x00\x00\x16\x00\x00\x00" + hashlib.shake_128(f"{number} {version}".encode()).digest(22)
    return base64.b64encode(body).decode()
