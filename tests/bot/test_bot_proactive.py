"""What a job has to tell is told once, whatever dies on the way, and nothing is lost."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from bot.proactive import NOTHING
from connectors.errors import Denied, NotFound, Unavailable
from dialogs.talk import Button, Event, Fact, Reply
from tests.bot.standins import BIRTHE, Fault, Running, replying

DONE = Reply(
    text="Sagen er oprettet: INC0010001.",
    facts=(Fact(label="Nummer", value="INC0010001"),),
    buttons=(Button(label="Åbn", url="https://kk.example"),),
)
STATUS = Reply(text="Jeg går i gang.", key="job-1")


async def tell(
    kollega: Running, key: str = "job-1/done", reply: Reply = DONE, closes: Mapping[str, str] = NOTHING, status_card: str = ""
) -> None:
    await kollega.bot.proactive.tell(key, "a:1xyz", reply, closes=closes, status_card=status_card)


@pytest.fixture
async def begun(kollega: Running) -> Running:
    """A job was started in a turn, which said so."""
    kollega.brain.answer = replying(STATUS)
    await kollega.says("opret en sag")
    kollega.connector.calls.clear()
    return kollega


async def state(kollega: Running, key: str = "job-1/done") -> str:
    return (await kollega.bot.store.outbox.put(key, "a:1xyz", "", "")).state


def methods(kollega: Running) -> list[str]:
    return [call.method for call in kollega.connector.calls]


async def test_it_is_said_once_for_each_key(begun: Running) -> None:
    for _ in range(3):
        await tell(begun)
    await tell(begun, "job-2/done")
    assert begun.connector.texts() == [DONE.text] * 2
    assert await state(begun) == "sent"


async def test_the_status_card_stays_as_it_is_when_the_message_has_arrived(begun: Running) -> None:
    await tell(begun, status_card="job-1")
    assert methods(begun) == ["POST"]
    assert begun.connector.calls[0].body["summary"] == DONE.text


async def test_an_unknown_status_card_is_no_fault(begun: Running) -> None:
    begun.connector.faults.append(Fault(drop=True, method="POST"))
    await tell(begun, status_card="nobody")
    assert methods(begun) == ["POST"]


async def test_the_row_stays_as_it_is(begun: Running) -> None:
    before = await begun.bot.store.load("a:1xyz")
    await tell(begun, status_card="job-1")
    assert await begun.bot.store.load("a:1xyz") == before


async def test_a_process_that_died_while_sending_is_not_repeated_but_told_by_the_status_card(begun: Running) -> None:
    outbox = begun.bot.store.outbox
    await outbox.put("job-1/done", "a:1xyz", "", DONE.model_dump_json())
    assert await outbox.move("job-1/done", "pending", "sending")
    for _ in range(2):
        await tell(begun, status_card="job-1")
    assert methods(begun) == ["PUT", "PUT"]
    assert "INC0010001" in str(begun.connector.calls[0].body)
    assert await state(begun) == "unsure"


async def test_a_lost_answer_is_not_repeated_but_told_by_the_status_card(begun: Running) -> None:
    begun.connector.faults.append(Fault(drop=True, method="POST"))
    for _ in range(2):
        await tell(begun, status_card="job-1")
    assert methods(begun) == ["POST", "PUT", "PUT"]
    assert await state(begun) == "unsure"


@pytest.mark.parametrize("status", [401, 500])
async def test_what_was_refused_for_now_is_for_the_job_to_repeat(begun: Running, status: int) -> None:
    begun.connector.faults.append(Fault(status=status))
    with pytest.raises(Unavailable):
        await tell(begun)
    assert await state(begun) == "pending"
    await tell(begun)
    assert await state(begun) == "sent"
    assert methods(begun) == ["POST", "POST"]


async def test_a_status_card_that_cannot_be_changed_now_is_repeated_without_the_message(begun: Running) -> None:
    begun.connector.faults.append(Fault(drop=True, method="POST"))
    begun.connector.faults.append(Fault(status=500, method="PUT"))
    with pytest.raises(Unavailable):
        await tell(begun, status_card="job-1")
    await tell(begun, status_card="job-1")
    assert methods(begun) == ["POST", "PUT", "PUT"]


async def test_one_who_has_blocked_the_bot_is_not_written_to_again(begun: Running) -> None:
    begun.connector.faults.append(Fault(status=403, body={"error": {"code": "ConversationBlockedByUser"}}))
    for _ in range(2):
        await tell(begun, status_card="job-1")
    assert methods(begun) == ["POST"]
    assert await state(begun) == "dead"


async def test_one_who_has_removed_the_app_is_not_written_to(begun: Running) -> None:
    await begun.post(begun.activity(type="installationUpdate", action="remove", text=None))
    await tell(begun)
    assert begun.connector.calls == []
    assert await state(begun) == "dead"


async def test_a_blocked_status_card_is_no_fault(begun: Running) -> None:
    for status, key in ((403, "job-1/done"), (404, "job-1/more")):
        begun.connector.faults += [Fault(drop=True, method="POST"), Fault(status=status, method="PUT")]
        await tell(begun, key, status_card="job-1")
    assert methods(begun) == ["POST", "PUT", "POST", "PUT"]


@pytest.mark.parametrize("status", [400, 404, 413])
async def test_a_message_that_is_refused_is_told_by_the_status_card(begun: Running, status: int) -> None:
    begun.connector.faults.append(Fault(status=status, method="POST"))
    for _ in range(2):
        await tell(begun, status_card="job-1")
    assert methods(begun) == ["POST", "PUT", "PUT"]
    assert "INC0010001" in str(begun.connector.calls[1].body)


async def test_a_status_card_that_is_refused_does_not_fail_the_job(begun: Running) -> None:
    begun.connector.faults += [Fault(drop=True, method="POST"), Fault(status=400, method="PUT")]
    await tell(begun, status_card="job-1")
    assert methods(begun) == ["POST", "PUT"]
    assert await state(begun) == "unsure"


async def test_a_conversation_that_is_not_known(kollega: Running) -> None:
    with pytest.raises(NotFound):
        await kollega.bot.proactive.tell("k", "a:nobody", DONE)


async def test_cards_are_closed_by_the_one_who_tells(begun: Running) -> None:
    asked = Reply(text="Må jeg?", buttons=(Button(label="Ja", do="yes"),), key="approval")
    await tell(begun, "ask", asked)
    await tell(begun, "done", DONE, closes={"approval": "Godkendt af Jens Kjær.", "unknown": "x"})
    put = begun.connector.said("PUT")[0]
    assert "Godkendt af Jens Kjær." in str(put)
    assert "ActionSet" not in str(put)


async def test_a_card_that_a_job_sent_is_closed_by_its_press(begun: Running) -> None:
    asked = Reply(text="Må jeg?", buttons=(Button(label="Ja", do="yes"),), key="approval")
    await tell(begun, "ask", asked)
    drawn = begun.connector.said()[-1]

    def approve(event: Event, state: str) -> tuple[str, list[Reply]]:
        return state, [Reply(text="Tak.", closes={"approval": "Godkendt."})]

    begun.brain.answer = approve
    _, answer = await begun.post(begun.press(drawn, "Ja"))
    assert "Godkendt." in str(answer["value"])
    assert "Godkendt." in str(begun.connector.said("PUT")[0])
    assert begun.connector.calls[0].method == "POST"


async def test_a_quick_job_waits_for_the_turn_that_started_it(kollega: Running) -> None:
    told: list[asyncio.Task[Any]] = []

    async def start(event: Event, state: str) -> tuple[str, list[Reply]]:
        told.append(asyncio.create_task(tell(kollega, status_card="job-1")))
        await asyncio.sleep(0.05)
        return "started", [STATUS]

    await kollega.says("hej")
    kollega.brain.answer = start
    await kollega.says("opret en sag")
    await asyncio.gather(*told)
    assert kollega.connector.texts() == ["Echo: hej", STATUS.text, DONE.text]
    assert methods(kollega)[-1] == "POST"


async def test_two_at_once_say_it_once(begun: Running) -> None:
    begun.connector.faults.append(Fault(delay=0.1, method="POST"))
    await asyncio.gather(*(tell(begun) for _ in range(5)))
    assert begun.connector.texts() == [DONE.text]


async def test_the_chat_with_a_person_is_found_or_opened(begun: Running) -> None:
    assert await begun.bot.proactive.chat_with(BIRTHE) == "a:1xyz"
    other = "00000000-0000-4000-8000-000000000002"
    assert await begun.bot.proactive.chat_with(other) == "a:opened"
    assert begun.connector.calls[0].body["members"] == [{"id": other}]
    assert await begun.bot.proactive.chat_with(other) == "a:opened"
    assert len(begun.connector.calls) == 1
    await begun.bot.proactive.tell("k", "a:opened", DONE)
    assert begun.connector.calls[1].path == "/v3/conversations/a%3Aopened/activities"


async def test_a_chat_that_cannot_be_opened(begun: Running, kollega: Running) -> None:
    begun.connector.faults.append(Fault(status=403, body={"error": {"code": "ForbiddenOperationException"}}))
    with pytest.raises(Denied):
        await begun.bot.proactive.chat_with("00000000-0000-4000-8000-000000000009")


async def test_before_anybody_has_talked_to_the_bot_no_chat_can_be_opened(kollega: Running) -> None:
    with pytest.raises(NotFound):
        await kollega.bot.proactive.chat_with(BIRTHE)
