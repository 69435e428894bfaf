"""What the cmdlets do and refuse: mailboxes, permissions, lists and their members."""

from typing import Any

import pytest

from tests.simulators.exchange_office import BYPASS, Office

BIRTHE, SOFIE, OLE = "birthe.holm@kk.example", "sofie.lund@kk.example", "ole.bang@kk.example"
HASH = {"@odata.type": "#Exchange.GenericHashTable"}


async def orlov(office: Office, **more: Any) -> dict[str, Any]:
    return await office.one("New-Mailbox", Shared=True, Name="Barsel Orlov", Alias="barsel.orlov", **more)


async def refused(office: Office, cmdlet: str, **parameters: Any) -> tuple[str, str]:
    found = await office.cmd(cmdlet, **parameters)
    assert found.status in {400, 404}, found.body
    return found.refusal


async def members(office: Office, identity: str) -> list[str]:
    return [
        row["PrimarySmtpAddress"]
        for row in (await office.cmd("Get-DistributionGroupMember", Identity=identity, ResultSize="Unlimited")).rows
    ]


async def test_a_shared_mailbox_is_made_and_found_by_every_name(office: Office) -> None:
    made = await orlov(office, DisplayName="Barsel Ørlov")
    assert (made["PrimarySmtpAddress"], made["DisplayName"]) == ("barsel.orlov@kk.example", "Barsel Ørlov")
    assert made["MessageCopyForSentAsEnabled"] is False
    names = (
        made["Guid"],
        made["ExternalDirectoryObjectId"],
        made["DistinguishedName"],
        "BARSEL.ORLOV",
        "barsel orlov",
        "smtp:barsel.orlov@KK.example",
    )
    for identity in names:
        assert (await office.one("Get-Mailbox", Identity=identity))["Guid"] == made["Guid"]


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [
        ({"Name": "Faktura"}, "ADObjectAlreadyExistsException"),
        ({"Name": "x", "PrimarySmtpAddress": "barsel-info@kk.example"}, "ProxyAddressExistsException"),
        ({"Name": "x", "PrimarySmtpAddress": "BHOL@kk.example"}, "ProxyAddressExistsException"),  # a second address of hers
        ({"Name": "x", "PrimarySmtpAddress": "x@elsewhere.example"}, "NotAcceptedDomainException"),
        ({"Name": "x", "PrimarySmtpAddress": "x y@kk.example"}, "DataValidationException"),
        ({"Name": "x" * 65}, "PropertyValidationException"),
        ({"Name": " x"}, "DataValidationException"),
        ({"Name": "x", "Alias": "a b"}, "DataValidationException"),
        ({"Name": "x", "Alias": "a" * 65}, "PropertyValidationException"),
        ({"Name": "x", "DisplayName": "d" * 257}, "PropertyValidationException"),
        ({"Name": ""}, "ParameterBindingException"),
        ({"Name": None}, "ParameterBindingException"),
        ({"Name": "x", "Shared": False}, "ParameterBindingException"),
        ({"Name": "x", "Shared": "yes"}, "ParameterTransformationException"),
    ],
)
async def test_mailboxes_that_are_not_made(office: Office, parameters: dict[str, Any], kind: str) -> None:
    assert (await refused(office, "New-Mailbox", **{"Shared": True, **parameters}))[0] == kind


async def test_an_address_is_made_of_the_alias_or_the_name(office: Office) -> None:
    assert (await office.one("New-Mailbox", Shared=True, Name="Øl og Vin"))["Alias"] == "ØlogVin"
    assert (await office.one("New-Mailbox", Shared=True, Name="b", Alias="köln"))["PrimarySmtpAddress"] == "koeln@kk.example"


async def test_a_new_object_is_not_seen_at_once(office: Office) -> None:
    await office.turn(replication_seconds=60)
    made = await orlov(office)
    for cmdlet, more in (
        ("Get-Mailbox", {}),
        ("Set-Mailbox", {"DisplayName": "x"}),
        ("Add-MailboxPermission", {"User": OLE, "AccessRights": "FullAccess"}),
    ):
        assert (await refused(office, cmdlet, Identity=made["Guid"], **more))[0] == "ManagementObjectNotFoundException"
    assert (await refused(office, "New-Mailbox", Shared=True, Name="z", Alias="barsel.orlov"))[0] == "ProxyAddressExistsException"
    await office.turn(replication_seconds=0)
    assert (await office.one("Get-Mailbox", Identity=made["Guid"]))["Name"] == "Barsel Orlov"


