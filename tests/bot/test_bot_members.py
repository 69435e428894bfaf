"""Fault 18 of the SDK's adapter: a member who is not in the chat is an error there, and a long list is cut after its first page."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from botbuilder.core import ActivityHandler, TurnContext
from botbuilder.core.teams import TeamsInfo
from botbuilder.schema import ErrorResponseException
from typing_extensions import override

from bot.addresses import Addresses
from bot.members import Member, member, members
from bot.send import Sender
from connectors.errors import Denied, NotFound, Unavailable
from tests.bot.standins import BIRTHE, Connector, Fault, activity, serving
from tests.bot.stock import stock
from tests.bot.test_bot_faults import post

pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)  # the SDK leaves sockets open

ROSTER = [{"id": f"29:{number}", "name": f"Nr. {number}", "aadObjectId": f"o-{number}"} for number in range(7)]
PAGE = 3  # what this Teams gives, whatever is asked for: `pageSize` is a wish
GONE = {"error": {"code": "MemberNotFoundInConversation", "message": "The member was not found."}}


class Chat(Connector):
    """Seven members, three a page."""

    endless = False

    @override
    async def answer(self, request: web.Request) -> web.Response:
        if request.method != "GET" or any(fault.times for fault in self.faults):
            return await super().answer(request)
        if request.path.endswith("/pagedmembers"):
            start = int(request.query.get("continuationToken", "t+/0").removeprefix("t+/"))
            more = {"continuationToken": f"t+/{start + PAGE}"} if start + PAGE < len(ROSTER) or self.endless else {}
            return web.json_response({"members": ROSTER[start : start + PAGE], **more})
        found = next((one for one in ROSTER if request.path.endswith(f"/members/{one['id']}")), None)
        return web.json_response(found or GONE, status=200 if found else 404)


@pytest.fixture
async def chat() -> AsyncIterator[Chat]:
    one = Chat()
    async with serving(one.app()) as one.url:
        yield one


@pytest.fixture
async def sender() -> AsyncIterator[Sender]:
    async with aiohttp.ClientSession() as session:
        yield Sender(session, Addresses(loopback=True))


class Asking(ActivityHandler):
    """The stock bot, asking for members as the SDK's samples do."""

    def __init__(self) -> None:
        self.found: Any = None

    @override
    async def on_message_activity(self, turn_context: TurnContext) -> None:
        try:
            self.found = await TeamsInfo.get_member(turn_context, turn_context.activity.text)
        except ErrorResponseException as error:
            self.found = error


async def test_one_who_is_not_there_is_an_answer(chat: Chat, sender: Sender) -> None:
    asking = Asking()
    async with stock(asking) as url:
        await post(url, activity(chat.url, text="29:99"))
    assert isinstance(asking.found, ErrorResponseException)
    assert await member(sender, chat.url, "19:a@thread.v2", "29:99") is None
    assert await member(sender, chat.url, "19:a@thread.v2", "29:2") == Member(id="29:2", name="Nr. 2", aadObjectId="o-2")
    assert [call.path for call in chat.calls[-2:]] == [
        "/v3/conversations/19%3Aa%40thread.v2/members/29%3A99",
        "/v3/conversations/19%3Aa%40thread.v2/members/29%3A2",
    ]


class Listing(Asking):
    @override
    async def on_message_activity(self, turn_context: TurnContext) -> None:
        self.found = await TeamsInfo.get_paged_members(turn_context, page_size=500)


async def test_all_pages_are_read(chat: Chat, sender: Sender) -> None:
    listing = Listing()
    async with stock(listing) as url:
        await post(url, activity(chat.url))
    assert len(listing.found.members) == PAGE
    found = [one async for one in members(sender, chat.url, "19:a@thread.v2")]
    assert [one.object_id for one in found] == [one["aadObjectId"] for one in ROSTER]
    assert chat.calls[-1].path.endswith("/pagedmembers?pageSize=500&continuationToken=t%2B%2F6")


async def test_pages_without_an_end_are_not_read_for_ever(chat: Chat, sender: Sender) -> None:
    chat.endless = True
    with pytest.raises(Unavailable, match="does not end"):
        assert [one async for one in members(sender, chat.url, "a:1")]
    assert len(chat.calls) == 100


async def test_a_conversation_that_is_not_there_is_told_from_a_member(chat: Chat, sender: Sender) -> None:
    chat.faults.append(Fault(status=404, body={"error": {"code": "ConversationNotFound", "message": "no"}}))
    with pytest.raises(NotFound):
        await member(sender, chat.url, "a:1", BIRTHE)
    chat.faults.append(Fault(status=403, body={"error": {"code": "BotNotInConversationRoster", "message": "no"}}))
    with pytest.raises(Denied):
        await member(sender, chat.url, "a:1", BIRTHE)


async def test_an_answer_of_another_shape_is_an_error(connector: Connector, sender: Sender) -> None:
    with pytest.raises(Unavailable, match="another shape"):
        assert [one async for one in members(sender, connector.url, "a:1")]


async def test_both_spellings_of_the_object_id_are_read() -> None:
    for name in ("objectId", "aadObjectId"):
        assert Member.model_validate({"id": "29:1", name: BIRTHE}).object_id == BIRTHE
