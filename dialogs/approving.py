"""The approval of a standard request inside its job: who is asked, what they say, who is asked when they do not, and how it ended.

Everybody's cards and messages are steps; the waits between them are days long. Who may answer is on record with the jobs (`Jobs.ask`), never in a
card. Nobody approves their own wish.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from connectors.errors import Denied, NotFound
from dialogs import texts
from dialogs.approvers import Absence, Approval, away_of, substitute
from dialogs.desk import Desk
from dialogs.fields import Colleague
from dialogs.talk import Button, Fact, Input, Reply
from dialogs.verdicts import MOST_EVENTS, cards, decided, meanwhile, told, yes_of
from dialogs.workdays import later
from jobs.engine import Job
from jobs.waits import Answer

STAND_IN = "stand in"  # the steps that found somebody begin so
MOST_NAMED = 3  # people who are named in one sentence
Act = Callable[[Sequence[Answer]], Awaitable[None]]


@dataclass(frozen=True)
class Asked:
    """One who has the card, and whose say they have: an approver's id, their own or that of whom they stand in for."""

    who: Colleague
    mandate: str


@dataclass
class Wish:
    """A confirmed request that waits for its approval, as the job sees it. mandates: when it is approved, of whom (ids)."""

    approval: Approval
    asker: Colleague
    what: str
    facts: Sequence[Fact]
    desk: Desk
    job: Job
    mandates: list[str] = field(default_factory=list)
    _circle: list[Asked] = field(default_factory=list)
    _tried: list[str] = field(default_factory=list)  # who cannot stand in any more: asked already, or not to be reached
    _looks: int = 0
    _until: str = ""  # when it lapses

    async def obtained(self) -> str:
        """Ask, wait, and say how it went: "" when it may go on, else the job's outcome."""
        begun = datetime.fromisoformat(await self.job.step("approval begins", self._now, on="approval"))
        key, approvers = self.job.order.key, self.approval.approvers
        self._tried = [self.asker.id, *(one.id for one in approvers)]
        until = begun + timedelta(days=self.approval.days)
        self._until = until.isoformat()
        row = {**self._row(), "reply": self._card().model_dump(mode="json")}
        await self.job.step("approval asked", self.desk.jobs.ask, key, self._tried[1:], {"role": "approver", **row}, on="approval")
        await self.job.step("approval asker", self.desk.jobs.ask, key, [self.asker.id], {"role": "asker", **row}, on="approval")
        for one in approvers:
            away = self.approval.absence(one.id)
            if away and away.instead:
                await self._bring_in(away.instead, one, f"{away.said(texts.plain(one.name))}, så du bliver spurgt.")
            elif await self._say(f"ask {one.id}", self._card(), one.id):
                self._circle.append(Asked(one, one.id))
        if lost := await self._unreached():
            text = f"Jeg kan ikke skrive til {texts.names(lost)} i Teams, så det kan ikke blive godkendt. Der er ikke ændret noget."
            return await self._over("nobody", text, "Det er bortfaldet.")
        return await self._heard(begun, until)

    async def _now(self) -> str:
        return self.desk.jobs.now().isoformat()

    async def _unreached(self) -> list[str]:
        """Ask others for those who cannot be written to, where too few are left; the names of those for whom nobody was found."""
        names = []
        for one in self.approval.approvers:
            if any(asked.mandate == one.id for asked in self._circle):
                continue
            if len({asked.mandate for asked in self._circle}) >= self.approval.number:
                return []
            name = texts.plain(one.name)
            found = await self._instead(one, f"Jeg kan ikke skrive til {name} i Teams, så du bliver spurgt.")
            if found:
                said = Reply(text=f"Jeg kan ikke skrive til {name} i Teams, så jeg spørger {texts.plain(found.name)}.")
                await self.job.tell(f"unreached {one.id}", {"reply": said.model_dump(mode="json")})
            else:
                names.append(name)
        return names if len({asked.mandate for asked in self._circle}) < self.approval.number else []

    async def _heard(self, begun: datetime, until: datetime) -> str:
        """Everything that is answered, in order, until it is decided; reminded and escalated on the way."""
        acts: list[tuple[datetime, Act]] = [
            (later(begun, self.approval.remind), self._remind),
            (later(begun, self.approval.escalate), self._escalate),
        ]
        acts = sorted((one for one in acts if one[0] < until), key=lambda one: one[0])
        given: list[Answer] = []
        for place in range(MOST_EVENTS):
            answer = await self.job.wait(f"approval {place}", acts[0][0] if acts else until)
            if answer is None and not acts:
                break
            if answer is None:
                await acts.pop(0)[1](given)
                continue
            given.append(answer)
            if verdict := decided(given, self.approval.number, self.asker.id):
                return await self._decided(verdict, given)
            await self._passed_on(place, given)
        days = texts.count(self.approval.days, "dag", "dage")
        text = f"Det er ikke blevet godkendt inden for {days}, så ønsket er bortfaldet. Der er ikke ændret noget."
        return await self._over("expired", text, "Det er bortfaldet.")

    async def _decided(self, verdict: str, given: Sequence[Answer]) -> str:
        """Yes, no or withdrawn: who did it stands on every card."""
        answer = given[-1]
        by, closed = texts.plain(answer.by["name"]), f"{told(answer)}."
        match verdict:
            case "yes":
                yes = yes_of(given, self.asker.id)
                self.mandates, self.job.approved_by = list(yes), list(yes.values())
                return await self._over("", f"{by} har godkendt. Jeg går i gang.", closed)
            case "no":
                why = f" Begrundelse: ”{texts.plain(said)}”." if (said := str(answer.message.get("text", ""))) else ""
                return await self._over("refused", f"{by} har sagt nej.{why} Der er ikke ændret noget.", closed)
            case _:
                return await self._over("withdrawn", "", closed)

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
                    await self._say(f"nudge {place} {one.who.id}", Reply(text=text), one.who.id)

    def _silent(self, given: Sequence[Answer]) -> list[Asked]:
        """Those who have the card and whose say is still missing."""
        yes = yes_of(given, self.asker.id)
        return [one for one in self._circle if one.mandate not in yes]

    async def _remind(self, given: Sequence[Answer]) -> None:
        """Those who are silent, after working hours; and others for those who are away or gone by now, where too few are left."""
        silent, missed = self._silent(given), dict[str, str]()
        said = Reply(text=f"{texts.plain(self.asker.name)} venter på dit svar: {self.what} Skriv ”hvad venter på mig”.")
        for one in silent:
            if not await self._say(f"remind {one.who.id}", said, one.who.id):
                missed[one.who.id] = f"Jeg kan ikke skrive til {texts.plain(one.who.name)} i Teams"
        away = await self.job.step("away at reminder", self._away, [one.who.id for one in silent], on="outlook")
        for one in silent:
            if one.who.id in away:
                missed[one.who.id] = Absence(who=one.who.id, until=away[one.who.id]).said(texts.plain(one.who.name))
        there = {one.mandate for one in silent if one.who.id not in missed}
        wanted = self.approval.number - len(yes_of(given, self.asker.id)) - len(there)
        for one in [one for one in silent if one.who.id in missed][: max(wanted, 0)]:
            if found := await self._instead(self._holder(one), f"{missed[one.who.id]}, så du bliver spurgt."):
                also = Reply(text=f"{missed[one.who.id]}, så jeg har også spurgt {texts.plain(found.name)}.")
                await self.job.tell(f"missed {one.who.id}", {"reply": also.model_dump(mode="json")})

    async def _escalate(self, given: Sequence[Answer]) -> None:
        """The asker is told who is silent, and as many others get the card as are missing: whoever answers first counts."""
        silent = self._silent(given)
        names = [texts.plain(one.who.name) for one in silent]
        who = texts.names(names) if len(names) <= MOST_NAMED else f"Ingen af de {len(names)}, jeg har spurgt,"
        missing, others = self.approval.number - len(yes_of(given, self.asker.id)), list[str]()
        for one in silent:
            if len(others) < missing and (
                found := await self._instead(
                    self._holder(one), f"{texts.plain(one.who.name)} har ikke svaret, så nu bliver du også spurgt."
                )
            ):
                others.append(texts.plain(found.name))
        also = f", så jeg har også spurgt {texts.names(others)}" if others else ""
        said = Reply(
            text=f"{who} har ikke svaret endnu{also}. Du kan minde om det eller trække det tilbage.",
            buttons=meanwhile(self.job.order.key),
            key=f"silent-{self._form}",
        )
        await self.job.tell("escalate", {"reply": said.model_dump(mode="json")})

    async def _away(self, people: list[str]) -> dict[str, date | None]:
        return await away_of(self.desk, [one.who for one in self._circle if one.who.id in people])

    def _holder(self, asked: Asked) -> Colleague:
        """The approver whose say that is."""
        return next(one for one in self.approval.approvers if one.id == asked.mandate)

    async def _instead(self, approver: Colleague, why: str) -> Colleague | None:
        """Whoever stands in for an approver by the rule and can be written to; they have the card then. None: there is nobody."""
        while True:
            self._looks += 1
            step = f"{STAND_IN} {self._looks}"
            found = await self.job.step(step, self._look, approver.id, returns=Colleague | None, on="directory")
            if found is None or await self._bring_in(found, approver, why):
                return found

    async def _look(self, approver: str) -> Colleague | None:
        return await substitute(self.desk, self.desk.rules.of(self.job.order.intent).stedfortraeder, approver, self._tried)

    async def _bring_in(self, found: Colleague, approver: Colleague, why: str) -> bool:
        """Give somebody an approver's say, and the card; False where they cannot be written to."""
        self._tried.append(found.id)
        card = self._card(f"{why}\n")
        row = {"role": "approver", **self._row(), "for": approver.id}
        shown = {**row, "reply": card.model_dump(mode="json")}
        await self.job.step(f"also asked {found.id}", self.desk.jobs.ask, self.job.order.key, [found.id], shown, on="approval")
        if not await self._say(f"ask {found.id}", card, found.id):
            return False
        self._circle.append(Asked(found, approver.id))
        return True

    async def _question(self, place: int, by: str, said: str) -> None:
        """To the asker, with room for the answer."""
        reply = Reply(
            text=f"{by} spørger, før der bliver svaret: ”{said}”",
            inputs=(Input(id="why", label="Dit svar", max_length=500),),
            buttons=(Button(label="Send svar", do="approval reply", data={"job": self.job.order.key}),),
            key=f"question-{place}-{self._form}",
        )
        await self.job.tell(f"question {place}", {"reply": reply.model_dump(mode="json")})

    async def _say(self, name: str, reply: Reply, to: str) -> bool:
        """To one person, in their own chat; False for one who does not have Kollega, or has blocked it."""
        try:
            await self.job.tell(name, {"reply": reply.model_dump(mode="json")}, to=f"person:{to}")
        except (Denied, NotFound):
            return False
        return True

    async def _over(self, outcome: str, text: str, closed: str) -> str:
        """It is decided: all cards say by whom and when, the asker's buttons go, and the asker hears how it ended."""
        for one in self._circle:
            await self._say(f"close {one.who.id}", Reply(closes=dict.fromkeys(cards(self.job.order.key), closed)), one.who.id)
        reply = Reply(text=text, closes=dict.fromkeys((f"job-{self._form}", f"silent-{self._form}"), closed))
        await self.job.tell("approval told", {"reply": reply.model_dump(mode="json")})
        return outcome

    @property
    def _form(self) -> str:
        return self.job.order.key.rpartition(":")[2]

    def _row(self) -> dict[str, Any]:
        """What is kept of everybody who is asked, beside their card."""
        return {"number": self.approval.number, "asker": self.asker.id, "until": self._until}

    def _card(self, lead: str = "") -> Reply:
        """The approver's card: who, what exactly, and why they are asked."""
        data = {"job": self.job.order.key}
        return Reply(
            text=f"{lead}{texts.plain(self.asker.label)} beder dig godkende: {self.what}",
            facts=tuple(self.facts),
            inputs=(Input(id="why", label="Skriv, hvis du siger nej eller spørger", max_length=500),),
            buttons=(
                Button(label="Godkend", do="approval yes", data=data, style="positive"),
                Button(label="Sig nej", do="approval no", data=data, style="destructive"),
                Button(label=f"Spørg {self.asker.name.split(' ')[0]}", do="approval question", data=data),
            ),
            key=cards(self.job.order.key)[0],
        )
