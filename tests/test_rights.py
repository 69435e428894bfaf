"""Each intent, by each role, on one's own and on another's: allowed, or the refusal's words. A new intent without a row is a red test.

The rest of "no way round" stands elsewhere: old cards in test_old_cards.py, changed card data and another's card in test_forged.py, who may
approve and rights that go while a job waits in test_approvals.py, another's job in dialogs/test_undoing.py, another's runs in test_activity.py.
"""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from dialogs.registry import found
from simulators.exchange.directory import LISTS, Directory
from simulators.server import CONTROL
from simulators.server import build as build_simulators
from tests.house import House, lines, running
from tests.test_forged import like

RULES = Path(__file__).parents[1] / "rules"
EMPLOYEE = "Ole Bang"  # owns the list Cykelklubben, and nothing else that is named here
OWNER = "Birthe Holm"  # of Barsel Info, and of the mailbox of Digital Arbejdsplads; Jens is her manager
MANAGER = "Jens Kjær"
CONTROLLER = "Sofie Lund"  # by role: the group Controllerforum
LAWYER = "Mette Friis"  # an ordinary employee too: nobody may say more in a minute than Teams lets a bot answer
NOBODY = "00000000-0000-4000-8000-00000000dead"  # no such person
YES = "[Ja"  # the summary with its yes: they may
ASKED = "Skal godkendes af"  # they may, when somebody else has said yes


class Row(NamedTuple):
    """Who says what, and what stands in the last answer; `never` does not."""

    intent: str
    who: str
    says: tuple[str, ...]
    hears: str
    never: str = "Der gik noget galt"


def rows(intent: str, *cases: tuple[str, str | tuple[str, ...], str]) -> list[Row]:
    return [Row(intent, who, (says,) if isinstance(says, str) else says, hears) for who, says, hears in cases]


MAKE_BOX = ("opret en fællespostkasse der hedder Fjordblik til Mette Friis, jeg skal selv være ejer", "spørgsmål om fjorden")
FAULT = "min skærm er sort, og jeg kan ikke arbejde"
AUTO = "sæt autosvar på fællespostkassen Digital Arbejdsplads: vi holder lukket"
TILSYN = "Tilsyn kan kun ledere og controllere køre og se"

