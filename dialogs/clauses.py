"""Where one thing that a sentence says ends and the next begins: "ret telefonen til 4712, og det rammer hele kontoret"."""

import re
from dataclasses import dataclass

BORDER = re.compile(
    r"(?:\s{0,9}[;\n]+\s*|,\s+|(?:(?<!\d)|(?<=\d{4}))[.!?]{1,9}\s+|\s{1,9}(?=(?:og(?!\s+med\b)|samt|plus)\s))(?:(?:og|samt|plus|så|også|desuden|derudover)\s+)*",
    re.I,
)
HANGS_ON = re.compile(r"(?:ikke|undtagen|eller)\b", re.I)  # "3. sal, ikke 2."
TURNS = re.compile(r"men\b", re.I)
POLITE = re.compile(
    r"(?:(?:ja|nej|jo|ok|okay|tak|hej|øh|du|please|pft|venligst|på forhånd|mange|resten|ellers|er|det|passer|fint|rigtigt?|som|før|sådan|bare|lige|skynd)\W*)+"
    r"|(?:(?:som|så|saa) )?(?:vidt )?(?:jeg )?(?:ved|tror|synes|mener)(?: jeg)?|(?:som )?det (?:går|gaar) ud over|(?:som )?det rammer|vist ?nok",
    re.I,
)


@dataclass(frozen=True)
class Clause:
    """A stretch of a text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Its words."""
        return text[self.start : self.end].strip(" ,;\n")


def clauses(text: str) -> list[Clause]:
    """The clauses of a text in their order. What only limits the one before ("ikke Ole", "men Mette") stays with it."""
    found: list[Clause] = []
    at = 0
    for border in (*BORDER.finditer(text), None):
        end = border.start() if border else len(text)
        part = text[at:end].strip()
        before = found[-1].of(text) if found else ""
        if part and before and (HANGS_ON.match(part) or (TURNS.match(part) and before.lower().startswith("ikke "))):
            found[-1] = Clause(found[-1].start, end)
        elif part:
            found.append(Clause(at + len(TURNS.match(part)[0]) + 1 if found and TURNS.match(part) else at, end))  # type: ignore[index]  # matched just before
        at = border.end() if border else end
    return found


def says_something(text: str) -> bool:
    """Whether more than politeness is left in it."""
    return bool(re.search(r"\w", text)) and not POLITE.fullmatch(text.strip(" .,!?"))
