"""The kinds of answer a form can hold: how each is read from free text, found in a longer sentence, shown, and drawn in a card."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from typing_extensions import override

from connectors.directory import Person
from dialogs import pointing, texts, words
from dialogs.desk import Desk
from dialogs.talk import Choice, Event, Fact
from nlu.normalise import fold
from nlu.understanding import Understanding


@dataclass(frozen=True)
class Got:
    """A value that fits, as JSON."""

    value: Any


@dataclass(frozen=True)
class Which:
    """Several values fit: the question to ask, and the choices (label, value)."""

    question: str
    choices: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Near(Which):
    """Nothing fits what was said; these come nearest."""


@dataclass(frozen=True)
class Bad:
    """It was meant as a value, and does not fit: why, and one that does. One or two sentences in Danish."""

    reason: str


Reading = Got | Which | Bad | None


class Colleague(BaseModel):
    """An employee as an answer holds one."""

    model_config = ConfigDict(extra="ignore")

    id: str
    name: str
    email: str
    department: str = ""
    title: str = ""
    phone: str = ""
    login: str = ""
    place: str = ""

    @classmethod
    def of(cls, person: Person) -> "Colleague":
        """From the directory's person."""
        place = ", ".join(part for part in (person.office, person.floor) if part)
        return cls(**{**person.model_dump(), "place": place})

    @property
    def label(self) -> str:
        return f"{self.name} ({self.department})" if self.department else self.name


@dataclass
class At:
    """Where a reading takes place: the desk, the message, what it means, and the answers so far."""

    desk: Desk
    event: Event
    answers: Mapping[str, Any]
    offered: list[dict[str, Any]] = field(default_factory=list)  # the choices of the field that is read, if it has any
    understood: Callable[[], Understanding | None] = lambda: None  # worked out only where a kind asks for it
    now: Any = None  # what the field that is read holds

    @property
    def me(self) -> Colleague | None:
        """The one who writes, once looked up."""
        known = self.answers.get("requester")
        return Colleague.model_validate(known) if known else None


class Kind:
    """One kind of answer. `free`: any text is a value, so everything else is tried first. `lenient`: nearly any text can be read as one."""

    free = False
    searches = False  # any words may be what is looked for: when nothing is found, they may have meant something else
    lenient = False
    corrects = False  # reads "også X" and "uden Y" itself: what is said changes the value rather than replacing it
    follows: tuple[str, ...] = ()  # fields from which its value is proposed
    other = "En anden"  # the button beside choices that were found; "" where there are no others
    drawn: Literal["text", "lines", "choice", "choices", "date", "number"] = "text"

    async def read(self, text: str, at: At) -> Reading:
        """The whole text as the answer to this field's question. None: it is something else."""
        raise NotImplementedError

    def named(self, text: str) -> Got | None:
        """The value that the whole text stands for beyond doubt, without looking anything up."""
        del text
        return None

    async def find(self, text: str, at: At) -> Reading:
        """A value inside a sentence that says other things too. None: there is none."""
        del text, at
        return None

    async def take(self, raw: str, at: At) -> Reading:
        """What a card's input holds."""
        return await self.read(raw, at)

    async def propose(self, at: At) -> Reading:
        """A value that nobody need be asked for. None: ask."""
        del at
        return None

    def is_empty(self, value: Any) -> bool:
        """Whether an answer holds nothing, and need not be shown."""
        return value in (None, "", [])

    def join(self, before: Any, said: Any) -> Any:
        """The value after something was said, which may be a part of it."""
        del before
        return said

    def unsettled(self, value: Any) -> Which | None:
        """What must be asked of a value before it can be used."""
        del value
        return None

    def give_up(self, value: Any) -> Any:
        """The value without what is unsettled in it."""
        return value

    def facts(self, label: str, value: Any) -> list[Fact]:
        """The value whole, as a summary shows it."""
        return [Fact(label=label, value=self.show(value))]

    def table(self, value: Any) -> list[Fact]:
        """The value line by line, shown where something in it is asked."""
        del value
        return []

    def difference(self, before: Any, now: Any) -> str:
        """What changed, for values of which old and new would be too long to tell; "" for the others."""
        del before, now
        return ""

    def show(self, value: Any) -> str:
        """The value in a summary."""
        return str(value)

    def short(self, value: Any) -> str:
        """The value where it is only mentioned."""
        return self.show(value)

    def raw(self, value: Any) -> str:
        """The value in a card's input."""
        return self.show(value)

    def options(self) -> tuple[Choice, ...]:
        """Fixed choices, if any."""
        return ()


@dataclass(frozen=True)
class Text(Kind):
    """Free text between two lengths. orders: an order is an answer too ("luk kontoen"): it is what another is to do, and no wish of its own."""

    least: int = 2
    most: int = 4000
    many_lines: bool = False
    orders: bool = False
    free = True

    @property
    @override
    def drawn(self) -> Literal["text", "lines"]:  # type: ignore[override]  # narrower, and decided per field
        return "lines" if self.many_lines else "text"

    @override
    async def read(self, text: str, at: At) -> Reading:
        del at
        value = text.strip()
        if len(value) < self.least:
            return Bad("Det er lidt kort. Skriv gerne et par ord mere.")
        if len(value) > self.most:
            return Bad(f"Det er for langt: højst {texts.count(self.most, 'tegn', 'tegn')}. Kort det lidt af.")
        return Got(value)


