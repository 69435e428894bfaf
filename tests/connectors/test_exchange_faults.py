"""Every write of the Exchange connector against everything that can go wrong: done in the end, done once, and never said to be done when it is not."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from connectors.errors import Denied, Unavailable
from connectors.exchange import Exchange
from connectors.exchange_models import AutoReply, ListDraft, MailboxDraft, Right
from simulators.world import BIRTHE, JENS, OLE, SOFIE
from tests.connectors.conftest import World

KEY = "job-1"
BOX = MailboxDraft(name="Barsel Orlov", email="barsel.orlov@kk.example")
LIST = ListDraft(name="Barsel Nyheder", email="barsel-nyheder@kk.example", owners=(BIRTHE.id,))
FAKTURA, BARSEL = "faktura@kk.example", "barsel-info@kk.example"
Act = Callable[[Exchange], Awaitable[object]]
Is = Callable[[Exchange], Awaitable[bool]]


@dataclass(frozen=True)
class Write:
    """One write. cmdlet: what it sends, for the fault to strike. before: what must be there first. done: whether it has happened, once."""

    cmdlet: str
    act: Act
    done: Is
    before: Act | None = None


async def has(exchange: Exchange, who: str, right: Right) -> bool:
    return [(one.holder.id, one.right) for one in await exchange.permissions(FAKTURA)].count((who, right)) == 1


async def absent(exchange: Exchange, who: str, right: Right) -> bool:
    return (who, right) not in [(one.holder.id, one.right) for one in await exchange.permissions(FAKTURA)]


async def named_once(exchange: Exchange, email: str, name: str) -> bool:
    return [one.email for one in await exchange.all_names() if one.name == name] == [email]


async def on_list(exchange: Exchange, wanted: int, *people: str) -> bool:
    ids = [one.id for one in await exchange.members(BARSEL)]
    return len(ids) == len(set(ids)) == wanted and set(people) <= set(ids)


async def owned_by(exchange: Exchange, *people: str) -> bool:
    return [one.id for one in await exchange.owners(BARSEL)] == [*people]


async def replies(exchange: Exchange) -> bool:
    return (await exchange.auto_reply(FAKTURA)).inside == "Vi er væk"


async def free(exchange: Exchange, name: str) -> bool:
    return name not in {one.name for one in await exchange.all_names()}


async def removed(exchange: Exchange) -> object:
    """Two people who are on the list are taken off it."""
    return await exchange.remove_members(
        BARSEL, [one.id for one in await exchange.members(BARSEL)][-2:] if await on_list(exchange, 42) else []
    )


WRITES = {
    "create mailbox": Write("New-Mailbox", lambda e: e.create_mailbox(BOX, KEY), partial(named_once, email=BOX.email, name=BOX.name)),
    "mark mailbox": Write("Set-Mailbox", lambda e: e.create_mailbox(BOX, KEY), partial(named_once, email=BOX.email, name=BOX.name)),
    "create list": Write(
        "New-DistributionGroup", lambda e: e.create_list(LIST, KEY), partial(named_once, email=LIST.email, name=LIST.name)
    ),
    "mark list": Write("Set-DistributionGroup", lambda e: e.create_list(LIST, KEY), partial(named_once, email=LIST.email, name=LIST.name)),
    "add members": Write(
        "Add-DistributionGroupMember", lambda e: e.add_members(BARSEL, [OLE.id, SOFIE.id]), lambda e: on_list(e, 44, OLE.id, SOFIE.id)
    ),
    "remove members": Write("Remove-DistributionGroupMember", removed, lambda e: on_list(e, 40)),
    "set owners": Write("Set-DistributionGroup", lambda e: e.set_owners(BARSEL, [OLE.id], [BIRTHE.id]), lambda e: owned_by(e, OLE.id)),
    "grant full": Write("Add-MailboxPermission", lambda e: e.grant(FAKTURA, OLE.id, "full"), lambda e: has(e, OLE.id, "full")),
    "grant send_as": Write("Add-RecipientPermission", lambda e: e.grant(FAKTURA, OLE.id, "send_as"), lambda e: has(e, OLE.id, "send_as")),
    "grant on_behalf": Write("Set-Mailbox", lambda e: e.grant(FAKTURA, OLE.id, "on_behalf"), lambda e: has(e, OLE.id, "on_behalf")),
    "revoke full": Write("Remove-MailboxPermission", lambda e: e.revoke(FAKTURA, SOFIE.id, "full"), lambda e: absent(e, SOFIE.id, "full")),
    "revoke send_as": Write(
        "Remove-RecipientPermission", lambda e: e.revoke(FAKTURA, SOFIE.id, "send_as"), lambda e: absent(e, SOFIE.id, "send_as")
    ),
    "revoke on_behalf": Write(
        "Set-Mailbox",
        lambda e: e.revoke(FAKTURA, JENS.id, "on_behalf"),
        lambda e: absent(e, JENS.id, "on_behalf"),
        lambda e: e.grant(FAKTURA, JENS.id, "on_behalf"),
    ),
    "set reply": Write(
        "Set-MailboxAutoReplyConfiguration", lambda e: e.set_auto_reply(FAKTURA, AutoReply(state="on", inside="Vi er væk")), replies
    ),
    "withdraw list": Write(
        "Remove-DistributionGroup",
        lambda e: e.withdraw_list(LIST.email, KEY),
        lambda e: free(e, LIST.name),
        lambda e: e.create_list(LIST, KEY),
    ),
    "withdraw mailbox": Write(
        "Remove-Mailbox", lambda e: e.withdraw_mailbox(BOX.email, KEY), lambda e: free(e, BOX.name), lambda e: e.create_mailbox(BOX, KEY)
    ),
}
FAULTS: dict[str, dict[str, Any]] = {
    "answer lost": {"drop_answer": True},
    "429": {"status": 429, "retry_after": 0},
    "503": {"status": 503},
    "504": {"status": 504},
    "token gone": {"status": 401},
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", WRITES)
async def test_each_write_is_done_once_whatever_happens(
    office: World, exchange: Exchange, name: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.exchange_cmdlets.PATIENCE", 0.5)
    write = WRITES[name]
    if write.before:
        await write.before(exchange)
        office.before = len(await office.journal())
    await office.fault("/exchange", match=f'"{write.cmdlet}"', times=2 if fault == "429" else 1, **FAULTS[fault])
    for attempt in range(3):
        try:
            await write.act(exchange)
        except Unavailable:
            assert attempt < 2
        else:
            break
    assert await write.done(exchange)
    made = [line for line in await office.writes("exchange") if line["status"] == 200 and f"'{write.cmdlet}'" in str(line["body"])]
    members = write.cmdlet.endswith("DistributionGroupMember")  # of whom there are two, in two calls at once
    doubles_are_harmless = fault == "answer lost" and not members and not write.cmdlet.startswith("New-")
    assert len(made) == (2 if members else 1) or doubles_are_harmless


@pytest.mark.parametrize(
    "name", [name for name, write in WRITES.items() if "Permission" in write.cmdlet or write.cmdlet.startswith("Set-")]
)
async def test_a_change_that_exchange_only_pretends_to_make_is_no_success(
    office: World, exchange: Exchange, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.exchange_cmdlets.PATIENCE", 0.3)
    write = WRITES[name]
    if write.before:
        await write.before(exchange)
    await office.switch(exchange_only_warns=[write.cmdlet])
    with pytest.raises(Unavailable) as caught:
        await write.act(exchange)
    assert caught.value.code == "not_visible"


async def test_no_role_for_a_write_is_told_as_such(office: World, exchange: Exchange) -> None:
    await office.switch(exchange_denied=["add-mailboxpermission", "add-distributiongroupmember"])
    for act in (exchange.grant(FAKTURA, OLE.id, "full"), exchange.add_members(BARSEL, [OLE.id])):
        with pytest.raises(Denied) as caught:
            await act
        assert caught.value.code == "no_role"
