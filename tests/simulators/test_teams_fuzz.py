"""Anything to any address never gives a 5xx, and the simulator goes on."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from simulators.world import BIRTHE
from tests.simulators.teams_bot import CARD_TYPE, Teams, card, execute, running, with_card

ENOUGH = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
ME = f"/teams/api/people/{BIRTHE.id}"
PLACES = (
    *(f"{ME}/{what}" for what in ("open", "messages", "press", "edit", "delete", "react", "action", "dialog/submit", "mails", "search")),
    *(f"{ME}/{what}" for what in ("view", "consent", "feedback", "uninstall", "block")),
    "/teams/api/people",
    "/teams/api/people/nobody/open",
    "/teams/api/token",
    "/teams/api/keys/rotate",
    "/teams/api/traffic",
    "/teams/api/files/x",
    "/teams/token",
    "/teams/openid/keys",
    "/teams/",
    "/teams",
    "/teams/page/main.js",
    "/teams/page/..%2f__init__.py",
    "/teams/library/purify.js",
    "/teams/files/x/y",
    "/teams/files/upload/x",
    "/teams/v3/conversations",
    "/teams/v3/attachments/x/views/original",
    *(
        f"/teams/v3/conversations/{{chat}}/{what}"
        for what in ("activities", "activities/{message}", "members", "pagedmembers", "members/x")
    ),
)
NAMES = st.sampled_from(
    "type text textFormat attachments contentType content contentUrl entities mentioned id value suggestedActions actions title body items "
    "columns version style size data choices choices.data dataset isMultiSelect regex min max isRequired activity action inputs files name "
    "base64 replyTo kind command reaction blocked fault serviceUrl members tenantId channelData tenant bot isGroup refresh userIds card verb "
    "fallback msteams streamType streamSequence streamId citation appearance keywords position selectAction input keep".split()
)
WORDS = st.sampled_from(
    f"message typing AdaptiveCard 1.5 {CARD_TYPE} TextBlock ActionSet Input.Text Input.ChoiceSet Input.Toggle Input.Number Input.Date "
    "Action.Execute Action.Submit Action.ShowCard Action.OpenUrl mention streaminfo streaming final informative https://schema.org/Message "
    "image/png plain xml imBack Opret mail like accept ( 9999999999.9 -1 NaN 2026-13-45".split()
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | WORDS
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=8), inner, max_size=6),
    max_leaves=25,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=8)
PRESSED = st.fixed_dictionaries(
    {"activity": st.just("{message}"), "action": st.integers(-1, 4) | st.text(max_size=5)}, optional={"inputs": OBJECTS}
)
ELEMENTS = st.lists(
    st.fixed_dictionaries({"type": WORDS}, optional={"id": st.sampled_from("ab"), "actions": VALUES, "items": VALUES, "regex": VALUES})
)
CARDS = st.builds(lambda parts, more: with_card({**card(*parts), **more}), ELEMENTS, OBJECTS)


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with running() as found:
        await found.set(rate_limits=False)
        await found.does("open")
        yield found


async def filled(teams: Teams) -> str:
    """A card to press, in a chat that is open."""
    await teams.does("open")
    await teams.does("block", blocked=False)
    fields = (
        {"type": "Input.Number", "id": "a", "min": "x"},
        {"type": "Input.ChoiceSet", "id": "b", "choices": [{"title": "x", "value": "y"}]},
    )
    return await teams.shows(with_card(card(*fields, actions=[execute("Opret"), {"type": "Action.Submit", "title": "Send", "data": "x"}])))


async def sent(teams: Teams, method: str, place: str, body: Any) -> int:
    """One request; the status."""
    key = await filled(teams)
    path = place.replace("{chat}", teams.conversation).replace("{message}", key)
    if isinstance(body, dict) and body.get("activity") == "{message}":
        body = body | {"activity": key}
    how = {"data": body} if isinstance(body, bytes) else {"json": body}
    url = URL(f"{teams.url}{path}", encoded=True)
    async with teams.session.request(method, url, headers={"Content-Type": "application/json"}, allow_redirects=False, **how) as answer:
        await answer.read()
        return answer.status


@given(method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH"]), place=st.sampled_from(PLACES), body=OBJECTS | VALUES | PRESSED)
@ENOUGH
async def test_any_json_anywhere(teams: Teams, method: str, place: str, body: Any) -> None:
    assert await sent(teams, method, place, body) < 500


@given(place=st.sampled_from(PLACES), body=st.binary(max_size=200))
@ENOUGH
async def test_any_bytes_anywhere(teams: Teams, place: str, body: bytes) -> None:
    assert await sent(teams, "POST", place, body) < 500


@given(body=CARDS | OBJECTS)
@ENOUGH
async def test_any_card_is_shown_or_refused_and_can_be_pressed(teams: Teams, body: Any) -> None:
    assert await sent(teams, "POST", "/teams/v3/conversations/{chat}/activities", body) < 500
    shown = [one for one in await teams.sees() if one["card"]][-1]
    for action in (0, 1, "Opret"):
        assert (await teams.tries("press", activity=shown["id"], action=action))[0] < 500


@given(answer=VALUES | OBJECTS)
@ENOUGH
async def test_any_answer_of_the_bot(teams: Teams, answer: Any) -> None:
    async def answers(activity: Any) -> web.Response | None:
        return web.json_response(answer) if activity["type"] == "invoke" else None

    teams.bot.answer = answers
    assert await sent(teams, "POST", f"{ME}/press", {"activity": "{message}", "action": "Opret"}) < 500
    assert await sent(teams, "POST", f"{ME}/action", {"kind": "message", "id": "{message}"}) < 500


@given(path=st.text(max_size=60), query=st.text(max_size=30))
@ENOUGH
async def test_any_address(teams: Teams, path: str, query: str) -> None:
    url = URL(f"{teams.url}/teams/").joinpath(*(part for part in path.split("/") if part not in {"", ".", ".."})).with_query(query)
    for method in ("GET", "POST"):
        async with teams.session.request(method, url, allow_redirects=False) as answer:
            assert answer.status < 500


@given(
    values=st.dictionaries(st.sampled_from(["app_id", "service_url", "timeout", "patience", "write_seconds", "download_seconds"]), LEAVES)
)
@ENOUGH
async def test_settings_of_any_type(teams: Teams, values: dict[str, Any]) -> None:
    settled = {**dict.fromkeys(("app_id", "service_url", "timeout", "patience", "write_seconds", "download_seconds")), **values}
    await teams.call("POST", "/control/settings", {f"teams_{name}": value for name, value in settled.items()})
    assert (await teams.tries("messages", text="hej"))[0] < 500
    assert (await teams.posts({"type": "message", "text": "x"}))[0] < 500
