"""Names that the systems know: as they are written, with a slip, in genitives, together or apart; and ordinary words that are names as well."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu import entities
from nlu.known import Known
from nlu.near import Near, one_slip
from nlu.ordinary import ordinary

TODAY = date(2026, 11, 23)
KNOWN = Known.of(
    people=["Sofie Lund", "Ole Bang", "Xu Yilan", "Jens Kjær", "Anne-Sofie Berg Holmgård", "Bo Dahl", "Dan Vest", "Bent Over", "Mads Nielsen (ekstern)", "Siobhan O'Hara", "Holm Info", "Quaid Ørnebjerg"],
    lists=["Barsel Info", "Vildtbaner", "Nyt fra Direktionen", "Team Data & BI", "Alle", "Ledelse", "DL_IT_Drift", "Elever-2026", "Holm Info", "Fælles Post", "Nye medarbejdere", "Alle i Borgerservice (automatisk)"],
    mailboxes=["Økonomi Post", "Barsel", "Fælles Post"],
)  # fmt: skip


def found(text: str) -> dict[str, Any]:
    return entities.find(text, TODAY, KNOWN)


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("vis Sofi Lunds sager", ["Sofi Lund"]),
        ("SOFIE LUNDS PC ER DØD", ["SOFIE LUND"]),
        ("sæt soffie lund på listen", ["soffie lund"]),
        ("hvad har vi på xu yilans sag", ["xu yilan"]),
        ("xu yilna har ringet", ["xu yilna"]),
        ("jens kjaer, jens kjar og Jens Kjærs mail", ["jens kjaer", "jens kjar", "Jens Kjær"]),
        ("anne sofie holmgaard skal have en mus", ["anne sofie holmgaard"]),
        ("Anne-Sofie Berg Holmgårds tastatur", ["Anne-Sofie Berg Holmgård"]),
        ("anne holmgård", ["anne holmgård"]),
        ("giv siobhan oharas chef besked", ["siobhan ohara"]),
        ("Siobhan O'Hara's mail", ["Siobhan O'Hara"]),
        ("mads nielsen er ekstern", ["mads nielsen"]),
        ("spørg quaid om det", ["quaid"]),
        ("fjern quiad fra listen", ["quiad"]),
        ("bo dahl er ny", ["bo dahl"]),
        ("jeg vil have Dan Vest med", ["Dan Vest"]),
        ("vinden er bent over det hele", None),
        ("hvad er der for frokost i kantinen", None),
        ("min skærm er gået i sort, og tastaturet virker ikke", None),
    ],
)
def test_people(text: str, people: list[str] | None) -> None:
    assert found(text).get("person") == people


@pytest.mark.parametrize(
    ("text", "key", "names"),
    [
        ("hvem er på barsel-info listen", "list_name", ["barsel-info"]),
        ("tag mig af Barselsinfo", "list_name", ["Barselsinfo"]),
        ("tag mig af barselinfo", "list_name", ["barselinfo"]),
        ("SÆT OLE PÅ BARSEL INFO", "list_name", ["BARSEL INFO"]),
        ("vis barsel infos medlemmer", "list_name", ["barsel info"]),
        ("hvem er på barselinfolisten", "list_name", ["barselinfo"]),
        ("sæt ham på vildt baner", "list_name", ["vildt baner"]),
        ("hvem får mails via nyt fra direktoinen", "list_name", ["nyt fra direktoinen"]),
        ("kan du finde team data og bi", "list_name", None),
        ("meld mig ind i team data bi", "list_name", ["team data bi"]),
        ("hvem er på dl it drift", "list_name", ["dl it drift"]),
        ("sæt ham på listen elever 2026", "list_name", ["elever 2026"]),
        ("skriv til alle i ledelse og råd", "list_name", None),
        ("hvem står på listen Alle", "list_name", ["Alle"]),
        ("hvem står på listen ledelse", "list_name", ["ledelse"]),
        ("giv nye medarbejdere adgang til systemet", "list_name", None),
        ("sæt ole på nye medarbejdere", "list_name", ["nye medarbejdere"]),
        ("hvem er på alle i borgerservice", "list_name", ["alle i borgerservice"]),
        ("giv mig adgang til okonomi post", "mailbox_name", ["okonomi post"]),
        ("opret en regel i økonomi-post postkassen", "mailbox_name", ["økonomi-post"]),
        ("jeg går på barsel i morgen", "mailbox_name", None),
        ("luk postkassen barsel", "mailbox_name", ["barsel"]),
        ("tilføj Ole til postkassen Fælles Post", "mailbox_name", ["Fælles Post"]),
        ("tilføj Ole til listen Fælles Post", "list_name", ["Fælles Post"]),
        ("hvem er på listen Holm Info", "list_name", ["Holm Info"]),
        ("ring til Holm Info", "list_name", None),
    ],
)
def test_lists_and_mailboxes(text: str, key: str, names: list[str] | None) -> None:
    assert found(text).get(key) == names


def test_who_is_a_person_and_a_list_is_a_person_without_the_noun() -> None:
    assert found("ring til Holm Info") == {"person": ["Holm Info"]}


def test_names_that_are_words_are_no_names_on_their_own() -> None:
    assert {"bo", "dan", "bent", "alle"} <= ordinary()
    assert found("jeg har bo og dan i bent") == {}
    assert not KNOWN.is_first_name("bent")
    assert not KNOWN.is_first_name("bo")


def test_nobody_known_costs_nothing() -> None:
    assert Known.of().people_in("Sofie Lund") == []
    assert Known.of().titles_in("Barsel Info") == []
    assert not Known.of().is_first_name("sofie", slipped=True)


@given(st.text(max_size=300))
def test_any_text_is_survived_and_places_are_in_it(text: str) -> None:
    for named in (*KNOWN.people_in(text), *KNOWN.titles_in(text)):
        assert 0 <= named.start < named.end <= len(text)
        assert text[named.start : named.end].strip() == text[named.start : named.end]


WORDS = st.sampled_from("Sofie sofi Lund lunds ole bang barsel info barselsinfo på listen postkassen alle ledelse Holm , - ' ’ \n ¤ & økonomi post nyt fra direktionen".split(" "))  # fmt: skip


@given(st.lists(WORDS, max_size=14))
def test_any_order_of_known_words_is_survived(words: list[str]) -> None:
    for kind, values in found(" ".join(words)).items():
        assert all(value in " ".join(words) for value in values), kind


LETTERS = st.text("abdeæo", min_size=1, max_size=6)


@given(st.lists(LETTERS, min_size=1, max_size=30), LETTERS)
def test_near_finds_what_is_one_slip_away_and_nothing_else(vocabulary: list[str], word: str) -> None:
    assert Near(vocabulary).of(word) == {other for other in vocabulary if one_slip(word, other)}


@given(st.text("abcdefghæøå", min_size=2, max_size=12), st.integers(0, 11), st.sampled_from("abcxyzæøå"), st.integers(0, 3))
def test_every_slip_is_one(word: str, at: int, letter: str, kind: int) -> None:
    at %= len(word)
    after = word[at + 1 : at + 2]
    slipped = (
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + after + word[at] + word[at + 1 + len(after) :],
    )[kind]
    assert slipped == word or one_slip(slipped, word)
    assert one_slip(slipped, word) == one_slip(word, slipped)
    assert not one_slip(word, word)


def test_two_slips_are_too_many() -> None:
    assert not one_slip("lund", "lnudt")
    assert not one_slip("kjaer", "kjrea")
    assert one_slip("kjaer", "kjxr")  # æ is one letter
    assert one_slip("kjær", "kjxr")
