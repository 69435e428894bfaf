"""The sign-in service: client_credentials tokens with Entra's refusals, and Graph's check of them.

Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow and …/reference-error-codes
"""

import base64
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import jwt
from aiohttp import web

from simulators.graph.wire import Refusal, knob
from simulators.simulation import Simulation
from simulators.world import DOMAIN, TENANT

CLIENT = "kollega"
SECRET = "simulator"
GRAPH = "https://graph.microsoft.com"
OUTLOOK = "https://outlook.office365.com"
TENANTS = {TENANT, f"{DOMAIN.partition('.')[0]}.onmicrosoft.com", DOMAIN}
KEY = "the simulated tenant signs its tokens with this invented key"
ROLES = ("User.Read.All", "GroupMember.Read.All", "Mail.ReadWrite", "Mail.Send", "MailboxSettings.ReadWrite")
RESOURCES = {GRAPH: ("graph_roles", ROLES), OUTLOOK: ("exchange_roles", ("Exchange.ManageAsApp",))}  # a token is for one of them
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass
class No(Exception):
    """Entra says no."""

    status: int
    error: str
    number: int
    text: str


async def answer(simulation: Simulation, request: web.Request, tenant: str) -> web.Response:
    """POST {tenant}/oauth2/v2.0/token."""
    form = dict(parse_qsl((await request.read()).decode(errors="replace"), keep_blank_values=True))
    if request.method != "POST":
        return refused(No(400, "invalid_request", 900561, "The endpoint only accepts POST, OPTIONS requests."))
    try:
        return web.json_response(granted(simulation, form, tenant))
    except No as no:
        return refused(no)


def granted(simulation: Simulation, form: dict[str, str], tenant: str) -> dict[str, Any]:
    """The token for a form. Raises No."""
    if tenant.lower() not in TENANTS:
        raise No(400, "invalid_request", 90002, f"Tenant '{tenant[:80]}' not found. Check to make sure you have the correct tenant ID.")
    for name in ("grant_type", "client_id", "scope"):
        if not form.get(name):
            raise No(400, "invalid_request", 900144, f"The request body must contain the following parameter: '{name}'.")
    if form["grant_type"] != "client_credentials":
        raise No(400, "unsupported_grant_type", 70003, f"The app requested an unsupported grant type '{form['grant_type'][:80]}'.")
    known(form)
    resource, _, scope = form["scope"].rpartition("/")
    if scope != ".default":
        raise No(
            400,
            "invalid_scope",
            1002012,
            "The provided value for scope is not valid. Client credential flows must have a scope value with /.default.",
        )
    if resource not in RESOURCES:
        raise No(400, "invalid_resource", 500011, f"The resource principal named {resource[:80]} was not found in the tenant.")
    life = int(knob(simulation, "graph_token_seconds", 3599))
    return {"token_type": "Bearer", "expires_in": life, "ext_expires_in": life, "access_token": token(simulation, resource, life)}


def known(form: dict[str, str]) -> None:
    """Check who asks. Secrets are compared; a certificate's assertion need only be a JWT of this client."""
    if form["client_id"] != CLIENT:
        raise No(
            400, "unauthorized_client", 700016, f"Application with identifier '{form['client_id'][:80]}' was not found in the directory."
        )
    if form.get("client_assertion_type") == ASSERTION:
        try:
            claims = jwt.decode(form.get("client_assertion", ""), options={"verify_signature": False})
        except jwt.PyJWTError as error:
            raise No(401, "invalid_client", 50027, "JWT token is invalid or malformed.") from error
        if claims.get("iss") == CLIENT:
            return
        raise No(401, "invalid_client", 700023, "Client assertion audience or issuer claim does not match.")
    if "client_secret" not in form:
        raise No(
            401, "invalid_client", 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        )
    if form["client_secret"] != SECRET:
        raise No(401, "invalid_client", 7000215, f"Invalid client secret provided for app '{CLIENT}'.")


def token(simulation: Simulation, audience: str = GRAPH, life: int = 3599, roles: tuple[str, ...] | None = None) -> str:
    """An application's access token. The settings `graph_roles` and `exchange_roles` name its permissions; `life`: seconds."""
    setting, usual = RESOURCES.get(audience, ("", ROLES))
    named = simulation.settings.get(setting)
    granted_roles = [str(one) for one in named] if isinstance(named, list) else list(usual if roles is None else roles)
    now = int(simulation.now().timestamp())
    claims = {
        "aud": audience,
        "iss": f"https://sts.windows.net/{TENANT}/",
        "iat": now,
        "nbf": now,
        "exp": now + life,
        "appid": CLIENT,
        "idtyp": "app",
        "roles": granted_roles,
        "tid": TENANT,
        "ver": "1.0",
        "uti": uuid.uuid4().hex[:22],
    }
    return jwt.encode(claims, KEY, algorithm="HS256")


def refused(no: No) -> web.Response:
    """Entra's error body."""
    trace, now = str(uuid.uuid4()), f"{datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}"
    body = {
        "error": no.error,
        "error_description": f"AADSTS{no.number}: {no.text} Trace ID: {trace} Correlation ID: {trace} Timestamp: {now}",
        "error_codes": [no.number],
        "timestamp": now,
        "trace_id": trace,
        "correlation_id": trace,
        "error_uri": f"https://login.microsoftonline.com/error?code={no.number}",
    }
    return web.json_response(body, status=no.status)


def discovery(host: str, tenant: str) -> dict[str, Any]:
    """The OpenID discovery document: https throughout, as clients of the login service demand."""
    at = f"https://{host}/graph/{tenant}"
    return {
        "issuer": f"{at}/v2.0",
        "authorization_endpoint": f"{at}/oauth2/v2.0/authorize",
        "token_endpoint": f"{at}/oauth2/v2.0/token",
        "jwks_uri": f"{at}/discovery/v2.0/keys",
        "response_types_supported": ["code", "id_token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }


def checked(simulation: Simulation, header: str) -> frozenset[str]:
    """The roles of the token in an Authorization header. Refuses (401) none, a foreign, an expired one, one for another audience."""
    kind, _, text = header.partition(" ")
    if kind.lower() != "bearer" or not text.strip():
        raise unauthorised("Access token is empty.")
    if simulation.settings.get("graph_claims_challenge"):
        claims = base64.b64encode(json.dumps({"access_token": {"nbf": {"essential": True, "value": "1795000000"}}}).encode()).decode()
        raise unauthorised("Continuous access evaluation resulted in challenge.", f'error="insufficient_claims", claims="{claims}"')
    try:
        claims_found = jwt.decode(text.strip(), KEY, algorithms=["HS256"], audience=GRAPH)
    except jwt.ExpiredSignatureError as error:
        raise unauthorised("Lifetime validation failed, the token is expired.") from error
    except jwt.InvalidAudienceError as error:
        raise unauthorised("Access token validation failure. Invalid audience.") from error
    except jwt.PyJWTError as error:
        raise unauthorised("IDX14100: JWT is not well formed, or its signature is not valid.") from error
    return frozenset(claims_found["roles"])


def unauthorised(message: str, challenge: str = 'error="invalid_token"') -> Refusal:
    """401 as Graph says it."""
    login = (
        f'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="{CLIENT}", {challenge}'
    )
    return Refusal(401, "InvalidAuthenticationToken", message, {"WWW-Authenticate": login})
