"""ServiceNow: who somebody is there, their cases, what was last said on one, new incidents and their attachments.

All calls are made by one integration user, so what a person may see is decided here (`ServiceNow.case`), not left to the instance alone.
Source: https://www.servicenow.com/docs/bundle/australia-api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html
"""

import asyncio
import re
from datetime import UTC, datetime
from typing import ClassVar, Literal, Self
from urllib.parse import quote
from zoneinfo import ZoneInfo

import aiohttp
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import override

from connectors.errors import Conflict, NotFound, Refused, Unavailable
from connectors.identity import Client, Tokens, client_credentials
from connectors.servicenow_items import RequestItems
from connectors.servicenow_table import Row, file_name, plain_type
from connectors.servicenow_tasks import Tasks
from settings import Settings

OWN = {  # whose case it is, per table
    "incident": "caller_id",
    "sc_req_item": "requested_for",
    "sc_request": "requested_for",
    "change_request": "requested_by",
}
FIELDS = (
    "number", "sys_class_name", "short_description", "description", "state", "active", "opened_by", "assigned_to", "assignment_group",
    "priority", "opened_at", "sys_updated_on", "watch_list",
)  # fmt: skip
NUMBER = re.compile(r"[A-Z]{2,10}\d{4,12}")
ADDRESS = re.compile(r"[^\s^@,:]+@[^\s^@,:]+")
ENTRY = re.compile(r"(?P<at>[\d./-]{8,10} [\d:.]{8}) - (?P<author>[^\n]*?) \([^()\n]*\)\n(?P<text>.*?)(?=\n\n|\Z)", re.DOTALL)
FORMATS = ("%Y-%m-%d %H:%M:%S", "%d-%m-%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%d-%m-%Y %H.%M.%S")
DESCRIPTION = 4000  # characters that the field holds
NOBODY = "0" * 32


class Shape(BaseModel):
    """Base of the values here: made once, never changed."""

    model_config = ConfigDict(frozen=True)


class Caller(Shape):
    """A person in ServiceNow. `id` is the sys_id. works_cases: has the role itil, and may see every case."""

    id: str
    name: str
    email: str
    department: str
    location: str
    phone: str
    works_cases: bool


class Case(Shape):
    """A case of any kind. `kind` is its table ("incident", "sc_req_item" …), `state` the stored value, `state_text` what people see."""

    id: str
    number: str
    kind: str
    title: str
    description: str
    state: str
    state_text: str
    open: bool
    caller_id: str
    caller: str
    group: str
    assigned_to: str
    priority_text: str
    opened_at: datetime
    updated_at: datetime
    link: str


class Note(Shape):
    """A comment that the caller sees."""

    text: str
    author: str
    at: datetime


class IncidentDraft(Shape):
    """A new incident. Impact and urgency: "1" high, "2" medium, "3" low; the priority is ServiceNow's own sum of them.

    Place, phone and a device that is not in the CMDB under exactly that name end as lines of the description, which is cut at its own end
    when all of it would not fit.
    """

    caller_id: str
    title: str = Field(max_length=160)
    description: str = Field(max_length=DESCRIPTION)
    impact: Literal["1", "2", "3"]
    urgency: Literal["1", "2", "3"]
    location: str = ""
    phone: str = ""
    device: str = ""


