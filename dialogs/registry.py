"""What Kollega can do, found by looking in the folders: one module, one thing.

A module with a `Form` (and `execute` beside it) is a form; a module with `ANSWERS` (intent → function of a turn) answers at once; one with `UNASKED`
(intent → function of a desk and a job) has the work of jobs that nobody asks for, such as those of the calendar.
"""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable
from functools import cache

import dialogs
import dialogs.cases
import dialogs.oversight
import dialogs.requests
from dialogs.desk import Desk
from dialogs.form import Execute, Request
from dialogs.talk import Button
from dialogs.turn import Turn
from jobs.engine import Job

Answer = Callable[[Turn], Awaitable[None]]
Press = Callable[[Turn, Button, str, dict[str, str]], Awaitable[None]]
Unasked = Callable[[Desk, Job], Awaitable[str]]


class Found:
    """Forms, their work, and answers, by intent."""

    def __init__(self) -> None:
        self.forms: dict[str, type[Request]] = {}
        self.work: dict[str, Execute] = {}
        self.answers: dict[str, Answer] = {}
        self.presses: dict[str, Press] = {}  # by what the button does
        self.unasked: dict[str, Unasked] = {}  # the work of jobs without a form, by intent
        self.requests: set[str] = set()  # the standard requests: the forms that administrators have rules for

    def take(self, name: str) -> None:
        """Whatever the module of that name offers. Raises ValueError when an intent is offered twice."""
        module = importlib.import_module(name)
        form = getattr(module, "Form", None)
        if isinstance(form, type) and issubclass(form, Request):
            self._new(form.intent, name)
            self.forms[form.intent], self.work[form.intent] = form, module.execute
            if name.startswith("dialogs.requests."):
                self.requests.add(form.intent)
        self.presses |= getattr(module, "PRESSES", {})
        self.unasked |= getattr(module, "UNASKED", {})
        for intent, answer in getattr(module, "ANSWERS", {}).items():
            self._new(intent, name)
            self.answers[intent] = answer

    def _new(self, intent: str, name: str) -> None:
        if intent in self.forms or intent in self.answers:
            raise ValueError(f"{name} offers {intent} a second time")

    def __contains__(self, intent: object) -> bool:
        return intent in self.forms or intent in self.answers


@cache
def found() -> Found:
    """All that the folders hold; looked through once."""
    result = Found()
    for package in (dialogs, dialogs.cases, dialogs.oversight, dialogs.requests):
        for info in pkgutil.iter_modules(package.__path__):
            if not info.ispkg and info.name not in {"__main__", "registry", "route", "asking", "hearing", "filler", "work"}:
                result.take(f"{package.__name__}.{info.name}")
    return result
