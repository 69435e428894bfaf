"""ServiceNow's own approvals: what waits for a person, and the person's yes or no.

They are read by the integration user and answered in the person's own name, so that the instance's rights and its audit hold.
Source: https://www.servicenow.com/docs/bundle/australia-api-reference/page/integrate/inbound-rest/concept/c_TableAPI.html (sysapproval_approver)
"""

import asyncio
import re
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Literal, Self
from urllib.parse import quote, urlencode

import aiohttp
import orjson
from pydantic import BaseModel, ConfigDict
from typing_extensions import override

from connectors.errors import Denied, NotFound, Refused, Unavailable
from connectors.http import JOB, Request
from connectors.identity import Client, SigningKey, Tokens, acting_as, client_credentials
from connectors.servicenow_table import Row, TableApi
from settings import Settings

TABLE, DELEGATES = "sysapproval_approver", "sys_user_delegate"
FIELDS = (
    "state", "approver", "approver.email", "approver.user_name", "sysapproval", "sysapproval.sys_class_name", "sysapproval.number",
    "sysapproval.short_description", "document_id", "sys_created_on", "sys_updated_on", "sys_updated_by",
)  # fmt: skip
WHOM = {"sc_req_item": "requested_for", "sc_request": "requested_for", "change_request": "requested_by"}  # per table; else who opened it
SYS_ID = re.compile(r"[0-9a-f]{32}")
ADDRESS = re.compile(r"[^\s^@,:]+@[^\s^@,:]+")
MOST = 20
SIMULATED_KEY = Path(__file__).parent / "simulator.pem"
Decision = Literal["approved", "rejected"]


