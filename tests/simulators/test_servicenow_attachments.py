"""The Attachment API: both forms of upload, metadata, bytes, limits, rights."""

import json
from typing import Any

import aiohttp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulators.servicenow_desk import AMIR, BIRTHE, OLE, ROBOT, Desk, Said, basic

API = "/api/now/attachment"


async def case(desk: Desk) -> str:
    return str((await desk.row("incident", "number=INC0010243"))["sys_id"])


async def send(desk: Desk, body: bytes = b"Hej", *, user: str = ROBOT, kind: str = "text/plain", **params: str) -> Said:
    wanted = {"table_name": "incident", "table_sys_id": await case(desk), "file_name": "note.txt", **params}
    return await desk.call("POST", f"{API}/file", user=user, data=body, params=wanted, headers={"Content-Type": kind})


async def test_a_raw_file_is_201_with_location_and_strings(desk: Desk) -> None:
    said = await send(desk, file_name="Skærm æøå.png", kind="image/png")
    found = said.result
    assert said.status == 201
    assert said.headers["Location"] == f"{desk.url}{API}/{found['sys_id']}"
    assert all(isinstance(value, str) for value in found.values())
    assert (found["file_name"], found["content_type"], found["size_bytes"]) == ("Skærm æøå.png", "image/png", "3")
    assert found["download_link"] == f"{desk.url}{API}/{found['sys_id']}/file"


async def test_the_bytes_come_back_with_metadata(desk: Desk) -> None:
    found = (await send(desk, b"\x00\xff\r\n")).result
    said = await desk.call("GET", f"{API}/{found['sys_id']}/file", headers={"Accept": "*/*"})
    assert (said.body, said.headers["Content-Type"]) == (b"\x00\xff\r\n", "text/plain")
    assert json.loads(said.headers["X-Attachment-Metadata"])["sys_id"] == found["sys_id"]


async def test_one_and_many(desk: Desk) -> None:
    found = (await send(desk)).result
    await send(desk)  # the same name twice is two files
    assert (await desk.call("GET", f"{API}/{found['sys_id']}")).result == found
    said = await desk.call("GET", API, params={"sysparm_query": f"table_sys_id={await case(desk)}^ORDERBYsys_created_on"})
    assert (len(said.result), said.headers["X-Total-Count"]) == (2, "2")
    assert found in said.result
    rows = await desk.rows("sys_attachment", f"table_sys_id={await case(desk)}")
    assert "blob" not in rows[0]


def multipart(*parts: tuple[str, str]) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)  # as browsers write file names
    for name, value in parts:
        form.add_field(name, value)
    return form


async def upload(desk: Desk, form: aiohttp.FormData) -> Said:
    headers = {"Accept": "application/json", "Authorization": basic(ROBOT)}
    async with desk.http.post(f"{desk.url}{API}/upload", data=form, headers=headers) as answer:
        return Said(answer.status, answer.headers, await answer.json())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(min_size=1, max_size=300), kind=st.sampled_from(["image/png", "message/rfc822", "multipart/mixed", "text/html"]))
async def test_a_form_carries_any_bytes(desk: Desk, body: bytes, kind: str) -> None:
    form = multipart(("table_name", "incident"), ("table_sys_id", await case(desk)))
    form.add_field("uploadFile", body, filename="brev æ.eml", content_type=kind)
    said = await upload(desk, form)
    assert (said.status, said.result["file_name"], said.result["content_type"]) == (201, "brev æ.eml", kind)
    got = await desk.call("GET", f"{API}/{said.result['sys_id']}/file", headers={"Accept": "*/*"})
    assert got.body == body


async def test_a_form_without_its_parts_is_400(desk: Desk) -> None:
    assert (await upload(desk, multipart(("table_name", "incident"), ("x", "y")))).status == 400
    form = multipart(("table_name", "incident"))
    form.add_field("uploadFile", b"x", filename="a.txt")
    assert (await upload(desk, form)).message == "Missing required parameter: table_sys_id"


async def test_missing_parameters_and_records(desk: Desk) -> None:
    assert (await send(desk, file_name="")).status == 400
    assert (await send(desk, table_sys_id="0" * 32)).status == 404
    assert (await send(desk, table_name="nope")).status == 404
    assert (await desk.call("GET", f"{API}/{'0' * 32}")).status == 404


async def test_limits_of_size_and_extension(desk: Desk) -> None:
    await desk.control("settings", servicenow_attachment_max_size=10, servicenow_attachment_extensions="png,pdf")
    assert (await send(desk, b"x" * 11, file_name="a.png")).status == 400
    assert (await send(desk, b"x", file_name="a.exe")).status == 403
    assert (await send(desk, b"x", file_name="a.PNG")).status == 201


async def test_rights_follow_the_record(desk: Desk) -> None:
    found = (await send(desk, user=AMIR)).result
    assert (await send(desk, user=BIRTHE)).status == 201  # her own case
    assert (await send(desk, user=OLE)).status == 404
    assert (await desk.call("GET", f"{API}/{found['sys_id']}", user=OLE)).status == 404
    assert (await desk.call("GET", f"{API}/{found['sys_id']}/file", user=OLE)).status == 404
    assert (await desk.call("DELETE", f"{API}/{found['sys_id']}", user=BIRTHE)).status == 403


async def test_rename_and_delete_are_204(desk: Desk) -> None:
    path = f"{API}/{(await send(desk)).result['sys_id']}"
    body: dict[str, Any] = {"file_name": "ny.txt"}
    assert (await desk.call("PATCH", path, json=body)).status == 204
    assert (await desk.call("GET", path)).result["file_name"] == "ny.txt"
    said = await desk.call("DELETE", path)
    assert (said.status, said.body) == (204, b"")
    assert (await desk.call("GET", path)).status == 404
