"""What every standard request has beside its fields: who may ask for it, how much at a time, and who must approve, by the administrators' rule."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from typing_extensions import override

from connectors.directory import Directory
from dialogs import texts
from dialogs.approval import Approval, Wish, meanwhile
from dialogs.desk import Desk
from dialogs.fields import At, Colleague
from dialogs.form import Notice, Request
from dialogs.rules import Rule
from dialogs.talk import Button, Event, Fact, Reply, Who
from jobs.engine import Job

PARTIES = {"ejer": "ejeren", "leder": "en leder"}


class Standard(Request):
    """Base of the standard requests: a pydantic model, `confirm`, and an `execute` beside it."""

    going: ClassVar[str] = "Jeg går i gang og skriver, når det er gjort."

    rechecks: ClassVar[bool] = True
    approval: Approval | None = None  # who must say yes, as the person saw it at the summary

    @classmethod
    async def owners(cls, at: At) -> Sequence[Colleague]:
        """Who owns what it is about ("ejer" in a rule). Default: nobody. Raises ConnectorError."""
        del at
        return []

    @classmethod
    def people(cls, at: At) -> Sequence[Colleague]:
        """The people that are added, removed or given a right. Default: nobody."""
        del at
        return []

    @classmethod
    async def hinders(cls, at: At) -> Notice | None:
        """Why it cannot be done at all, before anybody is asked to say yes. Raises ConnectorError."""
        del at
        return None

    @classmethod
    @override
    async def notice(cls, at: At) -> Notice:
        rule = at.desk.rules.of(cls.intent)
        if refusal := await cls.refusal(rule, at):
            return Notice(refusal, (Button(label="Opret en sag om det", do="offer", data={"intent": "case.create"}),), stop=True)
        if hinder := await cls.hinders(at):
            return hinder
        approval = await cls.approval_by(rule, at)
        if approval and len(approval.approvers) < approval.number:
            return Notice("Der er ikke nok, der kan godkende det, så jeg kan ikke gøre det. Servicedesk kan hjælpe.", stop=True)
        return Notice(adds={"approval": approval.model_dump() if approval else None})

    @classmethod
    async def refusal(cls, rule: Rule, at: At) -> str:
        """Why this person may not ask for this, in a sentence; "" when they may."""
        asker = Colleague.model_validate(at.answers["requester"])
        if not await cls.allowed(rule, asker, at):
            who = texts.names([PARTIES.get(one, one.partition(":")[2]) for one in rule.hvem])
            return f"Det kan kun {who} bede om. Der er ikke ændret noget."
        if (number := len(cls.people(at))) > rule.mange_ad_gangen:
            return f"Jeg kan tage {rule.mange_ad_gangen} personer ad gangen, og der er {number}. Del dem op, så tager vi dem bagefter."
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
                case "rolle" | "gruppe" if groups(one, at) & await directory.groups_of(asker.id):
                    return True
        return False

    @classmethod
    async def approval_by(cls, rule: Rule, at: At) -> Approval | None:
        """Who must approve; None for nobody. Where the owner alone decides, an owner's own wish needs nobody's yes."""
        asker = Colleague.model_validate(at.answers["requester"])
        directory = at.desk.systems.get(Directory)
        found: dict[str, Colleague] = {}
        because = ""
        for one in rule.godkender:
            match one.partition(":")[0]:
                case "ingen":
                    return None
                case "ejer":
                    owners = await cls.owners(at)
                    if rule.godkender == ["ejer"] and rule.antal_godkendere == 1 and asker.id in {owner.id for owner in owners}:
                        return None
                    because, some = "ejer", list(owners)
                case "leder":
                    manager = await directory.manager(asker.id)
                    because, some = "leder", [Colleague.of(manager)] if manager else []
                case _:
                    because, some = (
                        "",
                        [Colleague.of(person) for group in sorted(groups(one, at)) for person in await directory.people_in(group)],
                    )
            found |= {person.id: person for person in some if person.id != asker.id}
        if not found and (manager := await directory.manager(asker.id)) and manager.id != asker.id:
            because, found = "leder", {manager.id: Colleague.of(manager)}
        return Approval(
            approvers=list(found.values()),
            number=rule.antal_godkendere,
            because=because if len(found) == 1 else "",
            remind=rule.paamind_timer,
            escalate=rule.eskaler_timer,
            days=rule.udloeb_dage,
        )

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
        who = texts.names([texts.plain(one.name) for one in self.approval.approvers])
        return Reply(text=f"Jeg spørger {who} og skriver, når der er svar.", buttons=meanwhile(job))

    @override
    async def cleared(self, desk: Desk, job: Job) -> str:
        """The approval first; then the right once more, which may have gone while it was waited for."""
        if self.approval:
            what = self.confirm().removesuffix("Passer det?").strip()
            outcome = await Wish(self.approval, self.requester, what, self.facts(), desk, job).obtained()
            if outcome:
                return outcome
        refusal = await job.step("rights", self.still_refused, desk, job.order.person, job.approved_by, returns=str, on="directory")
        minutes = await job.step("rule", self.saved, desk, on="rules")
        job.minutes = self.minutes if minutes < 0 else minutes
        if refusal:
            await job.tell("refused", {"reply": Reply(text=refusal).model_dump(mode="json")})
            return "refused"
        return ""

    async def undoable(self, desk: Desk, job: Job) -> datetime | None:
        """In the job, when the work is done: until when it can be undone by the rule (aware); None: not at all."""

        async def until() -> str:
            hours = desk.rules.of(self.intent).fortryd_timer
            return (desk.now() + timedelta(hours=hours)).isoformat() if hours else ""

        found = await job.step("undoable", until, on="rules")
        return datetime.fromisoformat(found) if found else None

    async def still_refused(self, desk: Desk, person: dict[str, Any], approved: list[str]) -> str:
        """`refusal` as things are when the work begins, and whether those who approved may still do so."""
        event = Event(kind="message", id="job", at=desk.now(), who=Who(**person), conversation="job")
        at, rule = At(desk, event, self.model_dump(mode="json")), desk.rules.of(self.intent)
        if refusal := await self.refusal(rule, at):
            return refusal
        needed = await self.approval_by(rule, at)
        if needed and len({one.id for one in needed.approvers} & set(approved)) < needed.number:
            return "Reglerne for, hvem der skal godkende, er ændret imens. Der er ikke ændret noget. Bed om det igen, så spørger jeg de rigtige."
        return ""

    async def saved(self, desk: Desk) -> int:
        """The minutes that the rule says are saved, -1 where it says nothing."""
        minutes = desk.rules.of(self.intent).minutter
        return -1 if minutes is None else minutes


def groups(party: str, at: At) -> frozenset[str]:
    """The object ids of the groups that a rule's "rolle:…" or "gruppe:…" stands for."""
    kind, _, name = party.partition(":")
    return frozenset({name}) if kind == "gruppe" else at.desk.roles.get(name, frozenset())
