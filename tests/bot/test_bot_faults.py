"""The faults of the SDK's adapter (4.17.1): the same request to the stock adapter, which fails, and to ours."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from botbuilder.core import ActivityHandler, InvokeResponse, MemoryStorage, StoreItem, TurnContext
from botbuilder.core.teams import TeamsActivityHandler
from botbuilder.schema import (
    Activity,
    AdaptiveCardInvokeResponse,
    ChannelAccount,
    ConversationAccount,
    ConversationReference,
    Entity,
    Mention,
)
from botbuilder.schema.teams import TaskModuleContinueResponse, TaskModuleResponse, TaskModuleTaskInfo
from typing_extensions import override

from bot.incoming import Incoming
from bot.outward import outward
from bot.text import words
from dialogs.talk import Event, Reply
from tests.bot.standins import APP, TENANT, Connector, Fault, Running, activity, gap, running, serving
from tests.bot.stock import Echo, stock

pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)  # the SDK leaves sockets open


async def post(
    url: str, body: Any = None, *, data: bytes | None = None, headers: dict[str, str] | None = None, method: str = "POST"
) -> tuple[int, str]:
    sent = data if data is not None else json.dumps(body).encode()
    async with (
        aiohttp.ClientSession(skip_auto_headers=["Content-Type"]) as http,
        http.request(
            method, f"{url}/api/messages", data=sent, headers={"Content-Type": "application/json"} if headers is None else headers
        ) as got,
    ):
        return got.status, await got.text()


@pytest.fixture
async def stock_url() -> AsyncIterator[str]:
    async with stock() as url:
        yield url


class Invoked(TeamsActivityHandler):
    """Answers every invoke with one thing."""

    def __init__(self, body: Any) -> None:
        self.body = body

    @override
    async def on_invoke_activity(self, turn_context: TurnContext) -> InvokeResponse:
        if isinstance(self.body, type):
            raise self.body
        return InvokeResponse(status=200, body=self.body)


async def test_1_an_invoke_answered_with_json(kollega: Running) -> None:
    invoke = kollega.invoke("task/fetch", {"data": {"do": "x"}})
    async with stock(Invoked({"task": {"type": "message", "value": "Hej"}})) as url:
        assert (await post(url, invoke))[0] == 500
    assert await kollega.post(invoke) == (200, {"task": {"type": "message", "value": "Jeg har svaret i vores chat."}})


BODIES = {
    "no JSON": b"{",
    "empty": b"",
    "not UTF-8": b'{"type":"\xff"}',
    "null": b"null",
    "a list": b"[]",
    "a text": b'"hej"',
    "an unreadable time": json.dumps(activity("http://127.0.0.1:1", timestamp="i morgen")).encode(),
}


@pytest.mark.parametrize("name", BODIES)
async def test_2_a_body_that_is_no_activity(kollega: Running, stock_url: str, name: str) -> None:
    assert (await post(stock_url, data=BODIES[name]))[0] == 500
    status, text = await post(kollega.url, data=BODIES[name])
    assert status == 400
    assert "Traceback" not in text


@pytest.mark.parametrize("headers", [{}, {"Content-Type": "text/plain"}, {"Content-Type": "application/xml"}], ids=["none", "text", "xml"])
async def test_2_another_content_type(kollega: Running, headers: dict[str, str]) -> None:
    assert (await post(kollega.url, kollega.activity(), headers=headers))[0] == 415


async def test_2_too_large(kollega: Running) -> None:
    assert (await post(kollega.url, kollega.activity(text="x" * 1024 * 1024)))[0] == 413

    async def dribble() -> AsyncIterator[bytes]:  # no Content-Length
        for _ in range(20):
            yield b" " * 65_536

    async with kollega.http.post(f"{kollega.url}/api/messages", data=dribble(), headers={"Content-Type": "application/json"}) as got:
        assert got.status == 413


# 3 (tokens), 4 (rotation) and 5 (fetching keys on the loop) stand in test_bot_auth.py.


async def test_6_a_slow_token_does_not_hold_up_the_loop(connector: Connector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: Any) -> str:
        loops.append(threading.current_thread() is threading.main_thread())
        time.sleep(0.3)
        return "token"

    loops: list[bool] = []
    monkeypatch.setattr("botframework.connector.auth.MicrosoftAppCredentials.get_access_token", slow)
    monkeypatch.setattr("botframework.connector.auth.SkillValidation.is_skill_claim", lambda *_: False)
    monkeypatch.setattr("botframework.connector.auth.JwtTokenValidation.authenticate_request", None)
    from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication

    from tests.bot.stock import config

    adapter = CloudAdapter(ConfigurationBotFrameworkAuthentication(config(APP_ID=APP, APP_PASSWORD="x")))
    reference = ConversationReference(
        service_url=connector.url,
        conversation=ConversationAccount(id="a:1"),
        bot=ChannelAccount(id="b"),
        user=ChannelAccount(id="u"),
        channel_id="msteams",
    )

    async def hello(context: TurnContext) -> None:
        await context.send_activity("hej")

    assert await gap(adapter.continue_conversation(reference, hello, APP)) > 0.25
    assert loops[0]

    async def tokens() -> str:
        await asyncio.sleep(0.3)
        return "token"

    async with running(connector, tmp_path / "var") as one:
        one.bot.adapter.sender.tokens = tokens
        assert await gap(one.says("hej")) < 0.2


async def burst(url: str, service_url: str, count: int) -> float:
    """Seconds that so many messages at once take, each in a conversation of its own."""
    began = time.perf_counter()
    bodies = [activity(service_url, conversation={"id": f"a:{number}"}) for number in range(count)]
    assert {status for status, _ in await asyncio.gather(*(post(url, body) for body in bodies))} == {201}
    return time.perf_counter() - began


async def test_7_and_8_sends_at_once_over_kept_connections(connector: Connector, kollega: Running, stock_url: str) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(6))  # the default's size on two cores
    connector.faults.append(Fault(delay=0.15, times=10_000))
    await burst(stock_url, connector.url, 24)
    assert connector.most_at_once <= 6
    connections = {call.peer for call in connector.calls}
    assert len(connections) == 24  # a new client, and so a new connection, for each turn
    connector.calls.clear()
    await burst(kollega.url, connector.url, 24)
    assert connector.most_at_once == 24
    connections = {call.peer for call in connector.calls}
    await burst(kollega.url, connector.url, 24)
    assert {call.peer for call in connector.calls} == connections


@pytest.mark.parametrize("status", [412, 429, 502, 503, 504])
async def test_9_a_refused_post_is_repeated(connector: Connector, kollega: Running, stock_url: str, status: int) -> None:
    connector.faults.append(Fault(status=status, headers={"Retry-After": "0"}))
    assert (await post(stock_url, activity(connector.url)))[0] == 500
    assert len(connector.calls) == 1
    connector.faults.append(Fault(status=status, headers={"Retry-After": "0"}))
    assert [one["text"] for one in await kollega.says("hej")] == ["Echo: hej"] * 2  # refused, then taken


LABELLED: dict[str, Any] = {"type": "https://schema.org/Message", "@type": "Message", "additionalType": ["AIGeneratedContent"]}


class Mentions(ActivityHandler):
    @override
    async def on_message_activity(self, turn_context: TurnContext) -> None:
        account = ChannelAccount(id="29:1", name="Birthe Holm")
        mention = Mention(mentioned=account, text="<at>Birthe Holm</at>", type="mention")
        await turn_context.send_activity(Activity(type="message", text="Hej <at>Birthe Holm</at>", entities=[mention]))
        await turn_context.send_activity(Activity(type="message", text="Hej", entities=[LABELLED]))


async def test_10_entities_go_out_whole(connector: Connector, kollega: Running) -> None:
    async with stock(Mentions()) as url:
        await post(url, activity(connector.url))
    assert connector.said()[1]["entities"] == [{"type": "https://schema.org/Message"}]  # the AI label is lost
    connector.calls.clear()
    request = Incoming.model_validate(activity(connector.url))
    context = TurnContext(kollega.bot.adapter, request.as_sdk())
    await Mentions().on_message_activity(context)
    mentioned, labelled = connector.said()
    assert mentioned["entities"][0]["text"] == "<at>Birthe Holm</at>"
    assert mentioned["entities"][0]["mentioned"] == {"id": "29:1", "name": "Birthe Holm"}
    assert labelled["entities"] == [LABELLED]


def read(model: Any, body: Any) -> Any:
    """With the SDK's own reader."""
    return model.deserialize(body)


