"""Make a distribution list: name, address, owner, who is on it, who may send to it, and whether it is seen in the address book."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from typing_extensions import override

from connectors.errors import NotFound
from connectors.exchange import Exchange
from connectors.exchange_models import ListDraft
from dialogs import mail_lists, new_names, texts
from dialogs.desk import Desk
from dialogs.fields import At, Colleague, Option, Pick
from dialogs.finishing import finish
from dialogs.form import Ask
from dialogs.people_field import People
from dialogs.people_table import Crowd, listed
from dialogs.standard import Reversal, Standard
from dialogs.talk import Fact
from jobs.engine import Job

INTENT = "distribution_list.create"
SENDERS = Pick(
    (
        Option("inside", "Alle i huset", "alle i huset", ("alle", "ansatte", "kolleger"), ("kun internt", "kun interne")),
        Option("outside", "Også udefra", "alle, også udefra", ("ogsaa udefra", "eksterne"), ("udefra", "eksterne", "borgere kan skrive")),
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

    name: Annotated[str, new_names.name(INTENT, "listen", "list_name", "Navnet, som kolleger ser i Outlook, fx ”Barsel Info”.")]
    address: Annotated[str, new_names.address(INTENT, "Det, der står i Til-feltet, fx barsel.info.")]
    owner: Annotated[Colleague, new_names.owner("listen", "Ejeren bestemmer, hvem der er på.")]
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
    def about(cls, answers: Mapping[str, Any]) -> str:
        return f"listen {texts.plain(answers['name'])}" if answers.get("name") else "den nye liste"

    @override
    async def reversal(self, back: Mapping[str, Any], at: At) -> Reversal | str:
        exchange, name = at.desk.systems.get(Exchange), texts.plain(self.name)
        try:
            await exchange.mail_list(back["id"])
        except NotFound:
            return f"Listen {name} findes ikke længere."
        ours = {one.id for one in self.members.people}
        others = [texts.plain(one.name) for one in await exchange.members(back["id"]) if one.id not in ours]
        if others:
            return f"{listed(others)} er kommet på {name} siden, så jeg sletter den ikke. Ejeren kan bede Servicedesk om det."
        return Reversal(f"Listen {name} bliver slettet.", [Fact(label="Liste", value=f"{name} ({self.address})")])

    @override
    async def undo(self, back: Mapping[str, Any], key: str, desk: Desk, job: Job) -> str:
        await job.step("withdraw", desk.systems.get(Exchange).withdraw_list, back["id"], f"{key}/list")
        desk.renamed()
        return f"Listen {texts.plain(self.name)} er slettet."

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
    outcome = "done" if mail_lists.outcome_of(outcomes) == "done" else "partly"
    return await finish(
        form, desk, job, f"{said.strip()} Du kan se den i Outlook inden for en time.", outcome=outcome, back={"id": made.id}
    )
