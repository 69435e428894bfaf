"""A person's mailbox in Outlook: mails, their MIME text, attachments and categories, through Graph.

Source: https://learn.microsoft.com/graph/api/user-list-messages, https://learn.microsoft.com/graph/outlook-immutable-id
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo

import orjson
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import override

from connectors.errors import Conflict, Denied, NotFound, Refused, Unavailable
from connectors.folding import holds, words_of
from connectors.graph import Graph, asked, moment_of, text_of
from connectors.http import JOB, Answer, Request

DENMARK = ZoneInfo("Europe/Copenhagen")
FIELDS = (
    "id,internetMessageId,conversationId,subject,bodyPreview,from,sender,toRecipients,ccRecipients,receivedDateTime,sentDateTime,"
    "hasAttachments,categories,webLink"
)
PAGE = 250
WINDOW = 500  # mails that are looked through for words; older ones are left to Graph's own search
IMMUTABLE = {"Prefer": 'IdType="ImmutableId"'}  # on every request: otherwise ids change when a mail is moved
KINDS: dict[str, Literal["item", "reference"]] = {
    "#microsoft.graph.itemAttachment": "item",
    "#microsoft.graph.referenceAttachment": "reference",
}
MARK_TRIES = 4
ZONES = {"UTC": UTC, "Romance Standard Time": DENMARK, "W. Europe Standard Time": DENMARK, "Central Europe Standard Time": DENMARK}


class Mail(BaseModel):
    """One mail. `id` is the immutable id in this mailbox; `internet_message_id` is the same in all of them. Times are aware, UTC."""

    model_config = ConfigDict(frozen=True)

    id: str
    internet_message_id: str
    conversation_id: str
    subject: str
    sender_name: str
    sender_email: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    received_at: datetime
    sent_at: datetime
    has_attachments: bool
    categories: tuple[str, ...]
    preview: str
    link: str


class Status(BaseModel):
    """When a mail came (aware, UTC) and its categories, without what it says."""

    model_config = ConfigDict(frozen=True)

    internet_message_id: str
    received_at: datetime
    categories: tuple[str, ...]


class Away(BaseModel):
    """Somebody's automatic replies are on. `until`: when they end (aware, UTC); None where nobody has said."""

    model_config = ConfigDict(frozen=True)

    until: datetime | None


