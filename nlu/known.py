"""What the systems know by name: people, lists and mailboxes. Handed in from outside, so that names are found that no lexicon holds.

Names are compared folded (case, æøå, hyphens and apostrophes do not matter), with at most one slip of the finger, in a word that is not an
ordinary one, with a genitive -s behind the last word, and lists and mailboxes also when they are written together ("barselinfo"). What it
costs to look does not depend on how many names are known.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from nlu.known_names import LONGEST_NAME, NOTHING, People, Titles, joined
from nlu.lexicon import lexicon
from nlu.near import Near
from nlu.normalise import fold_word
from nlu.ordinary import ordinary

MOST_OPTIONS = 20_000  # words whose readings are kept: the same few thousand make up nearly every text
SHORTEST_SLIPPED = 3  # letters
MOST_SLIPPED = 150  # words of a text that are looked up with a slip in them as well: a long one takes no longer than a short one
SURE = 2  # it is that name wherever it stands
LIKELY = 1  # it is where the sentence has the form for it
POSSIBLE = 0  # an ordinary word that is a name too: it is one after its noun or in quotation marks
LONG = 7  # letters of a name of one word that can be sure
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_GAP = re.compile(r"[ \t]?[-–/&.+_]?[ \t]?")
_SENTENCE_END = re.compile(r"(?:^|[.!?:\n→]|[-–•*]\s)\s*$")
_NOUNS = ("listen", "liste", "gruppen", "postkassen", "postkasse", "mailen")  # that a name is written together with


@dataclass(frozen=True)
class Named:
    """A known name at `start`–`end` of a text, without a genitive -s; what bears it, and how much speaks for it: SURE, LIKELY or POSSIBLE."""

    start: int
    end: int
    kinds: frozenset[str]
    strength: int


@dataclass(frozen=True)
class _Token:
    """A written word. capital: one that says something, inside a sentence and not in a text of capitals alone. late: too late for slips."""

    start: int
    end: int
    folded: str
    capital: bool
    late: bool


@dataclass(frozen=True)
class _Option:
    """A word of a known name that a written word can stand for. cut: how many letters at its end are not the name's."""

    word: str
    slips: int
    cut: int


@dataclass(frozen=True)
class _Run:
    """Words that have been read as a beginning of a name."""

    read: str
    options: tuple[_Option, ...]

    @property
    def slips(self) -> int:
        return sum(option.slips for option in self.options)

    @property
    def cut(self) -> int:
        return self.options[-1].cut

    def cost(self) -> tuple[int, bool, int]:
        """How unlikely the reading is, the least best: "Indkøs" is rather a genitive with a slip than Indkøb with another letter at its end."""
        last = self.options[-1]
        return self.slips, bool(last.slips and not last.cut and not last.word.endswith("s")), last.cut


