"""What is said when an answer does not fit, is not known, or the question is not understood: another thing each time, and always a way on."""

import re

from dialogs import drawing
from dialogs.correcting import Correcting
from dialogs.talk import Button
from dialogs.words import Word

MOST_TRIES = 3
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


class Explaining(Correcting):
    """The patient part of the filler."""

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

    async def repair(self, reason: str) -> None:
        """First why, then help with choices, then another way; never the same sentence twice, never a fourth demand."""
        form, ask = self.form, self.asks[self.form.asked]
        form.attempts += 1
        if form.attempts == 1:
            await self.ask(form.asked, reason or f"Det kunne jeg ikke bruge som svar. {ask.again or ask.question}")
        elif form.attempts < MOST_TRIES:
            fresh = reason and reason != form.reason
            why = re.split(r"(?<=[.?]) ", reason)[0] if fresh else "Jeg er stadig ikke helt med."
            await self.ask(
                form.asked, f"{why} {ask.question if ask.kind.drawn == 'choices' else ask.help}"
            )  # a list has its help beside it
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


def turned(ways: tuple[str, ...], place: int) -> str:
    """One of several ways of saying a thing, by how often it was said before; past the end the last two in turn."""
    return ways[place] if place < len(ways) else ways[-1 - (place - len(ways) + 1) % 2]
