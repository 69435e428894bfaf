"""Finding the names of 50,000 people and 20,000 lists in sentences: time for a sentence, time to build, memory. `python -m bench.known_names`.

The names are invented from the lexicon and from syllables. Each measurement runs in a process of its own; the sentences are the training phrases.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

from nlu import entities
from nlu.known import NOBODY, Known
from nlu.lexicon import lexicon

TODAY = date(2026, 11, 23)
PEOPLE, LISTS, MAILBOXES = 50_000, 20_000, 2_000
WANTED_MS = 2.0
_STARTS = "Al Bir Cas Dag El Fin Gre Hal In Jar Kas Liv Mar Nik Os Pri Ras Sva Tor Ul Vil Yl Zar Øst Åg Bjø Kjæ Sø Mæ Xi".split()
_MIDDLES = "a e i o u an en il on ar ul is".split()
_ENDS = "ne la ke mir ta nus vik dis ra las rup gaard toft skov lev bæk ning sted dal strøm lund by".split()
_UNITS = (
    "Barsel Ledelse Økonomi Jura Løn Personale Drift Netværk Indkøb Kommunikation Borgerservice Skole Dagtilbud Ældrepleje Sundhed Kultur Idræt Teknik Miljø Vej "
    "Park Bygning Byudvikling Beskæftigelse Integration Valg Arkiv Data Sikkerhed Udvikling Projekt Velfærd Tilsyn Revision Udbud Digitalisering Omsorg Handicap "
    "Familie Børn Unge Klima Kørsel Kantine Rengøring Tolke Praktik Elev Vikar Arbejdsmiljø"
).split()
_PLACES = (
    "Amager Vesterbro Nørrebro Østerbro Valby Vanløse Brønshøj Bispebjerg Sydhavnen Nordhavn Christianshavn Indre By Kastrup Borups Allé Ryparken Tingbjerg "
    "Husum Islands Brygge Ørestad Sundby Frederiksholm Emdrup Utterslev Vigerslev Kløvermarken Refshaleøen"
).split()
_SHAPES = (
    "{u} Info", "Team {u}", "{u}snyt", "{u} {p}", "{u}-info", "Nyt fra {u} {p}", "{u} og {v}", "Ledere i {u}", "{u}-{p}", "DL-{u}-{v}", "{u}teamet {p}", "Alle i {u} {p}",
    "{u} {v} {p}", "{u}gruppen {v}", "{u} {y}", "Nyhedsbrev {u} {p}", "{p} {v}", "{u}netværket", "KK {u} {v}", "Fælles {u} {p}", "{u}vagten {p}", "Projekt {u}{v}",
)  # fmt: skip


def people(count: int, seed: int = 1) -> list[str]:
    """Different full names, most of them of words from the lexicon, some with a middle name or a hyphen, one in five with invented words."""
    chance, names = random.Random(seed), lexicon()
    first = [name.capitalize() for name in sorted(names.first | names.doubtful_first)]
    last = [name.capitalize() for name in sorted(names.last | names.doubtful_last)]
    first += sorted({invented(chance) for _ in range(1500)})
    last += sorted({invented(chance) for _ in range(4000)})
    found: dict[str, None] = {}
    while len(found) < count:
        middle = chance.choice(("", "", "", f" {chance.choice(last)}", f" {chance.choice(first)}", f"-{chance.choice(first)}"))
        found[f"{chance.choice(first)}{middle} {chance.choice(last)}"] = None
    return list(found)


def invented(chance: random.Random) -> str:
    """A word that could be a name."""
    return chance.choice(_STARTS) + chance.choice(("", chance.choice(_MIDDLES) + chance.choice("dgklmnrstv"))) + chance.choice(_ENDS)


def lists(count: int, seed: int = 2) -> list[str]:
    """Different names of lists, as offices name them."""
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        unit, other = chance.sample(_UNITS, 2)
        place = chance.choice((chance.choice(_PLACES), chance.choice(_PLACES), invented(chance)))
        name = chance.choice(_SHAPES).format(
            u=unit, v=other.lower() if chance.random() < 0.3 else other, p=place, y=chance.randrange(2018, 2028)
        )
        found[name] = None
    return list(found)


def known() -> Known:
    """An index of a large municipality."""
    return Known.of(people(PEOPLE), lists(LISTS), [f"{name} Post" for name in lists(MAILBOXES, seed=3)])


def sentences() -> list[str]:
    """The training phrases, in an order of chance."""
    folder = Path(entities.__file__).parent / "phrases"
    found = [line for path in sorted(folder.glob("*.txt")) for line in path.read_text("utf-8").splitlines() if line.strip()]
    random.Random(5).shuffle(found)
    return found


def resident() -> float:
    """MB of resident memory of this process (Linux)."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def percentiles(seconds: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=1000)
    return {"p50_ms": cuts[499] * 1000, "p99_ms": cuts[989] * 1000, "most_ms": max(seconds) * 1000}


