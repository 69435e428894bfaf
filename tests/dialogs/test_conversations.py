"""Short conversations in one house, each with a person of its own: what the last answer must hold, and what it must not."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from simulators.world import PEOPLE
from tests.house import House, Person, lines, running
from tests.limits import over

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMES = [person.name for person in PEOPLE]
OTHERS = [name for name in NAMES[6:] if NAMES.count(name) == 1]
MAIL = "journaliser mailen fra Sofie Lund om nye licenser på 2026-0012345"
OTHER = "journaliser mailen fra Birthe Holm om licenser på 2026-0012345"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def open_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    var: Path = tmp_path_factory.mktemp("var")
    async with running(var) as whole:
        yield whole


@pytest.fixture(scope="module")
def names() -> Iterator[str]:
    return iter(OTHERS)


async def told(person: Person, said: list[str]) -> str:
    """All that Kollega answers to the last of them."""
    for text in said:
        heard = await person.says(text) or await person.hears()  # who has said much waits for the pace that Teams allows
    assert [over(message) for message in heard if over(message)] == []
    return "\n".join(line for message in heard for line in lines(message))


@pytest.mark.parametrize(
    ("said", "wanted", "unwanted"),
    [
        pytest.param(["min mus er død", "det haster"], ["Så haster det. Kan du arbejde imens?"], ["Det haster ikke", "Passer det"], id="haste is not how much"),
        pytest.param(["min mus er død", "kun mig"], ["Kan du arbejde imens?"], ["ikke bruge"], id="what is known already is an answer too"),
        pytest.param(["printeren er død", "1"], ["Kan du arbejde imens?"], [], id="1 is the first choice"),
        pytest.param(["printeren er død", "1", "1"], ["Hvem rammer det: kun dig", "kan ikke arbejde"], [], id="1 is the first choice again"),
        pytest.param(["printeren er død", "det er ikke kun mig", "nej"], ["Hvem rammer det: flere kolleger"], [], id="not only me"),
        pytest.param(["opret en sag", "printeren er død"], ["Hvem går det ud over?"], ["Udstyr"], id="a fault is not a device"),
        pytest.param(["min mus er død", "jeg kan godt arbejde"], ["Passer det?", "besværligt"], [], id="I can work"),
        pytest.param(["min mus er død", "nope"], ["kan ikke arbejde imens"], [], id="other words for no are a no"),
        pytest.param(["min mus er død", "vis alle mine sager"], ["Tilbage til"], ["hele afdelingen"], id="a wish with 'alle' in it is no choice"),
        pytest.param(["Windows 11 fryser", "kun mig", "nej"], ["Passer det?"], ["Sted: Windows"], id="Windows 11 is no street"),
        pytest.param(["min pc er død, jeg er i lokale 4711", "nej"], ["lokale 4711"], ["Telefon: 4711 "], id="a room is no telephone"),
        pytest.param(["min telefon er død, fejl 8090", "nej"], ["Passer det?"], ["Telefon: 8090"], id="an error code is no telephone"),
        pytest.param(
            ["outlook er nede for hele afdelingen og vi kan ikke arbejde", "jeg sidder på 5. sal"],
            ["stedet er", "Hvem rammer det: hele afdelingen"],
            ["Rettet: det rammer"],
            id="one correction changes one field",
        ),
        pytest.param(["min mus er død, det haster ikke", "titlen er forkert"], ["Hvad skal sagen hedde?"], ["Titel: forkert"], id="wrong is no title"),
        pytest.param(["min mus er død, det haster ikke", "adressen er forkert"], ["Hvor er det?"], ["Sted: forkert"], id="wrong is no place"),
        pytest.param(["min mus er død, det haster ikke", "adressen er forkert", "som før"], ["den var", "Passer det?"], [], id="as before keeps it"),
        pytest.param(["min mus er død, det haster ikke", "den klikker også dobbelt"], ["beskrivelsen"], ["for sig"], id="more to say"),
        pytest.param(["min mus er død, det haster ikke", "min computer er også langsom"], ["eller er det en sag for sig?"], ["beskrivelsen"], id="another fault"),
        pytest.param(["min mus er død, det haster ikke", "min pc er død", "ja"], ["Vælg, om det skal med her"], ["Jeg går i gang"], id="a yes to neither"),
        pytest.param(["min mus er død, det haster ikke", "min pc er død", "nej"], ["Så lader jeg", "Passer det?"], ["⏎"], id="neither here nor apart"),
        pytest.param(["min mus er død, det haster ikke", "min pc er død", "ny sag", "ja"], ["”min pc er død”", "Kan du arbejde"], [], id="apart, later"),
        pytest.param(["min mus er død", "hvad mener du", "hvad mener du", "hvad mener du"], ["Gem til senere"], ["Vælg det"], id="a third way to help"),
        pytest.param(["min mus er død, det haster ikke", "4712 4711"], ["Hvilket nummer", "[47 12 47 11] [4712] [4711]"], [], id="one number or two"),
        pytest.param(["min mus er død, det haster ikke", "ring på lokal 47121"], ["nummeret er 47121"], [], id="five digits"),
        pytest.param(["min mus er død, det haster ikke", "det rammer ikke hele kontoret"], ["beskrivelsen", "Hvem rammer det: kun dig"], ["Rettet"], id="denied"),
        pytest.param(
            ["min mus er død", "telefonen skal være abc og det rammer hele kontoret"],
            ["”telefonen skal være abc” kunne jeg ikke bruge", "det rammer hele"],
            [],
            id="what could not be used is named",
        ),
        pytest.param(
            ["outlook er nede for hele afdelingen", "ja, men det er lidt besværligt, og jeg sidder i øvrigt på 5. sal"],
            ["5. sal (før", "men det er besværligt"],
            [],
            id="an answer with more in it",
        ),
        pytest.param(
            ["printeren er død", "det er mig og Ole, og det haster ikke"],
            ["Hvem rammer det: flere kolleger", "Hvor meget haster det: det haster ikke"],
            ["kunne jeg ikke bruge"],
            id="two people are several",
        ),
        pytest.param(
            ["min mus er død, det haster ikke", "beskrivelsen skal være: musen blinker, og den er varm. Telefonen er 33 44 55 66"],
            ["Titel: Musen blinker, og den er varm", "Telefon: 33 44 55 66"],
            ["skal være"],
            id="a description goes on until another field is named",
        ),
        pytest.param(
            ["min mus er død, det haster ikke", "sted: Nyropsgade 7, 2. sal, og kontakt er Amir Haddad, og ring på 33 66 12 34"],
            ["Rettet: stedet er Nyropsgade 7, 2. sal (før", "Nummeret er 33 66 12 34", "Noteret: kontakten er Amir Haddad"],
            ["beskrivelsen"],
            id="three at once",
        ),
        pytest.param(
            ["min mus er død, det haster ikke", "titlen skal være Mus og tastatur, og det er hele afdelingen"],
            ["titlen er ”Mus og tastatur”", "Det rammer hele"],
            [],
            id="a title with and in it",
        ),
        pytest.param(
            ["min mus er død, det haster ikke", "hvor ligger kantinen egentlig?"],
            ["Tilbage til"],
            ["beskrivelsen", "kantinen"],
            id="a question is not taken down",
        ),
        pytest.param(["min mus er død, det haster ikke", "nej", "ja"], ["Passer det?"], ["Jeg går i gang"], id="a yes to the card shows the summary"),
        pytest.param(["min mus er død, det haster ikke", "ret noget", "send"], ["Titel: Min mus er død", "Telefon"], [], id="send, typed"),
        pytest.param(["min mus er død", "annuller", "fortryd"], ["Vi er tilbage", "Kan du arbejde imens?"], [], id="regret"),
        pytest.param(["min mus er død", "start forfra", "fortryd"], ["Vi er tilbage", "Min mus er død"], [], id="regret starting over"),
        pytest.param(
            ["min mus er død", "opret en ny sag om at min skærm er sort", "annuller", "skærmen"],
            ["Droppet", "Tilbage til sagen ”Min mus er død”", "[Senere] [Drop den]"],
            [],
            id="the first comes back when the second is dropped",
        ),
        pytest.param(["min mus er død", "senere", "annuller"], ["Droppet: sagen ”Min mus er død”"], [], id="what waits can be dropped"),
        pytest.param(
            ["min mus er død", "annuller", "min skærm er sort", "senere", "Fortsæt"],
            ["Min skærm er sort"],
            ["Min mus"],
            id="the button goes on with what it stands under",
        ),
        pytest.param(["min mus er død", "ikke alle"], ["Kan du arbejde"], ["Droppet"], id="an unsure reading cancels nothing"),
        pytest.param(["min mus er død", "jeg gider ikke mere, glem den sag"], ["Droppet"], [], id="cancelled in other words"),
        pytest.param(["min mus er død", "asdf", "qwer", "zxcv", "wert"], ["Den venter stadig"], [], id="no fourth demand"),
        pytest.param(["printeren er død", "hvem?"], ["Jo flere der er ramt"], [], id="a bare question word asks for help"),
        pytest.param(["min mus er død, det haster ikke", "ret kontakt til Ole", "2"], ["ingen, der hedder 2"], [], id="no number of a list unseen"),
        pytest.param(["min mus er død, det haster ikke", "kontakt: Amir Haddad", "kontakten er i stykker"], ["beskrivelsen"], ["hedder"], id="loose"),
        pytest.param(["jeg vil snakke med et menneske om min nye stol"], ["Det handler om", "stol"], [], id="the gist has the wish itself"),
        pytest.param(["min mus er død, det haster ikke", "nej tastaturet, ikke musen"], ["Titel: Min tastatur er død"], [], id="X, not Y"),
        pytest.param(["jeg vil gerne oprette en sag", "printeren er død"], ["Hvem går det ud over?"], [], id="to want a case hits nobody"),
        pytest.param(["min mus er død, det haster ikke", "nej", "nej"], ["skriv annuller"], ["Hvad skal være"], id="no and no"),
        pytest.param(["min mus er død", "nej, min mus og mit tastatur"], ["beskrivelsen", "Kan du arbejde"], ["Passer det"], id="no with more to say"),
        pytest.param(["min mus er død, det haster ikke", "og det haster"], ["Så haster det"], ["beskrivelsen"], id="it hastens after all"),
        pytest.param(["min mus er død, det haster ikke", "ja, men ring til Kim Nielsen"], ["kontakten er Kim Nielsen"], [], id="call somebody else"),
        pytest.param(["opret en sag om at jeg mangler zxqv og wvut"], ["Kan du arbejde imens?"], ["kan jeg ikke hjælpe"], id="a case is a case"),
        pytest.param(["hej, mig igen. Min mus er død, det haster ikke"], ["Titel: Min mus er død"], ["Mig igen"], id="hello is no title"),
        pytest.param(["min mus er død, det haster ikke", "hej", "ja"], ["Jeg går i gang"], [], id="a summary shown again takes the yes"),
        pytest.param(["menneske", "det handler om min løn"], ["Det handler om: min løn"], [], id="what it is about"),
        pytest.param(["det er til grin, jeg har ventet i 14 dage på min sag"], ["Jeg forstår godt"], [], id="anger is acknowledged"),
        pytest.param(["?"], ["Jeg er et program"], [], id="help with nothing open"),
        pytest.param(["ny sag"], ["Hvad er der galt?"], [], id="a new case is no description"),
        pytest.param(["min mus er død, kontakt 310299-0000"], ["fjernet CPR-nummeret"], ["310299"], id="CPR"),
        pytest.param(["min mus er død, cpr310299–0000"], ["fjernet CPR-nummeret"], ["310299"], id="CPR with a dash"),
        pytest.param(["min mus er død. " * 400], ["højst 3.500 tegn"], ["Passer det?"], id="too long for a case"),
        pytest.param(["kan du se på det her?\nFra: Ole\nEmne: Printer\n\nDen er død", "kun mig"], [], ["Det her?"], id="what points is no text"),
    ],
)  # fmt: skip
async def test_the_answer(said: list[str], wanted: list[str], unwanted: list[str], open_house: House, names: Iterator[str]) -> None:
    answer = await told(await open_house.person(next(names)), said)
    assert [part for part in wanted if part not in answer] == [], answer
    assert [part for part in unwanted if part in answer] == [], answer


@pytest.mark.parametrize(
    ("name", "said", "wanted", "unwanted"),
    [
        ("Birthe Holm", ["hvad er status på min sag", "den første"], ["INC0010237"], []),
        ("Birthe Holm", ["vis mine sager", "den anden"], ["INC0010243"], []),
        ("Birthe Holm", ["hvad er status på min sag", "den med teams"], ["INC0010237"], []),
        ("Birthe Holm", ["status på INC0010243", "hvad er status på sagen?"], ["INC0010243"], ["Hvilken"]),
        ("Birthe Holm", [MAIL, "nej, den fra Jens Kjær", "mails: 1"], ["fra Jens Kjær", "Passer det nu?"], []),
        ("Birthe Holm", [MAIL, "nej, den fra Jens Kjær", "som før"], ["Aftale om nye licenser", "Passer det?"], []),
        ("Birthe Holm", [MAIL, "nej", "Nye licenser til Økonomi"], ["2026-0012346", "Passer det nu?"], []),
        ("Jens Kjær", [OTHER, "nej, på 2026-9999999"], ["ikke se en sag med nummer 2026-9999999"], ["Passer det?"]),
        ("Jens Kjær", [OTHER, "ny sag", "hvad er kle"], ["fælles emneplan"], ["fandt intet"]),
        ("Jens Kjær", [OTHER, "nej, ny sag i stedet", "kald den Nye aftaler"], ["titlen er ”Nye aftaler”"], []),
        ("Jens Kjær", [OTHER, "titel: Hej"], ["hører ikke til her", "Passer det?"], []),
        ("Sofie Lund", ["journaliser"], ["Hvilke mails"], ["ikke noget i gang"]),
        ("Sofie Lund", ["læg de sidste 3 mails på sag 2026-0012346"], ["Mail 3", "Passer det?"], ["Mail 4"]),
        ("Sofie Lund", ["journaliser den nyeste mail", "vis mine sager"], ["Tilbage til"], ["fandt ingen"]),
        ("Mette Friis", ["journaliser den nyeste mail", "nej den fra Ole Bang"], ["Ole Bang"], ["ingen åben sag"]),
    ],
)
async def test_whoever_has_mails_and_cases(name: str, said: list[str], wanted: list[str], unwanted: list[str], open_house: House) -> None:
    person = await open_house.person(name)
    answer = await told(person, said)
    while "ikke noget i gang" not in await told(person, ["annuller"]):
        pass
    assert [part for part in wanted if part not in answer] == [], answer
    assert [part for part in unwanted if part in answer] == [], answer


async def test_a_wish_is_heard_again_when_the_system_is_back(open_house: House) -> None:
    birthe = await open_house.person("Birthe Holm")
    await open_house.fault(path="/graph", status=403, times=30)
    down = await told(birthe, [MAIL])
    await open_house.fault(path="/graph", times=0)
    assert "[Prøv igen] [Annuller]" in down
    answer = await told(birthe, ["Prøv igen"])
    await birthe.says("annuller")
    assert "Jeg journaliserer 1 mail på sag 2026-0012345" in answer


async def test_a_changed_message_corrects_a_form_that_waits(open_house: House, names: Iterator[str]) -> None:
    person = await open_house.person(next(names))
    await person.says("min mus er død")
    await person.says("senere")
    heard = await person.edits(1, "min skærm er død")
    assert "som stadig venter" in lines(heard[-1])[0]
    assert "Min skærm er død" in await told(person, ["fortsæt"])


async def test_a_changed_message_is_heard_if_it_was_not_understood(open_house: House, names: Iterator[str]) -> None:
    person = await open_house.person(next(names))
    await person.says("min mus er død")
    await person.says("qwert")
    assert "Passer det?" in "\n".join(lines((await person.edits(2, "det haster ikke"))[-1]))


async def test_a_cards_inputs_are_masked(open_house: House, names: Iterator[str]) -> None:
    person = await open_house.person(next(names))
    await person.says("opret en sag")
    heard = await person.presses("Send", {"what": "Borgeren 310299-0000 er væk", "affected": "3", "hinders": "3", "phone": "12"})
    said = "\n".join(line for message in heard for line in lines(message))
    assert "fjernet CPR-nummeret" in said
    assert "Borgeren [CPR-nummer fjernet] er væk" in said
    assert "310299" not in said
