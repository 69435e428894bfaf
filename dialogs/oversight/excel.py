"""A run as a workbook: Overblik, Fund, Sammenligning, Stikprøve, Opfølgning, and Data og herkomst. Rows are written one by one: memory stays flat.

A text of the data is written as a text, never as a formula or a link, and CPR numbers are masked. For a thread: nothing here awaits.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from dialogs.oversight import telling
from dialogs.oversight.cells import Column, Value, amount, columns_of, day, moment, rows_of
from dialogs.oversight.sheets import Book
from dialogs.oversight.shown import VERDICTS, Shown
from dialogs.oversight.shown import moment as said

MOST_ROWS = 1_048_575  # of a sheet, the head apart (Excel's limit)


def write(path: Path, shown: Shown) -> None:
    """The workbook of a run at that path, whole or not at all. Raises OSError."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")  # two processes may make the same
    try:
        book = Book(part)
        book.file.set_properties(
            {"title": shown.tilsyn.title, "subject": shown.tilsyn.question, "author": shown.run.by_name, "company": "Kollega"}
        )
        book.file.set_custom_property("Kørsel", shown.run.id)
        _overview(book, shown)
        _findings(book, shown)
        _comparison(book, shown)
        _sample(book, shown)
        _follow_up(book, shown)
        _lineage(book, shown)
        book.file.close()
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _overview(book: Book, shown: Shown) -> None:
    run = shown.run
    sheet = book.sheet("Overblik", [26, 100])
    sheet.sheet.hide_gridlines(2)
    sheet.add([shown.tilsyn.title], ["title"])
    sheet.add(["Svar", shown.answer], ["label", "answer"])
    sheet.row += 1
    if run.is_whole:
        sheet.pairs([("Fund", run.rows), ("Gennemgåede rækker", run.looked_at), ("Datasæt", len(run.lineage))], "count")
        if shown.before:
            sheet.pairs([("Fund sidst", shown.before.rows)])
        if shown.development:
            told = shown.development
            sheet.pairs([("Nye", told.new), ("Gentagne", told.repeated), ("Genåbnede", told.reopened), ("Løste", told.solved)])
        sheet.row += 1
    sheet.pairs([("Sammenligning", shown.compared), ("Vurdering", shown.judged)])
    if shown.sample and shown.sample.said:
        sheet.pairs([("Stikprøven siger", shown.sample.said)])
    if shown.conclusion:
        sheet.pairs([("Konklusion", shown.conclusion)])
    if shown.signature:
        signed = shown.signature
        sheet.pairs([("Underskrevet af", f"{signed.signed_by}, {said(signed.at)} (version {signed.version})")])
    sheet.row += 1
    sheet.pairs(shown.about)
    sheet.row += 1
    sheet.pairs([("Rækkernes SHA-256", telling.spaced(run.sha256)), ("SQL-filens SHA-256", telling.spaced(run.sql_sha256))], "text")


def _findings(book: Book, shown: Shown) -> None:
    if shown.findings is None or shown.run.state != "found":
        book.sheet("Fund", [100]).add([shown.answer], ["answer"])
        return
    columns = columns_of(shown.findings)
    judged = (
        [Column("", "Vurdering", "text", 16), Column("", "Begrundelse", "text", 40), Column("", "Vurderet af", "text", 24)]
        if shown.judgements
        else []
    )
    rows = rows_of(shown.findings, columns)
    if judged:
        at = [column.name for column in columns].index("nr")
        rows = ([*row, *_judgement(shown, row[at])] for row in rows)
    _table(book, "Fund", [*columns, *judged], rows)


def _judgement(shown: Shown, number: Value) -> list[Value]:
    one = shown.judgements.get(number) if isinstance(number, int) else None
    return [one.verdict, one.reason, one.by] if one else [None, None, None]


def _comparison(book: Book, shown: Shown) -> None:
    if shown.development is None:
        book.sheet("Sammenligning", [100]).add([shown.compared], ["answer"])
        return
    path = shown.development.path
    columns = columns_of(path)
    _table(book, "Sammenligning", columns, rows_of(path, columns))


