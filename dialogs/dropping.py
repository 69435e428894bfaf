"""Cancelling in words: which of several forms is meant, all of them, or a job that is under way."""

import re
from datetime import timedelta

from dialogs import pointing, texts, words
from dialogs.approval import NOTHING_DONE
from dialogs.filler import Filler
from dialogs.people_edits import edits
from dialogs.people_table import crowd
from dialogs.registry import found
from dialogs.smalltalk import nothing_to_cancel
from dialogs.state import FormState
from dialogs.talk import Button
from dialogs.turn import Turn
from dialogs.words import Word
from jobs.engine import Status
from nlu.normalise import fold

DROPPED = "Den blev droppet, og intet er ændret."
FEW = 5  # words that may name a form
POINTING = frozenset("den det der med sagen sag kun bare drop droppe annuller slet min mit".split())
LIKELY = 0.4  # beside a word of stopping this is enough: dropping is regretted in a word
RECENT = 3  # forms that ended last, whose jobs may still be under way
LATELY = timedelta(hours=1)
ENDED = frozenset({"done", "failed", "cancelled"})
NONE = frozenset({"ingen", "ingen af dem", "ingen af delene", "hverken eller"})


def forms(turn: Turn) -> list[FormState]:
    """All that is open: the form in hand, then those that wait, the latest first."""
    state = turn.state
    return [*((state.open,) if state.open else ()), *reversed(state.waiting)]


def unclear(turn: Turn) -> bool:
    """Whether a cancel in words may mean one of several forms. The label of a button that stands there ("Drop den") says which."""
    if words.means(turn.text) is not Word.CANCEL or len(forms(turn)) < 2:
        return False
    said = words.whole(turn.text)
    return said == "annuller" or all(words.whole(button.label) != said for button in turn.state.shown)


def in_other_words(turn: Turn) -> bool:
    """A longer text that stops the open form: it holds a word of stopping, and may well mean that."""
    form = turn.state.open
    if (
        not form
        or words.means(turn.text) is not None
        or not words.stops(turn.text)
        or shrinks(form, turn.text)
        or speaks_of(form, turn.text)
    ):
        return False
    meaning = turn.meaning
    return any(intent == "cancel" and sure >= LIKELY for intent, sure in ((meaning.intent, meaning.confidence), *meaning.alternatives))


def speaks_of(form: FormState, text: str) -> bool:
    """Whether a text names a field of the form: "nå nej, lad mig være ejer alligevel" corrects it."""
    said = fold(text).split()
    return any(fold(word) in said for ask in found().forms[form.intent].asks().values() for word in ask.words)


def shrinks(form: FormState, text: str) -> bool:
    """Whether a text takes somebody off one of the form's lists of people: "drop den sidste"."""
    lists = [
        crowd(form.answers[name]) for name, ask in found().forms[form.intent].asks().items() if ask.kind.corrects and name in form.answers
    ]
    return any(edits(text, one, asked=False) for one in lists if one.rows)


async def cancelled(turn: Turn) -> None:
    """Cancel, at once and without a question where only one thing can be meant."""
    found_ = forms(turn)
    if len(found_) > 1 and not any(button.do == "drop" for button in turn.state.shown):
        ask_which(turn, found_)
    elif found_:
        await drop(turn, found_[0].id)
    else:
        await stop_job(turn)


def ask_which(turn: Turn, several: list[FormState]) -> None:
    """The one question that a cancel may bring."""
    abouts = [about(form) for form in several]
    every = "Begge" if len(several) == 2 else "Alle"
    buttons = [
        Button(label=texts.shortened(one[0].upper() + one[1:], 60), do="drop", data={"form": form.id})
        for one, form in zip(abouts, several, strict=True)
    ]
    turn.say(
        f"Hvad skal jeg droppe: {', '.join(abouts)} eller {every.lower()}?",
        *buttons,
        Button(label=every, do="drop", data={"form": "*"}),
        Button(label="Ingen af dem", do="drop", data={"form": ""}),
    )


def about(form: FormState) -> str:
    """What a form is about."""
    return found().forms[form.intent].about(form.answers)


