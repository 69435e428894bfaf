"""What is shown of a run: against the runs before it, by sample, as a workbook, as a report. The same numbers everywhere, made once, and nothing of a run that is not whole."""

import asyncio
import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
import pytest_asyncio
from python_calamine import CalamineWorkbook

from connectors.datasets import Period
from dialogs.oversight import cards, compare, comparing, exports, samples, telling
from dialogs.oversight.compare_said import sentence
from dialogs.oversight.runner import Oversight
from dialogs.oversight.running import NotRun, Workers
from dialogs.oversight.samples import CannotSample, Wish
from dialogs.oversight.store import Run, State
from insights import views
from insights.links import Links
from tests.dialogs.pdf_text import text_of
from tests.dialogs.test_oversight_runs import NOW, Q2, Q3, SQL, Place, made

pytestmark = pytest.mark.asyncio(loop_scope="module")
JENS = ("jens", "Jens Kjær")
Q4 = Period(date(2026, 10, 1), date(2026, 12, 31))
BEFORE = SQL.replace("penge.fakturaer,", "penge.fakturaer (24 måneder før),")  # looks back too, so that a finding comes again


@dataclass
class Year:
    """Three quarters with invoices that come, change, are solved, and come again."""

    place: Place
    oversight: Oversight
    second: Run
    third: Run
    fourth: Run

    @property
    def file(self) -> Path:
        return self.oversight.folder / "store.sql"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    place, runs = made(tmp_path_factory.mktemp("year")), []
    (place.oversight.folder / "store.sql").write_text(BEFORE)
    for period, amounts in ((Q2, [150, 150, 250, 350]), (Q3, [50, 150, 260, 350]), (Q4, [150, 150, 260, 50])):
        place.money.amounts = amounts
        runs.append(await place.run(period, key=str(period.first)))
    return Year(place, place.oversight, *runs)


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def overview(path: Path) -> dict[str, Any]:
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Overblik").to_python()
    return {str(row[0]): row[1] for row in rows if row[0]}


async def statuses(year: Year, run: Run, before: Run | None = None) -> tuple[str, dict[str, tuple[str, int, int | None]]]:
    """The sentence, and by invoice what has become of it, how often it was found, and its number."""
    told = await comparing.compared(year.oversight, run, before)
    assert told
    rows = compare.page(told.development.path, 0, 99)
    return sentence(told), {row["faktura_id"]: (row["_status"], row["_gange"], row["nr"]) for row in rows}


async def test_a_finding_comes_again_is_changed_is_solved_and_comes_back(year: Year) -> None:
    assert await comparing.compared(year.oversight, year.second) is None
    said, found = await statuses(year, year.third)
    assert said == "I forhold til 2. kvartal 2026: 2 nye, 1 gentaget (1 ændret) og 1 løst."
    assert found == {"F2": ("gentaget", 2, 2), "F3": ("ny", 1, 3), "F1": ("ny", 1, 1), "F0": ("løst", 1, None)}
    assert list(found) == ["F2", "F3", "F1", "F0"]  # what comes back first, then the worst
    said, found = await statuses(year, year.fourth)
    assert said == "I forhold til 3. kvartal 2026: 2 gentagne, 1 genåbnet og 1 løst."
    assert found == {"F2": ("gentaget", 3, 3), "F1": ("gentaget", 2, 2), "F0": ("genåbnet", 2, 1), "F3": ("løst", 1, None)}
    said, found = await statuses(year, year.fourth, year.second)  # what was found in between counts, but is news against the second
    assert said == "I forhold til 2. kvartal 2026: 1 nyt og 2 gentagne (1 ændret)."
    assert found == {"F2": ("gentaget", 3, 3), "F0": ("gentaget", 2, 1), "F1": ("ny", 2, 2)}


async def test_the_card_the_tab_the_workbook_and_the_report_say_the_same(year: Year, monkeypatch: pytest.MonkeyPatch) -> None:
    run, oversight = year.third, year.oversight
    await samples.draw(oversight, run, Wish(size=2), "Jens Kjær")
    await oversight.judgements.put(run, [1, 2], "fejl", "Ikke aftalt", by=JENS)
    book, report = await exports.excel(oversight, run), await exports.pdf(oversight, run)
    facts, text = overview(book), text_of(report.read_bytes())
    shown = await exports.shown_of(oversight, run)
    card = dict(cards.numbers(shown))
    assert cards.answer(shown) == f"{facts['Svar']} {facts['Sammenligning']}"
    assert (int(card["Fund"]), facts["Fund"], card["Fund sidst"], facts["Fund sidst"]) == (3, 3, "2 (2. kvartal 2026)", 2)
    assert (facts["Nye"], facts["Gentagne"], facts["Løste"], facts["Gennemgåede rækker"]) == (2, 1, 1, run.looked_at)
    assert card["Gennemgået"] == f"{run.looked_at} rækker i {facts['Datasæt']:.0f} datasæt"
    assert card["Vurdering"] == facts["Vurdering"] == "2 fejl. 1 er ikke vurderet."
    assert card["Stikprøve"] == f"{facts['Stikprøve']}. {facts['Stikprøven siger']}"
    tab, developed = await views.run_page(oversight, run, Links("", "")), await views.development(oversight, run)
    assert (tab["answer"], tab["judgedText"], developed["text"]) == (facts["Svar"], facts["Vurdering"], facts["Sammenligning"])
    assert {one["label"]: one["value"] for one in tab["numbers"]}.items() <= card.items()
    assert f"{tab['sample']['method']}. {tab['sample']['said']}" == card["Stikprøve"]
    for said in (facts["Svar"], facts["Sammenligning"], facts["Vurdering"], facts["Stikprøven siger"], telling.spaced(run.sha256)):
        assert bare(said) in text

    async def never(self: Workers, what: str, **order: Any) -> dict[str, Any]:
        raise AssertionError(what)

    with monkeypatch.context() as patch:
        patch.setattr(Workers, "make", never)
        assert (await exports.excel(oversight, run), await exports.pdf(oversight, run)) == (book, report)
    await oversight.judgements.put(run, [3], "ok", "", by=JENS)
    newer = await exports.excel(oversight, run)
    assert overview(newer)["Vurdering"] == "1 ok og 2 fejl. Alle er vurderet."
    assert [one.name for one in newer.parent.glob("*.xlsx")] == [newer.name]
    assert exports.named(run, "xlsx") == "Store fakturaer, 3. kvartal 2026.xlsx"


