"""A hello that is followed by more has no answer of its own, wherever the two arrive; and what was written before it could be known."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dialogs.talk import Event, Reply
from tests.bot.standins import Brain, Connector, Running, replying, running, until

WINDOW = 0.3  # seconds


def greet(event: Event, state: str) -> tuple[str, list[Reply]]:
    return state, [] if event.passed else [Reply(text=f"Echo: {event.text}")]


def written(**changes: object) -> dict[str, object]:
    """With the time as it is."""
    return {"timestamp": datetime.now(UTC).isoformat(), **changes}


async def says(one: Running, text: str) -> None:
    status, _ = await one.post(one.activity(text=text, **written()))
    assert status == 201


async def test_a_hello_that_is_followed_by_more_is_not_answered(connector: Connector, tmp_path: Path) -> None:
    async with running(connector, tmp_path / "var", Brain(greet), burst_seconds=WINDOW) as one:
        await says(one, "hej kollega")
        await says(one, "min skærm er sort")
        await until(lambda: len(one.brain.events) == 2)
    assert connector.texts() == ["Echo: min skærm er sort"]
    assert [event.passed for event in one.brain.events] == [False, True]  # in the end the hello is told of too: it counts as said


async def test_a_hello_alone_is_answered_after_the_window(connector: Connector, tmp_path: Path) -> None:
    async with running(connector, tmp_path / "var", Brain(greet), burst_seconds=WINDOW) as one:
        began = time.monotonic()
        await says(one, "godmorgen")
        assert time.monotonic() - began < WINDOW  # the request does not wait with it
        await until(lambda: bool(connector.texts()))
        assert time.monotonic() - began >= WINDOW
    assert connector.texts() == ["Echo: godmorgen"]


async def test_a_hello_holds_up_nobody(connector: Connector, tmp_path: Path) -> None:
    async with running(connector, tmp_path / "var", Brain(greet), burst_seconds=10) as one:
        await says(one, "hej")
        await says(one, "hej, hvad er status på min sag")
        assert connector.texts() == ["Echo: hej, hvad er status på min sag"]
        began = time.monotonic()
    assert time.monotonic() - began < 5  # nor the end of the process


async def test_the_rest_may_arrive_at_another_process(connector: Connector, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/one.sqlite"
    async with (
        running(connector, tmp_path / "var", Brain(greet), burst_seconds=WINDOW, database_url=url) as one,
        running(connector, tmp_path / "var", Brain(greet), burst_seconds=WINDOW, database_url=url) as other,
    ):
        await says(one, "hej")
        await says(other, "min skærm er sort")
        await until(lambda: bool(one.brain.events))
        assert one.brain.events[0].passed
    assert connector.texts() == ["Echo: min skærm er sort"]


async def test_a_hello_that_comes_twice_is_answered_once(connector: Connector, tmp_path: Path) -> None:
    async with running(connector, tmp_path / "var", Brain(greet), burst_seconds=WINDOW) as one:
        same = one.activity(text="hej", **written())
        await asyncio.gather(one.post(same), one.post(same))
        await until(lambda: bool(connector.texts()))
    assert connector.texts() == ["Echo: hej"]


async def test_it_is_known_what_was_written_before_the_answer(kollega: Running) -> None:
    kollega.brain.answer = replying(Reply(text="Passer det?"))
    early = kollega.activity(text="ja", timestamp=(datetime.now(UTC) - timedelta(seconds=1)).isoformat())
    await says(kollega, "opret en sag")
    await kollega.post(early)
    await says(kollega, "ja")
    first, blind, seen = (event.after for event in kollega.brain.events)
    assert first > 1_000_000
    assert blind < 0 <= seen < 5
