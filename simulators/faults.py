"""What `POST /control/faults` takes, and how long it strikes."""

import json
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

DEEPEST = 100  # levels of JSON: no real body comes near, and Python's own parsers give up at a thousand
LONGEST = 600.0  # seconds; longer than any time-out under test


class Fault(BaseModel):
    """Strikes each request whose path contains `path`, `times` times (None: always).

    `match`: a text that must be in the body. `status`: answered instead of the effect. `delay`: seconds before the effect.
    `drop_answer`: the effect happens and the connection is cut. `retry_after`: seconds, the header of an answer by `status`.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    path: str = Field(min_length=1)
    method: str = ""
    match: str = ""
    status: int = Field(default=0, ge=0, le=599)
    delay: float = Field(default=0.0, ge=0, le=LONGEST, allow_inf_nan=False)
    drop_answer: bool = False
    retry_after: int | None = Field(default=None, ge=0)
    times: int | None = Field(default=None, ge=0)

    def strikes(self, request: web.Request, body: str) -> bool:
        """Whether it is this fault's turn. `body`: the request's, as `readable` gives it."""
        return (
            self.path in request.path
            and self.method.upper() in {"", request.method.upper()}
            and self.match in body
            and (self.times is None or self.times > 0)
        )


class Faults:
    """The faults in force, oldest first."""

    def __init__(self) -> None:
        self._all: list[Fault] = []

    def add(self, fault: Fault) -> int:
        """Put one in force; `times` 0 removes those of its path instead. Gives how many are in force."""
        self._all = [one for one in self._all if one.times != 0 and not (fault.times == 0 and one.path == fault.path)]
        if fault.times != 0:
            self._all.append(fault)
        return len(self._all)

    def standing(self) -> list[Fault]:
        """Those that will still strike."""
        return [one for one in self._all if one.times != 0]

    def clear(self) -> None:
        self._all.clear()

    def take(self, request: web.Request, body: bytes) -> Fault | None:
        """The first fault that strikes this request, counted down."""
        if not self._all:
            return None
        text = readable(body)
        fault = next((one for one in self._all if one.strikes(request, text)), None)
        if fault and fault.times:
            fault.times -= 1
        return fault


def readable(body: bytes) -> str:
    r"""The body as text; in JSON with \u escapes also as it reads."""
    text = body.decode(errors="replace")
    if "\\u" not in text:
        return text
    try:
        return f"{text}\n{json.dumps(json.loads(text), ensure_ascii=False)}"
    except (ValueError, RecursionError):
        return text


class Unreadable(ValueError):
    """JSON that no system takes."""


def parsed(body: bytes) -> Any:
    """The JSON in a body, or None where it holds none. Raises Unreadable: nested without end, or with half a character."""
    try:
        found = json.loads(body, parse_constant=refused)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise Unreadable("half a character") from error
    except RecursionError as error:
        raise Unreadable("nested too deep") from error
    except ValueError:
        return None
    if nested(found) > DEEPEST:
        raise Unreadable("nested too deep")
    return found


def refused(word: str) -> None:
    """NaN and Infinity are no JSON."""
    raise ValueError(word)


def nested(value: Any) -> int:
    """The levels of a JSON value, counted without recursion."""
    levels, layer = 0, [value]
    while layer:
        levels += 1
        holders = [one for one in layer if isinstance(one, dict | list)]
        layer = [item for one in holders for item in (one.values() if isinstance(one, dict) else one)]
    return levels
