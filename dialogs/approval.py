"""Approvals: who must say yes before a standard request is carried out, the card they get, and what they may answer.

What they and the asker do are answers to the job's waits "approval 0", "approval 1" …, read in order: yes, no, question, reply, nudge, withdraw.
Who may answer is asked of the job and of the checked activity, never of the card. Nobody approves their own wish.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel

from connectors.errors import ConnectorError, Denied, NotFound
from dialogs import texts
from dialogs.desk import Desk
from dialogs.fields import Colleague
from dialogs.talk import Button, Fact, Input, Reply
from dialogs.turn import Turn
from dialogs.workdays import later
from jobs.engine import Job
from jobs.waits import Reminder

MOST_EVENTS = 60  # questions, replies and nudges in one approval
ENDS = frozenset({"no", "withdraw"})
SPOKEN = re.compile(
    r"(?P<yes>(?:ja,?\s+)?godkend(?:t|es)?|det er godkendt|attesteret)"
    r"|(?P<no>(?:jeg\s+)?(?:sig(?:er)?\s+nej|afvis(?:t|er)?|ikke godkendt))(?:[\s,:]+(?:fordi\s+)?(?P<why>.+))?"
    r"|spørg\s+[\wæøå-]+(?:[\s:,]+(?P<what>.+))?",
    re.I | re.S,
)  # as it is said where one thing waits
SAYS = {"yes": "godkendt", "no": "sagt nej", "withdraw": "trukket ønsket tilbage"}


class Approval(BaseModel):
    """Who is asked, how many of them must say yes, and when they are reminded. `because`: "ejer listen"."""

    approvers: list[Colleague]
    number: int = 1
    because: str = ""
    remind: int  # working hours
    escalate: int  # working hours
    days: int

    def sentence(self) -> str:
        """Who has to say yes, for the summary."""
        *most, last = [texts.plain(one.name) for one in self.approvers]
        if self.number > 1:
            return f"{texts.count(self.number, 'person', 'personer')} af {texts.names([*most, last])} skal godkende først."
        if most:
            return f"{', '.join(most)} eller {last} skal godkende først."
        return f"{last} {self.because} og skal godkende først." if self.because else f"{last} skal godkende først."


@dataclass
class Wish:
    """A confirmed request that waits for its approval, as the job sees it."""

    approval: Approval
    asker: Colleague
    what: str
    facts: Sequence[Fact]
    desk: Desk
    job: Job
    asked: list[Colleague] = field(default_factory=list)

    @property
    def card(self) -> str:
        return cards(self.job.order.key)[0]

    async def obtained(self) -> str:
        """Ask, wait, and say how it went: "" when it may go on, else the job's outcome."""
        begun = datetime.fromisoformat(await self.job.step("approval begins", self._now, on="approval"))
        await self.job.step("approval asked", self.desk.jobs.ask, self.job.order.key, self._ids(), {"reply": self._plain()}, on="approval")
        for one in self.approval.approvers:
            await self._ask(one)
        if not self.asked:
            names = texts.names([texts.plain(one.name) for one in self.approval.approvers])
            return await self._over("nobody", f"Jeg kan ikke skrive til {names} i Teams, så ingen kan godkende. Der er ikke ændret noget.")
        return await self._heard(begun)

    async def _now(self) -> str:
        return self.desk.jobs.now().isoformat()

    async def _ask(self, one: Colleague) -> None:
        """Somebody who does not have Kollega cannot be asked; the others can."""
        try:
            await self.job.tell(f"ask {one.id}", {"reply": self._plain()}, to=f"person:{one.id}")
        except (Denied, NotFound):
            return
        self.asked.append(one)

    async def _heard(self, begun: datetime) -> str:
        """Everything that is answered, in order, until it is decided."""
        until = begun + timedelta(days=self.approval.days)
        yes: list[str] = []
        questioner = ""
        for place in range(MOST_EVENTS):
            answer = await self.job.wait(f"approval {place}", until, self._reminders(begun))
            if answer is None:
                break
            said, by = str(answer.message.get("text", "")), texts.plain(answer.by["name"])
            match answer.message["kind"]:
                case "yes" if answer.by["id"] not in yes:
                    yes.append(answer.by["id"])
                    if len(yes) >= self.approval.number:
                        self.job.approved_by = yes
                        await self._over("yes", f"{by} har godkendt. Jeg går i gang.")
                        return ""
                case "no":
                    why = f" Begrundelse: ”{texts.plain(said)}”." if said else ""
                    return await self._over("refused", f"{by} har sagt nej.{why} Der er ikke ændret noget.")
                case "withdraw":
                    return await self._over("withdrawn", "")
                case "question":
                    questioner = answer.by["id"]
                    await self._question(place, by, said)
                case "reply":
                    await self._tell(f"reply {place}", f"{by} svarer: ”{texts.plain(said)}”.", questioner)
                case "nudge":
                    for one in self.asked:
                        await self._tell(f"nudge {place} {one.id}", f"{by} minder dig om, at der venter et ønske: {self.what}", one.id)
        days = texts.count(self.approval.days, "dag", "dage")
        return await self._over("expired", f"Ingen har svaret i {days}, så ønsket er bortfaldet. Der er ikke ændret noget.")

    def _reminders(self, begun: datetime) -> list[Reminder]:
        """To those who are asked, after working hours; then to the asker, who may turn to somebody else."""

        async def remind() -> None:
            for one in self.asked:
                said = Reply(text=f"{texts.plain(self.asker.name)} venter på dit svar: {self.what} Skriv ”hvad venter på mig”.")
                await self.desk.jobs.tell(self.job.key(f"remind {one.id}"), f"person:{one.id}", {"reply": said.model_dump(mode="json")})

        async def escalate() -> None:
            names = texts.names([texts.plain(one.name) for one in self.asked])
            said = Reply(
                text=f"{names} har ikke svaret endnu. Du kan minde om det eller trække det tilbage.", buttons=meanwhile(self.job.order.key)
            )
            await self.desk.jobs.tell(self.job.key("escalate"), self.job.order.conversation, {"reply": said.model_dump(mode="json")})

        return [Reminder(later(begun, self.approval.remind), remind), Reminder(later(begun, self.approval.escalate), escalate)]

    async def _question(self, place: int, by: str, said: str) -> None:
        """To the asker, with room for the answer."""
        reply = Reply(
            text=f"{by} spørger, før der bliver svaret: ”{texts.plain(said)}”",
            inputs=(Input(id="why", label="Dit svar", max_length=500),),
            buttons=(Button(label="Send svar", do="approval reply", data={"job": self.job.order.key}),),
            key=f"question-{place}-{self.card}",
        )
        await self.job.tell(f"question {place}", {"reply": reply.model_dump(mode="json")})

    async def _tell(self, name: str, text: str, to: str) -> None:
        if to:
            await self.job.tell(name, {"reply": Reply(text=text).model_dump(mode="json")}, to=f"person:{to}")

    async def _over(self, outcome: str, text: str) -> str:
        """Nobody is asked any more: the cards say so, and the asker hears how it ended."""
        await self.job.step("approval over", self.desk.jobs.asked, self.job.order.key, on="approval")
        closed = {"yes": "Det er godkendt.", "refused": "Der er sagt nej.", "withdrawn": "Ønsket er trukket tilbage."}
        sentence = closed.get(outcome, "Det er bortfaldet.")
        reply = Reply(closes=dict.fromkeys(cards(self.job.order.key), sentence))
        for one in self.asked:
            await self.job.tell(f"close {one.id}", {"reply": reply.model_dump(mode="json")}, to=f"person:{one.id}")
        if text:
            await self.job.tell("approval told", {"reply": Reply(text=text).model_dump(mode="json")})
        return outcome

    def _ids(self) -> list[str]:
        return [one.id for one in self.approval.approvers]

    def _plain(self) -> dict[str, Any]:
        """The approver's card: who, what exactly, and why they are asked."""
        data = {"job": self.job.order.key}
        first = self.asker.name.split(" ")[0]
        reply = Reply(
            text=f"{texts.plain(self.asker.label)} beder dig godkende: {self.what}",
            facts=tuple(self.facts),
            inputs=(
                Input(
                    id="why",
                    label="Skriv, hvis du siger nej eller spørger",
                    max_length=500,
                ),
            ),
            buttons=(
                Button(label="Godkend", do="approval yes", data=data, style="positive"),
                Button(label="Sig nej", do="approval no", data=data, style="destructive"),
                Button(label=f"Spørg {first}", do="approval question", data=data),
            ),
            key=self.card,
        )
        return reply.model_dump(mode="json")


