"""What is said in a channel or a group is answered in the person's own chat, and only that is said where others read along."""

import pytest

from bot.turns import IN_PRIVATE, NO_CHAT
from dialogs.talk import Reply
from tests.bot.standins import Fault, Json, Running, replying

GROUP = {"id": "19:x@thread.v2", "conversationType": "channel", "tenantId": "00000000-0000-4000-8000-00000000beef", "isGroup": True}
SECRET = Reply(text="INC0010243 ”Printer” er i gang.")


def said(kollega: Running) -> list[tuple[str, str]]:
    """Where what was posted."""
    posts = [call for call in kollega.connector.calls if call.method == "POST" and call.body and call.body.get("type") == "message"]
    return [("channel" if "19%3Ax" in call.path else "chat", str(call.body.get("text"))) for call in posts]


def wish(kollega: Running) -> Json:
    made: Json = kollega.activity(text="hvad er status på INC0010243?", conversation=GROUP)
    return made


@pytest.fixture
async def known(kollega: Running) -> Running:
    """The person has a chat with the bot."""
    await kollega.says("opret en sag")
    kollega.connector.calls.clear()
    kollega.brain.answer = replying(SECRET)
    return kollega


async def test_the_answer_comes_in_the_persons_own_chat(known: Running) -> None:
    await known.post(wish(known))
    assert said(known) == [("chat", SECRET.text), ("channel", IN_PRIVATE)]
    event = known.brain.events[-1]
    assert (event.personal, event.conversation) == (True, "a:1xyz")


async def test_it_is_said_once(known: Running) -> None:
    same = wish(known)
    for _ in range(3):
        await known.post(same)
    assert said(known) == [("chat", SECRET.text), ("channel", IN_PRIVATE)]


async def test_a_changed_message_says_nothing_where_others_read_along(known: Running) -> None:
    await known.post(known.activity(type="messageUpdate", text="hvad er status?", conversation=GROUP))
    assert said(known) == [("chat", SECRET.text)]


async def test_without_a_chat_the_dialogs_answer_in_place(kollega: Running) -> None:
    kollega.brain.answer = replying(Reply(text="Skriv til mig i vores egen chat."))
    await kollega.post(wish(kollega))
    assert said(kollega) == [("channel", "Skriv til mig i vores egen chat.")]
    assert not kollega.brain.events[-1].personal


async def test_a_chat_that_is_closed_is_no_place_for_an_answer(known: Running) -> None:
    known.connector.faults.append(Fault(status=403, method="POST", body={"error": {"code": "ConversationBlockedByUser"}}))
    await known.post(wish(known))
    assert said(known)[-1] == ("channel", NO_CHAT)