TABLE = [
    *rows("case.create", *((who, FAULT, YES) for who in (EMPLOYEE, OWNER, MANAGER, CONTROLLER))),
    *rows(
        "case.status",
        (OWNER, "hvad er status på INC0010243", "INC0010243 ”Printer på 3. sal”"),
        (EMPLOYEE, "hvad er status på INC0010243", "Jeg kan ikke se en sag med nummer INC0010243"),
        (MANAGER, "hvad er status på INC0010243", "Jeg kan ikke se en sag med nummer INC0010243"),
    ),
    *rows("case.list", (OWNER, "vis mine sager", "INC0010243"), (EMPLOYEE, "vis mine sager", "INC0010239")),
    *rows("human", (LAWYER, "jeg vil tale med et menneske", YES)),
    *rows(
        "journal.file",
        (EMPLOYEE, "journaliser den nyeste mail på sag 2026-0012345", YES),
        (EMPLOYEE, "journaliser den nyeste mail på sag 2026-0012399", "Jeg kan ikke se en sag med nummer 2026-0012399"),
    ),
    *rows("mailbox.create", (EMPLOYEE, MAKE_BOX[0], "Det kan kun en leder bede om"), (MANAGER, MAKE_BOX, YES)),
    *rows(
        "mailbox.add_member",
        (EMPLOYEE, "giv Mette Friis adgang til postkassen Digital Arbejdsplads", ASKED),
        (OWNER, "giv Mette Friis adgang til postkassen Digital Arbejdsplads", YES),
    ),
    *rows(
        "mailbox.remove_member",
        (EMPLOYEE, "fjern Mette Friis fra postkassen Digital Arbejdsplads", ASKED),
        (OWNER, "fjern Jens Kjær fra postkassen Digital Arbejdsplads", ASKED),
    ),
    *rows("mailbox.auto_reply", (EMPLOYEE, AUTO, "Det kan kun den, der ejer postkassen"), (CONTROLLER, AUTO, "Det kan kun den, der ejer")),
    *rows(
        "distribution_list.create",
        (EMPLOYEE, "opret en distributionsliste der hedder Fjordblik", "Det kan kun controller bede om"),
        (MANAGER, "opret en distributionsliste der hedder Fjordblik", "Det kan kun controller bede om"),
        (CONTROLLER, "opret en distributionsliste der hedder Fjordblik med Ole Bang og mig som ejer", ASKED),
    ),
    *rows(
        "distribution_list.add_member",
        (OWNER, "sæt Mette Friis på Barsel Info", YES),
        (EMPLOYEE, "sæt Mette Friis på Barsel Info", "Birthe Holm (ejer)"),
        (MANAGER, "sæt Mette Friis på Barsel Info", "Birthe Holm (ejer)"),
        (EMPLOYEE, "sæt Mette Friis på Cykelklubben", YES),
        (OWNER, "sæt Mette Friis på Cykelklubben", "Ole Bang (ejer)"),
        (EMPLOYEE, "sæt Mette Friis på Alle medarbejdere", "styres fra det lokale netværk"),
    ),
    *rows(
        "distribution_list.remove_member",
        (OWNER, "fjern Henrik Nielsen fra Barsel Info", YES),
        (EMPLOYEE, "fjern Henrik Nielsen fra Barsel Info", "Birthe Holm (ejer)"),
    ),
    *rows(
        "distribution_list.change_owner",
        (OWNER, ("gør Mette Friis til ejer af listen Barsel Info", "ja, behold Birthe Holm"), YES),
        (EMPLOYEE, ("gør Mette Friis til ejer af listen Barsel Info", "ja, behold Birthe Holm"), ASKED),
    ),
    *rows(
        "distribution_list.show",
        (EMPLOYEE, "hvem er på listen Barsel Info", "På Barsel Info er der 42 personer"),
        (EMPLOYEE, "hvem er på listen Revision", "Hvem der er på Revision, kan kun ejeren se"),
        (MANAGER, "hvem er på listen Revision", "Hvem der er på Revision, kan kun ejeren se"),
    ),
    *rows(
        "approval.list",
        (EMPLOYEE, "hvad venter på mig", "Der venter ikke noget på dig"),
        (LAWYER, "hvad venter på mig", "Der venter ikke noget på dig"),
    ),
    *rows("approval.decide", (LAWYER, "godkend", "Der venter ikke noget på dit svar")),
    *rows("activity.list", (LAWYER, "hvad har du gjort for mig", "Jeg har ikke gjort noget for dig endnu")),
    *rows("undo", (LAWYER, "fortryd det sidste du gjorde", "Der er ikke noget i gang. Intet er ændret")),
    *rows("oversight.run", (EMPLOYEE, "kør tilsynet Konsulentfakturaer mod timer", TILSYN)),
    *rows(
        "oversight.result", (EMPLOYEE, "vis resultatet af ledelsestilsynet", TILSYN), (LAWYER, "vis resultatet af ledelsestilsynet", TILSYN)
    ),
    *rows("oversight.sign", (EMPLOYEE, "skriv under på tilsynet", TILSYN), (MANAGER, "skriv under på tilsynet", "ikke kørt noget tilsyn")),
    *rows("oversight.ask", (EMPLOYEE, "godkend ledelsestilsynet for 3. kvartal", TILSYN)),
    *rows(
        "oversight.follow", (EMPLOYEE, "følg op på fejlene i tilsynet", TILSYN), (CONTROLLER, "følg op på fund 3", "ikke kørt noget tilsyn")
    ),
    *rows(
        "oversight.close",
        (EMPLOYEE, "luk opfølgningen på fund 3", "ingen åben opfølgning"),
        (LAWYER, "vis opfølgningerne", "ingen opfølgninger"),
    ),
    *rows("oversight.journal", (EMPLOYEE, "journalisér tilsynet på sag 2026-0012345", TILSYN)),
    *rows("oversight.extract", (EMPLOYEE, "brug denne fil som kreditorer", TILSYN)),
    *rows("greeting", (LAWYER, "hej", "Hej")),
    *rows("thanks", (LAWYER, "tak", "Selv tak")),
    *rows("help", (LAWYER, "hvad kan du", "Jeg er et program")),
    *rows("cancel", (LAWYER, "annuller", "Der er ikke noget i gang")),
]


