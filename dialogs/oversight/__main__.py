"""`python -m dialogs.oversight`: run a tilsyn, check a file, make a new one, look at the datasets; compare, sample and export what is kept.

Exit status of `run`: 0 nothing was found, 1 there are findings, 2 the file or the command is wrong, 3 the run failed, 4 a source broke, 5 the period has no data.
"""

import argparse
import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import structlog

from connectors.datasets import Dataset
from connectors.opened import opened
from connectors.systems import Systems
from dialogs import texts
from dialogs.oversight import cards, exports, periods, sights, telling, wheel_said
from dialogs.oversight import commands as more
from dialogs.oversight.checking import check
from dialogs.oversight.heads import FOLDER, BadTilsyn, Fault, Tilsyn
from dialogs.oversight.runner import Oversight, declared, offered
from dialogs.oversight.running import Limits, Workers
from dialogs.oversight.scaffold import against, drafted, name_of
from dialogs.oversight.store import Run, Runs
from dialogs.oversight.wheel import Wheel
from dialogs.rules import BadRules
from settings import Partial, Settings, kept_at, read

STATUS = {"nothing": 0, "found": 1, "failed": 3, "running": 3, "partial": 4, "empty": 5}
WRONG = 2
PREVIEW = 100  # rows
BESIDE = "http://127.0.0.1:3979"  # where `make run` serves the simulators


def say(text: str) -> None:
    """To standard output, which is for the result alone."""
    sys.stdout.write(text)


class Office:
    """What the commands work with."""

    def __init__(self, settings: Settings, systems: Systems, options: argparse.Namespace) -> None:
        self.settings, self.systems, self.options = settings, systems, options
        self.limits = Limits(settings.tilsyn_memory_mb, settings.tilsyn_seconds)
        self.name = getpass.getuser()
        self.datasets: dict[str, Dataset] = declared(offered(systems))

    def oversight(self, var: Path | None = None) -> Oversight:
        """The oversight of the settings; of another folder for a run that is not kept."""
        url = kept_at(self.settings.database_url if var is None else None, var or self.settings.var_dir, "oversight")
        keep = timedelta(days=self.settings.run_days)
        return Oversight(self.settings.tilsyn_dir or FOLDER, var or self.settings.var_dir, Runs(url), self.limits, keep=keep)

    @property
    def who(self) -> str:
        """Who gives the commands, as an id."""
        return f"command:{self.name}"

    def folder(self) -> Path:
        """Where runs are kept."""
        return self.settings.var_dir.absolute() / "tilsyn"

    async def saw(self, whose: str, rows: int) -> None:
        """Put on record that rows were shown."""
        key = self.settings.person_key.get_secret_value() if self.settings.person_key else None
        await sights.recorded(
            self.settings.database_url, self.settings.var_dir, key, who=self.who, whose=whose, at=datetime.now(UTC), rows=rows
        )

    def say(self, text: str) -> None:
        """To standard output."""
        say(text)

    def tilsyn(self, oversight: Oversight) -> Awaitable[Tilsyn]:
        """The one that the command names. Raises BadTilsyn."""
        return oversight.checked(str(self.options.name).removesuffix(".sql"), self.systems)


async def run(office: Office) -> int:
    """One run, kept; the answer, the numbers, the rows."""
    oversight = office.oversight()
    done = await carried_out(office, oversight)
    shown = await exports.shown_of(oversight, done)
    say(f"{cards.answer(shown)}\n")
    for label, value in cards.numbers(shown):
        say(f"{label}: {value}\n")
    for one in done.lineage:
        say(f"  {one.dataset}: {texts.count(one.rows, 'række', 'rækker')} {'. '.join(one.notes)}".rstrip() + "\n")
    rows = await oversight.rows(done, most=office.options.rows)
    if rows:
        await office.saw(done.id, len(rows))
        say(f"\n{telling.table(rows)}\n")
    if done.rows > len(rows):
        say(f"… og {telling.number(done.rows - len(rows))} fund mere (--rows).\n")
    if done.is_whole:
        say(f"\nKørsel {done.id}, data og fund i {oversight.place(done.id)}, hash {done.sha256[:16]}\n")
    return STATUS[done.state]


async def carried_out(office: Office, oversight: Oversight) -> Run:
    """The run that the options ask for, as it ended. Raises BadTilsyn and ValueError."""
    tilsyn = await office.tilsyn(oversight)
    today = texts.local(datetime.now(UTC)).date()
    period = periods.written(office.options.period) if office.options.period else periods.last_whole(tilsyn.often, today)
    given = dict(part.split("=", 1) for part in office.options.parameter)
    by = (office.who, office.name)
    begun = await oversight.begin(tilsyn, period, given, by=by, key=uuid4().hex)
    return await oversight.carry_out(begun, office.systems)


async def preview(office: Office) -> int:
    """The first rows that a file would find; nothing is kept."""
    with TemporaryDirectory() as folder:
        oversight = office.oversight(Path(folder))
        done = await carried_out(office, oversight)
        say(f"{telling.answer(done)}\n")
        if rows := await oversight.rows(done, most=PREVIEW):
            await office.saw(done.id, len(rows))
            say(f"\n{telling.table(rows)}\n")
        return STATUS[done.state]


async def again(office: Office) -> int:
    """A kept run over its frozen data: 0 when it gives the same rows."""
    oversight = office.oversight()
    kept = await oversight.runs.get(office.options.name)
    if kept is None or not kept.is_whole:
        say(f"Der er ingen færdig kørsel, der hedder {office.options.name}.\n")
        return WRONG
    result = await oversight.again(kept, office.systems)
    same = result.sha256 == kept.sha256
    say(f"{'De samme fund' if same else 'Andre fund'}: {result.rows}, hash {result.sha256[:16]}\n")
    return 0 if same else STATUS["failed"]


