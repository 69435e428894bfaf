"""A running bot takes another model without a restart and without a dropped turn; a broken one is refused and the old one goes on."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from structlog.testing import capture_logs

import nlu
from nlu import fingerprint, kept, notes, train
from nlu.live import Live
from nlu.versions import KEPT, SHIPPED, Versions
from settings import kept_at
from tests.house import House, lines, running

TODAY = date(2026, 11, 23)
NAME = "2026-11-24-0123abcd"
ODD = "hvad får vi i kantinen i dag"  # nothing that the shipped model takes for a wish
PATIENCE = 20.0


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model that takes that text for a wish to see one's cases."""
    folder = tmp_path_factory.mktemp("second")
    train.train(folder, [*train.phrases()[::20], *[(ODD, "case.list")] * 30])
    return folder


def put(var: Path, model: Path, name: str = NAME) -> Versions:
    versions = Versions(var)
    versions.folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(model, versions.path(name))
    return versions


def test_the_latest_models_are_kept_and_the_one_in_use_with_them(tmp_path: Path) -> None:
    versions, names = Versions(tmp_path), [f"2026-11-{day:02}-0123abcd" for day in range(1, KEPT + 4)]
    for age, name in enumerate(reversed(names)):
        versions.path(name).mkdir(parents=True)
        os.utime(versions.path(name), (1_000_000 - age, 1_000_000 - age))
    (versions.folder / "mine").mkdir()
    for name in names[:3]:
        versions.use(name)
    versions.prune()
    left = [names[2], *names[-KEPT + 1 :]]
    assert sorted(path.name for path in versions.folder.iterdir()) == sorted([*left, "current", "mine"])
    assert versions.order() == [names[2]], "what is gone is nothing to go back to"
    versions.prune()
    assert [one.name for one in versions.all() if one.name != SHIPPED] == [names[2], *reversed(names[-KEPT + 1 :])]


def reading(live: Live) -> str:
    return live.understand(ODD, TODAY).intent


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - what happens is a file's or a thread's doing, and nobody sets an event
            await asyncio.sleep(0.02)


async def test_turns_go_on_while_the_model_is_swapped(tmp_path: Path, second: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlu.live.EVERY", 0.1)
    var = tmp_path / "var"
    async with running(var, learn_from_use=True) as house:
        before = await (await house.person("Birthe Holm")).says(ODD)
        assert "åbne sager" not in "\n".join(lines(before[-1]))
        stop = asyncio.Event()
        talkers = [asyncio.create_task(talk(house, name, stop)) for name in ("Sofie Lund", "Amir Haddad")]
        put(var, second).use(NAME)
        person = await house.person("Birthe Holm")
        async with asyncio.timeout(PATIENCE):
            while "åbne sager" not in "\n".join(lines((await person.says(ODD))[-1])):
                pass  # each is a whole turn
        stop.set()
        said = await asyncio.gather(*talkers)
        assert all(count >= 1 for count in said), "each message had its answer"
    texts = [one.text for one in kept.Kept(kept_at(None, var, "nlu")).wordings(house.now())]
    assert "hvad får vi i kantinen {dato}" in texts
    assert not [one for one in texts if any(sign.isdigit() for sign in one)]


async def talk(house: House, name: str, stop: asyncio.Event) -> int:
    """Write until told to stop; how many messages were answered, which all of them must be."""
    person, answered = await house.person(name), 0
    while not stop.is_set() or not answered:
        assert await person.says("hvad er status på INC0010243"), "a turn was dropped"
        answered += 1
    return answered


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[Live]:
    found = Live(Versions(tmp_path))
    async with found.watching(every=0.05):
        yield found


async def test_forth_and_back(live: Live, tmp_path: Path, second: Path) -> None:
    versions = put(tmp_path, second)
    live.know(nlu.Known.of(lists=["Strandløverne"]))
    versions.use(NAME)
    await until(lambda: reading(live) == "case.list")
    assert live.understand("hvem er på strandløverne", TODAY).entities["list_name"] == ["strandløverne"]
    assert versions.roll_back() == SHIPPED
    await until(lambda: reading(live) == nlu.OUT_OF_SCOPE)
    with pytest.raises(ValueError, match="none before it"):
        versions.roll_back()


@pytest.mark.parametrize("broken", ["cut", "pickled", "card", "missing", "other code", "pointer"])
async def test_a_broken_model_is_refused_and_the_old_one_goes_on(broken: str, tmp_path: Path, second: Path) -> None:
    versions = put(tmp_path, second)
    spoil(versions, broken)
    with capture_logs() as logs:
        live = Live(Versions(tmp_path / "elsewhere"))
        live._versions = versions
        async with live.watching(every=0.02):
            if broken == "pointer":
                versions.pointer.write_text("../../etc\n", "utf-8")
            else:
                versions.use(NAME)
            await until(lambda: any(log["event"] == "model refused" for log in logs))
    assert reading(live) == nlu.OUT_OF_SCOPE
    assert str(tmp_path) in next(log["reason"] for log in logs if log["event"] == "model refused")
    assert Live(versions).model.name == nlu.load().name, "a start uses the shipped one instead"


def spoil(versions: Versions, how: str) -> None:
    folder = versions.path(NAME)
    card, weights = folder / "card.json", folder / "weights.npz"
    match how:
        case "cut":
            weights.write_bytes(weights.read_bytes()[:1000])
        case "pickled":
            np.savez(weights, head=np.array([{"run": "this"}], dtype=object), allow_pickle=True)
            rewrite(card, weights=fingerprint.of_file(weights))
        case "card":
            card.write_text('{"weights": ', "utf-8")
        case "missing":
            weights.unlink()
        case "other code":
            rewrite(card, features="of another version")


def rewrite(card: Path, **more: str) -> None:
    card.write_text(json.dumps(json.loads(card.read_text("utf-8")) | more), "utf-8")


async def test_a_threshold_of_the_administrators_goes_before_the_models(tmp_path: Path) -> None:
    assert Live(Versions(tmp_path), 1.0).understand("min printer er død og jeg ved ikke hvorfor", TODAY).intent == nlu.OUT_OF_SCOPE


async def test_a_database_that_is_away_costs_a_log_line_and_no_turn(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    book = notes.Notebook(kept.Kept(f"sqlite:///{blocked}/x.sqlite"), Live(Versions(tmp_path)), lambda: datetime.now(UTC))
    with capture_logs() as logs:
        book.take(ODD, TODAY, "rejected")
        await book.close()
    assert [log["event"] for log in logs] == ["a text was not kept for review"]


async def test_where_it_is_not_allowed_nothing_is_kept_and_what_was_there_goes(tmp_path: Path) -> None:
    url, live = kept_at(None, tmp_path, "nlu"), Live(Versions(tmp_path))
    async with notes.opened(url, live, lambda: datetime.now(UTC), allowed=True) as book:
        book.take("ukendt snak om Ole Bang", TODAY, "rejected")
    store = kept.Kept(url)
    assert [one.text for one in store.wordings(datetime.now(UTC))] == ["ukendt snak om {navn}"]
    async with notes.opened(url, live, lambda: datetime.now(UTC), allowed=False) as book:
        book.take("mere", TODAY, "rejected")
        await until(lambda: not store.wordings(datetime.now(UTC)))
