"""The wire of the Exchange endpoint: who may come in, five ways to say no, rows with sidecars, pages, batches."""

import asyncio
import json
import uuid
from typing import Any

import pytest

from simulators.world import TENANT
from tests.simulators.exchange_office import ADMIN, BYPASS, OUTLOOK, WARNINGS, Office, command

DOMAINS = command("Get-AcceptedDomain")


async def test_only_a_token_for_this_audience_opens_the_door(office: Office) -> None:
    path = f"{ADMIN}/InvokeCommand"
    assert (await office.call("POST", path, json=DOMAINS)).status == 401
    graph = await office.bearer("https://graph.microsoft.com/.default")
    assert (await office.call("POST", path, json=DOMAINS, headers=graph)).status == 401
    assert (await office.call("POST", path, json=DOMAINS, headers={"Authorization": "Bearer x.y.z"})).status == 401
    assert (await office.post(path, DOMAINS)).status == 200


async def test_an_app_without_consent(office: Office) -> None:
    await office.turn(roles=[])
    found = await office.cmd("Get-AcceptedDomain")
    assert (found.status, found.body) == (401, b"User is not allowed to call the cmdlets.")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{ADMIN}/InvokeCommand", 405),
        ("POST", f"/exchange/adminapi/v1.0/{TENANT}/InvokeCommand", 405),
        ("POST", "/exchange/adminapi/beta/00000000-0000-4000-8000-000000000000/InvokeCommand", 404),
        ("POST", f"/exchange/adminapi/beta/{TENANT}/Mailbox", 404),
        ("POST", "/exchange/adminapi/beta/kk.onmicrosoft.com/InvokeCommand", 200),
    ],
)
async def test_addresses(office: Office, method: str, path: str, status: int) -> None:
    assert (await office.call(method, path, json=DOMAINS, headers=await office.bearer(OUTLOOK))).status == status


@pytest.mark.parametrize("cmdlet", ["Get-Mailboxes", "Remove-Item", "Add-DistributionGroupMember"])
async def test_no_role_or_no_such_cmdlet_is_a_403_of_nul_bytes(office: Office, cmdlet: str) -> None:
    await office.turn(denied=["add-distributiongroupmember"])
    found = await office.cmd(cmdlet, Identity="barsel-info", Member="ole.bang@kk.example")
    assert found.status == 403
    assert found.headers["Content-Encoding"] == "gzip"
    assert set(found.body) == {0}


@pytest.mark.parametrize("body", [None, [], {}, {"CmdletInput": None}, {"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": None}}])
async def test_bodies_that_are_no_command(office: Office, body: object) -> None:
    found = await office.post(f"{ADMIN}/InvokeCommand", body)
    assert found.status == 400
    assert "CmdletInput" in found.refusal[1]


async def test_names_of_cmdlets_and_parameters_are_read_without_case(office: Office) -> None:
    assert len((await office.cmd("get-DISTRIBUTIONgroup", iDENTITY="barsel-info")).rows) == 1


@pytest.mark.parametrize(
    ("parameters", "kind", "part"),
    [
        ({"Colour": "red"}, "AmbiguousParameterSetException", "Invalid cmdlet parameters specified. Colour"),
        ({"Identity": "x", "Anr": "x"}, "AmbiguousParameterSetException", "Parameter set cannot be resolved"),
        ({"RecipientTypeDetails": "Postkasse"}, "ParameterTransformationException", "SharedMailbox"),
        ({"ResultSize": "many"}, "ParameterTransformationException", "ResultSize"),
        ({"Identity": {"a": 1}}, "ParameterTransformationException", "Identity"),
        ({"Filter": "Name -eq"}, "ParameterBindingException", "Invalid filter syntax"),
        ({"Filter": "Shoe -eq '44'"}, "ParameterBindingException", "not a recognized filterable property"),
        ({"Identity": "nobody@kk.example"}, "ManagementObjectNotFoundException", "couldn't be found on"),
    ],
)
async def test_refusals_of_a_look_up(office: Office, parameters: dict[str, object], kind: str, part: str) -> None:
    found = await office.cmd("Get-Recipient", **parameters)
    assert found.status in {400, 404}
    assert found.refusal[0] == kind
    assert part in found.refusal[1]
    assert found.headers["X-ExceptionType"] == kind


@pytest.mark.parametrize("shape", [1, 2, 3])
async def test_each_shape_of_an_error_tells_the_same(office: Office, shape: int) -> None:
    await office.turn(error_shape=shape)
    found = await office.cmd("Get-Mailbox", Identity="nobody")
    assert found.refusal[0] == "ManagementObjectNotFoundException"
    error = found.json["error"]
    assert ("details" in error) == (shape < 3)
    assert (error["innererror"]["internalexception"]["message"] == found.refusal[1]) == (shape == 3)
    if shape == 2:
        assert set(json.loads(error["details"][0]["message"])) == {"Message", "TypeName", "StackTrace", "InnerError"}


