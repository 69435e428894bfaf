"""Take people off a distribution list."""

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
    """Who, and from which list."""

    intent: ClassVar[str] = "distribution_list.remove_member"
    reverse: ClassVar[str] = "distribution_list.add_member"
    minutes: ClassVar[int] = 10  # by hand: find the list and its owner 4, find the people on it 2, change 2, answer 2
    yes: ClassVar[str] = "Ja, fjern"
    example: ClassVar[str] = "ikke Ole Bang alligevel"

    members: Annotated[
        Crowd,
        Ask(
            "Hvem skal af listen?",
            "Tages af listen",
            People(among=mail_lists.on_it),
            ("medlemmer", "personer", "navne"),
            "Skriv navne eller mailadresser på dem, der ikke længere skal have mails fra listen.",
        ),
    ]

    @classmethod
    @override
    def wish(cls, at: At) -> str:
        return f"Tag {listed([one.name for one in cls.people(at)]) or 'nogen'} af en liste"

    @override
    def confirm(self) -> str:
        return f"{self.number} tages af {texts.plain(self.list.name)} og får ikke flere mails fra listen. Passer det?"


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Take them off, read back, and say what became of each."""
    outcomes = await job.step("remove", desk.systems.get(Exchange).remove_members, form.list.id, [one.id for one in form.members.people])
    return await form.ended(desk, job, outcomes, "er af")
