"""The time registration: employments, hours and absence, as sets of rows (`simulators.reporting`).

HTTP Basic: user `kollega`, password `simulator`. Switches: see `simulators.reporting`, prefixed with `timereg`; `world_seed` makes another world.
Its hours and absence come from an older part that writes employee numbers without leading zeros.
"""

from aiohttp import encode_basic_auth, web

from simulators.reporting import Reports
from simulators.simulation import Simulation, System
from simulators.timereg.sheets import ENTITIES, load


def build(simulation: Simulation) -> web.Application:
    """The application under /timereg."""
    app = web.Application()
    Reports(simulation, "timereg", ENTITIES, load, admits).routes(app)
    return app


def admits(request: web.Request) -> bool:
    """Whether the Basic credentials are those of the integration."""
    return request.headers.get("Authorization", "") == encode_basic_auth("kollega", "simulator")


def is_write(method: str, path: str) -> bool:
    """Nothing can be changed through reports."""
    del method, path
    return False


SYSTEM = System(build=build, is_write=is_write)
