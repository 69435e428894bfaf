"""Many people at a time: in batches, each with an outcome, within the limit that Exchange sets."""

import asyncio
from collections import Counter

import pytest

from connectors.errors import Denied, Unavailable
from connectors.exchange import Exchange
from connectors.exchange_members import shared
from connectors.opened import opened
from settings import Settings
from simulators.world import BIRTHE, METTE, OLE, PEOPLE, SOFIE
from tests.connectors.conftest import World

BARSEL = "barsel-info@kk.example"


def parts(lines: list[dict[str, object]]) -> int:
    """How many changes were sent."""
    return sum(str(line["body"]).count("'CmdletName'") for line in lines)


async def test_each_person_has_an_outcome_in_the_order_asked(exchange: Exchange) -> None:
    on_it = (await exchange.members(BARSEL))[0]
    people = [OLE.id, on_it.id, on_it.email, "nobody@kk.example", "svc-backup", "", SOFIE.email, OLE.id, "auto-servicedesk@kk.example"]
    found = await exchange.add_members(BARSEL, people)
    assert [one.person for one in found] == people
    assert [one.state for one in found] == ["done", "already", "already", "unknown", "refused", "unknown", "done", "done", "refused"]
    assert [one.code for one in found if one.state == "refused"] == ["rule", "rule"]
    assert len(await exchange.members(BARSEL)) == 44
    found = await exchange.remove_members(BARSEL, [OLE.id, METTE.id, SOFIE.id])
    assert [one.state for one in found] == ["done", "already", "done"]
    assert len(await exchange.members(BARSEL)) == 42


async def test_people_are_known_by_any_address(exchange: Exchange) -> None:
    await exchange.add_members(BARSEL, [OLE.id])
    assert [one.state for one in await exchange.add_members(BARSEL, ["OBAN@kk.example", OLE.email.upper()])] == ["already", "already"]


async def test_nobody_is_sent_who_is_there_already(office: World, exchange: Exchange) -> None:
    everybody = [one.id for one in await exchange.members(BARSEL)]
    assert {one.state for one in await exchange.add_members(BARSEL, everybody)} == {"already"}
    assert await exchange.add_members(BARSEL, []) == []
    assert await office.writes("exchange") == []


async def test_five_hundred_in_one_go(office: World, exchange: Exchange) -> None:
    big = [one.id for one in await exchange.members("alle-leverandoerer@kk.example")]
    people = big[200:700]
    found = await exchange.add_members("tom-liste@kk.example", people)
    assert Counter(one.state for one in found) == {"done": 500}
    assert {one.id for one in await exchange.members("tom-liste@kk.example")} == set(people)
    lines = await office.writes("exchange")
    assert parts(lines) == 500
    assert len(lines) == 51  # of ten at most, and all three lanes have as many
    assert {line["status"] for line in lines} == {200}


async def test_lost_batches_are_looked_for_before_they_are_sent_again(office: World, exchange: Exchange) -> None:
    people = [one.id for one in PEOPLE[:60]]
    await office.fault("/exchange", match="Add-DistributionGroupMember", drop_answer=True, times=3)
    found = await exchange.add_members("tom-liste@kk.example", people)
    assert {one.state for one in found} == {"done"}
    assert parts(await office.writes("exchange")) == 60  # none was sent twice


async def test_parts_that_are_throttled_are_sent_again_alone(office: World, exchange: Exchange) -> None:
    await office.switch(exchange_part_throttle=7, exchange_retry_after=0)
    found = await exchange.add_members("tom-liste@kk.example", [one.id for one in PEOPLE[:40]])
    assert {one.state for one in found} == {"done"}
    assert parts(await office.writes("exchange")) == 47


async def test_what_never_comes_through_is_told_person_by_person(office: World, exchange: Exchange) -> None:
    await office.fault("/exchange", match=OLE.id, status=429, retry_after=0)
    people = [one.id for one in PEOPLE[6:30]]
    found = await exchange.add_members("tom-liste@kk.example", [*people, OLE.id])
    states = {one.person: one.state for one in found}
    assert states[people[0]] == "done"
    assert states[OLE.id] == "failed"
    with pytest.raises(Unavailable):
        await exchange.add_members("tom-liste@kk.example", [OLE.id])