def written(model: Any) -> Any:
    """With the SDK's own writer."""
    return model.serialize()


async def test_10_unknown_properties_are_kept() -> None:
    entity = read(Entity(), {"type": "clientInfo", "platform": "Windows"})
    made = Activity(type="message", entities=[entity], channel_data={"feedbackLoop": {"type": "default"}})
    assert written(made)["entities"] == [{"type": "clientInfo"}]
    assert outward(made)["entities"] == [{"type": "clientInfo", "platform": "Windows"}]
    assert outward(made)["channelData"] == {"feedbackLoop": {"type": "default"}}


def test_11_the_tenant_is_kept() -> None:
    body = activity("https://smba.trafficmanager.net/emea/")
    stock_read = read(Activity(), body)
    assert stock_read.conversation.tenant_id is None
    assert "tenantId" not in written(ConversationReference(conversation=stock_read.conversation))["conversation"]
    ours = Incoming.model_validate(body).as_sdk()
    assert ours.conversation.tenant_id == TENANT
    assert outward(TurnContext.get_conversation_reference(ours))["conversation"]["tenantId"] == TENANT


MENTION = {"type": "mention", "text": "<at>Kollega</at>", "mentioned": {"id": f"28:{APP}", "name": "Kollega"}}


def test_12_mentions() -> None:
    bare = activity("http://127.0.0.1:1", entities=[MENTION], text=None)
    with pytest.raises(TypeError):
        TurnContext.remove_recipient_mention(read(Activity(), bare))
    assert words(Incoming.model_validate(bare)).text == ""
    said = activity("http://127.0.0.1:1", entities=[MENTION], text="<at>Kollega</at>&nbsp;opret &amp; luk")
    assert TurnContext.remove_recipient_mention(read(Activity(), said)) != "opret & luk"
    assert words(Incoming.model_validate(said)).text == "opret & luk"


