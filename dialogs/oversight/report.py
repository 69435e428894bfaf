"""The signed report of a run for the case: PDF/A-2a (ISO 19005-2), tagged, in Danish, set by report.typ with the typesetter's own fonts.

Data go in as JSON and come out as text; the typesetter reads no file but report.typ and reaches for no network. For a thread: nothing awaits.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from dialogs import texts
from dialogs.oversight import cells, compare, periods, telling
from dialogs.oversight.pairing import CHANGES, NUMBER, STATUS, TIMES
from dialogs.oversight.shown import Shown, moment

HERE = Path(__file__).parent
TEMPLATE = HERE / "report.typ"
MOST = 500  # findings in the report: the rest are in the workbook, and the report says so
NARROW = 7  # columns of an upright page
LONGEST = 300  # characters of one value
FOREIGN = re.compile(  # what the bundled fonts have no glyph for (tried one by one): PDF/A takes no text that cannot be seen
    r"[^\n -~\u00a0-\u024f\u0386\u0388-\u038a\u038c\u038e-\u03a1\u03a3-\u03ff\u0400-\u045f\u1e00-\u1eff\u2010-\u2027\u2030-\u203a\u20a0-\u20bf\u2190-\u2217\u2219-\u2246\u2248-\u226f]"
)


@dataclass(frozen=True)
class Table:
    """Rows under a head. widths: of the columns, in shares."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]


@dataclass(frozen=True)
class Section:
    """A part of the report."""

    title: str
    lines: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    table: Table | None = None


@dataclass(frozen=True)
class Signed:
    """The signature block, filled or to be filled."""

    text: str
    facts: Sequence[tuple[str, str]] = field(default_factory=list)


def write(shown: Shown, at: datetime) -> bytes:
    """The report as PDF/A. at: aware, when it is made; the same run and time give the same bytes."""
    import typst

    return typst.compile(
        TEMPLATE,
        root=HERE,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(safe(content(shown)), ensure_ascii=False)},
        pdf_standards=["a-2a"],
        timestamp=int(at.timestamp()),
        package_path=HERE / "none",
        package_cache_path=HERE / "none",
    )


def content(shown: Shown) -> dict[str, Any]:
    """What the report says, as the template takes it."""
    run, parts = shown.run, sections(shown)
    return {
        "wide": any(part.table and len(part.table.head) > NARROW for part in parts),
        "title": f"Ledelsestilsyn: {shown.tilsyn.title}",
        "author": shown.signature.signed_by if shown.signature else run.by_name,
        "question": shown.tilsyn.question,
        "period": periods.said(run.period),
        "answer": shown.answer,
        "footer": f"{shown.tilsyn.title}, {periods.said(run.period)}. Kørsel {run.id}.",
        "sections": [asdict(part) for part in parts],
        "signed": asdict(signed(shown)),
    }


def sections(shown: Shown) -> list[Section]:
    """The parts, in their order."""
    run = shown.run
    totals = [
        (one.dataset, telling.cell(one.control_total), f"{telling.number(one.rows)} rækker")
        for one in run.lineage
        if one.control_total is not None
    ]
    population = [("Rækker gennemgået", telling.number(run.looked_at))] + [
        (f"Sum i {name}", f"{total} ({rows})") for name, total, rows in totals
    ]
    return [
        Section("Om tilsynet", facts=[*shown.about, ("Regel", rule(shown))]),
        Section("Population", facts=population) if run.is_whole else Section("Population", [shown.answer]),
        method(shown),
        findings(shown),
        Section("Vurdering", [shown.judged]),
        comparison(shown),
        Section("Konklusion", [shown.conclusion or "Der er ikke skrevet en konklusion."]),
        follow_up(shown),
        lineage(shown),
    ]


def rule(shown: Shown) -> str:
    """The SELECT that decides, without the head; the file's hash tells that it is the one."""
    lines = shown.tilsyn.sql.splitlines()
    return " ".join(" ".join(line for line in lines if not line.lstrip().startswith("--")).split())


def method(shown: Shown) -> Section:
    """How the rows were chosen."""
    sample = shown.sample
    if sample is None:
        return Section("Metode", ["Reglen er brugt på alle rækker i populationen. Der er ikke udtaget en stikprøve."])
    facts = [("Stikprøve", sample.method), ("Af", f"{telling.number(sample.population)} rækker"), ("Frø", telling.spaced(sample.seed))]
    facts.append(("Udtaget", ", ".join(f"nr. {number}" for number in sample.numbers)))
    return Section("Metode", [sample.said] if sample.said else [], facts)


