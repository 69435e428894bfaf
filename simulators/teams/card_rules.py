"""What an Adaptive Card may hold in Teams: schema 1.5, at most six buttons in a row, inputs with their own ids.

Source: the Adaptive Cards schema 1.5 and "Types of cards" in the Teams documentation. An unknown element passes with a `fallback` alone.
"""

import re
from collections.abc import Iterator
from typing import Any

from simulators.teams.errors import bad

NEWEST = (1, 5)
MOST_ACTIONS = 6  # primary ones in one row
DEEPEST = 40  # levels of containers
COLOURS = "default dark light accent good warning attention"
SPACING = "default none small medium large extralarge padding"
ALIGN = "left center right"
CONTAINER = {"style": "default emphasis good attention warning accent", "verticalContentAlignment": "top center bottom"}
TEXT = {
    "size": "default small medium large extralarge",
    "weight": "default lighter bolder",
    "color": COLOURS,
    "fontType": "default monospace",
    "horizontalAlignment": ALIGN,
}
ACTION = {"style": "default positive destructive", "mode": "primary secondary"}
EVERY = {"spacing": SPACING, "height": "auto stretch"}
ELEMENTS: dict[str, dict[str, str]] = {  # type → property → allowed words
    "TextBlock": {**TEXT, "style": "default heading columnheader"},
    "RichTextBlock": {"horizontalAlignment": ALIGN},
    "Image": {"size": "auto stretch small medium large", "style": "default person roundedcorners", "horizontalAlignment": ALIGN},
    "ImageSet": {"imageSize": "auto stretch small medium large"},
    "Media": {},
    "FactSet": {},
    "ActionSet": {},
    "Container": CONTAINER,
    "Column": CONTAINER,
    "ColumnSet": {**CONTAINER, "horizontalAlignment": ALIGN},
    "Table": {"gridStyle": CONTAINER["style"], "horizontalCellContentAlignment": ALIGN},
    "Input.Text": {"style": "text tel url email password"},
    "Input.Number": {},
    "Input.Date": {},
    "Input.Time": {},
    "Input.Toggle": {},
    "Input.ChoiceSet": {"style": "compact expanded filtered"},
}
EXTENSIONS = (
    "Carousel Icon CompoundButton CodeBlock Badge ProgressBar ProgressRing Rating Input.Rating Chart.Donut Chart.Pie Chart.Line "
    "Chart.VerticalBar Chart.VerticalBar.Grouped Chart.HorizontalBar Chart.HorizontalBar.Stacked Chart.Gauge"
).split()  # Teams' own; they need no fallback
NEEDED = {
    "TextBlock": ("text",),
    "RichTextBlock": ("inlines",),
    "Image": ("url",),
    "FactSet": ("facts",),
    "ActionSet": ("actions",),
    "Container": ("items",),
    "Input.Toggle": ("id", "title"),
    "Input.ChoiceSet": ("id",),
    "Input.Text": ("id",),
    "Input.Number": ("id",),
    "Input.Date": ("id",),
    "Input.Time": ("id",),
    "Action.OpenUrl": ("url",),
    "Action.ShowCard": ("card",),
    "Action.ToggleVisibility": ("targetElements",),
}
ACTIONS = ("Action.Execute", "Action.Submit", "Action.OpenUrl", "Action.ShowCard", "Action.ToggleVisibility")
LISTS = ("items", "columns", "rows", "cells", "facts", "images", "inlines", "choices", "targetElements")
CHILDREN = ("items", "columns", "rows", "cells", "images")


def check_card(card: Any) -> None:
    """Raises Refusal 400 that names what Teams would not draw."""
    if not isinstance(card, dict) or card.get("type") != "AdaptiveCard":
        raise bad("An adaptive card must be an object of type AdaptiveCard.")
    if not re.fullmatch(r"[0-9]{1,4}\.[0-9]{1,4}", str(card.get("version", ""))) or not isinstance(card["version"], str):
        raise bad("An adaptive card needs a version such as 1.5.")
    if tuple(map(int, card["version"].split("."))) > NEWEST:
        raise bad(f"Adaptive card version {card['version']} is not supported; 1.5 is the newest.")
    seen: set[str] = set()
    for element in parts(card, 0):
        check_element(element, seen)
    if "refresh" in card:
        action = card["refresh"].get("action") if isinstance(card["refresh"], dict) else None
        if not isinstance(action, dict) or action.get("type") != "Action.Execute":
            raise bad("refresh needs an action of type Action.Execute.")


