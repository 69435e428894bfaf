"""A tilsyn's file: a head of `-- key: value` lines, then one SELECT whose rows are the findings.

A head that is not right is told in Danish with its line, for the controller who wrote it; `dialogs.oversight.checking` looks at the SELECT.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict
from typing_extensions import override

from connectors.datasets import Period

FOLDER = Path(__file__).parents[2] / "tilsyn"
NEEDED = ("titel", "spørgsmål", "ejer", "hyppighed", "datasæt", "nøgle", "stikprøve", "frist", "minutter")
KEYS = (*NEEDED, "parameter")
LINE = re.compile(r"--\s*([^\W\d_]+)\s*:\s*(.*?)\s*$")
DATASET = re.compile(r"([a-z0-9_]+\.[a-z0-9_]+)(?:\s*\((alt|(\d{1,3}) måned(?:er)? før)\))?")
NAME = re.compile(r"[a-z_][a-z0-9_]{0,40}")
PARAMETER = re.compile(r"([a-z_][a-z0-9_]{0,40})\s+(\S+)\s+(\"[^\"]*\"|\S+)(?:\s+(.+))?")
GROUPED = re.compile(r"-?\d{1,3}(?:\.\d{3})+")
SAMPLE = re.compile(r"alle|[1-9]\d{0,3} (?:tilfældige|største)")
BUILT_IN = {"start": "periodens første dag", "slut": "periodens sidste dag"}
OFTEN = ("uge", "måned", "kvartal", "tertial", "halvår", "år")
Often = Literal["uge", "måned", "kvartal", "tertial", "halvår", "år"]
Value = int | Decimal | str | bool | date


class Fault(BaseModel):
    """What is wrong with a file, in Danish; line: from 1, 0 where it is no single line's."""

    model_config = ConfigDict(frozen=True)

    line: int
    text: str

    @override
    def __str__(self) -> str:
        return f"Linje {self.line}: {self.text}" if self.line else self.text


class BadTilsyn(Exception):
    """A file that cannot be used; `faults` say why."""

    def __init__(self, name: str, faults: list[Fault]) -> None:
        super().__init__(f"{name}: {' '.join(str(one) for one in faults)}")
        self.name, self.faults = name, faults


class Source(BaseModel):
    """A dataset that a tilsyn reads: of the period, of so many months before it too, or (None) everything."""

    model_config = ConfigDict(frozen=True)

    dataset: str
    months: int | None = 0

    def of(self, period: Period) -> Period | None:
        """The days to ask for."""
        if self.months is None:
            return None
        first = period.first.replace(day=1) if self.months else period.first
        for _ in range(self.months):
            first = (first - timedelta(days=1)).replace(day=1)
        return Period(first, period.last)


class Parameter(BaseModel):
    """A value that the SELECT asks for as `$name`."""

    model_config = ConfigDict(frozen=True)

    name: str
    kind: str
    default: Value
    meaning: str = ""


class Tilsyn(BaseModel):
    """One tilsyn. name: of its file. days: until the findings must be followed up. minutes: that it takes by hand. sql: the whole file."""

    model_config = ConfigDict(frozen=True)

    name: str
    title: str
    question: str
    owner: str
    often: Often
    sources: tuple[Source, ...]
    key: tuple[str, ...]
    sample: str
    days: int
    minutes: int
    parameters: tuple[Parameter, ...]
    sql: str
    lines: dict[str, int] = {}  # where each key of the head stands

    @property
    def sha256(self) -> str:
        """The hash of the file."""
        return sha256(self.sql.encode()).hexdigest()

    def values(self, period: Period, given: dict[str, str]) -> dict[str, Value]:
        """Every value that the SELECT may ask for. Raises ValueError (Danish) for an unknown parameter, or a value that is not of its kind."""
        found: dict[str, Value] = {"start": period.first, "slut": period.last} | {one.name: one.default for one in self.parameters}
        kinds = {one.name: one.kind for one in self.parameters}
        for name, text in given.items():
            if name not in kinds:
                raise ValueError(f"Tilsynet har ingen parameter, der hedder {name}.")
            found[name] = value(kinds[name], text)
        return found


def truth(text: str) -> bool:
    """Of ja and nej."""
    return {"ja": True, "nej": False}[text.lower()]


def whole(text: str) -> int:
    """50000 and 50.000."""
    return int(text.replace(".", "") if GROUPED.fullmatch(text) else text)


def amount(text: str) -> Decimal:
    """1.234,56 and 1234,56; 1.234 is a thousand and more, as Danes write it; 1234.56 is read too."""
    grouped = GROUPED.fullmatch(text.partition(",")[0])
    found = Decimal((text.replace(".", "") if grouped else text).replace(",", "."))
    if not found.is_finite():
        raise ValueError(text)
    return found


KINDS: dict[str, Callable[[str], Any]] = {"heltal": whole, "tal": amount, "tekst": str, "dato": date.fromisoformat, "ja/nej": truth}


def value(kind: str, text: str) -> Value:
    """A value as its kind reads it. Raises ValueError (Danish)."""
    try:
        found: Value = KINDS[kind](text)
    except (ValueError, KeyError, InvalidOperation):
        raise ValueError(f"”{text}” er ikke {'en dato som 2026-09-30' if kind == 'dato' else f'et gyldigt {kind}'}.") from None
    return found


@dataclass(frozen=True)
class Written:
    """A value of the head and the line that it stands in."""

    line: int
    text: str


