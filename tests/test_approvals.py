"""Approvals in a whole house: how many, whose, by what right, and how it stands on every card. The rules change while it runs, as they may."""

import asyncio
import copy
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from simulators.exchange.directory import LISTS, Directory
from simulators.server import CONTROL
from simulators.server import build as build_simulators
from simulators.world import PEOPLE as WORLD
from tests.house import House, Person, buttons, lines, running
from tests.test_forged import execute, like

pytestmark = pytest.mark.asyncio(loop_scope="module")

RULES = Path(__file__).parents[1] / "rules"
GROUP = "Ledergruppen"  # Jens, Ole, Henrik, Lise and some others
NAMES = ("Fjordblik", "Solsikken", "Havnefronten", "Bøgeskoven", "Klinten", "Strandtudsen", "Lyngbakken", "Vandtårnet", "Kornmarken")
PEOPLE = ("Birthe Holm", "Jens Kjær", "Ole Bang", "Henrik Dahl", "Lise Winther", "Karen Mørch")


def group_id() -> str:
    """The Entra object id of a list: the same in every seeded world."""
    directory = Directory(build_simulators()[CONTROL].simulation)
    return next(str(one["object_id"]) for one in directory.every(LISTS) if one["display"] == GROUP)


class Asking:
    """A house with people in it who may approve, and a folder of rules."""

    def __init__(self, house: House, rules: Path) -> None:
        self.house, self.rules, self.made = house, rules, 0

    def rule(self, **values: Any) -> None:
        """Change the rule for making a list."""
        lines_ = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
        (self.rules / "distribution_list_create.toml").write_text("\n".join(lines_))

    async def wish(self, who: str = "Birthe Holm") -> str:
        """Ask for a list by a name that nobody has used, up to the yes; the name."""
        name, self.made = NAMES[self.made], self.made + 1
        person = await self.house.person(who)
        await person.says(f"opret en distributionsliste der hedder {name} med Sofie Lund og mig som ejer")
        said = await person.says("ja")
        assert "Jeg spørger" in text(said) or "så jeg spørger" in text(said), text(said)
        return name


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def asking(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Asking]:
    rules: Path = tmp_path_factory.mktemp("rules") / "rules"
    shutil.copytree(RULES, rules)
    var: Path = tmp_path_factory.mktemp("var")
    async with running(var, rules_dir=rules, roles=f"ledergruppe={group_id()}") as house:
        await house.http.post(f"{house.simulators}/control/settings", json={"teams_rate_limits": False})
        for name in PEOPLE:
            await house.person(name)
        yield Asking(house, rules)


@pytest.fixture(autouse=True)
def as_before(asking: Asking) -> None:
    """Each test begins with the rule that a leader approves."""
    asking.rule(godkender=["leder"])


def text(messages: list[dict[str, Any]]) -> str:
    """All that messages say."""
    return "\n".join(line for message in messages for line in lines(message))


async def heard(person: Person, what: str) -> dict[str, Any]:
    """Wait until that is said; a copy of the message that says it, as it looks then."""
    for _ in range(8):
        for message in reversed(person.messages.values()):
            if what in text([message]):
                return copy.deepcopy(message)
        await person.new(wait=2)
    raise AssertionError(f"{what!r} was not said in {text(list(person.messages.values())[-6:])}")


async def looks(person: Person, message: dict[str, Any], what: str) -> str:
    """Wait until a message has been redrawn with that in it; what it says then."""
    async with asyncio.timeout(15):
        while what not in (now := text([person.messages[message["id"]]])):
            await person.new(wait=5)
    return now


async def presses(asking: Asking, person: Person, message: dict[str, Any], label: str, **inputs: str) -> str:
    """Press a button of that card, whoever got it and however it looks by now; what is said to it."""
    wanted = execute(message, label)
    action = {"type": "Action.Execute", "verb": wanted["verb"], "data": {**wanted["data"], **inputs}}
    value = {"action": action, "trigger": "manual"}
    activity = await like(asking.house, person, type="invoke", name="adaptiveCard/action", value=value, replyToId=message["id"])
    async with asking.house.http.post(f"{asking.house.bot}/api/messages", json=activity) as answer:
        assert answer.status == 200
        redrawn = (await answer.json())["value"]
    return text(await person.new()) + str(redrawn)


