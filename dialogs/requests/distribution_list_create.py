"""Make a distribution list: name, address, owner, who is on it, who may send to it, and whether it is seen in the address book."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from typing_extensions import override

from connectors.exchange import Exchange
from connectors.exchange_models import ListDraft
from dialogs import mail_lists, new_names, texts
from dialogs.desk import Desk
from dialogs.fields import At, Colleague, Option, Pick
from dialogs.form import Ask
from dialogs.people_field import People
from dialogs.people_table import Crowd, crowd
from dialogs.proposals import Address, Name
from dialogs.standard import Standard
from dialogs.talk import Reply
from dialogs.who import Owner
from jobs.engine import Job

INTENT = "distribution_list.create"
SENDERS = Pick(
    (
        Option("inside", "Alle i huset", "alle i huset", ("alle", "ansatte", "kolleger"), ("kun internt", "kun interne")),
        Option(
            "outside", "Også udefra", "alle, også udefra", ("ogsaa udefra", "eksterne"), ("ogsaa udefra", "eksterne", "borgere kan skrive")
        ),
    )
)
SEEN = Pick(
    (
        Option("yes", "Ja, vis den", "ja", ("ja", "synlig", "vis den"), ("synlig i adressebogen",)),
        Option("no", "Nej, skjul den", "nej, den er skjult", ("nej", "skjult", "skjul den"), ("skjult",)),
    )
)


class Form(Standard):
    """What the list is called, whose it is, and who is on it."""

    intent: ClassVar[str] = INTENT
    minutes: ClassVar[int] = 25  # by hand: the form in the portal 5, name and address 5, making it 5, members 5, answer 5
    yes: ClassVar[str] = "Ja, opret"
    example: ClassVar[str] = "ejer: Sofie Lund"

    name: Annotated[
        str,
        Ask(
            "Hvad skal listen hedde?",
            "Navn",
            Name(new_names.name_free, entity="list_name", wrong=new_names.wrong(INTENT)),
            ("navn", "navnet"),
            "Navnet, som kolleger ser i Outlook, fx ”Barsel Info”.",
        ),
    ]
    address: Annotated[
        str,
        Ask(
            "Hvilken adresse skal den have?",
            "Adresse",
            Address(new_names.address_free, new_names.domains, rule=new_names.by_rule(INTENT)),
            ("adresse", "mailadresse"),
            "Det, der står i Til-feltet, fx barsel.info.",
        ),
    ]
    owner: Annotated[
        Colleague,
        Ask(
            "Hvem skal eje listen?", "Ejer", Owner(), ("ejer", "ansvarlig"), "Ejeren bestemmer, hvem der er på. Skriv et navn, eller ”mig”."
        ),
    ]
    members: Annotated[
        Crowd,
        Ask(
            "Hvem skal være på den?",
            "På listen",
            People(),
            ("medlemmer", "personer"),
            "Skriv navne eller mailadresser, gerne mange.",
            required=False,
        ),
    ] = Crowd()
    senders: Annotated[
        str,
        Ask(
            "Hvem må skrive til den?", "Må skrive til den", SENDERS, ("afsendere",), "Alle i huset, eller også folk udefra.", required=False
        ),
    ] = "inside"
    seen: Annotated[
        str,
        Ask(
            "Skal den kunne ses i adressebogen?",
            "I adressebogen",
            SEEN,
            ("synlig", "adressebog"),
            "En skjult liste skal man kende adressen på.",
            required=False,
        ),
    ] = "yes"

    @classmethod
    @override
    def people(cls, at: At) -> Sequence[Colleague]:
        return crowd(at.answers.get("members")).people

    @classmethod
    @override
    def about(cls, answers: Mapping[str, Any]) -> str:
        return f"listen {texts.plain(answers['name'])}" if answers.get("name") else "den nye liste"

    @override
    def confirm(self) -> str:
        return f"Listen {texts.plain(self.name)} bliver oprettet. Passer det?"


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Make it, put the people on it, read back, and say what became of it."""
    exchange = desk.systems.get(Exchange)
    draft = ListDraft(
        name=form.name, email=form.address, owners=(form.owner.id,), outside=form.senders == "outside", hidden=form.seen == "no"
    )
    made = await job.step("create", exchange.create_list, draft, job.key("list"))
    people = form.members.people
    outcomes = await job.step("add", exchange.add_members, made.id, [one.id for one in people]) if people else []
    said = f"Listen {texts.plain(made.name)} er oprettet med adressen {made.email}. {texts.plain(form.owner.name)} ejer den. "
    said += mail_lists.told(outcomes, {one.id: one.name for one in people}, "er på")
    desk.renamed()
    await job.tell("done", {"reply": Reply(text=f"{said.strip()} Du kan se den i Outlook inden for en time.").model_dump(mode="json")})
    return "done" if all(one.state in {"done", "already"} for one in outcomes) else "partly"
