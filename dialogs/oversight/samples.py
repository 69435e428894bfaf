"""A run's sample: drawn from a seed of the run's own, kept in its folder, extended but never thinned, and what it lets one say.

The drawing itself is `sampling`'s; `drawn` runs in a process of its own (`making`), the rest in the bot's.
"""

import asyncio
import fcntl
import os
import re
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict

from dialogs import texts
from dialogs.oversight import sampling, telling
from dialogs.oversight.heads import Tilsyn
from dialogs.oversight.shown import Judgement, Sample
from dialogs.oversight.store import Run

if TYPE_CHECKING:
    from dialogs.oversight.runner import Oversight

FILE = "stikprøve.json"  # of a run's folder
HEAD = re.compile(r"(\d+) (tilfældige|største)")
MOST = 10_000  # rows of a sample: more are no sample, and nobody judges them
STRATA = 8  # told one by one
Method = Literal["tilfældige", "største", "lagdelt", "kroner"]


class CannotSample(ValueError):
    """Why no sample was drawn, in Danish."""


class Wish(BaseModel):
    """What is to be drawn. size: random rows, or kroner intervals. largest: rows of the largest amounts beside them. by: the column of the amount or the stratum."""

    model_config = ConfigDict(frozen=True)

    method: Method = "tilfældige"
    size: int = 0
    largest: int = 0
    by: str = ""

    @property
    def said(self) -> str:
        """In Danish."""
        column = telling.heading(self.by)
        match self.method:
            case "tilfældige":
                return texts.count(self.size, "tilfældigt", "tilfældige")
            case "største":
                random = f" og {telling.number(self.size)} tilfældige af resten" if self.size else ""
                return f"de {telling.number(self.largest)} største efter {column}{random}"
            case "lagdelt":
                return f"{telling.number(self.size)} tilfældige, fordelt efter {column}"
            case _:
                return f"{telling.number(self.size)} tilfældige kroner efter {column}"

    def extends(self, other: "Wish") -> bool:
        """Whether everything of the other is in this one too."""
        same = (self.method, self.by) == (other.method, other.by) and self.method != "kroner"
        return same and self.size >= other.size and self.largest == other.largest if self.size else same and self.largest >= other.largest


class Drawn(BaseModel):
    """A sample. numbers: `nr` of the rows, in the order drawn. chosen: the first of them that are there whatever the chance. strata: rows and population of each.

    interval, total: kroner of a monetary-unit sample. replaced: what it took the place of, before anything of it was judged.
    """

    model_config = ConfigDict(frozen=True)

    wish: Wish
    seed: str
    population: int
    numbers: tuple[int, ...]
    chosen: int = 0
    strata: dict[str, tuple[tuple[int, ...], int]] = {}
    interval: Decimal | None = None
    total: Decimal | None = None
    by_name: str
    at: datetime
    replaced: tuple[str, ...] = ()


async def of(oversight: "Oversight", run: Run) -> Drawn | None:
    """The run's sample."""
    return await asyncio.to_thread(kept, oversight.place(run.id))


async def draw(oversight: "Oversight", run: Run, wish: Wish, by_name: str) -> Drawn:
    """Draw a sample, or extend the one that is there; the same wish gives the same sample. Raises CannotSample and NotRun (Danish)."""
    if run.state != "found":
        raise CannotSample(f"Der er ingen fund at tage en stikprøve af. {telling.answer(run)}")
    wish = settled(wish, run)
    answer = await oversight.workers.make(
        "sample",
        folder=str(oversight.place(run.id)),
        findings=str(oversight.findings(run)),
        key=list((await oversight.of(run)).key),
        wish=wish.model_dump(),
        seed=sampling.seed_of(run.tilsyn, f"{run.first}/{run.last}", run.id),
        judged=sorted(await oversight.judgements.of(run)),
        by_name=by_name,
        at=oversight.now().isoformat(),
    )
    return Drawn.model_validate(answer["drawn"])


