"""Undoing what a standard request did, within the time that its rule gives: shown before, confirmed, and done with the same proof.

A button names the job alone. Who asked for it, until when it can be undone and what is needed for that are looked up in the job's own record. Some
requests are undone by another one ("tag dem af igen"), which is then begun as a wish; the others by their own `undo`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from typing_extensions import override

from dialogs import words
from dialogs.desk import Desk
from dialogs.fields import At
from dialogs.finishing import UNDO, finish
from dialogs.form import Notice, Request
from dialogs.registry import found
from dialogs.standard import Standard
from dialogs.starting import start
from dialogs.talk import Button, Fact
from dialogs.turn import Turn
from jobs.engine import Job, Status
from nlu.normalise import fold

LOOKED_AT = 5  # of a person's newest jobs
TOO_LATE = "Det kan ikke fortrydes længere. Skriv, hvad der skal ændres, så gør vi det på den måde."
SPOKEN = re.compile(
    r"(?:(?:hov|ups|nej|oej|aah|kollega)\s+)*"
    r"(?:(?:kan|maa|vil|gider) (?:du|jeg|vi) (?:godt |lige |nok )*|jeg (?:vil|skal) (?:gerne |lige )*|det skal |lad os )?"
    r"(?:fortryd(?:e|es|er)?|(?:lav|goer|rul|roll?) (?:det|den) (?:om|tilbage))(?: (?P<what>.{1,80}))?"
)
FILLING = frozenset(
    "det den dem igen lige venligst tak alt hele sidste du jeg gjorde har gjort bad om dig skrev paa var en fejl nu alligevel listen postkassen".split()
)


@dataclass(frozen=True)
class Past:
    """A finished job that can still be undone. back: what its request kept for that. until: aware."""

    form: Standard
    back: Mapping[str, Any]
    until: datetime


async def past(desk: Desk, key: str, person: str) -> Past | None:
    """The job of that key, if this person (id) asked for it and the time that its rule gave is not over. Raises Unavailable."""
    record = await desk.jobs.record(key)
    kept = (record.results.get(UNDO) or {}) if record else {}
    if record is None or record.order.person["id"] != person or not kept.get("until"):
        return None
    form, until = found().forms[record.order.intent].model_validate(record.order.form), datetime.fromisoformat(kept["until"])
    return Past(form, kept["back"], until) if isinstance(form, Standard) and desk.now() <= until else None


class Form(Request):
    """Which job. What undoing it does stands in the summary."""

    intent: ClassVar[str] = "undo"
    spoken: ClassVar[bool] = False
    yes: ClassVar[str] = "Ja, fortryd"
    rechecks: ClassVar[bool] = True

    of: str
    does: str = ""
    lines: tuple[Fact, ...] = ()

    @classmethod
    @override
    async def notice(cls, at: At) -> Notice:
        one = await past(at.desk, at.answers["of"], at.event.who.id)
        if one is None:
            return Notice(TOO_LATE, stop=True)
        found_ = await one.form.reversal(one.back, at)
        if isinstance(found_, str):
            return Notice(found_, stop=True)
        return Notice(adds={"does": found_.does, "lines": [line.model_dump() for line in found_.lines]})

    @classmethod
    @override
    def about(cls, answers: Mapping[str, Any]) -> str:
        return "det, der skal fortrydes"

    @override
    def confirm(self) -> str:
        return f"{self.does} Passer det?"

    @override
    def facts(self) -> list[Fact]:
        return list(self.lines)

    def what(self) -> str:
        """What is undone, as the request item has it."""
        return self.does


async def execute(form: Form, desk: Desk, job: Job) -> str:
    """The request's own `undo`; refused where it has been too late meanwhile."""
    record = await job.step("look up", desk.jobs.record, form.of, on="jobs")
    if record is None:
        return await finish(form, desk, job, TOO_LATE, outcome="nothing")
    original = found().forms[record.order.intent].model_validate(record.order.form)
    assert isinstance(original, Standard)  # noqa: S101 - the notice has seen it
    return await finish(form, desk, job, await original.undo(record.results[UNDO]["back"], form.of, desk, job))


async def undone(turn: Turn, button: Button, card: str, inputs: dict[str, str]) -> None:
    """Show what undoing that job does, and ask."""
    del inputs
    key = button.data.get("job", "")
    one = await past(turn.desk, key, turn.event.who.id) if key else None
    if one is None:
        turn.close_card(card, "Det kan ikke fortrydes længere.")
        turn.say(TOO_LATE)
        return
    turn.close_card(card, "Du bad om at fortryde.")
    if "intent" in one.back:
        await start(turn, one.back["intent"], "", one.back["answers"])
    else:
        await start(turn, Form.intent, "", {"of": key})


async def by_words(turn: Turn) -> bool:
    """A text that says "fortryd" where no form is open: what was done last for this person, or what is named. False: it means something else."""
    said = SPOKEN.fullmatch(words.whole(turn.text).rstrip("? "))
    if said is None or turn.state.open or turn.state.waiting or turn.event.after < 0:
        return False
    best, key = -1, ""
    for one in await turn.desk.jobs.mine(turn.event.who.id, LOOKED_AT):
        if one.intent not in {*found().requests, Form.intent} or one.state != "done":
            continue
        hits = await named(turn.desk, one, fold(said["what"] or ""))
        if hits > best:
            best, key = hits, one.key
    if key:
        await undone(turn, Button(label="Fortryd", do="undo", data={"job": key}), "", {})
    return bool(key)


async def named(desk: Desk, job: Status, said: str) -> int:
    """How much of what was said speaks of that job: words of its form; that something was made counts most. -1: it cannot be undone at all."""
    record = await desk.jobs.record(job.key)
    if record is None or UNDO not in record.results:  # it came to nothing
        return -1
    form = fold(str(record.order.form))
    making = ("opret" in said and job.intent.endswith(".create")) * 10
    return making + sum(word in form for word in re.findall(r"\w{2,}", said) if word not in FILLING)


PRESSES = {"undo": undone}
