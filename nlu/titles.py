"""Names of distribution lists and shared mailboxes: in quotation marks, after their noun ("listen X", "postkassen, der skal hedde X"), or by the
sentence's form ("sæt Ole på X", "hvem er på X"). A purpose ("til vores team") is no name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from nlu.known import LIKELY, NOBODY, SURE, Known, Named
from nlu.lexicon import lexicon
from nlu.normalise import danish, fold, fold_word, lower

Kind = Literal["list_name", "mailbox_name"]
Place = tuple[int, int]

_LIST = r"(?<![\w-])(?:dl(?:['’]?en)?|(?!indkøbs|ønske|vente|gæste|to|plad)\w*(?:list|lisst|lissen|mailgruppe|gruppe|group)\w{0,4})(?!\w)"
_BOX = r"(?<!\w)(?:\w*(?:postkas|poskas|mailboks|mailbox|mailkonto|indbakke|inbox|fællesmail|kontor-?mail|gruppemail)\w*|fælles\smail\w*|post\skas\w*)"
_NOUN = re.compile(f"(?P<box>{danish(_BOX)})|(?P<list>{danish(_LIST)})")
_CALLED = re.compile(
    danish(
        r"(?:,?\s?(?:der|som|den|og)?\s?(?:skal\s|bør\s|må\sgerne\s)?(?<!\w)(?:hedd?er?|hed|kaldes|kalde)|(?:ved|med)\s(?:navn|betegnelsen?|titlen)(?:et)?|(?:skal\s)?kaldet|kaldt|"
        r"kald\sden(?:\snye)?(?:\s(?:bare|blot|gerne|da|så|for|måske|venligst))?|called|named|name(?:\sis)?(?=\s?:|\sis)|navn(?:et)?(?:\ser)?)(?!\w):?\s*|:\s*"
    )
)
_GAP = re.compile(r"\s*")
_QUOTED = re.compile(r"[\"“”„»«](?P<q>[^\"“”„»«\n]{2,60})[\"“”»«]|(?<!\w)['‘’](?P<s>[^'‘’\n]{2,60})['’](?!\w)")
_WORD = re.compile(r"[^\W_][\w&/]*(?:[-.][\w&]+)*")
_INNER = frozenset(("fra", "i", "og", "for", "&", "af", "under", "på"))
_STOP = frozenset(
    fold(
        "med til som der hvor inden fra tak så for og hvori ejer hvortil den det skal til på i nu igen venligst asap at jeg vi min vores "
        "ikke men kan er har please pls and with du må gerne hurtigst"
    ).split()
)
# Where a name of a list stands without its noun: what must come somewhere before each preposition.
_SET = r"sæt\w*|sat|tilføj\w*|føj\w*|meld\w*|skriv\w*|smid\w*|læg\w*|put\w*|få|hæng|prop|med|ind|skal|skulle|bør|kan|vil|står?|er|abonner\w*|over|modtag\w*|medlem\w*|add|get|mangler"
_OFF = r"tag\w*|pil\w*|stryg\w*|ud|slet\w*|fjern\w*|smid\w*|luk\w*|skal|ryger?|væk|kyl|drop|medlem\w*|ejer\w*|kom\w*|af|være|meld\w*"
_FROM = r"fjern\w*|slet\w*|afmeld\w*|framel\w*|frameld\w*|udmeld\w*|meld\w*|remove|stryg\w*|væk|mails?|post|nyt|off|får|modtager|mere"
_TO = r"tilføj\w*|føj\w*|indmeld\w*|tilmeld\w*|skriv\w*|skrev|(?:ud)?send\w*|maile[rs]?|sendt\w*|mails?|post|add|går|meld\w*|kopi"
_HERE = r"(?:(?:[\s,]|^)[^.!?\n]*)?\s"
_NAMED_BY_FORM = re.compile(
    danish(
        rf"(?<!\w)(?:(?:{_SET}|vis|hvem|find|se){_HERE}(?:på|o|via)|(?:{_OFF}|hvem){_HERE}(?:af|aff)|(?:{_FROM}){_HERE}fra|(?:{_TO}){_HERE}(?:til|via)|"
        rf"(?:hvem|hvor\smange){_HERE}(?:ejer|med|i|bag)|navne\w*{_HERE}bag|(?:skriver|sender){_HERE}bruger|\w*ejer\w*\s(?:af|på|for|i|over|til)|ejerskab\w*\s(?:af|på|for|over|til)|medlem\w*\s(?:af|på|for|i)|owns|overtager?|members?\s(?:of|on|in)|modtagere?\w*\s(?:af|på|for)|ind\si|ud\saf|to|from|on|"
        rf"\w*(?:liste|listen|kreds)\s(?:for|på|over))\s$"
    )
)
NEAR = 300  # characters on each side in which another matter is looked for: a long mail speaks of many
_CAPITAL = re.compile(r"(?<=\s)(?=[A-ZÆØÅ0-9])")
_FORM_CUE = re.compile(
    danish(
        rf"(?<!\w)(?:{_SET}|{_OFF}|{_FROM}|{_TO}|hvem|vis|se|hvilke\w*|who|show|members?|mangler|\w*ejer\w*|owns?|owner\w*|overtag\w*)(?!\w)"
    )
)
_OTHER_MATTER = re.compile(
    danish(
        r"(?<!\w)(?:\w*postkas\w*|\w*mailbo[kx]\w*|\w*indbakke\w*|inbox|kontor-?mail\w*|fællesmail\w*|sag\w*|edoc\w*|e-doc|edok|kvantum|journal\w*|arkiv\w*|tilsyn\w*|ledelsestilsyn\w*|\w*indsigt\w*|licens\w*|"
        r"adgang\w*|rettighed\w*|møde\w*|kalender\w*|teams|printer\w*|skærm\w*|pc\w*|tid|timer?|min(?:utter)?|kontrol\w*|brev\w*|dokument\w*|bilag\w*|godkend\w*|bestil\w*|"
        r"mailen|gem|gemt|telefon\w*|mobil\w*|vpn|netværk\w*|frokost|kantine\w*|tog\w*|bus\w*|bor|rådhus\w*|restaurant\w*|facebook|sharepoint\w*|system\w*|oversæt\w*|ord|"
        r"betyd\w*|forskel\w*|nede|arbejde[sr]?|ferie|job|løn|lokale\w*|wifi|film\w*|kursus|kurset|parker\w*|personoplysninger|opret\w*)(?!\w)"
    )
)
_SOMEBODY = re.compile(r"(?<!\w)(?:han|hun|jeg|personen|eleven|vikaren|borgeren)\s$")  # who "hedder" something is no list
_TITLED_BEFORE = re.compile(
    danish(
        r"[\s,:–-]{1,3}(?:sådan\s|det\s)?(?:skal|må|bør)\s(?P<noun>den|listen|gruppen|postkassen|mailboksen|indbakken)\s(?:gerne\s)?hedde"
    )
)
_CODE = re.compile(r"[A-ZÆØÅ]{1,4}[-.]?\d{1,4}")  # a server, a room
_POSSESSED = re.compile(
    r"\s(?!skal|er|og|som|fordi|tak|fra|til|igen|nu|i|med|på|for|så|men|hvor|at|in|please|pls)[a-zæøå]{3,}"
)  # "Annelises jubilæum"
_OTHER_ENDS = (
    "tilsynet",
    "tilsyn",
    "indsigten",
    "indsigt",
    "sagen",
    "-sag",
    "anmodningen",
    "systemet",
    "printeren",
    "kontrollen",
    "licensen",
    "portalen",
)
_LACKS = re.compile(
    r"(?:^(?:Kan|Skal|Bør|Må)\s|^|[.!?]\s+)(?P<name>[A-ZÆØÅ][^.!?\n]{1,40}?)\s(?:mangler\s(?:vist\s|også\s|stadig\s)?|(?:skal\s)?(?:udvides|suppleres)\smed\s)(?P<who>[A-ZÆØÅ]\w+|¤)"
)
_OWNED = re.compile(r"(?:^|[.!?]\s+)(?P<name>[A-ZÆØÅ][^.!?\n]{1,40}?)\s(?:skal\shave|har\sfået|mangler)\s(?:\w+\s){1,2}(?:med)?ejere?\b")
# What is done with mailboxes alone, and how their names end: "autosvar på Havneudvikling", "svare i Ungeteam Post".
_BOX_BY_FORM = re.compile(
    danish(
        r"(?<!\w)(?:autosvar\w*|fraværs\w*|automatiske?\ssvar\w*|out\sof\soffice|auto-?repl\w*|send[\s-]?as|send[\s-]som|sende\ssom)\s(?:\w+\s){0,4}(?:på|til|i|fra|for|on|from)\s$|"
        r"(?<!\w)(?:på\svegne\saf|on\sbehalf\sof)\s$"
    )
)
_BOX_ENDS = frozenset(("post", "mail", "postkasse", "mailboks"))
_OF_THE_STATE = frozenset(("digital", "e-boks"))  # Digital Post is no mailbox of ours
_SMALL_WORD = re.compile(
    danish(r"(?<!\w)(?:i|o|på|til|fra|aff?|via|med|bag|bruger|ejer|for|over|ind|ud|owns|overtager?|in|on|of|to|from)\s$")
)
_THE_NAMED = re.compile(
    r"\b(?:the|our)\s(?P<name>[A-ZÆØÅ][\w&-]*(?:\s[A-ZÆØÅ0-9][\w&-]*){0,3})\s(?:(?:distribution|mailing|shared)\s)?(?P<noun>list|dl|mailbox|inbox)\b"
)
_MARKS = tuple("\"“”„»«'‘’")
_NOUN_BEFORE = re.compile(f"{_NOUN.pattern.replace('?P<box>', '?:').replace('?P<list>', '?:')}(?:{_CALLED.pattern})?$")
_TO_BOX = re.compile(danish(rf"(?:adgang\s(?:til|i)|mails?\s(?:i|til|fra)|{_BOX}.{{0,20}})\s$"))
_ITS_MEMBERS = re.compile(danish(r"['’]?s?['’]?\s(?:medlem|ejer|modtager|abonnent)"))


@dataclass(frozen=True)
class Title:
    """A name of a list or mailbox at `start`–`end`, quotation marks left out."""

    start: int
    end: int
    kind: Kind


def find(text: str, known: Known = NOBODY) -> list[Title]:
    """Names of lists and mailboxes in `text`, in its order. Stretches that are something else must have been filled with a sign that is no letter."""
    low = lower(text)
    found: list[Title] = []
    by_form = _by_form(text, low)
    if by_form:  # "skriv til Xu Yilan": the form says the same of a person
        somebody = known.people_in(text)
        by_form = [title for title in by_form if not any(one.start < title.end and title.start < one.end for one in somebody)]
    for title in (*_known(text, low, known), *_after_nouns(text, low), *_boxes(text, low), *by_form):
        if all(title.end <= other.start or other.end <= title.start for other in found):
            found.append(title)
    return sorted(found, key=lambda title: title.start)


def _known(text: str, low: str, known: Known) -> list[Title]:
    nouns: list[re.Match[str]] | None = None
    found: list[Title] = []
    for named in known.titles_in(text):
        person_too = "person" in named.kinds
        if (
            (named.strength == SURE and not person_too)
            or _beside_noun(low, named)
            or (named.strength >= LIKELY and not person_too and _has_form(low, named))
        ):
            if nouns is None:
                nouns = list(_NOUN.finditer(low))
            found.append(Title(named.start, named.end, _kind_of(named, nouns)))
    return found


def _kind_of(named: Named, nouns: list[re.Match[str]]) -> Kind:
    if {"list_name", "mailbox_name"} <= named.kinds and nouns:
        return _kind(_nearest(nouns, named.start))
    return "list_name" if "list_name" in named.kinds else "mailbox_name"


def _beside_noun(low: str, named: Named) -> bool:
    """Whether its noun or a quotation mark stands right before or right after the name."""
    before = low[max(0, named.start - 60) : named.start].rstrip(" \"'“”„»«:-")
    if low[named.start - 1 : named.start] in _MARKS and low[named.end : named.end + 1] in _MARKS and named.start:
        return True
    after = _NOUN.match(low, named.end + (low[named.end : named.end + 1] in _MARKS)) or _NOUN.match(low, named.end + 1)
    return bool(after or _NOUN_BEFORE.search(before))


def _has_form(low: str, named: Named) -> bool:
    if "mailbox_name" in named.kinds and _TO_BOX.search(low, max(0, named.start - 40), named.start):
        return True
    if _ITS_MEMBERS.match(low, named.end):
        return True
    return bool(not _OTHER_MATTER.search(low) and _NAMED_BY_FORM.search(low, max(0, named.start - 120), named.start))


def _after_nouns(text: str, low: str) -> list[Title]:
    """Names right after "listen" or "postkassen", in quotation marks, or after "der hedder"; the nearest noun before says which of the two it is."""
    nouns = list(_NOUN.finditer(low))
    if not nouns:
        return []
    found = [Title(*place, _kind(noun)) for noun in nouns if (place := _name_after(text, low, noun.end()))]
    for match in _QUOTED.finditer(text):
        place = match.span("q" if match["q"] else "s")
        found.append(Title(*place, _kind(_nearest(nouns, place[0]))))
    for match in _CALLED.finditer(low):
        cue = match.group().strip()
        if cue == ":" or _SOMEBODY.search(low, max(0, match.start() - 12), match.start() + 1):
            continue
        if called := _capitals(text, match.end()) if cue in {"navn", "navnet"} else _called(text, match.end()):
            found.append(Title(*called, _kind(_nearest(nouns, match.start() + 2))))
    for match in _TITLED_BEFORE.finditer(low):
        words = list(_WORD.finditer(text, max(0, match.start() - 60), match.start()))
        for at, word in enumerate(words):
            place = _capitals(text, word.start())
            if place and place[1] == match.start() and (at == 0 or text[words[at - 1].end() : word.start()] != " "):
                found.append(Title(*place, _kind(_nearest(nouns, match.end()))))
    return found


def _kind(noun: re.Match[str]) -> Kind:
    return "mailbox_name" if noun["box"] else "list_name"


def _nearest(nouns: list[re.Match[str]], at: int) -> re.Match[str]:
    return [noun for noun in nouns if noun.start() < at][-1] if nouns[0].start() < at else nouns[0]


def _name_after(text: str, low: str, at: int) -> Place | None:
    if called := _CALLED.match(low, at + (low[at : at + 1] == " ")):
        return _called(text, called.end())
    gap = _GAP.match(text, at)
    at = gap.end() if gap else at
    hyphened = _WORD.match(text, at)
    if hyphened and "-" in hyphened.group() and hyphened.group()[0].islower():
        return hyphened.span()
    return _capitals(text, at)


def _called(text: str, at: int) -> Place | None:
    """The name after "der hedder": in quotation marks, with capitals, or in lower case up to the next small word."""
    if quoted := _QUOTED.match(text, at):
        return quoted.span("q" if quoted["q"] else "s")
    if capitals := _capitals(text, at):
        return capitals
    end = at
    for count, word in enumerate(_words_from(text, at)):
        if fold_word(word.group()) in _STOP or count == 4:
            break
        end = word.end()
    return (at, end) if end > at else None


def _words_from(text: str, at: int) -> list[re.Match[str]]:
    """The words from `at` on that have nothing but one blank between them."""
    words: list[re.Match[str]] = []
    while len(words) < 8 and (word := _WORD.match(text, at)):
        words.append(word)
        at = word.end() + 1
        if text[word.end() : at] != " ":
            break
    return words


def _is_capital(word: str) -> bool:
    return word[0].isupper() or (word[0].isdigit() and any(char.isalpha() for char in word))


def _capitals(text: str, at: int) -> Place | None:
    """Words with capitals from `at` on ("Nyt fra Direktionen", "Elever-2026"), with small words between two of them."""
    words = _words_from(text, at)
    if text.isupper() or not words or not _is_capital(words[0].group()) or _is_no_title(words[0].group()):
        return None
    end = words[0].end()
    for at_word, word in enumerate(words[1:], start=2):
        after = words[at_word] if at_word < len(words) else None
        small = fold_word(word.group()) in _INNER and after and after.group()[0].isupper() and not _is_first_name(after.group())
        if not (_is_capital(word.group()) or word.group().isdecimal() or small):
            break
        end = word.end()
    return words[0].start(), end


def _is_first_name(word: str) -> bool:
    """Whether it is somebody's, a genitive -s included ("Jørgens")."""
    folded = fold_word(word)
    return folded in lexicon().first or folded in lexicon().doubtful_first or folded.removesuffix("s") in lexicon().first


