"""Cards that are over: each press is told what became of it, and nothing is done twice."""

import json
from typing import Any

import pytest

from tests.house import House, Person, buttons, elements

FAULT = "min skærm er sort, og jeg kan ikke arbejde"


def action(message: dict[str, Any], label: str) -> dict[str, Any]:
    """What the button sends."""
    return next(one for one in elements(message["card"]) if one.get("title") == label)


async def press_again(house: House, person: Person, message: dict[str, Any], label: str, number: int) -> dict[str, Any]:
    """The press as Teams sends it, from a card that some client still shows as it was."""
    async with house.http.get(f"{house.simulators}/teams/api/traffic") as answer:
        newest = (await answer.json())[-1]["activity"]
    wanted = action(message, label)
    activity = {
        **{key: newest[key] for key in ("serviceUrl", "channelId", "from", "conversation", "recipient", "channelData")},
        "type": "invoke",
        "name": "adaptiveCard/action",
        "id": f"f:old-{number}",
        "timestamp": "2026-11-23T09:31:00.0000000Z",
        "replyToId": message["id"],
        "value": {
            "action": {"type": "Action.Execute", "verb": wanted.get("verb", ""), "data": wanted.get("data", {})},
            "trigger": "manual",
        },
    }
    async with house.http.post(f"{house.bot}/api/messages", json=activity) as answer:
        assert answer.status == 200
        return dict(await answer.json())


def texts(messages: list[dict[str, Any]]) -> str:
    return " | ".join(one["summary"] or one["text"] for one in messages)


async def test_a_summary_that_was_corrected_does_nothing(house: House) -> None:
    birthe = await house.person("Birthe Holm")
    first = (await birthe.says(FAULT))[-1]
    await birthe.says("nej, 5. sal")
    answered = await press_again(house, birthe, first, "Ja, opret", 1)
    assert answered["statusCode"] == 200
    assert "nyere kort" in texts(await birthe.new())
    assert await house.writes() == []


async def test_a_yes_pressed_again_finds_the_first_job(house: House) -> None:
    birthe = await house.person("Birthe Holm")
    summary = (await birthe.says(FAULT))[-1]
    await birthe.presses("Ja, opret")
    await birthe.hears()
    for number in (2, 3):
        answered = await press_again(house, birthe, summary, "Ja, opret", number)
        assert "Du sagde ja" in str(answered["value"])
    assert len(await house.writes("servicenow")) == 1


async def test_a_dropped_card_says_so(house: House) -> None:
    birthe = await house.person("Birthe Holm")
    summary = (await birthe.says(FAULT))[-1]
    await birthe.says("glem det")
    await press_again(house, birthe, summary, "Ja, opret", 4)
    assert "droppet" in texts(await birthe.new())
    assert await house.writes() == []


async def test_the_same_press_three_times_is_one(house: House) -> None:
    birthe = await house.person("Birthe Holm")
    summary = (await birthe.says(FAULT))[-1]
    for number in (5, 6, 7):
        await press_again(house, birthe, summary, "Ja, opret", number)
    said = texts(await birthe.hears())
    if "er oprettet:" not in said:
        said += texts(await birthe.hears())
    assert said.count("er oprettet:") == 1
    assert len(await house.writes("servicenow")) == 1


async def test_anothers_press_on_the_card_does_nothing_for_them(house: House) -> None:
    birthe, ole = await house.person("Birthe Holm"), await house.person("Ole Bang")
    summary = (await birthe.says(FAULT))[-1]
    await ole.says("hej")
    await press_again(house, ole, summary, "Ja, opret", 8)
    assert "gælder ikke længere" in texts(await ole.new())
    assert await house.writes() == []


@pytest.mark.parametrize("label", ["Ja, opret", "Ret noget", "Annuller"])
async def test_a_button_may_be_typed(house: House, label: str) -> None:
    birthe = await house.person("Birthe Holm")
    summary = (await birthe.says(FAULT))[-1]
    assert label in buttons(summary)
    said = texts(await birthe.says(label))
    assert {"Ja, opret": "Jeg går i gang", "Ret noget": "Ret det", "Annuller": "Droppet"}[label] in said


CPR = "310299-0000"
WRITTEN = {"what": f"Borgeren {CPR} kan ikke logge ind", "affected": "3", "hinders": "1", "contact": CPR.replace("-", " ")}


async def test_a_pressed_card_is_redrawn_without_the_cpr_number(house: House) -> None:
    """In the place of the form, for the one who pressed and for everybody else, and in all else that the bot says."""
    birthe = await house.person("Birthe Holm")
    form = (await birthe.says("opret en sag"))[-1]
    await birthe.presses("Send", WRITTEN)
    redrawn = birthe.messages[form["id"]]
    assert buttons(redrawn) == []
    for card in (redrawn["card"], redrawn["personalCard"]):
        shown = {fact["title"]: fact["value"] for one in elements(card) if one["type"] == "FactSet" for fact in one["facts"]}
        assert shown["Beskrivelse"] == "Borgeren [CPR-nummer fjernet] kan ikke logge ind"
        assert shown["Kontakt"] == "[CPR-nummer fjernet]"
    async with house.http.get(f"{house.simulators}/control/journal") as answer:
        journal = [line for line in await answer.json() if "/v3/conversations/" in line["path"]]
    assert {line["method"] for line in journal} == {"POST", "PUT"}
    assert "310299" not in json.dumps(journal)
