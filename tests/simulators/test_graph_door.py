"""Who may come in: tokens, permissions, scope, throttling, injected statuses, and what stands on every answer."""

import asyncio
from collections.abc import AsyncIterator

import jwt
import pytest

from simulators.world import TENANT
from tests.simulators.graph_edoc_world import BIRTHE, INBOX, TOKEN_FORM, World, running

ME = f"/graph/v1.0/users/{BIRTHE}"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running() as one:
        yield one


@pytest.mark.parametrize(
    ("change", "status", "error", "number"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_secret": None}, 401, "invalid_client", 7000218),
        ({"client_id": "somebody"}, 400, "unauthorized_client", 700016),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"grant_type": None}, 400, "invalid_request", 900144),
        ({"scope": "https://graph.microsoft.com/User.Read"}, 400, "invalid_scope", 1002012),
        ({"scope": "https://elsewhere.example/.default"}, 400, "invalid_resource", 500011),
        (
            {"client_assertion": "no jwt", "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"},
            401,
            "invalid_client",
            50027,
        ),
    ],
)
async def test_the_login_service_says_why_not(world: World, change: dict[str, str | None], status: int, error: str, number: int) -> None:
    form = {name: value for name, value in (TOKEN_FORM | change).items() if value is not None}
    reply = await world.call("POST", f"/graph/{TENANT}/oauth2/v2.0/token", data=form)
    assert (reply.status, reply.json["error"], reply.json["error_codes"]) == (status, error, [number])
    assert reply.json["error_description"].startswith(f"AADSTS{number}: ")


async def test_another_tenant_is_not_there(world: World) -> None:
    reply = await world.call("POST", "/graph/11111111-1111-1111-1111-111111111111/oauth2/v2.0/token", data=TOKEN_FORM)
    assert (reply.status, reply.json["error_codes"]) == (400, [90002])
    assert (await world.call("GET", f"/graph/{TENANT}/oauth2/v2.0/token")).json["error_codes"] == [900561]


async def test_a_certificate_is_as_good_as_a_secret(world: World) -> None:
    assertion = jwt.encode({"iss": "kollega"}, "a key of more than thirty-two bytes, ok", algorithm="HS256")
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    form = {name: value for name, value in TOKEN_FORM.items() if name != "client_secret"}
    form |= {"client_assertion": assertion, "client_assertion_type": kind}
    reply = await world.call("POST", f"/graph/{TENANT}/oauth2/v2.0/token", data=form)
    assert reply.status == 200
    assert reply.json["expires_in"] == 3599
    claims = jwt.decode(reply.json["access_token"], options={"verify_signature": False})
    assert (claims["aud"], claims["idtyp"], claims["tid"]) == ("https://graph.microsoft.com", "app", TENANT)


async def test_discovery_names_https_addresses(world: World) -> None:
    reply = await world.call("GET", f"/graph/{TENANT}/v2.0/.well-known/openid-configuration")
    assert reply.json["token_endpoint"].startswith("https://")


@pytest.mark.parametrize("bearer", ["", "Bearer", "Bearer no.jwt.here", "Basic a29sbGVnYTpzaW11bGF0b3I="])
async def test_without_a_good_token_nobody_comes_in(world: World, bearer: str) -> None:
    reply = await world.call("GET", ME, headers={"Authorization": bearer})
    assert (reply.status, reply.code) == (401, "InvalidAuthenticationToken")
    assert reply.headers["WWW-Authenticate"].startswith('Bearer realm=""')


async def test_a_token_for_another_system_and_an_expired_one(world: World) -> None:
    foreign = await world.token(scope="https://outlook.office365.com/.default")
    await world.control("settings", graph_token_seconds=-1)
    old = await world.token()
    for token, word in ((foreign, "audience"), (old, "expired")):
        reply = await world.call("GET", ME, headers={"Authorization": f"Bearer {token}"})
        assert (reply.status, reply.code) == (401, "InvalidAuthenticationToken")
        assert word in reply.json["error"]["message"]


async def test_a_claims_challenge_on_demand(world: World) -> None:
    await world.control("settings", graph_claims_challenge=True)
    reply = await world.graph(f"users/{BIRTHE}")
    assert reply.status == 401
    assert 'error="insufficient_claims", claims="' in reply.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("roles", "method", "path", "code"),
    [
        (["Mail.Read"], "GET", f"users/{BIRTHE}", "Authorization_RequestDenied"),
        (["User.Read.All"], "GET", INBOX, "ErrorAccessDenied"),
        (["Mail.Read"], "POST", f"users/{BIRTHE}/sendMail", "ErrorAccessDenied"),
        (["Mail.ReadWrite"], "GET", f"users/{BIRTHE}/outlook/masterCategories", "ErrorAccessDenied"),
    ],
)
async def test_permissions_decide(world: World, roles: list[str], method: str, path: str, code: str) -> None:
    await world.control("settings", graph_roles=roles)
    reply = await world.graph(path, method)
    assert (reply.status, reply.code) == (403, code)


async def test_reading_is_not_writing(world: World) -> None:
    path, _ = await world.mail("Aftale om nye licenser")
    await world.control("settings", graph_roles=["Mail.Read"])
    world.bearer = {}
    assert (await world.graph(path)).status == 200
    reply = await world.graph(path, "PATCH", json={"isRead": True})
    assert (reply.status, reply.code) == (403, "ErrorAccessDenied")


