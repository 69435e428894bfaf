"""Fills a form: in words, in the card, or mixed; and starts the job on a yes."""

import json
from typing import Any

from typing_extensions import override

from connectors.errors import ConnectorError
from dialogs import drawing, texts
from dialogs.fields import Got, Reading, Which
from dialogs.hearing import Hearing
from dialogs.registry import found
from dialogs.state import FormState
from dialogs.talk import Button
from dialogs.turn import Turn
from dialogs.wishes import WISHES
from dialogs.words import Word
from jobs.engine import Order

MOST_ASIDE = 3


class Filler(Hearing):
    """One form in one turn: beginning, steering, presses, the yes, and what comes after."""

    @classmethod
    async def begin(cls, turn: Turn, intent: str, text: str, answers: dict[str, Any] | None = None) -> None:
        """Open a form with what the first sentence says. A form that is open already is laid aside, one with nothing in it is replaced."""
        now, before = turn.desk.now(), turn.state.open
        if before and before.intent == intent and not before.filled_by:
            turn.close_card(before.card, "Vi begyndte på en ny.")
            turn.state.close(before, "Vi begyndte på en ny.")
        elif before:
            before.files = [file for file in before.files if file not in turn.event.files]
            set_aside(turn, before, "Den venter, til vi er færdige med det nye.")
        elif not turn.state.waiting:
            turn.state.said = []  # a hand-over tells of this, not of what was talked of before
        form = FormState(id=turn.desk.new_id(), intent=intent, first=text, answers=dict(answers or {}), begun_at=now, touched_at=now)
        turn.state.open = form
        filler = cls(turn, form)
        filler.take_files()
        await filler.hear_first()

    @override
    async def hear_first(self) -> None:
        """Fill what the first sentence says. When a system fails meanwhile, it is heard again with the next try."""
        form = self.form
        await self.look_up()
        pending: list[tuple[str, Reading]] = []
        for name, reading in (await self.kind.heard(form.first, self.turn.at(form))).items() if form.first else ():
            if isinstance(reading, Got):
                self.put(name, reading.value)
            elif reading is not None:
                pending.append((name, reading))
        form.first = ""
        await self.go_on(pending)

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
        self.regrettable("Den blev droppet, og intet er ændret.")
        turn.say("Droppet. Intet er ændret.", Button(label="Fortryd", do="restore", data={"form": form.id}))
        await self.go_back()

    def regrettable(self, sentence: str) -> None:
        """The form has ended, and is kept for the rest of the day."""
        form, state = self.form, self.turn.state
        form.card, form.touched_at = "", self.turn.desk.now()
        state.dropped, state.regret = form.model_copy(deep=True), True
        state.close(form, sentence)

    async def start_over(self) -> None:
        """The same form with nothing in it."""
        form, turn = self.form, self.turn
        turn.close_card(form.card, "Vi begyndte forfra.")
        self.regrettable("Vi begyndte forfra.")
        turn.note("Helt forfra.")
        turn.beside = (Button(label="Fortryd", do="restore", data={"form": form.id}, checks=False),)  # beside a card with inputs
        known = {} if self.kind.spoken else {name: value for name, value in form.answers.items() if name not in self.asks}
        await Filler.begin(turn, form.intent, "", known)  # what a button began it with is still what it is about

    async def lay_aside(self) -> None:
        """Kept for later, without a question."""
        form, turn = self.form, self.turn
        set_aside(turn, form, "Gemt til senere.")
        proceed = Button(label="Fortsæt", do="restore", data={"form": form.id})
        turn.say(f"Fint, jeg gemmer {self.kind.about(form.answers)}. Skriv ”fortsæt”, når du er klar.", proceed)
        if turn.state.wishes:
            await next_wish(turn)

    @override
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
        form.before[name] = form.answers.pop(name)
        await self.ask(name, f"Vi tager den igen. {self.asks[name].question}")

    async def press(self, button: Button, inputs: dict[str, str]) -> None:
        """A button of this form's newest card."""
        match button.do:
            case "yes":
                await (self.confirmed() if self.summed else self.go_on())
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
            case "with" if self.form.loose:
                await self.put_with()
            case "apart" if self.form.loose:
                await self.put_apart()
            case "other" if button.data.get("field") == self.form.offered:
                self.forget_choices()
                await self.ask(self.form.asked, self.asks[self.form.asked].again)
            case _:
                if await self.kind.pressed(self.turn, self.form, button):
                    await self.go_back()
                else:
                    await self.again()

    async def picked(self, data: dict[str, str]) -> None:
        """One of the offered choices, by its place."""
        place = data.get("place", "")
        if data.get("field") == self.form.offered and place.isdecimal() and int(place) < len(self.form.choices):
            await self.answered(self.form.offered, self.form.choices[int(place)]["value"])
        else:
            await self.again()

    async def fill(self, data: dict[str, str], inputs: dict[str, str]) -> None:
        """A card that was sent: only what was changed in it counts; what does not fit is said at its field."""
        drawn = drawn_of(data)
        if data.get("offered") != self.print_of_choices() and any(
            self.asks[name].kind.drawn == "choices" for name in drawn if name in self.asks
        ):
            await self.again("Den liste gælder ikke længere.")
            return
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
            reading = self.number_refused(name) if texts.only_cpr(raw) else await self.asks[name].kind.take(raw, self.at(name))
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

    @override
    async def confirmed(self) -> None:
        """The yes: one job under the form's own key; a second yes finds the first job."""
        form, turn = self.form, self.turn
        filled = self.filled()
        who = turn.event.who
        if filled.requester.id != who.id:  # by Entra id, whatever the conversation
            turn.say(f"Det er {texts.plain(filled.requester.name)}, der skal sige ja til det.")
            return
        if self.kind.rechecks and await self.differs():
            return
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
        begun = filled.begun(order.key)
        turn.say(begun.text, *begun.buttons, key=f"job-{form.id}")
        await self.go_back()

    async def differs(self) -> bool:
        """Whether what was said yes to is no longer so: then the summary is shown anew, or the form has ended with the reason."""
        notice = await self.kind.notice(self.turn.at(self.form))
        if not notice.stop and all(self.form.answers.get(name) == value for name, value in notice.adds.items()):
            return False
        if not notice.stop:
            self.turn.note(self.kind.differing)
        await self.summary()
        return True

    @override
    async def go_back(self) -> None:
        """When a form has ended: the next wish, or the form that was laid aside, with its open question."""
        turn, state = self.turn, self.turn.state
        while state.wishes and state.open is None:
            await next_wish(turn)
        if state.waiting and state.open is None:
            state.open = state.waiting.pop()
            filler = Filler(turn, state.open)
            turn.beside = (Button(label="Senere", do="later", checks=False), drawing.cancel("Drop den"))
            try:
                await filler.again(f"Tilbage til {filler.kind.about(state.open.answers)}:")
            except ConnectorError as error:
                turn.say(texts.trouble(error))


