"""Sign-in between Teams and the bot: key documents, the bot's own token, and what tests need of both."""

from aiohttp import web

from simulators.teams.errors import Refusal, bad, read_object
from simulators.teams.hub import Hub
from simulators.teams.tokens import FAULTS, ISSUER

SCOPE = f"{ISSUER}/.default"


class Trust:
    """OpenID metadata, keys, the token endpoint, and `/teams/api/token`."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/openid/.well-known/openidconfiguration", self.metadata),
            web.get("/openid/keys", self.keys),
            web.post("/token", self.issue),
            web.post("/api/token", self.mint),
            web.post("/api/keys/rotate", self.rotate),
        ]

    async def metadata(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": ISSUER,
                "jwks_uri": f"{self.hub.service_url(request)}openid/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            }
        )

    async def keys(self, request: web.Request) -> web.Response:
        del request
        return web.json_response(self.hub.tokens.published())

    async def issue(self, request: web.Request) -> web.Response:
        """The client-credentials grant for the app that is set (any, where none is), with any secret."""
        form = await request.post()
        app_id, secret = form.get("client_id"), form.get("client_secret") or form.get("client_assertion")
        if form.get("grant_type") != "client_credentials":
            return refused("unsupported_grant_type", "AADSTS70003: The grant type is not supported.")
        if form.get("scope") != SCOPE:
            return refused("invalid_scope", f"AADSTS70011: The scope must be {SCOPE}.")
        if not isinstance(app_id, str) or not app_id or app_id != (self.hub.switches.app_id or app_id):
            return refused("unauthorized_client", "AADSTS700016: The application was not found in the directory.")
        if not isinstance(secret, str) or not secret:
            return refused("invalid_client", "AADSTS7000218: The request body must contain client_assertion or client_secret.", 401)
        return web.json_response(self.hub.tokens.issue(app_id, self.hub.switches.seconds("token_seconds", 3600)))

    async def mint(self, request: web.Request) -> web.Response:
        """A token as Teams would send it to the bot, with the fault that is asked for."""
        wanted = await read_object(request)
        fault, service_url = wanted.get("fault", "none"), wanted.get("serviceUrl", self.hub.service_url(request))
        if fault not in FAULTS or not isinstance(service_url, str):
            raise bad(f"fault must be one of {', '.join(FAULTS)}.")
        if not self.hub.switches.app_id:
            raise Refusal(409, "NoSignIn", "Set teams_app_id first.")
        return web.json_response({"token": self.hub.tokens.sign(self.hub.switches.app_id, service_url, fault)})

    async def rotate(self, request: web.Request) -> web.Response:
        """A new signing key; {"keep": true} leaves the older ones published."""
        keep = (await read_object(request)).get("keep", False)
        return web.json_response({"kid": self.hub.tokens.rotate(keep=keep is True)})


def refused(error: str, description: str, status: int = 400) -> web.Response:
    return web.json_response({"error": error, "error_description": description}, status=status)
