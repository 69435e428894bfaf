"""eDoc's door, its cases, and who may see and change them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.simulators.graph_edoc_world import AUTHKEY, RPC, World, running

LICENCES, LIKE_IT, HIDDEN, READ_ONLY, CLOSED, CANCELLED, NO_CODES = (
    "2026-0012345",
    "2026-0012346",
    "2026-0012399",
    "2026-0012310",
    "2026-0008120",
    "2026-0010042",
    "2018-0001177",
)
CODES = [{"ArchiveCode": "85.15.03", "ArchiveType": "KLE", "Sort": 1}, {"ArchiveCode": "G01", "ArchiveType": "Facet", "Sort": 2}]
NEW: dict[str, Any] = {
    "Title": "Adgang til bookingsystem",
    "Status": "recno:5",
    "ArchiveCodes": CODES,
    "ResponsiblePersonEmail": "birthe.holm@kk.example",
}
METTE, SOFIE, LISE = "kk\\mfri", "kk\\slun", "kk\\lwin"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running() as one:
        yield one


async def numbers(world: World, login: str | None = "kk\\bhol", **parameter: Any) -> list[str]:
    return [case["CaseNumber"] for case in (await world.edoc("CaseService/GetCases", login, **parameter))["Cases"]]


def reason(answer: dict[str, Any]) -> str:
    """What a reader makes of a failure: the text between the exception's name and the statement."""
    assert answer["Successful"] is False
    return str(answer["ErrorMessage"]).rpartition("Exception:")[2].partition("<operation>")[0].strip()


async def refused(world: World, operation: str, login: str | None = "kk\\bhol", **parameter: Any) -> str:
    return reason(await world.edoc(operation, login, **parameter))


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        (AUTHKEY, "", 200),
        ({"Authorization": "AuthKey simulator", "clientid": "kollega"}, "", 200),
        ({}, "?authkey=simulator", 200),
        ({}, "", 401),
        ({}, "?authkey=wrong", 401),
        ({"Authorization": "authkey wrong", "clientid": "kollega"}, "", 401),
        ({"Authorization": "authkey simulator"}, "", 401),
        ({"Authorization": "Bearer simulator", "clientid": "kollega"}, "", 401),
    ],
)
async def test_the_key_opens_the_door(world: World, headers: dict[str, str], query: str, status: int) -> None:
    reply = await world.call("POST", f"{RPC}CaseService/Ping{query}", headers=headers, json={"parameter": {}})
    assert reply.status == status


async def test_every_service_answers_a_ping(world: World) -> None:
    for service in "Case Document File Support User Contact AccessGroup Project".split():
        assert (await world.edoc(f"{service}Service/Ping"))["Successful"] is True


async def test_nobody_runs_as_somebody_unknown(world: World) -> None:
    assert (await refused(world, "CaseService/Ping", "kk\\nobody")).startswith("User is not allowed to impersonate")
    await world.control("settings", edoc_impersonation=False)
    assert (await refused(world, "CaseService/Ping")).startswith("User is not allowed to impersonate")
    assert (await world.edoc("CaseService/Ping", None))["Successful"] is True


async def test_failures_are_two_hundred_with_a_stack_trace_and_the_statement(world: World) -> None:
    answer = await world.edoc("CaseService/CreateCase", Title="Hemmelig <titel>")
    assert "ENTITY='Case'" in answer["ErrorMessage"]
    assert "Hemmelig &lt;titel&gt;" in answer["ErrorMessage"]
    assert "   at SI.Biz" in answer["ErrorDetails"]


