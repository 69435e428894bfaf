"""Kvantum: the reporting interface of the municipality's finance system, as sets of rows (`simulators.reporting`).

OAuth 2 client credentials at /kvantum/oauth/token: client `kollega`, secret `simulator`. Switches: see `simulators.reporting`, prefixed with
`kvantum`; `world_seed` makes another world.
"""

import secrets

from aiohttp import web

from simulators.kvantum.ledger import ENTITIES, load
from simulators.reporting import Reports
from simulators.simulation import Simulation, System

LIFE = 3600  # seconds of a token


def build(simulation: Simulation) -> web.Application:
    """The application under /kvantum."""
    tokens: dict[str, float] = {}

    async def token(request: web.Request) -> web.Response:
        form = await request.post()
        if form.get("grant_type") != "client_credentials":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        if (form.get("client_id"), form.get("client_secret")) != ("kollega", "simulator"):
            return web.json_response({"error": "invalid_client"}, status=401)
        made = secrets.token_urlsafe(24)
        tokens[made] = simulation.now().timestamp() + LIFE
        return web.json_response({"access_token": made, "token_type": "Bearer", "expires_in": LIFE})

    def admits(request: web.Request) -> bool:
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        return kind == "Bearer" and tokens.get(given, 0.0) > simulation.now().timestamp()

    app = web.Application()
    app.router.add_post("/oauth/token", token)
    Reports(simulation, "kvantum", ENTITIES, load, admits).routes(app)
    return app


def is_write(method: str, path: str) -> bool:
    """Nothing can be changed through reports; a token is no change."""
    del method, path
    return False


SYSTEM = System(build=build, is_write=is_write)
