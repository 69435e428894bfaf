"""Access to a shared mailbox that is to be taken away, or the mailbox itself: told by a rule, and never to be taken for its opposite."""

import re

from dialogs import texts
from dialogs.how import told_how
from dialogs.starting import MOST_CARRIED, PERSON, resumed, start
from dialogs.talk import Button
from dialogs.turn import Turn
from nlu.normalise import fold
from nlu.understanding import OUT_OF_SCOPE, Understanding

BOX = r"(?:\w*postkasse\w*|\w*mailboks\w*|indbakke\w*|shared mailbox|inbox|send\w* (?:som|as|paa vegne))"
GIVES = re.compile(r"\b(?:giv\w*|tildel\w*|tilfoej\w*|opret\w*|faa adgang|saet\w*|give|add)\b")
TAKES = re.compile(  # folded
    r"\b(?:fjern\w*|slet\w*|fratag\w*|frataeng\w*|inddrag\w*|pil\w*|smid\w*|stryg\w*|remove|revoke)\b"
    r"|\b(?:tag|tage|tages|meld|luk|lukke|lukkes|skal|maa) (?:\w+ ){1,4}(?:af|ud|ud af|vaek|fra)\b|\bluk\w* (?:(?!op|ind)\w+ ){0,2}(?:for|ned|adgang\w*)\b|\b(?:er|har) (?:\w+ )?(?:rejst|stoppet|fratraadt|holdt op|opsagt)\b"
    r"|\bikke (?:\w+ ){0,3}(?:laengere|mere)\b|\b(?:adgang|rettighed\w*) (?:\w+ ){0,4}(?:laengere|vaek|ophoere\w*|stoppe\w*)\b|\bmiste\w* (?:\w+ ){0,2}adgang"
)
WHOLE = re.compile(
    rf"\b(?:slet\w*|nedlaeg\w*|luk\w*|fjern\w*|delete|remove) (?:(?:lige|venligst|vores|min|den|hele|the|our|faelles) ){{0,3}}{BOX}"
)
CANNOT = re.compile(r"\bkan (?:\w+ ){0,2}ik(?:ke)?\b")  # a fault, and no wish
ADDS, REMOVES = "mailbox.add_member", "mailbox.remove_member"
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
    """Begin with access that is to be taken away, tell who asks how, or say honestly that a mailbox is not deleted here; False: something else."""
    what = taken(turn.text) if of_box(turn.text, turn.meaning) else ""
    if what == "access" and not await told_how(turn, REMOVES):
        await start(turn, REMOVES, turn.text)
    elif what == "mailbox":
        text = texts.shortened(turn.text, MOST_CARRIED)
        case = Button(label="Opret en sag om det", do="offer", data={"intent": "case.create", "text": text})
        turn.say("Jeg kan ikke slette en fællespostkasse, så intet er ændret. Servicedesk kan.", case, PERSON)
        await resumed(turn)
    return bool(what)
