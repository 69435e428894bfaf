"""Names of people in a text: by a lexicon of Danish names, by the names that are handed in, and by the form of the sentence.

A name is given as written, without a genitive -s: "Ib Testrups" → "Ib Testrup". First names alone count. Titles and roles do not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlu.known import NOBODY, SURE, Known
from nlu.lexicon import Lexicon, lexicon
from nlu.normalise import fold_word
from nlu.ordinary import ordinary

_TOKEN = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_STYLED = re.compile(r"\b(?:hr|fru|frk|dr)\.?\s$", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?:^|[.!?:\n→]|[-–•*]\s)\s*$")
_SUFFIX = re.compile(r"(?:sen|gaard|strup|rup|lund|holm|berg|bjerg|toft|skov|kjaer|quist|kvist|dal|dahl|son|borg|sted|vang|feldt|mann)$")
# "jeg hedder Tuan", "my name is Tuan": a name, whatever it looks like.
_INTRODUCED = re.compile(r"(?:\b(?:jeg|han|hun|hende|der|som|vikaren|borgeren)\shedder|\bnavn\ser|\bname\sis)\s$", re.IGNORECASE)
_PARTICLES = frozenset(("von", "van", "de", "la", "el", "al", "bin", "ben", "der", "af"))
_NOT_SURNAMES = frozenset(
    "post vest nord have sommer vinter jul just sort vad mark hvid due lange gade jul bank engel heden der have brun mose soe so bro vang sand vind frost "
    "holder stopper staar mangler floor with".split()
)
_HANDLING = frozenset(
    "saet tilfoej foej fjern slet pil smid tag meld skriv laeg indmeld udmeld tilmeld afmeld frameld put prop haeng kyl drop stryg add remove adde og "
    "opret giv bed ring kontakt hent abonner inkluder optag flyt ekskluder udelad".split()
)
_AFTER_NAME = frozenset("paa til fra af ud ind og med som skal er har kan vil maa boer faar mangler ogsaa to from on off i".split())
_BEFORE_SURNAME = frozenset("fra om hos vedroerende for til af med advokat hr fru fuldmaegtig borger klient".split())
# "Kan Chukwuemeka Obi optages på …": what is done with people on lists.
_ASKED = frozenset("kan skal maa boer".split())
_DONE_WITH = frozenset(
    "optages tilfoejes fjernes slettes saettes tages meldes indmeldes udmeldes skrives inkluderes afmeldes tilmeldes pilles bringes".split()
)
_VERBS = frozenset(
    "skal er har kan vil maa boer faar mangler ringer siger starter stopper oensker beder sagde skriver arbejder staar sidder kommer gaar rejser ejer "
    "oenskede har's ville skulle kunne fik blev bliver laeser moeder modtager glemte lovede hjalp sendte".split()
)
_ROLES = frozenset(
    "advokat direktoer chef kontorchef kollega kollegaen medarbejder medarbejderen borger borgeren konsulent konsulenten praktikant praktikanten fuldmaegtig "
    "sagsbehandler controller elev eleven vikar vikaren leder teamleder souschef hr fru hos hedder navnet pige pigen mand manden dame damen fyr fyren nye ansat ansatte brugeren bruger patienten familien".split()
)


@dataclass(frozen=True)
class Person:
    """A name at `start`–`end` of the text, without the genitive -s."""

    start: int
    end: int


@dataclass(frozen=True)
class _Word:
    start: int
    end: int
    text: str
    folded: str
    capital: bool
    first_in_sentence: bool


def find(text: str, known: Known = NOBODY) -> list[Person]:
    """People's names in `text`, in its order. Stretches that are something else must have been filled with a sign that is no letter."""
    words = list(_words(text))
    names = _Names(text, words, known)
    found: list[Person] = []
    at = 0
    while at < len(words):
        size = names.size_at(at, after_name=bool(found) and _joins(text, found[-1].end, words[at].start))
        if size:
            end = names.end_of(at + size - 1)
            found.append(Person(words[at].start, end))
        at += size or 1
    return found


def _words(text: str) -> Iterator[_Word]:
    shouted = text.isupper() and len(text) > 12  # then a capital says nothing
    for match in _TOKEN.finditer(text):
        word = match.group()
        capital = word[0].isupper() and not shouted and not (word.isupper() and len(word) > 1)
        first = _SENTENCE_END.search(text, max(0, match.start() - 8), match.start())
        yield _Word(match.start(), match.end(), word, fold_word(word), capital, bool(first))


def _joins(text: str, end: int, start: int) -> bool:
    return text[end:start].strip(" \n\t") in (",", "og", "&", "+", "/", "and", ", og", "samt")


