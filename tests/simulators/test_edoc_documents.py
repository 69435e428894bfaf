"""eDoc's documents: filed once and whole, converted later, refused for good reasons; files, uploads, pages."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from simulators.edoc.seed import CHECKED_OUT, COMPLETED, FILED_ON, HALF_FILED_ON
from simulators.edoc.uploads import EICAR
from simulators.graph import FILED_MESSAGE_ID, HALF_FILED, internet_message_id
from tests.simulators.graph_edoc_world import AUTHKEY, RPC, World, running
from tests.simulators.test_edoc_cases import CANCELLED, CLOSED, HIDDEN, LICENCES, METTE, READ_ONLY, refused

KEY = "a" * 64
MAIL = b"From: a@b\r\nSubject: Hej\r\n\r\nHej \xc3\xa6\xc3\xb8\xc3\xa5"


def encoded(body: bytes) -> str:
    return base64.b64encode(body).decode()


FILES: list[dict[str, Any]] = [
    {"Title": "mail", "Format": "eml", "Base64Data": encoded(MAIL)},
    {"Title": "bilag", "Format": "pdf", "Base64Data": encoded(b"%PDF-1.4")},
]
NEW: dict[str, Any] = {
    "CaseNumber": LICENCES,
    "Title": 'Aftale "A" & æøå',
    "Category": "recno:114",
    "Status": "recno:6",
    "Archive": "recno:2",
    "DocumentDate": "2026-11-20T09:12:00",
    "ResponsiblePersonEmail": "birthe.holm@kk.example",
    "UnregisteredContacts": [{"Role": "recno:5", "ContactName": "Camilla", "Email": "c@leverandoer.example"}],
    "Remarks": [{"Title": "Kollega", "Content": f"{KEY} <new@mail>", "RemarkType": "recno:1"}],
    "Files": FILES,
}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running() as one:
        yield one


async def documents(world: World, login: str = "kk\\bhol", **parameter: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await world.edoc("DocumentService/GetDocuments", login, **parameter))["Documents"]
    return found


async def holding(world: World, message_id: str) -> list[str]:
    reply = await world.call("GET", "/edoc/control/documents", params={"message_id": message_id})
    return [one["number"] for one in reply.json]


async def test_a_document_is_filed_whole_and_read_back(world: World) -> None:
    made = await world.edoc("DocumentService/CreateDocument", **NEW)
    assert (made["DocumentNumber"], made["ErrorMessage"]) == (f"{LICENCES}-3", "\n")
    (one,) = await documents(world, DocumentNumber=made["DocumentNumber"], IncludeRemarks=True, IncludeFileData=True)
    assert (one["Title"], one["CaseNumber"], one["Category"]["Recno"], one["StatusCode"]) == (NEW["Title"], LICENCES, 114, "J")
    assert (one["Type"]["Code"], one["DocumentDate"]) == ("I", "2026-11-20T09:12:00")
    assert one["JournalDate"]
    assert [base64.b64decode(file["Base64Data"]) for file in one["Files"]] == [MAIL, b"%PDF-1.4"]
    assert [file["RelationTypeRecno"] for file in one["Files"]] == [1, 2]
    assert one["Remarks"][0]["Content"] == f"{KEY} <new@mail>"
    assert one["Contacts"][0]["Email"] == "c@leverandoer.example"
    assert await holding(world, "<new@mail>") == [made["DocumentNumber"]]
    assert [line["key"] for line in await world.journal()] == [KEY]
    (plain,) = await documents(world, CaseNumber=LICENCES, Title='%"a"%')
    assert "Remarks" not in plain
    assert "Base64Data" not in plain["Files"][0]


@pytest.mark.parametrize(
    ("change", "begins"),
    [
        ({"CaseNumber": CLOSED}, "Case is closed"),
        ({"CaseNumber": CANCELLED}, "Case is cancelled"),
        ({"CaseNumber": READ_ONLY}, "Access denied for kk\\bhol on Case"),
        ({"CaseNumber": HIDDEN}, f"Case '{HIDDEN}' not found"),
        ({"CaseNumber": "2026-9999999"}, "Case '2026-9999999' not found"),
        ({"CaseNumber": None}, "CaseNumber: value is mandatory"),
        ({"Title": "x" * 255}, "Title: value too long"),
        ({"Title": " "}, "Title: value is mandatory"),
        ({"DocumentDate": "2099-01-01T00:00:00"}, "DocumentDate must be before JournalDate"),
        ({"DispatchedDate": "2026-11-19T00:00:00"}, "DocumentDate must be before DispatchedDate"),
        ({"DocumentDate": "yesterday"}, "DocumentDate: 'yesterday' is not a valid DateTime"),
        ({"Category": "recno:1"}, "Category: code value 'recno:1' not found"),
        ({"Status": "X"}, "Status: code value 'X' not found"),
        ({"ResponsiblePersonEmail": "x@y"}, "ResponsiblePerson: contact 'x@y' not found"),
        ({"AccessGroup": "Personale"}, "Access Group is not a valid for the entity and subtype"),
        ({"UnregisteredContacts": [{"Role": "recno:99"}]}, "Role: code value 'recno:99' not found"),
        ({"Files": [FILES[0], {"Title": "x", "Format": "exe", "Base64Data": "eA=="}]}, "Format: code value 'exe' not found"),
        ({"Files": [FILES[0], {"Title": "x", "Format": "txt", "Base64Data": encoded(b"..." + EICAR)}]}, "File rejected by virus scanner"),
        ({"Files": [{"Title": "x", "Format": "txt", "Base64Data": "no base64"}]}, "Base64Data: the input is not a valid"),
        ({"Files": [{"Title": "x", "Format": "txt"}]}, "Files: give exactly one of"),
        ({"Files": [{"Title": "x", "Format": "txt", "Data": [1], "Base64Data": "eA=="}]}, "Files: give exactly one of"),
        ({"Files": [{"Title": "x", "Format": "txt", "Data": [256]}]}, "Data: value was either too large"),
        ({"Files": [{"Title": "", "Format": "txt", "Base64Data": "eA=="}]}, "Files: Title is mandatory"),
        ({"Files": [{"Title": "x", "Format": "txt", "Base64Data": ""}]}, "Files: the file is empty"),
        ({"Files": [{"Title": "x", "Format": "txt", "UploadedFileReference": "guess"}]}, "UploadedFileReference: file 'guess' not found"),
    ],
)
async def test_what_is_refused_leaves_nothing_behind(world: World, change: dict[str, Any], begins: str) -> None:
    assert (await refused(world, "DocumentService/CreateDocument", **(NEW | change))).startswith(begins)
    assert await holding(world, "<new@mail>") == []
    assert (await world.edoc("DocumentService/CreateDocument", **NEW))["DocumentNumber"] == f"{LICENCES}-3"


async def test_too_much_is_refused_by_the_web_server(world: World) -> None:
    await world.control("settings", edoc_file_bytes=len(MAIL) - 1)
    reply = await world.call("POST", f"{RPC}DocumentService/CreateDocument", headers=AUTHKEY, json={"parameter": NEW})
    assert (reply.status, reply.headers["Content-Type"]) == (413, "text/html; charset=utf-8")
    await world.control("settings", edoc_file_bytes=1000, edoc_request_bytes=100)
    assert (await world.call("POST", f"{RPC}CaseService/GetCases", headers=AUTHKEY, json={"parameter": {"Title": "x" * 100}})).status == 413
    assert await holding(world, "<new@mail>") == []


async def test_an_answer_that_is_lost_leaves_exactly_one_document(world: World) -> None:
    await world.control("faults", path="/edoc", match=KEY, drop_answer=True, times=1)
    with contextlib.suppress(aiohttp.ClientError):
        await world.edoc("DocumentService/CreateDocument", **NEW)
    assert await holding(world, "<new@mail>") == [f"{LICENCES}-3"]
    assert [(line["key"], line["status"]) for line in await world.journal()] == [(KEY, 200)]


async def test_an_error_before_leaves_none(world: World) -> None:
    await world.control("faults", path="/edoc", match=KEY, status=503, times=1)
    reply = await world.call("POST", f"{RPC}DocumentService/CreateDocument", headers=AUTHKEY, json={"parameter": NEW})
    assert reply.status == 503
    assert await holding(world, "<new@mail>") == []


async def test_a_pdf_appears_after_a_while(world: World) -> None:
    await world.control("settings", edoc_conversion_seconds=0.2)
    archived = [{**FILES[0], "VersionFormat": "A"}]
    for files in (FILES, archived):
        await world.edoc("DocumentService/CreateDocument", **(NEW | {"Files": files}))
    assert [len(one["Files"]) for one in await documents(world, CaseNumber=LICENCES)][2:] == [2, 1]
    async with asyncio.timeout(5):
        found = 2
        while found == 2:
            await asyncio.sleep(0.02)
            found = len((await documents(world, DocumentNumber=f"{LICENCES}-3"))[0]["Files"])
    (one,) = await documents(world, DocumentNumber=f"{LICENCES}-3", IncludeFileData=True)
    assert [(file["Title"], file["Format"]) for file in one["Files"]] == [("mail", "eml"), ("bilag", "pdf"), ("mail", "pdf")]
    assert base64.b64decode(one["Files"][2]["Base64Data"]).startswith(b"%PDF")
    assert len((await documents(world, DocumentNumber=f"{LICENCES}-4"))[0]["Files"]) == 1


async def test_a_preliminary_document_is_converted_when_it_is_journalised(world: World) -> None:
    await world.control("settings", edoc_conversion_seconds=0)
    made = await world.edoc("DocumentService/CreateDocument", **(NEW | {"Status": "recno:2"}))
    (one,) = await documents(world, Recno=made["Recno"])
    assert (len(one["Files"]), one["JournalDate"]) == (2, None)
    await world.edoc("DocumentService/UpdateDocument", DocumentNumber=made["DocumentNumber"], Status="recno:6")
    (one,) = await documents(world, Recno=made["Recno"])
    assert (len(one["Files"]), bool(one["JournalDate"])) == (3, True)


async def test_updates_add_files_and_change_fields(world: World) -> None:
    number = (await world.edoc("DocumentService/CreateDocument", **NEW))["DocumentNumber"]
    extra: Any = [{"Title": "bilag", "Format": "docx", "Data": [80, 75]}]
    change = {
        "Title": "Ny titel",
        "UnofficialTitle": "",
        "Remarks": [{"Title": "x", "Content": "y"}],
        "Category": "recno:111",
        "Files": extra,
    }
    assert (await world.edoc("DocumentService/UpdateDocument", DocumentNumber=number, **change))["Successful"] is True
    (one,) = await documents(world, DocumentNumber=number, IncludeRemarks=True)
    assert (one["Title"], one["UnofficialTitle"], one["Type"]["Code"], len(one["Files"]), len(one["Remarks"])) == (
        "Ny titel",
        "",
        "U",
        3,
        2,
    )


async def test_locked_documents_and_checked_out_files(world: World) -> None:
    assert (await refused(world, "DocumentService/UpdateDocument", DocumentNumber=COMPLETED, Title="x")).startswith("Document is locked")
    assert (
        await refused(world, "DocumentService/UpdateDocument", DocumentNumber=CHECKED_OUT, Files=FILES) == "File is checked out by kk\\ahad"
    )
    (one,) = await documents(world, DocumentNumber=CHECKED_OUT)
    assert one["Files"][0]["CheckedOutBy"] == "kk\\ahad"
    assert (await refused(world, "DocumentService/UpdateDocument", DocumentNumber=f"{CLOSED}-1", Title="x")).startswith("Case is closed")
    assert (await refused(world, "DocumentService/UpdateDocument", DocumentNumber="x", Title="x")).startswith("Document 'x' not found")


async def test_signing_off_and_dispatching(world: World) -> None:
    incoming = (await world.edoc("DocumentService/CreateDocument", **NEW))["DocumentNumber"]
    outgoing = (await world.edoc("DocumentService/CreateDocument", **(NEW | {"Category": "recno:115"})))["DocumentNumber"]
    assert (await world.edoc("DocumentService/SignOffDocument", Document=incoming, ResponseCode="TE"))["Successful"] is True
    assert "is not an incoming" in await refused(world, "DocumentService/SignOffDocument", Document=outgoing)
    assert (await world.edoc("DocumentService/DispatchDocuments", Documents=[outgoing]))["Successful"] is True
    assert "is not an outgoing" in await refused(world, "DocumentService/DispatchDocuments", Documents=[incoming])
    assert await refused(world, "DocumentService/DispatchDocuments") == "Document: value is mandatory"
    (one,) = await documents(world, DocumentNumber=outgoing)
    assert (one["StatusDescription"], bool(one["DispatchedDate"])) == ("Dispatched", True)


async def test_an_upload_works_for_the_one_who_made_it(world: World) -> None:
    reference = (await world.edoc("FileService/Upload", FileName="x.txt", Base64Data=encoded(b"hej")))["UploadedFileReference"]
    files = [{"Title": "x", "Format": "txt", "UploadedFileReference": reference}]
    other = await refused(world, "DocumentService/CreateDocument", METTE, **(NEW | {"Files": files}))
    assert other.startswith(f"UploadedFileReference: file '{reference}' not found")
    number = (await world.edoc("DocumentService/CreateDocument", **(NEW | {"Files": files})))["DocumentNumber"]
    (one,) = await documents(world, DocumentNumber=number)
    file = (await world.edoc("FileService/GetFile", Recno=one["Files"][0]["Recno"]))["File"]
    assert base64.b64decode(file["Base64Data"]) == b"hej"
    assert (await refused(world, "FileService/GetFile", Recno=1)).startswith("File '1' not found")


async def test_the_seeded_filings_agree_with_the_mailboxes(world: World) -> None:
    filed = await holding(world, FILED_MESSAGE_ID)
    assert [number.rpartition("-")[0] for number in filed] == [FILED_ON]
    (one,) = await documents(world, DocumentNumber=filed[0], IncludeRemarks=True, IncludeFileData=True)
    key, _, message_id = one["Remarks"][0]["Content"].partition(" ")
    assert (len(key), message_id) == (64, FILED_MESSAGE_ID)
    assert FILED_MESSAGE_ID.encode() in base64.b64decode(one["Files"][0]["Base64Data"])
    thread, count = HALF_FILED
    found = [await holding(world, internet_message_id(thread, place)) for place in (1, 2, 3, 4)]
    assert [len(numbers) for numbers in found] == [*[1] * count, *[0] * (4 - count)]
    assert found[0][0].startswith(HALF_FILED_ON)


async def test_the_page_of_a_document_reads_like_one(world: World) -> None:
    people = [{"Role": "recno:6", "ContactName": who, "Email": "a.b@kk.example"} for who in ("a.b@kk.example", "Anna Berg")]
    remark = {"Title": "Kollega", "Content": "0123abcd <mid@kk.example>", "RemarkType": "recno:1"}
    number = (await world.edoc("DocumentService/CreateDocument", **(NEW | {"UnregisteredContacts": people, "Remarks": [remark]})))[
        "DocumentNumber"
    ]
    (one,) = await documents(world, DocumentNumber=number)
    page = (await world.call("GET", one["URL"].removeprefix(world.url))).body.decode()
    assert "<dt>Modtager</dt><dd>a.b@kk.example<br>Anna Berg, a.b@kk.example</dd>" in page
    shown, _, folded = page.partition("<details>")
    assert "0123abcd" not in shown
    assert "<summary>Bemærkninger (1)</summary>" in folded
    assert "0123abcd &lt;mid@kk.example&gt;" in folded


async def test_pages_for_people_are_escaped_and_keep_secrets(world: World) -> None:
    title = "<script>alert('x')</script>"
    number = (await world.edoc("DocumentService/CreateDocument", **(NEW | {"Title": title})))["DocumentNumber"]
    (case,) = (await world.edoc("CaseService/GetCases", CaseNumber=LICENCES))["Cases"]
    (one,) = await documents(world, DocumentNumber=number)
    for address in (case["URL"], one["URL"]):
        reply = await world.call("GET", address.removeprefix(world.url))
        assert reply.status == 200
        assert b"<script>" not in reply.body
        assert b"&lt;script&gt;" in reply.body
        assert b"Nye licenser til Digital Arbejdsplads" in reply.body
    file = await world.call("GET", one["Files"][0]["URL"].removeprefix(world.url))
    assert (file.body, file.headers["Content-Disposition"]) == (MAIL, "attachment; filename*=UTF-8''mail.eml")
    (hidden,) = (await world.edoc("CaseService/GetCases", METTE, CaseNumber=HIDDEN))["Cases"]
    path = hidden["URL"].removeprefix(world.url)
    assert (await world.call("GET", path)).status == 404
    assert (await world.call("GET", f"{path}&user=kk\\mfri")).status == 200
    for recno in ("", "x", "0", "1" * 50):
        for page in ("Case/Details/Simplified/2", "Document/Details/Simplified/61000", "File/Content"):
            assert (await world.call("GET", f"/edoc/locator/DMS/{page}?recno={recno}")).status == 404
