"""What is shown of a run: against the runs before it, as a workbook, as a report. The same numbers everywhere, made once, and nothing of a run that is not whole."""

import re
from pathlib import Path

from python_calamine import CalamineWorkbook

from connectors.datasets import Period
from dialogs.oversight import comparing, exports, telling
from tests.dialogs.pdf_text import text_of
from tests.dialogs.test_oversight_runs import Q2, Place, place

__all__ = ["place"]
Q1 = Period(Q2.first.replace(month=1), Q2.first.replace(month=3, day=31))


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def overview(path: Path) -> dict[str, object]:
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Overblik").to_python()
    return {str(row[0]): row[1] for row in rows if row[0]}


async def test_the_answer_the_workbook_and_the_report_say_the_same(place: Place) -> None:
    place.money.amounts = [150, 150, 250, 350, 450, 50]
    await place.run(Q2, key="q2")
    run = await place.run()
    told = await comparing.compared(place.oversight, run)
    assert told
    assert (told.before.period, told.other_rule) == (Q2, False)
    said = told.development.said("2. kvartal 2026")
    assert said == "I forhold til 2. kvartal 2026: 2 nye og 3 løste."
    facts = overview(await exports.excel(place.oversight, run))
    text = text_of((await exports.pdf(place.oversight, run)).read_bytes())
    assert (facts["Svar"], facts["Sammenligning"]) == (telling.answer(run), said)
    assert (facts["Fund"], facts["Nye"], facts["Gentagne"], facts["Løste"], facts["Fund sidst"]) == (2, 2, 0, 3, 3)
    assert bare(telling.answer(run)) in text
    assert bare(said) in text
    assert bare(run.sha256) in text