@dataclass(frozen=True)
class Option:
    """One way to answer a choice: its value, its button, how the summary says it, and patterns (folded) that mean it.

    tried: the order in which the options' patterns are tried, the most telling first; the buttons stand in the order given.
    """

    value: str
    label: str
    shown: str
    patterns: tuple[str, ...] = ()  # in an answer to the question
    hints: tuple[str, ...] = ()  # in a longer sentence
    tried: int = 0


def standing(pattern: str, text: str) -> bool:
    """Whether a pattern stands in a folded text as whole words, and is not denied there."""
    return bool(re.search(rf"(?<!\w)(?<!\bikke )(?:{pattern})(?!\w)", text))


MOST_OF_AN_ANSWER = 8  # words


def whole_not(text: str) -> str:
    """A folded text with "ikke" written out: "haster ik"."""
    return re.sub(r"\bikk?\b", "ikke", text)


@dataclass(frozen=True)
class Narrow:
    """What leaves several of the options: patterns (folded) that mean so, the values that are left, and the question between them."""

    question: str
    left: tuple[str, ...]
    patterns: tuple[str, ...]


@dataclass(frozen=True)
class Pick(Kind):
    """One of a few fixed options."""

    of: tuple[Option, ...]
    narrow: tuple[Narrow, ...] = ()
    drawn = "choice"
    lenient = True
    other = ""

    @override
    async def read(self, text: str, at: At) -> Reading:
        del at
        plain = whole_not(words.bare(text))
        short = len(plain.split()) <= MOST_OF_AN_ANSWER  # in a long one a small word says nothing by itself
        meant = [(option, (*option.patterns, *option.hints) if short else option.hints) for option in self.of]
        return self.named(text) or self._one(plain, meant) or self._few(plain)

    @override
    def named(self, text: str) -> Got | None:
        """The option that the whole text stands for: by its label or place, or by a pattern that covers it."""
        plain = whole_not(words.bare(text))
        for option in self.of:
            if plain in {words.bare(option.label), words.bare(option.shown)}:
                return Got(option.value)
        place = pointing.ordinal(text, len(self.of))
        if place is not None:
            return Got(self.of[place].value)
        covered = any(re.fullmatch(pattern, plain) for option in self.of for pattern in option.patterns)
        return self._one(plain, [(option, (*option.patterns, *option.hints)) for option in self.of]) if covered else None

    @override
    async def take(self, raw: str, at: At) -> Reading:
        known = any(option.value == raw for option in self.of)
        return Got(raw) if known else await self.read(raw, at)

    @override
    async def find(self, text: str, at: At) -> Reading:
        del at
        plain = whole_not(words.whole(text))
        return self._one(plain, [(option, option.hints) for option in self.of]) or self._few(plain)

    def _few(self, text: str) -> Which | None:
        """The options that are left by what narrows them down."""
        narrow = next((one for one in self.narrow if any(standing(pattern, text) for pattern in one.patterns)), None)
        if narrow is None:
            return None
        left = [option for option in self.of if option.value in narrow.left]
        return Which(narrow.question, tuple((option.label, option.value) for option in left))

    @staticmethod
    def _one(text: str, patterns: list[tuple[Option, tuple[str, ...]]]) -> Got | None:
        """The first option, in the order in which they are tried, one of whose patterns stands in the text."""
        for option, wanted in sorted(patterns, key=lambda pair: pair[0].tried):
            if any(standing(pattern, text) for pattern in wanted):
                return Got(option.value)
        return None

    @override
    def show(self, value: Any) -> str:
        return next((option.shown for option in self.of if option.value == value), str(value))

    @override
    def raw(self, value: Any) -> str:
        return str(value)

    @override
    def options(self) -> tuple[Choice, ...]:
        return tuple(Choice(label=option.label, value=option.value) for option in self.of)


NOISE = frozenset("ham hende den det dem fra i med paa af der hedder er som jeg mener mente tag vaelg ja og en".split())


def pick_among(text: str, offered: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Which of the offered choices a text means: by label, number or place, or by words that only one label holds ("ham fra økonomi").

    "ikke X" leaves the others. Empty: it means none of them.
    """
    plain = words.bare(text)
    if plain.startswith("ikke "):
        left = [one for one in offered if one not in pick_among(plain.removeprefix("ikke "), offered)]
        return left if len(left) < len(offered) else []
    exact = [one for one in offered if words.bare(one["label"]) == plain]
    if exact:
        return exact[:1]
    place = pointing.ordinal(text, len(offered))
    if place is not None:
        return [offered[place]]
    wanted = [word for word in re.findall(r"\w+", plain) if word not in NOISE]
    hits = [one for one in offered if wanted and all(re.search(rf"\b{re.escape(word)}", fold(one["label"])) for word in wanted)]
    return hits if len(hits) < len(offered) else []
