"""Sentences that hold two wishes, one that is not wanted, or too little to tell a wish from another. Texts alone; nothing is looked up."""

import re
from collections.abc import Iterator

from dialogs.wishes import VERBS
from nlu.normalise import danish, fold

LINK = r"(?:så|saa|også|ogsaa|derefter|bagefter|herefter|derudover|dernæst|lige|til sidst|desuden|samtidig)"
PRESENT = r"(?:opretter|laver|melder|viser|ser|finder|sender|lukker|sætter|saetter|føjer|foejer|fjerner|sletter|bestiller|skriver|kører|koerer|giver|fortæller)"
OPENER = (  # what a wish of its own may begin with; not what a thing does ("fryser og lukker ned"), nor "hvad der sker"
    rf"(?:(?!{PRESENT}\b|hv\w+ (?:jeg|den|det|der)\b){VERBS}\b|(?:jeg|vi) (?:vil|ville|skal|skulle|mangler|ønsker|oensker|har brug for|har også|har ogsaa)\b"
    rf"|(?:vil|skal|mangler) (?:jeg|vi)\b|(?:kan|ku|vil|må|maa|gider) (?:du|jeg|vi)\b|(?:er|virker) (?:min|mit|vores)\b"
    rf"|hvilke\w*|(?:min|mit|mine|vores|printeren|outlook|teams)\b|(?:show|list|create|open|file|close)\b)"
)
BETWEEN = re.compile(
    rf"\s*(?:[,;+]|[.?!](?=\s))?\s*(?:\b(?:og|samt|plus|and)\b|(?<=[;+.?!])|(?<=,)(?=\s*{LINK}\b))\s*(?:{LINK},?\s+)*(?={OPENER})", re.I
)
FIRST = re.compile(r"^(?:først|foerst|for det første|jeg har to ting\s*[:,.-]|to ting\s*[:,.-])\s*", re.I)
BOTH = re.compile(r"\bbåde\s+(?=\w+)", re.I)
NEW_ONE = re.compile(r"\b(en ny|en anden)\b(?!\s+\w*sag)(?=\s+(?:om|til|på|paa)\b|$)", re.I)

DENIED = (
    r"(?:opret|lav|meld|journalis|arkiv|bestil|fjern|slet|luk|brug|registr|send|tilføj|tilfoej|føj|foej|ha(?:ve)?\b|tal|snak|vis|start|kør|koer|godkend|sæt|saet|skriv|create|open|file|close)"
    r"\w*"
)
WISHED_FOR = r"sag(?:er)?|ticket|fejlmelding|bestilling|(?:fælles|faelles|kontor)?postkasse|(?:distributions|mail)?liste|journalisering"
TAIL = r"[^,;.:]*?(?:[,;.:]|(?=\s+(?:men|bare|kun)\b)|$)\s*"
UNWANTED = (
    re.compile(
        r"^(?:nej,?\s+)?(?:(?:jeg|vi|du|der|i)\s+)?(?:vil|ville|skal|skulle|ønsker|oensker|behøver|behoever|må|maa|spurgte|bad)\s+"
        rf"(?:\w+\s+)?ikke\s+(?:dig\s+)?(?:om\s+)?(?:at\s+|have\s+)*{DENIED}{TAIL}",
        re.I,
    ),
    re.compile(rf"^(?:nej,?\s+)?(?:du\s+skal\s+)?(?:lad|lade)\s+(?:være|vaere|vær)\s+(?:med\s+|at\s+)*{DENIED}{TAIL}", re.I),
    re.compile(rf"^(?:nej,?\s+)?ikke\s+{DENIED}{TAIL}|^(?:nej,?\s+)?{VERBS}\s+(?:lige\s+)?ikke\b{TAIL}", re.I),
    re.compile(r"^(?:nej,?\s+)?(?:jeg|vi)\s+har\s+ikke\s+brug\s+for\b" + TAIL, re.I),
    re.compile(rf"^(?:nej,?\s+)?(?:ingen|ikke(?:\s+(?:en|et|nogen))?)\s+(?:ny\w*\s+|anden\s+|nogen\s+)?(?:{WISHED_FOR})\b{TAIL}", re.I),
    re.compile(
        rf"^(?:uden|der\s+er\s+ingen\s+grund\s+til|det\s+er\s+ikke\s+nødvendigt|det\s+er\s+ikke\s+noedvendigt)\s+at\s+{DENIED}{TAIL}", re.I
    ),
    re.compile(rf"^i\s+stedet\s+for\s+at\s+{DENIED}[^,;.]*?(?:,\s*|\s+(?=(?:vil|skal|kan)\s+(?:jeg|du|vi)\b))", re.I),
    re.compile(rf"^(?:please\s+)?(?:do\s+not|don[’']?t)\s+{DENIED}{TAIL}", re.I),
)
PASSIVE = re.compile(  # "Ole skal ikke fjernes fra Ledergruppen, han skal bare også på Barsel Info"
    r"^(?!.*\b(?:længere|laengere|mere)\b)(?P<who>[^\W\d_][\w-]*(?:\s+[A-ZÆØÅ][\w-]*){0,2})\s+skal\s+(?:\w+\s+)?ikke\s+(?:\w+es\b|på|paa|af|ud|ind|med|have|være|vaere)[^,;.]*(?:[,;.]\s*|$)"
    r"(?:men\s+)?(?:(?P<again>han|hun|de|vedkommende)\b)?",
    re.I,
)
LEFT = re.compile(r"^(?:men|bare|kun|just|only|blot)\s+(?:at\s+)?", re.I)
SEE = re.compile(r"(?:(?:jeg|vi)\s+vil\s+)?(?:gerne\s+)?(?:bare\s+|kun\s+)?(?:se|vise|have)", re.I)
KNOWN = {"sag": "min sag", "ticket": "min sag", "fejl": "min sag", "mail": "mailen", "postkasse": "postkassen", "liste": "listen"}
THING = re.compile(rf"({'|'.join(KNOWN)})", re.I)  # what the denied wish was about: "den" is that
ASKING = re.compile(
    r"\b(?:vide|hoere|spoerge|spoergsmaal|fortaelle|forklare|forstaa|finde ud af)\b|^(?:(?:kan|vil) du )?(?:bare )?hv(?:ad|or|ordan|orfor|ornaar)\b"
)
POINTING = re.compile(r"\b(?:den|det|dem)\b(?! (?:der|som|her|jeg|gamle|nye|anden|andet|første|sidste|seneste|nyeste|åbne)\b)", re.I)

