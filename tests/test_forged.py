"""Requests that no client of Teams would make, against the whole house: refused or answered, never a 5xx, nothing told, nothing done, and it lives on."""

import copy
import itertools
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.house import House, Person, elements, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

WRONG: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    10**400,
    "",
    "x",
    "\u0000",
    "../..",
    [],
    [None],
    [[]],
    ["x"],
    [{}],
    {},
    {"id": 7},
    {"a": {"b": []}},
]
NAMES = [
    *(
        "adaptiveCard/action",
        "application/search",
        "task/fetch",
        "task/submit",
        "composeExtension/fetchTask",
        "composeExtension/submitAction",
    ),
    *("composeExtension/query", "composeExtension/onCardButtonClicked", "composeExtension/setting", "config/fetch", "tab/fetch"),
    *("message/submitAction", "message/fetchTask", "signin/tokenExchange", "signin/verifyState", "signin/failure", "fileConsent/invoke"),
    *("", "x", "adaptiveCard/actions", "ADAPTIVECARD/ACTION", "æøå", "../x", "actionableMessage/executeAction", "x" * 5_000),
]
numbers = itertools.count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def besieged(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One house for all of it. In the end it still talks, nothing was written, and no turn of it broke."""
    var: Path = tmp_path_factory.mktemp("var")
    async with running(var) as house:
        await house.http.post(f"{house.simulators}/control/settings", json={"teams_rate_limits": False})
        yield house
        jens = await house.person("Jens Kjær")
        assert await jens.says("hjælp")
        assert await house.writes() == []
        async with house.http.get(f"{house.simulators}/control/journal") as answer:
            assert "gik noget galt hos mig" not in await answer.text()


async def sent(house: House, data: bytes, kind: str | None = "application/json", method: str = "POST") -> tuple[int, str]:
    """The status and the text of the answer, which holds nothing of the inside."""
    headers = {"Content-Type": kind} if kind is not None else {}
    async with house.http.request(
        method, f"{house.bot}/api/messages", data=data, headers=headers, skip_auto_headers=["Content-Type"]
    ) as answer:
        text = await answer.text()
    assert answer.status < 500, (answer.status, data[:500], text)
    for inside in ("Traceback", 'File "', "site-packages", "pydantic", "sqlalchemy"):
        assert inside not in text
    return answer.status, text


async def like(house: House, person: Person, **changes: Any) -> dict[str, Any]:
    """A message as this person's client sends it, with an id of its own."""
    async with house.http.get(f"{house.simulators}/teams/api/traffic") as answer:
        traffic = [one["activity"] for one in await answer.json()]
    found = next(one for one in reversed(traffic) if one["from"].get("aadObjectId") == person.id)
    kept = {key: found[key] for key in ("serviceUrl", "channelId", "from", "conversation", "recipient", "channelData")}
    return {"type": "message", "text": "hej", **kept, "id": f"f:forged-{next(numbers)}", **changes}


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a piece of JSON."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield (*path, key)
        yield from places(item, (*path, key))


def changed(whole: dict[str, Any], path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """A copy with another value in that place."""
    made: Any = copy.deepcopy(whole)
    place = made
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return dict(made)


async def summary(house: House, name: str) -> tuple[Person, dict[str, Any]]:
    """A person, and the summary that stands in their chat."""
    person = await house.person(name)
    await person.says("annuller")
    return person, (await person.says("min skærm er sort, og jeg kan ikke arbejde"))[-1]


def execute(message: dict[str, Any], label: str) -> dict[str, Any]:
    """What a button sends."""
    return next(one for one in elements(message["card"]) if one.get("title") == label)


async def test_every_field_with_a_value_of_another_kind(besieged: House) -> None:
    birthe, shown = await summary(besieged, "Birthe Holm")
    button = execute(shown, "Annuller")
    press = {"action": {"type": "Action.Execute", "verb": button["verb"], "data": button["data"]}, "trigger": "manual"}
    mail = {"commandId": "journalise", "commandContext": "message", "messagePayload": {"id": "1", "body": {"content": "<p>x</p>"}}}
    extras = {
        "attachments": [{"contentType": "text/html", "content": "<p>hej</p>", "contentUrl": "x", "name": "x"}],
        "entities": [{"type": "mention", "text": "<at>K</at>", "mentioned": {"id": "28:kollega", "name": "K"}}],
        "timestamp": "2026-11-23T09:31:00.0000000Z",
        "localTimestamp": "2026-11-23T10:31:00.0000000+01:00",
        "textFormat": "plain",
        "locale": "da-DK",
        "replyToId": shown["id"],
    }
    bodies = [
        await like(besieged, birthe, **extras),
        await like(besieged, birthe, type="invoke", name="adaptiveCard/action", value=press, replyToId=shown["id"]),
        await like(besieged, birthe, type="conversationUpdate", membersAdded=[{"id": "28:kollega"}]),
        await like(besieged, birthe, type="messageReaction", reactionsAdded=[{"type": "like"}], replyToId=shown["id"]),
    ]
    statuses = set()
    for body in bodies:
        for path, value in itertools.product(places(body), WRONG):
            number = next(numbers)  # each in a chat of its own: Kollega keeps to Teams' limits in each
            forged = {**body, "conversation": {**body["conversation"], "id": f"a:forged-{number}"}, "id": f"f:forged-{number}"}
            statuses.add((await sent(besieged, json.dumps(changed(forged, path, value)).encode()))[0])
    fetch = await like(besieged, birthe, type="invoke", name="composeExtension/fetchTask", value=mail)  # answered in the person's own chat
    for path, value in itertools.product(places(mail), ({}, [7], None)):
        forged = {**fetch, "id": f"f:forged-{next(numbers)}", "value": changed(mail, path, value)}
        statuses.add((await sent(besieged, json.dumps(forged).encode()))[0])
    assert {200, 201, 400} <= statuses


DEEP = {
    "lists": b'{"type":"message","value":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "objects": b'{"type":"message","value":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
    "not closed": b'{"a":' * 100_000,
    "many keys": json.dumps({"type": "message", **{str(number): number for number in range(60_000)}}).encode(),
    "one key twice": b'{"type":"message","type":' + b'"x"' + b"}",
    "a long number": b'{"type":' + b"9" * 500_000 + b"}",
    "half a character": b'{"type":"\\ud800","text":"\\udfff"}',
}


@pytest.mark.parametrize("name", DEEP)
async def test_bodies_that_are_deep_or_large(besieged: House, name: str) -> None:
    assert (await sent(besieged, DEEP[name]))[0] in {400, 413}


@pytest.mark.parametrize("where", ["value", "channelData", "entities"])
async def test_deep_values_in_a_good_activity(besieged: House, where: str) -> None:
    birthe = await besieged.person("Birthe Holm")
    for depth in (50, 150, 900, 20_000):
        body = json.dumps(await like(besieged, birthe, conversation={"id": "a:deep", "conversationType": "personal"})).encode()
        nested = b'[{"a":' * depth + b"1" + b"}]" * depth
        assert (await sent(besieged, body[:-1] + f', "{where}": '.encode() + nested + b"}"))[0] in {201, 400}


@pytest.mark.parametrize(
    "kind", [None, "", "text/plain", "text/json", "application/xml", "multipart/form-data; boundary=x", "json", "/", "\u00e6"]
)
async def test_other_content_types(besieged: House, kind: str | None) -> None:
    body = json.dumps(await like(besieged, await besieged.person("Birthe Holm"))).encode()
    assert (await sent(besieged, body, kind))[0] == 415


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PURGE"])
async def test_other_methods(besieged: House, method: str) -> None:
    body = json.dumps(await like(besieged, await besieged.person("Birthe Holm"))).encode()
    assert (await sent(besieged, body, method=method))[0] in {400, 404, 405}


@pytest.mark.parametrize("name", NAMES)
async def test_invokes_of_any_name_with_any_value(besieged: House, name: str) -> None:
    birthe = await besieged.person("Birthe Holm")
    values = WRONG if not name.startswith("compose") else WRONG[::6]  # those are answered in the person's own chat, at its pace
    for value in [*values, {"action": {"type": "Action.Execute", "verb": "confirm", "data": {"do": ["x"], "card": {}, "data": 7}}}]:
        body = await like(
            besieged, birthe, type="invoke", name=name, value=value, conversation={"id": "a:i", "conversationType": "personal"}
        )
        assert (await sent(besieged, json.dumps(body).encode()))[0] in {200, 400, 404}


async def test_a_card_of_somebody_else_is_no_key_to_it(besieged: House) -> None:
    """Ole knows all that Birthe's card holds, and sends it from his own chat: as a press, and as a message."""
    birthe, shown = await summary(besieged, "Birthe Holm")
    ole = await besieged.person("Ole Bang")
    button = execute(shown, "Ja, opret")
    value = {"action": {"type": "Action.Execute", "verb": button["verb"], "data": button["data"]}, "trigger": "manual"}
    for changes in ({"type": "invoke", "name": "adaptiveCard/action", "value": value}, {"value": button["data"], "text": ""}):
        body = await like(besieged, ole, replyToId=shown["id"], **changes)
        assert (await sent(besieged, json.dumps(body).encode()))[0] in {200, 201}
    said = json.dumps(await ole.new(), ensure_ascii=False) + json.dumps(await birthe.new(), ensure_ascii=False)
    assert "Jeg går i gang" not in said
    assert await besieged.writes() == []


async def test_a_card_whose_data_was_changed_does_nothing(besieged: House) -> None:
    birthe, shown = await summary(besieged, "Birthe Holm")
    _, other = await summary(besieged, "Amir Haddad")
    good, foreign = execute(shown, "Ja, opret")["data"], execute(other, "Ja, opret")["data"]
    wrong = itertools.product(("do", "card"), WRONG)
    for data in ({**good, "card": foreign["card"]}, {**foreign, "person": birthe.id}, *({**good, key: value} for key, value in wrong)):
        action = {"type": "Action.Execute", "verb": "yes", "data": data}
        body = await like(besieged, birthe, type="invoke", name="adaptiveCard/action", value={"action": action}, replyToId=shown["id"])
        assert (await sent(besieged, json.dumps(body).encode()))[0] == 200
    assert "Jeg går i gang" not in json.dumps(await birthe.new(), ensure_ascii=False)
    assert await besieged.writes() == []
