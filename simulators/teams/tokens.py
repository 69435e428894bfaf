"""Tokens of the Bot Connector, right ones and each kind of broken one, and the check of the bot's own.

The rules are those of "Authentication with the Bot Connector API" in the Bot Framework's documentation.
"""

import base64
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicNumbers, generate_private_key

from simulators.teams.errors import Refusal
from simulators.world import TENANT

ISSUER = "https://api.botframework.com"  # of what Teams sends, and the audience of what the bot sends
EMULATOR = "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"
HOUR = 3600


def number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).decode().rstrip("=")


def encoded(claims: dict[str, Any], key: RSAPrivateKey | str, kid: str | None, algorithm: str = "RS256") -> str:
    """A signed token; without `kid` its head names no key."""
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid, "x5t": kid} if kid else None)


@dataclass
class Key:
    """A signing key with the channels that it may speak for."""

    endorsements: tuple[str, ...] = ("msteams",)
    kid: str = field(default_factory=lambda: uuid.uuid4().hex)
    private: RSAPrivateKey = field(default_factory=lambda: generate_private_key(public_exponent=65537, key_size=2048))

    def public(self) -> dict[str, Any]:
        """The key as the key document shows it."""
        numbers: RSAPublicNumbers = self.private.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "kid": self.kid,
            "x5t": self.kid,
            "n": number(numbers.n),
            "e": number(numbers.e),
            "endorsements": list(self.endorsements),
        }


def without(*names: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda claims: {key: value for key, value in claims.items() if key not in names}


def shifted(seconds: int) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Valid for an hour that ended, or begins, that many seconds from now."""
    begin = seconds - HOUR if seconds < 0 else seconds
    return lambda claims: {**claims, "nbf": claims["iat"] + begin, "exp": claims["iat"] + begin + HOUR}


CLAIMS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "none": dict,
    "wrong_issuer": lambda claims: {**claims, "iss": "https://example.com"},
    "no_issuer": without("iss"),
    "emulator_issuer": lambda claims: {**claims, "iss": EMULATOR, "appid": claims["aud"], "ver": "1.0"},
    "wrong_audience": lambda claims: {**claims, "aud": str(uuid.UUID(int=1))},
    "no_audience": without("aud"),
    "list_audience": lambda claims: {**claims, "aud": [claims["aud"]]},
    "expired": shifted(-600),
    "expired_within_skew": shifted(-240),
    "not_yet": shifted(600),
    "not_yet_within_skew": shifted(240),
    "no_expiry": without("exp"),
    "wrong_service_url": lambda claims: {**claims, "serviceurl": "https://smba.example.com/other/"},
    "no_service_url": without("serviceurl"),
}
FAULTS = (*CLAIMS, "unknown_key", "no_key_id", "foreign_signature", "hs256", "rs384", "unsigned", "not_endorsed", "garbage")


class Tokens:
    """The keys of one start, and what is signed by them. Keys are made when they are first needed (a tenth of a second each)."""

    def __init__(self) -> None:
        self._keys: list[Key] = []

    @cached_property
    def foreign(self) -> Key:
        """A published key that may not speak for Teams."""
        return Key(endorsements=("webchat",))

    @cached_property
    def entra(self) -> Key:
        """Signs the bot's own tokens."""
        return Key()

    @property
    def key(self) -> Key:
        """The one that signs now."""
        if not self._keys:
            self._keys.append(Key())
        return self._keys[-1]

    def rotate(self, keep: bool) -> str:
        """A new signing key; the older ones stay published only with `keep`. Gives the new key's id."""
        self._keys = [*(self._keys if keep else ()), Key()]
        return self.key.kid

    def published(self) -> dict[str, Any]:
        """The key document."""
        return {"keys": [key.public() for key in (self.key, *self._keys[:-1], self.foreign)]}

    def claims(self, app_id: str, service_url: str) -> dict[str, Any]:
        now = int(time.time())
        return {"iss": ISSUER, "aud": app_id, "serviceurl": service_url, "iat": now, "nbf": now, "exp": now + HOUR}

    def sign(self, app_id: str, service_url: str, fault: str = "none") -> str:
        """A token as Teams sends it to the bot, right ("none") or with one of FAULTS. Raises KeyError for an unknown fault."""
        claims, key = self.claims(app_id, service_url), self.key
        if fault in CLAIMS:
            return encoded(CLAIMS[fault](claims), key.private, key.kid)
        broken: dict[str, Callable[[], str]] = {
            "unknown_key": lambda: encoded(claims, key.private, uuid.uuid4().hex),
            "no_key_id": lambda: encoded(claims, key.private, None),
            "foreign_signature": lambda: encoded(claims, self.foreign.private, key.kid),
            "hs256": lambda: encoded(claims, "x" * 64, key.kid, "HS256"),
            "rs384": lambda: encoded(claims, key.private, key.kid, "RS384"),
            "unsigned": lambda: encoded(claims, "", key.kid, "none"),
            "not_endorsed": lambda: encoded(claims, self.foreign.private, self.foreign.kid),
            "garbage": lambda: "not.a.token",
        }
        return broken[fault]()

    def issue(self, app_id: str, seconds: float) -> dict[str, Any]:
        """The bot's own token, as the token endpoint answers."""
        now = int(time.time())
        claims = {"iss": f"https://sts.windows.net/{TENANT}/", "aud": ISSUER, "appid": app_id, "nbf": now, "exp": now + int(seconds)}
        return {
            "token_type": "Bearer",
            "expires_in": int(seconds),
            "ext_expires_in": int(seconds),
            "access_token": encoded(claims, self.entra.private, self.entra.kid),
        }

    def check(self, header: str | None, app_id: str) -> None:
        """Raises Refusal 401 unless the header bears a token that this process gave to that bot."""
        scheme, _, token = (header or "").partition(" ")
        if scheme != "Bearer" or not token:
            raise Refusal(401, "Unauthorized", "Authorization has been denied for this request.")
        needed = {"require": ["exp", "aud", "appid"]}
        try:
            claims = jwt.decode(token, self.entra.private.public_key(), algorithms=["RS256"], audience=ISSUER, options=needed)  # type: ignore[arg-type]  # a dict is what its TypedDict is
        except jwt.InvalidTokenError as error:
            raise Refusal(401, "Unauthorized", f"The token is not valid: {type(error).__name__}.") from None
        if claims["appid"] != app_id:
            raise Refusal(401, "BotNotRegistered", "The bot is not registered.")
