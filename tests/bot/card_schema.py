"""The official schema of Adaptive Cards 1.5."""

import json
from pathlib import Path
from typing import Any

import jsonschema

VALIDATOR = jsonschema.Draft6Validator(json.loads(Path(__file__).with_name("adaptive-card-1.5.schema.json").read_text()))
TEAMS_OWN = {"msteams"}  # documented by Teams, not in the schema


def faults(card: dict[str, Any]) -> list[str]:
    """What is wrong with a card by the schema."""
    bare = {key: value for key, value in card.items() if key not in TEAMS_OWN}
    return [f"{list(error.path)}: {error.message[:200]}" for error in VALIDATOR.iter_errors(bare)]
