"""A person's presses: what the client sends, what it refuses to send, and what it makes of the bot's answers."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from simulators.world import BIRTHE
from tests.simulators.teams_bot import CARD_TYPE, Json, Teams, card, execute, running, with_card

CHOICES = [{"title": "Det haster", "value": "1"}, {"title": "Det kan vente", "value": "2"}]
FORM = card(
    {"type": "Input.Text", "id": "title", "label": "Hvad", "isRequired": True, "errorMessage": "Skriv noget.", "maxLength": 20},
    {"type": "Input.ChoiceSet", "id": "urgency", "label": "Haster", "choices": CHOICES, "value": "2"},
    {"type": "Input.ChoiceSet", "id": "many", "label": "Flere", "isMultiSelect": True, "choices": CHOICES},
    {"type": "Input.Toggle", "id": "agree", "title": "Enig"},
    {"type": "Input.Number", "id": "minutes", "label": "Minutter", "min": 15, "max": 90},
    {"type": "Input.Date", "id": "day", "label": "Dag", "min": "2026-11-01"},
    {"type": "Input.Time", "id": "hour", "label": "Tid"},
    {"type": "Input.Text", "id": "case", "label": "Sag", "regex": "^INC[0-9]{7}$"},
    {
        "type": "ActionSet",
        "actions": [
            execute("Opret", "create", data={"do": "create", "card": "c1"}, fallback={"type": "Action.Submit", "data": {"do": "old"}}),
            execute("Annuller", "cancel", data={"do": "cancel"}, associatedInputs="none"),
            {"type": "Action.Submit", "title": "Send", "data": {"do": "send"}},
            {"type": "Action.OpenUrl", "title": "Åbn", "url": "https://servicenow.example"},
            execute("Lukket", isEnabled=False),
        ],
    },
)


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with running() as found:
        await found.does("open")
        yield found


@pytest.fixture
async def form(teams: Teams) -> str:
    return await teams.shows(with_card(FORM))


def answers(teams: Teams, body: Any, status: int = 200) -> None:
    """The bot's answer to every invoke."""

    async def answer(activity: Json) -> web.Response | None:
        return web.json_response(body, status=status) if activity["type"] == "invoke" else None

    teams.bot.answer = answer


async def test_execute_is_an_invoke_with_data_and_inputs_as_texts(teams: Teams, form: str) -> None:
    inputs = {"title": "Papirstop", "minutes": 30, "many": ["1", "2"], "agree": True, "day": "2026-11-20"}
    assert await teams.does("press", activity=form, action="Opret", inputs=inputs) == {"status": 200, "body": {}}
    sent = teams.bot.got[-1]
    assert (sent["type"], sent["name"], sent["replyToId"]) == ("invoke", "adaptiveCard/action", form)
    assert sent["value"] == {
        "action": {
            "type": "Action.Execute",
            "verb": "create",
            "data": {
                "do": "create",
                "card": "c1",
                "title": "Papirstop",
                "urgency": "2",
                "many": "1,2",
                "agree": "true",
                "minutes": "30",
                "day": "2026-11-20",
            },
        },
        "trigger": "manual",
    }


async def test_submit_is_a_message_with_a_value_and_no_text(teams: Teams, form: str) -> None:
    assert await teams.does("press", activity=form, action=2, inputs={"title": "x"}) == {"status": 201, "body": None}
    sent = teams.bot.got[-1]
    assert (sent["type"], sent["replyToId"], "text" in sent) == ("message", form, False)
    assert sent["value"] == {"do": "send", "title": "x", "urgency": "2", "agree": "false"}
    assert [one["from"] for one in await teams.sees()] == ["bot"]


async def test_old_client_takes_the_fallback(teams: Teams, form: str) -> None:
    await teams.set(old_client=True)
    await teams.does("press", activity=form, action="Opret", inputs={"title": "x"})
    assert (teams.bot.got[-1]["type"], teams.bot.got[-1]["value"]["do"]) == ("message", "old")
    assert (await teams.tries("press", activity=form, action="Annuller"))[0] == 404


