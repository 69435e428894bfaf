"""Who may talk to the bot: Microsoft's rules for requests from the Bot Connector.

Source: "Authenticate requests from the Bot Connector service to your bot" (Bot Framework REST documentation), steps 1–7. The SDK's own
validator answers 500 to most tokens that it does not like, blocks the event loop while it fetches keys, and does not notice a key
rotation; this one takes its place. Tokens of the Emulator, of skills and of government clouds are refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import jwt

from bot.addresses import Addresses
from bot.incoming import Incoming, Refusal
from connectors import openid
from connectors.errors import Unavailable
from connectors.openid import Keys
from settings import is_loopback

ISSUER = "https://api.botframework.com"
SKEW = 300  # seconds that the two clocks may differ


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
        except Unavailable as error:
            raise Refusal(503, error.reason) from error
        except jwt.InvalidTokenError:
            raise Refusal(401, "the token is not valid") from None
        if incoming.channel_id not in key.endorsements:
            raise Refusal(401, "the token's key is not endorsed for this channel")
        if claims.get("serviceurl") != incoming.service_url:
            raise Refusal(401, "the token is for another serviceUrl")


def bearer(authorization: Sequence[str]) -> str:
    """The one token of the one header. Raises Refusal 401."""
    token = openid.bearer([*authorization])
    if not token:
        raise Refusal(401, "a bearer token is needed")
    return token
