"""Systems that do not answer, refuse, or take the process along: nothing lost, nothing doubled, and the person hears of it."""

import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.jobs.toy_house import Child, House, until

GONE = -signal.SIGKILL


def when(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_an_answer_lost_after_the_effect_is_no_second_effect(house: House) -> None:
    child = house.child()
    child.start("k", [["a", "dropped"], ["b", "dropped"]])
    child.done("k")
    assert house.keys("call") == {"k/a": 2, "k/b": 2}
    assert house.keys("effect") == {"k/a": 1, "k/b": 1}
    assert [message["kind"] for message in house.told()] == ["done"]


def test_a_pause_that_the_system_asks_for_is_kept(house: House) -> None:
    child = house.child()
    started = time.monotonic()
    child.start("k", [["a", "throttled"]])
    until(lambda: child.state("k") == "retrying")
    status = child.ask("status", "k")
    assert (status["retrying_system"], status["outcome"]) == ("graph", "")
    assert timedelta(seconds=0) < status["next_try"] - datetime.now(UTC) < timedelta(seconds=0.5)
    child.done("k")
    assert time.monotonic() - started > 0.5
    assert house.keys("effect") == {"k/a": 1}


def test_the_deadline_is_absolute(house: House) -> None:
    """Patience is 3 s: it counts from the first failure, also while no process runs, and the person is told once that it takes longer."""
    slow = {"patience": 3, "pace": {"tell_after": 0.5}}
    first = house.child(**slow)
    first.start("k", [["a", "away"], ["b", "write"]])
    house.entered("k/a")
    failed_at = datetime.now(UTC)
    until(lambda: house.keys("told")["k/job/retrying"])
    first.kill()
    assert first.ended() == GONE
    second = house.child(**slow)
    until(lambda: second.state("k") == "retrying")
    second.kill(signal.SIGTERM)
    assert second.ended() == 0
    third = house.child(**slow)
    until(lambda: third.state("k") == "failed")
    status = third.ask("status", "k")
    assert abs((status["finished_at"] - failed_at).total_seconds() - 3) < 2
    assert status["outcome"] == "Unavailable edoc"
    retrying, failed = house.told()
    assert retrying == {"kind": "retrying", "system": "edoc", "until": retrying["until"], "reference": status["reference"]}
    assert abs((when(retrying["until"]) - failed_at).total_seconds() - 3) < 0.5
    assert failed == {"kind": "failed", "error": "Unavailable", "system": "edoc", "code": "", "reference": status["reference"]}
    assert house.keys("effect") == {}


def test_a_system_that_comes_back_after_a_restart(house: House) -> None:
    first = house.child(pace={"tell_after": 0.2})
    first.start("k", [["a", "away"], ["b", "away"]])
    until(lambda: house.keys("told")["k/job/retrying"])
    first.stop()
    second = house.child(pace={"tell_after": 0.2})
    until(lambda: second.state("k") == "retrying")
    house.open("a")
    until(lambda: house.keys("call")["k/b"] > 3)
    house.open("b")
    second.done("k")
    assert house.keys("effect") == {"k/a": 1, "k/b": 1}
    assert [message["kind"] for message in house.told()] == ["retrying", "done"]  # once a job, not once a step
    assert house.keys("handed") == {"k/job/retrying": 1, "k/done": 1}


def test_a_refusal_is_the_same_after_a_crash(house: House) -> None:
    """The first run saw the live error, the second the recorded one: the same branch, the same words."""
    first = house.child()
    first.start("k", [["a", "refuse"], ["b", "missing"], ["c", "gate"], ["d", "refuse"]])
    house.entered("k/c")
    first.kill()
    first.ended()
    house.open("c")
    second = house.child()
    second.done("k")
    assert second.ask("status", "k")["outcome"] == "fine Refused servicenow closed 422 case_closed None"
    assert house.keys("call") == {"k/a": 1, "k/instead of a": 1, "k/b": 1, "k/instead of b": 1, "k/c": 2, "k/d": 1, "k/instead of d": 1}
    assert house.told()[0]["refused"] == "Refused servicenow closed 422 case_closed None"


@pytest.mark.parametrize("steps", [["write", "dropped"], ["refuse", "write"], ["missing", "throttled"]])
def test_a_run_from_its_records_alone_takes_the_same_path(house: House, steps: list[str]) -> None:
    child = house.child()
    child.start("k", [[f"s{number}", what] for number, what in enumerate(steps)])
    child.done("k")
    until(lambda: house.sql("SELECT status FROM workflow_status WHERE status = 'SUCCESS'"))
    before, calls = child.ask("status", "k"), house.keys("call")
    house.sql("UPDATE workflow_status SET status = 'PENDING', executor_id = 'nobody', completed_at = NULL WHERE workflow_uuid = 'k'")
    until(lambda: house.sql("SELECT status FROM workflow_status WHERE status = 'SUCCESS'"))
    assert house.keys("passed") == {"k/s0": 2, "k/s1": 2, "k/done": 2}
    assert house.keys("call") == calls
    assert child.ask("status", "k") == before
    assert len(house.told()) == 1


@pytest.mark.parametrize(
    ("what", "gives_up", "message", "outcome"),
    [
        (
            "refuse",
            True,
            {"kind": "failed", "error": "Refused", "system": "servicenow", "code": "case_closed"},
            "Refused servicenow case_closed",
        ),
        ("crash", False, {"kind": "crashed"}, "KeyError"),
    ],
)
def test_what_goes_wrong_is_told(house: House, what: str, gives_up: bool, message: dict[str, str], outcome: str) -> None:
    child = house.child()
    child.start("k", [["a", what], ["b", "write"]], gives_up=gives_up)
    until(lambda: child.state("k") == "failed")
    status = child.ask("status", "k")
    assert status["outcome"] == outcome
    assert house.told() == [{**message, "reference": status["reference"]}]
    assert house.keys("call") == {"k/a": 1}
    assert child.start("k", [["b", "write"]]) is False
    assert f"reference={status['reference']}" in house.log()


def test_poison_is_given_up_and_the_others_go_on(house: House) -> None:
    """With two recoveries allowed: three processes die of it, the fourth tells."""
    for _ in range(3):
        child = house.child(recoveries=2)
        child.start("poison", [["a", "poison"]]) if not house.keys("call") else None
        assert child.ended() == GONE
    child = house.child(recoveries=2)
    child.start("good", [["a", "write"]])
    child.done("good")
    until(lambda: house.keys("told")["poison/job/crashed"])
    assert house.keys("call") == {"poison/a": 3, "good/a": 1}
    until(lambda: child.ask("status", "poison")["finished_at"])
    status = child.ask("status", "poison")
    assert status["state"] == "failed"
    assert {"kind": "crashed", "reference": status["reference"]} in house.told()


def test_rows_that_cannot_run_are_told_or_named(house: House) -> None:
    first = house.child()
    for key in ("unreadable", "unknown"):
        first.start(key, [["a", "gate"]])
        house.entered(f"{key}/a")
    first.kill()
    first.ended()
    house.sql("UPDATE workflow_input SET inputs = '{' WHERE workflow_uuid = 'unreadable'")
    house.sql("UPDATE workflow_status SET name = 'older' WHERE workflow_uuid = 'unknown'")
    second = house.child()
    until(lambda: house.keys("told")["unreadable/job/crashed"])
    assert second.state("unreadable") == "failed"
    until(lambda: "job_stranded" in house.log())
    second.start("good", [["b", "write"]])
    second.done("good")
    time.sleep(1.5)  # longer than the age at which a row that runs nowhere is put back: this one must not be, in a loop
    assert second.ask("recovery")["put_back"] == 0


def test_a_run_lost_inside_a_living_process_is_put_back(house: House) -> None:
    child = house.child()
    child.start("k", [["a", "write"], ["b", "gate"]])
    house.entered("k/b")
    assert child.ask("vanish", "k") == [True]
    house.open("b")
    child.done("k")
    assert child.ask("recovery")["put_back"] == 1
    assert house.keys("call") == {"k/a": 1, "k/b": 2}
    assert house.keys("effect") == {"k/a": 1, "k/b": 1}


def test_sigterm_ends_steps_and_leaves_the_rest_to_others(house: House) -> None:
    first, other = house.child(), house.child(pace={"audit": 0.1})
    first.start("running", [["a", "gate"], ["b", "write"]])
    first.start("quick", [["p", "gate"], ["q", "write"]])
    first.start("waiting", [["c", "away"]])
    house.entered("running/a")
    house.entered("quick/p")
    until(lambda: first.state("waiting") == "retrying")
    first.kill(signal.SIGTERM)
    first.kill(signal.SIGTERM)
    until(lambda: "stopping" in house.log())
    house.open("p")
    until(lambda: house.keys("passed")["quick/p"])
    time.sleep(0.2)  # time enough to begin the next step, while the other job still runs
    house.open("a")
    assert first.ended(3) == 0
    house.open("c")
    for key in ("running", "quick", "waiting"):
        other.done(key)
    assert house.keys("call")["running/a"] == 1  # it was awaited and recorded
    assert house.keys("call")["quick/p"] == 1
    assert house.pids("call", "running/b") | house.pids("call", "quick/q") == {other.process.pid}  # nothing new was begun
    assert house.keys("effect") == {"running/a": 1, "running/b": 1, "quick/p": 1, "quick/q": 1, "waiting/c": 1}
    until(lambda: len(house.locks()) == 1)


def test_sigterm_does_not_wait_for_ever(house: House) -> None:
    child = house.child(pace={"drain": 0.3})
    child.start("k", [["a", "gate"]])
    house.entered("k/a")
    child.kill(signal.SIGTERM)
    assert child.ended(5) == 0
    house.open("a")
    house.child().done("k")
    assert house.keys("effect") == {"k/a": 1}


def test_sigterm_during_launch(house: House) -> None:
    for delay in (0.0, 0.02, 0.05, 0.1):
        child = house.launch()
        time.sleep(delay)
        child.kill(signal.SIGTERM)
        assert child.ended(5) in {0, -signal.SIGTERM}  # the latter before the handler is in place
    house.child().start("k", [["a", "write"]])
    until(lambda: house.keys("told")["k/done"])


def cancelled(child: Child, key: str) -> None:
    assert child.ask("cancel", key) is True
    assert child.ask("cancel", key) is False
    assert child.state(key) == "cancelled"


def test_cancel(house: House) -> None:
    child, other = house.child(pace={"first_wait": 60.0, "longest_wait": 60.0}), house.child()
    for key in ("step", "retry"):
        child.start(key, [["a", "gate" if key == "step" else "away"], ["b", "write"]])
    other.start("far", [["a", "away"], ["b", "write"]])
    for key in ("step", "retry", "far"):
        house.entered(f"{key}/a")
    until(lambda: child.state("retry") == "retrying")
    cancelled(child, "step")
    cancelled(child, "retry")
    cancelled(child, "far")
    house.open("a")
    until(lambda: child.ask("recovery")["live"] == 0 and other.ask("recovery")["live"] == 0)
    assert house.keys("effect") == {"step/a": 1}  # the step under way, and nothing after it
    assert house.told() == []
    assert child.ask("cancel", "never heard of") is False
    child.start("over", [["a", "write"]])
    child.done("over")
    assert child.ask("cancel", "over") is False
    assert child.start("step", [["b", "write"]]) is False


def test_mine(house: House) -> None:
    child = house.child()
    for number in range(4):
        child.start(f"k{number}", [["a", "write"]])
    child.start("k4", [["a", "away"]])
    house.entered("k4/a")
    for number in range(4):
        child.done(f"k{number}")
    mine = child.ask("mine", "p1", 3)
    assert [(one["key"], one["state"], one["minutes"]) for one in mine] == [("k4", "retrying", 0), ("k3", "done", 7), ("k2", "done", 7)]
    assert child.ask("mine", "somebody else", 3) == []
    house.sql("DELETE FROM workflow_status WHERE workflow_uuid = 'k3'")  # as after ninety days
    assert child.state("k3") == "done"
    assert child.start("k3", [["again", "write"]]) is False


def test_messages_wait_for_teams(house: House) -> None:
    down = house.child(tell_fails=True, pace={"tell_after": 0.1})
    down.start("k", [["a", "away"]])
    until(lambda: house.keys("call")["k/a"] > 3)
    house.open("a")
    until(lambda: "step_retries" in house.log() and "tell done" in house.log())
    down.stop()
    house.child().done("k")
    assert house.told()[-1]["kind"] == "done"
