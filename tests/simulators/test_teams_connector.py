"""The Bot Connector as the bot sees it: conversations, messages, refusals, limits, and the journal."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from simulators.world import BIRTHE, JENS, OLE, TENANT
from tests.simulators.teams_bot import CREATE, Teams, card, execute, running, with_card

TEXT = {"type": "message", "text": "hej"}


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with running() as found:
        await found.does("open")
        yield found


async def test_conversation_is_found_by_either_id_and_stays_the_same(teams: Teams) -> None:
    member = teams.bot.got[0]["from"]["id"]
    answers = [await teams.call("POST", "/teams/v3/conversations", CREATE | {"members": [{"id": key}]}) for key in (BIRTHE.id, member)]
    assert [(status, found["id"]) for status, found in answers] == [(201, teams.conversation)] * 2


async def test_conversation_with_a_first_message(teams: Teams) -> None:
    body = CREATE | {"members": [{"id": BIRTHE.id}], "activity": TEXT}
    status, found = await teams.call("POST", "/teams/v3/conversations", body)
    assert status == 201
    assert (await teams.newest())["id"] == found["activityId"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({}, 403, "ForbiddenOperationException"),  # Jens has not installed the app
        ({"members": [{"id": JENS.email}]}, 400, "BadSyntax"),
        ({"members": []}, 400, "BadSyntax"),
        ({"tenantId": "someone-else"}, 403, "Forbidden"),
        ({"tenantId": None}, 400, "BadArgument"),
        ({"isGroup": True}, 403, "BotNotInConversationRoster"),
        ({"bot": {"id": "28:other"}}, 403, "Forbidden"),
    ],
)
async def test_conversation_is_refused(teams: Teams, change: dict[str, Any], status: int, code: str) -> None:
    got = await teams.call("POST", "/teams/v3/conversations", CREATE | change)
    assert (got[0], got[1]["error"]["code"]) == (status, code)


async def test_reply_form_and_id_of_the_answer(teams: Teams) -> None:
    key = await teams.shows(TEXT)
    status, found = await teams.posts({"type": "message", "text": "igen"}, tail=f"/{key}")
    assert status == 201
    assert int(found["id"]) > int(key)
    assert [one["text"] for one in await teams.sees()] == ["hej", "igen"]


async def test_put_replaces_and_delete_takes_away(teams: Teams) -> None:
    key = await teams.shows(with_card(card({"type": "TextBlock", "text": "Ny"})))
    assert await teams.posts(with_card(card({"type": "TextBlock", "text": "Gjort"})), "PUT", f"/{key}") == (200, {"id": key})
    shown = await teams.newest()
    assert (shown["card"]["body"][0]["text"], shown["edited"]) == ("Gjort", False)
    assert await teams.posts({"type": "message", "text": "tekst"}, "PUT", f"/{key}") == (200, {"id": key})
    assert ((await teams.newest())["card"], (await teams.newest())["edited"]) == (None, True)
    assert await teams.posts(None, "DELETE", f"/{key}") == (200, None)
    assert (await teams.newest())["deleted"]
    assert (await teams.posts(TEXT, "PUT", f"/{key}"))[0] == 404


async def test_only_the_bots_own_messages_and_only_known_ones(teams: Teams) -> None:
    theirs = (await teams.does("messages", text="hej"))["id"]
    assert (await teams.posts(TEXT, "PUT", f"/{theirs}"))[0] == 403
    assert (await teams.posts(None, "DELETE", f"/{theirs}"))[0] == 403
    status, found = await teams.posts(TEXT, "PUT", "/1795000000000")
    assert (status, found["error"]["code"]) == (404, "ActivityNotFoundInConversation")


async def test_text_beside_a_card_becomes_two_messages_without_an_id(teams: Teams) -> None:
    assert await teams.posts(with_card(card(), text="Se her")) == (201, {})
    assert [(one["text"], one["card"] is not None) for one in await teams.sees()] == [("Se her", False), ("", True)]


async def test_typing_is_shown_and_suggestions_stand_with_text_alone(teams: Teams) -> None:
    await teams.shows({"type": "typing"})
    assert (await teams.newest())["type"] == "typing"
    wanted = {"actions": [{"type": "imBack", "title": str(n), "value": str(n)} for n in range(5)]}
    await teams.shows(TEXT | {"suggestedActions": wanted})
    assert len((await teams.newest())["suggestions"]) == 3
    await teams.shows(with_card(card(), suggestedActions=wanted))
    assert (await teams.newest())["suggestions"] == []


async def test_members_in_each_form(teams: Teams) -> None:
    place = f"/teams/v3/conversations/{teams.conversation}"
    member = (await teams.call("GET", f"{place}/members"))[1][0]
    assert (member["aadObjectId"], member["email"], member["tenantId"]) == (BIRTHE.id, BIRTHE.email, TENANT)
    assert (await teams.call("GET", f"{place}/pagedmembers?pageSize=10"))[1] == {"members": [member]}
    for key in (member["id"], BIRTHE.id, BIRTHE.email):
        assert (await teams.call("GET", f"{place}/members/{key}"))[1] == member
    assert (await teams.call("GET", f"{place}/members/{JENS.id}"))[0] == 404
    assert (await teams.call("GET", f"{place}/pagedmembers?pageSize=501"))[0] == 400


async def test_unknown_conversations(teams: Teams) -> None:
    assert (await teams.call("POST", "/teams/v3/conversations/a:1x/activities", TEXT))[0] == 404
    assert (await teams.call("POST", "/teams/v3/conversations/19:x@thread.v2/activities", TEXT))[0] == 403


async def test_writes_after_uninstall_and_block(teams: Teams) -> None:
    await teams.does("block")
    assert (await teams.posts(TEXT))[1]["error"]["code"] == "ConversationBlockedByUser"
    await teams.does("block", blocked=False)
    await teams.does("uninstall")
    assert (teams.bot.got[-1]["type"], teams.bot.got[-1]["action"]) == ("installationUpdate", "remove")
    status, found = await teams.posts(TEXT)
    assert (status, found["error"]["code"]) == (403, "MessageWritesBlocked")
    await teams.set(old_errors=True)
    status, found = await teams.posts(TEXT)
    assert (status, found["errorCode"]) == (403, 209)
    await teams.does("open")
    assert (await teams.posts(TEXT))[0] == 201


MENTION = {"type": "mention", "text": "<at>Birthe</at>", "mentioned": {"id": BIRTHE.id, "name": "Birthe"}}
SCHEMA = {"type": "https://schema.org/Message", "@type": "Message", "additionalType": ["AIGeneratedContent"]}
SEVEN = [execute(str(n)) for n in range(7)]


def said(**more: Any) -> dict[str, Any]:
    return TEXT | more


@pytest.mark.parametrize(
    "activity",
    [
        {"text": "uden type"},
        {"type": "trace", "text": "x"},
        {"type": "message"},
        {"type": "message", "text": " "},
        said(textFormat="html"),
        said(text=5),
        said(attachments={}),
        said(attachments=[{"contentType": "application/pdf"}]),
        said(text="Hej <at>Birthe</at>"),
        said(entities=[MENTION]),
        said(entities=[SCHEMA, SCHEMA]),
        said(entities=[SCHEMA | {"citation": [{"position": 1, "appearance": {"name": "x" * 81, "abstract": "x"}}]}]),
        said(suggestedActions={"actions": [{"type": "openUrl", "title": "x"}]}),
        with_card(card(version="1.6")),
        with_card({"type": "AdaptiveCard", "body": []}),
        with_card(card(actions=SEVEN)),
        with_card(card({"type": "ActionSet", "actions": SEVEN})),
        with_card(card({"type": "TextBlock", "text": "x", "color": "pink"})),
        with_card(card({"type": "Input.Text", "id": "a", "style": "fancy"})),
        with_card(card({"type": "Input.Text"})),
        with_card(card({"type": "Input.Text", "id": "a"}, {"type": "Input.Date", "id": "a"})),
        with_card(card({"type": "Input.Text", "id": "a", "regex": "("})),
        with_card(card({"type": "Input.ChoiceSet", "id": "a", "choices": []})),
        with_card(card({"type": "Input.ChoiceSet", "id": "a", "isMultiSelect": True, "choices": [{"title": "x", "value": "x,y"}]})),
        with_card(card({"type": "Unknown.Thing"})),
        with_card(card({"type": "Container", "items": [{"type": "TextBlock"}]})),
        with_card(card(actions=[{"type": "Action.OpenUrl", "title": "x", "url": "javascript:alert(1)"}])),
        with_card(card(actions=[execute("x", style="pretty")])),
        with_card(card(refresh={"action": {"type": "Action.Submit"}})),
    ],
)
async def test_what_teams_would_not_show_is_refused(teams: Teams, activity: dict[str, Any]) -> None:
    status, found = await teams.posts(activity)
    assert (status, found["error"]["code"]) == (400, "BadArgument")
    assert await teams.sees() == []


@pytest.mark.parametrize(
    "activity",
    [
        said(text="Hej <at>Birthe</at>", entities=[MENTION, SCHEMA]),
        with_card(card({"type": "Unknown.Thing", "fallback": "drop"}, {"type": "Chart.Donut", "data": []})),
        with_card(card(actions=[*SEVEN[:6], execute("mere", mode="secondary")])),
        with_card(card({"type": "ColumnSet", "columns": [{"width": "auto", "items": [{"type": "TextBlock", "text": "x"}]}]})),
        with_card(card({"type": "TextBlock", "text": "x", "size": "ExtraLarge", "weight": "Bolder"})),
    ],
)
async def test_what_teams_shows_is_taken(teams: Teams, activity: dict[str, Any]) -> None:
    assert (await teams.posts(activity))[0] == 201


async def test_size_is_measured_in_utf_16_and_pictures_do_not_count(teams: Teams) -> None:
    picture = {"contentType": "image/png", "contentUrl": f"data:image/png;base64,{'A' * 200_000}"}
    assert (await teams.posts({"type": "message", "attachments": [picture]}))[0] == 201
    assert (await teams.posts(said(text="x" * 51_000)))[0] == 201
    status, found = await teams.posts(said(text="x" * 51_200))
    assert (status, found["error"]["code"]) == (413, "MessageSizeTooBig")
    await teams.set(small_messages=True)
    assert (await teams.posts(said(text="x" * 28_000)))[0] == 413


async def test_eighth_message_in_a_second_is_too_many(teams: Teams) -> None:
    answers = [await teams.session.post(f"{teams.url}/teams/v3/conversations/{teams.conversation}/activities", json=TEXT) for _ in range(8)]
    assert [one.status for one in answers] == [201] * 7 + [429]
    assert answers[-1].headers["Retry-After"] == "1"
    assert (await answers[-1].json())["error"]["code"] == "Throttled"
    await teams.set(retry_after=False)
    async with teams.session.post(f"{teams.url}/teams/v3/conversations/{teams.conversation}/activities", json=TEXT) as answer:
        assert (answer.status, "Retry-After" in answer.headers) == (429, False)
    await teams.set(rate_limits=False)
    assert (await teams.posts(TEXT))[0] == 201


async def test_split_message_counts_twice_and_reads_have_their_own_limit(teams: Teams) -> None:
    answers = [(await teams.posts(with_card(card(), text="x")))[0] for _ in range(4)]
    assert answers == [201, 201, 201, 429]
    reads = [(await teams.call("GET", f"/teams/v3/conversations/{teams.conversation}/members"))[0] for _ in range(15)]
    assert reads == [200] * 14 + [429]


async def test_fifty_calls_a_second_for_all_people_together(teams: Teams) -> None:
    path = f"/teams/v3/conversations/{teams.conversation}/members/{JENS.id}"
    answers = await asyncio.gather(*(teams.call("GET", f"{path}?{n}") for n in range(60)))
    assert sum(status == 429 for status, _ in answers) >= 10


async def test_parallel_writes_get_412(teams: Teams) -> None:
    await teams.set(write_seconds=0.5)
    assert (await teams.posts(TEXT))[0] == 201
    status, found = await teams.posts(TEXT)
    assert (status, found["error"]["code"]) == (412, "PreconditionFailed")


@pytest.mark.parametrize(("status", "code"), [(401, "Unauthorized"), (429, "Throttled"), (502, "ServiceError"), (504, "ServiceError")])
async def test_injected_faults_have_teams_own_bodies(teams: Teams, status: int, code: str) -> None:
    await teams.call("POST", "/control/faults", {"path": "/teams/v3", "status": status, "times": 1})
    got = await teams.posts(TEXT)
    assert (got[0], got[1]["error"]["code"]) == (status, code)
    assert (await teams.posts(TEXT))[0] == 201


async def test_journal_has_the_bots_writes_alone_with_their_key(teams: Teams) -> None:
    key = await teams.shows(TEXT | {"channelData": {"kollega": {"key": "job-7"}}})
    await teams.posts(TEXT, "PUT", f"/{key}")
    await teams.posts(None, "DELETE", f"/{key}")
    await teams.does("messages", text="hej")
    lines = await teams.journal()
    assert [(one["system"], one["method"], one["key"], one["status"]) for one in lines] == [
        ("teams", "POST", "job-7", 201),
        ("teams", "PUT", None, 200),
        ("teams", "DELETE", None, 200),
    ]


def streamed(kind: str, text: str, sequence: int | None, stream: str = "", **more: Any) -> dict[str, Any]:
    info = {"type": "streaminfo", "streamType": kind, "streamSequence": sequence, "streamId": stream}
    entity = {name: value for name, value in info.items() if value}
    return {"type": "message" if kind == "final" else "typing", "text": text, "entities": [entity], **more}


async def test_stream_grows_and_ends(teams: Teams) -> None:
    status, found = await teams.posts(streamed("informative", "Henter data", 1))
    assert status == 201
    stream = found["id"]
    assert ((await teams.newest())["type"], (await teams.newest())["text"]) == ("typing", "Henter data")
    assert await teams.posts(streamed("streaming", "Der er", 2, stream)) == (202, {})
    assert (await teams.posts(streamed("streaming", "Andet", 3, stream)))[0] == 403
    assert (await teams.posts(streamed("streaming", "Der er tre", 2, stream)))[1]["error"]["code"].startswith("ContentStreamSequence")
    assert (await teams.posts(streamed("final", "Der er tre sager", None, stream)))[0] == 201
    assert (await teams.newest())["text"] == "Der er tre sager"
    assert (await teams.posts(streamed("streaming", "Der er tre sager", 4, stream)))[0] == 403


async def test_nobody_else_is_reached(teams: Teams) -> None:
    await teams.shows(TEXT)
    assert await teams.sees(person=OLE) == []