async def test_no_right_stops_everything(office: World, exchange: Exchange) -> None:
    await office.switch(exchange_denied=["add-distributiongroupmember"])
    with pytest.raises(Denied):
        await exchange.add_members(BARSEL, [one.id for one in PEOPLE])


async def test_no_right_midway_is_told_person_by_person(office: World, exchange: Exchange) -> None:
    await office.fault("/exchange", match=OLE.id, status=403)
    found = await exchange.add_members("tom-liste@kk.example", [*(one.id for one in PEOPLE[6:30]), OLE.id])
    codes = {one.person: (one.state, one.code) for one in found}
    assert codes[OLE.id] == ("refused", "denied")
    assert codes[PEOPLE[6].id] == ("done", "")
    assert {one.id for one in await exchange.members("tom-liste@kk.example")} == {one.person for one in found if one.state == "done"}
    with pytest.raises(Denied):
        await exchange.add_members("tom-liste@kk.example", [OLE.id])


async def test_reads_that_are_behind_are_waited_for(office: World, exchange: Exchange) -> None:
    await office.switch(exchange_stale_seconds=0.5)
    found = await exchange.add_members("tom-liste@kk.example", [OLE.id, BIRTHE.id])
    assert {one.state for one in found} == {"done"}


async def test_what_is_not_seen_in_time_is_not_said_to_be_done(office: World, exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.exchange_cmdlets.PATIENCE", 0.3)
    await office.switch(exchange_stale_seconds=60)
    found = await exchange.add_members("tom-liste@kk.example", [OLE.id])
    assert [(one.state, one.code) for one in found] == [("failed", "not_visible")]
    await office.switch(exchange_stale_seconds=0)
    assert [one.state for one in await exchange.add_members("tom-liste@kk.example", [OLE.id])] == ["already"]


async def test_never_more_at_once_than_exchange_takes(office: World, exchange: Exchange) -> None:
    await office.switch(exchange_latency_seconds=0.02, exchange_retry_after=None)
    before = sum([1 for line in await office.writes("exchange") if line["status"] == 429])
    await asyncio.gather(
        exchange.add_members("tom-liste@kk.example", [one.id for one in PEOPLE[:40]]),
        exchange.add_members(BARSEL, [one.id for one in PEOPLE[:40]]),
        *(exchange.lists("nyt") for _ in range(12)),
    )
    lines = await office.writes("exchange")
    assert before == 0
    assert {line["status"] for line in lines} == {200}


async def test_two_processes_together_are_slowed_down_and_come_through(office: World, exchange: Exchange) -> None:
    await office.switch(exchange_latency_seconds=0.01, exchange_retry_after=1)
    async with opened(Settings(simulators_url=office.url)) as other:
        found = await asyncio.gather(
            exchange.add_members("tom-liste@kk.example", [one.id for one in PEOPLE[:40]]),
            other.get(Exchange).add_members("tom-liste@kk.example", [one.id for one in PEOPLE[20:60]]),
        )
    assert {one.state for each in found for one in each} <= {"done", "already"}
    assert {one.id for one in await exchange.members("tom-liste@kk.example")} == {one.id for one in PEOPLE[:60]}


async def test_two_calls_for_one_list_wait_for_each_other(office: World, exchange: Exchange) -> None:
    people = [one.id for one in PEOPLE[:30]]
    one, two = await asyncio.gather(
        exchange.add_members("tom-liste@kk.example", people), exchange.add_members("tom-liste@kk.example", people)
    )
    assert Counter(each.state for each in (*one, *two)) == {"done": 30, "already": 30}
    assert parts(await office.writes("exchange")) == 30


@pytest.mark.parametrize(
    ("people", "sizes"), [(0, []), (1, [1]), (2, [1, 1]), (30, [10, 10, 10]), (31, [5, 5, 5, 5, 5, 6]), (3, [1, 1, 1])]
)
def test_batches_are_even_and_small_enough(people: int, sizes: list[int]) -> None:
    found = shared([str(n) for n in range(people)], 3)
    assert [len(one) for one in found] == sizes
    assert [one for each in found for one in each] == [str(n) for n in range(people)]
