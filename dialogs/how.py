"""Somebody asks how one does a thing: told what it takes, and offered to begin. Nothing is begun by a question."""

import re

from dialogs import words
from dialogs.registry import found
from dialogs.state import Offer
from dialogs.talk import Button
from dialogs.turn import Turn
from dialogs.wishes import READS, wish
from nlu.understanding import Verdict

ONE = r"(?:man|jeg|vi|du|i|jer|en)"
HOW = re.compile(  # folded, without marks
    r"(?:(?:hej|hejsa|goddag|godmorgen|kollega|du|og|men|ok|okay) )*"
    rf"(?:(?:(?:kan|vil|ku|kunne|maa|gider) (?:du|jeg|vi) |jeg (?:vil|skal|kunne) )(?:\w+ ){{0,6}}?|ved du (?:\w+ ){{0,2}}?)?"
    rf"(?:(?:hvordan|hvorledes|hvordan er det) (?!(?:er|gaar|har|staar|ser|lyder|virker|kan det|skal det|vil det) )(?:\w+ ){{0,2}}?{ONE}\b"
    r"|how (?:do|can|to|does|would)\b"
    rf"|hvad (?:skal|goer|kan) {ONE} (?:goere )?(?:for at|naar|hvis) |hvad er (?:proceduren|fremgangsmaaden|processen) )"
)
CASE = re.compile(  # "hvordan melder jeg en fejl om …": the fault, if one is told, stands behind it
    rf"\b(?:opret|meld|anmeld|indberet|rapporter|lav|rejs|åbn|aabn|registrer|report|open|create)\w*\s+(?:{ONE}\s+)?(?:en\s+|et\s+|a\s+|an\s+)?(?:ny\s+|nyt\s+)?"
    r"(?:fejl\w*|sag|ticket|incident|problem|henvendelse|supportsag)\b(?:\s+(?:om|på|paa|med|vedr\.?|angående|about),?\s+(?:at\s+)?(?P<what>.+))?",
    re.I,
)

MYSELF = re.compile(
    r"^.*?\b(?:(?:kommer|bliver)\s+jeg|jeg\s+(?:kommer|bliver))\s+(?:skrevet\s+|sat\s+|meldt\s+)?(?P<to>(?:ind |med |op )?(?:på|paa)\b)",
    re.I | re.S,
)


def asked_how(text: str) -> bool:
    """Whether a text asks how one does a thing: "hvordan opretter man en postkasse?"; "kan du oprette en?" is a wish."""
    return bool(HOW.match(words.whole(text)))


async def told_how(turn: Turn, meant: str = "") -> bool:
    """Tell who asks how; False where no such thing is asked, or it is nothing that is done here. meant: the intent, where it is known."""
    if not asked_how(turn.text):
        return False
    case, meaning = CASE.search(turn.text), turn.meaning
    likely = {Verdict.DO: meaning.intent, Verdict.NEARLY: meaning.alternatives[0][0] if meaning.alternatives else ""}
    intent = meant or "case.create" if meant or case else likely.get(meaning.verdict, "")
    if intent in READS or intent not in found().forms or (not case and intent == "case.create"):
        return False
    text = (
        MYSELF.sub(r"sæt mig \g<to>", turn.text)
        if case is None
        else f"opret en sag om {what.rstrip(' ?')}"
        if (what := case["what"])
        else ""
    )
    words_ = wish(intent)
    turn.state.misses, turn.state.choosing = 0, [Offer(label=words_.label, intent=intent, text=text)]
    turn.say(
        f"Det kan jeg gøre for dig. {words_.how} Skal vi begynde?",
        Button(label="Ja, begynd", do="choose", data={"place": "0"}),
        Button(label="Nej tak", do="no"),
    )
    return True
