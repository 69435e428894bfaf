"""What is made of a run in other systems and in the chain: once, whatever fails and whenever the process dies; and what later runs say of it."""

import asyncio
import itertools
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connectors.datasets import Period
from dialogs.fields import Colleague
from dialogs.oversight.following import FollowUp
from dialogs.oversight.oversight_follow import Form
from dialogs.oversight.store import Run
from jobs.__main__ import verified
from jobs.database import place as jobs_place
from tests.dialogs.test_oversight_runs import Q2, Q3, Place, place

if TYPE_CHECKING:
    from tests.test_writes import Place as Killed

__all__ = ["place"]  # a fixture
TASKS, DOCUMENTS = "/servicenow/api/now/table/sc_task", "/edoc"
LOST = {"drop_answer": True, "times": 1}  # the effect happens, and nobody hears of it


async def followed(place: Place, run: Run, number: int, **more: Any) -> FollowUp:
    """A follow-up of one finding, kept as its job keeps it."""
    keys = await place.oversight.followups.keys_of(run, [number])
    one = FollowUp(
        id=f"job/{number}", job="job", run=run.id, tilsyn=run.tilsyn, title=run.title, numbers=(number,), keys=keys, what="Find bilaget",
        responsible_id="ole", responsible="Ole Bang", owner_id="jens", owner="Jens Kjær", deadline=place.oversight.now().date(),
        made_at=place.oversight.now(), task="t", number=f"SCTASK{number}", link="", **more,
    )  # fmt: skip
    await place.oversight.followups.put(one)
    return one


async def test_later_runs_say_whether_it_is_solved_still_there_or_back(place: Place) -> None:
    sql = place.oversight.folder / "store.sql"
    sql.write_text(sql.read_text().replace("penge.fakturaer, ", "penge.fakturaer (9 måneder før), "))
    hours = itertools.count()
    begun = place.oversight.now()
    place.oversight.now = lambda: begun + timedelta(hours=next(hours))
    run = await place.run(Q2, key="1")
    rows = {row["faktura_id"]: row["nr"] for row in await place.oversight.rows(run, 0, 9)}
    assert list(rows) == ["F2"]
    one, followups = await followed(place, run, rows["F2"]), place.oversight.followups
    assert (await followups.later(one)).said == ""
    again = await place.run(Q3, key="2")
    for number in range(50):  # of single units
        await place.oversight.runs.put(again.model_copy(update={"id": f"x{number}", "given": {"enhed": f"{number}"}}))
    assert (await followups.later(one)).said == "stadig fundet i 3. kvartal 2026"
    place.money.amounts[2] = 20  # paid back
    await place.run(Q3, key="3")
    assert (await followups.later(one)).said == "løst: ikke fundet i 3. kvartal 2026"
    assert [action.state for action in await followups.actions(run)] == ["åben (SCTASK1) · løst: ikke fundet i 3. kvartal 2026"]
    await followups.put(one.model_copy(update={"closed_at": place.oversight.now(), "closed_by": "Ole Bang", "evidence": "Betalt tilbage"}))
    place.money.amounts[2] = 250
    await place.run(Q3, key="4")
    assert (await followups.later(one)).said == "stadig fundet i 3. kvartal 2026"  # what counts of a period is its last run
    place.money.amounts[2] = 20
    await place.run(Q3, key="5")
    place.money.amounts[2] = 250
    await place.run(Period(date(2026, 10, 1), date(2026, 12, 31)), key="6")
    state = "lukket (SCTASK1): Betalt tilbage · genåbnet: fundet igen i 4. kvartal 2026"
    assert [action.state for action in await followups.actions(run)] == [state]


def test_few_findings_have_a_task_each_and_many_share_one_that_names_them() -> None:
    def form(*numbers: int) -> Form:
        somebody = Colleague(id="ole", name="Ole Bang", email="ole.bang@kk.example")
        title = "Manglende bilag, 3. kvartal 2026"
        return Form(
            requester=somebody, of="run-1", title=title, numbers=numbers, what="Find dem", responsible=somebody, deadline=date(2026, 12, 4)
        )

    few, many = form(1, 2, 4), form(*range(1, 12))
    assert few.shares == [(1,), (2,), (4,)]
    assert [fact.value for fact in few.facts()][:3] == [f"Ledelsestilsyn, fund {nr}: Manglende bilag, 3. kvartal 2026" for nr in (1, 2, 4)]
    assert many.shares == [tuple(range(1, 12))]
    assert many.facts()[0].value == "Ledelsestilsyn, fund 1-11: Manglende bilag, 3. kvartal 2026"
    scattered = form(1, 4, 7, 8, 9, *range(20, 40, 2))
    told = "fund 1, 4, 7-9, 20, 22, 24, 26, 28, 30, 32, 34, 36 og 38"
    assert scattered.facts()[1].value == told
    assert f"Det gælder {told}." in scattered.text
    assert "Det gælder" not in few.text
    most = form(*range(1, 9000, 2))
    assert "… (4.500 fund i alt)" in most.text
    assert len(most.text) < 2500
    assert len(form(*range(1, 2000, 2)).heading(tuple(range(1, 2000, 2)))) <= 160
    assert many.confirm() == "Jeg opretter 1 opgave i ServiceNow og minder dig om det. Passer det?"


