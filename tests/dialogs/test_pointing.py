"""Pointing at things in a list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs import pointing


@pytest.mark.parametrize(
    ("text", "count", "places"),
    [
        ("1", 3, [0]),
        ("nummer 3", 8, [2]),
        ("nr. 12", 12, [11]),
        ("1 og 3", 5, [0, 2]),
        ("1, 2 og 5", 5, [0, 1, 4]),
        ("1 3", 5, [0, 2]),
        ("2-4", 5, [1, 2, 3]),
        ("den første og den sidste", 4, [0, 3]),
        ("nej, den øverste", 4, [0]),
        ("tag nr. 4", 8, [3]),
        ("de to øverste", 8, [0, 1]),
        ("de første tre mails", 8, [0, 1, 2]),
        ("de to sidste og nummer 1", 8, [6, 7, 0]),
        ("alle undtagen 3", 4, [0, 1, 3]),
        ("alle på nær de to første", 4, [2, 3]),
        ("begge", 2, [0, 1]),
        ("begge", 3, []),
        ("alle", 3, [0, 1, 2]),
        ("den midterste", 3, [1]),
        ("den midterste", 4, []),
        ("de 9 første", 3, []),
        ("0", 3, []),
        ("7", 3, []),
        ("1 og banan", 3, []),
        ("alle uden banan", 3, []),
    ],
)
def test_places_in_a_list(text: str, count: int, places: list[int]) -> None:
    assert pointing.ordinals(text, count) == places


@pytest.mark.parametrize(
    ("text", "many"),
    [("den nyeste", 1), ("journaliser de to nyeste", 2), ("de 3 seneste mails", 3), ("de nyeste", 0), ("den fra Sofie", 0)],
)
def test_how_many_of_the_newest(text: str, many: int) -> None:
    assert pointing.newest(text) == many


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("nej, den øverste", True),
        ("forkert mail", True),
        ("det var den forkerte", True),
        ("nummer 12", True),
        ("3. sal", False),
        ("ja", False),
    ],
)
def test_whether_it_points_at_anything(text: str, *, does: bool) -> None:
    assert pointing.points(text) is does


@given(st.text(), st.integers(1, 9))
def test_only_places_of_the_list_come_of_any_text(text: str, count: int) -> None:
    places = pointing.ordinals(text, count)
    assert len(places) == len(set(places))
    assert set(places) <= set(range(count))
