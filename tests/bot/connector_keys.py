"""A Bot Connector's signing side: keys, tokens, and the OpenID endpoint, which counts how often it is asked."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from tests.bot.standins import APP

ISSUER = "https://api.botframework.com"
PRIVATE = {name: rsa.generate_private_key(public_exponent=65537, key_size=2048) for name in ("one", "two", "foreign")}


@dataclass
class OpenId:
    """`listed`: the keys that it tells of, each with the channels that it is endorsed for."""

    listed: dict[str, list[str]] = field(default_factory=lambda: {"one": ["msteams"]})
    asked: int = 0
    status: int = 200
    delay: float = 0.0
    url: str = ""

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/openidconfiguration", self.metadata)
        app.router.add_get("/keys", self.keys)
        return app

    async def metadata(self, request: web.Request) -> web.Response:
        self.asked += 1
        time.sleep(self.delay)  # noqa: ASYNC251 - the endpoint has a loop of its own where it is slow
        found = {"issuer": ISSUER, "jwks_uri": f"http://{request.host}/keys", "id_token_signing_alg_values_supported": ["RS256"]}
        return web.json_response(found, status=self.status)

    async def keys(self, request: web.Request) -> web.Response:
        del request
        found = [public(name) | {"endorsements": channels} for name, channels in self.listed.items()]
        return web.json_response({"keys": found})


def public(name: str) -> dict[str, Any]:
    """A key as a key list shows it."""
    made: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(PRIVATE[name].public_key()))
    return made | {"kid": name, "use": "sig", "x5t": name}


def claims(service_url: str, **changes: Any) -> dict[str, Any]:
    """What a good token says; None leaves a claim out."""
    now = int(time.time())
    made = {"iss": ISSUER, "aud": APP, "serviceurl": service_url, "nbf": now - 10, "exp": now + 3600} | changes
    return {key: value for key, value in made.items() if value is not None}


def signed(said: dict[str, Any], key: str = "one", kid: str | None = "one", algorithm: str = "RS256") -> str:
    """A token."""
    secret: Any = PRIVATE[key] if algorithm.startswith("RS") else "a shared secret that is long enough for it"
    return jwt.encode(said, secret, algorithm=algorithm, headers={"kid": kid} if kid else {})
