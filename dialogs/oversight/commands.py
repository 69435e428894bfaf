"""Commands on runs that are kept, and on two datasets: compare, sample, export."""

import argparse
import asyncio
import shutil
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from pydantic import TypeAdapter

from connectors.datasets import Dataset, Period
from connectors.errors import ConnectorError
from connectors.fetched import fetch
from connectors.systems import Systems
from dialogs.oversight import compare, compare_said, comparing, exports, heads, periods, samples, telling
from dialogs.oversight.compare import Differences
from dialogs.oversight.pairing import CHANGES, NUMBER, STATUS, TIMES
from dialogs.oversight.runner import Oversight, source_of, why
from dialogs.oversight.running import NotRun
from dialogs.oversight.samples import CannotSample, Wish
from dialogs.oversight.store import Run

SAME, DIFFERENT, WRONG = 0, 1, 2
MOST_UNITS = 20  # sums that are listed


class Office(Protocol):
    """What the commands work with. saw: puts on record that rows were shown, of that run or those datasets."""

    options: argparse.Namespace
    name: str
    systems: Systems
    datasets: dict[str, Dataset]

    def oversight(self) -> Oversight: ...
    def folder(self) -> Path: ...
    def saw(self, whose: str, rows: int) -> Awaitable[None]: ...
    def say(self, text: str) -> None: ...


async def compared(office: Office) -> int:
    """A kept run against another, or two datasets. 0: no difference; 1: there is one."""
    options, oversight = office.options, office.oversight()
    run = await oversight.runs.get(options.left)
    try:
        if run:
            return await runs(office, oversight, run)
        if not options.right or not options.key:
            office.say(f"{options.left} er ikke en kørsel. To datasæt skal have begge navne og --key.\n")
            return WRONG
        return await two(office, oversight)
    except NotRun as error:
        office.say(f"{error}\n")
        return WRONG


async def runs(office: Office, oversight: Oversight, run: Run) -> int:
    """A run against an earlier one of the same tilsyn, by default that of the period before."""
    before = await oversight.runs.get(office.options.right) if office.options.right else None
    if office.options.right and (before is None or before.tilsyn != run.tilsyn or not before.is_whole):
        office.say(f"{office.options.right} er ikke en hel kørsel af det samme tilsyn.\n")
        return WRONG
    told = await comparing.compared(oversight, run, before)
    if told is None:
        office.say(f"{telling.answer(run)} Der er ingen tidligere kørsel at sammenligne med.\n")
        return WRONG
    one = told.development
    office.say(f"{telling.named(run)}. {compare_said.sentence(told)}\n")
    for label, value in compare_said.numbers(told):
        office.say(f"{label}: {value}\n")
    await listed(office, one.path, run.id)
    return DIFFERENT if one.new or one.reopened or one.solved or one.changed else SAME


async def listed(office: Office, path: Path, whose: str) -> None:
    """The first rows of a comparison, and the file with all of them where one is asked for."""
    rows = await asyncio.to_thread(compare.page, path, 0, office.options.rows)
    if rows:
        await office.saw(whose, len(rows))
        office.say(f"\n{telling.table([flat(row) for row in rows])}\n")
    if office.options.out:
        await asyncio.to_thread(shutil.copyfile, path, office.options.out)
        office.say(f"Alle rækker: {office.options.out}\n")


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a comparison as a table shows it."""
    names = {STATUS: "status", TIMES: "gange", NUMBER: NUMBER}
    head = {label: row[name] for name, label in names.items() if name in row}
    rest = {name: value for name, value in row.items() if name not in {*names, CHANGES}}
    return {**head, "ændret": compare.changes_said(row) or None, **rest}


async def two(office: Office, oversight: Oversight) -> int:
    """Two datasets or Parquet files against each other; what is fetched for it is deleted again."""
    options = office.options
    period = periods.written(options.period) if options.period else None
    with TemporaryDirectory(dir=await asyncio.to_thread(made, office.folder()), prefix=".sammenligning-") as name:
        place = Path(name)
        try:
            left, right = [await side(office, one, period, place / str(number)) for number, one in enumerate((options.left, options.right))]
        except ConnectorError as error:
            office.say(f"{why(error.system, error)}\n")
            return WRONG
        renamed = dict(part.split("=", 1) for part in options.name)
        answer = await oversight.workers.make(
            "datasets",
            left={"path": str(left), "title": options.left, "names": {}},
            right={"path": str(right), "title": options.right, "names": renamed},
            key=listed_names(options.key),
            tolerances={column: str(value) for column, value in tolerances(options.tolerance).items()},
            amounts=listed_names(options.sum),
            unit=options.unit,
            out=str(place / "forskelle.parquet"),
        )
        told = TypeAdapter(Differences).validate_python(answer["differences"])
        return await differences(office, replace(told, path=place / "forskelle.parquet"))


def made(folder: Path) -> Path:
    """A folder that is there."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def listed_names(text: str) -> list[str]:
    """Names with commas between."""
    return [one.strip() for one in text.split(",") if one.strip()]


def tolerances(given: Sequence[str]) -> dict[str, Decimal]:
    """What may differ, by column: "beloeb=0,01". Raises ValueError (Danish)."""
    try:
        return {name: heads.amount(text) for name, _, text in (part.partition("=") for part in given)}
    except (ValueError, InvalidOperation):
        raise ValueError("En tolerance skrives kolonne=tal, fx --tolerance beloeb=0,01.") from None


