"""The SDK's objects as the JSON that Teams takes.

`Activity.serialize()` drops what its model does not know (an entity's text, a mention, the AI label, `tenantId`) and fails on entities
that are plain dicts; here everything goes out as it stands.
"""

from datetime import date, datetime
from enum import Enum
from typing import Any

from msrest.serialization import Model

MISSPELT = {"tenantID": "tenantId"}  # the SDK's name for it is none that Teams knows


def outward(value: Any) -> Any:
    """JSON of an activity, or of any part of one. None is left out, unknown properties are kept."""
    if isinstance(value, Model):
        return model(value)
    if isinstance(value, dict):
        return {key: outward(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [outward(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, datetime | date) else value


def model(value: Model) -> dict[str, Any]:
    """The properties that are set, by their names on the wire."""
    found: dict[str, Any] = dict(getattr(value, "additional_properties", None) or {})
    for attribute, place in value._attribute_map.items():  # noqa: SLF001 - the only place where the names on the wire stand
        item = getattr(value, attribute, None)
        if item is not None and place["key"]:
            found[MISSPELT.get(place["key"], place["key"])] = outward(item)
    return found