def _table(book: Book, name: str, columns: Sequence[Column], rows: Iterator[list[Value]]) -> None:
    """Rows under a frozen head with a filter, on as many sheets as they need."""
    formats = [column.format for column in columns]
    sheet, sheets = None, 0
    for row in rows:
        if sheet is None or sheet.row > MOST_ROWS:
            if sheet:
                sheet.filtered(len(columns))
            sheets += 1
            sheet = book.sheet(
                name if sheets == 1 else f"{name} {sheets}", [one.width for one in columns], head=[one.label for one in columns]
            )
        sheet.add(row, formats)
    if sheet is None:
        sheet = book.sheet(name, [one.width for one in columns], head=[one.label for one in columns])
    sheet.filtered(len(columns))


def _sample(book: Book, shown: Shown) -> None:
    """The rows that were drawn, in their order, with room for what one judges them to be."""
    sample = shown.sample
    if sample is None or shown.findings is None:
        book.sheet("Stikprøve", [100]).add(["Der er ikke udtaget en stikprøve: alle fund er med."], ["answer"])
        return
    columns = columns_of(shown.findings)
    sheet = book.sheet("Stikprøve", [22, *[one.width for one in columns], 18, 50])
    sheet.pairs(
        [
            ("Metode", sample.method),
            ("Frø", telling.spaced(sample.seed)),
            ("Population", sample.population),
            ("Udtaget", len(sample.numbers)),
        ],
        "text",
    )
    sheet.pairs([("Det kan siges", sample.said or "Endnu intet: rækkerne er ikke vurderet.")], "text")
    sheet.row += 1
    labels = ["Udtaget som nr.", *[one.label for one in columns], "Vurdering", "Begrundelse"]
    sheet.add(labels, ["head"] * len(labels))
    top = sheet.row
    sheet.sheet.freeze_panes(top, 0)
    place = [one.name for one in columns].index("nr")
    wanted = set(sample.numbers)
    kept = {row[place]: row for row in rows_of(shown.findings, columns) if row[place] in wanted}
    formats = ["integer", *[one.format for one in columns], "answered", "answered"]
    for drawn, number in enumerate(sample.numbers, 1):
        verdict, reason, _ = _judgement(shown, number)
        sheet.add([drawn, *kept[number], verdict or "", reason or ""], formats)
    sheet.sheet.data_validation(
        top, len(columns) + 1, max(sheet.row - 1, top), len(columns) + 1, {"validate": "list", "source": list(VERDICTS)}
    )


FOLLOW_UP = (
    ("Fund", 10, "integer"),
    ("Handling", 60, "wrapped"),
    ("Ansvarlig", 28, "text"),
    ("Frist", 12, "day"),
    ("Status", 60, "wrapped"),
)


def _follow_up(book: Book, shown: Shown) -> None:
    """What is done about the findings, and by whom."""
    if not shown.actions:
        book.sheet("Opfølgning", [100]).add(["Der er ikke aftalt opfølgning."], ["answer"])
        return
    sheet = book.sheet("Opfølgning", [width for _, width, _ in FOLLOW_UP], head=[label for label, _, _ in FOLLOW_UP])
    for one in shown.actions:
        sheet.add([one.number, one.what, one.responsible, day(one.deadline), one.state], [named for _, _, named in FOLLOW_UP])
    sheet.filtered(len(FOLLOW_UP))


LINEAGE = (
    ("Datasæt", 28, "text"), ("Kilde", 40, "text"), ("Forespørgsel", 60, "wrapped"), ("Fra", 12, "day"), ("Til", 12, "day"), ("Hentet", 18, "moment"),
    ("Rækker", 12, "count"), ("Kildens antal", 14, "count"), ("Kontrolsum", 20, "amount"), ("Kildens kontrolsum", 20, "amount"),
    ("Filens SHA-256", 66, "text"), ("Rettet ved læsning", 60, "wrapped"),
)  # fmt: skip


def _lineage(book: Book, shown: Shown) -> None:
    sheet = book.sheet("Data og herkomst", [width for _, width, _ in LINEAGE], head=[label for label, _, _ in LINEAGE])
    for one in shown.run.lineage:
        values = [
            one.dataset, one.source, one.query, day(one.first), day(one.last), moment(one.fetched_at),
            one.rows, one.reported_rows, amount(one.control_total), amount(one.reported_total), telling.spaced(one.sha256), " ".join(one.notes),
        ]  # fmt: skip
        sheet.add(values, [named for _, _, named in LINEAGE])
    sheet.filtered(len(LINEAGE))
