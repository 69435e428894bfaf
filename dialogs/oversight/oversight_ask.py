"""Ask one's manager to sign a run that one may not sign oneself: shown, confirmed, and written to them in Teams."""

from collections.abc import Mapping
from typing import Any, ClassVar

from typing_extensions import override

from connectors.errors import Denied, NotFound
from dialogs import texts
from dialogs.desk import Desk
from dialogs.fields import At, Colleague
from dialogs.form import Notice, Request
from dialogs.oversight import myself, telling
from dialogs.oversight.pointed import named_by
from dialogs.oversight.rights import REFUSAL, may_see, office
from dialogs.starting import start
from dialogs.talk import Button, Reply
from dialogs.turn import Turn
from jobs.engine import Job


class Form(Request):
    """Which run. Who is asked is looked up."""

    intent: ClassVar[str] = "oversight.ask"
    spoken: ClassVar[bool] = False
    yes: ClassVar[str] = "Ja, spørg"
    going: ClassVar[str] = "Jeg skriver til din leder."

    of: str
    to: Colleague | None = None
    what: str = ""

    @classmethod
    @override
    def about(cls, answers: Mapping[str, Any]) -> str:
        return "underskriften på tilsynet"

    @classmethod
    @override
    async def notice(cls, at: At) -> Notice:
        run = await office(at.desk).runs.get(at.answers["of"])
        if run is None or not await may_see(at.desk, at.event.who.id):
            return Notice(REFUSAL, stop=True)
        above = await myself.chief(at.desk, at.event.who.id)
        if above is None:
            return Notice("Jeg kan ikke se, hvem din leder er. Bed en anden leder om at skrive under.", stop=True)
        return Notice(adds={"to": above.model_dump(), "what": telling.answer(run)})

    @override
    def confirm(self) -> str:
        return f"Jeg beder {texts.plain(self.to.label if self.to else '')} om at skrive under. {self.what} Passer det?"


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Write to the manager in their own chat, and say how that went."""
    del desk
    assert form.to is not None  # noqa: S101 - the notice has found them
    name = texts.plain(form.to.name)
    card = Reply(
        text=f"{texts.plain(form.requester.label)} beder dig skrive under på et ledelsestilsyn. {form.what}",
        buttons=(Button(label="Se og skriv under", do="oversight sign", data={"run": form.of}),),
        key=f"asked-{job.reference}",
    )
    try:
        await job.tell("ask", {"reply": card.model_dump(mode="json")}, to=f"person:{form.to.id}")
    except (Denied, NotFound):
        text = f"Jeg kan ikke skrive til {name} i Teams, så skriv selv. Det hedder ”skriv under på tilsynet” her hos mig."
        await job.tell("done", {"reply": Reply(text=text).model_dump(mode="json")})
        return "partly"
    await job.tell("done", {"reply": Reply(text=f"Jeg har skrevet til {name}.").model_dump(mode="json")})
    return "done"


async def pressed(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """Begin to ask."""
    del card, inputs
    if run := await named_by(turn, button):
        await start(turn, Form.intent, "", {"of": run.id})


PRESSES = {"oversight ask": pressed}
