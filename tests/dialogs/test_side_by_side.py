"""Names beside each other in a sentence: all of them are found, and what is no name is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.side_by_side import beside, may_be_name

THERE = frozenset({"barsel info", "festudvalget", "elever 2025"})


async def exists(name: str) -> bool:
    return name.strip().casefold() in THERE


@pytest.mark.parametrize(
    ("text", "first", "people", "wishes"),
    [
        ("sæt Sofie på Barsel Info og Festudvalget", "Barsel Info", ["Sofie"], ["sæt Sofie på Barsel Info", "sæt Sofie på Festudvalget"]),
        ("sæt Sofie på Barsel Info og Tanterne", "Barsel Info og Tanterne", [], ["sæt Sofie på Barsel Info", "sæt Sofie på Tanterne"]),
        ("sæt Sofie på Tanterne og Barsel Info", "Barsel Info", ["Sofie"], ["sæt Sofie på Tanterne", "sæt Sofie på Barsel Info"]),
        ("på både Barsel Info og listen Tanterne", "Barsel Info", [], ["på Barsel Info", "på Tanterne"]),
        ("på Barsel Info, Tanterne og Elever 2025", "Barsel Info", [], ["på Barsel Info", "på Tanterne", "på Elever 2025"]),
        ("på Barsel Info og Festudvalget fra mandag", "Barsel Info", [], ["på Barsel Info fra mandag", "på Festudvalget fra mandag"]),
        ("på barsel info og strikketanterne tak", "barsel info", [], ["på barsel info tak", "på strikketanterne tak"]),
        ("fra Barsel Info listen og Festudvalget i dag", "Barsel Info", [], ["fra Barsel Info i dag", "fra Festudvalget i dag"]),
        ("på Barsel Info og giv hende besked", "Barsel Info", [], ["på Barsel Info og giv hende besked"]),
        ("på Barsel Info, hun starter på mandag", "Barsel Info", [], ["på Barsel Info, hun starter på mandag"]),
        ("på Barsel Info og Ole", "Barsel Info", ["Sofie", "Ole"], ["på Barsel Info og Ole"]),
        ("på Barsel Info. Tak, Birthe", "Barsel Info", [], ["på Barsel Info. Tak, Birthe"]),
        ("på Barsel Info og Ole på Festudvalget", "Barsel Info", ["Ole"], ["på Barsel Info og Ole på Festudvalget"]),
    ],
)
async def test_each_name_is_found(text: str, first: str, people: list[str], wishes: list[str]) -> None:
    some = await beside(text, first, people, exists)
    assert [f"{text[: some.begin]}{name}{text[some.end :]}" for name in some.names] == wishes


@given(st.text(max_size=80), st.text(max_size=80))
async def test_any_text_holds_the_name_that_was_found(before: str, behind: str) -> None:
    text = f"{before} på Barsel Info{behind}"
    some = await beside(text, "Barsel Info", [], exists)
    assert "Barsel Info" in " ".join(some.names)
    assert 0 <= some.begin <= text.index("Barsel Info") < some.end <= len(text)
    may_be_name(behind, [before])
