"""Hearing what a text says about a form: an answer, a correction, an answer to another question, or nothing of the kind."""

from typing import Any

from typing_extensions import override

from dialogs import corrections, drawing, texts, words
from dialogs.correcting import Correcting, known
from dialogs.fields import Bad, Got, Pick, Reading, Which, pick_among
from dialogs.talk import Button
from dialogs.words import Word

MOST_TRIES = 3
ENDING = frozenset({Word.CANCEL, Word.OVER, Word.LATER})
KEEPING = frozenset({Word.NO, Word.RESTORE, Word.KEEP})


class Hearing(Correcting):
    """The listening half of the filler."""

    async def hear(self, text: str) -> bool:
        """Take a text as something about this form. False: it is about something else."""
        form = self.form
        word = words.means(text)
        if word is Word.HUMAN or self.kind.another(form.answers, text):
            return False
        self.take_files()
        if not form.asked and word not in ENDING:
            await self.again()
            return True
        if word is not None and await self.steered(word):
            return True
        if form.choices and form.offered and await self.chosen(text):
            return True
        if form.asked == "confirm":
            return await self.hear_at_summary(text, word)
        return await self.hear_answer(text, word)

    def take_files(self) -> None:
        """Files that come along belong to the form, where it takes any."""
        fresh = [file for file in self.turn.event.files if not file.problem]
        if fresh and self.kind.takes_files:
            self.form.files += fresh
            self.turn.note(drawing.files_taken([file.name for file in fresh]))
        elif fresh:
            self.turn.note("Filer fra chatten kan jeg ikke tage med her.")

    async def chosen(self, text: str) -> bool:
        """The text picks one of the choices that are offered."""
        form = self.form
        name = form.offered
        kind = self.asks[name].kind
        if kind.drawn == "choices" or (isinstance(kind, Pick) and not form.found):
            return False
        if len(form.choices) > drawing.MOST_BUTTONS and words.ordinal(text, len(form.choices)) is not None:
            return False  # so many were not shown, so a number means none of them
        hits = pick_among(text, form.choices)
        if len(hits) == 1:
            await self.answered(name, hits[0]["value"])
            return True
        if 1 < len(hits) < len(form.choices):
            await self.ask(name, which=Which("Hvilken af dem?", tuple((one["label"], one["value"]) for one in hits)))
            return True
        return False

    async def answered(self, name: str, value: Any) -> None:
        """A field got its value; go on, and say at the summary what was changed."""
        was_confirm = self.form.asked == "confirm"
        self.turn.close_card(self.form.card, f"Du svarede: {texts.shortened(self.asks[name].kind.show(value), 80)}.")
        before = self.form.answers.get(name)
        if self.put(name, value) and (was_confirm or before is not None):
            self.note_change(name, before)
        await self.go_on()

    async def hear_answer(self, text: str, word: Word | None) -> bool:
        """A text while a field is asked."""
        name = self.form.asked
        ask = self.asks[name]
        correction = corrections.read(text, self.asks)
        if correction.field in self.kind.wanted(self.form.answers) and not correction.loose and await self.put_into(correction):
            return True
        if not ask.kind.free:
            reading = await self.read_answer(name, text, word)
            if isinstance(reading, Bad) and ask.kind.searches and self.elsewhere():
                return False
            if await self.taken(name, reading):
                return True
        if word in {Word.SKIP, Word.UNKNOWN} or (word in KEEPING and (not ask.required or name in self.form.answers)):
            await self.passed_over(word)
            return True
        if word in {Word.RESTORE, Word.KEEP}:
            await self.again()
            return True
        if await self.corrected(text, plain=not ask.kind.free):
            return True
        if word is None and self.elsewhere() and (not correction.marked or self.digresses()):
            return False
        if ask.kind.free and word is None and await self.told_all(name, text):
            return True
        if not ask.kind.free and self.asks_about(name):
            await self.explain()
            return True
        if not ask.kind.free and self.asks_else():
            return False
        said = "" if word else self.kind.more(self.form.answers, text)
        if said:
            self.turn.note(said)
            await self.again()
        else:
            await self.repair("")
        return True

    async def told_all(self, name: str, text: str) -> bool:
        """A free answer often says more than was asked: the other fields that it fills are taken as well."""
        readings = await self.kind.heard(text, self.turn.at(self.form))
        reading = readings.pop(name, None) or await self.read(name, text)
        if isinstance(reading, Got):
            for other, found in readings.items():
                if isinstance(found, Got) and other not in self.form.filled_by:
                    self.put(other, found.value)
        return await self.taken(name, reading)

    @override
    async def taken(self, name: str, reading: Reading) -> bool:
        """Act on a reading; False when there was none."""
        if isinstance(reading, Got):
            await self.answered(name, reading.value)
        elif isinstance(reading, Which):
            await self.ask(name, which=reading)
        elif isinstance(reading, Bad):
            self.point_at(name)
            await self.repair(reading.reason)
        return reading is not None

    async def hear_at_summary(self, text: str, word: Word | None) -> bool:
        """A text while the summary waits for a yes, or the card in which it is corrected is open."""
        if word is Word.YES and self.summed and self.turn.last == self.form.summary:  # nothing else was said since
            await self.confirmed()
        elif word is Word.NO and self.summed:
            await self.edit_card("Hvad skal være anderledes? Skriv det, eller ret det her i kortet.")
        elif word is Word.NO:
            await self.edit_card(f"Ret det her i kortet, skriv fx ”{self.kind.example}”, eller skriv annuller.")
        elif word in {Word.UNSURE, Word.SKIP, Word.UNKNOWN}:
            await self.summary("Jeg gør kun noget, hvis du er helt sikker. Skal jeg gå i gang?")
        elif word is Word.KEEP and self.form.before:
            await self.step_back()
        elif word in {Word.YES, Word.RESTORE, Word.KEEP}:
            await self.summary()
        elif await self.corrected(text, plain=True) or (not self.summed and await self.in_only_field(text)):
            pass
        elif self.elsewhere() and (self.digresses() or not corrections.read(text, self.asks).marked):
            return False
        elif corrections.read(text, self.asks).marked:
            await self.edit_card(f"Hvad skal være anderledes? Skriv fx ”{self.kind.example}”, eller ret det her i kortet.")
        elif self.asks_else():
            return False
        elif said := self.kind.more(self.form.answers, text):
            self.turn.note(said)
            await self.summary()
        else:
            await self.not_understood()
        return True

    async def in_only_field(self, text: str) -> bool:
        """While a card with a single field is open, a text may be what is to stand in it."""
        names = self.card_fields()
        return len(names) == 1 and await self.taken(names[0], known(await self.read(names[0], text)))

    async def not_understood(self) -> None:
        """At the summary: what can be said to it, first in general, then by an example."""
        self.form.attempts += 1
        if self.form.attempts == 1:
            await self.summary("Det forstod jeg ikke helt. Skriv ja, hvis det passer, eller skriv, hvad der skal rettes.")
        else:
            await self.summary(f"Den er jeg ikke med på. Skriv ja, annuller, eller det nye, fx ”{self.kind.example}”.")

    async def reread(self, names: list[str], text: str) -> None:
        """The message that filled these fields now reads differently: take what can be read in it."""
        readings = await self.kind.heard(text, self.turn.at(self.form)) if len(names) > 1 else {}
        for name in names:
            reading = readings.get(name) or await self.read(name, text)
            if isinstance(reading, Got):
                self.change(name, reading.value)
                self.form.filled_by[name] = self.turn.event.refers

    async def repair(self, reason: str) -> None:
        """First why, then help with choices, then another way; never the same sentence twice, never a fourth demand."""
        form, ask = self.form, self.asks[self.form.asked]
        form.attempts += 1
        if form.attempts == 1:
            await self.ask(form.asked, reason or f"Det kunne jeg ikke bruge som svar. {ask.again or ask.question}")
        elif form.attempts < MOST_TRIES:
            await self.ask(form.asked, f"{reason or 'Jeg er stadig ikke helt med.'} {ask.help}".strip())
        elif form.asked in form.answers or not ask.required:
            await self.passed_over(Word.SKIP)
        else:
            buttons = (
                Button(label="Gem til senere", do="later"),
                Button(label="Snak med Servicedesk", do="human"),
                drawing.cancel("Drop den"),
            )
            waits = "Så venter vi med den. Jeg har gemt resten."
            said = waits if form.attempts == MOST_TRIES else "Den venter stadig. Du kan svare, når du er klar, eller vælge her."
            self.turn.say(said, *buttons, key=self.new_card())

    async def passed_over(self, word: Word) -> None:
        """A skip, or "det ved jeg ikke": fine where the field is not required or has its value, help where it has none."""
        name = self.form.asked
        ask = self.asks[name]
        if name in self.form.answers:
            self.turn.note("Så bliver den, som den var.")
        elif ask.required:
            said = "Den kan jeg ikke undvære." if word is Word.SKIP else "Helt i orden, jeg hjælper."
            await self.ask(name, f"{said} {ask.help}")
            return
        else:
            self.form.skipped = [*(one for one in self.form.skipped if one != name), name]
            self.turn.note("Det går fint uden.")
        self.forget_choices()
        await self.go_on()

    async def explain(self) -> None:
        """What the field is for, with an example; the second time the choices or a person."""
        form = self.form
        if form.asked == "confirm":
            await self.summary("Jeg gør først noget, når du skriver ja. Du kan også skrive, hvad der skal rettes. Passer det?")
            return
        ask = self.asks[form.asked]
        form.helped += 1
        if form.helped > 1:
            offered = [] if ask.kind.drawn == "choices" else form.choices
            buttons = (*drawing.choices(form.asked, offered)[:3], Button(label="Snak med Servicedesk", do="human"))
            self.turn.say("Vi kan også tage det sammen med et menneske.", *buttons, key=self.new_card())
        else:
            self.turn.say(ask.help or ask.question)

    async def steered(self, word: Word) -> bool:
        """Words that steer any form; the filler knows them."""
        raise NotImplementedError

    async def step_back(self) -> None:
        """The last change is taken back; the filler knows how."""
        raise NotImplementedError

    async def confirmed(self) -> None:
        """The yes; the filler acts on it."""
        raise NotImplementedError
