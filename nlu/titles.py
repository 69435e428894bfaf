"""Names of distribution lists and shared mailboxes: in quotation marks, after their noun ("listen X", "postkassen, der skal hedde X"), or by the
sentence's form ("sæt Ole på X", "hvem er på X"). A purpose ("til vores team") is no name.
"""

import re
from dataclasses import dataclass
from typing import Literal

from nlu.known import NOBODY, Known
from nlu.lexicon import lexicon
from nlu.normalise import danish, fold, lower

Kind = Literal["list_name", "mailbox_name"]

_LIST = r"(?<![\w-])(?:dl(?:['’]?en)?|(?!indkøbs|ønske|vente|gæste|to|plad)\w*(?:list|lisst|lissen|mailgruppe|gruppe|group)\w{0,4}|grupper?)(?!\w)"
_BOX = r"(?<!\w)\w*(?:postkas|poskas|mailboks|mailbox|mailkonto|indbakke|inbox|fællesmail|kontormail|gruppemail|fælles\s(?:post\skas|mail)|post\skas)\w*"
_NOUN = re.compile(f"(?P<box>{danish(_BOX)})|(?P<list>{danish(_LIST)})")
_CALLED = re.compile(
    danish(
        r"(?:,?\s?(?:der|som|den|og)?\s?(?:skal\s|bør\s|må\sgerne\s)?(?:hedde[r]?|kaldes|kalde)|ved\snavn(?:et)?|med\snavn(?:et)?|(?:skal\s)?kaldet|kaldt|"
        r"kald\sden(?:\snye)?(?:\s\w+)?|called|named|navn(?:et)?\s?(?:er|:)?|:)\s*"
    )
)
_SPACE = re.compile(r"\s*(?:,\s?)?")
_QUOTED = re.compile(r"[\"“”„»«](?P<q>[^\"“”„»«\n]{2,60})[\"“”»«]|(?<!\w)['‘’](?P<s>[^'‘’\n]{2,60})['’](?!\w)")
_WORD = re.compile(r"[^\W_][\w&/]*(?:[-.][\w&]+)*")
_INNER = frozenset(("fra", "i", "og", "for", "&", "af", "under", "på"))
_STOP = frozenset(
    fold(
        "med til som der hvor inden fra tak så for og hvori ejer hvortil den det skal til på i nu igen venligst asap så at jeg vi min vores "
        "ikke men kan er har please pls and with så du må gerne hurtigst"
    ).split()
)
_CHANGE = re.compile(
    danish(
        r"(?<!\w)(?:sæt|sætte[sr]?|tilføj\w*|føj\w*|føje[srt]?|meld\w*|skriv\w*|tag|tage[sr]?|pil\w*|fjern\w*|slet\w*|smid\w*|læg\w*|put\w*|stryg\w*|stop\w*|få|add|"
        r"remove|afmeld\w*|framel\w*|udmeld\w*|indmeld\w*|tilmeld\w*|hæng|prop|kyl|drop|ryge|ryger|med|stå|står|mangler|abonner\w*|modtag\w*|udgå\w*|hvem|hvilke\w*|medlem\w*|ejer\w*|"
        r"skriver|skal|skulle|bør|vis|se|kan|get|take|who|får|væk|ud|af|luk)(?!\w)"
    )
)
_OTHER_MATTER = re.compile(
    danish(
        r"(?<!\w)(?:\w*postkas\w*|\w*mailbo[kx]\w*|sag\w*|edoc\w*|e-doc|edok|kvantum|journal\w*|arkiv\w*|tilsyn\w*|ledelsestilsyn\w*|indsigt\w*|licens\w*|adgang\w*|"
        r"rettighed\w*|møde\w*|mødet|kalender\w*|teams|printer\w*|skærm\w*|pc\w*|tid|timer?|min(?:utter)?|kontrol\w*|brev\w*|dokument\w*|bilag\w*|godkend\w*|bestil\w*|"
        r"mailen|gem|gemt|telefon\w*|mobil\w*|vpn|netværk\w*|frokost|kantine\w*|tog\w*|bus\w*|bor|rådhus\w*|restaurant\w*|facebook|sharepoint\w*|fejl\w*|virker|"
        r"system\w*|nede|arbejde[sr]?|ferie|job|løn)(?!\w)"
    )
)
_BEFORE_NAME = re.compile(
    danish(r"(?<!\w)(?:(?:med|ind|over|op|ud|væk)\s)?(?:på|til|fra|af|aff|i|via|from|to|ejer|ejeren\saf|on)\s(?=[A-ZÆØÅ0-9])")
)


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
    for title in (*_known(text, known), *_after_nouns(text, low), *_by_form(text, low)):
        if all(title.end <= other.start or other.end <= title.start for other in found):
            found.append(title)
    return sorted(found, key=lambda title: title.start)


