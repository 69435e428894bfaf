"""Pasted lists: every line is accounted for, whatever it looks like."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.people_parse import Entry, pasted

SMALL = {"og", "samt", "and", "plus", "mailto"}  # words that only join


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ole Bang, Mette Friis og Sofie Lund", ["Ole Bang", "Mette Friis", "Sofie Lund"]),
        ("Ole Bang\nMette Friis\nSofie Lund", ["Ole Bang", "Mette Friis", "Sofie Lund"]),
        ("- Ole Bang\n- Mette Friis", ["Ole Bang", "Mette Friis"]),
        ("1. Ole Bang\n2) Mette Friis\n(3) Sofie Lund", ["Ole Bang", "Mette Friis", "Sofie Lund"]),
        ("Holm, Birthe", ["Birthe Holm"]),
        ("Holm, Birthe; Lund, Sofie", ["Birthe Holm", "Sofie Lund"]),
        ("Holm, Birthe\nLund, Sofie", ["Birthe Holm", "Sofie Lund"]),
        ("Ole, Mette", ["Ole", "Mette"]),
        ("også Ole og Mette", ["Ole", "Mette"]),
        ("Navn\tMail\nOle Bang\tole.bang@kk.example", ["Ole Bang"]),
        ("Efternavn\tFornavn\tAfdeling\nBang\tOle\tKoncern IT", ["Ole Bang"]),
        ("Ole\tBang\tKoncern IT\nMette\tFriis\tJura", ["Ole Bang", "Mette Friis"]),
        ("Navn:\nOle Bang", ["Ole Bang"]),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert [entry.name for entry in pasted(text).entries] == names


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("Ole Bang <ole.bang@kk.example>", [Entry("Ole Bang <ole.bang@kk.example>", "Ole Bang", "ole.bang@kk.example")]),
        (
            '"Holm, Birthe" <birthe.holm@kk.example>; Lund, Sofie <sofie.lund@kk.example>',
            [
                Entry('"Holm, Birthe" <birthe.holm@kk.example>', "Birthe Holm", "birthe.holm@kk.example"),
                Entry("Lund, Sofie <sofie.lund@kk.example>", "Sofie Lund", "sofie.lund@kk.example"),
            ],
        ),
        (
            "Ole Bang <ole.bang@kk.example>, Mette Friis <mette.friis@kk.example>",
            [
                Entry("Ole Bang <ole.bang@kk.example>", "Ole Bang", "ole.bang@kk.example"),
                Entry("Mette Friis <mette.friis@kk.example>", "Mette Friis", "mette.friis@kk.example"),
            ],
        ),
        ("OLE.BANG@kk.example", [Entry("OLE.BANG@kk.example", "", "ole.bang@kk.example")]),
        ("Ole Bang (Koncern IT)", [Entry("Ole Bang (Koncern IT)", "Ole Bang", "", "Koncern IT")]),
        ("hende den nye i økonomi", [Entry("hende den nye i økonomi", "hende den nye", "", "økonomi")]),
        ("Ole fra økonomi", [Entry("Ole fra økonomi", "Ole", "", "økonomi")]),
    ],
)
def test_what_belongs_to_a_person(text: str, entries: list[Entry]) -> None:
    assert list(pasted(text).entries) == entries


def test_a_department_behind_a_comma_belongs_to_the_person_on_that_line() -> None:
    found = pasted("Ole Bang, Koncern IT\nMette Friis, Jura")
    assert [(entry.name, entry.hint) for entry in found.entries] == [("Ole Bang", "Koncern IT"), ("Mette Friis", "Jura")]


NAMES = st.sampled_from(
    ["Ole Bang", "Holm, Birthe", "Mette", "Peter Hansen", "hende den nye i økonomi", "Ægir Øst", "Koncern IT", "N. N.", "x", "Åse-Marie"]
)
MAILS = st.sampled_from(["", " <ole.bang@kk.example>", " ole.bang@kk.example", " (Jura)", "\tole@kk.example\tIT"])
LINE = st.builds(lambda bullet, name, mail: f"{bullet}{name}{mail}", st.sampled_from(["", "- ", "1. ", "• ", "  "]), NAMES, MAILS)
LISTS = st.lists(LINE, min_size=1, max_size=12).flatmap(
    lambda lines: st.sampled_from(["\n", "; ", "\r\n", "\n\n"]).map(lambda sep: sep.join(lines))
)


def words(text: str) -> list[str]:
    """The words that a reader would miss; the numbers of a numbered list are none."""
    plain = re.sub(r"^\s*(?:\d{1,3}[.)](?=\s)|\(\d{1,3}\))", " ", text, flags=re.M)
    return [word for word in re.findall(r"\w+", plain) if word.lower() not in SMALL]


@given(st.one_of(LISTS, st.text(), st.text(alphabet="ab Ø,;\t\n<>@.()-og\"'1", max_size=60)))
def test_every_line_is_accounted_for(text: str) -> None:
    found = pasted(text)
    kept = " ".join([*(entry.raw for entry in found.entries), *found.headings])
    assert [word for word in words(text) if word not in kept] == []
    for line in text.splitlines():
        if re.search(r"\w", line):
            held = words(line)
            assert not held or any(
                set(held) & set(re.findall(r"\w+", one)) for one in (*(entry.raw for entry in found.entries), *found.headings)
            )


@given(
    st.lists(NAMES.filter(lambda name: "," not in name and "Koncern" not in name and name not in {"x", "N. N."}), min_size=1, max_size=30)
)
def test_one_entry_a_line(names: list[str]) -> None:
    assert len(pasted("\n".join(names)).entries) == len(names)
