"""A sample of a run's findings in the chat: drawn, extended, shown, and what it lets one say."""

import re

from dialogs import texts
from dialogs.desk import Desk
from dialogs.fields import At
from dialogs.oversight import cards, pointed, samples, sampling, telling
from dialogs.oversight.fields import said_in
from dialogs.oversight.rights import office
from dialogs.oversight.running import NotRun
from dialogs.oversight.samples import CannotSample, Drawn, Wish
from dialogs.oversight.sights import WHAT
from dialogs.oversight.store import Run
from dialogs.talk import Button, Fact, Reply
from dialogs.turn import Turn
from nlu.normalise import fold

ASKED = re.compile(r"\bstikproeve|\budtag\w* \d|\btilfaeldige fund\b|\d (?:tilfaeldige|stoerste)\b")
WORDS = re.compile(r"\b(?:stikprøv\w*|tag\w*|lav\w*|udtag\w*|udvid\w*|tilfældig\w*|største|fund\w*|tilsyn\w*|træk\w*)\b", re.I)
SIZE = re.compile(
    r"(?:paa|af|til|med|stikproeve)\s+(\d{1,5})\b(?!\.|\s*(?:kvartal|tertial|halvaar))|\b(\d{1,5})\s+(?:tilfaeldige|fund|raekker|stikproever|bilag)"
)
NUMBERED = re.compile(r"\b(?:på|af|til|med|stikprøve)\s+\d{1,5}\b(?!\.)|\b\d{1,5}\s+(?:tilfældige|største|fund|rækker|mere|flere)\b", re.I)
LARGEST = re.compile(r"\b(\d{1,4})\s+stoerste\b")
MORE = re.compile(r"\b(\d{1,4})\s+(?:fund\s+)?(?:mere|flere|til)\b")
BY = re.compile(r"\b(?:efter|pr\.?|per|fordelt paa|lagdelt paa|lagdelt efter)\s+([a-z_]{3,30})")
SHARES = (0.10, 0.05)  # of errors that an offered size rules out
SHOWN = 5  # rows on a card


async def asked(turn: Turn) -> None:
    """Draw or extend the sample of the run that the text means; without a size, what its tilsyn asks for, else sizes to choose among."""
    said = NUMBERED.sub(" ", turn.text)
    run = await pointed.of(turn, WORDS.sub(" ", said), said_in(said, At(turn.desk, turn.event, {})))
    if run is None:
        return
    if run.state != "found":
        turn.say(f"{telling.answer(run)} Der er derfor ingen stikprøve at tage.", *cards.again(run))
        return
    await drawn(turn, run, await wish_of(turn.text, turn.desk, run))


async def wish_of(text: str, desk: Desk, run: Run) -> Wish | None:
    """What a text asks for: the sizes it names, else what is there already or what the tilsyn's file says; None where nothing says it."""
    said, oversight = fold(text), office(desk)
    before, column = await samples.of(oversight, run), column_of(said, run)
    if (match := MORE.search(said)) and before:
        return before.wish.model_copy(update={"size": before.wish.size + int(match[1])})
    largest, size = LARGEST.search(said), SIZE.search(said)
    many = int(next(one for one in size.groups() if one)) if size else 0
    if largest:
        return Wish(method="største", largest=int(largest[1]), size=many, by=column)
    if many:
        stratified = column and re.search(r"\blagdelt|\bfordelt", said)
        return Wish(method="lagdelt", size=many, by=column) if stratified else Wish(size=many)
    return before.wish if before else samples.of_head(await oversight.of(run))


def column_of(said: str, run: Run) -> str:
    """The column that a text names, "" for none."""
    match = BY.search(said)
    return next((name for name, _ in run.columns if match and name == match[1]), "")


