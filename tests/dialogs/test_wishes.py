"""Two wishes in a sentence, and one that is denied."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.wishes import WISHES, apart, wanted


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("opret en sag om printeren og vis mine andre sager", ["opret en sag om printeren", "vis mine andre sager"]),
        (
            "journaliser mailen fra Sofie, og hvad er status på INC0010243?",
            ["journaliser mailen fra Sofie", "hvad er status på INC0010243?"],
        ),
        ("meld at vpn er nede og så luk INC0010001", ["meld at vpn er nede", "luk INC0010001"]),
        ("min skærm og mit tastatur er døde", ["min skærm og mit tastatur er døde"]),
        ("Sofie og Ole skal på listen", ["Sofie og Ole skal på listen"]),
    ],
)
def test_two_wishes_are_told_apart(text: str, parts: list[str]) -> None:
    assert apart(text) == parts


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("jeg vil ikke oprette en sag, bare se den", "bare se den"),
        ("jeg skal ikke bruge noget, jeg ville bare se om du virkede", "jeg ville bare se om du virkede"),
        ("jeg vil ikke have oprettet en sag", ""),
        ("jeg kan ikke komme på wifi", None),
        ("printeren vil ikke printe", None),
        ("jeg vil gerne oprette en sag", None),
    ],
)
def test_a_denied_wish_is_none(text: str, rest: str | None) -> None:
    assert wanted(text) == rest


def test_every_intent_has_its_words() -> None:
    from pathlib import Path

    phrases = {path.stem for path in (Path(__file__).parents[2] / "nlu" / "phrases").glob("*.txt")}
    assert {intent.replace(".", "_") for intent in WISHES} | {"out_of_scope"} == phrases


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    apart(text)
    wanted(text)
