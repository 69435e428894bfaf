"""Which call is answered by what: the addresses under v1.0, permissions, and the limit of four calls at once in a mailbox."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from simulators.graph import attachments, categories, delta, groups, messages, mime, odata, send, shared, users
from simulators.graph.mailbox import ROOT, Folder, Mailbox, owner
from simulators.graph.paging import page
from simulators.graph.wire import Answer, Call, Refusal, knob
from simulators.simulation import Simulation
from simulators.store import Document

AT_ONCE = 4  # calls in flight in one mailbox: https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits
LATENCY = 0.01  # seconds; without any, no two calls would ever meet
MAIL = ("mailfolders", "messages", "outlook", "mailboxsettings", "sendmail", "translateexchangeids")
FOLDER = frozenset("id displayName parentFolderId childFolderCount unreadItemCount totalItemCount sizeInBytes isHidden".split())
NO_PHOTO = "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown."

Answering = Callable[[Call, frozenset[str]], Awaitable[Answer]]


def unknown(call: Call) -> Refusal:
    """An address that is not there."""
    return Refusal(404, "ResourceNotFound", f"Resource not found for the segment '{(call.path[-1] if call.path else '')[:60]}'.")


def only(call: Call, *methods: str) -> None:
    """Refuse other methods (405)."""
    if call.method not in methods:
        raise Refusal(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")


@dataclass
class Routes:
    """Answers calls, from the network or from a batch."""

    simulation: Simulation
    busy: Counter[str] = field(default_factory=Counter)

    async def answer(self, call: Call, roles: frozenset[str]) -> Answer:
        """The answer to a call by an application with those permissions. Raises Refusal."""
        match [call.path[0].lower() if call.path else "", *call.path[1:]]:
            case ["users", *rest]:
                return await self.user(call, rest, roles)
            case ["subscribedskus"]:
                only(call, "GET")
                return users.skus(call, roles)
            case ["groups", *rest]:
                return groups.answer(call, rest, self.simulation, roles)
            case ["me", *_]:
                raise Refusal(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
            case _:
                raise unknown(call)

    async def user(self, call: Call, rest: list[str], roles: frozenset[str]) -> Answer:
        if len(rest) > 1 and rest[1].lower() in MAIL:
            return await self.mail(call, rest, roles)
        if not roles & {"User.Read.All", "Directory.Read.All"}:
            raise Refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
        only(call, "GET")
        match rest:
            case []:
                return users.listed(call)
            case ["$count"]:
                return users.count(call)
            case [identity]:
                return users.get(call, users.found(identity))
            case [identity, "manager"]:
                return users.manager(call, users.found(identity))
            case [identity, "directReports"]:
                return users.reports(call, users.found(identity))
            case [identity, "memberOf" | "transitiveMemberOf" as which]:
                return groups.of(call, users.found(identity), self.simulation, roles, through=which == "transitiveMemberOf")
            case [identity, "photo" | "photos", *_]:
                users.found(identity)
                raise Refusal(404, "ImageNotFound", NO_PHOTO)
            case _:
                raise unknown(call)

    async def mail(self, call: Call, rest: list[str], roles: frozenset[str]) -> Answer:
        """Something in a mailbox: who may, is there room, and then what."""
        if rest[0].lower() in shared.ADDRESSES:
            if not roles & {"Mail.Read", "Mail.ReadWrite", "Mail.ReadBasic.All"}:
                raise Refusal(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
            return shared.answer(call, rest[0].lower(), rest[1:])
        mailbox = Mailbox(self.simulation, owner(rest[0]))
        basic = self.permitted(call, mailbox, rest[1].lower(), roles)
        if self.busy[mailbox.owner.id] >= AT_ONCE:
            wait = str(int(knob(self.simulation, "graph_retry_after", 1)))
            raise Refusal(429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.", {"Retry-After": wait})
        self.busy[mailbox.owner.id] += 1
        try:
            await asyncio.sleep(max(0.0, knob(self.simulation, "graph_latency_seconds", LATENCY)))
            return InMailbox(call, mailbox, basic).answer(rest[1:])
        finally:
            self.busy[mailbox.owner.id] -= 1

    def permitted(self, call: Call, mailbox: Mailbox, kind: str, roles: frozenset[str]) -> bool:
        """Refuse (403) what the permissions do not cover; true where they give mails without their bodies only."""
        scope = self.simulation.settings.get("graph_mailboxes")
        if isinstance(scope, list) and mailbox.owner.email not in scope:
            raise Refusal(403, "ErrorAccessDenied", "[RAOP] : Blocked by tenant configured AppOnly AccessPolicy settings")
        if kind == "sendmail":
            enough = {"Mail.Send"}
        elif kind in {"outlook", "mailboxsettings"}:
            enough = {"MailboxSettings.ReadWrite"} | ({"MailboxSettings.Read"} if call.method == "GET" else set())
        elif call.method == "GET" or kind == "translateexchangeids":
            enough = {"Mail.Read", "Mail.ReadWrite", "Mail.ReadBasic.All"}
        else:
            enough = {"Mail.ReadWrite"}
        if not roles & enough:
            raise Refusal(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        return not roles & {"Mail.Read", "Mail.ReadWrite"} and kind in {"messages", "mailfolders"}


@dataclass(frozen=True)
class InMailbox:
    """One call in one mailbox. `basic`: without bodies and attachments."""

    call: Call
    mailbox: Mailbox
    basic: bool

    def answer(self, rest: list[str]) -> Answer:
        match [rest[0].lower(), *rest[1:]]:
            case ["messages", *inner]:
                return self.messages(inner, None)
            case ["mailfolders", *inner]:
                return self.folders(inner)
            case ["sendmail"]:
                only(self.call, "POST")
                return send.send(self.call, self.mailbox)
            case ["translateexchangeids"]:
                only(self.call, "POST")
                return messages.translate(self.call, self.mailbox)
            case ["outlook", name, *inner] if name.lower() == "mastercategories":
                return self.categories(inner)
            case ["mailboxsettings"]:
                only(self.call, "GET", "PATCH")
                return categories.settings(self.call, self.mailbox)
            case ["mailboxsettings", "userPurpose"]:
                only(self.call, "GET")
                return categories.purpose(self.call, self.mailbox)
            case _:
                raise unknown(self.call)

    def categories(self, rest: list[str]) -> Answer:
        match rest:
            case []:
                only(self.call, "GET", "POST")
                return (categories.listed if self.call.method == "GET" else categories.add)(self.call, self.mailbox)
            case [identity]:
                only(self.call, "GET")
                return categories.get(self.call, self.mailbox, identity)
            case _:
                raise unknown(self.call)

    def folders(self, rest: list[str]) -> Answer:
        if rest[1:2] == ["messages"]:
            return self.messages(rest[2:], self.mailbox.folder(rest[0]))
        only(self.call, "GET")
        match rest:
            case [] | [_, "childFolders"]:
                top = not rest or self.mailbox.folder(rest[0]).key == ROOT
                return self.listed(self.mailbox.folders() if top else [])
            case [name]:
                context = messages.context(self.call, self.mailbox, "mailFolders/$entity")
                return Answer({"@odata.context": context, **self.shown(self.mailbox.folder(name))})
            case _:
                raise unknown(self.call)

    def listed(self, folders: list[Folder]) -> Answer:
        """A page of folders, by $filter and $select."""
        names = odata.read_select(self.call.query.get("$select"), FOLDER, "microsoft.graph.mailFolder")
        rows = [self.shown(one) for one in folders]
        if "$filter" in self.call.query:
            clause = odata.read_filter(self.call.query["$filter"])
            if any(test.path != "displayName" for test in odata.comparisons(clause)):
                raise Refusal(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
            odata.check(clause, {"displayName": str})
            rows = [row for row in rows if odata.holds(clause, row.get)]
        chosen = [{name: value for name, value in row.items() if not names or name in {"id", *names}} for row in rows]
        return page(self.call, chosen, messages.context(self.call, self.mailbox, "mailFolders"), 10, 1000)

    def shown(self, folder: Folder) -> dict[str, Any]:
        inside = list(self.mailbox.in_folder(folder.key))
        below = len(self.mailbox.folders()) if folder.key == ROOT else 0
        return {
            "id": self.mailbox.folder_id(folder.key),
            "displayName": folder.title,
            "parentFolderId": self.mailbox.folder_id(ROOT),
            "childFolderCount": below,
            "unreadItemCount": sum(not one["read"] for one in inside),
            "totalItemCount": len(inside),
            "sizeInBytes": sum(len(one["html"]) for one in inside),
            "isHidden": False,
        }

    def messages(self, rest: list[str], folder: Folder | None) -> Answer:
        key = folder.key if folder else None
        if rest in ([], ["$count"], ["delta"], ["microsoft.graph.delta"]):
            only(self.call, "GET")
            if not rest:
                return messages.listed(self.call, self.mailbox, key, self.basic)
            if rest == ["$count"]:
                return messages.count(self.call, self.mailbox, key)
            if folder is None:
                raise Refusal(400, "ErrorInvalidRequest", "Change tracking is not supported across all folders: name one.")
            return delta.answer(self.call, self.mailbox, folder, self.basic)
        one = self.mailbox.message(rest[0])
        if key and one["folder"] != key:
            raise Refusal(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        return self.message(rest[1:], one)

    def message(self, rest: list[str], one: Document) -> Answer:
        if self.basic and rest:
            raise Refusal(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        match rest:
            case []:
                only(self.call, "GET", "PATCH", "DELETE")
                if self.call.method == "GET":
                    return messages.get(self.call, self.mailbox, one, self.basic)
                return (messages.change if self.call.method == "PATCH" else messages.delete)(self.call, self.mailbox, one)
            case ["move" | "microsoft.graph.move"]:
                only(self.call, "POST")
                return messages.move(self.call, self.mailbox, one)
            case ["$value"]:
                only(self.call, "GET")
                return Answer(mime.rendered(self.mailbox.simulation, one), kind="text/plain")
            case ["attachments", *inner]:
                only(self.call, "GET")
                return self.attachments(inner, one)
            case _:
                raise unknown(self.call)

    def attachments(self, rest: list[str], one: Document) -> Answer:
        match rest:
            case []:
                return attachments.listed(self.call, self.mailbox, one)
            case ["$count"]:
                return attachments.count(one)
            case [identity]:
                return attachments.get(self.call, self.mailbox, one, identity)
            case [identity, "$value"]:
                return attachments.content(self.mailbox, one, identity)
            case _:
                raise unknown(self.call)