def _is_no_title(word: str) -> bool:
    return _is_first_name(word) or word.startswith(("INC", "RITM", "REQ")) or word.lower().endswith(("listen", "-liste", "-gruppen"))


def _boxes(text: str, low: str) -> list[Title]:
    """Mailboxes by what is done with them or by how they are called, and what stands between "the" and its English noun."""
    if text.isupper():
        return []
    found = [
        Title(*match.span("name"), "list_name" if match["noun"] in ("list", "dl") else "mailbox_name")
        for match in _THE_NAMED.finditer(text)
    ]
    for start in _after_small_words(text, low):
        if place := _capitals(text, start):
            words = fold(text[place[0] : place[1]]).split()
            called = len(words) > 1 and words[-1] in _BOX_ENDS and words[0] not in _OF_THE_STATE
            if called or (_BOX_BY_FORM.search(low, max(0, start - 80), start) and _may_be_title(text, place)):
                found.append(Title(*place, "mailbox_name"))
    return found


def _after_small_words(text: str, low: str) -> Iterator[int]:
    """Where a capital stands after one of the small words that names of lists and mailboxes stand after: all others are not looked at."""
    return (at for match in _CAPITAL.finditer(text) if _SMALL_WORD.search(low, max(0, (at := match.start()) - 12), at))


