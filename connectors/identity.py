"""Tokens for the systems: fetched once, kept until shortly before they expire, one fetch at a time.

Real Entra goes through msal, in a thread. Token endpoints that speak plain http (simulators, loopback) get our own client-credentials
POST, since msal refuses http; so do endpoints that are not Entra's (ServiceNow's /oauth_token.do).
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import jwt
import msal
import orjson
from typing_extensions import override

from connectors.errors import Denied, Unavailable, from_status
from settings import Settings

ENTRA = "https://login.microsoftonline.com"
BOT_SCOPE = "https://api.botframework.com/.default"
SIMULATED_TENANT = "00000000-0000-4000-8000-00000000beef"
FETCH = 10.0  # seconds for one fetch
VOUCHED = 60  # seconds that an assertion about a person holds
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
CREDENTIALS: Mapping[str, str] = {"grant_type": "client_credentials"}
EARLY = 60.0  # seconds before its end that a token is no longer used


@dataclass(frozen=True)
class Grant:
    """A token and its life in seconds."""

    token: str
    seconds: float


@dataclass(frozen=True)
class Client:
    """Who asks for a token: an app registration or an OAuth client."""

    id: str
    secret: str = field(repr=False)
    scope: str = ""


class Tokens:
    """A token source: `await tokens()` gives one that is good for now. Raises Denied or Unavailable."""

    def __init__(self, fetch: Callable[[], Awaitable[Grant]]) -> None:
        self._fetch = fetch
        self._lock = asyncio.Lock()
        self._token = ""
        self._until = 0.0

    async def __call__(self) -> str:
        """The token at hand, or a fresh one. Some issuers hand out the rest of an old life: at most half of it is waited away."""
        async with self._lock:
            if not self._token or time.monotonic() >= self._until:
                grant = await self._fetch()
                self._token, self._until = grant.token, time.monotonic() + grant.seconds - min(EARLY, grant.seconds / 2)
            return self._token

    def forget(self, token: str) -> None:
        """The system did not accept this one. A newer one that somebody else has fetched meanwhile stays."""
        if token == self._token:
            self._token = ""


def client_credentials(system: str, url: str, client: Client, session: aiohttp.ClientSession | None = None) -> Tokens:
    """Tokens by the client-credentials grant (RFC 6749, 4.4), form-encoded. Without `session` each fetch opens its own."""

    async def fetch() -> Grant:
        if session is not None:
            return await _post(session, system, url, client)
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as own:
            return await _post(own, system, url, client)

    return Tokens(fetch)


@dataclass(frozen=True)
class SigningKey:
    """The private key (PEM, RSA) that vouches for who somebody is, and the id by which the system knows it."""

    id: str
    pem: str = field(repr=False)


def acting_as(system: str, url: str, client: Client, key: SigningKey, *, subject: str, session: aiohttp.ClientSession) -> Tokens:
    """Tokens for what is done in a person's own name (RFC 7523, 2.1): each fetch vouches anew. subject: whom the system knows by it."""

    async def fetch() -> Grant:
        now = int(time.time())
        claims = {"iss": client.id, "sub": subject, "aud": client.id, "iat": now, "exp": now + VOUCHED, "jti": str(uuid.uuid4())}
        try:
            assertion = jwt.encode(claims, key.pem, "RS256", headers={"kid": key.id})
        except (jwt.PyJWTError, ValueError, TypeError):
            raise Denied(system, "token: the key cannot sign", code="credentials") from None
        return await _post(session, system, url, client, {"grant_type": JWT_BEARER, "assertion": assertion})

    return Tokens(fetch)


