"""Ways in which people correct an answer: "nej, 3. sal", "ret telefon til 4712", "X, ikke Y", "hov, det var 4. sal"."""

import re
from dataclasses import dataclass

from dialogs import words
from dialogs.form import Ask
from nlu.normalise import fold

LEAD = re.compile(
    r"^(?:(?:ja|jo|ok|okay|fint)\s*,?\s*(?:men|og|bare|dog)\s+|(?:nej|næh|hov|ups|øh|arh|vent|nå|sorry|undskyld)(?:\s+(?:men|vent|lige|forresten|altså))*[\s,.:–-]+)+",
    re.I,
)
YES_BUT = re.compile(r"^(?:ja|jo|jep|ok|okay|fint)(?:\s+tak)?\s*,?\s*(?:men|og|bare|dog)\s+", re.I)
INTO = (
    re.compile(
        r"^(?:du må gerne |kan du |vil du )?(?:ret(?:te)?|ændre?|skift(?:e)?|sæt(?:te)?|opdater(?:e)?|lav)\s+(?P<field>.{2,40}?)\s+(?:til|om til|som)\s+(?P<new>.+)$",
        re.I | re.S,
    ),
    re.compile(r"^(?P<field>.{2,40}?)\s+(?:skal være|skulle være|skal hedde|skal lyde|hedder)\s*:?\s+(?P<new>.+)$", re.I | re.S),
    re.compile(r"^(?P<field>.{2,40}?)\s+(?P<loose>er)\s+(?P<new>.+)$", re.I | re.S),
    re.compile(r"^(?P<field>[^:=\n]{2,40}?)\s*[:=]\s*(?P<new>.+)$", re.S),
    re.compile(r"^det (?P<field>handler om|drejer sig om)\s+(?P<new>.+)$", re.I | re.S),
    re.compile(r"^(?:og\s+)?(?P<new>.{2,60}?)\s+som\s+(?P<field>[\wæøå-]{3,30})$", re.I),
)
CALLED = re.compile(
    r"^(?:du kan |du må gerne |bare )?(?:kald|navngiv|døb|den skal hedde|sagen skal hedde)\s+(?:den\s+|det\s+|sagen\s+)?(?P<new>.+)$", re.I
)
REACH = re.compile(
    r"^(?:ring(?: i stedet)? til|kontakt(?!\s+(?:er|skal)\b)|tag fat i)\s+(?!mig\b|os\b|min\b|mit\b)(?P<new>[^\d,.]{3,40})$", re.I
)
COLON = 3  # the place of "felt: værdi" in INTO
EXCHANGE = re.compile(
    r"^(?:kan du |vil du |du må gerne |gider du )?(?:(?:om)?byt|(?:ud)?skift|erstat)(?:te|e)?\s+(?P<old>.+?)\s+(?:ud\s+)?med\s+(?P<new>[^?]+)\??$",
    re.I | re.S,
)
SWAP = (
    re.compile(r"^ikke\s+(?P<old>.+?),?\s+(?:men|det\s+(?:er|var|skal\s+være))\s+(?P<new>.+)$", re.I | re.S),
    re.compile(r"^(?P<new>.+?)(?:,\s*(?:og\s+)?|\s{1,4}og\s+)ikke\s+(?P<old>[^,.]+)$", re.I | re.S),
    re.compile(r"^(?P<new>.+?)\s{1,4}i stedet for\s+(?P<old>.+)$", re.I | re.S),
    EXCHANGE,
)
PLAIN = re.compile(
    r"^(?:det\s+(?:er|skal være|skulle være|var|hedder)|der skal stå|jeg mente|jeg mener|altså|skriv)\s+(?:at\s+)?(?P<new>.+)$", re.I | re.S
)


@dataclass(frozen=True)
class Correction:
    """What is to be put in: `new`, into `field` when one is named, instead of `old` when that is said.

    `marked`: the text began like a correction ("nej, …"), so that it must not be read as anything else.
    `loose`: the frame says other things too ("printeren er død", "Printer: papirstop"), so that `new` counts only if it looks like a value.
    """

    new: str
    field: str = ""
    old: str = ""
    marked: bool = False
    loose: bool = False


def without_lead(text: str) -> str:
    """A text without the "nej," or "ja, men" that it begins with."""
    lead = LEAD.match(text)
    return text[lead.end() :].strip() if lead else text.strip()


def read(text: str, asks: dict[str, Ask]) -> Correction:
    """The text as a correction. A text that is in no frame comes back as `new`, unmarked."""
    lead = LEAD.match(text)
    rest = re.sub(r"\s+i stedet$", "", without_lead(text).strip(" .!*"), flags=re.I)
    marked = bool(lead)
    if plain := PLAIN.match(rest):
        marked, rest = True, plain["new"].strip()
    old = ""
    for frame in SWAP:
        if swap := frame.match(rest):
            old, rest, marked = swap["old"].strip(" .!"), swap["new"].strip(" ,"), True
            break
    if (called := CALLED.match(rest)) and (field := named("titel", asks)):
        return Correction(called["new"].strip(' ”"'), field, old, marked=True)
    if (reach := REACH.match(rest)) and (field := named("kontakt", asks)):
        return Correction(reach["new"].strip(), field, old, marked, loose=True)
    for frame in INTO:
        into = frame.match(rest)
        if into and (field := named(into["field"], asks)):
            kind = asks[field].kind
            vague = kind.lenient or (kind.drawn == "lines" and not kind.corrects)
            by_label = named(into["field"], {field: asks[field]}, label_only=True)
            loose = "loose" in frame.groupindex or (frame is INTO[COLON] and vague and not by_label)
            return Correction(re.sub(r"^at\s+", "", into["new"].strip()), field, old, marked=not loose or marked, loose=loose)
    return Correction(rest, "", old, marked)


def named(said: str, asks: dict[str, Ask], *, label_only: bool = False) -> str:
    """The field that a word means: its label or one of its other words, with or without "en", "min", "-et"; "" for none."""
    plain = re.sub(r"^(?:og|at|den|det|de|min|mit|mine|en|et|selve)\s+", "", words.whole(said))
    for name, ask in asks.items():
        for word in (ask.label, *(() if label_only else ask.words)):
            stem = re.escape(fold(word))
            if re.fullmatch(rf"{stem}(?:en|et|n|t|erne|er|s|ne)?", plain):
                return name
    return ""
