"""Every call that changes something in a system is in the chain before it is made, whichever connector makes it; a look is not."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.house import running

WISHES = {  # and what is heard when they are done
    "min skærm er sort, og jeg kan ikke arbejde": "er oprettet",
    "sæt Sofie Lund på Barsel Info": "er på Barsel Info",
    "journaliser den nyeste mail på sag 2026-0012345": "Journaliseret på",
}


def steps(folder: Path, kind: str) -> list[tuple[int, str, str, str]]:
    """Number, run, step and system of the chain's entries of a kind."""
    with closing(sqlite3.connect(folder / "kollega.runs.sqlite")) as connection:
        rows = [(seq, json.loads(body)) for seq, body in connection.execute("SELECT seq, body FROM audit WHERE kind = ?", [kind])]
    return [(seq, body["run"], body["step"], body["system"]) for seq, body in rows]


async def test_each_change_is_written_down_before_it_is_made(tmp_path: Path) -> None:
    async with running(tmp_path) as house:
        birthe = await house.person("Birthe Holm")
        for wish, done in WISHES.items():
            await birthe.says(wish)
            said = await birthe.says("ja")
            while done not in str(said):
                said = await birthe.hears()
        written = {line["system"] for line in await house.writes() if line["status"] < 400}
    begun = {(run, step): (seq, system) for seq, run, step, system in steps(tmp_path, "begun")}
    over = {(run, step): seq for seq, run, step, _ in steps(tmp_path, "step")}
    assert all(seq < over[one] for one, (seq, _) in begun.items())
    assert {"graph" if system == "outlook" else system for _, system in begun.values()} == written
    assert {step for _, step in begun} >= {"create", "add", "file 1", "mark 1"}
    assert not {step for _, step in begun} & {"find caller", "open case", "undoable", "rights", "rule"}
    assert len(begun) < len(over)
