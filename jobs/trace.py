"""What run data and the chain keep of a step: the call, what it was given, what it gave, and how it ended."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connectors.errors import ConnectorError
from jobs.audit import plain


@dataclass(frozen=True)
class Trace:
    """system: "servicenow". what: the call's name, "create_incident". asked: what it was given. before: how it was. within: its limit."""

    system: str
    what: str
    asked: Any
    before: Any = None
    within: str = ""

    @classmethod
    def of(
        cls, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], *, on: object, before: Any, within: str
    ) -> "Trace":
        """The trace of `call(*args, **kwargs)`. A connector's own method says its system by itself."""
        if isinstance(call, functools.partial):
            return cls.of(call.func, (*call.args, *args), {**call.keywords, **kwargs}, on=on, before=before, within=within)
        system = on or getattr(call, "__self__", "")
        name = system if isinstance(system, str) else getattr(system, "name", "")
        what = getattr(call, "__name__", type(call).__name__)
        return cls(name if isinstance(name, str) else "", what, [*args, *([kwargs] if kwargs else [])], before, within)

    def detail(self, answer: Any) -> dict[str, Any]:
        """The parts that may be erased. answer: the result as plain JSON, or None."""
        parts = {"asked": plain(self.asked), "before": plain(self.before), "answer": plain(answer)}
        return {name: part for name, part in parts.items() if part is not None}


def outcome(error: BaseException | None) -> str:
    """How a step ended, without anything that a person wrote: "done", "Refused servicenow case_closed", "JobError"."""
    if error is None:
        return "done"
    parts = (error.system, error.code) if isinstance(error, ConnectorError) else ()
    return " ".join((type(error).__name__, *parts)).strip()


def references(result: Any) -> list[dict[str, str]]:
    """Name and address of what a result speaks of, for whoever looks the run up: a case, a document, a list of them."""
    if isinstance(result, list | tuple):
        return [one for part in result for one in references(part)]
    url = getattr(result, "link", "")
    name = next((str(getattr(result, part)) for part in ("document_number", "number", "name") if getattr(result, part, "")), "")
    return [{"name": name, "url": url}] if isinstance(url, str) and url and name else []
