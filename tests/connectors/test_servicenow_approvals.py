"""ServiceNow's own approvals: what waits for whom, and a decision that is the person's own, made once, and read back."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import Denied, NotFound, Refused, Unavailable
from connectors.opened import opened
from connectors.servicenow_approvals import Asked, ServiceNowApprovals
from connectors.systems import Systems
from settings import Settings
from simulators.world import BIRTHE, JENS, NOW, OLE, person
from tests.connectors.conftest import World


@pytest.fixture
async def approvals(world: World, systems: Systems) -> ServiceNowApprovals:
    await world.reset()
    return systems.get(ServiceNowApprovals)


KAREN = person(7)  # stands in for Jens


async def first(approvals: ServiceNowApprovals) -> Asked:
    return (await approvals.waiting(JENS.email, NOW))[0]


async def test_what_waits_for_whom_the_oldest_first(approvals: ServiceNowApprovals) -> None:
    found = await approvals.waiting(JENS.email, NOW)
    assert [(one.number, one.title, one.whom, one.price) for one in found] == [
        ("RITM0010008", "Bærbar pc", "Kim Nielsen", "8900"),
        ("RITM0010001", "Bærbar pc", "Birthe Holm", "8900"),
        ("RITM0010004", "Adgang til fagsystem", "Ole Bang", "0"),
    ]
    assert {(one.email, one.state, one.own, one.by) for one in found} == {(JENS.email, "requested", False, "")}
    assert await approvals.waiting(OLE.email, NOW) == []
    for odd in ("", "x", f"{JENS.email}^ORstate=requested", "javascript:gs.getUserID()@x"):
        with pytest.raises(NotFound):
            await approvals.waiting(odd, NOW)


@pytest.mark.parametrize(("decision", "reason"), [("approved", ""), ("rejected", "Brug den, du har")])
async def test_a_decision_is_the_persons_own_and_made_once(
    approvals: ServiceNowApprovals, world: World, decision: str, reason: str
) -> None:
    asked = await first(approvals)
    for _ in range(2):
        done = await approvals.decide(asked.id, JENS.email, decision, reason, NOW)  # type: ignore[arg-type]  # one of the two
        assert (done.state, done.own, done.by) == (decision, True, "Jens Kjær")
    written = [line for line in await world.writes("servicenow", "sysapproval") if line["status"] < 300]
    assert [line["body"] for line in written] == [{"state": decision} | ({"comments": reason} if reason else {})]
    assert asked.number not in [one.number for one in await approvals.waiting(JENS.email, NOW)]


async def test_somebody_elses_and_one_that_is_not_there(approvals: ServiceNowApprovals, world: World) -> None:
    asked = await first(approvals)
    with pytest.raises(NotFound):
        await approvals.decide(asked.id, BIRTHE.email, "approved", "", NOW)
    for odd in ("", "0" * 32, f"{asked.id}/../x", asked.id.upper()):
        with pytest.raises(NotFound):
            await approvals.decide(odd, JENS.email, "approved", "", NOW)
    assert await world.writes("servicenow", "sysapproval") == []


async def test_a_delegate_sees_and_answers_what_waits_for_who_is_away(approvals: ServiceNowApprovals, world: World) -> None:
    asked = await approvals.waiting(KAREN.email, NOW)
    assert [one.number for one in asked] == [one.number for one in await approvals.waiting(JENS.email, NOW)]
    assert {(one.name, one.email) for one in asked} == {(JENS.name, JENS.email)}
    for _ in range(2):
        done = await approvals.decide(asked[0].id, KAREN.email, "approved", "", NOW)
        assert (done.state, done.own, done.by) == ("approved", True, KAREN.name)
    assert (await approvals.one(asked[0].id)).own is False  # not the approver's own
    assert len([line for line in await world.writes("servicenow", "sysapproval") if line["method"] == "PATCH"]) == 1


async def test_a_delegate_has_no_say_before_and_after_nor_for_what_is_for_themselves(approvals: ServiceNowApprovals) -> None:
    one = await first(approvals)
    for outside in (NOW - timedelta(days=30), NOW + timedelta(days=4000)):
        assert await approvals.waiting(KAREN.email, outside) == []
        with pytest.raises(NotFound):
            await approvals.decide(one.id, KAREN.email, "approved", "", outside)
    assert await approvals.may_answer(one, KAREN.email, NOW)
    assert not await approvals.may_answer(one.model_copy(update={"whom_email": KAREN.email}), KAREN.email, NOW)
    assert not await approvals.may_answer(one, BIRTHE.email, NOW)


async def test_one_that_was_decided_elsewhere_stays_and_says_by_whom(approvals: ServiceNowApprovals, world: World) -> None:
    asked, karen = await first(approvals), {"grant_type": "password", "username": "karen.moerch", "password": "simulator"}
    form = {"client_id": "kollega", "client_secret": "simulator", **karen}
    async with world.session.post(f"{world.url}/servicenow/oauth_token.do", data=form) as answer:
        token = (await answer.json())["access_token"]
    url, headers = f"{world.url}/servicenow/api/now/table/sysapproval_approver/{asked.id}", {"Authorization": f"Bearer {token}"}
    async with world.session.patch(url, json={"state": "approved"}, headers=headers) as answer:
        assert answer.status == 200  # she is his delegate
    done = await approvals.decide(asked.id, JENS.email, "rejected", "nej", NOW)
    assert (done.state, done.own, done.by) == ("approved", False, "Karen Mørch")


async def test_an_answer_that_is_lost_is_found_by_the_next_try(approvals: ServiceNowApprovals, world: World) -> None:
    asked = await first(approvals)
    await world.fault("/sysapproval_approver", method="PATCH", drop_answer=True, times=1)
    with pytest.raises(Unavailable):
        await approvals.decide(asked.id, JENS.email, "rejected", "nej", NOW)
    assert (await approvals.decide(asked.id, JENS.email, "rejected", "nej", NOW)).own
    assert len([line for line in await world.writes("servicenow", "sysapproval") if line["method"] == "PATCH"]) == 1


async def test_a_person_whom_the_instance_does_not_let_in(approvals: ServiceNowApprovals, world: World) -> None:
    await world.switch(servicenow_jwt_key="another key")
    with pytest.raises(Denied):
        await approvals.decide((await first(approvals)).id, JENS.email, "approved", "", NOW)


async def test_without_a_key_they_are_shown_alone(world: World, tmp_path: Path) -> None:
    real: dict[str, Any] = {
        "servicenow_url": f"{world.url}/servicenow",
        "servicenow_client_id": "kollega",
        "servicenow_client_secret": "simulator",
    }
    async with opened(Settings(**real)) as found:
        approvals = found.get(ServiceNowApprovals)
        assert not approvals.answers
        assert "SERVICENOW_KEY_FILE" in await approvals.check()
        with pytest.raises(Refused):
            await approvals.decide((await first(approvals)).id, JENS.email, "approved", "", NOW)
    odd = tmp_path / "key.pem"
    odd.write_text("no key")
    async with opened(Settings(**real, servicenow_key_file=odd)) as found:
        with pytest.raises(Denied):
            await found.get(ServiceNowApprovals).decide((await first(found.get(ServiceNowApprovals))).id, JENS.email, "approved", "", NOW)
    with pytest.raises(ValueError, match="must name a file"):
        Settings(servicenow_key_file=tmp_path / "gone.pem")
