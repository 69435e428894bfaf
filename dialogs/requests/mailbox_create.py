"""Make a shared mailbox: name, address, owner, who may open it, send as it or on its behalf, and what it is for."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from typing_extensions import override

from connectors.exchange import Exchange
from connectors.exchange_models import MailboxDraft, Right
from dialogs import new_names, texts
from dialogs.desk import Desk
from dialogs.fields import At, Colleague, Text
from dialogs.form import Ask
from dialogs.people_field import People
from dialogs.people_table import Crowd, Row, crowd, listed
from dialogs.proposals import Address, Name
from dialogs.standard import Standard
from dialogs.talk import Fact, Reply
from dialogs.who import Owner
from jobs.engine import Job

INTENT = "mailbox.create"


class Form(Standard):
    """What the mailbox is called, whose it is, and who does what with it."""

    intent: ClassVar[str] = INTENT
    minutes: ClassVar[int] = 35  # by hand: the form 5, naming 5, making it 5, rights 10, the case 5, answer 5
    yes: ClassVar[str] = "Ja, opret"
    example: ClassVar[str] = "ejer: Sofie Lund"

    name: Annotated[
        str,
        Ask(
            "Hvad skal postkassen hedde?",
            "Navn",
            Name(new_names.name_free, wrong=new_names.wrong(INTENT)),
            ("navn", "navnet"),
            "Navnet, som modtagerne ser, fx ”Barsel Orlov”.",
        ),
    ]
    address: Annotated[
        str,
        Ask(
            "Hvilken adresse skal den have?",
            "Adresse",
            Address(new_names.address_free, new_names.domains, rule=new_names.by_rule(INTENT)),
            ("adresse", "mailadresse"),
            "Den adresse, folk skriver til, fx barsel.orlov.",
        ),
    ]
    owner: Annotated[
        Colleague,
        Ask(
            "Hvem skal eje postkassen?",
            "Ejer",
            Owner(),
            ("ejer", "ansvarlig"),
            "Ejeren siger god for, hvem der har adgang. Skriv et navn, eller ”mig”.",
        ),
    ]
    members: Annotated[
        Crowd,
        Ask(
            "Hvem skal have adgang?",
            "Kan åbne den",
            People(),
            ("medlemmer", "adgang", "personer"),
            "Skriv navne eller mailadresser på dem, der skal læse og svare.",
        ),
    ]
    send_as: Annotated[
        Crowd,
        Ask(
            "Hvem skal kunne sende som postkassen?",
            "Sender som den",
            People(beside=r"\bsend\w*\s+som\b"),
            ("send som",),
            "Modtageren ser kun postkassens navn. Skriver du ingen, er det dem med adgang.",
            required=False,
        ),
    ] = Crowd()
    on_behalf: Annotated[
        Crowd,
        Ask(
            "Hvem skal kunne sende på vegne af postkassen?",
            "Sender på vegne af",
            People(beside=r"\bp[åa]+\s+vegne\b"),
            ("på vegne af",),
            "Modtageren ser både navnet på personen og på postkassen.",
            required=False,
        ),
    ] = Crowd()
    reason: Annotated[
        str,
        Ask(
            "Hvad skal den bruges til?",
            "Bruges til",
            Text(least=4, most=300),
            ("formål", "bruges til"),
            "Fx ”spørgsmål om barsel”. Kun den, der godkender, ser det; det bliver ikke skrevet i Exchange.",
        ),
    ]

    @classmethod
    @override
    def people(cls, at: At) -> Sequence[Colleague]:
        return [one for field in ("members", "send_as", "on_behalf") for one in crowd(at.answers.get(field)).people]

    @classmethod
    @override
    def about(cls, answers: Mapping[str, Any]) -> str:
        return f"postkassen {texts.plain(answers['name'])}" if answers.get("name") else "den nye postkasse"

    def rights(self) -> dict[str, tuple[Right, Crowd]]:
        """Who gets which right, by the field that shows it: what the summary says and `execute` writes.

        The owner opens it like the others; who opens it may send as it, unless others are named for that.
        """
        owner = Row(raw=self.owner.name, status="found", person=self.owner)
        opening = Crowd().with_rows([owner, *self.members.rows])
        sending = self.send_as if self.send_as.people else opening
        return {"members": ("full", opening), "send_as": ("send_as", sending), "on_behalf": ("on_behalf", self.on_behalf)}

    @override
    def facts(self) -> list[Fact]:
        return super(Form, self.model_copy(update={field: people for field, (_, people) in self.rights().items()})).facts()

    @override
    def confirm(self) -> str:
        return f"Postkassen {texts.plain(self.name)} bliver oprettet. Passer det?"


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Make it, give each their rights, read back, and say what is ready."""
    exchange = desk.systems.get(Exchange)
    made = await job.step("create", exchange.create_mailbox, MailboxDraft(name=form.name, email=form.address), job.key("mailbox"))
    rights = form.rights()
    for right, some in rights.values():
        for number, one in enumerate(some.people):
            await job.step(f"{right} {number}", exchange.grant, made.id, one.id, right)
    who = listed([texts.plain(one.name) for one in rights["members"][1].people])
    said = f"Postkassen {texts.plain(made.name)} er klar på {made.email}. {who} kan åbne den. Den dukker op i Outlook inden for en time."
    desk.renamed()
    await job.tell("done", {"reply": Reply(text=said).model_dump(mode="json")})
    return "done"
