"""What administrators see and do: list, show, retry, cancel, beside a running process and on its database."""

import functools
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jobs.__main__ import main
from tests.jobs.toy_house import Child, House, until

Command = Callable[..., tuple[int, str]]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs one; exit status and what it said."""

    def run(house: House, *words: str) -> tuple[int, str]:
        monkeypatch.setenv("VAR_DIR", str(house.folder))
        monkeypatch.setenv("DATABASE_URL", house.database_url or "")
        status = main(list(words))
        said = capsys.readouterr()
        return status, (said.out + said.err).strip()

    return run


def test_a_dead_job_is_seen_and_begun_again_after_the_fault_is_mended(any_house: House, command: Command) -> None:
    house = any_house
    child = house.child()
    child.start("k", [["a", "write"], ["b", "refuse"], ["c", "broken"], ["d", "write"]])
    until(lambda: child.state("k") == "failed")
    name = child.ask("status", "k")["reference"]
    status, listed = command(house, "list", "--state", "failed")
    assert (status, len(listed.splitlines())) == (0, 2)
    assert listed.splitlines()[1].split()[:3] == [name, "case.create", "failed"]
    assert "KeyError" in listed
    shown = command(house, "show", name)[1]
    assert "Koncern IT" in shown
    assert [line.split()[2:4] for line in shown.splitlines()[-5:]] == [
        ["a", "edoc"],
        ["b", "edoc"],
        ["instead", "of"],
        ["c", "edoc"],
        ["tell", "job/crashed"],
    ]
    house.open("mended")
    assert command(house, "retry", name.lower())[0] == 0
    child.done("k")
    assert house.keys("call") == {"k/a": 1, "k/b": 1, "k/instead of b": 1, "k/c": 3, "k/d": 1}  # c: broken, mended, and its write
    assert [message["kind"] for message in house.told()] == ["crashed", "done"]
    assert command(house, "retry", name) == (1, f"{name} is done: only a job that failed can be retried.")
    assert command(house, "cancel", name) == (1, f"{name} is done already.")
    assert command(house, "verify")[0] == 0


def test_an_approval_is_shown_and_outlives_a_failure_while_it_was_pending(house: House, command: Command) -> None:
    """Given up by the recovery, as with three deaths in a row, and begun again: the same people are asked still, and nobody a second time."""
    child = house.child()
    until_then = (datetime.now(UTC) + timedelta(days=7)).isoformat()
    child.start("k", [["approval 0", "wait"], ["do", "write"]], until=until_then, ask=["p2"])
    until(lambda: child.ask("asked", "p2") == ["k"])
    until(lambda: house.keys("waits")["k/approval 0"])
    child.kill()
    child.ended()
    child = house.child(recoveries=-1)
    until(lambda: child.state("k") == "failed")
    until(lambda: child.ask("asked", "p2") == [])
    child.stop()
    child = house.child()
    assert command(house, "retry", "k")[0] == 0
    until(lambda: child.ask("asked", "p2") == ["k"])
    answered = child.ask("answer", "k", "approval 0", {"kind": "yes", "text": "fint"}, {"id": "p2", "name": "Jens Kjær"})
    assert answered["counts"]
    child.done("k")
    shown = command(house, "show", "k")[1]
    approval = shown[shown.index("APPROVAL") :].splitlines()[1:3]
    assert [line.split(maxsplit=2)[2] for line in approval] == ["Jens Kjær  asked as approver", "Jens Kjær  yes: fint"]
    assert house.keys("effect") == {"k/do": 1}
    assert child.ask("asked", "p2") == []


def test_one_that_fails_again_is_told_again(house: House, command: Command) -> None:
    child = house.child()
    child.start("k", [["c", "broken"]])
    for times in (1, 2, 3):
        until(functools.partial(failed, house, child, times))
        if times < 3:
            assert command(house, "retry", "k")[0] == 0
    assert house.keys("told") == {"k/job/crashed": 1, "k/job/crashed 2": 1, "k/job/crashed 3": 1}


def failed(house: House, child: Child, times: int) -> bool:
    return len(house.told()) == times and child.state("k") == "failed"


@pytest.mark.parametrize("what", ["away", "gate"])
def test_cancelled_by_an_administrator_the_person_is_told(house: House, command: Command, what: str) -> None:
    child = house.child()
    child.start("k", [["a", what], ["b", "write"]])
    house.entered("k/a")
    until(lambda: "retrying: edoc" in command(house, "list")[1] or what == "gate")
    assert command(house, "cancel", "k")[0] == 0
    until(lambda: child.state("k") == "cancelled")
    house.open("a")
    until(lambda: child.ask("recovery")["live"] == 0)
    until(house.told)
    assert [message["kind"] for message in house.told()] == ["cancelled"]
    assert house.keys("effect") == ({"k/a": 1} if what == "gate" else {})


def test_what_is_not_there(house: House, command: Command) -> None:
    assert command(house, "list") == (0, "There are no jobs yet.")
    house.child()
    assert command(house, "list") == (0, "No jobs.")
    assert command(house, "show", "F-2222")[0] == 1


def test_a_wrong_call() -> None:
    done = subprocess.run([sys.executable, "-m", "jobs", "frobnicate"], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 2
