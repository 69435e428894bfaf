"""What is shown of a run: against the runs before it, by sample, as a workbook, as a report. The same numbers everywhere, made once, and nothing of a run that is not whole."""

import asyncio
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from connectors.datasets import Period
from connectors.errors import Unavailable
from dialogs.oversight import cards, compare, comparing, exports, samples, telling
from dialogs.oversight.compare_said import sentence
from dialogs.oversight.running import NotRun, Workers
from dialogs.oversight.samples import CannotSample, Wish
from dialogs.oversight.store import Run
from tests.dialogs.pdf_text import text_of
from tests.dialogs.test_oversight_runs import INVOICES, NOW, Q2, Q3, SQL, Place, place

__all__ = ["place"]
Q1, Q4 = Period(date(2026, 1, 1), date(2026, 3, 31)), Period(date(2026, 10, 1), date(2026, 12, 31))
JENS = ("jens", "Jens Kjær")


@pytest.fixture
def long(place: Place) -> Place:
    """Its tilsyn looks at what lies before the period too, so that a finding comes again."""
    (place.oversight.folder / "store.sql").write_text(SQL.replace("penge.fakturaer,", "penge.fakturaer (24 måneder før),"))
    return place


async def quarters(place: Place) -> list[Run]:
    """Three quarters with invoices that come, change, are solved, and come again."""
    found = []
    for period, amounts in ((Q2, [150, 150, 250, 350]), (Q3, [50, 150, 260, 350]), (Q4, [150, 150, 260, 50])):
        place.money.amounts = amounts
        found.append(await place.run(period, key=str(period.first)))
    return found


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def overview(path: Path) -> dict[str, Any]:
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Overblik").to_python()
    return {str(row[0]): row[1] for row in rows if row[0]}


async def statuses(place: Place, run: Run, before: Run | None = None) -> tuple[str, dict[str, tuple[str, int, int | None]]]:
    """The sentence, and by invoice what has become of it, how often it was found, and its number."""
    told = await comparing.compared(place.oversight, run, before)
    assert told
    rows = compare.page(told.development.path, 0, 99)
    return sentence(told), {row["faktura_id"]: (row["_status"], row["_gange"], row["nr"]) for row in rows}


async def test_a_finding_comes_again_is_changed_is_solved_and_comes_back(long: Place) -> None:
    second, third, fourth = await quarters(long)
    assert await comparing.compared(long.oversight, second) is None
    said, found = await statuses(long, third)
    assert said == "I forhold til 2. kvartal 2026: 2 nye, 1 gentaget (1 ændret) og 1 løst."
    assert found == {"F2": ("gentaget", 2, 2), "F3": ("ny", 1, 3), "F1": ("ny", 1, 1), "F0": ("løst", 1, None)}
    assert list(found) == ["F2", "F3", "F1", "F0"]  # what comes back first, then the worst
    said, found = await statuses(long, fourth)
    assert said == "I forhold til 3. kvartal 2026: 2 gentagne, 1 genåbnet og 1 løst."
    assert found == {"F2": ("gentaget", 3, 3), "F1": ("gentaget", 2, 2), "F0": ("genåbnet", 2, 1), "F3": ("løst", 1, None)}
    said, found = await statuses(long, fourth, second)  # what was found in between counts, but is news against the second
    assert said == "I forhold til 2. kvartal 2026: 1 nyt og 2 gentagne (1 ændret)."
    assert found == {"F2": ("gentaget", 3, 3), "F0": ("gentaget", 2, 1), "F1": ("ny", 2, 2)}


async def test_a_run_is_compared_with_one_that_asked_for_the_same_and_a_new_rule_is_told(long: Place) -> None:
    await long.run(Q2, key="other", graense="200")
    second = await long.run(Q2, key="2")
    path = long.oversight.folder / "store.sql"
    path.write_text(path.read_text() + "-- rettet\n")
    third = await long.run(key="3")
    told = await comparing.compared(long.oversight, third)
    assert told
    assert (told.before.id, told.other_rule) == (second.id, True)
    assert sentence(told).endswith("Tilsynets fil er ændret imellem, så noget kan skyldes den.")
    assert await comparing.compared(long.oversight, await long.run(key="given", graense="100")) is None
    long.oversight.now = lambda: NOW + timedelta(hours=1)
    again = await long.run(key="4")
    assert [one.id for one in await comparing.earlier(long.oversight, again)] == [second.id, third.id]
    assert (await statuses(long, again, third))[0].startswith("I forhold til kørslen 24.11.2026 kl. 10.00: 3 gentagne.")


