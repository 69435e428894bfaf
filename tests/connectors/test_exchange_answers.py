"""What Exchange may answer, and what the connector makes of it: each shape of an error, pages, warnings, half answers."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from connectors.errors import Conflict, ConnectorError, Denied, NotFound, Refused, Unavailable
from connectors.exchange import Exchange
from connectors.exchange_cmdlets import REASONS, Command
from connectors.opened import opened
from settings import Settings
from simulators.exchange import refusals
from simulators.exchange.wire import Refusal, envelope, no_role, throttled
from tests.connectors.conftest import Step, Wild, World, cuts, says

TOKEN = says(body=json.dumps({"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}))
DOMAINS = Command("Get-AcceptedDomain")
SAYS: tuple[tuple[Refusal, type[ConnectorError], str], ...] = (
    (refusals.not_found("x"), NotFound, "not_found"),
    (refusals.several("x"), Refused, "several"),
    (refusals.already_member("x", "y"), Conflict, "already_member"),
    (refusals.no_member("x", "y"), NotFound, "no_member"),
    (refusals.not_manager(), Denied, "not_manager"),
    (refusals.exists("x"), Conflict, "name_taken"),
    (refusals.address_taken("a@b", "x"), Conflict, "address_taken"),
    (refusals.address_taken("a@b", "x", elsewhere=True), Conflict, "address_held"),
    (refusals.foreign_domain("x"), Refused, "foreign_domain"),
    (refusals.on_premises("Set-X", "Y", "z"), Refused, "synced"),
    (refusals.unknown_parameter("x"), Refused, "parameters"),
    (refusals.bad_value("x", "y"), Refused, "bad_value"),
    (refusals.too_long("x", 1, 2), Refused, "bad_value"),
    (refusals.rule("Birthe Holm is no owner"), Refused, "rule"),
    (refusals.group_mailbox("x"), Refused, "group_mailbox"),
    (Refusal(400, "Microsoft.Exchange.UnableToWriteToAadException", "the issue may be transient"), Unavailable, "directory_write"),
    (Refusal(400, "Some.NewException", "something new"), Refused, ""),
    (Refusal(500, "Some.NewException", "something new"), Unavailable, ""),
)


def answers(*steps: Step) -> list[Step]:
    """The token first, then these."""
    return [TOKEN, *steps]


@pytest.fixture
async def strange(wild: Wild) -> AsyncIterator[Exchange]:
    """A connector whose server says what the test scripts."""
    url, secret = wild.url, "x"
    async with opened(Settings(exchange_url=url, exchange_tenant_id="t", exchange_client_id="c", exchange_client_secret=secret)) as systems:
        yield systems.get(Exchange)


async def failing(exchange: Exchange, seconds: float = 0.3) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        await exchange.rows(DOMAINS, seconds)
    return caught.value


@pytest.mark.parametrize("shape", [1, 2, 3])
@pytest.mark.parametrize(("no", "kind", "code"), SAYS, ids=[f"{no.kind.rpartition('.')[2]} {code}" for no, _, code in SAYS])
async def test_each_refusal_in_each_shape(
    wild: Wild, strange: Exchange, no: Refusal, kind: type[ConnectorError], code: str, shape: int
) -> None:
    wild.script = answers(says(no.status, json.dumps(envelope(no, shape, [])), request_id="11-aa"))
    found = await failing(strange)
    assert (type(found), found.code, found.status) == (kind, code, no.status)
    assert found.reason == "Get-AcceptedDomain (request-id 11-aa)"
    assert no.sentence not in str(found)


def test_every_reason_is_reached_by_some_refusal() -> None:
    assert {code for _, _, code in REASONS} - {code for _, _, code in SAYS} == {"page_lost"}


async def test_no_role_is_nul_bytes_that_call_themselves_gzip(wild: Wild, strange: Exchange) -> None:
    raw = no_role()
    wild.script = answers(says(403, raw.body, raw.kind, Content_Encoding="gzip"))
    found = await failing(strange)
    assert (type(found), found.code) == (Denied, "no_role")


async def test_no_consent(wild: Wild, strange: Exchange) -> None:
    wild.script = [TOKEN, says(401, ""), TOKEN, says(401, "User is not allowed to call", "text/plain")]
    found = await failing(strange)
    assert (type(found), found.code) == (Denied, "credentials")


@pytest.mark.parametrize("status", [429, 400, 500])
async def test_too_many_at_once_is_plain_text_whatever_the_status(wild: Wild, strange: Exchange, status: int) -> None:
    raw = throttled(None)
    wild.script = answers(says(status, raw.body, raw.kind, Retry_After="9"))
    found = await failing(strange)
    assert (type(found), found.code, found.status, found.retry_after) == (Unavailable, "busy", 429, 9.0)


@pytest.mark.parametrize("status", [400, 500, 502, 503, 504])
async def test_a_page_of_a_proxy(wild: Wild, strange: Exchange, status: int) -> None:
    wild.script = answers(says(status, "<html>no</html>", "text/html"))
    assert type(await failing(strange)) is Unavailable


@pytest.mark.parametrize(
    "body", ["[]", '"x"', "null", '{"error": []}', '{"error": {"details": ["x"], "innererror": "y"}}', '{"error": {}}', "{"]
)
async def test_errors_that_are_no_envelope(wild: Wild, strange: Exchange, body: str) -> None:
    wild.script = answers(says(404, body))
    assert type(await failing(strange)) is NotFound


@pytest.mark.parametrize(
    ("body", "code"),
    [("<html>", "not_json"), ("[]", "not_json"), ('{"value": 5}', "not_json"), ('{"value": [5]}', "not_json")],
)
async def test_a_success_that_is_none(wild: Wild, strange: Exchange, body: str, code: str) -> None:
    wild.script = answers(says(200, body))
    assert (await failing(strange)).code == code


@pytest.mark.parametrize("body", ["{}", '{"value": null}', '{"value": [], "@adminapi.warnings": null}', ""])
async def test_nothing_is_an_empty_list(wild: Wild, strange: Exchange, body: str) -> None:
    wild.script = answers(says(204 if not body else 200, body))
    assert await strange.rows(DOMAINS) == []


async def test_a_cut_answer(wild: Wild, strange: Exchange) -> None:
    wild.script = answers(cuts(b'{"value": ['))
    found = await failing(strange)
    assert (type(found), found.code) == (Unavailable, "no_answer")


async def test_a_part_is_never_taken_for_the_whole(wild: Wild, strange: Exchange) -> None:
    warning = (
        "There are more results available than are currently displayed. To view them, increase the value for the ResultSize parameter."
    )
    wild.script = answers(says(body=json.dumps({"value": [{"a": 1}], "@adminapi.warnings": [warning]})))
    assert (await failing(strange)).code == "truncated"


async def test_a_link_that_leads_elsewhere_gets_no_token(wild: Wild, strange: Exchange) -> None:
    wild.script = answers(says(body=json.dumps({"value": [], "@odata.nextLink": "https://elsewhere.example/x"})))
    assert (await failing(strange)).code == "foreign_link"


async def test_pages_are_asked_for_with_the_same_body(wild: Wild, strange: Exchange) -> None:
    link = f"{wild.url}/adminapi/beta/t/InvokeCommand?$skiptoken=a%2Fb"
    wild.script = answers(
        says(body=json.dumps({"value": [{"n": 1}], "@odata.nextLink": link})), says(body=json.dumps({"value": [{"n": 2}]}))
    )
    assert await strange.rows(Command("Get-Mailbox", {"Identity": "x"}, ("Name", "Alias"))) == [{"n": 1}, {"n": 2}]
    (_, _, _), (first, headers, body), (second, _, again) = wild.seen
    assert first == "POST /adminapi/beta/t/InvokeCommand?$select=Name,Alias"
    assert second == "POST /adminapi/beta/t/InvokeCommand?$skiptoken=a%2Fb"
    assert body == again
    assert json.loads(body) == {"CmdletInput": {"CmdletName": "Get-Mailbox", "Parameters": {"Identity": "x", "ResultSize": "Unlimited"}}}
    assert headers["X-CmdletName"] == "Get-Mailbox"
    assert headers["X-AnchorMailbox"] == "APP:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}@t"
    assert headers["Authorization"] == "Bearer t"


async def test_a_page_that_is_lost_is_an_error(office: World, exchange: Exchange) -> None:
    await office.switch(exchange_affinity_lost=True)
    with pytest.raises(Unavailable) as caught:
        await exchange.members("alle-leverandoerer@kk.example", 10.0)
    assert caught.value.code == "page_lost"


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        ({"responses": []}, ["no_answer", "no_answer"]),
        ({"responses": [{"id": "1", "status": 204}, {"id": "0", "status": "?"}]}, ["not_json", None]),
        (
            {"responses": [{"id": "0", "status": 429, "body": throttled(1).body.decode()}, {"id": "1", "status": 403, "body": "\0"}]},
            ["busy", "no_role"],
        ),
        (
            {
                "responses": [
                    {"id": "0", "status": 400, "body": envelope(refusals.rule("x"), 2, [])},
                    {"id": "1", "status": 404, "headers": [], "body": None},
                ]
            },
            ["rule", ""],
        ),
    ],
)
async def test_each_part_of_a_batch_is_judged(wild: Wild, strange: Exchange, answer: dict[str, Any], codes: list[str | None]) -> None:
    wild.script = answers(says(body=json.dumps(answer)))
    found = await strange.batch([Command("Set-X"), Command("Set-X")])
    assert [error.code if error else None for error in found] == codes


async def test_a_batch_that_is_none(wild: Wild, strange: Exchange) -> None:
    wild.script = answers(says(body='{"responses": 5}'))
    with pytest.raises(Unavailable):
        await strange.batch([Command("Set-X")])


async def test_three_calls_in_flight_and_not_four(wild: Wild, strange: Exchange) -> None:
    inside, peak = 0, 0

    async def slow(request: web.Request) -> web.StreamResponse:
        nonlocal inside, peak
        inside += 1
        peak = max(peak, inside)
        await asyncio.sleep(0.02)
        inside -= 1
        return web.json_response({"value": []})

    wild.script = answers(slow)
    await asyncio.gather(*(strange.rows(DOMAINS) for _ in range(20)))
    assert peak == 3


async def test_exchange_tokens_are_for_exchange(office: World, exchange: Exchange) -> None:
    await office.fault("/exchange/adminapi", status=401, times=1)
    assert await exchange.domains()  # a fresh token is fetched
    await office.switch(exchange_roles=[])
    async with opened(Settings(simulators_url=office.url)) as systems:
        with pytest.raises(Denied):
            await systems.get(Exchange).check()
