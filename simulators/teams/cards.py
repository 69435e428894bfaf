"""A person's hand on a card: which buttons there are, what the inputs hold, and what the client refuses to send.

It follows Microsoft's renderer (npm adaptivecards 3.0.6): values are texts, unset inputs are left out, a button takes the inputs of the
cards around it and none of those of cards beside it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from simulators.teams.errors import Refusal, bad

Card = dict[str, Any]
SKIPPED = ("fallback", "refresh", "authentication", "data", "msteams", "metadata")
READERS: dict[str, Callable[[str], Any]] = {
    "Input.Number": float,
    "Input.Date": date.fromisoformat,
    "Input.Time": time.fromisoformat,
}


@dataclass(frozen=True)
class Button:
    """A button in the order of drawing, with the cards around it, the outermost first."""

    action: Card
    cards: tuple[Card, ...]

    @property
    def title(self) -> str:
        return str(self.action.get("title", ""))


class Invalid(Exception):
    """What the person must mend first: the ids of the inputs."""

    def __init__(self, inputs: list[str]) -> None:
        super().__init__(inputs)
        self.inputs = inputs


def walk(node: Any, cards: tuple[Card, ...] = ()) -> Iterator[tuple[Card, tuple[Card, ...]]]:
    """Every object of a card, the body before the buttons, with the cards around it."""
    if isinstance(node, list):
        for item in node:
            yield from walk(item, cards)
    if not isinstance(node, dict):
        return
    if node.get("type") == "AdaptiveCard":
        cards = (*cards, node)
    yield node, cards
    for name in sorted((name for name in node if name not in SKIPPED), key=lambda name: name != "body"):
        yield from walk(node[name], cards)


def buttons(card: Card) -> list[Button]:
    """Every button, those of inner cards too."""
    return [Button(node, cards) for node, cards in walk(card) if str(node.get("type", "")).startswith("Action.")]


def find(card: Card, wanted: Any) -> Button:
    """A button by its place (0 is the first) or its title. Raises Refusal 404 with the titles that there are."""
    found = buttons(card)
    if isinstance(wanted, int) and not isinstance(wanted, bool) and 0 <= wanted < len(found):
        return found[wanted]
    for same in (str.__eq__, lambda one, other: one.strip().casefold() == other.strip().casefold()):
        for button in found:
            if isinstance(wanted, str) and same(button.title, wanted):
                return button
    raise Refusal(404, "NoSuchButton", f"There is no such button; there are: {[button.title for button in found]}")


def inputs_for(button: Button) -> list[Card]:
    """The inputs that a button takes along."""
    if str(button.action.get("associatedInputs", "")).lower() == "none":
        return []
    return [node for node, cards in walk(button.cards[0]) if str(node.get("type", "")).startswith("Input.") and cards[-1] in button.cards]


def collect(button: Button, typed: dict[str, Any]) -> dict[str, str]:
    """What the client sends: what was typed, else what the card was drawn with.

    Raises Invalid for what the client would not send, and Refusal 400 for what no person could fill in.
    """
    everything = {node["id"]: node for node, _ in walk(button.cards[0]) if str(node.get("type", "")).startswith("Input.") and "id" in node}
    if unknown := [name for name in typed if name not in everything]:
        raise bad(f"The card has no input {unknown}; there are: {list(everything)}")
    values, invalid = {}, []
    for node in inputs_for(button):
        key = str(node["id"])
        value = filled(node, typed[key] if key in typed else node.get("value"))
        if not valid(node, value):
            invalid.append(key)
        if value:
            values[key] = value
    if invalid:
        raise Invalid(invalid)
    return values


def filled(node: Card, value: Any) -> str:
    """An input's value as text; "" is unset."""
    kind = node["type"]
    if kind == "Input.Toggle":
        on, off = str(node.get("valueOn", "true")), str(node.get("valueOff", "false"))
        return on if value is True or str(value) == on else off
    if isinstance(value, list):
        value = ",".join(map(str, value))
    text = "" if value is None else str(value)
    return chosen(node, text) if kind == "Input.ChoiceSet" and text else text


def chosen(node: Card, text: str) -> str:
    """The values behind what was picked, by value or title. A default that is no choice counts as nothing."""
    choices = node.get("choices") or []
    if isinstance(node.get("choices.data"), dict):
        return text
    by_title = {str(one.get("title")): str(one.get("value")) for one in choices}
    values = set(by_title.values())
    picked = text.split(",") if node.get("isMultiSelect") else [text]
    found = [one if one in values else by_title.get(one, "") for one in picked]
    if "" in found and text != node.get("value"):
        raise bad(f"{text!r} is no choice of {node['id']!r}; there are: {list(by_title)}")
    return ",".join(one for one in found if one)


def valid(node: Card, value: str) -> bool:
    """The client's own check: required, pattern, length, least and most."""
    if not value:
        return not node.get("isRequired")
    kind = node["type"]
    if kind == "Input.Toggle" and node.get("isRequired"):
        return value == str(node.get("valueOn", "true"))
    if kind == "Input.Text":
        longest = node.get("maxLength")
        fits = not isinstance(longest, int) or longest <= 0 or len(value) <= longest
        return fits and ("regex" not in node or re.search(node["regex"], value) is not None)
    return inside(node, value)


def inside(node: Card, value: str) -> bool:
    """Whether a number, date or time is one, and between min and max."""
    reader = READERS.get(node["type"])
    if reader is None:
        return True
    try:
        found = reader(value)
    except ValueError:
        return False
    least, most = (bound(reader, node.get(name)) for name in ("min", "max"))
    return (least is None or found >= least) and (most is None or found <= most)


def bound(reader: Callable[[str], Any], value: Any) -> Any:
    """A limit as the card gives it; one that does not parse is none."""
    try:
        return None if value is None else reader(str(value))
    except ValueError:
        return None
