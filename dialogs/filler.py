"""Fills a form: in words, in the card, or mixed; and starts the job on a yes."""

import json
from typing import Any

from typing_extensions import override

from connectors.errors import ConnectorError
from dialogs import texts
from dialogs.fields import Got, Reading, Which
from dialogs.hearing import Hearing
from dialogs.registry import found
from dialogs.state import FormState
from dialogs.talk import Button
from dialogs.turn import Turn
from dialogs.wishes import WISHES
from dialogs.words import Word
from jobs.engine import Order


class Filler(Hearing):
    """One form in one turn: beginning, steering, presses, the yes, and what comes after."""

    @classmethod
    async def begin(cls, turn: Turn, intent: str, text: str, answers: dict[str, Any] | None = None) -> None:
        """Open a form with what the first sentence says. A form that is open already is laid aside."""
        now = turn.desk.now()
        if turn.state.open:
            turn.close_card(turn.state.open.card, "Den venter, til vi er færdige med det nye.")
            turn.state.waiting.append(turn.state.open)
        form = FormState(id=turn.desk.new_id(), intent=intent, answers=dict(answers or {}), begun_at=now, touched_at=now)
        turn.state.open = form
        form.files = [file for file in turn.event.files if not file.problem]
        filler = cls(turn, form)
        await filler.look_up()
        pending: list[tuple[str, Reading]] = []
        for name, reading in (await filler.kind.heard(text, turn.at(form))).items() if text else ():
            if isinstance(reading, Got):
                filler.put(name, reading.value)
            else:
                pending.append((name, reading))
        await filler.go_on(pending)

    @override
    async def steered(self, word: Word) -> bool:
        """Words that steer any form."""
        match word:
            case Word.CANCEL:
                await self.drop()
            case Word.OVER:
                await self.start_over()
            case Word.LATER:
                await self.lay_aside()
            case Word.REPEAT:
                await self.again()
            case Word.BACK:
                await self.step_back()
            case Word.HELP:
                await self.explain()
            case Word.CHANGE:
                await self.edit_card("Ret det, der skal være anderledes, her i kortet, eller skriv det.")
            case _:
                return False
        return True

    async def drop(self) -> None:
        """Cancel at once; it can be regretted for the rest of the day."""
        form, turn = self.form, self.turn
        turn.close_card(form.card, "Droppet. Intet er ændret.")
        form.card = ""
        turn.state.dropped = form.model_copy(deep=True)
        turn.state.close(form, "Den blev droppet, og intet er ændret.")
        turn.say("Droppet. Intet er ændret.", Button(label="Fortryd", do="restore"))
        if turn.state.wishes:
            await next_wish(turn)

    async def start_over(self) -> None:
        """The same form with nothing in it."""
        form, turn = self.form, self.turn
        turn.close_card(form.card, "Vi begyndte forfra.")
        turn.state.dropped = form.model_copy(deep=True)
        turn.state.close(form, "Vi begyndte forfra.")
        turn.lead = "Helt forfra."
        await Filler.begin(turn, form.intent, "")

    async def lay_aside(self) -> None:
        """Kept for later, without a question."""
        form, turn = self.form, self.turn
        turn.close_card(form.card, "Gemt til senere.")
        form.card = ""
        turn.state.open = None
        turn.state.waiting.append(form)
        turn.say(
            f"Fint, jeg gemmer {self.kind.about(form.answers)}. Skriv ”fortsæt”, når du er klar.", Button(label="Fortsæt", do="restore")
        )

    async def step_back(self) -> None:
        """The field that was changed last is asked again; at the summary it gets its former value back."""
        form = self.form
        names = [name for name in form.changed if name in form.answers and name in self.asks]
        if not names:
            await self.again("Der er ikke noget at gå tilbage til.")
            return
        name = names[-1]
        form.changed.remove(name)
        if name in form.before:
            value = form.before.pop(name)
            before = form.answers[name]
            self.put(name, value)
            self.note_change(name, before)
            await self.go_on()
            return
        del form.answers[name]
        await self.ask(name, f"Vi tager den igen. {self.asks[name].question}")

    async def press(self, button: Button, inputs: dict[str, str]) -> None:
        """A button of this form's newest card."""
        match button.do:
            case "yes":
                await self.confirmed()
            case "change":
                await self.edit_card("Ret det, der skal være anderledes, her i kortet, eller skriv det.")
            case "cancel":
                await self.drop()
            case "later":
                await self.lay_aside()
            case "repeat":
                await self.go_on()
            case "fill":
                await self.fill(button.data, inputs)
            case "pick":
                await self.picked(button.data)
            case "other":
                self.form.choices, self.form.offered, self.form.found = [], "", False
                await self.ask(button.data["field"], self.asks[button.data["field"]].again or self.asks[button.data["field"]].question)
            case _:
                await self.kind.pressed(self.turn, self.form, button)

    async def picked(self, data: dict[str, str]) -> None:
        """One of the offered choices, by its place."""
        place = int(data.get("place", "-1"))
        if data.get("field") == self.form.offered and 0 <= place < len(self.form.choices):
            await self.answered(self.form.offered, self.form.choices[place]["value"])
        else:
            await self.again()

    async def fill(self, data: dict[str, str], inputs: dict[str, str]) -> None:
        """A card that was sent: only what was changed in it counts; what does not fit is said at its field."""
        drawn: dict[str, str] = json.loads(data.get("drawn", "{}"))
        errors: dict[str, str] = {}
        pending: list[tuple[str, Reading]] = []
        for name, print_before in drawn.items():
            raw = inputs.get(name, "").strip()
            if name not in self.asks or self.print_of(raw) == print_before:
                continue
            before = self.form.answers.get(name)
            if not raw:
                self.emptied(name)
                continue
            reading = await self.asks[name].kind.take(raw, self.turn.at(self.form))
            if isinstance(reading, Got):
                if self.put(name, reading.value) and before is not None and self.form.asked == "confirm":
                    self.note_change(name, before)
            elif isinstance(reading, Which):
                pending.append((name, reading))
            else:
                errors[name] = reading.reason if reading else "Det kan jeg ikke bruge her."
        if errors:
            await self.edit_card("Der er noget, der skal rettes. Resten har jeg gemt.", errors, inputs)
        else:
            await self.go_on(pending)

    def emptied(self, name: str) -> None:
        """An input that was cleared: the field is open again, or left out when nobody needs it."""
        if name in self.form.answers:
            self.form.before[name] = self.form.answers.pop(name)
            self.kind.settle(self.form.answers, {name})

    @override
    async def confirmed(self) -> None:
        """The yes: one job under the form's own key; a second yes finds the first job."""
        form, turn = self.form, self.turn
        filled = self.filled()
        who = turn.event.who
        order = Order(
            key=f"{form.intent}:{form.id}",
            intent=form.intent,
            form=filled.model_dump(mode="json"),
            person={"id": who.id, "name": who.name, "tenant": who.tenant},
            conversation=turn.event.conversation,
        )
        await turn.desk.jobs.start(order)
        turn.close_card(form.card, f"Du sagde ja {texts.clock(turn.desk.now())}.")
        turn.state.close(form, f"Du sagde ja {texts.when(turn.desk.now(), turn.desk.now())}.", order.key)
        turn.say(filled.going, key=f"job-{form.id}")
        await self.go_back()

    @override
    async def go_back(self) -> None:
        """When a form has ended: the next wish, or the form that was laid aside, with its open question."""
        turn, state = self.turn, self.turn.state
        if state.wishes:
            await next_wish(turn)
        elif state.waiting:
            state.open = state.waiting.pop()
            filler = Filler(turn, state.open)
            try:
                await filler.again(f"Tilbage til {filler.kind.about(state.open.answers)}:")
            except ConnectorError as error:
                turn.say(texts.trouble(error))


async def next_wish(turn: Turn) -> None:
    """The second of two wishes."""
    wish = turn.state.wishes.pop(0)
    turn.instead(wish.text)
    turn.lead = f"Så til det næste: {wish.label[0].lower()}{wish.label[1:]}."
    if wish.intent in found().forms:
        await Filler.begin(turn, wish.intent, wish.text)
    elif wish.intent in found().answers:
        await found().answers[wish.intent](turn)
    else:
        turn.say(f"Jeg kan ikke {WISHES[wish.intent].can} endnu.")