def drawn_of(data: dict[str, str]) -> dict[str, str]:
    """What a card was drawn with, field by field."""
    try:
        drawn = json.loads(data.get("drawn", "{}"))
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in drawn.items()} if isinstance(drawn, dict) else {}


def set_aside(turn: Turn, form: FormState, sentence: str) -> None:
    """A form waits. When too many do, the oldest is dropped, and that is said."""
    turn.close_card(form.card, sentence)
    form.card = ""
    state = turn.state
    state.waiting.append(form)
    if state.open is form:
        state.open = None
    if len(state.waiting) > MOST_ASIDE:
        oldest = state.waiting.pop(0)
        state.close(oldest, "Den blev droppet, fordi der var for meget, der ventede.")
        turn.note(f"Jeg kan huske tre ting ad gangen, så {found().forms[oldest.intent].about(oldest.answers)} er droppet.")


async def next_wish(turn: Turn) -> None:
    """The second of two wishes."""
    wish = turn.state.wishes.pop(0)
    turn.instead(wish.text)
    turn.note(f"Så til det næste: ”{texts.plain(texts.shortened(wish.text.replace('”', ''), 80))}”.")
    if wish.intent in found().forms:
        await Filler.begin(turn, wish.intent, wish.text)
    elif wish.intent in found().answers:
        await found().answers[wish.intent](turn)
    else:
        turn.say(f"Jeg kan ikke {WISHES[wish.intent].can} endnu.")
