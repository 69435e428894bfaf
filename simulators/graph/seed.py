"""Fills the mailboxes: the threads of `corpus`, and for everybody else a handful of mails from patterns."""

import base64
import random
import re
from datetime import datetime, timedelta
from hashlib import sha256
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from simulators.graph import corpus, everyday, files, shape
from simulators.graph.corpus import Written
from simulators.graph.mailbox import WITHOUT
from simulators.graph.wire import stamp
from simulators.simulation import Simulation
from simulators.store import Document
from simulators.world import BY_EMAIL, NOW, PEOPLE, Person

LOCAL = ZoneInfo("Europe/Copenhagen")
DAYS = "mandag tirsdag onsdag torsdag fredag lørdag søndag".split()
MONTHS = "januar februar marts april maj juni juli august september oktober november december".split()
LOGO = ("Digital Arbejdsplads", "Jura og Databeskyttelse")  # the departments whose signature shows a picture
LINE = "________________________________"
LINK = re.compile(r"https?://[^\s<]+")
UNREAD = timedelta(hours=20)  # mails younger than that have not been read


class Filler:
    """Puts written mails into mailboxes, with numbers and changes counted here so that seeding is quick."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.boxes: dict[int, list[Document]] = {}
        self.number = 0
        self.blobs: dict[str, tuple[str, int, str]] = {}
        self.known: dict[str, Document] = {}

    def deliver(self, mail: Written) -> None:
        """One copy for each colleague who got it, one in the sender's Sent Items."""
        seen = set()
        for _, email in (*mail.to, *mail.cc):
            one = BY_EMAIL.get(email)
            if one and one.id not in WITHOUT and one.number not in seen:
                seen.add(one.number)
                self.keep(mail, one, mail.folder)
        sender = BY_EMAIL.get(mail.sender[1])
        if sender and sender.id not in WITHOUT:
            self.keep(mail, sender, "sentitems")

    def keep(self, mail: Written, owner: Person, folder: str) -> None:
        self.number += 1
        self.boxes.setdefault(owner.number, []).append(self.document(mail, owner, folder))

    def document(self, mail: Written, owner: Person | None, folder: str) -> Document:
        """A message as `mailbox` keeps it. `owner`: whose copy it is, None for a mail inside a mail."""
        own = folder == "sentitems" or owner is None
        received = stamp(mail.at + timedelta(seconds=0 if own else 2 + (owner.number if owner else 0) % 5))
        thread = sha256(f"{owner.id if owner else ''} {mail.thread}".encode()).digest()
        return {
            "number": self.number,
            "moves": 0,
            "version": 1,
            "changed": self.number,
            "created": received,
            "modified": received,
            "received": received,
            "sent": stamp(mail.at),
            "folder": folder,
            "kind": mail.kind,
            **self.shared(mail),
            "read": own or mail.at < NOW - UNREAD,
            "draft": False,
            "categories": [],
            "flag": "notFlagged",
            "conversation": base64.b64encode(b"\x00\x01\x15" + thread[:20] + thread[:13]).decode(),
            "index": base64.b64encode(b"\x01\x01" + thread[:20] + bytes(5) * len(corpus.references(mail)) + bytes([mail.place])).decode(),
            "extended": {},
        }

    def shared(self, mail: Written) -> Document:
        """What is the same in every copy."""
        if mail.internet_id not in self.known:
            self.known[mail.internet_id] = {
                "subject": mail.subject,
                "text": text(mail),
                "html": html(mail),
                "from": list(mail.sender),
                "to": [list(row) for row in mail.to] if len(mail.to) < 50 else [["Alle medarbejdere", "alle@kk.example"]],
                "cc": [list(row) for row in mail.cc],
                "importance": mail.importance,
                "internet_id": mail.internet_id,
                "headers": headers(mail),
                "attachments": [*self.pictures(mail), *(self.attachment(mail, name) for name in mail.attach)],
            }
        return self.known[mail.internet_id]

    def pictures(self, mail: Written) -> list[dict[str, Any]]:
        """The logo that the signature shows."""
        if not has_logo(mail):
            return []
        return [{**self.file("logo.png", ["Koncern IT"]), "name": "image001.png", "inline": True, "content_id": "image001.png@01DC5C00"}]

    def attachment(self, mail: Written, name: str) -> dict[str, Any]:
        """One entry of a mail's `attach`."""
        kind, _, rest = name.partition(" ")
        common = {"inline": False, "content_id": "", "type": "", "size": 412}
        if kind == "mail" and rest.isdigit():
            inner = self.document(mail.earlier[int(rest) - 1], None, "")
            return {**common, "kind": "item", "name": inner["subject"], "item": inner, "size": len(inner["html"]) + 2048}
        if kind == "cloud":
            return {**common, "kind": "reference", "name": rest}
        return self.file(name, [mail.subject, *mail.text.splitlines()])

    def file(self, name: str, lines: list[str]) -> dict[str, Any]:
        """A file made for its name and lines, stored once."""
        key = f"{name} {lines[0]}"
        if key not in self.blobs:
            content, kind = files.made(name, lines)
            self.blobs[key] = (self.simulation.store.keep(content), len(content), kind)
        blob, size, kind = self.blobs[key]
        return {"kind": "file", "name": name, "type": kind, "size": size * 4 // 3 + 168, "blob": blob, "inline": False, "content_id": ""}

    def finish(self) -> None:
        """Write the boxes and the counters to the store."""
        for owner, rows in self.boxes.items():
            self.simulation.store.table("graph", f"message.{owner}").fill({str(row["number"]): row for row in rows})
        for name in ("graph.message", "graph.change"):
            self.simulation.store.count(name, first=self.number)


def seed(simulation: Simulation) -> None:
    """All mailboxes of the seeded world."""
    filler = Filler(simulation)
    for thread in corpus.threads():
        for mail in thread:
            filler.deliver(mail)
    chance = random.Random(20261123)  # noqa: S311 - a fixed world, nothing secret
    for one in PEOPLE[6:]:
        for mail in everyday.mails(one, chance):
            filler.deliver(mail)
    filler.finish()


def has_logo(mail: Written) -> bool:
    sender = BY_EMAIL.get(mail.sender[1])
    return sender is not None and sender.department in LOGO and mail.kind == "mail"


def headers(mail: Written) -> list[list[str]]:
    """The headers that Graph lists, with the thread's references."""
    host = mail.sender[1].partition("@")[2]
    rows = [["Received", f"from mail.{host} (192.0.2.10) by DB9PR08MB1234.eurprd08.prod.kk.example; {mail.at:%d %b %Y %H:%M:%S} +0000"]]
    before = corpus.references(mail)
    if before:
        rows += [["In-Reply-To", before[-1]], ["References", " ".join(before)]]
    return [*rows, ["Return-Path", mail.sender[1]], ["Content-Language", "da-DK"]]


def new_text(mail: Written) -> str:
    """What the sender wrote, with the signature."""
    sender = BY_EMAIL.get(mail.sender[1])
    return mail.text if sender is None or mail.kind != "mail" else f"{mail.text}\n\n{corpus.signature(sender)}"


def text(mail: Written) -> str:
    """The whole body as plain text, earlier mails quoted below."""
    before = corpus.answered(mail)
    if before is None:
        return new_text(mail)
    head = "\n".join(f"{name}: {value}" for name, value in quoted_head(before))
    return f"{new_text(mail)}\n\n{LINE}\n{head}\n\n{text(before)}"


def html(mail: Written) -> str:
    """The whole body as HTML; a signed mail has none."""
    if mail.kind == "signed":
        return ""
    logo = '<p><img src="cid:image001.png@01DC5C00" alt="Koncern IT" width="160" height="48"></p>' if has_logo(mail) else ""
    style = "<style>p{margin:0 0 8pt;font-family:Calibri,sans-serif;font-size:11pt}</style>"
    return f'<html><head><meta charset="utf-8">{style}</head><body>{paragraphs(new_text(mail))}{logo}{quote(mail)}</body></html>'


def quote(mail: Written) -> str:
    """The answered mail below a line, and those below it."""
    before = corpus.answered(mail)
    if before is None:
        return ""
    head = "<br>".join(f"<b>{name}:</b> {escape(value)}" for name, value in quoted_head(before))
    return f"{shape.QUOTED}<p>{head}</p>{paragraphs(new_text(before))}{quote(before)}"


def quoted_head(mail: Written) -> list[tuple[str, str]]:
    """The lines that Outlook puts above a quoted mail."""
    people = "; ".join(f"{name} <{email}>" for name, email in mail.to[:8])
    rows = [("Fra", f"{mail.sender[0]} <{mail.sender[1]}>"), ("Sendt", spelt(mail.at)), ("Til", people)]
    return [*rows, *([("Cc", "; ".join(name for name, _ in mail.cc))] if mail.cc else []), ("Emne", mail.subject)]


def spelt(moment: datetime) -> str:
    """23. november 2026 10:00, in Danish local time."""
    at = moment.astimezone(LOCAL)
    return f"{DAYS[at.weekday()]} den {at.day}. {MONTHS[at.month - 1]} {at.year} {at:%H:%M}"


def paragraphs(plain: str) -> str:
    """Plain text as HTML: a blank line ends a paragraph, addresses become links."""
    parts = (LINK.sub(r'<a href="\g<0>">\g<0></a>', escape(part, quote=False)) for part in re.split(r"\n{2,}", plain))
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in parts)
