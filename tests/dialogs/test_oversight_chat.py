"""Tilsyn in the chat and at the command line, over one house: who may see what, that each sight is on record, and what the commands print."""

import asyncio
import json
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

import app
from dialogs.oversight import __main__ as command
from dialogs.oversight import rights
from dialogs.oversight.rights import REFUSAL
from dialogs.oversight.store import Run
from dialogs.registry import found
from dialogs.state import State
from dialogs.talk import Button, Event, Who
from dialogs.turn import Turn
from settings import Partial
from simulators.world import NOW
from tests.house import House, buttons, lines, running

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROOT = Path(__file__).parents[2]
CONTROLLERS = "e43a7de7-ba17-5367-8ba2-60e19104db45"  # the group "Controllere Økonomi" of the simulated world


@dataclass
class Office:
    house: House
    var: Path

    def sights(self) -> list[dict[str, str]]:
        """What the chain of proof has of sights of rows."""
        with sqlite3.connect(self.var / "kollega.runs.sqlite") as database:
            rows = database.execute("SELECT body FROM audit WHERE kind = 'sight' ORDER BY seq").fetchall()
        database.close()
        return [body for (text,) in rows if (body := json.loads(text))["system"] == "oversight"]

    async def runs(self) -> list[Run]:
        """Of one tilsyn, the newest first."""
        return await rights.office(self.house.app[app.DESK]).runs.of("manglende_bilag")

    async def command(self, *arguments: str, folder: Path | None = None) -> tuple[int, str]:
        """Exit status and output of a command."""
        settings = Partial(simulators_url=self.house.simulators, var_dir=self.var, tilsyn_dir=folder)
        with redirect_stdout(StringIO()) as said:
            status = await command.work(settings, command.parsed(list(arguments)))
        return status, said.getvalue()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    var = tmp_path_factory.mktemp("office") / "var"
    async with running(var, roles=f"controller={CONTROLLERS}") as house:
        yield Office(house, var)


def text_of(messages: list[dict[str, Any]]) -> str:
    return "\n".join(line for message in messages for line in lines(message))


async def test_a_controller_runs_a_tilsyn_and_each_sight_of_rows_is_on_record(office: Office) -> None:
    sofie = await office.house.person("Sofie Lund")
    before = len(office.sights())
    await sofie.says("kør tilsynet med manglende bilag for 3. kvartal")
    await sofie.says("ja")
    [told] = await sofie.hears()
    assert lines(told)[0] == "< Manglende bilag og formål, 3. kvartal 2026: 7 fund."
    assert "Vis flere fund" in buttons(told)
    await sofie.presses("Vis flere fund")
    await sofie.says("vis resultatet af tilsynet")
    seen = office.sights()[before:]
    assert [(one["what"], one["system"]) for one in seen] == [("rows of a tilsyn", "oversight")] * 3
    assert len({one["who"] for one in seen}) == 1


async def test_a_button_gives_nobody_a_right(office: Office) -> None:
    ole = await office.house.person("Ole Bang")
    before = len(office.sights())
    assert REFUSAL in text_of(await ole.says("vis resultatet af tilsynet med manglende bilag"))
    sofie = await office.house.person("Sofie Lund")
    card = next(message for message in reversed(sofie.messages.values()) if "Vis flere fund" in buttons(message))
    url = f"{office.house.simulators}/teams/api/people/{ole.id}/press"
    async with office.house.http.post(url, json={"activity": card["id"], "action": "Vis flere fund", "inputs": {}}) as answer:
        assert answer.status in {200, 400, 403, 404}
    assert "Nr." not in text_of(await ole.new())
    assert len(office.sights()) == before


async def test_what_can_be_run_and_used_is_listed(office: Office) -> None:
    jens = await office.house.person("Jens Kjær")
    said = text_of(await jens.says("hvilke data kan jeg bruge?"))
    assert "kvantum.fakturaer: Fakturaer" in said
    assert "kalender.dage" in said
    for text in ("hvilke datasæt er der", "hvilke kilder kan du læse fra", "hvad kan jeg lave tilsyn med"):
        assert "Et tilsyn kan bruge" in text_of(await jens.says(text)), text
    assert "Et tilsyn kan bruge" not in text_of(await jens.says("hvilke data er der om mig"))
    for text in ("hvilke tilsyn er der?", "hvilke kontroller har vi", "giv mig en oversigt over tilsyn"):
        assert "Mulige dobbeltfakturaer: ikke kørt" in text_of(await jens.says(text)), text


