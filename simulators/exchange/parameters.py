"""What a cmdlet takes: names without regard to case, values as PowerShell would turn them, and its refusals where it cannot."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from simulators.exchange import refusals
from simulators.exchange.wire import Row

Kind = Callable[[str, Any], Any]
COMMON = ("Confirm", "WhatIf", "Verbose", "Debug")
ALL = 10**9  # ResultSize Unlimited
DEFAULT_SIZE = 1000


@dataclass(frozen=True)
class Change:
    """A change to a property of many values: all of them anew, or some more and some less."""

    whole: list[str] | None = None
    add: list[str] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)

    def on(self, before: list[str], same: Callable[[str], str] = str.lower) -> list[str]:
        """The values afterwards, each once. `same`: what makes two of them one."""
        gone = {same(one) for one in self.remove}
        kept = before if self.whole is None else []
        after = [one for one in [*kept, *(self.whole or []), *self.add] if same(one) not in gone]
        return list({same(one): one for one in after}.values())


@dataclass
class Given:
    """The parameters of one call, by the names of the documentation; those that are null are not there. `warn` collects warnings."""

    values: Mapping[str, Any]
    warnings: list[str] = field(default_factory=list)

    def __contains__(self, name: str) -> bool:
        return name in self.values

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def text(self, name: str) -> str:
        return str(self.values.get(name, ""))

    def flag(self, name: str, default: bool = False) -> bool:
        return bool(self.values.get(name, default))

    def texts(self, name: str) -> list[str]:
        return list(self.values.get(name, []))

    def warn(self, sentence: str) -> None:
        self.warnings.append(sentence)


@dataclass(frozen=True)
class Cmdlet:
    """One cmdlet. `run(directory, given)` gives rows with Python values. `sized`: its parameter ResultSize counts."""

    run: Callable[[Any, Given], list[Row]]
    parameters: Mapping[str, Kind]
    needs: tuple[str, ...] = ()
    writes: bool = False


def text(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise refusals.bad_value(name, "Cannot convert the value to type System.String.")
    return str(value)


def flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool | int):
        raise refusals.bad_value(
            name, "Cannot convert value to type System.Boolean. Boolean parameters accept only Boolean values and numbers."
        )
    return bool(value)


def texts(name: str, value: Any) -> list[str]:
    return [text(name, one) for one in value] if isinstance(value, list) else [text(name, value)]


def change(name: str, value: Any) -> Change:
    """A list replaces; a hash table adds and removes."""
    if not isinstance(value, dict):
        return Change(texts(name, value))
    known = {key.lower(): inner for key, inner in value.items() if not key.startswith("@") and "@" not in key}
    if value.get("@odata.type") != "#Exchange.GenericHashTable" or set(known) - {"add", "remove"} or not known:
        raise refusals.bad_value(name, "Cannot convert the hash table: only the keys Add and Remove are allowed.")
    return Change(None, texts(name, known.get("add", [])), texts(name, known.get("remove", [])))


def choice(*valid: str) -> Kind:
    """One word of a list, without regard to case."""

    def read(name: str, value: Any) -> str:
        found = next((one for one in valid if one.lower() == str(value).lower()), None)
        if found is None or not isinstance(value, str):
            why = f'Cannot convert value "{str(value)[:60]}" to type. The possible enumeration values are "{", ".join(valid)}".'
            raise refusals.bad_value(name, why)
        return found

    return read


def choices(*valid: str) -> Kind:
    """Some words of a list; PowerShell takes them in one text with commas too."""
    one = choice(*valid)

    def read(name: str, value: Any) -> list[str]:
        every = value if isinstance(value, list) else [part.strip() for part in value.split(",")] if isinstance(value, str) else [value]
        return [one(name, part) for part in every]

    return read


def size(name: str, value: Any) -> int:
    """A number of results, or Unlimited."""
    if isinstance(value, str) and value.lower() == "unlimited":
        return ALL
    if isinstance(value, bool) or not str(value).isascii() or not str(value).isdecimal() or not 0 < int(str(value)) < ALL:
        raise refusals.bad_value(name, f'Cannot convert value "{str(value)[:40]}" to type Unlimited.')
    return int(value)


def moment(name: str, value: Any) -> datetime:
    """A date and time; without an offset, UTC."""
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError) as error:
        raise refusals.bad_value(name, f'Cannot convert value "{str(value)[:40]}" to type System.DateTime.') from error


def given(cmdlet: Cmdlet, sent: Mapping[str, Any], hidden: list[str]) -> Given:
    """The parameters of a call, read. `hidden`: names in lower case that the caller's role does not let it see."""
    known = {name.lower(): (name, kind) for name, kind in (*cmdlet.parameters.items(), *((name, flag) for name in COMMON))}
    values: dict[str, Any] = {}
    for name, value in sent.items():
        if name.startswith("@") or "@odata" in name or "@data" in name:
            continue
        if name.lower() not in known or name.lower() in hidden:
            raise refusals.unknown_parameter(name)
        real, kind = known[name.lower()]
        if value is not None:
            values[real] = kind(real, value)
    if missing := [name for name in cmdlet.needs if name not in values or values[name] in ("", [])]:
        raise refusals.missing_parameter(*missing)
    return Given(values)
