"""Give a distribution list other owners: beside those that it has, or in their place."""

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, TypeAlias

from typing_extensions import override

from connectors.errors import Denied, NotFound
from connectors.exchange import Exchange
from dialogs import mail_lists, texts
from dialogs.desk import Desk
from dialogs.fields import At, Bad, Colleague, Got, Option, Pick, Reading
from dialogs.finishing import finish
from dialogs.form import Ask, Notice
from dialogs.people_field import People
from dialogs.people_table import Crowd, crowd, listed
from dialogs.standard import Reversal
from dialogs.talk import Fact, Reply
from jobs.engine import Job

OLD = re.compile(  # "i stedet for Ole", "fra mig til Jonas", "ikke mig"
    r"(?:,\s*)?\b(?:i\s*stedet\s+for|fra|efter|(?:og\s+)?ikke)\s+(?P<who>(?:mig|jeg|[A-ZÆØÅ]\w+)(?:[ -][A-ZÆØÅ]\w+)*)"
)
ENDS = re.compile(  # "fjern Ole Bang som ejer"
    r"\b(?:fjern|tag|slet|pil|afsæt)\w*\s+(?P<who>(?:mig|[A-ZÆØÅ]\w+)(?:[ -][A-ZÆØÅ]\w+)*)\s+(?:som|fra|af)\s+(?:ejer\w*|ansvarlig\w*)"
)
MINE = re.compile(r"\b(?:gør|goer|sæt|saet|indsæt)\s+mig\b|\bmig\s+som\b|\btil\s+mig\b|\bundertegnede\b|\bmig\s+ind\b", re.I)
IMPLIED = re.compile(  # it is me, where nobody is named
    r"\bjeg\s+(?:overtager|tager|skal|vil|ønsker)\b(?!\s+(?:\w+\s+){0,2}ikke)[^,.;]{0,30}\b(?:ejer\w*|eje|ansvar\w*|list\w*|den)\b|\bblive\s+ejer\b",
    re.I,
)
INSTEAD = re.compile(r"(?:nej|hov|ups),?\s+(?:det\s+(?:er|skal\s+være)\s+)?(?P<who>[A-ZÆØÅ]\w+(?:[ -][A-ZÆØÅ]\w+)*)")
ADD = r"ogsaa|medejer\w*|tilfoej\w*|ekstra|en (?:ejer )?mere|to ejere|flere ejere|sammen med|ved siden af"
SWAP = (
    r"i stedet(?: for)?|skift\w*|ny ejer|nye ejere?|overtag\w*|overdrag\w*|overfoer\w*|overgaa\w*|flyt\w*|aendr\w*|ikke laengere|afloes\w*|erstat\w*"
    r"|fremover|fremadrettet|ejerskift\w*|fratraadt|holdt op|stopper|rejst|change|transfer"
)
Choices: TypeAlias = list[dict[str, Any]]  # the form has a field of that name
Facts: TypeAlias = list[Fact]
Missing: TypeAlias = list[str]


@dataclass(frozen=True)
class NewOwners(People):
    """People in a sentence about owners, without those who are to be owners no more."""

    @override
    async def find(self, text: str, at: At) -> Reading:
        if at.now and (other := INSTEAD.fullmatch(text.strip(" .!"))):
            return await self._fresh(other["who"], at)
        rest = text
        for pattern in going(text, at):
            rest = pattern.sub(" ", rest)
        reading = await super().find(MINE.sub(" sæt mig ", rest), at)
        return reading or (await super().find("sæt mig", at) if IMPLIED.search(rest) and not crowd(at.now).rows else None)


@dataclass(frozen=True)
class OldOwners(People):
    """Those behind "i stedet for"."""

    @override
    async def find(self, text: str, at: At) -> Reading:
        named = list(
            dict.fromkeys(
                one
                for pattern in going(text, at)
                for match in pattern.finditer(text)
                for one in re.split(r"\s*,\s*|\s+og\s+", match["who"])
            )
        )
        reading = await self._fresh("\n".join(named), at) if named and at.answers.get("list") else None
        if isinstance(reading, Got) and not crowd(reading.value).people:
            names = [texts.plain(one.title() if one.islower() else one) for one in named]
            owners = listed([texts.plain(one.name) for one in await present(at)])
            return Bad(f"{texts.names(names)} ejer ikke den liste{f'; det gør {owners}' if owners else ''}.")
        return reading


