"""Durations in Danish → minutes: "halvanden time", "1 t. 30 min.", "tre kvarter", "7,4 timer", "2½ time"."""

import re
from decimal import Decimal

from nlu.normalise import danish
from nlu.numerals import CARDINAL, value

# "halvanden" is one and a half, "halvtredje" two and a half: half of the one that the ordinal names.
_HALVES = {"halvanden": 90, "halvandet": 90, "halvtredje": 150, "halvtredie": 150, "halvfjerde": 210, "halvfemte": 270}
_FRACTIONS = {
    "½": Decimal("0.5"),
    "¼": Decimal("0.25"),
    "¾": Decimal("0.75"),
    "1/2": Decimal("0.5"),
    "1/4": Decimal("0.25"),
    "3/4": Decimal("0.75"),
}
_FRACTION = r"(?:[½¼¾]|(?<![\d/])[13]/[24])"
_NUMBER = rf"(?:\d{{1,4}}(?:[.,]\d{{1,2}})?\s?[½¼¾]?|\d{{1,3}}\s+{_FRACTION}|{_FRACTION}|{CARDINAL})"
_HOUR = r"(?:time(?:rs?|s)?|hours?|hrs?|t(?=\d)|t\b(?!\.?\s?kr)\.?|h\b)"
_MINUTE = r"(?:minut(?:ters?|s|es?)?|min\b\.?|m\b)"
_SOFT = r"(?:gode?|god|små|smaa|lille|hel|hele|kort|korte|knap|knapt|ca\.?|cirka)"
_ONE = rf"""(?:
    (?P<clock>\d{{1,2}}:[0-5]\d)(?=\s?(?:{_HOUR}|min))\s?(?:{_HOUR}|min\w*)
  | (?P<half_word>{"|".join(_HALVES)})\b(?!\s(?:uge|dag|måned|år))(?:\s{_HOUR})?
  | (?P<quarters>{_NUMBER})\s(?:{_SOFT}\s)?kvarters?\b
  | (?P<and_half>{_NUMBER})\s(?:og\s)?en\shalv\s{_HOUR}
  | (?:en\s|an?\s)?(?:{_SOFT}\s)?(?P<half>halvdelen\saf\sen\stime|halv(?:\s{_SOFT})?\s{_HOUR}|halvtimes?|half\san?\shour)
  | (?P<hours>{_NUMBER})\s?(?:{_SOFT}\s)?{_HOUR}(?:(?:\s?(?:og|,|and)?\s?)(?P<rest>\d{{1,2}})(?:\s?{_MINUTE}|(?<=t\d\d)\b)|\sog\s(?P<rest_quarters>{CARDINAL})\skvarters?\b)?
  | (?P<an_hour>an\shour)
  | (?P<minutes>{_NUMBER})\s?(?:{_SOFT}\s)?{_MINUTE}
)"""
_DURATION = re.compile(rf"(?<![\w,./-])(?:{danish(_ONE)})(?!\w|\shos\b)", re.VERBOSE)
_ANY = re.compile(r"tim|kvart|min|halv|hour|hr|\d\s?[thm½]")
_NOT_BEFORE = re.compile(r"(?:\bikke|\bkl\.?|klokken)\s*$")


def find(low: str) -> list[tuple[int, int, int]]:
    """All durations in lower-case text: (start, end, minutes). One that is said not to be ("ikke 1 time") is left out."""
    if not _ANY.search(low):
        return []
    found = []
    for match in _DURATION.finditer(low):
        minutes = _minutes(match)
        if minutes and not _NOT_BEFORE.search(low, max(0, match.start() - 10), match.start()):
            found.append((match.start(), match.end(), minutes))
    return found


def _minutes(match: re.Match[str]) -> int:
    said = {name: text for name, text in match.groupdict().items() if text}
    if clock := said.get("clock"):
        hours, minutes = clock.split(":")
        return int(hours) * 60 + int(minutes)
    if word := said.get("half_word"):
        return _HALVES[word]
    if "half" in said:
        return 30
    if "an_hour" in said:
        return 60
    total = _amount(said.get("hours", "0")) * 60 + _amount(said.get("minutes", "0")) + _amount(said.get("quarters", "0")) * 15
    if "and_half" in said:
        total += _amount(said["and_half"]) * 60 + 30
    total += _amount(said.get("rest", "0")) + _amount(said.get("rest_quarters", "0")) * 15
    return int(total)


def _amount(text: str) -> Decimal:
    whole = text.strip()
    for sign, part in _FRACTIONS.items():
        if whole.endswith(sign):
            return part + (_amount(whole[: -len(sign)]) if whole != sign else 0)
    if whole[:1].isdecimal():
        return Decimal(whole.replace(",", "."))
    return Decimal(value(whole)) if whole else Decimal(0)
