"""What people say about faults: which device, what is left when "opret en sag om" is taken away, and whether it is another fault."""

import re

from typing_extensions import override

from dialogs import texts, words
from dialogs.cases.severity import AFFECTED, HASTE, HINDERS
from dialogs.fields import At, Bad, Got, Kind, Reading, Text
from nlu.normalise import fold

COMMAND = re.compile(
    r"^(?:(?:hej|hey|goddag|godmorgen|kollega)[\s,!.]+)*"
    r"(?:(?:kan|vil|gider|må|maa|ku)\s+(?:du|jeg|vi|i)\s+(?:ikke\s+)?(?:lige\s+)?(?:hjælpe\s+(?:mig\s+)?med\s+at\s+|få\s+|godt\s+|gerne\s+)*"
    r"|jeg\s+(?:vil|skal)\s+(?:gerne\s+|lige\s+|have\s+)*|jeg\s+har\s+brug\s+for\s+(?:at\s+)?|vær\s+sød\s+(?:at|og)\s+|please\s+)?"
    r"(?:også\s+|ogsaa\s+|lige\s+)*(?:opret(?:te|tet)?|åbn(?:e)?|aabn(?:e)?|lav(?:e|et)?|meld(?:e)?|start(?:e)?|registrer(?:e)?|indberet(?:te)?|rejs(?:e)?)\s+"
    r"(?:lige\s+|også\s+|ogsaa\s+)*(?:en\s+|et\s+)?(?:anden\s+|andet\s+)?(?:ny\s+|nyt\s+)?"
    r"(?:sag|ticket|incident|fejlmelding|fejlsag|fejl|henvendelse|servicenow-sag|supportsag|problem)\b"
    r"(?:\s+i\s+service\s?now)?\s*(?:om|på|paa|vedr\.?|vedrørende|angående|ang\.?|der\s+handler\s+om|til|for|[:,.–-])?\s*(?:at\s+)?",
    re.I,
)
GREETING = re.compile(
    r"^(?:(?:hej|hejsa|hey|goddag|godmorgen|dav|hallo)(?:\s+(?:kollega|igen|med dig|alle))?[\s,!.–-]+(?:(?:det er )?(?:mig|os)(?: igen)?\b[\s,!.–-]*)?)+",
    re.I,
)
PLEA = re.compile(
    r"^(?:(?:kan|ku|kunne|vil|gider)\s+(?:du|i)\s+(?:ik(?:ke)?\s+)?(?:li(?:ge)?\s+)?(?:godt\s+)?hj(?:æ|ae)lpe?\s+(?:mig|os)(?:\s+med\s+(?:noget|en ting))?"
    r"|(?:nej\s+|ja\s+)?jeg\s+har\s+(?:stadig\s+|lige\s+|fået\s+)*et\s+(?:andet\s+|nyt\s+)?problem(?=\s*[,:])"
    r"|(?:nej|ja|jo|ok|okay)(?=\s*,)|(?:jeg|vi)\s+har\s+brug\s+for\s+hj(?:æ|ae)lp|hj(?:æ|ae)lp|i\s+need\s+help|please\s+help(?:\s+me)?|help)\s*[,.:!?–-]+\s*",
    re.I,
)
POINTING = re.compile(
    r"^(?:det her|den her(?: mail)?|dette|følgende|nedenstående|mailen(?: herunder)?|herunder)\s*[?:.!]*\s*(?:\n+|$)", re.I
)
DEVICE = re.compile(r"\b([A-ZÆØÅ]{2,4}-\d{1,3}-\d{1,4}|(?:PC|NB|KK)[- ]?\d{4,8})\b")
EMPTY = frozenset(
    {
        "",
        "tak",
        "pft",
        "ja",
        "please",
        "nu",
        "du",
        "hjaelp",
        "en fejl",
        "et problem",
        "fejl",
        "problem",
        "ny sag",
        "en ny sag",
        "sag",
        "en sag",
        "jeg har et problem",
        "jeg har en fejl",
        "der er en fejl",
        "der er noget galt",
        "noget er galt",
        "noget virker ikke",
        "det virker ikke",
        "jeg har brug for hjaelp",
    }
)


class Device(Kind):
    """A printer or a computer by the name on its label: KB-3-02."""

    lenient = True

    @override
    async def read(self, text: str, at: At) -> Reading:
        del at
        return Got(text.strip()[:60]) if text.strip() else None

    @override
    async def find(self, text: str, at: At) -> Reading:
        del at
        match = DEVICE.search(text)
        return Got(match[1].upper()) if match else None


OWN = re.compile(
    r"(?<!\w)(?:(?:min|mit|mine|my)(?! (?:kolleg|chef|leder|medarbejder|afdeling|team))|jeg|mig)(?!\w)"
    r"|(?<!\w)i(?=['’]|\s+(?:am|can|cannot|cant|could|have|had|need|want|get|got|do|dont|did|forgot|lost|was)(?!\w))"
)  # English "I", not the Danish preposition


OF_OTHERS = re.compile(r"(?<!\w)(?:jeg|vi) (?:har|sidder med) (?:en|nogle|flere|to|tre) (?:kolleg|medarbejder|bruger|borger|ansat|elev)")


def own(text: str) -> bool:
    """Whether a first sentence speaks of the person's own things. Weak: a later sentence with "jeg" in it says nothing of whom it hits."""
    plain = fold(text)
    return bool(OWN.search(plain)) and not OF_OTHERS.search(plain)


