"""Whatever comes in, an answer comes out: an intent of the model's or out_of_scope, and never an exception. How long it takes: bench/understanding.py."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nlu
from nlu.normalise import LONGEST

TODAY = date(2026, 11, 23)
MODEL = nlu.load()
WISH = "min printer er død og jeg kan ikke skrive ud"
PIECES = st.sampled_from(
    [WISH, "Ole Bang", "INC0010243", "310299-0000", "i går", "1/1-", "uge 53", "fra mandag til", "a@b.dk", "<p>", "</b", "&nbsp;", "&#x110000;", "\u200b",
     "\u200f", "\u202e", "\ufeff", "\x00", "\x07", "\r\n", "\n> ", "\nFra: Ole\nSendt: i dag\n", "👍🏽", "👩‍👩‍👧", "שלום", "مرحبا", "你好", "Привет", "ﬁ", "İ", "ß", "\ud800",
     "\u0301" * 20, "”", "'", "(", "999999999999999999", "½", "٣", "Å", "A\u030a"]
)  # fmt: skip
ANYTHING = st.one_of(
    st.text(max_size=300),
    st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=40).map("".join),
    st.lists(PIECES, max_size=40).map(" ".join),
)


def sound(understood: nlu.Understanding) -> bool:
    """Whether a meaning is one that a text can have."""
    of_the_model = {understood.intent, understood.best} <= set(MODEL.weights.classes)
    others = [intent for intent, _ in understood.alternatives]
    return of_the_model and 0 <= understood.confidence <= 1 and len(others) <= 3 and nlu.OUT_OF_SCOPE not in others


@settings(max_examples=400)
@given(ANYTHING)
def test_any_string_is_answered(text: str) -> None:
    assert sound(MODEL.understand(text, TODAY))


@given(ANYTHING, st.dates(date(1950, 1, 1), date(2150, 12, 31)))
def test_on_any_day(text: str, today: date) -> None:
    assert sound(MODEL.understand(text, today))


@pytest.mark.parametrize(
    "text",
    [
        f"<p>{WISH.replace('ø', '&oslash;')}</p>",
        f"<div itemprop='copy-paste-block'><span style='font-size:14px'>{WISH}</span></div>",
        f"\u200b{WISH}\u200b",
        f"\u202b{WISH}\u202c",
        "".join(f"{char}\u200d" for char in WISH),
        f"\ufeff{WISH}\x00\x07",
        WISH.replace(" ", "\u00a0"),
        f"{WISH}\n\nFra: Ole Bang\nSendt: 23. november 2026\nTil: Birthe Holm\nEmne: SV: Frokost\n\nHvad er der i kantinen?\n\nFra: Birthe Holm\nSendt: i går\n\nTak for hjælpen",
        f"> hvad er der i kantinen\n> tak for i går\n{WISH}",
        f"{WISH} 👍🏽🎉",
        WISH + " " * 100_000,
    ],
)  # fmt: skip
def test_what_stands_around_a_wish_does_not_hide_it(text: str) -> None:
    assert MODEL.understand(text, TODAY).intent == "case.create"


@pytest.mark.parametrize("text", ["", " \n\t", "👍", "🎉🎉👏", "שלום", "مرحبا بكم", "你好吗", "Привет, как дела", "\u200b\u200f\ufeff", "\x00\x1b", "...", "> citat alene", "<br/>"])  # fmt: skip
def test_what_holds_no_danish_wish_is_out_of_scope(text: str) -> None:
    assert MODEL.understand(text, TODAY).intent == nlu.OUT_OF_SCOPE


@pytest.mark.parametrize(
    "piece", ["a", "sæt Ole på Barsel Info i går ", "1/1-", "a@", '"', "<", "Aa Bb ", "mandag til ", "Fra: x\n", "👍", "&amp;", "\u0301"]
)
def test_what_stands_after_the_part_that_is_read_changes_nothing(piece: str) -> None:
    """So the longest text costs no more than that part."""
    whole = (piece * 100_000)[:100_000]
    assert MODEL.understand(whole, TODAY) == MODEL.understand(whole[: 4 * LONGEST], TODAY)
