"""Give people access to a shared mailbox that exists: to open it, to send as it, or to send on its behalf."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

from typing_extensions import override

from connectors.errors import NotFound, Refused
from connectors.exchange import Exchange
from connectors.exchange_models import Right
from dialogs import mailboxes, texts
from dialogs.desk import Desk
from dialogs.fields import At, Bad, Colleague, Got, Option, Pick, Reading
from dialogs.finishing import finish
from dialogs.form import Ask
from dialogs.lookups import Thing
from dialogs.people_field import People
from dialogs.people_table import Crowd, crowd, listed
from dialogs.side_by_side import one_wish_each
from dialogs.standard import Reversal, Standard
from dialogs.talk import Fact
from jobs.engine import Job

OPENS, SENDS = r"(?:aabne|laes\w*|fuld adgang|full ?access)", r"(?:sende?\w* (?:som|fra|as)|skrive fra|sendrettighed\w*)"
BOTH = rf"(?:{OPENS}|adgang(?! til at))\b"
BEHALF = r"(?:paa vegne|on behalf)"
RIGHTS: dict[str, tuple[Right, ...]] = {
    "full": ("full",),
    "full send_as": ("full", "send_as"),
    "full on_behalf": ("full", "on_behalf"),
    "send_as": ("send_as",),
    "on_behalf": ("on_behalf",),
}
ME = re.compile(r"\bgiv\s+mig\b", re.I)
MINE = re.compile(  # where nobody is named
    r"\bjeg\s+(?:skal|vil|mangler|har\s+brug\s+for|behøver)\b[^,.;]{0,40}\b(?:adgang|læse|laese|åbne|aabne|sende|send|postkasse\w*)\b"
    r"|\b(?:må|maa|kan)\s+jeg\s+få\b",
    re.I,
)
DENIED = re.compile(r"\b(?:men\s+)?(?:ikke|uden)\b(?!\s+(?:bare|kun|alene)\b)[^,.;]*", re.I)
ALSO = re.compile(r"\b(?:også|ogsaa|desuden|samt|plus|begge)\b", re.I)


@dataclass(frozen=True)
class Users(People):
    """People; "jeg skal have adgang" names the one who asks."""

    @override
    async def find(self, text: str, at: At) -> Reading:
        text = ME.sub(" sæt mig ", text)
        return await super().find(text, at) or (await super().find("sæt mig", at) if MINE.search(text) and not crowd(at.now).rows else None)


@dataclass(frozen=True)
class Ways(Pick):
    """What they may do. "Også sende" adds to what was said before; what they may not do is not given."""

    @override
    async def read(self, text: str, at: At) -> Reading:
        text = DENIED.sub(" ", text)
        return grown(await super().read(text, at), text, at)

    @override
    async def find(self, text: str, at: At) -> Reading:
        text = DENIED.sub(" ", text)
        return grown(await super().find(text, at), text, at)


def grown(reading: Reading, text: str, at: At) -> Reading:
    """What was said, with what they may do already where it says "også"."""
    if not isinstance(reading, Got) or not crowd(at.answers.get("members")).rows or not ALSO.search(text):
        return reading
    both = " ".join(part for part in ("full", "send_as", "on_behalf") if part in f"{at.now or 'full'} {reading.value}".split())
    return Got(both) if both in RIGHTS else Bad("Man sender enten som den eller på vegne af den. Hvad skal de kunne?")


WAYS = Ways(
    (
        Option("full", "Åbne den", "åbne den", (OPENS, "adgang"), (rf"{OPENS}",), tried=4),
        Option(
            "full send_as",
            "Åbne og sende som den",
            "åbne den og sende som den",
            ("begge dele", "det hele"),
            (rf"{BOTH}.{{1,40}}\b{SENDS}", rf"{SENDS}\b.{{1,40}}\b{OPENS}"),
            tried=2,
        ),
        Option(
            "full on_behalf",
            "Åbne og sende på vegne",
            "åbne den og sende på vegne af den",
            (),
            (rf"{BOTH}.{{1,40}}\b{BEHALF}", rf"{BEHALF}\b.{{1,40}}\b{OPENS}"),
            tried=0,
        ),
        Option("send_as", "Kun sende som den", "sende som den", ("kun sende",), (SENDS,), tried=3),
        Option("on_behalf", "Kun sende på vegne", "sende på vegne af den", (BEHALF,), (BEHALF,), tried=1),
    )
)


class Form(Standard):
    """Which mailbox, who, and what they may do with it."""

    intent: ClassVar[str] = "mailbox.add_member"
    minutes: ClassVar[int] = 15  # by hand: find the mailbox and its owner 5, the owner's yes 4, rights 3, answer 3
    thing: ClassVar[str] = "mailbox"
    yes: ClassVar[str] = "Ja, giv adgang"
    example: ClassVar[str] = "også Ole Bang"

    mailbox: Annotated[Thing, mailboxes.WHICH]
    members: Annotated[
        Crowd,
        Ask("Hvem skal have adgang?", "Får adgang", Users(), ("medlemmer", "personer", "navne"), "Skriv navne, mailadresser eller ”mig”."),
    ]
    ways: Annotated[
        str,
        Ask(
            "Hvad skal de kunne?",
            "De kan",
            WAYS,
            ("adgang", "rettighed", "rettigheder"),
            "Åbne og læse den, sende som den (modtageren ser kun postkassen) eller på vegne af den (modtageren ser begge navne).",
            told="de kan {}",
            required=False,
        ),
    ] = "full"

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
    def about(cls, answers: Mapping[str, Any]) -> str:
        return f"adgangen til {texts.plain(answers['mailbox']['name'])}" if answers.get("mailbox") else "adgangen til postkassen"

    @override
    def confirm(self) -> str:
        who = listed([texts.plain(one.name) for one in self.members.people])
        return f"{who} får adgang til {texts.plain(self.mailbox.name)}. Passer det?"

    @override
    async def reversal(self, back: Mapping[str, Any], at: At) -> Reversal | str:
        name = texts.plain(self.mailbox.name)
        who = list(dict.fromkeys(texts.plain(one["name"]) for one in back["given"]))
        return Reversal(f"{listed(who)} mister adgangen til {name} igen.", [Fact(label="Postkasse", value=name)])

    @override
    async def undo(self, back: Mapping[str, Any], key: str, desk: Desk, job: Job) -> str:
        for number, one in enumerate(back["given"]):
            await job.step(f"revoke {number}", desk.systems.get(Exchange).revoke, self.mailbox.id, one["id"], one["right"])
        who = list(dict.fromkeys(texts.plain(one["name"]) for one in back["given"]))
        return f"{listed(who)} har ikke længere adgang til {texts.plain(self.mailbox.name)}."


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Give each their rights, read back, and say who has what."""
    given: list[dict[str, str]] = []
    unknown: list[str] = []
    for right in RIGHTS[form.ways]:
        for number, one in enumerate(form.members.people):
            try:
                if await job.step(f"{right} {number}", desk.systems.get(Exchange).grant, form.mailbox.id, one.id, right):
                    given.append({"id": one.id, "name": one.name, "right": right})
            except (NotFound, Refused):
                unknown.append(texts.plain(one.name))
    said = told(form, [one["name"] for one in given], list(dict.fromkeys(unknown)))
    outcome = "done" if not unknown else "partly" if given else "nothing"
    return await finish(form, desk, job, said, outcome=outcome, back={"given": given} if given else None)


def told(form: Form, given: list[str], unknown: list[str]) -> str:
    """What became of each."""
    new = [texts.plain(one) for one in dict.fromkeys(given)]
    before = [texts.plain(one.name) for one in form.members.people if texts.plain(one.name) not in {*new, *unknown}]
    can, name = WAYS.show(form.ways), texts.plain(form.mailbox.name)
    seen = " Den kommer frem i Outlook inden for en time." if "full" in form.ways.split() else ""
    parts = [f"{listed(new)} har nu adgang til {name} og kan {can}.{seen}"] if new else []
    parts += [f"{listed(before)} havde adgangen i forvejen."] if before else []
    parts += [f"Exchange kunne ikke give {listed(unknown)} adgang."] if unknown else []
    return " ".join(parts)