class Message(ActivityHandler):
    @override
    async def on_adaptive_card_invoke(self, turn_context: TurnContext, invoke_value: Any) -> AdaptiveCardInvokeResponse:
        return AdaptiveCardInvokeResponse(status_code=200, type="application/vnd.microsoft.activity.message", value="Modtaget.")


async def test_13_a_press_answered_with_a_message(kollega: Running) -> None:
    press = kollega.invoke("adaptiveCard/action", {"action": {"type": "Action.Execute", "verb": "yes", "data": {}}, "trigger": "manual"})
    async with stock(Message()) as url:
        assert (await post(url, press))[0] == 500
    status, answer = await kollega.post(press)
    assert (status, answer) == (
        200,
        {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Se svaret herunder."},
    )


async def test_13_a_press_without_an_action(kollega: Running) -> None:
    press = kollega.invoke("adaptiveCard/action", {"action": {"type": "Action.Submit"}})
    async with stock(Message()) as url:
        assert (await post(url, press))[0] == 500
    status, answer = await kollega.post(press)
    assert (status, answer["statusCode"], answer["type"]) == (200, 400, "application/vnd.microsoft.error")


class Dialog(TeamsActivityHandler):
    @override
    async def on_teams_task_module_fetch(self, turn_context: TurnContext, task_module_request: Any) -> TaskModuleResponse:
        return TaskModuleResponse(task=TaskModuleContinueResponse(value=TaskModuleTaskInfo(title="Sag", card={"contentType": "x"})))


async def test_13_a_dialog_with_a_card(kollega: Running) -> None:
    fetch = kollega.invoke("task/fetch", {"data": {"do": "x"}})
    async with stock(Dialog()) as url:
        assert (await post(url, fetch))[0] == 500
    assert (await kollega.post(fetch))[0] == 200


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        (
            "application/search",
            {"queryText": "b", "dataset": "mailboxes"},
            {"statusCode": 200, "type": "application/vnd.microsoft.search.searchResponse", "value": {"results": []}},
        ),
        ("message/submitAction", {"actionName": "feedback", "actionValue": {"reaction": "like"}}, {}),
        ("signin/failure", {"code": "resourcematchfailed"}, {}),
    ],
)
async def test_14_invokes_that_the_sdk_does_not_know(kollega: Running, name: str, value: Any, wanted: Any) -> None:
    async with stock(TeamsActivityHandler()) as url:
        assert (await post(url, kollega.invoke(name, value)))[0] == 501
    assert await kollega.post(kollega.invoke(name, value)) == (200, wanted)


