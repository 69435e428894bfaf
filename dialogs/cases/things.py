"""The things that faults are about: whether a text tells of another one that is broken, or of more of the same, and one named for another."""

import re

from nlu.normalise import fold

NAMES = (  # folded, as they stand in front of an ending
    r"(?:skaerm|monitor|screen|laptop|keyboard|mouse|pc|computer|baerbar|maskine|mus|tastatur|printer|kopimaskine|scanner|headset|hovedtelefon|hoejttaler|mikrofon|telefon|mobil|"
    r"ipad|tablet|docking|oplader|kabel|projektor|mail|outlook|kalender|teams|vpn|netvaerk|internet|wifi|wi-fi|citrix|edoc|kvantum|servicenow|sharepoint|"
    r"onedrive|office|excel|word|browser|chrome|edge|windows|login|adgangskode|password|postkasse|drev)"
)
ENDED = r"(?:station|skaerm|program)?(?:en|et|n|t|er|ne|erne|s)?(?!\w)"
THING = re.compile(rf"(?<!\w){NAMES}(?={ENDED})")
STATE = (
    r"doed|nede|sort|langsom|i stykker|gaaet (?:i|ned|ud)|gaar (?:i|ned|ud)|fryser|frosset|haenger|laast|larmer|blinker|flimrer|driller|fejler|fejl|draeber"
    r"|defekt|oedelagt|vaek|forsvundet|mangler|dead|broken|slow"
)
TROUBLE = re.compile(
    r"\b(?:virker|fungerer|starter|svarer|reagerer) (?:\w+ )?ik(?:ke)?\b|\b(?:virker|fungerer) heller ikke\b|\bkan (?:\w+ ){0,3}ik(?:ke)?\b"
    rf"|\b(?:{STATE})\w*\b"
)
SAME = re.compile(r"^(?:og |saa |nu )*(?:den|det|der|han|hun|de)\b")  # "den larmer også" speaks of what was told already
IN_STATE = re.compile(rf"\b(?:{STATE}|larmer|lugter|bipper|ryger|virker ikke)\w*\b")
OWNER = r"(?:min|mit|mine|vores|den|det|en|et|selve|my|the)\s+"
PLACE = r"\s+(?:på|paa|i|ved|hos)\s+(?!stedet\b)(?:\d{1,2}\. sal|[^,.;\n]{1,40})"
WORD = re.compile(r"[^\W_](?:[\w'’-]*[^\W_])?")
ONE = re.compile(
    rf"(?:altså\s+|nok\s+|vist\s+)?(?P<thing>(?:{OWNER})?(?P<noun>[\w'’-]+))(?P<place>{PLACE})?(?:\s+(?:i stedet|alligevel))?", re.I
)
BEFORE, BEHIND = re.compile(rf"\b{OWNER}$", re.I), re.compile(r"\s+(?:på|paa|i|ved|hos)\s+(?:\d{1,2}\. sal|[\w-]+)", re.I)


def names_thing(text: str) -> bool:
    """Whether a text names such a thing."""
    return bool(THING.search(fold(text)))


def another_fault(told: str, text: str) -> bool:
    """Whether a text tells of something else that is broken than what was told: "min skærm er også gået i sort" beside a printer."""
    plain, before = fold(text), fold(told)
    things = {match[0] for match in THING.finditer(plain)}
    return bool(things) and not any(thing in before for thing in things) and bool(TROUBLE.search(plain)) and not SAME.match(plain)


def more_of_the_same(text: str) -> bool:
    """Whether a text says how the thing that was told of is, too: "den larmer også"."""
    plain = fold(text)
    return bool(SAME.match(plain) and IN_STATE.search(plain))


def stem(word: str) -> str:
    """The name that a word is a form of: "printer" for "printeren"; "" where it names no such thing."""
    found = re.fullmatch(rf"({NAMES}){ENDED}", re.sub(r"['’]", "", fold(word)))
    return found[1] if found else ""


def with_other_thing(told: str, said: str) -> str:
    """What was told, with another thing in the place of the one that it is about: "scanneren" for "printeren"; "" where `said` is not just that."""
    one = ONE.fullmatch(said.strip(" .!"))
    there = [word for word in WORD.finditer(told) if stem(word[0])]
    names = {stem(word[0]) for word in there}
    if not one or not stem(one["noun"]) or len(names) != 1 or stem(one["noun"]) in names:
        return ""
    for word in reversed(there):
        place = BEHIND.match(told, word.end()) if one["place"] and word is there[0] else None
        owner = BEFORE.search(told[: word.start()])
        start, end = owner.start() if owner else word.start(), place.end() if place else word.end()
        told = f"{told[:start]}{one['thing']}{(one['place'] or '') if word is there[0] else ''}{told[end:]}"
    return told[0].upper() + told[1:]