@pytest.mark.parametrize(
    ("inputs", "invalid"),
    [
        ({}, ["title"]),
        ({"title": ""}, ["title"]),
        ({"title": "x" * 21}, ["title"]),
        ({"title": "x", "minutes": "10"}, ["minutes"]),
        ({"title": "x", "minutes": "mange"}, ["minutes"]),
        ({"title": "x", "day": "2026-10-31", "hour": "25:00"}, ["day", "hour"]),
        ({"title": "x", "case": "INC12"}, ["case"]),
    ],
)
async def test_client_refuses_without_sending(teams: Teams, form: str, inputs: dict[str, str], invalid: list[str]) -> None:
    before = len(teams.bot.got)
    assert await teams.tries("press", activity=form, action="Opret", inputs=inputs) == (422, {"invalid": invalid})
    assert len(teams.bot.got) == before


async def test_button_without_associated_inputs_is_not_held_up(teams: Teams, form: str) -> None:
    await teams.does("press", activity=form, action="annuller")
    assert teams.bot.got[-1]["value"]["action"]["data"] == {"do": "cancel"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"action": "Åbn"}, 400),
        ({"action": "Lukket"}, 400),
        ({"action": "Findes ikke"}, 404),
        ({"action": 99}, 404),
        ({"action": "Opret", "inputs": {"title": "x", "other": "y"}}, 400),
        ({"action": "Opret", "inputs": {"title": "x", "urgency": "9"}}, 400),
        ({"action": "Opret", "activity": "1"}, 404),
    ],
)
async def test_what_no_person_could_do(teams: Teams, form: str, body: Json, status: int) -> None:
    before = len(teams.bot.got)
    assert (await teams.tries("press", **({"activity": form} | body)))[0] == status
    assert len(teams.bot.got) == before


async def test_choice_may_be_named_by_its_title(teams: Teams, form: str) -> None:
    await teams.does("press", activity=form, action="Send", inputs={"title": "x", "urgency": "Det haster"})
    assert teams.bot.got[-1]["value"]["urgency"] == "1"


async def test_card_in_the_answer_is_for_this_person_until_the_message_is_edited(teams: Teams, form: str) -> None:
    new = card({"type": "TextBlock", "text": "Oprettet"}, actions=[execute("Åbn igen")])
    answers(teams, {"statusCode": 200, "type": CARD_TYPE, "value": new})
    before = (await teams.newest())["sequence"]
    await teams.does("press", activity=form, action="Opret", inputs={"title": "x"})
    (shown,) = await teams.sees(after=before)
    assert (shown["personalCard"], shown["card"]) == (new, FORM)
    await teams.does("press", activity=form, action="Åbn igen")
    await teams.posts(with_card(card()), "PUT", f"/{form}")
    assert (await teams.newest())["personalCard"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Jeg går i gang."},
        {"statusCode": 400, "type": "application/vnd.microsoft.error", "value": {"code": "x", "message": "Nej."}},
    ],
)
async def test_message_and_error_answers_are_passed_on(teams: Teams, form: str, body: Json) -> None:
    answers(teams, body)
    assert await teams.does("press", activity=form, action="Annuller") == {"status": 200, "body": body}
    assert (await teams.newest())["personalCard"] is None


async def test_card_that_teams_would_not_draw_is_refused_in_an_answer_too(teams: Teams, form: str) -> None:
    answers(teams, {"statusCode": 200, "type": CARD_TYPE, "value": card(version="1.9")})
    assert (await teams.tries("press", activity=form, action="Annuller"))[0] == 400