@pytest.mark.parametrize(
    ("parameter", "found"),
    [
        ({"CaseNumber": LICENCES}, [LICENCES]),
        ({"CaseNumber": "2026-001234"}, []),
        ({"CaseNumber": "2026-9999999"}, []),
        ({"Recno": 234000}, [LICENCES]),
        ({"Recno": "234000"}, [LICENCES]),
        ({"Title": "nye LICENSER til økonomi"}, [LIKE_IT]),
        ({"Title": "Nye licenser"}, []),
        ({"Title": "Nye licenser til%"}, [LICENCES, LIKE_IT]),
        ({"Title": "%ergonomi%"}, ["2026-0012391"]),
        ({"Title": "%borups alle\u0301 177"}, ["2026-0012372"]),
        ({"Title": '%"digital dag"%'}, ["2026-0012313"]),
        ({"ArchiveCode": "85.15.70"}, ["2026-0012400"]),
        ({"ExternalId": {"Id": "x", "Type": "Kollega sag"}}, []),
        ({"CaseNumber": LICENCES, "Title": "%Økonomi%"}, []),
    ],
)
async def test_cases_are_found(world: World, parameter: dict[str, Any], found: list[str]) -> None:
    assert await numbers(world, **parameter) == found


async def test_a_case_tells_what_it_is(world: World) -> None:
    (case,) = (await world.edoc("CaseService/GetCases", CaseNumber=LICENCES))["Cases"]
    assert (case["Title"], case["Status"]) == ("Nye licenser til Digital Arbejdsplads", "In process")
    assert [row["ArchiveCode"] for row in case["ArchiveCodes"]] == ["85.11.20", "Ø54"]
    assert case["ResponsiblePerson"]["Email"] == "birthe.holm@kk.example"
    assert case["URL"] == f"{world.url}/edoc/locator/DMS/Case/Details/Simplified/2?recno={case['Recno']}"
    assert case["Documents"][0]["DocumentNumber"] == f"{LICENCES}-1"


async def test_hidden_cases_are_absent_and_read_only_ones_refuse(world: World) -> None:
    assert await numbers(world, CaseNumber=HIDDEN) == []
    assert await numbers(world, None, CaseNumber=HIDDEN) == []
    assert await numbers(world, METTE, CaseNumber=HIDDEN) == [HIDDEN]
    assert HIDDEN not in await numbers(world, Title="%personalesag%")
    assert (await refused(world, "CaseService/UpdateCase", CaseNumber=HIDDEN, Title="x")).startswith(f"Case '{HIDDEN}' not found")
    assert (await world.edoc("DocumentService/GetDocuments", CaseNumber=HIDDEN))["Documents"] == []
    assert await numbers(world, CaseNumber=READ_ONLY) == [READ_ONLY]
    assert await refused(world, "CaseService/UpdateCase", CaseNumber=READ_ONLY, Title="x") == "Access denied for kk\\bhol on Case"
    assert (await world.edoc("CaseService/UpdateCase", SOFIE, CaseNumber=READ_ONLY, Title="x"))["Successful"] is True


async def test_closed_cases_are_the_archivists(world: World) -> None:
    assert (await refused(world, "CaseService/UpdateCase", CaseNumber=CLOSED, Title="x")).startswith("Case is closed")
    assert (await refused(world, "CaseService/UpdateCase", LISE, CaseNumber=CANCELLED, Title="x")).startswith("Case is cancelled")
    assert (await world.edoc("CaseService/UpdateCase", LISE, CaseNumber=CLOSED, Status="recno:5"))["Successful"] is True
    assert (await world.edoc("CaseService/UpdateCase", CaseNumber=CLOSED, UnofficialTitle=""))["Successful"] is True
    (case,) = (await world.edoc("CaseService/GetCases", CaseNumber=CLOSED))["Cases"]
    assert (case["Status"], case["UnofficialTitle"], case["Title"]) == ("In process", "", "Nye licenser 2026")


async def test_closing_needs_a_class_code(world: World) -> None:
    answer = await refused(world, "CaseService/UpdateCase", "kk\\oban", CaseNumber=NO_CODES, Status="recno:6")
    assert answer.startswith("ArchiveCodes: class code is mandatory")
    assert (await world.edoc("CaseService/UpdateCase", CaseNumber=LICENCES, Status="recno:6"))["Successful"] is True
    assert (await refused(world, "CaseService/UpdateCase", CaseNumber=LICENCES, Title="x")).startswith("Case is closed")


