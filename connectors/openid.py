"""The public keys of a party that signs tokens, found through its OpenID metadata.

Source: "OpenID Connect Discovery 1.0" (jwks_uri) and "Signing key rollover" (Microsoft identity platform documentation).
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import jwt
import structlog
from jwt.algorithms import RSAAlgorithm

from connectors.errors import Unavailable

DAY, HOUR = 86_400.0, 3_600.0
KEYS_TIMEOUT = aiohttp.ClientTimeout(total=5)  # seconds; a request from Teams must be answered within 15

log = structlog.get_logger()


@dataclass(frozen=True)
class Key:
    """A signing key, and the channels that it may sign for, where it names any."""

    public: Any
    endorsements: frozenset[str]


class Keys:
    """Signing keys: fetched when first needed, then daily, and when a key id is unknown, that at most once an hour."""

    def __init__(self, session: aiohttp.ClientSession, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._url = url
        self._clock = clock
        self._keys: dict[str, Key] = {}
        self._fetched = -DAY
        self._looked_for = -HOUR
        self._lock = asyncio.Lock()

    async def find(self, kid: str) -> Key | None:
        """The key of that id, or None. Raises Unavailable when no keys could be fetched so far."""
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
                    raise Unavailable("openid", "the signing keys cannot be fetched") from error

    async def _get(self, url: str) -> Any:
        async with self._session.get(url, timeout=KEYS_TIMEOUT) as response:
            response.raise_for_status()
            return await response.json(content_type=None)


def read_key(raw: dict[str, Any]) -> Key:
    """One entry of the key list."""
    return Key(RSAAlgorithm.from_jwk(raw), frozenset(raw.get("endorsements") or ()))


def bearer(headers: list[str]) -> str:
    """The one token of the one Authorization header; "" where there is none that can be one."""
    scheme, _, token = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")
    return token if scheme == "Bearer" and token and " " not in token and token.isascii() else ""