class _Names:
    """Decides, word by word, where a name begins and how far it goes."""

    def __init__(self, text: str, words: list[_Word], known: Known) -> None:
        self.text = text
        self.words = words
        self.known = known
        self.lexicon: Lexicon = lexicon()

        self.known_size: dict[int, int] = {}  # by the first word of a known name: how many words it has
        self.known_end: dict[int, int] = {}  # by its last word: where it ends
        self._find_known()

    def _find_known(self) -> None:
        at_start = {word.start: at for at, word in enumerate(self.words)}
        for named in self.known.people_in(self.text):
            at = at_start.get(named.start)
            last = next((at for at, word in enumerate(self.words) if word.start < named.end <= word.end), None)
            if at is not None and last is not None:
                before = self._word(at - 1)
                if named.strength == SURE or (before and before.folded in _HANDLING):
                    self.known_size[at], self.known_end[last] = last - at + 1, named.end

    def size_at(self, at: int, *, after_name: bool) -> int:
        """How many words the name has that begins at word `at`; 0 where none begins."""
        size = self.known_size.get(at, 0)
        if not size and not self._begins(at, after_name=after_name):
            return 0
        size = size or 1
        while size < 5 and not self._in_genitive(at + size - 1) and self._continues(at, at + size):
            size += 1
        if self.words[at + size - 1].folded in _PARTICLES and size > 1:
            size -= 1
        return size

    def end_of(self, at: int) -> int:
        """Where the name ends whose last word is `at`, the genitive taken off."""
        word = self.words[at]
        return self.known_end.get(at) or (word.end - 1 if self._in_genitive(at) else word.end)

    def _word(self, at: int) -> _Word | None:
        return self.words[at] if 0 <= at < len(self.words) else None

    def _next_to(self, at: int) -> _Word | None:
        """The word after `at`, if nothing but one blank stands between them."""
        word, after = self.words[at], self._word(at + 1)
        return after if after and self.text[word.end : after.start] == " " else None

    def _is_last_name(self, folded: str) -> bool:
        return folded in self.lexicon.last or folded in self.lexicon.doubtful_last

    def _begins(self, at: int, *, after_name: bool) -> bool:
        word, lex = self.words[at], self.lexicon
        if (word.folded in lex.never and word.folded not in lex.first) or word.folded in _ROLES or len(word.text) < 2:
            return False
        if word.capital and _STYLED.search(self.text, max(0, word.start - 5), word.start):
            return True
        base = word.folded.removesuffix("s")
        if word.folded in lex.first or (base in lex.first and word.folded not in lex.doubtful_first):
            return True
        if word.folded in lex.doubtful_first:
            return self._doubtful_begins(at, after_name=after_name)
        if word.capital and base in lex.doubtful_first and not word.first_in_sentence and self._in_genitive(at):
            return True
        return self._known_begins(at) or (self._unknown_begins(at, after_name=after_name) if word.capital else self._before_surname(at))

    def _before_surname(self, at: int) -> bool:
        """A word in small letters that nobody writes otherwise, before a surname: "fjern tuva hansen"."""
        before, after = self._word(at - 1), self._next_to(at)
        if after is None or after.capital or after.folded.removesuffix("s") not in self.lexicon.last:
            return False
        led = before is None or before.folded in _HANDLING | _BEFORE_SURNAME | _ASKED | _VERBS
        return led and self._is_odd(self.words[at].folded)

    def _is_odd(self, folded: str) -> bool:
        return (
            len(folded) > 3
            and folded.isalpha()
            and folded not in ordinary()
            and folded not in _AFTER_NAME | _VERBS | _HANDLING | _NOT_SURNAMES
        )

    def _known_begins(self, at: int) -> bool:
        """A first name that the systems know; with a slip, where the sentence does something with it."""
        word, before, after = self.words[at], self._word(at - 1), self._next_to(at)
        if self.known.is_first_name(word.folded) or (word.capital and self.known.is_first_name(word.folded.removesuffix("s"))):
            return True
        handled = before and before.folded in _HANDLING - {"og"} and after and after.folded in _AFTER_NAME
        return bool(handled and self.known.is_first_name(word.folded, slipped=True))

    def _doubtful_begins(self, at: int, *, after_name: bool) -> bool:
        word, after, before = self.words[at], self._next_to(at), self._word(at - 1)
        if word.capital and not word.first_in_sentence:
            return True
        if before and before.folded in {"er", "staar"} and after and after.folded in {"paa", "med"}:
            return True
        if after and (self._is_last_name(after.folded) and (after.capital or not word.capital) and after.folded not in _NOT_SURNAMES):
            return True
        if word.capital:
            return bool(
                after
                and (after.folded in _VERBS or after.folded in {"og", "fra"} or (after.capital and after.folded in self.lexicon.first))
            )
        handled = bool(before and before.folded in _HANDLING and (before.folded != "og" or after_name))
        return (handled or after_name) and (after is None or after.folded in _AFTER_NAME)

    def _unknown_begins(self, at: int, *, after_name: bool) -> bool:
        """A capital that no lexicon knows: a name where a surname follows, or where the sentence does something with it."""
        word, after, before = self.words[at], self._next_to(at), self._word(at - 1)
        if _INTRODUCED.search(self.text, max(0, word.start - 20), word.start):
            return True
        base = word.folded.removesuffix("s")
        if word.first_in_sentence:
            own = base in self.lexicon.last and _SUFFIX.search(base) and self._in_genitive(at)  # "Pedersens sag"
            return bool(own or (after and after.capital and (after.folded in self.lexicon.last or word.folded in self.lexicon.last)))
        if after and after.capital and word.folded in self.lexicon.last and after.folded in self.lexicon.first:
            return True
        if (
            before
            and before.folded in _BEFORE_SURNAME
            and self._is_last_name(word.folded.removesuffix("s"))
            and word.folded not in _NOT_SURNAMES
        ):
            return True
        if after and after.capital and after.folded not in self.lexicon.never:
            if self._is_last_name(after.folded.removesuffix("s")) or self._is_last_name(after.folded) or _SUFFIX.search(after.folded):
                return True
            if before and before.folded in _ROLES:
                return True
            beyond = self._next_to(at + 1)
            if before and before.folded in _ASKED and beyond and beyond.folded in _DONE_WITH:
                return True
        if before and before.folded in _ROLES and self.text[before.end : word.start] == ", " and self.text[word.end : word.end + 1] == ",":
            return True
        if (
            after_name
            and self.text[self.words[at - 1].end : word.start].strip() in (",", "og", "")
            and before
            and before.folded not in _AFTER_NAME - {"og"}
        ):
            return True
        if before and before.folded in _ROLES and after and after.folded in _VERBS:
            return True
        handled = bool(before and before.folded in _HANDLING - {"og", "opret"})
        return handled and bool(after and after.folded in {"til", "paa", "fra", "af", "ud", "ind", "to", "from", "med"})

    def _continues(self, start: int, at: int) -> bool:
        word = self._word(at)
        before = self.words[at - 1]
        if word is None or self.text[before.end : word.start] not in (" ", ". "):
            return False
        initial = len(before.text) == 1
        if self.text[before.end : word.start] == ". " and not initial:
            return False
        if len(word.text) == 1:
            return word.capital
        if word.folded in _PARTICLES and not word.capital:
            after = self._next_to(at)
            return bool(after and after.capital and word.text.islower() and word.folded != "af" and self.words[start].capital)
        if word.capital:
            return word.folded not in self.lexicon.never and (initial or not word.first_in_sentence)
        return self._continues_in_lower_case(start, at)

    def _continues_in_lower_case(self, start: int, at: int) -> bool:
        word, after = self.words[at], self._word(at + 1)
        base = word.folded.removesuffix("s")
        if word.folded in self.lexicon.last or base in self.lexicon.last:
            return word.folded not in _NOT_SURNAMES
        if self.words[start].capital:
            return False
        if word.folded in self.lexicon.first:
            return True
        if word.folded in self.lexicon.doubtful_last:
            return word.folded not in _NOT_SURNAMES
        if self._is_odd(word.folded) and at == start + 1 and (after is None or after.folded in _AFTER_NAME | _VERBS):
            return True
        return len(word.folded) > 4 and bool(_SUFFIX.search(base)) and word.folded not in _NOT_SURNAMES

    def _in_genitive(self, at: int) -> bool:
        word = self.words[at]
        if at in self.known_end:
            return self.known_end[at] < word.end
        if not word.folded.endswith("s") or len(word.folded) < 3:
            return False
        lex = self.lexicon
        if any(word.folded in names for names in (lex.first, lex.doubtful_first, lex.last, lex.doubtful_last)):
            return False
        base = word.folded[:-1]
        if base in lex.first or base in lex.doubtful_first or self._is_last_name(base):
            return True
        after = self._next_to(at)
        return bool(
            after and not after.capital and after.folded not in _AFTER_NAME | _VERBS | {"ikke", "for", "om", "at", "der", "i", "ved"}
        )