class Known:
    """An index of names; never changed, so that a new one can take its place while others read."""

    def __init__(self, people: Collection[str] = (), lists: Collection[str] = (), mailboxes: Collection[str] = ()) -> None:
        self.people = People(people)
        self.titles = Titles(lists, mailboxes)
        self._vocabulary = {*self.people.vocabulary(), *self.titles.vocabulary()}
        near = Near(word for word in self._vocabulary if not any(char.isdecimal() for char in word))
        self._near = lru_cache(maxsize=MOST_OPTIONS)(near.of)
        self._options = lru_cache(maxsize=MOST_OPTIONS)(self._find_options)

    @classmethod
    def of(cls, people: Collection[str] = (), lists: Collection[str] = (), mailboxes: Collection[str] = ()) -> "Known":
        """An index of full names of people ("Sofie Lund") and of the display names of lists and mailboxes.

        Blocking: two seconds of processor time for 70,000 names.
        """
        return cls(people, lists, mailboxes)

    def people_in(self, text: str) -> list[Named]:
        """People named by two of their names or more, in the text's order."""
        return list(self._names(text, self.people)) if self.people.after else []

    def titles_in(self, text: str) -> list[Named]:
        """Lists and mailboxes, in the text's order. One that is also somebody's name has "person" among its kinds."""
        return list(self._names(text, self.titles)) if self.titles.whole else []

    def is_first_name(self, folded: str, *, slipped: bool = False) -> bool:
        """Whether a folded word is a known person's first name and no ordinary word. slipped: or one slip away from one of four letters and more."""
        if not self.people.first or len(folded) < SHORTEST_SLIPPED or folded in ordinary() or folded in lexicon().doubtful_last:
            return False
        if folded in self.people.first:
            return True
        return slipped and len(folded) > SHORTEST_SLIPPED and not self.people.first.isdisjoint(self._near(folded))

    def _names(self, text: str, names: People | Titles) -> Iterator[Named]:
        tokens = list(_tokens(text))
        at = 0
        while at < len(tokens):
            size, run = self._longest(text, tokens, at, names)
            if run:
                taken = tokens[at : at + size]
                end = len(text[: taken[-1].end - run.cut].rstrip("'’-"))
                yield Named(taken[0].start, end, self._kinds(run, size, names), self._strength(taken, run))
            elif names is self.titles and (kinds := self._split(text, tokens[at : at + 2])):
                size = 2
                yield Named(tokens[at].start, tokens[at + 1].end, kinds, LIKELY)
            at += size or 1

    def _split(self, text: str, pair: list[_Token]) -> frozenset[str]:
        """What bears the name of one word that is written as two: "vildt baner"."""
        apart = len(pair) == 2 and text[pair[0].end : pair[1].start] == " "
        return self.titles.kinds("".join(token.folded for token in pair), 1) if apart else NOTHING

    def _kinds(self, run: _Run, size: int, names: People | Titles) -> frozenset[str]:
        kinds = names.kinds(run.read, size)
        pairs = zip(run.options, run.options[1:], strict=False)
        is_person = size > 1 and all(self.people.go_on(one.word, other.word) for one, other in pairs)
        return kinds | {"person"} if is_person else kinds

    def _longest(self, text: str, tokens: list[_Token], at: int, names: People | Titles) -> tuple[int, _Run | None]:
        """The most words from `at` on that are a name, and how they are read with the fewest slips."""
        runs = [_Run(read, (option,)) for option in self._read(tokens[at]) if (read := names.begin(option.word))]
        found: tuple[int, _Run | None] = (0, None)
        for size in range(1, LONGEST_NAME + 1):
            if not runs:
                break
            whole = [run for run in runs if names.kinds(run.read, size)]
            if whole:
                found = size, min(whole, key=_Run.cost)
            if at + size == len(tokens) or not _GAP.fullmatch(text, tokens[at + size - 1].end, tokens[at + size].start):
                break
            runs = [
                _Run(read, (*run.options, option))
                for run in runs
                if not run.cut
                for option in self._read(tokens[at + size], inside=names is self.titles)
                if run.slips + option.slips <= 1 and (read := names.go_on(run.read, option.word))
            ]
        return found

    def _read(self, token: _Token, *, inside: bool = False) -> tuple[_Option, ...]:
        """What a written word can stand for; an ordinary one for another only `inside` a name that has begun, or with a capital."""
        slipped = not token.late and (inside or token.capital or token.folded not in ordinary())
        return self._options(token.folded, slipped, SHORTEST_SLIPPED - inside)

    def _find_options(self, folded: str, slipped: bool, shortest: int) -> tuple[_Option, ...]:
        """As it is, without a genitive -s or the noun at its end; and, where it may be `slipped` and has `shortest` letters, nearly so."""
        cuts = {0: folded}
        if folded.endswith("s") and len(folded) > 2:
            cuts[1] = folded[:-1]
        cuts |= {len(noun): folded.removesuffix(noun) for noun in _NOUNS if folded.endswith(noun) and len(folded) > len(noun) + 2}
        exact = [_Option(word, 0, cut) for cut, word in cuts.items() if word in self._vocabulary]
        if not slipped or len(folded) < shortest:
            return tuple(exact)
        near = [_Option(word, 1, cut) for cut, base in cuts.items() for word in sorted(self._near(base))]
        return tuple(exact + near)

    def _strength(self, tokens: list[_Token], run: _Run) -> int:
        """Points for capitals and for words that are not ordinary, fewer for those with a slip."""
        points, doubtful = 0, False
        for token, option in zip(tokens, run.options, strict=True):
            unusual = option.word not in ordinary() and len(option.word) > 1
            full = token.capital or (unusual and len(option.word) > 2 and (not option.slips or len(option.word) >= LONG))
            points += 2 if full else 1 if unusual else 0
            doubtful |= bool(option.slips and not token.capital and token.folded in ordinary())
        if len(tokens) > 1:
            return SURE if points >= 2 and not doubtful else LIKELY
        sure = tokens[0].capital and run.slips == 0 and len(run.read) >= LONG and run.read not in ordinary()
        return SURE if sure else LIKELY if points else POSSIBLE


def _tokens(text: str) -> Iterator[_Token]:
    shouted = text.isupper()
    for number, match in enumerate(_TOKEN.finditer(text)):
        first = match.group()[0]
        capital = not shouted and first.isupper() and not _SENTENCE_END.search(text, max(0, match.start() - 8), match.start())
        yield _Token(match.start(), match.end(), joined(fold_word(match.group())), capital, number >= MOST_SLIPPED)


NOBODY = Known.of()
