"""Everything that an export shows of a run, so that the workbook and the report say the same."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from dialogs import texts
from dialogs.oversight import periods, telling
from dialogs.oversight.compare import Development
from dialogs.oversight.heads import Tilsyn, read
from dialogs.oversight.store import STATES, Run

Verdict = Literal["ok", "fejl", "forklaret", "skal undersøges"]
VERDICTS: tuple[Verdict, ...] = ("ok", "fejl", "forklaret", "skal undersøges")


@dataclass(frozen=True)
class Judgement:
    """What a person says of one finding. at: aware."""

    verdict: Verdict
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Sample:
    """What was drawn to be judged. method: in Danish. numbers: `nr` of the rows, in the order drawn. said: what it lets one say, in Danish."""

    method: str
    seed: str
    population: int
    numbers: tuple[int, ...]
    said: str = ""


@dataclass(frozen=True)
class Signature:
    """Who signed what. at: aware. text: what was signed. version: from 1."""

    prepared_by: str
    signed_by: str
    at: datetime
    text: str
    version: int = 1


@dataclass(frozen=True)
class Action:
    """What is to be done about a finding (its number, 0 for all)."""

    number: int
    what: str
    responsible: str
    deadline: date
    state: str


@dataclass(frozen=True)
class Shown:
    """A run as it is shown. findings: the file of its rows, None where it has none. before: the run that `development` compares with.

    not_compared: why it could not be (Danish), where there is one before.
    """

    run: Run
    tilsyn: Tilsyn
    findings: Path | None = None
    before: Run | None = None
    not_compared: str = ""
    development: Development | None = None
    sample: Sample | None = None
    judgements: Mapping[int, Judgement] = field(default_factory=dict)
    conclusion: str = ""
    signature: Signature | None = None
    actions: Sequence[Action] = ()

    @property
    def latest(self) -> datetime:
        """When the last thing that it shows was said: a report of the same content bears the same time."""
        said = [one.at for one in self.judgements.values()] + [one.at for one in (self.signature,) if one]
        return max([self.run.ended_at or self.run.started_at, *said])

    @property
    def answer(self) -> str:
        return telling.answer(self.run)

    @property
    def compared(self) -> str:
        """The comparison in one sentence."""
        if self.before and self.not_compared:
            return f"Kunne ikke sammenlignes med {telling.when(self.before, self.run)}. {self.not_compared}"
        if self.development is None or self.before is None:
            return "Ikke sammenlignet med en tidligere kørsel."
        return self.development.said(telling.when(self.before, self.run))

    @property
    def judged(self) -> str:
        """How many findings are judged, and how."""
        if not self.run.is_whole:
            return "Der er intet at vurdere."
        counts = {verdict: sum(one.verdict == verdict for one in self.judgements.values()) for verdict in VERDICTS}
        told = texts.names(f"{telling.number(count)} {verdict}" for verdict, count in counts.items() if count)
        left = self.run.rows - len(self.judgements)
        rest = f"{telling.number(left)} er ikke vurderet" if left else "alle er vurderet"
        return f"{told}. {rest.capitalize()}." if told else f"{rest.capitalize()}." if self.run.rows else "Der er intet at vurdere."

    @property
    def about(self) -> list[tuple[str, str]]:
        """What the run is, as label and value."""
        run, tilsyn = self.run, self.tilsyn
        values = tilsyn.values(run.period, run.given)
        given = ", ".join(f"{telling.heading(one.name)}: {telling.cell(values[one.name])}" for one in tilsyn.parameters)
        return [
            ("Spørgsmål", tilsyn.question),
            ("Periode", periods.said(run.period)),
            ("Ejer", tilsyn.owner),
            ("Tilstand", STATES[run.state]),
            ("Kørt af", run.by_name),
            ("Startet", moment(run.started_at)),
            ("Afsluttet", moment(run.ended_at) if run.ended_at else "–"),
            (
                "Stikprøve",
                self.sample.method if self.sample else tilsyn.sample if tilsyn.sample == "alle" else f"{tilsyn.sample}, ikke udtaget",
            ),
            ("Frist for opfølgning", texts.count(tilsyn.days, "dag", "dage")),
            *([("Værdier", given)] if given else []),
            ("Kørsel", run.id),
        ]


def packed(shown: Shown) -> str:
    """All of it as a text, for a process that exports it; the same text for the same content. The rows stay in their files."""
    rest = TypeAdapter(Shown).dump_python(shown, mode="json", exclude={"tilsyn"})
    return json.dumps({"name": shown.tilsyn.name, "sql": shown.tilsyn.sql, "rest": rest}, sort_keys=True, ensure_ascii=False)


def unpacked(text: str) -> Shown:
    """What `packed` made a text of; the tilsyn is read from its file's text again."""
    told = json.loads(text)
    shown: Shown = TypeAdapter(Shown).validate_python({**told["rest"], "tilsyn": read(told["name"], told["sql"])})
    return shown


def moment(at: datetime) -> str:
    """An aware time as people read it, in Copenhagen: 1.9.2026 kl. 9.05."""
    return telling.cell(texts.local(at))
