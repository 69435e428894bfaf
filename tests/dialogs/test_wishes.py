"""Two wishes in a sentence, one that is denied, and words that are no wish yet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogs.sentences import splits, terse, wanted
from dialogs.wishes import WISHES


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("opret en sag om printeren og vis mine andre sager", ("opret en sag om printeren", "vis mine andre sager")),
        (
            "journaliser mailen fra Sofie, og hvad er status på INC0010243?",
            ("journaliser mailen fra Sofie", "hvad er status på INC0010243?"),
        ),
        ("meld at vpn er nede og så luk INC0010001", ("meld at vpn er nede", "luk INC0010001")),
        ("vis mine sager og journaliser den nyeste mail", ("vis mine sager", "journaliser den nyeste mail")),
        ("min skærm flimrer, og kan du også vise mine sager", ("min skærm flimrer", "kan du også vise mine sager")),
        ("meld en fejl på vpn, derefter vil jeg gerne se mine sager", ("meld en fejl på vpn", "vil jeg gerne se mine sager")),
        ("kan du lukke min sag og oprette en ny om musen", ("kan du lukke min sag", "oprette en ny sag om musen")),
        ("opret en sag på min mus. Vis også mine sager", ("opret en sag på min mus", "Vis også mine sager")),
        ("jeg vil både melde en fejl på printeren og se mine sager", ("jeg vil melde en fejl på printeren", "se mine sager")),
        ("printeren er død. Hvad er status på INC0010243?", ("printeren er død", "Hvad er status på INC0010243?")),
        ("jeg har to ting: min skærm er sort, og jeg vil se mine sager", ("min skærm er sort", "jeg vil se mine sager")),
        ("show my cases and create a ticket about my mouse", ("show my cases", "create a ticket about my mouse")),
        ("start et ledelsestilsyn og vis det sidste resultat", ("start et ledelsestilsyn", "vis det sidste resultat")),
    ],
)
def test_two_wishes_are_told_apart(text: str, parts: tuple[str, str]) -> None:
    assert next(splits(text)) == parts


@pytest.mark.parametrize(
    "text",
    [
        "Sofie og Ole skal på listen",
        "outlook fryser og lukker ned",
        "opret en sag om at jeg ikke kan sende og modtage mails",
        "når jeg åbner word og vil gemme, går den ned",
        "printeren bipper og der sker ikke noget",
    ],
)
def test_one_wish_is_not_cut(text: str) -> None:
    assert list(splits(text)) == []


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("jeg vil ikke oprette en sag, bare se den", "se min sag"),
        ("jeg skal ikke bruge noget, jeg ville bare se om du virkede", "jeg ville bare se om du virkede"),
        ("jeg vil ikke have oprettet en sag", ""),
        ("lad være med at oprette en sag, vis mig hellere dem jeg har", "vis mig hellere dem jeg har"),
        ("nej, opret ikke en sag", ""),
        ("opret ikke en sag, vis mine sager", "vis mine sager"),
        ("jeg ønsker ikke at melde en fejl, men at tale med et menneske", "tale med et menneske"),
        ("du må ikke lukke min sag", ""),
        ("jeg har ikke brug for en sag, kun status på INC0010243", "status på INC0010243"),
        ("jeg spurgte ikke om at oprette en sag, jeg vil se mine sager", "jeg vil se mine sager"),
        ("i stedet for at oprette en sag vil jeg gerne se dem jeg har", "vil jeg gerne se dem jeg har"),
        ("please don't create a ticket, just show my cases", "show my cases"),
        ("Ole skal ikke fjernes fra Ledergruppen, han skal bare også på Barsel Info", "Ole skal bare også på Barsel Info"),
        ("Sofie skal ikke på Barsel Info alligevel", ""),
        ("ingen sag tak, jeg vil bare vide om vpn er nede", "jeg vil bare vide om vpn er nede"),
        ("nej ikke en ny sag, bare status på den gamle", "status på den gamle"),
        ("uden at oprette en sag: hvordan nulstiller jeg min adgangskode", "hvordan nulstiller jeg min adgangskode"),
        ("der er ingen grund til at oprette en sag", ""),
        ("ingen kan printe på 3. sal", None),
        ("ikke alle sager bliver vist i listen", None),
        ("jeg kan ikke komme på wifi", None),
        ("printeren vil ikke printe", None),
        ("min pc vil ikke starte", None),
        ("jeg vil ikke miste mine filer, min pc er gået ned", None),
        ("jeg kan ikke oprette en sag i servicenow", None),
        ("jeg vil gerne oprette en sag", None),
    ],
)
def test_a_denied_wish_is_none(text: str, rest: str | None) -> None:
    assert wanted(text) == rest


@pytest.mark.parametrize(
    ("text", "is_terse"),
    [
        ("ole bang barsel info", True),
        ("mit headset", True),
        ("mailen fra Sofie", True),
        ("printer død", False),
        ("vpn nede", False),
        ("vpn driller igen", False),
        ("vpn driller", False),
        ("en ekstra printer", True),
        ("journaliser en mail", False),
        ("min mus virker ikke", False),
    ],
)
def test_words_that_say_nothing_of_what_is_to_be_done(text: str, is_terse: bool) -> None:
    assert terse(text) is is_terse


def test_every_intent_has_its_words() -> None:
    from pathlib import Path

    phrases = {path.stem for path in (Path(__file__).parents[2] / "nlu" / "phrases").glob("*.txt")}
    assert {intent.replace(".", "_") for intent in WISHES} | {"out_of_scope"} == phrases


@given(st.text(), st.text())
def test_what_is_left_of_a_denied_wish_is_no_longer_than_it(text: str, more: str) -> None:
    assert wanted(f"{text} ja") is None or len(wanted(f"{text} ja") or "") <= len(text) + len("mit postkassen ja")
    assert all(len(first.split()) > 1 and second for first, second in splits(f"{text} og vis {more}"))
    assert terse(f"{text} den er død {more}") is False