class Attachment(BaseModel):
    """What hangs on a mail. file: has bytes. item: a mail, an event or a contact; its bytes are MIME. reference: a link, no bytes.

    `size` in bytes, with the mail's own encoding counted in. `inline`: a picture in the text.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    content_type: str
    size: int
    inline: bool
    kind: Literal["file", "item", "reference"]


class MailQuery(BaseModel):
    """Which mails. `words`: each must occur in the subject, the preview or the sender. `since`, `until`: days in Denmark, both included."""

    model_config = ConfigDict(frozen=True)

    words: str = ""
    sender: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None
    limit: int = Field(default=10, ge=1, le=1000)


class Outlook(Graph):
    """Mails of people who have asked for it."""

    name: ClassVar[str] = "outlook"
    lane_limit: ClassVar[int] = 3  # Graph allows four at the same time in one mailbox

    @override
    async def check(self) -> str:
        page = await self.read("/users", "read one user", {"$select": "id", "$filter": "accountEnabled eq true", "$top": "1"})
        for row in page.get("value", []):
            try:
                await self._mailbox(text_of(row, "id"), "/messages", "read a mailbox", {"$select": "id", "$top": "1"})
            except NotFound:  # somebody without a mailbox
                continue
            except Denied:  # an app may be limited to some mailboxes, and this one need not be among them
                return "users can be read; not the mailbox that was tried: no right to mail, or outside the app's scope"
        return "mailboxes can be read"

    async def mails(self, person_id: str, query: MailQuery) -> list[Mail]:
        """Mails in the inbox, newest first. Words may be parts of words; spelling is folded.

        The newest five hundred are looked through; when they hold too few, Graph's search is asked for older ones and for words in the text.
        """
        found: dict[str, Mail] = {}
        seen = 0
        async for page in self._newest(person_id, query):
            seen += len(page)
            found |= {mail.id: mail for mail in page if wanted(mail, query)}
            if len(found) >= query.limit or seen >= WINDOW:
                break
        if len(found) < query.limit and words_of(f"{query.words} {query.sender} {query.subject}"):
            found |= {mail.id: mail for mail in await self._searched(person_id, query) if wanted(mail, query, body=True)}
        return sorted(found.values(), key=lambda mail: mail.received_at, reverse=True)[: query.limit]

    async def statuses(self, box: str, since: date | None, until: date | None) -> AsyncIterator[list[Status]]:
        """Of every mail in a mailbox but drafts and what was thrown away: when it came, and its categories. For jobs: it may be a long list.

        since, until: days in Denmark, both included.
        """
        thrown = {
            text_of(await self._mailbox(box, f"/mailFolders/{name}", "read folder", {"$select": "id"}), "id")
            for name in ("deleteditems", "junkemail")
        }
        bounds = [f"receivedDateTime ge {utc_midnight(since)}"] if since else []
        bounds += [f"receivedDateTime lt {utc_midnight(until + timedelta(days=1))}"] if until else []
        params = {"$select": "id,internetMessageId,receivedDateTime,categories,parentFolderId,isDraft", "$top": "1000"}
        params |= {"$filter": " and ".join(bounds)} if bounds else {}
        async for rows in self.pages(f"{self._box(box)}/messages", "list mails for oversight", params, IMMUTABLE, lane=box):
            yield [
                Status(internet_message_id=text_of(row, "internetMessageId"), received_at=at, categories=tuple(row.get("categories") or ()))
                for row in rows
                if row.get("isDraft") is not True
                and text_of(row, "parentFolderId") not in thrown
                and (at := moment_of(row, "receivedDateTime"))
            ]

    async def mail(self, person_id: str, mail_id: str) -> Mail:
        """One mail, wherever it lies now. Raises NotFound."""
        path = f"/messages/{self.segment(mail_id)}"
        return self._mail(await self._mailbox(person_id, path, "read mail", {"$select": FIELDS}))

    async def mime(self, person_id: str, mail_id: str) -> bytes:
        """The mail as it was sent (RFC 5322): what an .eml file holds. Only in jobs: it may take a minute."""
        answer = await self._bytes(person_id, f"/messages/{self.segment(mail_id)}/$value", "read mime")
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            raise Unavailable(self.name, "read mime: a page instead of the mail", answer.status, "html")
        return answer.body

    async def attachments(self, person_id: str, mail_id: str) -> list[Attachment]:
        """What hangs on a mail, without its bytes."""
        path = f"{self._box(person_id)}/messages/{self.segment(mail_id)}/attachments"
        query = {"$select": "id,name,contentType,size,isInline"}
        pages = self.pages(path, "list attachments", query, IMMUTABLE, lane=person_id)
        return [attachment_from(row) async for page in pages for row in page]

    async def attachment(self, person_id: str, mail_id: str, attachment_id: str) -> bytes:
        """The bytes of one. Raises Refused for a link to a cloud file, which has none. Only in jobs."""
        path = f"/messages/{self.segment(mail_id)}/attachments/{self.segment(attachment_id)}/$value"
        return (await self._bytes(person_id, path, "read attachment")).body

    async def mark(self, person_id: str, mail_id: str, category: str = "Journaliseret") -> None:
        """Add a category to a mail and keep the others. Safe to repeat. Raises Refused when it does not stay."""
        for _ in range(MARK_TRIES):
            row = await self._mailbox(person_id, f"/messages/{self.segment(mail_id)}", "read categories", {"$select": "id,categories"})
            have = [str(one) for one in row.get("categories") or []]
            if category in have:
                return
            try:
                await self._categorise(person_id, mail_id, [category, *have], text_of(row, "@odata.etag"))
            except Conflict:  # somebody changed the mail in between: read again, so that no category of theirs is lost
                await asyncio.sleep(0.05)
        row = await self._mailbox(person_id, f"/messages/{self.segment(mail_id)}", "read categories", {"$select": "id,categories"})
        if category not in (row.get("categories") or []):
            raise Refused(self.name, "mark mail: the category does not stay", code="not_taken")

    async def away(self, person_id: str, now: datetime) -> Away | None:
        """Whether that person's automatic replies are on at that time (aware); None: they are not.

        Raises Denied without the right MailboxSettings.Read, NotFound for somebody without a mailbox.
        Source: https://learn.microsoft.com/graph/api/user-get-mailboxsettings
        """
        found = (await self._mailbox(person_id, "/mailboxSettings", "read mailbox settings", {})).get("automaticRepliesSetting")
        setting = self.an_object(found, "read mailbox settings")
        match text_of(setting, "status"):
            case "alwaysEnabled":
                return Away(until=None)
            case "scheduled":
                start, end = (self._zoned(setting.get(f"scheduled{name}DateTime")) for name in ("Start", "End"))
                return Away(until=end) if start <= now < end else None
            case _:
                return None

    def _zoned(self, found: object) -> datetime:
        """A dateTimeTimeZone, in UTC: its zones bear Windows' names. One of another part of the world is off by some hours at most."""
        value = self.an_object(found, "read mailbox settings")
        try:
            at = datetime.fromisoformat(text_of(value, "dateTime"))
        except ValueError:
            raise Unavailable(self.name, "mailbox settings without a time", code="not_json") from None
        return at.replace(tzinfo=at.tzinfo or ZONES.get(text_of(value, "timeZone"), DENMARK)).astimezone(UTC)

    async def _categorise(self, person_id: str, mail_id: str, categories: list[str], etag: str) -> None:
        headers = asked({**IMMUTABLE, "Content-Type": "application/json", **({"If-Match": etag} if etag else {})})
        url = f"{self.url}{self._box(person_id)}/messages/{self.segment(mail_id)}"
        body = orjson.dumps({"categories": categories})
        await self.call(Request("PATCH", url, "mark mail", repeatable=False, headers=headers, body=body, seconds=JOB, lane=person_id))

    async def _newest(self, person_id: str, query: MailQuery) -> AsyncIterator[list[Mail]]:
        """The inbox in pages, newest first, within the days asked for."""
        bounds = []
        if query.since:
            bounds.append(f"receivedDateTime ge {utc_midnight(query.since)}")
        if query.until:
            bounds.append(f"receivedDateTime lt {utc_midnight(query.until + timedelta(days=1))}")
        filters = words_of(f"{query.words} {query.sender} {query.subject}")
        params = {"$select": FIELDS, "$orderby": "receivedDateTime desc", "$top": str(PAGE if filters else min(query.limit, PAGE))}
        if bounds:
            params["$filter"] = " and ".join(bounds)
        path = f"{self._box(person_id)}/mailFolders/inbox/messages"
        async for rows in self.pages(path, "list mails", params, IMMUTABLE, lane=person_id):
            yield [self._mail(row) for row in rows]

    async def _searched(self, person_id: str, query: MailQuery) -> list[Mail]:
        """Graph's own search: by whole words, in the text too, any age. It takes no filter and no order beside it."""
        asked_for = (("", query.words), ("from:", query.sender), ("subject:", query.subject))
        clauses = [f"{where}{word}" for where, text in asked_for for word in re.findall(r"\w+", text.lower())]
        params = {"$search": '"' + " AND ".join(clauses) + '"', "$select": FIELDS, "$top": str(PAGE)}
        page = await self._mailbox(person_id, "/mailFolders/inbox/messages", "search mails", params)
        return [self._mail(row) for row in page.get("value", [])]

    def _box(self, person_id: str) -> str:
        return f"/users/{self.segment(person_id)}"

    async def _mailbox(self, person_id: str, path: str, what: str, params: Mapping[str, str]) -> dict[str, Any]:
        return await self.read(f"{self._box(person_id)}{path}", what, params, IMMUTABLE, lane=person_id)

    async def _bytes(self, person_id: str, path: str, what: str) -> Answer:
        request = Request(
            "GET",
            f"{self.url}{self._box(person_id)}{path}",
            what,
            repeatable=True,
            headers=asked({**IMMUTABLE, "Accept": "*/*"}),
            seconds=JOB,
            as_json=False,
            lane=person_id,
        )
        return await self.call(request)

    def _mail(self, row: Mapping[str, Any]) -> Mail:
        """A mail from Graph's message. Raises Unavailable for one without an id or a time."""
        sender = address_of(row.get("from") or row.get("sender"))
        received = moment_of(row, "receivedDateTime")
        if received is None or not text_of(row, "id"):
            raise Unavailable(self.name, "a mail without id or time", code="not_json")
        return Mail(
            id=text_of(row, "id"),
            internet_message_id=text_of(row, "internetMessageId"),
            conversation_id=text_of(row, "conversationId"),
            subject=text_of(row, "subject"),
            sender_name=text_of(sender, "name") or text_of(sender, "address"),
            sender_email=text_of(sender, "address"),
            to=addresses_of(row.get("toRecipients")),
            cc=addresses_of(row.get("ccRecipients")),
            received_at=received,
            sent_at=moment_of(row, "sentDateTime") or received,
            has_attachments=row.get("hasAttachments") is True,
            categories=tuple(str(one) for one in row.get("categories") or ()),
            preview=text_of(row, "bodyPreview"),
            link=text_of(row, "webLink"),
        )


