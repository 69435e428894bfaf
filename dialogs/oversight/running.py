"""Runs a SELECT in a process of its own, and says in Danish why it could not be run."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from connectors.datasets import Dataset
from dialogs.oversight.heads import Fault, Tilsyn, Value
from dialogs.oversight.processes import asked

AT_ONCE = 2  # processes of this one's: each may take a core and the memory limit
CHECK_SECONDS = 15  # for a SELECT over empty tables, the process's start included


@dataclass(frozen=True)
class Limits:
    """What one SELECT may take: megabytes of memory and seconds."""

    memory: int = 2000
    seconds: int = 120


@dataclass(frozen=True)
class Result:
    """A SELECT that was run. sha256: of the rows. columns: name and Arrow type, `nr` first."""

    rows: int
    sha256: str
    columns: tuple[tuple[str, str], ...]


class NotRun(Exception):
    """The SELECT could not be run; `fault` says why, in Danish."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.text)
        self.fault = fault


class Workers:
    """Starts the processes, a few at a time."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._slots, self._checks, self._makers = (
            asyncio.Semaphore(AT_ONCE) for _ in range(3)
        )  # somebody waits in a chat for the last two

    async def run(
        self,
        tilsyn: Tilsyn,
        datasets: Mapping[str, Dataset],
        values: Mapping[str, Value],
        files: Mapping[str, Path] | None = None,
        out: Path | None = None,
    ) -> Result:
        """The result of a tilsyn over these Parquet files, by dataset, or over empty tables (None); written to `out`. Paths are absolute.

        Raises NotRun. A cancelled call kills its process.
        """
        named = [datasets[one.dataset] for one in tilsyn.sources]
        seconds = self.limits.seconds if files else min(self.limits.seconds, CHECK_SECONDS)
        order = {
            "sql": tilsyn.sql,
            "tables": [
                {
                    "name": one.name,
                    "columns": [[column.name, column.type] for column in one.columns],
                    "path": str(files[one.name]) if files else "",
                }
                for one in named
            ],
            "parameters": {name: typed(value) for name, value in values.items()},
            "key": list(tilsyn.key),
            "out": str(out or ""),
            "memory": self.limits.memory,
            "seconds": seconds,
        }
        async with self._slots if files else self._checks:
            answer = await asked("dialogs.oversight.worker", order, seconds)
        if error := answer.get("error"):
            raise NotRun(told(str(error), str(answer["about"]), int(answer["line"]), tilsyn, named))
        return Result(answer["rows"], answer["sha256"], tuple((name, kind) for name, kind in answer["columns"]))

    async def make(self, what: str, **order: Any) -> dict[str, Any]:
        """What `dialogs.oversight.making` makes of finished runs. Raises NotRun; a cancelled call kills its process."""
        order |= {"what": what, "memory": self.limits.memory, "seconds": self.limits.seconds}
        async with self._makers:
            answer = await asked("dialogs.oversight.making", order, self.limits.seconds)
        if error := answer.get("error"):
            about = str(answer["about"])
            raise NotRun(Fault(line=0, text=NOT_MADE[error].format(about=about) if error in NOT_MADE else about))
        return answer


def typed(value: Value) -> tuple[str, Any]:
    """A value as JSON carries it."""
    if isinstance(value, bool | int | str):
        return "", value
    return ("date" if isinstance(value, date) else "decimal"), str(value)


NOT_MADE = {
    "memory": "Der er for mange rækker til den hukommelse, jeg må bruge.",
    "died": "Det kunne ikke gøres færdigt. Servicedesk kan se hvorfor.",
    "time": "Det tager mere end {about} sekunder, så jeg har stoppet det.",
}
WRITES = {
    "INSERT": "skrive", "UPDATE": "ændre", "DELETE": "slette", "CREATE": "oprette noget", "DROP": "slette", "ALTER": "ændre", "COPY": "skrive eller læse filer",
    "ATTACH": "åbne andre databaser", "SET": "ændre indstillinger", "PRAGMA": "ændre indstillinger", "LOAD": "hente udvidelser", "INSTALL": "hente udvidelser",
}  # fmt: skip
SENTENCES = {
    "memory": "Tilsynet bruger mere hukommelse, end det må. Begræns det med WHERE, før der samles tabeller.",
    "died": "Tilsynet kunne ikke køres færdigt. Servicedesk kan se hvorfor.",
    "rows": "Tilsynet giver {about} rækker, og det er for mange til at være fund. Begræns det med WHERE.",
    "time": "Tilsynet tager mere end {about} sekunder, så jeg har stoppet det. Tjek, at tabellerne samles på en nøgle.",
    "statements": "Der skal være én SELECT i filen, og der er {about}.",
    "parameter": "${about} er der ingen parameter, der hedder. Skriv den i hovedet, fx ”-- parameter: {about} heltal 90”.",
    "column_doubled": "Kolonnen {about} er der to gange (nr sætter jeg selv). Giv den et andet navn med AS.",
    "key_missing": "Nøglen {about} er ikke en kolonne i SELECT.",
    "key_empty": "Nøglen {about} er tom i en række. Nøglen skal altid have en værdi.",
    "key_doubled": "To rækker har samme nøgle ({about}). Føj en kolonne til nøglen, eller saml rækkerne med GROUP BY.",
    "column_type": "En kolonne er af typen {about}, som jeg ikke kan vise. Lav den om til tekst eller tal.",
}
FILES = "Et tilsyn må ikke læse filer eller hente noget selv. Brug de datasæt, der står i hovedet."
MISSING = re.compile(
    r'(?:Referenced column|Values list "\w+" does not have a column named|Table "\w+" does not have a column named) "([^"]+)"'
)
NO_TABLE = re.compile(r"Table with name \"?([^\s\"]+)\"? does not exist")
NO_FUNCTION = re.compile(r"Function with name \"?([^\s\"]+)\"? does not exist")
NEAR = re.compile(r"(?:at or near|at) \"([^\"]+)\"")


def told(kind: str, about: str, line: int, tilsyn: Tilsyn, datasets: Sequence[Dataset]) -> Fault:
    """Why a SELECT was not run, with the nearest name where one is wrong."""
    if kind == "not_select":
        what = WRITES.get(about)
        text = f"Et tilsyn må kun læse, og det her vil {what} ({about})." if what else f"Filen skal have én SELECT, og det her er {about}."
        return Fault(line=line, text=text)
    if kind in SENTENCES:
        return Fault(line=tilsyn.lines.get("nøgle", 0) if kind.startswith("key") else line, text=SENTENCES[kind].format(about=about))
    table = NO_TABLE.search(about)
    if "file system operations are disabled" in about or kind == "PermissionException" or (table and "/" in table[1]):
        return Fault(line=line, text=FILES)
    columns = [column.name for one in datasets for column in one.columns]
    if match := MISSING.search(about):
        return Fault(line=line, text=f"Der er ingen kolonne, der hedder {match[1]}.{near(match[1], columns)}")
    if table:
        return Fault(line=line, text=f"Der er intet datasæt {table[1]} i hovedet.{near(table[1], [one.name for one in datasets])}")
    if match := NO_FUNCTION.search(about):
        return Fault(line=line, text=f"Der er ingen funktion, der hedder {match[1]}.")
    if kind == "ParserException":
        match = NEAR.search(about)
        return Fault(line=line, text=f"SQL'en kan ikke læses ved ”{match[1]}”." if match else "SQL'en kan ikke læses.")
    if kind in {"ConversionException", "OutOfRangeException"}:  # DuckDB's own sentence holds the value, which may be a person's
        return Fault(line=line, text="En værdi i data kan ikke laves om til det, som SQL'en beder om. Brug TRY_CAST i stedet for CAST.")
    first = re.sub(r"'[^']*'", "”…”", about.partition("\n")[0])
    return Fault(line=line, text=f"SQL'en kan ikke køres: {first.partition(': ')[2] or first}")


def near(name: str, known: Sequence[str]) -> str:
    """A name that may have been meant."""
    found = get_close_matches(name, known, 1, 0.5)
    return f" Mener du {found[0]}?" if found else ""
