"""A reading of a text → what the classifier sees: the folded words with entities masked, and a line of marks (lexicon classes, entities, form)."""

import re

from nlu.actions import marks
from nlu.entities import Reading
from nlu.normalise import fold
from nlu.spelling import corrected

READ_FOR_INTENT = 600  # characters: a wish stands in the first lines, what follows is the matter

# What stands for an entity in the masked text: its kind says something about the wish, its value does not.
MASKS = {
    "case_number": "xcase",
    "records_case": "xrecord",
    "kle": "xkle",
    "email": "xmail",
    "cpr": "xcpr",
    "duration_minutes": "xdur",
    "date": "xdate",
    "period": "xperiod",
    "person": "xperson",
    "list_name": "xlist",
    "mailbox_name": "xbox",
}

# How words are written in a chat, folded, and how the phrases write them.
CHAT = {
    "ik": "ikke", "ikk": "ikke", "ikek": "ikke", "ka": "kan", "ku": "kunne", "ska": "skal", "ha": "have", "ta": "tage", "gi": "give", "li": "lige", "hva": "hvad",
    "vad": "hvad", "hvd": "hvad", "me": "med", "aff": "af", "sku": "skulle", "pls": "tak", "plz": "tak", "please": "tak", "idag": "i dag", "igaar": "i gaar",
    "vaer": "vaere", "osse": "ogsaa", "nogn": "nogen", "noed": "noget", "tel": "telefon", "nr": "nummer", "vedr": "vedroerende", "ang": "angaaende", "evt": "eventuelt",
    "hwa": "hvad", "hwad": "hvad", "hwem": "hvem", "hwo": "hvor", "hwor": "hvor", "hwodan": "hvordan", "hwordan": "hvordan", "hwornaar": "hvornaar",
    "wi": "vi", "te": "til", "law": "lav", "lawet": "lavet", "haar": "har", "skryw": "skriv", "gern": "gerne", "sjael": "selv", "nowed": "noget",
}  # fmt: skip
_WORD = re.compile(r"[a-z]{4,}")
_CHAT = re.compile(r"\b(?:" + "|".join(CHAT) + r")\b(?!')")

# "Ole skal ikke fjernes fra X, han skal bare også på Y": the wish is what comes after the contrast.
_NOT_WISHED = re.compile(
    r"(?:^|(?<=[.!?;,]\s))(?:hej\s)?(?:jeg|vi|han|hun|de|xperson)\s(?:vil|ville|skal|skulle|oensker)\s(?:\w+\s){0,2}?ikke\s[^.!?;]{3,80}?[,.;]\s"
    r"(?=(?:\w+\s){0,3}(?:men|bare|kun|blot|hellere)\b)|^ikke\s[^.!?;,]{3,60}[,.;]\s(?=(?:\w+\s){0,2}(?:men|bare|kun|blot|hellere)\b)"
)


def plain(reading: Reading) -> str:
    """The masked text, folded, chat forms written out."""
    folded = " ".join(fold(reading.masked(MASKS)[:READ_FOR_INTENT]).split())
    return _CHAT.sub(lambda match: CHAT[match.group()], folded)


def seen(reading: Reading) -> tuple[str, str]:
    """The masked, folded text with slips of the finger corrected, and the marks, each word of them one feature."""
    folded = _NOT_WISHED.sub("", _WORD.sub(lambda match: corrected(match.group()), plain(reading)))
    kinds = sorted({span.kind for span in reading.spans})
    named = [f"e_{kind}" for kind in kinds]
    named += [f"e_{one}__{other}" for at, one in enumerate(kinds) for other in kinds[at + 1 :]]
    return folded, " ".join([*marks(folded), *named])
