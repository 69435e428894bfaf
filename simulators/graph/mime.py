"""A stored message as RFC 5322 bytes: what `/$value` gives. The same message gives the same bytes each time."""

import re
from datetime import datetime
from email import encoders, policy
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr
from typing import Any
from zoneinfo import ZoneInfo

from simulators.simulation import Simulation
from simulators.store import Document

LOCAL = ZoneInfo("Europe/Copenhagen")


def rendered(simulation: Simulation, one: Document) -> bytes:
    """The MIME bytes, lines ending in CR LF."""
    return built(simulation, one).as_bytes(policy=policy.SMTP.clone(max_line_length=None))


def built(simulation: Simulation, one: Document) -> Message:
    """The tree of parts: text and HTML side by side, pictures that the HTML shows beside those, attachments around all of it."""
    found: Message = body(one)
    shown = [each for each in one["attachments"] if each["inline"]]
    others = [each for each in one["attachments"] if not each["inline"] and each["kind"] != "reference"]
    if shown:
        found = joined("related", [found, *(part(simulation, each) for each in shown)])
    if others:
        found = joined("mixed", [found, *(part(simulation, each) for each in others)])
    if one["kind"] == "signed":
        found = part(simulation, one["attachments"][0])
    for number, each in enumerate(piece for piece in found.walk() if piece.is_multipart()):
        if isinstance(each, MIMEMultipart):
            each.set_boundary(f"_{number:03d}_{one['index'][-12:].strip('=').replace('/', '_').replace('+', '-')}_")
    head(found, one)
    return found


def body(one: Document) -> Message:
    if not one["html"]:
        return MIMEText(one["text"], "plain", "utf-8")
    return joined("alternative", [MIMEText(one["text"], "plain", "utf-8"), MIMEText(one["html"], "html", "utf-8")])


def joined(kind: str, parts: list[Message]) -> Message:
    found = MIMEMultipart(kind)
    for each in parts:
        del each["MIME-Version"]
        found.attach(each)
    return found


def part(simulation: Simulation, each: dict[str, Any]) -> Message:
    """One attachment."""
    if each["kind"] == "item":
        found: Message = MIMEMessage(built(simulation, each["item"]))
        found.add_header("Content-Disposition", "attachment", filename=f"{plain(each['name'])}.eml")
        return found
    main, _, sub = each["type"].partition("/")
    found = MIMEBase(main or "application", sub or "octet-stream", name=plain(each["name"]))
    found.set_payload(simulation.store.bytes(each["blob"]))
    encoders.encode_base64(found)
    found.add_header("Content-Disposition", "inline" if each["inline"] else "attachment", filename=plain(each["name"]))
    if each["content_id"]:
        found["Content-ID"] = f"<{plain(each['content_id'])}>"
    return found


def head(found: Message, one: Document) -> None:
    """The headers of the whole, before those that the parts brought."""
    sent = datetime.fromisoformat(one["sent"]).astimezone(LOCAL)
    fields = {
        "From": mailboxes([one["from"]]),
        "To": mailboxes(one["to"]),
        "Cc": mailboxes(one["cc"]),
        "Subject": Header(plain(one["subject"]), "utf-8", maxlinelen=70, header_name="Subject").encode(linesep="\r\n"),
        "Date": format_datetime(sent),
        "Message-ID": plain(one["internet_id"]),
        "Importance": "" if one["importance"] == "normal" else one["importance"],
        "Thread-Index": one["index"],
    }
    for name, value in [*fields.items(), *((name, plain(value)) for name, value in one["headers"])]:
        if value and name not in found:
            found[name] = value


def mailboxes(rows: list[list[str]]) -> str:
    return ",\r\n ".join(formataddr((plain(name), email)) for name, email in rows)


def plain(text: str) -> str:
    """Without what would break a header in two."""
    return re.sub(r"[\x00-\x1f\x7f\u2028\u2029\x85]+", " ", text).strip()