@pytest.mark.parametrize("state", [one for one in get_args(State) if one not in {"found", "nothing"}])
async def test_a_run_that_is_not_whole_is_neither_exported_nor_sampled_nor_compared(year: Year, state: State) -> None:
    run = year.third.model_copy(update={"state": state})
    for make in (exports.excel, exports.pdf):
        with pytest.raises(exports.NoResult, match=r"intet resultat|i gang"):
            await make(year.oversight, run)
    with pytest.raises(CannotSample, match="ingen fund at tage en stikprøve af"):
        await samples.draw(year.oversight, run, Wish(size=2), "Jens")
    assert await comparing.compared(year.oversight, run) is None
    assert cards.answer(await exports.shown_of(year.oversight, run)) == telling.answer(run)


async def test_nothing_found_is_a_result_that_can_be_exported(year: Year) -> None:
    nothing = await year.place.run(key="nothing", graense="9000")
    assert overview(await exports.excel(year.oversight, nothing))["Svar"] == "Store fakturaer, 3. kvartal 2026: intet fundet."
    assert await comparing.compared(year.oversight, nothing) is None  # the second quarter was asked for something else


async def test_another_rule_and_another_run_of_the_same_period_are_told(year: Year) -> None:
    year.oversight.now = lambda: NOW + timedelta(hours=1)
    year.place.money.amounts = [50, 150, 260, 350]
    year.file.write_text(BEFORE + "-- rettet\n")
    again = await year.place.run(key="again")
    assert [one.id for one in await comparing.earlier(year.oversight, again)] == [year.second.id, year.third.id]
    assert (await statuses(year, again))[0].endswith("Tilsynets fil er ændret imellem, så noget kan skyldes den.")
    assert (await statuses(year, again, year.third))[0].startswith("I forhold til kørslen 24.11.2026 kl. 10.00: 3 gentagne.")


async def test_what_cannot_be_compared_says_why(year: Year) -> None:
    year.file.write_text(BEFORE.replace("nøgle:     faktura_id", "nøgle:     nummer").replace("f.faktura_id,", "f.faktura_id AS nummer,"))
    run = await year.place.run(Period(date(2026, 11, 1), date(2026, 12, 31)), key="other key")
    why = "Kunne ikke sammenlignes med 3. kvartal 2026. Nøglen nummer er ikke en kolonne i den forrige kørsel."
    shown = await exports.shown_of(year.oversight, run)
    assert cards.answer(shown) == f"{telling.answer(run)} {why}"
    assert shown.compared == why
    year.file.write_text(BEFORE)


async def test_a_sample_is_drawn_once_extended_and_never_changed_after_it_was_judged(year: Year) -> None:
    oversight, year.place.money.amounts = year.oversight, list(range(1000, 1100))
    run = await year.place.run(key="many")
    both = await asyncio.gather(*(samples.draw(oversight, run, Wish(size=size), "Jens") for size in (10, 20)))
    ten, twenty = max((one.numbers for one in both), key=len)[:10], (await samples.of(oversight, run))
    assert twenty
    assert (len(twenty.numbers), twenty.numbers[:10]) == (20, ten)  # whichever came first
    largest = await samples.draw(oversight, run, Wish(method="største", largest=3, size=2), "Sofie")
    assert largest.numbers[:3] == tuple(row["nr"] for row in await oversight.rows(run, 0, 3))
    assert (largest.wish.by, largest.replaced) == ("beloeb", ("20 tilfældige",))
    await oversight.judgements.put(run, largest.numbers[:1], "fejl", "Ikke aftalt", by=JENS)
    with pytest.raises(NotRun, match=r"noget af den er vurderet\. Den kan gøres større, men ikke skiftes ud"):
        await samples.draw(oversight, run, Wish(size=50), "Sofie")
    more = await samples.draw(oversight, run, Wish(method="største", largest=3, size=30), "Sofie")
    assert more.numbers[:5] == largest.numbers
    judged = await oversight.judgements.of(run)
    assert samples.said(more, judged).startswith("1 af 33 udtagne er vurderet. Er der ingen fejl i dem, kan man sige: 0 fejl blandt")
    await oversight.judgements.put(run, more.numbers[1:], "ok", "", by=JENS)
    judged = await oversight.judgements.of(run)
    assert (
        samples.said(more, judged) == "1 fejl blandt de 3 største. Af resten 0 fejl af 30: højst 7 af alle 97 (7,2 %) med 95 % sikkerhed."
    )


async def test_a_sample_that_cannot_be_drawn_says_what_is_missing(year: Year) -> None:
    for wish, said in (
        (Wish(size=0), "mellem 1 og 10.000"),
        (Wish(size=20_000), "mellem 1 og 10.000"),
        (Wish(method="lagdelt", size=3), "en kolonne at fordele efter. Der er: faktura id, beløb og navn."),
        (Wish(method="kroner", size=3, by="navn"), "et beløb at gå efter. Der er: beløb."),
    ):
        with pytest.raises(CannotSample, match=re.escape(said)):
            await samples.draw(year.oversight, year.third, wish, "Jens")