def entra(system: str, tenant: str, client: Client, authority: str = ENTRA, verify: bool | str = True) -> Tokens:
    """Tokens of an app registration in Entra ID, through msal. `verify`: True, or a file with the certificates to trust."""
    made: list[Any] = []

    def grant() -> dict[str, Any]:
        if not made:  # the constructor asks the login server for its configuration: hence here, in the thread
            made.append(
                msal.ConfidentialClientApplication(
                    client.id,
                    client_credential=client.secret,
                    authority=f"{authority}/{tenant}",
                    instance_discovery=False,
                    timeout=FETCH,
                    verify=verify,
                    http_cache=NoCache(),
                )
            )
        app = made[0]
        app.remove_tokens_for_client()  # `Tokens` decides what is fresh: one that a system refused must not come back
        try:
            result: dict[str, Any] = app.acquire_token_for_client(scopes=[client.scope])
        finally:
            app.http_client.close()  # the next fetch is an hour away
        return result

    async def fetch() -> Grant:
        try:
            result = await asyncio.to_thread(grant)
        except (
            OSError,
            ValueError,
            msal.exceptions.MsalError,
        ) as error:  # requests' errors are OSErrors; a body that is no JSON, a ValueError
            raise Unavailable(system, f"token: {type(error).__name__}", code="no_token") from None
        return _granted(system, result, 200 if "access_token" in result else 401)

    return Tokens(fetch)


def app_registration(system: str, of: str, scope: str, settings: Settings, session: aiohttp.ClientSession) -> tuple[str, Tokens]:
    """The tenant, and its tokens for the app registration whose settings begin with `of` ("graph"); for the simulator, its own."""
    url, secret = settings.system_url(of) or "", getattr(settings, f"{of}_client_secret")
    tenant, client = SIMULATED_TENANT, Client("kollega", "simulator", scope)
    if not settings.is_simulated(of):
        tenant = getattr(settings, f"{of}_tenant_id") or ""
        client = Client(getattr(settings, f"{of}_client_id") or "", secret.get_secret_value() if secret else "", scope)
    if settings.is_simulated(of) or url.startswith("http://"):
        return tenant, client_credentials(system, f"{url}/{tenant}/oauth2/v2.0/token", client, session)
    return tenant, entra(system, tenant, client)


class NoCache(dict[str, Any]):
    """msal remembers failures by address and client, and would answer from memory; our own back-off is enough."""

    @override
    def __setitem__(self, key: str, value: object) -> None:
        """Forget it."""


def bot_token(settings: Settings) -> Callable[[], Awaitable[str]] | None:
    """The bot's own token, for what it sends to the Bot Connector. None without APP_ID: then nothing is signed."""
    if not settings.app_id or not settings.app_password:
        return None
    client = Client(settings.app_id, settings.app_password.get_secret_value(), BOT_SCOPE)
    if settings.token_url:
        return client_credentials("teams", settings.token_url, client)
    return entra("teams", settings.app_tenant_id or "", client)


async def _post(session: aiohttp.ClientSession, system: str, url: str, client: Client, more: Mapping[str, str] = CREDENTIALS) -> Grant:
    """One POST of a client for a token; `more`: the kind of grant and what it needs."""
    form = {**more, "client_id": client.id, "client_secret": client.secret}
    if client.scope:
        form["scope"] = client.scope
    try:
        async with session.post(
            url, data=form, headers={"Accept": "application/json"}, allow_redirects=False, timeout=aiohttp.ClientTimeout(total=FETCH)
        ) as response:
            status, body = response.status, await response.read()
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise Unavailable(system, f"token: {type(error).__name__}", code="no_token") from None
    try:
        data = orjson.loads(body)
    except ValueError:
        data = None
    return _granted(system, data, status)


def _granted(system: str, data: object, status: int) -> Grant:
    """The grant in an answer. A client that is not accepted is Denied, whatever status that comes with."""
    if 200 <= status < 300 and isinstance(data, dict):
        token, seconds = data.get("access_token"), data.get("expires_in")
        if isinstance(token, str) and token and isinstance(seconds, int | float | str) and str(seconds).isdecimal():
            return Grant(token, float(seconds))
    if status in {400, 401, 403}:
        error = data.get("error") if isinstance(data, dict) else None
        if error != "temporarily_unavailable":
            raise Denied(system, "token: the client is not accepted", status, "credentials")
    if status >= 400:
        failed = from_status(system, status, "token", "no_token")
        if isinstance(failed, Unavailable):
            raise failed
    raise Unavailable(system, "token: the answer holds no token", status, "no_token")
