"""eDoc: what the person may see, one case and one document however often they are asked for, and what its refusals mean."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.edoc import Edoc, clean_name, cleaned_subject
from connectors.errors import Conflict, ConnectorError, Denied, NotFound, Refused, Unavailable
from connectors.opened import opened
from connectors.records import CaseDraft, DocumentDraft, FileDraft, Records, filing_key
from connectors.sif import refusal
from connectors.systems import Systems
from settings import Settings
from simulators.edoc.seed import FILED_ON, HIDDEN, READ_ONLY
from simulators.graph import FILED_MESSAGE_ID
from tests.connectors.conftest import Wild, World, says

BIRTHE, JENS, SOFIE = "kk\\bhol", "kk\\jkja", "kk\\slun"
OPEN, CLOSED, CANCELLED = "2026-0012400", "2026-0008120", "2026-0010042"
CREATE = "DocumentService/CreateDocument"


@pytest.fixture
def edoc(systems: Systems) -> Edoc:
    return systems.get(Edoc)


def letter(**changes: Any) -> DocumentDraft:
    values = {
        "title": "Tilbud på licenser",
        "direction": "in",
        "letter_date": datetime(2026, 11, 20, 8, 0, tzinfo=UTC),
        "sender_name": "Kundeservice",
        "sender_email": "kundeservice@leverandoer.example",
        "recipients": ("birthe.holm@kk.example",),
        "owner_email": "birthe.holm@kk.example",
        "files": (FileDraft(name="mail", format="eml", data=b"From: x"), FileDraft(name="Tilbud 4471", format="pdf", data=b"%PDF-1.7")),
        "internet_message_id": "<tilbud@leverandoer.example>",
    }
    return DocumentDraft.model_validate(values | changes)


def new_case(**changes: str) -> CaseDraft:
    values = {"title": "Test af Kollega", "subject": "85.15.03", "owner_email": "birthe.holm@kk.example"}
    return CaseDraft.model_validate(values | changes)


async def made(world: World, operation: str, key: str) -> int:
    """How many effects a key had."""
    return sum(line["key"] == key and line["status"] == 200 for line in await world.writes("edoc", operation))


async def documents_of(world: World, message_id: str) -> int:
    async with world.session.get(f"{world.url}/edoc/control/documents", params={"message_id": message_id}) as response:
        return len(await response.json())


def test_edoc_is_the_records_system(systems: Systems) -> None:
    assert isinstance(systems.get(Records), Edoc)  # type: ignore[type-abstract]  # asked for by its protocol


async def test_a_case(edoc: Edoc) -> None:
    case = await edoc.case(" 2026-0012345 ", BIRTHE)
    assert (case.number, case.title, case.state) == ("2026-0012345", "Nye licenser til Digital Arbejdsplads", "open")
    assert (case.subject, case.subject_title, case.facet, case.owner) == ("85.11.20", "Software, it-værktøjer", "Ø54", "Birthe Holm")
    assert case.id in case.link


@pytest.mark.parametrize(
    ("number", "state"),
    [(OPEN, "open"), ("2026-0012391", "reserved"), (CLOSED, "closed"), (CANCELLED, "cancelled"), ("2025-0027182", "closed")],
)
async def test_states(edoc: Edoc, number: str, state: str) -> None:
    assert (await edoc.case(number, BIRTHE)).state == state


@pytest.mark.parametrize("number", ["", "2026-9999999", HIDDEN, "2026", "%", "2026-00123%", "INC0010243"])
async def test_no_such_case_for_this_person(edoc: Edoc, number: str) -> None:
    with pytest.raises(NotFound):
        await edoc.case(number, BIRTHE)


async def test_the_persons_own_rights_decide(edoc: Edoc) -> None:
    assert (await edoc.case(HIDDEN, JENS)).number == HIDDEN
    assert HIDDEN in {case.number for case in await edoc.find_cases("personalesag", JENS)}
    assert await edoc.find_cases("personalesag", BIRTHE) == []


@pytest.mark.parametrize("login", ["", "kk\\nobody"])
async def test_without_a_known_account_nothing_is_done(world: World, edoc: Edoc, login: str, key: str) -> None:
    for act in (
        lambda: edoc.case(OPEN, login),
        lambda: edoc.find_cases("licenser", login),
        lambda: edoc.open_case(new_case(), key, login),
        lambda: edoc.file(OPEN, letter(), key, login),
        lambda: edoc.filed("<x>", "licenser", login),
    ):
        with pytest.raises(Denied):
            await act()
    assert await world.writes("edoc") == []


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("licenser", "2026-0012346"),
        ("økonomi NYE", "2026-0012346"),
        ("oekonomi licens", "2026-0012346"),
        ("digital tavle", CANCELLED),
        ("100%", None),
        ("", None),
        ("flodhest", None),
    ],
)
async def test_finding_cases(edoc: Edoc, words: str, first: str | None) -> None:
    found = await edoc.find_cases(words, BIRTHE)
    assert (found[0].number if found else None) == first


async def test_open_cases_come_first_and_no_more_than_asked_for(edoc: Edoc) -> None:
    states = [case.state in {"open", "reserved"} for case in await edoc.find_cases("licenser", BIRTHE)]
    assert states == sorted(states, reverse=True)
    assert len(await edoc.find_cases("a", BIRTHE, limit=3)) == 3


async def test_a_capped_search_is_narrowed(world: World, edoc: Edoc) -> None:
    await world.reset()
    body = {"ArchiveCodes": [{"ArchiveCode": "85.15.03", "ArchiveType": "KLE"}, {"ArchiveCode": "G01", "ArchiveType": "Facet"}]}
    url = f"{world.url}/edoc/Biz/v2/api/call/SI.Data.RPC/SI.Data.RPC/CaseService/CreateCase"
    headers = {"Authorization": "authkey simulator", "clientid": "kollega"}
    for title in (*(f"Mellemstation {n}" for n in range(110)), "Mellemstation Ørsted sidst"):
        async with world.session.post(url, json={"parameter": {**body, "Title": title}}, headers=headers) as response:
            assert (await response.json())["Successful"] is True
    assert [case.title for case in await edoc.find_cases("ørsted mellemstation", BIRTHE)] == ["Mellemstation Ørsted sidst"]
    await world.reset()


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("85.15.03", "85.15.03"),
        ("97.01", "97.01.00"),
        ("85", "85.00.00"),
        ("emne 85.15.03.", "85.15.03"),
        ("brugeradgang", "85.15.03"),
        ("11 tonere", "97.01.05"),
        ("printerne på 3. sal", "97.01.00"),
        ("adgang for brugere til mailbox", "85.15.03"),
        ("skrivemaskiner", None),
        ("og i til", None),
        ("", None),
    ],
)
async def test_subjects_in_force(edoc: Edoc, words: str, first: str | None) -> None:
    found = await edoc.subjects(words)
    assert (found[0].number if found else None) == first
    assert len(found) <= 5


async def test_a_new_case_once(world: World, edoc: Edoc, key: str) -> None:
    found = await asyncio.gather(*(edoc.open_case(new_case(), key, BIRTHE) for _ in range(4)))
    assert len({case.number for case in found}) == 1
    assert (found[0].title, found[0].subject, found[0].facet, found[0].state) == ("Test af Kollega", "85.15.03", "G01", "open")
    assert await made(world, "CreateCase", key) == 1


async def test_a_new_case_whose_answer_is_lost(world: World, edoc: Edoc, key: str) -> None:
    await world.fault("CaseService/CreateCase", drop_answer=True, times=1)
    with pytest.raises(Unavailable):
        await edoc.open_case(new_case(), key, BIRTHE)
    assert (await edoc.open_case(new_case(), key, BIRTHE)).number
    assert await made(world, "CreateCase", key) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"subject": "85.11.10"}, "subject_expired"),
        ({"subject": "99.99.99"}, "subject_missing"),
        ({"subject": ""}, "subject_missing"),
        ({"facet": ""}, "facet_missing"),
        ({"title": "x" * 255}, "title_too_long"),
        ({"title": " "}, "title_missing"),
        ({"owner_email": "nobody@kk.example"}, "owner_unknown"),
    ],
)
async def test_cases_that_edoc_refuses(edoc: Edoc, key: str, changes: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as caught:
        await edoc.open_case(new_case(**changes), key, BIRTHE)
    assert caught.value.code == code


async def test_a_document_is_filed_and_read_back(world: World, edoc: Edoc, key: str) -> None:
    receipt = await edoc.file(OPEN, letter(), key, BIRTHE)
    assert receipt.case_number == OPEN
    assert receipt.document_number.startswith(f"{OPEN}-")
    assert receipt.files[:2] == ("mail.eml", "Tilbud 4471.pdf")
    assert receipt.link.startswith("http")
    assert not receipt.replayed
    line = (await world.writes("edoc", CREATE))[0]
    assert line["body"]["parameter"]["ADContextUser"] == BIRTHE
    assert line["body"]["parameter"]["DocumentDate"] == "2026-11-20T09:00:00"


async def test_a_large_file(world: World, edoc: Edoc, key: str) -> None:
    receipt = await edoc.file(OPEN, letter(files=(FileDraft(name="stor", format="pdf", data=bytes(3_000_000)),)), key, BIRTHE)
    assert receipt.files[0] == "stor.pdf"


async def test_one_key_is_one_document(world: World, edoc: Edoc, key: str) -> None:
    found = await asyncio.gather(*(edoc.file(OPEN, letter(), key, BIRTHE) for _ in range(4)))
    assert len({receipt.document_number for receipt in found}) == 1
    assert sorted(receipt.replayed for receipt in found) == [False, True, True, True]
    assert await made(world, CREATE, key) == 1


async def test_a_document_whose_answer_is_lost(world: World, edoc: Edoc, key: str) -> None:
    await world.fault(CREATE, drop_answer=True, times=1)
    with pytest.raises(Unavailable):
        await edoc.file(OPEN, letter(), key, BIRTHE)
    assert (await edoc.file(OPEN, letter(), key, BIRTHE)).replayed
    assert await made(world, CREATE, key) == 1


@pytest.mark.parametrize("fault", [{"status": 429, "retry_after": 0}, {"status": 503}], ids=["429", "503"])
async def test_maintenance_before_the_effect(world: World, edoc: Edoc, key: str, fault: dict[str, int]) -> None:
    await world.fault(CREATE, times=2, **fault)
    assert not (await edoc.file(OPEN, letter(), key, BIRTHE)).replayed
    assert await made(world, CREATE, key) == 1


@pytest.mark.parametrize("status", [500, 504])
async def test_an_unclear_answer_is_no_success(world: World, edoc: Edoc, key: str, status: int) -> None:
    await world.fault(CREATE, status=status, times=1)
    with pytest.raises(Unavailable):
        await edoc.file(OPEN, letter(), key, BIRTHE)
    assert not (await edoc.file(OPEN, letter(), key, BIRTHE)).replayed


async def test_a_new_title_hides_no_document(world: World, edoc: Edoc, key: str) -> None:
    first = await edoc.file(OPEN, letter(), key, BIRTHE)
    url = f"{world.url}/edoc/Biz/v2/api/call/SI.Data.RPC/SI.Data.RPC/DocumentService/UpdateDocument"
    body = {"parameter": {"ADContextUser": BIRTHE, "DocumentNumber": first.document_number, "Title": "Ny titel"}}
    headers = {"Authorization": "authkey simulator", "clientid": "kollega"}
    async with world.session.post(url, json=body, headers=headers) as response:
        assert (await response.json())["Successful"] is True
    again = await edoc.file(OPEN, letter(), key, BIRTHE)
    assert (again.document_number, again.title, again.replayed) == (first.document_number, "Ny titel", True)


async def test_odd_file_names(edoc: Edoc, key: str) -> None:
    files = (FileDraft(name='Re: "A/B" å\u0308?.', format="txt", data=b"x"), FileDraft(name=" ", format="txt", data=b"y"))
    assert (await edoc.file(OPEN, letter(files=files), key, BIRTHE)).files[:2] == ("Re_ _A_B_ å\u0308_.txt", "fil.txt")


EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.mark.parametrize(
    ("number", "changes", "no"),
    [
        (CLOSED, {}, (Refused, "case_closed")),
        (CANCELLED, {}, (Refused, "case_cancelled")),
        (READ_ONLY, {}, (Denied, "no_rights")),
        (HIDDEN, {}, (NotFound, "no_case")),
        (OPEN, {"files": (FileDraft(name="a", format="exe", data=b"x"),)}, (Refused, "type_not_allowed")),
        (OPEN, {"files": (FileDraft(name="a", format="txt", data=EICAR),)}, (Refused, "virus")),
        (OPEN, {"files": (FileDraft(name="a", format="txt", data=b""),)}, (Refused, "file_empty")),
        (OPEN, {"files": ()}, (Refused, "no_files")),
        (OPEN, {"title": "x" * 255}, (Refused, "title_too_long")),
        (OPEN, {"owner_email": "nobody@kk.example"}, (Refused, "owner_unknown")),
        (OPEN, {"letter_date": datetime.now(UTC) + timedelta(days=400)}, (Refused, "dates_out_of_order")),
    ],
)
async def test_documents_that_edoc_refuses(
    edoc: Edoc, key: str, number: str, changes: dict[str, Any], no: tuple[type[ConnectorError], str]
) -> None:
    with pytest.raises(no[0]) as caught:
        await edoc.file(number, letter(**changes), key, BIRTHE)
    assert caught.value.code == no[1]


async def test_too_large(world: World, edoc: Edoc, key: str) -> None:
    await world.switch(edoc_file_bytes=4)
    with pytest.raises(Refused) as caught:
        await edoc.file(OPEN, letter(), key, BIRTHE)
    assert caught.value.code == "too_large"


async def test_where_a_mail_is_filed_already(edoc: Edoc, world: World, key: str) -> None:
    mid = f"<{key}@leverandoer.example>"
    receipt = await edoc.file(OPEN, letter(internet_message_id=mid), filing_key(OPEN, mid), BIRTHE)
    for title in ("Tilbud på licenser", "SV: VS: [EKSTERN] Tilbud på licenser"):
        found = await edoc.filed(mid, title, BIRTHE)
        assert [(one.document_number, one.replayed, one.link) for one in found] == [(receipt.document_number, True, receipt.link)]
    assert await edoc.filed("<other@x>", "Tilbud på licenser", BIRTHE) == []
    assert await edoc.filed(mid, "SV: ", BIRTHE) == []
    assert await documents_of(world, mid) == 1


async def test_what_others_filed_before_is_found_too(edoc: Edoc, world: World) -> None:
    async with world.session.get(f"{world.url}/edoc/control/documents", params={"message_id": FILED_MESSAGE_ID}) as response:
        filed = (await response.json())[0]
    found = await edoc.filed(FILED_MESSAGE_ID, filed["title"], BIRTHE)
    assert [one.case_number for one in found] == [FILED_ON]
    again = await edoc.file(
        FILED_ON, letter(files=(FileDraft(name="mail", format="eml", data=b"x"),)), filing_key(FILED_ON, FILED_MESSAGE_ID), BIRTHE
    )
    assert again.replayed


async def test_no_right_to_act_for_people(world: World, edoc: Edoc) -> None:
    await world.switch(edoc_impersonation=False)
    with pytest.raises(Denied) as caught:
        await edoc.case(OPEN, BIRTHE)
    assert caught.value.code == "impersonation"


async def test_a_wrong_key(world: World) -> None:
    async with opened(Settings(edoc_url=f"{world.url}/edoc", edoc_client_id="kollega", edoc_authkey="wrong")) as systems:
        with pytest.raises(Denied) as caught:
            await systems.get(Edoc).case(OPEN, BIRTHE)
    assert "wrong" not in repr(caught.value)


async def test_a_document_that_is_not_what_was_sent(wild: Wild, key: str) -> None:
    tables = '{"Successful": true, "CodeTableRows": []}'
    case = f'{{"Successful": true, "Cases": [{{"CaseNumber": "{OPEN}"}}]}}'
    one = f'{{"Successful": true, "Documents": [{{"CaseNumber": "{OPEN}", "DocumentNumber": "{OPEN}-1", "Title": "Tilbud på licenser",'
    one += f' "Remarks": [{{"Title": "Kollega", "Content": "{key} x"}}], "Files": [{{"Title": "mail", "Format": "eml"}}]}}]}}'
    none = '{"Successful": true, "Documents": []}'
    wild.script = [says(200, text) for text in (case, tables, tables, none, none, '{"Successful": true}', one)]
    async with aiohttp.ClientSession() as session:
        with pytest.raises(Refused) as caught:
            await Edoc(session, wild.url, "kollega", "k").file(OPEN, letter(), key, BIRTHE)
    assert caught.value.code == "not_taken"


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("Case is closed: 2026-1", Refused, "case_closed"),
        ("Case is cancelled: 2026-1", Refused, "case_cancelled"),
        ("Access Group is not a valid for the entity and subtype", Refused, "access_group_invalid"),
        ("File is checked out by kk\\ahad", Conflict, "document_locked"),
        ("Document is locked: 1", Conflict, "document_locked"),
        ("ExternalId already exists: 1", Conflict, "duplicate"),
        ("ArchiveCodes: facet is mandatory", Refused, "facet_missing"),
        ("Something else about Birthe Holm", Refused, "refused"),
    ],
)
def test_what_refusals_mean(text: str, kind: type[ConnectorError], code: str) -> None:
    trace = f"SI.Biz.Core.Exceptions.BizException: {text} <operation><VALUE>Birthe Holm</VALUE></operation>\r\n at SI.Biz"
    for message in (text, trace):
        found = refusal("edoc", "CaseService/GetCases", message)
        assert (type(found), found.code) == (kind, code)
        assert "Birthe" not in repr(found)


async def test_an_error_beside_success_is_an_error(wild: Wild) -> None:
    wild.script = [says(200, '{"Successful": true, "ErrorMessage": "Case is closed", "Cases": []}')]
    async with aiohttp.ClientSession() as session:
        with pytest.raises(Refused):
            await Edoc(session, wild.url, "kollega", "k").case(OPEN, BIRTHE)


@pytest.mark.parametrize(
    ("subject", "cleaned"),
    [
        ("SV: VS: Re: Tilbud", "Tilbud"),
        ("[EKSTERN] fwd: Tilbud", "Tilbud"),
        ("Svar: ja", "Svar: ja"),
        ("SV:", ""),
        ("  Tilbud  ", "Tilbud"),
    ],
)
def test_subjects_without_their_prefixes(subject: str, cleaned: str) -> None:
    assert cleaned_subject(subject) == cleaned


@given(st.text(max_size=300))
def test_every_file_name_becomes_one_that_is_taken(name: str) -> None:
    found = clean_name(name)
    assert 0 < len(found) <= 128
    assert not set(found) & set('<>:"/\\|?*\r\n\t')
    assert found == clean_name(found)


def test_filing_keys_differ_by_case_and_mail() -> None:
    keys = {filing_key(number, mid) for number in ("2026-0000001", "2026-0000002") for mid in ("<a@x>", "<b@x>")}
    assert len(keys) == 4
    assert filing_key("2026-0000001", "<a@x>") in keys
    assert all(len(one) == 64 for one in keys)
