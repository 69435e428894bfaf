"""The year's wheel: which tilsyn is made of which unit, when, and whose it is. One TOML file, owned by administrators, in force once it is saved.

tilsyn/aarshjul.toml:

    fra = 2026-10-01             # periods that begin earlier are left out

    [[punkt]]
    tilsyn = "fratraadte_med_aktive_adgange"   # the name of its file, without .sql
    enhed = "Servicedesk"        # of one unit; left out: of all
    maaneder = "kvartal"         # when it is made: måned, kvartal, tertial, halvår, år, or the months, [1, 7]; it looks at the time since the last one
    frist = 10                   # working days after the period
    konsekvens = 5               # 1-5; times sandsynlighed it is the risk
    sandsynlighed = 3            # 1-5
    ejer = "jens.kjaer@kk.example"   # who signs it, and is reminded
    omfang = "alle"              # alle, 29 tilfældige, 10 største; left out: as the tilsyn's own head says
    koer = true                  # Kollega runs it by itself when the period is over
    paamind = 3                  # working days before the deadline
"""

import asyncio
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import structlog
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from connectors.datasets import Period
from dialogs import texts
from dialogs.oversight.heads import SAMPLE, Tilsyn, every
from dialogs.oversight.store import UNIT
from dialogs.rules import ABSENT, BadRules, stamped
from dialogs.workdays import workday

NAME = "aarshjul.toml"  # beside the SQL files
OFTEN = {
    "måned": tuple(range(1, 13)),
    "kvartal": (1, 4, 7, 10),
    "tertial": (1, 5, 9),
    "halvår": (1, 7),
    "år": (1,),
}
HEAD = re.compile(r"\s*\[\[\s*punkt\s*\]\]")
log = structlog.get_logger()


def made_in(value: object) -> tuple[int, ...]:
    """The months in which a tilsyn is made."""
    if isinstance(value, str) and value in OFTEN:
        return OFTEN[value]
    if not isinstance(value, list) or not value or not all(type(one) is int and 1 <= one <= 12 for one in value):
        raise ValueError(f"must be {', '.join(OFTEN)}, or months like [1, 7]")
    if value != sorted(set(value)):
        raise ValueError("must have each month once, in order")
    return tuple(value)


def extent(text: str) -> str:
    """The whole population or a sample, as a tilsyn's head writes it."""
    if text and not re.fullmatch(SAMPLE.pattern, text):
        raise ValueError("must be alle, or like 29 tilfældige or 10 største")
    return text


class Entry(BaseModel):
    """One line of the wheel. The names are those of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    tilsyn: str
    enhed: str = ""
    maaneder: Annotated[tuple[int, ...], BeforeValidator(made_in)]
    frist: int = Field(ge=1, le=200)
    konsekvens: int = Field(ge=1, le=5)
    sandsynlighed: int = Field(ge=1, le=5)
    ejer: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    omfang: Annotated[str, AfterValidator(extent)] = ""
    koer: bool = False
    paamind: int = Field(3, ge=0, le=60)
    fra: date | None = None

    @property
    def risk(self) -> int:
        """Consequence times likelihood, 1 to 25."""
        return self.konsekvens * self.sandsynlighed

    def periods(self, first: date, last: date) -> Iterator[tuple[Period, date]]:
        """Each period whose deadline lies between two days, and the deadline."""
        firsts = [date(year, month, 1) for year in range(first.year - 2, last.year + 2) for month in self.maaneder]
        for begins, after in pairwise(firsts):
            period = Period(begins, after - timedelta(days=1))
            deadline = workday(period.last, self.frist)
            if first <= deadline <= last and (self.fra is None or period.first >= self.fra):
                yield period, deadline

    @property
    def when(self) -> str:
        """When it is made, in a word: "hvert kvartal", "i januar og juli"."""
        often = next((name for name, months in OFTEN.items() if months == self.maaneder), "")
        each = "hver" if often == "måned" else "hvert"
        return f"{each} {often}" if often else f"i {texts.names(texts.MONTHS[month - 1] for month in self.maaneder)}"


class Written(BaseModel):
    """The file."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    fra: date | None = None
    punkt: list[Entry] = []


