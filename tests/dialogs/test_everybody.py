"""The summary of a wish about people: every one of them by name, as they will be written, and on one card."""

from typing import Any

import pytest

from bot.cards import card_of, draw
from dialogs.fields import Colleague
from dialogs.people_field import People
from dialogs.people_table import Crowd, Row, kept
from dialogs.requests import distribution_list_add_member, mailbox_create
from dialogs.talk import Button, Fact, Input, Reply


def somebody(number: int, name: str = "Anne-Marie Kjærsgaard") -> Colleague:
    return Colleague(id=f"id{number}", name=f"{name} {number}", email=f"p{number}@kk.example", department="Center for Økonomi og Indkøb")


def crowd(*people: Colleague) -> Crowd:
    return Crowd(rows=[Row(raw=one.name, status="found", person=one) for one in people])


def summary(number: int) -> list[Fact]:
    members = crowd(*(somebody(one) for one in range(number)))
    form = distribution_list_add_member.Form.model_validate(
        {"requester": somebody(0), "list": {"id": "l", "name": "Alle"}, "members": members}
    )
    return form.facts()


@pytest.mark.parametrize("number", [1, 11, 60, 61, 300, 500])
def test_everybody_is_named_in_a_summary_and_on_its_card(number: int) -> None:
    facts = summary(number)
    buttons = [Button(label=label, do="approval yes", data={"job": "case:c:" + "x" * 32}) for label in ("Godkend", "Sig nej", "Spørg")]
    reply = Reply(text="x" * 400, facts=tuple(facts), inputs=(Input(id="why", label="Skriv"),), buttons=tuple(buttons), key="approve-1")
    card: dict[str, Any] = card_of(draw(reply)) or {}
    shown = next(one["facts"] for one in card["body"] if one["type"] == "FactSet")
    assert [one["value"] for one in shown] == [one.value for one in facts]  # nothing was cut
    named = " ".join(one["value"].replace(" og ", ", ") for one in shown)
    assert all(f"Kjærsgaard {one}" in named for one in range(number))
    assert [one.label for one in facts[1:]][:2] == (["Nye på listen"] if number < 61 else ["Nye på listen (1–60)", facts[2].label])


def test_those_for_whom_a_card_has_no_room_are_counted() -> None:
    people = [somebody(one, "Anne-Marie Kjærsgaard von Lüttichau til Tjele og Ødum") for one in range(500)]
    facts = People().facts("Med", kept(crowd(*people).rows))
    written = sum(fact.value.count("Kjærsgaard") for fact in facts)
    assert 300 < written < 500
    assert facts[-1].value.endswith(f" og {500 - written} til, som der ikke er plads til her")


def test_a_mailbox_shows_every_right_that_is_written() -> None:
    owner, reader, sender = somebody(1, "Ole"), somebody(2, "Mette"), somebody(3, "Sofie")
    given = {"requester": owner, "name": "Post", "address": "post@kk.example", "owner": owner, "reason": "breve"}
    form = mailbox_create.Form.model_validate({**given, "members": crowd(reader, owner)})
    shown = {fact.label: fact.value for fact in form.facts()}
    both = f"{owner.label} og {reader.label}"
    assert (shown["Kan åbne den"], shown["Sender som den"]) == (both, both)
    assert "Sender på vegne af" not in shown
    form = mailbox_create.Form.model_validate({**given, "members": crowd(reader), "send_as": crowd(sender), "on_behalf": crowd(reader)})
    shown = {fact.label: fact.value for fact in form.facts()}
    assert (shown["Kan åbne den"], shown["Sender som den"], shown["Sender på vegne af"]) == (both, sender.label, reader.label)
    written = {right: [one.id for one in people.people] for right, people in form.rights().values()}
    assert written == {"full": ["id1", "id2"], "send_as": ["id3"], "on_behalf": ["id2"]}
