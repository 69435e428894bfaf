"""PostgreSQL goes away in the middle: jobs wait and go on, and nobody's work is taken over by mistake."""

import time
from collections.abc import Iterator
from dataclasses import asdict
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from tests.jobs.postgres_server import Server
from tests.jobs.toy_house import House, until
from tests.jobs.toy_jobs import order

pytestmark = pytest.mark.postgres


@pytest.fixture(params=["tcp fast", "socket immediate"])
def restart(request: pytest.FixtureRequest) -> tuple[str, str]:
    way, mode = request.param.split()
    return way, mode


def test_a_restart_of_the_server(tmp_path: Path, forkserver: ForkServerContext, server: Server, restart: tuple[str, str]) -> None:
    way, mode = restart
    house = House(tmp_path, forkserver, server.database(by_socket=way == "socket"))
    children = [house.child(pace={"answer": 0.5}) for _ in range(2)]
    children[0].start("step", [["a", "gate"], ["b", "write"]])
    children[0].start("retry", [["c", "away"]])
    children[1].start("other", [["d", "gate"], ["e", "write"]])
    for key in ("step/a", "retry/c", "other/d"):
        house.entered(key)
    server.stop(mode)
    for gate in "acd":
        house.open(gate)
    until(lambda: children[0].ask("unwell"))
    assert "Unavailable" in children[0].ask("start", asdict(order("asked", [["y", "write"]])))  # the turn says so and does not hang
    server.start()
    children[1].start("asked", [["y", "write"]])  # the person tries again, elsewhere
    for key in ("step", "retry", "other", "asked"):
        children[0].done(key)
    assert house.keys("effect") == {"step/a": 1, "step/b": 1, "retry/c": 1, "other/d": 1, "other/e": 1, "asked/y": 1}
    assert house.keys("told") == {"step/done": 1, "retry/done": 1, "other/done": 1, "asked/done": 1}
    assert house.keys("call")["step/a"] == 1  # not taken over, not begun again
    assert [child.ask("recovery")["taken_over"] for child in children] == [0, 0]
    until(lambda: house.log().count("jobs_lock_taken_again") == 2)
    until(lambda: children[0].ask("unwell") is None)
    children[0].start("after", [["x", "gate"]])
    house.entered("after/x")
    children[0].kill()
    house.open("x")
    children[1].done("after")  # the locks are good again: a real death is still noticed
    house.close()


def test_a_lost_lock_alone_is_taken_again(tmp_path: Path, forkserver: ForkServerContext, server: Server) -> None:
    house = House(tmp_path, forkserver, server.database())
    first, other = house.child(), house.child()
    first.start("k", [["a", "gate"]])
    house.entered("k/a")
    server.cut_locks(house.database_url or "")
    until(lambda: house.log().count("jobs_lock_taken_again") == 2)
    time.sleep(1.0)  # several looks
    house.open("a")
    other.done("k")
    assert house.keys("call") == {"k/a": 1}
    house.close()


@pytest.fixture(autouse=True)
def _a_running_server(server: Server) -> Iterator[None]:
    yield
    server.start()
