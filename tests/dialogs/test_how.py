"""Who asks how one does a thing is told, and nothing is begun; a wish put as a question is a wish."""

import pytest

from dialogs.how import CASE, asked_how


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("hvordan opretter man en postkasse?", True),
        ("Hvordan journaliserer jeg en mail", True),
        ("hej kollega, kan du fortælle mig hvordan jeg laver en mailliste?", True),
        ("ved du hvordan man får adgang til en fællespostkasse", True),
        ("hvad skal jeg gøre for at få Ole af Barsel Info", True),
        ("jeg vil gerne vide hvordan man kører et tilsyn", True),
        ("how do i create a shared mailbox", True),
        ("kan du oprette en postkasse?", False),
        ("hvordan går det med min sag?", False),
        ("hvordan er status på INC0010243", False),
        ("hvad skal jeg gøre", False),
        ("opret en postkasse, du ved hvordan", False),
        ("jeg vil gerne have oprettet en postkasse", False),
    ],
)
def test_who_asks_how(text: str, asks: bool) -> None:
    assert asked_how(text) is asks


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("hvordan melder jeg en fejl?", None),
        ("hvordan opretter man en sag om, at skærmen flimrer", "skærmen flimrer"),
        ("hvordan anmelder vi en fejl på printeren", "printeren"),
    ],
)
def test_the_fault_behind_the_question(text: str, what: str | None) -> None:
    found = CASE.search(text)
    assert found
    assert found["what"] == what


def test_a_printer_that_is_to_work_again_is_no_case_that_is_asked_for() -> None:
    assert CASE.search("hvordan får jeg min printer til at virke igen?") is None
