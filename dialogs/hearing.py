"""Hearing what a text says about a form: an answer, a correction, an answer to another question, or nothing of the kind."""

import re
from typing import Any

from typing_extensions import override

from dialogs import corrections, drawing, pointing, texts, words
from dialogs.correcting import SHORT, known
from dialogs.explaining import SURE, Explaining
from dialogs.fields import Bad, Got, Near, Pick, Reading, Which, pick_among
from dialogs.state import Offer
from dialogs.talk import Button
from dialogs.wishes import READS, TERSE, WISHES
from dialogs.words import Word

ENDING = frozenset({Word.CANCEL, Word.OVER, Word.LATER})
KEEPING = frozenset({Word.NO, Word.RESTORE, Word.KEEP})
WITH, APART = "Skriv det med her", "Egen sag bagefter"
IN_HERE = re.compile(r"(?:.*\b)?(?:med her|her|med|samme(?: sag)?|tilfoej(?: det)?|hoerer (?:sammen|til)|1|den foerste|det foerste)")
FOR_ITSELF = re.compile(
    r"(?:.*\b)?(?:for sig(?: selv)?|egen(?: sag)?(?: bagefter)?|bagefter|(?:en )?(?:ny|anden|separat|saerskilt)(?: sag)?|adskilt|2|den anden|det andet|den sidste)"
)


THAT_WAS_ALL = re.compile(
    r"(?:(?:nej|ja|tak|ellers|mange|tusind) )*(?:det var|saa er) (?:det )?(?:det hele|hele|alt|alting)(?: (?:tak|for nu|for i dag))*"
)