async def checked(office: Office) -> int:
    """What is wrong with files; all of them where none is named."""
    folder = office.settings.tilsyn_dir or FOLDER
    paths = [Path(one) for one in office.options.files] or sorted(folder.glob("*.sql"))
    workers, wrong = Workers(office.limits), 0
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8-sig")
            faults = await check(path.stem, text, office.datasets, workers)
        except (OSError, UnicodeDecodeError):
            faults = [Fault(line=0, text="Filen kan ikke læses som UTF-8.")]
        wrong += bool(faults)
        for line in [str(one) for one in faults] or ["Alt er i orden."]:
            say(f"{path.name}: {line}\n")
    return WRONG if wrong else 0


async def new(office: Office) -> int:
    """A file for a question."""
    options = office.options
    names = [one.strip() for one in options.datasets.split(",")]
    if unknown := [one for one in names if one not in office.datasets]:
        say(f"Jeg kender ikke datasættet {unknown[0]}. Se dem med: python -m dialogs.oversight datasets\n")
        return WRONG
    folder = office.settings.tilsyn_dir or FOLDER
    path = folder / f"{name_of(options.title)}.sql"
    if path.exists():
        say(f"{path} er der allerede.\n")
        return WRONG
    found = [office.datasets[one] for one in names]
    told = (options.title, options.question, options.owner)
    path.write_text(side_by_side(options, found) if options.key else drafted(*told, found))
    say(f"{path} er lavet. Skriv SELECT færdig, og tjek den med: python -m dialogs.oversight check {path}\n")
    return 0


def side_by_side(options: argparse.Namespace, found: list[Dataset]) -> str:
    """The file of a tilsyn that compares two datasets. Raises ValueError (Danish)."""
    key, others = ({one.partition("=")[0]: one.partition("=")[2] or one for one in given} for given in (options.key, options.column))
    try:
        left, right = found
        return against(options.title, options.question, options.owner, (left, right), (key, others))
    except KeyError as error:
        raise ValueError(f"{error.args[0]} er ikke en kolonne. Se dem med: python -m dialogs.oversight datasets --columns") from None
    except ValueError:
        raise ValueError("Med --key skal der være to datasæt, adskilt af komma.") from None


async def datasets(office: Office) -> int:
    """All datasets with their columns."""
    for one in office.datasets.values():
        say(f"{one.name} – {one.title}. {one.meaning}\n  {one.freshness} Nøgle: {', '.join(one.key)}.\n")
        for column in one.columns if office.options.columns else ():
            say(f"    {column.name:<20} {column.type:<10} {column.meaning}{' (personoplysning)' if column.personal else ''}\n")
    return 0


async def wheel(office: Office) -> int:
    """The year's wheel: every tilsyn and period of a year, how it stands, and whose it is."""
    folder, today = office.settings.tilsyn_dir or FOLDER, texts.local(datetime.now(UTC)).date()
    try:
        hjul = Wheel(office.settings.wheel_file, folder)
    except BadRules as error:
        say("".join(f"{fault}\n" for fault in error.faults))
        return WRONG
    say(await wheel_said.printed(office.oversight(), hjul, office.options.year or today.year, today))
    return 0


COMMANDS: dict[str, Callable[[Office], Awaitable[int]]] = {
    "run": run, "preview": preview, "again": again, "check": checked, "new": new, "datasets": datasets, "wheel": wheel,
    **more.COMMANDS,
}  # fmt: skip


async def work(settings: Settings, options: argparse.Namespace) -> int:
    """One command; its exit status."""
    if settings.needs_simulators:
        settings = settings.model_copy(update={"simulators_url": BESIDE})
    async with opened(settings) as systems:
        try:
            return await COMMANDS[options.command](Office(settings, systems, options))
        except BadTilsyn as error:
            for fault in error.faults:
                say(f"{error.name}: {fault}\n")
        except ValueError as error:
            say(f"{error}\n")
    return WRONG


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m dialogs.oversight", description="Ledelsestilsyn.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, text in (("run", "run a tilsyn"), ("preview", f"show the first {PREVIEW} rows, keep nothing")):
        command = commands.add_parser(name, help=text)
        command.add_argument("name", help="the file's name, without .sql")
        command.add_argument("--period", default="", help="2026-Q3, 2026-09, 2026-W47, 2026; default: the last that is over")
        command.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE")
        command.add_argument("--rows", type=int, default=20, help="rows that are shown")
    commands.add_parser("again", help="repeat a kept run over its frozen data").add_argument("name", help="the run")
    commands.add_parser("check", help="what is wrong with files").add_argument("files", nargs="*", help="default: all")
    command = commands.add_parser("new", help="make a file from a question")
    for option in ("title", "question", "datasets"):
        command.add_argument(f"--{option}", required=True)
    command.add_argument("--owner", default="Koncern IT")
    command.add_argument("--key", action="append", default=[], metavar="LEFT=RIGHT", help="lay two datasets side by side by these columns")
    command.add_argument("--column", action="append", default=[], metavar="LEFT=RIGHT", help="compare columns with different names")
    commands.add_parser("datasets", help="what can be read").add_argument("--columns", action="store_true", help="their columns too")
    commands.add_parser("wheel", help="what the year's wheel asks for").add_argument(
        "--year", type=int, default=0, help="default: this one"
    )
    more.parsers(commands)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit status."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # standard output is for the result alone
    return asyncio.run(work(read(Partial), parsed(arguments)))


if __name__ == "__main__":
    sys.exit(main())