async def all_of(asking: Asking, *names: str) -> list[Person]:
    return [await asking.house.person(name) for name in names]


async def test_of_two_approvers_one_is_not_enough_and_one_twice_is_not_two(asking: Asking) -> None:
    asking.rule(godkender=["rolle:ledergruppe"], antal_godkendere=2)
    birthe, jens, lise, ole = await all_of(asking, "Birthe Holm", "Jens Kjær", "Lise Winther", "Ole Bang")
    name = await asking.wish()
    card, lises, oles = await heard(jens, name), await heard(lise, name), await heard(ole, name)
    assert "Jeg mangler svar fra flere" in await presses(asking, jens, card, "Godkend")
    assert "Du godkendte" in await presses(asking, jens, card, "Godkend")
    assert "Jens Kjær har godkendt. " in text(await birthe.says("hvad venter jeg på"))
    assert "går i gang" in await presses(asking, lise, lises, "Godkend")
    await heard(birthe, "Lise Winther har godkendt")
    assert "Lise Winther har godkendt den" in await looks(ole, oles, "har godkendt")  # answered elsewhere: by whom and when
    assert not buttons(ole.messages[oles["id"]])
    assert "Lise Winther har godkendt den" in await presses(asking, ole, oles, "Godkend")


async def test_one_no_ends_it_though_two_must_say_yes(asking: Asking) -> None:
    asking.rule(godkender=[f"gruppe:{group_id()}"], antal_godkendere=2)
    birthe, jens, henrik = await all_of(asking, "Birthe Holm", "Jens Kjær", "Henrik Dahl")
    name = await asking.wish()
    card, henriks = await heard(jens, name), await heard(henrik, name)
    await presses(asking, jens, card, "Godkend")
    assert "Du har sagt nej" in await presses(asking, henrik, henriks, "Sig nej", why="det har vi i forvejen")
    await heard(birthe, "Henrik Dahl har sagt nej. Begrundelse: ”det har vi i forvejen”")
    assert "Henrik Dahl har sagt nej den" in await looks(jens, card, "har sagt nej")


async def test_nobody_approves_their_own_wish_also_not_as_one_of_the_group(asking: Asking) -> None:
    asking.rule(godkender=["rolle:ledergruppe"])
    jens, lise = await all_of(asking, "Jens Kjær", "Lise Winther")
    name = await asking.wish("Jens Kjær")
    card = await heard(lise, name)
    assert "Du kan ikke godkende dit eget ønske" in await presses(asking, jens, card, "Godkend")
    assert name not in text(await jens.says("hvad venter på mig"))
    assert "Tak, du har godkendt" in await presses(asking, lise, card, "Godkend")
    await heard(jens, "Lise Winther har godkendt")


async def test_the_card_of_another_and_the_askers_buttons(asking: Asking) -> None:
    birthe, jens, ole = await all_of(asking, "Birthe Holm", "Jens Kjær", "Ole Bang")
    name = await asking.wish()
    card = await heard(jens, name)
    assert "Det er ikke dig, der er bedt om at godkende det" in await presses(asking, ole, card, "Godkend")
    assert "Du kan ikke godkende dit eget ønske" in await presses(asking, birthe, card, "Sig nej")
    asked = next(message for message in reversed(birthe.messages.values()) if "Træk tilbage" in buttons(message))
    assert "Det kan kun den, der har bedt om det" in await presses(asking, jens, asked, "Træk tilbage")
    assert "trukket tilbage" in await presses(asking, birthe, asked, "Træk tilbage")
    assert "Birthe Holm har trukket ønsket tilbage den" in await looks(jens, card, "trukket")


async def test_an_owner_asks_nobody_and_another_asks_the_owner(asking: Asking) -> None:
    birthe, jens = await all_of(asking, "Birthe Holm", "Jens Kjær")
    assert "Skal godkendes af" not in text(await birthe.says("sæt Sofie Lund på Barsel Info"))
    await birthe.says("annuller")
    assert "Skal godkendes af: Birthe Holm (ejer)" in text(await jens.says("sæt Sofie Lund på Barsel Info"))
    await jens.says("annuller")


