"""One person's mailbox: folders, messages, moves, and the record of changes that delta is read from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from simulators.graph import ids
from simulators.graph.ids import Name
from simulators.graph.wire import Refusal, clock, stamp
from simulators.simulation import Simulation
from simulators.store import Document, Table
from simulators.world import BY_EMAIL, BY_ID, PEOPLE, Person

FOLDERS = {  # the well-known names, with their number and what Outlook calls them in Danish
    "inbox": (1, "Indbakke"),
    "sentitems": (2, "Sendt post"),
    "drafts": (3, "Kladder"),
    "deleteditems": (4, "Slettet post"),
    "archive": (5, "Arkiv"),
    "junkemail": (6, "Uønsket mail"),
    "outbox": (7, "Udbakke"),
}
ROOT = "msgfolderroot"
WITHOUT = frozenset({PEOPLE[-1].id, PEOPLE[-2].id})  # people of the directory who have no mailbox in the cloud


@dataclass(frozen=True)
class Folder:
    """A mail folder. `key`: its well-known name, or the name it was made with."""

    key: str
    number: int
    title: str


class Mailbox:
    """The mailbox of one person over the store's tables. Messages are documents by number; see `seed.message` for their keys."""

    def __init__(self, simulation: Simulation, owner: Person) -> None:
        self.simulation = simulation
        self.owner = owner

    def table(self, kind: str) -> Table:
        return self.simulation.store.table("graph", f"{kind}.{self.owner.number}")

    @property
    def messages(self) -> Table:
        return self.table("message")

    def next_change(self) -> int:
        """The next number in the order of changes of all mailboxes."""
        return self.simulation.store.count("graph.change")

    def folders(self) -> list[Folder]:
        made = [Folder(key, one["number"], one["title"]) for key, one in self.table("folder").items()]
        return [Folder(key, number, title) for key, (number, title) in FOLDERS.items()] + made

    def folder(self, text: str) -> Folder:
        """The folder with that id or well-known name. Refuses 400 or 404."""
        known = {one.key: one for one in self.folders()}
        if text.lower() in FOLDERS:
            return known[text.lower()]
        if text.lower() == ROOT or text == self.folder_id(ROOT):
            return Folder(ROOT, 0, "Top of Information Store")
        name = ids.read(text, self.owner.id, "folder")
        found = next((one for one in known.values() if one.number == name.number), None)
        if found is None:
            raise missing()
        return found

    def folder_id(self, key: str) -> str:
        """The id of a folder: ids of folders have one kind only."""
        number = next((one.number for one in self.folders() if one.key == key), 0)
        return Name("folder", number).text(self.owner.id)

    def in_folder(self, key: str | None) -> Iterator[Document]:
        """The messages of one folder, or of all for None."""
        return (one for one in self.messages.values() if key is None or one["folder"] == key)

    def message(self, text: str) -> Document:
        """The message with that id, of either kind. Refuses malformed ids (400), unknown ones and those from before a move (404)."""
        name = ids.read(text, self.owner.id, "message")
        found = self.messages.get(str(name.number))
        if found is None or not (name.immutable or name.moves == found["moves"]):
            raise missing()
        return found

    def message_id(self, one: Document, immutable: bool) -> str:
        return Name("message", one["number"], one["moves"], immutable=immutable).text(self.owner.id)

    def put(self, one: Document) -> Document:
        """Keep a changed message: a new version, a new place in the order of changes."""
        changed = {**one, "version": one["version"] + 1, "changed": self.next_change(), "modified": stamp(clock(self.simulation))}
        self.messages[str(one["number"])] = changed
        return changed

    def add(self, one: Document) -> Document:
        """Keep a new message, which gets its number."""
        number = self.simulation.store.count("graph.message")
        return self.put({**one, "number": number, "moves": 0, "version": 0})

    def leave(self, one: Document) -> None:
        """Note, for delta, that a message is no longer in its folder."""
        change = self.next_change()
        self.table("gone")[str(change)] = {
            "folder": one["folder"],
            "changed": change,
            "id": self.message_id(one, immutable=False),
            "immutable": self.message_id(one, immutable=True),
        }

    def move(self, one: Document, folder: str) -> Document:
        """Put a message into another folder: its id changes, its immutable id does not."""
        self.leave(one)
        return self.put({**one, "folder": folder, "moves": one["moves"] + 1})

    def delete(self, one: Document) -> None:
        """Delete a message: into Deleted Items, and from there for good."""
        if one["folder"] == "deleteditems":
            self.leave(one)
            del self.messages[str(one["number"])]
        else:
            self.move(one, "deleteditems")


def missing() -> Refusal:
    """An item that is not there."""
    return Refusal(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def owner(text: str) -> Person:
    """Whose mailbox an id or address names. Refuses 404: nobody, or somebody without a mailbox in the cloud."""
    found = BY_ID.get(text.lower()) or BY_EMAIL.get(text.lower())
    if found is None:
        raise Refusal(404, "ErrorInvalidUser", f"The requested user '{text[:80]}' is invalid.")
    if found.id in WITHOUT:
        raise Refusal(404, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive, soft-deleted, or is hosted on-premise.")
    return found


def address(name: str, email: str) -> dict[str, Any]:
    """A recipient as Graph writes it."""
    return {"emailAddress": {"name": name, "address": email}}