class Reader:
    """Reads one head, and gathers what is wrong with it."""

    def __init__(self, text: str) -> None:
        self.faults: list[Fault] = []
        self.found: dict[str, Written] = {}
        self.meant: set[str] = set()  # keys that a misspelt one stands for
        self.parameters: list[Written] = []
        for number, line in enumerate(text.splitlines(), 1):
            if not line.startswith("--"):
                break
            if match := LINE.match(line):
                self._take(number, match[1].lower(), match[2])
        for key in NEEDED:
            if key not in self.found and key not in self.meant:
                self.faults.append(Fault(line=0, text=f"Hovedet mangler linjen ”-- {key}: …”."))

    def _take(self, number: int, key: str, text: str) -> None:
        if key not in KEYS:
            near = get_close_matches(key, KEYS, 1, 0.5)
            self.meant |= set(near)
            hint = f" Mener du ”{near[0]}”?" if near else f" Hovedet kan have: {', '.join(KEYS)}."
            self.faults.append(Fault(line=number, text=f"Jeg kender ikke ”{key}”.{hint}"))
        elif key == "parameter":
            self.parameters.append(Written(number, text))
        elif key in self.found:
            self.faults.append(Fault(line=number, text=f"”{key}” står der to gange."))
        else:
            self.found[key] = Written(number, text)
            if not text:
                self.faults.append(Fault(line=number, text=f"”{key}” er tom."))

    def text(self, key: str, pattern: str = r".+", wanted: str = "") -> str:
        """A value that fits; "" and a fault where it does not."""
        written = self.found.get(key)
        if written is None or not written.text:
            return ""
        if not re.fullmatch(pattern, written.text):
            self.faults.append(Fault(line=written.line, text=f"”{key}: {written.text}” forstår jeg ikke. Skriv {wanted}."))
            return ""
        return written.text

    def sources(self) -> tuple[Source, ...]:
        """The datasets, each with the time it is read of."""
        written = self.found.get("datasæt")
        parts = [part.strip() for part in written.text.split(",")] if written and written.text else []
        found = []
        for part in parts:
            match = DATASET.fullmatch(part)
            if match:
                found.append(Source(dataset=match[1], months=None if match[2] == "alt" else int(match[3] or 0)))
            elif written:
                wanted = "fx ”kvantum.fakturaer”, ”kvantum.fakturaer (24 måneder før)” eller ”kvantum.fakturaer (alt)”"
                self.faults.append(Fault(line=written.line, text=f"Datasættet ”{part}” forstår jeg ikke. Skriv {wanted}."))
        return tuple(found)

    def asked(self) -> tuple[Parameter, ...]:
        """The parameters."""
        found: dict[str, Parameter] = {}
        for written in self.parameters:
            try:
                one = parameter(written.text, {*found, *BUILT_IN})
                found[one.name] = one
            except ValueError as error:
                self.faults.append(Fault(line=written.line, text=str(error)))
        return tuple(found.values())


def parameter(text: str, taken: set[str]) -> Parameter:
    """A parameter as the head writes it. Raises ValueError (Danish)."""
    match = PARAMETER.fullmatch(text)
    if match is None or match[2] not in KINDS:
        raise ValueError(f"Parameteren forstår jeg ikke. Skriv navn, {', '.join(KINDS)} og værdi, fx ”dage heltal 90”.")
    if match[1] in taken:
        raise ValueError(f"Parameteren {match[1]} er der allerede.")
    return Parameter(name=match[1], kind=match[2], default=value(match[2], match[3].strip('"')), meaning=match[4] or "")


def read(name: str, text: str) -> Tilsyn:
    """The tilsyn in a file's text. Raises BadTilsyn."""
    reader = Reader(text)
    often = reader.text("hyppighed", "|".join(OFTEN), f"en af: {', '.join(OFTEN)}")
    days = reader.text("frist", r"\d{1,3} dage?", "fx ”14 dage”")
    minutes = reader.text("minutter", r"\d{1,5}", "et tal, fx ”240”")
    sample = reader.text("stikprøve", SAMPLE.pattern, "”alle”, ”29 tilfældige” eller ”10 største”")
    key = reader.text("nøgle", rf"{NAME.pattern}(?:\s*,\s*{NAME.pattern})*", "kolonner adskilt af komma, fx ”kreditor_nr, faktura_nr”")
    sources, parameters = reader.sources(), reader.asked()
    if reader.faults:
        raise BadTilsyn(name, sorted(reader.faults, key=lambda fault: (not fault.line, fault.line)))
    return Tilsyn(
        name=name,
        title=reader.text("titel"),
        question=reader.text("spørgsmål"),
        owner=reader.text("ejer"),
        often=cast("Often", often),
        sources=sources,
        key=tuple(part.strip() for part in key.split(",")),
        sample=sample,
        days=int(days.split()[0]),
        minutes=int(minutes),
        parameters=parameters,
        sql=text,
        lines={name: written.line for name, written in reader.found.items()},
    )


def load(path: Path) -> Tilsyn:
    """The tilsyn in a file. Raises BadTilsyn, also for a file that cannot be read."""
    try:
        return read(path.stem, path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        why = "Filen er ikke gemt som UTF-8." if isinstance(error, UnicodeDecodeError) else "Filen kan ikke læses."
        raise BadTilsyn(path.stem, [Fault(line=0, text=why)]) from None


def every(folder: Path) -> dict[str, Tilsyn]:
    """All tilsyn of a folder that can be read, by name; those that cannot are left to `check`."""
    found = {}
    for path in sorted(folder.glob("*.sql")):
        try:
            found[path.stem] = load(path)
        except BadTilsyn:
            continue
    return found
