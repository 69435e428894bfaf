"""Lists and shared mailboxes as the conversations ask for them, over real HTTP against the simulated Exchange."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.errors import Conflict, Denied, NotFound, Refused, Unavailable
from connectors.exchange import Exchange
from connectors.exchange_models import AutoReply, ListDraft, MailboxDraft, MailList, Right
from simulators.world import AMIR, BIRTHE, JENS, METTE, OLE, SOFIE
from tests.connectors.conftest import World

RIGHTS: tuple[Right, ...] = ("full", "send_as", "on_behalf")
ORLOV = MailboxDraft(name="Barsel Orlov", email="barsel.orlov@kk.example")
NYT = ListDraft(name="Barsel Nyheder", email="barsel-nyheder@kk.example", owners=(BIRTHE.id,))


async def test_the_check_names_the_domains(exchange: Exchange) -> None:
    assert await exchange.check() == "cmdlets answer; addresses may end in kk.example, kk.onmicrosoft.com, koncernit.example"


async def test_every_name_of_the_organization(exchange: Exchange) -> None:
    names = await exchange.all_names()
    kinds = [one.kind for one in names]
    assert kinds.count("list") + kinds.count("security") >= 60
    assert kinds.count("mailbox") >= 25
    assert {"dynamic", "team"} < set(kinds)
    assert len({one.id for one in names}) == len(names)
    assert "Barsel Info" in {one.name for one in names}
    assert not any("Orlov" in one.name for one in names)


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("barsel info", "Barsel Info"),
        ("IT-nyt", "IT-nyt"),
        ("oekonominyt", "Økonominyt"),
        ("ØKONOMI controllere", "Controllere Økonomi"),
        ("msagsbeh øst", None),
        ("o'hara", None),
        ("*", None),
        ("", None),
    ],
)
async def test_lists_by_words(exchange: Exchange, words: str, first: str | None) -> None:
    found = await exchange.lists(words)
    assert (found[0].name if found else None) == first


async def test_a_word_finds_several(exchange: Exchange) -> None:
    assert [one.name for one in await exchange.lists("driftsvagt")] == ["Driftsvagt", "Driftsvagt weekend"]
    assert len(await exchange.lists("alle", limit=4)) == 4
    assert [one.name for one in await exchange.mailboxes("faktura")] == ["Faktura", "Faktura IT"]


async def test_a_list_by_its_exact_name(exchange: Exchange) -> None:
    by_name = await exchange.list_named("barsel info")
    assert (by_name.name, by_name.alias, by_name.owners, by_name.kind) == ("Barsel Info", "barsel-info", ("Birthe Holm",), "list")
    assert await exchange.list_named("barselinfo@kk.example") == by_name == await exchange.mail_list(by_name.email)
    with pytest.raises(NotFound):
        await exchange.list_named("barsel")
    with pytest.raises(NotFound):
        await exchange.list_named("faktura@kk.example")
    with pytest.raises(Refused, match="365") as caught:
        await exchange.list_named("Team Digital Arbejdsplads")
    assert caught.value.code == "group_mailbox"


async def test_a_name_that_two_lists_have(exchange: Exchange, key: str) -> None:
    await exchange.create_list(NYT.model_copy(update={"name": "Barsel Info"}), key)
    with pytest.raises(Refused) as caught:
        await exchange.list_named("Barsel Info")
    assert caught.value.code == "several"


@pytest.mark.parametrize(
    ("name", "kind", "synced", "hidden", "hidden_members", "inside_only", "senders"),
    [
        ("Alle medarbejdere", "list", True, False, False, True, ("Karen Mørch",)),
        ("Whistleblowerudvalget", "list", False, True, True, True, ()),
        ("Driftsvagt", "security", False, False, False, True, ()),
        ("Kantinenyt", "list", False, False, False, False, ()),
        ("Alle på Servicedesk (automatisk)", "dynamic", False, False, False, True, ()),
    ],
)
async def test_what_kind_of_list(
    exchange: Exchange, name: str, kind: str, synced: bool, hidden: bool, hidden_members: bool, inside_only: bool, senders: tuple[str, ...]
) -> None:
    one = await exchange.list_named(name)
    found = (one.kind, one.synced, one.hidden, one.hidden_members, one.inside_only, one.senders)
    assert found == (kind, synced, hidden, hidden_members, inside_only, senders)


async def test_members_direct_and_nested(exchange: Exchange) -> None:
    barsel = await exchange.list_named("Barsel Info")
    assert len(await exchange.members(barsel.id)) == 42
    it = await exchange.list_named("Alle i Koncern IT")
    lists = {one.name for one in await exchange.members(it.id) if one.kind == "list"}
    assert lists == {"Alle i Digital Arbejdsplads", "Alle i Servicedesk", "Alle i Netværk"}
    everybody = {one.id: one for one in await exchange.everybody(it.id)}
    assert everybody[AMIR.id].via == ("Alle i Servicedesk",)
    assert everybody[OLE.id].via == ()
    assert {one.kind for one in everybody.values()} == {"person"}


async def test_lists_that_are_on_each_other(exchange: Exchange) -> None:
    ring = await exchange.list_named("Ring 1")
    people = await exchange.everybody(ring.id)
    assert len(people) == len({one.id for one in people}) == 5


async def test_more_than_a_thousand_members_come_whole(exchange: Exchange) -> None:
    big = await exchange.list_named("Alle leverandører og samarbejdspartnere")
    found = await exchange.members(big.id)
    assert len({one.id for one in found}) == 1209
    assert {one.kind for one in found} == {"person", "contact"}


async def test_members_of_a_dynamic_list_are_worked_out(exchange: Exchange) -> None:
    dynamic = await exchange.list_named("Alle på Servicedesk (automatisk)")
    assert AMIR.id in {one.id for one in await exchange.members(dynamic.id)}


async def test_owners_also_one_who_has_left_and_one_who_is_gone(exchange: Exchange, key: str) -> None:
    assert [one.id for one in await exchange.owners("controllerforum@kk.example")] == [SOFIE.id]
    (gerda,) = await exchange.owners("juleposten@kk.example")
    assert gerda.name == "Gerda Thorsen"
    mailbox = await exchange.create_mailbox(ORLOV, key)
    await exchange.set_owners("juleposten@kk.example", add=[mailbox.id])
    await exchange.withdraw_mailbox(mailbox.id, key)
    assert [(one.name, one.kind) for one in await exchange.owners("juleposten@kk.example")][1] == ("barsel.orlov", "gone")


async def test_the_lists_somebody_is_on(exchange: Exchange) -> None:
    found = {one.name.name: one.via for one in await exchange.lists_of(AMIR.id)}
    assert found["Alle i Servicedesk"] == ""
    assert found["Alle i Koncern IT"] == "Alle i Servicedesk"
    direct = await exchange.lists_of(AMIR.email, nested=False)
    assert {one.via for one in direct} == {""}
    with pytest.raises(NotFound):
        await exchange.lists_of("nobody@kk.example")


async def test_an_empty_identity_is_never_sent(exchange: Exchange) -> None:
    for call in (exchange.mail_list, exchange.members, exchange.mailbox, exchange.auto_reply, exchange.lists_of):
        with pytest.raises(NotFound) as caught:
            await call(" ")
        assert caught.value.code == "empty_id"


async def test_a_list_is_made_and_read_back(office: World, exchange: Exchange, key: str) -> None:
    draft = NYT.model_copy(update={"hidden": True, "hidden_members": True, "outside": True, "senders": (SOFIE.id, JENS.email)})
    made = await exchange.create_list(draft, key)
    assert isinstance(made, MailList)
    assert (made.name, made.email, made.owners, made.senders) == (NYT.name, NYT.email, ("Birthe Holm",), ("Sofie Lund", "Jens Kjær"))
    assert (made.hidden, made.hidden_members, made.inside_only, made.synced, made.key) == (True, True, False, False, key)
    assert await exchange.create_list(draft, key) == made
    lines = await office.writes("exchange")
    assert [line["body"]["CmdletInput"]["CmdletName"] for line in lines] == ["New-DistributionGroup", "Set-DistributionGroup"]
    assert lines[1]["key"] == key


async def test_a_mailbox_is_made_with_rights_that_are_read_back(exchange: Exchange, key: str) -> None:
    made = await exchange.create_mailbox(ORLOV, key)
    assert (made.name, made.email, made.copies, made.key) == ("Barsel Orlov", ORLOV.email, True, key)
    for right in RIGHTS:
        assert await exchange.grant(made.id, SOFIE.id, right)
        assert not await exchange.grant(made.id, SOFIE.id, right)
    assert await exchange.grant(made.id, OLE.email, "on_behalf")  # and Sofie keeps hers
    found = {(one.holder.id, one.right) for one in await exchange.permissions(made.id)}
    assert found == {(SOFIE.id, "full"), (SOFIE.id, "send_as"), (SOFIE.id, "on_behalf"), (OLE.id, "on_behalf")}
    for right in RIGHTS:
        assert await exchange.revoke(made.id, SOFIE.id, right)
        assert not await exchange.revoke(made.id, SOFIE.id, right)
    assert [(one.holder.id, one.right) for one in await exchange.permissions(made.id)] == [(OLE.id, "on_behalf")]


async def test_rights_that_are_there_already(exchange: Exchange) -> None:
    mailbox = await exchange.mailbox_named("Netværk drift")
    found = await exchange.permissions(mailbox.id)
    assert "Driftsvagt" in {one.holder.name for one in found if one.right == "full" and one.holder.kind == "list"}
    with pytest.raises(NotFound):
        await exchange.grant(mailbox.id, "nobody@kk.example", "full")


async def test_a_persons_mailbox_is_no_shared_one(exchange: Exchange) -> None:
    with pytest.raises(NotFound):
        await exchange.mailbox(BIRTHE.email)
    with pytest.raises(NotFound):
        await exchange.mailbox_named("Birthe Holm")


async def test_replication_is_waited_for(office: World, exchange: Exchange, key: str) -> None:
    await office.switch(exchange_replication_seconds=0.6)
    made = await exchange.create_mailbox(ORLOV, key)
    assert await exchange.grant(made.id, SOFIE.id, "full")


async def test_a_replication_that_outlasts_patience_is_found_by_the_next_try(
    office: World, exchange: Exchange, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.exchange_cmdlets.PATIENCE", 0.3)
    await office.switch(exchange_replication_seconds=60)
    for _ in range(2):
        with pytest.raises((Unavailable, Conflict)):
            await exchange.create_mailbox(ORLOV, key)
    await office.switch(exchange_replication_seconds=0)
    assert (await exchange.create_mailbox(ORLOV, key)).key == key
    assert [line["status"] for line in await office.writes("exchange") if "New-Mailbox" in str(line["body"])] == [200, 400]


async def test_what_a_dead_job_made_without_its_mark_is_taken_on(office: World, exchange: Exchange, key: str) -> None:
    await office.fault("/exchange", match="Set-Mailbox", status=403, times=1)
    with pytest.raises(Denied):
        await exchange.create_mailbox(ORLOV, key)
    assert (await exchange.mailbox(ORLOV.email)).key == ""
    assert (await exchange.create_mailbox(ORLOV, key)).key == key


async def test_what_somebody_else_made_is_not_ours(exchange: Exchange, key: str) -> None:
    await exchange.create_mailbox(ORLOV, "another")
    taken = [
        (exchange.create_mailbox, ORLOV),
        (exchange.create_mailbox, MailboxDraft(name="Faktura", email="faktura@kk.example")),
        (exchange.create_mailbox, MailboxDraft(name="Ny", email="barsel-info@kk.example")),
        (exchange.create_mailbox, MailboxDraft(name="Ny", email="bhol@kk.example")),
    ]
    for make, draft in taken:
        with pytest.raises(Conflict) as caught:
            await make(draft, key)
        assert caught.value.code == "address_taken"
    with pytest.raises(Conflict):
        await exchange.create_list(NYT.model_copy(update={"email": "faktura@kk.example"}), key)
    with pytest.raises(Conflict) as caught:
        await exchange.create_mailbox(MailboxDraft(name="Ny", email="it-nyt@koncernit.example"), key)  # the list it-nyt has the alias
    assert caught.value.code == "name_taken"


async def test_a_draft_that_breaks_a_rule(exchange: Exchange, key: str) -> None:
    for email, code in (("x@elsewhere.example", "foreign_domain"), ("a b@kk.example", "bad_value")):
        with pytest.raises(Refused) as caught:
            await exchange.create_mailbox(ORLOV.model_copy(update={"email": email}), key)
        assert caught.value.code == code
    with pytest.raises(Refused) as caught:
        await exchange.create_mailbox(ORLOV, "")
    assert caught.value.code == "bad_key"
    with pytest.raises(NotFound):
        await exchange.create_list(NYT.model_copy(update={"owners": ("nobody@kk.example",)}), key)


async def test_free_addresses(exchange: Exchange, key: str) -> None:
    assert await exchange.address_free("barsel.orlov@kk.example")
    assert not await exchange.address_free("BARSELINFO@kk.example")
    made = await exchange.create_mailbox(ORLOV, key)
    await exchange.withdraw_mailbox(made.id, key)
    assert not await exchange.address_free(ORLOV.email)  # deleted ones keep theirs
    for address, code in (("x@elsewhere.example", "foreign_domain"), ("x", "bad_address"), ("x y@kk.example", "bad_address")):
        with pytest.raises(Refused) as caught:
            await exchange.address_free(address)
        assert caught.value.code == code


async def test_an_address_given_up_a_moment_ago_is_held(exchange: Exchange, key: str) -> None:
    made = await exchange.create_list(NYT, key)
    await exchange.withdraw_list(made.id, key)
    await exchange.withdraw_list(made.id, key)
    assert await exchange.address_free(NYT.email)
    with pytest.raises(Conflict) as caught:
        await exchange.create_list(NYT, f"{key} again")
    assert caught.value.code == "address_held"


async def test_only_what_was_made_under_the_key_is_withdrawn(exchange: Exchange, key: str) -> None:
    for withdraw, other in ((exchange.withdraw_list, "barsel-info@kk.example"), (exchange.withdraw_mailbox, "faktura@kk.example")):
        with pytest.raises(Conflict) as caught:
            await withdraw(other, key)
        assert caught.value.code == "not_ours"


async def test_owners_are_changed_without_losing_the_others(exchange: Exchange) -> None:
    assert [one.id for one in await exchange.set_owners("barsel-info@kk.example", add=[OLE.id])] == [BIRTHE.id, OLE.id]
    assert [one.id for one in await exchange.set_owners("barsel-info@kk.example", add=[OLE.id], remove=[METTE.id])] == [BIRTHE.id, OLE.id]
    assert [one.id for one in await exchange.set_owners("barsel-info@kk.example", add=[SOFIE.email], remove=[BIRTHE.email])] == [
        OLE.id,
        SOFIE.id,
    ]
    with pytest.raises(Refused) as caught:
        await exchange.set_owners("barsel-info@kk.example", remove=[OLE.id, SOFIE.id])
    assert caught.value.code == "last_owner"


@pytest.mark.parametrize(("name", "code"), [("Alle medarbejdere", "synced"), ("Alle på Servicedesk (automatisk)", "dynamic")])
async def test_lists_that_cannot_be_changed_here(exchange: Exchange, name: str, code: str) -> None:
    one = await exchange.list_named(name)
    for change in (
        exchange.add_members(one.id, [OLE.id]),
        exchange.remove_members(one.id, [OLE.id]),
        exchange.set_owners(one.id, add=[OLE.id]),
    ):
        with pytest.raises(Refused) as caught:
            await change
        assert caught.value.code == code


async def test_automatic_replies(exchange: Exchange) -> None:
    assert (await exchange.auto_reply("kantinen@kk.example")).inside == "Kantinen holder lukket mellem jul og nytår."
    starts = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    reply = AutoReply(
        state="scheduled",
        inside="Hej <alle> & velkommen\n\n  Vi er væk ",
        outside="Vi er væk",
        audience="known",
        starts=starts,
        ends=starts + timedelta(days=3),
    )
    found = await exchange.set_auto_reply("faktura@kk.example", reply)
    assert (found.inside, found.starts, found.ends, found.audience) == ("Hej <alle> & velkommen\n\nVi er væk", starts, reply.ends, "known")
    assert (await exchange.set_auto_reply("faktura@kk.example", AutoReply(state="off"))).state == "off"
    with pytest.raises(Refused) as caught:
        await exchange.set_auto_reply("faktura@kk.example", AutoReply(state="scheduled"))
    assert caught.value.code == "no_times"
    with pytest.raises(Refused) as caught:
        await exchange.set_auto_reply("faktura@kk.example", reply.model_copy(update={"ends": starts - timedelta(hours=1)}))
    assert caught.value.code == "rule"


async def test_the_lists_somebody_owns(exchange: Exchange) -> None:
    owned = await exchange.lists_owned_by(BIRTHE.id)
    assert "Barsel Info" in {one.name for one in owned}
    for one in owned:
        assert BIRTHE.id in {owner.id for owner in await exchange.owners(one.id)}
    with pytest.raises(NotFound):
        await exchange.lists_owned_by("00000000-0000-4000-8000-00000000ffff")


async def test_who_owns_a_team(exchange: Exchange) -> None:
    teams = [one for one in await exchange.all_names() if one.kind == "team"]
    for one in teams:
        assert await exchange.team_owners(one.id)
    with pytest.raises(NotFound):
        await exchange.team_owners((await exchange.list_named("Barsel Info")).id)


async def test_a_mailbox_keeps_its_owner_and_tells_what_lies_in_it(office: World, exchange: Exchange, key: str) -> None:
    draft = MailboxDraft(name="Barsel Ejet", email="barsel.ejet@kk.example", owner=BIRTHE.id)
    made = await exchange.create_mailbox(draft, key)
    assert made.owner == BIRTHE.id
    assert (await exchange.mailbox(made.id)).owner == BIRTHE.id
    assert await exchange.items(made.id) == 0
    await office.switch(exchange_items=3)
    assert await exchange.items(made.id) == 3
    await office.switch(exchange_denied=["Get-MailboxStatistics"])
    assert await exchange.items(made.id) is None
