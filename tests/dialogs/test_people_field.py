"""Lists of people, owners, new names and things looked up, in a form: every line accounted for, corrected in words and in the card."""

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

import nlu
from connectors.opened import opened
from dialogs.desk import Desk
from dialogs.filler import Filler
from dialogs.people_table import crowd
from dialogs.registry import found
from dialogs.route import respond
from dialogs.state import State
from dialogs.talk import Event, Reply, Who
from dialogs.turn import Turn
from jobs.engine import Job, Jobs
from settings import Settings
from simulators.server import build
from simulators.world import NOW, PEOPLE
from tests.house import served

pytestmark = pytest.mark.asyncio(loop_scope="module")

BIRTHE = next(one for one in PEOPLE if one.name == "Birthe Holm")
ALONE = [one for one in PEOPLE[6:] if [other.name for other in PEOPLE].count(one.name) == 1]
TWICE = next(one.name for one in PEOPLE if [other.name for other in PEOPLE].count(one.name) > 1)
REST = ["Lister", "jeg er ejer", "Barsel Info"]  # name, owner, list


class NoFiles:
    async def read(self, key: str) -> bytes:
        raise KeyError(key)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """The dialogs' desk over real HTTP to the simulators; jobs are not begun."""
    var: Path = tmp_path_factory.mktemp("var")
    runner, address = await served(build())
    if "toy.people" not in found().forms:
        found().take("tests.dialogs.toy_request")

    async def do(job: Job) -> str:
        return job.order.key

    async def tell(key: str, conversation: str, told: dict[str, object]) -> None:
        raise AssertionError((key, conversation, told))

    jobs = Jobs(database_url=None, var_dir=var, work=do, tell=tell, patience=timedelta(minutes=1))
    async with opened(Settings(simulators_url=address, var_dir=var)) as systems:
        yield Desk(systems, nlu.load().understand, jobs, NoFiles(), lambda: NOW, lambda: uuid.uuid4().hex[:12])
    await runner.cleanup()
    found().forms.pop("toy.people")


