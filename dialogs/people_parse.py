"""Lists of people as they are pasted or written: from Excel, from mails, one a line, or in a sentence. Every line is accounted for."""

import re
from dataclasses import dataclass

from nlu.lexicon import lexicon
from nlu.normalise import fold

MAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
IN_BRACKETS = re.compile(r"<\s*(?:mailto:)?([^<>\s]+@[^<>\s]+)\s*>")
BULLET = re.compile(r"^\s*(?:[-*•–·>]|\d{1,3}[.)](?=\s)|\(\d{1,3}\))\s*")
ASIDE = re.compile(r"\s*\(([^()]*)\)\s*")
JOINED = re.compile(r"\s*(?:,|;|\s\+\s|\s&\s|/|\b(?:og|samt|and|plus)\b)\s*", re.I)
LEAD = re.compile(
    r"^(?:(?:ja|jo|ok|okay|det er|det skal være|tilføj|føj|sæt|også|og|samt|plus|både|kun|bare|medlemmer(?:ne)?|deltagere|navne|personer|cc|til|fra|hr\.?|fru)\b\s*:?\s*)+",
    re.I,
)
FROM = re.compile(r"^(?P<name>.*?)\s+(?:i|fra|hos|ovre i|på)\s+(?P<hint>[\wæøåÆØÅ &-]{2,40})$", re.I)
DESCRIBED = re.compile(r"^(?:ham|hende|den|de|dem|en|min|vores|chefen|lederen)\b", re.I)
HEADINGS = {
    "navn": "name", "fuldt navn": "name", "name": "name", "display name": "name", "displayname": "name", "medarbejder": "name", "person": "name",
    "deltager": "name", "fornavn": "first", "first name": "first", "given name": "first", "efternavn": "last", "last name": "last", "surname": "last",
    "mail": "mail", "e-mail": "mail", "email": "mail", "mailadresse": "mail", "e-mailadresse": "mail", "emailadresse": "mail", "adresse": "mail",
    "upn": "mail", "afdeling": "hint", "enhed": "hint", "department": "hint", "kontor": "hint", "forvaltning": "hint", "titel": "", "stilling": "",
    "telefon": "", "tlf": "", "mobil": "", "initialer": "", "nr": "", "nr.": "", "id": "", "bemærkning": "", "kommentar": "",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One person as written. `raw`: all that was written of them; `hint`: a department or the like."""

    raw: str
    name: str = ""
    mail: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Pasted:
    """What a text holds: people, and lines that only head a table."""

    entries: tuple[Entry, ...]
    headings: tuple[str, ...] = ()


def pasted(text: str) -> Pasted:
    """The people in a text, in its order. Each line that says anything gives an entry or a heading."""
    lines = [line for line in text.splitlines() if re.search(r"\w", line)]
    if any("\t" in line for line in lines):
        return table(lines)
    headings = tuple(line.strip() for line in lines[:1] if len(lines) > 1 and fold(BULLET.sub("", line)).strip(" :") in HEADINGS)
    rest = lines[len(headings) :]
    several = len(rest) > 1
    return Pasted(tuple(entry for line in rest for entry in of_line(BULLET.sub("", line).strip(), several=several)), headings)


def table(lines: list[str]) -> Pasted:
    """Rows of a sheet: cells between tabs, with a heading line or without."""
    rows = [[cell.strip().strip('"') for cell in line.split("\t")] for line in lines]
    columns = [HEADINGS.get(fold(cell).strip(" :*")) for cell in rows[0]]
    headed = len([one for one in columns if one is not None]) * 2 > len([cell for cell in rows[0] if cell])
    entries = []
    for line, cells in zip(lines[headed:], rows[headed:], strict=True):
        raw = " ".join(line.split())
        entries.append(by_heading(raw, cells, columns) if headed else by_look(raw, cells))
    return Pasted(tuple(entries), (" ".join(lines[0].split()),) if headed else ())


def by_heading(raw: str, cells: list[str], columns: list[str | None]) -> Entry:
    """A row under headings."""
    found: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column and cell:
            found.setdefault(column, cell)
    name = found.get("name") or " ".join(part for part in (found.get("first"), found.get("last")) if part)
    if not (name or found.get("mail")):
        return by_look(raw, cells)
    return Entry(raw, turned(name), mail_in(found.get("mail", "")), found.get("hint", ""))


def by_look(raw: str, cells: list[str]) -> Entry:
    """A row without headings: the address by its sign, the name from the first cells that are words, then the department."""
    mail = next((mail_in(cell) for cell in cells if "@" in cell), "")
    words = [cell for cell in cells if cell and "@" not in cell and re.search(r"[^\W\d_]{2}", cell)]
    if len(words) > 1 and " " not in words[0] and is_name(words[1]) and " " not in words[1]:
        return Entry(
            raw,
            turned(f"{words[0]}, {words[1]}") if is_first(words[1]) and not is_first(words[0]) else f"{words[0]} {words[1]}",
            mail,
            first(words[2:]),
        )
    return Entry(raw, turned(first(words)), mail, first(words[1:]))


def of_line(line: str, *, several: bool) -> list[Entry]:
    """The people of one line. `several`: it is one line of many, so that what follows a comma may be a department."""
    entries: list[Entry] = []
    for part in (part.strip() for part in line.split(";")):
        if not re.search(r"\w", part):
            continue
        if IN_BRACKETS.search(part):
            entries += with_brackets(part)
        else:
            entries += listed(part, several=several or ";" in line)
    return entries


def with_brackets(part: str) -> list[Entry]:
    """`Birthe Holm <bh@…>, "Lund, Sofie" <sl@…>`, as mail programs write it; what stands beside it is a person too."""
    entries: list[Entry] = []
    at = 0
    for match in IN_BRACKETS.finditer(part):
        before = part[at : match.start()].strip(" ,")
        others, name = split_off(before)
        entries += [entry for other in others for entry in listed(other, several=False)]
        entries.append(Entry(f"{name} <{match[1]}>".strip(), turned(name.strip("\"' ")), match[1]))
        at = match.end()
    rest = part[at:].strip(" ,.")
    return entries + (listed(rest, several=False) if re.search(r"\w", rest) else [])


def split_off(before: str) -> tuple[list[str], str]:
    """Names that stand before the one that an address belongs to: "Ole, Mette Friis" → (["Ole"], "Mette Friis")."""
    if before.endswith(('"', "'")) or before.count(",") == 0:
        return [], before
    *others, last = (one.strip() for one in before.split(","))
    if len(others) == 1 and inverted(others[0], last):
        return [], before
    return [one for one in others if one], last


def listed(part: str, *, several: bool) -> list[Entry]:
    """Names between commas and "og". "Holm, Birthe" is one person; what is no name behind a comma belongs to the one before."""
    pieces = [piece for piece in JOINED.split(part) if piece and re.search(r"\w", piece)]
    entries: list[Entry] = []
    place = 0
    while place < len(pieces):
        piece = pieces[place]
        after = pieces[place + 1] if place + 1 < len(pieces) else ""
        if after and f"{piece}," in part and inverted(piece, after):
            entries.append(Entry(f"{piece}, {after}", f"{after} {piece}"))
            place += 2
            continue
        before = entries[-1] if entries else None
        if several and before and not before.hint and not is_name(piece) and "@" not in piece and not DESCRIBED.match(piece):
            entries[-1] = Entry(f"{before.raw}, {piece}", before.name, before.mail, piece)
        else:
            entries.append(one(piece))
        place += 1
    return entries


def one(piece: str) -> Entry:
    """A single person: "Ole Bang (Koncern IT)", "ole.bang@kk.example", "hende den nye i økonomi"."""
    mail = mail_in(piece)
    name = MAIL.sub(" ", piece) if mail else piece
    aside = ASIDE.search(name)
    name = " ".join(LEAD.sub("", ASIDE.sub(" ", name).strip(" .:!?\"'")).split())
    hint = aside[1] if aside else ""
    placed = FROM.match(name)
    if placed and not hint:
        name, hint = placed["name"], placed["hint"]
    return Entry(" ".join(piece.split()), name, mail, hint)


def turned(name: str) -> str:
    """A name the usual way round: "Holm, Birthe" → "Birthe Holm"."""
    last, comma, first_name = name.partition(",")
    return " ".join((f"{first_name} {last}" if comma else name).split())


def inverted(last: str, first_name: str) -> bool:
    """Whether two words are one name turned round, with the surname first."""
    known_last = fold(last).split()[-1:]
    looks = len(last.split()) <= 2 and len(first_name.split()) <= 2 and last[:1].isupper() and first_name[:1].isupper()
    return bool(looks and is_first(first_name) and not is_first(last) and known_last)


def is_first(word: str) -> bool:
    """Whether the first of some words can be a first name."""
    words = fold(word).split()
    return bool(words) and words[0] in lexicon().first | lexicon().doubtful_first


def is_name(text: str) -> bool:
    """Whether a text has somebody's name in it."""
    lex = lexicon()
    return any(word in lex.first or word in lex.doubtful_first or word in lex.last for word in fold(text).replace("-", " ").split())


def mail_in(text: str) -> str:
    """The first address in a text, in lower case."""
    found = MAIL.search(text)
    return found[0].lower() if found else ""


def first(words: list[str]) -> str:
    return words[0] if words else ""
