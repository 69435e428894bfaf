"""How things are said: dates, times, masks."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import ConnectorError
from dialogs import texts


def test_each_kind_of_error_has_its_sentence() -> None:
    assert set(texts.TROUBLE) == set(ConnectorError.__subclasses__())
    for kind in texts.TROUBLE:
        said = texts.trouble(kind("servicenow", "secret reason", 500))
        assert "ServiceNow" in said
        assert "secret" not in said


def test_dates_and_times_are_danish() -> None:
    now = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert texts.day(date(2026, 11, 27)) == "fredag den 27. november 2026"
    assert texts.clock(now) == "kl. 10.30"
    assert texts.clock(datetime(2026, 7, 1, 6, 5, tzinfo=UTC)) == "kl. 8.05"
    assert texts.when(now - timedelta(hours=1), now) == "i dag kl. 9.30"
    assert texts.when(now - timedelta(days=1), now) == "i går kl. 10.30"
    assert texts.when(now - timedelta(days=20), now) == "den 3. november kl. 10.30"
    assert texts.when(now - timedelta(days=400), now) == "den 19. oktober 2025 kl. 11.30"
    assert texts.count(1200, "mail", "mails") == "1.200 mails"
    assert texts.count(1, "mail", "mails") == "1 mail"
    assert texts.names(["Ole", "Sofie", "Jens"]) == "Ole, Sofie og Jens"


@pytest.mark.parametrize(
    "number", ["310299-0000", "3102990000", "310299 0000", "991299-1234", "310299–0000", "310299 - 0000", "cpr310299-0000"]
)
def test_a_cpr_number_is_gone_before_anything_is_kept(number: str) -> None:
    said = texts.masked(f"borgeren {number} ringer, sag 2026-0077777")
    assert number not in said
    assert number[-4:] not in said
    assert "2026-0077777" in said


@given(st.text(), st.integers(10, 200))
def test_shortened_is_never_longer(text: str, length: int) -> None:
    assert len(texts.shortened(text, length)) <= length


def test_a_name_from_elsewhere_is_no_markdown() -> None:
    assert texts.plain("*vigtig* [link](http://x)") == "\\*vigtig\\* \\[link\\](http://x)"


def test_only_the_own_words_count_above_a_pasted_mail() -> None:
    assert texts.own_words("kan du se på det?\nFra: Ole\nEmne: Slet Ole fra listen") == "kan du se på det?"
    assert texts.own_words("Fra: Ole\nEmne: Printer") == "Fra: Ole\nEmne: Printer"
    assert texts.own_words("en linje") == "en linje"
