"""Names that stand beside each other in a sentence: "på Barsel Info, Festudvalget og Elever 2025". What looks like a name counts, known or not."""

import re
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from dialogs import words
from dialogs.fields import At
from dialogs.lookups import Look, squeezed
from nlu.lexicon import lexicon
from nlu.normalise import fold
from nlu.ordinary import ordinary

TO = r"(?:på|paa|til|fra|af|listen|listerne|postkassen|både)"
NAME = r"[^,.;!?&”\"\n]{2,60}?"
BEHIND = re.compile(
    rf"(?:[- ](?:listen|postkassen|mailboksen|gruppen))?[”\"]?\s*(?P<joint>,|&|\bog\b|\bsamt\b|\bplus\b)\s*(?:også\s+)?(?P<to>(?:{TO}\s+)*)[”\"]?(?P<name>{NAME})(?=(?:[- ](?:listen|postkassen|mailboksen|gruppen))?[”\"]?\s*(?:,|&|$|[.!?]|\bog\b|\bsamt\b|\bplus\b))",
    re.I,
)
BEFORE = re.compile(rf"\b{TO}\s+[”\"]?(?P<name>{NAME})[”\"]?\s*(?:,|&|\bog\b|\bsamt\b|\bplus\b)\s*(?:også\s+)?(?:{TO}\s+)*[”\"]?$", re.I)
BOTH = re.compile(r"\b(?:både|baade)\s+$", re.I)
JOINED = re.compile(r"\s*(?:,|&|\bog\b|\bsamt\b|\bplus\b)\s*", re.I)
POLITE = re.compile(r"(?:\s{1,4}(?:tak|pft|please|pls|venligst|igen|også))+$", re.I)
MOST, LONGEST = 5, 5  # names in one sentence; words of a name that nobody knows
GREETS = frozenset("tak hilsen mvh venlig vh kh mange paa med hej".split())
Exists = Callable[[str], Awaitable[bool]]


@dataclass(frozen=True)
class Beside:
    """Names in a stretch of a text, in its order."""

    names: list[str]
    begin: int
    end: int


async def beside(text: str, first: str, people: Collection[str], exists: Exists) -> Beside:
    """The name `first` in a text, and those that stand beside it. people: names of persons in the text, which are none of these."""
    begin = text.index(first)
    parts = [first] if await exists(first) else [part for part in JOINED.split(first) if part]
    found = Beside(parts, begin, begin + len(first))
    found = await before(text, await behind(text, found, people, exists), people, exists)
    both = BOTH.search(text[: found.begin])
    return Beside(found.names, both.start(), found.end) if both else found


async def one_wish_each(text: str, entity: str, look: Look, at: At) -> list[str]:
    """A sentence that asks for the same of several lists or mailboxes, as one for each. One that does not exist has its own too, which says so."""
    understood = at.understood()
    entities = understood.entities if understood else {}
    first = next((one for one in entities.get(entity, []) if one in text), "")
    if not first:
        return [text]

    async def exists(name: str) -> bool:
        return any(squeezed(one.name) == squeezed(name) for one in await look(name, at))

    some = await beside(text, first, entities.get("person", []), exists)
    quoted = [name if await exists(name) else f"”{name}”" for name in some.names]
    return [f"{text[: some.begin]}{name}{text[some.end :]}" for name in quoted] if len(quoted) > 1 else [text]


async def behind(text: str, found: Beside, people: Collection[str], exists: Exists) -> Beside:
    """With those that come after: each that exists, and before it or behind "og" what may be a name."""
    names, end, unsure, reached = list(found.names), found.end, list[str](), found.end
    for part in BEHIND.finditer(text, found.end):
        known = await longest(part["name"], exists)
        if part.start() != reached or len(names) + len(unsure) >= MOST or not (known or may_be_name(part["name"], people)):
            break
        reached, name = part.end(), known or POLITE.sub("", part["name"].strip())
        if known or part["to"] or part["joint"] != ",":
            names, end, unsure = [*names, *unsure, name], part.start("name") + len(name), []
        else:
            unsure.append(name)  # "Barsel Info, Tanterne og Festudvalget": by the "og" behind it
    return Beside(names, found.begin, end)


async def before(text: str, found: Beside, people: Collection[str], exists: Exists) -> Beside:
    """With the one that comes before, where "på" or the like leads it in."""
    part = BEFORE.search(text[: found.begin])
    if not part or not (await exists(part["name"]) or may_be_name(part["name"], people)):
        return found
    return Beside([part["name"].strip(), *found.names], part.start("name"), found.end)


async def longest(said: str, exists: Exists) -> str:
    """As many of the first words as are a name that exists; "" for none."""
    said = said.strip()
    ends = [match.end() for match in re.finditer(r"\S+", said)]
    for end in reversed(ends[:LONGEST]):
        if await exists(said[:end]):
            return said[:end]
    return ""


def may_be_name(said: str, people: Collection[str]) -> bool:
    """Whether some words that nobody knows look like a name: a capital, or one word that is no ordinary one; nobody's own name."""
    said = POLITE.sub("", said.strip())
    first, *more = fold(said).split() or [""]
    if len(more) >= LONGEST or words.means(said) is not None or first in GREETS or first in lexicon().first:
        return False
    if any(fold(said) in fold(one) or fold(one) in fold(said) for one in people):
        return False
    return said[0].isupper() or (not more and len(first) > LONGEST and first not in ordinary())
