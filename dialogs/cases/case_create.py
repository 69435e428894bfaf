"""Open a case: from a sentence, a card, or both, to an incident in ServiceNow that was read back."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from typing_extensions import override

from connectors.servicenow import Case, IncidentDraft, ServiceNow
from dialogs import texts
from dialogs.cases.faults import Device, Fault, headline, only_beside, own, problem, similar, tells
from dialogs.cases.severity import AFFECTED, HINDERS
from dialogs.cases.things import another_fault, more_of_the_same, names_thing, with_other_thing
from dialogs.desk import Desk
from dialogs.fields import At, Bad, Colleague, Got, Reading, Text
from dialogs.form import Ask, Notice, Request
from dialogs.places import PHONE, PLACE, whereabouts
from dialogs.state import FormState
from dialogs.talk import Button, Fact, Reply
from dialogs.turn import Turn
from dialogs.who import Who
from jobs.engine import Job

LONGEST = 3_500  # characters: ServiceNow's description holds 4,000, and place, phone, device and contact are written below it
ANOTHER = re.compile(
    r"\b(?:opret|lav|meld|åbn|aabn)\w*\s+(?:lige\s+|også\s+|ogsaa\s+)*(?:en|et)\s+(?:ny|anden|nyt|andet|sag til)\b(?!\s+(?:titel|beskrivelse))",
    re.I,
)


class Form(Request):
    """An incident, as its caller fills it in."""

    intent: ClassVar[str] = "case.create"
    minutes: ClassVar[int] = 8  # by hand: find the portal's form 2, fill in 4, look up location and phone 2
    yes: ClassVar[str] = "Ja, opret"
    going: ClassVar[str] = "Jeg går i gang og skriver, når sagen er oprettet."
    example: ClassVar[str] = "sted: 3. sal"
    takes_files: ClassVar[bool] = True

    title: Annotated[
        str,
        Ask(
            "Hvad skal sagen hedde?",
            "Titel",
            Text(least=4, most=160),
            ("overskrift", "titel", "titlen", "emne"),
            "En kort overskrift, så man kan se, hvad sagen handler om.",
            told="titlen er ”{}”",
            required=False,
            in_card=False,
        ),
    ] = ""
    what: Annotated[
        str,
        Ask(
            "Hvad er der galt?",
            "Beskrivelse",
            Fault(least=4, most=LONGEST, many_lines=True),
            ("beskrivelse", "problem", "fejl"),
            "Skriv, hvad der sker, og hvad du prøvede at gøre. Fx ”printeren på 3. sal laver papirstop”.",
            told="beskrivelsen er ”{}”",
        ),
    ]
    affected: Annotated[
        str,
        Ask(
            "Hvem går det ud over?",
            "Hvem rammer det",
            AFFECTED,
            ("hvem det rammer", "rammer", "omfang", "ramte"),
            "Jo flere der er ramt, jo før bliver der set på det. Vælg ”Kun mig”, ”Flere kolleger” eller ”Hele afdelingen”.",
            told="det rammer {}",
        ),
    ]
    hinders: Annotated[
        str,
        Ask(
            "Kan du arbejde imens?",
            "Hvor meget haster det",
            HINDERS,
            ("hvor meget det haster", "haster", "hast", "prioritet", "hastegrad", "arbejde imens"),
            "Det afgør, hvor hurtigt sagen bliver taget. Vælg ”Nej, slet ikke”, ”Ja, men det er besværligt” eller ”Det haster ikke”.",
            "Svar bare, om du kan arbejde imens.",
            "{}",
        ),
    ]
    device: Annotated[
        str,
        Ask(
            "Hvilket udstyr er det?",
            "Udstyr",
            Device(),
            ("printer", "pc", "computer", "maskine", "udstyr"),
            "Navnet står på mærkaten, fx KB-3-02.",
            told="udstyret er {}",
            required=False,
        ),
    ] = ""
    place: Annotated[str, PLACE] = ""
    phone: Annotated[str, PHONE] = ""
    contact: Annotated[
        Colleague | None,
        Ask(
            "Hvem skal Servicedesk kontakte?",
            "Kontakt",
            Who(),
            ("kontakt", "kontaktperson"),
            "Skriv et navn eller en mailadresse, hvis det er en anden end dig.",
            told="kontakten er {}",
            required=False,
        ),
    ] = None

    @classmethod
    @override
    async def known(cls, at: At) -> dict[str, Any]:
        answers = await super().known(at)
        return {**answers, **whereabouts(answers, "place", "phone")}

    @classmethod
    @override
    async def heard(cls, text: str, at: At) -> dict[str, Reading]:
        said = texts.own_words(text)
        found = await super().heard(said, at)
        if own(problem(said)):
            found.setdefault("affected", Got(AFFECTED.of[0].value))
        what = problem(text)
        if len(what) > LONGEST:
            found["what"] = Bad(f"Det er for langt til en sag: højst {texts.count(LONGEST, 'tegn', 'tegn')}. Skriv det vigtigste.")
        elif what and tells(what) and not only_beside(what):
            found["what"] = Got(what)
        return found

    @classmethod
    @override
    def settle(cls, answers: dict[str, Any], changed: set[str]) -> None:
        if "what" in changed:
            answers["title"] = headline(answers["what"]) if answers.get("what") else ""

    @classmethod
    @override
    def more(cls, answers: dict[str, Any], text: str) -> str:
        if not answers.get("what") or (len(text.split()) < 3 and not names_thing(text)) or not tells(text):
            return ""
        if text.strip().lower() in answers["what"].lower():
            return "Det står der allerede."
        longer = f"{answers['what']}\n{text.strip()}"
        if len(longer) > LONGEST:
            return "Beskrivelsen er så lang, som den kan blive, så det kom ikke med."
        answers["what"] = longer
        return "Det skriver jeg med i beskrivelsen."

    @classmethod
    @override
    def its_own(cls, answers: Mapping[str, Any], text: str) -> bool:
        return another_fault(f"{answers.get('what', '')} {answers.get('title', '')} {answers.get('device', '')}", text)

    @classmethod
    @override
    def tells_more(cls, answers: Mapping[str, Any], text: str) -> bool:
        return bool(answers.get("what")) and more_of_the_same(text)

    @classmethod
    @override
    def other_thing(cls, answers: Mapping[str, Any], text: str) -> dict[str, Any]:
        what = with_other_thing(answers.get("what", ""), text)
        return {"what": what} if what else {}

    @classmethod
    @override
    def another(cls, answers: Mapping[str, Any], text: str) -> bool:
        return bool(answers.get("what") and ANOTHER.search(text))

    @classmethod
    @override
    def about(cls, answers: Mapping[str, Any]) -> str:
        title = answers.get("title")
        return f"sagen ”{texts.plain(texts.shortened(title, 60))}”" if title else "den nye sag"

    @classmethod
    @override
    async def notice(cls, at: At) -> Notice:
        servicenow = at.desk.systems.get(ServiceNow)
        caller = await servicenow.caller(at.answers["requester"]["email"])
        mine = [case for case in await servicenow.open_cases(caller) if case.kind == "incident"]
        alike = [case for case in mine if similar(case.title, at.answers["what"], case.description)][:3]
        if not alike:
            return Notice()
        listed = "; ".join(f"{case.number} ”{texts.plain(texts.shortened(case.title, 60))}” ({case.state_text.lower()})" for case in alike)
        if len(alike) == 1:
            return Notice(
                f"Du har en åben sag, der ligner: {listed}.", (Button(label="Det er den samme", do="same", data={"case": alike[0].number}),)
            )
        buttons = tuple(Button(label=f"Det er {case.number}", do="same", data={"case": case.number}) for case in alike)
        return Notice(f"Du har åbne sager, der ligner: {listed}.", buttons)

    @classmethod
    @override
    async def pressed(cls, turn: Turn, form: FormState, button: Button) -> bool:
        number = button.data.get("case", "")
        if button.do != "same" or not re.fullmatch(r"[A-Z]{2,10}\d{4,12}", number):
            return False
        turn.close_card(form.card, f"Det er den samme som {number}. Der er ikke oprettet en ny.")
        turn.state.close(form, f"Det var den samme som {number}, så der blev ikke oprettet en ny.")
        turn.state.case = number
        turn.say(
            f"Fint, så opretter jeg ikke en ny. {number} står der allerede.",
            Button(label=f"Status på {number}", do="offer", data={"intent": "case.status", "text": number}),
        )
        return True

    @override
    def confirm(self) -> str:
        return "Sådan opretter jeg sagen. Passer det?"

    @override
    def facts(self) -> list[Fact]:
        same = self.title.lower() == self.what.strip(" .!").lower()
        facts = [fact for fact in super().facts() if not (same and fact.label == "Beskrivelse")]
        if self.files:
            facts.append(Fact(label="Vedhæftet", value=texts.names(texts.plain(file.name) for file in self.files)))
        return [Fact(label="Fra", value=self.requester.label), *facts]


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Create the incident, attach what came along, read it back, tell the person."""
    servicenow = desk.systems.get(ServiceNow)
    caller = await job.step("find caller", servicenow.caller, form.requester.email)
    draft = IncidentDraft(
        caller_id=caller.id,
        title=form.title[:160],
        description=described(form),
        impact=form.affected,
        urgency=form.hinders,
        location=form.place,
        phone=form.phone,
        device=form.device,
    )
    case = await job.step("create", servicenow.create_incident, draft, job.key("incident"))
    kept, lost = await attached(form, desk, job, case)
    await job.tell("done", {"reply": created(case, kept, lost).model_dump(mode="json")})
    return "partly" if lost else "done"