LOOK = re.compile(
    r"^(?:kan|ku|vil|gider)\s+(?:i|du|nogen|en)\s+(?:ikke\s+|ik\s+|lige\s+|venligst\s+)*"
    r"(?:kigge|kikke|se|hjælpe|hjaelpe|ordne|fikse|fixe|tjekke)(?:\s+(?:mig|os))?\s+(?:på|paa|med|til)\s+",
    re.I,
)
THANKS = re.compile(
    r"[\s,.!]+(?:på forhånd tak|paa forhaand tak|mange tak|tusind tak|tak|pft|please|pls|venligst)(?:[\s,.!]+(?:tak|pft))*[\s.!]*$", re.I
)


def problem(text: str) -> str:
    """What is wrong, without the words that only ask for a case; "" when nothing is left."""
    rest = COMMAND.sub("", text.strip(), count=1)
    rest = GREETING.sub("", rest).strip(" .,:–-")
    rest = THANKS.sub("", LOOK.sub("", POINTING.sub("", PLEA.sub("", rest)))).strip(" .,:–-")
    return "" if fold(rest).strip(" .!?") in EMPTY or len(rest) < 4 else rest[0].upper() + rest[1:]


class Fault(Text):
    """What is wrong, in the person's words; what is no sentence about anything is none."""

    @override
    async def read(self, text: str, at: At) -> Reading:
        if only_beside(text) or SHOWS.fullmatch(words.whole(text)):
            return None
        if not tells(text):
            return Bad("Det forstod jeg ikke. Skriv med et par ord, hvad der sker.")
        return await super().read(text, at)


TO_KOLLEGA = re.compile(  # of Kollega and of the talk itself, not of what is broken; folded
    r"(?:nej |ja |men |jamen |jo |hov )*(?:du (?:er|har|forstaar|misforstaar|spoerger|spurgte|mener|skriver|svarer|siger|hoerer)\b.*"
    r"|(?:det |som )?(?:har|sagde|skrev) jeg (?:jo |lige |allerede )*(?:sagt|skrevet|svaret)?\b.*|jeg (?:har|sagde|skrev) (?:jo |lige |allerede )*(?:sagt|skrevet|svaret)\b.*"
    r"|det (?:spurgte|sagde|bad) (?:du|jeg) .*|(?:tusind |mange )?tak\b.*|(?:undskyld|sorry)(?: \w+){0,2})"
)
SHOWS = re.compile(  # of what comes with it: "her er et billede"; folded
    r"(?:og |saa )?(?:her|se her|(?:se |her (?:er|kommer|har du) |(?:jeg )?vedhaefter )?(?:lige |ogsaa )?(?:et |en |mit |min |det |den )?(?:\w*billede\w*|screenshot\w*|\w*dump\w*|fil\w*|foto\w*)(?: mere| til| af det| her)?)"
)
SMALL = 3  # words in which whom it hits or how much it hastens may be all that is said


def tells(text: str) -> bool:
    """Whether a text can say what is wrong, or something more about it."""
    said = text.replace(texts.CPR_GONE, " ")
    plain = words.whole(said)
    return bool(plain) and not (words.gibberish(said) or TO_KOLLEGA.fullmatch(plain) or SHOWS.fullmatch(plain) or texts.is_hello(said))


def only_beside(text: str) -> bool:
    """Whether a few words say only whom it hits or how much it hastens: "kun mig"."""
    return len(text.split()) <= SMALL and beside_the_point(text)


PLEASANT = re.compile(
    r"(?:kære\b|jeg håber\b.*\bgodt\b|tak for\b|undskyld\b.*\b(?:forstyrre|ulejlig)|beklager\b|rart at|god (?:mandag|tirsdag|onsdag|torsdag|fredag|morgen|dag)\b"
    r"|(?:kan|kunne|vil|ville|må)\s+(?:du|i|jeg)\b.*\b(?:hjælpe|spørge|bede)\b)",
    re.I,
)
TROUBLED = re.compile(
    r"^(?:(?:jeg|vi) har (?:\w+ ){0,2}(?:det|et) problem\w*,?\s+(?:som er,?\s+)?(?:at|med at)\s+|der er (?:\w+ )?det problem,?\s+at\s+|problemet er,?\s+at\s+"
    r"|(?:jeg|vi) oplever,?\s+at\s+|(?:jeg|vi) skriver,?\s+fordi\s+)",
    re.I,
)


def headline(what: str) -> str:
    """The first sentence, at most 100 characters, as the case's title."""
    if subject := re.search(r"^(?:Emne|Subject):[ \t]*(.+)$", what, re.M | re.I):
        what = subject[1]
    sentences = [one.strip(" .!") for one in re.split(r"(?<=[^\d.][.!?])\s|\n", what.strip())]
    first = next((one for one in sentences if one and not PLEASANT.match(one)), sentences[0])
    first = TROUBLED.sub("", first)
    parts = re.split(r"(,\s+|\s+og\s+)", first)
    while len(parts) > 2 and beside_the_point(parts[-1]):
        parts = parts[:-2]
    first = "".join(parts)
    return texts.shortened(first[0].upper() + first[1:], 100) if first else ""


def beside_the_point(part: str) -> bool:
    """Whether a part of a sentence only says how much it hastens, or whom it hits."""
    hints = [hint for option in (*HINDERS.of, *AFFECTED.of[:2]) for hint in option.hints]
    hints += [
        *HASTE.patterns,
        r"jeg sidder",
        r"ring(?:e)? (?:til mig |gerne )?paa",
        r"(?:traeffes|fanges) paa",
    ]
    return any(re.search(rf"(?<!\w)(?:{hint})(?!\w)", fold(part)) for hint in hints)


def similar(title: str, text: str, description: str = "") -> bool:
    """Whether a text may be about that case: most of the title's telling words, or two of all its words, stand in it."""
    named, told, said = (texts.stems(one) for one in (title, f"{title} {description}", text))
    return len(named & said) * 2 > len(named) or len(told & said) > 1