def read(path: Path, folder: Path) -> tuple[Entry, ...]:
    """The lines of a wheel's file for the tilsyn of a folder. Raises BadRules, with file, line and key of all that is wrong.

    A tilsyn whose own file is broken is no fault of the wheel's.
    """
    known: dict[str, Tilsyn | None] = {**{one.stem: None for one in folder.glob("*.sql")}, **every(folder)}
    try:
        text = path.read_text(encoding="utf-8-sig")
        written = Written.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadRules([f"{path}: {error} (keys are written without æ, ø, å)"]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadRules([f"{path}: cannot be read: {error}"]) from None
    except ValidationError as error:
        raise BadRules(fault(path, text, one["loc"], one["type"], one["msg"]) for one in error.errors()) from None
    if faults := [
        f"{path}:{line_of(text, ('punkt', place, key))}: {key}: {said}"
        for place, one in enumerate(written.punkt)
        for key, said in strange(one, written.punkt[:place], known)
    ]:
        raise BadRules(faults)
    return tuple(one if one.fra else one.model_copy(update={"fra": written.fra}) for one in written.punkt)


def fault(path: Path, text: str, loc: tuple[int | str, ...], kind: str, said: str) -> str:
    """One fault of a value, with its line and what to do."""
    key = next((one for one in reversed(loc) if isinstance(one, str)), "")
    if kind == "extra_forbidden":
        names = list(Entry.model_fields if len(loc) > 1 else Written.model_fields)
        near = get_close_matches(key, names, 1)
        said = f"is not known; did you mean {near[0]}?" if near else f"is not known; there are {', '.join(names)}"
    elif kind == "missing":
        said = "is missing"
    return f"{path}:{line_of(text, loc)}: {key}: {said.removeprefix('Value error, ')}"


def line_of(text: str, loc: tuple[int | str, ...]) -> int:
    """The line of a key; of a key that is not there, the line of the [[punkt]] that lacks it."""
    lines = text.splitlines()
    heads = [number for number, line in enumerate(lines, 1) if HEAD.match(line)]
    place = loc[1] if len(loc) > 1 and isinstance(loc[1], int) and loc[1] < len(heads) else -1
    first, last = (heads[place], [*heads, len(lines) + 1][place + 1]) if place >= 0 else (1, [*heads, len(lines) + 1][0])
    key = next((one for one in reversed(loc) if isinstance(one, str)), "")
    return next((n for n in range(first, last) if re.match(rf'\s*"?{re.escape(key)}"?\s*[=.]', lines[n - 1])), first)


def strange(entry: Entry, before: Sequence[Entry], known: Mapping[str, Tilsyn | None]) -> Iterator[tuple[str, str]]:
    """What a line says that does not fit the tilsyn there are: the key, and why."""
    tilsyn = known.get(entry.tilsyn)
    if entry.tilsyn not in known:
        near = get_close_matches(entry.tilsyn, known, 1)
        yield "tilsyn", f"there is no tilsyn {entry.tilsyn!r}{f'; did you mean {near[0]}?' if near else ''}"
    elif tilsyn and entry.enhed and all(one.name != UNIT for one in tilsyn.parameters):
        yield "enhed", f"{entry.tilsyn} cannot be made of one unit: its head has no parameter {UNIT}"
    if any((one.tilsyn, one.enhed) == (entry.tilsyn, entry.enhed) for one in before):
        yield "tilsyn", f"{entry.tilsyn} is there twice{f' for {entry.enhed}' if entry.enhed else ''}"


class Wheel:
    """The wheel in force. The file is looked at anew each time; one that is broken while running changes nothing, and `faults` say why."""

    def __init__(self, path: Path | None, folder: Path) -> None:
        """path: of the file; None: the one beside the tilsyn of `folder`, and where there is none the wheel is empty. Raises BadRules."""
        self.path, self.faults = path or folder / NAME, list[str]()
        self._folder, self._stamp, self._entries = folder, ABSENT, tuple[Entry, ...]()
        self._look()
        if self.faults:
            raise BadRules(self.faults)

    def is_set(self) -> bool:
        """Whether there is a file with something in it. A few microseconds."""
        return stamped(self.path)[1] > 0

    async def entries(self) -> tuple[Entry, ...]:
        """The lines as the file says now, the highest risk first."""
        return await asyncio.to_thread(self._look)

    def _look(self) -> tuple[Entry, ...]:
        stamp: Any = stamped(self.path)
        if stamp == self._stamp:
            return self._entries
        try:
            found = () if stamp == ABSENT and not self._entries else read(self.path, self._folder)
        except BadRules as error:
            self.faults = error.faults
            log.error("wheel_not_taken", faults=error.faults)  # noqa: TRY400 - an administrator's mistake, and the faults say it all
        else:
            self._entries, self.faults = tuple(sorted(found, key=lambda one: (-one.risk, one.tilsyn, one.enhed))), []
        self._stamp = stamp
        return self._entries
