"""A list of people that is corrected in words: who stays, who goes, and who comes."""

import pytest

from dialogs.fields import Colleague
from dialogs.people_edits import edits
from dialogs.people_table import Crowd, Row

NAMES = ("Sofie Lund", "Mette Friis", "Ole Bang")
CROWD = Crowd(rows=[Row(raw=name, status="found", person=Colleague(id=name, name=name, email="")) for name in NAMES])


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize(
    ("text", "gone", "come"),
    [
        ("kun Sofie og Mette skal med", ["Ole Bang"], []),
        ("det er kun Sofie og Mette der skal med", ["Ole Bang"], []),
        ("det skal kun være Mette Friis og Karen", ["Sofie Lund", "Ole Bang"], ["Karen"]),
        ("kun Jens Kjær og Sofie", ["Mette Friis", "Ole Bang"], ["Jens Kjær"]),
        ("bare Sofie, Mette og mig", ["Ole Bang"], ["mig"]),
        ("Sofie og Mette skal med, ingen andre", ["Ole Bang"], []),
        ("Sofie og Mette, ikke andre", ["Ole Bang"], []),
        ("kun den første", ["Mette Friis", "Ole Bang"], []),
        ("kun mig", list(NAMES), ["mig"]),
        ("tag kun Sofie med", ["Mette Friis", "Ole Bang"], []),
        ("kun Mette, ikke Ole", ["Ole Bang"], []),
        ("uden Ole og Sofie", ["Sofie Lund", "Ole Bang"], []),
        ("også Jens", [], ["Jens"]),
        ("Jens i stedet for Ole", ["Ole Bang"], ["Jens"]),
    ],
)
def test_who_goes_and_who_comes(text: str, gone: list[str], come: list[str], asked: bool) -> None:
    found = edits(text, CROWD, asked=asked)
    assert found
    assert [NAMES[place] for place in sorted(found.drop)] == gone
    assert found.add == come


def test_words_that_name_nobody_change_nothing() -> None:
    assert edits("kun de kolleger der er i huset", CROWD, asked=False) is None
