"""Approvals: who must say yes before a standard request is carried out, the card they get, and what they may answer.

What they and the asker do are answers to the job's waits "approval 0", "approval 1" …, each filled once and in order: yes, no, question, reply,
nudge, withdraw. `decided` reads them; the job and whoever presses read the same, so that there is one decision. Who may answer is asked of the
job and of the checked activity, never of the card. Nobody approves their own wish.
"""

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.errors import Denied, NotFound
from dialogs import texts
from dialogs.approvers import Approval
from dialogs.desk import Desk
from dialogs.fields import Colleague
from dialogs.talk import Button, Fact, Input, Reply
from dialogs.turn import Turn
from dialogs.workdays import later
from jobs.asks import Asked
from jobs.engine import Job
from jobs.waits import Answer, Reminder

MOST_EVENTS = 200  # questions, replies and nudges in one approval
NUDGE_AGAIN = timedelta(hours=4)
SPOKEN = re.compile(
    r"(?P<yes>(?:ja,?\s+)?godkend(?:t|es)?|(?:ja,?\s+)?det er godkendt|attesteret)"
    r"|(?P<no>(?:jeg\s+)?(?:sig(?:er)?\s+nej|afvis(?:t|er)?|ikke godkendt))(?:\s*[,:]\s*(?:fordi\s+)?(?P<why>.+)|\s+fordi\s+(?P<since>.+))?"
    r"|spørg\s+(?P<whom>[\wæøå-]+)\s*:\s*(?P<what>.+)",
    re.I | re.S,
)  # as it is said where one thing waits
NOTHING_DONE = frozenset({"refused", "withdrawn", "expired", "nobody"})  # outcomes of a job that was not carried out
LIKELY = re.compile(
    r"nej\b|(?:hov |nå )?(?:jeg )?(?:fortrød|godkender|afviser|attesterer)\b", re.I
)  # meant for what waits, and not plain enough
SAYS = {"yes": "godkendt", "no": "sagt nej", "withdraw": "trukket ønsket tilbage"}


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
        key, shown = self.job.order.key, {"number": self.approval.number, "asker": self.asker.id, "reply": self._plain()}
        await self.job.step("approval asked", self.desk.jobs.ask, key, self._ids(), {"role": "approver", **shown}, on="approval")
        await self.job.step("approval asker", self.desk.jobs.ask, key, [self.asker.id], {"role": "asker", **shown}, on="approval")
        for one in self.approval.approvers:
            if await self._say(f"ask {one.id}", Reply.model_validate(shown["reply"]), one.id):
                self.asked.append(one)
        if len(self.asked) < self.approval.number:
            names = texts.names([texts.plain(one.name) for one in self.approval.approvers if one not in self.asked])
            return await self._over(
                "nobody", f"Jeg kan ikke skrive til {names} i Teams, så det kan ikke blive godkendt. Der er ikke ændret noget."
            )
        return await self._heard(begun)

    async def _now(self) -> str:
        return self.desk.jobs.now().isoformat()

    async def _heard(self, begun: datetime) -> str:
        """Everything that is answered, in order, until it is decided."""
        until = begun + timedelta(days=self.approval.days)
        given: list[Answer] = []
        for place in range(MOST_EVENTS):
            answer = await self.job.wait(f"approval {place}", until, self._reminders(begun, given))
            if answer is None:
                break
            given.append(answer)
            by = texts.plain(answer.by["name"])
            match decided(given, self.approval.number, self.asker.id):
                case "yes":
                    self.job.approved_by = yes_of(given, self.asker.id)
                    return await self._over("", f"{by} har godkendt. Jeg går i gang.")
                case "no":
                    why = f" Begrundelse: ”{texts.plain(said)}”." if (said := str(answer.message.get("text", ""))) else ""
                    return await self._over("refused", f"{by} har sagt nej.{why} Der er ikke ændret noget.")
                case "withdraw":
                    return await self._over("withdrawn", "")
            await self._passed_on(place, given)
        days = texts.count(self.approval.days, "dag", "dage")
        return await self._over(
            "expired", f"Det er ikke blevet godkendt inden for {days}, så ønsket er bortfaldet. Der er ikke ændret noget."
        )

    async def _passed_on(self, place: int, given: Sequence[Answer]) -> None:
        """A question to the asker, a reply to who asked it, a nudge to those who have not said yes."""
        answer = given[-1]
        said, by = texts.plain(str(answer.message.get("text", ""))), texts.plain(answer.by["name"])
        match answer.message["kind"]:
            case "question":
                await self._question(place, by, said)
            case "reply":
                asked = [one.by["id"] for one in given if one.message["kind"] == "question"]
                if asked:
                    await self._say(f"reply {place}", Reply(text=f"{by} svarer: ”{said}”."), asked[-1])
            case "nudge":
                for one in self._silent(given):
                    text = f"{by} minder dig om, at der venter et ønske: {self.what}"
                    await self._say(f"nudge {place} {one.id}", Reply(text=text), one.id)

    def _silent(self, given: Sequence[Answer]) -> list[Colleague]:
        """Those who were asked and have not said yes."""
        return [one for one in self.asked if one.id not in yes_of(given, self.asker.id)]

    def _reminders(self, begun: datetime, given: Sequence[Answer]) -> list[Reminder]:
        """To those who are asked, after working hours; then to the asker, who may turn to somebody else."""

        async def remind() -> None:
            said = Reply(text=f"{texts.plain(self.asker.name)} venter på dit svar: {self.what} Skriv ”hvad venter på mig”.")
            for one in self._silent(given):
                with contextlib.suppress(Denied, NotFound):  # who has removed the app is no reason not to remind the others
                    await self.desk.jobs.tell(self.job.key(f"remind {one.id}"), f"person:{one.id}", {"reply": said.model_dump(mode="json")})

        async def escalate() -> None:
            names = texts.names([texts.plain(one.name) for one in self._silent(given)])
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

    async def _say(self, name: str, reply: Reply, to: str) -> bool:
        """To one person, in their own chat; False for one who does not have Kollega."""
        try:
            await self.job.tell(name, {"reply": reply.model_dump(mode="json")}, to=f"person:{to}")
        except (Denied, NotFound):
            return False
        return True

    async def _over(self, outcome: str, text: str) -> str:
        """It is decided: the cards say so, the asker's buttons go, and the asker hears how it ended."""
        closed = {"": "Det er godkendt.", "refused": "Der er sagt nej.", "withdrawn": "Ønsket er trukket tilbage."}
        sentence = closed.get(outcome, "Det er bortfaldet.")
        for one in self.asked:
            await self._say(f"close {one.id}", Reply(closes=dict.fromkeys(cards(self.job.order.key), sentence)), one.id)
        form = self.job.order.key.rpartition(":")[2]
        reply = Reply(text=text, closes={f"job-{form}": sentence})
        await self.job.tell("approval told", {"reply": reply.model_dump(mode="json")})
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