@dataclass(frozen=True)
class Stay(Pick):
    """Whether the owners stay. "I stedet for Ole" says nothing of them where Ole is none."""

    @override
    async def find(self, text: str, at: At) -> Reading:
        reading = await super().find(text, at)
        return None if reading and isinstance(await LEAVING.find(text, at), Bad) else reading


def going(text: str, at: At) -> list[re.Pattern[str]]:
    """What says that somebody is to be owner no more, by how the sentence goes, and by the names in it, however they are written."""
    names = at.desk.understand(text, texts.local(at.desk.now()).date()).entities.get("person", [])
    if not names:
        return [OLD, ENDS]
    one = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    who = rf"(?P<who>(?:{one})(?:(?:\s*,\s*|\s+og\s+)(?:{one}))*)"
    old = re.compile(rf"(?:,\s*)?\b(?:i\s*stedet\s+for|fra|efter|(?:og\s+)?ikke)\s+{who}\b", re.I)
    ends = re.compile(rf"\b(?:fjern|tag|slet|pil|afsæt)\w*\s+{who}\s+(?:som|fra|af)\s+(?:ejer\w*|ansvarlig\w*)", re.I)
    return [old, ends, OLD, ENDS]


async def present(at: At) -> list[Colleague]:
    """The owners of the list that was chosen; nobody before it is."""
    return await mail_lists.owning(at) if at.answers.get("list") else []


LEAVING = OldOwners(among=present, beside="(?!)")
STAY = Stay(
    (
        Option("add", "Ja, behold dem", "bliver ved med at eje den", ("ja", "ja .*", "behold.*", "begge"), (ADD,)),
        Option("swap", "Nej, skift dem ud", "ejer den ikke længere", ("nej", "nej .*", "skift.*", "kun .*"), (SWAP,), tried=1),
    )
)


