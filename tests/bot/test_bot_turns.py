"""A turn from the POST to the row: order, duplicates, lost updates, slow and failing dialogs, presses."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from dialogs.talk import Button, Event, Fact, Input, Reply
from tests.bot.standins import Brain, Connector, Fault, Json, Running, actions, replying, running, until

SORRY = re.compile(
    r"Der gik noget galt hos mig\. Det, du har skrevet, er gemt\. Prøv igen om lidt, eller ring til Servicedesk på 33 66 12 34\. Ref\. F-[2-9A-Z]{4}"
)


async def test_a_message_is_answered_and_the_state_kept(kollega: Running) -> None:
    assert [one["text"] for one in await kollega.says("hej")] == ["Echo: hej"]
    await kollega.says("igen")
    assert kollega.brain.states == ["", "1"]


async def test_the_state_outlives_the_process(connector: Connector, tmp_path: Path) -> None:
    for wanted in ("", "1"):
        async with running(connector, tmp_path / "var") as one:
            await one.says("hej")
            assert one.brain.states == [wanted]


ASK = Reply(
    text="Opret sag",
    facts=(Fact(label="Sted", value="3. sal"),),
    inputs=(Input(id="titel", label="Titel", required=True),),
    buttons=(Button(label="Ja, opret", do="yes", data={"form": "7"}), Button(label="Annuller", do="no", checks=False)),
    key="card-1",
)


def ask_then_close(event: Event, state: str) -> tuple[str, list[Reply]]:
    if event.kind == "press":
        return "done", [Reply(text="Sagen er oprettet.", closes={"card-1": "Besvaret med ja."})]
    return state or "asked", [ASK]


async def asked(kollega: Running) -> Json:
    """The card, drawn."""
    kollega.brain.answer = ask_then_close
    return (await kollega.says("opret en sag"))[0]


async def test_a_press_closes_the_card_for_the_presser_and_for_all(kollega: Running) -> None:
    drawn = await asked(kollega)
    status, answer = await kollega.post(kollega.press(drawn, "Ja, opret", {"titel": "Printer"}))
    assert (status, answer["statusCode"], answer["type"]) == (200, 200, "application/vnd.microsoft.card.adaptive")
    put = kollega.connector.said("PUT")[0]["attachments"][0]["content"]
    assert answer["value"] == put
    assert "Besvaret med ja." in str(put)
    assert {"title": "Titel", "value": "Printer"} in put["body"][1]["facts"]
    event = kollega.brain.events[-1]
    assert (event.do, event.card, event.data, event.inputs) == ("yes", "card-1", {"form": "7"}, {"titel": "Printer"})
    assert kollega.connector.texts()[-1] == "Sagen er oprettet."


async def test_the_same_press_three_times_is_one(kollega: Running) -> None:
    drawn = await asked(kollega)
    answers = await asyncio.gather(*(kollega.post(kollega.press(drawn, "Ja, opret", {"titel": "Printer"})) for _ in range(3)))
    assert len([one for one in kollega.brain.events if one.kind == "press"]) == 1
    assert {answer["type"] for _, answer in answers} == {"application/vnd.microsoft.card.adaptive"}
    assert kollega.connector.texts().count("Sagen er oprettet.") == 1


async def test_the_same_invoke_again_is_answered_with_the_card_as_it_is(kollega: Running) -> None:
    drawn = await asked(kollega)
    press = kollega.press(drawn, "Ja, opret", {"titel": "Printer"})
    first, second = await kollega.post(press), await kollega.post(press)
    assert first[1]["type"] == second[1]["type"] == "application/vnd.microsoft.card.adaptive"
    assert len(kollega.brain.events) == 2


async def test_a_press_with_other_inputs_is_another(kollega: Running) -> None:
    drawn = await asked(kollega)
    for title in ("Printer", "Skærm"):
        await kollega.post(kollega.press(drawn, "Ja, opret", {"titel": title}))
    assert [one.inputs for one in kollega.brain.events[1:]] == [{"titel": "Printer"}, {"titel": "Skærm"}]


async def test_an_old_clients_submit_is_the_same_press(kollega: Running) -> None:
    drawn = await asked(kollega)
    action = actions(drawn)[0]["fallback"]
    status, body = await kollega.post(kollega.activity(text=None, value=action["data"] | {"titel": "Printer"}, replyToId="170001"))
    assert (status, body) == (201, None)
    event = kollega.brain.events[-1]
    assert (event.kind, event.do, event.card, event.inputs, event.refers) == ("press", "yes", "card-1", {"titel": "Printer"}, "170001")
    assert "Besvaret med ja." in str(kollega.connector.said("PUT")[0])


async def test_values_of_any_kind_become_text_and_empty_ones_are_left_out(kollega: Running) -> None:
    drawn = await asked(kollega)
    await kollega.post(kollega.press(drawn, "Ja, opret", {"titel": "", "timer": 2, "halv": 1.5, "ja": True, "x": None, "y": {"z": 1}}))
    assert kollega.brain.events[-1].inputs == {"timer": "2", "halv": "1.5", "ja": "true"}


async def test_the_presser_is_the_activitys_whatever_the_data_says(kollega: Running) -> None:
    drawn = await asked(kollega)
    actions(drawn)[0]["data"]["data"] = {"who": "somebody-else", "aadObjectId": "somebody-else"}
    other = {"id": "29:2", "name": "Ole Bang", "aadObjectId": "00000000-0000-4000-8000-000000000006"}
    await kollega.post(kollega.press(drawn, "Ja, opret", **{"from": other}))
    assert kollega.brain.events[-1].who.id == "00000000-0000-4000-8000-000000000006"


async def test_a_press_that_closes_nothing_gets_a_word(kollega: Running) -> None:
    drawn = await asked(kollega)
    kollega.brain.answer = replying(Reply(text="Hvilken titel?"))
    _, answer = await kollega.post(kollega.press(drawn, "Ja, opret"))
    assert answer == {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Se svaret herunder."}


async def test_a_reply_that_replaces_is_drawn_in_place(kollega: Running) -> None:
    drawn = await asked(kollega)
    again = ASK.model_copy(update={"text": "Opret sag\nTitlen mangler.", "replaces": True})
    kollega.brain.answer = replying(again)
    _, answer = await kollega.post(kollega.press(drawn, "Ja, opret"))
    assert answer["value"] == kollega.connector.said("PUT")[0]["attachments"][0]["content"]
    assert len(kollega.connector.said()) == 1


async def test_a_card_that_is_gone_is_sent_anew(kollega: Running) -> None:
    await asked(kollega)
    kollega.connector.faults.append(Fault(status=404, method="PUT"))
    kollega.brain.answer = replying(ASK.model_copy(update={"replaces": True}))
    assert len(await kollega.says("igen")) == 1


async def test_a_closed_card_that_is_pressed_shows_that_it_is_closed(kollega: Running) -> None:
    drawn = await asked(kollega)
    await kollega.post(kollega.press(drawn, "Ja, opret"))
    kollega.brain.answer = replying(Reply(text="Den er allerede oprettet."))
    _, answer = await kollega.post(kollega.press(drawn, "Annuller"))
    assert "Besvaret med ja." in str(answer["value"])
    assert kollega.connector.texts()[-1] == "Den er allerede oprettet."


async def test_a_redelivered_message_is_dropped(kollega: Running) -> None:
    same = kollega.activity(text="hej")
    statuses = await asyncio.gather(*(kollega.post(same) for _ in range(4)))
    assert [status for status, _ in statuses] == [201] * 4
    await kollega.post(same)
    assert kollega.connector.texts() == ["Echo: hej"]


async def test_the_same_id_elsewhere_or_of_another_kind_is_no_duplicate(kollega: Running) -> None:
    for body in (
        kollega.activity(id="1"),
        kollega.activity(id="1", conversation={"conversationType": "personal", "id": "a:other"}),
        kollega.activity(id="1", type="messageUpdate", text="rettet"),
        kollega.activity(id="1", type="messageUpdate", text="rettet igen"),
    ):
        assert (await kollega.post(body))[0] == 201
    assert [event.kind for event in kollega.brain.events] == ["message", "message", "edit", "edit"]


async def test_a_burst_is_taken_in_the_order_it_was_written(kollega: Running) -> None:
    gate = asyncio.Event()

    async def slow(event: Event, state: str) -> tuple[str, list[Reply]]:
        await gate.wait()
        return state + event.text, []

    kollega.brain.answer = slow
    first = asyncio.create_task(kollega.post(kollega.activity(text="0", timestamp="2026-11-23T09:00:00.0Z")))
    await until(lambda: kollega.brain.events)
    rest = [asyncio.create_task(kollega.post(kollega.activity(text=f"{n}", timestamp=f"2026-11-23T09:00:0{n}.0Z"))) for n in (3, 1, 4, 2)]
    await until(lambda: len(kollega.bot.store.locks._lines["a:1xyz"].waiting) == 4)
    gate.set()
    await asyncio.gather(first, *rest)
    assert [event.text for event in kollega.brain.events] == ["0", "1", "2", "3", "4"]


async def test_conversations_do_not_wait_for_each_other(kollega: Running) -> None:
    gate = asyncio.Event()

    async def slow(event: Event, state: str) -> tuple[str, list[Reply]]:
        if event.text == "langsom":
            await gate.wait()
        return state, [Reply(text=event.text)]

    kollega.brain.answer = slow
    waiting = asyncio.create_task(kollega.post(kollega.activity(text="langsom")))
    await until(lambda: kollega.brain.events)
    await kollega.says("hurtig", conversation={"conversationType": "personal", "id": "a:other"})
    assert kollega.connector.texts() == ["hurtig"]
    gate.set()
    await waiting


async def test_a_lost_update_runs_the_turn_again_without_saying_it_twice(kollega: Running) -> None:
    async def meddled(event: Event, state: str) -> tuple[str, list[Reply]]:
        if len(kollega.brain.events) == 2:  # another process, whose lock was lost, writes meanwhile
            row = await kollega.bot.store.load(event.conversation)
            await kollega.bot.store.save(replace(row, body=row.body.replace('"state":"1"', '"state":"7"')))
        return str(int(state or 0) + 1), [Reply(text="Det er noteret.", buttons=(Button(label="Ret", do="edit"),), key="k")]

    kollega.brain.answer = meddled
    await kollega.says("et")
    await kollega.says("to")
    assert kollega.brain.states == ["", "1", "7"]
    assert len(kollega.connector.said()) == 2
    await kollega.says("tre")
    assert kollega.brain.states[-1] == "8"


async def test_what_fails_is_said_with_a_reference_and_the_state_stays(kollega: Running) -> None:
    await kollega.says("et")

    def broken(event: Event, state: str) -> tuple[str, list[Reply]]:
        raise ZeroDivisionError(event.text)

    working = kollega.brain.answer
    kollega.brain.answer = broken
    same = kollega.activity(text="to")
    for _ in range(2):
        assert (await kollega.post(same))[0] == 201
    assert SORRY.fullmatch(kollega.connector.texts()[-1])
    assert len(kollega.connector.texts()) == 2
    kollega.brain.answer = working
    await kollega.says("tre")
    assert kollega.brain.states == ["", "1", "1"]


async def test_the_log_finds_the_fault_and_tells_nothing_of_the_person(kollega: Running, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(event: Event, state: str) -> tuple[str, list[Reply]]:
        try:
            return str(int(event.text)), []
        except ValueError as error:
            raise LookupError(f"{event.text} er forkert") from error

    kollega.brain.answer = broken
    said = await kollega.says("borgeren 310299-0000 kan ikke logge ind")
    log = capsys.readouterr().out
    assert said[0]["text"][-6:] in log
    assert "LookupError at test_bot_turns.py" in log
    assert ", after ValueError at test_bot_turns.py" in log
    assert "310299" not in log
    assert "borgeren" not in log


async def test_a_failing_press_is_answered_too(kollega: Running) -> None:
    drawn = await asked(kollega)

    def broken(event: Event, state: str) -> tuple[str, list[Reply]]:
        raise LookupError(event.do)

    kollega.brain.answer = broken
    _, answer = await kollega.post(kollega.press(drawn, "Ja, opret"))
    assert (answer["statusCode"], answer["value"]) == (200, "Se svaret herunder.")
    assert SORRY.fullmatch(kollega.connector.texts()[-1])


async def test_a_reply_that_cannot_be_drawn_is_said_too(kollega: Running) -> None:
    kollega.brain.answer = replying(Reply(text="x", inputs=(Input(id="do", label="x"),)))
    said = await kollega.says("hej")
    assert SORRY.fullmatch(said[0]["text"])


async def test_when_the_database_is_gone_it_is_said(kollega: Running) -> None:
    await kollega.bot.store.database.write(text("DROP TABLE conversation"))
    said = await kollega.says("hej")
    assert SORRY.fullmatch(said[0]["text"])


async def test_teams_not_taking_a_reply_does_not_undo_the_turn(kollega: Running) -> None:
    kollega.connector.faults.append(Fault(status=500, times=9))
    assert (await kollega.post(kollega.activity(text="et")))[0] == 201
    kollega.connector.faults.clear()
    await kollega.says("to")
    assert kollega.brain.states == ["", "1"]


async def test_a_conversation_that_is_closed_to_us_is_marked_until_it_speaks_again(kollega: Running) -> None:
    kollega.connector.faults.append(Fault(status=403, body={"error": {"code": "ConversationBlockedByUser"}}))
    await kollega.post(kollega.activity(text="et"))
    row = await kollega.bot.store.load("a:1xyz")
    assert row.reference
    assert row.reference.dead
    await kollega.says("to")
    row = await kollega.bot.store.load("a:1xyz")
    assert row.reference
    assert not row.reference.dead


async def test_a_slow_turn_is_answered_and_goes_on(connector: Connector, tmp_path: Path) -> None:
    gate = asyncio.Event()

    async def slow(event: Event, state: str) -> tuple[str, list[Reply]]:
        await gate.wait()
        return "late", [Reply(text="Nu er jeg her.")]

    async with running(connector, tmp_path / "var", Brain(slow), patience=0.2) as one:
        status, _ = await one.post(one.activity(text="hej"))
        assert status == 201
        press = one.invoke("adaptiveCard/action", {"action": {"verb": "yes", "data": {}}})
        assert (await one.post(press))[1]["value"] == "Det tager lidt længere tid. Svaret kommer her i chatten."
        fetch = one.invoke("composeExtension/fetchTask", {"commandId": "journal"})
        assert (await one.post(fetch))[1]["task"]["value"] == "Det tager lidt længere tid. Svaret kommer i vores chat."
        gate.set()
        await until(lambda: connector.texts() == ["Nu er jeg her."] * 3)


async def test_typing_is_shown_after_a_while_and_does_not_hold_up_the_answer(connector: Connector, tmp_path: Path) -> None:
    async def slow(event: Event, state: str) -> tuple[str, list[Reply]]:
        await until(lambda: connector.calls, 10)
        return state, [Reply(text="Nu.")]

    connector.faults.append(Fault(status=503))
    async with running(connector, tmp_path / "var", Brain(slow)) as one:
        await one.says("hej")
    assert [call.body["type"] for call in connector.calls] == ["typing", "message"]


async def test_turns_that_go_on_are_waited_for_at_the_end(connector: Connector, tmp_path: Path) -> None:
    async def slow(event: Event, state: str) -> tuple[str, list[Reply]]:
        await asyncio.sleep(0.3)
        return "late", [Reply(text="Færdig.")]

    async with running(connector, tmp_path / "var", Brain(slow), patience=0.01) as one:
        await one.post(one.activity())
    assert connector.texts() == ["Færdig."]


async def test_a_person_who_hangs_up_is_answered_all_the_same(kollega: Running) -> None:
    gate = asyncio.Event()

    async def slow(event: Event, state: str) -> tuple[str, list[Reply]]:
        await gate.wait()
        return state, [Reply(text="Færdig.")]

    kollega.brain.answer = slow
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await kollega.post(kollega.activity())
    gate.set()
    await until(lambda: kollega.connector.texts() == ["Færdig."])
