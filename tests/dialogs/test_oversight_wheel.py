"""The year's wheel: read or refused with line and key, which periods and deadlines it asks for, how each stands, and who is told what."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st

import app
from connectors.datasets import Period
from dialogs.oversight import duties, samples, signing, wheel_said
from dialogs.oversight.duties import Duty, counted, plain
from dialogs.oversight.heads import FOLDER
from dialogs.oversight.store import Run
from dialogs.oversight.wheel import OFTEN, Entry, Wheel
from dialogs.rules import BadRules
from dialogs.workdays import is_workday, workday
from nlu.normalise import fold
from tests.house import House, lines, running

CONTROLLERS = "e43a7de7-ba17-5367-8ba2-60e19104db45"  # the group "Controllere Økonomi" of the simulated world
WHOLE = """
[[punkt]]
tilsyn = "manglende_bilag"
maaneder = "måned"
frist = 10
konsekvens = 3
sandsynlighed = 2
ejer = "henrik.dahl@kk.example"
"""


def written(path: Path, text: str) -> Path:
    """A file, newer than it was."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text, encoding="utf-8")
    os.utime(path, ns=(before + 10_000_000, before + 10_000_000))
    return path


def entry(**changes: Any) -> Entry:
    values = {"tilsyn": "x", "maaneder": "kvartal", "frist": 10, "konsekvens": 4, "sandsynlighed": 5, "ejer": "Jens.Kjaer@kk.example"}
    return Entry.model_validate(values | changes)


@pytest.mark.parametrize(
    ("change", "line", "key", "says"),
    [
        (("frist = 10", "frst = 10"), 5, "frst", "did you mean frist?"),
        (("frist = 10\n", ""), 2, "frist", "is missing"),
        (("frist = 10", "frist = 0"), 5, "frist", "greater than or equal to 1"),
        (("konsekvens = 3", "konsekvens = 6"), 6, "konsekvens", "less than or equal to 5"),
        (('"måned"', '"uge"'), 4, "maaneder", "must be måned, kvartal, tertial, halvår, år, or months like [1, 7]"),
        (('"måned"', "[13]"), 4, "maaneder", "or months like [1, 7]"),
        (('"måned"', "[7, 1]"), 4, "maaneder", "in order"),
        (("henrik.dahl@kk.example", "henrik"), 8, "ejer", "pattern"),
        (("manglende_bilag", "manglende_blag"), 3, "tilsyn", "did you mean manglende_bilag?"),
        (("frist", 'enhed = "Økonomi"\nfrist'), 5, "enhed", "cannot be made of one unit"),
        (("frist", 'omfang = "nogle"\nfrist'), 5, "omfang", "29 tilfældige"),
        (("[[punkt]]", "fr = 2026-10-01\n[[punkt]]"), 2, "fr", "did you mean fra?"),
    ],
)
def test_a_fault_names_file_line_and_key(tmp_path: Path, change: tuple[str, str], line: int, key: str, says: str) -> None:
    path = written(tmp_path / "hjul.toml", WHOLE.replace(*change, 1))
    with pytest.raises(BadRules) as caught:
        Wheel(path, FOLDER)
    assert [one for one in caught.value.faults if one.startswith(f"{path}:{line}: {key}: ") and says in one] != []


def test_a_key_with_a_danish_letter_and_a_line_that_comes_twice_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadRules, match=r"line 3.*without æ, ø, å"):
        Wheel(written(tmp_path / "hjul.toml", "\n[[punkt]]\nkør = true\n"), FOLDER)
    with pytest.raises(BadRules, match=r"hjul.toml:11: tilsyn: manglende_bilag is there twice"):
        Wheel(written(tmp_path / "hjul.toml", WHOLE + WHOLE), FOLDER)


async def test_what_comes_with_kollega_is_right_and_a_broken_change_leaves_it_in_force(tmp_path: Path) -> None:
    path = written(tmp_path / "aarshjul.toml", (FOLDER / "aarshjul.toml").read_text())
    wheel = Wheel(path, FOLDER)
    before = await wheel.entries()
    assert [one.risk for one in before] == sorted((one.risk for one in before), reverse=True)
    written(path, "[[punkt]]\n")
    assert await wheel.entries() == before
    assert len(wheel.faults) == 6  # the keys that every line must have
    written(path, WHOLE)
    assert [one.tilsyn for one in await wheel.entries()] == ["manglende_bilag"]
    assert wheel.faults == []
    path.unlink()
    assert len(await wheel.entries()) == 1
    assert not wheel.is_set()
    assert await Wheel(None, tmp_path).entries() == ()


async def test_a_tilsyn_whose_own_file_is_broken_stops_no_start(tmp_path: Path) -> None:
    (tmp_path / "manglende_bilag.sql").write_text("-- titel: \nSELECT 1")
    assert len(await Wheel(written(tmp_path / "aarshjul.toml", WHOLE), tmp_path).entries()) == 1


