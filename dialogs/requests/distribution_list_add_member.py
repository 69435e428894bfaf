"""Put people on a distribution list, up to 500 at a time."""

from typing import Annotated, ClassVar

from typing_extensions import override

from connectors.exchange import Exchange
from dialogs import mail_lists, texts
from dialogs.desk import Desk
from dialogs.fields import At
from dialogs.form import Ask
from dialogs.people_field import People
from dialogs.people_table import Crowd, listed
from jobs.engine import Job


class Form(mail_lists.Membership):
    """Who, and on which list."""

    intent: ClassVar[str] = "distribution_list.add_member"
    reverse: ClassVar[str] = "distribution_list.remove_member"
    minutes: ClassVar[int] = 12  # by hand: find the list and its owner 4, look people up 4, change 2, answer 2
    yes: ClassVar[str] = "Ja, skriv på"
    example: ClassVar[str] = "også Ole Bang"

    members: Annotated[
        Crowd,
        Ask(
            "Hvem skal på listen?",
            "Nye på listen",
            People(there=mail_lists.on_it),
            ("medlemmer", "personer", "navne"),
            "Skriv navne eller mailadresser, gerne mange. Du kan også kopiere dem fra Excel eller en mail.",
        ),
    ]

    @classmethod
    @override
    def wish(cls, at: At) -> str:
        return f"Skriv {listed([one.name for one in cls.people(at)]) or 'nogen'} på en liste"

    @override
    def confirm(self) -> str:
        return f"{self.number} kommer på {texts.plain(self.list.name)} og får mails fra listen. Passer det?"


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Add them, read back, and say what became of each."""
    outcomes = await job.step("add", desk.systems.get(Exchange).add_members, form.list.id, [one.id for one in form.members.people])
    return await form.ended(desk, job, outcomes, "er på")
