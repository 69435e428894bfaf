"""Sign-in between Teams and the bot: what it sends can be verified by the published rules, and what the bot sends is checked."""

from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest

from simulators.teams.tokens import FAULTS
from tests.simulators.teams_bot import APP_ID, Json, Teams, running

GOOD = {"none", "expired_within_skew", "not_yet_within_skew"}
TEXT = {"type": "message", "text": "hej"}


@pytest.fixture
async def teams() -> AsyncIterator[Teams]:
    async with running() as found:
        await found.set(app_id=APP_ID)
        yield found


async def keys(teams: Teams) -> dict[str, Json]:
    metadata = (await teams.call("GET", "/teams/openid/.well-known/openidconfiguration"))[1]
    assert metadata["issuer"] == "https://api.botframework.com"
    published = (await teams.call("GET", metadata["jwks_uri"].removeprefix(teams.url)))[1]["keys"]
    return {key["kid"]: key for key in published}


def verified(token: str, published: dict[str, Json], service_url: str) -> dict[str, Any]:
    """The Bot Connector's rules, one by one. Raises for a token that breaks one."""
    key = published[jwt.get_unverified_header(token)["kid"]]
    assert "msteams" in key["endorsements"]
    claims: dict[str, Any] = jwt.decode(
        token,
        jwt.PyJWK(key, "RS256").key,
        algorithms=["RS256"],
        audience=APP_ID,
        issuer="https://api.botframework.com",
        leeway=300,
        options={"require": ["exp", "iss", "aud"], "strict_aud": True},
    )
    assert claims.get("serviceurl") == service_url
    return claims


async def test_activities_are_signed_by_the_published_rules(teams: Teams) -> None:
    await teams.does("messages", text="hej")
    token = teams.bot.headers[-1]["Authorization"].removeprefix("Bearer ")
    claims = verified(token, await keys(teams), teams.bot.got[-1]["serviceUrl"])
    assert claims["exp"] - claims["nbf"] == 3600
    assert teams.bot.got[-1]["recipient"]["id"] == f"28:{APP_ID}"


@pytest.mark.parametrize("fault", FAULTS)
async def test_each_broken_token_breaks_a_rule(teams: Teams, fault: str) -> None:
    token = (await teams.call("POST", "/teams/api/token", {"fault": fault}))[1]["token"]
    published, service_url = await keys(teams), f"{teams.url}/teams/"
    if fault in GOOD:
        assert verified(token, published, service_url)["aud"] == APP_ID
    else:
        with pytest.raises((jwt.InvalidTokenError, KeyError, AssertionError)):
            verified(token, published, service_url)


async def test_unknown_fault_and_no_sign_in_are_told(teams: Teams) -> None:
    assert (await teams.call("POST", "/teams/api/token", {"fault": "x"}))[0] == 400
    await teams.set(app_id="")
    assert (await teams.call("POST", "/teams/api/token", {}))[0] == 409


async def test_rotated_key_signs_at_once(teams: Teams) -> None:
    old = (await teams.call("POST", "/teams/api/token", {}))[1]["token"]
    kept = (await teams.call("POST", "/teams/api/keys/rotate", {"keep": True}))[1]["kid"]
    published = await keys(teams)
    assert {jwt.get_unverified_header(old)["kid"], kept} <= published.keys()
    new = (await teams.call("POST", "/teams/api/token", {}))[1]["token"]
    assert jwt.get_unverified_header(new)["kid"] == kept
    await teams.call("POST", "/teams/api/keys/rotate", {})
    assert kept not in await keys(teams)


async def test_bots_own_token_is_asked_for_and_checked(teams: Teams) -> None:
    await teams.does("open")
    status, found = await teams.bot_token()
    assert (status, found["expires_in"]) == (200, 3600)
    good = {"Authorization": f"Bearer {found['access_token']}"}
    assert (await teams.posts(TEXT, headers=good))[0] == 201
    assert (await teams.posts(TEXT))[0] == 401
    for header in ("Bearer x.y.z", f"bearer {found['access_token']}", "Bearer", f"Basic {found['access_token']}"):
        got = await teams.posts(TEXT, headers={"Authorization": header})
        assert (got[0], got[1]["error"]["code"]) == (401, "Unauthorized")
    foreign = (await teams.call("POST", "/teams/api/token", {}))[1]["token"]
    assert (await teams.posts(TEXT, headers={"Authorization": f"Bearer {foreign}"}))[0] == 401
    await teams.set(app_id="another")
    assert (await teams.posts(TEXT, headers=good))[1]["error"]["code"] == "BotNotRegistered"


async def test_expired_token_of_the_bot(teams: Teams) -> None:
    await teams.does("open")
    await teams.set(token_seconds=0)
    token = (await teams.bot_token())[1]["access_token"]
    assert (await teams.posts(TEXT, headers={"Authorization": f"Bearer {token}"}))[0] == 401


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": "https://graph.microsoft.com/.default"}, 400, "invalid_scope"),
        ({"client_id": "another"}, 400, "unauthorized_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
    ],
)
async def test_token_endpoint_refuses_as_entra_does(teams: Teams, form: dict[str, str], status: int, error: str) -> None:
    got = await teams.bot_token(**form)
    assert (got[0], got[1]["error"]) == (status, error)


async def test_pasted_picture_needs_the_bots_token(teams: Teams) -> None:
    await teams.does("messages", text="", files=[{"name": "a.png", "contentType": "image/png", "base64": "aGVq"}])
    path = teams.bot.got[-1]["attachments"][0]["contentUrl"].removeprefix(teams.url)
    assert (await teams.call("GET", path))[0] == 401
    token = (await teams.bot_token())[1]["access_token"]
    async with teams.session.get(f"{teams.url}{path}", headers={"Authorization": f"Bearer {token}"}) as answer:
        assert (answer.status, await answer.read()) == (200, b"hej")
