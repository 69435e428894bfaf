"""What every standard request has beside its fields: who may ask for it, how much at a time, and who must approve, by the administrators' rule."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from typing_extensions import override

from connectors.directory import Directory
from dialogs import texts
from dialogs.approvers import Approval, approval_by, asked_by, groups
from dialogs.approving import Wish
from dialogs.desk import Desk
from dialogs.fields import At, Colleague
from dialogs.form import Notice, Request
from dialogs.people_table import crowd
from dialogs.rules import Rule
from dialogs.talk import Button, Event, Fact, Reply, Who
from dialogs.verdicts import meanwhile
from jobs.engine import Job


class Reversal(NamedTuple):
    """What undoing does: in a sentence, and line by line."""

    does: str
    lines: list[Fact]


class Standard(Request):
    """Base of the standard requests: a pydantic model, `confirm`, and an `execute` beside it."""

    going: ClassVar[str] = "Jeg går i gang og skriver, når det er gjort."

    rechecks: ClassVar[bool] = True
    owned_by: ClassVar[str] = "ejeren"  # "ejer" of a rule, in a sentence
    thing: ClassVar[str] = ""  # the field that names what it is about, where that exists already
    approval: Approval | None = None  # who must say yes, as the person saw it at the summary

    @classmethod
    async def owners(cls, at: At) -> Sequence[Colleague]:
        """Who owns what it is about ("ejer" in a rule). Default: nobody. Raises ConnectorError."""
        del at
        return []

    @classmethod
    def people(cls, at: At) -> Sequence[Colleague]:
        """The people that are added, removed or given a right. Default: those in the field `members`, if there is one."""
        return crowd(at.answers.get("members")).people

    @classmethod
    async def hinders(cls, at: At) -> Notice | None:
        """Why it cannot be done at all, before anybody is asked to say yes. Raises ConnectorError."""
        del at
        return None

    @classmethod
    @override
    async def barred(cls, at: At) -> Notice | None:
        """Before anything is asked: who may not ask for it, and what cannot be changed. Whose a thing is, is known once it is named."""
        known, rule = not cls.thing or cls.thing in at.answers, at.desk.rules.of(cls.intent)
        if (known or "ejer" not in rule.hvem) and not await cls.allowed(rule, Colleague.model_validate(at.answers["requester"]), at):
            return cls.refused(cls.forbids(rule))
        return await cls.hinders(at) if known else None

    @classmethod
    def refused(cls, why: str) -> Notice:
        """The end of a form that may not be; somebody else may be asked."""
        return Notice(why, (Button(label="Opret en sag om det", do="offer", data={"intent": "case.create"}),), stop=True)

    @classmethod
    def forbids(cls, rule: Rule) -> str:
        """Who alone may ask for it."""
        parties = {"ejer": cls.owned_by, "leder": "en leder"}
        who = texts.names([parties.get(one, one.partition(":")[2]) for one in rule.hvem])
        return f"Det kan kun {who} bede om. Der er ikke ændret noget."

    @classmethod
    @override
    async def notice(cls, at: At) -> Notice:
        rule = at.desk.rules.of(cls.intent)
        if refusal := await cls.refusal(rule, at):
            return cls.refused(refusal)
        if hinder := await cls.hinders(at):
            return hinder
        approval = await asked_by(rule, at, cls.owners)
        if approval and len(approval.approvers) < approval.number:
            return Notice("Der er ikke nok, der kan godkende det, så jeg kan ikke gøre det. Servicedesk kan hjælpe.", stop=True)
        return Notice(adds={"approval": approval.model_dump(mode="json") if approval else None})

    @classmethod
    async def refusal(cls, rule: Rule, at: At) -> str:
        """Why this person may not ask for this, in a sentence; "" when they may."""
        asker = Colleague.model_validate(at.answers["requester"])
        if not await cls.allowed(rule, asker, at):
            return cls.forbids(rule)
        if (number := len(cls.people(at))) > rule.mange_ad_gangen:
            most = texts.count(rule.mange_ad_gangen, "person", "personer")
            return f"Jeg kan tage {most} ad gangen, og der er {number}. Del dem op, så tager vi dem bagefter."
        return ""

    @classmethod
    async def allowed(cls, rule: Rule, asker: Colleague, at: At) -> bool:
        """Whether one of the rule's parties is this person."""
        directory = at.desk.systems.get(Directory)
        for one in rule.hvem:
            match one.partition(":")[0]:
                case "alle":
                    return True
                case "ejer" if asker.id in {owner.id for owner in await cls.owners(at)}:
                    return True
                case "leder" if await directory.leads(asker.id):
                    return True
                case "rolle" | "gruppe" if groups(one, at.desk) & await directory.groups_of(asker.id):
                    return True
        return False

    def what(self) -> str:
        """What happens, without the question whether it is right."""
        return self.confirm().removesuffix("Passer det?").strip()

    @override
    def facts(self) -> list[Fact]:
        return [*super().facts(), *([self.approval.fact()] if self.approval else [])]

    @override
    def agree(self) -> str:
        return "Ja, send til godkendelse" if self.approval else self.yes

    @override
    def begun(self, job: str) -> Reply:
        if not self.approval:
            return super().begun(job)
        return Reply(text=self.approval.asking(), buttons=meanwhile(job))

    @override
    async def cleared(self, desk: Desk, job: Job) -> str:
        """The approval first; then the right once more, which may have gone while it was waited for."""
        approved: list[str] = []
        if self.approval:
            wish = Wish(self.approval, self.requester, self.what(), self.facts(), desk, job)
            if outcome := await wish.obtained():
                return outcome
            approved = wish.mandates
        refusal = await job.step("rights", self.still_refused, desk, job.order.person, approved, returns=str, on="directory")
        minutes = await job.step("rule", self.saved, desk, on="rules")
        job.minutes = self.minutes if minutes < 0 else minutes
        if refusal:
            await job.tell("refused", {"reply": Reply(text=refusal).model_dump(mode="json")})
            return "refused"
        return ""

    async def reversal(self, back: Mapping[str, Any], at: At) -> "Reversal | str":
        """What undoing this would do now, or in a sentence why it cannot be undone. back: as it was given to `finish`. Raises ConnectorError."""
        raise NotImplementedError

    async def undo(self, back: Mapping[str, Any], key: str, desk: Desk, job: Job) -> str:
        """In a job of its own: undo what this did, read back, and say it. key: of the job that did it."""
        raise NotImplementedError

    async def still_refused(self, desk: Desk, person: dict[str, Any], approved: list[str]) -> str:
        """`refusal` as things are when the work begins, and whether those whose say the approval was (ids) may still approve."""
        event = Event(kind="message", id="job", at=desk.now(), who=Who(**person), conversation="job")
        at, rule = At(desk, event, self.model_dump(mode="json")), desk.rules.of(self.intent)
        if refusal := await self.refusal(rule, at):
            return refusal
        needed = await approval_by(rule, at, self.owners)
        if needed and len({one.id for one in needed.approvers} & set(approved)) < needed.number:
            return "Reglerne for, hvem der skal godkende, er ændret imens. Der er ikke ændret noget. Bed om det igen, så spørger jeg de rigtige."
        return ""

    async def saved(self, desk: Desk) -> int:
        """The minutes that the rule says are saved, -1 where it says nothing."""
        minutes = desk.rules.of(self.intent).minutter
        return -1 if minutes is None else minutes