async def test_no_identity_is_everything(office: Office) -> None:
    everything = len((await office.cmd("Get-DistributionGroup")).rows)
    assert everything >= 60
    for identity in (None, "", "  "):
        assert len((await office.cmd("Get-DistributionGroup", Identity=identity)).rows) == everything
    assert len((await office.cmd("Get-Mailbox", RecipientTypeDetails="SharedMailbox")).rows) >= 25


async def test_an_identity_may_fit_several(office: Office) -> None:
    await office.one("New-Mailbox", Shared=True, Name="tvilling", Alias="x1")
    await office.one("New-Mailbox", Shared=True, Name="andet", Alias="tvilling", PrimarySmtpAddress="x2@kk.example")
    kind, sentence = await refused(office, "Get-Mailbox", Identity="tvilling")
    assert kind == "ManagementObjectNotFoundException"
    assert "matches multiple entries" in sentence


async def test_a_deleted_mailbox_keeps_its_address(office: Office) -> None:
    made = await orlov(office)
    await office.cmd("Remove-Mailbox", Identity=made["Guid"], Confirm=False)
    assert (await refused(office, "Get-Mailbox", Identity=made["Guid"]))[0] == "ManagementObjectNotFoundException"
    assert (await refused(office, "New-Mailbox", Shared=True, Name="Ny", Alias="barsel.orlov"))[0] == "WLCDManagedMemberExistsException"
    assert len((await office.cmd("Get-Mailbox", Identity="barsel.orlov@kk.example", SoftDeletedMailbox=True)).rows) == 1


async def test_an_address_that_was_just_given_up_is_held_for_a_while(office: Office) -> None:
    await office.cmd("Remove-DistributionGroup", Identity="tom-liste", Confirm=False, **BYPASS)
    new = {"Name": "Ny", "PrimarySmtpAddress": "tom-liste@kk.example", "ManagedBy": [BIRTHE]}
    assert (await refused(office, "New-DistributionGroup", **new))[0] == "WLCDManagedMemberExistsException"
    await office.turn(release_seconds=0)
    assert (await office.one("New-DistributionGroup", **new))["PrimarySmtpAddress"] == "tom-liste@kk.example"


async def test_addresses_are_replaced_added_and_removed(office: Office) -> None:
    await office.cmd("Set-Mailbox", Identity="faktura", EmailAddresses={**HASH, "Add": ["smtp:regning@kk.example"]})
    assert (await office.one("Get-Mailbox", Identity="regning@kk.example"))["EmailAddresses"] == [
        "SMTP:faktura@kk.example",
        "smtp:regning@kk.example",
    ]
    await office.cmd("Set-Mailbox", Identity="faktura", EmailAddresses=["SMTP:regning@kk.example"])
    assert (await office.one("Get-Mailbox", Identity="faktura"))["EmailAddresses"] == ["SMTP:regning@kk.example"]
    assert (await refused(office, "Set-Mailbox", Identity="dpo", EmailAddresses={**HASH, "Add": ["regning@kk.example"]}))[
        0
    ] == "ProxyAddressExistsException"
    assert (await refused(office, "Set-Mailbox", Identity="dpo", EmailAddresses={**HASH, "Plus": []}))[
        0
    ] == "ParameterTransformationException"


async def test_a_change_that_changes_nothing_is_a_warning(office: Office) -> None:
    found = await office.cmd("Set-Mailbox", Identity="faktura", DisplayName="Faktura")
    assert found.warnings == ["The command completed successfully but no settings of 'Faktura' have been modified."]


