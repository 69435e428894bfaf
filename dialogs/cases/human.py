"""Talk to a person: a case to the service desk with what was said, so that nobody must explain it again."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar

from typing_extensions import override

from connectors.servicenow import IncidentDraft, ServiceNow
from dialogs import texts, words
from dialogs.cases.case_create import LONGEST, attached, created
from dialogs.desk import Desk
from dialogs.fields import At, Got, Reading, Text
from dialogs.form import Ask, Request
from dialogs.places import PHONE, whereabouts
from dialogs.state import FormState, Said
from dialogs.talk import Fact
from jobs.engine import Job
from nlu.normalise import fold

TELLING = frozenset({"what", "title", "gist"})  # fields whose text says what a matter is about
SMALL_TALK = re.compile(
    r"(?:(?:hej\w*|hey|goddag|godmorgen|dav|hallo|tak|tusind|mange|selv|igen|kollega|du er (?:god|soed)|super|fint|for hjaelpen|hvad kan du)\W*)+"
    r"|.*\b(?:et (?:rigtigt )?menneske|en (?:rigtig )?person|servicedesk|ring til mig|ring mig op)\b(?! (?:om|fordi|angaaende|vedroerende|der))\W*"
)
QUESTION = re.compile(r"hv(?:ad|or|em|ornaar|ordan|ilken|ilket|ilke)\b|(?:kan|er|har|skal|maa) (?:du|jeg|man|i|der|det)\b")
MOST_SAID = 400  # characters of the gist: what is older than that gives way


def gist(said: list[Said], now: str, forms: list[FormState]) -> str:
    """What a person has written since the last finished form, as the service desk reads it: sentences, the oldest first.

    Small talk, words that only steer, and answers that need their question ("1", "3. sal") are left out.
    forms: those that are open or wait; a message that only filled their small fields says nothing by itself.
    """
    told = {message for form in forms for name, message in form.filled_by.items() if name in TELLING}
    asked = {message for form in forms for message in form.filled_by.values()} - told
    texts_ = [*before(said, forms), *(one.text for one in said if one.id not in asked)]
    kept: list[str] = []
    for text in reversed([*texts_, texts.shortened(now, 1_000)]):
        sentence = " ".join(text.split())
        if words.means(text) is not None or len(sentence) < 4 or SMALL_TALK.fullmatch(fold(sentence)) or sentence in kept:
            continue
        if kept and sum(map(len, kept)) + len(sentence) > MOST_SAID:
            break
        kept.insert(0, sentence)
    telling = [sentence for sentence in kept if len(sentence.split()) > 2] or kept
    return "\n".join(sentence[0].upper() + sentence[1:] + ending(sentence) for sentence in telling)


def before(said: list[Said], forms: list[FormState]) -> list[str]:
    """What open forms are about where that was said in a card, or so long ago that it is not among the last texts."""
    known, lines = {one.id for one in said}, {one.text.strip().lower() for one in said}
    about = [str(form.answers["what"]) for form in reversed(forms) if form.answers.get("what") and form.filled_by.get("what") not in known]
    return [line for text in about for line in text.splitlines() if line.strip().lower() not in lines]


def ending(sentence: str) -> str:
    """The mark that a sentence lacks."""
    return "" if sentence[-1] in ".!?…" else "?" if QUESTION.match(fold(sentence)) else "."


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
            told="det handler om ”{}”",
            required=False,
        ),
    ] = ""
    phone: Annotated[str, replace(PHONE, question="Hvilket nummer skal de ringe på?", label="Ring på")] = ""

    @classmethod
    @override
    async def known(cls, at: At) -> dict[str, Any]:
        answers = await super().known(at)
        return {**answers, **whereabouts(answers, "phone")}

    @classmethod
    @override
    async def heard(cls, text: str, at: At) -> dict[str, Reading]:
        del text
        return {"gist": Got(at.answers["said"])} if at.answers.get("said") else {}

    @classmethod
    @override
    def more(cls, answers: dict[str, Any], text: str) -> str:
        longer = f"{answers.get('gist', '')}\n{text.strip()}".strip()
        if len(text.split()) < 2 or len(longer) > LONGEST or words.gibberish(text):
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
        title=texts.shortened(f"Kontakt {form.requester.name}: {gist.splitlines()[0].rstrip(' .')}", 100),
        description=f"{form.requester.name} har skrevet med Kollega og vil gerne tale med et menneske.\n\n{gist}",
        impact="3",
        urgency="2",
        phone=form.phone,
    )
    case = await job.step("create", servicenow.create_incident, draft, job.key("incident"))
    kept, lost = await attached(form, desk, job, case)
    await job.tell("done", {"reply": created(case, kept, lost).model_dump(mode="json")})
    return "done"
