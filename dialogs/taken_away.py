"""Access to a shared mailbox that is to be taken away, or the mailbox itself: nothing that is done here, and never to be taken for its opposite."""

import re
from itertools import islice

from dialogs import sentences, texts
from dialogs.starting import MOST_CARRIED, PERSON, resumed
from dialogs.talk import Button
from dialogs.turn import Turn
from nlu.normalise import fold
from nlu.understanding import OUT_OF_SCOPE, Understanding

BOX = r"(?:\w*postkasse\w*|\w*mailboks\w*|indbakke\w*|shared mailbox|inbox)"
GIVES = re.compile(r"\b(?:giv\w*|tildel\w*|tilfoej\w*|opret\w*|faa adgang|saet\w*|give|add)\b")
TAKES = re.compile(  # folded
    r"\b(?:fjern\w*|slet\w*|fratag\w*|frataeng\w*|inddrag\w*|pil\w*|smid\w*|stryg\w*|remove|revoke)\b"
    r"|\b(?:tag|tage|tages|meld|luk|lukke|lukkes|skal|maa) (?:\w+ ){1,4}(?:af|ud|ud af|vaek|fra)\b|\bluk\w* (?:(?!op|ind)\w+ ){0,2}(?:for|ned)\b"
    r"|\bikke (?:\w+ ){0,3}(?:laengere|mere)\b|\b(?:adgang|rettighed\w*) (?:\w+ ){0,4}(?:laengere|vaek|ophoere\w*|stoppe\w*)\b|\bmiste\w* (?:\w+ ){0,2}adgang"
)
WHOLE = re.compile(
    rf"\b(?:slet\w*|nedlaeg\w*|luk\w*|fjern\w*|delete|remove) (?:(?:lige|venligst|vores|min|den|hele|the|our|faelles) ){{0,3}}{BOX}"
)
CANNOT = re.compile(r"\bkan (?:\w+ ){0,2}ik(?:ke)?\b")  # a fault, and no wish
MOST_PLACES = 6  # at which a sentence is tried as two
ADDS = "mailbox.add_member"
MEANT = frozenset({ADDS, "mailbox.create", "mailbox.auto_reply", "distribution_list.remove_member", OUT_OF_SCOPE})


def taken(text: str) -> str:
    """What is to be taken away: "access", "mailbox", or "" for neither."""
    plain = fold(text)
    if CANNOT.search(plain) or "autosvar" in plain or "fravaer" in plain:
        return ""
    if WHOLE.search(plain):
        return "mailbox"
    return "access" if TAKES.search(plain) and not GIVES.search(plain) else ""


def of_box(text: str, meaning: Understanding) -> bool:
    """Whether a text speaks of a shared mailbox, as a wish about one or about who is on something."""
    named = "mailbox_name" in meaning.entities or bool(re.search(rf"\b{BOX}", fold(text))) or meaning.intent == ADDS
    return named and meaning.intent in MEANT


async def taken_away(turn: Turn) -> bool:
    """Say honestly that it cannot be done here, with a case for those who can; False where it is something else, or what else is said can be."""
    if not of_box(turn.text, turn.meaning) or without_it(turn) or not (what := taken(turn.text)):
        return False
    cannot = {"access": "tage nogens adgang til en fællespostkasse", "mailbox": "slette en fællespostkasse"}[what]
    case = Button(label="Opret en sag om det", do="offer", data={"intent": "case.create", "text": texts.shortened(turn.text, MOST_CARRIED)})
    turn.say(f"Jeg kan ikke {cannot}, så intet er ændret. Servicedesk kan.", case, PERSON)
    await resumed(turn)
    return True


def without_it(turn: Turn) -> bool:
    """Of two wishes in one sentence the one that takes something away is left out, and that is said; False where there are no two."""
    for parts in islice(sentences.splits(turn.text), MOST_PLACES):
        gone = [part for part in parts if taken(part) and of_box(part, turn.desk.understand(part, turn.today))]
        if len(gone) == 1:
            turn.note(f"”{texts.plain(texts.shortened(gone[0], 80))}” kan jeg ikke; det kan Servicedesk.")
            turn.instead(next(part for part in parts if part not in gone))
            return True
    return False
