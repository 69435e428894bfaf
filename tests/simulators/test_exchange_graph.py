"""Lists through Graph: read-only, some seconds behind, dynamic ones not at all."""

from tests.simulators.exchange_office import BYPASS, Office

OLE = "ole.bang@kk.example"


async def found(office: Office, path: str, **params: str) -> list[dict[str, object]]:
    reply = await office.graph(path, params={f"${name}": text for name, text in params.items()}, headers={"ConsistencyLevel": "eventual"})
    assert reply.status == 200, reply.body
    rows: list[dict[str, object]] = reply.json["value"]
    return rows


async def group(office: Office, alias: str) -> str:
    (row,) = await found(office, "groups", filter=f"mailNickname eq '{alias}'")
    return str(row["id"])


async def test_a_list_is_mail_enabled_and_has_no_types(office: Office) -> None:
    identity = await group(office, "barsel-info")
    row = (await office.graph(f"groups/{identity}")).json
    assert (row["mailEnabled"], row["securityEnabled"], row["groupTypes"]) == (True, False, [])
    assert (await office.one("Get-DistributionGroup", Identity="barsel-info"))["ExternalDirectoryObjectId"] == identity
    (team,) = await found(office, "groups", filter="groupTypes/any(c:c eq 'Unified') and startswith(displayName,'Team')")
    assert team["displayName"] == "Team Digital Arbejdsplads"
    assert {row["displayName"] for row in await found(office, "groups", search='"displayName:barsel"')} == {"Barsel Info", "Barsel Vikarer"}


async def test_members_have_types_and_owners_do_not_come_through(office: Office) -> None:
    it = await group(office, "alle-koncern-it")
    kinds = {row["@odata.type"] for row in await found(office, f"groups/{it}/members", top="999")}
    assert kinds == {"#microsoft.graph.user", "#microsoft.graph.group"}
    inside = await found(office, f"groups/{it}/transitiveMembers", top="999", select="id,displayName")
    assert len(inside) > 80
    assert set(inside[0]) == {"@odata.type", "id", "displayName"}
    assert await found(office, f"groups/{it}/owners") == []
    contacts = await found(office, f"groups/{await group(office, 'alle-leverandoerer')}/members", top="999")
    assert "#microsoft.graph.orgContact" in {row["@odata.type"] for row in contacts}


async def test_graph_is_behind_exchange(office: Office) -> None:
    identity = await group(office, "barsel-info")
    await office.turn(graph_seconds=60)
    await office.cmd("Add-DistributionGroupMember", Identity="barsel-info", Member=OLE, **BYPASS)
    await office.one("New-DistributionGroup", Name="Helt ny", Alias="helt-ny", ManagedBy=[OLE])
    assert OLE not in {row["mail"] for row in await found(office, f"groups/{identity}/members")}
    assert await found(office, "groups", filter="mailNickname eq 'helt-ny'") == []
    await office.turn(graph_seconds=0)
    assert OLE in {row["mail"] for row in await found(office, f"groups/{identity}/members")}
    assert len(await found(office, "groups", filter="mailNickname eq 'helt-ny'")) == 1


async def test_what_somebody_is_on(office: Office) -> None:
    direct = {row["displayName"] for row in await found(office, "users/amir.haddad@kk.example/memberOf")}
    every = {row["displayName"] for row in await found(office, "users/amir.haddad@kk.example/transitiveMemberOf")}
    assert "Alle i Servicedesk" in direct
    assert "Alle i Koncern IT" in every - direct
    assert "Alle på Servicedesk (automatisk)" not in every
    await office.control("settings", graph_roles=["User.Read.All"])
    office.tokens.clear()
    rows = (await office.graph("users/amir.haddad@kk.example/memberOf")).json["value"]
    assert all(set(row) == {"@odata.type", "id"} for row in rows)
    assert (await office.graph("groups")).status == 403


async def test_lists_are_read_only(office: Office) -> None:
    new = {"displayName": "x", "mailEnabled": True, "mailNickname": "x", "securityEnabled": False, "groupTypes": []}
    found_no = await office.graph("groups", "POST", json=new)
    assert found_no.status == 400
    assert found_no.json["error"]["message"] == "Cannot Create a mail-enabled security groups and or distribution list."
    identity = await group(office, "barsel-info")
    for method, path in (("POST", f"groups/{identity}/members/$ref"), ("PATCH", f"groups/{identity}")):
        reply = await office.graph(path, method, json={})
        assert reply.json["error"]["message"] == "Cannot Update a mail-enabled security groups and or distribution list."
    assert (await office.graph("groups", "POST", json={**new, "mailEnabled": False})).status == 403


async def test_hidden_membership_and_groups_that_are_not_there(office: Office) -> None:
    hidden = await group(office, "revision")
    assert (await office.graph(f"groups/{hidden}/members")).status == 403
    assert (await office.graph("groups/00000000-0000-4000-8000-000000000001")).status == 404
    assert (await office.graph(f"groups/{hidden}/nothing")).status == 404
    assert (await office.graph("groups?$filter=shoe eq '44'")).status == 400
