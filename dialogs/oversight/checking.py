"""Looks at a tilsyn's file before anybody relies on it: its head, its datasets, and its SELECT over empty tables."""

import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches

from connectors.datasets import Dataset, Period
from dialogs.oversight.heads import BadTilsyn, Fault, Tilsyn, read
from dialogs.oversight.running import FILES, NotRun, Workers

HIDDEN = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"", re.S)  # comments, texts and quoted names
READS_FILES = re.compile(r"\b(?:read_\w+|parquet_\w+|glob|sniff_csv|getenv|query|query_table|duckdb_\w+|pragma_\w+)\s*\(", re.I)
CHANGES_BY_ITSELF = re.compile(
    r"\b(?:random|uuid|gen_random_uuid|uuidv[47]|setseed|now|today|get_current_time\w*|nextval)\s*\(|"
    r"\b(?:current_date|current_time|current_timestamp|localtime|localtimestamp|tablesample|using\s+sample)\b",
    re.I,
)
SAMPLE_PERIOD = Period(date(2026, 7, 1), date(2026, 9, 30))  # a SELECT over empty tables needs some period


def statically(tilsyn: Tilsyn, datasets: Mapping[str, Dataset]) -> list[Fault]:
    """What can be seen without running anything."""
    faults = []
    for source in tilsyn.sources:
        if source.dataset not in datasets:
            near = get_close_matches(source.dataset, datasets, 1, 0.5)
            hint = f" Mener du {near[0]}?" if near else ""
            faults.append(Fault(line=tilsyn.lines.get("datasæt", 0), text=f"Jeg kender ikke datasættet {source.dataset}.{hint}"))
        elif source.months and datasets[source.dataset].period is None:
            text = f"{source.dataset} hentes altid helt, så ”måneder før” skal væk."
            faults.append(Fault(line=tilsyn.lines.get("datasæt", 0), text=text))
    bare = HIDDEN.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), tilsyn.sql)
    if match := READS_FILES.search(bare):
        faults.append(Fault(line=line_of(bare, match.start()), text=FILES))
    if match := CHANGES_BY_ITSELF.search(bare):
        what = re.sub(r"\s+", " ", match[0].rstrip("( ")).lower()
        text = f"{what} giver noget nyt, hver gang tilsynet køres. Brug $slut som dags dato, og vælg stikprøver i hovedet."
        faults.append(Fault(line=line_of(bare, match.start()), text=text))
    return faults


def line_of(text: str, place: int) -> int:
    """The line of a place in a text, from 1."""
    return text.count("\n", 0, place) + 1


async def check(name: str, text: str, datasets: Mapping[str, Dataset], workers: Workers) -> list[Fault]:
    """Everything that is wrong with a file's text, in the order of its lines; nothing: it can be run."""
    try:
        tilsyn = read(name, text)
    except BadTilsyn as error:
        return error.faults
    if faults := statically(tilsyn, datasets):
        return faults
    try:
        await workers.run(tilsyn, datasets, tilsyn.values(SAMPLE_PERIOD, {}))
    except NotRun as error:
        return [error.fault]
    return []
