"""A list of people as a field: pasted, written or in the card; each line found, there already, fitting several, or not known."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from typing_extensions import override

from connectors.directory import Directory
from connectors.folding import fold, words_of
from dialogs import corrections, texts, words
from dialogs.fields import At, Bad, Colleague, Got, Kind, Reading, Which
from dialogs.people_edits import Edits, edits, elsewhere_exchanged
from dialogs.people_parse import Entry, pasted
from dialogs.people_table import Crowd, Row, crowd, everybody, kept, listed, somebody
from dialogs.talk import Fact
from nlu.understanding import OUT_OF_SCOPE

MOST, AT_ONCE = 1_000, 8  # people in one go; look-ups at the same time: Graph slows down who asks for more
OFFERED, COMPARED, ALIKE = 4, 100, 0.72
MOST_SUGGESTED = 20  # unknown names for which similar ones are looked for
DESCRIBED = re.compile(  # "hende den nye i økonomi": nobody by that name, and not to be lost
    r"\b(?:ham|hende)\s+(?:den|der|fra|i|med)\b[^,.;\n]{0,80}?(?=\s{1,4}(?:på|paa|til|af|ind|skal|som|og)\b|\s{0,4}(?:[,.;\n]|$))", re.I
)
WISHED = 0.8  # how sure it must be that a text is a wish
ASKS = re.compile(
    r"(?:hvem|hvad|hvor|hvilke[nt]?|hvornår|hvordan|hvorfor|er|kan|skal|må|vis|opret|lav|meld|luk|journalis|fjern mig|sæt mig)", re.I
)
MYSELF = re.compile(
    r"\b(?:sæt|saet|skriv|meld|tilføj|tilfoej|føj|foej|tag|fjern|pil|slet|smid|få|faa)\s+(?:lige\s+|også\s+)?mig\b|\bog\s+mig\b(?!\s+som\b)",
    re.I,
)
ME = frozenset({"mig", "jeg", "mig selv", "jeg selv"})
EXCEPT = re.compile(  # "sæt Sofie på, men ikke Ole Bang": who is named so is not meant; what comes after a small word is
    r",?\s*\b(?:men|og|dog|bare)?\s*\b(?:ikke|undtagen|bortset fra|på nær)\s+(?:[A-ZÆØÅ][\w-]+|mig)(?:(?:\s+|,\s*|\s+og\s+|\s+eller\s+)(?:[A-ZÆØÅ][\w-]+|mig))*"
)
Those = Callable[[At], Awaitable[Sequence[Colleague] | None]]  # None: that is not for this person to know


@dataclass(frozen=True)
class People(Kind):
    """People by name or address. The answer is a `Crowd`.

    there: who is on it already (they are shown, and left out). among: the only ones who can be meant, where something is taken away.
    beside: a pattern of the words without which a sentence says nothing of it; the question itself is always answered.
    """

    there: Those | None = None
    among: Those | None = None
    beside: str = ""
    corrects = True
    drawn = "lines"
    most = 20_000

    @override
    async def read(self, text: str, at: At) -> Reading:
        if words.means(text) is not None:
            return None
        now, text = crowd(at.now), meant(text) if "\n" not in text else text
        if elsewhere_exchanged(text, now):
            return None
        if now.rows:
            changes = edits(text, now, asked=True)
            return await self._changed(changes, now, at) if changes and not another_wish(text, at) else None
        return None if another_wish(text, at) else await self._fresh(instead(text), at)

    @override
    async def find(self, text: str, at: At) -> Reading:
        now = crowd(at.now)
        changes = edits(meant(text), now, asked=False) if now.rows else None
        if self.beside and not re.search(self.beside, text, re.I) and not (changes and changes.drop):
            return None  # who is taken off is so everywhere
        if changes:
            return await self._changed(changes, now, at)
        if now.rows:
            return None
        text = EXCEPT.sub(" ", text)
        meaning = at.desk.understand(text, texts.local(at.desk.now()).date())
        described = [found[0].strip() for found in DESCRIBED.finditer(text)]
        me = ["mig"] if MYSELF.search(text) else []
        named = [
            *me,
            *without_denied([one for key in ("person", "email") for one in meaning.entities.get(key, [])], text),
            *described,
        ]
        return await self._fresh("\n".join(named), at) if named else None

    @override
    async def take(self, raw: str, at: At) -> Reading:
        return await self._fresh(raw, at)

    async def _fresh(self, text: str, at: At) -> Reading:
        entries = pasted(text).entries
        if len(entries) > MOST:
            return Bad(f"Jeg kan tage {texts.count(MOST, 'person', 'personer')} ad gangen. Del listen op, så tager vi resten bagefter.")
        return Got(kept(await self._rows(entries, at))) if entries else None

    async def _changed(self, changes: Edits, now: Crowd, at: At) -> Reading:
        new = await self._rows([entry for part in changes.add for entry in pasted(part).entries], at)
        for place, choice in changes.settle.items():
            now = now.settled(place, now.rows[place].choices[choice])
        if changes.into >= 0 and len(new) == 1:
            rows = [new[0] if place == changes.into else row for place, row in enumerate(now.rows)]
            return Got(kept(Crowd().with_rows(rows).rows))
        settled = {place for place in changes.drop if now.rows[place].status in {"ambiguous", "unknown"}}
        for place in settled:
            now = now.settled(place, None)
        now = now.without(changes.drop - settled).with_rows(new)
        return Got(kept(now.rows))

    async def _rows(self, entries: Sequence[Entry], at: At) -> list[Row]:
        """Look each up once, a few at a time; the loop is free meanwhile."""
        there = {one.id for one in await self.there(at) or ()} if self.there else set()
        among = await self.among(at) if self.among else None
        gate = asyncio.Semaphore(AT_ONCE)
        asked: dict[tuple[str, str, str], asyncio.Task[list[Colleague]]] = {}

        async def look(entry: Entry) -> list[Colleague]:
            async with gate:
                return await found(entry, among, at)

        async with asyncio.TaskGroup() as group:
            for entry in entries:
                key = (fold(entry.name), entry.mail, fold(entry.hint))
                if key not in asked:
                    asked[key] = group.create_task(look(entry))
        rows = [row_of(entry, asked[fold(entry.name), entry.mail, fold(entry.hint)].result(), there) for entry in entries]
        unknown = [place for place, row in enumerate(rows) if row.status == "unknown"][:MOST_SUGGESTED]
        near = await asyncio.gather(*(alike(entries[place], among, at) for place in unknown))
        for place, some in zip(unknown, near, strict=True):
            rows[place] = rows[place].model_copy(update={"choices": some})
        return Crowd().with_rows(rows).rows

    @override
    def is_empty(self, value: Any) -> bool:
        return not crowd(value).rows

    @override
    def join(self, before: Any, said: Any) -> Any:
        """A choice settles its row; anything else is the whole list as it is now."""
        if "settle" not in said:
            return said
        now = crowd(before)
        person = Colleague.model_validate(said["person"]) if said["person"] else None
        return kept(now.settled(said["settle"], person).rows) if said["settle"] < len(now.rows) else before

    @override
    def give_up(self, value: Any) -> Any:
        """Without those that are not settled."""
        now = crowd(value)
        for place, row in enumerate(now.rows):
            if row.status in {"ambiguous", "unknown"}:
                now = now.settled(place, None)
        return kept(now.rows)

    @override
    def unsettled(self, value: Any) -> Which | None:
        now = crowd(value)
        if not now.open:
            return None if now.people else Which(self._nobody(now), ())
        row = now.open[0]
        place = next(at for at, one in enumerate(now.rows) if one is row)
        same = len({one.department for one in row.choices}) < len(row.choices)
        labels = [f"{one.name} · {one.title}, {one.email}" if same else f"{one.name} · {one.department}" for one in row.choices]
        some = tuple(
            (label, {"settle": place, "person": one.model_dump(exclude_defaults=True)})
            for label, one in zip(labels, row.choices, strict=True)
        )
        shown = texts.plain(texts.shortened(row.raw, 40))
        if row.status == "ambiguous":
            question = f"Hvilken {shown}?" if len(some) <= OFFERED else f"{len(some)} hedder {shown}. Hvilken afdeling?"
        else:
            question = f"Hvem er ”{shown}”?" if not some else f"Jeg kender ikke ”{shown}”. Mener du en af de her?"
        counted = f"{now.counted()} " if len(now.rows) > 1 else ""
        return Which(f"{counted}{question}", (*some[:OFFERED], ("Spring over", {"settle": place, "person": None})))

    @staticmethod
    def _nobody(now: Crowd) -> str:
        """Why there is nobody to do anything for."""
        if now.rows and all(row.status in {"there", "double"} for row in now.rows):
            return "De er der allerede. Hvem skal det ellers være?"
        return "Så er der ingen tilbage. Hvem skal det være?"

    @override
    def table(self, value: Any) -> list[Fact]:
        now = crowd(value)
        return now.table() if len(now.rows) > 1 else []

    @override
    def show(self, value: Any) -> str:
        now = crowd(value)
        return (listed([texts.plain(one.label) for one in now.people]) or "ingen") + self._besides(now)

    @override
    def facts(self, label: str, value: Any) -> list[Fact]:
        now = crowd(value)
        return everybody(label, now.people, self._besides(now))

    @staticmethod
    def _besides(now: Crowd) -> str:
        """Those who were written, and whom it is not about."""
        left = [row.raw for row in now.rows if row.status == "skipped"]
        there = [row.shown for row in now.rows if row.status == "there"]
        said = f". Er der allerede: {listed([texts.plain(one) for one in there])}" if there else ""
        return said + (f". Kom ikke med: {listed([texts.plain(one) for one in left])}" if left else "")

    @override
    def short(self, value: Any) -> str:
        return listed([texts.plain(one.name) for one in crowd(value).people])

    @override
    def difference(self, before: Any, now: Any) -> str:
        return crowd(now).difference(crowd(before))

    @override
    def raw(self, value: Any) -> str:
        lines = []
        for row in crowd(value).rows:
            if row.status in {"found", "there"} and row.person:
                lines.append(f"{row.person.name} <{row.person.email}>")
            elif row.status in {"ambiguous", "unknown"}:
                lines.append(row.raw)
        return "\n".join(lines)


def meant(text: str) -> str:
    """An answer without the "nej," or "hov," before it."""
    return corrections.without_lead(text) or text


def instead(text: str) -> str:
    """Only those who are meant: "ikke Sofie, men Mette"."""
    swap = next((found for frame in corrections.SWAP if "\n" not in text and (found := frame.match(text.strip(" .!")))), None)
    return swap["new"] if swap else text


def without_denied(names: Sequence[str], text: str) -> list[str]:
    """Those of the names that are not said only to leave somebody out: "ikke Sofie eller Ole, men Mette"."""
    if not names:
        return []
    one = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    said = rf"(?:{one})\b"
    left_out = re.compile(
        rf"\b(?:ikke|uden|undtagen|minus|bortset fra|på nær|paa naer)\s+{said}(?:\s*(?:,|\bog\b|\beller\b)\s*{said})*", re.I
    )
    rest = left_out.sub(" ", text)
    return [name for name in names if re.search(rf"(?<!\w){re.escape(name)}", rest, re.I)]


def another_wish(text: str, at: At) -> bool:
    """Whether a text that could be names is a wish or a question of its own: "sæt mig på Løbeklubben", "hvem ejer den"."""
    if len(text.split()) < 2 or "\n" in text or ";" in text:
        return False
    meaning = at.desk.understand(text, texts.local(at.desk.now()).date())
    if meaning.intent in {OUT_OF_SCOPE, "cancel", "thanks", "greeting"} or meaning.confidence < WISHED:
        return False
    return bool(ASKS.match(text) or meaning.entities.get("list_name") or meaning.entities.get("mailbox_name"))


async def found(entry: Entry, among: Sequence[Colleague] | None, at: At) -> list[Colleague]:
    """Whom an entry may mean. An address decides; a department narrows down."""
    if entry.name.lower() in ME and at.me:
        return [at.me]
    if not (entry.mail or words_of(entry.name)):
        return []
    some = [one for one in among if fits(one, entry)] if among is not None else await looked_up(entry, at)
    exact = [one for one in some if fold(one.name) == fold(entry.name)]
    placed = [one for one in exact or some if entry.hint and placed_in(one, entry.hint)]
    return placed or exact or some


async def looked_up(entry: Entry, at: At) -> list[Colleague]:
    """From the directory."""
    directory = at.desk.systems.get(Directory)
    if entry.mail:
        hits = [one for one in await directory.find(entry.mail) if one.email.lower() == entry.mail]
        return [Colleague.of(one) for one in hits]
    return [Colleague.of(one) for one in await directory.find(entry.name, COMPARED)]


def fits(person: Colleague, entry: Entry) -> bool:
    """Whether one of a given few is meant: by address, or by beginnings of names."""
    if entry.mail:
        return person.email.lower() == entry.mail
    return all(any(name.startswith(word) for name in words_of(person.name)) for word in words_of(entry.name))


def placed_in(person: Colleague, hint: str) -> bool:
    """Whether somebody sits in a department that is named by a part of its name."""
    place = fold(f"{person.department} {person.title}")
    return all(word[:5] in place for word in words_of(hint) if len(word) > 1)


def row_of(entry: Entry, some: list[Colleague], there: set[str]) -> Row:
    """What became of an entry."""
    if len(some) == 1:
        return Row(raw=entry.raw, status="there" if some[0].id in there else "found", person=somebody(some[0]))
    if some:
        return Row(raw=entry.raw, status="ambiguous", choices=[somebody(one) for one in some[:COMPARED]])
    return Row(raw=entry.raw, status="unknown")


async def alike(entry: Entry, among: Sequence[Colleague] | None, at: At) -> list[Colleague]:
    """People whose name is nearly what was written: "Sofi Lundt", "k.nilsen@…"."""
    written = entry.name or entry.mail.partition("@")[0].replace(".", " ")
    said = words_of(written)
    if not said or entry.name.lower().startswith(("ham ", "hende ", "den ", "de ")):
        return []
    starts = " ".join([said[0][:2], *(word[:1] for word in said[1:])])
    near = among if among is not None else [Colleague.of(one) for one in await at.desk.systems.get(Directory).find(starts, COMPARED)]
    scored = [(SequenceMatcher(None, fold(written), shape(one, said)).ratio(), one) for one in near]
    best = sorted((pair for pair in scored if pair[0] >= ALIKE), key=lambda pair: -pair[0])
    return [somebody(one) for _, one in best[:3]]


def shape(person: Colleague, said: list[str]) -> str:
    """A name as it would be written with initials where initials were written: "k nielsen"."""
    names = words_of(person.name)
    if len(names) < len(said):
        return fold(person.name)
    picked = [names[0], *names[-(len(said) - 1) :]] if len(said) > 1 else names[:1]
    return " ".join(name[:1] if len(word) == 1 else name for name, word in zip(picked, said, strict=False))
