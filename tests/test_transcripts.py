"""Conversations, whole lines and both sides, over real HTTP.

    > text                  the person writes           > [Label]               the person presses
    > [Label] id=value      presses with inputs         < text                  Kollega says; facts, inputs and buttons below it
    (as Ole Bang)           somebody else goes on       (wait)                  until Kollega writes by itself
    (attach name)           the next text has a file (tests/extracts/name, else a picture)    (edit 2) text           one's second message is changed
    (delete 2)              one's second message is deleted
    (fault edoc 503 x 2)    the next two answers fail   (drop edoc x 1)         the effect happens, the answer is lost
    (slow edoc 1.5)         the next write takes so long (later 9)               nine hours go by
    (away Jens Kjær 2026-12-03)   somebody's automatic replies are on until then; with no day: until they turn them off
    (block)                 the person blocks Kollega   (next day)              it is the next morning, eight o'clock
    (wheel)                 the year's wheel is the one that comes with Kollega
    (accept), (decline)     what Teams asks about a file that is offered
    (writes)                the systems' journals: one line a write that took effect

`make transcripts` rewrites the bot's side; read the diff. Those with buttons are run a second time with every button typed.
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import app
from tests.house import House, lines
from tests.limits import over

HERE = Path(__file__).parent / "transcripts"
WHEEL = Path(__file__).parents[1] / "tilsyn" / "aarshjul.toml"
ALL = sorted(HERE.glob("*.txt"))
WAYS = [(path, typed) for path in ALL for typed in (False, True) if not typed or "\n> [" in path.read_text()]
PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 64
TIMES = re.compile(r"(?<=indtil )kl\. \d{1,2}\.\d{2}")
DECIDED = re.compile(
    r"(?:(?<=har godkendt )|(?<=har sagt nej )|(?<=ønsket tilbage ))(?:i dag|i går|den \d+\. \w+) kl\. \d{1,2}\.\d{2}"
)  # by the jobs' clock
HASHES = re.compile(r"(?<=SHA-256: )(?:[0-9a-f]{4} ){15}[0-9a-f]{4}")
REFERENCES = re.compile(r"Ref\. F-\w{4}")


class Play:
    """Plays the person's side of a transcript and notes both."""

    def __init__(self, house: House, *, typed: bool) -> None:
        self.house, self.typed = house, typed
        self.name = "Birthe Holm"
        self.file: list[tuple[str, str, bytes]] = []

    async def line(self, line: str) -> list[str]:
        """One line of the person's side; what it brings about."""
        person = await self.house.person(self.name)
        if line.startswith("> ["):
            label, rest = re.fullmatch(r"> \[(.+?)\](.*)", line).groups()  # type: ignore[union-attr]  # the notation
            inputs = dict(part.strip().split("=", 1) for part in rest.split(";") if part.strip())
            heard = await (person.says(label) if self.typed and not inputs else person.presses(label, inputs))
        elif line.startswith(">"):
            heard = await person.says(line[2:].replace("\\n", "\n"), *self.file)
            self.file = []
        elif line.startswith("("):
            return await self.directive(line)
        else:
            return []
        return self.told(heard)

    def told(self, heard: list[dict[str, Any]]) -> list[str]:
        """Messages as the transcript shows them; each must be short enough to be read."""
        for message in heard:
            assert over(message) == []
        return [said for message in heard for said in lines(message)]

    async def directive(self, line: str) -> list[str]:
        word, _, rest = line[1:].partition(")")
        command, *args = word.split(" ")
        if command == "as":
            self.name = " ".join(args)
        elif command == "attach":
            made = HERE.parent / "extracts" / args[0]
            self.file = [(args[0], "text/csv", made.read_bytes()) if made.exists() else (args[0], "image/png", PICTURE)]
        elif command == "wait":
            heard = await (await self.house.person(self.name)).hears()
            await self.house.calm()
            return self.told(heard)
        elif command == "edit":
            return self.told(await (await self.house.person(self.name)).edits(int(args[0]), rest.strip()))
        elif command == "delete":
            return self.told(await (await self.house.person(self.name)).deletes(int(args[0])))
        elif command == "fault":
            await self.house.fault(path=f"/{args[0]}", status=int(args[1]), times=int(args[3]))
        elif command == "later":
            self.house.later += timedelta(hours=float(args[0]))
        elif command == "slow":
            await self.house.fault(path=f"/{args[0]}", method="POST", delay=float(args[1]), times=1)
        elif command == "drop":
            await self.house.fault(path=f"/{args[0]}", method="POST", drop_answer=True, times=int(args[2]), match=" ".join(args[3:]))
        elif command == "writes":
            done = [one for one in await self.house.writes() if one["status"] < 400]
            return [f"= {one['system']} {one['method']} {one['path'].split('?')[0].rsplit('/', 1)[-1][:20]}" for one in done]
        elif command == "away":
            self.house.away(" ".join(args[:2]), *args[2:])
        elif command == "next":
            await self.house.new_day()
        elif command == "wheel":
            self.house.app[app.DESK].wheel.path.write_text(WHEEL.read_text())  # type: ignore[union-attr]  # the house has one
        elif command in {"accept", "decline"}:
            return self.told(await (await self.house.person(self.name)).answers(command))
        elif command == "block":
            await (await self.house.person(self.name)).blocks()
        else:
            raise AssertionError(line)
        return []


def settled(text: str) -> str:
    """Without what differs from run to run: until when a job tries, when an approval was decided, hashes, and references."""
    return HASHES.sub("0a1b 2c3d …", REFERENCES.sub("Ref. F-7K2M", TIMES.sub("kl. 12.00", DECIDED.sub("den 23. november kl. 10.30", text))))


@pytest.mark.parametrize(("path", "typed"), WAYS, ids=lambda one: one.stem if isinstance(one, Path) else ("pressed", "typed")[one])
async def test_transcript(path: Path, typed: bool, house: House, request: pytest.FixtureRequest) -> None:
    wanted, heard = path.read_text(), []  # noqa: ASYNC240 - a small file, before anything runs
    play = Play(house, typed=typed)
    for line in wanted.splitlines():
        if not line.startswith(("<", "=")):  # what was really said and written stands in their place
            heard += [line, *(settled(said) for said in await play.line(line))]
    got = "\n".join(heard) + "\n"
    if request.config.getoption("--update-transcripts") and not typed:
        path.write_text(got)  # noqa: ASYNC240 - after everything has run
        return
    assert got == wanted
