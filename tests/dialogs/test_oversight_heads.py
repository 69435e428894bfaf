"""The head of a tilsyn's file, periods, and a new file: what is right is read, what is wrong is told by its line."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.datasets import Column, Dataset, Period
from dialogs.oversight import periods, scaffold, telling
from dialogs.oversight.checking import statically
from dialogs.oversight.heads import BadTilsyn, Source, read, value

HEAD = """-- titel:     Store fakturaer
-- spørgsmål: Hvilke fakturaer er store?
-- ejer:      Økonomi
-- hyppighed: måned
-- datasæt:   kvantum.fakturaer (24 måneder før), kvantum.kreditorer (alt)
-- nøgle:     faktura_id, linje
-- stikprøve: 29 tilfældige
-- frist:     14 dage
-- minutter:  120
-- parameter: graense tal 1.000,50 kroner uden moms
-- parameter: enhed tekst "" kun denne enhed
"""
SELECT = "SELECT * FROM kvantum.fakturaer\n"
Q3 = Period(date(2026, 7, 1), date(2026, 9, 30))
INVOICES = Dataset(
    "kvantum.fakturaer",
    "Fakturaer",
    "Fakturaer.",
    (
        Column("faktura_id", "text", "Nummer."),
        Column("kreditor_nr", "text", "Kreditor.", identity="kreditor_nr"),
        Column("dato", "date", "Dagen."),
    ),
    ("faktura_id",),
    "Hver nat.",
    period="dato",
)
CREDITORS = Dataset(
    "kvantum.kreditorer",
    "Kreditorer",
    "Kreditorer.",
    (Column("kreditor_nr", "text", "Kreditor.", identity="kreditor_nr"),),
    ("kreditor_nr",),
    "Hver nat.",
)
DATASETS = {one.name: one for one in (INVOICES, CREDITORS)}


def test_a_head_says_what_the_tilsyn_is() -> None:
    found = read("store", HEAD + SELECT)
    assert (found.title, found.owner, found.often, found.days, found.minutes) == ("Store fakturaer", "Økonomi", "måned", 14, 120)
    assert found.key == ("faktura_id", "linje")
    assert found.sources == (Source(dataset="kvantum.fakturaer", months=24), Source(dataset="kvantum.kreditorer", months=None))
    assert found.sources[0].of(Q3) == Period(date(2024, 7, 1), date(2026, 9, 30))
    assert found.sources[1].of(Q3) is None
    assert found.values(Q3, {"enhed": "Netværk"}) == {
        "start": date(2026, 7, 1),
        "slut": date(2026, 9, 30),
        "graense": Decimal("1000.50"),
        "enhed": "Netværk",
    }
    with pytest.raises(ValueError, match="ingen parameter, der hedder dage"):
        found.values(Q3, {"dage": "3"})


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("-- titel: ", "-- titl: ", "Linje 1: Jeg kender ikke ”titl”. Mener du ”titel”?"),
        ("-- farve: ", "-- farve: ", ""),
        ("14 dage", "to uger", "Linje 8: ”frist: to uger” forstår jeg ikke. Skriv fx ”14 dage”."),
        ("hyppighed: måned", "hyppighed: sjældent", "Linje 4: ”hyppighed: sjældent” forstår jeg ikke."),
        ("29 tilfældige", "nogle", "Linje 7: ”stikprøve: nogle” forstår jeg ikke."),
        ("tal 1.000,50", "tal mange", "Linje 10: ”mange” er ikke et gyldigt tal."),
        ("tal 1.000,50", "beløb 5", "Linje 10: Parameteren forstår jeg ikke."),
        ("enhed tekst", "graense tekst", "Linje 11: Parameteren graense er der allerede."),
        ("enhed tekst", "slut tekst", "Linje 11: Parameteren slut er der allerede."),
        ("(24 måneder før)", "(altid)", "Linje 5: Datasættet ”kvantum.fakturaer (altid)” forstår jeg ikke."),
        ("-- ejer:      Økonomi\n", "", "Hovedet mangler linjen ”-- ejer: …”."),
        ("-- ejer:      Økonomi", "-- ejer:", "Linje 3: ”ejer” er tom."),
        ("-- frist:     14 dage", "-- frist: 14 dage\n-- frist: 15 dage", "Linje 9: ”frist” står der to gange."),
        ("-- titel:", "SELECT 1\n-- titel:", "Hovedet mangler linjen ”-- titel: …”."),
    ],
)
def test_what_is_wrong_with_a_head_is_told_with_its_line(before: str, after: str, said: str) -> None:
    text = (HEAD + SELECT).replace(before, after)
    if not said:
        assert read("store", text).name == "store"
        return
    with pytest.raises(BadTilsyn) as caught:
        read("store", text)
    assert any(str(one).startswith(said) for one in caught.value.faults), [str(one) for one in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("50.000", "50000"),
        ("1.234.567,5", "1234567.5"),
        ("1234,56", "1234.56"),
        ("1234.56", "1234.56"),
        ("0,5", "0.5"),
        ("-2.000", "-2000"),
    ],
)
def test_amounts_are_read_as_danes_write_them(text: str, wanted: str) -> None:
    assert value("tal", text) == Decimal(wanted)


@given(st.integers(-(10**9), 10**9))
@settings(max_examples=40)
def test_a_whole_number_is_the_same_with_and_without_dots(number: int) -> None:
    dotted = f"{number:,}".replace(",", ".")
    assert value("heltal", str(number)) == value("heltal", dotted) == number
    assert value("tal", dotted) == number


@given(st.text(max_size=300))
@settings(max_examples=60)
def test_any_text_is_read_or_told_what_is_wrong(text: str) -> None:
    for whole in (text, HEAD + text, f"-- titel: {text}\n{HEAD}"):
        try:
            assert read("x", whole).title
        except BadTilsyn as error:
            assert error.faults  # noqa: PT017 - either is right
            assert all(one.text for one in error.faults)  # noqa: PT017 - the same


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            "kvantum.kreditorer (alt)",
            "kvantum.kreditor (alt)",
            "Linje 5: Jeg kender ikke datasættet kvantum.kreditor. Mener du kvantum.kreditorer?",
        ),
        ("kvantum.kreditorer (alt)", "kvantum.kreditorer (3 måneder før)", "Linje 5: kvantum.kreditorer hentes altid helt"),
        ("SELECT *", "SELECT\n  now(), *", "Linje 13: now giver noget nyt, hver gang tilsynet køres."),
        ("kvantum.fakturaer\n", "kvantum.fakturaer\nWHERE dato <= current_date\n", "Linje 13: current_date giver noget nyt"),
        ("kvantum.fakturaer\n", "kvantum.fakturaer\nUSING   SAMPLE 5\n", "Linje 13: using sample giver noget nyt"),
        ("SELECT * FROM kvantum.fakturaer", "SELECT * FROM read_csv('/etc/passwd')", "Linje 12: Et tilsyn må ikke læse filer"),
        ("SELECT *", "SELECT 'read_csv(', \"now(\" -- random()\n /* glob( */, *", ""),
    ],
)
def test_what_can_be_seen_without_running_is_told(before: str, after: str, said: str) -> None:
    faults = [str(one) for one in statically(read("x", (HEAD + SELECT).replace(before, after)), DATASETS)]
    assert len(faults) == bool(said)
    assert all(one.startswith(said) for one in faults), faults


@pytest.mark.parametrize(
    ("text", "first", "last", "said"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026"),
        ("2026-Q3", date(2026, 7, 1), date(2026, 9, 30), "3. kvartal 2026"),
        ("2026-09", date(2026, 9, 1), date(2026, 9, 30), "september 2026"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "februar 2024"),
        ("2026-T2", date(2026, 5, 1), date(2026, 8, 31), "2. tertial 2026"),
        ("2026-h1", date(2026, 1, 1), date(2026, 6, 30), "1. halvår 2026"),
        ("2026-W53", date(2026, 12, 28), date(2027, 1, 3), "uge 53 2026"),
    ],
)
def test_a_period_is_read_and_said(text: str, first: date, last: date, said: str) -> None:
    period = periods.written(text)
    assert (period.first, period.last, periods.said(period)) == (first, last, said)


@pytest.mark.parametrize("text", ["", "2026-Q5", "2026-13", "2026-00", "2026-W54", "2025-W53", "i går", "2026-Q", "0000", "2026-Q0"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="er ikke en periode"):
        periods.written(text)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.sampled_from(["uge", "måned", "kvartal", "tertial", "halvår", "år"]))
@settings(max_examples=60)
def test_the_last_whole_period_is_over_and_the_next_one_is_not(today: date, often: str) -> None:
    period = periods.last_whole(often, today)  # type: ignore[arg-type]  # one of the words
    assert period.last < today
    length = (period.last - period.first).days
    assert (today - period.last).days <= length + 5  # months and half-years differ by some days


@given(st.from_regex(r"[A-ZÆØÅa-zæøå][\w ÆØÅæøå,.-]{0,80}", fullmatch=True))
@settings(max_examples=40)
def test_a_new_file_is_right_as_it_is(title: str) -> None:
    text = scaffold.drafted(title, "Er alt i orden?", "Økonomi", [INVOICES, CREDITORS])
    found = read(scaffold.name_of(title), text)
    assert statically(found, DATASETS) == []
    assert "JOIN kvantum.kreditorer AS b ON b.kreditor_nr = a.kreditor_nr" in text
    assert scaffold.name_of(title).isidentifier()


def test_values_are_shown_as_danes_write_them() -> None:
    row = {
        "nr": 1,
        "a": Decimal("1234567.5"),
        "b": date(2026, 9, 3),
        "c": None,
        "d": True,
        "e": "4500000123",
        "f": "010190-1234",
        "g": ["x", 2],
    }
    assert telling.line(row) == "1.234.567,50 · 3.9.2026 · – · ja · 4500 000123 · \\[CPR-nummer fjernet\\] · x, 2"
    assert telling.cell("1900000123") == "1900000123"
    assert telling.cell("ring 0101901234") == "ring [CPR-nummer fjernet]"
    assert telling.heading("foerste_betaling") == "første betaling"
