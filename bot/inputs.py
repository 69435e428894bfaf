"""Draws the fields of a card: label, value, hint, and the error at the field in words."""

from typing import Any

from dialogs.talk import Input

Json = dict[str, Any]

FILL_IN = "Udfyld feltet ”{label}”."
CHECK = "Tjek feltet ”{label}”."
RADIO = 5  # so many choices are shown at once; more fold into a list


def draw_input(one: Input) -> list[Json]:
    """The elements of one field."""
    field: Json = {"id": one.id, "label": one.label, "errorMessage": (FILL_IN if one.required else CHECK).format(label=one.label)}
    if one.required:
        field["isRequired"] = True
    found = [KINDS[one.kind](one) | field]
    if one.hint:
        found.append({"type": "TextBlock", "text": one.hint, "wrap": True, "isSubtle": True, "size": "Small", "spacing": "Small"})
    if one.error:
        found.append({"type": "TextBlock", "text": f"✗ {one.error}", "wrap": True, "color": "Attention", "spacing": "Small"})
    return found


def text(one: Input) -> Json:
    """One line, or several."""
    field: Json = {"type": "Input.Text"}
    if one.kind == "lines":
        field["isMultiline"] = True
    if one.max_length:
        field["maxLength"] = one.max_length
    return field | ({"value": one.value} if one.value else {})


def choice(one: Input) -> Json:
    """One of some, or some of some (their values joined by commas)."""
    several = one.kind == "choices"
    field: Json = {
        "type": "Input.ChoiceSet",
        "style": "expanded" if several or len(one.choices) <= RADIO else "compact",
        "wrap": True,
        "choices": [{"title": one.label, "value": one.value} for one in one.choices],
    }
    if several:
        field["isMultiSelect"] = True
    return field | ({"value": one.value} if one.value else {})


def date(one: Input) -> Json:
    """A day, yyyy-mm-dd; shown as the client shows dates."""
    return {"type": "Input.Date"} | ({"value": one.value} if one.value else {})


def number(one: Input) -> Json:
    """A number; a value that is none is left out, the error at the field says it."""
    try:
        value = float(one.value)
    except ValueError:
        return {"type": "Input.Number"}
    return {"type": "Input.Number", "value": int(value) if value.is_integer() else value}


KINDS = {"text": text, "lines": text, "choice": choice, "choices": choice, "date": date, "number": number}


def shown(one: Input, value: str) -> str:
    """A value as a person reads it: the labels of what was chosen, a day the Danish way round."""
    if one.kind in {"choice", "choices"}:
        labels = {option.value: option.label for option in one.choices}
        parts = value.split(",") if one.kind == "choices" else [value]
        return ", ".join(labels.get(part, part) for part in parts if part)
    if one.kind == "date" and len(parts := value.split("-")) == 3:
        return "-".join(reversed(parts))
    return value
