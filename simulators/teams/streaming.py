"""A message that grows while it is written: typing activities with `streaminfo`, then the final message.

Source: "Stream bot messages" in the Teams documentation: one stream per message, two minutes, each text holds the one before.
"""

import time
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from simulators.store import Document
from simulators.teams.chats import TYPING, message
from simulators.teams.drawing import drawn
from simulators.teams.errors import Refusal, bad
from simulators.teams.hub import Hub
from simulators.teams.message_rules import objects
from simulators.world import Person

LONGEST = 120.0  # seconds


@dataclass
class Stream:
    """One growing message."""

    person: str
    began: float
    sequence: int
    text: str = ""


class Streams:
    """The streams that are open."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._open: dict[str, Stream] = {}

    def forget(self) -> None:
        """After a reset."""
        self._open.clear()

    @staticmethod
    def info(activity: dict[str, Any]) -> Document | None:
        """The streaminfo of an activity, or None for an ordinary one."""
        return next((one for one in objects(activity, "entities") if one.get("type") == "streaminfo"), None)

    def take(self, person: Person, activity: dict[str, Any], info: Document) -> web.Response:
        """The next part: 201 with the stream's id for the first, 202 after it, 201 for the final one."""
        if not isinstance(info.get("streamId", ""), str):
            raise bad("streamId must be a text.")
        final = info.get("streamType") == "final"
        if final != (activity["type"] == "message") or info.get("streamType") not in ("informative", "streaming", "final"):
            raise bad("streamType does not fit the activity's type.")
        if not final and objects(activity, "attachments"):
            raise bad("Attachments may come with the final message alone.")
        key, stream = self.stream(person, info)
        text = activity.get("text") or ""
        if not final:
            first = self.grow(key, stream, text, info)
            return web.json_response({"id": key} if first else {}, status=201 if first else 202)
        if stream.text and not text.startswith(stream.text):
            raise Refusal(403, "ContentStreamNotAllowed", "The final text must contain what was streamed before.")
        del self._open[key]
        self.hub.chats.put(person.id, message(key, "bot", self.hub.now(), **drawn(activity)))
        return web.json_response({"id": key}, status=201)

    def stream(self, person: Person, info: Document) -> tuple[str, Stream]:
        """The stream that is meant, or a new one. Raises Refusal 403 when it is over."""
        key = info.get("streamId") or ""
        if not key:
            key = self.hub.chats.new_id()
            self._open[key] = Stream(person.id, time.monotonic(), 0)
        stream = self._open.get(key)
        if not stream or stream.person != person.id:
            raise Refusal(403, "ContentStreamNotAllowed", "Content stream is not allowed on an already completed streamed message.")
        if time.monotonic() - stream.began > LONGEST:
            del self._open[key]
            raise Refusal(403, "ContentStreamNotAllowed", "Content stream finished due to exceeded streaming time.")
        return key, stream

    def grow(self, key: str, stream: Stream, text: str, info: Document) -> bool:
        """Show a part. Gives whether it is the first."""
        sequence = info.get("streamSequence")
        if not isinstance(sequence, int) or sequence <= stream.sequence:
            raise Refusal(
                202, "ContentStreamSequenceOrderPreConditionFailed", "PreCondition failed exception when processing streaming activity."
            )
        if not text:
            raise bad("A streamed part needs text.")
        first, stream.sequence = stream.sequence == 0, sequence
        if info["streamType"] == "informative":
            self.hub.chats.put(stream.person, message(TYPING, "bot", self.hub.now(), TYPING, text=text))
            return first
        if not text.startswith(stream.text):
            raise Refusal(403, "ContentStreamNotAllowed", "Each part must contain the part before it.")
        stream.text = text
        self.hub.chats.put(stream.person, message(key, "bot", self.hub.now(), text=text, textFormat="markdown", streaming=True))
        return first
