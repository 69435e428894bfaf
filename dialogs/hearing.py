"""Hearing what a text says about a form: an answer, a correction, an answer to another question, or nothing of the kind."""

import re
from typing import Any

from typing_extensions import override

from dialogs import corrections, drawing, texts, words
from dialogs.correcting import Correcting, known
from dialogs.fields import Bad, Got, Near, Pick, Reading, Which, pick_among
from dialogs.state import Offer
from dialogs.talk import Button
from dialogs.wishes import WISHES
from dialogs.words import Word

MOST_TRIES = 3
WITH, APART = "Skriv det med her", "Egen sag bagefter"
IN_HERE = re.compile(r"(?:.*\b)?(?:med her|her|med|samme(?: sag)?|tilfoej(?: det)?|hoerer (?:sammen|til)|1|den foerste|det foerste)")
FOR_ITSELF = re.compile(
    r"(?:.*\b)?(?:for sig(?: selv)?|egen(?: sag)?(?: bagefter)?|bagefter|(?:en )?(?:ny|anden|separat|saerskilt)(?: sag)?|adskilt|2|den anden|det andet|den sidste)"
)
SERVICEDESK = Button(label="Snak med Servicedesk", do="human")
OUT = (Button(label="Gem til senere", do="later"), SERVICEDESK, drawing.cancel("Drop den"))
SURE = (
    "Jeg gør kun noget, hvis du er helt sikker. Skal jeg gå i gang?",
    "Skriv ja, hvis det er rigtigt, eller skriv det, der skal rettes.",
    "Tag dig god tid. Intet sker, før du skriver ja.",
)
NOTHING_YET = (
    "Jeg gør først noget, når du skriver ja. Du kan også skrive, hvad der skal rettes. Passer det?",
    "Se linjerne her: Det er det, jeg sender. Er alt rigtigt, så skriv ja.",
    "Skriv ja, annuller, eller det, der skal være anderledes.",
)
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
        if form.loose and word not in ENDING and await self.placed(text, word):
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
        if kind.corrects or kind.drawn == "choices" or (isinstance(kind, Pick) and not form.found):
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
        before = self.form.answers.get(name)
        unsettled = before is not None and self.asks[name].kind.unsettled(before) is not None
        card = self.form.card
        if self.put(name, value) and (was_confirm or before is not None) and not unsettled:
            self.note_change(name, before)
        self.turn.close_card(card, f"Du svarede: {texts.shortened(self.asks[name].kind.show(self.form.answers[name]), 80)}.")
        await self.go_on()

    async def hear_answer(self, text: str, word: Word | None) -> bool:
        """A text while a field is asked."""
        name = self.form.asked
        ask = self.asks[name]
        if not self.digresses() and not (ask.kind.options() and ask.kind.named(text)) and await self.several(text):
            return True
        correction = corrections.read(text, self.asks)
        if correction.field in self.kind.wanted(self.form.answers) and not correction.loose and await self.put_into(correction):
            return True
        if not ask.kind.free:
            reading = await self.read_answer(name, text, word)
            if isinstance(reading, Bad | Near) and ask.kind.searches and self.elsewhere():
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
        if word or not await self.taken_up(text):
            await self.repair("")
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
            await self.again()
        return True

    async def put_with(self) -> None:
        """It is more to say about this."""
        left, self.form.loose = self.form.loose, ""
        await self.again(self.kind.more(self.form.answers, left))

    async def put_apart(self) -> None:
        """It is the next wish, when this one is done."""
        left, self.form.loose = re.sub(r"\b(?:også|ogsaa|heller)\s+", "", self.form.loose, flags=re.I), ""
        self.turn.state.wishes.append(Offer(label=WISHES[self.form.intent].label, intent=self.form.intent, text=left))
        await self.again("Den tager vi bagefter.")

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
        elif isinstance(reading, Which) and not self.offers(name, reading):
            await self.ask(name, which=reading)
        elif reading is not None:
            self.point_at(name)
            await self.repair(reading.reason if isinstance(reading, Bad) else "")
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
        elif word in {Word.UNSURE, Word.SKIP, Word.UNKNOWN}:
            await self.summary(self.nth(*SURE))
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
        elif not await self.taken_up(text):
            await self.not_understood()
        return True

    async def in_only_field(self, text: str) -> bool:
        """While a card with a single field is open, a text may be what is to stand in it."""
        names = self.card_fields()
        return len(names) == 1 and await self.taken(names[0], known(await self.read(names[0], text)))

    async def not_understood(self) -> None:
        """At the summary: what can be said to it, first in general, then by an example, then with somebody to ask."""
        said = self.nth(
            "Det forstod jeg ikke helt. Skriv ja, hvis det passer, eller skriv, hvad der skal rettes.",
            f"Den er jeg ikke med på. Skriv ja, annuller, eller det nye, fx ”{self.kind.example}”.",
            "Det får jeg ikke til at passe. Ret det i kortet, eller snak med Servicedesk.",
        )
        if self.form.attempts > 2:
            self.turn.beside = (SERVICEDESK,)
        await self.summary(said)

    def nth(self, *ways: str) -> str:
        """The same thing said in another way each time; when there are no more ways, the last two in turn."""
        self.form.attempts += 1
        return turned(ways, self.form.attempts - 1)

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

    async def repair(self, reason: str) -> None:
        """First why, then help with choices, then another way; never the same sentence twice, never a fourth demand."""
        form, ask = self.form, self.asks[self.form.asked]
        form.attempts += 1
        if form.attempts == 1:
            await self.ask(form.asked, reason or f"Det kunne jeg ikke bruge som svar. {ask.again or ask.question}")
        elif form.attempts < MOST_TRIES:
            fresh = reason and reason != form.reason
            why = re.split(r"(?<=[.?]) ", reason)[0] if fresh else "Jeg er stadig ikke helt med."
            await self.ask(form.asked, f"{why} {ask.help}")
        elif form.asked in form.answers or not ask.required:
            await self.passed_over(Word.SKIP)
        else:
            ways = (
                "Så venter vi med den. Jeg har gemt resten.",
                "Den venter stadig. Du kan svare, når du er klar, eller vælge her.",
                "Vi kan komme videre på en af de her måder.",
            )
            self.turn.say(turned(ways, form.attempts - MOST_TRIES), *OUT, key=self.new_card())

        form.reason = reason

    async def passed_over(self, word: Word) -> None:
        """A skip, or "det ved jeg ikke": fine where the field is not required or has its value, help where it has none."""
        name = self.form.asked
        ask = self.asks[name]
        if name in self.form.answers and ask.kind.unsettled(self.form.answers[name]):
            self.form.answers[name] = ask.kind.give_up(self.form.answers[name])
        elif name in self.form.answers:
            self.turn.note("Så bliver den, som den var.")
        elif ask.required:
            await self.explain("Den kan jeg ikke undvære." if word is Word.SKIP else "Helt i orden, jeg hjælper.")
            return
        else:
            self.form.skipped = [*(one for one in self.form.skipped if one != name), name]
            self.turn.note("Det går fint uden.")
        self.forget_choices()
        await self.go_on()

    async def explain(self, lead: str = "") -> None:
        """What the field is for, with an example; then its choices and a person; then a way round it. Never the same twice in a row."""
        form = self.form
        if form.asked == "confirm":
            await self.summary(self.nth(*NOTHING_YET))
            return
        ask = self.asks[form.asked]
        form.helped += 1
        if form.helped == 1 and lead:
            await self.ask(form.asked, f"{lead} {ask.help}")
        elif form.helped == 1:
            self.turn.say(ask.help or ask.question)
        elif form.helped % 2 == 0:
            offered = [] if ask.kind.drawn == "choices" else form.choices
            said = (
                "Vælg det, der passer bedst, eller tag det med Servicedesk." if offered else "Vi kan også tage det sammen med et menneske."
            )
            again = f" {self.kind.put(form.asked, form.answers)}" if form.helped > 2 else ""
            self.turn.say(said + again, *drawing.choices(form.asked, offered)[:3], SERVICEDESK, key=self.new_card())
        elif ask.required:
            self.turn.say("Vi kan lade den ligge, til du ved det. Jeg har gemt resten.", *OUT, key=self.new_card())
        else:
            self.turn.say("Du kan springe den over. Skriv ”spring over”, så går vi videre.")

    async def steered(self, word: Word) -> bool:
        """Words that steer any form; the filler knows them."""
        raise NotImplementedError

    async def step_back(self) -> None:
        """The last change is taken back; the filler knows how."""
        raise NotImplementedError

    async def confirmed(self) -> None:
        """The yes; the filler acts on it."""
        raise NotImplementedError


def turned(ways: tuple[str, ...], place: int) -> str:
    """One of several ways of saying a thing, by how often it was said before; past the end the last two in turn."""
    return ways[place] if place < len(ways) else ways[-1 - (place - len(ways) + 1) % 2]
