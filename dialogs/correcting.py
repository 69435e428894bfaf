"""Corrections of a form's answers, in words: which field a text changes, and what is said back about it."""

import re
from typing import Any

from connectors.folding import words_of
from dialogs import corrections, pointing, texts, words
from dialogs.changing import Changing
from dialogs.fields import Bad, Got, Near, Pick, Reading, Text, Which
from dialogs.lookups import Lookup
from dialogs.people_edits import names_somebody
from dialogs.people_table import crowd
from dialogs.who import ME, Who
from dialogs.wishes import READS, VERBS
from dialogs.words import Word
from nlu.normalise import fold

SURE_ELSEWHERE, SURE_OF_TEXT, SURE_OF_FEW = (
    0.55,
    0.8,
    0.9,
)  # how sure a digression must be: usually, where any text would do, in a few words
SHORT = 4  # words: what is longer, in answer to an open question, is the answer and no correction
WRONG = re.compile(r"(?:er |helt |stadig |ogsaa )*(?:forkert\w*|gal|galt|ikke (?:det |den )?(?:rigtig\w*|korrekt\w*)|skrevet forkert)")
PLAIN_WORDS = {Word.YES: "ja", Word.NO: "nej"}  # a choice knows these; the other ways of saying them are theirs too
DEFINITE = re.compile(r"(?<=\w{3})(?:en|et|n|t)$")  # "ikke musen" where "min mus" was written
MOST_STEM = 2  # letters: shorter words stand in too many others
INVERTED = re.compile(r"(?:kan|vil|maa|skal|er|har|findes|goer) (?:du|jeg|man|i|vi|det|den|der)\b")
EMPTIED = re.compile(
    r"(?:nej\W+)?(?:ingen|intet|uden|fjern|slet|drop)\s+(?:den |det |nogen )?(?P<field>[\w -]{2,30}?)(?:\s+(?:igen|alligevel|tak))?", re.I
)
ANOTHER = re.compile(
    r"(?:nej\W+)?(?:det (?:er|var)\s+)?(?:(?:en|et|den|det)\s+)?(?:anden|andet|forkerte?|gale?)\s+(?P<field>[\wæøåÆØÅ-]{2,30})", re.I
)
SAME = re.compile(r"(?:og |men |saa |nu )*(?:den|det|der|de)\b")  # "den siger, at jeg mangler rettigheder": more about what was told
ASKING = frozenset("hvad hvor hvornaar hvem hvordan hvorfor hvilken hvilket hvilke".split())


