"""The small words that steer a conversation: yes, no, skip, cancel … A list matches only when the whole of what is left matches."""

import re
from enum import StrEnum

from nlu.normalise import fold

LONGEST = 300  # characters: what is longer says something
FRONT = re.compile(r"^(?:(?:oeh+|naa|altsaa|okay saa|ok saa|hmm+|jamen|kollega)\s+)+")
BACK = re.compile(
    r"(?:\s+(?:tak|pft|paa forhaand tak|please|pls|venligst|hvis du gider|hvis du vil|du|kollega|skat|ven|mange tak|tusind tak|nu))+$"
)
MARKS = re.compile(r"[^\w\s?👍✅👌👎❌/*-]|[\ufe0f\U0001f3fb-\U0001f3ff]")


class Word(StrEnum):
    """What a whole message can mean by itself."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    SKIP = "skip"
    UNKNOWN = "unknown"
    BACK = "back"
    CANCEL = "cancel"
    OVER = "start over"
    LATER = "later"
    HELP = "help"
    REPEAT = "repeat"
    HUMAN = "human"
    RESTORE = "restore"
    CHANGE = "change"
    KEEP = "keep"


def _list(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.replace("\n", " ").split("|") if part.strip())


LISTS: dict[Word, frozenset[str]] = {
    Word.CANCEL: _list(
        """annuller|annullér|anuller|anullér|annulér|annuler|afbryd|stop|stop det her|glem det|glem det igen|glem det hele|drop det|drop den|
        drop det hele|lad det ligge|lad os droppe det|pyt|pyt med det|ikke alligevel|det er lige meget alligevel|jeg har fortrudt|luk|luk den|
        exit|quit|cancel|nvm|det var ikke noget|jeg vil ikke alligevel|vi dropper det|nej glem det|nej drop det|nej stop|annuller det|stop nu"""
    ),
    Word.OVER: _list(
        """start forfra|forfra|begynd forfra|vi starter forfra|på ny|om igen|en gang til fra starten|helt forfra|nulstil|reset|ryd det hele|
        slet det jeg har skrevet|prøv igen forfra|restart|jeg vil starte forfra|kan vi starte forfra"""
    ),
    Word.HUMAN: _list(
        """menneske|et menneske|et rigtigt menneske|rigtig person|en rigtig person|en kollega|servicedesk|support|ring til mig|ring mig op|
        kan jeg tale med nogen|kan jeg snakke med nogen|snakke med nogen|stil mig om|viderestil|viderestil mig|jeg gider ikke en robot|dur ikke det her|
        giv mig et menneske|jeg vil tale med et menneske|jeg vil snakke med et menneske|kan jeg tale med et menneske|
        kan jeg snakke med et menneske|tal med et menneske|spørg servicedesk|skriv til servicedesk|ring til servicedesk|snak med servicedesk|
        jeg vil tale med servicedesk|jeg vil snakke med servicedesk|jeg vil tale med en person|human|agent"""
    ),
    Word.YES: _list(
        """ja|ja tak|jatak|ja da|jo|jo tak|jo da|jep|jeps|jebs|jap|yes|yep|yup|jaa|js|ok|okay|oki|okey|k|fint|fint nok|det er fint|super|perfekt|godt|
        det passer|det er rigtigt|rigtigt|korrekt|præcis|nemlig|netop|gør det|bare gør det|ja gør det bare|ja gør det|kør|kør på|send den|opret den|opret|
        ja opret|ja opret den|ja opret sagen|opret sagen|den er god|det lyder godt|enig|bekræftet|bekræft|selvfølgelig|gerne|meget gerne|ja gerne|
        ja meget gerne|det må du gerne|ja det må du gerne|👍|✅|👌|ja det er rigtigt|ja det passer|ja det er fint|ja fint|ja ok|ja okay|ja send|
        ja send den|ja kør|ja kør på|ja journalisér|ja journaliser|journaliser|ja journaliser den|ja journaliser dem|jada|yes please|sure|
        det ser rigtigt ud|det ser fint ud|ser godt ud|det ser godt ud|helt rigtigt|helt fint|ja helt fint|ja super|ja perfekt|bare opret den|
        ja bare opret den|klart|ja klart|naturligvis|jo gerne|ja for søren|ja for pokker|værsgo|gå i gang|ja gå i gang|go|let s go|ja tak opret den|
        ja tak gør det|så gør det|godkendt"""
    ),
    Word.NO: _list(
        """nej|nej tak|nejtak|næ|næh|niks|nix|nope|nop|no|nah|nrj|neej|ellers tak|hellere ikke|det passer ikke|forkert|det er forkert|ikke rigtigt|
        slet ikke|overhovedet ikke|det skal du ikke|lad være|lad vær|gør det ikke|ikke godkendt|afvis|afvist|det var ikke det|
        det var ikke sådan ment|niksen|ikke tale om|ikke på vilkår|nej da|👎|❌|nej det passer ikke|nej det er forkert|nej ikke rigtigt|nej lad være|
        det er ikke rigtigt|nej det er ikke rigtigt|nej gør det ikke|nej nej"""
    ),
    Word.UNSURE: _list(
        """måske|ja?|ja ja|jaja|nå ja|tja|tjah|det tror jeg|jeg tror det|vist nok|vistnok|det går vel|det må det være|hmm|hm|
        hvad sker der så|er det farligt|kan det laves om|ja og nej|både og|nej ja"""
    ),
    Word.SKIP: _list(
        """spring over|spring den over|skip|næste|videre|gå videre|ingen|ingen af dem|ingen af delene|intet|ikke noget|ikke relevant|n/a|-|har jeg ikke|det har jeg ikke|
        findes ikke|tom|lad den stå tom|blank|ligegyldigt|lige meget|det er lige meget|bestem selv|det bestemmer du|uden|pas"""
    ),
    Word.UNKNOWN: _list(
        """det ved jeg ikke|ved ikke|ved det ikke|vedikke|ved ik|ve ik|ved jeg sgu ikke|ved jeg ikke|ved jeg heller ikke|det ved jeg heller ikke|
        aner det ikke|aner ikke|jeg aner det ikke|ingen anelse|
        ingen ide|det kan jeg ikke huske|husker det ikke|er ikke sikker|jeg er ikke sikker|usikker|det må jeg finde ud af|skal lige spørge|
        det står der ikke|spørg min chef|ikke besluttet|idk|dunno|jeg ved det ikke|jeg ved ikke|pas det ved jeg ikke"""
    ),
    Word.BACK: _list(
        """tilbage|gå tilbage|et skridt tilbage|et trin tilbage|forrige|den forrige|fortryd det sidste|ret det sidste|nej tilbage|hov|ups|upsi|
        det var en fejl|jeg skrev forkert|tastefejl|back|undo"""
    ),
    Word.RESTORE: _list(
        """fortryd|nej vent fortsæt alligevel|fortsæt alligevel|nej vent|vent fortsæt|fortsæt|jo alligevel|alligevel|jeg fortryder|vi fortsætter"""
    ),
    Word.KEEP: _list(
        """som før|behold|behold det|behold den|det gamle|det gamle var rigtigt|det gamle var godt|lad den være som den er|lad det være som det er|
        det var rigtigt før"""
    ),
    Word.LATER: _list(
        """senere|ikke nu|ikke endnu|vent|vent lige|et øjeblik|lige et øjeblik|øjeblik|to sek|2 sek|jeg vender tilbage|jeg skal lige|
        spørg mig igen|gem|gem den|i morgen|efter frokost|gem til senere|lige to sek|jeg tager den senere"""
    ),
    Word.HELP: _list(
        """hvad mener du|hvad betyder det|hva|hvad|hvabehar|forstår ikke|det forstår jeg ikke|hva er det|hvad er det|forklar|uddyb|hvorfor|
        hvad skal du bruge det til|hvor finder jeg det|hvor står det|eksempel|giv et eksempel|fx?|hjælp|?|??|hvad mener du?|hvorfor spørger du om det|
        hvorfor vil du vide det|hvad skal jeg skrive|hvad skal jeg svare|hvad skal jeg vælge|hvem|hvem det|hvilken|hvilket|hvordan|hvor|hvornår|hjælp mig|kan du hjælpe|help|hvordan mener du|hvad er det for noget"""
    ),
    Word.REPEAT: _list(
        """igen?|igen|sig det igen|hvad var spørgsmålet|hvor kom vi til|hvor var vi|hvad spurgte du om|gentag|kan du gentage|hvor langt er vi|
        hvad mangler du|hvad mangler vi"""
    ),
    Word.CHANGE: _list(
        """ret noget|ret|jeg vil rette noget|jeg vil rette|ændr noget|ændr|rediger|kort|vis kortet|vis kort|udfyld kortet|i kort|formular|vis formularen|ret lige noget|ret det|jeg vil ændre noget"""
    ),
}
_FOLDED = {word: frozenset(" ".join(MARKS.sub(" ", fold(entry)).split()) for entry in entries) for word, entries in LISTS.items()}


def _several(word: Word) -> re.Pattern[str]:
    """Two or more different entries of a list in a row: "ok fint", "ja tak det er fint"."""
    entry = "|".join(re.escape(one) for one in sorted(_FOLDED[word], key=len, reverse=True))
    return re.compile(rf"(?P<first>{entry})(?: (?!(?P=first)(?: |$))(?:{entry})){{1,3}}")


_SEVERAL = {word: _several(word) for word in (Word.YES, Word.NO)}


def bare(text: str) -> str:
    """A text for matching: folded, without marks, and without the polite words around it."""
    plain = " ".join(MARKS.sub(" ", fold(text)).split())
    shorter = BACK.sub("", FRONT.sub("", plain)).strip()
    return shorter or plain


def whole(text: str) -> str:
    """A text for matching: folded, without marks, nothing else dropped."""
    return " ".join(MARKS.sub(" ", fold(text)).split())


def means(text: str) -> Word | None:
    """What the whole text means, or None. A trailing question mark counts only for the lists that hold it ("ja?")."""
    if len(text) > LONGEST:
        return None
    plain, shorter = whole(text), bare(text)
    order = (
        Word.CANCEL,
        Word.OVER,
        Word.HUMAN,
        Word.UNSURE,
        Word.YES,
        Word.NO,
        Word.RESTORE,
        Word.KEEP,
        Word.LATER,
        Word.BACK,
        Word.CHANGE,
    )
    for word in (*order, Word.SKIP, Word.UNKNOWN, Word.HELP, Word.REPEAT):
        entries = _FOLDED[word]
        if plain in entries or shorter in entries:
            return word
        if (word is Word.CANCEL and DROPS.search(plain)) or (word is Word.HELP and HELPS.fullmatch(shorter)):
            return word
        if word is Word.YES and AGREES.fullmatch(plain) and not THANKS.fullmatch(plain):
            return word
        if word in _SEVERAL and _SEVERAL[word].fullmatch(shorter):
            return word
        if word in _QUESTION_MAY_FOLLOW and (plain.rstrip("? ") in entries or shorter.rstrip("? ") in entries):
            return word
    return None


DROPS = re.compile(  # "jeg gider ikke mere, glem den sag"; folded, without marks
    r"\b(?<!ikke )(?:glem|drop|annuller) (?:den|det|sagen)(?: (?:her|sag|hele|igen|alligevel|bare|saa))*$"
)
KEYS = tuple(f"{row}{row[::-1]}" for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm"))
RUN, LONG = 4, 4  # keys in a row that nobody means; letters from which a word has a vowel
CONSONANTS = re.compile(r"[^aeiouy\W\d_]{6}")
AGAIN = re.compile(r"(?:bla)+|(?P<twice>\w{2,3})(?P=twice){2,}")


def gibberish(text: str) -> bool:
    """Whether nothing in a text is a word: "asdf qwer", "...", "bla bla"."""
    said = re.findall(r"[^\W\d_]+", fold(text))
    if not said:
        return not re.search(r"\d", text)
    again = len(set(said)) == 1 and (len(said) > 2 or said[0] == "bla")
    return again or (any(len(word) >= LONG for word in said) and all(map(odd, said)))


def odd(word: str) -> bool:
    """Keys in a row, the same letters over and over, or no vowel in a word of some length. `word` is folded."""
    keys = any(word[at : at + RUN] in row for row in KEYS for at in range(len(word) - RUN + 1))
    mute = len(word) >= LONG and not re.search(r"[aeiouy]", word)
    return len(word) < 2 or keys or mute or bool(CONSONANTS.search(word) or AGAIN.fullmatch(word))


AGREES = re.compile(  # "tusind tak, det ser helt rigtigt ud, så du må meget gerne oprette den for mig"; folded, without marks
    r"(?:(?:(?:tusind |mange )?tak|ja|jo|jep|ok|okay|fint|super|perfekt|godt|saa|og|det (?:ser|lyder|er|passer) (?:(?:helt|rigtig|meget|jo|da) ){0,2}(?:rigtigt|fint|godt|korrekt|perfekt|fine)(?: nok)?(?: ud)?"
    r"|(?P<may>(?:du maa|maa du|vil du|du kan|kan du)(?: (?:meget|godt|gerne|bare|lige|nu|venligst)){0,3} (?:oprette|sende|goere|journalisere|registrere)(?: (?:den|det|dem|sagen))?(?: af sted)?)"
    r"|(?:bare |bare lige )?(?:opret|send|goer|journaliser) (?:den|det|dem|sagen)(?: bare| da)?|for mig|venligst|nu)(?: |$))+"
)
THANKS = re.compile(r"(?:(?:tusind|mange|tak|for|mig|saa|og|nu|venligst)(?: |$))+")
HELPS = re.compile(  # "jeg ved ikke hvad jeg skal svare"; folded, without marks
    r"(?:det |den |jeg |dig )?forstaar (?:jeg )?(?:godt nok |slet |overhovedet )?ikke(?: helt| rigtigt| lige)?(?: spoergsmaalet| det| dig| hvad du mener)?|(?:det )?er jeg ikke (?:helt )?med paa"
    r"|jeg (?:er ikke helt med|er ikke med|ved ikke hvad (?:du mener|det betyder|jeg skal (?:skrive|svare|vaelge)))"
)
STOPS = re.compile(r"\b(?:an+ul+[eé]r|afbryd|stop|glem|drop|fortr[uy]d|cancel|lad (?:det|den|os) (?:ligge|vaere|drop)|alligevel|pyt)")


def stops(text: str) -> bool:
    """Whether a longer text holds a word of cancelling; without one nothing that was filled in is dropped."""
    return bool(STOPS.search(fold(text)))


ANGRY = re.compile(
    r"\b(?:til grin|skide|fucking?|fuck|pis|lort\w*|traet af|ubrugelig\w*|elendig\w*|idiot\w*|for helvede|for fanden|hold kaeft|rend mig|"
    r"haabloes\w*|uacceptabel\w*|alt for laenge|ventet i (?:\d+|flere) (?:dage|uger|maaneder)|vaad? i hovedet|hopeless|useless)\b"
)


def angry(text: str) -> bool:
    """Whether somebody has had enough."""
    return bool(ANGRY.search(fold(text)))


_QUESTION_MAY_FOLLOW = {Word.HELP, Word.REPEAT, Word.HUMAN, Word.CHANGE, Word.LATER, Word.OVER, Word.CANCEL}
