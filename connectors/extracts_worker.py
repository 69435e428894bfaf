"""The process that reads one extract into a Parquet file, within limits: a file as large as it may be takes gigabytes, and the bot must not.

Reads one JSON order on standard input and writes one JSON answer on standard output; `extracted` is the other side.
"""

import asyncio
import contextlib
import json
import resource
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import structlog

from connectors.datasets import Column, Dataset, Period
from connectors.errors import Refused
from connectors.extracts_files import TOO_LARGE
from connectors.extracts_values import bad

ROOT = Path(__file__).parents[1]
MEMORY = 6 << 30  # bytes of address space; what the largest text file takes, with the libraries
SECONDS = 300
log = structlog.get_logger()


async def extracted(path: Path, dataset: Dataset, period: Period | None, out: Path) -> tuple[int, list[str]]:
    """A file's rows of a period, in `out` as Parquet: how many, and what was set right, in Danish. Raises Refused("bad_file")."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "connectors.extracts_worker",
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "Europe/Copenhagen"},  # no secret of ours
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(SECONDS):
            said, complaint = await process.communicate(order_of(path, dataset, period, out))
    except TimeoutError:
        raise bad(path.name, "filen tager for lang tid at læse. Del den i kortere perioder.") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):  # it ended this very moment
                process.kill()
            await process.wait()
    if process.returncode != 0:
        log.warning("extract_process_died", status=process.returncode, last=complaint.decode(errors="replace").splitlines()[-1:])
        raise bad(path.name, TOO_LARGE)
    answer: dict[str, Any] = json.loads(said)
    if why := answer.get("refused"):
        raise Refused("filer", str(why), code="bad_file")
    return int(answer["rows"]), [str(one) for one in answer["notes"]]


def order_of(path: Path, dataset: Dataset, period: Period | None, out: Path) -> bytes:
    """What the process is told."""
    days = [period.first.isoformat(), period.last.isoformat()] if period else []
    return json.dumps({"path": str(path.absolute()), "dataset": asdict(dataset), "period": days, "out": str(out.absolute())}).encode()


def answered(order: dict[str, Any]) -> dict[str, Any]:
    """The file as Parquet, or why it is refused."""
    import pyarrow.parquet as pq

    from connectors.extracts import extract, within

    declared = order["dataset"]
    dataset = Dataset(**{**declared, "columns": tuple(Column(**one) for one in declared["columns"]), "key": tuple(declared["key"])})
    period = Period(*map(date.fromisoformat, order["period"])) if order["period"] else None
    path = Path(order["path"])
    try:
        table, notes = extract(path, dataset)
        table = within(table, dataset, period)
        pq.write_table(table, order["out"], compression="zstd")
    except Refused as refusal:
        return {"refused": refusal.reason}
    except MemoryError:
        return {"refused": bad(path.name, TOO_LARGE).reason}
    except OSError as error:
        return {"refused": bad(path.name, unreadable(error)).reason}
    return {"rows": table.num_rows, "notes": notes}


def unreadable(error: OSError) -> str:
    """Why a file cannot be read at all."""
    if isinstance(error, FileNotFoundError):
        return "filen er der ikke længere."
    if isinstance(error, PermissionError):
        return "Kollega har ikke lov til at læse filen."
    return "filen eller disken kan ikke læses lige nu."


def main() -> None:
    """One order."""
    order = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    json.dump(answered(order), sys.stdout)


if __name__ == "__main__":
    main()
