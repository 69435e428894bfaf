"""Asking for what a form lacks: questions, choices, cards, and the summary before the yes."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from connectors.errors import Unavailable
from dialogs import drawing, texts
from dialogs.fields import At, Bad, Got, Reading, Which
from dialogs.form import Notice, Request
from dialogs.registry import found
from dialogs.state import FormState
from dialogs.talk import Button, Input
from dialogs.turn import Turn

NOTHING: Mapping[str, str] = {}


class Asking:
    """One form in one turn. Every method leaves the turn's replies and the form's state as they should be."""

    def __init__(self, turn: Turn, form: FormState) -> None:
        self.turn, self.form = turn, form
        self.kind: type[Request] = found().forms[form.intent]
        self.asks = self.kind.asks()
        self.changes: dict[str, tuple[str, bool]] = {}  # field → what is to be said back, and whether it was empty before

    def tell_changes(self) -> None:
        """Say back what was changed, as in "Rettet: stedet er 3. sal (før 2. sal). Nummeret er 4712 (før 4711)."."""
        for word, empty in (("Rettet", False), ("Noteret", True)):
            told = [said for said, fresh in self.changes.values() if fresh is empty]
            if told:
                first, *others = told
                self.turn.note(" ".join((f"{word}: {first}.", *(f"{one[0].upper()}{one[1:]}." for one in others))))
        self.changes.clear()

    async def look_up(self) -> None:
        """What the systems know about the one who asks; tried again before the summary when they do not answer."""
        if "requester" not in self.form.answers:
            try:
                known = await self.kind.known(self.turn.at(self.form))
            except Unavailable as error:
                self.turn.note(f"{texts.system_name(error.system)} svarer ikke lige nu, så jeg kan ikke slå dig op endnu.")
                return
            for name, value in known.items():
                self.form.answers.setdefault(name, value)

    def at(self, name: str) -> At:
        """Where a field is read."""
        at = self.turn.at(self.form, name)
        at.now = self.form.answers.get(name)
        return at

    def put(self, name: str, value: Any) -> bool:
        """Set a field; False when it held that value already. What was proposed from it is proposed anew."""
        form = self.form
        value = self.asks[name].kind.join(form.answers.get(name), value)
        form.skipped = [one for one in form.skipped if one != name]
        if form.answers.get(name) == value:
            return False
        if name in form.answers:
            form.before[name] = form.answers[name]
        form.answers[name] = value
        form.filled_by[name] = self.turn.event.id
        form.changed = [*(one for one in form.changed if one != name), name]
        if name in {form.asked, form.offered}:
            form.attempts = form.helped = 0
            self.forget_choices()
        for other in [one for one in form.proposed if name in self.asks[one].kind.follows]:
            form.answers.pop(other, None)
        form.proposed = [one for one in form.proposed if one in form.answers and one != name]
        self.kind.settle(form.answers, {name})
        return True

    async def propose(self) -> None:
        """Fill what can be proposed from the other answers; it is shown in the summary, and corrected like all else."""
        form = self.form
        for name in self.kind.wanted(form.answers):
            kind = self.asks[name].kind
            if name in form.answers or name in form.skipped or any(one not in form.answers for one in kind.follows):
                continue
            reading = await kind.propose(self.at(name))
            if isinstance(reading, Got):
                form.answers[name] = reading.value
                form.proposed = [*form.proposed, name]

    async def go_on(self, pending: list[tuple[str, Reading]] | None = None) -> None:
        """Ask the next thing: a choice that is open, a field that is missing, or whether the summary is right."""
        for _, reading in pending or ():
            if isinstance(reading, Bad):
                self.turn.note(reading.reason)
        for name, reading in pending or ():
            if isinstance(reading, Which):
                await self.ask(name, which=reading)
                return
        await self.propose()
        missing = self.kind.missing(self.form.answers)
        barred = await self.kind.barred(self.turn.at(self.form)) if missing and "requester" in self.form.answers else None
        if barred:
            await self.stopped(barred)
        elif missing:
            await self.ask(missing[0])
        else:
            await self.summary()

    async def stopped(self, notice: Notice) -> None:
        """The form ends with that."""
        form, turn = self.form, self.turn
        turn.close_card(form.card, notice.text)
        turn.state.close(form, notice.text)
        turn.say(notice.text, *notice.buttons)
        await self.go_back()

    @property
    def summed(self) -> bool:
        """Whether the summary is what the person has before them, so that a yes is a yes to it."""
        return bool(self.form.card) and self.form.card == self.form.summary

    def forget_choices(self) -> None:
        """What was offered is no longer to be chosen from."""
        self.form.choices, self.form.offered, self.form.found = [], "", False

    def new_card(self, sentence: str = "Se det nyeste kort længere nede.") -> str:
        """The key of the next card; the one before gives way to the sentence."""
        if self.form.card not in self.turn.closes:
            self.turn.close_card(self.form.card, sentence)
        self.form.drawn += 1
        self.form.card = f"{self.form.id}-{self.form.drawn}"
        self.form.touched_at = self.turn.desk.now()
        return self.form.card

    def point_at(self, name: str) -> None:
        """From now on `name` is the field that is asked."""
        if self.form.asked != name:
            self.form.asked, self.form.attempts, self.form.helped, self.form.reason = name, 0, 0, ""
            if self.form.offered != name:
                self.forget_choices()

    async def ask(self, name: str, text: str = "", which: Which | None = None) -> None:
        """Put a field's question (or another text for it), with its choices, or those that were found, as buttons or a list."""
        ask, form, turn = self.asks[name], self.form, self.turn
        self.tell_changes()
        self.point_at(name)
        value = form.answers.get(name)
        open_part = ask.kind.unsettled(value) if which is None and value is not None else None
        which = which or open_part
        if which is None and form.found and form.offered == name:  # what was found is still the question
            which = Which(ask.question, tuple((one["label"], one["value"]) for one in form.choices))
        form.offered, form.found = name, which is not None
        form.choices = (
            [{"label": label, "value": value} for label, value in which.choices] if which else await self.kind.options(name, turn.at(form))
        )
        drawn_whole = ask.kind.drawn == "choices" or (which is None and not self.said_anything() and len(self.card_fields()) > 1)
        beside = [button for button in turn.beside if not (drawn_whole and button.do == "cancel")]  # it has that one already
        turn.beside = ()
        key, question = self.new_card(), text or (which.question if which else self.kind.put(name, form.answers))
        if ask.kind.drawn == "choices":
            inputs = [drawing.many(name, ask, form.choices, found=form.found)]
            turn.say(question, drawing.send("Videre", self.drawn_with([name])), *beside, drawing.cancel(), inputs=inputs, key=key)
        elif drawn_whole:
            turn.say(f"{question} Skriv det her, eller udfyld kortet.", *self.card_buttons(), *beside, inputs=self.inputs(), key=key)
        elif buttons := (*drawing.choices(name, form.choices, other=ask.kind.other if which and not open_part else ""), *beside):
            turn.say(question, *buttons, facts=ask.kind.table(value) if open_part else None, key=key)
        else:
            form.card = ""
            turn.say(question)

    def said_anything(self) -> bool:
        """Whether the person has filled any field so far."""
        return bool(self.form.filled_by)

    def card_fields(self) -> list[str]:
        return [name for name in self.kind.wanted(self.form.answers) if self.asks[name].in_card]

    def inputs(self, errors: Mapping[str, str] = NOTHING, typed: Mapping[str, str] = NOTHING) -> list[Input]:
        """The card's inputs with what is known; one that does not fit keeps what was typed, with the reason."""
        return [drawing.box(name, self.asks[name], typed.get(name, self.raw(name)), errors.get(name, "")) for name in self.card_fields()]

    def drawn_with(self, names: list[str]) -> dict[str, str]:
        """A short print of each field's value, so that a card later changes only what was changed in it."""
        return {"drawn": json.dumps({name: self.print_of(self.raw(name)) for name in names}), "offered": self.print_of_choices()}

    def print_of_choices(self) -> str:
        """Of the list that is offered: places in an older list mean other things."""
        return self.print_of("\n".join(str(one["label"]) for one in self.form.choices))

    def raw(self, name: str) -> str:
        value = self.form.answers.get(name)
        return "" if value is None else self.asks[name].kind.raw(value)

    @staticmethod
    def print_of(raw: str) -> str:
        return sha256(raw.strip().encode()).hexdigest()[:8]

    def card_buttons(self) -> list[Button]:
        return [drawing.send("Send", self.drawn_with(self.card_fields())), drawing.cancel()]

    async def edit_card(self, text: str, errors: Mapping[str, str] = NOTHING, typed: Mapping[str, str] = NOTHING) -> None:
        """The whole form as a card, with everything that is known."""
        self.tell_changes()
        self.turn.say(text, *self.card_buttons(), inputs=self.inputs(errors, typed), key=self.new_card())

    async def summary(self, text: str = "") -> None:
        """Exactly what will be done, with yes and no. Nothing has been written yet."""
        form, turn = self.form, self.turn
        self.tell_changes()
        await self.look_up()
        if "requester" not in form.answers:
            self.point_at("confirm")
            turn.say("Dine svar er gemt. Prøv igen om lidt.", Button(label="Prøv igen", do="repeat"), drawing.cancel(), key=self.new_card())
            return
        try:
            notice = await self.kind.notice(turn.at(form))
        except Unavailable as error:
            self.point_at("confirm")
            buttons = (Button(label="Prøv igen", do="repeat"), drawing.cancel())
            turn.say(f"{texts.system_name(error.system)} svarer ikke lige nu. Dine svar er gemt.", *buttons, key=self.new_card())
            return
        if notice.stop:
            await self.stopped(notice)
            return
        form.answers.update(notice.adds)
        self.point_at("confirm")
        filled = self.filled()
        again = "Resten er som før. Passer det nu?" if turn.corrected and form.summary else filled.confirm()
        news = "" if notice.text == form.noticed else notice.text
        form.noticed = notice.text
        said = "\n".join(part for part in (news, text or again) if part)
        answers = (
            Button(label=filled.agree(), do="yes", style="positive"),
            *notice.buttons,
            Button(label="Ret noget", do="change"),
            *(button for button in turn.beside if button.do != "cancel"),
            drawing.cancel(),
        )
        turn.beside = ()
        form.summary = self.new_card()
        turn.say(said, *answers, facts=filled.facts(), key=form.summary)

    def filled(self) -> Request:
        """The form as the job will get it."""
        return self.kind.model_validate({**self.form.answers, "files": [file.model_dump() for file in self.form.files]})

    async def again(self, lead: str = "") -> None:
        """The open question once more, with what it is about; tries are not counted."""
        self.turn.note(lead)
        form = self.form
        if not form.asked:
            await self.hear_first()
        elif form.asked == "confirm":
            await self.go_on()
        else:
            await self.ask(form.asked)

    async def hear_first(self) -> None:
        """The first sentence, which could not be heard yet; the filler knows how."""
        raise NotImplementedError

    async def go_back(self) -> None:
        """What comes after this form; the filler knows."""
        raise NotImplementedError