async def test_a_new_case_gets_the_next_number_and_is_read_back(world: World) -> None:
    first = await world.edoc(
        "CaseService/CreateCase", **NEW, ExternalId={"Id": "job-1", "Type": "Kollega sag"}, AdditionalFields=[{"x": 1}]
    )
    second = await world.edoc("CaseService/CreateCase", **NEW)
    assert int(second["CaseNumber"].partition("-")[2]) == int(first["CaseNumber"].partition("-")[2]) + 1
    assert len(first["CaseNumber"]) == len("2026-0012345")
    assert first["Recno"] != int(first["CaseNumber"].partition("-")[2])
    assert await numbers(world, ExternalId={"Id": "job-1", "Type": "Kollega sag"}) == [first["CaseNumber"]]
    assert [(line["key"], line["status"]) for line in await world.journal()] == [("job-1", 200), (None, 200)]


async def test_a_case_without_a_status_is_reserved_and_its_codes_stay(world: World) -> None:
    made = await world.edoc("CaseService/CreateCase", Title="Ny", ArchiveCodes=CODES)
    other = [{"ArchiveCode": "85.11.02", "ArchiveType": "KLE", "Sort": 1}]
    assert (await world.edoc("CaseService/UpdateCase", CaseNumber=made["CaseNumber"], ArchiveCodes=other))["ErrorMessage"] == "\n"
    (case,) = (await world.edoc("CaseService/GetCases", Recno=made["Recno"]))["Cases"]
    assert (case["Status"], [row["ArchiveCode"] for row in case["ArchiveCodes"]]) == ("Reserved", ["85.15.03", "G01"])


@pytest.mark.parametrize(
    ("change", "begins"),
    [
        ({"Title": None}, "Title: value is mandatory"),
        ({"Title": "x" * 255}, "Title: value too long"),
        ({"ArchiveCodes": None}, "ArchiveCodes: class code is mandatory"),
        ({"ArchiveCodes": CODES[:1]}, "ArchiveCodes: facet is mandatory"),
        ({"ArchiveCodes": CODES[1:]}, "ArchiveCodes: class code is mandatory"),
        ({"ArchiveCodes": [{"ArchiveCode": "85.15.05", "ArchiveType": "KLE"}]}, "ArchiveCodes: class code 85.15.05 is no longer valid"),
        ({"ArchiveCodes": [{"ArchiveCode": "12.34.56", "ArchiveType": "KLE"}]}, "ArchiveCodes: class code '12.34.56' not found"),
        ({"ArchiveCodes": [{"ArchiveCode": "1", "ArchiveType": "Emne"}]}, "ArchiveCodes: archive type 'Emne' not found"),
        ({"ResponsiblePersonEmail": "nobody@kk.example"}, "ResponsiblePerson: contact 'nobody@kk.example' not found"),
        ({"ResponsiblePersonRecno": 51001}, "ResponsiblePerson: give exactly one"),
        ({"Status": "recno:99"}, "Status: code value 'recno:99' not found"),
        ({"AccessGroup": "Personale"}, "Access Group is not a valid for the entity and subtype"),
        ({"AccessGroup": "Ukendt"}, "Access Group is not a valid for the entity and subtype"),
        ({"AccessCode": "X"}, "AccessCode: code value 'X' not found"),
        ({"Contacts": [{"Role": "recno:1", "ReferenceNumber": "nobody"}]}, "Contacts: contact 'nobody' not found"),
        ({"ArchiveCodes": "85.15.03"}, "Error converting value"),
    ],
)
async def test_new_cases_that_are_refused(world: World, change: dict[str, Any], begins: str) -> None:
    before = await numbers(world, MaxReturnedCases=1000)
    assert (await refused(world, "CaseService/CreateCase", **(NEW | change))).startswith(begins)
    assert await numbers(world, MaxReturnedCases=1000) == before


async def test_the_same_external_id_is_refused(world: World) -> None:
    identity: Any = {"ExternalId": {"Id": "job-1", "Type": "Kollega sag"}}
    assert (await world.edoc("CaseService/CreateCase", **NEW, **identity))["Successful"] is True
    assert (await refused(world, "CaseService/CreateCase", **NEW, **identity)).startswith("ExternalId already exists")
    other: Any = {"ExternalId": {"Id": "job-1", "Type": "Noget andet"}}
    assert (await world.edoc("CaseService/CreateCase", **NEW, **other))["Successful"] is True


