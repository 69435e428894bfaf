"""Exchange Online's admin endpoint: one cmdlet in, its rows or an error out. All that is known of the endpoint is in here.

InvokeCommand is what Microsoft's own PowerShell module speaks; it is not documented. Its sentences name servers and people, so they are matched
against what is known and go no further.
Source: https://learn.microsoft.com/powershell/module/exchange, https://learn.microsoft.com/exchange/reference/admin-api-overview
"""

import asyncio
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self, TypeVar

import aiohttp
import orjson
import structlog
from typing_extensions import override

from connectors.errors import Conflict, ConnectorError, Denied, NotFound, Refused, Unavailable, from_status
from connectors.http import JOB, TURN, Connector, Request, retry_after
from connectors.identity import Tokens, app_registration
from settings import Settings

SCOPE = "https://outlook.office365.com/.default"
ANCHOR = "APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}"  # routes the calls of an application
PAGE = 1000
BATCH = 10  # commands in one batch
PATIENCE = 90.0  # seconds that something new is waited for: directory servers tell each other within a minute
LONGEST = 5.0  # seconds between two looks
TRUNCATED = re.compile(r"more results|ResultSize", re.IGNORECASE)
BUSY = "maximum number of concurrent requests"
REASONS: tuple[tuple[str, type[ConnectorError], str], ...] = (  # a part of type or sentence, and what it means; the first that fits counts
    ("matches multiple entries", Refused, "several"),
    ("multiple recipients matching", Refused, "several"),
    ("MemberAlreadyExistsException", Conflict, "already_member"),
    ("is already a member of the group", Conflict, "already_member"),
    ("MemberNotFoundException", NotFound, "no_member"),
    ("isn't a member of the group", NotFound, "no_member"),
    ("OperationRequiresGroupManagerException", Denied, "not_manager"),
    ("can only be performed by a manager of the group", Denied, "not_manager"),
    ("being synchronized from your on-premises organization", Refused, "synced"),
    ("out of the current user's write scope", Refused, "synced"),
    ("WLCDManagedMemberExistsException", Conflict, "address_held"),
    ("ProxyAddressExistsException", Conflict, "address_taken"),
    ("is already being used by the proxy addresses", Conflict, "address_taken"),
    ("ADObjectAlreadyExistsException", Conflict, "name_taken"),
    ("NotAcceptedDomainException", Refused, "foreign_domain"),
    ("not an accepted domain", Refused, "foreign_domain"),
    ("UnableToWriteToAadException", Unavailable, "directory_write"),
    ("AmbiguousParameterSetException", Refused, "parameters"),
    ("Parameter set cannot be resolved", Refused, "parameters"),
    ("not supported on GroupMailbox", Refused, "group_mailbox"),
    ("Expired or Invalid pagination request", Unavailable, "page_lost"),
    ("ParameterTransformationException", Refused, "bad_value"),
    ("Cannot process argument transformation", Refused, "bad_value"),
    ("ValidationException", Refused, "bad_value"),
    ("ManagementObjectNotFoundException", NotFound, "not_found"),
    ("couldn't be found on", NotFound, "not_found"),
    ("already exists", Conflict, "name_taken"),
    ("RecipientTaskException", Refused, "rule"),
)
log = structlog.get_logger()
Row = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Command:
    """One cmdlet with its parameters. `fields`: the properties wanted back, all for none named."""

    cmdlet: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    fields: Sequence[str] = ()

    def body(self) -> dict[str, Any]:
        return {"CmdletInput": {"CmdletName": self.cmdlet, "Parameters": dict(self.parameters)}}