SAYING = re.compile(
    danish(
        r"\b(?:er|var|kan|vil|skal|har|mangler|virker|fejl\w*|død\w*|nede|sort\w*|langsom\w*|ødelagt|defekt\w*|stykker|"
        r"går|gik|fryser|hakker|larmer|blinker|flimrer|fejler|hænger|crasher|låst|glemt|problem\w*|hjælp|ny|nyt|igen|stadig|ikke|væk|broken|dead|down)\b"
    )
)
ENDING = re.compile(r"\b\w{3,}(?:er|ede|te)\b")  # of verbs, and of these nouns
NOUNS = frozenset(
    "computer printer router server scanner toner licenser bruger brugere mapper sager filer kalender telefoner lister mailer postkasser kolleger "
    "oplader adapter beamer controller folder timer programmer systemer rettigheder adgange beskeder dokumenter konsulenter medarbejder leder".split()
)
SALUTATION = re.compile(r"(?:kære|kaere|til|hej|hejsa|goddag|dear)\s+\w+(?:\s+\w+)?", re.I)  # as a letter begins
FEW = 3  # words in which a thing may be named without what is to be done with it


def splits(text: str) -> Iterator[tuple[str, str]]:
    """The places at which a sentence may fall into two wishes: "opret en sag om printeren | vis mine andre sager"."""
    whole = BOTH.sub("", FIRST.sub("", text.strip()))
    for match in BETWEEN.finditer(whole):
        first, second = whole[: match.start()].strip(" ,.;"), whole[match.end() :].strip()
        if len(first.split()) > 1 and second and not SALUTATION.fullmatch(first):
            yield first, NEW_ONE.sub(r"\1 sag", second) if "sag" in fold(first) else second


def wanted(text: str) -> str | None:
    """A text without the wish that it denies ("jeg vil ikke oprette en sag, bare se den"); None when it denies none."""
    said = text.strip()
    if passive := PASSIVE.match(said):
        rest = said[passive.end() :].strip(" ,.")
        return f"{passive['who']} {rest}".strip() if passive["again"] and rest else rest
    match = next((found for one in UNWANTED if (found := one.match(said))), None)
    if match is None:
        return None
    rest, thing = LEFT.sub("", said[match.end() :].strip(" ,.")), THING.search(match[0])
    if thing and SEE.fullmatch(rest):
        return f"{rest} {KNOWN[thing[1].lower()]}"
    return POINTING.sub(KNOWN[thing[1].lower()], rest) if thing else rest


def asks(text: str) -> bool:
    """Whether a text wants to know something, and nothing done: "jeg vil bare vide, hvordan man gør"."""
    return bool(ASKING.search(fold(text)))


def terse(text: str) -> bool:
    """A thing or two and not what is to be done with them: "ole bang barsel info", "mit headset"."""
    plain = re.sub(r"[^\w\s]", " ", fold(text))
    says = SAYING.search(plain) or re.search(rf"\b{VERBS}", text, re.I) or any(word not in NOUNS for word in ENDING.findall(plain))
    return len(plain.split()) <= FEW + 1 and not says
