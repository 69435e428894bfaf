"""Danish numbers in words: cardinals up to 99 and ordinals up to 31, as regular expressions and as values."""

from nlu.normalise import danish, fold

_UNITS = ["nul", "en", "to", "tre", "fire", "fem", "seks", "syv", "otte", "ni", "ti"]
_TEENS = ["elleve", "tolv", "tretten", "fjorten", "femten", "seksten", "sytten", "atten", "nitten"]
_TENS = {20: "tyve", 30: "tredive", 40: "fyrre", 50: "halvtreds", 60: "tres", 70: "halvfjerds", 80: "firs", 90: "halvfems"}
_ORDINALS = [
    "første", "anden", "tredje", "fjerde", "femte", "sjette", "syvende", "ottende", "niende", "tiende", "ellevte", "tolvte", "trettende",
    "fjortende", "femtende", "sekstende", "syttende", "attende", "nittende", "tyvende", "enogtyvende", "toogtyvende", "treogtyvende",
    "fireogtyvende", "femogtyvende", "seksogtyvende", "syvogtyvende", "otteogtyvende", "niogtyvende", "tredivte", "enogtredivte",
]  # fmt: skip


def _cardinals() -> dict[str, int]:
    words = dict(zip([*_UNITS, *_TEENS], range(20), strict=True))
    for value, word in _TENS.items():
        words[word] = value
        for unit in range(1, 10):
            words[f"{_UNITS[unit]}og{word}"] = value + unit
    words |= {"et": 1, "én": 1, "ét": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "fyrretyve": 40}
    return words


CARDINALS = _cardinals()
ORDINALS = {word: number for number, word in enumerate(_ORDINALS, start=1)} | {"tredie": 3, "2den": 2, "3die": 3}
_BY_FOLDED = {fold(word): number for word, number in (CARDINALS | ORDINALS).items()}


def either(words: list[str]) -> str:
    """A regular expression for one of `words`, the longest first."""
    return "(?:" + "|".join(danish(word) for word in sorted(words, key=len, reverse=True)) + ")"


CARDINAL = either(list(CARDINALS))
ORDINAL = either(list(ORDINALS))


def value(word: str) -> int:
    """The number that a word or a run of digits says. Raises KeyError for anything else."""
    return int(word) if word.isdecimal() and word.isascii() else _BY_FOLDED[fold(word)]
