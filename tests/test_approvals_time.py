"""An approval over days: Danish working hours, a weekend and Christmas, the end of its time, and processes that die meanwhile."""

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dialogs.workdays import DANISH
from tests.house import House, buttons, running
from tests.test_approvals import heard, looks, text
from tests.test_kill import processes

WISH = "opret en distributionsliste der hedder Fjordblik med Sofie Lund og mig som ejer"


async def waits_until(var: Path, place: int) -> datetime:
    """Until when the job waits for its next answer, in Danish time: polled, since the job is on its way there."""
    for _ in range(500):
        with closing(sqlite3.connect(var / "kollega.runs.sqlite", timeout=30)) as connection:
            rows = connection.execute("SELECT until FROM wait WHERE name = ? AND until IS NOT NULL", (f"approval {place}",)).fetchall()
        if rows:
            return datetime.fromisoformat(rows[0][0]).replace(tzinfo=UTC).astimezone(DANISH)
        await asyncio.sleep(0.02)
    raise AssertionError(f"nothing waits at {place}")


def at(house: House, when: datetime) -> None:
    """It is that time now."""
    house.later += when - house.now()


async def test_reminder_escalation_and_end_go_by_danish_working_days(tmp_path: Path) -> None:
    """Asked on a Friday at two before Christmas: eight hours are over on Monday at two, thirty at noon of the Monday after."""
    rules, var = tmp_path / "rules", tmp_path / "var"
    rules.mkdir()
    (rules / "distribution_list_create.toml").write_text("eskaler_timer = 30\nudloeb_dage = 20")
    async with running(var, rules_dir=rules) as house:
        at(house, datetime(2026, 12, 18, 14, 0, tzinfo=DANISH))
        birthe, jens, karen = [await house.person(name) for name in ("Birthe Holm", "Jens Kjær", "Karen Mørch")]
        await birthe.says(WISH)
        await birthe.says("ja")
        card = await heard(jens, "Fjordblik")
        due = [await waits_until(var, 0)]
        at(house, due[0])
        await heard(jens, "Birthe Holm venter på dit svar")
        due.append(await waits_until(var, 1))
        house.away("Jens Kjær")  # too late to be noticed at the reminder: then it is the escalation that brings another in
        at(house, due[1])
        await heard(birthe, "Jens Kjær har ikke svaret endnu, så jeg har også spurgt Karen Mørch")
        also = await heard(karen, "Fjordblik")
        assert "Jens Kjær har ikke svaret, så nu bliver du også spurgt" in text([also])
        due.append(await waits_until(var, 2))
        at(house, due[2])
        await heard(birthe, "Det er ikke blevet godkendt inden for 20 dage")
        assert "Det er bortfaldet" in await looks(jens, card, "bortfaldet")
        assert "Det er bortfaldet" in await looks(karen, also, "bortfaldet")
        assert [moment.replace(second=0, microsecond=0) for moment in due] == [
            datetime(2026, 12, 21, 14, 0, tzinfo=DANISH),
            datetime(2026, 12, 28, 12, 0, tzinfo=DANISH),
            datetime(2027, 1, 7, 14, 0, tzinfo=DANISH),
        ]
        assert await house.writes("exchange") == []


async def test_one_who_has_gone_away_since_is_noticed_at_the_reminder(tmp_path: Path) -> None:
    async with running(tmp_path / "var") as house:
        birthe, jens, karen = [await house.person(name) for name in ("Birthe Holm", "Jens Kjær", "Karen Mørch")]
        await birthe.says(WISH)
        await birthe.says("ja")
        card = await heard(jens, "Fjordblik")
        house.away("Jens Kjær", "2026-12-03")
        at(house, await waits_until(tmp_path / "var", 0))
        await heard(birthe, "Jens Kjær er væk til den 3. december, så jeg har også spurgt Karen Mørch")
        await heard(karen, "Jens Kjær er væk til den 3. december, så du bliver spurgt")
        await karen.says("godkend")
        assert "Karen Mørch har godkendt den" in await looks(jens, card, "har godkendt")
        assert not buttons(jens.messages[card["id"]])
        await heard(birthe, "Fjordblik er")


@pytest.mark.slow
async def test_killed_while_it_waits(tmp_path: Path) -> None:
    """kill -9 twice: the approval is still open, is listed, and is carried out once."""
    async with processes(tmp_path) as (both, house):
        birthe, jens = [await house.person(name) for name in ("Birthe Holm", "Jens Kjær")]
        await birthe.says(WISH)
        await birthe.says("ja")
        await heard(jens, "Fjordblik")
        for _ in range(2):
            await both.kill_bot()
            await both.start_bot()
        assert "Fjordblik" in text(await jens.says("hvad venter på mig"))
        await jens.says("godkend Fjordblik")
        await heard(birthe, "Jens Kjær har godkendt. Jeg går i gang")
        await heard(birthe, "Fjordblik er")
        made = [one for one in await house.writes("exchange") if "New-DistributionGroup" in json.dumps(one["body"]) and one["status"] < 300]
        assert len(made) == 1
