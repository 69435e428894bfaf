"""The people of the simulated municipality: six named ones and two hundred more, the same in every system.

All of it is made from fixed lists and one seed, so that every start gives the same world. Names, numbers and addresses are invented.
"""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count

TENANT = "00000000-0000-4000-8000-00000000beef"
DOMAIN = "kk.example"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # the moment the seeded world is written from: Monday, week 48


@dataclass(frozen=True)
class Person:
    r"""One employee. `id` is the Entra object id, `login` the account in the local directory (kk\bhol), `email` the address and UPN."""

    number: int
    first: str
    last: str
    title: str
    department: str
    office: str
    floor: str
    phone: str
    manager: int  # the number of the manager, 0 for none
    login: str
    email: str

    @property
    def id(self) -> str:
        return f"00000000-0000-4000-8000-{self.number:012d}"

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


LATIN = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "é": "e", "ü": "u", " ": "."})


def ascii_name(text: str) -> str:
    """Lower case, æøå as ae, oe, aa, blanks as dots: how addresses are spelt."""
    return text.lower().translate(LATIN)


NAMED = (
    ("Birthe", "Holm", "Sagsbehandler", "Digital Arbejdsplads", "Borups Allé 177", "3. sal", 2, "kk\\bhol"),
    ("Jens", "Kjær", "Områdechef", "Digital Arbejdsplads", "Borups Allé 177", "4. sal", 7, "kk\\jkja"),
    ("Sofie", "Lund", "Controller", "Økonomi", "Rådhuspladsen 1", "2. sal", 8, "kk\\slun"),
    ("Amir", "Haddad", "Supportmedarbejder", "Servicedesk", "Borups Allé 177", "1. sal", 2, "kk\\ahad"),
    ("Mette", "Friis", "Jurist, databeskyttelse", "Jura og Databeskyttelse", "Rådhuspladsen 1", "3. sal", 9, "kk\\mfri"),
    ("Ole", "Bang", "Kontorfuldmægtig", "Koncern IT", "Borups Allé 177", "2. sal", 2, "kk\\oban"),
    ("Karen", "Mørch", "Direktør", "Koncern IT", "Rådhuspladsen 1", "1. sal", 0, "kk\\kmoe"),
    ("Henrik", "Dahl", "Økonomichef", "Økonomi", "Rådhuspladsen 1", "2. sal", 7, "kk\\hdah"),
    ("Lise", "Winther", "Chefjurist", "Jura og Databeskyttelse", "Rådhuspladsen 1", "3. sal", 7, "kk\\lwin"),
)
FIRST = (
    "Anne Peter Mette Lars Kirsten Michael Hanne Søren Lene Thomas Camilla Jørgen Susanne Martin Charlotte Henrik Louise Rasmus Bente "
    "Anders Maria Christian Inge Mads Julie Morten Dorthe Niels Ida Kasper Pia Jesper Signe Bo Åse Ali Fatima Mikkel Trine Hassan Line "
    "Steffen Ulla Emil Gitte Simon Birgit Frederik Nadia Ole Sara Per Rikke Jonas Zeynep Klaus Malene Torben Amalie Viggo"
).split()
LAST = (
    "Jensen Nielsen Hansen Pedersen Andersen Christensen Larsen Sørensen Rasmussen Jørgensen Petersen Madsen Kristensen Olsen Thomsen "
    "Poulsen Johansen Møller Mortensen Knudsen Mikkelsen Jakobsen Iversen Schmidt Lauritsen Bertelsen Testrup Østergaard Ågaard Yilmaz "
    "Nguyen Karimi Lindqvist Bæk Vestergaard Kjærgaard Skov Brandt Toft Krogh"
).split()
UNITS = (
    ("Digital Arbejdsplads", "Borups Allé 177", 2),
    ("Servicedesk", "Borups Allé 177", 2),
    ("Netværk", "Borups Allé 177", 7),
    ("Koncern IT", "Borups Allé 177", 7),
    ("Økonomi", "Rådhuspladsen 1", 8),
    ("Jura og Databeskyttelse", "Rådhuspladsen 1", 9),
    ("Borgerservice", "Nyropsgade 7", 7),
    ("Teknik og Miljø", "Njalsgade 13", 7),
    ("Børn og Unge", "Gyldenløvesgade 15", 7),
    ("Socialforvaltningen", "Bernstorffsgade 17", 7),
)
TITLES = (
    "Konsulent",
    "Specialkonsulent",
    "Sagsbehandler",
    "Kontorfuldmægtig",
    "Projektleder",
    "Supportmedarbejder",
    "Fuldmægtig",
    "Teamleder",
)
FIXED = (  # people that the conversations need: several of one name
    ("Ole", "Madsen", "Teknik og Miljø"),
    ("Ole", "Winther", "Økonomi"),
    ("Peter", "Hansen", "Borgerservice"),
    ("Peter", "Hansen", "Børn og Unge"),
    ("Kim", "Nielsen", "Digital Arbejdsplads"),
)


def _pairs(chance: random.Random) -> list[tuple[str, str, str]]:
    """First name, last name and unit of everybody who is not in NAMED."""
    pairs = list(FIXED)
    taken = {row[:2] for row in NAMED} | {pair[:2] for pair in pairs}
    while len(pairs) < 200:
        pair = (chance.choice(FIRST), chance.choice(LAST), chance.choice(UNITS)[0])
        if pair[:2] not in taken:
            taken.add(pair[:2])
            pairs.append(pair)
    return pairs


def free(wanted: str, taken: set[str]) -> str:
    """`wanted`, or with the first number from 2 that nobody has; it is taken then."""
    found = next(name for n in count(1) if (name := wanted if n == 1 else f"{wanted}{n}") not in taken)
    taken.add(found)
    return found


def _people() -> tuple[Person, ...]:
    chance = random.Random(20261123)  # noqa: S311 - a fixed world, nothing secret
    logins = {login for *_, login in NAMED}
    addresses: set[str] = set()
    people = []
    for n, (first, last, title, unit, office, floor, manager, login) in enumerate(NAMED, 1):
        address = free(ascii_name(f"{first} {last}"), addresses)
        people.append(Person(n, first, last, title, unit, office, floor, str(4700 + n), manager, login, f"{address}@{DOMAIN}"))
    people[0] = replace(people[0], phone="4711")
    for n, (first, last, unit) in enumerate(_pairs(chance), len(people) + 1):
        login = free(f"kk\\{ascii_name(first)[:2]}{ascii_name(last)[:3]}", logins)
        address = free(ascii_name(f"{first} {last}"), addresses)
        _, office, manager = next(row for row in UNITS if row[0] == unit)
        title, floor = chance.choice(TITLES), f"{chance.randint(1, 5)}. sal"
        people.append(Person(n, first, last, title, unit, office, floor, str(4700 + n), manager, login, f"{address}@{DOMAIN}"))
    return tuple(people)


PEOPLE = _people()
BY_ID = {person.id: person for person in PEOPLE}
BY_EMAIL = {person.email: person for person in PEOPLE}
BY_LOGIN = {person.login.lower(): person for person in PEOPLE}
BIRTHE, JENS, SOFIE, AMIR, METTE, OLE = PEOPLE[:6]


def person(number: int) -> Person:
    """The person with that number (1 is Birthe Holm)."""
    return PEOPLE[number - 1]