async def test_mail_readbasic_has_no_bodies(world: World) -> None:
    path, _ = await world.mail("Aftale om nye licenser")
    await world.control("settings", graph_roles=["Mail.ReadBasic.All"])
    world.bearer = {}
    reply = await world.graph(path)
    assert reply.json["subject"] == "Aftale om nye licenser"
    assert not {"body", "bodyPreview"} & set(reply.json)
    assert (await world.graph(f"{path}/$value")).status == 403
    assert (await world.graph(f"{path}/attachments")).status == 403


async def test_mailboxes_outside_the_scope_and_none_at_all(world: World) -> None:
    await world.control("settings", graph_mailboxes=["sofie.lund@kk.example"])
    reply = await world.graph(INBOX)
    assert reply.status == 403
    assert "[RAOP]" in reply.json["error"]["message"]
    people = (await world.graph("users?$top=999")).json["value"]
    reply = await world.graph(f"users/{people[-1]['id']}/messages")
    assert (reply.status, reply.code) == (404, "MailboxNotEnabledForRESTAPI")
    assert (await world.graph("users/nobody@kk.example/messages")).code == "ErrorInvalidUser"


async def test_a_fifth_call_at_once_in_one_mailbox_must_wait(world: World) -> None:
    await world.control("settings", graph_latency_seconds=0.2)
    await world.token()
    await world.graph(f"users/{BIRTHE}")
    replies = await asyncio.gather(*(world.graph(f"{INBOX}?$top=1") for _ in range(6)), world.graph("users/sofie.lund@kk.example/messages"))
    assert sorted(reply.status for reply in replies) == [200] * 5 + [429] * 2
    refused = next(reply for reply in replies if reply.status == 429)
    assert (refused.code, refused.headers["Retry-After"]) == ("ApplicationThrottled", "1")
    assert (await world.graph(f"{INBOX}?$top=1")).status == 200


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (401, "InvalidAuthenticationToken"),
        (403, "ErrorAccessDenied"),
        (404, "ErrorItemNotFound"),
        (429, "ApplicationThrottled"),
        (503, "ServiceNotAvailable"),
    ],
)
async def test_injected_statuses_speak_as_graph_does(world: World, status: int, code: str) -> None:
    await world.token()
    await world.control("faults", path="/graph/v1.0", status=status, retry_after=7, times=1)
    reply = await world.graph(INBOX)
    assert (reply.status, reply.code, reply.headers["Retry-After"]) == (status, code, "7")


async def test_a_gateway_in_trouble_answers_in_html(world: World) -> None:
    await world.control("faults", path="/graph/v1.0", status=502, times=1)
    reply = await world.graph(INBOX)
    assert (reply.status, reply.json) == (502, None)
    assert reply.body.startswith(b"<html>")


async def test_every_answer_carries_the_ids_for_support(world: World) -> None:
    for path in (f"users/{BIRTHE}", "users/nobody@kk.example"):
        reply = await world.graph(path, headers={"client-request-id": "our-own-id"})
        assert reply.headers["client-request-id"] == "our-own-id"
        assert reply.headers["request-id"]
        assert reply.headers["Content-Type"].startswith("application/json;odata.metadata=minimal") or reply.status == 404
    assert reply.json["error"]["innerError"]["client-request-id"] == "our-own-id"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "nothing", 404, "ResourceNotFound"),
        ("GET", f"users/{BIRTHE}/nothing", 404, "ResourceNotFound"),
        ("GET", f"users/{BIRTHE}/outlook/nothing", 404, "ResourceNotFound"),
        ("GET", f"users/{BIRTHE}/mailFolders/inbox/nothing", 404, "ResourceNotFound"),
        ("GET", f"users/{BIRTHE}/photo/$value", 404, "ImageNotFound"),
        ("GET", f"users/{BIRTHE}/mailFolders/nothing", 400, "ErrorInvalidIdMalformed"),
        ("GET", f"users/{BIRTHE}/messages/delta", 400, "ErrorInvalidRequest"),
        ("DELETE", f"users/{BIRTHE}", 405, "Request_BadRequest"),
        ("POST", INBOX, 405, "Request_BadRequest"),
        ("GET", "$batch", 405, "Request_BadRequest"),
        ("GET", "me", 400, "BadRequest"),
        ("GET", "users/nobody@kk.example", 404, "Request_ResourceNotFound"),
        ("GET", f"users/{BIRTHE}?$nothing=1", 400, "BadRequest"),
        ("GET", f"users/{BIRTHE}?$select=nothing", 400, "BadRequest"),
        ("GET", "users?$top=1000", 400, "BadRequest"),
        ("GET", "users?$skip=1", 400, "Request_UnsupportedQuery"),
        ("GET", "users?$filter=jobTitle ne 'x'", 400, "Request_UnsupportedQuery"),
        ("GET", 'users?$search="displayName:ole"', 400, "Request_UnsupportedQuery"),
        ("GET", "users?$count=true", 400, "Request_UnsupportedQuery"),
        ("GET", "users?$filter=nothing eq 'x'", 400, "Request_UnsupportedQuery"),
    ],
)
async def test_addresses_and_questions_that_do_not_fit(world: World, method: str, path: str, status: int, code: str) -> None:
    reply = await world.graph(path, method)
    assert (reply.status, reply.code) == (status, code)


async def test_another_version_is_not_served(world: World) -> None:
    await world.graph(f"users/{BIRTHE}")
    reply = await world.call("GET", f"/graph/beta/users/{BIRTHE}", headers=world.bearer)
    assert (reply.status, reply.code) == (400, "BadRequest")
