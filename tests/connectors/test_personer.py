"""Who is who over all systems: by id and time, never by name."""

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from connectors.fetched import fetch
from connectors.offered import offered
from connectors.personer import OPEN, joined
from connectors.systems import Systems
from simulators.staff import employee_nr, login, with_fate
from tests.connectors.conftest import World


def job(number: str, user: str | None, first: date, last: date | None = None) -> dict[str, Any]:
    return {"medarbejder_nr": number, "bruger_id": user, "fra": first, "til": last, "type": "fast"}


def account(user: str, number: str | None = None) -> dict[str, Any]:
    return {"id": f"id-{user}-{number}", "userPrincipalName": f"{user}@kk.example", "employeeId": number, "bruger_id": user}


def tables(jobs: list[dict[str, Any]], accounts: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    return {"timereg.ansaettelser": jobs, "graph.brugere": accounts, "servicenow.brugere": [], "kvantum.kreditorer": []}


def test_an_id_that_was_given_to_another_is_two_people() -> None:
    jobs = [job("00000001", "ab", date(2008, 1, 1), date(2015, 1, 1)), job("00000009", "ab", date(2021, 1, 1))]
    rows, quality = joined(tables(jobs, [account("ab")]))
    assert [(row["person_id"], row["til"], row["entra_id"]) for row in rows] == [
        ("00000001", date(2015, 1, 1), None),
        ("00000009", OPEN, "id-ab-None"),
    ]
    assert (quality.people, quality.reused) == (2, ["ab"])


def test_one_who_comes_back_or_has_two_jobs_is_one_person() -> None:
    jobs = [
        job("00000001", "ab", date(2020, 1, 1), date(2026, 3, 1)),
        job("00000002", "ab", date(2026, 4, 1)),
        job("00000003", "ab", date(2024, 1, 1)),
    ]
    rows, quality = joined(tables(jobs, [account("ab")]))
    assert {row["person_id"] for row in rows} == {"00000001"}
    assert {row["entra_id"] for row in rows} == {"id-ab-None"}
    assert (quality.people, quality.reused, quality.doubled) == (1, [], [])


def test_an_id_that_is_there_twice_joins_nobody_and_is_told() -> None:
    rows, quality = joined(tables([job("00000001", "ab", date(2020, 1, 1))], [account("ab", "1"), account("ab", "2")]))
    assert rows[0]["entra_id"] is None
    assert quality.doubled == ["ab"]
    assert "2 i Entra hører ikke til nogen ansættelse." in quality.sentences()


@pytest.mark.parametrize("seed", [1, 2])
async def test_everybody_of_the_world_is_found_in_every_system(world: World, systems: Systems, tmp_path: Path, seed: int) -> None:
    await world.switch(world_seed=seed)
    found = await fetch(offered(systems)["kollega.personer"], "kollega.personer", None, tmp_path)
    rows = pq.read_table(found.path).to_pylist()
    now = [row for row in rows if row["til"] >= date(2026, 11, 23)]
    assert all(row["entra_id"] and row["servicenow_id"] and row["sap_bruger"] for row in now)
    for one in with_fate(seed, "rehired"):
        assert {row["person_id"] for row in rows if row["bruger_id"] == login(one)} == {employee_nr(one)}
    for one in with_fate(seed, "reused_login"):
        assert {row["person_id"]: row["entra_id"] for row in rows if row["bruger_id"] == login(one)}[employee_nr(one)] == one.id
    assert "3 bruger-id'er har tilhørt en anden før." in found.notes
    assert "2 i ServiceNow hører ikke til nogen ansættelse." in found.notes  # the administrator and Kollega itself
    assert sum(bool(row["kreditor_nr"]) for row in rows) >= 12
    assert not any("to personer" in note for note in found.notes)
