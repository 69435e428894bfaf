"""Take people's access to a shared mailbox away: to open it, to send as it and on its behalf, or only to send."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from typing_extensions import override

from connectors.exchange import Exchange
from connectors.exchange_models import Right
from dialogs import mailboxes, texts
from dialogs.desk import Desk
from dialogs.fields import At, Colleague, Option, Pick, Reading
from dialogs.finishing import finish
from dialogs.form import Ask, Notice
from dialogs.lookups import Thing
from dialogs.people_field import People
from dialogs.people_table import Crowd, crowd, listed
from dialogs.side_by_side import one_wish_each
from dialogs.standard import Reversal, Standard
from dialogs.talk import Fact
from jobs.engine import Job

MINE = re.compile(r"\bjeg\s+(?:skal|vil|behøver|har|ønsker|må)\b[^,.;]{0,30}\bikke\b", re.I)  # where nobody is named
RIGHTS: dict[str, tuple[Right, ...]] = {"all": ("full", "send_as", "on_behalf"), "send_as": ("send_as",), "on_behalf": ("on_behalf",)}
WAYS = Pick(
    (
        Option("all", "Hele adgangen", "åbne den, sende som den og på vegne af den", ("alt", "det hele", "hele .*"), tried=2),
        Option("send_as", "Kun at sende som den", "sende som den", ("kun sende",), (r"send\w* (?:som|as)",)),
        Option("on_behalf", "Kun at sende på vegne", "sende på vegne af den", (), (r"paa vegne", r"on behalf"), tried=1),
    )
)


@dataclass(frozen=True)
class Leaving(People):
    """People; "jeg skal ikke længere have adgang" names the one who asks."""

    @override
    async def find(self, text: str, at: At) -> Reading:
        mine = MINE.search(text) and not crowd(at.now).rows
        return await super().find(text, at) or (await super().find("fjern mig", at) if mine else None)


async def inside(at: At) -> Sequence[Colleague] | None:
    """Who has a right to the mailbox that was chosen; nobody before it is. None: that is not for this person to know."""
    if "mailbox" not in at.answers:
        return []
    if at.event.who.id not in {one.id for one in await mailboxes.using(at)}:
        return None
    held = await at.desk.systems.get(Exchange).permissions(at.answers["mailbox"]["id"])
    people = {one.holder.id: one.holder for one in held if one.holder.kind == "person"}
    return [Colleague(id=one.id, name=one.name, email=one.email) for one in people.values()]


class Form(Standard):
    """Which mailbox, whose access, and what of it. It is told from access that is to be given by dialogs/taken_away.py."""

    intent: ClassVar[str] = "mailbox.remove_member"
    minutes: ClassVar[int] = 12  # by hand: find the mailbox and its owner 5, the owner's yes 3, rights 2, answer 2
    thing: ClassVar[str] = "mailbox"
    yes: ClassVar[str] = "Ja, fjern adgangen"
    example: ClassVar[str] = "ikke Ole Bang alligevel"
    spoken: ClassVar[bool] = False  # in words of its own: the rule knows it

    mailbox: Annotated[Thing, mailboxes.WHICH]
    members: Annotated[
        Crowd,
        Ask(
            "Hvem skal ikke længere have adgang?",
            "Mister adgang",
            Leaving(among=inside),
            ("medlemmer", "personer", "navne"),
            "Skriv navne, mailadresser eller ”mig”.",
        ),
    ]
    ways: Annotated[
        str,
        Ask(
            "Hvad skal de ikke længere kunne?",
            "Kan ikke længere",
            WAYS,
            ("adgang", "rettighed", "rettigheder"),
            "Hele adgangen, eller kun at sende som den eller på vegne af den.",
            told="de kan ikke længere {}",
            required=False,
        ),
    ] = "all"

    @classmethod
    @override
    async def split(cls, text: str, at: At) -> Sequence[str]:
        """A wish for each of several mailboxes that stand beside each other."""
        return await one_wish_each(text, "mailbox_name", mailboxes.named, at)

    @classmethod
    @override
    async def owners(cls, at: At) -> Sequence[Colleague]:
        return await mailboxes.deciding(at)

    @classmethod
    @override
    async def hinders(cls, at: At) -> Notice | None:
        """Whoever answers for a mailbox keeps the access to it."""
        known, name = await mailboxes.owner(at), texts.plain(at.answers["mailbox"]["name"])
        if known is None or known.id not in {one.id for one in cls.people(at)}:
            return None
        return cls.refused(
            f"{texts.plain(known.name)} ejer {name} og skal have adgang, så længe det er sådan. Servicedesk kan finde en ny ejer."
        )

    @classmethod
    @override
    def about(cls, answers: Mapping[str, Any]) -> str:
        return f"adgangen til {texts.plain(answers['mailbox']['name'])}" if answers.get("mailbox") else "adgangen til postkassen"

    @override
    def confirm(self) -> str:
        who = listed([texts.plain(one.name) for one in self.members.people])
        name = texts.plain(self.mailbox.name)
        if self.ways != "all":
            return f"{who} kan ikke længere {WAYS.show(self.ways).removesuffix(' den')} {name}. Passer det?"
        return f"{who} mister adgang til {name}. Passer det?"

    @override
    async def reversal(self, back: Mapping[str, Any], at: At) -> Reversal | str:
        name = texts.plain(self.mailbox.name)
        return Reversal(f"{names_of(back['taken'])} får adgangen til {name} igen.", [Fact(label="Postkasse", value=name)])

    @override
    async def undo(self, back: Mapping[str, Any], key: str, desk: Desk, job: Job) -> str:
        for number, one in enumerate(back["taken"]):
            await job.step(f"grant {number}", desk.systems.get(Exchange).grant, self.mailbox.id, one["id"], one["right"])
        return f"{names_of(back['taken'])} har adgang til {texts.plain(self.mailbox.name)} igen."

    async def held(self, desk: Desk) -> list[dict[str, str]]:
        """The rights that are to go, as they are held now."""
        has = {(one.holder.id, one.right) for one in await desk.systems.get(Exchange).permissions(self.mailbox.id)}
        rights = RIGHTS[self.ways]
        return [
            {"id": one.id, "name": one.name, "right": right} for one in self.members.people for right in rights if (one.id, right) in has
        ]


def names_of(rights: Sequence[Mapping[str, str]]) -> str:
    """Whose rights those are."""
    return listed(list(dict.fromkeys(texts.plain(one["name"]) for one in rights)))


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Note what each has, take it away, read back, and say it. Who has no part in the mailbox does not learn who had access."""
    exchange = desk.systems.get(Exchange)
    before = await job.step("held", exchange.permissions, form.mailbox.id)
    taken = await job.step("to take", form.held, desk, on=exchange)
    for number, one in enumerate(taken):
        await job.step(f"revoke {number}", exchange.revoke, form.mailbox.id, one["id"], one["right"])
    part = form.requester.id in {one.holder.id for one in before} or form.requester.id in {one.id for one in form.members.people}
    went = {one["id"] for one in taken} if part else {one.id for one in form.members.people}
    gone, never = ([texts.plain(one.name) for one in form.members.people if (one.id in went) is had] for had in (True, False))
    name = texts.plain(form.mailbox.name)
    can = "har ikke længere adgang til" if form.ways == "all" else f"kan ikke længere {WAYS.show(form.ways).removesuffix(' den')}"
    groups = [texts.plain(one.holder.name) for one in before if one.holder.kind == "list"] if part and form.ways == "all" else []
    parts = [f"{listed(gone)} {can} {name}."] if gone else []
    parts += [f"{listed(never)} havde det ikke i forvejen."] if never else []
    parts += [f"Hvem der er i {listed(list(dict.fromkeys(groups)))}, har dog stadig adgang."] if groups else []
    said = " ".join(parts)
    return await finish(form, desk, job, said, outcome="done" if went else "nothing", back={"taken": taken} if taken and part else None)
