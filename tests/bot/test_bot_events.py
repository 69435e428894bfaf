"""Each kind of activity as the dialogs see it, and the text of a message made clean."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from bot import answers
from bot.events import event_of, mark
from bot.incoming import Incoming
from bot.text import clean, tidy, words
from dialogs.talk import Event, Reply
from tests.bot.standins import APP, BIRTHE, Brain, Connector, Fault, Json, Running, activity, replying, running

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
BOT = {"id": f"28:{APP}", "name": "Kollega"}
HERE = {"id": "29:1abc", "aadObjectId": BIRTHE}


def seen(**changes: Any) -> Event | None:
    return event_of(Incoming.model_validate(activity("http://127.0.0.1:1", **changes)), NOW)


def said(text: str, **changes: Any) -> str:
    return words(Incoming.model_validate(activity("http://127.0.0.1:1", text=text, **changes))).text


def test_a_message() -> None:
    event = seen(id="7", text="hej")
    assert event is not None
    assert (event.kind, event.id, event.text, event.conversation, event.personal) == ("message", "7", "hej", "a:1xyz", True)
    assert (event.who.id, event.who.name, event.who.tenant) == (BIRTHE, "Birthe Holm", "00000000-0000-4000-8000-00000000beef")
    assert event.at.date().isoformat() == "2026-11-23"


@pytest.mark.parametrize(
    ("conversation", "personal"),
    [
        ({"id": "19:x@thread.v2", "conversationType": "groupChat", "isGroup": True}, False),
        ({"id": "19:x@thread.tacv2;messageid=1", "conversationType": "channel"}, False),
        ({"id": "a:1", "isGroup": False}, True),
        ({"id": "a:1"}, True),
        ({"id": "19:x", "isGroup": True}, False),
    ],
)
def test_only_a_chat_for_two_is_personal(conversation: Json, personal: bool) -> None:
    event = seen(conversation=conversation)
    assert event is not None
    assert event.personal is personal


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"type": "messageUpdate", "id": "5", "text": "rettet", "channelData": {"eventType": "editMessage"}}, ("edit", "5", "rettet")),
        ({"type": "messageUpdate", "id": "5", "text": "igen", "channelData": {"eventType": "undeleteMessage"}}, ("edit", "5", "igen")),
        ({"type": "messageDelete", "id": "5", "text": None, "channelData": {"eventType": "softDeleteMessage"}}, ("delete", "5", "")),
        ({"type": "messageReaction", "replyToId": "9", "text": None, "reactionsAdded": [{"type": "like"}]}, ("react", "9", "like")),
    ],
)
def test_what_happens_to_a_message(changes: Json, wanted: tuple[str, str, str]) -> None:
    event = seen(**changes)
    assert event is not None
    assert (event.kind, event.refers, event.text) == wanted


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "typing"},
        {"type": "event", "name": "application/vnd.microsoft.readReceipt", "value": {"lastReadMessageId": "1"}},
        {"type": "messageReaction", "reactionsRemoved": [{"type": "like"}]},
        {"type": "conversationUpdate", "membersRemoved": [HERE]},
        {"type": "conversationUpdate", "channelData": {"eventType": "teamRenamed"}},
        {"type": "installationUpdate", "action": "add-upgrade"},
        {"type": "installationUpdate", "action": "remove"},
        {"from": {"id": "28:another-bot", "name": "Bot"}},
        {"from": BOT | {"aadObjectId": BIRTHE}},
        {"type": "invoke", "name": "signin/verifyState", "value": {"state": "1"}},
        {"text": None},
    ],
    ids=json.dumps,
)
def test_what_concerns_nobody(changes: Json) -> None:
    assert seen(**changes) is None


def added(*members: Json, **changes: Any) -> Json:
    return {"type": "conversationUpdate", "text": None, "membersAdded": list(members)} | changes


INSTALLED: Json = {"type": "installationUpdate", "action": "add", "text": None}


@pytest.mark.parametrize("first", [0, 1])
async def test_an_installation_is_greeted_once(kollega: Running, first: int) -> None:
    kollega.brain.answer = replying(Reply(text="Velkommen."))
    both = [added(BOT, HERE), INSTALLED]
    for changes in (both[first], both[1 - first], added(HERE)):
        assert (await kollega.post(kollega.activity(**changes)))[0] == 201
    assert kollega.connector.texts() == ["Velkommen."]
    assert [event.kind for event in kollega.brain.events] == ["joined"]


async def test_who_comes_back_is_greeted_again_and_is_not_written_to_meanwhile(kollega: Running) -> None:
    await kollega.post(kollega.activity(**INSTALLED))
    await kollega.post(kollega.activity(type="installationUpdate", action="remove-upgrade", text=None))
    row = await kollega.bot.store.load("a:1xyz")
    assert row.reference
    assert not row.reference.dead
    await kollega.post(kollega.activity(type="installationUpdate", action="remove", text=None))
    row = await kollega.bot.store.load("a:1xyz")
    assert row.reference
    assert row.reference.dead
    await kollega.post(kollega.activity(**INSTALLED))
    assert [event.kind for event in kollega.brain.events] == ["joined", "joined"]


async def test_who_has_written_already_is_not_greeted(kollega: Running) -> None:
    await kollega.says("hej")
    await kollega.post(kollega.activity(**INSTALLED))
    assert [event.kind for event in kollega.brain.events] == ["message"]


def test_in_a_group_only_the_bots_own_coming_counts() -> None:
    group = {"id": "19:x@thread.v2", "conversationType": "groupChat"}
    assert seen(**added(HERE, conversation=group)) is None
    event = seen(**added(BOT, conversation=group))
    assert event is not None
    assert (event.kind, event.personal) == ("joined", False)


def test_who_joined_is_found_among_the_members() -> None:
    event = seen(**added(BOT, HERE, **{"from": {"id": "a:1xyz"}}))
    assert event is not None
    assert event.who.id == BIRTHE
    assert seen(**added(BOT, **{"from": {"id": "a:1xyz"}})) is None


PAYLOAD: Json = {
    "id": "1732352400123",
    "subject": None,
    "createdDateTime": "2026-11-23T08:00:00Z",
    "linkToMessage": "https://teams.microsoft.com/l/message/19:x/1732352400123",
    "from": {"user": {"id": "00000000-0000-4000-8000-000000000003", "displayName": "Sofie Lund"}},
    "body": {"contentType": "html", "content": "<p>Kan du&nbsp;journalisere &amp; lukke?</p><p>Tak</p>"},
    "attachments": [{"contentType": "reference", "contentUrl": "https://kk.sharepoint.com/x", "name": "notat.docx"}],
}


async def test_a_message_action_is_answered_in_the_persons_own_chat(kollega: Running) -> None:
    await kollega.says("hej")
    group = {"id": "19:x@thread.v2", "conversationType": "groupChat", "tenantId": "00000000-0000-4000-8000-00000000beef"}
    value = {"commandId": "journal", "commandContext": "message", "messagePayload": PAYLOAD, "data": {"sag": "2026-1"}}
    status, answer = await kollega.post(kollega.invoke("composeExtension/fetchTask", value, conversation=group))
    assert (status, answer) == (200, {"task": {"type": "message", "value": "Jeg har svaret i vores chat."}})
    event = kollega.brain.events[-1]
    assert (event.kind, event.do, event.conversation, event.personal) == ("press", "action", "a:1xyz", True)
    assert event.data == {
        "command": "journal",
        "kind": "message",
        "id": "1732352400123",
        "text": "Kan du journalisere & lukke?\nTak",
        "link": "https://teams.microsoft.com/l/message/19:x/1732352400123",
        "created": "2026-11-23T08:00:00Z",
        "author": "Sofie Lund",
        "author_id": "00000000-0000-4000-8000-000000000003",
        "files": "notat.docx",
        "input.sag": "2026-1",
    }
    assert kollega.connector.calls[-1].path == "/v3/conversations/a%3A1xyz/activities"
    assert kollega.brain.states == ["", "1"]


async def test_where_there_is_no_chat_yet_it_is_opened(kollega: Running) -> None:
    group = {"id": "19:x@thread.v2", "conversationType": "groupChat", "tenantId": "00000000-0000-4000-8000-00000000beef"}
    await kollega.post(kollega.invoke("composeExtension/submitAction", {"commandId": "journal"}, conversation=group))
    create, post = kollega.connector.calls
    assert create.path == "/v3/conversations"
    assert create.body["members"] == [{"id": BIRTHE}]
    assert create.body["tenantId"] == create.body["channelData"]["tenant"]["id"] == "00000000-0000-4000-8000-00000000beef"
    assert post.path == "/v3/conversations/a%3Aopened/activities"
    assert (await kollega.bot.store.chat_with(BIRTHE)) is not None


async def test_where_the_app_is_not_installed_it_says_what_to_do(kollega: Running) -> None:
    kollega.connector.faults.append(Fault(status=403, body={"error": {"code": "ForbiddenOperationException"}}))
    group = {"id": "19:x@thread.v2", "conversationType": "groupChat"}
    _, answer = await kollega.post(kollega.invoke("composeExtension/fetchTask", {"commandId": "journal"}, conversation=group))
    assert answer == {"task": {"type": "message", "value": "Åbn først en chat med mig, så svarer jeg dér."}}
    assert kollega.brain.events == []


async def test_a_message_action_while_the_database_is_gone_says_so(kollega: Running) -> None:
    await kollega.bot.store.database.write(text("DROP TABLE conversation"))
    group = {"id": "19:x@thread.v2", "conversationType": "groupChat"}
    _, answer = await kollega.post(kollega.invoke("composeExtension/fetchTask", {"commandId": "journal"}, conversation=group))
    assert answer["task"]["value"].startswith("Der gik noget galt hos mig.")


@pytest.mark.parametrize(
    ("name", "value", "status", "wanted"),
    [
        ("composeExtension/query", {}, 200, {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": []}}),
        ("signin/verifyState", {"state": "1"}, 200, {}),
        ("fileConsent/invoke", {}, 200, {}),
        ("", {"x": 1}, 200, {}),
        ("task/submit", {"data": {}}, 200, answers.task("Den knap kan jeg ikke læse. Skriv til mig i stedet.")),
        ("adaptiveCard/action", {"action": 7}, 200, answers.error("Den knap kan jeg ikke læse. Skriv til mig i stedet.")),
        ("config/fetch", {}, 404, {"error": {"code": "UnknownInvoke", "message": "config/fetch is not served"}}),
    ],
)
async def test_every_invoke_gets_an_answer(kollega: Running, name: str, value: Json, status: int, wanted: Json) -> None:
    assert await kollega.post(kollega.invoke(name, value)) == (status, wanted)


async def test_a_thumb_is_a_reaction(kollega: Running) -> None:
    value = {"actionName": "feedback", "actionValue": {"reaction": "dislike", "feedback": '{"feedbackText":"nej"}'}}
    assert await kollega.post(kollega.invoke("message/submitAction", value, replyToId="17")) == (200, {})
    assert (kollega.brain.events[-1].kind, kollega.brain.events[-1].refers, kollega.brain.events[-1].text) == ("react", "17", "dislike")


async def test_a_dialogs_button_is_a_press(kollega: Running) -> None:
    _, answer = await kollega.post(kollega.invoke("task/fetch", {"data": {"do": "open", "card": "c", "data": {"a": "1"}}}))
    assert answer["task"]["value"] == "Jeg har svaret i vores chat."
    assert (kollega.brain.events[-1].do, kollega.brain.events[-1].card, kollega.brain.events[-1].data) == ("open", "c", {"a": "1"})


async def test_in_a_channel_the_answer_goes_to_the_thread(connector: Connector, tmp_path: Path) -> None:
    thread = {"id": "19:x@thread.tacv2;messageid=1", "conversationType": "channel"}
    mention = {"type": "mention", "text": "<at>Kollega</at>", "mentioned": BOT}
    async with running(connector, tmp_path / "var", Brain()) as one:
        await one.says("<at>Kollega</at> hvad kan du?", conversation=thread, entities=[mention])
        assert (one.brain.events[0].text, one.brain.events[0].personal) == ("hvad kan du?", False)
        assert await one.bot.store.chat_with(BIRTHE) is None
    assert connector.calls[0].path == "/v3/conversations/19%3Ax%40thread.tacv2%3Bmessageid%3D1/activities"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("hej&nbsp;du", "hej du"),
        ("  hej   du \n", "hej du"),
        ("<p>hej</p><p>du</p>", "hej\ndu"),
        ("hej<br/>du", "hej\ndu"),
        ("1 &lt; 2 &amp; 3", "1 < 2 & 3"),
        ("1 < 2 og 3 > 2", "1 < 2 og 3 > 2"),
        ("&lt;b&gt;", "<b>"),
        ("a\u0308ndring", "ändring"),
        ("en\tto\r\ntre\tfire", "en\tto\ntre\tfire"),
        ("a\n\n\n\nb", "a\n\nb"),
        ("\u200bhej\ufeff", "hej"),
        ("👍🏽 👨‍👩‍👧", "👍🏽 👨‍👩‍👧"),
        ("hej\x00du", "hejdu"),
        ("<at>Kollega</at>", ""),
        ("<at>Kollega</at> hej <at>Birthe Holm</at>", "hej Birthe Holm"),
        ("<at id='0'>kollega</at> hej", "hej"),
    ],
)
def test_the_text_is_made_clean(text: str, wanted: str) -> None:
    assert said(text) == wanted


def test_a_mention_under_another_name_is_found_by_its_id() -> None:
    mention = {"type": "mention", "text": "<at>Kollega (test)</at>", "mentioned": BOT}
    assert said("<at>Kollega (test)</at> hej", entities=[mention]) == "hej"


QUOTED = (
    '<blockquote itemscope itemtype="http://schema.skype.com/Reply" itemid="170"><strong itemprop="mri" itemid="8:orgid:1">Kollega</strong>'
    '<span itemprop="time" itemid="170"></span><p itemprop="copy">Skal den &amp; oprettes?</p></blockquote>'
    '<p>ja <span itemtype="http://schema.skype.com/Mention" itemid="0">Kollega</span> <img alt="👍" src="x"></p>'
)


def test_a_quoted_reply_is_told_apart() -> None:
    quoting = activity(
        "http://127.0.0.1:1", text="Kollega Skal den oprettes? ja", attachments=[{"contentType": "text/html", "content": QUOTED}]
    )
    found = words(Incoming.model_validate(quoting))
    assert (found.text, found.quoted) == ("ja 👍", "Skal den & oprettes?")


@given(st.text(max_size=200))
def test_clean_text_stays_clean(text: str) -> None:
    once = tidy(text)
    assert tidy(once) == once
    assert "\x00" not in once
    assert "  " not in once
    assert clean(text) == clean(f" {text}\n")


@given(st.text(alphabet="<>/abp =\"'\n&;blockquoteitemtypehttp:schema.skype.com/Reply", max_size=300))
def test_any_html_is_read(html: str) -> None:
    attachment = {"contentType": "text/html", "content": f"schema.skype.com/Reply{html}"}
    found = words(Incoming.model_validate(activity("http://127.0.0.1:1", attachments=[attachment])))
    assert isinstance(found.text, str)


def test_marks_tell_edits_apart_and_redeliveries_not() -> None:
    one = activity("http://127.0.0.1:1", id="1", timestamp="2026-11-23T09:00:00.1234567Z")
    later = one | {"timestamp": "2026-11-23T09:00:15Z"}
    marks = [
        mark(Incoming.model_validate(body)) for body in (one, later, one | {"type": "messageUpdate"}, later | {"type": "messageUpdate"})
    ]
    assert marks[0] == marks[1]
    assert len(set(marks)) == 3
    assert mark(Incoming.model_validate(activity("http://127.0.0.1:1", id=None))) == ""
