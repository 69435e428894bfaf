"""Who one is in `make playground`: people whom the simulated systems know."""

import json
from pathlib import Path

from simulators import world

ROOT = Path(__file__).parents[2]


def test_the_playgrounds_people_are_the_simulators() -> None:
    told = json.loads((ROOT / "manifest" / "playground.json").read_text("utf-8"))
    people = [told["currentUser"], *told["users"]]
    known = [(one.id, one.name, one.email) for one in world.PEOPLE[: len(people)]]
    assert [(one["aadObjectId"], one["name"], one["email"]) for one in people] == known
    assert len(told["users"]) == 5  # the playground takes exactly so many
    assert told["tenantId"] == world.TENANT


def test_the_recipe_names_a_file_that_is_there() -> None:
    recipe = (ROOT / "Makefile").read_text("utf-8")
    [path] = [word.partition("=")[2] for word in recipe.split() if word.startswith("M365_AGENTS_PLAYGROUND_CONFIG_PATH=")]
    assert (ROOT / path).is_file()
