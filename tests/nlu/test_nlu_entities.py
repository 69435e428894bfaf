"""What a text names, by the conventions: exact values, found wherever they stand."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu import entities
from nlu.known import Known

TODAY = date(2026, 11, 23)


def find(text: str, known: Known | None = None) -> dict[str, Any]:
    return entities.find(text, TODAY, known or Known())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("status på inc 0010243 og RITM-0010045", {"case_number": ["INC0010243", "RITM0010045"]}),
        (
            "sctask0010002, CHG0030001, REQ0010001 og TASK0020001",
            {"case_number": ["SCTASK0010002", "CHG0030001", "REQ0010001", "TASK0020001"]},
        ),
        ("sag 0010243", {}),
        ("læg den på 2026-0012345 under KLE 85.02.00", {"records_case": ["2026-0012345"], "kle": ["85.02.00"]}),
        ("KLE 01.02.26", {"kle": ["01.02.26"]}),
        ("skriv til Ole.Bang@KK.example.", {"email": ["ole.bang@kk.example"]}),
        ("borgeren 310299-0000 kan ikke logge ind", {"cpr": True}),
        ("indsigt på 3102990000", {"cpr": True}),
        ("ring på 12345678", {}),
        ("halvanden time på INC0010243 i går", {"duration_minutes": 90, "case_number": ["INC0010243"], "date": "2026-11-22"}),
        ("Jeg har ti minutter før næste møde", {"duration_minutes": 10}),
        ("tilsyn for oktober inden på fredag", {"period": {"start": "2026-10-01", "end": "2026-10-31"}, "date": "2026-11-27"}),
        ("opret listen Elever-2026", {"list_name": ["Elever-2026"]}),
        ("service now, SNOW og Kvantum-login", {"system": ["servicenow", "kvantum"]}),
        ("en eDoc-sag i e-doc, eller edok", {"system": ["edoc"]}),
        ("data fra Tidsregistrering", {"system": ["tidsregistrering"]}),
        ("tidsregistreringen er nede", {"system": ["tidsregistrering"]}),
        ("tidsregistrer 45 minutter i Teams", {"duration_minutes": 45}),
        ("lav en tidsregistrering på en time", {"duration_minutes": 60}),
        ("kør tilsyn på tidsregistreringen", {"system": ["tidsregistrering"]}),
        ("log halvdelen af en time", {"duration_minutes": 30}),
        ("ferie fra uge 51 til uge 1", {"period": {"start": "2026-12-14", "end": "2027-01-10"}}),
        ("en serie til en mandag aften", {}),
        ("hvor mange fund gav Kvantum-tilsynet", {"system": ["kvantum"]}),
        ("god weekend, vi ses til foråret", {}),
    ],
)
def test_numbers_addresses_systems_and_times(text: str, expected: dict[str, Any]) -> None:
    assert find(text) == expected


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("sæt Ole på Barsel Info", ["Ole"]),
        ("ole bang skal af listen", ["ole bang"]),
        ("Ib Testrups pc er død", ["Ib Testrup"]),
        ("Jens' mobil og Lars' pc", ["Jens", "Lars"]),
        ("Birthes sag", ["Birthe"]),
        ("Hans-Henrik siger at den virker", ["Hans-Henrik"]),
        ("hej, jeg hedder Qvxuan", ["Qvxuan"]),
        ("han hedder Mikkel Rask, tag ham af listen", ["Mikkel Rask"]),
        ("Nguyen Van Minh har skrevet", ["Nguyen Van Minh"]),
        ("Kan Chikere Okoro optages på listen Aften", ["Chikere Okoro"]),
        ("en tidligere ansat, Zorka, får stadig mails", ["Zorka"]),
        ("de er flyttet over til Vest", None),
        ("skriv en tale til Jørgens jubilæum", ["Jørgen"]),
        ("Jonas Holms mor har skrevet", ["Jonas Holm"]),
        ("Kasper, Line, Mads og Per skal på Driftsvagt", ["Kasper", "Line", "Mads", "Per"]),
        ("Advokat Jens Kjær ringede", ["Jens Kjær"]),
        ("min chef Henrik Toft Jensen", ["Henrik Toft Jensen"]),
        ("Anne Sofie Lund-Hansen og Yusuf Demir", ["Anne Sofie Lund-Hansen", "Yusuf Demir"]),
        ("tilføj Anna Holm; Bent Krogh", ["Anna Holm", "Bent Krogh"]),
        ("sæt bo på listen", ["bo"]),
        ("Bo skal på listen", ["Bo"]),
        ("Hans er stoppet, fjern ham", ["Hans"]),
        ("hans telefon er død", None),
        ("send det per mail", None),
        ("må jeg tage bilen, eller skal jeg blive", None),
        ("borger vil se sine data", None),
        ("jeg bor på Amager og arbejder på Rådhuset", None),
        ("min leder og direktøren", None),
        ("skriv til ole.bang@kk.example", None),
        ("Kan Teams og Outlook tale sammen", None),
        ("kan Tordis og Ebbe komme med", ["Tordis", "Ebbe"]),
        ("Pedersens sag mangler svar", ["Pedersen"]),
        ("Hr. Vestergaard har ringet", ["Vestergaard"]),
        ("Sag om Kasper H. Olesen", ["Kasper H. Olesen"]),
        ("tilføj Nguyen Thi Lan til Vagten", ["Nguyen Thi Lan"]),
        ("Line Hoff skal have en pc", ["Line Hoff"]),
        ("mangler jeg at godkende Lines telefon", ["Line"]),
        ("fjern tuva hansen fra listen", ["tuva hansen"]),
        ("sæt ole warsangali på", ["ole warsangali"]),
        ("er bo på listen", ["bo"]),
        ("den dårligt fungerende holm", None),
        ("file this thread in the archive", None),
        ("jeg skal tage stilling til den", None),
    ],
)
def test_people_by_lexicon_and_form(text: str, people: list[str] | None) -> None:
    assert find(text).get("person") == people


@pytest.mark.parametrize(
    ("text", "key", "names"),
    [
        ("Tilføj Ole til distributionslisten Nyt fra Direktionen", "list_name", ["Nyt fra Direktionen"]),
        ("fjern Per Holst fra “Ledelsesnyt”", "list_name", ["Ledelsesnyt"]),
        ("Hvem ejer Team Data?", "list_name", ["Team Data"]),
        ("hvem får mails via Ledergruppen", "list_name", ["Ledergruppen"]),
        ("Fjern Mads Holm fra Børn og Unge Info", "list_name", ["Børn og Unge Info"]),
        ("lav en mailliste der hedder barsel info med Ole", "list_name", ["barsel info"]),
        ("lav en mailliste til vores team", "list_name", None),
        ("opret en fællespostkasse til Barselsteamet", "mailbox_name", None),
        ("fællespostkasse kaldet Valg Amager", "mailbox_name", ["Valg Amager"]),
        ('funktionspostkasse med navnet "Byens Lys"', "mailbox_name", ["Byens Lys"]),
        ("opret postkassen praktik-kit", "mailbox_name", ["praktik-kit"]),
        ("min printer på Borups Allé virker ikke", "list_name", None),
        ("Hvilke navne gemmer sig bag mailgruppen?", "list_name", None),
        ("need a shared mailbox, kald den Studier IT", "mailbox_name", ["Studier IT"]),
        ("make a mailing list, name: Elever-2026", "list_name", ["Elever-2026"]),
        ("Trivsel Nord – sådan skal postkassen hedde", "mailbox_name", ["Trivsel Nord"]),
        ("en liste med betegnelsen Intern Post", "list_name", ["Intern Post"]),
        ("Fjern Per Holst fra Netværksdrift", "list_name", ["Netværksdrift"]),
        ("members of IT-Styring please", "list_name", ["IT-Styring"]),
        ("Kan Barsel Info udvides med Ole", "list_name", ["Barsel Info"]),
        ("Lav en liste, jeg har ikke fundet et navn endnu", "list_name", None),
        ("4000 mails står i kø på EX03", "list_name", None),
        ("er der liv på Mars", "list_name", None),
        ("skift listeejer på Beredskab Info", "list_name", ["Beredskab Info"]),
        ("Barsel Info skal have to ejere", "list_name", ["Barsel Info"]),
        ("jeg overtager Vagtplan efter Bo", "list_name", ["Vagtplan"]),
        ("who owns Skoler Nord", "list_name", ["Skoler Nord"]),
        ("remove me from the Summer Interns list", "list_name", ["Summer Interns"]),
        ("add Leo to the Byens Post mailbox", "mailbox_name", ["Byens Post"]),
        ("Ole skal kunne læse og svare i Klima Post", "mailbox_name", ["Klima Post"]),
        ("sæt et autosvar på Havneudvikling", "mailbox_name", ["Havneudvikling"]),
        ("Ole sender på vegne af Mette Holm", "mailbox_name", None),
        ("jeg kan ikke logge på Digital Post", "mailbox_name", None),
    ],
)
def test_names_of_lists_and_mailboxes(text: str, key: str, names: list[str] | None) -> None:
    assert find(text).get(key) == names


def test_what_the_systems_know_is_found_in_any_writing() -> None:
    known = Known.of(people=["Xu Yilan"], lists=["Barsel Info"], mailboxes=["Økonomi Post"])
    assert find("sæt xu yilan på barsel info", known) == {"person": ["xu yilan"], "list_name": ["barsel info"]}
    assert find("giv mig adgang til oekonomi post", known)["mailbox_name"] == ["oekonomi post"]


def test_a_quoted_mail_names_nothing() -> None:
    text = "Læg den på sagen\n\nFra: Sofie Lund\nSendt: 12. november 2026\nEmne: 2026-0012345\n\nSlet Ole Bang fra Barsel Info"
    assert find(text) == {}
    assert find("> Ole Bang\ntak") == {}


@given(st.text(max_size=400))
def test_any_text_gives_entities_of_the_agreed_shapes(text: str) -> None:
    for key, value in find(text).items():
        if key == "date":
            date.fromisoformat(value)
        elif key == "period":
            assert date.fromisoformat(value["start"]) <= date.fromisoformat(value["end"])
        elif key == "duration_minutes":
            assert isinstance(value, int)
            assert value > 0
        elif key == "cpr":
            assert value is True
        else:
            assert all(isinstance(one, str) and one for one in value)


ALPHABET = st.sampled_from(
    ["Ole", "ole", "bang", "Barsel Info", "på", "fra", "til", "listen", "uge", "47", "i går", "1/10", "-", "og", "INC0010023", "310299-0000", "time", "1,5", "“", '"', ",", ".", "Æ", "\n", ">", "Fra:"]
)  # fmt: skip


@given(st.lists(ALPHABET, max_size=25))
def test_any_order_of_likely_words_is_survived(words: list[str]) -> None:
    found = find(" ".join(words))
    assert set(found) <= {
        "case_number",
        "records_case",
        "kle",
        "email",
        "person",
        "list_name",
        "mailbox_name",
        "duration_minutes",
        "date",
        "period",
        "system",
        "cpr",
    }