async def test_full_access(office: Office) -> None:
    entry = {"Identity": "faktura", "User": OLE, "AccessRights": ["FullAccess"]}
    assert (await office.cmd("Add-MailboxPermission", **entry, InheritanceType="All", AutoMapping=True)).warnings == []
    assert "already present" in (await office.cmd("Add-MailboxPermission", **entry)).warnings[0]
    rows = (await office.cmd("Get-MailboxPermission", Identity="faktura")).rows
    assert [row["User"] for row in rows] == ["NT AUTHORITY\\SELF", SOFIE, "henrik.dahl@kk.example", OLE]
    assert (await office.cmd("Remove-MailboxPermission", **entry, Confirm=False)).warnings == []
    assert "doesn't exist" in (await office.cmd("Remove-MailboxPermission", **entry, Confirm=False)).warnings[0]
    assert (await office.cmd("Get-MailboxPermission", Identity="faktura", User=OLE)).rows == []


async def test_a_denying_entry_is_another_one(office: Office) -> None:
    entry = {"Identity": "faktura", "User": OLE, "AccessRights": ["FullAccess"]}
    await office.cmd("Add-MailboxPermission", **entry, Deny=True)
    assert len((await office.cmd("Remove-MailboxPermission", **entry)).warnings) == 1
    assert (await office.cmd("Remove-MailboxPermission", **entry, Deny=True)).warnings == []


async def test_five_hundred_entries_are_the_end(office: Office) -> None:
    table = office.simulation.store.table("exchange", "access")
    guid = (await office.one("Get-Mailbox", Identity="faktura"))["Guid"]
    table[guid] = {"rows": [{"who": str(n), "rights": ["FullAccess"], "deny": False} for n in range(500)]}
    assert (await refused(office, "Add-MailboxPermission", Identity="faktura", User=OLE, AccessRights="FullAccess"))[
        0
    ] == "RecipientTaskException"


async def test_send_as(office: Office) -> None:
    entry = {"Identity": "faktura", "Trustee": OLE, "AccessRights": ["SendAs"], "Confirm": False}
    await office.cmd("Add-RecipientPermission", **entry)
    assert OLE in [row["Trustee"] for row in (await office.cmd("Get-RecipientPermission", Identity="faktura")).rows]
    await office.cmd("Remove-RecipientPermission", **entry)
    assert OLE not in [row["Trustee"] for row in (await office.cmd("Get-RecipientPermission", Identity="faktura")).rows]
    wrong = {**entry, "AccessRights": ["SendOnBehalf"]}
    assert (await refused(office, "Add-RecipientPermission", **wrong))[0] == "ParameterTransformationException"
    assert (await refused(office, "Add-RecipientPermission", **{**entry, "Trustee": "ekstern-0001"}))[0] == "RecipientTaskException"


async def test_send_on_behalf_is_a_property_and_an_array_replaces_it(office: Office) -> None:
    await office.cmd("Set-Mailbox", Identity="licenser", GrantSendOnBehalfTo={**HASH, "Add": [OLE]})
    assert (await office.one("Get-Mailbox", Identity="licenser"))["GrantSendOnBehalfTo"] == ["Jens Kjær", "Ole Bang"]
    await office.cmd("Set-Mailbox", Identity="licenser", GrantSendOnBehalfTo=[SOFIE])
    assert (await office.one("Get-Mailbox", Identity="licenser"))["GrantSendOnBehalfTo"] == ["Sofie Lund"]


async def test_automatic_replies(office: Office) -> None:
    reply = {"Identity": "faktura", "AutoReplyState": "Enabled", "InternalMessage": "Vi svarer senere", "ExternalMessage": ""}
    await office.cmd("Set-MailboxAutoReplyConfiguration", **reply)
    row = await office.one("Get-MailboxAutoReplyConfiguration", Identity="faktura")
    assert (row["AutoReplyState"], row["InternalMessage"]) == ("Enabled", "<html>\n<body>\nVi svarer senere\n</body>\n</html>\n")
    past = {"AutoReplyState": "Scheduled", "StartTime": "2020-01-01T00:00:00", "EndTime": "2020-01-02T00:00:00"}
    assert "future" in (await refused(office, "Set-MailboxAutoReplyConfiguration", Identity="faktura", **past))[1]
    back = {**past, "EndTime": "2019-01-02T00:00:00+01:00"}
    assert "later than the start" in (await refused(office, "Set-MailboxAutoReplyConfiguration", Identity="faktura", **back))[1]


