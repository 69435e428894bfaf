"""Pointing at things in a list, in words: "nummer 3", "den øverste", "1, 3 og 4", "de to første", "alle på nær den sidste"."""

import re

from dialogs.words import bare
from nlu.normalise import fold

ORDINALS = {
    "et": 0, "foerste": 0, "den foerste": 0, "det foerste": 0, "nummer et": 0, "oeverste": 0, "den oeverste": 0,
    "to": 1, "den anden": 1, "det andet": 1, "nummer to": 1,
    "tre": 2, "tredje": 2, "den tredje": 2, "det tredje": 2, "nummer tre": 2,
    "fire": 3, "fjerde": 3, "den fjerde": 3, "nummer fire": 3,
    "fem": 4, "femte": 4, "den femte": 4, "nummer fem": 4,
    "sidste": -1, "den sidste": -1, "det sidste": -1, "nederste": -1, "den nederste": -1,
}  # fmt: skip
NUMBERED = re.compile(r"(?:(?:nr|nummer) )?(\d{1,2})")
NUMBERS = {"to": 2, "tre": 3, "fire": 4, "fem": 5, "seks": 6, "syv": 7, "otte": 8}
COUNT = rf"(?:\d{{1,2}}|{'|'.join(NUMBERS)})"
NEWEST = re.compile(
    rf"(?:(?P<many>de|dem|mine) |den )?(?:(?P<some>{COUNT}) )?(?:nyeste|seneste)(?: (?P<also>{COUNT}))?(?: (?:mails?|e mails?|besked(?:er|en)?))?"
)
LEAD = re.compile(
    r"^(?:(?:nej|ja|jo|ok|okay|det er|det skal vaere|jeg (?:mener|mente|vil have|vil gerne have|tager)|tag|vaelg|journaliser|arkiver|brug|laeg|med|bare|kun|lige)[\s,:]+)+"
)
ALL = frozenset({"alle", "alle sammen", "dem alle", "alle af dem", "dem alle sammen", "hele bundtet", "dem allesammen", "allesammen"})
BOTH = frozenset({"begge", "begge to", "dem begge", "begge dele", "dem begge to"})
EDGE = re.compile(
    rf"(?:de |dem )?(?:(?P<some>{COUNT}) )?(?P<end>foerste|oeverste|sidste|nederste)(?: (?P<also>{COUNT}))?(?: (?:mails?|e mails?|sager|paa listen))*"
)
ANOTHER = re.compile(
    r"(?:det var )?(?:(?:en|den|det|de|nogle) (?:anden|andre|andet|forkerte?|gale?)(?: (?:en|mails?|e mail|besked))?|(?:forkerte?|gale?) (?:mails?|besked))"
)
BUT = re.compile(r"(?P<all>.+?) (?:undtagen|paa naer|bortset fra|men ikke|minus|uden) (?P<left>.+)")
PARTS = re.compile(r"\s*(?:,|;|\+|&|\bog\b|\bsamt\b)\s*|(?<=\d)\s+(?=\d)")
LONGEST = 120  # characters: what is longer points at nothing
SPAN = re.compile(r"(?:nr\.? ?|nummer )?(\d{1,2})\s*(?:-|–|til)\s*(\d{1,2})")


def ordinal(text: str, count: int) -> int | None:
    """Which of `count` choices is meant by number or place ("den midterste"), from 0; None when it is none of them."""
    plain = bare(text)
    if plain in {"den midterste", "midterste"}:
        return count // 2 if count % 2 else None
    number = NUMBERED.fullmatch(plain)
    place = int(number[1]) - 1 if number else ORDINALS.get(plain)
    if place is None or place >= count or (number and place < 0):
        return None
    return place % count


def ordinals(text: str, count: int) -> list[int]:
    """Several places at once, in the order in which they were said. Empty when the text is something else, or says what cannot be."""
    plain = LEAD.sub("", fold(text).strip(" .!?"))
    if len(plain) > LONGEST:
        return []
    if but := BUT.fullmatch(plain):
        left = set(ordinals(but["left"], count))
        return [place for place in ordinals(but["all"], count) if place not in left] if left else []
    shorter = bare(plain)
    if shorter in ALL or (shorter in BOTH and count == 2):
        return list(range(count))
    found: list[int] = []
    for part in PARTS.split(plain):
        places = one_of(part.strip(), count)
        if not places:
            return []
        found += places
    return list(dict.fromkeys(found))


def at_the_edge(end: str, many: int, count: int) -> list[int]:
    """The first so many, or the last."""
    if not 0 < many <= count:
        return []
    return list(range(many)) if end in {"foerste", "oeverste"} else list(range(count - many, count))


def newest(text: str) -> int:
    """How many of the newest a text means by itself: "de to nyeste", "den seneste"; 0 when it says something else, or not how many."""
    plain = bare(LEAD.sub("", fold(text[:LONGEST]).strip(" .!?")))
    found = NEWEST.fullmatch(plain)
    if not found:
        return 0
    count = found["some"] or found["also"]
    return (NUMBERS.get(count) or int(count)) if count else int(not found["many"])


def one_of(part: str, count: int) -> list[int]:
    """The place that a part names, the span of places, or the first so many."""
    if (span := SPAN.fullmatch(part)) and 1 <= int(span[1]) <= int(span[2]) <= count:
        return list(range(int(span[1]) - 1, int(span[2])))
    if (edge := EDGE.fullmatch(bare(part))) and (many := edge["some"] or edge["also"]):
        return at_the_edge(edge["end"], NUMBERS.get(many) or int(many), count)
    place = ordinal(part, count) if part else None
    return [] if place is None else [place]


def points(text: str) -> bool:
    """Whether a text points at something in a list, whichever list that is: "nej, den øverste", "en anden", "nummer 12"."""
    plain = bare(LEAD.sub("", fold(text[:LONGEST]).strip(" .!?")))
    return bool(plain) and (
        plain in ORDINALS or plain in ALL | BOTH or bool(NUMBERED.fullmatch(plain) or EDGE.fullmatch(plain) or ANOTHER.fullmatch(plain))
    )