def test_the_periods_and_deadlines_of_a_year() -> None:
    year = (date(2026, 1, 1), date(2026, 12, 31))
    assert list(entry().periods(*year)) == [
        (Period(date(2025, 10, 1), date(2025, 12, 31)), date(2026, 1, 15)),
        (Period(date(2026, 1, 1), date(2026, 3, 31)), date(2026, 4, 17)),  # Easter lies between
        (Period(date(2026, 4, 1), date(2026, 6, 30)), date(2026, 7, 14)),
        (Period(date(2026, 7, 1), date(2026, 9, 30)), date(2026, 10, 14)),
    ]
    assert [period for period, _ in entry(maaneder=[11]).periods(*year)] == [Period(date(2025, 11, 1), date(2026, 10, 31))]
    assert [period.first for period, _ in entry(maaneder="måned", fra=date(2026, 9, 1)).periods(*year)] == [
        date(2026, 9, 1),
        date(2026, 10, 1),
        date(2026, 11, 1),
    ]
    assert [entry(maaneder=one).when for one in ("måned", "år", [2, 8])] == ["hver måned", "hvert år", "i februar og august"]


@given(
    st.one_of(st.sampled_from(sorted(OFTEN)), st.lists(st.integers(1, 12), min_size=1, unique=True).map(sorted)),
    st.integers(1, 200),
    st.integers(2024, 2030),
)
def test_every_day_is_in_one_period_and_every_deadline_is_a_working_day(months: Any, days: int, year: int) -> None:
    found = list(entry(maaneder=months, frist=days).periods(date(year, 1, 1), date(year + 1, 12, 31)))
    for (one, deadline), (next_, _) in pairwise(found):
        assert next_.first == one.last + timedelta(days=1)
        assert is_workday(deadline)
        assert sum(is_workday(one.last + timedelta(days=n)) for n in range(1, (deadline - one.last).days + 1)) == days


def run(state: Any, hours: float = 0, **changes: Any) -> Run:
    at = datetime(2026, 10, 5, 8, tzinfo=UTC) + timedelta(hours=hours)
    values = {"id": f"{state}-{hours}", "tilsyn": "x", "title": "X", "first": date(2026, 7, 1), "last": date(2026, 9, 30), "by_id": "p"}
    return Run.model_validate(values | {"by_name": "P", "started_at": at, "state": state, "sql_sha256": "", "rows": 3} | changes)


def duty(*runs: Run, signed: tuple[str, ...] = (), now: datetime = datetime(2026, 10, 5, 12, tzinfo=UTC)) -> Duty:
    period = Period(date(2026, 7, 1), date(2026, 9, 30))
    return counted(plain(entry(), "X", "alle", period, date(2026, 10, 14)), runs, signed, now)


def test_how_it_stands_is_never_mistaken() -> None:
    before, after = date(2026, 10, 14), date(2026, 10, 15)
    assert duty().said(date(2026, 9, 30)) == "perioden er ikke slut"
    assert (duty().said(before), duty().said(after)) == ("ikke kørt", "for sent: ikke kørt")
    assert duty(run("found")).said(after) == "for sent: 3 fund, ikke underskrevet"
    assert duty(run("nothing")).said(before) == "intet fundet, ikke underskrevet"
    for state, said in {"failed": "fejlet", "partial": "delvist hentet", "empty": "ingen data"}.items():
        assert duty(run(state)).said(before) == said
        assert duty(run(state)).step(before) == "broken"
    assert duty(run("running", 3)).said(before) == "i gang"
    assert duty(run("running", 1)).said(before) == "fejlet"  # nobody works on it any more
    assert duty(run("nothing"), run("failed", 2)).said(before) == "intet fundet, ikke underskrevet"  # the whole one counts
    assert duty(run("found"), run("nothing", 1), signed=("found-0",)).said(after) == "3 fund, underskrevet"
    assert duty(run("found", given={"dage": "5"})).said(before) == "ikke kørt"  # with values of somebody's own
    assert duty(run("failed", by_id="kollega"), run("failed", 1)).tries == 1


def test_reminders_come_before_the_deadline_and_after_it() -> None:
    one = duty()
    assert one.remind == date(2026, 10, 9)  # three working days before Wednesday
    days = [date(2026, 9, 20) + timedelta(days=n) for n in range(60)]
    said = {day: one.reminder(day) for day in days}
    assert [kind for day, kind in said.items() if kind != said.get(day - timedelta(days=1), "")] == [
        "før",
        "efter 1",
        "efter 2",
        "efter 3",
        "efter 4",
    ]
    assert said[date(2026, 10, 8)] == ""
    assert {said[workday(one.deadline, n)] for n in range(1, 6)} == {"efter 1"}
    assert said[workday(one.deadline, 6)] == "efter 2"
    assert duty(run("found"), signed=("found-0",)).reminder(date(2026, 10, 20)) == ""