async def test_members_come_and_go(office: Office) -> None:
    entry = {"Identity": "barsel-info", "Member": OLE}
    assert (await refused(office, "Add-DistributionGroupMember", **entry))[0] == "OperationRequiresGroupManagerException"
    await office.cmd("Add-DistributionGroupMember", **entry, **BYPASS)
    assert (await members(office, "barsel-info"))[-1] == OLE
    assert (await refused(office, "Add-DistributionGroupMember", **entry, **BYPASS))[0] == "MemberAlreadyExistsException"
    await office.cmd("Remove-DistributionGroupMember", **entry, **BYPASS, Confirm=False)
    assert (await refused(office, "Remove-DistributionGroupMember", **entry, **BYPASS))[0] == "MemberNotFoundException"
    assert len(await members(office, "barsel-info")) == 42


async def test_update_replaces_all(office: Office) -> None:
    await office.cmd("Update-DistributionGroupMember", Identity="barsel-info", Members=[OLE, SOFIE], **BYPASS)
    assert sorted(await members(office, "barsel-info")) == sorted([OLE, SOFIE])


@pytest.mark.parametrize(
    ("member", "kind", "part"),
    [
        ("team-digital-arbejdsplads", "RecipientTaskException", "not supported on GroupMailbox"),
        ("auto-servicedesk", "RecipientTaskException", "can't be a member"),
        ("svc-backup", "RecipientTaskException", "can't be a member"),
        ("barsel-info", "RecipientTaskException", "member of itself"),
        ("nobody", "ManagementObjectNotFoundException", "couldn't be found on"),
    ],
)
async def test_who_cannot_be_a_member(office: Office, member: str, kind: str, part: str) -> None:
    found = await refused(office, "Add-DistributionGroupMember", Identity="barsel-info", Member=member, **BYPASS)
    assert found[0] == kind
    assert part in found[1]


@pytest.mark.parametrize("member", ["ekstern-0001", "it-nyt", "moede-2-14", "faktura", "driftsvagt"])
async def test_who_else_can(office: Office, member: str) -> None:
    assert (await office.cmd("Add-DistributionGroupMember", Identity="barsel-info", Member=member, **BYPASS)).status == 200


@pytest.mark.parametrize(
    ("group", "kind", "part"),
    [
        ("alle-medarbejdere", "InvalidOperationInDehydratedContextException", "being synchronized from your on-premises organization"),
        ("team-digital-arbejdsplads", "RecipientTaskException", "not supported on GroupMailbox"),
        ("auto-servicedesk", "RecipientTaskException", "DynamicDistributionGroup"),
    ],
)
@pytest.mark.parametrize(
    "cmdlet", ["Add-DistributionGroupMember", "Remove-DistributionGroupMember", "Set-DistributionGroup", "Remove-DistributionGroup"]
)
async def test_groups_that_cannot_be_changed(office: Office, group: str, kind: str, part: str, cmdlet: str) -> None:
    more = {"Member": OLE} if "Member" in cmdlet else {}
    found = await refused(office, cmdlet, Identity=group, **more, **BYPASS)
    assert found[0] == kind
    assert part in found[1]


async def test_a_synced_mailbox_takes_permissions_and_no_new_name(office: Office) -> None:
    assert (await office.cmd("Add-MailboxPermission", Identity="loen-og-personale", User=OLE, AccessRights="FullAccess")).status == 200
    assert "on-premises" in (await refused(office, "Set-Mailbox", Identity="loen-og-personale", DisplayName="x"))[1]


async def test_a_list_is_made_with_its_rules(office: Office) -> None:
    row = await office.one(
        "New-DistributionGroup",
        Name="Barsel Nyt",
        Alias="barsel-nyt",
        ManagedBy=[BIRTHE],
        Members=[OLE, "it-nyt"],
        CopyOwnerToMember=True,
        Notes="k",
    )
    assert (row["MemberJoinRestriction"], row["MemberDepartRestriction"], row["RequireSenderAuthenticationEnabled"]) == (
        "Closed",
        "Open",
        True,
    )
    assert row["ManagedBy"] == ["Birthe Holm"]
    assert await members(office, "barsel-nyt") == [OLE, "it-nyt@kk.example", BIRTHE]
    assert (await office.one("Get-Group", Identity="barsel-nyt"))["Notes"] == "k"