def of_head(tilsyn: Tilsyn) -> Wish | None:
    """What the tilsyn's own file asks for; None for all rows."""
    match = HEAD.fullmatch(tilsyn.sample)
    if match is None:
        return None
    return Wish(size=int(match[1])) if match[2] == "tilfældige" else Wish(method="største", largest=int(match[1]))


def settled(wish: Wish, run: Run) -> Wish:
    """With the column that it is by, and sizes that the run has. Raises CannotSample."""
    if wish.size + wish.largest < 1 or wish.size + wish.largest > MOST:
        raise CannotSample(f"En stikprøve skal være på mellem 1 og {telling.number(MOST)} fund.")
    if wish.method == "tilfældige":
        return wish.model_copy(update={"by": "", "size": min(wish.size, run.rows)})
    amounts = [name for name, kind in run.columns if kind.startswith("decimal")]
    names = [name for name, _ in run.columns if name != "nr"] if wish.method == "lagdelt" else amounts
    by = wish.by or ("" if wish.method == "lagdelt" else next(iter(names), ""))
    if by not in names:
        what = "en kolonne at fordele efter" if wish.method == "lagdelt" else "et beløb at gå efter"
        raise CannotSample(f"Jeg mangler {what}.{f' Der er: {texts.names(map(telling.heading, names))}.' if names else ''}")
    return wish.model_copy(update={"by": by})


def kept(folder: Path) -> Drawn | None:
    """The sample in a run's folder."""
    path = folder / FILE
    return Drawn.model_validate_json(path.read_bytes()) if path.exists() else None


