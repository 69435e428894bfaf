"""Put people on a distribution list, up to 500 at a time."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from typing_extensions import override

from connectors.exchange import Exchange
from dialogs import mail_lists, texts
from dialogs.desk import Desk
from dialogs.fields import At, Colleague
from dialogs.form import Ask, Notice
from dialogs.lookups import Thing
from dialogs.people_field import People
from dialogs.people_table import Crowd, crowd, listed
from dialogs.standard import Standard
from dialogs.talk import Reply
from jobs.engine import Job


class Form(Standard):
    """Who, and on which list."""

    intent: ClassVar[str] = "distribution_list.add_member"
    minutes: ClassVar[int] = 12  # by hand: find the list and its owner 4, look people up 4, change 2, answer 2
    yes: ClassVar[str] = "Ja, skriv på"
    example: ClassVar[str] = "også Ole Bang"

    list: Annotated[Thing, mail_lists.WHICH]
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
    async def owners(cls, at: At) -> Sequence[Colleague]:
        return await mail_lists.owning(at)

    @classmethod
    @override
    def people(cls, at: At) -> Sequence[Colleague]:
        return crowd(at.answers.get("members")).people

    @classmethod
    @override
    async def hinders(cls, at: At) -> Notice | None:
        return await mail_lists.untouchable(at, f"Skriv {listed([one.name for one in cls.people(at)])} på en liste")

    @classmethod
    @override
    def about(cls, answers: Mapping[str, Any]) -> str:
        return texts.plain(answers["list"]["name"]) if answers.get("list") else "listen"

    @override
    def confirm(self) -> str:
        number = texts.count(len(self.members.people), "person", "personer")
        return f"{number} kommer på {texts.plain(self.list.name)} og får mails fra listen. Passer det?"


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Add them, read back, and say what became of each."""
    exchange = desk.systems.get(Exchange)
    people = form.members.people
    outcomes = await job.step("add", exchange.add_members, form.list.id, [one.id for one in people])
    said = mail_lists.told(outcomes, {one.id: one.name for one in people}, f"er på {texts.plain(form.list.name)}")
    buttons = mail_lists.undo(
        outcomes,
        {one.id: one.email for one in people},
        ("distribution_list.remove_member", f"fjern {{who}} fra ”{form.list.name}”"),
        await form.undoable(desk, job),
    )
    await job.tell("done", {"reply": Reply(text=said, buttons=buttons, key=f"done-{job.reference}").model_dump(mode="json")})
    return "done" if all(one.state in {"done", "already"} for one in outcomes) else "partly"