async def test_late_answer_to_a_press_is_no_answer_and_is_not_repeated(teams: Teams, form: str) -> None:
    await teams.set(timeout=0.2)

    async def slow(activity: Json) -> None:
        await asyncio.sleep(0.4)

    teams.bot.answer = slow
    before = len(teams.bot.got)
    found = await teams.does("press", activity=form, action="Annuller")
    assert (found["status"], found["body"]["error"]["message"]) == (504, "Der er ikke forbindelse til appen. Prøv igen.")
    assert len(teams.bot.got) == before + 1


async def test_two_presses_at_once_both_arrive(teams: Teams, form: str) -> None:
    await teams.set(parallel=True)
    await asyncio.gather(*(teams.does("press", activity=form, action="Opret", inputs={"title": "x"}) for _ in range(2)))
    assert [one["name"] for one in teams.bot.got[-2:]] == ["adaptiveCard/action"] * 2


async def test_inner_card_takes_the_inputs_around_it_and_not_those_beside_it(teams: Teams) -> None:
    def inner(name: str) -> Json:
        field = {"type": "Input.Text", "id": name, "value": name, "isRequired": True}
        shown = {"type": "AdaptiveCard", "body": [field], "actions": [execute(f"Send {name}")]}
        return {"type": "Action.ShowCard", "title": name, "card": shown}

    outer = card({"type": "Input.Text", "id": "outer", "value": "outer"}, actions=[inner("a"), inner("b"), execute("Alt")])
    key = await teams.shows(with_card(outer))
    await teams.does("press", activity=key, action="Send a")
    assert teams.bot.got[-1]["value"]["action"]["data"] == {"outer": "outer", "a": "a"}
    await teams.does("press", activity=key, action="Alt")
    assert teams.bot.got[-1]["value"]["action"]["data"] == {"outer": "outer"}


@pytest.mark.parametrize(
    ("teams_part", "seen"),
    [
        ({"type": "imBack", "value": "hjælp"}, {"type": "message", "text": "hjælp"}),
        ({"type": "messageBack", "text": "hjælp", "value": {"a": 1}}, {"type": "message", "text": "hjælp", "value": {"a": 1}}),
        ({"type": "invoke", "value": {"a": 1}}, {"type": "invoke", "value": {"a": 1}}),
    ],
)
async def test_other_kinds_of_submit(teams: Teams, teams_part: Json, seen: Json) -> None:
    key = await teams.shows(with_card(card(actions=[{"type": "Action.Submit", "title": "Gør det", "data": {"msteams": teams_part}}])))
    await teams.does("press", activity=key, action="Gør det")
    assert teams.bot.got[-1] | seen == teams.bot.got[-1]


async def test_choices_are_searched_in_the_directory_and_asked_of_the_bot(teams: Teams) -> None:
    def search(name: str, dataset: str) -> Json:
        return {"type": "Input.ChoiceSet", "id": name, "choices": [], "choices.data": {"type": "Data.Query", "dataset": dataset}}

    key = await teams.shows(
        with_card(card(search("who", "graph.microsoft.com/users"), search("list", "lists"), actions=[execute("Føj til")]))
    )
    found = await teams.does("search", activity=key, input="who", text="birthe ho")
    assert found["results"] == [{"title": "Birthe Holm (Digital Arbejdsplads)", "value": BIRTHE.id}]
    assert len((await teams.does("search", activity=key, input="who", text="e"))["results"]) == 15
    many = [{"title": str(n), "value": str(n)} for n in range(20)]
    answers(teams, {"statusCode": 200, "type": "application/vnd.microsoft.search.searchResponse", "value": {"results": many}})
    assert (await teams.does("search", activity=key, input="list", text="barsel"))["results"] == many[:15]
    asked = teams.bot.got[-1]
    assert (asked["name"], asked["value"]["dataset"], asked["value"]["queryText"]) == ("application/search", "lists", "barsel")
    await teams.does("press", activity=key, action="Føj til", inputs={"who": BIRTHE.id})
    assert teams.bot.got[-1]["value"]["action"]["data"] == {"who": BIRTHE.id}


