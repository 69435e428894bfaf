"""The acceptance tests of the durable jobs, by number, and where each stands. `any_house` is SQLite and PostgreSQL.

 1 killed at each boundary and inside each step   test_jobs_crash: killed_before_each_line_of_the_engine, killed_inside_each_step_in_turn
 2 three processes, one dies                      test_jobs_crash: other_processes_take_over
 3 ten times yes                                  test_jobs_crash: ten_times_yes_is_one_job
 4 the answer is lost after the effect            test_jobs_trouble: an_answer_lost_after_the_effect…; for every real write tests/test_writes.py
 5 waiting for an approval                        test_jobs_waits; cards and decisions tests/test_approvals.py
 6 cancel                                         test_jobs_trouble: cancel; test_jobs_waits: cancel_in_a_wait…; test_jobs_admin
 7 a time limit                                   test_jobs_trouble: the_deadline_is_absolute; test_jobs_waits: the_time_limit_does_not_move…
 8 schedules                                      test_jobs_schedules
 9 PostgreSQL restarts, also for a minute         test_jobs_postgres: a_restart_of_the_server, a_process_that_needs_longer…
10 three processes on one SQLite file             test_jobs_disk: three_processes_and_a_reader… (SOAK_SECONDS=60 for the whole minute)
11 upgrade and a rename                           test_jobs_upgrade
12 limits over all processes                      test_jobs_limits
13 poison                                         test_jobs_trouble: poison…, rows_that_cannot_run…; begun again: test_jobs_admin
14 the result is sent once                        tests/test_kill.py: "message about …"; tests/bot/test_bot_proactive.py: died while sending, lost
                                                  answer, 5xx, 403 kept and not repeated; test_jobs_trouble: messages_wait_for_teams
15 SIGTERM                                        test_jobs_trouble: sigterm…; test_jobs_waits: a_stop_does_not_wait…
16 false death                                    test_jobs_crash: a_stopped_process_keeps_its_work; test_jobs_postgres: a_lost_lock_alone…
17 the self-audit                                 test_jobs_trouble: a_run_lost_inside_a_living_process_is_put_back
18 a full disk, a role without DDL                test_jobs_disk: a_full_disk…; test_jobs_postgres: a_role_that_may_make_no_tables
19 ten thousand old jobs                          test_jobs_disk: ten_thousand_old_jobs…
20 the same path from the records alone           test_jobs_trouble: a_run_from_its_records_alone…, a_refusal_is_the_same_after_a_crash
21 the chain                                      test_jobs_audit; written before the effect: test_jobs_begun
"""

import multiprocessing
import os
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from tests.jobs.postgres_server import Server, binaries
from tests.jobs.toy_house import House


@pytest.fixture(scope="session")
def forkserver() -> ForkServerContext:
    """Processes that come up with everything imported: a start is a fork, so that hundreds can be killed."""
    context = multiprocessing.get_context("forkserver")
    root = Path(__file__).parents[2]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])  # the server's own sys.path
    context.set_forkserver_preload(["tests.jobs.toy_jobs", "jobs.recovery"])
    return context


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    found = binaries()
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("CI must have a PostgreSQL server")
        pytest.skip("no PostgreSQL server on this machine")
    server = Server(found)
    yield server
    server.remove()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def any_house(request: pytest.FixtureRequest, tmp_path: Path, forkserver: ForkServerContext) -> Iterator[House]:
    """A house on either database."""
    url = request.getfixturevalue("server").database() if request.param == "postgres" else None
    house = House(tmp_path, forkserver, url)
    yield house
    house.close()


@pytest.fixture
def house(tmp_path: Path, forkserver: ForkServerContext) -> Iterator[House]:
    house = House(tmp_path, forkserver, None)
    yield house
    house.close()