class Hearing(Explaining):
    """The listening half of the filler."""

    async def hear(self, text: str) -> bool:
        """Take a text as something about this form. False: it is about something else."""
        form = self.form
        word = words.means(text)
        if texts.only_cpr(text) and form.asked:
            await self.number_only()
            return True
        if word is Word.HUMAN or TERSE.get(words.bare(text)) in READS or self.kind.another(form.answers, text):
            return False
        self.take_files()
        if not form.asked and word not in ENDING:
            await self.again()
            return True
        if form.loose and word not in ENDING and await self.placed(text, word):
            return True
        if word is not None and await self.steered(word):
            return True
        if form.choices and form.offered and await self.chosen(text):
            return True
        if form.asked == "confirm":
            return await self.hear_at_summary(text, word)
        return await self.hear_answer(text, word)

    async def number_only(self) -> None:
        """A CPR number and nothing else: what to write instead, or the summary again."""
        if self.form.asked == "confirm":
            await self.again("Det skal jeg ikke bruge her.")
        else:
            await self.repair(self.number_refused(self.form.asked).reason)

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
        if kind.corrects or kind.drawn == "choices" or (isinstance(kind, Pick) and not form.found):
            return False
        if len(form.choices) > drawing.MOST_BUTTONS and pointing.ordinal(text, len(form.choices)) is not None:
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
        aside = self.form.asked != name  # at the summary, or while something else is asked
        before = self.form.answers.get(name)
        unsettled = before is not None and self.asks[name].kind.unsettled(before) is not None
        card = self.form.card
        if self.put(name, value) and (aside or before is not None) and not unsettled:
            self.note_change(name, before)
        self.turn.close_card(card, f"Du svarede: {texts.shortened(self.asks[name].kind.show(self.form.answers[name]), 80)}.")
        await self.go_on()

    async def hear_answer(self, text: str, word: Word | None) -> bool:
        """A text while a field is asked."""
        name = self.form.asked
        ask = self.asks[name]
        if (
            not self.digresses()
            and not any(words.bare(one.label) == words.bare(text) for one in ask.kind.options())
            and await self.several(text)
        ):
            return True
        correction = corrections.read(text, self.asks)
        if correction.field in self.kind.wanted(self.form.answers) and not correction.loose and await self.put_into(correction):
            return True
        if not ask.kind.free:
            reading = await self.read_answer(name, text, word)
            named = isinstance(reading, Near) and len(text.split()) < SHORT and not self.digresses()  # a word or two, nearly a name
            if isinstance(reading, Bad | Near) and not named and ask.kind.searches and self.elsewhere():
                return False
            if isinstance(reading, Got) and self.kind.its_own(self.form.answers, text):
                self.put(name, reading.value)
                await self.ask_where(text)
                return True
            if await self.taken(name, reading):
                return True
        if word in {Word.SKIP, Word.UNKNOWN} or (word in KEEPING and (not ask.required or name in self.form.answers)):
            await self.passed_over(word)
            return True
        if word in {Word.RESTORE, Word.KEEP}:
            if name in self.form.before:
                self.put(name, self.form.before.pop(name))
                await self.go_on()
            else:
                await self.again()
            return True
        if await self.corrected(text, plain=not ask.kind.free):
            return True
        if word is None and self.elsewhere() and (not correction.marked or self.digresses()):
            return False
        if ask.kind.free and ask.kind.drawn != "lines" and self.asks_outright() and self.asks_else():
            return False  # a title is no question
        if ask.kind.free and word is None and await self.told_all(name, text):
            return True
        if not ask.kind.free and self.asks_about(name):
            await self.explain()
            return True
        if not ask.kind.free and self.asks_else():
            return False
        if word or not await self.taken_up(text):
            await (self.again() if self.turn.event.files else self.repair(""))
        return True

    async def taken_up(self, text: str) -> bool:
        """A text that fits no field but belongs to the form, or may belong to it."""
        if self.kind.its_own(self.form.answers, text):
            await self.ask_where(text)
            return True
        said = self.kind.more(self.form.answers, text)
        if said:
            self.turn.note(said)
            await self.again()
        return bool(said)

    @override
    async def ask_where(self, text: str) -> None:
        """Whether a text is to go into this form or have one of its own: the person chooses."""
        self.tell_changes()
        again = self.form.loose == text
        self.form.loose = text
        buttons = (Button(label=WITH, do="with"), Button(label=APART, do="apart"))
        shown = texts.plain(texts.shortened(text, 80))
        asked = (
            f"Skal ”{shown}” med her, eller er det en sag for sig?" if not again else "Vælg, om det skal med her eller have sin egen sag."
        )
        self.turn.say(asked, *buttons, key=self.new_card())

    async def placed(self, text: str, word: Word | None) -> bool:
        """The answer to that. Anything else is heard as usual, and that the text was left out is said."""
        plain = words.bare(text)
        if IN_HERE.fullmatch(plain):
            await self.put_with()
        elif FOR_ITSELF.fullmatch(plain):
            await self.put_apart()
        elif word in {Word.YES, Word.UNSURE, Word.UNKNOWN, Word.HELP}:
            await self.ask_where(self.form.loose)
        else:
            left, self.form.loose = self.form.loose, ""
            self.turn.note(f"Så lader jeg ”{texts.plain(texts.shortened(left, 60))}” ligge.")
            if word not in {Word.NO, Word.SKIP}:
                return False
            await self.onward()
        return True

    async def onward(self, lead: str = "") -> None:
        """What is open now: the field that is asked, or what comes after it where the same sentence has answered it."""
        if self.form.asked not in self.form.answers:
            await self.again(lead)
        else:
            self.turn.note(lead)
            await self.go_on()

    async def put_with(self) -> None:
        """It is more to say about this."""
        left, self.form.loose = self.form.loose, ""
        await self.onward(self.kind.more(self.form.answers, left))

    async def put_apart(self) -> None:
        """It is the next wish, when this one is done."""
        left, self.form.loose = re.sub(r"\s+(?:også|ogsaa|heller)\b", "", self.form.loose, flags=re.I), ""
        self.turn.state.wishes.append(Offer(label=WISHES[self.form.intent].label, intent=self.form.intent, text=left))
        await self.onward("Den tager vi bagefter.")

    async def told_all(self, name: str, text: str) -> bool:
        """A free answer often says more than was asked: the other fields that it fills are taken as well."""
        readings = await self.kind.heard(text, self.turn.at(self.form))
        reading = readings.pop(name, None) or await self.read(name, text)
        others = {other: found.value for other, found in readings.items() if isinstance(found, Got) and other not in self.form.filled_by}
        if isinstance(reading, Got):
            for other, value in others.items():
                self.put(other, value)
        elif reading is None and others:
            for other, value in others.items():
                self.change(other, value)
            await self.go_on()
            return True
        return await self.taken(name, reading)

    @override
    async def taken(self, name: str, reading: Reading) -> bool:
        """Act on a reading; False when there was none."""
        if isinstance(reading, Got):
            await self.answered(name, reading.value)
        elif isinstance(reading, Which) and not self.offers(name, reading):
            await self.ask(name, which=reading)
        elif reading is not None:
            self.point_at(name)
            await self.repair(
                reading.reason if isinstance(reading, Bad) else f"Jeg er ikke sikker på, hvad du mener. {reading.question.rsplit('. ')[-1]}"
            )
        return reading is not None

    def offers(self, name: str, which: Which) -> bool:
        """Whether these choices are what was offered already."""
        form = self.form
        return form.found and form.offered == name and [one["label"] for one in form.choices] == [label for label, _ in which.choices]

    async def hear_at_summary(self, text: str, word: Word | None) -> bool:
        """A text while the summary waits for a yes, or the card in which it is corrected is open."""
        if word is Word.YES and self.summed and self.turn.last == self.form.summary:  # nothing else was said since
            await self.confirmed()
        elif word is Word.NO and self.summed:
            await self.edit_card("Hvad skal være anderledes? Skriv det, eller ret det her i kortet.")
        elif word is Word.NO:
            await self.edit_card(f"Ret det her i kortet, skriv fx ”{self.kind.example}”, eller skriv annuller.")
        elif word in {Word.UNSURE, Word.SKIP, Word.UNKNOWN} or THAT_WAS_ALL.fullmatch(words.whole(text)):
            await self.summary(self.nth(*SURE))
        elif word is Word.KEEP and self.form.before:
            await self.step_back()
        elif word in {Word.YES, Word.RESTORE, Word.KEEP}:
            await self.summary()
        elif word is None and pointing.points(text) and (listed := self.listed()):
            await self.ask(listed, f"Så vælger vi igen. {self.asks[listed].question}")
        elif await self.corrected(text, plain=True) or (not self.summed and await self.in_only_field(text)):
            pass
        elif self.elsewhere() and (self.digresses() or not corrections.read(text, self.asks).marked):
            return False
        elif corrections.read(text, self.asks).marked:
            await self.edit_card(f"Hvad skal være anderledes? Skriv fx ”{self.kind.example}”, eller ret det her i kortet.")
        elif self.asks_else():
            return False
        elif not await self.taken_up(text):
            await self.not_understood()
        return True

    def listed(self) -> str:
        """The field that is answered by pointing at things in a list, if the form has one."""
        return next((name for name in self.kind.wanted(self.form.answers) if self.asks[name].kind.drawn == "choices"), "")

    async def in_only_field(self, text: str) -> bool:
        """While a card with a single field is open, a text may be what is to stand in it."""
        names = self.card_fields()
        return len(names) == 1 and await self.taken(names[0], known(await self.read(names[0], text)))

    async def reread(self, names: list[str], text: str) -> None:
        """The message that filled these fields now reads differently: take what can be read in it, also for other fields."""
        before = set(self.form.answers)
        sorted_ = await self.sort_out(corrections.without_lead(text))
        readings = await self.kind.heard(text, self.turn.at(self.form)) if len(names) > 1 else {}
        if len(sorted_.fields) > 1 and not readings:
            pending = self.take_all(sorted_, text)
        else:
            pending = []
            for name in names:
                reading = readings.get(name) or await self.read(name, text)
                if isinstance(reading, Got):
                    self.change(name, reading.value)
        for name in {*names, *(set(self.form.answers) - before), *self.changes} & set(self.form.answers):
            self.form.filled_by[name] = self.turn.event.refers
        for name, reading in pending:
            if isinstance(reading, Which):
                self.open_choice(name, reading)
                break
        self.tell_changes()

    def open_choice(self, name: str, which: Which) -> None:
        """The next thing to ask is which of those it is to be."""
        self.point_at(name)
        self.form.offered, self.form.found = name, True
        self.form.choices = [{"label": label, "value": value} for label, value in which.choices]

    async def steered(self, word: Word) -> bool:
        """Words that steer any form; the filler knows them."""
        raise NotImplementedError

    async def step_back(self) -> None:
        """The last change is taken back; the filler knows how."""
        raise NotImplementedError

    async def confirmed(self) -> None:
        """The yes; the filler acts on it."""
        raise NotImplementedError
