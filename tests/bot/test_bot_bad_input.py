"""Whatever is posted to /api/messages, the answer is never a 5xx, tells nothing of the inside, and the bot lives on."""

import asyncio
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.bot.standins import Brain, Connector, Running, activity, running, serving

BATCHES, CASES = 100, 20  # two thousand; a batch is sent at once

NASTY: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        10**30,
        1.5,
        float("inf"),
        float("nan"),
        "",
        " ",
        "\x00",
        "\ud800",
        "x" * 2_000,
        "æøå",
        "..",
        "a b",
        "\r\nX: y",
    ),
    *(
        [],
        [None],
        [[]],
        [{}],
        {},
        {"id": None},
        {"id": ""},
        {"id": 7},
        {"id": "x"},
        {"id": "\n"},
        {"a": {"b": {"c": []}}},
        "2026-11-24",
        "1e9",
        "{",
    ),
    *(
        "http://127.0.0.1:1",
        "https://smba.trafficmanager.net/emea/",
        "http://[",
        "//",
        "javascript:1",
        "http://127.0.0.1:99999",
        "<blockquote",
        "&#x0;",
    ),
]
MUST: tuple[str, ...] = ("type", "from", "recipient", "conversation", "serviceUrl", "channelId", "timestamp")
MAY: tuple[str, ...] = (
    "name",
    "id",
    "text",
    "value",
    "channelData",
    "entities",
    "attachments",
    "membersAdded",
    "membersRemoved",
    "action",
    "reactionsAdded",
)
MAY = (*MAY, "replyToId", "textFormat", "locale", "extra")
INSIDE: tuple[str, ...] = (
    "id",
    "aadObjectId",
    "name",
    "conversationType",
    "isGroup",
    "tenantId",
    "tenant",
    "eventType",
    "contentType",
    "content",
    "contentUrl",
)
INSIDE = (
    *INSIDE,
    "downloadUrl",
    "text",
    "mentioned",
    "type",
    "action",
    "verb",
    "data",
    "do",
    "card",
    "messagePayload",
    "commandId",
    "actionValue",
    "reaction",
)
INSIDE = (*INSIDE, "from", "user", "body", "attachments", "subject", "amount")
LIKELY: dict[str, list[Any]] = {
    "type": [
        "message",
        "invoke",
        "conversationUpdate",
        "installationUpdate",
        "messageUpdate",
        "messageDelete",
        "messageReaction",
        "typing",
        "event",
    ],
    "name": [
        *("adaptiveCard/action", "task/fetch", "task/submit", "composeExtension/fetchTask", "composeExtension/query", "application/search"),
        *("message/submitAction", "signin/verifyState", "x"),
    ],
    "action": ["add", "remove", "remove-upgrade"],
    "contentType": ["text/html", "image/png", "reference", "application/vnd.microsoft.teams.file.download.info"],
    "do": ["yes"],
    "verb": ["yes"],
}
HEADERS: dict[str, list[str]] = {
    "Content-Type": ["application/json; charset=latin-1", "text/plain", "", "multipart/form-data; boundary=x", "application/json"],
    "Authorization": ["", "Bearer", "Bearer x", "Bearer a.b.c", "Basic YTpi", "Bearer \u00e6", "x" * 4_000],
    "Content-Encoding": ["gzip", "deflate", "br", "x"],
}


class Chance(random.Random):
    """Makes requests up; the same seed makes the same."""

    def value(self, depth: int = 0) -> Any:
        if depth > 3 or self.random() < 0.5:
            return self.choice(NASTY)
        made = self.filled(INSIDE, 4, depth + 1)
        return [made] if self.random() < 0.4 else made

    def filled(self, keys: tuple[str, ...], most: int, depth: int = 0) -> dict[str, Any]:
        chosen = self.sample(keys, self.randint(1, most))
        return {key: self.choice(LIKELY[key]) if key in LIKELY and self.random() < 0.8 else self.value(depth) for key in chosen}

    def shaped(self) -> dict[str, Any]:
        """Wrong only below the surface, so that it comes as far as a turn."""
        found: dict[str, Any] = {"name": self.choice(LIKELY["name"]), "action": self.choice(LIKELY["action"]), "value": self.value()}
        found |= {key: [self.filled(INSIDE, 5, 1)] for key in ("attachments", "entities", "reactionsAdded") if self.random() < 0.5}
        return found | ({"channelData": self.value()} if self.random() < 0.3 else {}) | ({"text": None} if self.random() < 0.5 else {})

    def body(self, service_url: str) -> bytes:
        if self.random() < 0.05:
            return self.randbytes(self.randint(0, 60))
        if self.random() < 0.05:
            return json.dumps(self.value()).encode()
        place = {"id": f"a:{self.getrandbits(40)}", "conversationType": "personal"}  # one's own: a conversation has a limit of its own
        changes = {"type": self.choice(LIKELY["type"]), "conversation": place} | self.shaped()
        if self.random() < 0.2:
            changes |= self.filled(MAY, 2)
        if self.random() < 0.1:
            changes |= self.filled(MUST, 2)
        return json.dumps(activity(service_url) | changes).encode()

    def headers(self) -> dict[str, str]:
        odd = self.sample(sorted(HEADERS), 1) if self.random() < 0.1 else []
        return {"Content-Type": "application/json"} | {key: self.choice(HEADERS[key]) for key in odd}


async def at_once(seconds: float) -> None:
    """Takes the place of the waits between two tries: a serviceUrl where nobody listens is tried five times."""
    assert seconds >= 0


async def send(one: Running, seed: int) -> int:
    chance = Chance(seed)
    body, headers = chance.body(one.connector.url), chance.headers()
    async with one.http.post(f"{one.url}/api/messages", data=body, headers=headers, skip_auto_headers=["Content-Type"]) as got:
        text = await got.text()
    assert got.status < 500, (seed, body, headers, text)
    assert "Traceback" not in text
    assert 'File "' not in text
    return got.status


def test_two_thousand_bodies_and_headers_never_break_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def start() -> None:
        connector = Connector()
        async with serving(connector.app()) as connector.url, running(connector, tmp_path / "var", Brain()) as one:
            one.bot.adapter.sender.pause = at_once
            started.set_result(one)
            await stop.wait()

    async def batch(seed: int) -> list[int]:
        return await asyncio.gather(*(send(one, seed * CASES + number) for number in range(CASES)))

    @settings(max_examples=BATCHES, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**40))
    def a_batch(seed: int) -> None:
        statuses.update(loop.run_until_complete(batch(seed)))

    statuses: Counter[int] = Counter()
    loop = asyncio.new_event_loop()
    stop: asyncio.Event = asyncio.Event()
    started: asyncio.Future[Running] = loop.create_future()
    task = loop.create_task(start())
    try:
        one = loop.run_until_complete(started)
        a_batch()
        assert loop.run_until_complete(one.says("lever du?"))[-1]["text"] == "Echo: lever du?"
        assert [text for text in one.connector.texts() if "gik noget galt" in text] == []
    finally:
        stop.set()
        loop.run_until_complete(task)
        loop.close()
    assert "broke off" not in capsys.readouterr().out
    assert statuses.total() >= BATCHES * CASES
    assert {200, 201, 400, 401, 415} <= set(statuses)
    assert statuses[201] + statuses[200] > statuses.total() / 3