async def test_a_parameter_that_the_role_hides_is_unknown(office: Office) -> None:
    await office.turn(hidden_parameters=["BypassSecurityGroupManagerCheck"])
    found = await office.cmd("Add-DistributionGroupMember", Identity="barsel-info", Member="ole.bang@kk.example", **BYPASS)
    assert found.refusal[0] == "AmbiguousParameterSetException"


async def test_odd_types_have_sidecars_and_numbers_are_texts(office: Office) -> None:
    row = await office.one("Get-Mailbox", Identity="faktura@kk.example")
    assert row["Guid@data.type"] == "System.Guid"
    assert str(uuid.UUID(row["Guid"])) == row["Guid"]
    assert row["EmailAddresses@odata.type"] == "#Collection(String)"
    assert row["EmailAddresses"] == ["SMTP:faktura@kk.example"]
    assert row["ProhibitSendReceiveQuota"] == "50 GB (53,687,091,200 bytes)"
    assert row["WhenCreatedUTC"].endswith("+00:00")
    assert row["IsShared"] is True


async def test_select_leaves_the_rest_out(office: Office) -> None:
    path = f"{ADMIN}/InvokeCommand?$select=Alias,guid"
    (row,) = (await office.post(path, command("Get-Mailbox", Identity="faktura@kk.example"))).rows
    assert set(row) == {"Alias", "Guid", "Guid@data.type", "Guid@odata.type"}


async def test_a_thousand_and_a_warning(office: Office) -> None:
    found = await office.cmd("Get-DistributionGroupMember", Identity="alle-leverandoerer")
    assert len(found.rows) == 1000
    assert "increase the value for the ResultSize parameter" in found.warnings[0]
    assert found.headers["X-Warnings"]
    few = await office.cmd("Get-DistributionGroup", ResultSize=3)
    assert (len(few.rows), len(few.warnings)) == (3, 1)


async def test_pages_are_fetched_by_post_with_the_same_body(office: Office) -> None:
    body = command("Get-DistributionGroupMember", Identity="alle-leverandoerer", ResultSize="Unlimited")
    page = await office.post(f"{ADMIN}/InvokeCommand?$select=Name", body, Prefer="odata.maxpagesize=500")
    names, link = [row["Name"] for row in page.rows], page.json["@odata.nextLink"]
    assert (await office.call("GET", link, headers=await office.bearer())).status == 405
    other = await office.post(link, command("Get-DistributionGroup", ResultSize="Unlimited"))
    assert "Expired or Invalid pagination request" in other.refusal[1]
    while link:
        page = await office.post(link, body, Prefer="odata.maxpagesize=500")
        assert set(page.rows[0]) == {"Name"}
        names += [row["Name"] for row in page.rows]
        link = page.json.get("@odata.nextLink")
    assert len(names) == len(set(names)) == 1209
    assert page.warnings == []


async def test_a_page_that_lands_on_another_server(office: Office) -> None:
    body = command("Get-DistributionGroup", ResultSize="Unlimited")
    page = await office.post(f"{ADMIN}/InvokeCommand", body, Prefer="odata.maxpagesize=20")
    await office.turn(affinity_lost=True)
    found = await office.post(page.json["@odata.nextLink"], body)
    assert (found.status, found.refusal[1]) == (400, "Expired or Invalid pagination request. Default Expiry time is 00:30:00")


async def test_too_many_at_once_are_told_so_in_plain_text(office: Office) -> None:
    await office.turn(latency_seconds=0.2, retry_after=7)
    await office.bearer()
    found = await asyncio.gather(*(office.cmd("Get-AcceptedDomain") for _ in range(5)))
    assert sorted(one.status for one in found) == [200, 200, 200, 429, 429]
    no = next(one for one in found if one.status == 429)
    assert no.body.startswith(b"You have reached the maximum number of concurrent requests per tenant")
    assert no.headers["Retry-After"] == "7"
    assert max(int(one.headers["X-ConcurrencyCount"]) for one in found if one.status == 200) == 3
    await office.turn(retry_after=None)
    found = await asyncio.gather(*(office.cmd("Get-AcceptedDomain") for _ in range(4)))
    assert "Retry-After" not in next(one for one in found if one.status == 429).headers


