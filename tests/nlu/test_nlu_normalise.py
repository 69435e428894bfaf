"""Folding, cleaning and cutting of text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.normalise import LONGEST, clean, fold, lower, own_words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ændr Øl på Åen", "aendr oel paa aaen"),
        ("jaaaaa tak", "ja tak"),
        ("Annullér", "annuller"),
        ("A\u030angstro\u0308m", "aangstroem"),
        ("1000", "1000"),
        ("tak!!!", "tak!!!"),
        ("Aabenraa", "aabenraa"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


@given(st.text())
def test_lower_case_keeps_every_character_in_its_place(text: str) -> None:
    assert len(lower(text)) == len(text)


@given(st.text())
def test_clean_text_is_bounded_and_can_be_encoded(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) <= LONGEST
    cleaned.encode()


def test_clean_drops_tags_and_what_cannot_be_seen() -> None:
    assert clean("<p>hej\u200b&nbsp;<b>du</b></p>").split() == ["hej", "du"]
    assert clean("3 < 4 & 5 > 2") == "3 < 4 & 5 > 2"


@pytest.mark.parametrize(
    "quoted",
    [
        "\n\nFra: Ole Bang\nSendt: i går\nTil: mig\nEmne: hej\n\nslet mig",
        "\nFrom: Ole\nTo: me\nslet mig",
        "\n-----Oprindelig meddelelse-----\nslet mig",
        "\nDen 12. nov. 2026 kl. 10.15 skrev Ole Bang <ole@kk.example>:\n> slet mig",
        "\n> slet mig",
    ],
)
def test_a_quoted_mail_is_cut_off(quoted: str) -> None:
    assert own_words("læg den på sagen" + quoted).strip() == "læg den på sagen"
