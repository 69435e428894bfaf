"""What a link to a record opens, the batch and aggregate APIs, and injected statuses."""

import base64
import json
from typing import Any

import pytest

from tests.simulators.servicenow_desk import AMIR, ROBOT, Desk

EVIL = '<script>alert("æ")</script>'


async def page(desk: Desk, path: str) -> tuple[int, str]:
    async with desk.http.get(f"{desk.url}/{path}") as answer:
        return answer.status, await answer.text()


async def test_a_record_is_shown_with_journal_and_files_and_everything_escaped(desk: Desk) -> None:
    row = await desk.create("incident", {"short_description": EVIL, "description": EVIL, "comments": EVIL}, user=AMIR)
    params = {"table_name": "incident", "table_sys_id": row["sys_id"], "file_name": EVIL}
    file = (await desk.call("POST", "/api/now/attachment/file", data=b"<b>", params=params, headers={"Content-Type": "text/html"})).result
    for path in (
        f"incident.do?sys_id={row['sys_id']}",
        f"nav_to.do?uri=incident.do?sys_id={row['sys_id']}",
        f"nav_to.do?uri=%2Fincident.do%3Fsys_id%3D{row['sys_id']}",
    ):
        status, text = await page(desk, path)
        assert status == 200
        assert "<script" not in text
        assert text.count("&lt;script&gt;") >= 5
        assert row["number"] in text
        assert "Amir Haddad" in text
    async with desk.http.get(f"{desk.url}/sys_attachment.do?sys_id={file['sys_id']}") as answer:
        assert (await answer.read(), answer.content_type) == (b"<b>", "application/octet-stream")
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_pages_of_other_records_and_of_none(desk: Desk) -> None:
    ritm = await desk.row("sc_req_item", "number=RITM0010001")
    status, text = await page(desk, f"sc_req_item.do?sys_id={ritm['sys_id']}")
    assert status == 200
    assert "Min pc er fra 2019" in text
    assert "KB0010001" in (await page(desk, "kb_knowledge.do?sysparm_query=number=KB0010001"))[1]
    assert "INC0010243" in (await page(desk, ""))[1]
    article = await desk.row("kb_knowledge", "number=KB0010001")
    assert "KB0010001" in (await page(desk, f"sp?id=kb_article_view&sys_kb_id={article['sys_id']}"))[1]
    assert "RITM0010001" in (await page(desk, f"sp?id=ticket&table=sc_req_item&sys_id={ritm['sys_id']}"))[1]
    for path in (
        "incident.do?sys_id=x",
        "incident.do",
        "nope.do?sys_id=x",
        "nav_to.do",
        "nav_to.do?uri=https://example.com/",
        "sys_attachment.do?sys_id=x",
    ):
        assert (await page(desk, path))[0] == 404, path


def item(number: str, method: str, url: str, body: Any = None) -> dict[str, Any]:
    headers = [{"name": "Content-Type", "value": "application/json"}, {"name": "Accept", "value": "application/json"}]
    return {
        "id": number,
        "method": method,
        "url": url,
        "headers": headers,
        **({"body": base64.b64encode(json.dumps(body).encode()).decode()} if body else {}),
    }


async def test_a_batch_is_served_in_order_and_each_item_has_its_own_status(desk: Desk) -> None:
    items = [
        item("a", "POST", "/servicenow/api/now/table/incident", {"correlation_id": "b1"}),
        item("b", "GET", "/api/now/table/incident?sysparm_query=correlation_id=b1&sysparm_fields=correlation_id"),
        item("c", "GET", "/api/now/table/nope"),
        item("d", "DELETE", "/api/now/table/incident/" + "0" * 32),
    ]
    said = await desk.call("POST", "/api/now/v1/batch", json={"batch_request_id": 7, "rest_requests": items})
    assert (said.status, said.body["batch_request_id"], said.body["unserviced_requests"]) == (200, "7", [])
    served = said.body["serviced_requests"]
    assert [(one["id"], one["status_code"]) for one in served] == [("a", 201), ("b", 200), ("c", 400), ("d", 404)]
    assert json.loads(base64.b64decode(served[1]["body"])) == {"result": [{"correlation_id": "b1"}]}
    assert "X-Total-Count" in {one["name"] for one in served[1]["headers"]}