def wanted(mail: Mail, query: MailQuery, *, body: bool = False) -> bool:
    """Whether a mail is one of those asked for. `body`: its words were found in the text by Graph, which the preview does not show."""
    day = mail.received_at.astimezone(DENMARK).date()
    return (
        (query.since is None or day >= query.since)
        and (query.until is None or day <= query.until)
        and holds(f"{mail.sender_name} {mail.sender_email}", query.sender)
        and holds(mail.subject, query.subject)
        and (body or holds(f"{mail.subject} {mail.preview} {mail.sender_name} {mail.sender_email}", query.words))
    )


def utc_midnight(day: date) -> str:
    """The start of a day in Denmark, as Graph's filters take it."""
    return datetime.combine(day, time(), DENMARK).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def address_of(recipient: object) -> dict[str, Any]:
    """The name and address of a recipient; empty where there is none (a draft)."""
    found = recipient.get("emailAddress") if isinstance(recipient, dict) else None
    return found if isinstance(found, dict) else {}


def addresses_of(recipients: object) -> tuple[str, ...]:
    """The addresses of a list of recipients."""
    found = (text_of(address_of(one), "address") for one in recipients) if isinstance(recipients, list) else ()
    return tuple(address for address in found if address)


def attachment_from(row: Mapping[str, Any]) -> Attachment:
    """An attachment from Graph's; a kind that is not known counts as a file."""
    return Attachment(
        id=text_of(row, "id"),
        name=text_of(row, "name"),
        content_type=text_of(row, "contentType") or "application/octet-stream",
        size=row.get("size") or 0,
        inline=row.get("isInline") is True,
        kind=KINDS.get(text_of(row, "@odata.type"), "file"),
    )
