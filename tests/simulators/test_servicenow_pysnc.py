"""pysnc 1.2.1, unmodified, against the simulator over TLS: the client that municipalities use in Python."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pysnc
import pytest
from pysnc.auth import ServiceNowClientCredentialsFlow

from tests.simulators.servicenow_desk import Desk, serving

Work = Callable[[pysnc.ServiceNowClient], Any]


@pytest.fixture
async def tls(tmp_path: Path) -> AsyncIterator[Desk]:
    async with serving(tmp_path) as desk:
        yield desk


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The certificate's path, also for the calls that pysnc makes outside its session."""
    path = str(tmp_path / "simulators.crt")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", path)
    return path


async def works(desk: Desk, path: str, work: Work, auth: Any = ("admin", "admin")) -> Any:
    """Run blocking work with a client beside the server."""

    def run() -> Any:
        client = pysnc.ServiceNowClient(desk.url, auth, verify=path)
        try:
            return work(client)
        finally:
            client.session.close()

    found = await asyncio.to_thread(run)
    gc.collect()  # urllib3 closes its connections when its pool is collected, and an exception may hold on to that
    return found


async def test_list_pages_through_everything(tls: Desk, trusted: str) -> None:
    def work(client: pysnc.ServiceNowClient) -> tuple[int, list[str]]:
        record = client.GlideRecord("incident", batch_size=40)
        record.add_query("active", "true")
        record.query()
        return len(record), [str(row.number) for row in record]

    total, numbers = await works(tls, trusted, work)
    assert len(numbers) == len(set(numbers)) == total > 80


async def test_get_and_the_values_of_fields(tls: Desk, trusted: str) -> None:
    def work(client: pysnc.ServiceNowClient) -> tuple[Any, ...]:
        record = client.GlideRecord("incident")
        absent = record.get("0" * 32)
        found = record.get("number", "INC0010243")
        return absent, found, record.get_value("state"), record.get_display_value("caller_id"), record.get_value("caller_id")

    absent, found, state, name, caller = await works(tls, trusted, work)
    assert (absent, found, state, name) == (False, True, "2", "Birthe Holm")
    assert caller == await tls.user_id("birthe.holm")


async def test_orders_limits_dots_and_joins(tls: Desk, trusted: str) -> None:
    def work(client: pysnc.ServiceNowClient) -> tuple[list[str], list[str], int]:
        record = client.GlideRecord("incident")
        record.add_query("caller_id.user_name", "birthe.holm")
        record.add_query("state", "IN", "1,2").add_or_condition("state", "3")
        record.order_by_desc("number")
        record.limit = 2
        record.fields = ["number", "caller_id.email"]
        record.query()
        numbers = [row.get_value("number") for row in record]
        mails = [row.get_value("caller_id.email") for row in record]
        joined = client.GlideRecord("sys_user")
        joined.add_join_query("incident", join_table_field="caller_id").add_query("number", "INC0010243")
        joined.query()
        return numbers, mails, len(joined)

    assert await works(tls, trusted, work) == (["INC0010243", "INC0010237"], ["birthe.holm@kk.example"] * 2, 1)


async def test_insert_update_delete(tls: Desk, trusted: str) -> None:
    def work(client: pysnc.ServiceNowClient) -> tuple[Any, ...]:
        record = client.GlideRecord("incident")
        record.initialize()
        record.short_description = "Fra pysnc"
        record.impact = "1"
        sys_id = record.insert()
        record.urgency = "1"
        updated = record.update()
        priority = record.get_value("priority")
        deleted = record.delete()
        return sys_id, updated, priority, deleted, client.GlideRecord("incident").get(str(sys_id))

    sys_id, updated, priority, deleted, again = await works(tls, trusted, work)
    assert (str(updated), priority, deleted, again) == (str(sys_id), "1", True, False)
    assert [line["method"] for line in await tls.journal()] == ["POST", "PATCH", "DELETE"]


async def test_a_refusal_is_its_exception(tls: Desk, trusted: str) -> None:
    def work(client: pysnc.ServiceNowClient) -> str:
        record = client.GlideRecord("incident")
        record.get("number", "INC0010243")
        record.state = "6"
        with pytest.raises(pysnc.exceptions.RoleException) as refused:
            record.update()
        return str(refused.value)

    assert "Data Policy Exception" in await works(tls, trusted, work, ("amir.haddad", "simulator"))
    with pytest.raises(pysnc.exceptions.AuthenticationException):
        await works(tls, trusted, lambda client: client.GlideRecord("incident").get("x"), ("admin", "wrong"))


async def test_update_and_delete_by_batch(tls: Desk, trusted: str) -> None:
    def work(client: pysnc.ServiceNowClient) -> tuple[Any, ...]:
        record = client.GlideRecord("incident")
        for n in range(3):
            record.initialize()
            record.short_description = f"Nr. {n}"
            record.correlation_id = "batch"
            record.insert()
        record = client.GlideRecord("incident")
        record.add_query("correlation_id", "batch")
        record.query()
        for row in record:
            row.urgency = "1"
        updated = record.update_multiple()
        record.query()
        urgencies = [row.get_value("urgency") for row in record]
        return updated, urgencies, record.delete_multiple()

    assert await works(tls, trusted, work) == (True, ["1", "1", "1"], True)
    assert await tls.rows("incident", "correlation_id=batch") == []


async def test_a_long_query_goes_through_batch(tls: Desk, trusted: str) -> None:
    def work(client: pysnc.ServiceNowClient) -> list[str]:
        record = client.GlideRecord("incident")
        record.add_query("number", "IN", ",".join(f"INC{n:07d}" for n in range(9100, 10244)))
        record.order_by("number")
        record.query()
        return [row.get_value("number") for row in record]

    numbers = await works(tls, trusted, work)
    assert numbers[-1] == "INC0010243"
    assert any(line["path"].endswith("/batch") for line in await tls.journal())


async def test_attachments(tls: Desk, trusted: str) -> None:
    def work(client: pysnc.ServiceNowClient) -> tuple[Any, ...]:
        record = client.GlideRecord("incident")
        record.get("number", "INC0010243")
        location = record.add_attachment("note æ.txt", b"Hej med dig")
        found = record.get_attachments()
        names = [one.file_name for one in found]
        texts = [one.read() for one in found]
        found = record.get_attachments()
        found.next()
        return location, names, texts, found.delete()

    location, names, texts, _ = await works(tls, trusted, work)
    assert location.startswith(f"{tls.url}/api/now/attachment/")
    assert (names, texts) == (["note æ.txt"], [b"Hej med dig"])
    assert await tls.rows("sys_attachment", "file_nameSTARTSWITHnote", user="admin") == []


async def test_client_credentials(tls: Desk, trusted: str) -> None:
    flow = ServiceNowClientCredentialsFlow("kollega", "simulator")
    assert await works(tls, trusted, lambda client: client.GlideRecord("incident").get("number", "INC0010243"), flow)


async def test_reads_are_tried_again_and_posts_are_not(tls: Desk, trusted: str) -> None:
    await tls.control("faults", path="/api/now/table/incident", method="GET", status=503, times=2)
    await tls.control("faults", path="/api/now/table/incident", method="POST", status=429, retry_after=0, times=1)

    def work(client: pysnc.ServiceNowClient) -> bool:
        record = client.GlideRecord("incident")
        record.get("number", "INC0010243")
        record.initialize()
        record.short_description = "x"
        with pytest.raises(pysnc.exceptions.RequestException):
            record.insert()
        return True

    assert await works(tls, trusted, work)