class Correcting(Changing):
    """Changes answers; the hearing half decides when a text is one."""

    async def corrected(self, text: str, *, plain: bool) -> bool:
        """Take the text as a correction of any answer, or as answers to other questions. `plain`: also without words that mark it so."""
        if not self.digresses() and await self.several(text):
            return True
        correction = corrections.read(text, self.asks)
        exchanged = bool(correction.old) and not correction.field and await self.exchanged(correction.old, correction.new)
        if await self.grown(text) or exchanged:
            await self.go_on()
            return True
        if correction.marked and not correction.field and await self.mistaken(correction.new):
            return True
        if correction.old and not correction.field and await self.another_thing(correction.old, correction.new):
            return True
        if correction.marked and not correction.field and not correction.old and await self.other_thing(correction.new):
            return True
        if await self.taken_out(text) or await self.another_one(text):
            return True
        if correction.field in self.kind.wanted(self.form.answers) and await self.put_into(correction):
            return True
        if correction.field and not correction.loose and correction.field not in self.kind.wanted(self.form.answers):
            await self.again(f"{self.asks[correction.field].label} hører ikke til her.")
            return True
        said = text if correction.field else correction.new
        if not (correction.marked or (plain and not self.digresses())) or (not plain and len(said.split()) > SHORT):
            return False
        if correction.old and self.swapped(correction.old, correction.new):
            await self.go_on()
            return True
        return await self.found_in(said, marked=correction.marked)

    async def grown(self, text: str) -> bool:
        """A list that grows or shrinks ("tilføj Mette"), also where that alone could be another wish; not where another list is named."""
        changed = False
        for name in self.kind.wanted(self.form.answers):
            kind, before = self.asks[name].kind, self.form.answers.get(name)
            if not kind.corrects or before is None or {"list_name", "mailbox_name"} & self.turn.meaning.entities.keys():
                continue
            reading = await self.find(name, text.replace(texts.CPR_GONE, " "))
            if isinstance(reading, Got) and (not changed or shrinks(before, reading.value)):
                self.change(name, reading.value)
                changed = True
        return changed

    async def exchanged(self, old: str, new: str) -> bool:
        """One colleague for another ("skift Ole ud med Mette"), in each field that holds the one."""
        changed = False
        for name in self.kind.wanted(self.form.answers):
            kind, value = self.asks[name].kind, self.form.answers.get(name)
            said = fold(old).split()
            if not isinstance(kind, Who) or value is None or not said or not set(said) <= set(fold(kind.short(value)).split()):
                continue
            if isinstance(reading := known(await self.read(name, new)), Got):
                self.change(name, reading.value)
                changed = True
        return changed

    async def another_thing(self, old: str, new: str) -> bool:
        """One list or mailbox for another ("ikke Telefoni, men Aktindsigt"), by its name in the field that holds it."""
        name = self.holder_of(old)
        return bool(name) and await self.taken(name, await self.read(name, new))

    async def other_thing(self, new: str) -> bool:
        """Nothing but another thing is named than the one that it was about: "hov, det er scanneren"."""
        changes = self.kind.other_thing(self.form.answers, new)
        for name, value in changes.items():
            self.change(name, value)
        for name in (one for one in self.kind.wanted(self.form.answers) if changes and not isinstance(self.asks[one].kind, Text)):
            if isinstance(reading := await self.find(name, new), Got):
                self.change(name, reading.value)
        if changes:
            await self.go_on()
        return bool(changes)

    async def mistaken(self, new: str) -> bool:
        """Another name than the one that was said ("jeg mente Mette"), where the form holds only one."""
        held = [name for name in self.kind.wanted(self.form.answers) if name in self.form.filled_by and name in self.form.answers]
        somebody = [name for name in held if self.asks[name].kind.corrects or isinstance(self.asks[name].kind, Who)]
        if len(somebody) != 1 or not names_somebody(new):
            return False
        (name,) = somebody
        kind, at = self.asks[name].kind, self.at(name)
        if kind.corrects and len(crowd(self.form.answers[name]).people) != 1:
            return False
        at.now = None
        reading = known(await self.read(name, new, at))
        return reading is not None and await self.taken(name, reading)

    async def taken_out(self, text: str) -> bool:
        """A field that is to hold nothing: "ingen kontakt", "fjern udstyret"."""
        out = EMPTIED.fullmatch(text.strip(" .!"))
        name = corrections.named(out["field"], self.asks) if out else ""
        if not name or name not in self.form.answers or self.asks[name].required:
            return False
        self.emptied(name)
        self.turn.note(f"{self.asks[name].label} er taget ud.")
        await self.go_on()
        return True

    async def another_one(self, text: str) -> bool:
        """A field's value is wrong, and no better one is said: "nej, den anden sag"."""
        wrong = ANOTHER.fullmatch(text.strip(" .!"))
        name = corrections.named(wrong["field"], self.asks) if wrong else ""
        if name not in self.form.answers or name not in self.kind.wanted(self.form.answers):
            return False
        await self.ask(name)
        return True

    async def put_into(self, correction: corrections.Correction) -> bool:
        """A value for a field that was named; "titlen er forkert" asks for a better one."""
        if WRONG.fullmatch(words.whole(correction.new)):
            await self.ask(correction.field)
            return True
        return await self.taken(correction.field, await self.value_of(correction))

    def swapped(self, old: str, new: str) -> bool:
        """A swap ("X, ikke Y") where Y stands in a text that was written."""
        texts_ = [
            (name, str(self.form.answers[name]))
            for name in reversed(self.form.changed)
            if name in self.form.answers and isinstance(self.asks[name].kind, Text)
        ]
        for said, put in ((old, new), (DEFINITE.sub("", old), DEFINITE.sub("", new))):
            for name, value in texts_:
                if said and (found := re.search(rf"\b{re.escape(said)}\b", value, re.I)):
                    changed = f"{value[: found.start()]}{put}{value[found.end() :]}"
                    self.change(name, changed[:1].upper() + changed[1:] if value[0].isupper() else changed)
                    return True
        return False

    async def found_in(self, text: str, *, marked: bool) -> bool:
        """Values for other fields in the text; each is said back. One that is there already is an answer too."""
        heard, open_ones = False, []
        for name in self.kind.wanted(self.form.answers):
            kind = self.asks[name].kind
            if name == self.form.asked or isinstance(kind, Text):
                continue
            reading = await self.find(name, self.turn.text if kind.corrects else text)
            bare = len(text.split()) < SHORT and words.means(text) is None and not pointing.points(text)
            if reading is None and bare and isinstance(kind, Pick):
                reading = kind.named(text)
            named = marked or "person" in self.turn.meaning.entities
            if reading is None and named and isinstance(kind, Who) and name in self.form.answers:
                reading = known(await self.read(name, text))
            if reading is None and marked and isinstance(kind, Lookup):
                reading = exactly(await self.read(name, text), text)
            if isinstance(reading, Got):
                heard = True
                self.change(name, reading.value)
            elif reading is not None:
                open_ones.append((name, reading))
        if open_ones and not heard:
            return await self.taken(*open_ones[0])
        if heard:
            if not self.turn.corrected:
                self.turn.note("Det har jeg.")
            await self.go_on()
        return heard

    async def read_answer(self, name: str, text: str, word: Word | None) -> Reading:
        """The text as an answer to what was asked. A digression is none, though a kind that reads nearly anything could read it."""
        kind = self.asks[name].kind
        if word is not None and not isinstance(kind, Pick):
            return None
        named = kind.named(text) or (kind.named(PLAIN_WORDS[word]) if word in PLAIN_WORDS else None)
        if named or word in {Word.SKIP, Word.UNKNOWN}:
            return named
        if kind.lenient and self.digresses():
            return None
        if words.bare(text) in ME and not (isinstance(kind, Who) or kind.corrects):
            return None  # nothing is called that
        if self.asks_outright() and self.asks_else() and not kind.searches and not isinstance(kind, Pick):
            return None  # a name is no question
        if isinstance(kind, Pick) and self.kind.its_own(self.form.answers, text):
            return await self.find(name, text)  # a small word of the other matter is no answer
        reading = await self.read(name, PLAIN_WORDS[word] if word in PLAIN_WORDS else self.without_lead(text, swap=isinstance(kind, Who)))
        beside = self.digresses() or self.asks_about(name) or (self.asks_something() and not kind.searches)
        return None if isinstance(reading, Bad | Near) and (beside or await self.picks(text, lists=True)) else reading

    def without_lead(self, text: str, *, swap: bool = False) -> str:
        """An answer without "nej," or "hov," before it; with `swap` also without who it is not."""
        correction = corrections.read(text, self.asks)
        return correction.new if correction.marked and correction.new and not correction.field and (swap or not correction.old) else text

    def elsewhere(self) -> bool:
        """Whether the text is about something else than this form."""
        if self.turn.event.files and self.kind.takes_files:
            return False  # what comes with a file is about the same
        ask = self.asks.get(self.form.asked)
        if ask and isinstance(ask.kind, Text) and ask.kind.orders and not self.asks_something():
            return False
        meaning = self.turn.meaning
        if meaning.intent in {"out_of_scope", self.form.intent}:
            return False
        if meaning.intent == "cancel" and not words.stops(self.turn.text):
            return False
        if meaning.intent not in READS and SAME.match(fold(self.turn.text)) and not self.asks_something():
            return False
        few = len(self.turn.text.split()) < SHORT and not self.asks_something()
        sure = SURE_OF_FEW if few else SURE_OF_TEXT if ask and isinstance(ask.kind, Text) else SURE_ELSEWHERE
        return meaning.confidence >= sure

    def asks_something(self) -> bool:
        """A question of the person's own, in the middle of a form."""
        return (self.turn.text.strip().endswith("?") and not self.proposes()) or self.asks_outright()

    def proposes(self) -> bool:
        """An answer in doubt: "hvad med Festfolket?"."""
        return words.whole(self.turn.text).startswith("hvad med ")

    def asks_outright(self) -> bool:
        """By how it begins, not by its mark alone."""
        plain = words.whole(self.turn.text)
        return not self.proposes() and (plain.split(" ")[0] in ASKING or bool(INVERTED.match(plain)))

    def asks_about(self, name: str) -> bool:
        """A question about the field that is asked: "hvad er kle"."""
        named = any(
            len(word) > MOST_STEM and fold(word) in fold(self.turn.text) for word in (self.asks[name].label, *self.asks[name].words)
        )
        return named and self.asks_something() and not self.elsewhere()

    def asks_else(self) -> bool:
        """A question that is not another sentence about the same."""
        return self.asks_something() and self.turn.meaning.intent != self.form.intent

    def digresses(self) -> bool:
        """A question or an order that clearly is about something else."""
        order = re.match(rf"{VERBS}\b", self.without_lead(self.turn.text).strip(), re.I)
        return bool(order or self.asks_something()) and self.elsewhere()

    async def taken(self, name: str, reading: Reading) -> bool:
        """Act on a reading; the hearing half knows how."""
        raise NotImplementedError


def shrinks(before: Any, now: Any) -> bool:
    """Whether somebody is off a list who was on it."""
    return not {one.id for one in crowd(before).people} <= {one.id for one in crowd(now).people}


def known(reading: Reading) -> Got | Which | None:
    """A reading that found somebody."""
    return reading if isinstance(reading, Got | Which) and not isinstance(reading, Near) else None


def exactly(reading: Reading, text: str) -> Got | None:
    """A list or mailbox whose whole name was said."""
    return reading if isinstance(reading, Got) and words_of(str(reading.value.get("name", ""))) == words_of(text) else None