async def side(office: Office, name: str, period: Period | None, place: Path) -> Path:
    """The Parquet file of a dataset that is fetched, or the one that is named. Raises ConnectorError and ValueError (Danish)."""
    if name in office.datasets:
        wanted = period if office.datasets[name].period else None
        await fetch(source_of(office.systems, name), name, wanted, place)
        return place / f"{name}.parquet"
    return await asyncio.to_thread(file_at, name)


def file_at(name: str) -> Path:
    """The Parquet file that is named. Raises ValueError (Danish)."""
    path = Path(name).absolute()
    if path.suffix != ".parquet" or not path.is_file():
        raise ValueError(f"{name} er hverken et datasæt eller en Parquet-fil. Se datasæt med: python -m dialogs.oversight datasets")
    return path


async def differences(office: Office, told: Differences) -> int:
    """What two datasets say differently."""
    office.say(f"{told.said()}\n")
    for column in told.columns:
        office.say(f"{telling.heading(column.column)}: {telling.number(column.rows)} afviger\n")
    for total in (*told.totals, *told.units[:MOST_UNITS]):
        office.say(f"{total.said()}\n")
    if left := len(told.units) - MOST_UNITS:
        office.say(f"… og {left} flere, der afviger.\n" if left > 0 else "")
    for names, title in ((told.left_columns, told.left_title), (told.right_columns, told.right_title)):
        office.say(f"Kun i {title}: {', '.join(map(telling.heading, names))}\n" if names else "")
    await listed(office, told.path, f"{told.left_title}, {told.right_title}")
    return DIFFERENT if told.only_left or told.only_right or told.differing else SAME


async def sampled(office: Office) -> int:
    """Draw a run's sample, or extend it."""
    options, oversight = office.options, office.oversight()
    run = await oversight.runs.get(options.name)
    if run is None:
        office.say(f"Der er ingen kørsel, der hedder {options.name}.\n")
        return WRONG
    asked = options.size or options.largest
    wish = Wish(method=options.method, size=options.size, largest=options.largest, by=options.by) if asked else None
    before = await samples.of(oversight, run)
    wish = wish or (before.wish if before else samples.of_head(await oversight.of(run)))
    if wish is None:
        office.say("Tilsynet er sat til at se alle fund. Skriv --size for en stikprøve.\n")
        return WRONG
    try:
        sample = await samples.draw(oversight, run, wish, office.name)
    except (CannotSample, NotRun) as error:
        office.say(f"{error}\n")
        return WRONG
    told = samples.shown(sample, await oversight.judgements.of(run))
    office.say(f"{telling.named(run)}: {told.method} af {telling.number(told.population)}.\n{told.said}\nFrø: {told.seed}\n")
    rows = await samples.rows(oversight, run, sample, 0, options.rows)
    await office.saw(run.id, len(rows))
    office.say(f"\n{telling.table(rows)}\n")
    return SAME


async def exported(office: Office) -> int:
    """A run as Excel, PDF, or both."""
    options, oversight = office.options, office.oversight()
    run = await oversight.runs.get(options.name)
    wanted = [(exports.excel, options.excel), (exports.pdf, options.pdf)]
    if run is None or not any(path for _, path in wanted):
        office.say("Skriv en kørsel, og --excel eller --pdf med en fil.\n")
        return WRONG
    for make, path in wanted:
        if not path:
            continue
        try:
            file = await make(oversight, run)
        except (exports.NoResult, NotRun) as error:
            office.say(f"{error} Der er ikke lavet en fil.\n")
            return WRONG
        if run.rows:
            await office.saw(run.id, run.rows)
        await asyncio.to_thread(shutil.copyfile, file, path)
        office.say(f"{path}: {telling.answer(run)}\n")
    return SAME


def parsers(commands: Any) -> None:
    """Their command lines."""
    command = commands.add_parser("compare", help="a kept run against an earlier one, or two datasets against each other")
    command.add_argument("left", help="a run, a dataset or a Parquet file")
    command.add_argument("right", nargs="?", default="", help="of a run: default is that of the period before")
    command.add_argument("--key", default="", help="the columns that make two rows the same, with commas between")
    command.add_argument("--tolerance", action="append", default=[], metavar="COLUMN=NUMBER", help="what may differ: 0,01; days; seconds")
    command.add_argument("--name", action="append", default=[], metavar="RIGHT=LEFT", help="a column that has another name on the right")
    command.add_argument("--sum", default="", help="columns to add up")
    command.add_argument("--unit", default="", help="the column to add up by")
    command.add_argument("--period", default="", help="of the datasets: 2026-Q3")
    command.add_argument("--rows", type=int, default=20, help="rows that are shown")
    command.add_argument("--out", default="", metavar="PATH", help="all rows as Parquet")
    command = commands.add_parser("sample", help="draw a kept run's sample, or extend it")
    command.add_argument("name", help="the run")
    command.add_argument("--size", type=int, default=0, help="random findings; default: what the tilsyn says")
    command.add_argument("--method", choices=("tilfældige", "største", "lagdelt", "kroner"), default="tilfældige")
    command.add_argument("--largest", type=int, default=0, help="with største: how many")
    command.add_argument("--by", default="", metavar="COLUMN", help="the amount, or what it is divided by")
    command.add_argument("--rows", type=int, default=20, help="rows that are shown")
    command = commands.add_parser("export", help="a kept run as a file")
    command.add_argument("name", help="the run")
    command.add_argument("--excel", default="", metavar="PATH")
    command.add_argument("--pdf", default="", metavar="PATH")


COMMANDS = {"compare": compared, "sample": sampled, "export": exported}
