"""A system that is down: the bot starts, says so in /readyz, and in chat when it is needed."""

from pathlib import Path

import aiohttp

from tests.house import House, running
from tests.test_old_cards import texts


async def test_every_system_is_down_at_start(tmp_path: Path) -> None:
    nowhere = "http://127.0.0.1:9"
    settings = {
        "servicenow_url": nowhere,
        "servicenow_client_id": "a",
        "servicenow_client_secret": "b",
        "edoc_url": nowhere,
        "edoc_client_id": "a",
        "edoc_authkey": "b",
    }
    async with running(tmp_path / "var", **settings) as house:
        async with aiohttp.ClientSession() as http, http.get(f"{house.bot}/readyz") as answer:
            assert answer.status == 200
            state = await answer.json()
        assert state["systems"]["servicenow"] != "ok"
        assert state["systems"]["edoc"] != "ok"
        assert state["systems"]["directory"] == "ok"
        birthe = await house.person("Birthe Holm")
        assert "ServiceNow svarer ikke lige nu" in texts(await birthe.says("hvad er status på INC0010243?"))
        assert "svarer ikke lige nu" in texts(await birthe.says("min skærm er sort, og jeg kan ikke arbejde"))


async def test_the_directory_comes_back_and_the_form_goes_on(house: House) -> None:
    birthe = await house.person("Birthe Holm")
    await house.fault(path="/graph/v1.0/users", status=503, times=30)
    said = texts(await birthe.says("min skærm er sort, og jeg kan ikke arbejde"))
    assert "Microsoft 365 svarer ikke lige nu" in said
    assert "gemt" in said
    await house.fault(path="/graph/v1.0/users", times=0)
    assert "Passer det?" in texts(await birthe.says("prøv igen"))


async def test_answers_are_kept_when_a_look_up_fails_in_the_middle(house: House) -> None:
    birthe = await house.person("Birthe Holm")
    await house.fault(path="/servicenow/api/now/table", status=503, times=30)
    said = texts(await birthe.says("min skærm er sort, og jeg kan ikke arbejde"))
    assert "ServiceNow svarer ikke lige nu. Dine svar er gemt." in said
    await house.fault(path="/servicenow/api/now/table", times=0)
    assert "Passer det?" in texts(await birthe.presses("Prøv igen"))


async def test_in_a_channel_nothing_personal_is_said(house: House) -> None:
    birthe = await house.person("Birthe Holm")
    await birthe.says("hej")
    async with house.http.get(f"{house.simulators}/teams/api/traffic") as answer:
        newest = (await answer.json())[-1]["activity"]
    activity = {**newest, "id": "170001", "text": "<at>Kollega</at> hvad er status på INC0010243?"}
    activity["conversation"] = {**newest["conversation"], "conversationType": "channel", "isGroup": True}
    async with house.http.post(f"{house.bot}/api/messages", json=activity) as posted:
        assert posted.status < 300
    assert "vores egen chat" in texts(await birthe.new())
