"""Take people off a distribution list."""

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
    """Who, and from which list."""

    intent: ClassVar[str] = "distribution_list.remove_member"
    minutes: ClassVar[int] = 10  # by hand: find the list and its owner 4, find the people on it 2, change 2, answer 2
    yes: ClassVar[str] = "Ja, fjern"
    example: ClassVar[str] = "ikke Ole Bang alligevel"

    list: Annotated[Thing, mail_lists.WHICH]
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
    async def owners(cls, at: At) -> Sequence[Colleague]:
        return await mail_lists.owning(at)

    @classmethod
    @override
    def people(cls, at: At) -> Sequence[Colleague]:
        return crowd(at.answers.get("members")).people

    @classmethod
    @override
    async def hinders(cls, at: At) -> Notice | None:
        return await mail_lists.untouchable(at, f"Tag {listed([one.name for one in cls.people(at)])} af en liste")

    @classmethod
    @override
    def about(cls, answers: Mapping[str, Any]) -> str:
        return texts.plain(answers["list"]["name"]) if answers.get("list") else "listen"

    @override
    def confirm(self) -> str:
        number = texts.count(len(self.members.people), "person", "personer")
        return f"{number} tages af {texts.plain(self.list.name)} og får ikke flere mails fra listen. Passer det?"


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Take them off, read back, and say what became of each."""
    people = form.members.people
    outcomes = await job.step("remove", desk.systems.get(Exchange).remove_members, form.list.id, [one.id for one in people])
    said = mail_lists.told(outcomes, {one.id: one.name for one in people}, f"er af {texts.plain(form.list.name)}")
    buttons = mail_lists.undo(
        outcomes,
        {one.id: one.email for one in people},
        ("distribution_list.add_member", f"sæt {{who}} på ”{form.list.name}”"),
        await form.undoable(desk, job),
    )
    await job.tell("done", {"reply": Reply(text=said, buttons=buttons, key=f"done-{job.reference}").model_dump(mode="json")})
    return "done" if all(one.state in {"done", "already"} for one in outcomes) else "partly"
