"""Judging findings: several at once and several people, reasons, history, and what carries over from the run before."""

import asyncio
import re
from datetime import timedelta
from typing import cast

import pytest

from dialogs.oversight.judging import CannotJudge
from dialogs.oversight.shown import Verdict
from tests.dialogs.test_oversight_runs import Q2, Q3, SQL, Place, place

__all__ = ["place"]  # a fixture
JENS, SOFIE = ("jens", "Jens Kjær"), ("sofie", "Sofie Lund")


async def test_the_newest_entry_of_a_finding_counts_and_none_is_lost(place: Place) -> None:
    place.money.amounts = [200] * 80
    run, judgements = await place.run(), place.oversight.judgements
    assert run.rows == 40
    await judgements.put(run, range(1, 41), "ok", "", by=JENS)
    await asyncio.gather(
        *(judgements.put(run, [n], "fejl", f"Beløbet er {n}", by=JENS if n % 2 else SOFIE) for n in range(1, 21)),
        judgements.put(run, range(21, 31), "forklaret", "Aftalt  med 010170-1234", by=SOFIE),
    )
    found = await judgements.of(run)
    assert list(found) == list(range(1, 41))
    assert {n: (one.verdict, one.by) for n, one in found.items() if n < 4} == {
        1: ("fejl", "Jens Kjær"), 2: ("fejl", "Sofie Lund"), 3: ("fejl", "Jens Kjær")
    }  # fmt: skip
    assert (found[25].reason, found[25].at, found[25].by_id) == ("Aftalt med [CPR-nummer fjernet]", place.oversight.now(), "sofie")
    assert found[40].verdict == "ok"
    await judgements.put(run, [1], "ok", "", by=SOFIE)
    assert [(one.verdict, one.reason, one.by) for one in await judgements.history(run, 1)] == [
        ("ok", "", "Sofie Lund"), ("fejl", "Beløbet er 1", "Jens Kjær"), ("ok", "", "Jens Kjær")
    ]  # fmt: skip


REFUSED: list[tuple[list[int], Verdict, str, str]] = [
    ([1], "fejl", "  ", "Skriv en begrundelse: den skal med, når et fund er fejl"),
    ([1], "forklaret", "", "Skriv en begrundelse"),
    ([2, 3], "ok", "", "noget fund nr. 3. Der er 2 fund"),
    ([0], "ok", "", "noget fund nr. 0"),
    ([], "ok", "", "hvilket fund"),
    ([1], cast("Verdict", "godt"), "x", "Et fund kan være ok, fejl, forklaret eller skal undersøges"),
]


async def test_what_is_no_judgement_is_refused_whole(place: Place) -> None:
    run = await place.run()
    for numbers, verdict, reason, said in REFUSED:
        with pytest.raises(CannotJudge, match=re.escape(said)):
            await place.oversight.judgements.put(run, numbers, verdict, reason, by=JENS)
    assert await place.oversight.judgements.of(run) == {}
    nothing = await place.run(key="other", graense="9000")
    with pytest.raises(CannotJudge, match="ingen fund at vurdere"):
        await place.oversight.judgements.put(nothing, [1], "ok", "", by=JENS)


async def test_what_was_ok_or_explained_carries_over_where_the_data_are_the_same(place: Place) -> None:
    place.money.amounts = [150, 150, 250, 250, 350, 350, 450, 450]
    (place.oversight.folder / "store.sql").write_text(
        SQL.replace("(alt)", "").replace("penge.fakturaer, ", "penge.fakturaer (6 måneder før), ")
    )
    earlier = await place.run(Q2, key="1")
    judgements = place.oversight.judgements
    numbers = {row["faktura_id"]: row["nr"] for row in await place.oversight.rows(earlier, 0, 9)}
    assert list(numbers) == ["F6", "F4", "F2", "F0"]
    await judgements.put(earlier, [numbers["F0"]], "ok", "", by=SOFIE)
    await judgements.put(earlier, [numbers["F2"], numbers["F4"]], "forklaret", "Rammeaftale", by=JENS)
    await judgements.put(earlier, [numbers["F6"]], "fejl", "Dobbelt", by=JENS)
    place.money.amounts[4] = 351  # of F4: what was said of it was said of another amount
    later = await place.run(Q3, key="2")
    rows = {row["faktura_id"]: row["nr"] for row in await place.oversight.rows(later, 0, 9)}
    found = await judgements.of(later)
    assert {name: (one.verdict, one.reason, one.by, one.by_id, one.carried) for name, nr in rows.items() if (one := found.get(nr))} == {
        "F0": ("ok", "", "Sofie Lund (overført)", "sofie", earlier.id),
        "F2": ("forklaret", "Rammeaftale", "Jens Kjær (overført)", "jens", earlier.id),
    }
    last = {name: await judgements.last_time(later, rows[name], earlier) for name in ("F4", "F6")}
    assert {name: (one[0].verdict, one[1]) for name, one in last.items() if one} == {"F4": ("forklaret", True), "F6": ("fejl", False)}
    await judgements.put(later, [rows["F2"]], "fejl", "Aftalen er udløbet", by=SOFIE)
    assert await judgements.carry(later, earlier) == 2  # once more changes nothing
    assert (await judgements.of(later))[rows["F2"]].verdict == "fejl"
    assert len(await judgements.history(later, rows["F0"])) == 1
    again = await place.run(Q3, key="3")  # the same period once more: what was said a moment ago still holds, of whatever run it was
    assert {nr: one.by for nr, one in (await judgements.of(again)).items()} == {rows["F0"]: "Sofie Lund (overført)"}


async def test_judgements_go_when_their_run_does(place: Place) -> None:
    run = await place.run()
    await place.oversight.judgements.put(run, [1], "ok", "", by=JENS)
    now = place.oversight.now()
    place.oversight.now = lambda: now + timedelta(days=6 * 365)
    await place.run(key="later")
    assert await place.oversight.judgements.of(run) == {}