async def drawn(turn: Turn, run: Run, wish: Wish | None) -> None:
    """The sample's card; or sizes to choose among, or why there is none."""
    offered = sizes(run)
    if wish is None and len(offered) == 1:
        turn.say(f"{telling.named(run)}: {texts.count(run.rows, 'fund', 'fund')}. Det er for få til en stikprøve, så se dem alle.")
        return
    if wish is None:
        turn.say(f"{telling.named(run)}: {texts.count(run.rows, 'fund', 'fund')}. Hvor mange skal jeg tage ud?", *offered)
        return
    try:
        sample = await samples.draw(office(turn.desk), run, wish, turn.event.who.name or "en kollega")
    except (CannotSample, NotRun) as error:
        turn.say(texts.plain(str(error)))
        return
    reply = await card(turn.desk, run, sample, turn.event.who.id)
    turn.say(reply.text, *reply.buttons, facts=list(reply.facts))


def sizes(run: Run) -> list[Button]:
    """Sizes that are enough to say something when no error is found."""
    found = []
    for share in SHARES:
        size = sampling.size(sampling.SURE, share, run.rows if run.rows <= sampling.SMALL else None)
        if size < run.rows:
            label = f"{telling.number(size)} (højst {round(share * 100)} % fejl)"
            found.append(Button(label=label, do="oversight sample", data={"run": run.id, "size": str(size)}))
    return [*found, Button(label="Alle", do="oversight sample", data={"run": run.id, "size": str(min(run.rows, samples.MOST))})]


async def card(desk: Desk, run: Run, sample: Drawn, person: str, first: int = 0) -> Reply:
    """What a person (id) who may see it is shown of a sample; that they saw rows is put on record before. Raises Unavailable."""
    oversight = office(desk)
    rows = await samples.rows(oversight, run, sample, first, SHOWN)
    await desk.jobs.saw(person, run.id, "oversight", WHAT, {"sample": len(rows), "from": first})
    told = samples.shown(sample, await oversight.judgements.of(run))
    facts = [
        Fact(label="Stikprøve", value=texts.plain(told.method)),
        Fact(label="Af", value=texts.count(sample.population, "fund", "fund")),
        Fact(label="Den siger", value=texts.plain(told.said)),
    ]
    facts = ([] if first else facts) + [Fact(label=f"Nr. {row['nr']}", value=telling.line(row)) for row in rows]
    total = len(sample.numbers)
    text = (
        f"{telling.named(run)}: {texts.count(total, 'fund er', 'fund er')} i stikprøven."
        if not first
        else f"Udtaget {first + 1}-{first + len(rows)} af {telling.number(total)}."
    )
    return Reply(text=text, facts=tuple(facts), buttons=tuple(buttons(run, first + len(rows), total)))


def buttons(run: Run, seen: int, total: int) -> list[Button]:
    """More of the rows, and the file."""
    more = [Button(label="Vis flere", do="oversight sample", data={"run": run.id, "first": str(seen)})] if seen < total else []
    judge = Button(label="Vurdér fund", do="oversight judge", data={"run": run.id})
    return [*more, judge, Button(label="Hent Excel", do="oversight export", data={"run": run.id, "kind": "xlsx"})]


async def pressed(turn: Turn, button: Button, card_: str, inputs: dict[str, str]) -> None:
    """A size that was offered, or more rows of a sample."""
    del card_, inputs
    run = await pointed.named_by(turn, button)
    if run is None:
        return
    size, first = button.data.get("size", ""), button.data.get("first", "")
    sample = await samples.of(office(turn.desk), run)
    if size.isdecimal() and size.isascii():
        await drawn(turn, run, Wish(size=int(size)))
    elif sample and first.isdecimal() and int(first) < len(sample.numbers):
        reply = await card(turn.desk, run, sample, turn.event.who.id, int(first))
        turn.say(reply.text, *reply.buttons, facts=list(reply.facts))
    else:
        await drawn(turn, run, sample.wish if sample else samples.of_head(await office(turn.desk).of(run)))


PRESSES = {"oversight sample": pressed}
