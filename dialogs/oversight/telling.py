"""A run in Danish: the answer in one sentence, the numbers, and rows as a person reads them. The command and the chat say the same."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.datasets import Period
from dialogs import texts
from dialogs.oversight import periods
from dialogs.oversight.store import Run

LONGEST = 160  # characters of a row on a card


def answer(run: Run) -> str:
    """What the run says. "Intet fundet" is said of a whole run alone."""
    what = named(run)
    match run.state:
        case "found":
            return f"{what}: {texts.count(run.rows, 'fund', 'fund')}."
        case "nothing":
            return f"{what}: intet fundet."
        case "empty":
            return f"{what}: ingen data, så der er intet resultat. {run.problem}"
        case "partial":
            return f"{what}: kun delvist hentet, så der er intet resultat. {run.problem}"
        case "failed":
            return f"{what}: tilsynet fejlede, så der er intet resultat. {run.problem}"
        case _:
            return f"{what}: tilsynet er i gang."


def named(run: Run) -> str:
    """What a run is called: tilsyn, period, unit."""
    unit = f", {texts.plain(run.unit)}" if run.unit else ""
    return f"{texts.plain(run.title)}, {periods.said(run.period)}{unit}"


def when(before: Run, run: Run) -> str:
    """What an earlier run is called beside a later one: its period, or when it was made where they have the same."""
    return periods.said(before.period) if before.period != run.period else f"kørslen {cell(texts.local(before.started_at))}"


def never(title: str, period: Period | None) -> str:
    """That there is no run."""
    return f"{texts.plain(title)} er ikke kørt{f' for {periods.said(period)}' if period else ''}."


def numbers(run: Run, before: Run | None) -> list[tuple[str, str]]:
    """The three numbers of a whole run: findings, rows that were looked through, and the last time; none of another."""
    if not run.is_whole:
        return []
    last = f"{number(before.rows)} ({periods.said(before.period)})" if before else "ikke kørt før"
    return [
        ("Fund", number(run.rows)),
        ("Gennemgået", f"{texts.count(run.looked_at, 'række', 'rækker')} i {texts.count(len(run.lineage), 'datasæt', 'datasæt')}"),
        ("Fund sidst", last),
    ]


def number(value: int) -> str:
    """1.234."""
    return f"{value:,}".replace(",", ".")


def cell(value: Any) -> str:
    """A value as Danes write it."""
    match value:
        case None:
            return "–"
        case bool():
            return "ja" if value else "nej"
        case int():
            return str(value)  # as often a number that names something as one that counts
        case float() | Decimal():
            whole, _, rest = f"{value:,.2f}".partition(".")
            return f"{whole.replace(',', '.')},{rest}"
        case datetime():
            return f"{periods.short(value.date())} kl. {value.hour}.{value.minute:02}"
        case date():
            return periods.short(value)
        case list():
            return ", ".join(cell(one) for one in value)
        case _:
            return masked(" ".join(str(value).split()))


def masked(text: str) -> str:
    """A text without CPR numbers; ten digits that begin with no day are a document's or a creditor's number, and stay."""
    return texts.CPR.sub(lambda match: texts.CPR_GONE if begins_with_a_day(match[0]) else match[0], text)


def begins_with_a_day(number: str) -> bool:
    """Whether it may be a CPR number: day and month first, 60 added to the day of those who have no real one."""
    return 1 <= int(number[:2]) % 60 <= 31 and 1 <= int(number[2:4]) <= 12


def apart(text: str) -> str:
    """Long numbers in two parts, for where all ten digits in a row are taken for a CPR number."""
    return re.sub(r"(?<!\d)(\d{4})(\d{6})(?!\d)", r"\1 \2", text)


def spaced(hash_: str) -> str:
    """A hash in groups of four: never taken for a CPR number, and to be compared by eye. A run without findings has none of rows."""
    return " ".join(hash_[at : at + 4] for at in range(0, len(hash_), 4)) or "–"


def line(row: Mapping[str, Any]) -> str:
    """A row on a card, its number left out: a value after another."""
    return texts.plain(texts.shortened(apart(" · ".join(cell(value) for name, value in row.items() if name != "nr")), LONGEST))


def heading(name: str) -> str:
    """A column's name for people: "foerste_betaling" is "første betaling"; Danish columns have no ae, oe or aa that stands for itself."""
    return re.sub("ae|oe|aa", lambda match: {"ae": "æ", "oe": "ø", "aa": "å"}[match[0]], name.replace("_", " ")).strip()


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as a table for a terminal."""
    if not rows:
        return ""
    names = list(rows[0])
    shown = [[heading(name) for name in names], *([cell(row[name]) for name in names] for row in rows)]
    widths = [max(len(row[place]) for row in shown) for place in range(len(names))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in shown]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])
