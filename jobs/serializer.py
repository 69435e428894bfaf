"""What a job's record can hold: plain JSON that comes back equal, and the errors of connectors/errors.py.

The first run of a job sees a step's live result, a repeat after a crash sees the record. Were the two not equal, the job would
take another path the second time. So whatever does not come back equal is refused, on the first run, where it is noticed.
"""

import functools
import inspect
import json
import math
import weakref
from collections.abc import Callable, Hashable
from types import FunctionType
from typing import Any, get_type_hints

from pydantic import TypeAdapter
from typing_extensions import override

from connectors.errors import ConnectorError


class JobError(Exception):
    """A step failed with an error that is not a ConnectorError: a fault in our own code. Only its type's name is recorded."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind

    @override
    def __str__(self) -> str:
        return f"a step failed with {self.kind}"


KINDS: list[type[ConnectorError]] = [ConnectorError, *ConnectorError.__subclasses__()]
ERRORS = {kind.__name__: kind for kind in KINDS}


def recordable(error: Exception) -> Exception:
    """The error as a repeat will see it: one of connectors/errors.py by its nearest kind there, else a JobError."""
    if isinstance(error, JobError):
        return error
    for kind in type(error).__mro__:
        if ERRORS.get(kind.__name__) is kind:
            args = [_plain(arg) for arg in error.args]
            return error if type(error) is kind and same(args, list(error.args)) else ERRORS[kind.__name__].rebuilt(args)
    return JobError(type(error).__name__)


def _plain(arg: object) -> object:
    """An error's argument as JSON can hold it: a pause of "infinity" is no pause, anything odd is its text."""
    if isinstance(arg, float):
        return float(arg) if math.isfinite(arg) else None
    return int(arg) if isinstance(arg, int) else arg if arg is None else str(arg)


def same(one: Any, other: Any) -> bool:
    """Equal in value and in type, all the way down (1 is not True, a tuple is not a list)."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(type(key) is str and same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


class JsonSerializer:
    """Writes and reads dbos' records. A `dbos.Serializer` in all but name: deriving from it would import dbos (0.4 s) early.

    Three shapes: {"args": …, "kwargs": …} a job's input, {"error": …, "args": …} an error, {"value": …} a result.
    """

    def name(self) -> str:
        return "kollega_json"  # stored in each row; another name would make old rows unreadable

    def serialize(self, data: Any) -> str:
        """The record of a value, an error or a job's input. Raises TypeError for a value that would not come back equal."""
        if isinstance(data, BaseException):
            error = recordable(data) if isinstance(data, Exception) else JobError(type(data).__name__)
            return _text({"error": type(error).__name__, "args": list(error.args)})
        is_input = isinstance(data, dict) and data.keys() == {"args", "kwargs"} and isinstance(data["args"], tuple)
        text = _text(data | {"args": list(data["args"])} if is_input else {"value": data})
        if not same(self.deserialize(text), data):
            raise TypeError("a job's record must be plain JSON that comes back equal")
        return text

    def deserialize(self, serialized_data: str) -> Any:
        """What was recorded."""
        record = json.loads(serialized_data)
        if "error" in record:
            kind = ERRORS.get(record["error"])
            return kind.rebuilt(record["args"]) if kind else JobError(*record["args"])
        if "kwargs" in record:
            return {"args": tuple(record["args"]), "kwargs": record["kwargs"]}
        return record["value"]


def _text(record: dict[str, Any]) -> str:
    try:
        return json.dumps(record, allow_nan=False, separators=(",", ":"))
    except ValueError as error:  # NaN, infinity, or a value that holds itself
        raise TypeError(str(error)) from error


@functools.lru_cache(1000)  # one is made in a fifth of a millisecond, and each step needs one
def adapter(kind: Any) -> TypeAdapter[Any]:
    """Pydantic's for that type."""
    return TypeAdapter(kind)


class Shape:
    """How one step's result becomes JSON and comes back, by the type that its call promises."""

    def __init__(self, kind: Any) -> None:
        self._adapter: TypeAdapter[Any] = adapter(kind) if isinstance(kind, Hashable) else TypeAdapter(kind)

    def dump(self, value: Any) -> Any:
        """Plain JSON. Raises TypeError for a result that would not come back equal (a secret, a hidden field, an unnamed type)."""
        plain = self._adapter.dump_python(value, mode="json", by_alias=False, warnings="error")
        back = self.build(plain)
        if type(back) is not type(value) or back != value:
            raise TypeError(f"a result of type {type(value).__name__} does not come back equal; name its type with returns=")
        return plain

    def build(self, plain: Any) -> Any:
        """The result again."""
        return self._adapter.validate_python(plain, by_alias=False, by_name=True)


PROMISED: weakref.WeakKeyDictionary[FunctionType, Any] = weakref.WeakKeyDictionary()  # read once, and kept no longer than the call


def returned_by(call: Callable[..., Any]) -> Any:
    """The type that a call's return annotation names, or Any. Raises NameError for an annotation that cannot be read."""
    while isinstance(call, functools.partial):
        call = call.func
    if not (inspect.isroutine(call) or inspect.isclass(call)):
        call = type(call).__call__
    call = getattr(call, "__func__", call)  # of a method: itself is new each time
    if not isinstance(call, FunctionType):
        return get_type_hints(call, include_extras=True).get("return", Any)
    if call not in PROMISED:
        PROMISED[call] = get_type_hints(call, include_extras=True).get("return", Any)
    return PROMISED[call]
