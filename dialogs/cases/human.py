"""Talk to a person: a case to the service desk with what was said, so that nobody must explain it again."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from typing_extensions import override

from connectors.servicenow import IncidentDraft, ServiceNow
from dialogs import texts
from dialogs.cases.case_create import LONGEST, attached, created
from dialogs.desk import Desk
from dialogs.fields import At, Colleague, Got, Phone, Reading, Text
from dialogs.form import Ask, Request
from dialogs.talk import Fact
from jobs.engine import Job


class Form(Request):
    """A hand-over: who wants to be contacted, where, and what it is about."""

    intent: ClassVar[str] = "human"
    minutes: ClassVar[int] = 3  # by hand: wait in the telephone queue and explain
    yes: ClassVar[str] = "Ja, send"
    going: ClassVar[str] = "Jeg giver det videre til Servicedesk og skriver, når de har det."
    example: ClassVar[str] = "ring på: 4712"
    takes_files: ClassVar[bool] = True

    gist: Annotated[
        str,
        Ask(
            "Hvad handler det om?",
            "Det handler om",
            Text(least=2, most=LONGEST, many_lines=True),
            ("emne", "besked", "beskrivelse", "tekst", "handler om", "drejer sig om"),
            "Et par ord, så du slipper for at forklare det igen.",
            required=False,
        ),
    ] = ""
    phone: Annotated[
        str,
        Ask(
            "Hvilket nummer skal de ringe på?",
            "Ring på",
            Phone(),
            ("telefon", "nummer", "tlf", "mobil", "lokal"),
            "Fire eller otte cifre.",
            required=False,
        ),
    ] = ""

    @classmethod
    @override
    async def known(cls, at: At) -> dict[str, Any]:
        answers = await super().known(at)
        phone = Colleague.model_validate(answers["requester"]).phone
        return {**answers, **({"phone": phone} if phone else {})}

    @classmethod
    @override
    async def heard(cls, text: str, at: At) -> dict[str, Reading]:
        del text
        return {"gist": Got(at.answers["said"])} if at.answers.get("said") else {}

    @classmethod
    @override
    def more(cls, answers: dict[str, Any], text: str) -> str:
        longer = f"{answers.get('gist', '')}\n{text.strip()}".strip()
        if len(text.split()) < 2 or len(longer) > LONGEST:
            return ""
        answers["gist"] = longer
        return "Det skriver jeg med."

    @classmethod
    @override
    def about(cls, answers: Mapping[str, Any]) -> str:
        del answers
        return "beskeden til Servicedesk"

    @override
    def confirm(self) -> str:
        return "Jeg beder Servicedesk kontakte dig og sender det her med. Må jeg det?"

    @override
    def facts(self) -> list[Fact]:
        return [Fact(label="Fra", value=self.requester.label), *super().facts()]


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """One incident to the service desk."""
    servicenow = desk.systems.get(ServiceNow)
    caller = await job.step("find caller", servicenow.caller, form.requester.email)
    gist = form.gist or "Vil gerne tale med en medarbejder."
    draft = IncidentDraft(
        caller_id=caller.id,
        title=texts.shortened(f"Kontakt {form.requester.name}: {gist.splitlines()[0]}", 100),
        description=f"{form.requester.name} har skrevet med Kollega og vil gerne tale med et menneske.\n\n{gist}",
        impact="3",
        urgency="2",
        phone=form.phone,
    )
    case = await job.step("create", servicenow.create_incident, draft, job.key("incident"))
    kept, lost = await attached(form, desk, job, case)
    await job.tell("done", {"reply": created(case, kept, lost).model_dump(mode="json")})
    return "done"