def drawn(order: Mapping[str, Any]) -> Drawn:
    """Draw, or extend, and keep it whole or not at all; one at a time draws in a folder. Raises CannotSample."""
    folder, wish = Path(order["folder"]), Wish.model_validate(order["wish"])
    with (folder / f".{FILE}.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        before = kept(folder)
        if before and before.wish.extends(wish):
            return before
        replaced: tuple[str, ...] = ()
        if before:
            may_replace(before, wish, order["judged"])
            replaced = before.replaced if wish.extends(before.wish) else (*before.replaced, before.wish.said)
        said = {"wish": wish, "seed": order["seed"], "by_name": order["by_name"], "at": order["at"], "replaced": replaced}
        new = Drawn.model_validate({**said, **_rows(order, wish)})
        part = folder / f".{FILE}.{os.getpid()}.part"
        part.write_text(new.model_dump_json())
        part.replace(folder / FILE)
    return new


def may_replace(before: Drawn, wish: Wish, judged: Collection[int]) -> None:
    """Raises CannotSample where a new sample would put one aside in which something is judged."""
    if not wish.extends(before.wish) and set(before.numbers) & set(judged):
        raise CannotSample(f"Stikprøven er {before.wish.said}, og noget af den er vurderet. Den kan gøres større, men ikke skiftes ud.")


def _rows(order: Mapping[str, Any], wish: Wish) -> dict[str, Any]:
    """Which rows a wish takes."""
    import pyarrow.parquet as pq

    from dialogs.oversight.worker import as_text

    table = pq.read_table(order["findings"], columns=list(dict.fromkeys(["nr", *order["key"], *([wish.by] if wish.by else [])])))
    keys = list(zip(*(as_text(table[name]).to_pylist() for name in order["key"]), strict=True))
    numbers = dict(zip(keys, table["nr"].to_pylist(), strict=True))
    found: dict[str, Any] = {"population": len(keys)}
    if wish.method == "tilfældige":
        return found | {"numbers": [numbers[key] for key in sampling.simple(order["seed"], keys, wish.size)]}
    if wish.method == "lagdelt":
        names = [str(one or "–") for one in as_text(table[wish.by]).to_pylist()]
        strata = sampling.stratified(order["seed"], zip(keys, names, strict=True), wish.size)
        taken = {name: [numbers[key] for key in some] for name, some in strata.items()}
        every = [one for some in taken.values() for one in some]
        return found | {"numbers": every, "strata": {name: (some, names.count(name)) for name, some in taken.items()}}
    amounts = [one or Decimal(0) for one in table[wish.by].to_pylist()]
    pairs = list(zip(keys, amounts, strict=True))
    if wish.method == "største":
        top, random = sampling.largest_and_random(order["seed"], pairs, wish.largest, wish.size)
        return found | {"numbers": [numbers[key] for key in (*top, *random)], "chosen": len(top)}
    try:
        sample = sampling.monetary(order["seed"], pairs, wish.size)
    except ValueError:
        raise CannotSample("Der er ingen beløb over nul i hele ører, så der kan ikke trækkes kroner.") from None
    total = sum((one for one in amounts if one > 0), Decimal(0))
    taken_keys = (*sample.certain, *sample.drawn)
    return found | {
        "numbers": [numbers[key] for key in taken_keys],
        "chosen": len(sample.certain),
        "interval": sample.interval,
        "total": total,
    }


def shown(sample: Drawn, judgements: Mapping[int, Judgement]) -> Sample:
    """As exports show it."""
    replaced = f" (i stedet for {texts.names(sample.replaced)}, før noget af den var vurderet)" if sample.replaced else ""
    return Sample(f"{sample.wish.said}{replaced}", sample.seed, sample.population, sample.numbers, said(sample, judgements))


async def rows(oversight: "Oversight", run: Run, sample: Drawn, first: int, most: int) -> list[dict[str, Any]]:
    """Some of a sample's rows, in the order drawn."""
    return await asyncio.to_thread(rows_of, oversight.findings(run), sample.numbers[first : first + most])


def rows_of(path: Path, numbers: Collection[int]) -> list[dict[str, Any]]:
    """The rows of a file's findings with these numbers, in their order."""
    import pyarrow.parquet as pq

    found = {row["nr"]: row for row in pq.read_table(path, filters=[("nr", "in", list(numbers))]).to_pylist()}
    return [found[number] for number in numbers]


def said(sample: Drawn, judgements: Mapping[int, Judgement]) -> str:
    """What the sample lets one say, in Danish; before all of it is judged, what it could say without an error."""
    open_ = [one for one in sample.numbers if one not in judgements or judgements[one].verdict == "skal undersøges"]
    wrong = {number for number, one in judgements.items() if one.verdict == "fejl"}
    if not open_:
        return concluded(sample, wrong)
    total = len(sample.numbers)
    seen = f"{telling.number(total - len(open_))} af {texts.count(total, 'udtaget', 'udtagne')} er vurderet."
    if total == sample.population:
        return f"{seen} Alle fund er med."
    return f"{seen} Er der ingen fejl i dem, kan man sige: {concluded(sample, set())}"


def concluded(sample: Drawn, wrong: Collection[int]) -> str:
    """The bound, for these errors."""
    errors = sum(one in wrong for one in sample.numbers)
    match sample.wish.method:
        case "tilfældige":
            return sampling.said(errors, len(sample.numbers), sample.population)
        case "største":
            top = sum(one in wrong for one in sample.numbers[: sample.chosen])
            told = f"{texts.count(top, 'fejl', 'fejl')} blandt de {telling.number(sample.chosen)} største."
            rest, left = len(sample.numbers) - sample.chosen, sample.population - sample.chosen
            return (
                f"{told} Af resten {sampling.said(errors - top, rest, left)}"
                if rest
                else f"{told} De siger ikke noget om resten."
                if left
                else told
            )
        case "lagdelt":
            parts = [
                f"{texts.plain(name)}: {sampling.said(sum(one in wrong for one in some), len(some), rows)}"
                for name, (some, rows) in sample.strata.items()
            ]
            more = f" … og {len(parts) - STRATA} grupper mere." if len(parts) > STRATA else ""
            return f"{' '.join(parts[:STRATA])}{more}"
        case _:
            most = sampling.highest_kroner(sample.interval or Decimal(0), [Decimal(1)] * errors)
            found = f"{texts.count(errors, 'fejl', 'fejl')} i {texts.count(len(sample.numbers), 'fund', 'fund')}"
            return f"{found}: højst {telling.cell(most)} af {telling.cell(sample.total)} kr. er forkert med 95 % sikkerhed."
