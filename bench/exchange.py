"""Five hundred people put on a list, against the time that Exchange's own limit on calls at once makes it take at least.

`python -m bench.exchange [--people 500] [--seconds 0.1]`. The simulated Exchange takes so many seconds for each person's change and lets three
calls in at once, each a batch of ten. The least time is people x seconds / 3. Prints both, the ratio, and the same as JSON.
"""

import argparse
import asyncio
import json
import time

import aiohttp

from bench.echo import free_port, running, wait_for
from connectors.exchange import Exchange
from connectors.opened import opened
from settings import Settings

WANTED = 1.2
SOURCE, TARGET = "alle-leverandoerer@kk.example", "tom-liste@kk.example"


async def measured(url: str, people: int, seconds: float) -> float:
    """Seconds that adding so many people took, with what is looked up before and read back after."""
    async with opened(Settings(simulators_url=url)) as systems, aiohttp.ClientSession() as session:
        exchange = systems.get(Exchange)
        everybody = [one.id for one in await exchange.members(SOURCE)][-people:]
        async with session.post(f"{url}/control/settings", json={"exchange_latency_seconds": seconds}) as answer:
            answer.raise_for_status()
        began = time.perf_counter()
        found = await exchange.add_members(TARGET, everybody)
        took = time.perf_counter() - began
    if {one.state for one in found} != {"done"} or len(found) != people:
        raise RuntimeError("not everybody is on the list")
    return took


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.exchange")
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=0.1, help="what the simulated Exchange takes for one person's change")
    wanted = parser.parse_args()
    port = free_port()
    with running(["simulators", "--port", str(port)]):
        wait_for(port)
        took = asyncio.run(measured(f"http://127.0.0.1:{port}", wanted.people, wanted.seconds))
    least = wanted.people * wanted.seconds / Exchange.limit
    print(f"{wanted.people} members   {took:.2f} s   at least {least:.2f} s by Exchange's limit")
    print(f"members/limit {took / least:.2f} x (wanted: at most {WANTED} x)")
    print(json.dumps({"exchange": {"seconds": took, "least": least, "to_limit": took / least}}))


if __name__ == "__main__":
    main()
