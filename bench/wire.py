"""The two ends around a measured bot, as light as they can be: a connector that takes every message, and a caller that posts activities.

`python -m bench.wire connector` prints its port and serves until killed. `load(...)` runs in the caller's process.
"""

import argparse
import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator, Sequence

from typing_extensions import override

ANSWER = b'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"id":"170001"}'


class Frame(asyncio.Protocol):
    """Cuts a stream of HTTP/1.1 messages with Content-Length into whole ones. Chunked bodies are not understood."""

    def __init__(self) -> None:
        self.buffer = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            at = head.find(b"content-length:")
            size = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.buffer) < end + 4 + size:
                return
            self.buffer = self.buffer[end + 4 + size :]
            self.whole(head)

    def whole(self, head: bytes) -> None:
        raise NotImplementedError


class Connector(Frame):
    """Takes whatever is said."""

    @override
    def whole(self, head: bytes) -> None:
        del head
        self.transport.write(ANSWER)  # type: ignore[attr-defined]  # a TCP transport writes


class Caller(Frame):
    """One caller: posts, waits for the answer, posts the next."""

    def __init__(self, bodies: "Iterator[bytes]", port: int, until: float, times: list[float]) -> None:
        super().__init__()
        self.bodies, self.port, self.until, self.times = bodies, port, until, times
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.errors = 0

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.next()

    def next(self) -> None:
        body = next(self.bodies, b"")
        if not body:
            self.end()
            return
        self.began = time.perf_counter()
        head = f"POST /api/messages HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Length: {len(body)}\r\n"
        head += "Content-Type: application/json\r\n\r\n"
        self.transport.write(head.encode() + body)  # type: ignore[attr-defined]  # a TCP transport writes

    @override
    def whole(self, head: bytes) -> None:
        self.errors += not head.startswith(b"http/1.1 2")
        self.times.append(time.perf_counter() - self.began)
        if time.perf_counter() < self.until:
            self.next()
        else:
            self.end()

    def end(self) -> None:
        if not self.done.done():
            self.done.set_result(None)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the bot hung up"))


def activity(number: int, service_url: str, people: int = 1000, texts: Sequence[str] = ("Opret fællespostkasse",)) -> dict[str, object]:
    """A message as Teams sends it; so many people take turns, and each says the texts in turn. The first two hundred are in the simulators."""
    person, text = number % people, texts[number // people % len(texts)]
    tenant = "00000000-0000-4000-8000-00000000beef"
    return {
        "type": "message",
        "id": f"{1_764_000_000_000 + number}",
        "timestamp": "2026-11-23T09:00:00.1234567Z",
        "localTimestamp": "2026-11-23T10:00:00.1234567+01:00",
        "localTimezone": "Europe/Copenhagen",
        "serviceUrl": service_url,
        "channelId": "msteams",
        "locale": "da-DK",
        "textFormat": "plain",
        "text": text,
        "from": {"id": f"29:1abc{person}", "name": "Birthe Holm", "aadObjectId": f"00000000-0000-4000-8000-{person % 200 + 1:012d}"},
        "conversation": {"conversationType": "personal", "tenantId": tenant, "id": f"a:1xyz{person}"},
        "recipient": {"id": "28:kollega", "name": "Kollega"},
        "attachments": [{"contentType": "text/html", "content": f"<p>{text}</p>"}],
        "entities": [{"type": "clientInfo", "locale": "da-DK", "country": "DK", "platform": "Windows", "timezone": "Europe/Copenhagen"}],
        "channelData": {"tenant": {"id": tenant}},
    }


async def load(port: int, bodies: Iterator[bytes], seconds: float, callers: int) -> list[float]:
    """Seconds that each turn took, in the order they ended, with so many callers at a time, until the time or the bodies are over."""
    loop = asyncio.get_running_loop()
    times: list[float] = []
    until = time.perf_counter() + seconds
    all_callers = []
    for _ in range(callers):
        transport, caller = await loop.create_connection(lambda: Caller(bodies, port, until, times), "127.0.0.1", port)
        all_callers.append((transport, caller))
    await asyncio.gather(*(caller.done for _, caller in all_callers))
    for transport, _ in all_callers:
        transport.close()
    if bad := sum(caller.errors for _, caller in all_callers):
        raise RuntimeError(f"{bad} turns were not answered with 2xx")
    return times


async def connector() -> None:
    """Serve on a free port, print it."""
    server = await asyncio.get_running_loop().create_server(Connector, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    import uvloop

    if sys.argv[1] == "connector":
        uvloop.run(connector())
    else:
        parser = argparse.ArgumentParser(prog="python -m bench.wire load")
        parser.add_argument("port", type=int)
        parser.add_argument("service_url")
        parser.add_argument("seconds", type=float)
        parser.add_argument("callers", type=int)
        parser.add_argument("first", type=int)
        parser.add_argument("people", type=int, nargs="?", default=1000)
        parser.add_argument("texts", nargs="*", default=["Opret fællespostkasse"])
        parser.add_argument("--most", type=int, help="so many messages at most")
        wanted = parser.parse_args(sys.argv[2:])
        numbers = itertools.islice(itertools.count(wanted.first), wanted.most)
        bodies = (json.dumps(activity(number, wanted.service_url, wanted.people, wanted.texts)).encode() for number in numbers)
        print(json.dumps(uvloop.run(load(wanted.port, bodies, wanted.seconds, wanted.callers))))
