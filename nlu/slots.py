"""Texts without what is personal: what a text names is replaced by slots, and slots are filled again with invented names where a text is learned.

A slot is a Danish word in braces, as an administrator reads it: "tag {navn} af listen {liste}".
"""

import random
import re
from collections.abc import Callable

from nlu.entities import Reading
from nlu.known import Known
from nlu.lexicon import lexicon
from nlu.normalise import fold

LONGEST = 300  # characters that are kept of a text: a wish stands in its first lines

SLOTS = {
    "person": "navn",
    "list_name": "liste",
    "mailbox_name": "postkasse",
    "email": "mail",
    "cpr": "cpr",
    "case_number": "sag",
    "records_case": "edocsag",
    "kle": "kle",
    "date": "dato",
    "period": "periode",
    "duration_minutes": "varighed",
}
_INVENTED = {
    "navn": ("Bodil Krogsgaard", "Aksel Thorlund", "Vibeke Nørholm", "Signe Ravnkilde", "Jonas Lindegaard"),
    "liste": ("Havnerundens Nyt", "Fyrtårnsposten", "Team Strandeng", "Lindebo Info"),
    "postkasse": ("Strandengens Post", "Fyrets Indgang", "Havnerunden Fælles"),
    "mail": ("bodil.krogsgaard@kk.example", "aksel.thorlund@kk.example"),
    "cpr": ("000000-0000",),
    "sag": ("INC0010473", "RITM0010291", "INC0011806"),
    "edocsag": ("2026-0014321", "2025-0098765"),
    "kle": ("85.02.00",),
    "dato": ("i går", "på fredag", "3. november"),
    "periode": ("sidste måned", "3. kvartal"),
    "varighed": ("to timer", "et kvarter", "30 minutter"),
    "tal": ("3", "12", "47"),
    "link": ("https://intra.kk.example/side",),
}
INVENTED = Known.of(_INVENTED["navn"], _INVENTED["liste"], _INVENTED["postkasse"])

_SLOT = re.compile(r"\{(" + "|".join(_INVENTED) + r")\}")
_CPR_REMOVED = re.compile(r"\[CPR-nummer fjernet\]", re.IGNORECASE)  # what the dialogs leave of one
_LINK = re.compile(r"\b(?:https?://|www\.)\S+", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![{\w])[+]?\d[\d.,:/ -]*(?<![.,: -])|\d+")
_WORD = re.compile(r"\{\w+\}|[^\W\d_]+(?:['’-][^\W\d_]+)*")


def mask(reading: Reading, is_ordinary: Callable[[str], bool]) -> str:
    """What was read, without names, addresses and numbers, at most `LONGEST` characters.

    is_ordinary: whether a folded word is known to be none of anybody's names (the words that many training phrases hold). A word with a capital
    inside a sentence that is not ordinary is taken for a name: Danish gives capitals to nothing else.
    """
    parts, at = [], 0
    for span in reading.spans:
        if span.kind in SLOTS and span.start >= at:
            parts += [reading.text[at : span.start], f"{{{SLOTS[span.kind]}}}"]
            at = span.end
    text = "".join((*parts, reading.text[at:]))
    text = _LINK.sub("{link}", _CPR_REMOVED.sub("{cpr}", text))
    text = " ".join(_names_masked(_NUMBER.sub("{tal}", text), is_ordinary).split())
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0]


def _names_masked(text: str, is_ordinary: Callable[[str], bool]) -> str:
    """Words that are names, or look like names, in what the finder of entities has left."""
    names = lexicon()

    def put(match: re.Match[str]) -> str:
        word, folded = match.group(), fold(match.group())
        if word[0] == "{" or (len(word) == 1 and word.islower()):
            return word
        stems = {folded, folded.removesuffix("s")}
        named = bool(stems & (names.first | names.last))
        inside = text[: match.start()].rstrip(" \"'”„“»(")[-1:] not in {"", ".", "!", "?", ":", "\n", "-"}
        odd = word[0].isupper() and inside and not any(is_ordinary(stem) for stem in stems)
        doubtful = word[0].isupper() and bool(stems & (names.doubtful_first | names.doubtful_last)) and inside
        return "{navn}" if named or odd or doubtful else word

    return _WORD.sub(put, text)


def fill(text: str) -> str:
    """The text with its slots filled by invented names and numbers, the same ones each time; `INVENTED` knows the names."""
    chance = random.Random(text)  # noqa: S311 - variety in training, no secrets
    return _SLOT.sub(lambda match: chance.choice(_INVENTED[match[1]]), text)