async def test_the_card_the_workbook_and_the_report_say_the_same(long: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    run = (await quarters(long))[1]
    await samples.draw(long.oversight, run, Wish(size=2), "Jens Kjær")
    await long.oversight.judgements.put(run, [1, 2], "fejl", "Ikke aftalt", by=JENS)
    book, report = await exports.excel(long.oversight, run), await exports.pdf(long.oversight, run)
    facts, text = overview(book), text_of(report.read_bytes())
    shown = await exports.shown_of(long.oversight, run)
    card = dict(cards.numbers(shown))
    assert cards.answer(shown) == f"{facts['Svar']} {facts['Sammenligning']}"
    assert (
        (int(card["Fund"]), card["Fund sidst"])
        == (facts["Fund"], f"{facts['Fund sidst']:.0f} (2. kvartal 2026)")
        == (3, "2 (2. kvartal 2026)")
    )
    assert (facts["Nye"], facts["Gentagne"], facts["Løste"], facts["Gennemgåede rækker"]) == (2, 1, 1, run.looked_at)
    assert card["Vurdering"] == facts["Vurdering"] == "2 fejl. 1 er ikke vurderet."
    assert card["Stikprøve"] == f"{facts['Stikprøve']}. {facts['Stikprøven siger']}"
    for said in (facts["Svar"], facts["Sammenligning"], facts["Vurdering"], facts["Stikprøven siger"], run.sha256):
        assert bare(said) in text

    async def never(self: Workers, what: str, **order: Any) -> dict[str, Any]:
        raise AssertionError(what)

    with monkeypatch.context() as patch:
        patch.setattr(Workers, "make", never)
        assert (await exports.excel(long.oversight, run), await exports.pdf(long.oversight, run)) == (book, report)
    await long.oversight.judgements.put(run, [3], "ok", "", by=JENS)
    newer = await exports.excel(long.oversight, run)
    assert overview(newer)["Vurdering"] == "1 ok og 2 fejl. Alle er vurderet."
    assert [one.name for one in newer.parent.glob("*.xlsx")] == [newer.name]
    assert exports.named(run, "xlsx") == "Store fakturaer, 3. kvartal 2026.xlsx"


async def test_a_run_that_is_not_whole_is_neither_exported_nor_sampled_nor_compared(long: Place) -> None:
    await long.run(Q2, key="2")
    long.money.fails = {INVOICES.name: Unavailable("penge", "reset")}
    partial = await long.run(key="3")
    running = partial.model_copy(update={"state": "running"})
    long.money.fails = {}
    empty = await long.run(Period(date(2030, 1, 1), date(2030, 3, 31)), key="4", graense="1")
    for one in (partial, running, empty):
        with pytest.raises(exports.NoResult, match=r"intet resultat|i gang"):
            await exports.excel(long.oversight, one)
        with pytest.raises(CannotSample, match="ingen fund at tage en stikprøve af"):
            await samples.draw(long.oversight, one, Wish(size=2), "Jens")
        assert await comparing.compared(long.oversight, one) is None
        assert cards.answer(await exports.shown_of(long.oversight, one)) == telling.answer(one)
    nothing = await long.run(key="5", graense="9000")
    assert overview(await exports.excel(long.oversight, nothing))["Svar"].endswith("intet fundet.")


async def test_what_cannot_be_compared_says_why_on_the_card_and_in_the_files(long: Place) -> None:
    await long.run(Q2, key="2")
    path = long.oversight.folder / "store.sql"
    path.write_text(
        path.read_text().replace("nøgle:     faktura_id", "nøgle:     nummer").replace("f.faktura_id,", "f.faktura_id AS nummer,")
    )
    run = await long.run(key="3")
    with pytest.raises(NotRun, match="Nøglen nummer er ikke en kolonne i den forrige kørsel"):
        await comparing.compared(long.oversight, run)
    shown = await exports.shown_of(long.oversight, run)
    why = "Kunne ikke sammenlignes med 2. kvartal 2026. Nøglen nummer er ikke en kolonne i den forrige kørsel."
    assert cards.answer(shown) == f"{telling.answer(run)} {why}"
    assert overview(await exports.excel(long.oversight, run))["Sammenligning"] == why


async def test_a_sample_is_drawn_once_extended_and_never_changed_after_it_was_judged(place: Place) -> None:
    place.money.amounts = list(range(1000, 1200))
    run = await place.run()
    both = await asyncio.gather(*(samples.draw(place.oversight, run, Wish(size=size), "Jens") for size in (10, 20)))
    ten, twenty = max((one.numbers for one in both), key=len)[:10], (await samples.of(place.oversight, run))
    assert twenty
    assert (len(twenty.numbers), twenty.numbers[:10]) == (20, ten)  # whichever came first
    assert await samples.draw(place.oversight, run, Wish(size=5), "Sofie") == twenty
    largest = await samples.draw(place.oversight, run, Wish(method="største", largest=3, size=2), "Sofie")
    assert largest.numbers[:3] == tuple(row["nr"] for row in await place.oversight.rows(run, 0, 3))
    assert (largest.wish.by, largest.replaced) == ("beloeb", ("20 tilfældige",))
    await place.oversight.judgements.put(run, largest.numbers[:1], "fejl", "Ikke aftalt", by=JENS)
    with pytest.raises(NotRun, match=r"noget af den er vurderet\. Den kan gøres større, men ikke skiftes ud"):
        await samples.draw(place.oversight, run, Wish(size=50), "Sofie")
    more = await samples.draw(place.oversight, run, Wish(method="største", largest=3, size=30), "Sofie")
    assert more.numbers[:5] == largest.numbers
    judged = await place.oversight.judgements.of(run)
    assert samples.said(more, judged).startswith("1 af 33 udtagne er vurderet. Er der ingen fejl i dem, kan man sige: 0 fejl blandt")
    await place.oversight.judgements.put(run, more.numbers[1:], "ok", "", by=JENS)
    judged = await place.oversight.judgements.of(run)
    assert (
        samples.said(more, judged) == "1 fejl blandt de 3 største. Af resten 0 fejl af 30: højst 7 af alle 97 (7,2 %) med 95 % sikkerhed."
    )


async def test_a_sample_that_cannot_be_drawn_says_what_is_missing(place: Place) -> None:
    run = await place.run()
    for wish, said in (
        (Wish(size=0), "mellem 1 og 10.000"),
        (Wish(size=20_000), "mellem 1 og 10.000"),
        (Wish(method="lagdelt", size=3), "en kolonne at fordele efter. Der er: faktura id, beløb og navn."),
        (Wish(method="kroner", size=3, by="navn"), "et beløb at gå efter. Der er: beløb."),
    ):
        with pytest.raises(CannotSample, match=re.escape(said)):
            await samples.draw(place.oversight, run, wish, "Jens")
