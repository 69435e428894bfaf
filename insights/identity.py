"""Who looks at the tab: the one whose Teams token is right; without an app registration, whoever this machine says it is.

Source: "Enable SSO for tab app" (Microsoft Teams documentation) and "Access tokens" (Microsoft identity platform): an access token of
version 2 for our own app. It comes with each call as a bearer token, never in a cookie, so that no other page can act with it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import jwt
from aiohttp import web

from connectors import openid
from connectors.directory import Directory, Person
from connectors.errors import NotFound
from connectors.openid import Keys
from connectors.systems import Systems
from dialogs.desk import Desk
from dialogs.oversight.rights import may_see
from settings import Settings, is_loopback

AUTHORITY = "https://login.microsoftonline.com"
SCOPE = "access_as_user"
MINUTE = 60.0  # seconds
SKEW = 300  # seconds that the two clocks may differ
LOCAL = "Local "  # an Authorization header of this machine's own: "Local <Entra object id>"


class Unknown(Exception):
    """It is not known who asks, or they are not let in. The text says so, in Danish; reason: in English, for the log."""

    def __init__(self, reason: str, status: int = 401, text: str = "Jeg kan ikke se, hvem du er. Åbn fanen i Teams igen.") -> None:
        super().__init__(text)
        self.reason, self.status = reason, status


class Door(Protocol):
    """Tells who asks."""

    async def visitor(self, request: web.Request) -> str:
        """The Entra object id. Raises Unknown, and Unavailable where keys cannot be fetched."""


@dataclass(frozen=True)
class LocalDoor:
    """Without an app registration: only this machine, on both sides, and only its own pages."""

    async def visitor(self, request: web.Request) -> str:
        """Raises Unknown."""
        said = request.headers.getall("Authorization", [])
        if not is_loopback((request.remote or "").removeprefix("::ffff:")) or not is_loopback(request.url.host or ""):
            raise Unknown("without an app registration only this machine is served", 403, "Fanen kan kun åbnes på denne maskine.")
        if len(said) != 1 or not said[0].startswith(LOCAL):
            raise Unknown("nobody is named", text="Vælg, hvem du er, i chatvinduet, og åbn fanen derfra.")
        return said[0].removeprefix(LOCAL)


@dataclass(frozen=True)
class TeamsDoor:
    """A token of Teams single sign-on. audiences: what it may be made for: our app, by its id or its address."""

    keys: Keys
    tenant: str
    audiences: tuple[str, ...]

    async def visitor(self, request: web.Request) -> str:
        """Raises Unknown and Unavailable."""
        token = openid.bearer(request.headers.getall("Authorization", []))
        if not token:
            raise Unknown("no bearer token")
        claims = await self._claims(token)
        if claims["tid"].lower() != self.tenant.lower() or SCOPE not in claims["scp"].split():
            raise Unknown("another tenant, or not the right to sign in")
        return str(claims["oid"]).lower()

    async def _claims(self, token: str) -> dict[str, Any]:
        """What a right token says. Raises Unknown."""
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            key = await self.keys.find(kid) if isinstance(kid, str) else None
            if key is None:
                raise Unknown("the token's key is unknown")
            found: dict[str, Any] = jwt.decode(
                token,
                key.public,
                algorithms=["RS256"],
                audience=self.audiences,
                issuer=f"{AUTHORITY}/{self.tenant}/v2.0",
                leeway=SKEW,
                options={"require": ["exp", "nbf", "iss", "aud", "oid", "tid", "scp"]},
            )
        except jwt.ExpiredSignatureError:
            raise Unknown("the token is expired", text="Det er for længe siden, du loggede på. Åbn fanen igen.") from None
        except jwt.InvalidTokenError as error:
            raise Unknown(f"the token is not valid: {type(error).__name__}") from None
        if not all(isinstance(found[name], str) for name in ("aud", "oid", "tid", "scp")):
            raise Unknown("a claim is no text")
        return found


class Rights:
    """Who may see tilsyn, by the chat's own rule. A yes holds for a minute: a page asks for many things at once, and the rule asks Graph."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    async def may_see(self, desk: Desk, person: str, *, anew: bool = False) -> bool:
        """anew: ask the rule, whatever it said a moment ago, as a write does. Raises ConnectorError."""
        if not anew and self._until.get(person, 0.0) > self._clock():
            return True
        self._until.pop(person, None)
        if not await may_see(desk, person):
            return False
        self._until[person] = self._clock() + MINUTE
        return True


def metadata_url(settings: Settings) -> str:
    """Where the tenant's keys are found."""
    return settings.tab_openid_url or f"{AUTHORITY}/{settings.app_tenant_id}/v2.0/.well-known/openid-configuration"


def audiences(settings: Settings) -> tuple[str, ...]:
    """What a token for the tab is made for."""
    app_id, host = settings.app_id or "", settings.tab_host
    own = (f"api://{host}/{app_id}", f"api://{host}/botid-{app_id}") if host else ()
    return (app_id, f"api://{app_id}", f"api://botid-{app_id}", *own)


async def known(systems: Systems, id_: str) -> Person:
    """The person behind an id. Raises Unknown for somebody whom the directory does not have, and ConnectorError."""
    try:
        return await systems.get(Directory).person(id_)
    except NotFound:
        raise Unknown("not in the directory", 403, "Jeg kan ikke finde dig i Microsoft 365.") from None
