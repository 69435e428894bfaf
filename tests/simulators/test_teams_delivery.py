"""What a person does reaches the bot: whole, in order, again after a time-out, and after a restart."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from aiohttp import web

from simulators.world import BIRTHE, JENS, TENANT
from tests.simulators.teams_bot import Bot, Teams, free_port, running, until


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with running() as found:
        yield found


async def test_first_contact_sends_installation_and_members_once(teams: Teams) -> None:
    opened = await teams.does("open")
    again = await teams.does("open")
    assert opened == again == {"conversation": teams.conversation}
    assert teams.bot.types() == ["installationUpdate", "conversationUpdate"]
    assert teams.bot.got[0]["action"] == "add"
    assert [one["id"] for one in teams.bot.got[1]["membersAdded"]] == ["28:kollega", teams.bot.got[1]["from"]["id"]]


async def test_message_is_the_whole_activity_of_teams(teams: Teams) -> None:
    sent = await teams.does("messages", text="Opret <en> sag\nnu")
    activity = teams.bot.got[-1]
    assert activity["id"] == sent["id"]
    assert sent["id"].isdigit()
    assert activity["text"] == "Opret <en> sag\nnu"
    assert activity["attachments"] == [{"contentType": "text/html", "content": "<p>Opret &lt;en&gt; sag<br>nu</p>"}]
    assert activity["from"] == {"id": activity["from"]["id"], "name": "Birthe Holm", "aadObjectId": BIRTHE.id}
    assert activity["from"]["id"].startswith("29:")
    assert activity["conversation"] == {"conversationType": "personal", "tenantId": TENANT, "id": teams.conversation}
    assert activity["channelData"] == {"tenant": {"id": TENANT}}
    assert activity["recipient"] == {"id": "28:kollega", "name": "Kollega"}
    assert activity["serviceUrl"] == f"{teams.url}/teams/"
    assert (activity["channelId"], activity["locale"], activity["localTimezone"]) == ("msteams", "da-DK", "Europe/Copenhagen")
    assert len(activity["timestamp"].partition(".")[2]) == len("1234567Z")
    assert datetime.fromisoformat(activity["timestamp"][:26] + "+00:00") == datetime.fromisoformat(
        activity["localTimestamp"][:26] + activity["localTimestamp"][27:]
    )
    assert "Authorization" not in teams.bot.headers[-1]


async def test_ids_rise_and_two_people_have_two_conversations(teams: Teams) -> None:
    ids = [(await teams.does("messages", text=str(n)))["id"] for n in range(5)]
    assert ids == sorted(ids, key=int)
    assert len(set(ids)) == 5
    await teams.does("messages", person=JENS, text="hej")
    assert len({one["conversation"]["id"] for one in teams.bot.got}) == 2
    assert [one["text"] for one in await teams.sees(person=JENS)] == ["hej"]


async def test_answer_in_the_turn_is_there_when_the_post_returns(teams: Teams) -> None:
    async def answer(activity: dict[str, Any]) -> None:
        if activity["type"] == "message":
            await teams.shows({"type": "message", "text": f"Du skrev: {activity['text']}"})

    teams.bot.answer = answer
    await teams.does("messages", text="hej")
    assert [(one["from"], one["text"]) for one in await teams.sees()] == [("me", "hej"), ("bot", "Du skrev: hej")]


async def test_message_is_sent_once_more_after_a_time_out_under_the_same_id(teams: Teams) -> None:
    await teams.set(timeout=0.2)

    async def slow(activity: dict[str, Any]) -> None:
        if activity["type"] == "message":
            await asyncio.sleep(0.5)

    teams.bot.answer = slow
    sent = await teams.does("messages", text="er du der?")
    assert sent["status"] == 504
    assert [one["id"] for one in teams.bot.got if one["type"] == "message"] == [sent["id"]] * 2


async def test_slow_once_is_answered_the_second_time(teams: Teams) -> None:
    await teams.set(timeout=0.2)
    seen: list[str] = []

    async def slow_once(activity: dict[str, Any]) -> None:
        seen.append(activity["type"])
        if seen.count("message") == 1 and activity["type"] == "message":
            await asyncio.sleep(0.5)

    teams.bot.answer = slow_once
    assert (await teams.does("messages", text="er du der?"))["status"] == 201
    assert seen.count("message") == 2


async def test_bot_that_is_down_gets_the_message_after_its_start(teams: Teams) -> None:
    await teams.does("open")
    await teams.bot.stop()
    late, port = Bot(), free_port()
    teams.simulation.bot_url = f"http://127.0.0.1:{port}"
    sending = asyncio.create_task(teams.does("messages", text="printeren laver papirstop"))
    for _ in range(3):
        await teams.sees(after=0, wait=0)
    assert not sending.done()
    await late.start(port)
    assert (await sending)["status"] == 201
    assert [one["text"] for one in late.got] == ["printeren laver papirstop"]
    await late.stop()


async def test_bot_that_stays_down_is_given_up_and_said_so(teams: Teams) -> None:
    await teams.does("open")
    await teams.set(patience=0.3)
    teams.simulation.bot_url = f"http://127.0.0.1:{free_port()}"
    assert (await teams.does("messages", text="hej"))["status"] == 502


async def test_error_of_the_bot_is_passed_on_and_not_repeated(teams: Teams) -> None:
    async def broken(activity: dict[str, Any]) -> web.Response:
        return web.json_response({"error": activity["type"]}, status=502)

    teams.bot.answer = broken
    assert (await teams.does("messages", text="hej"))["status"] == 502
    assert teams.bot.types() == ["installationUpdate", "conversationUpdate", "message"]


async def test_messages_of_one_person_keep_their_order(teams: Teams) -> None:
    async def uneven(activity: dict[str, Any]) -> None:
        await asyncio.sleep(0.03 if activity.get("text") == "0" else 0)

    teams.bot.answer = uneven
    await teams.does("open")
    await asyncio.gather(*(teams.does("messages", text=str(n)) for n in range(6)))
    texts = [one["text"] for one in teams.bot.got if one["type"] == "message"]
    assert texts == [one["text"] for one in await teams.sees()]


async def test_parallel_delivery_overtakes(teams: Teams) -> None:
    await teams.does("open")
    await teams.set(parallel=True)
    await asyncio.gather(*(teams.does("messages", text=str(n)) for n in range(6)))
    texts = [one["text"] for one in teams.bot.got if one["type"] == "message"]
    assert sorted(texts) == list("012345")
    assert texts != [one["text"] for one in await teams.sees()]


async def test_each_activity_comes_twice_when_asked_for(teams: Teams) -> None:
    await teams.does("open")
    await teams.set(deliver_twice=True)
    sent = await teams.does("messages", text="hej")
    assert [one["id"] for one in teams.bot.got[2:]] == [sent["id"]] * 2


async def test_several_processes_take_turns(teams: Teams) -> None:
    other = Bot()
    await other.start()
    teams.simulation.bot_url = f"{teams.bot.url}, {other.url}"
    await teams.does("open")
    for n in range(4):
        await teams.does("messages", text=str(n))
    assert (len(teams.bot.got), len(other.got)) == (3, 3)
    await other.stop()


async def test_edit_delete_and_reactions_reach_the_bot(teams: Teams) -> None:
    mine = (await teams.does("messages", text="Barsel"))["id"]
    theirs = await teams.shows({"type": "message", "text": "Det ordner jeg."})
    await teams.does("edit", id=mine, text="Barsel og Orlov")
    await teams.does("react", id=theirs, type="like")
    await teams.does("react", id=theirs, type="like")
    await teams.does("delete", id=mine)
    edited, liked, unliked, deleted = teams.bot.got[-4:]
    assert (edited["type"], edited["id"], edited["text"]) == ("messageUpdate", mine, "Barsel og Orlov")
    assert edited["channelData"]["eventType"] == "editMessage"
    assert (liked["type"], liked["replyToId"], liked["reactionsAdded"]) == ("messageReaction", theirs, [{"type": "like"}])
    assert unliked["reactionsRemoved"] == [{"type": "like"}]
    assert (deleted["type"], deleted["id"], deleted["channelData"]["eventType"]) == ("messageDelete", mine, "softDeleteMessage")
    assert "text" not in deleted
    shown = {one["id"]: one for one in await teams.sees()}
    assert shown[mine] | {"text": "", "edited": True, "deleted": True} == shown[mine]


async def test_only_own_messages_are_edited(teams: Teams) -> None:
    await teams.does("open")
    theirs = await teams.shows({"type": "message", "text": "hej"})
    assert (await teams.tries("edit", id=theirs, text="x"))[0] == 403
    assert (await teams.tries("delete", id="1"))[0] == 404


async def test_quoted_reply_stands_in_text_and_html(teams: Teams) -> None:
    await teams.does("open")
    theirs = await teams.shows({"type": "message", "text": "Hvem skal være ejer?"})
    await teams.does("messages", text="Sofie", replyTo=theirs)
    activity = teams.bot.got[-1]
    assert activity["text"] == "Hvem skal være ejer?\n\nSofie"
    html = activity["attachments"][0]["content"]
    assert 'itemtype="http://schema.skype.com/Reply"' in html
    assert html.endswith("</blockquote><p>Sofie</p>")


async def test_long_poll_returns_with_the_news(teams: Teams) -> None:
    await teams.does("open")
    waiting = asyncio.create_task(teams.sees(wait=10))
    await until(lambda: teams.bot.types() == ["installationUpdate", "conversationUpdate"])
    await teams.shows({"type": "message", "text": "Sagen er løst"})
    assert [one["text"] for one in await asyncio.wait_for(waiting, 5)] == ["Sagen er løst"]


async def test_each_change_has_a_new_sequence_and_a_reset_begins_anew(teams: Teams) -> None:
    await teams.does("open")
    key = await teams.shows({"type": "message", "text": "1"})
    first = (await teams.newest())["sequence"]
    await teams.posts({"type": "message", "text": "2"}, "PUT", f"/{key}")
    assert [one["text"] for one in await teams.sees(after=first)] == ["2"]
    assert await teams.sees(after=first + 1) == []
    await teams.call("POST", "/control/reset")
    status, found = await teams.call("GET", f"/teams/api/people/{BIRTHE.id}/messages?after={first + 1}&wait=10")
    assert (status, found) == (200, {"sequence": 0, "messages": []})


async def test_traffic_shows_every_try(teams: Teams) -> None:
    await teams.does("messages", text="hej")
    lines = (await teams.call("GET", "/teams/api/traffic"))[1]
    assert [(one["activity"]["type"], one["status"]) for one in lines] == [
        ("installationUpdate", 201),
        ("conversationUpdate", 201),
        ("message", 201),
    ]


async def test_end_waits_for_nobody() -> None:
    async with running() as teams:
        teams.simulation.bot_url = f"http://127.0.0.1:{free_port()}"
        under_way = [asyncio.create_task(teams.does("open")), asyncio.create_task(teams.sees(person=JENS, wait=20))]
        await teams.call("GET", "/teams/api/people")
        began = asyncio.get_running_loop().time()
    assert (await under_way[0], await under_way[1]) == ({"conversation": teams.conversation}, [])
    assert asyncio.get_running_loop().time() - began < 10