async def test_the_right_to_approve_that_is_gone_when_the_work_begins(asking: Asking) -> None:
    birthe, jens = await all_of(asking, "Birthe Holm", "Jens Kjær")
    name = await asking.wish()
    card = await heard(jens, name)
    asking.rule(godkender=[f"gruppe:{group_id()}"], antal_godkendere=2)
    await presses(asking, jens, card, "Godkend")
    await heard(birthe, "Reglerne for, hvem der skal godkende, er ændret imens")
    assert [one for one in await asking.house.writes("exchange") if name in json.dumps(one["body"])] == []


async def test_mailboxes_that_may_not_be_read_stop_no_approval(asking: Asking) -> None:
    birthe, jens = await all_of(asking, "Birthe Holm", "Jens Kjær")
    asking.house.away("Jens Kjær")
    await asking.house.http.post(f"{asking.house.simulators}/control/settings", json={"graph_mailboxes": []})
    name = await asking.wish()
    await asking.house.http.post(f"{asking.house.simulators}/control/settings", json={"graph_mailboxes": None})
    asking.house.away("Jens Kjær", "back")
    await presses(asking, jens, await heard(jens, name), "Sig nej")
    await heard(birthe, f"{name} bliver oprettet")


async def test_of_a_group_whoever_is_there_is_asked(asking: Asking) -> None:
    asking.rule(godkender=["rolle:ledergruppe"])
    birthe = await asking.house.person("Birthe Holm")
    asking.house.away("Jens Kjær")
    shown = text(await birthe.says("opret en distributionsliste der hedder Mosehuset med Sofie Lund og mig som ejer"))
    asking.house.away("Jens Kjær", "back")
    await birthe.says("annuller")
    who = shown.partition("Skal godkendes af: ")[2]
    assert "Lise Winther" in who
    assert "Jens Kjær" not in who


async def test_an_approver_and_who_stands_in_have_one_say(asking: Asking) -> None:
    """Jens is away, so Karen is asked in his stead; he answers all the same, and it is not two who have said yes."""
    asking.rule(godkender=["leder", f"gruppe:{group_id()}"], antal_godkendere=2)
    birthe, jens, karen, lise = await all_of(asking, "Birthe Holm", "Jens Kjær", "Karen Mørch", "Lise Winther")
    everybody = [one.name for one in WORLD if one.name not in {"Lise Winther", "Karen Mørch"}]
    for one in everybody:
        asking.house.away(one, "2026-12-03")
    name = await asking.wish()
    for one in everybody:
        asking.house.away(one, "back")
    card = await heard(karen, name)
    assert "Jens Kjær er væk til den 3. december, så du bliver spurgt" in text([card])
    assert name in text(await jens.says("hvad venter på mig"))
    assert "Jeg mangler svar fra flere" in await presses(asking, jens, await heard(jens, name), "Godkend")
    assert "Det har Jens Kjær godkendt. Der mangler svar fra flere" in await presses(asking, karen, card, "Godkend")
    await presses(asking, lise, await heard(lise, name), "Sig nej")
    await heard(birthe, "Lise Winther har sagt nej")
    assert "Lise Winther har sagt nej den" in await looks(karen, card, "har sagt nej")


async def test_an_approval_in_servicenow_is_answered_by_whom_it_is_for(asking: Asking) -> None:
    jens, ole = await all_of(asking, "Jens Kjær", "Ole Bang")
    await jens.says("hvad venter på mig")
    card = await heard(jens, "RITM0010004")
    assert "Det er ikke dig" in await presses(asking, ole, card, "Godkend")
    assert "Skriv grunden" in await presses(asking, jens, card, "Sig nej")
    assert "Jeg godkender RITM0010004" in await presses(asking, jens, card, "Godkend")
    await heard(jens, "er godkendt i ServiceNow")
    assert "Jens Kjær har godkendt RITM0010004" in await presses(asking, jens, card, "Sig nej", why="alligevel ikke")
    assert len([one for one in await asking.house.writes("servicenow") if "sysapproval" in one["path"]]) == 1