class ServiceNow(RequestItems, Tasks):
    """The instance, through its Table API; what was done is entered through its catalogue."""

    name: ClassVar[str] = "servicenow"
    setting: ClassVar[str] = "SERVICENOW_URL"
    limit: ClassVar[int] = 4  # an instance runs some four API calls at a time and queues the rest

    def __init__(self, session: aiohttp.ClientSession, url: str, tokens: Tokens | None = None, zone: str = "GMT", item: str = "") -> None:
        super().__init__(session, url, tokens)
        self.item = item
        self._zone = ZoneInfo(zone)
        self._tables_known = False

    @override
    @classmethod
    def from_settings(cls, settings: Settings, session: aiohttp.ClientSession) -> Self | None:
        url = settings.system_url("servicenow")
        if url is None:
            return None
        client = Client("kollega", "simulator")
        if not settings.is_simulated("servicenow"):
            secret = settings.servicenow_client_secret
            client = Client(settings.servicenow_client_id or "", secret.get_secret_value() if secret else "")
        tokens = client_credentials(cls.name, f"{url}/oauth_token.do", client, session)
        return cls(session, url, tokens, settings.servicenow_timezone, settings.servicenow_request_item)

    @override
    async def check(self) -> str:
        """Also, once, that each table knows the field that says whose case it is: an unknown one would match everything."""
        await self.rows("sys_user", {"active": "true"}, ("email",), "read one user", limit=1)
        if not self._tables_known:
            nobodys = (self.rows(table, {own: NOBODY}, ("number",), f"read {table}") for table, own in OWN.items())
            await asyncio.gather(*nobodys, self.rows("sys_user_has_role", {"user": NOBODY}, ("role.name",), "read roles"))
            self._tables_known = True
        try:
            await self.catalogue_item()
        except NotFound:
            return f"users, roles and cases can be read; the catalogue has no item {self.item!r}, so what is done is not entered"
        return "users, roles and cases can be read"

    async def caller(self, email: str) -> Caller:
        """The person with that address. Raises NotFound unless exactly one active user has it."""
        if not ADDRESS.fullmatch(email):
            raise NotFound(self.name, "find user: no address", code="no_address")
        fields = ("name", "department", "location", "phone")
        found = await self.rows("sys_user", {"email": email, "active": "true"}, fields, "find user")
        if len(found) != 1:
            raise NotFound(self.name, f"find user: {len(found)} active users have the address", code="not_one")
        row = found[0]
        role = {"user": row.value("sys_id"), "role.name": "itil"}
        return Caller(
            id=row.value("sys_id"),
            name=row.text("name"),
            email=row.value("email"),
            department=row.text("department"),
            location=row.text("location"),
            phone=row.text("phone"),
            works_cases=bool(await self.rows("sys_user_has_role", role, ("state",), "read roles", limit=1)),
        )

    async def case(self, number: str, viewer: Caller) -> Case:
        """The case of that number. Raises NotFound unless the viewer has to do with it, or works cases."""
        number = number.strip().upper()
        found = await self.rows("task", {"number": number}, ("sys_class_name",), "find case") if NUMBER.fullmatch(number) else []
        if len(found) > 1:
            raise Conflict(self.name, "find case: two cases have that number", code="doubled")
        if not found:
            raise NotFound(self.name, "find case: no such case", code="no_case")
        kind = found[0].value("sys_class_name") or "task"
        table = kind if kind in OWN else "task"
        row = await self.row(table, found[0].value("sys_id"), (*FIELDS, *own_fields(table)), "read case")
        if not may_see(row, table, viewer):
            raise NotFound(self.name, "find case: not for this person", code="not_theirs")
        return self._case(row, table)

    async def open_cases(self, caller: Caller, limit: int = 20) -> list[Case]:
        """The cases that are the person's own and still open, newest first. An order stands for itself only where none of its items does."""

        async def of(table: str, own: str) -> list[Row]:
            where = {own: caller.id, "active": "true"}
            fields = (*FIELDS, "request") if table == "sc_req_item" else FIELDS
            return await self.rows(table, where, fields, f"list {table}", limit=limit, newest_by="opened_at")

        found = dict(zip(OWN, await asyncio.gather(*(of(table, own) for table, own in OWN.items())), strict=True))
        ordered = {row.value("request") for row in found["sc_req_item"]}
        found["sc_request"] = [row for row in found["sc_request"] if row.value("sys_id") not in ordered]
        cases = [self._case(row, table) for table, rows in found.items() for row in rows]
        return sorted(cases, key=lambda case: (case.opened_at, case.number), reverse=True)[:limit]

    async def latest_note(self, case: Case) -> Note | None:
        """The newest comment that the caller sees, None where there is none."""
        where = {"element_id": case.id, "element": "comments"}
        fields = ("value", "sys_created_by", "sys_created_on")
        found = await self.rows("sys_journal_field", where, fields, "read comments", limit=1, newest_by="sys_created_on")
        if found:
            author = await self._name_of(found[0].value("sys_created_by"))
            return Note(text=found[0].value("value").strip(), author=author, at=found[0].moment("sys_created_on"))
        row = await self.row(case.kind, case.id, ("comments",), "read comments")  # the journal table is often closed: then it is empty
        return note_from(row.text("comments"), self._zone)

    async def create_incident(self, draft: IncidentDraft, key: str) -> Case:
        """Open an incident, once per key, and read it back. Safe to repeat.

        Raises Refused("not_taken") when the instance kept another value than was sent, Conflict("doubled") when two carry the key.
        """
        if not key or len(key) > 100:  # longer ones are cut when they are stored, and would never be found again
            raise Refused(self.name, "create incident: the key does not fit", code="bad_key")
        async with self.one_at_a_time(key):
            values = {**await self._values(draft), "correlation_id": key, "correlation_display": "Kollega"}
            row = await self._by_key(key, tuple(values))
            if row is None:
                await self.insert("incident", values, "create incident")
                row = await self._by_key(key, tuple(values))
            if row is None:
                raise Unavailable(self.name, "create incident: not visible yet", code="not_visible")
        others = [field for field, value in values.items() if row.value(field).replace("\r\n", "\n") != value]
        if others and row.value("sys_mod_count") == "0":  # later on, colleagues may have changed it
            raise Refused(self.name, f"create incident: {row.value('number')} has other values in {', '.join(others)}", code="not_taken")
        return self._case(row, "incident")

    async def attach(self, case: Case, name: str, content_type: str, data: bytes) -> bool:
        """Attach a file. Safe to repeat: False when one of that name and size is there already."""
        name = file_name(name)
        async with self.one_at_a_time(f"attach {case.id}"):
            if (name, len(data)) in await self.files(case.kind, case.id):
                return False
            await self.upload(case.kind, case.id, name, plain_type(content_type), data)
            if (name, len(data)) not in await self.files(case.kind, case.id):
                raise Unavailable(self.name, "attach file: not visible yet", code="not_visible")
        return True

    async def attachments(self, case: Case) -> list[str]:
        """The names of the files on a case."""
        return [name for name, _ in await self.files(case.kind, case.id)]

    async def _by_key(self, key: str, sent: tuple[str, ...]) -> Row | None:
        """The incident that carries the key."""
        fields = (*FIELDS, *sent, "sys_mod_count")
        found = await self.rows("incident", {"correlation_id": key}, fields, "look for the incident")
        if len(found) > 1:
            raise Conflict(self.name, "create incident: two carry the key", code="doubled")
        return found[0] if found else None

    async def _values(self, draft: IncidentDraft) -> dict[str, str]:
        """The fields of a new incident."""
        device = await self._device(draft.device)
        lines = (("Sted", draft.location), ("Telefon", draft.phone), ("Enhed", "" if device else draft.device))
        values = {
            "caller_id": draft.caller_id,
            "short_description": " ".join(draft.title.split()),
            "description": description(draft.description, [f"{label}: {' '.join(text.split())}" for label, text in lines if text.strip()]),
            "impact": draft.impact,
            "urgency": draft.urgency,
        }
        return values | ({"cmdb_ci": device} if device else {})

    async def _device(self, name: str) -> str:
        """The sys_id of the one device with exactly that name, else ""."""
        if not name.strip() or "^" in name or name.strip().casefold().startswith("javascript:"):
            return ""
        found = await self.rows("cmdb_ci", {"name": name}, (), "find device")
        return found[0].value("sys_id") if len(found) == 1 else ""

    async def _name_of(self, user_name: str) -> str:
        """The name behind a user name; the user name itself where it is not to be found ("system")."""
        if not user_name or "^" in user_name:
            return user_name
        found = await self.rows("sys_user", {"user_name": user_name}, ("name",), "find author")
        return found[0].text("name") if len(found) == 1 else user_name

    def _case(self, row: Row, table: str) -> Case:
        """A case from its row."""
        kind = row.value("sys_class_name") or table
        own = OWN.get(table, "opened_by")
        target = quote(f"{kind}.do?sys_id={row.value('sys_id')}", safe="")
        return Case(
            id=row.value("sys_id"),
            number=row.value("number"),
            kind=kind,
            title=row.value("short_description"),
            description=row.value("description"),
            state=row.value("state"),
            state_text=row.text("state"),
            open=row.value("active") == "true",
            caller_id=row.value(own),
            caller=row.text(own),
            group=row.text("assignment_group"),
            assigned_to=row.text("assigned_to"),
            priority_text=row.text("priority"),
            opened_at=row.moment("opened_at"),
            updated_at=row.moment("sys_updated_on"),
            link=f"{self.url}/nav_to.do?uri={target}",
        )


