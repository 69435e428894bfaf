"""The seeded mailboxes: what the rest of the house may rely on."""

import io
import re
import zipfile
from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from simulators.graph import FILED_MESSAGE_ID, HALF_FILED, internet_message_id, mime
from simulators.graph.mailbox import Mailbox
from simulators.graph.seed import seed
from simulators.simulation import Simulation
from simulators.store import Store
from simulators.world import BIRTHE, METTE, NOW, PEOPLE, Person
from tests.simulators.graph_edoc_world import World, running

CPR = re.compile(r"\b(\d{2})(\d{2})(\d{2})-?(\d{4})\b")


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running() as one:
        yield one


def inbox(world: World, person: Person) -> list[dict[str, Any]]:
    return list(Mailbox(world.simulation, person).in_folder("inbox"))


def parsed(world: World, one: dict[str, Any]) -> EmailMessage:
    return message_from_bytes(mime.rendered(world.simulation, one), policy=policy.default)


async def test_every_mailbox_has_a_plausible_number_of_mails_from_before_now(world: World) -> None:
    for person in PEOPLE[:6]:
        mails = inbox(world, person)
        assert 25 <= len(mails) <= 40, person.name
        assert Mailbox(world.simulation, person).folder_id("sentitems")
        newest = max(one["received"] for one in mails)
        assert newest < f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
    assert max(one["received"] for one in inbox(world, BIRTHE)) > "2026-11-23T08:45"
    counts = [len(inbox(world, person)) for person in PEOPLE[9:-2]]
    assert min(counts) >= 3
    assert max(counts) <= 9


async def test_the_newest_mail_of_birthe_is_the_one_of_the_conversations(world: World) -> None:
    newest = max(inbox(world, BIRTHE), key=lambda one: one["received"])
    assert (newest["subject"], newest["from"][0]) == ("Aftale om nye licenser", "Sofie Lund")
    assert len(newest["attachments"]) == 2
    words = [f"{one['subject']} {one['text']}".lower() for one in inbox(world, BIRTHE) if one["from"][0] == "Sofie Lund"]
    assert sum("nye" in text and "licenser" in text for text in words) == 1  # "mailen fra Sofie om nye licenser" is one mail


async def test_all_kinds_of_mails_are_there(world: World) -> None:
    birthe, everything = inbox(world, BIRTHE), [one for person in PEOPLE[:6] for one in inbox(world, person)]
    kinds = {each["kind"] for one in everything for each in one["attachments"]}
    assert kinds == {"file", "item", "reference"}
    assert {one["kind"] for one in birthe} == {"mail", "newsletter", "meeting", "signed"}
    assert any("2026-0012345" in one["subject"] for one in birthe)
    assert any(one["subject"].startswith("VS: VS: ") for one in birthe)
    assert {"borger.example", "leverandoer.example"} <= {one["from"][1].partition("@")[2] for one in birthe}


async def test_one_mail_in_several_mailboxes(world: World) -> None:
    copies = [one for person in PEOPLE[:6] for one in inbox(world, person) if one["internet_id"] == internet_message_id("flytning", 4)]
    assert len(copies) == 2
    assert len({one["number"] for one in copies}) == len({one["conversation"] for one in copies}) == 2
    assert FILED_MESSAGE_ID in [one["internet_id"] for one in inbox(world, BIRTHE)]
    thread, filed = HALF_FILED
    assert internet_message_id(thread, filed + 2) in [one["internet_id"] for one in inbox(world, BIRTHE)]


async def test_cpr_numbers_are_there_and_nobody_can_have_them(world: World) -> None:
    texts = [one["text"] for person in PEOPLE for one in Mailbox(world.simulation, person).messages.values()]
    found = {match.groups() for text in texts for match in CPR.finditer(text)}
    assert found
    for day, month, _, serial in found:
        assert int(day) > 31 or serial == "0000" or (month == "02" and int(day) > 29), (day, month)


async def test_threads_hang_together(world: World) -> None:
    known = {one["internet_id"] for person in PEOPLE for one in Mailbox(world.simulation, person).messages.values()}
    answers = 0
    for one in inbox(world, BIRTHE):
        headers = dict(one["headers"])
        if "In-Reply-To" in headers:
            answers += 1
            assert {headers["In-Reply-To"], *headers["References"].split()} <= known
            assert "Fra: " in one["text"]
    assert answers > 10


async def test_mime_is_whole_and_the_same_each_time(world: World) -> None:
    for person in (BIRTHE, METTE):
        for one in Mailbox(world.simulation, person).messages.values():
            message = parsed(world, one)
            assert message["Subject"] == one["subject"]
            assert not message.defects
            assert mime.rendered(world.simulation, one) == mime.rendered(world.simulation, one)
            files = [each for each in one["attachments"] if each["kind"] == "file" and one["kind"] != "signed"]
            leaves = {part.get_filename(): part.get_payload(decode=True) for part in message.walk() if part.get_filename()}
            assert all(leaves[each["name"]] == world.simulation.store.bytes(each["blob"]) for each in files)


async def test_inline_pictures_are_referred_to(world: World) -> None:
    shown = [one for one in inbox(world, BIRTHE) if any(each["inline"] for each in one["attachments"])]
    assert shown
    for one in shown:
        assert all(f"cid:{each['content_id']}" in one["html"] for each in one["attachments"] if each["inline"])


async def test_files_are_what_their_names_say(world: World) -> None:
    starts = {"pdf": b"%PDF-1.4", "png": b"\x89PNG\r\n", "docx": b"PK\x03\x04", "xlsx": b"PK\x03\x04"}
    seen = set()
    for one in inbox(world, BIRTHE):
        for each in one["attachments"]:
            ending = each["name"].rpartition(".")[2]
            if each["kind"] == "file" and ending in starts:
                body = world.simulation.store.bytes(each["blob"])
                assert body.startswith(starts[ending])
                assert ending in {"pdf", "png"} or zipfile.ZipFile(io.BytesIO(body)).testzip() is None
                seen.add(ending)
    assert seen == set(starts)


async def test_the_world_is_the_same_at_every_start(world: World) -> None:
    other = Simulation(Store())
    seed(other)
    for person in PEOPLE:
        assert dict(Mailbox(other, person).messages) == dict(Mailbox(world.simulation, person).messages)
    other.store.close()
