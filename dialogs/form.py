"""What a form is: a pydantic model whose fields carry their question, and a few words about the whole. The filler does the rest.

class Form(Request):
    intent: ClassVar = "case.create"
    what: Annotated[str, Ask("Hvad er der galt?", "Beskrivelse", Text())]
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol

from pydantic import BaseModel, ConfigDict

from connectors.directory import Directory
from dialogs.desk import Desk
from dialogs.fields import At, Colleague, Got, Kind, Reading
from dialogs.state import FormState
from dialogs.talk import Button, Fact, File, Reply
from dialogs.turn import Turn
from jobs.engine import Job


@dataclass(frozen=True)
class Ask:
    """How a field is asked for, in Danish.

    question: put when the field is missing. label: its name in cards and summaries. words: what else people call it.
    help: what it is for and an example, shown on "hvad mener du". again: said when a second try is needed; default: the question.
    told: how its value is said in a sentence, "nummeret er {}". required: False is never asked for by itself.
    """

    question: str
    label: str
    kind: Kind
    words: tuple[str, ...] = ()
    help: str = ""
    again: str = ""
    told: str = ""
    required: bool = True
    in_card: bool = True
    in_summary: bool = True

    def say(self, shown: str) -> str:
        """A value of this field in a sentence: "nummeret er 4712"."""
        return (self.told or f"{self.label[0].lower()}{self.label[1:]} er {{}}").format(shown)


@dataclass(frozen=True)
class Notice:
    """Something to know before the yes: sentences above the summary and buttons beside it. `stop` ends the form with them."""

    text: str = ""
    buttons: tuple[Button, ...] = ()
    stop: bool = False
    adds: Mapping[str, Any] = field(default_factory=dict)  # to the answers, before the summary is drawn


class Request(BaseModel):
    """Base of all forms. Class variables are the form's texts; the methods are its few rules."""

    model_config = ConfigDict(extra="ignore")

    intent: ClassVar[str]
    minutes: ClassVar[int] = 0  # saved for a person, for the run data
    yes: ClassVar[str] = "Ja, gør det"
    going: ClassVar[str] = "Jeg går i gang og skriver, når det er gjort."
    example: ClassVar[str] = ""  # of a correction in words: "sted: 3. sal"
    rechecks: ClassVar[bool] = False  # `notice` is asked again at the yes; when its `adds` are others, the summary is shown again
    differing: ClassVar[str] = "Det er ændret, hvem der skal godkende."  # said then
    takes_files: ClassVar[bool] = False  # files from the chat go along
    spoken: ClassVar[bool] = True  # can be wished for in words; False: it is begun by a button alone, and has no phrases

    requester: Colleague
    files: list[File] = []

    @classmethod
    def asks(cls) -> dict[str, Ask]:
        """Field → how it is asked for, in the order of the form."""
        return {name: item for name, info in cls.model_fields.items() for item in info.metadata if isinstance(item, Ask)}

    @classmethod
    def wanted(cls, answers: Mapping[str, Any]) -> list[str]:
        """The fields that the form has with these answers (some exist only for some answers)."""
        del answers
        return list(cls.asks())

    @classmethod
    def missing(cls, answers: Mapping[str, Any]) -> list[str]:
        """The required fields that nobody has filled, and those in which something is unsettled, in order."""
        asks = cls.asks()
        return [
            name
            for name in cls.wanted(answers)
            if (asks[name].required if name not in answers else asks[name].kind.unsettled(answers[name]) is not None)
        ]

    @classmethod
    async def known(cls, at: At) -> dict[str, Any]:
        """What the systems know already. Raises ConnectorError when they do not answer."""
        person = await at.desk.systems.get(Directory).person(at.event.who.id)
        return {"requester": Colleague.of(person).model_dump()}

    @classmethod
    async def heard(cls, text: str, at: At) -> dict[str, Reading]:
        """What the first sentence says, field by field. Default: what each kind finds in it."""
        asks, found = cls.asks(), dict[str, Reading]()
        for name in cls.wanted(at.answers):
            so_far = {field: reading.value for field, reading in found.items() if isinstance(reading, Got)}
            reading = await asks[name].kind.find(text, replace(at, answers={**at.answers, **so_far}))
            if reading is not None:
                found[name] = reading
        return found

    @classmethod
    async def split(cls, text: str, at: At) -> Sequence[str]:
        """A sentence that asks for the same of several things, as one wish for each. Default: it is one wish."""
        del at
        return [text]

    @classmethod
    def settle(cls, answers: dict[str, Any], changed: set[str]) -> None:
        """Fields that follow from others are set here, in place, after each change."""
        del answers, changed

    @classmethod
    async def options(cls, field: str, at: At) -> list[dict[str, Any]]:
        """What may be offered when `field` is asked: {"label", "value"}. Default: the kind's fixed options."""
        del at
        return [{"label": option.label, "value": option.value} for option in cls.asks()[field].kind.options()]

    @classmethod
    def more(cls, answers: dict[str, Any], text: str) -> str:
        """A text that fits no field: take it up and say so (a sentence), or "" when it is of no use here."""
        del answers, text
        return ""

    @classmethod
    def its_own(cls, answers: Mapping[str, Any], text: str) -> bool:
        """Whether a text that `more` would take up may be a matter of its own; the person is asked then."""
        del answers, text
        return False

    @classmethod
    def tells_more(cls, answers: Mapping[str, Any], text: str) -> bool:
        """Whether a piece of an answer says more of what the form is about, so that it must not be lost beside the answer."""
        del answers, text
        return False

    @classmethod
    def other_thing(cls, answers: Mapping[str, Any], text: str) -> dict[str, Any]:
        """What changes when a correction names nothing but another thing ("hov, det er scanneren"): field → value; nothing as a rule."""
        del answers, text
        return {}

    @classmethod
    def another(cls, answers: Mapping[str, Any], text: str) -> bool:
        """Whether a text asks for a second form of this kind, beside the one that is open."""
        del answers, text
        return False

    @classmethod
    def put(cls, field: str, answers: Mapping[str, Any]) -> str:
        """The question of a field, as it is put with these answers."""
        del answers
        return cls.asks()[field].question

    @classmethod
    def about(cls, answers: Mapping[str, Any]) -> str:
        """What the form is about, as it is named when one comes back to it: "sagen om printeren"."""
        raise NotImplementedError

    @classmethod
    async def pressed(cls, turn: Turn, form: FormState, button: Button) -> bool:
        """A button of the form's own (from its `notice`). True: the form has ended with it; False: it is none of the form's buttons."""
        del turn, form, button
        return False

    @classmethod
    async def barred(cls, at: At) -> Notice | None:
        """Why it cannot be asked for at all, as far as the answers tell; asked before anything else is."""
        del at
        return None

    @classmethod
    async def notice(cls, at: At) -> Notice:
        """What the person should know before the yes."""
        del at
        return Notice()

    def agree(self) -> str:
        """The label of the yes."""
        return self.yes

    def begun(self, job: str) -> Reply:
        """What is said when the yes has come: the job of that key is under way."""
        del job
        return Reply(text=self.going)

    async def cleared(self, desk: Desk, job: Job) -> str:
        """In the job, before the work: "" when it may go on, else the outcome it ends with. Default: it may."""
        del desk, job
        return ""

    def confirm(self) -> str:
        """What will happen, in a sentence; the facts stand below it."""
        raise NotImplementedError

    def facts(self) -> list[Fact]:
        """The summary's lines: every field that is filled. What they show is what is done."""
        answers = self.model_dump(mode="json")
        asks = self.asks()
        return [
            fact
            for name in self.wanted(answers)
            if asks[name].in_summary and not asks[name].kind.is_empty(answers.get(name))
            for fact in asks[name].kind.facts(asks[name].label, answers[name])
        ]


class Execute(Protocol):
    """The work of a form, beside it in its module as `execute`: named steps, and the outcome as a word for the run data."""

    async def __call__(self, form: Any, desk: Desk, job: Job) -> str:
        """Runs the steps and tells the person; gives "done" or "partly"."""