def group_id(name: str) -> str:
    """The Entra object id of a list: the same in every seeded world."""
    directory = Directory(build_simulators()[CONTROL].simulation)
    return next(str(one["object_id"]) for one in directory.every(LISTS) if one["display"] == name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ruled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[House, Path]]:
    """The rules as they are delivered, but for one that asks for a manager and one that asks for a role. In the end nothing was written."""
    rules: Path = tmp_path_factory.mktemp("rules") / "rules"
    shutil.copytree(RULES, rules)
    (rules / "mailbox_create.toml").write_text('hvem = ["leder"]\ngodkender = ["ingen"]\n')
    (rules / "distribution_list_create.toml").write_text('hvem = ["rolle:controller"]\ngodkender = ["leder"]\n')
    var: Path = tmp_path_factory.mktemp("var")
    async with running(var, rules_dir=rules, roles=f"controller={group_id('Controllerforum')}") as house:
        await house.http.post(f"{house.simulators}/control/settings", json={"teams_rate_limits": False})
        yield house, var
        assert [
            line for line in await house.writes() if line["method"] != "GET" and line["status"] < 400 and "Get-" not in str(line["body"])
        ] == []


def test_each_intent_has_its_rows() -> None:
    have = {row.intent for row in TABLE}
    assert {*found().forms, *found().answers} - have == set(), "a new intent: who may, who may not, and what are they told?"


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.intent}-{row.who}-{TABLE.index(row)}")
async def test_who_may(ruled: tuple[House, Path], row: Row) -> None:
    house, _ = ruled
    person = await house.person(row.who)
    while "Der er ikke noget i gang" not in str(await person.says("drop det hele")):
        pass
    for text in row.says:
        said = await person.says(text)
    told = "\n".join(line for message in said for line in lines(message))
    assert row.hears in told
    assert row.never not in told


async def sends(house: House, who: str, verb: str, data: dict[str, str], **changes: Any) -> None:
    """That press, from the person's own chat."""
    inner = {"do": verb, "card": "forged", "data": data, **data}
    action = {"type": "Action.Execute", "verb": verb, "data": inner}
    value = {"action": action, "trigger": "manual"}
    body = await like(house, await house.person(who), type="invoke", name="adaptiveCard/action", value=value, **changes)
    async with house.http.post(f"{house.bot}/api/messages", json=body) as answer:
        assert answer.status < 500, await answer.text()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pending(ruled: tuple[House, Path]) -> str:
    """The key of a wish of Birthe's that waits for Ole's yes."""
    house, var = ruled
    await house.person(EMPLOYEE)
    birthe = await house.person(OWNER)
    await birthe.says("drop det hele")
    await birthe.says("sæt Mette Friis på Cykelklubben")
    assert "Jeg spørger Ole Bang" in str(await birthe.says("ja"))
    ((key, _),) = jobs(var)
    return key


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("verb", sorted(found().presses))
async def test_no_press_reaches_what_is_anothers(ruled: tuple[House, Path], pending: str, verb: str) -> None:
    """Every button's verb with the job and the form of somebody else, pressed by two who have nothing to do with it."""
    house, var = ruled
    data = {"job": pending, "form": pending.rpartition(":")[2], "of": pending, "id": "x", "place": "0", "text": "vis Birthe Holms kørsler"}
    for who in (LAWYER, CONTROLLER):
        await sends(house, who, verb, data)
        said = json.dumps(await (await house.person(who)).new(), ensure_ascii=False)
        for never in (
            "Du har godkendt",
            "du har godkendt",
            "Jeg går i gang",
            "du har sagt nej",
            "Du har sagt nej",
            "trukket tilbage",
            "Cykelklubben",
        ):
            assert never not in said
    assert jobs(var) == [(pending, "open")]
    assert answered(var) == []


@pytest.mark.asyncio(loop_scope="module")
async def test_nobody_begins_anything(ruled: tuple[House, Path], pending: str) -> None:
    """One whom the directory does not know, as a guest or one who has left: answered, and nothing comes of it."""
    house, var = ruled
    for intent, says in {row.intent: row.says for row in TABLE if row.intent in found().forms}.items():
        for text in (*says, "ja"):
            chat = {"id": f"a:nobody-{intent}", "conversationType": "personal"}
            body = await like(house, await house.person(EMPLOYEE), text=text, conversation=chat)
            body["from"] = {**body["from"], "id": "29:nobody", "aadObjectId": NOBODY}
            async with house.http.post(f"{house.bot}/api/messages", json=body) as answer:
                assert answer.status < 500, await answer.text()
    assert jobs(var) == [(pending, "open")]


def jobs(var: Path) -> list[tuple[str, str]]:
    """Key and state of every job that was ever begun."""
    return run_data(var, "SELECT id, state FROM run")


def answered(var: Path) -> list[Any]:
    """The answers that count."""
    return run_data(var, "SELECT answer FROM wait WHERE answer IS NOT NULL")


def run_data(var: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(var / "kollega.runs.sqlite")) as connection:
        return connection.execute(query).fetchall()
