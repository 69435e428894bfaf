"""`POST /oauth_token.do`: password, client_credentials, refresh_token and JWT bearer. Every failure looks the same."""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from simulators.servicenow.calls import Answer
from simulators.servicenow.records import Records, Row
from simulators.servicenow.sessions import by_password, good
from simulators.servicenow.values import moment, stored

CLIENTS = {"kollega": ("simulator", "kollega.integration")}  # client → secret, and the user that it acts as
LIFE = 1799.0  # seconds
REFRESH = timedelta(days=100)
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
KEY = (Path(__file__).parent / "kollega.pem").read_text()  # the public half of the key that Kollega signs with when it is simulated
FORM = "application/x-www-form-urlencoded"


def token(records: Records, kind: str, form: Mapping[str, str]) -> Answer:
    """A token for a form's credentials. `kind`: the Content-Type; JSON is refused like everything that is wrong."""
    secret, acts_as = CLIENTS.get(form.get("client_id", ""), ("", ""))
    if kind.partition(";")[0].strip().lower() != FORM or not secret or form.get("client_secret") != secret:
        return denied()
    grant = form.get("grant_type", "")
    user: Row | None = None
    if grant == "client_credentials":
        user = records.first("sys_user", user_name=acts_as)
    elif grant == "password":
        user = by_password(records, form.get("username", ""), form.get("password", ""))
    elif grant == "refresh_token":
        user = refreshed(records, form.get("refresh_token", ""))
    elif grant == JWT_BEARER:
        user = asserted(records, form.get("assertion", ""), form["client_id"])
    return given(records, form["client_id"], grant, user) if user and good(user) else denied()


def denied() -> Answer:
    return Answer({"error_description": "access_denied", "error": "server_error"}, 401)


def given(records: Records, client: str, grant: str, user: Row) -> Answer:
    """The token of that user: within its life always the same, so that little of it may be left."""
    now, table = records.now(), records.table("_token")
    life = records.setting("token_seconds", default=LIFE)
    for name, row in table.items():
        until = moment(row["expires"])
        if until is None or until <= now:
            del table[name]
    running = next((name for name, row in table.items() if row["user"] == user["sys_id"] and row["client"] == client), None)
    if running is None:
        running = secrets.token_urlsafe(48)
        until = now + timedelta(seconds=min(max(life, 0.0), 10.0**8))
        table[running] = {"user": user["sys_id"], "client": client, "expires": stored(until + timedelta(seconds=0.999))}
    left = moment(table[running]["expires"]) or now
    body = {
        "access_token": running,
        "scope": "useraccount",
        "token_type": "Bearer",
        "expires_in": max(0, int((left - now).total_seconds())),
    }
    if grant != "client_credentials":
        body["refresh_token"] = refresh_token(records, client, user)
    return Answer(body)


def refresh_token(records: Records, client: str, user: Row) -> str:
    """The refresh token of a user and client."""
    table = records.table("_refresh")
    found = next((name for name, row in table.items() if row["user"] == user["sys_id"] and row["client"] == client), None)
    if found is None:
        found = secrets.token_urlsafe(48)
        table[found] = {"user": user["sys_id"], "client": client, "expires": stored(records.now() + REFRESH)}
    return found


def refreshed(records: Records, name: str) -> Row | None:
    """The user of a refresh token that is still good."""
    row = records.table("_refresh").get(name)
    until = moment(row["expires"]) if row else None
    return records.find("sys_user", row["user"]) if row and until and until > records.now() else None


def asserted(records: Records, assertion: str, client: str) -> Row | None:
    """The user that a signed JWT names, by e-mail address or user name. Each JWT works once.

    Signed with RS256 by the key whose public half the setting `servicenow_jwt_key` holds (PEM); by default the one of `kollega.pem`.
    """
    import jwt  # here alone: it loads cryptography, and the simulators are to start at once

    try:
        header = jwt.get_unverified_header(assertion)
        claims = jwt.decode(
            assertion,
            records.setting("jwt_key", default=KEY),
            algorithms=["RS256"],
            audience=client,
            options={"require": ["iss", "sub", "aud", "exp", "iat", "jti"]},
        )
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    used = records.table("_jti")
    if not header.get("kid") or claims["iss"] != client or claims["jti"] in used:
        return None
    used[claims["jti"]] = {}
    users = records.where("sys_user", email=claims["sub"], active="true") or records.where("sys_user", user_name=claims["sub"])
    return users[0] if len(users) == 1 else None
