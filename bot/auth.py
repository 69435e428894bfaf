"""Who may talk to the bot: Microsoft's rules for requests from the Bot Connector.

Source: "Authenticate requests from the Bot Connector service to your bot" (Bot Framework REST documentation), steps 1–7. The SDK's own
validator answers 500 to most tokens that it does not like, blocks the event loop while it fetches keys, and does not notice a key
rotation; this one takes its place. Tokens of the Emulator, of skills and of government clouds are refused.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import jwt
import structlog
from jwt.algorithms import RSAAlgorithm

from bot.addresses import Addresses
from bot.incoming import Incoming, Refusal
from settings import is_loopback

ISSUER = "https://api.botframework.com"
SKEW = 300  # seconds that the two clocks may differ
DAY, HOUR = 86_400.0, 3_600.0
KEYS_TIMEOUT = aiohttp.ClientTimeout(total=5)  # seconds; a request from Teams must be answered within 15

log = structlog.get_logger()


@dataclass(frozen=True)
class Key:
    """A signing key, and the channels that it may sign for."""

    public: Any
    endorsements: frozenset[str]


class Keys:
    """The Bot Connector's keys: fetched when first needed, then daily, and when a key id is unknown, that at most once an hour."""

    def __init__(self, session: aiohttp.ClientSession, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._url = url
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._fetched = -DAY
        self._looked_for = -HOUR
        self._lock = asyncio.Lock()

    async def find(self, kid: str) -> Key | None:
        """The key of that id, or None. Raises Refusal 503 when no keys could be fetched so far."""
        if self._clock() - self._fetched >= DAY:
            await self._refresh(self._fetched)
        if kid not in self._keys and self._clock() - self._looked_for >= HOUR:
            self._looked_for = self._clock()
            await self._refresh(self._fetched)
        return self._keys.get(kid)

    async def _refresh(self, seen: float) -> None:
        """Fetch once however many ask at the same time. Old keys stay in use while new ones cannot be had."""
        async with self._lock:
            if self._fetched != seen:
                return
            try:
                document = await self._get(self._url)
                listing = await self._get(str(document["jwks_uri"]))
                self._keys = {str(raw["kid"]): read_key(raw) for raw in listing["keys"] if raw.get("kty") == "RSA" and "kid" in raw}
                self._fetched = self._clock()
            except (aiohttp.ClientError, TimeoutError, LookupError, TypeError, AttributeError, ValueError, jwt.InvalidKeyError) as error:
                log.warning("signing keys not fetched", url=self._url, error=type(error).__name__)
                if not self._keys:
                    raise Refusal(503, "the signing keys cannot be fetched") from error

    async def _get(self, url: str) -> Any:
        async with self._session.get(url, timeout=KEYS_TIMEOUT) as response:
            response.raise_for_status()
            return await response.json(content_type=None)


def read_key(raw: dict[str, Any]) -> Key:
    """One entry of the key list."""
    return Key(RSAAlgorithm.from_jwk(raw), frozenset(raw.get("endorsements") or ()))


@dataclass(frozen=True)
class Gate:
    """Lets a request in, or raises Refusal.

    With `app_id`, `tenant` and `keys`: a valid token of the Bot Connector, our tenant, an allowed service URL. Without an app id: only
    this machine on both sides, and no Authorization header (there is nothing to check it against).
    """

    addresses: Addresses
    app_id: str = ""
    tenant: str = ""
    keys: Keys | None = None

    async def check(self, authorization: Sequence[str], peer: str | None, incoming: Incoming) -> None:
        """authorization: every such header. peer: the caller's address. Raises Refusal 401 (who are you?) or 403 (not you, not there)."""
        if self.keys is None:
            self._check_local(authorization, peer)
        else:
            await self._check_token(self.keys, authorization, incoming)
            if {tenant.lower() for tenant in incoming.tenants} != {self.tenant.lower()}:
                raise Refusal(403, "this tenant is not served")
        if not self.addresses.allows(incoming.service_url):
            raise Refusal(403, "this serviceUrl is not allowed")

    @staticmethod
    def _check_local(authorization: Sequence[str], peer: str | None) -> None:
        if authorization:
            raise Refusal(401, "the bot has no app registration and takes no tokens")
        if not is_loopback((peer or "").removeprefix("::ffff:")):
            raise Refusal(403, "without an app registration only this machine is served")

    async def _check_token(self, keys: Keys, authorization: Sequence[str], incoming: Incoming) -> None:
        token = bearer(authorization)
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            key = await keys.find(kid) if isinstance(kid, str) else None
            if key is None:
                raise Refusal(401, "the token's key is unknown")
            claims = jwt.decode(
                token,
                key.public,
                algorithms=["RS256"],
                audience=self.app_id,
                issuer=ISSUER,
                leeway=SKEW,
                options={"require": ["exp", "iss", "aud"], "strict_aud": True},
            )
        except jwt.InvalidTokenError:
            raise Refusal(401, "the token is not valid") from None
        if incoming.channel_id not in key.endorsements:
            raise Refusal(401, "the token's key is not endorsed for this channel")
        if claims.get("serviceurl") != incoming.service_url:
            raise Refusal(401, "the token is for another serviceUrl")


def bearer(authorization: Sequence[str]) -> str:
    """The one token of the one header. Raises Refusal 401."""
    scheme, _, token = authorization[0].partition(" ") if len(authorization) == 1 else ("", "", "")
    if scheme != "Bearer" or not token or " " in token or not token.isascii():
        raise Refusal(401, "a bearer token is needed")
    return token
