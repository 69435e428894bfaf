"""Ways of correcting: what is to go where, and what it replaces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.cases.case_create import Form
from dialogs.corrections import Correction, read

ASKS = Form.asks()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("nej, 3. sal", Correction("3. sal", marked=True)),
        ("nej det skal være 3. sal", Correction("3. sal", marked=True)),
        ("hov, det var 4. sal", Correction("4. sal", marked=True)),
        ("ja, men 3. sal", Correction("3. sal", marked=True)),
        ("ret telefon til 4712", Correction("4712", "phone", marked=True)),
        ("kan du rette stedet til Nyropsgade 7", Correction("Nyropsgade 7", "place", marked=True)),
        ("sted: 2. sal", Correction("2. sal", "place", marked=True)),
        ("titlen skal være Printer i stykker", Correction("Printer i stykker", "title", marked=True)),
        ("og Sofie som kontakt", Correction("Sofie", "contact", marked=True)),
        ("og Sofie som kontakt, ikke Ole", Correction("Sofie", "contact", "Ole", marked=True)),
        ("scanneren, ikke printeren", Correction("scanneren", "", "printeren", marked=True)),
        ("ikke printeren, men scanneren", Correction("scanneren", "", "printeren", marked=True)),
        ("skift printeren ud med scanneren", Correction("scanneren", "", "printeren", marked=True)),
        ("kan du bytte Ole ud med Mette?", Correction("Mette", "", "Ole", marked=True)),
        ("jeg mente 5. sal", Correction("5. sal", marked=True)),
        ("min mus virker ikke længere", Correction("min mus virker ikke længere")),
        ("3. sal", Correction("3. sal")),
    ],
)
def test_frames(text: str, wanted: Correction) -> None:
    assert read(text, ASKS) == wanted


@given(st.text(min_size=1).map(str.strip).filter(bool))
def test_what_is_to_be_put_in_was_said(text: str) -> None:
    found = read(text, ASKS)
    assert found.new in text
    assert found.old in text
    assert found.field in {"", *ASKS}
