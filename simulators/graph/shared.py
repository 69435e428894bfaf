"""Mails in a few shared mailboxes: when each came, its categories and its folder, and no more: what T13 looks at. Nobody changes them."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from simulators.exchange.seed_lists import BOXES
from simulators.graph import odata
from simulators.graph.corpus import FILED_MESSAGE_ID
from simulators.graph.ids import Name
from simulators.graph.mailbox import FOLDERS
from simulators.graph.paging import page
from simulators.graph.wire import Answer, Call, Refusal
from simulators.planted import Plan, Plant
from simulators.world import DOMAIN, NOW

ADDRESSES = frozenset(f"{box.alias}@{DOMAIN}" for box in BOXES)
BUSY = tuple(f"{alias}@{DOMAIN}" for alias in ("kontor-borgerservice", "databeskyttelse", "aktindsigt"))
FILED = "Journaliseret"
FIELDS = frozenset("id internetMessageId receivedDateTime categories parentFolderId isDraft".split())
WITHOUT_CASE = ("Nyhedsbrev", "Praktisk", "Spam")


@dataclass(frozen=True)
class Mail:
    """One mail of a mailbox."""

    box: str
    number: int
    internet_id: str
    received: datetime
    categories: tuple[str, ...]
    folder: str = "inbox"

    def row(self) -> dict[str, Any]:
        return {
            "id": Name("message", self.number).text(self.box),
            "internetMessageId": self.internet_id,
            "receivedDateTime": f"{self.received:%Y-%m-%dT%H:%M:%SZ}",
            "categories": list(self.categories),
            "parentFolderId": folder_id(self.box, self.folder),
            "isDraft": False,
        }


def folder_id(box: str, folder: str) -> str:
    return Name("folder", FOLDERS[folder][0]).text(box)


@cache
def mails(seed: int) -> tuple[dict[str, list[Mail]], tuple[Plant, ...]]:
    """The mails of each mailbox of a world, and what is planted among them."""
    chance, plan = random.Random(f"{seed} shared"), Plan()  # noqa: S311 - a fixed world, nothing secret
    found: dict[str, list[Mail]] = {box: [] for box in BUSY}

    def add(box: str, days: int, *categories: str, internet_id: str = "", folder: str = "inbox") -> Mail:
        at = datetime(NOW.year, NOW.month, NOW.day, chance.randint(6, 20), chance.randint(0, 59), tzinfo=UTC) - timedelta(days=days)
        name = internet_id or f"<{seed}.{chance.getrandbits(48):012x}@mail.example>"
        found[box].append(Mail(box, len(found[box]) + 1, name, at, categories, folder))
        return found[box][-1]

    for box in BUSY:
        for _ in range(40):
            add(box, chance.randint(12, 230), FILED, *chance.choice(((), ("Gul kategori",))))
        for _ in range(3):
            late = add(box, chance.randint(20, 220), *chance.choice(((), ("Gul kategori",))))
            plan.finding("T13", box, late.internet_id, day=late.received.date(), why="ikke journaliseret")
        for category in WITHOUT_CASE:
            other = add(box, chance.randint(20, 220), category)
            plan.alike("T13", box, other.internet_id, day=other.received.date(), why="hører ikke til en sag")
        new = add(box, chance.randint(1, 3))
        plan.alike("T13", box, new.internet_id, day=new.received.date(), why="fristen er ikke gået")
        gone = add(box, chance.randint(20, 220), folder="deleteditems")
        plan.alike("T13", box, gone.internet_id, day=gone.received.date(), why="slettet")
    filed = add(BUSY[0], 11, internet_id=FILED_MESSAGE_ID)  # it came on that day to Birthe too
    plan.alike("T13", filed.box, filed.internet_id, day=filed.received.date(), why="ligger i eDoc, men mærket er væk")
    return found, tuple(plan.plants)


def answer(call: Call, box: str, rest: list[str]) -> Answer:
    """GET …/messages and …/mailFolders/{name} of a shared mailbox."""
    if call.method != "GET":
        raise Refusal(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    match rest:
        case ["messages"]:
            return listed(call, box)
        case ["mailFolders", name] if name.lower() in FOLDERS:
            return Answer({"id": folder_id(box, name.lower()), "displayName": FOLDERS[name.lower()][1]})
        case _:
            raise Refusal(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def listed(call: Call, box: str) -> Answer:
    """The mails, the newest first, by $filter and $select."""
    names = odata.read_select(call.query.get("$select"), FIELDS, "microsoft.graph.message") or sorted(FIELDS)
    some = sorted(mails(call.seed)[0].get(box, []), key=lambda one: one.received, reverse=True)
    if "$filter" in call.query:
        clause = odata.read_filter(call.query["$filter"])
        if any(test.path != "receivedDateTime" for test in odata.comparisons(clause)):
            raise Refusal(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
        odata.check(clause, {"receivedDateTime": datetime})
        some = [one for one in some if odata.holds(clause, {"receivedDateTime": one.received}.get)]
    rows = [{name: row[name] for name in {"id": 0, **dict.fromkeys(names)}} for row in (one.row() for one in some)]
    return page(call, rows, f"{call.base}/$metadata#users('{box}')/messages", 10, 1000)


def plants(seed: int) -> tuple[Plant, ...]:
    """What is planted here."""
    return mails(seed)[1]
