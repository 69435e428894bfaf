"""Make a shared mailbox: name, address, owner, who may open it, send as it or on its behalf, and what it is for."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from typing_extensions import override

from connectors.errors import NotFound
from connectors.exchange import Exchange
from connectors.exchange_models import MailboxDraft, Right
from dialogs import new_names, texts
from dialogs.desk import Desk
from dialogs.fields import At, Colleague
from dialogs.finishing import finish
from dialogs.form import Ask
from dialogs.people_field import People
from dialogs.people_table import Crowd, Row, crowd, listed
from dialogs.standard import Reversal, Standard
from dialogs.talk import Fact
from jobs.engine import Job

INTENT = "mailbox.create"


class Form(Standard):
    """What the mailbox is called, whose it is, and who does what with it."""

    intent: ClassVar[str] = INTENT
    minutes: ClassVar[int] = 35  # by hand: the form 5, naming 5, making it 5, rights 10, the case 5, answer 5
    yes: ClassVar[str] = "Ja, opret"
    example: ClassVar[str] = "ejer: Sofie Lund"

    name: Annotated[str, new_names.name(INTENT, "postkassen", "mailbox_name", "Navnet, som modtagerne ser, fx ”Barsel Orlov”.")]
    address: Annotated[str, new_names.address(INTENT, "Den adresse, folk skriver til, fx barsel.orlov.")]
    owner: Annotated[Colleague, new_names.owner("postkassen", "Ejeren siger god for, hvem der har adgang.")]
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
            new_names.Purpose(least=4, most=300),
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
    async def reversal(self, back: Mapping[str, Any], at: At) -> Reversal | str:
        exchange, name = at.desk.systems.get(Exchange), texts.plain(self.name)
        try:
            held = await exchange.permissions(back["id"])
        except NotFound:
            return f"Postkassen {name} findes ikke længere."
        ours = {(one.id, right) for right, some in self.rights().values() for one in some.people}
        others = dict.fromkeys(texts.plain(one.holder.name) for one in held if (one.holder.id, one.right) not in ours)
        if others:
            return f"{listed(list(others))} har fået adgang til {name} siden, så jeg sletter den ikke. Ejeren kan bede Servicedesk om det."
        items = await exchange.items(back["id"])
        if items:
            lie = texts.count(items, "mail", "mails")
            return f"Der ligger {lie} i {name}, så jeg sletter den ikke. Ejeren kan bede Servicedesk om det."
        filled = "" if items == 0 else " sammen med det, der ligger i den"
        return Reversal(f"Postkassen {name} bliver slettet{filled}.", [Fact(label="Postkasse", value=f"{name} ({self.address})")])

    @override
    async def undo(self, back: Mapping[str, Any], key: str, desk: Desk, job: Job) -> str:
        await job.step("withdraw", desk.systems.get(Exchange).withdraw_mailbox, back["id"], f"{key}/mailbox")
        desk.renamed()
        return f"Postkassen {texts.plain(self.name)} er slettet. Servicedesk kan hente den tilbage i 30 dage."

    @override
    def confirm(self) -> str:
        return f"Postkassen {texts.plain(self.name)} bliver oprettet. Passer det?"


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Make it, give each their rights, read back, and say what is ready."""
    exchange = desk.systems.get(Exchange)
    made = await job.step(
        "create", exchange.create_mailbox, MailboxDraft(name=form.name, email=form.address, owner=form.owner.id), job.key("mailbox")
    )
    rights = form.rights()
    for right, some in rights.values():
        for number, one in enumerate(some.people):
            await job.step(f"{right} {number}", exchange.grant, made.id, one.id, right)
    who = listed([texts.plain(one.name) for one in rights["members"][1].people])
    said = f"Postkassen {texts.plain(made.name)} er klar på {made.email}. {who} kan åbne den. Den dukker op i Outlook inden for en time."
    desk.renamed()
    return await finish(form, desk, job, said, back={"id": made.id})
