"""How a list of people is corrected in words: "også Mette", "uden Ole", "ikke Ole, men Mette", "ham fra skole", "drop den sidste"."""

import re
from dataclasses import dataclass, field

from dialogs import pointing, words
from dialogs.clauses import clauses
from dialogs.corrections import EXCHANGE, SWAP
from dialogs.fields import pick_among
from dialogs.people_table import OPEN, Crowd
from nlu.lexicon import lexicon
from nlu.normalise import fold

# Blanks and endings are bounded: a pasted list may hold 20,000 characters, and each place is tried.
ADD = re.compile(
    r"^(?:og\s+)?(?:også|ogsaa|plus|tilføj|tilfoej|føj|foej|samt|tag|sæt)\s+(?:også\s+)?(?P<who>.+?)(?:\s{1,4}(?:med|på|til|også|ind)){0,4}$",
    re.I | re.S,
)
WITH = re.compile(
    r"^(?P<who>.+?)\s{1,4}(?:(?:der|som)\s{1,4})?(?:skal\s{1,4}(?:være\s{1,4})?)?(?:også\s{1,4})?(?:med|på|også)$", re.I | re.S
)
DROP = re.compile(
    r"^(?:uden|minus|ikke|drop|fjern|slet|undtagen|pil|stryg|spring|tag)\s+(?P<who>.+?)(?:\s{1,4}(?:igen|af|ud|over|fra|væk|alligevel)){0,4}$",
    re.I | re.S,
)
OUT = re.compile(r"^(?P<who>.+?)\s{1,4}skal\s{1,4}(?:ikke\s{1,4}(?:med|på|være med)(?:\s{1,4}alligevel)?|af|ud|væk)$", re.I | re.S)
ONLY = re.compile(
    r"^(?:(?:(?:det|der|skal|er|være)\s{1,4}){0,3}(?:kun|bare|udelukkende)|(?:tag|skriv|sæt|tilføj|behold)\s{1,4}kun)\s{1,4}(?:(?:være|have)\s{1,4})?"
    r"(?P<who>.+?)(?:\s{1,4}(?:der|som))?(?:\s{1,4}(?:skal\s{1,4}(?:være\s{1,4})?)?(?:med|på))?$",
    re.I | re.S,
)
NOBODY_ELSE = re.compile(
    r"[\s,.;]{1,4}(?:og\s+)?(?:så\s+|saa\s+|men\s+)?(?:ingen|ikke)\s+(?:nogen\s+)?(?:andre|flere)(?:\s+(?:skal\s+)?med)?[\s.!]{0,4}$", re.I
)
ME = frozenset({"mig", "jeg", "mig selv", "jeg selv"})
AND = re.compile(r"^(?:og|plus|samt)\s+(?P<who>.+)$", re.I | re.S)
BLANKS = re.compile(r"\s{2,}")
MOST_OF_A_NAME = 5  # words
REST = re.compile(
    r"(?:resten|de(?:n)? (?:andre|ukendte|sidste to)|(?:den|dem|de),? (?:du|som du) ikke kender|de uklare|alle de andre|dem|den|det)"
)


@dataclass
class Edits:
    """What a text does to a list: rows to drop, rows that are somebody (row, place among its choices), and names to look up.

    `into`: the row that a new name takes the place of, -1 for none. `only`: nobody is to be on it but the rows in `keep` and who is added.
    """

    drop: set[int] = field(default_factory=set)
    settle: dict[int, int] = field(default_factory=dict)
    add: list[str] = field(default_factory=list)
    keep: set[int] = field(default_factory=set)
    only: bool = False
    into: int = -1

    def __bool__(self) -> bool:
        return bool(self.drop or self.settle or self.add or self.keep)

    def limit(self, crowd: Crowd) -> None:
        """Who is named and on it already stays rather than comes; all others go."""
        for part in list(self.add):
            if places := rows_of(name_in(part), crowd):
                self.add.remove(part)
                self.keep |= places
        self.drop |= {place for place, row in enumerate(crowd.rows) if row.status not in {"skipped", "double"}} - self.keep


def edits(text: str, crowd: Crowd, *, asked: bool) -> Edits | None:
    """The changes that a text makes to a list; None where it says something else.

    asked: the list is what was asked about, so that a bare name is a new one, or stands for the line that is not known.
    """
    found, text = Edits(), BLANKS.sub(lambda blanks: "\n" if "\n" in blanks[0] else " ", text)
    enough = NOBODY_ELSE.search(text)
    if enough and names_somebody(clauses(text[: enough.start()] or " x")[0].of(text)):
        text = f"kun {text[: enough.start()]}"
    like = ""  # the word by which the clause before was read: "uden Ole og Sofie" is uden Sofie too
    for clause in clauses(text):
        part = clause.of(text)
        does = one(part, crowd, found, asked=asked)
        if not does and like and (like != "også" or names_somebody(part)):
            does = one(f"{like} {part}", crowd, found, asked=False)
        like = does or like
        if not does and asked:
            found.add.append(part)
        elif not does and not found:
            return None
    if found.only:
        found.limit(crowd)
    if asked and len(found.add) == 1 and not (found.drop or found.settle) and plain(found.add[0]):
        unknown = [place for place, row in enumerate(crowd.rows) if row.status == "unknown"]
        found.into = unknown[0] if unknown and not any(row.status == "ambiguous" for row in crowd.rows) else -1
    found.add = [ADD.sub(r"\g<who>", part) for part in found.add]
    return found or None


def plain(text: str) -> bool:
    """A name without "også" or the like."""
    return not ADD.match(text) and not WITH.match(text)


def names_somebody(part: str) -> bool:
    """A name or an address, and little else."""
    said = part.split()
    return 0 < len(said) <= MOST_OF_A_NAME and ("@" in part or fold(said[0]) in lexicon().first)


def one(part: str, crowd: Crowd, found: Edits, *, asked: bool) -> str:
    """One clause's change: the word by which another name after it would be read likewise; "" where it makes none."""
    for frame in SWAP:
        if (swap := frame.match(part)) and (places := rows_of(swap["old"], crowd)):
            found.drop |= places
            new = only["who"] if (only := ONLY.match(swap["new"])) else swap["new"]
            if not rows_of(new, crowd) - places:
                found.add.append(new)
            return "også"
    if asked and choose(part, crowd, found):
        return "også"
    if (dropped := DROP.match(part) or OUT.match(part)) and (places := rows_of(dropped["who"], crowd)):
        found.drop |= places
        return "uden"
    if (only := ONLY.match(part)) and keep_only(only["who"], crowd, found):
        return "kun"
    if (added := ADD.match(part) or WITH.match(part)) and not DROP.match(part):
        found.add.append(added["who"])
        return "også"
    if (more := AND.match(part)) and names_somebody(more["who"]):
        found.add.append(more["who"])
        return "også"
    return ""


def keep_only(who: str, crowd: Crowd, found: Edits) -> bool:
    """Nobody but those: the rows that are meant stay, and a name that is not on it yet comes."""
    if places := rows_of(who, crowd):
        found.keep |= places
    elif names_somebody(who) or words.bare(who) in ME:
        found.add.append(who)
    else:
        return False
    found.only = True
    return True


def name_in(part: str) -> str:
    """The name alone in "Mette skal med"."""
    added = ADD.match(part) or WITH.match(part)
    return added["who"] if added else part


def elsewhere_exchanged(text: str, crowd: Crowd) -> bool:
    """Whether somebody is to give way who is not on this list: "skift Jens ud med Sofie"."""
    swap = EXCHANGE.match(text.strip())
    return bool(swap and not rows_of(swap["old"], crowd))


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