def parts(node: dict[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    """Every element and action of a card, with those of the cards inside it."""
    if depth > DEEPEST:
        raise bad("The card is nested too deep.")
    check_actions(node)
    for name in ("body", "actions", *CHILDREN):
        for child in listed(node, name):
            yield child
            yield from parts(child, depth + 1)
    for name in ("selectAction", "inlineAction", "card"):
        inner = node.get(name)
        if isinstance(inner, dict):
            yield inner
            yield from parts(inner, depth + 1)


def listed(node: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """A property that must be a list of objects."""
    found = node.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise bad(f"{name} must be a list of objects.")
    return found


def check_actions(node: dict[str, Any]) -> None:
    """No more buttons in one row than Teams shows."""
    primary = [one for one in listed(node, "actions") if str(one.get("mode", "primary")).lower() != "secondary"]
    if len(primary) > MOST_ACTIONS:
        raise bad(f"{len(primary)} actions in one row; {MOST_ACTIONS} is the most.")
    for action in listed(node, "actions"):
        if not str(action.get("type", "")).startswith("Action."):
            raise bad(f"{action.get('type')!r} is no action.")


def check_element(element: dict[str, Any], seen: set[str]) -> None:
    """One element or action by itself."""
    kind = element.get("type")
    if not isinstance(kind, str | None):
        raise bad("The type of an element must be a text.")
    if kind is None and not {"items", "cells"} & element.keys() and "width" not in element:
        raise bad("An element without a type.")
    if kind in (None, "AdaptiveCard", "TableRow", "TableCell", *EXTENSIONS):
        return
    if kind in ACTIONS:
        check_action(element)
    elif kind in ELEMENTS:
        check_words(element, {**EVERY, **ELEMENTS[kind]})
        check_lists(element)
        if kind.startswith("Input."):
            check_input(element, seen)
    elif "fallback" not in element:
        raise bad(f"Unknown element {kind!r} without a fallback.")
    for name in NEEDED.get(kind or "", ()):
        if element.get(name) in (None, ""):
            raise bad(f"{kind} needs {name}.")


def check_words(element: dict[str, Any], allowed: dict[str, str]) -> None:
    """Words of a fixed list; blanks and case don't count."""
    for name, words in allowed.items():
        value = element.get(name)
        if value is not None and (not isinstance(value, str) or value.lower() not in words.split()):
            pixels = name == "height" and isinstance(value, str) and re.fullmatch(r"\d+px", value)
            if not pixels:
                raise bad(f"{element.get('type')}: {name} {value!r} is not one of: {words}.")


def check_lists(element: dict[str, Any]) -> None:
    for name in LISTS:
        if name in element and not isinstance(element[name], list):
            raise bad(f"{element.get('type')}: {name} must be a list.")


def check_action(action: dict[str, Any]) -> None:
    """A button: its style, its data, its address."""
    check_words(action, ACTION)
    if action["type"] in {"Action.Execute", "Action.Submit"}:
        if not isinstance(action.get("data", {}), dict | str):
            raise bad("The data of an action must be an object or a text.")
        check_words(action, {"associatedInputs": "auto none"})
    if action["type"] == "Action.Execute" and not isinstance(action.get("verb", ""), str):
        raise bad("The verb of an action must be a text.")
    url = action.get("url", "https:")
    if not isinstance(url, str) or not url.startswith(("https:", "http:", "mailto:", "msteams:")):
        raise bad("Action.OpenUrl needs an absolute address.")


def check_input(element: dict[str, Any], seen: set[str]) -> None:
    """An input's own id, its choices and its pattern."""
    key = element.get("id")
    if not isinstance(key, str) or not key:
        raise bad(f"{element['type']} needs id.")
    if key in seen:
        raise bad(f"Two inputs have the id {key!r}.")
    seen.add(key)
    if element["type"] == "Input.ChoiceSet":
        check_choices(element)
    pattern = element.get("regex")
    if pattern is not None:
        try:
            re.compile(pattern)
        except (re.error, TypeError, RecursionError, OverflowError):
            raise bad(f"The regex of {key!r} is not valid.") from None


def check_choices(element: dict[str, Any]) -> None:
    """Choices have a title and a value; several values are joined by commas, so that none may hold one."""
    dynamic = isinstance(element.get("choices.data"), dict)
    if "choices" not in element:
        raise bad(f"The choices of {element['id']!r} are missing.")
    choices = listed(element, "choices")
    if not choices and not dynamic:
        raise bad(f"{element['id']!r} has no choices.")
    for choice in choices:
        if not isinstance(choice.get("title"), str) or not isinstance(choice.get("value"), str):
            raise bad(f"Each choice of {element['id']!r} needs title and value.")
        if element.get("isMultiSelect") is True and "," in choice["value"]:
            raise bad(f"A value of {element['id']!r} holds a comma, and several may be chosen.")