def _by_form(text: str, low: str) -> list[Title]:
    if text.isupper() or not _FORM_CUE.search(low):
        return []
    found = (
        []
        if _OTHER_MATTER.search(low)
        else [Title(*match.span("q" if match["q"] else "s"), "list_name") for match in _QUOTED.finditer(text)]
    )
    for start in _after_small_words(text, low):
        place = _capitals(text, start)
        if place and _is_named_by_form(text, low, place):
            found.append(Title(*place, "list_name"))
    for match in _LACKS.finditer(text):
        place = _capitals(text, match.start("name"))
        if place and place[1] == match.end("name") and _may_be_title(text, place) and (match["who"] == "¤" or _is_first_name(match["who"])):
            found.append(Title(*place, "list_name"))
    for match in _OWNED.finditer(text):
        place = _capitals(text, match.start("name"))
        if place and place[1] == match.end("name") and _may_be_title(text, place):
            found.append(Title(*place, "list_name"))
    return found


def _is_named_by_form(text: str, low: str, place: Place) -> bool:
    """Whether what stands before the capitals does something with a list, and nothing around them speaks of another matter."""
    start, end = place
    about = f"{low[max(0, start - NEAR) : start]}¤{low[end : end + NEAR]}"
    return bool(_may_be_title(text, place) and _NAMED_BY_FORM.search(low, max(0, start - 120), start) and not _OTHER_MATTER.search(about))


def _may_be_title(text: str, place: Place) -> bool:
    name = text[place[0] : place[1]]
    words = [fold_word(word) for word in name.split()]
    if (
        _CODE.fullmatch(name)
        or words[-1].endswith(_OTHER_ENDS)
        or (len(words) == 1 and words[0].endswith("s") and _POSSESSED.match(text, place[1]))
    ):
        return False
    return words[0] not in lexicon().never or (len(words) > 1 and words[0] in lexicon().openers)
