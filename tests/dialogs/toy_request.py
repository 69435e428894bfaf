"""A request with every kind of field that standard requests need, as short as such a file is."""

from typing import Annotated, Any, ClassVar

from typing_extensions import override

from connectors.directory import Directory
from dialogs import texts
from dialogs.desk import Desk
from dialogs.fields import At, Colleague
from dialogs.form import Ask, Request
from dialogs.lookups import List, Thing
from dialogs.people_field import People
from dialogs.people_table import Crowd
from dialogs.proposals import Address, Name
from dialogs.who import Owner
from jobs.engine import Job

LISTS = [
    Thing(id="1", name="Barsel Info", detail="barsel.info@kk.example"),
    Thing(id="2", name="Barsel Orlov"),
    Thing(id="3", name="Ledergruppen"),
]
TAKEN = {"Ledergruppen", "barsel@kk.example"}


async def lists(text: str, at: At) -> list[Thing]:
    del at
    return [one for one in LISTS if all(word in one.name.lower() for word in text.lower().split())]


async def is_free(name: str, at: At) -> bool:
    del at
    return name not in TAKEN


async def domains(at: At) -> list[str]:
    del at
    return ["kk.example"]


async def there(at: At) -> list[Colleague]:
    return [Colleague.of(person) for person in await at.desk.systems.get(Directory).find("Jens Kjær")]


class Form(Request):
    """A new list beside another, with people on it."""

    intent: ClassVar[str] = "toy.people"

    members: Annotated[
        Crowd, Ask("Hvem skal med?", "Med", People(there=there), ("medlemmer", "deltagere"), "Skriv navne.", told="med er {}")
    ]
    name: Annotated[str, Ask("Hvad skal den hedde?", "Navn", Name(is_free, rule=str.title), ("navn", "navnet"), "Fx ”Barsel Orlov”.")]
    address: Annotated[str, Ask("Hvilken adresse?", "Adresse", Address(is_free, domains), ("adresse",), "Fx ”barsel”.")]
    owner: Annotated[Colleague, Ask("Hvem er ejer?", "Ejer", Owner(), ("ejer",), "Et navn.")]
    beside: Annotated[Thing, Ask("Ved siden af hvilken liste?", "Liste", List(lists), ("liste",), "Navnet på listen.")]

    @classmethod
    @override
    def about(cls, answers: Any) -> str:
        del answers
        return "legetøjet"

    @override
    def confirm(self) -> str:
        return f"{texts.count(len(self.members.people), 'person', 'personer')} kommer med. Passer det?"


async def execute(form: Form, desk: Desk, job: Job) -> str:
    del form, desk, job
    return "done"
