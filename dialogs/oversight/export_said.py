"""A run as a file in the chat: made, offered, and put in the person's own OneDrive when they say yes on Teams' own card."""

import asyncio
import re

from dialogs import texts
from dialogs.fields import At
from dialogs.oversight import cards, exports, pointed, telling
from dialogs.oversight.exports import KINDS, Kind, NoResult
from dialogs.oversight.fields import said_in
from dialogs.oversight.rights import office
from dialogs.oversight.running import NotRun
from dialogs.oversight.store import Run
from dialogs.talk import Button, Offer
from dialogs.turn import Turn
from nlu.normalise import fold

EXCEL = re.compile(r"\bexcel\b|\bexcel-?(?:fil|ark)\w*|\bregneark\w*|\bxlsx?\b|\beksporter\w*|\bdownload")
PDF = re.compile(r"\bpdf\b|\bpdf-\w+|\brapport\w*\b(?!\s*(?:fejl|et problem))")
ASKED = re.compile(f"{EXCEL.pattern}|{PDF.pattern}")
WORDS = re.compile(
    r"\b(?:send\w*|excel\S*|regneark\w*|xlsx?|pdf\S*|rapport\w*|eksport\w*|download\w*|hent\w*|lav|fil\w*|tilsyn\w*|fund\w*)\b", re.I
)
WHAT = "the whole of a tilsyn as a file"


async def asked(turn: Turn) -> None:
    """The run that the text means, as the file that it asks for."""
    run = await pointed.of(turn, WORDS.sub(" ", turn.text), said_in(turn.text, At(turn.desk, turn.event, {})))
    if run:
        await offered(turn, run, "xlsx" if EXCEL.search(fold(turn.text)) else "pdf")


async def offered(turn: Turn, run: Run, kind: Kind) -> None:
    """Make the file, and offer it; or say why there is none."""
    try:
        path = await exports.made(office(turn.desk), run, kind)
    except NoResult:
        turn.say(f"{telling.answer(run)} Der er ikke noget at sende.", *cards.again(run))
        return
    except NotRun as error:
        turn.say(f"Filen kunne ikke laves. {texts.plain(error.fault.text)}")
        return
    size = (await asyncio.to_thread(path.stat)).st_size
    turn.say(
        f"{telling.answer(run)} Sig ja på kortet, så ligger filen i dit OneDrive.",
        offer=Offer(
            name=exports.named(run, kind), what=telling.answer(run), size=size, do="oversight file", data={"run": run.id, "kind": kind}
        ),
    )


async def pressed(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """A card's button for a file."""
    del card, inputs
    run, kind = await pointed.named_by(turn, button), kind_of(button)
    if run and kind:
        await offered(turn, run, kind)


async def handed(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """The person said yes to the file. The right is looked up again, and what they get is put on record first."""
    del card, inputs
    run, kind = await pointed.named_by(turn, button), kind_of(button)
    if run is None or kind is None:
        return
    try:
        path = await exports.made(office(turn.desk), run, kind)
    except (NoResult, NotRun):
        turn.say("Filen kan ikke laves længere. Bed om den igen.")
        return
    if run.rows:
        await turn.desk.jobs.saw(turn.event.who.id, run.id, "oversight", WHAT, {"rows": run.rows, "as": kind})
    turn.say("", file=str(path))


async def declined(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """The person wants no file."""
    del button, card, inputs
    turn.say("Det er i orden. Filen er ikke gemt.")


def kind_of(button: Button) -> Kind | None:
    """The kind of file that a button names."""
    return next((one for one in KINDS if one == button.data.get("kind")), None)


PRESSES = {"oversight export": pressed, "oversight file": handed, "oversight file declined": declined}
