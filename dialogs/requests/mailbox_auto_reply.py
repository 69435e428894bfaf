"""An automatic reply on a shared mailbox: what it says inside and outside, from when to when; or the one that is there switched off."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, ClassVar

from typing_extensions import override

from connectors.exchange import Exchange
from connectors.exchange_models import AutoReply
from connectors.folding import words_of
from dialogs import corrections, mailboxes, texts
from dialogs.days import Day
from dialogs.desk import Desk
from dialogs.fields import At, Colleague, Got, Option, Pick, Reading, Text
from dialogs.finishing import finish
from dialogs.form import Ask, Notice
from dialogs.lookups import Thing
from dialogs.standard import Reversal, Standard
from dialogs.talk import Fact
from jobs.engine import Job

OFF = (
    r"slaa (?:(?!til\b)\w+ ){0,6}fra(?= paa| igen| nu| for|$)",
    r"sluk\w*|deaktiver\w*|stop\w* (?:\w+ ){0,3}(?:autosvar|svar)\w*|turn off",
    r"(?:fjern|slet|tag)\w* (?:\w+ ){0,3}(?:autosvar|fravaer|svar|besked)\w*",
    r"(?:skal|maa) (?:vaere )?(?:af|vaek|slukkes|slaas fra|fjernes)(?: igen)?",
)
TURN = Pick(
    (
        Option("on", "Slå det til", "slås til", ("til", "slaa til"), (), tried=1),
        Option("off", "Slå det fra", "slås fra", ("fra", "slaa fra", "sluk"), OFF),
    )
)
SWITCHED_OFF = re.compile(
    rf"(?:(?:nej|hov|ups|forresten|vent|bare|men|det|den|jeg vil) )*(?:{'|'.join(OFF)})(?: (?:i stedet|alligevel|bare|tak|nu|igen))*"
)
QUOTED = re.compile(r"[”“\"„]([^”“\"„]{4,})[”“\"“]|(?<!\d):\s+(.{4,})$", re.DOTALL)
CLAUSE = re.compile(r"\b(?:svare?r?|skrive?r?|siger?|stå|staa|besked om|ved|vide|om|teksten)\s*,?\s+at\s+(.{4,})$", re.I | re.DOTALL)


@dataclass(frozen=True)
class Message(Text):
    """A text; in a sentence it stands in quotation marks, behind a colon, or as "… at vi har lukket"."""

    @override
    async def read(self, text: str, at: At) -> Reading:
        return None if is_order(text, at) else await super().read(text, at)

    @override
    async def find(self, text: str, at: At) -> Reading:
        if match := QUOTED.search(text):
            return await self.read(next(part for part in match.groups() if part).strip(), at)
        if match := CLAUSE.search(text):
            said = match[1].strip(" .!")
            return await self.read(f"{said[0].upper()}{said[1:]}.", at)
        return None


def is_order(text: str, at: At) -> bool:
    """Whether a text is no reply for a mailbox: it switches it off, or says that another mailbox was meant."""
    plain = " ".join(words_of(text))
    said = (corrections.without_lead(text) or text).strip(" .!")
    swapped = next((found["old"] for frame in corrections.SWAP if (found := frame.match(said))), "")
    named = words_of(str((at.answers.get("mailbox") or {}).get("name", "")))
    return bool(SWITCHED_OFF.fullmatch(plain)) or bool(named and named == words_of(swapped))


class Form(Standard):
    """Which mailbox, what it answers, and for how long."""

    intent: ClassVar[str] = "mailbox.auto_reply"
    minutes: ClassVar[int] = 12  # by hand: find the mailbox 3, ask back for text and dates 4, set it 3, answer 2
    thing: ClassVar[str] = "mailbox"
    yes: ClassVar[str] = "Ja, sæt det"
    example: ClassVar[str] = "til og med: 2. januar"
    owned_by: ClassVar[str] = "den, der ejer postkassen eller har fuld adgang til den,"

    mailbox: Annotated[Thing, mailboxes.WHICH]
    turn: Annotated[
        str,
        Ask(
            "Skal det slås til eller fra?",
            "Svaret",
            TURN,
            ("til eller fra",),
            "Til: den svarer selv. Fra: den holder op.",
            required=False,
            in_summary=False,
        ),
    ] = "on"
    inside: Annotated[
        str,
        Ask(
            "Hvad skal den svare?",
            "Svarer",
            Message(least=4, most=4000, many_lines=True),
            ("tekst", "teksten", "svar", "besked"),
            "Teksten, som den står i svaret, fx ”Vi har lukket til mandag.”.",
            told="svaret er ”{}”",
        ),
    ] = ""
    outside: Annotated[
        str,
        Ask(
            "Hvad skal den svare folk uden for huset?",
            "Svarer folk udefra",
            Text(least=4, most=4000, many_lines=True),
            ("tekst udefra", "svar udefra", "eksterne"),
            "Skriver du ikke noget, får de det samme svar.",
            required=False,
        ),
    ] = ""
    since: Annotated[str, Ask("Fra hvilken dag?", "Fra og med", Day("start"), ("startdato",), "Fx ”23. december”.", required=False)] = ""
    until: Annotated[
        str,
        Ask(
            "Til og med hvilken dag?",
            "Til og med",
            Day("end", "since"),
            ("slutdato",),
            "Den sidste dag, den svarer, fx ”2. januar”.",
            required=False,
        ),
    ] = ""

    @classmethod
    @override
    def wanted(cls, answers: Mapping[str, Any]) -> list[str]:
        return ["mailbox", "turn"] if answers.get("turn") == "off" else list(cls.asks())

    @classmethod
    @override
    def missing(cls, answers: Mapping[str, Any]) -> list[str]:
        """One that begins later must end: Exchange wants both days."""
        more = ["until"] if answers.get("since") and not answers.get("until") and answers.get("turn") != "off" else []
        return [*super().missing(answers), *more]

    @classmethod
    @override
    def settle(cls, answers: dict[str, Any], changed: set[str]) -> None:
        """A first day behind the last one leaves the last one open."""
        if "since" in changed and answers.get("since", "") > (answers.get("until") or "9"):
            del answers["until"]

    @classmethod
    @override
    async def owners(cls, at: At) -> Sequence[Colleague]:
        return await mailboxes.using(at)

    @classmethod
    @override
    async def heard(cls, text: str, at: At) -> dict[str, Reading]:
        """Days that stand in the reply itself say nothing of when it is sent."""
        found = await super().heard(text, at)
        if at.answers.get("mailbox") and "inside" not in found and not is_order(text, at):  # the whole text is the reply
            return {name: reading for name, reading in found.items() if name not in {"since", "until", "turn"}}
        message = found.get("inside")
        spoken = text.replace(message.value.rstrip("."), "") if isinstance(message, Got) else text
        for name in ("since", "until", "turn"):
            if name in found and spoken != text:
                again = await cls.asks()[name].kind.find(spoken, at)
                found = {key: again if key == name else reading for key, reading in found.items() if key != name or again is not None}
        return found

    @classmethod
    @override
    def about(cls, answers: Mapping[str, Any]) -> str:
        return f"svaret på {texts.plain(answers['mailbox']['name'])}" if answers.get("mailbox") else "det automatiske svar"

    @classmethod
    @override
    async def hinders(cls, at: At) -> Notice | None:
        if at.answers.get("turn") != "off":
            return None
        chosen = at.answers["mailbox"]
        if (await at.desk.systems.get(Exchange).auto_reply(chosen["id"])).state != "off":
            return None
        return Notice(f"{texts.plain(chosen['name'])} svarer ikke automatisk i forvejen, så der er ikke noget at slå fra.", stop=True)

    @override
    def agree(self) -> str:
        return "Ja, slå det fra" if self.turn == "off" and not self.approval else super().agree()

    @override
    def confirm(self) -> str:
        name = texts.plain(self.mailbox.name)
        if self.turn == "off":
            return f"Det automatiske svar på {name} bliver slået fra. Passer det?"
        if self.since and self.since == self.until:
            return f"{name} svarer automatisk {texts.day(date.fromisoformat(self.since))}. Passer det?"
        first = f" fra {texts.day(date.fromisoformat(self.since))}" if self.since else ""
        last = f" til og med {texts.day(date.fromisoformat(self.until))}" if self.until else ", indtil det bliver slået fra"
        return f"{name} svarer automatisk{first}{last}. Passer det?"

    def reply(self, now: datetime) -> AutoReply:
        """As Exchange gets it. now: aware; a reply that ends begins then where no first day was said."""
        if self.turn == "off":
            return AutoReply(state="off")
        said = {"inside": self.inside, "outside": self.outside or self.inside}
        if not self.until:
            return AutoReply(state="on", **said)
        starts, ends = (
            datetime.combine(date.fromisoformat(day), time(), texts.COPENHAGEN) for day in (self.since or self.until, self.until)
        )
        begins = max(starts, now) if self.since else now
        return AutoReply(state="scheduled", starts=begins, ends=ends + timedelta(days=1), **said)

    @override
    async def reversal(self, back: Mapping[str, Any], at: At) -> Reversal | str:
        before = former(back, at.desk.now())
        name = texts.plain(self.mailbox.name)
        lines = [
            Fact(label="Postkasse", value=name),
            *([Fact(label="Svarer igen", value=texts.plain(before.inside))] if before.inside else []),
        ]
        how = "bliver slået fra igen" if before.state == "off" else "bliver igen, som det var før"
        return Reversal(f"Det automatiske svar på {name} {how}.", lines)

    @override
    async def undo(self, back: Mapping[str, Any], key: str, desk: Desk, job: Job) -> str:
        async def restored() -> AutoReply:
            return await desk.systems.get(Exchange).set_auto_reply(self.mailbox.id, former(back, desk.now()))

        await job.step("restore", restored, on=desk.systems.get(Exchange))
        return f"Det automatiske svar på {texts.plain(self.mailbox.name)} er, som det var før."


def former(back: Mapping[str, Any], now: datetime) -> AutoReply:
    """What the mailbox answered before; one whose time is over meanwhile is off."""
    before = AutoReply.model_validate(back["before"])
    return AutoReply(state="off") if before.ends and before.ends <= now else before


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Note what was there, set the new one, read it back."""
    exchange = desk.systems.get(Exchange)
    before = await job.step("before", exchange.auto_reply, form.mailbox.id)

    async def put() -> AutoReply:
        return await exchange.set_auto_reply(form.mailbox.id, form.reply(desk.now()))

    name = texts.plain(form.mailbox.name)
    now = await job.step("set", put, on=exchange, before=before.model_dump(mode="json"))
    said = {
        "off": f"{name} svarer ikke længere automatisk.",
        "on": f"{name} svarer nu automatisk, indtil det bliver slået fra.",
        "scheduled": form.what(),
    }
    return await finish(form, desk, job, said[now.state], back={"before": before.model_dump(mode="json")})
