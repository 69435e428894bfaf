"""ServiceNow: who sees what, and one incident however often it is asked for."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import aiohttp
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.errors import Conflict, Denied, NotFound, Refused, Unavailable
from connectors.opened import opened
from connectors.servicenow import Caller, IncidentDraft, ServiceNow, description, note_from
from connectors.servicenow_table import file_name, plain_type
from settings import Settings
from tests.connectors.conftest import Wild, World, says

PRINTER = "INC0010243"
ADMIN = {"Authorization": aiohttp.encode_basic_auth("admin", "admin")}


def draft(caller: Caller, **changes: str) -> IncidentDraft:
    values = {
        "caller_id": caller.id,
        "title": "Printeren laver papirstop",
        "description": "Den er gået i stå.\n\nIgen.",
        "impact": "3",
        "urgency": "2",
    }
    return IncidentDraft.model_validate(values | changes)


async def incidents(world: World, key: str) -> list[dict[str, object]]:
    """The incidents that were really made under a key."""
    return [line for line in await world.writes("servicenow", "/table/incident") if line["key"] == key and line["status"] == 201]


async def test_a_caller(birthe: Caller) -> None:
    assert (birthe.name, birthe.department, birthe.location) == ("Birthe Holm", "Digital Arbejdsplads", "Borups Allé 177/3. sal")
    assert len(birthe.id) == 32
    assert not birthe.works_cases


async def test_one_who_works_cases(servicenow: ServiceNow) -> None:
    assert (await servicenow.caller("AMIR.HADDAD@kk.example")).works_cases


@pytest.mark.parametrize(
    "email", ["nobody@kk.example", "", "birthe", "a@b^ORactive=true", "javascript:gs.getUserID()@x", "@", "a,b@kk.example"]
)
async def test_nobody_of_that_address(servicenow: ServiceNow, email: str) -> None:
    with pytest.raises(NotFound):
        await servicenow.caller(email)


async def test_own_case_with_its_newest_comment(servicenow: ServiceNow, birthe: Caller) -> None:
    case = await servicenow.case(" inc0010243 ", birthe)
    assert (case.number, case.kind, case.title, case.state, case.open) == (PRINTER, "incident", "Printer på 3. sal", "2", True)
    assert (case.caller, case.assigned_to, case.group) == ("Birthe Holm", "Amir Haddad", "Print")
    assert case.opened_at == datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
    assert case.id in case.link
    note = await servicenow.latest_note(case)
    assert note is not None
    assert (note.text, note.author) == ("Jeg har bestilt en reservedel. Brug KB-3-01 imens.", "Amir Haddad")
    assert note.at == datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


async def test_the_newest_comment_where_the_journal_is_closed(world: World, servicenow: ServiceNow, birthe: Caller) -> None:
    case = await servicenow.case(PRINTER, birthe)
    seen = await servicenow.latest_note(case)
    await world.switch(servicenow_hide_journal=True)
    assert await servicenow.latest_note(case) == seen


async def test_no_comment_at_all(servicenow: ServiceNow, birthe: Caller, key: str) -> None:
    case = await servicenow.create_incident(draft(birthe), key)
    assert await servicenow.latest_note(case) is None


async def test_a_case_of_others_is_seen_by_those_who_work_cases_alone(servicenow: ServiceNow) -> None:
    ole, amir = await servicenow.caller("ole.bang@kk.example"), await servicenow.caller("amir.haddad@kk.example")
    with pytest.raises(NotFound) as hidden:
        await servicenow.case(PRINTER, ole)
    with pytest.raises(NotFound):
        await servicenow.case("INC9999999", amir)
    assert hidden.value.status == 0
    assert (await servicenow.case(PRINTER, amir)).number == PRINTER


@pytest.mark.parametrize("number", ["", "printer", "INC0010243^ORactive=true", "INC*", "javascript:1", "INC0010243 INC0010244"])
async def test_no_such_number(servicenow: ServiceNow, number: str) -> None:
    amir = await servicenow.caller("amir.haddad@kk.example")
    with pytest.raises(NotFound):
        await servicenow.case(number, amir)


async def test_those_on_the_watch_list_see_a_case(world: World, servicenow: ServiceNow, birthe: Caller) -> None:
    ole = await servicenow.caller("ole.bang@kk.example")
    case = await servicenow.case(PRINTER, birthe)
    for watcher in (ole.id, "ole.bang@kk.example"):
        async with world.session.patch(
            f"{world.url}/servicenow/api/now/table/incident/{case.id}", json={"watch_list": f"x@kk.example,{watcher}"}, headers=ADMIN
        ) as response:
            assert response.status == 200
        assert (await servicenow.case(PRINTER, ole)).id == case.id


async def test_open_cases_are_ones_own_open_and_newest_first(servicenow: ServiceNow, birthe: Caller) -> None:
    cases = await servicenow.open_cases(birthe)
    assert {case.caller_id for case in cases} == {birthe.id}
    assert all(case.open for case in cases)
    assert [case.opened_at for case in cases] == sorted((case.opened_at for case in cases), reverse=True)
    assert {"incident", "sc_req_item"} <= {case.kind for case in cases}
    assert PRINTER in {case.number for case in cases}
    assert [case.number for case in await servicenow.open_cases(birthe, limit=2)] == [case.number for case in cases[:2]]


async def test_an_order_is_shown_by_its_items(servicenow: ServiceNow, birthe: Caller) -> None:
    titles = [case.title for case in await servicenow.open_cases(birthe) if case.kind.startswith("sc_")]
    assert len(titles) == len(set(titles)) > 0
    item = next(case for case in await servicenow.open_cases(birthe) if case.kind == "sc_req_item")
    assert (await servicenow.case(item.number, birthe)).kind == "sc_req_item"


async def test_a_new_incident_is_read_back(world: World, servicenow: ServiceNow, birthe: Caller, key: str) -> None:
    case = await servicenow.create_incident(draft(birthe, location="3. sal", phone="4711", device="Ukendt printer"), key)
    assert case.number.startswith("INC")
    assert case.description == "Den er gået i stå.\n\nIgen.\n\nSted: 3. sal\nTelefon: 4711\nEnhed: Ukendt printer"
    assert (case.caller_id, case.open, case.priority_text[:1]) == (birthe.id, True, "4")
    body = (await incidents(world, key))[0]["body"]
    assert isinstance(body, dict)
    assert body["correlation_display"] == "Kollega"


async def test_a_known_device_is_linked(world: World, servicenow: ServiceNow, birthe: Caller, key: str) -> None:
    case = await servicenow.create_incident(draft(birthe, device="kb-3-01"), key)
    body = (await incidents(world, key))[0]["body"]
    assert isinstance(body, dict)
    assert len(body["cmdb_ci"]) == 32
    assert "Enhed" not in case.description


@pytest.mark.parametrize("device", ["x^ORactive=true", "javascript:gs.getUserID()", "^", "  ", "KB-3"])
async def test_a_device_that_is_none_stays_text(servicenow: ServiceNow, birthe: Caller, device: str, key: str) -> None:
    case = await servicenow.create_incident(draft(birthe, device=device), key)
    assert ("Enhed: " in case.description) == bool(device.strip())


async def test_one_key_is_one_incident(world: World, servicenow: ServiceNow, birthe: Caller, key: str) -> None:
    found = await asyncio.gather(*(servicenow.create_incident(draft(birthe), key) for _ in range(5)))
    assert len({case.number for case in found}) == 1
    assert len(await incidents(world, key)) == 1


async def test_an_answer_that_is_lost_after_the_effect(world: World, servicenow: ServiceNow, birthe: Caller, key: str) -> None:
    await world.fault("/table/incident", method="POST", drop_answer=True, times=1)
    with pytest.raises(Unavailable):
        await servicenow.create_incident(draft(birthe), key)
    case = await servicenow.create_incident(draft(birthe), key)
    assert case.number
    assert len(await incidents(world, key)) == 1


@pytest.mark.parametrize("refusal", [{"status": 429, "retry_after": 0}, {"status": 503}], ids=["429", "503"])
async def test_refused_at_the_door_is_sent_again(
    world: World, servicenow: ServiceNow, birthe: Caller, refusal: dict[str, int], key: str
) -> None:
    await world.fault("/table/incident", method="POST", times=2, **refusal)
    await servicenow.create_incident(draft(birthe), key)
    assert len(await incidents(world, key)) == 1


@pytest.mark.parametrize("status", [202, 200, 500, 502])
async def test_dropped_and_unclear_answers_are_no_success(
    world: World, servicenow: ServiceNow, birthe: Caller, status: int, key: str
) -> None:
    await world.fault("/table/incident", method="POST", status=status, times=1)
    with pytest.raises(Unavailable):
        await servicenow.create_incident(draft(birthe), key)
    await servicenow.create_incident(draft(birthe), key)
    assert len(await incidents(world, key)) == 1


async def test_reads_that_are_dropped_once(world: World, servicenow: ServiceNow, birthe: Caller) -> None:
    await world.fault("/table/", method="GET", status=202, times=1)
    assert await servicenow.open_cases(birthe)


async def test_a_value_that_is_not_taken_is_refused(wild: Wild, birthe: Caller, key: str) -> None:
    kept = {
        "sys_id": "1",
        "number": "INC0000001",
        "caller_id": "",
        "impact": "3",
        "urgency": "3",
        "sys_mod_count": "0",
        "correlation_id": key,
    }
    shown = orjson.dumps({"result": [{name: {"value": value, "display_value": value} for name, value in kept.items()}]})
    wild.script = [says(200, '{"result": []}'), says(201, '{"result": {}}'), says(200, shown)]
    async with aiohttp.ClientSession() as session:
        with pytest.raises(Refused) as caught:
            await ServiceNow(session, wild.url).create_incident(draft(birthe), key)
    assert caught.value.code == "not_taken"
    assert "INC0000001" in caught.value.reason
    assert "caller_id" in caught.value.reason
    assert "impact" not in caught.value.reason


async def test_two_with_one_key_are_reported(world: World, servicenow: ServiceNow, birthe: Caller, key: str) -> None:
    for _ in range(2):
        async with world.session.post(
            f"{world.url}/servicenow/api/now/table/incident", json={"correlation_id": key, "caller_id": birthe.id}, headers=ADMIN
        ) as response:
            assert response.status == 201
    with pytest.raises(Conflict):
        await servicenow.create_incident(draft(birthe), key)


async def test_what_colleagues_changed_later_is_no_refusal(world: World, servicenow: ServiceNow, birthe: Caller, key: str) -> None:
    case = await servicenow.create_incident(draft(birthe), key)
    url = f"{world.url}/servicenow/api/now/table/incident/{case.id}"
    async with world.session.patch(url, json={"short_description": "Fuser skal skiftes"}, headers=ADMIN) as response:
        assert response.status == 200
    assert (await servicenow.create_incident(draft(birthe), key)).title == "Fuser skal skiftes"


@pytest.mark.parametrize("key", ["", "k" * 101])
async def test_keys_that_would_not_be_found_again(servicenow: ServiceNow, birthe: Caller, key: str) -> None:
    with pytest.raises(Refused):
        await servicenow.create_incident(draft(birthe), key)


async def test_attachments_once_each(world: World, servicenow: ServiceNow, birthe: Caller, key: str) -> None:
    case = await servicenow.create_incident(draft(birthe), key)
    first = await servicenow.attach(case, "skærm æ+&=.png", "image/png", b"123")
    again = await servicenow.attach(case, "skærm æ+&=.png", "image/png", b"123")
    other = await servicenow.attach(case, "skærm æ+&=.png", "image/png", b"1234")
    assert (first, again, other) == (True, False, True)
    assert await servicenow.attachments(case) == ["skærm æ+&=.png"] * 2


async def test_a_large_file_is_sent_whole(world: World, servicenow: ServiceNow, birthe: Caller, key: str) -> None:
    case = await servicenow.create_incident(draft(birthe), key)
    assert await servicenow.attach(case, "a.zip", "application/zip", bytes(3_000_000))
    assert await servicenow.files(case.kind, case.id) == [("a.zip", 3_000_000)]


async def test_odd_names_are_kept_once_too(servicenow: ServiceNow, birthe: Caller, key: str) -> None:
    case = await servicenow.create_incident(draft(birthe), key)
    for name in ("a\r\nb.txt", "x" * 300 + ".png", " ", "\u200b"):
        assert await servicenow.attach(case, name, "text/plain\r\nX: y", b"1")
        assert not await servicenow.attach(case, name, "text/plain", b"1")


async def test_an_upload_whose_answer_is_lost(world: World, servicenow: ServiceNow, birthe: Caller, key: str) -> None:
    case = await servicenow.create_incident(draft(birthe), key)
    await world.fault("/attachment/file", drop_answer=True, times=1)
    with pytest.raises(Unavailable):
        await servicenow.attach(case, "a.png", "image/png", b"123")
    assert not await servicenow.attach(case, "a.png", "image/png", b"123")
    assert await servicenow.attachments(case) == ["a.png"]


async def test_uploads_that_the_instance_does_not_want(world: World, servicenow: ServiceNow, birthe: Caller, key: str) -> None:
    case = await servicenow.create_incident(draft(birthe), key)
    await world.switch(servicenow_attachment_max_size=2, servicenow_attachment_extensions="png")
    for name, data, code in (("a.png", b"123", "too_large"), ("a.exe", b"1", "type_not_allowed")):
        with pytest.raises(Refused) as caught:
            await servicenow.attach(case, name, "image/png", data)
        assert caught.value.code == code


async def test_a_token_that_runs_out_between_calls(world: World, servicenow: ServiceNow, birthe: Caller, key: str) -> None:
    await world.fault("/servicenow/api", status=401, times=1)
    await servicenow.create_incident(draft(birthe), key)
    assert len(await incidents(world, key)) == 1


async def test_wrong_credentials(world: World) -> None:
    wrong = Settings(servicenow_url=f"{world.url}/servicenow", servicenow_client_id="kollega", servicenow_client_secret="wrong")
    async with opened(wrong) as systems:
        with pytest.raises(Denied) as caught:
            await systems.get(ServiceNow).caller("birthe.holm@kk.example")
    assert "wrong" not in repr(caught.value)


async def test_a_query_that_the_instance_ignores_is_not_believed(wild: Wild) -> None:
    row = '{"result": [{"sys_id": {"value": "1"}, "email": {"value": "other@kk.example"}, "active": {"value": "true"}}]}'
    wild.script = [says(200, row)]
    async with aiohttp.ClientSession() as session:
        with pytest.raises(Refused) as caught:
            await ServiceNow(session, wild.url).caller("birthe.holm@kk.example")
    assert caught.value.code == "query_ignored"


@pytest.mark.parametrize(
    ("detail", "kind", "code"),
    [
        ("Data Policy Exception: Følgende felter er obligatoriske: Lokation", Refused, "data_policy"),
        ("Operation against file 'incident' was aborted by Business Rule 'x^1'. Birthe Holm", Refused, "business_rule"),
        ("ACL Exception Insert Failed due to security constraints", Denied, "acl"),
        ("Failed API level ACL Validation", Denied, "api_closed"),
        ("something new", Denied, ""),
    ],
)
async def test_what_a_403_means(wild: Wild, detail: str, kind: type[Exception], code: str) -> None:
    wild.script = [says(403, orjson.dumps({"error": {"message": "Operation Failed", "detail": detail}, "status": "failure"}))]
    async with aiohttp.ClientSession() as session:
        with pytest.raises(kind) as caught:
            await ServiceNow(session, wild.url).insert("incident", {}, "create incident")
    assert getattr(caught.value, "code", None) == code
    assert "Birthe" not in repr(caught.value)


def test_a_long_description_makes_room_for_the_lines() -> None:
    found = description("å" * 4000, ["Sted: 3. sal"])
    assert len(found) <= 4000
    assert found.endswith(" …\n\nSted: 3. sal")


@given(st.text(max_size=4000), st.lists(st.text(st.characters(blacklist_categories=["Cs", "Cc"]), max_size=300), max_size=3))
def test_a_description_always_fits(text: str, lines: list[str]) -> None:
    assert len(description(text, lines)) <= 4000


@given(st.text(max_size=300))
def test_a_file_name_always_fits(name: str) -> None:
    found = file_name(name)
    assert 0 < len(found) <= 100
    assert found.isprintable()
    assert file_name(found) == found


@pytest.mark.parametrize(
    ("given_type", "kept"), [("image/png", "image/png"), ("a/b\r\nX: y", "application/octet-stream"), ("", "application/octet-stream")]
)
def test_content_types(given_type: str, kept: str) -> None:
    assert plain_type(given_type) == kept


@pytest.mark.parametrize("at", ["2026-07-20 10:11:12", "20-07-2026 10:11:12", "20/07/2026 10:11:12", "20.07.2026 10:11:12"])
def test_journal_text_as_people_see_it(at: str) -> None:
    journal = f"{at} - Amir Haddad (Yderligere kommentarer)\nHej\nBirthe\n\n2026-07-19 09:00:00 - Birthe (Comments)\nÆldre\n\n"
    note = note_from(journal, ZoneInfo("Europe/Copenhagen"))
    assert note is not None
    assert (note.text, note.author, note.at) == ("Hej\nBirthe", "Amir Haddad", datetime(2026, 7, 20, 8, 11, 12, tzinfo=UTC))


@pytest.mark.parametrize("journal", ["", "no entry", "99-99-9999 10:11:12 - A (B)\ntext"])
def test_journal_text_that_is_none(journal: str) -> None:
    assert note_from(journal, ZoneInfo("GMT")) is None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=40), st.text(st.sampled_from("^ORNQ=javascript:IN,@ "), max_size=40)))
async def test_user_text_never_widens_a_query(servicenow: ServiceNow, text: str) -> None:
    wanted = " ".join(text.split()).casefold()
    try:
        rows = await servicenow.rows("cmdb_ci", {"name": text}, (), "find device", limit=5)
    except Refused:
        assert not wanted.replace("^", "").strip() or "^" in wanted or wanted.startswith("javascript:")
        return
    assert all(row.value("name").casefold() == wanted for row in rows)