async def test_the_command_runs_a_tilsyn_and_its_exit_status_says_how_it_ended(office: Office) -> None:
    before = len(office.sights())
    status, said = await office.command("run", "kreditoraendringer_godkendt_af_to", "--period", "2026-Q3", "--rows", "2")
    assert status == 1
    assert said.startswith("Kreditorændringer godkendt af to, 3. kvartal 2026: 15 fund.\nFund: 15\nGennemgået: ")
    assert "… og 13 fund mere" in said
    assert len(office.sights()) == before + 1
    run = said.rpartition("Kørsel ")[2].partition(",")[0]
    assert await office.command("again", run) == (0, f"De samme fund: 15, hash {said.strip()[-16:]}\n")
    assert (await office.command("run", "manglende_bilag", "--period", "2025-W02"))[0] == 0
    assert (await office.command("run", "manglende_bilag", "--period", "2031-Q1"))[0] == 5
    assert await office.command("run", "manglende_bilag", "--period", "2026-Q7") == (
        2,
        "”2026-Q7” er ikke en periode. Skriv fx 2026-Q3, 2026-09 eller 2026.\n",
    )
    assert (await office.command("run", "findes_ikke"))[0] == 2
    await office.house.fault(path="/kvantum", status=403, times=9)
    status, said = await office.command("run", "manglende_bilag", "--period", "2026-Q3")
    await office.house.fault(path="/kvantum", times=0)
    assert (status, "kun delvist hentet, så der er intet resultat. Kvantum gav mig ikke lov" in said) == (4, True)


async def test_a_run_is_compared_sampled_and_sent_as_a_file_and_each_of_it_is_on_record(office: Office) -> None:
    sofie = await office.house.person("Sofie Lund")
    for period in ("2026-Q2", "2026-Q3"):
        await office.command("run", "manglende_bilag", "--period", period, "--rows", "0")
    said = text_of(await sofie.says("vis resultatet af tilsynet manglende bilag for 3. kvartal"))
    assert "7 fund. I forhold til 2. kvartal 2026: 7 nye og 3 løste." in said
    before = len(office.sights())
    assert "3. kvartal 2026: 3 løste i forhold til 2. kvartal 2026." in text_of(await sofie.says("hvilke fund er løst siden sidst"))
    said = text_of(await sofie.says("tag en stikprøve på 3"))
    assert "3. kvartal 2026: 3 fund er i stikprøven." in said
    assert "0 af 3 udtagne er vurderet. Er der ingen fejl i dem, kan man sige: 0 fejl af 3: højst 3 af alle 7 (42,9 %)" in said
    assert "4 fund er i stikprøven" in text_of(await sofie.says("tag 1 mere til stikprøven"))
    assert "tilbyder Manglende bilag og formål, 3. kvartal 2026.xlsx" in text_of(await sofie.says("send den som Excel"))
    assert len(office.sights()) == before + 3
    assert "har lagt Manglende bilag og formål, 3. kvartal 2026.xlsx" in text_of(await sofie.answers("accept"))
    assert office.sights()[-1]["what"] == "the whole of a tilsyn as a file"
    assert "tilbyder Manglende bilag og formål, 3. kvartal 2026.pdf" in text_of(await sofie.says("som pdf"))
    assert "Filen er ikke gemt." in text_of(await sofie.answers("decline"))
    assert len(office.sights()) == before + 4


async def test_a_file_that_is_accepted_gives_nobody_a_right(office: Office) -> None:
    """The address of the offer is known to whoever has seen it; the answer is looked at again."""
    ole = await office.house.person("Ole Bang")
    before = len(office.sights())
    for text in ("sammenlign tilsynet med sidste kvartal", "tag en stikprøve på 29", "send rapporten fra tilsynet til mig"):
        assert REFUSAL in text_of(await ole.says(text))
    turn = Turn(Event(kind="press", id="1", at=NOW, who=Who(id=ole.id), conversation="c"), State(), office.house.app[app.DESK], "")
    run = next(iter(await office.runs()))
    for do in ("oversight file", "oversight export", "oversight compared", "oversight sample"):
        await found().presses[do](turn, Button(label="x", do=do, data={"run": run.id, "kind": "xlsx", "size": "3"}), "", {})
    assert [(one.text, one.file, one.offer, one.facts) for one in turn.replies] == [(REFUSAL, "", None, ())] * 4
    assert len(office.sights()) == before