def own_fields(table: str) -> tuple[str, ...]:
    """The field that says whose case it is, where the table has one."""
    return (OWN[table],) if table in OWN else ()


def may_see(row: Row, table: str, viewer: Caller) -> bool:
    """Whether somebody has to do with a case: caller, opener, worker, on the watch list, or one who works cases."""
    people = {row.value(field) for field in ("opened_by", "assigned_to", *own_fields(table))}
    watching = {one.strip().casefold() for one in row.value("watch_list").split(",")}
    return viewer.works_cases or viewer.id in people or bool(watching & {viewer.id, viewer.email.casefold()})


def description(text: str, lines: list[str]) -> str:
    """The text, then the lines. What does not fit is cut from the text, not from the lines."""
    tail = "\n".join(lines)[:DESCRIPTION]
    body = "\n".join(line.rstrip() for line in text.strip().splitlines())
    room = DESCRIPTION - len(tail) - (2 if tail else 0)
    if len(body) > room:
        body = body[: max(room - 2, 0)] + " …"
    return f"{body}\n\n{tail}" if body and tail else body or tail


def note_from(journal: str, zone: ZoneInfo) -> Note | None:
    """The first entry of a journal field as people see it: "2026-11-20 10:11:12 - Amir Haddad (Additional comments)", then its text."""
    entry = ENTRY.search(journal)
    if entry is None:
        return None
    for form in FORMATS:
        try:
            at = datetime.strptime(entry["at"], form).replace(tzinfo=zone).astimezone(UTC)
        except ValueError:
            continue
        return Note(text=entry["text"].strip(), author=entry["author"], at=at)
    return None
