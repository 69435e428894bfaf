"""`/oauth_token.do`: grants, lives, and one face for every failure."""

import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.simulators.servicenow_desk import BIRTHE, Desk, Said

CLIENT = {"client_id": "kollega", "client_secret": "simulator"}
ROBOT = {"grant_type": "client_credentials", **CLIENT}
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
FACE = {"error_description": "access_denied", "error": "server_error"}


async def ask(desk: Desk, **form: str) -> Said:
    return await desk.call("POST", "/oauth_token.do", user=None, data=form)


async def who(desk: Desk, token: str) -> str:
    params = {"sysparm_query": "sys_id=javascript:gs.getUserID()", "sysparm_fields": "user_name"}
    said = await desk.call("GET", "/api/now/table/sys_user", user=None, params=params, headers={"Authorization": f"Bearer {token}"})
    return str(said.result[0]["user_name"]) if said.status == 200 else str(said.status)


async def test_client_credentials_act_as_the_integration_user(desk: Desk) -> None:
    said = await ask(desk, **ROBOT)
    assert said.status == 200
    assert set(said.body) == {"access_token", "scope", "token_type", "expires_in"}
    assert 1797 <= said.body["expires_in"] <= 1799
    assert await who(desk, said.body["access_token"]) == "kollega.integration"


async def test_the_same_token_is_given_while_it_lives(desk: Desk) -> None:
    first, second = await ask(desk, **ROBOT), await ask(desk, **ROBOT)
    assert first.body["access_token"] == second.body["access_token"]


async def test_a_token_runs_out(desk: Desk) -> None:
    await desk.control("settings", servicenow_token_seconds=0)
    table = desk.simulation.store.table("servicenow", "_token")
    said = await ask(desk, **ROBOT)
    token = said.body["access_token"]
    table[token] = table[token] | {"expires": "2026-01-01 00:00:00"}
    assert await who(desk, token) == "401"
    assert (await ask(desk, **ROBOT)).body["access_token"] != token


async def test_password_and_refresh(desk: Desk) -> None:
    said = await ask(desk, grant_type="password", username=BIRTHE, password="simulator", **CLIENT)
    assert await who(desk, said.body["access_token"]) == BIRTHE
    again = await ask(desk, grant_type="refresh_token", refresh_token=said.body["refresh_token"], **CLIENT)
    assert await who(desk, again.body["access_token"]) == BIRTHE


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"grant_type": "client_credentials"},
        ROBOT | {"client_secret": "wrong"},
        ROBOT | {"client_id": "nobody"},
        ROBOT | {"grant_type": "magic"},
        {"grant_type": "password", "username": BIRTHE, "password": "wrong", **CLIENT},
        {"grant_type": "password", "username": "", "password": "", **CLIENT},
        {"grant_type": "refresh_token", "refresh_token": "x", **CLIENT},
        {"grant_type": JWT_BEARER, "assertion": "x.y.z", **CLIENT},
        {"grant_type": JWT_BEARER, **CLIENT},
    ],
)
async def test_every_failure_looks_the_same(desk: Desk, form: dict[str, str]) -> None:
    said = await ask(desk, **form)
    assert (said.status, said.body) == (401, FACE)


async def test_json_is_refused(desk: Desk) -> None:
    said = await desk.call("POST", "/oauth_token.do", user=None, json=ROBOT)
    assert (said.status, said.body) == (401, FACE)


async def test_the_inactive_and_the_locked_stay_out(desk: Desk) -> None:
    token = (await ask(desk, grant_type="password", username=BIRTHE, password="simulator", **CLIENT)).body["access_token"]
    for change in ({"active": "false"}, {"active": "true", "locked_out": "true"}):
        await desk.change("sys_user", await desk.user_id(BIRTHE), change, user="admin")
        assert (await ask(desk, grant_type="password", username=BIRTHE, password="simulator", **CLIENT)).status == 401
        assert await who(desk, token) == "401"
        assert (await desk.call("GET", "/api/now/table/incident", user=BIRTHE)).status == 401


def claims(**other: Any) -> dict[str, Any]:
    now = int(time.time())
    return {"iss": "kollega", "aud": "kollega", "sub": "birthe.holm@kk.example", "iat": now, "exp": now + 60, "jti": "1", **other}


async def bear(desk: Desk, assertion: str) -> Said:
    return await ask(desk, grant_type=JWT_BEARER, assertion=assertion, **CLIENT)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


async def register(desk: Desk, key: rsa.RSAPrivateKey) -> None:
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    await desk.control("settings", servicenow_jwt_key=public)


def signed(body: dict[str, Any], key: rsa.RSAPrivateKey) -> str:
    """A JWT with claims of any kind."""
    return jwt.api_jws.encode(json.dumps(body).encode(), key, "RS256", headers={"kid": "k"})


async def test_a_signed_jwt_acts_as_the_person_and_once_only(desk: Desk, key: rsa.RSAPrivateKey) -> None:
    assertion = signed(claims(), key)
    assert (await bear(desk, assertion)).status == 401  # the key is not registered
    await register(desk, key)
    said = await bear(desk, assertion)
    assert await who(desk, said.body["access_token"]) == BIRTHE
    assert (await bear(desk, assertion)).status == 401
    other = rsa.generate_private_key(65537, 2048)
    assert (await bear(desk, signed(claims(jti="2"), other))).status == 401


@pytest.mark.parametrize(
    "wrong",
    [{"aud": "other"}, {"iss": "other"}, {"sub": "nobody@kk.example"}, {"exp": 1}, {"sub": ["x"]}, {"jti": 7}, {"iat": "x"}, {"iss": {}}],
)
async def test_a_jwt_with_a_wrong_claim_is_refused(desk: Desk, key: rsa.RSAPrivateKey, wrong: dict[str, Any]) -> None:
    await register(desk, key)
    assert (await bear(desk, signed(claims(), key))).status == 200
    assert (await bear(desk, signed(claims(jti="2") | wrong, key))).status == 401


async def test_no_sign_in_at_all_and_nonsense_are_401(desk: Desk) -> None:
    for header in ("", "Basic", "Basic !!!", "Basic YQ==", "Bearer", "Bearer x", "Digest x", "Basic YWRtaW46"):
        said = await desk.call("GET", "/api/now/table/incident", user=None, headers={"Authorization": header} if header else {})
        assert said.status == 401, header
        assert said.headers["WWW-Authenticate"].startswith("BASIC")
