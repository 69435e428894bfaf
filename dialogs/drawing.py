"""Buttons and inputs of forms, as plain data."""

from typing import Any

from dialogs import texts
from dialogs.form import Ask
from dialogs.talk import Button, Choice, Input

MOST_BUTTONS = 5


def cancel(label: str = "Annuller") -> Button:
    """Drops the form; works though inputs are empty."""
    return Button(label=label, do="cancel", checks=False)


def send(label: str, drawn: dict[str, str]) -> Button:
    """Sends a card's inputs. What the card was drawn with goes along."""
    return Button(label=label, do="fill", data=drawn, style="positive")


def choices(field: str, offered: list[dict[str, Any]], *, other: str = "") -> list[Button]:
    """One button per choice; the choice travels by its place, not by its value. More than five found ones are narrowed in words instead."""
    if other and len(offered) > MOST_BUTTONS:
        return []
    buttons = [
        Button(label=texts.shortened(one["label"], 60), do="pick", data={"field": field, "place": str(place)})
        for place, one in enumerate(offered[:MOST_BUTTONS])
    ]
    if other:
        buttons.append(Button(label=other, do="other", data={"field": field}))
    return buttons


def box(name: str, ask: Ask, value: str, error: str = "") -> Input:
    """The input of one field."""
    most = getattr(ask.kind, "most", 0)
    return Input(
        id=name,
        label=ask.question if ask.kind.options() else ask.label,
        kind=ask.kind.drawn,
        value=value,
        choices=ask.kind.options(),
        required=ask.required,
        hint="" if ask.kind.options() or not ask.required else texts.shortened(ask.help, 200),
        error=error,
        max_length=most,
    )


def many(name: str, ask: Ask, offered: list[dict[str, Any]], *, found: bool) -> Input:
    """A list of which several may be chosen. `found`: for what was said, so that nothing need be said of where it comes from."""
    listed = tuple(Choice(label=f"{place}. {one['label']}", value=str(place)) for place, one in enumerate(offered, 1))
    return Input(id=name, label=ask.label, kind="choices", choices=listed, required=True, hint="" if found else ask.help)


def files_taken(names: list[str]) -> str:
    """That the files come along: "Jeg lægger skaerm.png ved"."""
    return f"Jeg lægger {texts.names(texts.plain(name) for name in names)} ved."
