"""ServiceNow's encoded queries: whatever a person writes stays a value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import Refused
from connectors.servicenow_table import condition, same

HOSTILE = st.one_of(st.text(), st.text(st.sampled_from("^ORNQjavascript:=,@ \t\n*%"), max_size=40))


@given(HOSTILE)
def test_a_value_never_ends_its_condition(text: str) -> None:
    try:
        found = condition("name", text)
    except Refused:
        return
    assert found.startswith("name=")
    value = found.removeprefix("name=")
    assert value
    assert "^" not in value
    assert not value.casefold().startswith("javascript:")
    assert not set(value) & set("\r\n\t")


@pytest.mark.parametrize("text", ["", "  ", "^", "^^ ^", "javascript:gs.getUserID()", " ^JavaScript:x", "j^avascript:x"])
def test_empty_values_and_scripts_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        condition("name", text)


@given(st.text(st.characters(blacklist_characters="^", blacklist_categories=["Cs"]), min_size=1))
def test_a_plain_value_means_itself(text: str) -> None:
    try:
        assert same(condition("name", text).removeprefix("name="), text)
    except Refused:
        assert not text.split() or text.strip().casefold().startswith("javascript:")
