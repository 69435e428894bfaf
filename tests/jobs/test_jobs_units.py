"""The parts of jobs/ that need no process: records, names, places."""

import asyncio
import functools
import logging
import math
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import structlog
from dbos import DBOS
from dbos._dbos import _get_dbos_instance
from dbos._sys_db import SystemDatabase
from dbos._utils import INTERNAL_QUEUE_NAME
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, SecretStr
from sqlalchemy import select

from connectors.errors import ConnectorError, Refused, Unavailable
from jobs import database, recovery
from jobs.asks import Asks
from jobs.engine import Job, Jobs, Order, reference
from jobs.logs import ToStructlog, brief, clean
from jobs.people import Pseudonyms
from jobs.runs import Runs, Trouble
from jobs.serializer import ERRORS, JobError, JsonSerializer, Shape, recordable, returned_by, same
from jobs.store import Store
from jobs.tables import ASK

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NOON, HOUR = datetime(2026, 11, 24, 12, tzinfo=UTC), timedelta(hours=1)
serializer = JsonSerializer()
BUSY = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine is no fault of ours


@BUSY
@given(JSON)
def test_json_comes_back_equal(value: Any) -> None:
    assert serializer.deserialize(serializer.serialize(value)) == value


@BUSY
@given(JSON, JSON)
def test_a_jobs_input_comes_back_equal(one: Any, other: Any) -> None:
    inputs = {"args": (one,), "kwargs": {"other": other}}
    assert serializer.deserialize(serializer.serialize(inputs)) == inputs


@pytest.mark.parametrize(
    "value", [(1, 2), {1: "a"}, math.nan, math.inf, {1}, b"x", datetime(2026, 1, 1, tzinfo=UTC), [(1,)], SecretStr("x")]
)
def test_what_would_not_come_back_equal_is_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        serializer.serialize(value)


@given(st.sampled_from(sorted(ERRORS)), st.tuples(st.text(), st.text(), st.integers(0, 599), st.text(), st.none() | st.floats(0, 1e6)))
def test_errors_come_back_equal(kind: str, args: tuple[str, str, int, str, float | None]) -> None:
    error = ERRORS[kind](*args)
    back = serializer.deserialize(serializer.serialize(error))
    assert type(back) is type(error)
    assert back.args == error.args
    assert vars(back) == vars(error)


def test_every_kind_of_connector_error_is_known() -> None:
    assert set(ERRORS.values()) == {ConnectorError, *ConnectorError.__subclasses__()}


class Closed(Refused):
    """A connector's own kind of refusal."""


def test_other_errors_become_what_a_repeat_will_see() -> None:
    assert type(recordable(Closed("servicenow", "no", 422))) is Refused
    assert recordable(Closed("servicenow", "no", 422)).args == ("servicenow", "no", 422, "", None)
    odd = recordable(Unavailable("graph", "slow", HTTPStatus.TOO_MANY_REQUESTS, "", math.inf))
    assert same(list(odd.args), ["graph", "slow", 429, "", None])
    crash = recordable(ValueError("Birthe, 010190-1234"))
    assert (type(crash), crash.args) == (JobError, ("ValueError",))
    assert serializer.deserialize(serializer.serialize(crash)).args == ("ValueError",)
    assert recordable(crash) is crash
    assert "ValueError" in str(crash)


class Part(BaseModel):
    at: datetime
    kind: str = Field(alias="TheKind")


class Hidden(BaseModel):
    shown: str
    secret: str = Field(default="", exclude=True)


class Maker:
    async def parts(self) -> list[Part]:
        raise NotImplementedError

    async def __call__(self) -> Part | None:
        raise NotImplementedError


PART = Part(at=datetime(2026, 11, 24, 12, tzinfo=UTC), TheKind="x")


@pytest.mark.parametrize(
    ("call", "value"), [(Maker().parts, [PART]), (functools.partial(Maker().parts), []), (Maker(), PART), (Maker(), None)]
)
def test_results_come_back_by_the_calls_annotation(call: Any, value: Any) -> None:
    shape = Shape(returned_by(call))
    plain = shape.dump(value)
    assert serializer.deserialize(serializer.serialize(plain)) == plain
    assert shape.build(plain) == value


