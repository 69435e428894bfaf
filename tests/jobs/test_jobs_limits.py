"""Limits that hold over all processes, also when one of them dies on the way."""

from typing import Any

from tests.jobs.toy_house import House, until


def times(house: House, kind: str) -> list[tuple[float, str]]:
    return [(line["at"], line["key"]) for line in house.world.lines() if line["kind"] == kind]


def most_at_once(house: House, gone: int) -> int:
    """How many calls were under way together; those of the process that died end with its last sign of life."""
    lines: list[Any] = [line for line in house.world.lines() if line["kind"] in {"enter", "leave"}]
    last = max((line["at"] for line in lines if line["pid"] == gone), default=0.0)
    open_ones: dict[str, int] = {}
    most = 0
    for line in sorted(lines, key=lambda line: line["at"]):
        if line["kind"] == "leave":
            open_ones.pop(line["key"], None)
        else:
            open_ones[line["key"]] = line["pid"]
        alive = [key for key, pid in open_ones.items() if pid != gone or line["at"] <= last]
        most = max(most, len(alive))
    return most


def test_four_at_once_in_one_mailbox(any_house: House) -> None:
    house = any_house
    children = [house.child() for _ in range(3)]
    for number in range(27):
        children[number % 3].start(f"k{number}", [["a", "busy"], ["b", "busy"]], within="mailbox:x")
    until(lambda: len(times(house, "leave")) >= 10)
    children[0].kill()
    for number in range(27):
        children[1].done(f"k{number}", 60)
    assert most_at_once(house, int(children[0].process.pid or 0)) == 4
    assert {key for _, key in times(house, "leave")} == {f"k{number}/{part}" for number in range(27) for part in "ab"}


def test_fifty_a_second(any_house: House) -> None:
    house = any_house
    children = [house.child() for _ in range(3)]
    steps = [[f"s{number}", "quick"] for number in range(4)]
    for number in range(24):
        children[number % 3].start(f"k{number}", steps, within="teams")
    for number in range(24):
        children[0].done(f"k{number}", 60)
    moments = sorted(at for at, _ in times(house, "enter"))
    assert len(moments) == 96
    assert max(sum(first <= at < first + 1.0 for at in moments) for first in moments) <= 50
