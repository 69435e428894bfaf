"""The built-in lexicon of people's names, read from nlu/names/: what can be a first name, a surname, and what with a capital is neither."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from nlu.normalise import fold

_HERE = Path(__file__).parent / "names"


@dataclass(frozen=True)
class Lexicon:
    """Folded words. The `doubtful` ones are ordinary words too: in lower case they need more evidence than standing there.

    never: begins no name; openers: those of them that a list's name of several words may begin with ("Team Data").
    """

    first: frozenset[str]
    doubtful_first: frozenset[str]
    last: frozenset[str]
    doubtful_last: frozenset[str]
    never: frozenset[str]
    openers: frozenset[str]


def _words(name: str, sign: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words of a file: those of plain lines, and those of lines that begin with `sign`."""
    plain: set[str] = set()
    signed: set[str] = set()
    for line in (_HERE / name).read_text("utf-8").splitlines():
        if not line.startswith("#"):
            (signed if line.startswith(sign) else plain).update(fold(line.removeprefix(sign)).split())
    return frozenset(plain - signed), frozenset(signed)


@cache
def lexicon() -> Lexicon:
    """The lexicon, read once."""
    first, doubtful_first = _words("first_names.txt", "?")
    last, doubtful_last = _words("surnames.txt", "?")
    never, openers = _words("not_names.txt", "+")
    return Lexicon(first, doubtful_first, last, doubtful_last, never | openers, openers)