async def test_too_many_in_a_while(office: Office) -> None:
    await office.turn(rate_limit=2)
    found = [await office.cmd("Get-AcceptedDomain") for _ in range(3)]
    assert [one.status for one in found] == [200, 200, 429]
    assert found[1].headers["Rate-Limit-Remaining"] == "0"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429, 500, 502, 503, 504])
async def test_injected_statuses_look_like_exchange(office: Office, status: int) -> None:
    await office.control("faults", path="/exchange", match="Get-AcceptedDomain", status=status, times=1)
    found = await office.cmd("Get-AcceptedDomain")
    assert found.status == status
    if status in {400, 404, 409, 500}:
        assert found.refusal[1]
    elif status in {502, 503, 504}:
        assert found.body.startswith(b"<html>")
    assert (await office.cmd("Get-AcceptedDomain")).status == 200


async def test_a_cmdlet_that_only_warns_does_nothing(office: Office) -> None:
    await office.turn(only_warns=["set-mailbox"])
    found = await office.cmd("Set-Mailbox", Identity="faktura@kk.example", DisplayName="Ny")
    assert (found.status, found.json["value"], len(found.warnings)) == (200, None, 1)
    assert (await office.one("Get-Mailbox", Identity="faktura@kk.example"))["DisplayName"] == "Faktura"


async def test_pure_writes_answer_an_empty_list_or_nothing(office: Office) -> None:
    found = await office.cmd("Set-Mailbox", Identity="faktura@kk.example", DisplayName="Fakturaer")
    assert (found.status, found.json["value"], found.json[WARNINGS]) == (200, [], [])
    await office.turn(no_content=True)
    found = await office.cmd("Set-Mailbox", Identity="faktura@kk.example", DisplayName="Fakturaer 2")
    assert (found.status, found.body) == (204, b"")


async def test_the_journal_has_the_writes_alone_with_their_key(office: Office) -> None:
    await office.cmd("Get-Mailbox", Identity="faktura@kk.example")
    await office.cmd("Set-Mailbox", Identity="faktura@kk.example", CustomAttribute1="nøgle-1")
    await office.cmd("New-DistributionGroup", Name="Ny", Alias="ny", ManagedBy=["birthe.holm@kk.example"], Notes="nøgle-2")
    lines = await office.journal()
    assert [(line["key"], line["status"]) for line in lines] == [("nøgle-1", 200), ("nøgle-2", 200)]
    assert lines[0]["body"]["CmdletInput"]["CmdletName"] == "Set-Mailbox"


async def batch(office: Office, *bodies: object) -> list[dict[str, object]]:
    parts = [{"id": str(n), "method": "POST", "url": f"{ADMIN}/InvokeCommand", "body": body} for n, body in enumerate(bodies)]
    found = await office.post(f"{ADMIN}/$batch", {"requests": parts})
    assert found.status == 200, found.body
    answers: list[dict[str, object]] = found.json["responses"]
    return answers


async def test_each_part_of_a_batch_stands_alone(office: Office) -> None:
    await office.turn(part_throttle=1)
    add = command("Add-DistributionGroupMember", Identity="barsel-info", Member="ole.bang@kk.example", **BYPASS)
    found = await batch(office, add, add, add, command("Get-Nothing"))
    assert [one["status"] for one in found] == [429, 200, 400, 403]
    assert "concurrent requests" in str(found[0]["body"])
    assert len(await office.journal()) == 1


async def test_batches_that_are_none(office: Office) -> None:
    wrong: list[list[Any]] = [[], [{"id": "1"}, {"id": "1"}], [{"id": str(n)} for n in range(11)], ["x"], [{}]]
    for parts in wrong:
        assert (await office.post(f"{ADMIN}/$batch", {"requests": parts})).status == 400
    found = await office.post(f"{ADMIN}/$batch", {"requests": [{"id": "1", "method": "GET", "url": f"{ADMIN}/InvokeCommand"}]})
    assert found.json["responses"][0]["status"] == 404


@pytest.mark.parametrize(
    ("endpoint", "body", "status"),
    [
        ("Mailbox", command("Get-Mailbox", Identity="faktura@kk.example"), 200),
        ("AcceptedDomain", DOMAINS, 200),
        ("DistributionGroupMember", command("Get-DistributionGroupMember", Identity="revision"), 200),
        ("Mailbox", command("Set-Mailbox", Identity="faktura@kk.example", DisplayName="x"), 400),
        ("Mailbox", command("New-Mailbox", Shared=True, Name="x"), 400),
        ("InvokeCommand", DOMAINS, 404),
    ],
)
async def test_the_documented_interface_does_little(office: Office, endpoint: str, body: object, status: int) -> None:
    assert (await office.post(f"/exchange/adminapi/v2.0/{TENANT}/{endpoint}", body)).status == status
