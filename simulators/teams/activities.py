"""The activities that Teams sends to a bot, whole: ids, times, the tenant twice, the client's own words."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from simulators.store import Document
from simulators.teams import names
from simulators.world import TENANT, Person

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
Activity = dict[str, Any]


@dataclass(frozen=True)
class Sender:
    """One person's client, talking to one bot. `service_url` ends with a slash."""

    person: Person
    bot: str
    service_url: str

    @property
    def account(self) -> dict[str, Any]:
        return {"id": names.mri(self.bot, self.person), "name": self.person.name, "aadObjectId": self.person.id}

    @property
    def conversation(self) -> str:
        return names.conversation(self.bot, self.person)

    def activity(self, kind: str, now: datetime, key: str = "", **more: Any) -> Activity:
        """An activity of this person in the chat with the bot. Without `key` it gets the id of something that is no message."""
        return {
            "type": kind,
            "id": key or f"f:{uuid.uuid4()}",
            "timestamp": seven_decimals(now)[:27] + "Z",
            "localTimestamp": seven_decimals(now.astimezone(COPENHAGEN)),
            "localTimezone": "Europe/Copenhagen",
            "serviceUrl": self.service_url,
            "channelId": "msteams",
            "locale": "da-DK",
            "from": self.account,
            "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": self.conversation},
            "recipient": {"id": self.bot, "name": "Kollega"},
            "entities": [
                {"type": "clientInfo", "locale": "da-DK", "country": "DK", "platform": "Windows", "timezone": "Europe/Copenhagen"}
            ],
            **more,
            "channelData": {"tenant": {"id": TENANT}, **more.get("channelData", {})},
        }

    def message(self, now: datetime, key: str, text: str, files: list[Document], quoted: Document | None = None) -> Activity:
        """Something written: the text, its HTML, and the files. A quoted message stands in both."""
        html, plain = paragraph(text), text
        if quoted:
            html, plain = quotation(quoted) + html, f"{quoted['text']}\n\n{text}"
        attachments = [*files, {"contentType": "text/html", "content": html}] if html else files
        more = {"text": plain} if plain else {}
        return self.activity("message", now, key, textFormat="plain", **more, attachments=attachments)

    def invoke(self, name: str, value: Any, now: datetime, **more: Any) -> Activity:
        """A call that the bot answers in the HTTP answer."""
        return self.activity("invoke", now, name=name, value=value, **more)

    def first_contact(self, now: datetime) -> list[Activity]:
        """What an installation sends: the install itself, and the bot and the person as new members."""
        members = [{"id": self.bot}, {"id": self.account["id"], "aadObjectId": self.person.id}]
        source = {"settings": {"selectedChannel": {"id": self.conversation}}}
        return [
            self.activity("installationUpdate", now, action="add", channelData=source),
            self.activity("conversationUpdate", now, membersAdded=members),
        ]


def seven_decimals(moment: datetime) -> str:
    """2026-11-23T09:00:00.1234560+00:00"""
    text = moment.isoformat(timespec="microseconds")
    return f"{text[:26]}0{text[26:]}"


def paragraph(text: str) -> str:
    return f"<p>{escape(text, quote=False).replace(chr(10), '<br>')}</p>" if text else ""


def quotation(quoted: Document) -> str:
    """The answered message as Teams' client quotes it."""
    name = "Kollega" if quoted["from"] == "bot" else ""
    return (
        f'<blockquote itemscope="" itemtype="http://schema.skype.com/Reply" itemid="{quoted["id"]}">'
        f'<strong itemprop="mri">{name}</strong><span itemprop="time" itemid="{quoted["id"]}"></span>'
        f'<p itemprop="preview">{escape(quoted["text"], quote=False)}</p></blockquote>'
    )