class Forbidden(ActivityHandler):
    @override
    async def on_message_activity(self, turn_context: TurnContext) -> None:
        raise PermissionError("a file")


async def test_15_a_permission_error_is_not_the_callers(kollega: Running) -> None:
    def forbidden(event: Event, state: str) -> tuple[str, list[Reply]]:
        raise PermissionError("a file")

    async with stock(Forbidden()) as url:
        assert (await post(url, kollega.activity()))[0] == 401
    kollega.brain.answer = forbidden
    said = await kollega.says("hej")
    assert len(said) == 1
    assert said[0]["text"].startswith("Der gik noget galt hos mig. Det, du har skrevet, er gemt.")


class Item(StoreItem):
    def __init__(self, text: str) -> None:
        self.text = text
        self.e_tag = None


async def test_16_a_lost_update(kollega: Running) -> None:
    storage = MemoryStorage()  # type: ignore[no-untyped-call]  # the SDK ships no types
    await storage.write({"a": Item("first")})
    await storage.write({"a": Item("one")})
    await storage.write({"a": Item("two")})  # two writers who both read nothing: the later wins, nobody is told
    assert (await storage.read(["a"]))["a"].text == "two"
    (await storage.read(["a"]))["a"].text = "changed without a write"
    assert (await storage.read(["a"]))["a"].text == "changed without a write"
    await kollega.says("hej")
    from dataclasses import replace

    from bot.store import Stale

    row = await kollega.bot.store.load("a:1xyz")
    await kollega.bot.store.save(replace(row, body=row.body))
    with pytest.raises(Stale):
        await kollega.bot.store.save(replace(row, body=row.body))


async def test_17_settings_beside_no_app_registration(kollega: Running) -> None:
    async with stock(Echo(), TO_BOT_FROM_CHANNEL_OPENID_METADATA_URL="http://127.0.0.1:1/x") as url:
        assert (await post(url, kollega.activity()))[0] == 500
    assert (await kollega.post(kollega.activity()))[0] == 201


# 18 (members) stands in test_bot_members.py.


async def test_19_get_is_refused(kollega: Running, stock_url: str) -> None:
    assert (await post(stock_url, data=b"", method="GET"))[0] == 500
    assert (await post(kollega.url, data=b"", method="GET"))[0] == 405


async def test_19_the_adapter_itself_refuses_it(kollega: Running) -> None:
    from aiohttp import web

    async def anything(request: web.Request) -> web.Response:
        return await kollega.bot.adapter.process(request, never)

    async def never(context: TurnContext) -> None:
        raise AssertionError

    app = web.Application()
    app.router.add_route("*", "/api/messages", anything)
    async with serving(app) as url:
        for method in ("GET", "PUT", "DELETE"):
            assert (await post(url, data=b"{}", method=method))[0] == 405