def meanwhile(key: str) -> tuple[Button, ...]:
    """What the asker may do while an answer is waited for."""
    return (
        Button(label="Mind om det", do="approval nudge", data={"job": key}),
        Button(label="Træk tilbage", do="approval withdraw", data={"job": key}),
    )


async def pressed(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """A button of an approval, by whom it was meant for or by somebody else. Raises Unavailable."""
    kind, key = button.do.removeprefix("approval "), button.data.get("job", "")
    jobs, who = turn.desk.jobs, turn.event.who
    status = await jobs.status(key)
    if status is None:
        turn.say("Det ønske findes ikke længere.")
        return
    theirs = key in {one.key for one in await jobs.mine(who.id, 50)} and status.conversation == turn.event.conversation
    asked = key in {one.key for one in await jobs.asks_of(who.id)}
    if not (theirs or asked):
        await settled(turn, key, card)
        return
    if not await still_open(turn, key, card):
        return
    if kind in {"yes", "no", "question"} and theirs:
        turn.say("Du kan ikke godkende dit eget ønske.")
        return
    if kind in {"reply", "nudge", "withdraw"} and not theirs:
        turn.say("Det kan kun den, der har bedt om det.")
        return
    await taken(turn, kind, key, card, texts.masked(inputs.get("why", "").strip())[:500])


async def still_open(turn: Turn, key: str, card: str) -> bool:
    """Whether it is not decided yet; else who did, and when, is said."""
    ended = any(one.message["kind"] in ENDS for one in (await turn.desk.jobs.answers(key)).values())
    status = await turn.desk.jobs.status(key)
    if status and not status.finished_at and not ended:
        return True
    await settled(turn, key, card)
    return False


async def settled(turn: Turn, key: str, card: str) -> None:
    """Tell how it was decided, and close the card; or that the presser was never asked."""
    said = [one for one in (await turn.desk.jobs.answers(key)).values() if one.message["kind"] in SAYS]
    if not said:
        turn.say("Det er ikke dig, der er bedt om at godkende det.")
        return
    last = max(said, key=lambda one: one.at)
    told = f"{texts.plain(last.by['name'])} har {SAYS[last.message['kind']]} {texts.when(last.at, turn.desk.now())}."
    close(turn, key, card, told)
    turn.say(told)


def close(turn: Turn, key: str, card: str, sentence: str) -> None:
    """The pressed card, and the one that came first, or was listed, if it is another."""
    for one in dict.fromkeys((card, *cards(key))):
        turn.close_card(one, sentence)


def cards(key: str) -> tuple[str, str]:
    """The keys of an approver's cards about a job: as it came, and as it was listed."""
    form = key.rpartition(":")[2]
    return f"approve-{form}", f"listed-{form}"


async def taken(turn: Turn, kind: str, key: str, card: str, text: str) -> None:
    """Put it on record, at the first place where nothing stands yet, and say so."""
    if kind in {"question", "reply"} and not text:
        turn.say("Skriv det først i feltet på kortet, og tryk så igen.")
        return
    by = {"id": turn.event.who.id, "name": turn.event.who.name}
    given = await turn.desk.jobs.answers(key)
    if kind == "yes" and any(one.by["id"] == by["id"] and one.message["kind"] == "yes" for one in given.values()):
        turn.say("Det har du godkendt.")
        return
    for place in range(len(given), MOST_EVENTS):
        answered = await turn.desk.jobs.answer(key, f"approval {place}", {"kind": kind, "text": text}, by)
        if answered.counts:
            break
        if not await still_open(turn, key, card):
            return
    said = {
        "yes": ("Du godkendte", "Tak, jeg giver besked og går i gang."),
        "no": ("Du sagde nej", "Det er noteret, og jeg giver besked. Der bliver ikke ændret noget."),
        "question": ("", "Jeg spørger og skriver, når der er svar."),
        "reply": ("Du svarede", "Jeg sender dit svar videre."),
        "nudge": ("", "Jeg har mindet om det."),
        "withdraw": ("Du trak det tilbage", "Ønsket er trukket tilbage. Der er ikke ændret noget."),
    }
    closing, sentence = said[kind]
    if closing:
        close(turn, key, card, f"{closing} {texts.when(turn.desk.now(), turn.desk.now())}.")
    turn.say(sentence)


async def by_words(turn: Turn) -> bool:
    """A text that answers the one approval that waits for this person; with several, they are listed. False: it is something else."""
    said = SPOKEN.fullmatch(turn.text.strip(" .!")) if not turn.state.open else None
    if said is None or not (asks := await turn.desk.jobs.asks_of(turn.event.who.id)):
        return False
    if len(asks) > 1:
        await waiting(turn)
        return True
    kind = "yes" if said["yes"] else "no" if said["no"] else "question"
    button = Button(label=turn.text[:40], do=f"approval {kind}", data={"job": asks[0].key})
    await pressed(turn, button, cards(asks[0].key)[0], {"why": said["why"] or said["what"] or ""})
    return True


async def waiting(turn: Turn) -> None:
    """What waits for this person's approval: each with its card."""
    try:
        asks = await turn.desk.jobs.asks_of(turn.event.who.id)
    except ConnectorError as error:
        turn.say(texts.trouble(error))
        return
    if not asks:
        turn.say("Der venter ikke noget på dig.")
        return
    turn.note(f"Der venter {texts.count(len(asks), 'ønske', 'ønsker')} på dig.")
    for one in asks[:10]:
        reply = Reply.model_validate(one.shown["reply"])
        turn.say(reply.text, *reply.buttons, facts=list(reply.facts), inputs=list(reply.inputs), key=cards(one.key)[1])


ANSWERS = {"approval.list": waiting}
PRESSES = {f"approval {kind}": pressed for kind in ("yes", "no", "question", "reply", "nudge", "withdraw")}
