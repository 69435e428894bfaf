"""The process that makes something of finished runs: a comparison, a sample, a workbook, a report. It reads their files and writes one of its own.

Reads one JSON order on standard input and writes one JSON answer on standard output (`dialogs.oversight.running.Workers.make` is the other side).
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

from dialogs.oversight.worker import limited

THREADS = 1  # the machine is the bot's too: whoever waits for this waits a little longer, and everybody else not at all


def compared(order: dict[str, Any]) -> dict[str, Any]:
    """A run against earlier ones."""
    from dialogs.oversight import compare

    before, between = ([Path(one) for one in order[name]] for name in ("before", "between"))
    told = compare.runs(
        Path(order["now"]), before, order["key"], Path(order["out"]), between=between, memory=order["memory"], threads=THREADS
    )
    return {"development": asdict(told)}


def against(order: dict[str, Any]) -> dict[str, Any]:
    """Two tables against each other."""
    from dialogs.oversight import compare
    from dialogs.oversight.pairing import Table

    left, right = (Table(Path(one["path"]), one["title"], one["names"]) for one in (order["left"], order["right"]))
    told = compare.datasets(
        left,
        right,
        order["key"],
        Path(order["out"]),
        tolerances={name: Decimal(text) for name, text in order["tolerances"].items()},
        amounts=order["amounts"],
        unit=order["unit"],
        memory=order["memory"],
        threads=THREADS,
    )
    return {"differences": asdict(told)}


def workbook(order: dict[str, Any]) -> dict[str, Any]:
    """A run as Excel."""
    from dialogs.oversight import excel, shown

    excel.write(Path(order["out"]), shown.unpacked(order["shown"]))
    return {}


def report(order: dict[str, Any]) -> dict[str, Any]:
    """A run as PDF/A."""
    from dialogs.oversight import report, shown

    told, out = shown.unpacked(order["shown"]), Path(order["out"])
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    part.write_bytes(report.write(told, told.latest))
    part.replace(out)
    return {}


def sampled(order: dict[str, Any]) -> dict[str, Any]:
    """A sample of a run's findings."""
    from dialogs.oversight import samples

    return {"drawn": samples.drawn(order).model_dump(mode="json")}


MADE: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "runs": compared,
    "datasets": against,
    "xlsx": workbook,
    "pdf": report,
    "sample": sampled,
}


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """What is made, or why it is not."""
    import duckdb

    from dialogs.oversight.pairing import CannotCompare
    from dialogs.oversight.samples import CannotSample

    try:
        return MADE[order["what"]](order)
    except (CannotCompare, CannotSample) as error:
        return {"error": "cannot", "about": str(error)}
    except (MemoryError, duckdb.OutOfMemoryException):
        return {"error": "memory", "about": ""}


def main() -> None:
    """One order."""
    order = json.load(sys.stdin)
    limited(order)
    json.dump(answer(order), sys.stdout, default=str)


if __name__ == "__main__":
    main()