@pytest.mark.parametrize(
    "text",
    [
        "hvad mangler jeg i år?",
        "vis mit årshjul",
        "hvilke tilsyn skal jeg lave i november",
        "hvilke tilsyn mangler vi",
        "skal vi lave nogen tilsyn i januar",
        "mangler jeg noget",
    ],
)
def test_words_for_the_wheel(text: str) -> None:
    assert wheel_said.ASKED.search(fold(text))


@pytest.mark.parametrize("text", ["vis resultatet af manglende bilag", "hvilke tilsyn er der?", "kør et tilsyn", "hvad er nyt siden sidst"])
def test_words_for_something_else(text: str) -> None:
    assert not wheel_said.ASKED.search(fold(text))


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    text = (FOLDER / "aarshjul.toml").read_text().replace("jens.kjaer", "ingen.saadan", 1)
    path = written(tmp_path / "hjul.toml", text.replace("koer = true", 'koer = true\nomfang = "2 tilfældige"', 1))
    async with running(tmp_path / "var", roles=f"controller={CONTROLLERS}", wheel_file=path) as house:
        yield house


def text_of(messages: list[dict[str, Any]]) -> str:
    return "\n".join(line for message in messages for line in lines(message))


async def test_a_controller_sees_everything_also_that_an_owner_could_not_be_told(house: House) -> None:
    sofie, jens = await house.person("Sofie Lund"), await house.person("Jens Kjær")
    await house.person("Henrik Dahl")
    await jens.blocks()
    await house.new_day()
    heard = text_of([*await house.people["Henrik Dahl"].hears(), *await house.people["Henrik Dahl"].hears()])
    assert "3 tilsyn i årshjulet venter på dig." in heard
    assert "Efter årshjulet har jeg kørt et tilsyn for dig. Kreditorændringer godkendt af to, oktober 2026: intet fundet." in heard
    desk = house.app[app.DESK]
    assert desk.oversight is not None
    while len(await duties.said_already(desk.oversight)) < 9:
        await sofie.new(wait=1)
    said = text_of(await sofie.says("vis hvad tilsyn mangler i årshjulet"))
    assert "Der er 9 tilsyn, som mangler lige nu. 4 er for sent." in said
    assert "for sent: 7 fund, ikke underskrevet · ingen.saadan@kk.example · ejeren findes ikke i Microsoft 365" in said
    assert "for sent: ikke kørt · jens.kjaer@kk.example · Jens Kjær kunne ikke få besked i Teams" in said
    assert "henrik.dahl@kk.example\n" in said
    (kept,) = await desk.oversight.runs.of("kreditoraendringer_godkendt_af_to")
    assert (kept.by_id, kept.by_name, kept.state) == ("kollega", "Årshjulet", "nothing")
    (left,) = await desk.oversight.runs.of("fratraadte_med_aktive_adgange")
    sample = await samples.of(desk.oversight, left)
    assert (left.rows, len(sample.numbers) if sample else 0) == (7, 2)
    at, digest = desk.now(), signing.digest(kept, {})
    await desk.oversight.signatures.put(
        kept,
        signing.Signed("Årshjulet", "Henrik Dahl", at, "Intet fundet.", by_id=house.people["Henrik Dahl"].id, job="test", digest=digest),
    )
    said = text_of(await sofie.says("hvad mangler jeg i år?"))
    assert "Der er 8 tilsyn, som mangler lige nu. 3 er for sent." in said
    assert "Kreditorændringer" not in said
    written(desk.wheel.path, "[[punkt]]\n")  # type: ignore[union-attr]  # the house has one
    assert "Filen med årshjulet har en fejl" in text_of(await sofie.says("vis årshjulet for tilsyn"))


async def test_a_leader_sees_what_is_of_their_unit_and_runs_it_for_that_unit(house: House) -> None:
    entry_ = WHOLE.replace("manglende_bilag", "fratraadte_med_aktive_adgange").replace("frist", 'enhed = "Jura og Databeskyttelse"\nfrist')
    written(house.app[app.DESK].wheel.path, f"fra = 2026-10-01\n{entry_}{WHOLE}")  # type: ignore[union-attr]  # the house has one
    lise = await house.person("Lise Winther")
    said = text_of(await lise.says("hvad mangler jeg i år?"))
    assert "Der er 1 tilsyn, som mangler lige nu." in said
    assert "Fratrådte med aktive adgange, Jura og Databeskyttelse: oktober 2026" in said
    said = text_of(await lise.presses("Kør det nu"))
    assert "for oktober 2026. Passer det?" in said
    assert "Enhed: Jura og Databeskyttelse" in said
    await lise.says("ja")
    await lise.hears()
    assert "2 fund, ikke underskrevet" in text_of(await lise.says("hvad mangler jeg i år?"))
