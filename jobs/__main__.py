"""`python -m jobs`: the jobs for administrators, and the proof of what they did. Works beside running bots, on the same database.

list [--state open|done|failed|cancelled] [--limit 20]      show JOB      retry JOB      cancel JOB
verify [--anchors FILE] [--from SEQ]                        anchor [--to FILE]

JOB is a reference (F-7K2M) or the job's whole name. Exit status: 0 done, 1 no (verify: the chain is not what was written), 2 a wrong call.
"""

import argparse
import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

import settings
from jobs import anchors
from jobs.admin import Admin, No
from jobs.database import Place, engine, place
from jobs.tables import AUDIT
from jobs.verify import Verdict, verify

MOST = 1000  # faults that are printed


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit status."""
    wanted = parser().parse_args(arguments)
    found = settings.read(settings.Partial)
    where = place(found.database_url, found.var_dir)
    if where.folder is not None and not where.run_file.exists():
        return gone(wanted.anchors or found.var_dir / anchors.FILE) if wanted.command == "verify" else say("There are no jobs yet.")
    try:
        match wanted.command:
            case "verify":
                return verified(where, wanted.anchors or found.var_dir / anchors.FILE, wanted.start)
            case "anchor":
                return anchored(where, wanted.to or found.var_dir / anchors.FILE)
            case _:
                return asyncio.run(administered(where, wanted))
    except (No, ValueError) as reason:
        return no(str(reason))
    except DBAPIError as error:
        return no(f"The job database does not answer ({type(error.orig).__name__}).")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    whole = argparse.ArgumentParser(prog="python -m jobs", description=(__doc__ or "").splitlines()[0])
    commands = whole.add_subparsers(dest="command", required=True)
    lists = commands.add_parser("list", help="the newest jobs")
    lists.add_argument("--state", default="", choices=["open", "done", "failed", "cancelled"])
    lists.add_argument("--limit", type=int, default=20)
    for name, what in (("show", "one job with its steps"), ("retry", "begin a failed job again"), ("cancel", "stop a job")):
        commands.add_parser(name, help=what).add_argument("job")
    checks = commands.add_parser("verify", help="is the audit chain what was written?")
    checks.add_argument("--anchors", type=Path)
    checks.add_argument("--from", dest="start", type=int, default=1)
    commands.add_parser("anchor", help="write the end of the audit chain to a file").add_argument("--to", type=Path)
    return whole


async def administered(where: Place, wanted: argparse.Namespace) -> int:
    """The commands on jobs."""
    admin = Admin(where)
    try:
        await admin.open()
        if wanted.command == "list":
            return say(await admin.newest(wanted.state, wanted.limit))
        return say(await getattr(admin, wanted.command)(wanted.job))
    finally:
        await admin.close()


def verified(where: Place, marks: Path, start: int) -> int:
    """Look at the whole chain."""
    source = engine(where)
    try:
        with source.connect() as connection:
            if not inspect(connection).has_table(AUDIT.name, None if where.folder else AUDIT.schema):
                return gone(marks)
            verdict = verify(connection, anchors.read(marks), start)
    finally:
        source.dispose()
    return say(f"ok {verdict.rows} rows, last hash {verdict.last}") if not verdict.faults else no(told(verdict))


def gone(marks: Path) -> int:
    """There is no chain; that is well if there never was one."""
    return no("bad: there is no chain, but there are anchors of one") if anchors.read(marks) else say("ok 0 rows: there are no jobs yet")


def told(verdict: Verdict) -> str:
    """What is wrong, the first entry first."""
    lines = [f"{fault.kind} at {fault.seq} ({fault.what})" for fault in verdict.faults[:MOST]]
    more = len(verdict.faults) - MOST
    return "\n".join([f"bad: {len(verdict.faults)} faults in {verdict.rows} rows", *lines, *([f"and {more} more"] if more > 0 else [])])


def anchored(where: Place, path: Path) -> int:
    """Write an anchor."""
    anchor = anchors.write(where, path, datetime.now(UTC))
    return say(f"{path}: {anchor.seq} {anchor.hash}" if anchor else f"{path} has the end of the chain already.")


def say(text: str) -> int:
    """On stdout; all is well."""
    sys.stdout.write(f"{text}\n")
    return 0


def no(text: str) -> int:
    """On stderr, or on stdout where it is the finding itself."""
    (sys.stdout if text.startswith("bad:") else sys.stderr).write(f"{text}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