class Asked(BaseModel):
    """One approval that somebody (`name`, `email`) is asked for. `state`: requested, approved, rejected, not_required …

    number, title: of what is to be approved. whom: who it is for, and their address. price: as people see it, "" where there is none.
    own: who it was read for (as a rule the approver) was the last to change it. by: who was, once it is decided. at: when, aware.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str = ""
    email: str
    state: str
    number: str
    title: str
    whom: str
    whom_email: str = ""
    price: str
    since: datetime
    own: bool
    by: str
    at: datetime
    link: str


class ServiceNowApprovals(TableApi):
    """The instance's approvals, through its Table API."""

    name: ClassVar[str] = "servicenow_approvals"
    setting: ClassVar[str] = "SERVICENOW_URL"
    limit: ClassVar[int] = 2  # beside ServiceNow's own four

    def __init__(
        self, session: aiohttp.ClientSession, url: str, tokens: Tokens | None, client: Client, key: SigningKey | None = None
    ) -> None:
        super().__init__(session, url, tokens)
        self._client, self._key = client, key

    @override
    @classmethod
    def from_settings(cls, settings: Settings, session: aiohttp.ClientSession) -> Self | None:
        url = settings.system_url("servicenow")
        if url is None:
            return None
        client = Client("kollega", "simulator")
        pem: Path | None = SIMULATED_KEY
        if not settings.is_simulated("servicenow"):
            secret = settings.servicenow_client_secret
            client = Client(settings.servicenow_client_id or "", secret.get_secret_value() if secret else "")
            pem = settings.servicenow_key_file
        key = SigningKey(settings.servicenow_key_id, pem.read_text()) if pem is not None else None
        return cls(session, url, client_credentials(cls.name, f"{url}/oauth_token.do", client, session), client, key)

    @override
    async def check(self) -> str:
        await self.rows(TABLE, {"state": "requested"}, ("approver",), "read approvals", limit=1)
        return "approvals can be read" + ("" if self.answers else "; not answered: SERVICENOW_KEY_FILE is not set")

    @property
    def answers(self) -> bool:
        """Whether there is a key to answer with; without it approvals are only shown."""
        return self._key is not None

    async def waiting(self, email: str, now: datetime) -> list[Asked]:
        """What waits for the person with that address, and for those whose delegate they are now: the oldest first, at most twenty of each."""
        if not ADDRESS.fullmatch(email):
            raise NotFound(self.name, "find approvals: no address", code="no_address")
        whose = [email, *await self.stood_in_for(email, now)]
        found = await asyncio.gather(*(self._waiting(one) for one in whose))
        asked = {one.id: one for some in found for one in some}
        return sorted(asked.values(), key=lambda one: (one.since, one.number))

    async def _waiting(self, email: str) -> list[Asked]:
        where = {"approver.email": email, "state": "requested"}
        found = await self.rows(TABLE, where, FIELDS, "list approvals", limit=MOST)
        return await asyncio.gather(*(self._asked(row) for row in found))

    async def stood_in_for(self, email: str, now: datetime) -> list[str]:
        """The addresses of those for whom somebody may answer at that time; nobody where the instance does not show its delegates."""
        where = {"delegate.email": email, "approvals": "true"}
        try:
            found = await self.rows(DELEGATES, where, ("user.email", "starts", "ends"), "find who is stood in for", limit=MOST)
        except Denied:
            return []
        those = [row.value("user.email") for row in found if within(row, now)]
        return [one for one in dict.fromkeys(those) if ADDRESS.fullmatch(one) and one.casefold() != email.casefold()]

    async def may_answer(self, asked: Asked, email: str, now: datetime) -> bool:
        """Whether the person with that address is asked, or is the delegate of who is; a delegate not for what is for themselves."""
        if asked.email.casefold() == email.casefold():
            return True
        mine = asked.whom_email.casefold() == email.casefold()
        return not mine and asked.email.casefold() in {one.casefold() for one in await self.stood_in_for(email, now)}

    async def one(self, id: str, email: str = "") -> Asked:  # noqa: A002 - the table's own word
        """One approval, whosever it is and however it stands. email: for whom it is read. Raises NotFound."""
        if not SYS_ID.fullmatch(id):
            raise NotFound(self.name, "read approval: no id", code="no_id")
        return await self._asked(await self.row(TABLE, id, FIELDS, "read approval"), email)

    async def decide(self, id: str, email: str, decision: Decision, reason: str, now: datetime) -> Asked:  # noqa: A002 - the table's own word
        """Say yes or no in the name of the person with that address; the approval as it is then. Safe to repeat.

        One that was decided before stays as it is: see `state`, `own` and `by`. reason: needed for a no. Raises NotFound for one that the
        person may not answer, Denied where the instance does not let them in, Refused("not_taken") when the decision does not stay.
        """
        async with self.one_at_a_time(id):
            asked = await self.one(id, email)
            if not await self.may_answer(asked, email, now):
                raise NotFound(self.name, "decide: not theirs", code="not_theirs")
            if asked.state != "requested":
                return asked
            body = {"state": decision, **({"comments": reason} if reason else {})}
            if await self._as(email)._change(id, body) != decision:  # noqa: SLF001 - an object of this class
                raise Refused(self.name, "decide: the decision does not stay", code="not_taken")
            asked = await self.one(id, email)
        if asked.state == "requested":
            raise Unavailable(self.name, "decide: not visible yet", code="not_visible")
        return asked

    def _as(self, email: str) -> "ServiceNowApprovals":
        """The same instance for a person. Raises Refused where there is no key."""
        if self._key is None:
            raise Refused(self.name, "decide: no key to act for a person with", code="no_key")
        tokens = acting_as(self.name, f"{self.url}/oauth_token.do", self._client, self._key, subject=email, session=self._session)
        person = ServiceNowApprovals(self._session, self.url, tokens, self._client, self._key)
        person._limit = self._limit  # the limit is the instance's
        return person

    async def _change(self, id: str, body: dict[str, str]) -> str:  # noqa: A002 - the table's own word
        """Write; the state that the answer shows. Not repeated by itself: a comment would be there twice."""
        url = f"{self.url}/api/now/table/{TABLE}/{id}?{urlencode({'sysparm_fields': 'state'})}"
        headers = {"Content-Type": "application/json"}
        answer = await self.call(Request("PATCH", url, "decide", repeatable=False, headers=headers, body=orjson.dumps(body), seconds=JOB))
        return Row(self.an_object(self._result(answer.data, "decide"), "decide")).value("state")

    async def _asked(self, row: Row, email: str = "") -> Asked:
        """An approval with what it is about, as it is for the person with that address, or for the approver."""
        table, state = row.value("sysapproval.sys_class_name"), row.value("state")
        whom, whom_email, price = "", "", ""
        if table and row.value("sysapproval"):
            field = WHOM.get(table, "opened_by")
            fields = (field, f"{field}.email", "price")
            about = await self.row(table, row.value("sysapproval"), fields, "read what is to be approved")
            whom, whom_email, price = about.text(field), about.value(f"{field}.email"), about.value("price")
        theirs = not email or email.casefold() == row.value("approver.email").casefold()
        login = row.value("approver.user_name") if theirs else await self._login_of(email)
        own = bool(login) and row.value("sys_updated_by") == login
        target = quote(f"{TABLE}.do?sys_id={row.value('sys_id')}", safe="")
        return Asked(
            id=row.value("sys_id"),
            name=row.text("approver"),
            email=row.value("approver.email"),
            state=state,
            number=row.value("sysapproval.number"),
            title=row.value("sysapproval.short_description") or row.text("document_id"),
            whom=whom,
            whom_email=whom_email,
            price=price,
            since=row.moment("sys_created_on"),
            own=own,
            by="" if state == "requested" else row.text("approver") if own and theirs else await self._name_of(row.value("sys_updated_by")),
            at=row.moment("sys_updated_on"),
            link=f"{self.url}/nav_to.do?uri={target}",
        )

    async def _name_of(self, user_name: str) -> str:
        """The name behind a user name; "" where it is not a person's ("system")."""
        if not re.fullmatch(r"[\w.@-]+", user_name):
            return ""
        found = await self.rows("sys_user", {"user_name": user_name}, ("name",), "find who decided")
        return found[0].text("name") if len(found) == 1 else ""

    async def _login_of(self, email: str) -> str:
        """The user name of the person with that address; "" where there is no one such person."""
        found = await self.rows("sys_user", {"email": email}, ("user_name",), "find who answers")
        return found[0].value("user_name") if len(found) == 1 else ""


def within(row: Row, now: datetime) -> bool:
    """Whether a delegation holds at that time; an end that is not set is open."""
    starts, ends = (row.moment(end) if row.value(end) else None for end in ("starts", "ends"))
    return (starts is None or starts <= now) and (ends is None or now <= ends)
