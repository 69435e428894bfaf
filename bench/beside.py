"""How long others wait for an answer while tilsyn are run, against the same bot with nothing to do: the 99th percentile of a turn.

`python -m bench.beside [--turns 400]`. app.py and the simulators as they are; forty people chat, one message every other second each, while a
manager has one tilsyn after another run; quiet and busy take turns, so that both meet the same machine.
"""

import argparse
import asyncio
import statistics
import time

import aiohttp

from bench.table import Figure, show
from bench.turn import house
from simulators.world import PEOPLE
from tests.house import House, Person

CHATTING = 40
MANAGER = "Jens Kjær"
TEXTS = ("min skærm er sort", "glem det")
RUNS = ("fratrådtes adgange", "manglende bilag", "mulige dobbeltfakturaer", "køb over bemyndigelse")
PAUSE = 2.2  # seconds between two messages of a person: what comes sooner belongs together
WINDOWS = 4  # of each kind


async def chat(place: int, person: Person, turns: int, times: list[float]) -> None:
    """So many messages, and how long each waited for its answer. Who has which place begins by and by."""
    await asyncio.sleep(PAUSE * place / CHATTING)
    for number in range(turns):
        began = time.perf_counter()
        assert await person.says(TEXTS[number % 2]) or await person.hears()
        times.append(time.perf_counter() - began)
        await asyncio.sleep(PAUSE)


async def running(manager: Person, over: asyncio.Event) -> int:
    """One tilsyn after another until it is over; how many."""
    count = 0
    while not over.is_set():
        await manager.says(f"kør tilsynet med {RUNS[count % len(RUNS)]} for 3. kvartal")
        await manager.says("ja")
        await manager.hears()
        count += 1
    return count


async def measured(simulators: str, turns: int) -> tuple[list[float], list[float], int]:
    """Seconds of turns without and with runs beside them, and how many runs there were."""
    quiet: list[float] = []
    busy: list[float] = []
    runs = 0
    async with aiohttp.ClientSession() as http:
        here = House(http, simulators, "", None)
        people = [await here.person(name) for name in [one.name for one in PEOPLE if one.name != MANAGER][:CHATTING]]
        manager = await here.person(MANAGER)
        share = turns // WINDOWS // len(people)
        await asyncio.gather(*(chat(place, one, 4, []) for place, one in enumerate(people)))
        for _ in range(WINDOWS):
            await asyncio.gather(*(chat(place, one, share, quiet) for place, one in enumerate(people)))
            over = asyncio.Event()
            work = asyncio.create_task(running(manager, over))
            await asyncio.gather(*(chat(place, one, share, busy) for place, one in enumerate(people)))
            over.set()
            runs += await work
    return quiet, busy, runs


def p99(times: list[float]) -> float:
    """In milliseconds."""
    return statistics.quantiles(times, n=100)[98] * 1000


def figures(turns: int = 800) -> list[Figure]:
    """A turn's p99 while tilsyn are run: at most a fifth more is wanted."""
    with house() as (_, simulators):
        quiet, busy, runs = asyncio.run(measured(f"http://127.0.0.1:{simulators}", turns))
    ratio = p99(busy) / p99(quiet)
    said = f"p99 {p99(busy):.0f} ms, p50 {statistics.median(busy) * 1000:.0f} ms, {runs} runs"
    against = f"nothing to do: p99 {p99(quiet):.0f} ms, p50 {statistics.median(quiet) * 1000:.0f} ms"
    return [Figure("a turn while tilsyn are run", said, against, ratio, "at most 1.2 x", ratio <= 1.2)]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.beside")
    parser.add_argument("--turns", type=int, default=800, help="of each kind")
    show(figures(parser.parse_args().turns))


if __name__ == "__main__":
    main()
