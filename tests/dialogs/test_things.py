"""Things that faults are about: another one that is broken, more of the same, and one named for another."""

import pytest

from dialogs.cases.things import another_fault, more_of_the_same, with_other_thing

PRINTER = "Printeren på 3. sal laver papirstop"


@pytest.mark.parametrize(
    ("told", "said", "now"),
    [
        (PRINTER, "scanneren", "Scanneren på 3. sal laver papirstop"),
        (PRINTER, "scanneren på 2. sal", "Scanneren på 2. sal laver papirstop"),
        (PRINTER, "altså kopimaskinen i stedet", "Kopimaskinen på 3. sal laver papirstop"),
        ("Min pc er langsom", "min skærm", "Min skærm er langsom"),
        ("Min printer er død. Printeren larmer", "min skærm", "Min skærm er død. min skærm larmer"),
        ("Skærmen på kontoret er sort", "pc’en", "Pc’en på kontoret er sort"),
        ("min pc kan ikke finde printeren", "scanneren", ""),  # which of the two
        (PRINTER, "printeren", ""),
        (PRINTER, "scanneren der driller", ""),
        (PRINTER, "stolen", ""),
        ("Den virker ikke", "scanneren", ""),
        ("", "scanneren", ""),
    ],
)
def test_one_thing_for_another(told: str, said: str, now: str) -> None:
    assert with_other_thing(told, said) == now


@pytest.mark.parametrize(
    ("said", "another", "more"),
    [
        ("min skærm flimrer også", True, False),
        ("den larmer også", False, True),
        ("printeren larmer også", False, False),
        ("det haster ikke", False, False),
        ("det kan jeg ikke", False, False),
        ("vpn virker heller ikke", True, False),
    ],
)
def test_another_fault_or_more_of_this_one(said: str, another: bool, more: bool) -> None:
    assert another_fault(PRINTER, said) is another
    assert more_of_the_same(said) is more
