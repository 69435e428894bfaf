"""What stands around the tab in Teams: a tenant's OpenID endpoint with its keys, and a page that answers Microsoft's client library."""

import json
import time
from dataclasses import dataclass
from typing import Any

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

APP = "7d9a1c52-3f0e-4e57-9d55-0c6f3a1b2c4d"
TENANT = "11111111-2222-4333-8444-555555555555"
ISSUER = f"https://login.microsoftonline.com/{TENANT}/v2.0"
PRIVATE = {name: rsa.generate_private_key(public_exponent=65537, key_size=2048) for name in ("one", "foreign")}
# The library says {id, uuidAsString, func, args} to its parent and waits for {id, uuidAsString, args}.
HOST = """<!doctype html><title>Teams</title><iframe src="%(tab)s" style="width:1000px;height:700px"></iframe><script>
const context = {app: {theme: "%(theme)s"}, theme: "%(theme)s", locale: "da-dk", frameContext: "content", subEntityId: "%(place)s", hostClientType: "web",
  entityId: "tilsyn", page: {}};
const answers = {
  initialize: () => ["content", "web", JSON.stringify({apiVersion: 4, isLegacyTeams: false, supports: {pages: {}}}), "2.0.0"],
  getContext: () => [context],
  "authentication.getAuthToken": () => [true, "%(token)s"],
};
window.heard = [];
window.addEventListener("message", (event) => {
  const {id, uuidAsString, func} = event.data;
  window.heard.push(func);
  if (func in answers) event.source.postMessage({id, uuidAsString, args: answers[func]()}, event.origin);
});
window.theme = (name) => document.querySelector("iframe").contentWindow.postMessage({func: "themeChange", args: [name]}, "*");
</script>"""


@dataclass
class Tenant:
    """The endpoint; `asked` counts how often its keys were fetched."""

    asked: int = 0

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/openid", self.metadata)
        app.router.add_get("/keys", self.keys)
        return app

    async def metadata(self, request: web.Request) -> web.Response:
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"http://{request.host}/keys"})

    async def keys(self, request: web.Request) -> web.Response:
        del request
        self.asked += 1
        made: dict[str, Any] = json.loads(RSAAlgorithm.to_jwk(PRIVATE["one"].public_key()))
        return web.json_response({"keys": [made | {"kid": "one", "use": "sig"}]})


def claims(oid: str, /, **changes: Any) -> dict[str, Any]:
    """What a good token says; None leaves a claim out."""
    now = int(time.time())
    said = {"iss": ISSUER, "aud": APP, "oid": oid, "tid": TENANT, "scp": "access_as_user", "ver": "2.0", "nbf": now - 10, "exp": now + 3600}
    return {name: value for name, value in (said | changes).items() if value is not None}


def signed(said: dict[str, Any], key: str = "one", kid: str | None = "one", algorithm: str = "RS256") -> str:
    """A token."""
    secret: Any = PRIVATE[key] if algorithm == "RS256" else "a shared secret that is long enough for it" if algorithm == "HS256" else None
    return jwt.encode(said, secret, algorithm=algorithm, headers={"kid": kid} if kid else {})
