"""Lists whose members are hidden: what a person must not learn."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from connectors.exchange import Exchange
from connectors.opened import opened
from dialogs import mail_lists
from dialogs.desk import Desk
from dialogs.fields import At, Got
from dialogs.people_field import People
from dialogs.people_table import crowd
from dialogs.talk import Event, Who
from jobs.engine import Job, Jobs
from nlu.understanding import Understanding
from settings import Settings
from simulators.server import build
from simulators.world import NOW, PEOPLE
from tests.house import served

pytestmark = pytest.mark.asyncio(loop_scope="module")

BIRTHE = next(one for one in PEOPLE if one.name == "Birthe Holm")
ALONE = {one.id: one for one in PEOPLE if [other.name for other in PEOPLE].count(one.name) == 1}


class NoFiles:
    async def read(self, key: str) -> bytes:
        raise KeyError(key)


def nothing(text: str, today: object) -> Understanding:
    raise AssertionError((text, today))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """The dialogs' desk over real HTTP to the simulators; nothing is understood and no job is begun."""
    var: Path = tmp_path_factory.mktemp("var")
    runner, address = await served(build())

    async def do(job: Job) -> str:
        return job.order.key

    async def tell(key: str, conversation: str, told: dict[str, object]) -> None:
        raise AssertionError((key, conversation, told))

    jobs = Jobs(database_url=None, var_dir=var, work=do, tell=tell, patience=timedelta(minutes=1))
    async with opened(Settings(simulators_url=address, var_dir=var)) as systems:
        yield Desk(systems, nothing, jobs, NoFiles(), lambda: NOW, lambda: "id")
    await runner.cleanup()


def event(who: Who) -> Event:
    return Event(kind="message", id="e", at=NOW, who=who, conversation="c")


@pytest.mark.parametrize("way", ["there", "among"])
async def test_hidden_members_are_told_to_an_owner_alone(way: str, desk: Desk) -> None:
    exchange = desk.systems.get(Exchange)
    (chosen,) = [one for one in await exchange.lists("Revision") if one.name == "Revision"]
    assert (await exchange.mail_list(chosen.id)).hidden_members
    answers = {"list": {"id": chosen.id, "name": chosen.name}}
    owner = next(one for one in await exchange.owners(chosen.id) if one.kind != "gone")
    on = {one.id for one in await exchange.members(chosen.id)}
    member = next(one for one in ALONE.values() if one.id in on)
    outsider = next(one for one in ALONE.values() if one.id not in on)
    text, statuses = f"{member.email}\n{outsider.email}", {}
    for who in (Who(id=owner.id, name=owner.name), Who(id=BIRTHE.id, name=BIRTHE.name)):
        people = People(there=mail_lists.on_it) if way == "there" else People(among=mail_lists.on_it)
        reading = await people.read(text, At(desk, event(who), answers))
        assert isinstance(reading, Got)
        statuses[who.id] = [row.status for row in crowd(reading.value).rows]
    assert statuses[owner.id] == (["there", "found"] if way == "there" else ["found", "unknown"])
    assert statuses[BIRTHE.id] == ["found", "found"]