async def test_owners_are_replaced_by_an_array_and_changed_by_a_hash_table(office: Office) -> None:
    async def set_owners(change: object) -> list[str]:
        found = await office.cmd("Set-DistributionGroup", Identity="barsel-info", ManagedBy=change, **BYPASS)
        assert found.status == 200, found.body
        owners: list[str] = (await office.one("Get-DistributionGroup", Identity="barsel-info"))["ManagedBy"]
        return owners

    assert await set_owners({**HASH, "Add": [OLE]}) == ["Birthe Holm", "Ole Bang"]
    assert await set_owners({**HASH, "Remove": [BIRTHE]}) == ["Ole Bang"]
    assert await set_owners([SOFIE]) == ["Sofie Lund"]
    for wrong in ([], ["ekstern-0001"], ["it-nyt"]):
        found = await refused(office, "Set-DistributionGroup", Identity="barsel-info", ManagedBy=wrong, **BYPASS)
        assert found[0] == "RecipientTaskException"
    assert await set_owners(["driftsvagt"]) == ["Driftsvagt"]  # a mail-enabled security group may


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("DisplayName -like 'barsel*'", {"Barsel Info", "Barsel Vikarer"}),
        ("(Alias -eq 'it-nyt') -or (Alias -eq 'dpo')", {"IT-nyt", "DPO"}),
        (
            "DisplayName -like '*nyt*' -and -not (DisplayName -like '*-nyt*') -and Alias -ne 'kantinenyt'",
            {"Driftsnyt", "Nyt fra Direktionen", "Regnskabsnyt", "Økonominyt"},
        ),
        ("EmailAddresses -eq 'smtp:barselinfo@kk.example'", {"Barsel Info"}),
        ("Name -eq 'O''Hara'", set()),
        ("IsDirSynced -eq $true -and RecipientTypeDetails -eq 'SharedMailbox'", {"Løn og Personale"}),
    ],
)
async def test_filters(office: Office, text: str, names: set[str]) -> None:
    assert {row["DisplayName"] for row in (await office.cmd("Get-Recipient", Filter=text)).rows} == names


async def test_the_lists_of_somebody_by_dn(office: Office) -> None:
    dn = (await office.one("Get-Recipient", Identity="ring-1"))["DistinguishedName"]
    assert [row["Alias"] for row in (await office.cmd("Get-DistributionGroup", Filter=f"Members -eq '{dn}'")).rows] == ["ring-2"]
    owner = await office.cmd("Get-DistributionGroup", ManagedBy="mette.friis@kk.example")
    assert "databeskyttelse-liste" in [row["Alias"] for row in owner.rows]


async def test_anr_finds_beginnings_and_two_names(office: Office) -> None:
    assert {row["DisplayName"] for row in (await office.cmd("Get-Recipient", Anr="bir hol")).rows} == {"Birthe Holm"}
    assert "IT-nyt" in {row["DisplayName"] for row in (await office.cmd("Get-DistributionGroup", Anr="it-")).rows}


async def test_dynamic_lists_are_worked_out(office: Office) -> None:
    rows = (await office.cmd("Get-DynamicDistributionGroupMember", Identity="auto-servicedesk")).rows
    assert len(rows) >= 18
    assert {row["Department"] for row in rows} == {"Servicedesk"}
    assert (await refused(office, "Get-DistributionGroupMember", Identity="auto-servicedesk"))[0] == "ManagementObjectNotFoundException"


async def test_microsoft_365_groups_come_only_when_they_are_asked_for(office: Office) -> None:
    kinds = {row["RecipientTypeDetails"] for row in (await office.cmd("Get-Recipient", ResultSize="Unlimited")).rows}
    assert "GroupMailbox" not in kinds
    assert "User" not in kinds
    assert len((await office.cmd("Get-Recipient", RecipientTypeDetails=["GroupMailbox"])).rows) == 2


async def test_a_read_of_members_may_be_behind(office: Office) -> None:
    await office.turn(stale_seconds=60)
    await office.cmd("Add-DistributionGroupMember", Identity="barsel-info", Member=OLE, **BYPASS)
    gone = (await members(office, "barsel-info"))[0]
    await office.cmd("Remove-DistributionGroupMember", Identity="barsel-info", Member=gone, **BYPASS)
    seen = await members(office, "barsel-info")
    assert OLE not in seen
    assert gone in seen
