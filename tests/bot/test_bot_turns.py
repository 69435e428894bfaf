"""A turn from the POST to the row."""

import asyncio

from dialogs.talk import Button, Event, Fact, Input, Reply
from tests.bot.standins import Running, actions


async def test_a_message_is_answered_and_the_state_kept(kollega: Running) -> None:
    assert [one["text"] for one in await kollega.says("hej")] == ["Echo: hej"]
    await kollega.says("igen")
    assert kollega.brain.states == ["", "1"]


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
    return "asked", [ASK]


async def test_a_press_closes_the_card_for_the_presser_and_for_all(kollega: Running) -> None:
    kollega.brain.answer = ask_then_close
    drawn = (await kollega.says("opret en sag"))[0]
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
    kollega.brain.answer = ask_then_close
    drawn = (await kollega.says("opret en sag"))[0]
    answers = await asyncio.gather(*(kollega.post(kollega.press(drawn, "Ja, opret", {"titel": "Printer"})) for _ in range(3)))
    assert len([one for one in kollega.brain.events if one.kind == "press"]) == 1
    assert {answer["type"] for _, answer in answers} == {"application/vnd.microsoft.card.adaptive"}
    assert kollega.connector.texts().count("Sagen er oprettet.") == 1
    assert actions(drawn)