def timed(index: Known, texts: list[str]) -> dict[str, float]:
    """Processor time of one sentence's known names: those of lists and mailboxes, then those of people."""
    took = []
    for text in texts:
        start = time.thread_time()
        index.titles_in(text)
        index.people_in(text)
        took.append(time.thread_time() - start)
    return percentiles(took)


def held_up(build: threading.Thread) -> float:
    """While `build` runs in its thread: the longest that another thread, which wants to go on each millisecond, had to wait."""
    longest = 0.0
    build.start()
    while build.is_alive():
        start = time.perf_counter()
        time.sleep(0.001)
        longest = max(longest, time.perf_counter() - start - 0.001)
    return longest * 1000


def measure() -> dict[str, float]:
    """In this process: memory, time to build and what it holds up, time for a sentence, time for all entities with and without known names."""
    texts = sentences()
    names = people(PEOPLE), lists(LISTS), [f"{name} Post" for name in lists(MAILBOXES, seed=3)]
    entities.find(texts[0], TODAY, Known.of(["Ole Bang"]))
    before, start = resident(), time.perf_counter()
    made: list[Known] = []
    waited = held_up(threading.Thread(target=lambda: made.append(Known.of(*names))))
    found = {"build_s": time.perf_counter() - start, "memory_mb": resident() - before, "held_up_ms": waited}
    found |= {f"cold_{name}": value for name, value in timed(made[0], texts[:2000]).items()}
    found |= timed(made[0], texts)
    for name, index in (("all_entities", made[0]), ("without_known", NOBODY)):
        took = []
        for text in texts:
            start = time.thread_time()
            entities.find(text, TODAY, index)
            took.append(time.thread_time() - start)
        found |= {f"{name}_{key}": value for key, value in percentiles(took).items()}
    return found


def run() -> dict[str, float]:
    """`measure` in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "bench.known_names", "--here"], check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.known_names")
    parser.add_argument("--here", action="store_true", help="measure in this process and print JSON alone")
    if parser.parse_args().here:
        print(json.dumps(measure()))
        return
    found = run()
    print(
        f"{PEOPLE} people, {LISTS} lists, {MAILBOXES} mailboxes: {found['memory_mb']:.0f} MB, built in {found['build_s']:.1f} s in a thread"
    )
    print(f"  while it is built, another thread waits {found['held_up_ms']:.0f} ms at most")
    print(f"names in a sentence   p50 {found['p50_ms']:.3f} ms   p99 {found['p99_ms']:.3f} ms (wanted: under {WANTED_MS:g} ms)")
    print(f"  the first 2,000     p50 {found['cold_p50_ms']:.3f} ms   p99 {found['cold_p99_ms']:.3f} ms")
    ratio = found["all_entities_p50_ms"] / found["without_known_p50_ms"]
    print(
        f"all entities          p50 {found['all_entities_p50_ms']:.3f} ms   p99 {found['all_entities_p99_ms']:.3f} ms   {ratio:.1f} x without names"
    )
    print(json.dumps({"known_names": found}))


if __name__ == "__main__":
    main()
