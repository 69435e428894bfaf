"""Hand in an extract: a file from the chat becomes the data of a dataset, once it is read whole, shown in figures, and agreed to."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, ClassVar

from typing_extensions import override

from connectors.datasets import Dataset
from connectors.errors import Refused
from connectors.extracts import KINDS, Extracts
from connectors.extracts_files import fitting
from dialogs import texts, words
from dialogs.desk import Desk
from dialogs.fields import At, Bad, Got, Kind, Reading, Which
from dialogs.form import Ask, Notice, Request
from dialogs.oversight import handed, periods, telling
from dialogs.oversight.handed import About, Read
from dialogs.oversight.rights import REFUSAL, may_see, office
from dialogs.oversight.runner import declared, offered
from dialogs.starting import start
from dialogs.talk import Button, Fact, File, Reply
from dialogs.turn import Turn
from jobs.engine import Job
from nlu.normalise import fold

NOT_ASKED = ("kalender", "kollega")  # systems of our own
OFFERED = 5
DROP = "oversight file drop"
WISH = re.compile(
    r"\b(?:brug\w*|anvend\w*|indlaes\w*|laes|tag|koer)\b.*\b(?:fil\w*|udtraek\w*|liste\w*|ark\w*|regneark\w*|data)\b|\budtraek\w*\b|\btil (?:et |mit )?tilsyn\b"
)
NO_FILE = re.compile(
    r"\b(?:brug|anvend|indlaes)\w*\b.*\b(?:denne|den her|vedhaeftede|min|mit|dette) (?:fil|udtraek|regneark)\w*\b.*\b(?:som|til)\b"
)
AS = re.compile(r"\bsom\s+(.{3,60}?)\s*[.!?]*$")


def datasets(desk: Desk) -> dict[str, Dataset]:
    """What a file may be."""
    return {name: one for name, one in declared(offered(desk.systems)).items() if one.system not in NOT_ASKED}


def meant(text: str, known: Mapping[str, Dataset]) -> list[Dataset]:
    """The datasets that a few words name: by their own name, their title, or a word of either."""
    said = fold(text).strip(' .!?”"')
    exact = [one for one in known.values() if said in {one.name, one.name.partition(".")[2], fold(one.title)}]
    stems = texts.stems(text)
    return exact or [one for one in known.values() if stems and stems <= texts.stems(f"{one.title} {one.name.partition('.')[2]}")]


class WhichData(Kind):
    """A dataset, by its name or title."""

    other = "Andre data"

    @override
    async def read(self, text: str, at: At) -> Reading:
        if words.means(text) is not None:
            return None
        some = meant(text, datasets(at.desk))
        if len(some) == 1:
            return Got(some[0].name)
        if some:
            return Which("Hvilke af dem?", tuple((one.title, one.name) for one in some[:OFFERED]))
        said = texts.plain(texts.shortened(text.strip(), 40))
        return Bad(
            f"Jeg kender ingen data, der hedder ”{said}”. Skriv fx ”kreditorer” eller ”posteringer”, eller spørg: hvilke data kan jeg bruge?"
        )

    @override
    async def find(self, text: str, at: At) -> Reading:
        match = AS.search(text)
        return await self.read(match[1], at) if match else None

    @override
    def show(self, value: Any) -> str:
        return str(value)


class Form(Request):
    """The file, and what it is."""

    intent: ClassVar[str] = "oversight.extract"
    spoken: ClassVar[bool] = False
    yes: ClassVar[str] = "Ja, brug filen"
    going: ClassVar[str] = "Jeg gemmer filen og skriver, når den er klar."
    example: ClassVar[str] = "data: kreditorer"

    file: File
    dataset: Annotated[
        str,
        Ask(
            "Hvilke data er det? Så kan tilsyn bruge filen.",
            "Data",
            WhichData(),
            ("data", "datasæt", "datasættet", "udtræk"),
            "Filen skal have de samme kolonner som data fra systemet. Skriv fx ”kreditorer”. Skal den på en sag i stedet, så skriv ”opret en sag”.",
            told="data er {}",
        ),
    ]
    read: Read | None = None
    title: str = ""
    instead: bool = False  # a system has the dataset too

    @classmethod
    @override
    async def options(cls, field: str, at: At) -> list[dict[str, Any]]:
        del field
        file, known = File.model_validate(at.answers["file"]), list(datasets(at.desk).values())
        fits = await guessed(at.desk, file, known)
        return [{"label": one.title, "value": one.name} for one in fits[:OFFERED]]

    @classmethod
    @override
    def about(cls, answers: Mapping[str, Any]) -> str:
        return f"filen {texts.plain(File.model_validate(answers['file']).name)}"

    @classmethod
    @override
    async def barred(cls, at: At) -> Notice | None:
        return None if await may_see(at.desk, at.event.who.id) else Notice(REFUSAL, stop=True)

    @classmethod
    @override
    async def notice(cls, at: At) -> Notice:
        if not await may_see(at.desk, at.event.who.id):
            return Notice(REFUSAL, stop=True)
        file, known = File.model_validate(at.answers["file"]), datasets(at.desk)
        dataset = known.get(at.answers["dataset"])
        try:
            data = await at.desk.files.read(file.key)
        except KeyError:
            return Notice("Filen er ikke hos mig længere. Send den igen.", stop=True)
        if dataset is None:
            return Notice("De data kan ingen tilsyn bruge lige nu.", stop=True)
        try:
            read = await handed.looked_at(dataset, file.name, data)
        except Refused as refusal:
            return Notice(f"Jeg kan ikke bruge filen. {texts.plain(refusal.reason)} Ret den, og send den igen.", stop=True)
        instead = not isinstance(offered(at.desk.systems)[dataset.name], Extracts)
        return Notice(adds={"read": read.model_dump(mode="json"), "title": dataset.title, "instead": instead})

    @override
    def confirm(self) -> str:
        name = texts.plain(self.file.name)
        if self.instead:
            system = texts.system_name(self.dataset.partition(".")[0])
            return f"Jeg bruger {name} i stedet for data fra {system} i de tilsyn, du selv kører den næste uge. Passer det?"
        return f"Jeg bruger {name} i alle tilsyn den næste uge, eller til der kommer en ny. Passer det?"

    @override
    def facts(self) -> list[Fact]:
        shown = [Fact(label="Fil", value=texts.plain(self.file.name)), Fact(label="Data", value=f"{self.title} ({self.dataset})")]
        if self.read is None:
            return shown
        shown.append(Fact(label="Rækker", value=telling.number(self.read.rows)))
        if self.read.total is not None:
            shown.append(Fact(label="Kontrolsum", value=f"{telling.cell(self.read.total)} kr."))
        if self.read.first and self.read.last:
            shown.append(Fact(label="Fra og til", value=f"{periods.short(self.read.first)} til {periods.short(self.read.last)}"))
        if self.read.notes:
            shown.append(Fact(label="Læst sådan", value=texts.plain(" ".join(self.read.notes))))
        return shown

    @override
    async def cleared(self, desk: Desk, job: Job) -> str:
        if await job.step("rights", may_see, desk, job.order.person["id"], returns=bool, on="directory"):
            return ""
        await job.tell("refused", {"reply": Reply(text=REFUSAL).model_dump(mode="json")})
        return "refused"


async def guessed(desk: Desk, file: File, known: list[Dataset]) -> list[Dataset]:
    """What a file may be, by its headings."""
    try:
        data = await desk.files.read(file.key)
    except KeyError:
        return []

    def look() -> list[Dataset]:
        with TemporaryDirectory(prefix="kollega-") as folder:
            path = Path(folder) / handed.safe(file.name)
            path.write_bytes(data)
            return fitting(path, known)

    return await asyncio.to_thread(look)


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """Keep the file, read it back, and say what it is used for."""
    about = await job.step("keep", keep, desk, form, (job.order.person["id"], form.requester.name), job.order.key, on="oversight")
    if about is None or not await job.step("read back", office(desk).handed.whole, about, returns=bool, on="oversight"):
        await job.tell(
            "gone", {"reply": Reply(text="Filen er ikke hos mig længere, så den er ikke gemt. Send den igen.").model_dump(mode="json")}
        )
        return "nothing"
    until = texts.local(about.at + handed.KEPT).date()
    whose = "Dine tilsyn bruger" if form.instead else "Tilsyn bruger"
    text = f"{whose} nu {texts.plain(about.name)} som {form.title.lower()}, {texts.count(about.rows, 'række', 'rækker')}. Den slettes {texts.day(until)}."
    drop = Button(label="Brug den ikke mere", do=DROP, data={"id": about.id})
    await job.tell("done", {"reply": Reply(text=text, buttons=(drop,), key=f"fil-{about.id}").model_dump(mode="json")})
    return "done"


async def keep(desk: Desk, form: Form, by: tuple[str, str], key: str) -> About | None:
    """The file as it lies with the others; None where its bytes are gone."""
    try:
        data = await desk.files.read(form.file.key)
    except KeyError:
        return None
    return await office(desk).handed.keep(form.dataset, form.file.name, data, by, key, form.read.rows if form.read else 0)


async def dropped(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """Delete a file that the person handed in."""
    del inputs
    one = await office(turn.desk).handed.drop(button.data.get("id", ""), turn.event.who.id)
    if one is None:
        turn.say("Den fil bruger jeg ikke længere.")
        return
    turn.close_card(card, "Den bruges ikke mere.")
    turn.say(f"{texts.plain(one.name)} er slettet. Jeg henter igen data fra {texts.system_name(one.dataset.partition('.')[0])}.")


def table(turn: Turn) -> File | None:
    """The first file of a message that may be an extract."""
    return next((one for one in turn.event.files if not one.problem and one.name.lower().endswith(KINDS)), None)


async def taken(turn: Turn, file: File, text: str) -> None:
    """Ask about a file. It is the form's own from here on, and no attachment."""
    if len(turn.event.files) > 1:
        turn.note(f"Jeg tager én fil ad gangen, så det er {texts.plain(file.name)}.")
    turn.event = turn.event.model_copy(update={"files": ()})
    await start(turn, Form.intent, text, {"file": file.model_dump()})


async def by_words(turn: Turn) -> bool:
    """A message with a file and words that it is to be used: "brug denne fil som kreditorer". False: it means something else."""
    file, said = table(turn), fold(turn.text)
    if turn.state.open or turn.desk.oversight is None or not (WISH if file else NO_FILE).search(said):
        return False
    if not await may_see(turn.desk, turn.event.who.id):
        turn.say(REFUSAL)
    elif file:
        await taken(turn, file, turn.text)
    else:
        turn.say("Der er ingen fil ved. Træk den ind i chatten sammen med beskeden: et udtræk som CSV, Excel eller en liste fra SAP.")
    return True


async def alone(turn: Turn) -> bool:
    """A file that may be an extract and no words: those who may run tilsyn are asked what it is. False: it is for something else."""
    file = table(turn)
    if file is None or turn.desk.oversight is None or not await may_see(turn.desk, turn.event.who.id):
        return False
    await taken(turn, file, "")
    return True


PRESSES = {DROP: dropped}
