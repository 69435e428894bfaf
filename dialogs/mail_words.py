"""Which mails a sentence means: who sent them, when, and words of the subject; what the sentence says of other things is left out."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from dialogs import texts
from nlu.normalise import fold

MOST_WORDS = 8
NUMBER = re.compile(r"\b(20\d{2}-\d{5,7})\b")
ONTO = r"(?:på|paa|til|under|i)"
CASE_PART = re.compile(
    rf"\b{ONTO}\s+(?:edoc-?\s?)?sagen\s+(?:om|med|der\s+hedder)\b.*$|\b{ONTO}\s+en\s+ny\s+(?:edoc-?\s?)?sag(?:\s+(?:om|med|der)\b.*$)?"
    rf"|\b(?:ind\s+)?(?:{ONTO}\s+)?(?:edoc-?\s?)?(?:sag(?:en)?\b)?(?:\s*(?:nr\.?|nummer))?\s*20\d{{2}}-\d{{5,7}}\b|\b{ONTO}\s+(?:edoc-?\s?)?sag(?:en)?\b|\bi\s+edoc\b",
    re.I | re.S,
)
SENDER = re.compile(r"\bfra\s+(?:min\s+)?((?:[\w.+-]+@[\w.-]+)|(?:[A-ZÆØÅ][\wæøåé.-]*(?:\s+[A-ZÆØÅ][\wæøåé.-]*){0,2})|(?:[\wæøåé-]+))")
DAYS = "mandag|tirsdag|onsdag|torsdag|fredag|lørdag|søndag|loerdag|soendag"
MONTHS = "|".join(texts.MONTHS)
TIME = re.compile(
    rf"\b(?:fra\s+|den\s+)?(?:i\s+(?:går|gaar|dag|forgårs|forgaars|morges|aftes|(?:{DAYS})s?)|(?:sidste|forrige|denne)\s+(?:uge|måned|{DAYS})"
    rf"|(?:{DAYS})(?:\s+den)?|\d{{1,2}}\.?\s*(?:{MONTHS})(?:\s+20\d\d)?|\d{{1,2}}[./-]\d{{1,2}}(?:[./-]\d{{2,4}})?|uge\s+\d+)\b",
    re.I,
)
TIMES = frozenset(
    "i idag igaar gaar forgaars mandag tirsdag onsdag torsdag fredag loerdag soendag uge sidste denne indbakken outlook".split()
)
FRAME = frozenset(
    "journaliser journalisere journaliseret journaliserer journalisering arkiver arkivere arkiveret gem gemme gemt laeg laegge lagt foer foere foert registrer tag "
    "hvordan hvorfor hvad hvor hvem man kan kunne ku vil gerne du jeg vi lige venligst tak please pls hej kollega skal skulle have haves faa at blive bliver bedes ind over op "
    "mail mailen mails mailene emailen email emails besked beskeden beskeder brev brevet den det de dem der som en et min mit mine alle samtlige begge denne her "
    "fik faar har faaet modtog modtaget kom kommet sendte sendt skrev skrevet om vedr vedroerende angaaende ang med emnet emne titlen titel hedder ved navn "
    "paa til i under fra og nej ja nyeste seneste sidste foerste oeverste outlook indbakken indbakke edoc sag sagen bilag er var bare ogsaa igen stadig anden andet forkert forkerte to tre fire fem seks syv otte nummer nr ny".split()
)
PLURAL = re.compile(r"\b(?:alle|samtlige|begge)\b", re.I)


@dataclass(frozen=True)
class Wanted:
    """What a sentence says of the mails. Days in Denmark, both included. `all_of_them`: every one that fits, not one to choose."""

    sender: str = ""
    words: str = ""
    since: date | None = None
    until: date | None = None
    all_of_them: bool = False

    def __bool__(self) -> bool:
        return bool(self.sender or self.words or self.since)

    def told(self) -> str:
        """Said back: "fra Ole om ”budget” den 22. november"."""
        parts = []
        if self.sender:
            parts.append(f"fra {texts.plain(self.sender)}")
        if self.words:
            parts.append(f"om ”{texts.plain(texts.shortened(self.words, 50))}”")
        if self.since:
            first, last = (f"den {day.day}. {texts.MONTHS[day.month - 1]}" for day in (self.since, self.until or self.since))
            parts.append(first if first == last else f"mellem {first} og {last}")
        return " ".join(parts)


def wanted(text: str, entities: dict[str, Any]) -> Wanted:
    """What a sentence says of mails. `entities`: what was found in it (docs/understanding.md)."""
    rest = CASE_PART.sub(" ", texts.own_words(text).replace(texts.CPR_GONE, " "))
    sender, rest = sent_by(rest, entities)
    period = entities.get("period") or {}
    since, until = (date.fromisoformat(period[end]) if end in period else None for end in ("start", "end"))
    if "date" in entities:
        since = until = date.fromisoformat(entities["date"])
    if since or until:
        rest = TIME.sub(" ", rest)
    kept = [word for word in re.findall(r"[\wæøåÆØÅ&/-]+", rest) if fold(word).strip("-") not in FRAME and len(word) > 1]
    return Wanted(sender, " ".join(kept[:MOST_WORDS]), since, until, bool(PLURAL.search(text)))


def sent_by(text: str, entities: dict[str, Any]) -> tuple[str, str]:
    """Who sent it, and the text without that."""
    for name in (*entities.get("email", []), *entities.get("person", [])):
        if found := re.search(rf"\bfra\s+(?:min\s+\w+\s+)?{re.escape(name)}\b", text, re.I):
            return name, f"{text[: found.start()]} {text[found.end() :]}"
    match = SENDER.search(text)
    if match and fold(match[1]).split()[0] not in TIMES and not TIME.match(match[0]):
        return match[1].rstrip("."), f"{text[: match.start()]} {text[match.end() :]}"
    return "", text