class Cmdlets(Connector):
    """Base of the connector: cmdlets in and out, no meaning."""

    name: ClassVar[str] = "exchange"
    setting: ClassVar[str] = "EXCHANGE_URL"
    limit: ClassVar[int] = 3  # no figure is published; more in flight have been refused
    success: ClassVar[frozenset[int]] = frozenset({200, 204})

    def __init__(self, session: aiohttp.ClientSession, url: str, tenant: str, tokens: Tokens) -> None:
        super().__init__(session, f"{url}/adminapi/beta/{tenant}", tokens)
        self._headers = {
            "Content-Type": "application/json",
            "X-AnchorMailbox": f"{ANCHOR}@{tenant}",
            "X-ClientApplication": "Kollega",
            "X-ResponseFormat": "json",
            "connection-id": str(uuid.uuid4()),
        }

    @override
    @classmethod
    def from_settings(cls, settings: Settings, session: aiohttp.ClientSession) -> Self | None:
        url = settings.system_url("exchange")
        if url is None:
            return None
        tenant, tokens = app_registration(cls.name, "exchange", SCOPE, settings, session)
        return cls(session, url, tenant, tokens)

    @override
    def changes(self, request: Request) -> bool:
        return not request.what.startswith("Get-")  # every call is a POST

    @override
    def failure(self, request: Request, status: int, headers: Mapping[str, str], body: bytes) -> ConnectorError:
        return self.judged(request.what, status, headers, body)

    def judged(self, what: str, status: int, headers: Mapping[str, str], body: bytes) -> ConnectorError:
        """The error of an answer, alone or in a batch: by type, then by phrase, then by status."""
        reference = headers.get("request-id", "")
        reason = f"{what} (request-id {reference})" if re.fullmatch(r"[0-9A-Za-z-]{1,64}", reference) else what
        wait = retry_after(headers)
        text = said(body)
        if text is None:  # a proxy's page, NUL bytes, or the refusal of one call too many
            if BUSY.encode() in body:
                return Unavailable(self.name, reason, 429, "busy", wait)
            code = {401: "credentials", 403: "no_role"}.get(status, "")
            return (
                Unavailable(self.name, reason, status, "not_json", wait)
                if status == 400
                else from_status(self.name, status, reason, code, wait)
            )
        text = f"{text}|{headers.get('X-ExceptionType', '')}"
        kind, code = next(((kind, code) for part, kind, code in REASONS if part in text), (None, ""))
        return kind(self.name, reason, status, code, wait) if kind else from_status(self.name, status, reason, code, wait)

    async def rows(self, command: Command, seconds: float = TURN) -> list[Row]:
        """What a Get- cmdlet finds, all of it. Raises Refused("truncated") rather than give a part for the whole."""
        unlimited = {"ResultSize": "Unlimited"} if command.cmdlet in SIZED else {}
        whole = Command(command.cmdlet, {**command.parameters, **unlimited}, command.fields)
        url, found = self.address(whole), list[Row]()
        while url:
            data = await self.sent(url, whole, seconds, repeatable=True)
            if any(TRUNCATED.search(str(one)) for one in data.get("@adminapi.warnings") or []):
                raise Refused(self.name, f"{command.cmdlet}: not all results came", 200, "truncated")
            found += self.objects(data.get("value") or [], command.cmdlet)
            url = str(data.get("@odata.nextLink") or "")
            if url and not url.startswith(f"{self.url}/"):  # the token goes to Exchange alone, whatever a link says
                raise Unavailable(self.name, f"{command.cmdlet}: a link that leads elsewhere", code="foreign_link")
        return found

    async def write(self, command: Command, *, repeatable: bool) -> list[Row]:
        """Change something. `repeatable`: twice is the same as once. Only in jobs: it may take a minute."""
        data = await self.sent(self.address(command), command, JOB, repeatable=repeatable)
        for _ in data.get("@adminapi.warnings") or []:
            log.info("exchange_warned", cmdlet=command.cmdlet)  # the sentence may name people; reading back tells whether it matters
        return self.objects(data.get("value") or [], command.cmdlet)

    async def batch(self, commands: Sequence[Command]) -> list[ConnectorError | None]:
        """Up to ten changes in one call: for each its error, or None. Raises ConnectorError where the whole of it failed."""
        url = f"{self.url}/InvokeCommand"
        headers = {**self._headers, "Prefer": f"odata.maxpagesize={PAGE}"}
        parts = [
            {"id": str(n), "method": "POST", "url": url, "headers": headers, "body": command.body()} for n, command in enumerate(commands)
        ]
        what = f"batch of {commands[0].cmdlet}"
        request = Request(
            "POST",
            f"{self.url}/$batch",
            what,
            repeatable=False,
            headers=self._numbered(),
            body=orjson.dumps({"requests": parts}),
            seconds=JOB,
        )
        data = self.an_object((await self.call(request)).data, what)
        answers = {str(one.get("id")): one for one in self.objects(data.get("responses"), what)}
        return [self._part(what, answers.get(str(n))) for n in range(len(commands))]

    def _part(self, what: str, answer: Row | None) -> ConnectorError | None:
        """The error in one part of a batch's answer."""
        if answer is None:
            return Unavailable(self.name, f"{what}: a part has no answer", code="no_answer")
        status, headers, body = answer.get("status"), answer.get("headers"), answer.get("body")
        if not isinstance(status, int):
            return Unavailable(self.name, f"{what}: a part has no status", code="not_json")
        if status in self.success:
            return None
        raw = body.encode() if isinstance(body, str) else orjson.dumps(body)
        return self.judged(what, status, {str(k): str(v) for k, v in headers.items()} if isinstance(headers, dict) else {}, raw)

    async def sent(self, url: str, command: Command, seconds: float, *, repeatable: bool) -> dict[str, Any]:
        """One call; an answer without a body is an empty one."""
        headers = {**self._numbered(), "X-CmdletName": command.cmdlet, "Prefer": f"odata.maxpagesize={PAGE}"}
        body = orjson.dumps(command.body())
        request = Request("POST", url, command.cmdlet, repeatable, headers=headers, body=body, seconds=seconds)
        answer = await self.call(request)
        return {} if answer.status == 204 or not answer.body else self.an_object(answer.data, command.cmdlet)

    def address(self, command: Command) -> str:
        return f"{self.url}/InvokeCommand" + (f"?$select={','.join(command.fields)}" if command.fields else "")

    def _numbered(self) -> dict[str, str]:
        """The headers, with a number for this request that Microsoft's support asks for."""
        return {**self._headers, "client-request-id": str(uuid.uuid4())}

    def identity(self, text: str) -> str:
        """An identity to send. An empty one would name everything there is."""
        if not text.strip():
            raise NotFound(self.name, "an empty identity", code="empty_id")
        return text.strip()

    async def until(self, look: Callable[[], Awaitable[T | None]], what: str) -> T:
        """What `look` gives as soon as it gives something. Raises Unavailable when patience ends: "not_visible", or "busy" where it was that."""
        clock = asyncio.get_running_loop().time
        end, pause = clock() + PATIENCE, 0.2
        while True:
            trouble = Unavailable(self.name, f"{what}: not visible yet", code="not_visible")
            try:
                if (found := await look()) is not None:
                    return found
            except Unavailable as error:
                if error.status != 429:  # one that is there and asks to wait is waited for
                    raise
                trouble = error
            wait = max(pause, trouble.retry_after or 0.0)
            if clock() + wait > end:
                raise trouble
            await asyncio.sleep(wait)
            pause = min(pause * 1.6, LONGEST)

    async def patiently(self, command: Command) -> None:
        """A repeatable change of something that may be new: "not found" is waited out. Raises NotFound when patience ends."""
        missing: list[NotFound] = []

        async def act() -> bool | None:
            try:
                await self.write(command, repeatable=True)
            except NotFound as error:
                missing.append(error)
                return None
            return True

        try:
            await self.until(act, command.cmdlet)
        except Unavailable as error:
            raise (missing[-1] if error.code == "not_visible" else error) from None


SIZED = frozenset(
    "Get-Recipient Get-Mailbox Get-DistributionGroup Get-DynamicDistributionGroup Get-DistributionGroupMember"
    " Get-DynamicDistributionGroupMember Get-MailboxPermission Get-RecipientPermission".split()
)


def said(body: bytes) -> str | None:
    """Type and sentence of an error body, wherever they stand; None for a body that is no envelope."""
    try:
        error = orjson.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(error, dict):
        return None
    found = [str(one.get("message", "")) for one in error.get("details") or [] if isinstance(one, dict)]
    inner = error.get("innererror")
    cause = inner.get("internalexception") if isinstance(inner, dict) else None
    if isinstance(cause, dict):
        found += [str(cause.get("type", "")), str(cause.get("message", ""))]
    return "|".join([*found, str(error.get("message", ""))])


def quoted(text: str) -> str:
    """A text in an OPATH filter."""
    return "'" + text.replace("'", "''") + "'"