def described(form: Form) -> str:
    """The description as the service desk reads it."""
    contact = f"\nKontakt: {form.contact.label}, {form.contact.email}" if form.contact else ""
    return f"{form.what}{contact}"


async def attached(form: Request, desk: Desk, job: Job, case: Case) -> tuple[list[str], list[str]]:
    """Put the files on the case, one step each; the names of those that are there, and of those that could not be."""
    servicenow = desk.systems.get(ServiceNow)

    async def attach(key: str, name: str, content_type: str) -> bool:
        try:
            data = await desk.files.read(key)
        except KeyError:
            return False
        await servicenow.attach(case, name, content_type, data)
        return True

    kept: list[str] = []
    lost: list[str] = []
    for place, file in enumerate(form.files, 1):
        there = await job.step(f"attach {place}", attach, file.key, file.name, file.content_type, on=servicenow)
        (kept if there else lost).append(file.name)
    return kept, lost


def created(case: Case, kept: list[str], lost: list[str]) -> Reply:
    """The good news, with number, link and what comes next."""
    lines = [
        f"Sag {case.number} er oprettet: ”{texts.plain(case.title)}”. Du hører fra {case.group or 'Servicedesk'}, og du kan altid spørge mig til den."
    ]
    if kept:
        lines.append(f"{texts.names(texts.plain(name) for name in kept)} er lagt ved.")
    if lost:
        lines.append(
            f"Jeg kunne ikke få fat i {texts.names(texts.plain(name) for name in lost)}. Send det igen, så lægger Servicedesk det ved."
        )
    return Reply(text=" ".join(lines), buttons=(Button(label="Åbn sagen", url=case.link),), key=f"done-{case.number}")
