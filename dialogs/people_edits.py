"""How a list of people is corrected in words: "også Mette", "uden Ole", "ikke Ole, men Mette", "ham fra skole", "drop den sidste"."""

import re
from dataclasses import dataclass, field

from dialogs import pointing, words
from dialogs.clauses import clauses
from dialogs.corrections import SWAP
from dialogs.fields import pick_among
from dialogs.people_table import OPEN, Crowd
from nlu.normalise import fold

# Blanks and endings are bounded: a pasted list may hold 20,000 characters, and each place is tried.
ADD = re.compile(
    r"^(?:og\s+)?(?:også|ogsaa|plus|tilføj|tilfoej|føj|foej|samt|tag|sæt)\s+(?:også\s+)?(?P<who>.+?)(?:\s{1,4}(?:med|på|til|også|ind)){0,4}$",
    re.I | re.S,
)
WITH = re.compile(r"^(?P<who>.+?)\s{1,4}(?:skal\s{1,4})?(?:også\s{1,4})?(?:med|på|også)$", re.I | re.S)
DROP = re.compile(
    r"^(?:uden|minus|ikke|drop|fjern|slet|undtagen|pil|stryg|spring|tag)\s+(?P<who>.+?)(?:\s{1,4}(?:igen|af|ud|over|fra|væk|alligevel)){0,4}$",
    re.I | re.S,
)
OUT = re.compile(r"^(?P<who>.+?)\s{1,4}skal\s{1,4}(?:ikke\s{1,4}(?:med|på|være med)(?:\s{1,4}alligevel)?|af|ud|væk)$", re.I | re.S)
BLANKS = re.compile(r"\s{2,}")
REST = re.compile(
    r"(?:resten|de(?:n)? (?:andre|ukendte|sidste to)|(?:den|dem|de),? (?:du|som du) ikke kender|de uklare|alle de andre|dem|den|det)"
)


@dataclass
class Edits:
    """What a text does to a list: rows to drop, rows that are somebody (row, place among its choices), and names to look up.

    `into`: the row that a new name takes the place of, -1 for none.
    """

    drop: set[int] = field(default_factory=set)
    settle: dict[int, int] = field(default_factory=dict)
    add: list[str] = field(default_factory=list)
    into: int = -1

    def __bool__(self) -> bool:
        return bool(self.drop or self.settle or self.add)


def edits(text: str, crowd: Crowd, *, asked: bool) -> Edits | None:
    """The changes that a text makes to a list; None where it says something else.

    asked: the list is what was asked about, so that a bare name is a new one, or stands for the line that is not known.
    """
    found, text = Edits(), BLANKS.sub(lambda blanks: "\n" if "\n" in blanks[0] else " ", text)
    for clause in clauses(text):
        if not one(clause.of(text), crowd, found, asked=asked) and asked:
            found.add.append(clause.of(text))
        elif not found and not asked:
            return None
    if asked and len(found.add) == 1 and not (found.drop or found.settle) and plain(found.add[0]):
        unknown = [place for place, row in enumerate(crowd.rows) if row.status == "unknown"]
        found.into = unknown[0] if unknown and not any(row.status == "ambiguous" for row in crowd.rows) else -1
    found.add = [ADD.sub(r"\g<who>", part) for part in found.add]
    return found or None


def plain(text: str) -> bool:
    """A name without "også" or the like."""
    return not ADD.match(text) and not WITH.match(text)


def one(part: str, crowd: Crowd, found: Edits, *, asked: bool) -> bool:
    """One clause's change; False where it makes none."""
    for frame in SWAP:
        if (swap := frame.match(part)) and (places := rows_of(swap["old"], crowd)):
            found.drop |= places
            found.add.append(swap["new"])
            return True
    if asked and choose(part, crowd, found):
        return True
    if (dropped := DROP.match(part) or OUT.match(part)) and (places := rows_of(dropped["who"], crowd)):
        found.drop |= places
        return True
    if (added := ADD.match(part) or WITH.match(part)) and not DROP.match(part):
        found.add.append(added["who"])
        return True
    return False


def choose(part: str, crowd: Crowd, found: Edits) -> bool:
    """One of the choices of a row that is open: "ham fra skole"."""
    for place, row in enumerate(crowd.rows):
        if row.status in OPEN and row.choices and place not in found.settle:
            offered = [
                {"label": f"{person.name} · {person.department} · {person.title} {person.email}", "value": at}
                for at, person in enumerate(row.choices)
            ]
            hits = pick_among(part, offered)
            if len(hits) == 1:
                found.settle[place] = hits[0]["value"]
                return True
    return False


def rows_of(who: str, crowd: Crowd) -> set[int]:
    """Which rows a few words mean: by name, by place, or those that are open."""
    said = words.bare(who)
    alive = [place for place, row in enumerate(crowd.rows) if row.status not in {"skipped", "double"}]
    open_ones = {place for place in alive if crowd.rows[place].status in OPEN}
    if REST.fullmatch(said) and open_ones:
        return open_ones
    place = pointing.ordinal(who, len(alive))
    if place is not None:
        return {alive[place]}
    every: set[int] = set()
    for part in dict.fromkeys(re.split(r"\s*(?:,|\bog\b)\s*", said)):
        hits = {at for at in alive if named(part, crowd, at)}
        if not hits:
            return set()
        every |= hits
    return every


def named(said: str, crowd: Crowd, place: int) -> bool:
    """Whether words name a row: each begins a word of its name, its department or what was written."""
    row = crowd.rows[place]
    hay = fold(f"{row.raw} {row.person.name} {row.person.department}" if row.person else row.raw)
    return bool(said) and all(re.search(rf"\b{re.escape(word)}", hay) for word in said.split())