@pytest.mark.parametrize(
    ("kind", "value"),
    [(Any, PART), (Hidden, Hidden(shown="a", secret="b")), (Any, datetime(2026, 1, 1, tzinfo=UTC)), (SecretStr, SecretStr("x")), (None, 1)],
)
def test_results_that_would_change_are_refused(kind: Any, value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        Shape(kind).dump(value)


@given(st.text())
def test_reference_is_short_and_stable(key: str) -> None:
    assert reference(key) == reference(key)
    assert len(reference(key)) == 6
    assert not set(reference(key)[2:]) & set("01ILOU")


def test_references_differ() -> None:
    assert len({reference(f"case.create:conv:{number}") for number in range(200)}) > 190


def test_places(tmp_path: Path) -> None:
    default = database.place(None, tmp_path)
    assert default.jobs == f"sqlite:///{tmp_path}/kollega.jobs.sqlite"
    assert default.runs == f"sqlite:///{tmp_path}/kollega.runs.sqlite"
    assert default.folder == tmp_path / "kollega.locks"
    assert database.place(f"sqlite:///{tmp_path}/other.db", Path("var")).folder == tmp_path / "other.locks"
    assert database.place("postgresql://u@h/d", tmp_path).runs == "postgresql+psycopg://u@h/d"
    for nameless in ("sqlite:///", "sqlite:///:memory:"):
        with pytest.raises(ValueError, match="names no file"):
            database.place(nameless, tmp_path)


def test_the_private_names_of_dbos_are_still_there() -> None:
    assert callable(DBOS._recover_pending_workflows)
    assert callable(_get_dbos_instance)
    assert callable(SystemDatabase.reenqueue_for_recovery)
    assert recovery.INTERNAL_QUEUE == INTERNAL_QUEUE_NAME
    code = DBOS.__init__.__code__
    assert "_active_workflows_set" in code.co_names


def test_the_log_of_dbos_is_short_and_clean() -> None:
    with structlog.testing.capture_logs() as logs:
        try:
            int("010190-1234")
        except ValueError as error:
            record = logging.LogRecord("dbos", logging.ERROR, "f.py", 1, "job of 010190-1234 failed", None, (ValueError, error, None))
            ToStructlog().emit(record)
    assert logs[0]["message"] == "job of [number] failed"
    assert logs[0]["log_level"] == "error"
    assert "1234" not in str(logs)
    assert brief("it failed: Traceback\n  File x\nValueError: 010190 1234\n") == "it failed: Traceback … ValueError: [number]"
    assert brief("") == ""
    assert clean("Authorization: Bearer abc.def") == "Authorization: [token]"


async def test_the_first_to_close_a_run_counts(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/runs.sqlite")
    await store.create()
    await store.create()  # a second process
    runs = Runs(store)
    row = {"id": "k", "intent": "i", "person": "p", "tenant": "", "conversation": "c", "reference": "F-2222", "started_at": NOON}
    assert await runs.open(row, {})
    assert await runs.open(row, {})
    await runs.note("k", "a", Trouble("edoc", 1, NOON, NOON))
    await runs.note("k", "a", Trouble("edoc", 2, NOON + HOUR, None))
    assert await runs.trouble("k", "a") == Trouble("edoc", 2, NOON, None)
    assert await runs.finish("k", "done", "fine\0", NOON + HOUR, minutes=7)
    assert not await runs.finish("k", "cancelled", "", NOON + 2 * HOUR)
    found = await runs.get("k")
    assert found is not None
    assert (found.state, found.outcome, found.minutes, found.finished_at) == ("done", "fine", 7, NOON + HOUR)
    assert await runs.trouble("k", "a") is None
    assert not await runs.open(row, {})
    await store.close()


async def test_who_was_asked_is_erased_when_a_run_ends_or_is_forgotten_but_kept_for_one_that_may_be_begun_again(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/runs.sqlite")
    await store.create()
    runs, asks = Runs(store), Asks(store, Pseudonyms(b"key"), lambda: NOON)
    ended = ("done", "failed", "cancelled")
    for key in (*ended, "late", "open"):
        row = {"id": key, "intent": "i", "person": "p", "tenant": "", "conversation": "c", "reference": key, "started_at": NOON}
        await runs.open(row, {})
        await asks.put(key, ["ole"], {"reply": "Birthe Holm beder dig"})
    for key in ended:
        await runs.finish(key, key, "", NOON)
    assert {row.run_id for row in await store.read(select(ASK))} == {"failed", "late", "open"}
    assert {one.key for one in await asks.of("ole")} == {"late", "open"}
    await runs.begin_again("failed", "root", NOON)
    assert {one.key for one in await asks.of("ole")} == {"failed", "late", "open"}
    await runs.finish("failed", "failed", "", NOON)
    await runs.finish("late", "cancelled", "", NOON)
    await asks.put("late", ["ole"], {})  # a step that was under way when it was taken back
    await runs.forget(NOON + HOUR, NOON + HOUR)
    assert [row.run_id for row in await store.read(select(ASK))] == ["open"]
    await store.close()


async def nothing(_: Job) -> str:
    return ""


async def unheard(key: str, conversation: str, message: dict[str, Any]) -> None:
    raise AssertionError


def engine(folder: Path, url: str | None = None) -> Jobs:
    return Jobs(database_url=url, var_dir=folder, work=nothing, tell=unheard, patience=timedelta(0))


ORDER = Order("k", "case.create", {}, {"id": "p"}, "c")


async def test_one_engine_a_process_again_and_again(tmp_path: Path) -> None:
    for _ in range(2):  # dbos is global: what one engine leaves must not disturb the next
        one = engine(tmp_path)
        await one.launch()
        with pytest.raises(RuntimeError, match="one job engine"):
            await engine(tmp_path).launch()
        await one.start(ORDER)
        assert one.unwell() is None
        await one.close()
        await one.close()
        assert await asyncio.to_thread(int, "1") == 1  # the loop's threads are its own again
        with pytest.raises(RuntimeError, match="not launched"):
            await one.start(ORDER)


async def test_a_launch_that_fails_leaves_the_way_free(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        await engine(tmp_path / "file").launch()
    with pytest.raises(Exception, match="connection"):
        await engine(tmp_path, "postgresql://nobody@127.0.0.1:1/none").launch()
    one = engine(tmp_path)
    await one.launch()
    await one.close()


async def test_an_order_must_be_plain_json(tmp_path: Path) -> None:
    one = engine(tmp_path)
    await one.launch()
    with pytest.raises(TypeError):
        await one.start(Order("k", "case.create", {"when": datetime(2026, 1, 1, tzinfo=UTC)}, {"id": "p"}, "c"))
    assert await one.mine("p") == []
    await one.close()