async def test_a_batch_that_took_too_long_leaves_the_rest(desk: Desk) -> None:
    await desk.control("settings", servicenow_batch_serviced=1)
    items = [item(str(n), "POST", "/api/now/table/incident", {"correlation_id": f"b{n}"}) for n in range(3)]
    said = await desk.call("POST", "/api/now/batch", json={"batch_request_id": "x", "rest_requests": items})
    assert said.body["unserviced_requests"] == ["1", "2"]
    assert await desk.rows("incident", "correlation_id=b1") == []


async def stats(desk: Desk, **params: str) -> Any:
    return (await desk.call("GET", "/api/now/stats/incident", params={"sysparm_count": "true", **params})).result


async def test_counts_and_groups_are_strings(desk: Desk) -> None:
    rows = await desk.rows("incident", "active=true")
    assert await stats(desk, sysparm_query="active=true") == {"stats": {"count": str(len(rows))}}
    grouped = await stats(desk, sysparm_query="active=true", sysparm_group_by="state", sysparm_display_value="all")
    counts = {one["groupby_fields"][0]["value"]: int(one["stats"]["count"]) for one in grouped}
    assert counts == {state: sum(row["state"] == state for row in rows) for state in {row["state"] for row in rows}}
    assert {"field": "state", "value": "2", "display_value": "I gang"} in [one["groupby_fields"][0] for one in grouped]
    many = await stats(desk, sysparm_group_by="category", sysparm_having="count^category^>^20", sysparm_order_by="COUNT^DESC")
    sizes = [int(one["stats"]["count"]) for one in many]
    assert sizes == sorted(sizes, reverse=True)
    assert min(sizes) > 20


async def test_sums_and_averages(desk: Desk) -> None:
    found = await stats(
        desk,
        sysparm_query="resolved_atISNOTEMPTY",
        sysparm_avg_fields="calendar_stc",
        sysparm_max_fields="calendar_stc",
        sysparm_sum_fields="impact",
    )
    rows = await desk.rows("incident", "resolved_atISNOTEMPTY")
    lengths = [int(row["calendar_stc"]) for row in rows]
    assert found["stats"]["max"]["calendar_stc"] == str(max(lengths))
    assert found["stats"]["avg"]["calendar_stc"] == f"{sum(lengths) / len(lengths):.4f}"
    assert found["stats"]["sum"]["impact"] == str(sum(int(row["impact"]) for row in rows))


@pytest.mark.parametrize("status", [502, 503])
async def test_the_load_balancer_answers_in_html(desk: Desk, status: int) -> None:
    await desk.control("faults", path="/servicenow", status=status)
    said = await desk.call("GET", "/api/now/table/incident")
    assert said.status == status
    assert said.headers["Content-Type"].startswith("text/html")
    assert b"<html" in said.body


@pytest.mark.parametrize(
    ("status", "message"),
    [(401, "User Not Authenticated"), (403, "Operation Failed"), (429, "Rate limit exceeded"), (418, "Operation Failed")],
)
async def test_the_instance_answers_in_its_envelope(desk: Desk, status: int, message: str) -> None:
    await desk.control("faults", path="/servicenow", status=status)
    said = await desk.call("GET", "/api/now/table/incident")
    assert (said.status, said.message, said.body["status"]) == (status, message, "failure")


async def test_a_sign_in_page_with_200_and_a_dropped_202(desk: Desk) -> None:
    await desk.control("faults", path="/servicenow", status=200, times=1)
    said = await desk.call("GET", "/api/now/table/incident")
    assert (said.status, said.headers["Content-Type"][:9]) == (200, "text/html")
    await desk.control("faults", path="/servicenow", status=202, times=1)
    said = await desk.call("POST", "/api/now/table/incident", json={"correlation_id": "lost"})
    assert (said.status, said.body) == (202, b"")
    assert await desk.rows("incident", "correlation_id=lost", user=ROBOT) == []