def yes_of(given: Sequence[Answer], asker: str) -> list[str]:
    """The ids of those who said yes, each once; never the asker."""
    return list(dict.fromkeys(one.by["id"] for one in given if one.message["kind"] == "yes" and one.by["id"] != asker))


def decided(given: Sequence[Answer], number: int, asker: str) -> str:
    """What the answers, in order, come to: "yes", "no", "withdraw", or "" as long as it is open. The first decision stands."""
    for place, one in enumerate(given, 1):
        kind = one.message["kind"]
        if kind == "no" or (kind == "withdraw" and one.by["id"] == asker):
            return str(kind)
        if kind == "yes" and len(yes_of(given[:place], asker)) >= number:
            return "yes"
    return ""


def in_order(answers: Mapping[str, Answer]) -> list[Answer]:
    """The answers of a job's approval, in the order in which they count."""
    places = sorted(int(name.split(" ")[1]) for name in answers if name.startswith("approval "))
    return [answers[f"approval {place}"] for place in places]


async def pressed(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """A button of an approval, by whom it was meant for or by somebody else. Raises Unavailable."""
    kind, key = button.do.removeprefix("approval "), button.data.get("job", "")
    mine = next((one for one in await turn.desk.jobs.asks_of(turn.event.who.id) if one.key == key), None)
    if mine is None:
        await settled(turn, key, card)
        return
    if (kind in {"yes", "no", "question"}) != (mine.shown["role"] == "approver"):
        own = mine.shown["role"] == "asker"
        turn.say("Du kan ikke godkende dit eget ønske." if own else "Det kan kun den, der har bedt om det.")
        return
    text = texts.masked(inputs.get("why", "").strip())[:500]
    if kind in {"question", "reply"} and not text:
        turn.say("Skriv det først i feltet på kortet, og tryk så igen.")
        return
    await taken(turn, mine, kind, card, text)


async def taken(turn: Turn, mine: Asked, kind: str, card: str, text: str) -> None:
    """Put it on record at the first place where nothing stands yet, unless it was decided before, and say so."""
    by, jobs = {"id": turn.event.who.id, "name": turn.event.who.name}, turn.desk.jobs
    number, asker = mine.shown["number"], mine.shown.get("asker", "")
    while True:
        given = in_order(await jobs.answers(mine.key))
        if decided(given, number, asker) or len(given) >= MOST_EVENTS:
            await settled(turn, mine.key, card)
            return
        if kind == "yes" and by["id"] in yes_of(given, asker):
            turn.say("Det har du godkendt. Der mangler svar fra flere.")
            return
        if kind == "nudge" and any(one.message["kind"] == "nudge" and jobs.now() - one.at < NUDGE_AGAIN for one in given):
            turn.say("Jeg har lige mindet om det. Prøv igen senere.")
            return
        answered = await jobs.answer(mine.key, f"approval {len(given)}", {"kind": kind, "text": text}, by)
        if answered.counts:
            break
        if answered.answer is None:
            await settled(turn, mine.key, card)
            return
    await thanked(turn, mine, kind, card, given)


async def thanked(turn: Turn, mine: Asked, kind: str, card: str, given: Sequence[Answer]) -> None:
    """Say what the answer brings about."""
    what = Reply.model_validate(mine.shown["reply"]).text.partition(": ")[2].strip(" .")
    last = kind == "yes" and len(yes_of(given, mine.shown.get("asker", ""))) + 1 >= mine.shown["number"]
    said = {
        "yes": (
            "Du godkendte",
            f"Tak, du har godkendt ”{what}”. Jeg giver besked og går i gang."
            if last
            else f"Tak, du har godkendt ”{what}”. Jeg mangler svar fra flere.",
        ),
        "no": ("Du sagde nej", f"Du har sagt nej til ”{what}”. Jeg giver besked."),
        "question": ("", "Jeg spørger og skriver, når der er svar."),
        "reply": ("Du svarede", "Jeg sender dit svar videre."),
        "nudge": ("", "Jeg minder om det."),
        "withdraw": ("Du trak det tilbage", "Ønsket er trukket tilbage. Der er ikke ændret noget."),
    }
    closing, sentence = said[kind]
    if closing:
        close(turn, mine.key, card, f"{closing} {texts.when(turn.desk.now(), turn.desk.now())}.")
    turn.say(sentence)


async def settled(turn: Turn, key: str, card: str) -> None:
    """Tell how it was decided, and close the card; or that the presser was never asked."""
    said = [one for one in in_order(await turn.desk.jobs.answers(key)) if one.message["kind"] in SAYS]
    status = await turn.desk.jobs.status(key)
    if said:
        last = said[-1] if decided(said, MOST_EVENTS, "") else max(said, key=lambda one: one.at)
        told = f"{texts.plain(last.by['name'])} har {SAYS[last.message['kind']]} {texts.when(last.at, turn.desk.now())}."
    elif status is None or status.finished_at:
        told = "Ønsket er bortfaldet eller stoppet, så der er ikke noget at svare på."
    else:
        turn.say("Det er ikke dig, der er bedt om at godkende det.")
        return
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


async def open_for(turn: Turn) -> list[Asked]:
    """What waits for this person's approval, undecided, the oldest first."""
    asks = [one for one in await turn.desk.jobs.asks_of(turn.event.who.id) if one.shown["role"] == "approver"]
    found = []
    for one in asks:
        given, asker = in_order(await turn.desk.jobs.answers(one.key)), one.shown.get("asker", "")
        if not decided(given, one.shown["number"], asker) and turn.event.who.id not in yes_of(given, asker):
            found.append(one)
    return found


async def by_words(turn: Turn) -> bool:
    """A text that answers the one approval that waits for this person; with several, they are listed. False: it is something else."""
    if not turn.state.open and turn.event.after >= 0 and LIKELY.match(turn.text) and not SPOKEN.fullmatch(turn.text.strip(" .!")):
        if not await open_for(turn):
            return False
        turn.note("Brug knapperne, eller skriv ”godkend” eller ”sig nej, fordi …”.")
        await waiting(turn)
        return True
    said = SPOKEN.fullmatch(turn.text.strip(" .!")) if not turn.state.open and turn.event.after >= 0 else None
    if said is None:
        return False
    asks = await open_for(turn)
    if not asks:
        if said["whom"] is None:
            turn.say("Der venter ikke noget på dit svar.")
        return said["whom"] is None
    reply = Reply.model_validate(asks[0].shown["reply"])
    if len(asks) > 1 or (said["whom"] and not any(said["whom"].lower() in button.label.lower() for button in reply.buttons)):
        await waiting(turn)
        return True
    kind = "yes" if said["yes"] else "no" if said["no"] else "question"
    button = Button(label=turn.text[:40], do=f"approval {kind}", data={"job": asks[0].key})
    await pressed(turn, button, cards(asks[0].key)[0], {"why": said["why"] or said["since"] or said["what"] or ""})
    return True


async def waiting(turn: Turn) -> None:
    """What waits for this person's approval: each with its card. Raises Unavailable."""
    asks = await open_for(turn)
    if not asks:
        turn.say("Der venter ikke noget på dig.")
        return
    turn.note(f"Der venter {texts.count(len(asks), 'ønske', 'ønsker')} på dig.")
    for one in asks[:10]:
        reply = Reply.model_validate(one.shown["reply"])
        turn.say(reply.text, *reply.buttons, facts=list(reply.facts), inputs=list(reply.inputs), key=cards(one.key)[1])


ANSWERS = {"approval.list": waiting}
PRESSES = {f"approval {kind}": pressed for kind in ("yes", "no", "question", "reply", "nudge", "withdraw")}
