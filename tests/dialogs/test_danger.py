"""Which texts tell of danger or of a breach, and which only sound like it."""

import pytest

from dialogs.danger import of
from dialogs.fields import Colleague
from dialogs.people_edits import edits
from dialogs.people_field import DESCRIBED
from dialogs.people_table import Crowd, Row
from dialogs.requests.distribution_list_show import OWN

LIFE = """det brænder i serverrummet|der er ild i printeren|der ryger fra serveren|det ryger ud af skærmen|min kollega er faldet om|en borger truer mig
jeg har fået stød af skærmen|der er en bombetrussel|printeren brænder|brandalarmen går|der kommer røg ud af min pc"""
BREACH = """der er et sikkerhedsbrud|jeg har sendt cpr-numre til den forkerte|jeg har trykket på et link og skrevet mit kodeord|vi er hacket
jeg kom til at klikke på et link i en mail|jeg har sendt en mail med personoplysninger til en forkert modtager|nogen har fået fat i mit password
min computer er blevet stjålet|jeg har tabt min telefon|jeg har mistet min bærbare|vi har en datalæk|jeg har fået en phishing mail
jeg har givet mit kodeord til en der ringede|cpr-numre ligger offentligt på hjemmesiden|jeg tror jeg har fået virus|der er en der har logget ind på min konto
jeg har ved en fejl sendt følsomme oplysninger til en borger|borgerens journal er sendt til den forkerte|jeg har indtastet mit password på en falsk side"""
NEITHER = """printeren er død|jeg har glemt mit kodeord|mit password er udløbet|jeg brænder for mit job|brænd en cd til mig|min skærm er brændt sammen
send mailen til Sofie Lund|jeg vil skifte kodeord|borgeren [CPR-nummer fjernet] kan ikke logge ind|virusprogrammet opdaterer hele tiden
jeg har glemt min telefon derhjemme|min pc er væk fra netværket|linket virker ikke|jeg har trykket på knappen men der sker ikke noget
nogen har brugt min plads|journaliser mailen om phishing fra Jens|musen brænder ikke|jeg har mistet lyden på min computer
jeg har mistet forbindelsen til min telefon|jeg har skrevet mit kodeord forkert tre gange|en kollega har tastet forkert kodeord
jeg trykkede på linket i mailen fra jer men siden er blank|jeg ryger ud af systemet|forbindelsen ryger hele tiden|hvornår er der kursus om sikkerhedsbrud"""


def each(lines: str) -> list[str]:
    return lines.replace("\n", "|").split("|")


@pytest.mark.parametrize("text", each(LIFE))
def test_danger_to_life(text: str) -> None:
    assert of(text) == "life"


@pytest.mark.parametrize("text", each(BREACH))
def test_a_breach(text: str) -> None:
    assert of(text) == "breach"


@pytest.mark.parametrize("text", each(NEITHER))
def test_neither(text: str) -> None:
    assert of(text) is None


OFTEN = """en |logget paa |sendt cpr |forkert sendt |trykket link |nogen har |borger|er jeg |med | |.|og |skal også |ham den |ole og |ole, ikke mette
ole i stedet for | skal ikke med alligevel"""
LONG = [
    f"{first}{again * (20_000 // len(again))} x" for first in ("", "uden ") for again in each(OFTEN)
]  # each place was tried with every other


@pytest.mark.parametrize("text", [*LONG, "en " * 3_000 + "logget paa " * 1_000], ids=range(len(LONG) + 1))
@pytest.mark.timeout(20)
def test_no_text_takes_long(text: str) -> None:
    some = Crowd(rows=[Row(raw="Ole", status="found", person=Colleague(id=str(n), name=f"Ole Bang{n}", email="x")) for n in range(50)])
    of(text)
    OWN.search(text)
    DESCRIBED.findall(text)
    assert edits(text, some, asked=True) is not None


@pytest.mark.parametrize("text", each(BREACH)[:5])
def test_a_breach_that_is_told_at_length(text: str) -> None:
    assert of(f"{text}. {'Jeg ved ikke, hvad jeg skal gøre. ' * 600}") == "breach"