def _known(text: str, known: Known) -> list[Title]:
    if not (known.lists or known.mailboxes):
        return []
    words = list(_WORD.finditer(text))
    folded = [fold(word.group()) for word in words]
    found: list[Title] = []
    at = 0
    while at < len(words):
        size = known.list_at(folded[at : at + 6])
        kind: Kind = "list_name"
        if not size:
            size, kind = known.mailbox_at(folded[at : at + 6]), "mailbox_name"
        if size:
            found.append(Title(words[at].start(), words[at + size - 1].end(), kind))
        at += size or 1
    return found


def _after_nouns(text: str, low: str) -> list[Title]:
    nouns = list(_NOUN.finditer(low))
    found = []
    for noun in nouns:
        kind: Kind = "mailbox_name" if noun["box"] else "list_name"
        if span := _name_after(text, low, noun.end()):
            found.append(Title(*span, kind))
    if not nouns:
        return found
    for match in _QUOTED.finditer(text):
        span = match.span("q") if match["q"] else match.span("s")
        before = [noun for noun in nouns if noun.start() < span[0]] or nouns
        found.append(Title(*span, "mailbox_name" if before[-1]["box"] else "list_name"))
    for match in _CALLED.finditer(low):
        before = [noun for noun in nouns if noun.end() <= match.start() + 1] or nouns[:1]
        if match.group().strip() != ":" and (called := _called(text, match.end())):
            found.append(Title(*called, "mailbox_name" if before[-1]["box"] else "list_name"))
    return found


def _name_after(text: str, low: str, at: int) -> tuple[int, int] | None:
    if called := _CALLED.match(low, at + (low[at : at + 1] == " ")):
        return _called(text, called.end())
    gap = _SPACE.match(text, at)
    if not gap or "," in gap.group():
        return None
    hyphened = _WORD.match(text, gap.end())
    if hyphened and "-" in hyphened.group() and hyphened.group()[0].islower():
        return hyphened.span()
    return _capitals(text, gap.end(), inner=True)


def _called(text: str, at: int) -> tuple[int, int] | None:
    """The name after "der hedder": in quotation marks, with capitals, or in lower case up to the next small word."""
    if quoted := _QUOTED.match(text, at):
        return quoted.span("q") if quoted["q"] else quoted.span("s")
    if capitals := _capitals(text, at, inner=True):
        return capitals
    end = at
    for count, word in enumerate(_words_from(text, at)):
        if fold(word.group()) in _STOP or count == 4:
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


def _capitals(text: str, at: int, *, inner: bool) -> tuple[int, int] | None:
    """Words with capitals from `at` on ("Nyt fra Direktionen", "Elever-2026"), with small words between two of them where `inner`."""
    words = _words_from(text, at)
    if not words or not _is_capital(words[0].group()) or _is_no_title(words[0].group()):
        return None
    end = words[0].end()
    for at_word, word in enumerate(words[1:], start=2):
        after = words[at_word] if at_word < len(words) else None
        small = inner and fold(word.group()) in _INNER and after and after.group()[0].isupper() and not _is_first_name(after.group())
        if not (_is_capital(word.group()) or word.group().isdecimal() or small):
            break
        end = word.end()
    return at, end


def _is_first_name(word: str) -> bool:
    folded = fold(word)
    return folded in lexicon().first or folded in lexicon().doubtful_first


def _is_no_title(word: str) -> bool:
    return _is_first_name(word) or word.startswith(("INC", "RITM", "REQ"))


def _by_form(text: str, low: str) -> list[Title]:
    if text.isupper() or not _CHANGE.search(low) or _OTHER_MATTER.search(low):
        return []
    found = [Title(*match.span("q" if match["q"] else "s"), "list_name") for match in _QUOTED.finditer(text)]
    for match in _BEFORE_NAME.finditer(text):
        span = _capitals(text, match.end(), inner=True)
        if span and fold(_first_word(text, span)) not in lexicon().never and not _ends_sentence_before(text, match.start()):
            found.append(Title(*span, "list_name"))
    return found


def _first_word(text: str, span: tuple[int, int]) -> str:
    word = _WORD.match(text, span[0])
    return word.group() if word else ""


def _ends_sentence_before(text: str, at: int) -> bool:
    """A preposition with a capital begins a sentence ("Fra Sofie"), not the end of one."""
    return text[at].isupper()