async def test_what_is_closed_stays_closed_when_the_step_that_made_it_is_repeated(place: Place) -> None:
    run, followups = await place.run(), place.oversight.followups
    one, other = await followed(place, run, 1), await followed(place, run, 2, closed_by="")
    done = one.model_copy(update={"closed_at": place.oversight.now(), "closed_by": "Ole Bang", "evidence": "Bilaget er fundet"})
    await followups.put(done)
    await followups.put(one)
    assert await followups.get(one.id) == done
    assert await followups.every() == [other, done]  # the open first
    assert await followups.every("ole") == [other, done]
    assert await followups.every("mette") == []
    assert await followups.of_job("job") == [done, other]


async def says(here: "Killed", who: str, *texts: str) -> str:
    """What is heard to the last of them."""
    person = await here.house.person(who)
    for text in texts:
        heard = await person.says(text)
    return json.dumps(heard, ensure_ascii=False)


async def until_told(here: "Killed", who: str, what: str) -> None:
    """Wait until that is told by itself, in a message or in the place of an earlier one; what a dead process told already counts."""
    person = await here.house.person(who)
    async with asyncio.timeout(30):
        while what not in json.dumps(list(person.messages.values()), ensure_ascii=False):
            await person.new(wait=5)


async def agreed(here: "Killed", who: str, fault: dict[str, Any], *, dies: bool) -> None:
    """A yes, whose write meets the fault, perhaps with the death of the process."""
    if fault:
        await here.house.fault(**fault)
    await says(here, who, "ja")
    if fault:
        await here.struck()
    if dies:
        await here.die()


def made(lines: list[dict[str, Any]], fits: Callable[[dict[str, Any]], bool]) -> int:
    return sum(fits(line) for line in lines if line["status"] < 300)


@pytest.mark.slow
async def test_signed_followed_up_closed_and_filed_once_whatever_dies(tmp_path: Path) -> None:
    from tests.test_writes import placed  # it looks at every form's transcripts first

    async with placed(tmp_path / "var") as here:
        await says(here, "Ole Bang", "hej")
        await says(here, "Jens Kjær", "kør tilsynet med godkendelser fra bestilleren selv for 3. kvartal", "ja")
        await until_told(here, "Jens Kjær", "2 fund")
        assert "2 fejl" in await says(here, "Jens Kjær", "fund 1-2 er fejl: godkendt uden fuldmagt")
        for number, dies in enumerate((True, False)):
            await says(here, "Jens Kjær", f"følg op på fund {number % 2 + 1}")
            filled = {"what": f"Find bilag {number}", "responsible": "Ole Bang", "deadline": "2026-12-04"}
            assert "Passer det" in str(await (await here.house.person("Jens Kjær")).presses("Send", filled))
            await agreed(here, "Jens Kjær", {"path": TASKS, "method": "POST", **LOST}, dies=dies)
            await until_told(here, "Jens Kjær", f"Oprettet i ServiceNow: SCTASK{10014 + number:07d}")
        await says(here, "Ole Bang", "SCTASK0010014 er gjort: bilaget ligger på sagen")
        await agreed(here, "Ole Bang", {"path": TASKS, "method": "PATCH", **LOST}, dies=True)
        await until_told(here, "Ole Bang", "SCTASK0010014 er lukket")
        assert "skriver under" in await says(here, "Henrik Dahl", "skriv under på tilsynet")
        await agreed(
            here, "Henrik Dahl", {"path": "/teams/v3", "method": "POST", "match": "har skrevet under", "status": 503, "times": 1}, dies=True
        )
        await until_told(here, "Henrik Dahl", "(version 1)")
        assert "Passer det" in await says(here, "Henrik Dahl", "journalisér tilsynet på sag 2026-0012345")
        await agreed(here, "Henrik Dahl", {"path": DOCUMENTS, "match": "Base64Data", **LOST}, dies=True)
        await until_told(here, "Henrik Dahl", "er journaliseret på sag 2026-0012345")
        lines = await here.house.writes()
        assert made(lines, lambda line: line["method"] == "POST" and line["path"].split("?")[0].endswith("/sc_task")) == 2
        assert made(lines, lambda line: line["path"].endswith("/CreateDocument")) == 1
        signatures = [json.loads(body) for (body,) in here.sql("SELECT body FROM audit WHERE kind = 'signature'")]
        assert [one["version"] for one in signatures] == [1]
        ((minutes, by_hand, spent),) = here.sql("SELECT minutes, by_hand, spent FROM run WHERE intent = 'oversight.sign'")
        assert (minutes, by_hand, spent) == (59, 60, 1)
        assert here.sql("SELECT sum(minutes) FROM run WHERE intent <> 'oversight.sign' AND intent <> 'oversight.journal'") == [(0,)]
    assert verified(jobs_place(None, tmp_path / "var"), tmp_path / "none", 1) == 0
