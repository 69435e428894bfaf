"""Changing a form's answers by what a text says: one answer or several at a time, each said back."""

from dataclasses import dataclass, field
from typing import Any

from connectors.folding import words_of
from dialogs import corrections, texts, words
from dialogs.asking import Asking
from dialogs.clauses import Clause, clauses, says_something
from dialogs.fields import At, Bad, Got, Pick, Reading, Text, Which
from dialogs.lookups import Lookup
from dialogs.people_table import crowd
from dialogs.who import Who

MOST_CLAUSES, LONGEST = 12, 600  # what is longer is a story, not a list of corrections


@dataclass
class Said:
    """What a stretch of a text says: a value for `name`. `firm`: the field was named, or everything after it belongs to it."""

    where: Clause
    name: str
    reading: Reading
    firm: bool = False


@dataclass
class Sorted:
    """A text by what it says: the answers in it, and what is left, each piece as it was written."""

    answers: list[Said] = field(default_factory=list)
    left: list[Clause] = field(default_factory=list)

    @property
    def fields(self) -> set[str]:
        return {said.name for said in self.answers}


class Changing(Asking):
    """The part of the filler that changes answers."""

    def change(self, name: str, value: Any) -> None:
        """A new value for a field, said back when it is another than before."""
        before = self.form.answers.get(name)
        if self.put(name, value):
            self.note_change(name, before)

    def note_change(self, name: str, before: Any) -> None:
        """Keep a change to be said back: the new value, and the old one if there was one."""
        ask = self.asks[name]
        shown = ask.say(texts.shortened(ask.kind.show(self.form.answers[name]), 80))
        fresh = ask.kind.is_empty(before)
        colon = ":" if ask.told == "{}" else ""  # the value is a sentence by itself
        told = "" if fresh else ask.kind.difference(before, self.form.answers[name])
        if told:
            self.changes[name] = (told, False)
        else:
            self.changes[name] = (shown if fresh else f"{shown} (før{colon} {texts.shortened(ask.kind.short(before), 60)})", fresh)
        self.turn.corrected = True

    def emptied(self, name: str) -> None:
        """A field holds nothing any more: it is asked again, or left out when nobody needs it."""
        if name in self.form.answers:
            self.form.before[name] = self.form.answers.pop(name)
            self.kind.settle(self.form.answers, {name})

    async def read(self, name: str, text: str, at: At | None = None) -> Reading:
        """A field's reading of a text. A CPR number is no answer to anything, and names are looked up without it."""
        kind, at = self.asks[name].kind, at or self.at(name)
        if not isinstance(kind, Text) and texts.CPR_GONE in text:
            rest = text.replace(texts.CPR_GONE, " ").strip(" ,.")
            return await kind.read(rest, at) if rest else self.number_refused(name)
        return self.number_refused(name) if texts.only_cpr(text) else await kind.read(text, at)

    def number_refused(self, name: str) -> Bad:
        """What to write instead of a CPR number."""
        ask = self.asks[name]
        return Bad(f"CPR-nummeret skal jeg ikke bruge her. {ask.question if isinstance(ask.kind, Text) else ask.help or ask.question}")

    async def find(self, name: str, text: str) -> Reading:
        """A field's value inside a text. What narrows a choice down is no news where the answer is one of those that are left."""
        kind = self.asks[name].kind
        reading = await kind.find(text, self.at(name))
        now = self.form.answers.get(name)
        if kind.corrects and isinstance(reading, Got) and len(crowd(reading.value).open) > len(crowd(now).open):
            return None if await self.picks(text) else reading
        left = isinstance(kind, Pick) and isinstance(reading, Which) and any(value == now for _, value in reading.choices)
        return Got(now) if left else reading

    async def picks(self, text: str, *, lists: bool = False) -> bool:
        """Whether a text answers one of the form's choices, so that what nobody is called is no name: "også sende som den".

        lists: or takes somebody off or onto one of its lists of people.
        """
        for name in (one for one in self.kind.wanted(self.form.answers) if one != self.form.asked):
            kind, listed = self.asks[name].kind, lists and self.asks[name].kind.corrects and name in self.form.answers
            if (isinstance(kind, Pick) or listed) and isinstance(await kind.find(text, self.at(name)), Got):
                return True
        return False

    async def value_of(self, correction: corrections.Correction) -> Reading:
        """The value that a correction gives for the field it names; None when it is none after all."""
        name, kind = correction.field, self.asks[correction.field].kind
        if not correction.loose:
            at = self.at(name)
            at.now = None  # the whole value, not a change of it
            return await self.read(name, correction.new, at)
        reading = await kind.find(correction.new, self.at(name))
        if reading is None and (isinstance(kind, Who) or (isinstance(kind, Text) and not kind.many_lines)):
            reading = await self.read(name, correction.new)
        return None if isinstance(reading, Bad) else reading

    async def sort_out(self, text: str) -> Sorted:
        """What each clause of a text says about this form."""
        result = Sorted()
        for clause in clauses(text):
            said = await self.said_in(clause, text)
            last = self.next_to(result)
            same = last and [one.name for one in said] == [last.name] and not said[0].firm
            open_ended = last and last.firm and self.asks[last.name].kind.drawn == "lines" and not any(one.firm for one in said)
            goes_on = last and not said and await self.goes_on(last, clause, text)
            if last and (same or open_ended or goes_on):
                last.where = Clause(last.where.start, clause.end)
                again = [one.reading for one in await self.said_in(last.where, text) if one.name == last.name]
                last.reading = again[0] if again else last.reading
            elif said:
                result.answers += said
            else:
                result.left.append(clause)
        return result

    async def goes_on(self, last: Said, clause: Clause, text: str) -> bool:
        """Whether what is no answer by itself belongs to the last one: "titlen er Mus og tastatur", "kun mig og Ole", "også Mette og Amir"."""
        if self.told_apart(clause.of(text)):
            return False
        kind = self.asks[last.name].kind
        if not (isinstance(kind, Pick) or kind.corrects):
            return last.firm and isinstance(kind, Text)
        whole = await self.find(last.name, Clause(last.where.start, clause.end).of(text))
        return (last.name == self.form.asked and isinstance(kind, Pick)) or (whole is not None and whole != last.reading)

    @staticmethod
    def next_to(found: Sorted) -> Said | None:
        """The last answer, where nothing that could not be read stands after it."""
        last = found.answers[-1] if found.answers else None
        return last if last and not (found.left and found.left[-1].start > last.where.start) else None

    async def said_in(self, clause: Clause, text: str) -> list[Said]:
        """The answers that a clause gives: to a field that it names, or those that are found in it."""
        part, wanted = clause.of(text), self.kind.wanted(self.form.answers)
        correction = corrections.read(part, self.asks)
        if correction.field in wanted:
            reading = await self.value_of(correction)
            if reading is not None or not correction.loose:
                return [Said(clause, correction.field, reading, firm=True)]
        if correction.old and (name := self.holder_of(correction.old)):
            return [Said(clause, name, await self.read(name, correction.new), firm=True)]
        found = []
        for name in (name for name in wanted if not isinstance(self.asks[name].kind, Text)):
            kind = self.asks[name].kind
            reading = await self.find(name, part if kind.corrects else correction.new)
            if reading is None and name == self.form.asked and isinstance(kind, Pick) and not self.kind.its_own(self.form.answers, part):
                reading = await self.read(name, correction.new)
            if reading is not None and not isinstance(reading, Bad):
                found.append(Said(clause, name, reading))
        return found

    def holder_of(self, old: str) -> str:
        """The field that holds a list or mailbox of that name; "" for none."""
        said = set(words_of(old))
        for name in self.kind.wanted(self.form.answers):
            kind, value = self.asks[name].kind, self.form.answers.get(name)
            if said and isinstance(kind, Lookup) and value is not None and said <= set(words_of(kind.short(value))):
                return name
        return ""

    async def several(self, text: str) -> bool:
        """A text that says several things: all that can be used is, all is said back, and what could not be used is named."""
        if words.means(text) is not None or len(text) > LONGEST:
            return False
        parts = corrections.without_lead(text)
        if not 1 < len(clauses(parts)) <= MOST_CLAUSES:
            return False
        found = await self.sort_out(parts)
        left = [clause for clause in found.left if says_something(clause.of(parts))]
        others = found.fields - {self.form.asked}
        if found.fields and any(self.told_apart(clause.of(parts)) for clause in left):
            others = found.fields
        if not others or (len(found.fields) < 2 and not left):
            return False
        free = self.form.asked != "confirm" and isinstance(self.asks[self.form.asked].kind, Text)
        if free and (left or not all(said.firm for said in found.answers)):
            return False  # the answer to an open question, in which those things are told
        await self.go_on_with(found, parts, left)
        return True

    def told_apart(self, part: str) -> bool:
        """Whether a piece of a text tells something that must not be lost beside the answer that it stands with."""
        return self.kind.its_own(self.form.answers, part) or self.kind.tells_more(self.form.answers, part)

    async def go_on_with(self, found: Sorted, text: str, left: list[Clause]) -> None:
        """Take the answers, then ask what is open."""
        pending = self.take_all(found, text)
        rest = [clause.of(text) for clause in left]
        long = [part for part in rest if len(part.split()) >= 3 or self.told_apart(part)]
        for part in (part for part in rest if part not in long):
            self.unused(part)
        if any(self.kind.its_own(self.form.answers, part) for part in long):
            await self.ask_where("\n".join(long))
            return
        for part in long:
            if said := self.kind.more(self.form.answers, part):
                self.turn.note(said)
            else:
                self.unused(part)
        await self.go_on(pending)

    def take_all(self, found: Sorted, text: str) -> list[tuple[str, Reading]]:
        """Put in what fits; what is to be chosen, or does not fit, comes back."""
        pending: list[tuple[str, Reading]] = []
        for said in found.answers:
            if isinstance(said.reading, Got):
                if said.name == self.form.asked and said.name not in self.form.answers:
                    self.put(said.name, said.reading.value)
                else:
                    self.change(said.name, said.reading.value)
            elif said.reading is None:
                self.unused(said.where.of(text))
            else:
                pending.append((said.name, said.reading))
        for name, _ in [one for one in pending if isinstance(one[1], Which)][1:]:
            self.turn.note(f"{self.asks[name].label}: det tager vi bagefter, så skriv det gerne igen.")
        return pending

    def unused(self, part: str) -> None:
        """Say what could not be used."""
        self.turn.note(f"”{texts.plain(texts.shortened(part, 60))}” kunne jeg ikke bruge.")

    async def ask_where(self, text: str) -> None:
        """Ask whether a text belongs to this form or is a matter of its own; the hearing half knows."""
        raise NotImplementedError
