"""kill -9 anywhere, start again: each effect once, one message, and nothing that was finished is called again."""

import os
import signal
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from jobs.__main__ import verified
from jobs.database import place
from tests.jobs.toy_house import House, until
from tests.jobs.toy_jobs import ENGINE, RECOVERY

ONE = [["open", "write"]]
STRIDE = int(os.environ.get("KILL_STRIDE", "12"))  # 1: every line, some minutes

KILLED = {-signal.SIGKILL, 255}  # 255: the fork server could not tell how its child ended


ALONE = {"audit": 60.0, "mend": 60.0, "orphan": 60.0}  # no looks beside the job: its lines come in the same order each time


def killed(house: House, at: int) -> bool:
    """Run job k<at> in a process that is killed before the nth line of the engine. Whether its start was acknowledged before."""
    child, acknowledged = house.child(kill_at=at, kill_in=ENGINE, pace=ALONE), False
    with suppress(EOFError):
        acknowledged = child.start(f"k{at}", ONE)
        child.pipe.poll(1)  # until the process is gone
    until(lambda: child.process.exitcode is not None or house.keys("passed")[f"k{at}/done"])
    child.stop()
    return acknowledged


def lines_of_a_job(house: House) -> int:
    """How many lines of the engine and of the work a job passes."""
    child = house.child(kill_at=0, kill_in=ENGINE, pace=ALONE)
    child.start("counted", ONE)
    until(lambda: house.keys("passed")["counted/done"])
    until(lambda: child.ask("recovery")["live"] == 0)
    count = child.ask("count")
    child.stop()
    return int(count)


def test_killed_before_each_line_of_the_engine(house: House) -> None:
    """Each twelfth line, unless KILL_STRIDE says otherwise; the places differ from change to change of the code."""
    points = range(1, lines_of_a_job(house) + 1, STRIDE)
    assert len(points) > 200 / STRIDE
    with ThreadPoolExecutor(3) as pool:
        calls = list(pool.map(lambda part: survives(house.another(f"part{part}"), points[part::3]), range(3)))
    assert max(calls) == 2  # some were killed in the middle of their step, and none was called more often than that


def survives(house: House, points: Iterable[int]) -> int:
    """How often a step was called at most."""
    acknowledged = {at for at in points if killed(house, at)}
    child = house.child()
    known = {at for at in points if child.state(f"k{at}") != "unknown"}
    assert acknowledged <= known
    for at in known:
        child.done(f"k{at}")
    child.stop()
    assert house.keys("effect") == {f"k{at}/open": 1 for at in known}
    assert house.keys("told") == {f"k{at}/done": 1 for at in known}
    house.passed_is_never_called_again()
    assert verified(place(None, house.folder), house.folder / "no anchors", 1) == 0
    assert Counter(house.proved("step")) == {(f"k{at}", step): 1 for at in known for step in ("open", "tell done")}
    assert Counter(key for key, _ in house.proved("closed")) == {f"k{at}": 1 for at in known}
    return max(house.keys("call").values())


def test_killed_inside_each_step_in_turn(any_house: House) -> None:
    house = any_house
    child = house.child()
    child.start("k", [["a", "gate"], ["b", "gate"], ["c", "gate"]])
    for step in "abc":
        house.entered(f"k/{step}")
        child.kill()
        assert child.ended() in KILLED
        child = house.child()
        house.entered(f"k/{step}", 2)
        house.open(step)
    child.done("k")
    assert house.keys("call") == {"k/a": 2, "k/b": 2, "k/c": 2}
    assert house.keys("effect") == {"k/a": 1, "k/b": 1, "k/c": 1}
    assert [message["kind"] for message in house.told()] == ["done"]


def test_killed_while_another_ones_job_is_taken_over(house: House) -> None:
    """At several lines of the takeover itself, and of the run that follows it."""

    def taken_over(at: int) -> None:
        here = house.another(str(at))
        first = here.child()
        first.start("k", [["a", "gate"], ["b", "write"]])
        here.entered("k/a")
        first.kill()
        first.ended()
        here.open("a")
        second = here.launch(kill_at=at, kill_in=ENGINE + RECOVERY, armed=True)
        assert second.ended() in KILLED
        third = here.child()
        third.done("k")
        third.stop()
        assert here.keys("effect") == {"k/a": 1, "k/b": 1}
        assert here.keys("told") == {"k/done": 1}
        here.passed_is_never_called_again()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(taken_over, [5, 90, 150, 200, 260, 320, 380, 440]))


def test_other_processes_take_over(any_house: House) -> None:
    house = any_house
    children = [house.child() for _ in range(3)]
    for number in range(30):
        children[number % 3].start(f"k{number}", [["a", "gate"], ["b", "write"]])
    for number in range(30):
        house.entered(f"k{number}/a")
    children[0].kill()
    house.open("a")
    for number in range(30):
        children[1].done(f"k{number}", 10)
    assert house.keys("effect") == {f"k{number}/{part}": 1 for number in range(30) for part in "ab"}
    assert house.keys("told") == {f"k{number}/done": 1 for number in range(30)}
    assert max(house.keys("call").values()) == 2
    assert sum(child.ask("recovery")["taken_over"] for child in children[1:]) >= 10
    if house.database_url is None:
        until(lambda: len(house.locks()) == 2)


def test_ten_times_yes_is_one_job(any_house: House) -> None:
    house = any_house
    children = [house.child() for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(child.start_many, "k", ONE, times) for child, times in zip(children, (4, 3, 3), strict=True)]
        answers = [answer for future in asked for answer in future.result()]
    assert sorted(answers) == [False] * 9 + [True]
    children[0].done("k")
    children[0].stop()
    late = house.child()
    assert late.start("k", ONE) is False
    assert late.start("k", [["b", "write"]]) is False  # the first order counts
    assert house.keys("call") == {"k/open": 1}
    assert house.keys("told") == {"k/done": 1}
    assert len({child.ask("status", "k")["reference"] for child in (children[1], children[2], late)}) == 1


def test_a_stopped_process_keeps_its_work(house: House) -> None:
    sleeper, other = house.child(), house.child()
    sleeper.start("k", [["a", "gate"]])
    house.entered("k/a")
    sleeper.kill(signal.SIGSTOP)
    house.open("a")
    until(lambda: other.ask("recovery")["silent"])
    assert other.ask("recovery")["taken_over"] == 0
    assert other.state("k") == "running"
    sleeper.kill(signal.SIGCONT)
    other.done("k")
    assert house.keys("call") == {"k/a": 1}
    assert house.keys("told") == {"k/done": 1}