async def test_card_is_refreshed_for_those_it_names(teams: Teams) -> None:
    me = teams.bot.got[0]["from"]["id"]
    refresh = {"action": execute("", "newest"), "userIds": [me]}
    named = await teams.shows(with_card(card(refresh=refresh)))
    other = await teams.shows(with_card(card(refresh=refresh | {"userIds": ["29:other"]})))
    answers(teams, {"statusCode": 200, "type": CARD_TYPE, "value": card({"type": "TextBlock", "text": "Nyt"})})
    assert (await teams.does("view", activity=named))["status"] == 200
    assert (teams.bot.got[-1]["value"]["trigger"], teams.bot.got[-1]["value"]["action"]["verb"]) == ("automatic", "newest")
    assert (await teams.does("view", activity=other))["status"] == 204


async def test_thumbs_where_they_are_asked_for(teams: Teams) -> None:
    key = await teams.shows({"type": "message", "text": "x", "channelData": {"feedbackLoop": {"type": "default"}}})
    await teams.does("feedback", id=key, reaction="dislike")
    assert teams.bot.got[-1]["name"] == "message/submitAction"
    plain = await teams.shows({"type": "message", "text": "x"})
    assert (await teams.tries("feedback", id=plain, reaction="like"))[0] == 400


DIALOG = {
    "task": {
        "type": "continue",
        "value": {
            "title": "Journalisér",
            "card": {
                "contentType": CARD_TYPE,
                "content": card(
                    {"type": "Input.Text", "id": "case", "isRequired": True},
                    actions=[{"type": "Action.Submit", "title": "Gem", "data": {"do": "file"}}],
                ),
            },
        },
    }
}


async def test_action_on_a_mail_opens_a_dialog_that_is_submitted(teams: Teams) -> None:
    await teams.call("POST", "/control/reset")
    mails = (await teams.call("GET", f"/teams/api/people/{BIRTHE.id}/mails"))[1]
    assert [one["received"] for one in mails] == sorted((one["received"] for one in mails), reverse=True)
    answers(teams, DIALOG)
    assert await teams.does("action", kind="mail", id=mails[0]["id"], command="journalise") == {"status": 200, "body": DIALOG}
    asked = teams.bot.got[-1]
    assert (asked["name"], asked["value"]["commandContext"], asked["value"]["commandId"]) == (
        "composeExtension/fetchTask",
        "message",
        "journalise",
    )
    payload = asked["value"]["messagePayload"]
    assert (payload["id"], payload["subject"]) == (mails[0]["id"], mails[0]["subject"])
    assert asked["from"]["aadObjectId"] == BIRTHE.id
    assert asked["conversation"]["id"] != teams.conversation
    assert await teams.tries("dialog/submit", action="Gem") == (422, {"invalid": ["case"]})
    answers(teams, {"task": {"type": "message", "value": "Jeg går i gang."}})
    await teams.does("dialog/submit", action="Gem", inputs={"case": "2026-0012345"})
    sent = teams.bot.got[-1]
    assert (sent["name"], sent["value"]["data"]) == ("composeExtension/submitAction", {"do": "file", "case": "2026-0012345"})
    assert sent["value"]["messagePayload"] == payload
    assert (await teams.tries("dialog/submit", action="Gem"))[0] == 404


async def test_action_on_a_message_carries_the_message(teams: Teams) -> None:
    key = (await teams.does("messages", text="Aftalen er <vigtig>"))["id"]
    await teams.does("action", kind="message", id=key)
    payload = teams.bot.got[-1]["value"]["messagePayload"]
    assert payload["body"] == {"contentType": "html", "content": "<div>Aftalen er &lt;vigtig&gt;</div>"}
    assert payload["from"]["user"]["id"] == BIRTHE.id
    assert payload["linkToMessage"].startswith("https://teams.microsoft.com/l/message/")
    assert (await teams.tries("action", kind="mail", id="x"))[0] == 404
    assert (await teams.tries("action", kind="fax", id="x"))[0] == 400
