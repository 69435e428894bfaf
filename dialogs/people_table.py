"""A list of people as an answer holds it: one row a line that was written, with what became of it; and how the list grows and shrinks."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel

from dialogs import texts
from dialogs.fields import Colleague
from dialogs.talk import Fact

Status = Literal["found", "there", "ambiguous", "unknown", "double", "skipped"]
OPEN = frozenset({"ambiguous", "unknown"})
HEADS: dict[Status, str] = {
    "found": "✓ Klar",
    "there": "Er der allerede",
    "ambiguous": "Flere med det navn",
    "unknown": "✗ Kender jeg ikke",
    "double": "Stod der to gange",
    "skipped": "Sprunget over",
}
A_LINE, ROOM = 60, 20_000  # people in one line of a summary; bytes for all of them: a card has 28,000
NAMED = 10  # people who are named in a table or a sentence; the rest are counted


class Row(BaseModel):
    """One line: what was written, what became of it, and who it is or may be."""

    raw: str
    status: Status
    person: Colleague | None = None
    choices: list[Colleague] = []

    @property
    def shown(self) -> str:
        return self.person.label if self.person else self.raw


class Crowd(BaseModel):
    """A list of people. Rows stand in the order in which they were written."""

    rows: list[Row] = []

    @property
    def people(self) -> list[Colleague]:
        """Those whom it is about."""
        return [row.person for row in self.rows if row.status == "found" and row.person]

    @property
    def open(self) -> list[Row]:
        """Rows that are still to be settled, those with choices first."""
        return sorted((row for row in self.rows if row.status in OPEN), key=lambda row: not row.choices)

    def with_rows(self, rows: list[Row]) -> "Crowd":
        """Grown by some rows. Colleague who is on it already is a double."""
        grown = list(self.rows)
        known = {row.person.id for row in grown if row.person and row.status in {"found", "there"}}
        for row in rows:
            if row.person and row.status in {"found", "there"}:
                again = row.person.id in known
                known.add(row.person.id)
                grown.append(row.model_copy(update={"status": "double"}) if again else row)
            else:
                grown.append(row)
        return Crowd(rows=grown)

    def without(self, places: set[int]) -> "Crowd":
        """Shrunk by the rows at those places; of a double that is left, one counts."""
        kept = [row for place, row in enumerate(self.rows) if place not in places]
        back = [row.model_copy(update={"status": "found"}) if row.status == "double" else row for row in kept]
        return Crowd().with_rows(back)

    def settled(self, place: int, person: Colleague | None) -> "Crowd":
        """One open row is that person, or nobody."""
        row = self.rows[place]
        new = row.model_copy(update={"status": "found" if person else "skipped", "person": person, "choices": []})
        rows = [new if at == place else one for at, one in enumerate(self.rows)]
        return Crowd().with_rows([one.model_copy(update={"status": "found"}) if one.status == "double" else one for one in rows])

    def counted(self) -> str:
        """The list in numbers: "7 navne: 4 klar, 1 er der allerede, 1 kender jeg ikke."."""
        parts = [f"{count} {HEADS[status].lstrip('✓✗ ').lower()}" for status in HEADS if (count := self.count(status))]
        return f"{texts.count(len(self.rows), 'navn', 'navne')}: {', '.join(parts)}."

    def count(self, status: Status) -> int:
        return sum(row.status == status for row in self.rows)

    def table(self) -> list[Fact]:
        """What became of the lines, a line for each kind."""
        facts = []
        for status, head in HEADS.items():
            shown = [texts.plain(row.shown if status != "ambiguous" else row.raw) for row in self.rows if row.status == status]
            if shown:
                facts.append(Fact(label=f"{head} ({len(shown)})", value=listed(shown)))
        return facts

    def difference(self, before: "Crowd") -> str:
        """What changed, in a sentence: "Mette Friis er med, Ole Bang er ude"."""
        new, old = ({one.id: one.name for one in crowd.people} for crowd in (self, before))
        came = [name for id_, name in new.items() if id_ not in old]
        went = [name for id_, name in old.items() if id_ not in new]
        if not came and not went:
            return f"det er stadig {listed(list(new.values()))}" if new else ""
        parts = [f"{texts.names(some)} er {how}" for some, how in ((came, "med"), (went, "ude")) if some]
        return (
            ", ".join(f"{len(some)} er {how}" for some, how in ((came, "med"), (went, "ude")) if some)
            if len(came) + len(went) > NAMED
            else ", ".join(parts)
        )


def everybody(label: str, people: Sequence[Colleague], more: str) -> list[Fact]:
    """All by name, a line for each 60, and `more` behind the last. Where a card has no room, without departments, then without the last ones."""
    names = [texts.plain(one.label) for one in people]
    if room(names) > ROOM:
        names = [texts.plain(one.name) for one in people]
    fits = next((number for number in range(len(names), 0, -1) if room(names[:number]) <= ROOM), 0)
    if left := len(names) - fits:
        more = f" og {left} til, som der ikke er plads til her{more}"
    facts = []
    for first in range(0, max(fits, 1), A_LINE):
        some = names[first : min(first + A_LINE, fits)]
        head = label if fits <= A_LINE else f"{label} ({first + 1}–{first + len(some)})"
        facts.append(Fact(label=head, value=texts.names(some) if some and fits <= A_LINE else ", ".join(some) or "ingen"))
    return [*facts[:-1], Fact(label=facts[-1].label, value=facts[-1].value + more)]


def room(names: list[str]) -> int:
    """Bytes that names take in a card, with what stands between them."""
    return sum(len(one.encode()) + 2 for one in names)


def listed(names: list[str]) -> str:
    """A few names, and how many more."""
    more = f" og {len(names) - NAMED} til" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}" if more else texts.names(names)


def somebody(person: Colleague) -> Colleague:
    """A row's person: little of them, since a list may hold hundreds."""
    return Colleague(**person.model_dump(include={"id", "name", "email", "department", "title"}))


def kept(rows: list[Row]) -> dict[str, Any]:
    """Rows as an answer keeps them."""
    return {"rows": [row.model_dump(exclude_defaults=True) for row in rows]}


def crowd(value: Any) -> Crowd:
    """The list that an answer holds; an empty one for none."""
    return Crowd.model_validate(value) if value else Crowd()