def named(turn: Turn) -> Button | None:
    """Which of the forms that may be dropped a few words mean: "begge", "den første", "den om musen"."""
    shown = turn.state.shown
    listed, room = ([button for button in shown if button.do == do] for do in ("drop", "make room"))
    if not listed and not room:
        return None
    single = room or listed[:-2]
    if listed and pointing.ordinals(turn.text, len(single)) == list(range(len(single))):
        return listed[-2]
    if words.bare(turn.text) in NONE:
        return listed[-1] if listed else next((button for button in shown if button.do == "no"), None)
    said = [word for word in re.findall(r"\w{3,}", fold(turn.text)) if word not in POINTING]
    hits = [button for button in single if said and len(turn.text.split()) <= FEW and any(stands_in(word, button.label) for word in said)]
    place = pointing.ordinal(turn.text, len(single))
    return single[place] if place is not None else hits[0] if len(hits) == 1 else None


def stands_in(word: str, label: str) -> bool:
    """A word of the label, in whatever form: "musen" for "Min mus er død"."""
    return any(word.startswith(one) or one.startswith(word) for one in re.findall(r"\w{3,}", fold(label)))


async def drop(turn: Turn, wanted: str) -> None:
    """Drop one form by its id, "*" all, "" none. It can be regretted for the rest of the day."""
    state, found_ = turn.state, forms(turn)
    if wanted == "*" and len(found_) > 1:
        drop_all(turn, found_)
        return
    form = next((one for one in found_ if wanted in {"*", one.id}), None)
    if form is None:
        turn.say("Fint, intet er droppet." if found_ and not wanted else "Der er ikke noget i gang. Intet er ændret.")
    elif form is state.open:
        await Filler(turn, form).drop()
        return
    else:
        state.waiting.remove(form)
        Filler(turn, form).regrettable(DROPPED)
        turn.say(f"Droppet: {about(form)}. Intet er ændret.", Button(label="Fortryd", do="restore", data={"form": form.id}))
    if state.open:
        filler = Filler(turn, state.open)
        await filler.again(f"Tilbage til {about(state.open)}:")


def drop_all(turn: Turn, several: list[FormState]) -> None:
    """Everything that is open, and what was still to be taken up."""
    state, (first, *others) = turn.state, several
    state.waiting, state.wishes = [], []
    for form in several:
        turn.close_card(form.card, "Droppet. Intet er ændret.")
    for form in others:
        form.card = ""
        state.close(form, DROPPED)
    first.together = list(reversed(others))
    Filler(turn, first).regrettable(DROPPED)
    which = "Begge" if len(several) == 2 else "Alle"
    turn.say(f"{which} er droppet. Intet er ændret.", Button(label="Fortryd", do="restore", data={"form": first.id}))


async def stop_job(turn: Turn) -> None:
    """With no form open a cancel means the job that is under way; one that is done cannot be stopped, and that is said."""
    keys = [one.job for one in reversed(turn.state.closed) if one.job][:RECENT]
    jobs = [status for key in keys if (status := await turn.desk.jobs.status(key))]
    going = next((job for job in jobs if job.state not in ENDED), None)
    if going:
        turn.say(
            "Den er i gang. Skal jeg stoppe den? Det, der allerede er skrevet, bliver stående.",
            Button(label="Ja, stop den", do="stop", data={"job": going.key}),
            Button(label="Lad den køre", do="let go on"),
        )
    elif jobs and is_recent(turn, jobs[0]):
        turn.say("Der er ikke noget i gang. Det, du sidst sagde ja til, er gjort og bliver stående.")
    else:
        await nothing_to_cancel(turn)


def is_recent(turn: Turn, job: Status) -> bool:
    """Whether that is done, and they have talked since."""
    return (
        job.state == "done"
        and job.outcome not in NOTHING_DONE
        and turn.state.touched_at is not None
        and turn.desk.now() - turn.state.touched_at < LATELY
    )


async def stopped(turn: Turn, job: str) -> None:
    """Stop a job of this conversation. What its steps have written already stays."""
    if not any(one.job == job for one in turn.state.closed):
        turn.say("Den kender jeg ikke.")
    elif await turn.desk.jobs.cancel(job):
        turn.say(
            "Stoppet. Det, der allerede var skrevet, bliver stående.",
            Button(label="Se mine sager", do="offer", data={"intent": "case.list"}),
        )
    else:
        turn.say("Den var allerede færdig, så den kunne ikke stoppes.")
