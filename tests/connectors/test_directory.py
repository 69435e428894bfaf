"""People in Graph: found as colleagues would name them."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.directory import Directory, Person, fits, person_from
from connectors.errors import Denied, NotFound, Unavailable
from connectors.folding import fold
from connectors.names import KnowsNames
from connectors.systems import Systems
from simulators.accounts import accounts
from simulators.planted import SEED
from simulators.world import BIRTHE, JENS, PEOPLE
from tests.connectors.conftest import Wild, World, says

HERE = [one for one in PEOPLE if accounts(SEED)[one.number].enabled]  # the others have left


@pytest.fixture
def directory(systems: Systems) -> Directory:
    return systems.get(Directory)


async def test_a_person(directory: Directory) -> None:
    expected = Person(
        id=BIRTHE.id,
        name="Birthe Holm",
        first_name="Birthe",
        email="birthe.holm@kk.example",
        department="Digital Arbejdsplads",
        title="Sagsbehandler",
        office="Borups Allé 177",
        floor="3. sal",
        phone="4711",
        login="kk\\bhol",
    )
    assert await directory.person(BIRTHE.id) == expected
    assert await directory.person("birthe.holm@kk.example") == expected


@pytest.mark.parametrize("id", ["", "  ", "nobody@kk.example", "../groups", "a/b?c#d'", "00000000-0000-4000-8000-00000000ffff"])
async def test_nobody(directory: Directory, id: str) -> None:  # noqa: A002 - the parameter's own name
    with pytest.raises(NotFound):
        await directory.person(id)


async def test_managers_up_to_the_top(directory: Directory) -> None:
    jens = await directory.manager(BIRTHE.id)
    assert jens is not None
    assert jens.name == "Jens Kjær"
    karen = await directory.manager(JENS.id)
    assert karen is not None
    assert await directory.manager(karen.id) is None
    with pytest.raises(NotFound):
        await directory.manager("nobody@kk.example")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("birthe holm", "Birthe Holm"),
        ("Holm, Birthe", "Birthe Holm"),
        ("jens kjaer", "Jens Kjær"),
        ("KJÆR", "Jens Kjær"),
        ("bir hol", "Birthe Holm"),
        ("birthe.holm@kk.example", "Birthe Holm"),
        ("BIRTHE.HOLM@KK.EXAMPLE", "Birthe Holm"),
        ("birthe.h@", None),
        ("birthe.ho", "Birthe Holm"),
        ("zzz", None),
        ("", None),
        ("?!", None),
        ("O'Hara", None),
        ("' or id ne '", None),
        ("x' or startswith(mail,'@", None),
        ('" OR "displayName:ole', None),
    ],
)
async def test_finding(directory: Directory, text: str, first: str | None) -> None:
    found = await directory.find(text)
    assert (found[0].name if found else None) == first


async def test_whole_names_come_before_beginnings_and_first_names_before_others(directory: Directory) -> None:
    names = [one.name for one in await directory.find("ole", limit=50)]
    assert names[0].startswith("Ole ")
    assert all(name.split()[0] == "Ole" for name in names[: sum(one.first == "Ole" for one in PEOPLE)])


async def test_two_of_one_name_are_both_found(directory: Directory) -> None:
    found = await directory.find("peter hansen")
    assert [(one.name, one.department) for one in found[:2]] == [("Peter Hansen", "Borgerservice"), ("Peter Hansen", "Børn og Unge")]


async def test_no_more_than_asked_for(directory: Directory) -> None:
    assert len(await directory.find("an", limit=3)) == 3


SPELT = st.sampled_from([str, str.upper, fold, lambda text: text.replace("aa", "å").replace("ae", "æ").replace("oe", "ø")])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(who=st.sampled_from(HERE), spelt=SPELT, cut=st.integers(3, 12), turned=st.booleans())
async def test_everybody_is_found_in_any_spelling_and_order(
    directory: Directory, who: object, spelt: object, cut: int, turned: bool
) -> None:
    person = next(one for one in PEOPLE if one is who)
    words = [word[:cut] for word in (person.first, person.last)]
    text = spelt(" ".join(reversed(words) if turned else words))  # type: ignore[operator]  # one of the four functions
    assert person.id in {one.id for one in await directory.find(text, limit=60)}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=40), st.text(st.sampled_from("'\"()@:% OReq,ANDdisplayNam\\"), max_size=40)))
async def test_whatever_is_typed_is_a_value(directory: Directory, text: str) -> None:
    for one in await directory.find(text):
        wanted = text.strip().casefold()
        assert one.email.startswith(wanted) if "@" in text else fits(one, fold(text).replace("@", " ").split()) or wanted


def test_a_person_with_hardly_anything() -> None:
    found = person_from({"id": "1", "displayName": "Printer 3", "userPrincipalName": "p3@kk.example", "officeLocation": None})
    assert found.email == "p3@kk.example"
    assert (found.login, found.phone, found.floor, found.first_name) == ("", "", "", "Printer")


async def test_switched_off_accounts_are_left_out(wild: Wild) -> None:
    import aiohttp

    row = '{"value": [{"id": "1", "displayName": "Ole Bang", "accountEnabled": false}, {"id": "2", "displayName": "Ole Bang", "accountEnabled": true}]}'
    wild.script = [says(200, row)]
    async with aiohttp.ClientSession() as session:
        assert [one.id for one in await Directory(session, wild.url).find("ole bang")] == ["2"]


async def test_all_names_page_by_page(wild: Wild, directory: Directory) -> None:
    import aiohttp

    assert isinstance(directory, KnowsNames)
    assert {one.name for one in HERE} <= set((await directory.names()).people)
    pages = [
        '{"value": [{"givenName": "Ole", "surname": "Bang", "displayName": "Ole Bang"}, {"displayName": "Printer 3"}], "@odata.nextLink": "%s/users?$skiptoken=1"}',
        '{"value": [], "@odata.nextLink": "%s/users?$skiptoken=2"}',
        '{"value": [{"givenName": " Xu ", "surname": "Yilan", "displayName": "Yilan, Xu"}, {"givenName": "Bo", "surname": "Lund", "displayName": "Bo K. Lund"}]}',
    ]
    wild.script = [says(200, page.replace("%s", wild.url)) for page in pages]
    async with aiohttp.ClientSession() as session:
        found = await Directory(session, wild.url).names()
    assert set(found.people) == {"Ole Bang", "Xu Yilan", "Bo Lund", "Bo K. Lund"}
    assert "accountEnabled" in wild.seen[0][0]
    assert "999" in wild.seen[0][0]


async def test_no_right_to_read_people(world: World, directory: Directory) -> None:
    await world.switch(graph_roles=["Mail.ReadWrite"])
    with pytest.raises(Denied) as caught:
        await directory.person(BIRTHE.id)
    assert caught.value.code == "Authorization_RequestDenied"
    assert "birthe" not in str(caught.value).lower()


async def test_a_token_that_runs_out_in_between(world: World, directory: Directory) -> None:
    await directory.person(BIRTHE.id)
    await world.fault("/graph/v1.0/users", status=401, times=1)
    assert (await directory.person(BIRTHE.id)).name == "Birthe Holm"


async def test_graph_is_down_for_a_moment_and_for_long(world: World, directory: Directory) -> None:
    await world.fault("/graph/v1.0/users", status=503, times=2)
    assert (await directory.person(BIRTHE.id)).name == "Birthe Holm"
    await world.fault("/graph/v1.0/users", status=429, retry_after=60)
    with pytest.raises(Unavailable) as caught:
        await directory.person("00000000-0000-4000-8000-000000000002")
    assert caught.value.retry_after == 60
    assert (await directory.person(BIRTHE.id)).name == "Birthe Holm"  # known for five minutes


async def test_a_next_link_to_elsewhere_is_not_followed(wild: Wild) -> None:
    import aiohttp

    wild.script = [says(200, '{"value": [], "@odata.nextLink": "https://evil.example/v1.0/users?x=1"}')]
    async with aiohttp.ClientSession() as session:
        directory = Directory(session, wild.url)
        with pytest.raises(Unavailable) as caught:
            [page async for page in directory.pages("/users", "list users", {})]
    assert caught.value.code == "foreign_link"
