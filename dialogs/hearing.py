"""Hearing what a text says about a form: an answer, a correction, an answer to another question, or nothing of the kind."""

from typing import Any

from dialogs import corrections, drawing, texts, words
from dialogs.asking import Asking
from dialogs.fields import Bad, Got, Pick, Reading, Text, Which, Who, pick_among
from dialogs.talk import Button
from dialogs.words import Word

SURE_ELSEWHERE, SURE_OF_TEXT = 0.55, 0.8  # how sure a digression must be; the second where any text would be an answer


class Hearing(Asking):
    """The listening half of the filler."""

    async def hear(self, text: str) -> bool:
        """Take a text as something about this form. False: it is about something else."""
        form = self.form
        word = words.means(text)
        self.take_files()
        if word is Word.HUMAN:
            return False
        if word is not None and await self.steered(word):
            return True
        if form.choices and form.offered and await self.chosen(text):
            return True
        if form.asked == "confirm":
            return await self.hear_at_summary(text, word)
        return await self.hear_answer(text, word)

    def take_files(self) -> None:
        """Files that come along belong to the form."""
        fresh = [file for file in self.turn.event.files if not file.problem]
        if fresh:
            self.form.files += fresh
            self.turn.lead = drawing.files_taken([file.name for file in fresh])

    async def chosen(self, text: str) -> bool:
        """The text picks one of the choices that are offered."""
        form = self.form
        name = form.offered
        if self.asks[name].kind.drawn == "choices":
            return False
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

    def note_change(self, name: str, before: Any) -> None:
        """Say a change back: the new value and the old."""
        kind, label = self.asks[name].kind, self.asks[name].label
        shown = texts.shortened(kind.show(self.form.answers[name]), 80)
        old = "" if before in (None, "", []) else f" (før {texts.shortened(kind.show(before), 60)})"
        said = f"Rettet: {label[0].lower()}{label[1:]} er {shown}{old}."
        self.turn.lead = f"{self.turn.lead} {said}".strip()

    async def hear_answer(self, text: str, word: Word | None) -> bool:
        """A text while a field is asked."""
        name = self.form.asked
        ask = self.asks[name]
        if not ask.kind.free and (word is None or isinstance(ask.kind, Pick)) and await self.taken(name, await self.read(name, text)):
            return True
        if word in {Word.SKIP, Word.UNKNOWN} or (word is Word.NO and not ask.required):
            await self.passed_over(Word.SKIP if word is Word.NO else word)
            return True
        if word is Word.RESTORE:
            await self.again()
            return True
        if await self.corrected(text, plain=not ask.kind.free):
            return True
        if self.elsewhere():
            return False
        if ask.kind.free and word is None and await self.told_all(name, text):
            return True
        said = "" if word else self.kind.more(self.form.answers, text)
        if said:
            self.turn.lead = said
            await self.again()
        elif not ask.kind.free and self.asks_something():
            return False
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

    async def read(self, name: str, text: str) -> Reading:
        """A field's reading of a text; a system that is down is told and leaves the field open."""
        return await self.asks[name].kind.read(text, self.turn.at(self.form))

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
        """A text while the summary waits for a yes."""
        if word is Word.YES:
            await self.confirmed()
        elif word is Word.NO:
            await self.edit_card("Hvad skal være anderledes? Skriv det, eller ret det her i kortet.")
        elif word in {Word.UNSURE, Word.SKIP, Word.UNKNOWN}:
            self.form.unsure = True
            await self.summary("Jeg gør kun noget, hvis du er helt sikker. Skal jeg gå i gang?")
        elif word is Word.RESTORE:
            await self.summary()
        elif await self.corrected(text, plain=True):
            pass
        elif self.elsewhere():
            return False
        elif corrections.read(text, self.asks).marked:
            await self.edit_card("Hvad skal være anderledes? Skriv fx ”sted: 3. sal”, eller ret det her i kortet.")
        elif said := self.kind.more(self.form.answers, text):
            self.turn.lead = said
            await self.summary()
        elif self.asks_something():
            return False
        else:
            await self.summary("Det forstod jeg ikke helt. Skriv ja, hvis det passer, eller skriv, hvad der skal rettes.")
        return True

    def elsewhere(self) -> bool:
        """Whether the text clearly is about something else than this form."""
        meaning, ask = self.turn.meaning, self.asks.get(self.form.asked)
        if meaning.intent in {"out_of_scope", self.form.intent}:
            return False
        sure = SURE_OF_TEXT if ask and isinstance(ask.kind, Text) else SURE_ELSEWHERE
        return meaning.confidence >= sure

    def asks_something(self) -> bool:
        """A question of the person's own, in the middle of a form."""
        text = self.turn.text.strip()
        return text.endswith("?") or words.whole(text).split(" ")[0] in {
            "hvad",
            "hvor",
            "hvornaar",
            "hvem",
            "hvordan",
            "hvorfor",
            "hvilken",
        }

    async def corrected(self, text: str, *, plain: bool) -> bool:
        """Take the text as a correction of any answer, or as answers to other questions. `plain`: also without words that mark it so."""
        correction = corrections.read(text, self.asks)
        if correction.field:
            if correction.field not in self.kind.wanted(self.form.answers):
                return False
            return await self.taken(correction.field, await self.read(correction.field, correction.new))
        if not (correction.marked or plain):
            return False
        if correction.old and self.swapped(correction.old, correction.new):
            await self.go_on()
            return True
        changed = await self.found_in(correction.new)
        if not changed and correction.marked:
            changed = await self.another_person(correction)
        if changed:
            await self.go_on()
        return bool(changed)

    def swapped(self, old: str, new: str) -> bool:
        """A swap ("X, ikke Y") where Y stands in a text that was written."""
        for name in reversed(self.form.changed):
            value = self.form.answers.get(name)
            if isinstance(self.asks[name].kind, Text) and isinstance(value, str) and old.lower() in value.lower():
                start = value.lower().index(old.lower())
                self.put(name, value[:start] + new + value[start + len(old) :])
                self.note_change(name, value)
                return True
        return False

    async def found_in(self, text: str) -> list[str]:
        """Values for other fields in the text; each is said back."""
        changed = []
        for name in self.kind.wanted(self.form.answers):
            if name == self.form.asked or isinstance(self.asks[name].kind, Text):
                continue
            reading = await self.asks[name].kind.find(text, self.turn.at(self.form))
            before = self.form.answers.get(name)
            if isinstance(reading, Got) and self.put(name, reading.value):
                self.note_change(name, before)
                changed.append(name)
        return changed

    async def another_person(self, correction: corrections.Correction) -> list[str]:
        """A name ("nej, Sofie") where a person stands in the form."""
        for name in self.kind.wanted(self.form.answers):
            kind = self.asks[name].kind
            if isinstance(kind, Who) and name in self.form.answers and name != self.form.asked:
                reading = await kind.read(correction.new, self.turn.at(self.form))
                before = self.form.answers[name]
                if isinstance(reading, Got) and self.put(name, reading.value):
                    self.note_change(name, before)
                    return [name]
        return []

    async def refilled(self, names: list[str], text: str) -> None:
        """The message that filled these fields now reads differently."""
        at = self.turn.at(self.form)
        readings = await self.kind.heard(text, at) if len(names) > 1 else {}
        for name in names:
            reading = readings.get(name) or await self.asks[name].kind.read(text, at)
            before = self.form.answers[name]
            if isinstance(reading, Got) and self.put(name, reading.value):
                self.note_change(name, before)
                self.form.filled_by[name] = self.turn.event.refers
        await self.go_on()

    async def repair(self, reason: str) -> None:
        """First why, then help with choices, then another way; never the same sentence twice, never a fourth demand."""
        form, ask = self.form, self.asks[self.form.asked]
        form.attempts += 1
        if form.attempts == 1:
            await self.ask(form.asked, reason or f"Det kunne jeg ikke bruge som svar. {ask.again or ask.question}")
        elif form.attempts == 2:
            await self.ask(form.asked, f"{reason or 'Jeg er stadig ikke helt med.'} {ask.help}".strip())
        else:
            buttons = (
                Button(label="Gem til senere", do="later"),
                Button(label="Snak med Servicedesk", do="human"),
                drawing.cancel("Drop den"),
            )
            self.turn.say("Så venter vi med den. Jeg har gemt resten.", *buttons, key=self.new_card())

    async def passed_over(self, word: Word) -> None:
        """A skip, or "det ved jeg ikke": fine where the field is not required, help where it is."""
        name = self.form.asked
        ask = self.asks[name]
        if not ask.required:
            self.form.skipped.append(name)
            self.turn.lead = "Det går fint uden."
            await self.go_on()
            return
        said = "Den kan jeg ikke undvære." if word is Word.SKIP else "Helt i orden, jeg hjælper."
        await self.ask(name, f"{said} {ask.help}")

    async def explain(self) -> None:
        """What the field is for, with an example; the second time the choices or a person."""
        form = self.form
        if form.asked == "confirm":
            await self.summary("Jeg gør først noget, når du skriver ja. Du kan også skrive, hvad der skal rettes. Passer det?")
            return
        ask = self.asks[form.asked]
        form.helped += 1
        if form.helped > 1:
            buttons = (*drawing.choices(form.asked, form.choices)[:3], Button(label="Snak med Servicedesk", do="human"))
            self.turn.say("Vi kan også tage det sammen med et menneske.", *buttons, key=self.new_card())
        else:
            self.turn.say(ask.help or ask.question)

    async def steered(self, word: Word) -> bool:
        """Words that steer any form; the filler knows them."""
        raise NotImplementedError

    async def confirmed(self) -> None:
        """The yes; the filler acts on it."""
        raise NotImplementedError
