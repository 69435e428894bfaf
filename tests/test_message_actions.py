""" "Send til Kollega" on a mail: the mail that was pointed at is the one that is filed."""

from tests.house import House, lines


async def test_a_mail_that_was_pointed_at_is_journalised(house: House) -> None:
    birthe = await house.person("Birthe Holm")
    async with house.http.get(f"{house.simulators}/teams/api/people/{birthe.id}/mails") as answer:
        mails = await answer.json()
    mail = next(one for one in mails if one["subject"] == "Aftale om nye licenser")
    body = {"kind": "mail", "id": mail["id"], "command": "journalise"}
    async with house.http.post(f"{house.simulators}/teams/api/people/{birthe.id}/action", json=body) as answer:
        assert (await answer.json())["status"] == 200
    said = "\n".join(line for message in await birthe.new() for line in lines(message))
    assert "Hvilken sag i eDoc" in said
    said = "\n".join(line for message in await birthe.says("2026-0012345") for line in lines(message))
    assert "Aftale om nye licenser" in said
    await birthe.says("ja")
    said = "\n".join(line for message in await birthe.hears() for line in lines(message))
    assert "Journaliseret på sag 2026-0012345" in said
    assert len(await house.writes("edoc")) == 1