async def test_the_commands_compare_sample_and_export_what_is_kept(office: Office, tmp_path: Path) -> None:
    said = ""
    for period in ("2031-Q1", "2026-Q2", "2026-Q3"):
        _, said = await office.command("run", "manglende_bilag", "--period", period, "--rows", "0")
    run = said.rpartition("Kørsel ")[2].partition(",")[0]
    status, said = await office.command("compare", run, "--rows", "1", "--out", str(tmp_path / "alle.parquet"))
    assert (status, said.splitlines()[0]) == (
        1,
        "Manglende bilag og formål, 3. kvartal 2026. I forhold til 2. kvartal 2026: 7 nye og 3 løste.",
    )
    assert (tmp_path / "alle.parquet").exists()
    status, said = await office.command("sample", run, "--size", "3")
    assert (status, said.startswith("Manglende bilag og formål, 3. kvartal 2026: 3 tilfældige af 7.\n0 af 3 udtagne")) == (0, True)
    status, said = await office.command("export", run, "--excel", str(tmp_path / "a.xlsx"), "--pdf", str(tmp_path / "a.pdf"))
    assert (status, (tmp_path / "a.xlsx").stat().st_size > 5_000, (tmp_path / "a.pdf").read_bytes()[:5]) == (0, True, b"%PDF-")
    empty = next(one for one in await office.runs() if one.state == "empty")
    status, said = await office.command("export", empty.id, "--pdf", str(tmp_path / "b.pdf"))
    assert (status, "ingen data, så der er intet resultat" in said, (tmp_path / "b.pdf").exists()) == (2, True, False)
    both = ("kvantum.fakturaer", "kvantum.fakturaer", "--key", "faktura_id", "--period", "2026-09", "--sum", "beloeb_ekskl")
    status, said = await office.command("compare", *both)
    assert (status, said.splitlines()[0]) == (0, "kvantum.fakturaer og kvantum.fakturaer stemmer: 370 rækker.")
    other = ("kvantum.fakturaer", "kvantum.bestillinger", "--key", "bestillingsnr", "--period", "2026-09")
    assert (await office.command("compare", *other))[0] == 2  # an order has several lines: that is no key
    assert [one.name for one in (office.var / "tilsyn").glob(".*")] == []


async def test_a_controller_makes_checks_and_tries_a_file_of_their_own(office: Office, tmp_path: Path) -> None:
    named = ("--title", "Store køb", "--question", "Hvad er stort?", "--datasets", "kvantum.fakturaer, kvantum.kreditorer")
    assert (await office.command("new", *named, folder=tmp_path))[0] == 0
    path = tmp_path / "store_koeb.sql"
    assert (await office.command("new", *named, folder=tmp_path))[0] == 2  # what is there is never written over
    assert await office.command("check", folder=tmp_path) == (0, "store_koeb.sql: Alt er i orden.\n")
    status, said = await office.command("preview", "store_koeb", "--period", "2026-09", folder=tmp_path)
    assert status == 1
    assert len(said.splitlines()) == 104  # the answer, a blank line, the head of the table in two, and a hundred rows
    path.write_text(path.read_text().replace("a.faktura_nr", "a.fakturanr"))
    status, said = await office.command("check", str(path), folder=tmp_path)
    assert (status, "Der er ingen kolonne, der hedder fakturanr. Mener du faktura_nr?" in said) == (2, True)
    guide = (ROOT / "docs" / "controllers.md").read_text()
    path.write_text(guide.partition("```sql\n")[2].partition("```")[0])
    assert await office.command("check", str(path), folder=tmp_path) == (0, "store_koeb.sql: Alt er i orden.\n")
    assert (
        "Gennemgået"
        in (await office.command("run", "store_koeb", "--period", "2026-Q3", "--parameter", "graense=10.000", folder=tmp_path))[1]
    )
    named = ("--title", "Brugere", "--question", "Er de ens?", "--datasets", "graph.brugere,servicenow.brugere")
    pairs = ("--key", "userPrincipalName=email", "--column", "accountEnabled=active")
    assert (await office.command("new", *named, "--key", "nope", folder=tmp_path))[0] == 2
    assert (await office.command("new", *named, *pairs, folder=tmp_path))[0] == 0
    status, said = await office.command("preview", "brugere", folder=tmp_path)
    assert (status, said.splitlines()[0]) == (1, "Brugere, 3. kvartal 2026: 5 fund.")
    assert "lene.bertelsen@kk.example     nej                ja                 afviger" in said
    both = ("graph.brugere", "servicenow.brugere", "--key", "userPrincipalName")
    status, said = await office.command("compare", *both, "--name", "email=userPrincipalName", "--name", "active=accountEnabled")
    assert (status, said.splitlines()[0]) == (
        1,
        "graph.brugere mod servicenow.brugere: 205 stemmer, 4 afviger og 2 findes kun i servicenow.brugere.",
    )
    assert "accountEnabled: nej → ja" in said
    status, said = await office.command("datasets", "--columns")
    assert (status, "    beloeb_ekskl         decimal    Beløb i kroner uden moms." in said) == (0, True)


async def test_the_bot_starts_without_duckdb_and_arrow() -> None:
    code = "import sys, app, dialogs.oversight.__main__; from dialogs.registry import found; found(); sys.exit(len({'duckdb', 'pyarrow', 'pandas'} & set(sys.modules)))"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, cwd=ROOT)
    assert await process.wait() == 0