class Form(mail_lists.OfList):
    """Which list, whose it becomes, and whether it stays the others'."""

    intent: ClassVar[str] = "distribution_list.change_owner"
    minutes: ClassVar[int] = 10  # by hand: find the list and its owner 4, the owner's yes 2, change 2, answer 2
    yes: ClassVar[str] = "Ja, gør det"
    example: ClassVar[str] = "også Ole Bang"

    members: Annotated[
        Crowd,
        Ask("Hvem skal eje listen?", "Nye ejere", NewOwners(there=present), ("ejer", "ejere", "ny ejer"), "Skriv et navn, eller ”mig”."),
    ] = Crowd()
    stay: Annotated[
        str,
        Ask(
            "Skal de nuværende ejere blive ved med at eje den?",
            "De nuværende ejere",
            STAY,
            ("nuværende ejere",),
            "Ja: så er de flere om det. Nej: så bestemmer den nye ejer alene.",
        ),
    ] = "swap"
    leaving: Annotated[
        Crowd,
        Ask(
            "Hvem skal ikke længere eje den?",
            "Kun ud",
            LEAVING,
            ("tidligere ejer",),
            "Skriv dem, der ikke længere skal eje listen.",
            required=False,
            in_card=False,
            in_summary=False,
        ),
    ] = Crowd()
    now: tuple[Colleague, ...] = ()  # the owners, as the summary showed them

    @classmethod
    @override
    async def options(cls, field: str, at: At) -> Choices:
        if field != "stay":
            return await super().options(field, at)
        names = texts.names([one.name for one in await present(at)]) or "dem"
        return [{"label": f"Ja, behold {names}", "value": "add"}, {"label": "Nej, skift ud", "value": "swap"}]

    @classmethod
    @override
    def missing(cls, answers: Mapping[str, Any]) -> Missing:
        """Whoever is to own it no more may go without another coming."""
        fields = super().missing(answers)
        return [one for one in fields if one not in {"members", "stay"}] if crowd(answers.get("leaving")).people else fields

    @classmethod
    @override
    def wish(cls, at: At) -> str:
        return f"Gør {listed([one.name for one in cls.people(at)]) or 'en anden'} til ejer af en liste"

    @classmethod
    @override
    async def notice(cls, at: At) -> Notice:
        notice, owners = await super().notice(at), await present(at)
        if notice.stop:
            return notice
        leaving = {one.id for one in crowd(at.answers.get("leaving")).people}
        if not cls.people(at) and all(one.id in leaving for one in owners):
            return Notice("En liste skal have en ejer. Skriv, hvem der skal eje den i stedet, fx ”gør Sofie Lund til ejer”.", stop=True)
        return replace(notice, adds={**notice.adds, "now": [one.model_dump() for one in owners]})

    @property
    def gone(self) -> Sequence[Colleague]:
        """Who owns it no more."""
        new = {one.id for one in self.members.people}
        named = {one.id for one in self.leaving.people}
        return [one for one in self.now if self.stay == "swap" and one.id not in new and (not named or one.id in named)]

    @override
    def facts(self) -> Facts:
        first, *rest = super().facts()
        shown = [one for one in rest if one.label != self.asks()["stay"].label]
        stays = [one.name for one in self.now if one.id not in {gone.id for gone in self.gone}]
        more = [("Ejer ikke længere", [one.name for one in self.gone]), ("Ejer den stadig", stays)]
        return [
            first,
            *shown[:1],
            *(Fact(label=label, value=listed([texts.plain(one) for one in some])) for label, some in more if some),
            *shown[1:],
        ]

    @override
    def confirm(self) -> str:
        who = listed([texts.plain(one.name) for one in self.members.people])
        if not who:
            return f"{listed([texts.plain(one.name) for one in self.gone])} ejer ikke længere {texts.plain(self.list.name)}. Passer det?"
        instead = f" i stedet for {listed([texts.plain(one.name) for one in self.gone])}" if self.gone else ""
        return f"{who} kommer til at eje {texts.plain(self.list.name)}{instead}. Passer det?"

    @override
    async def reversal(self, back: Mapping[str, Any], at: At) -> Reversal | str:
        name = texts.plain(self.list.name)
        owners = {one.id for one in await at.desk.systems.get(Exchange).owners(self.list.id)}
        if set(back["added"]) - owners or not (owners - set(back["added"])) | set(back["removed"]):
            return f"Ejerne af {name} er ændret siden, så det kan ikke fortrydes."
        return Reversal(f"{name} får sine tidligere ejere igen.", [Fact(label="Ejer igen", value=listed([one.name for one in self.now]))])

    @override
    async def undo(self, back: Mapping[str, Any], key: str, desk: Desk, job: Job) -> str:
        await job.step("restore", desk.systems.get(Exchange).set_owners, self.list.id, back["removed"], back["added"])
        return f"{texts.plain(self.list.name)} ejes igen af {listed([texts.plain(one.name) for one in self.now])}."


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Set the owners, read them back, and tell those who are new."""
    before = {one.id for one in form.now}
    added, removed = [one.id for one in form.members.people if one.id not in before], [one.id for one in form.gone]
    owners = await job.step("owners", desk.systems.get(Exchange).set_owners, form.list.id, added, removed, before=sorted(before))
    for one in form.members.people:
        if one.id in added and one.id != form.requester.id:
            asker, name = texts.plain(form.requester.name), texts.plain(form.list.name)
            reply = Reply(text=f"Du ejer nu listen {name}, fordi {asker} bad om det. Du bestemmer, hvem der er på den.")
            with contextlib.suppress(Denied, NotFound):  # who does not have Kollega hears it from the asker
                await job.tell(f"owner {one.id}", {"reply": reply.model_dump(mode="json")}, to=f"person:{one.id}")
    said = f"{texts.plain(form.list.name)} ejes nu af {listed([texts.plain(one.name) for one in owners])}."
    return await finish(form, desk, job, said, back={"added": added, "removed": removed})