async def test_a_restricted_case_is_visible_to_its_group_alone(world: World) -> None:
    made = await world.edoc("CaseService/CreateCase", METTE, **NEW, AccessGroup="Personale")
    assert await numbers(world, METTE, CaseNumber=made["CaseNumber"]) == [made["CaseNumber"]]
    assert await numbers(world, CaseNumber=made["CaseNumber"]) == []


async def test_a_hundred_at_most_without_a_hint(world: World) -> None:
    for n in range(101):
        await world.edoc("CaseService/CreateCase", **(NEW | {"Title": f"Mange {n}"}))
    answer = await world.edoc("CaseService/GetCases", Title="Mange%")
    assert (len(answer["Cases"]), answer["TotalCount"], answer["TotalPageCount"]) == (100, 100, 1)
    assert len(await numbers(world, Title="Mange%", MaxReturnedCases=1000)) == 101


async def test_titles_are_indexed_later_and_numbers_at_once(world: World) -> None:
    await world.control("settings", edoc_index_seconds=60)
    made = await world.edoc("CaseService/CreateCase", **NEW)
    assert await numbers(world, Title="Adgang til bookingsystem") == []
    assert await numbers(world, CaseNumber=made["CaseNumber"]) == [made["CaseNumber"]]


async def test_code_tables(world: World) -> None:
    living = (await world.edoc("SupportService/GetCodeTableRows", None, CodeTableName="KLE"))["CodeTableRows"]
    everything = (await world.edoc("SupportService/GetCodeTableRows", None, CodeTableName="code table: KLE", IncludeExpiredValues=True))[
        "CodeTableRows"
    ]
    assert {"85.15.03", "23.25.10"} <= {row["Code"] for row in living}
    assert {row["Code"] for row in everything} - {row["Code"] for row in living} == {"85.15.05", "85.11.10", "97.03.15"}
    facets = (await world.edoc("SupportService/GetCodeTableRows", None, CodeTableName="Facet"))["CodeTableRows"]
    assert {"G01", "A53", "I00"} <= {row["Code"] for row in facets}
    states = (await world.edoc("SupportService/GetCodeTableRows", None, CodeTableName="Case status"))["CodeTableRows"]
    assert [(row["Recno"], row["Description"]) for row in states][:3] == [(4, "Reserved"), (5, "In process"), (6, "Closed")]
    assert (await refused(world, "SupportService/GetCodeTableRows", None, CodeTableName="Farver")).startswith(
        "Code table 'Farver' not found"
    )


async def test_users_are_found_by_each_of_their_names(world: World) -> None:
    ways: list[dict[str, Any]] = [{"Email": "birthe.holm@kk.example"}, {"Login": "KK\\bhol"}, {"Recno": 51001}]
    for way in ways:
        (user,) = (await world.edoc("UserService/GetUsers", None, **way))["Users"]
        assert user["Name"] == "Birthe Holm"
    assert (await world.edoc("UserService/GetUsers", None, Email="x@y"))["Users"] == []


async def test_addresses_and_bodies_that_are_none(world: World) -> None:
    for path, status in (("CaseService/Nothing", 404), ("Nothing/Ping", 404)):
        assert (await world.call("POST", RPC + path, headers=AUTHKEY, json={"parameter": {}})).status == status
    assert (await world.call("GET", f"{RPC}CaseService/Ping", headers=AUTHKEY)).status == 405
    assert (await world.call("GET", "/edoc/nothing")).status == 404
    reply = await world.call("POST", f"{RPC}CaseService/Ping", headers=AUTHKEY, data=b"no json")
    assert reply.status == 400
    assert (await world.call("POST", f"{RPC}CaseService/Ping", headers=AUTHKEY, json={})).json["Successful"] is False


async def test_maintenance_is_a_page_of_html(world: World) -> None:
    await world.control("faults", path="/edoc", status=503, retry_after=5, times=1)
    reply = await world.call("POST", f"{RPC}CaseService/Ping", headers=AUTHKEY, json={"parameter": {}})
    assert (reply.status, reply.headers["Retry-After"], reply.headers["Content-Type"]) == (503, "5", "text/html; charset=utf-8")
