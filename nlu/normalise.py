"""Text as people type it → text that can be compared: folded letters, one's own words without quoted mails, a bounded length."""

import html
import re
import unicodedata
from functools import lru_cache

LONGEST = 4000  # characters that are read; what comes after them changes neither wish nor entities, and costs time
_FOLDED = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "é": "e", "è": "e", "ê": "e"})
_REPEATED = re.compile(r"([^\W\d_])\1{2,}")
_INVISIBLE = dict.fromkeys([0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, *range(0xFE00, 0xFE10)])
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")
# Where a quoted mail begins: the header that Outlook puts above it, or a mail client's "Den ... skrev ...:".
_QUOTED = re.compile(
    r"^(?:-{2,}\s*(?:oprindelig meddelelse|videresendt|original message|forwarded)|_{10,}\s*$"
    r"|(?:fra|from):.*\n(?:.*\n)?(?:sendt|sent|dato|date|til|to|emne|subject):"
    r"|(?:den|on) .{5,80}(?:skrev|wrote)\b.{0,80}:\s*$)",
    re.IGNORECASE | re.MULTILINE,
)


def fold(text: str) -> str:
    """Fold `text` for comparing: NFC, lower case, æøå → ae oe aa, accents off e, letters repeated three times or more → one."""
    if text.isascii():
        return _REPEATED.sub(r"\1", text.lower())
    lowered = unicodedata.normalize("NFC", text).lower().translate(_FOLDED)
    return _REPEATED.sub(r"\1", unicodedata.normalize("NFC", lowered))


fold_word = lru_cache(maxsize=20_000)(fold)  # the same words come again and again


def clean(text: str) -> str:
    """Give `text` in NFC without tags, invisible characters and control characters, no longer than `LONGEST`."""
    text = text[: 4 * LONGEST]
    if "<" in text:
        text = _TAG.sub(" ", text)
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match.group()), text)
    text = unicodedata.normalize("NFC", text).translate(_INVISIBLE)
    return _CONTROL.sub(" ", text)[:LONGEST]


def own_words(text: str) -> str:
    """Cut what the person has not written: lines that start with ">" and a quoted mail with all that follows it."""
    if "\n" not in text:
        return "" if text.lstrip().startswith(">") else text
    if quoted := _QUOTED.search(text):
        text = text[: quoted.start()]
    return "\n".join(line for line in text.split("\n") if not line.lstrip().startswith(">"))


def lower(text: str) -> str:
    """Lower case with every character in its old place, so that a match's position holds in the original."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def danish(pattern: str) -> str:
    """Let a regular expression written with æøå match text typed without them (ae, oe, aa)."""
    return pattern.replace("å", "(?:å|aa)").replace("ø", "(?:ø|oe)").replace("æ", "(?:æ|ae)")