def findings(shown: Shown) -> Section:
    """The findings with what is said of each."""
    if shown.findings is None or shown.run.state != "found":
        return Section("Fund", [shown.answer])
    columns = cells.columns_of(shown.findings)
    rows = compare.page(shown.findings, 0, MOST)
    head = [column.label for column in columns]
    widths = [column.width for column in columns]
    listed = [[value(row[column.name]) for column in columns] for row in rows]
    if shown.judgements:
        head, widths = [*head, "Vurdering"], [*widths, 30]
        listed = [[*line, judged(shown, row["nr"])] for line, row in zip(listed, rows, strict=True)]
    return Section("Fund", rest(shown.run.rows), table=Table(head, listed, widths))


def judged(shown: Shown, number: int) -> str:
    """What is said of one finding."""
    one = shown.judgements.get(number)
    return "–" if one is None else f"{one.verdict}: {one.reason} ({one.by}, {moment(one.at)})" if one.reason else one.verdict


def rest(rows: int) -> list[str]:
    """That a table does not hold everything."""
    return [f"De første {telling.number(MOST)} af {telling.number(rows)} rækker. Resten står i regnearket."] if rows > MOST else []


def value(one: Any) -> str:
    """A value in a table."""
    return texts.shortened(telling.cell(one), LONGEST)


def comparison(shown: Shown) -> Section:
    """What has become of the findings since the last run."""
    told = shown.development
    if told is None:
        return Section("Sammenligning", [shown.compared])
    names = [column.name for column in cells.columns_of(told.path) if column.name not in {STATUS, NUMBER, TIMES, CHANGES}][
        : len(shown.tilsyn.key) + 2
    ]
    names = list(dict.fromkeys([*shown.tilsyn.key, *names]))
    rows = compare.page(told.path, 0, MOST)
    listed = [
        [row[STATUS], value(row[NUMBER]), str(row[TIMES]), *(value(row[name]) for name in names), compare.changes_said(row) or "–"]
        for row in rows
    ]
    head = ["Status", "Nr", "Gange", *(telling.heading(name).capitalize() for name in names), "Ændret"]
    table = Table(head, listed, [14, 9, 9, *[18] * len(names), 30]) if listed else None
    return Section("Sammenligning", [shown.compared, *rest(sum((told.new, told.repeated, told.reopened, told.solved)))], table=table)


def follow_up(shown: Shown) -> Section:
    """What is to be done."""
    listed = [
        [f"nr. {one.number}" if one.number else "alle", one.what, one.responsible, periods.short(one.deadline), one.state]
        for one in shown.actions
    ]
    if not listed:
        return Section("Opfølgning", ["Der er ikke aftalt opfølgning."])
    return Section("Opfølgning", table=Table(["Fund", "Handling", "Ansvarlig", "Frist", "Status"], listed, [10, 40, 22, 14, 14]))


def lineage(shown: Shown) -> Section:
    """Where the data come from, and the hashes that tell that they are the ones."""
    facts = [("Rækkernes SHA-256", telling.spaced(shown.run.sha256)), ("SQL-filens SHA-256", telling.spaced(shown.run.sql_sha256))]
    for one in shown.run.lineage:
        counted = f"{telling.number(one.rows)} rækker" + (
            "" if one.reported_rows is None else f" (kilden oplyser {telling.number(one.reported_rows)})"
        )
        total = "" if one.control_total is None else f" Kontrolsum {telling.cell(one.control_total)}."
        said = f"{one.source}. {one.query}. Hentet {moment(one.fetched_at)}. {counted}.{total} SHA-256 {telling.spaced(one.sha256)}. {' '.join(one.notes)}"
        facts.append((one.dataset, said.strip()))
    return Section("Data og herkomst", facts=facts)


def signed(shown: Shown) -> Signed:
    """Who has signed; without a signature the block says that nobody has."""
    one = shown.signature
    if one is None:
        return Signed("Rapporten er ikke underskrevet.", [("Udarbejdet af", shown.run.by_name), ("Underskrevet af", ""), ("Dato", "")])
    facts = [
        ("Udarbejdet af", one.prepared_by),
        ("Underskrevet af", one.signed_by),
        ("Tidspunkt", moment(one.at)),
        ("Version", str(one.version)),
    ]
    return Signed(one.text, facts)


def safe(value: Any) -> Any:
    """Everything that is said, without CPR numbers, and with the code of each sign that cannot be shown in its place: [U+1F600]."""
    if isinstance(value, str):
        return FOREIGN.sub(lambda sign: f"[U+{ord(sign[0]):04X}]", unicodedata.normalize("NFC", telling.masked(value)))
    if isinstance(value, Mapping):
        return {name: safe(one) for name, one in value.items()}
    return [safe(one) for one in value] if isinstance(value, list | tuple) else value