class Talk:
    """One person in one form."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.state = desk, State()

    def event(self, **given: object) -> Event:
        fixed = {"id": uuid.uuid4().hex, "at": NOW, "who": Who(id=BIRTHE.id, name=BIRTHE.name), "conversation": "c"}
        return Event.model_validate({**fixed, **given})

    async def begin(self, text: str) -> list[Reply]:
        event = self.event(kind="message", text=text)
        turn = Turn(event, self.state, self.desk, text)
        await Filler.begin(turn, "toy.people", text)
        return turn.finished()

    async def says(self, *texts: str) -> list[Reply]:
        for text in texts:
            replies = await respond(self.event(kind="message", text=text), self.state, self.desk)
        return replies

    async def presses(self, label: str, replies: list[Reply], **inputs: str) -> list[Reply]:
        button = next(one for one in replies[-1].buttons if one.label == label)
        return await respond(
            self.event(kind="press", do=button.do, card=replies[-1].key, data=button.data, inputs=inputs), self.state, self.desk
        )

    @property
    def rows(self) -> list[tuple[str, str]]:
        form = self.state.open
        assert form
        return [(row.shown, row.status) for row in crowd(form.answers["members"]).rows]

    @property
    def names(self) -> list[str]:
        form = self.state.open
        assert form
        return [one.name for one in crowd(form.answers["members"]).people]


def said(replies: list[Reply]) -> str:
    """All of it, tables and buttons too."""
    lines = []
    for reply in replies:
        lines += [reply.text, *(f"{fact.label}: {fact.value}" for fact in reply.facts), " ".join(f"[{one.label}]" for one in reply.buttons)]
    return "\n".join(lines)


async def test_a_pasted_list_becomes_one_table(desk: Desk) -> None:
    talk = Talk(desk)
    await talk.begin("")
    answer = said(
        await talk.says(
            f"Amir Haddad\nSofie Lund <sofie.lund@kk.example>\nBang, Ole\njens.kjaer@kk.example\n{TWICE}\nzxqv wvut\nSofie Lund"
        )
    )
    assert [status for _, status in talk.rows] == ["found", "found", "found", "there", "ambiguous", "unknown", "double"], answer
    assert "7 navne: 3 klar, 1 er der allerede, 1 flere med det navn, 1 kender jeg ikke, 1 stod der to gange." in answer
    assert f"Hvilken {TWICE}?" in answer
    assert "[Spring over]" in answer
    await talk.says("1")
    assert [status for _, status in talk.rows][4] == "found"
    assert "Hvad skal den hedde?" in said(await talk.says("spring over"))
    assert len(talk.names) == 4


async def test_one_sentence_settles_several_lines(desk: Desk) -> None:
    talk = Talk(desk)
    await talk.begin("")
    await talk.says(f"Amir Haddad\n{TWICE}\nzxqv wvut")
    department = next(row for row in crowd(talk.state.open.answers["members"]).rows if row.choices).choices[0].department  # type: ignore[union-attr]  # it is open
    assert "Hvad skal den hedde?" in said(await talk.says(f"ham fra {department}, og drop den sidste"))
    assert talk.names == ["Amir Haddad", TWICE]


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ("også Mette Friis", ["Ole Bang", "Sofie Lund", "Mette Friis"]),
        ("uden Ole", ["Sofie Lund"]),
        ("ikke Ole, men Mette Friis", ["Sofie Lund", "Mette Friis"]),
        ("drop den sidste", ["Ole Bang"]),
        ("Mette Friis i stedet for Sofie", ["Ole Bang", "Mette Friis"]),
        ("Ole skal ikke med alligevel", ["Sofie Lund"]),
        ("medlemmer: Amir Haddad", ["Amir Haddad"]),
        ("skift Ole Bang ud med Mette Friis", ["Sofie Lund", "Mette Friis"]),
        ("kan du erstatte Ole med Mette Friis?", ["Sofie Lund", "Mette Friis"]),
        ("kun Sofie", ["Sofie Lund"]),
        ("også Mette Friis, men uden Ole", ["Sofie Lund", "Mette Friis"]),
        ("også Mette Friis og Amir Haddad", ["Ole Bang", "Sofie Lund", "Mette Friis", "Amir Haddad"]),
        ("også Mette Friis, og uden Sofie", ["Ole Bang", "Mette Friis"]),
        ("tilføj mette.friis@kk.example", ["Ole Bang", "Sofie Lund", "Mette Friis"]),
    ],
)
async def test_the_list_grows_and_shrinks_at_the_summary(change: str, names: list[str], desk: Desk) -> None:
    talk = Talk(desk)
    await talk.begin("")
    assert "Passer det?" in said(await talk.says("Ole Bang og Sofie Lund", *REST))
    answer = said(await talk.says(change))
    assert talk.names == names, answer
    assert "Resten er som før. Passer det nu?" in answer
    assert "Rettet" in answer


async def test_somebody_described_is_asked_about_and_answered_by_name(desk: Desk) -> None:
    talk = Talk(desk)
    await talk.begin("")
    answer = said(await talk.says("Ole Bang, Mette Friis og hende den nye i økonomi"))
    assert "Hvem er ”hende den nye i økonomi”?" in answer
    assert "Hvad skal den hedde?" in said(await talk.says("Sofie Lund"))
    assert talk.names == ["Ole Bang", "Mette Friis", "Sofie Lund"]


async def test_a_name_with_a_mistake_gets_a_proposal(desk: Desk) -> None:
    talk = Talk(desk)
    await talk.begin("")
    replies = await talk.says("Sofie Lnud")
    assert "Jeg kender ikke ”Sofie Lnud”. Mener du en af de her?" in said(replies)
    await talk.presses("Sofie Lund · Økonomi", replies)
    assert talk.names == ["Sofie Lund"]


async def test_everybody_is_there_already(desk: Desk) -> None:
    talk = Talk(desk)
    await talk.begin("")
    assert "De er der allerede" in said(await talk.says("Jens Kjær"))
    await talk.says("Ole Bang")
    assert talk.names == ["Ole Bang"]


async def test_the_card_shows_the_list_and_takes_it_back(desk: Desk) -> None:
    talk = Talk(desk)
    await talk.begin("")
    await talk.says("Ole Bang og Sofie Lund", *REST)
    card = await talk.says("ret noget")
    box = next(one for one in card[-1].inputs if one.id == "members")
    assert box.value == "Ole Bang <ole.bang@kk.example>\nSofie Lund <sofie.lund@kk.example>"
    values = {one.id: one.value for one in card[-1].inputs} | {"members": f"{box.value}\nMette Friis"}
    assert "Mette Friis" in said(await talk.presses("Send", card, **values))
    assert talk.names == ["Ole Bang", "Sofie Lund", "Mette Friis"]


async def test_the_first_sentence_fills_what_it_says(desk: Desk) -> None:
    talk = Talk(desk)
    answer = said(await talk.begin("sæt Sofie Lund og Ole Bang på Barsel Info, jeg skal selv være ejer"))
    assert talk.names == ["Sofie Lund", "Ole Bang"], answer
    assert talk.state.open
    assert talk.state.open.answers["owner"]["name"] == "Birthe Holm"
    assert talk.state.open.answers["beside"]["name"] == "Barsel Info"


async def test_an_address_is_proposed_from_the_name_and_follows_it(desk: Desk) -> None:
    talk = Talk(desk)
    await talk.begin("")
    await talk.says("Ole Bang", "Barsel", "jeg er ejer", "Barsel Info")
    assert talk.state.open
    assert talk.state.open.answers["address"] == "barsel2@kk.example"  # barsel@ is taken
    await talk.says("navnet skal være Økonomi Post")
    assert talk.state.open.answers["address"] == "oekonomi.post@kk.example"
    await talk.says("adresse: penge")
    assert talk.state.open.answers["address"] == "penge@kk.example"
    await talk.says("navn: Barsel Nyt")
    assert talk.state.open.answers["address"] == "penge@kk.example"  # it was said, so it stays


async def test_a_new_name_is_as_typed_unless_the_proposal_is_picked(desk: Desk) -> None:
    talk = Talk(desk)
    await talk.begin("")
    answer = await talk.says("Ole Bang", "barsel nyt")
    assert "Skal den hedde ”Barsel Nyt” eller ”barsel nyt”?" in said(answer)
    await talk.says("2")
    assert talk.state.open
    assert talk.state.open.answers["name"] == "barsel nyt"
    assert "”Ledergruppen” er taget. Passer et af de her?" in said(await talk.says("navn: Ledergruppen"))


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("barselinfo", "Barsel Info"),
        ("Barsel-Info", "Barsel Info"),
        ("listen Ledergruppen", "Ledergruppen"),
        ("barsel", "Hvilken liste?"),
        ("Barsle Info", "Mener du en af de her?"),
        ("zxqv", "Jeg fandt ingen liste, der hedder zxqv."),
    ],
)
async def test_a_list_is_found_by_its_name(typed: str, answer: str, desk: Desk) -> None:
    talk = Talk(desk)
    await talk.begin("")
    assert answer in said(await talk.says("Ole Bang", "Lister", "jeg er ejer", typed))


async def test_five_hundred_at_once(desk: Desk) -> None:
    talk = Talk(desk)
    await talk.begin("")
    some = [f"{one.name} <{one.email}>" for one in ALONE]
    lines = [f"{some[place % len(some)]}" if place % 50 else f"Ukendt Person{place}" for place in range(500)]
    answer = said(await talk.says("\n".join(lines)))
    assert len(talk.rows) == 500
    assert "500 navne" in answer
    assert len(answer) < 6_000
    assert "Hvad skal den hedde?" in said(await talk.says("spring resten over"))
